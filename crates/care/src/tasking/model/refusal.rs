//! Why a step cannot be taken now, named for what the person who asked can do about it.
//!
//! Refuses: a bare "conflict". A porter who pressed twice, one who was too slow, and one whose task
//! was cancelled on the way read three different sentences.

use super::ids::WorkerId;
use super::state::TaskState;
use super::task::{Ending, Task};
use crate::tasking::reasons::CancelReason;

/// The steps that people and the engine take with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Submit,
    Correct,
    Approve,
    Reject,
    Hold,
    MarkReady,
    Release,
    Offer,
    Accept,
    Decline,
    Expire,
    Revoke,
    HandBack,
    SetOff,
    Arrive,
    Depart,
    ReachDrop,
    Complete,
    Pause,
    ExtendPause,
    Resume,
    Verify,
    Cancel,
    Abort,
    Preempt,
    Requeue,
}

impl Step {
    /// As it stands in "this task cannot be … now".
    pub const fn words(self) -> &'static str {
        match self {
            Step::Submit => "asked for",
            Step::Correct => "corrected",
            Step::Approve => "approved",
            Step::Reject => "rejected",
            Step::Hold => "put on hold",
            Step::MarkReady => "marked ready",
            Step::Release => "released",
            Step::Offer => "offered",
            Step::Accept => "accepted",
            Step::Decline => "declined",
            Step::Expire => "taken back from whoever was asked",
            Step::Revoke => "taken back from whoever was asked",
            Step::HandBack => "handed back",
            Step::SetOff => "set off for",
            Step::Arrive => "arrived at",
            Step::Depart => "moved off with",
            Step::ReachDrop => "brought to its end",
            Step::Complete => "completed",
            Step::Pause => "paused",
            Step::ExtendPause => "paused for longer",
            Step::Resume => "carried on with",
            Step::Verify => "checked",
            Step::Cancel => "cancelled",
            Step::Abort => "stopped",
            Step::Preempt => "recalled",
            Step::Requeue => "put back in the queue",
        }
    }

    /// The state that the step leads to, where there is just one: pressing twice is told from
    /// pressing the wrong thing by it.
    const fn leads_to(self) -> Option<TaskState> {
        match self {
            Step::Reject => Some(TaskState::Rejected),
            Step::Hold => Some(TaskState::Held),
            Step::Offer => Some(TaskState::Offered),
            Step::Accept => Some(TaskState::Accepted),
            Step::SetOff => Some(TaskState::EnRoute),
            Step::Arrive => Some(TaskState::AtPickup),
            Step::Depart => Some(TaskState::InTransit),
            Step::ReachDrop => Some(TaskState::AtDrop),
            Step::Complete => Some(TaskState::Completed),
            Step::Pause => Some(TaskState::Paused),
            Step::Cancel => Some(TaskState::Cancelled),
            Step::Abort => Some(TaskState::Aborted),
            Step::Preempt => Some(TaskState::Preempted),
            _ => None,
        }
    }
}

/// Why a task did not take a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransitionError {
    /// This person has said yes before: show them their job.
    #[error("you have already accepted this task")]
    AlreadyAccepted,
    /// Somebody else has it: nothing is left to do.
    #[error("someone was quicker: the task has been taken")]
    SomeoneWasQuicker,
    /// The ward called it off: thank them for coming, and offer the next.
    #[error("the task was cancelled meanwhile: {}", .0.words())]
    CancelledMeanwhile(CancelReason),
    /// The question was withdrawn or has run out: wait for the next.
    #[error("this offer is no longer open")]
    OfferGone,
    /// Pressed twice: show how the task stands.
    #[error("that is already done")]
    AlreadyDone,
    /// Somebody else's task.
    #[error("this task is with someone else")]
    NotYours,
    /// It has ended: open its page to see how.
    #[error("the task has ended")]
    Over(TaskState),
    /// A step out of turn.
    #[error("this task cannot be {} now", .step.words())]
    NotNow { state: TaskState, step: Step },
    /// Somebody has come for it: stop it instead, with a reason.
    #[error("someone is already there: stop the task instead, and say why")]
    TooLateToCancel,
    /// Nobody has come for it yet: cancel or hand back instead.
    #[error("nobody has arrived yet: cancel the task or hand it back instead")]
    TooEarlyToAbort,
    /// Compare wristband or label first.
    #[error("check the wristband or the label first")]
    IdentityNotChecked,
    /// Two are needed, and one is not there yet.
    #[error("this task needs both of you: the other person has not said “I am here” yet")]
    SecondPersonMissing,
    /// A patient is under way: somebody must have taken over first.
    #[error("a patient is under way: confirm first that somebody has safely taken over")]
    HandoverNotConfirmed,
    /// This person has said no before: ask somebody else.
    #[error("this person has declined the task before")]
    DeclinedBefore(WorkerId),
    /// Offer it to just as many different people as it needs.
    #[error("this task needs {needed} different people, not {got}")]
    WrongNumberOfPeople { needed: u8, got: usize },
    /// The timer of the offer is still running.
    #[error("the offer is still open")]
    NotExpired,
}

impl Task {
    /// The error for a step that this state does not have.
    pub(super) fn refuse(&self, step: Step) -> TransitionError {
        let state = self.state;
        match self.ending {
            _ if step.leads_to() == Some(state) => TransitionError::AlreadyDone,
            Some(Ending::Cancelled(reason)) => TransitionError::CancelledMeanwhile(reason),
            _ if state.is_final() => TransitionError::Over(state),
            _ => TransitionError::NotNow { state, step },
        }
    }
}
