//! A person's own day: on shift, off shift, breaks, away and back.
//!
//! People change their own state; a coordinator with the right may do it for somebody whose phone
//! is dead. Going away keeps no reason and no time.

use trust::{
    identity::{
        caller::Caller,
        permit::{Action, ActorId, ScopeKind},
    },
    store::{
        change::Change,
        error::StoreError,
        value::{Field, MINUTE},
    },
};

use super::{
    Tasking,
    error::TaskError,
    events::{
        AvailabilityChanged, BreakEnded, BreakStarted, ChangeAvailability, EndBreak, EndShift,
        LinkWorker, ShiftEnded, ShiftStarted, StartBreak, StartShift, WorkerLinked,
    },
    model::WorkerId,
    rows::{self, WorkerRecord},
    seen::SeenWorker,
    step,
    worker::WorkerStep,
};

/// A shift that is not in the rota lasts this long.
const SHIFT_UNPLANNED: i64 = 8 * 60 * MINUTE;
/// How early before its planned begin a shift can be started.
const EARLY_MAX: i64 = 60 * MINUTE;

/// For whom a step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The caller's own.
    Own,
    /// Somebody else's, by a coordinator, as their page showed them. For oneself what the page
    /// showed is not asked: the rules alone decide about one's own press.
    Of(SeenWorker),
}

/// The small changes that have no event of their own kind, so that nothing can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// Away; no reason is asked.
    GoAway,
    /// Back.
    ComeBack,
    /// Helping somebody who asked in the corridor.
    StartHelping,
    /// Free again.
    StopHelping,
    /// "Yes, I am available."
    AnswerPresent,
}

impl From<Availability> for WorkerStep {
    fn from(change: Availability) -> Self {
        match change {
            Availability::GoAway => Self::GoAway,
            Availability::ComeBack => Self::ComeBack,
            Availability::StartHelping => Self::StartHelping,
            Availability::StopHelping => Self::StopHelping,
            Availability::AnswerPresent => Self::AnswerPresent,
        }
    }
}

impl Tasking {
    /// Comes on shift, until the end that the rota says.
    ///
    /// # Errors
    /// [`TaskError`]; so for every step below.
    pub async fn start_shift(&self, caller: &Caller, whose: Whose) -> Result<(), TaskError> {
        let mut tx = self.store.begin(caller.permit(StartShift).await?).await?;
        let worker = whom(&mut tx, whose).await?;
        let now = tx.now();
        let values = vec![worker.to_value(), now.to_value()];
        let planned = tx.find(rows::shifts_of_worker(), values).await?;
        let current = planned
            .iter()
            .find(|shift| shift.starts_at.0 <= now.0 + EARLY_MAX);
        let ends_at = current.map_or(now.0 + SHIFT_UNPLANNED, |shift| shift.ends_at.0);
        let record = step::move_worker(&mut tx, worker, WorkerStep::StartShift { ends_at }).await?;
        let base = tx
            .lock::<rows::Team>(record.team)
            .await?
            .and_then(|team| team.base);
        tx.commit(ShiftStarted { worker }).await?;
        if let Some(base) = base {
            self.whereabouts.saw(worker, base);
        }
        Ok(())
    }

    /// Goes home.
    ///
    /// # Errors
    /// [`TaskError::Worker`] with work in hand.
    pub async fn end_shift(&self, caller: &Caller, whose: Whose) -> Result<(), TaskError> {
        let mut tx = self.store.begin(caller.permit(EndShift).await?).await?;
        let worker = whom(&mut tx, whose).await?;
        step::move_worker(&mut tx, worker, WorkerStep::EndShift).await?;
        tx.commit(ShiftEnded { worker }).await?;
        self.whereabouts.forget(worker);
        Ok(())
    }

    /// Begins a break of their own.
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn start_break(&self, caller: &Caller, whose: Whose) -> Result<(), TaskError> {
        let mut tx = self.store.begin(caller.permit(StartBreak).await?).await?;
        let worker = whom(&mut tx, whose).await?;
        step::move_worker(&mut tx, worker, WorkerStep::StartBreak).await?;
        tx.commit(BreakStarted { worker }).await?;
        Ok(())
    }

    /// Ends it.
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn end_break(&self, caller: &Caller, whose: Whose) -> Result<(), TaskError> {
        let mut tx = self.store.begin(caller.permit(EndBreak).await?).await?;
        let worker = whom(&mut tx, whose).await?;
        step::move_worker(&mut tx, worker, WorkerStep::EndBreak).await?;
        tx.commit(BreakEnded { worker }).await?;
        Ok(())
    }

    /// Away, back, helping, "yes, I am here".
    ///
    /// # Errors
    /// [`TaskError`].
    pub async fn change_availability(
        &self,
        caller: &Caller,
        whose: Whose,
        change: Availability,
    ) -> Result<(), TaskError> {
        let mut tx = self
            .store
            .begin(caller.permit(ChangeAvailability).await?)
            .await?;
        let worker = whom(&mut tx, whose).await?;
        step::move_worker(&mut tx, worker, change.into()).await?;
        tx.commit(AvailabilityChanged { worker }).await?;
        Ok(())
    }

    /// Joins an account to a handler, so that the phone knows whose work it shows.
    ///
    /// # Errors
    /// [`TaskError::NotFound`], [`StoreError::Quicker`] when the person is not what was seen any
    /// more, or a rule of the database when the account has a handler already.
    pub async fn link_worker(
        &self,
        caller: &Caller,
        worker: SeenWorker,
        account: ActorId,
    ) -> Result<(), TaskError> {
        let mut tx = self.store.begin(caller.permit(LinkWorker).await?).await?;
        let found = tx.lock_stored::<WorkerRecord>(worker.id).await?;
        let found = found.ok_or(TaskError::NotFound)?;
        let mut record = found.row;
        step::require(&mut tx, &[(ScopeKind::Team, record.team.0)]).await?;
        if !worker.seen.is_still(found.version) {
            return Err(TaskError::Store(StoreError::Quicker));
        }
        let worker = worker.id;
        record.account = Some(account);
        tx.save(&record);
        tx.commit(WorkerLinked { worker }).await?;
        Ok(())
    }
}

/// Whose step it is. For somebody else the right must not be limited to oneself: a handler's grant
/// is limited to their team, and the page of another person is the coordinator's.
async fn whom<A: Action>(tx: &mut Change<A>, whose: Whose) -> Result<WorkerId, TaskError> {
    let own = rows::own_worker(tx).await?.map(|record| record.id);
    match whose {
        Whose::Own => own.ok_or(TaskError::NotAHandler),
        Whose::Of(worker) if own == Some(worker.id) => Ok(worker.id),
        // A handler speaks for themselves only, whatever places their grant names.
        Whose::Of(_) if own.is_some() => Err(TaskError::NotFound),
        Whose::Of(worker) => {
            let found = tx.lock_stored::<WorkerRecord>(worker.id).await?;
            let found = found.ok_or(TaskError::NotFound)?;
            let team = (ScopeKind::Team, found.row.team.0);
            step::require(tx, &[team]).await?;
            match worker.seen.is_still(found.version) {
                true => Ok(worker.id),
                false => Err(TaskError::Store(StoreError::Quicker)),
            }
        }
    }
}
