//! Erasing a member of staff: what tasking knows of them, then the account.
//!
//! Their tasks, shifts and offers stay, under a number that leads to no name. Refused: somebody who
//! is still on shift.

use trust::{
    identity::{
        Identity, accounts::AccountError, caller::Caller, erasing::Erasure, permit::ActorId,
    },
    store::value::Json,
    vault::random,
};

use crate::tasking::{
    Tasking,
    error::TaskError,
    events::{EraseWorker, WorkerErased},
    rows::{self, WorkerRecord},
    worker::WorkerState,
};

/// Bytes of what replaces the blind index of an erased staff number; an index has half of them.
const NO_INDEX_BYTES: usize = 32;

/// Why a person was not erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// What tasking knows of them could not go.
    #[error(transparent)]
    Task(#[from] TaskError),
    /// The account could not go.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// They are at work.
    #[error("they are still on shift: end the shift first")]
    OnShift,
    /// The entry is in the log, and it is not known whether the keys are destroyed.
    #[error("the erasure has begun and did not end: ask for it again")]
    Unfinished,
}

impl Tasking {
    /// Erases somebody whose account is closed, as a handler and as an account. Asking again after
    /// a failure finishes what had begun.
    ///
    /// # Errors
    /// [`EraseError`]: as [`Identity::erase_account`], and [`EraseError::OnShift`].
    pub async fn erase_person(
        &self,
        identity: &Identity,
        caller: &Caller,
        erasure: &Erasure<'_>,
    ) -> Result<(), EraseError> {
        identity.check_erasure(caller, erasure).await?;
        self.erase_worker(caller, erasure.account).await?;
        identity.erase_account(caller, erasure).await?;
        Ok(())
    }

    /// The handler behind an account, if there is one.
    async fn erase_worker(&self, caller: &Caller, account: ActorId) -> Result<(), EraseError> {
        let permit = caller.permit(EraseWorker).await.map_err(TaskError::from)?;
        let mut tx = self.store.begin(permit).await.map_err(TaskError::from)?;
        let found = tx.find(rows::worker_of_account(), rows::value(account));
        let Some(mut worker) = found.await.map_err(TaskError::from)?.pop() else {
            return Ok(());
        };
        if worker.state != WorkerState::Off {
            return Err(EraseError::OnShift);
        }
        let (id, subject) = (worker.id, worker.subject);
        if worker.staff_index.len() != NO_INDEX_BYTES {
            let place = |column| WorkerRecord::place(column, &id);
            let nothing = String::new();
            let sealed = |column| tx.seal(&nothing, subject, &place(column));
            worker.staff_number = sealed("staff_number").map_err(TaskError::from)?;
            worker.name = sealed("name").map_err(TaskError::from)?;
            worker.staff_index = random::bytes::<NO_INDEX_BYTES>().to_vec();
            worker.skills = Json(vec![]);
            tx.save(&worker);
        }
        let committed = tx.commit(WorkerErased { worker: id }).await;
        committed.map_err(TaskError::from)?;
        let erased = self.store.vault().erase(subject).await;
        erased.map(drop).map_err(|error| {
            tracing::error!(%error, worker = %id, "an erasure has begun and did not end");
            EraseError::Unfinished
        })
    }
}
