//! The work itself: setting off, arriving, checking who it is, moving, pausing, handing over.
//!
//! Refuses: moving anybody whose wristband was not checked, and two-person work with one person.
//! How it can end otherwise is in `ending.rs`.

use super::ids::WorkerId;
use super::refusal::{Step, TransitionError};
use super::state::TaskState;
use super::task::{Pause, Task};
use crate::tasking::priority::MINUTE;
use crate::tasking::reasons::PauseReason;

/// After how many minutes a paused task asks "and now?", and by how many it can be put off.
pub const PAUSE_MINUTES: i64 = 5;

/// What the handler says about wristband or label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityCheck {
    /// Compared, and it is the right one.
    Confirmed,
    /// Not compared.
    NotDone,
}

impl Task {
    /// On the way there.
    ///
    /// # Errors
    /// [`TransitionError::NotYours`], or a step out of turn.
    pub fn set_off(&self, worker: WorkerId, now: i64) -> Result<Task, TransitionError> {
        self.must_be(TaskState::Accepted, Step::SetOff)?;
        self.must_be_in_crew(worker)?;
        let (mut task, _) = self.next(now);
        task.state = TaskState::EnRoute;
        Ok(task)
    }

    /// "I am here." The first of a pair starts the dwell; the second is only noted as there too.
    ///
    /// # Errors
    /// [`TransitionError::AlreadyDone`] on a second press, [`TransitionError::NotYours`].
    pub fn arrive(&self, worker: WorkerId, now: i64) -> Result<Task, TransitionError> {
        if !matches!(self.state, TaskState::EnRoute | TaskState::AtPickup) {
            return Err(self.refuse(Step::Arrive));
        }
        self.must_be_in_crew(worker)?;
        if self
            .crew
            .iter()
            .any(|member| member.worker == worker && member.is_here)
        {
            return Err(TransitionError::AlreadyDone);
        }
        let (mut task, now) = self.next(now);
        task.state = TaskState::AtPickup;
        task.times.arrived_at.get_or_insert(now);
        for member in task
            .crew
            .iter_mut()
            .filter(|member| member.worker == worker)
        {
            member.is_here = true;
        }
        Ok(task)
    }

    /// Moves off with the patient or the item.
    ///
    /// # Errors
    /// [`TransitionError::IdentityNotChecked`], [`TransitionError::SecondPersonMissing`], or a step
    /// out of turn, as for work that has no far end.
    pub fn depart(
        &self,
        worker: WorkerId,
        identity: IdentityCheck,
        now: i64,
    ) -> Result<Task, TransitionError> {
        self.must_be(TaskState::AtPickup, Step::Depart)?;
        self.must_be_in_crew(worker)?;
        if self.to.is_none() {
            return Err(self.refuse(Step::Depart));
        }
        self.must_be_together()?;
        let must_check = self.patient.is_some() || self.course.checks_identity;
        if must_check && identity == IdentityCheck::NotDone {
            return Err(TransitionError::IdentityNotChecked);
        }
        let (mut task, now) = self.next(now);
        task.state = TaskState::InTransit;
        task.times.departed_at = Some(now);
        Ok(task)
    }

    /// At the far end. Whether the task was late is settled here.
    ///
    /// # Errors
    /// [`TransitionError::NotYours`], or a step out of turn.
    pub fn reach_drop(&self, worker: WorkerId, now: i64) -> Result<Task, TransitionError> {
        self.must_be(TaskState::InTransit, Step::ReachDrop)?;
        self.must_be_in_crew(worker)?;
        let (mut task, now) = self.next(now);
        task.state = TaskState::AtDrop;
        task.times.reached_at = Some(now);
        Ok(task)
    }

    /// Done. If something is left to do afterwards, the first press leads there and the second ends
    /// it; if somebody is to look at the result, it waits for that.
    ///
    /// # Errors
    /// [`TransitionError::AlreadyDone`] on a press too many, [`TransitionError::NotYours`],
    /// [`TransitionError::SecondPersonMissing`], or a step out of turn.
    pub fn complete(&self, worker: WorkerId, now: i64) -> Result<Task, TransitionError> {
        let is_done_on_the_spot = self.state == TaskState::AtPickup && self.to.is_none();
        let is_at_end = matches!(self.state, TaskState::AtDrop | TaskState::PostAction);
        if matches!(
            self.state,
            TaskState::PendingVerification | TaskState::Verified
        ) {
            return Err(TransitionError::AlreadyDone);
        }
        if !is_done_on_the_spot && !is_at_end {
            return Err(self.refuse(Step::Complete));
        }
        self.must_be_in_crew(worker)?;
        self.must_be_together()?;
        let (mut task, now) = self.next(now);
        if task.course.has_post_action && task.state != TaskState::PostAction {
            task.state = TaskState::PostAction;
            return Ok(task);
        }
        task.times.completed_at = Some(now);
        task.state = if task.course.is_verified {
            TaskState::PendingVerification
        } else {
            TaskState::Completed
        };
        Ok(task)
    }

    /// Stands still for a while. The ward's clock stops where the reason says so.
    ///
    /// # Errors
    /// [`TransitionError::NotYours`], or a step out of turn.
    pub fn pause(
        &self,
        worker: WorkerId,
        reason: PauseReason,
        now: i64,
    ) -> Result<Task, TransitionError> {
        if !matches!(
            self.state,
            TaskState::EnRoute | TaskState::AtPickup | TaskState::InTransit | TaskState::AtDrop
        ) {
            return Err(self.refuse(Step::Pause));
        }
        self.must_be_in_crew(worker)?;
        let (mut task, now) = self.next(now);
        let look_again_at = now.saturating_add(PAUSE_MINUTES * MINUTE);
        task.pause = Some(Pause {
            reason,
            since: now,
            look_again_at,
            was: self.state,
        });
        task.state = TaskState::Paused;
        Ok(task)
    }

    /// Looks again five minutes later than now, or than was set.
    ///
    /// # Errors
    /// [`TransitionError::NotYours`], or when it is not paused.
    pub fn extend_pause(&self, worker: WorkerId, now: i64) -> Result<Task, TransitionError> {
        self.must_be(TaskState::Paused, Step::ExtendPause)?;
        self.must_be_in_crew(worker)?;
        let (mut task, now) = self.next(now);
        if let Some(pause) = &mut task.pause {
            pause.look_again_at = pause
                .look_again_at
                .max(now)
                .saturating_add(PAUSE_MINUTES * MINUTE);
        }
        Ok(task)
    }

    /// Carries on where it stood. The due time moves by the pause if the ward's clock stood still.
    ///
    /// # Errors
    /// [`TransitionError::NotYours`], or when it is not paused.
    pub fn resume(&self, worker: WorkerId, now: i64) -> Result<Task, TransitionError> {
        self.must_be(TaskState::Paused, Step::Resume)?;
        self.must_be_in_crew(worker)?;
        let (mut task, now) = self.next(now);
        task.end_pause(now);
        Ok(task)
    }

    /// Puts the task back to where its pause began.
    pub(super) fn end_pause(&mut self, now: i64) {
        let Some(pause) = self.pause.take() else {
            return;
        };
        self.state = pause.was;
        // At the far end "late or not" is settled already, and a wait there does not change it.
        if pause.reason.stops_clock() && self.times.reached_at.is_none() {
            self.move_due(now.saturating_sub(pause.since));
        }
    }

    pub(super) fn is_paused_before_arrival(&self) -> bool {
        self.state == TaskState::Paused && self.times.arrived_at.is_none()
    }

    pub(super) fn must_be_in_crew(&self, worker: WorkerId) -> Result<(), TransitionError> {
        if self.has_in_crew(worker) {
            Ok(())
        } else {
            Err(TransitionError::NotYours)
        }
    }

    fn must_be_together(&self) -> Result<(), TransitionError> {
        if self.crew.iter().all(|member| member.is_here) {
            Ok(())
        } else {
            Err(TransitionError::SecondPersonMissing)
        }
    }
}
