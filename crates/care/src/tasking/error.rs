//! Why a step of tasking was not taken. One enum for the room: every step can fail the same ways.

use trust::{identity::caller::PermitError, store::error::StoreError};

use super::{
    model::{NeedsError, TaskTypeError, TransitionError},
    teams::TeamError,
    worker::{CannotTakeMore, NotOfferable, WorkerStepError},
};

/// Why a step was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TaskError {
    /// Not there, or not for this person to know of.
    #[error("not found")]
    NotFound,
    /// The account is not joined to a handler.
    #[error("this account is not joined to a handler; ask your supervisor")]
    NotAHandler,
    /// The task's state does not allow it.
    #[error(transparent)]
    Step(#[from] TransitionError),
    /// The person's state does not allow it.
    #[error(transparent)]
    Worker(#[from] WorkerStepError),
    /// The person has their hands full.
    #[error(transparent)]
    HandsFull(#[from] CannotTakeMore),
    /// The person cannot be asked now.
    #[error("this person cannot be asked now")]
    CannotBeAsked(NotOfferable),
    /// The person does not belong to the task's team or lacks a skill.
    #[error("this person {0}")]
    Unsuited(String),
    /// Pickup and destination are the same, or one is missing.
    #[error("choose where from and where to")]
    Places,
    /// This kind of work is not offered.
    #[error("this kind of work cannot be asked for")]
    Kind,
    /// Something typed is too long.
    #[error("{0} is too long: {1} characters at most")]
    TooLong(&'static str, usize),
    /// The time asked for has passed.
    #[error("that time has passed")]
    TimePassed,
    /// What is needed does not fit together.
    #[error(transparent)]
    Needs(#[from] NeedsError),
    /// The kind of work is not well formed.
    #[error(transparent)]
    TaskType(#[from] TaskTypeError),
    /// The team cannot be so.
    #[error(transparent)]
    Team(#[from] TeamError),
    /// The right is missing, or could not be checked.
    #[error(transparent)]
    Permit(#[from] PermitError),
    /// The store did not take it.
    #[error("it could not be stored")]
    Store(#[from] StoreError),
}
