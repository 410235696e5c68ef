//! The rules of tasking: what a task is, where it may go, and who may take it there. Pure: the time
//! comes in as `now` (microseconds since 1970, UTC), a new value comes out, and nothing else
//! happens.
//!
//! Refuses: every step that the state machine does not have, with an error named for what the
//! caller can do next ([`TransitionError`]). A clock that was set back never puts a task's times
//! out of order. Continue with `task.rs` (the thing itself), then `asking.rs`, `offering.rs`,
//! `doing.rs` and `ending.rs` (its four stretches of life); people's own states are in
//! [`super::worker`].

mod asking;
pub(in crate::tasking) mod coded;
mod doing;
mod ending;
mod ids;
mod invariants;
mod kind;
mod needs;
mod offering;
mod place;
mod refusal;
mod state;
mod task;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod walks;

pub use self::asking::NewTask;
pub use self::doing::{IdentityCheck, PAUSE_MINUTES};
pub use self::ending::{AfterAbort, Handover, Verdict};
pub use self::ids::{
    BreakId, BuildingId, EdgeId, FloorId, LocationId, NotAnId, OfferId, PatientRef, ShiftId,
    SiteId, SkillId, TaskId, TaskTypeId, TeamId, WorkerId,
};
pub use self::kind::{Course, TaskTypeError, TaskTypeSpec, WorkGroup};
pub use self::needs::{
    Escort, Isolation, Mode, Needs, NeedsError, OXYGEN_HALF_LITRES_MAX, SKILL_BARIATRIC,
    SKILL_ISOLATION, SKILL_OXYGEN,
};
pub use self::place::{PlaceKind, Way};
pub use self::refusal::{Step, TransitionError};
pub use self::state::TaskState;
pub use self::task::{Booking, CrewMember, Ending, Offer, Pause, Task, Times};
