//! Who should do which task next.
//!
//! A pure engine: a [`Problem`] in, a [`Plan`] out. No clock, no randomness, no logging; the same
//! problem gives the same plan on every machine, in whatever order its people and tasks are listed.
//! Every offer says why this person was asked, every waiting task says what it waits for.
//!
//! What it refuses: to judge people. It knows load, so that heavy work is shared, but no speed, no
//! record and no health. Whoever must not be asked for a task stands in [`Task::held_out`] without
//! a cause, so that no sentence made here can give one away.
//!
//! Read on in `model.rs` (the words), `weights.rs` (what counts how much), `search/` (how a plan is
//! found), `reason.rs` (how it is explained) and `check.rs` (how a plan is verified without the
//! search's code).
//!
//! ```
//! use dispatch::{
//!     Edge, Person, PersonId, Place, Priority, Problem, Skill, Task, TaskId, TravelTimes, check,
//!     plan,
//! };
//!
//! let walks = [Edge::both_ways(Place(0), Place(1), 60), Edge::both_ways(Place(1), Place(2), 60)];
//! let travel = TravelTimes::from_edges(3, &walks)?;
//!
//! let mut near = Person::ready(PersonId(1), Place(1));
//! near.skills.insert(Skill::from("oxygen"));
//! let far = Person::ready(PersonId(2), Place(2));
//! let mut task = Task::new(TaskId(7), Priority::Urgent, Place(0), Place(2));
//! task.skills.insert(Skill::from("oxygen"));
//!
//! let problem = Problem::new(&travel, vec![near, far], vec![task]).validated()?;
//! let plan = plan(&problem);
//!
//! assert_eq!(plan.offers[0].person, PersonId(1));
//! assert_eq!(
//!     plan.offers[0].reason.sentence(),
//!     "The only one free with oxygen training, about 1 min away"
//! );
//! assert_eq!(check(&problem, &plan), Ok(()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod model;
mod reason;
mod search;
mod travel;
mod valid;
mod weights;

pub use check::{Violation, check};
pub use model::{
    Load, Needs, Person, PersonId, Place, Priority, Problem, Seconds, Skill, Status, Task, TaskId,
    Zones,
};
pub use reason::{Alternative, NotChosen, Offer, Plan, Reason, WhyWaiting};
pub use search::plan;
pub use travel::{DURATION_MAX, Edge, PLACES_MAX, TravelError, TravelTimes, estimate};
pub use valid::{Fault, Faults, Validated};
pub use weights::{ByPriority, FAIRNESS_UNITS_MAX, Weights};
