//! How soon a task is wanted, and what follows from it: how long an offer stands and by when the
//! work should be done.
//!
//! Refuses: a fourth priority. Booked work has a time instead; see
//! [`crate::tasking::model::NewTask`].

use serde::{Deserialize, Serialize};

use crate::tasking::model::coded::coded;

/// One second, in the microseconds that all times are kept in.
pub const SECOND: i64 = 1_000_000;
/// One minute, in microseconds.
pub const MINUTE: i64 = 60 * SECOND;

coded! {
    /// How soon a task is wanted; the first is the soonest.
    pub enum Priority {
        /// Life or limb: everything else can wait.
        Emergency = "EMERGENCY" => "Emergency",
        /// Someone's care is held up.
        Urgent = "URGENT" => "Urgent",
        /// Ordinary work of the day.
        Routine = "ROUTINE" => "Routine",
    }
}

/// One value for each priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByPriority<T> {
    /// For [`Priority::Emergency`].
    pub emergency: T,
    /// For [`Priority::Urgent`].
    pub urgent: T,
    /// For [`Priority::Routine`].
    pub routine: T,
}

impl<T: Copy> ByPriority<T> {
    /// The value for one priority.
    pub fn at(&self, priority: Priority) -> T {
        match priority {
            Priority::Emergency => self.emergency,
            Priority::Urgent => self.urgent,
            Priority::Routine => self.routine,
        }
    }
}

/// How many seconds a person has to answer an offer.
pub type OfferSeconds = ByPriority<u32>;

/// The published example of IWS, which staff in many hospitals already know: 30, 45 and 60 seconds.
pub const OFFER_SECONDS: OfferSeconds = ByPriority {
    emergency: 30,
    urgent: 45,
    routine: 60,
};

/// In how many minutes the work should be done, counted from "ready" to the arrival at its end.
pub type TargetMinutes = ByPriority<u32>;

/// By how many started minutes a moment lies after the due time; 0 when it does not.
///
/// A task is late from the first second on, so the first minute reads "late 1 min", never "late 0
/// min".
pub fn minutes_late(due_at: i64, moment: i64) -> u32 {
    let micros = moment.saturating_sub(due_at);
    if micros <= 0 {
        return 0;
    }
    let started = micros / MINUTE + i64::from(micros % MINUTE != 0);
    u32::try_from(started).unwrap_or(u32::MAX)
}
