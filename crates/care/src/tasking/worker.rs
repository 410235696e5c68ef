//! The people who do the work: may they be offered something, and may they take one thing more?
//!
//! Refuses: offers to anybody on a break, and a second patient for anybody. Going away (to the
//! toilet, for a prayer, to catch a breath) keeps neither a reason nor a time, so that nothing can
//! be counted. What happens to the task meanwhile is in [`super::model`].

use serde::{Deserialize, Serialize};

use crate::tasking::model::coded::coded;
use crate::tasking::model::{Task, TaskId, WorkerId};
use crate::tasking::priority::MINUTE;

/// After how many unanswered offers in a row a person is asked "are you available?" instead.
pub const UNANSWERED_MAX: u8 = 3;
/// From how many minutes before the end of a shift only work that ends in time is offered.
pub const ENDING_MINUTES: i64 = 30;
/// How many tasks without a patient one person can carry at a time.
pub const ITEMS_MAX: usize = 6;

coded! {
    /// What a person is doing, as far as the hospital needs to know.
    pub enum WorkerState {
        /// Not on shift.
        Off = "OFF",
        /// Can be offered work.
        Ready = "READY",
        /// Is being asked.
        Offered = "OFFERED",
        /// Has work in hand.
        OnTask = "ON_TASK",
        /// On a break of their own.
        Break = "BREAK",
        /// Away. Nothing else is known, and nothing is kept.
        Comfort = "COMFORT",
        /// In a meeting or a training.
        Meeting = "MEETING",
        /// Helping somebody who asked in the corridor: work like any other.
        AdHoc = "AD_HOC",
        /// At an emergency call.
        Emergency = "EMERGENCY",
        /// Has no device that could be asked.
        DeviceLost = "DEVICE_LOST",
        /// Near the end of the shift: only work that ends in time.
        Ending = "ENDING",
        /// Did not answer three times: is asked "are you available?" first.
        Silent = "SILENT",
    }
}

/// A person on shift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worker {
    pub id: WorkerId,
    pub state: WorkerState,
    /// Since when, in microseconds; `None` when away and when off.
    pub since: Option<i64>,
    /// When the shift began, in microseconds; `None` when off, and for a shift that began before
    /// this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift_started_at: Option<i64>,
    /// When the shift ends, in microseconds; `None` when off.
    pub shift_ends_at: Option<i64>,
    /// Has said that a last job may run over.
    pub takes_last_job: bool,
    /// Offers in a row that were not answered.
    pub unanswered: u8,
    /// Counts the steps.
    pub version: i64,
}

/// What a person does; the tasks' own steps come as `Offered`, `Accepted`, `Declined` and so on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerStep {
    /// Comes on shift, until this moment.
    StartShift {
        ends_at: i64,
    },
    EndShift,
    /// Is asked for a task.
    Offered,
    /// Says yes.
    Accepted,
    /// Says no.
    Declined,
    /// Lets the time for answering pass.
    LetExpire,
    /// The question was taken back.
    Revoked,
    /// Has one task less in hand; `left` remain.
    TaskEnded {
        left: usize,
    },
    StartBreak,
    EndBreak,
    /// Goes away, without saying why.
    GoAway,
    ComeBack,
    StartMeeting,
    EndMeeting,
    StartHelping,
    StopHelping,
    /// Runs to an emergency call.
    JoinEmergency,
    /// Comes back from it; `left` tasks wait in hand.
    LeaveEmergency {
        left: usize,
    },
    LoseDevice,
    FindDevice,
    /// Answers "are you available?" with yes.
    AnswerPresent,
    /// The clock finds the end of the shift near.
    NearEnd,
}

/// Why a person's step cannot be taken now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkerStepError {
    /// Pressed twice.
    #[error("that is already so")]
    AlreadySo,
    /// Start the shift first.
    #[error("start your shift first")]
    NotOnShift,
    /// Finish, hand back or stop the task first.
    #[error("finish or hand back your task first")]
    HasTask,
    /// Not from here.
    #[error("that is not possible now")]
    NotNow(WorkerState),
    /// A shift that ends before it begins.
    #[error("the shift has ended already")]
    ShiftOver,
}

/// Why a person is not offered a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotOfferable {
    /// Their state does not allow it.
    #[error("not free for work now")]
    State(WorkerState),
    /// It would end after their shift.
    #[error("shift ends before the task would")]
    ShiftEnds,
}

impl WorkerState {
    /// Whether offers may be made in this state. For [`WorkerState::Ending`] the task must also end
    /// in time: ask [`Worker::may_be_offered`].
    pub const fn may_be_offered(self) -> bool {
        matches!(self, Self::Ready | Self::Ending)
    }
}

impl Worker {
    /// Somebody who is not on shift.
    pub fn off(id: WorkerId) -> Self {
        let state = WorkerState::Off;
        let (since, shift_ends_at) = (None, None);
        Self {
            id,
            state,
            since,
            shift_started_at: None,
            shift_ends_at,
            takes_last_job: false,
            unanswered: 0,
            version: 1,
        }
    }

    /// Whether a task that would be finished at `finishes_at` may be offered.
    ///
    /// # Errors
    /// [`NotOfferable`], for the list of who else was thought about.
    pub fn may_be_offered(&self, finishes_at: i64) -> Result<(), NotOfferable> {
        let ends_in_time = self
            .shift_ends_at
            .is_none_or(|ends_at| finishes_at <= ends_at);
        if !self.state.may_be_offered() {
            Err(NotOfferable::State(self.state))
        } else if ends_in_time || self.takes_last_job {
            Ok(())
        } else {
            Err(NotOfferable::ShiftEnds)
        }
    }

    /// The person after a step.
    ///
    /// # Errors
    /// [`WorkerStepError`], with nothing changed.
    pub fn step(&self, step: WorkerStep, now: i64) -> Result<Worker, WorkerStepError> {
        use WorkerState as S;
        let next = self.after(step, now)?;
        let mut worker = self.clone();
        worker.version += 1;
        worker.state = next;
        // Away has no beginning, so that it cannot have a length.
        worker.since = (!matches!(next, S::Comfort | S::Off)).then_some(now);
        match step {
            WorkerStep::StartShift { ends_at } => {
                worker.shift_started_at = Some(now);
                worker.shift_ends_at = Some(ends_at);
                worker.takes_last_job = false;
                worker.unanswered = 0;
            }
            WorkerStep::EndShift => {
                worker.shift_started_at = None;
                worker.shift_ends_at = None;
            }
            WorkerStep::LetExpire if self.state == S::Offered => {
                worker.unanswered = self.unanswered.saturating_add(1);
            }
            WorkerStep::LetExpire | WorkerStep::Offered | WorkerStep::Revoked => {}
            _ => worker.unanswered = 0, // any touch shows that somebody is there
        }
        Ok(worker)
    }

    fn after(&self, step: WorkerStep, now: i64) -> Result<WorkerState, WorkerStepError> {
        use WorkerState as S;
        use WorkerStep as Do;
        let free = self.free(now);
        let is_free = matches!(self.state, S::Ready | S::Ending | S::Silent);
        match (step, self.state) {
            (Do::StartShift { ends_at }, S::Off) if ends_at <= now => {
                Err(WorkerStepError::ShiftOver)
            }
            (Do::StartShift { ends_at }, S::Off) => Ok(free_until(Some(ends_at), now)),
            (_, S::Off) => Err(WorkerStepError::NotOnShift),
            (Do::EndShift, S::OnTask) => Err(WorkerStepError::HasTask),
            (Do::EndShift, _) => Ok(S::Off),

            (Do::Offered, S::Ready | S::Ending) => Ok(S::Offered),
            (Do::Accepted, S::Offered) => Ok(S::OnTask),
            (Do::Declined | Do::Revoked, S::Offered) => Ok(free),
            (Do::LetExpire, S::Offered) if self.unanswered + 1 >= UNANSWERED_MAX => Ok(S::Silent),
            (Do::LetExpire, S::Offered) => Ok(free),
            // The question ran out while they were away, on a break or at a call: no harm done.
            (Do::LetExpire | Do::Revoked, state) => Ok(state),
            (Do::TaskEnded { left: 0 }, S::OnTask) => Ok(free),
            (Do::TaskEnded { .. }, state) => Ok(state),
            (Do::AnswerPresent, S::Silent) => Ok(free),

            // Nobody has to answer a question before they may go away.
            (Do::GoAway, S::Offered) => Ok(S::Comfort),
            (Do::GoAway, _) if is_free => Ok(S::Comfort),
            (Do::StartBreak, _) if is_free => Ok(S::Break),
            (Do::StartMeeting, _) if is_free => Ok(S::Meeting),
            (Do::StartHelping, _) if is_free => Ok(S::AdHoc),
            (Do::ComeBack, S::Comfort) | (Do::EndBreak, S::Break) => Ok(free),
            (Do::EndMeeting, S::Meeting) | (Do::StopHelping, S::AdHoc) => Ok(free),

            (Do::JoinEmergency, S::OnTask | S::Offered | S::AdHoc | S::Break) => Ok(S::Emergency),
            (Do::JoinEmergency, _) if is_free => Ok(S::Emergency),
            (Do::LeaveEmergency { left: 0 }, S::Emergency) => Ok(free),
            (Do::LeaveEmergency { .. }, S::Emergency) => Ok(S::OnTask),
            (Do::LoseDevice, state) if state != S::DeviceLost => Ok(S::DeviceLost),
            (Do::FindDevice, S::DeviceLost) => Ok(free),
            (Do::NearEnd, S::Ready) => Ok(S::Ending),
            (step, state) => Err(self.refuse(step, state)),
        }
    }

    fn refuse(&self, step: WorkerStep, state: WorkerState) -> WorkerStepError {
        use WorkerState as S;
        use WorkerStep as Do;
        match (step, state) {
            (Do::StartShift { .. } | Do::EndBreak | Do::ComeBack, S::Ready | S::Ending) => {
                WorkerStepError::AlreadySo
            }
            (Do::StartBreak, S::Break) | (Do::GoAway, S::Comfort) => WorkerStepError::AlreadySo,
            (Do::StartMeeting, S::Meeting) | (Do::StartHelping, S::AdHoc) => {
                WorkerStepError::AlreadySo
            }
            (Do::JoinEmergency, S::Emergency) | (Do::LoseDevice, S::DeviceLost) => {
                WorkerStepError::AlreadySo
            }
            (Do::NearEnd, S::Ending) | (Do::Accepted, S::OnTask) => WorkerStepError::AlreadySo,
            (Do::StartBreak | Do::StartMeeting | Do::StartHelping | Do::GoAway, S::OnTask) => {
                WorkerStepError::HasTask
            }
            _ => WorkerStepError::NotNow(state),
        }
    }

    fn free(&self, now: i64) -> WorkerState {
        free_until(self.shift_ends_at, now)
    }
}

fn free_until(shift_ends_at: Option<i64>, now: i64) -> WorkerState {
    let is_near = |ends_at: i64| now >= ends_at.saturating_sub(ENDING_MINUTES * MINUTE);
    if shift_ends_at.is_some_and(is_near) {
        WorkerState::Ending
    } else {
        WorkerState::Ready
    }
}

/// What one person has in hand, when several tasks are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handler {
    /// Whose hands.
    pub worker: WorkerId,
    /// The tasks in hand, and whether each is with a patient.
    pub in_hand: Vec<(TaskId, bool)>,
}

/// Why a person cannot take one task more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CannotTakeMore {
    /// One patient at a time, and nothing beside.
    #[error("already with a patient")]
    WithPatient(TaskId),
    /// Items first, then the patient.
    #[error("bring what you carry to its place first")]
    CarriesItems(TaskId),
    /// Enough.
    #[error("already carries as much as one person can")]
    HandsFull,
}

impl Handler {
    /// Gathers what is in this person's hands.
    pub fn of<'a>(worker: WorkerId, tasks: impl IntoIterator<Item = &'a Task>) -> Self {
        let is_theirs = |task: &&Task| !task.state.is_over() && task.has_in_crew(worker);
        let in_hand = tasks
            .into_iter()
            .filter(is_theirs)
            .map(|task| (task.id, task.patient.is_some()))
            .collect();
        Self { worker, in_hand }
    }

    /// Whether this person may take `task` as well: items freely, patients never.
    ///
    /// # Errors
    /// [`CannotTakeMore`], naming the task that stands against it.
    pub fn may_accept(&self, task: &Task) -> Result<(), CannotTakeMore> {
        let others = || self.in_hand.iter().filter(|(id, _)| *id != task.id);
        if let Some((id, _)) = others().find(|(_, with_patient)| *with_patient) {
            return Err(CannotTakeMore::WithPatient(*id));
        }
        match others().next() {
            Some((id, _)) if task.patient.is_some() => Err(CannotTakeMore::CarriesItems(*id)),
            _ if others().count() >= ITEMS_MAX => Err(CannotTakeMore::HandsFull),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
#[path = "worker_tests.rs"]
mod tests;
