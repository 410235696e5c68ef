//! How a task ends, or begins again, out of its course: checked, cancelled, stopped, recalled.
//!
//! Refuses: to take a patient from somebody's hands before another has taken over, and to end work
//! without a reason. Going back to the queue never starts the clock anew.

use super::ids::WorkerId;
use super::refusal::{Step, TransitionError};
use super::state::TaskState;
use super::task::{Ending, Task};
use crate::tasking::reasons::{AbortReason, CancelReason};

/// What the person who looked at the result says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Good.
    Passed,
    /// To be done again: ask for [`Task::redo_request`].
    Failed,
}

/// What becomes of work that was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterAbort {
    /// It ends.
    End,
    /// It waits for somebody again, with its clock running on.
    Requeue,
}

/// Whether somebody else stands by the patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handover {
    /// Somebody has safely taken over.
    Confirmed,
    /// Nobody has.
    NotConfirmed,
}

impl Task {
    /// Says whether the result is good.
    ///
    /// # Errors
    /// When no check is awaited.
    pub fn verify(&self, verdict: Verdict, now: i64) -> Result<Task, TransitionError> {
        self.must_be(TaskState::PendingVerification, Step::Verify)?;
        let (mut task, _) = self.next(now);
        task.state = match verdict {
            Verdict::Passed => TaskState::Verified,
            Verdict::Failed => TaskState::Failed,
        };
        Ok(task)
    }

    /// No longer wanted. Only before anybody has arrived.
    ///
    /// # Errors
    /// [`TransitionError::TooLateToCancel`] afterwards, [`TransitionError::AlreadyDone`] twice.
    pub fn cancel(&self, reason: CancelReason, now: i64) -> Result<Task, TransitionError> {
        if self.state.is_over() {
            return Err(self.refuse(Step::Cancel));
        }
        if self.times.arrived_at.is_some() {
            return Err(TransitionError::TooLateToCancel);
        }
        let (mut task, now) = self.next(now);
        task.end_pause(now);
        task.state = TaskState::Cancelled;
        task.ending = Some(Ending::Cancelled(reason));
        task.offers.clear();
        task.held_since = None;
        Ok(task)
    }

    /// Stops it after the arrival.
    ///
    /// # Errors
    /// [`TransitionError::TooEarlyToAbort`] before the arrival, [`TransitionError::NotYours`].
    pub fn abort(
        &self,
        worker: WorkerId,
        reason: AbortReason,
        after: AfterAbort,
        now: i64,
    ) -> Result<Task, TransitionError> {
        let is_at_work = match self.state {
            TaskState::AtPickup | TaskState::InTransit | TaskState::AtDrop => true,
            TaskState::Paused => self.times.arrived_at.is_some(),
            _ => false,
        };
        if !is_at_work {
            let is_before = self.times.arrived_at.is_none() && !self.state.is_over();
            let too_early = TransitionError::TooEarlyToAbort;
            return Err(if is_before {
                too_early
            } else {
                self.refuse(Step::Abort)
            });
        }
        self.must_be_in_crew(worker)?;
        let (mut task, now) = self.next(now);
        task.end_pause(now);
        match after {
            AfterAbort::Requeue => task.enter_queue(now),
            AfterAbort::End => {
                task.state = TaskState::Aborted;
                task.ending = Some(Ending::Aborted(reason));
            }
        }
        Ok(task)
    }

    /// Calls it back from its handlers, who are free at once. [`Task::requeue`] comes next.
    ///
    /// # Errors
    /// [`TransitionError::HandoverNotConfirmed`] while a patient is under way.
    pub fn preempt(&self, handover: Handover, now: i64) -> Result<Task, TransitionError> {
        if !self.state.is_in_hand() || self.state == TaskState::PostAction {
            return Err(self.refuse(Step::Preempt));
        }
        if self.is_carrying_patient() && handover == Handover::NotConfirmed {
            return Err(TransitionError::HandoverNotConfirmed);
        }
        let (mut task, now) = self.next(now);
        task.end_pause(now);
        task.enter_queue(now); // forgets the handlers and their times; the clock runs on
        task.state = TaskState::Preempted;
        Ok(task)
    }

    /// Puts recalled work back in the queue, with its clock as it was.
    ///
    /// # Errors
    /// When it was not recalled.
    pub fn requeue(&self, now: i64) -> Result<Task, TransitionError> {
        self.must_be(TaskState::Preempted, Step::Requeue)?;
        let (mut task, now) = self.next(now);
        task.enter_queue(now);
        Ok(task)
    }
}
