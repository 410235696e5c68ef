//! What is true of every task at rest, whatever has happened to it.
//!
//! Refuses: to repair. A task that breaks one of these is a bug or a tampered row, and whoever
//! loads it should say so. The property test in `tests.rs` walks at random and calls this after
//! every step.

use super::state::TaskState;
use super::task::Task;

impl Task {
    /// The first rule that the task breaks, as a sentence; `Ok` for every task these rules have
    /// made.
    ///
    /// # Errors
    /// The broken rule.
    pub fn check(&self) -> Result<(), &'static str> {
        let rules = [
            (self.times_are_in_order(), "the times are out of order"),
            (self.crew_fits_state(), "the people do not fit the state"),
            (
                self.offers_fit_state(),
                "the open offers do not fit the state",
            ),
            (self.pause_fits_state(), "the pause does not fit the state"),
            (
                self.ending_fits_state(),
                "the ending does not fit the state",
            ),
            (self.clock_fits_state(), "the clock does not fit the state"),
            (
                self.clock_stopped >= 0,
                "the clock was stopped for less than no time",
            ),
            (
                (1..=2).contains(&self.needs.people),
                "a task is for 1 or 2 people",
            ),
            (self.has_different_people(), "one person is there twice"),
            (
                self.pair_is_complete(),
                "a pair has departed with one person",
            ),
        ];
        rules
            .into_iter()
            .find(|(holds, _)| !holds)
            .map_or(Ok(()), |(_, rule)| Err(rule))
    }

    fn times_are_in_order(&self) -> bool {
        let times = &self.times;
        let known = [
            Some(times.asked_at),
            times.ready_at,
            times.accepted_at,
            times.arrived_at,
            times.departed_at,
            times.reached_at,
            times.completed_at,
            Some(times.changed_at),
        ];
        let known: Vec<i64> = known.into_iter().flatten().collect();
        known.is_sorted()
    }

    fn crew_fits_state(&self) -> bool {
        let needed = usize::from(self.needs.people);
        match self.state {
            TaskState::Offered => self.crew.len() < needed,
            TaskState::Completed | TaskState::PendingVerification => self.crew.len() == needed,
            TaskState::Verified | TaskState::Failed => self.crew.len() == needed,
            // A cancelled or stopped task keeps whoever was on it, for its page.
            TaskState::Cancelled | TaskState::Aborted => self.crew.len() <= needed,
            state if state.is_in_hand() => self.crew.len() == needed,
            _ => self.crew.is_empty(),
        }
    }

    fn offers_fit_state(&self) -> bool {
        let asked = self.offers.len() + self.crew.len();
        match self.state {
            TaskState::Offered => {
                !self.offers.is_empty() && asked == usize::from(self.needs.people)
            }
            _ => self.offers.is_empty(),
        }
    }

    fn pause_fits_state(&self) -> bool {
        self.pause.is_some() == (self.state == TaskState::Paused)
    }

    fn ending_fits_state(&self) -> bool {
        let ended = matches!(
            self.state,
            TaskState::Rejected | TaskState::Cancelled | TaskState::Aborted
        );
        self.ending.is_some() == ended
    }

    fn clock_fits_state(&self) -> bool {
        let has_started = self.times.ready_at.is_some() && self.due_at.is_some();
        match self.state {
            TaskState::Draft | TaskState::AwaitingApproval => self.times.ready_at.is_none(),
            TaskState::Rejected | TaskState::Scheduled => self.times.ready_at.is_none(),
            TaskState::Held => self.held_since.is_some() == self.times.ready_at.is_some(),
            TaskState::Cancelled => true,
            _ => has_started && self.held_since.is_none(),
        }
    }

    fn has_different_people(&self) -> bool {
        let mut people = self.involved();
        let count = people.len();
        people.sort_unstable();
        people.dedup();
        people.len() == count
    }

    fn pair_is_complete(&self) -> bool {
        self.times.departed_at.is_none() || self.crew.iter().all(|member| member.is_here)
    }
}
