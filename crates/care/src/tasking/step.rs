//! What every step has in common: lock, rule, save, effects on people, time line.
//!
//! The rule itself is pure and lives in `model`; the caller commits with its own event.

use trust::{
    identity::permit::{Action, ScopeKind},
    store::{
        change::Change,
        error::StoreError,
        value::{Field, Moment},
    },
};

use super::{
    error::TaskError,
    model::{LocationId, Task, TaskId, TaskState, TransitionError, WorkerId},
    rows::{self, Answer, Location, OfferRecord, StepId, TaskRecord, TaskStep, WorkerRecord},
    seen::SeenTask,
    worker::{Handler, WorkerState, WorkerStep},
};

/// A task before and after a step.
pub(super) struct Stepped {
    pub before: TaskRecord,
    pub after: TaskRecord,
}

impl Stepped {
    pub fn task(&self) -> &Task {
        self.after.task()
    }
}

/// What a time line says about a step beside its time.
#[derive(Clone, Copy, Default)]
pub(super) struct Told {
    pub worker: Option<WorkerId>,
    pub reason: Option<&'static str>,
    /// When it happened, where that was before it was told.
    pub happened_at: Option<Moment>,
}

/// Locks a task if it lies in the caller's scope: "not yours" and "not there" are one answer.
pub(super) async fn lock_task<A: Action>(
    tx: &mut Change<A>,
    id: TaskId,
) -> Result<TaskRecord, TaskError> {
    lock_seen(tx, SeenTask::as_it_is(id)).await
}

/// The same, if it is still what was seen. Whose it is comes first: that somebody was quicker is
/// not told to anybody from elsewhere.
pub(super) async fn lock_seen<A: Action>(
    tx: &mut Change<A>,
    task: SeenTask,
) -> Result<TaskRecord, TaskError> {
    let found = tx.lock_stored::<TaskRecord>(task.id).await?;
    let found = found.ok_or(TaskError::NotFound)?;
    let places = scope_places(tx, &found.row).await?;
    require(tx, &places).await?;
    if !task.seen.is_still(found.version) {
        return Err(TaskError::Store(StoreError::Quicker));
    }
    Ok(found.row)
}

/// Goes on only if the caller's right covers one of these places. The refusal is in the log; who
/// was refused hears the same as if nothing were there.
pub(super) async fn require<A: Action>(
    tx: &mut Change<A>,
    places: &[(ScopeKind, i64)],
) -> Result<(), TaskError> {
    tx.require(places).await.map_err(|error| match error {
        StoreError::NotAllowed => TaskError::NotFound,
        other => TaskError::Store(other),
    })
}

/// The places a right over this task may be limited to.
async fn scope_places<A: Action>(
    tx: &mut Change<A>,
    record: &TaskRecord,
) -> Result<Vec<(ScopeKind, i64)>, StoreError> {
    let mut places = task_places(record);
    let needs_site = tx
        .scope()
        .ids(ScopeKind::Site)
        .is_some_and(|sites| !sites.is_empty());
    if needs_site {
        let from = tx.lock::<Location>(record.from_place).await?;
        places.extend(from.map(|location| (ScopeKind::Site, location.site.0)));
    }
    Ok(places)
}

/// Ward and team of a task; its site needs the location's row.
pub(super) fn task_places(record: &TaskRecord) -> Vec<(ScopeKind, i64)> {
    let mut places = vec![
        (ScopeKind::Team, record.team.0),
        (ScopeKind::Ward, record.from_place.0),
    ];
    places.extend(record.to_place.map(|LocationId(id)| (ScopeKind::Ward, id)));
    places
}

/// Takes one step with one task that is still what was seen.
pub(super) async fn take<A: Action>(
    tx: &mut Change<A>,
    task: SeenTask,
    told: Told,
    rule: impl FnOnce(&Task, i64) -> Result<Task, TransitionError>,
) -> Result<Stepped, TaskError> {
    let before = lock_seen(tx, task).await?;
    let now = tx.now();
    let task = rule(before.task(), now.0)?;
    let after = before.after(task);
    save(tx, &before, &after, told).await?;
    Ok(Stepped { before, after })
}

/// Saves a task after a step: its row, its time line, its closed offers, the people it set free.
pub(super) async fn save<A: Action>(
    tx: &mut Change<A>,
    before: &TaskRecord,
    after: &TaskRecord,
    told: Told,
) -> Result<(), TaskError> {
    tx.save(after);
    write_step::<A>(tx, after, told).await?;
    for worker in after.task().freed_since(before.task()) {
        free_worker(tx, worker, after.id).await?;
    }
    Ok(())
}

/// Adds a line to the time line.
pub(super) async fn write_step<A: Action>(
    tx: &mut Change<A>,
    record: &TaskRecord,
    told: Told,
) -> Result<(), StoreError> {
    let step = new_step(tx, record, told).await?;
    tx.save(&step);
    Ok(())
}

/// The next line of the time line, not saved yet.
pub(super) async fn new_step<A: Action>(
    tx: &mut Change<A>,
    record: &TaskRecord,
    told: Told,
) -> Result<TaskStep, StoreError> {
    let id = StepId(tx.new_key::<TaskStep>().await?);
    let verb = A::NAME.rsplit('.').next().unwrap_or(A::NAME);
    Ok(TaskStep {
        id,
        task: record.id,
        at: tx.now(),
        step: verb.to_owned(),
        state: record.state,
        actor: tx.actor(),
        worker: told.worker,
        reason: told.reason.map(str::to_owned),
        // As the rule took it: never before the step that went ahead of it.
        happened_at: told.happened_at.map(|_| record.changed_at),
    })
}

/// One task less in somebody's hands.
async fn free_worker<A: Action>(
    tx: &mut Change<A>,
    worker: WorkerId,
    ended: TaskId,
) -> Result<(), TaskError> {
    let Some(record) = tx.lock::<WorkerRecord>(worker).await? else {
        return Ok(());
    };
    let left = in_hand(tx, worker)
        .await?
        .in_hand
        .iter()
        .filter(|(id, _)| *id != ended)
        .count();
    let now = tx.now().0;
    // Somebody who was asked and somebody who works leave a task in different ways.
    let step = match record.state {
        WorkerState::Offered => WorkerStep::Revoked,
        WorkerState::OnTask => WorkerStep::TaskEnded { left },
        // Away, at a call, off, or silent since a moment ago: nothing about them changes.
        _ => return Ok(()),
    };
    if let Ok(freed) = record.detail.0.step(step, now) {
        tx.save(&record.clone().after(freed));
    }
    Ok(())
}

/// What a person has in hand now.
pub(super) async fn in_hand<A: Action>(
    tx: &mut Change<A>,
    worker: WorkerId,
) -> Result<Handler, StoreError> {
    let open = tx.find(rows::open_tasks(), vec![]).await?;
    Ok(Handler::of(worker, open.iter().map(TaskRecord::task)))
}

/// Takes a step with one person.
pub(super) async fn move_worker<A: Action>(
    tx: &mut Change<A>,
    worker: WorkerId,
    step: WorkerStep,
) -> Result<WorkerRecord, TaskError> {
    let record = tx
        .lock::<WorkerRecord>(worker)
        .await?
        .ok_or(TaskError::NotFound)?;
    let now = tx.now().0;
    let moved = record.detail.0.step(step, now)?;
    let record = record.after(moved);
    tx.save(&record);
    Ok(record)
}

/// The handler whose account this is.
pub(super) async fn own_worker<A: Action>(tx: &mut Change<A>) -> Result<WorkerRecord, TaskError> {
    rows::own_worker(tx).await?.ok_or(TaskError::NotAHandler)
}

/// Writes down what became of a task's open offers; `answer` says it for each person.
pub(super) async fn close_offers<A: Action>(
    tx: &mut Change<A>,
    task: TaskId,
    answer: impl Fn(WorkerId) -> Option<Answer>,
) -> Result<Vec<OfferRecord>, StoreError> {
    let now: Moment = tx.now();
    let open = tx
        .find(rows::open_offers_of(), vec![task.to_value()])
        .await?;
    let mut closed = vec![];
    for mut offer in open {
        if let Some(answer) = answer(offer.worker) {
            (offer.answer, offer.answered_at) = (answer, Some(now));
            tx.save(&offer);
            closed.push(offer);
        }
    }
    Ok(closed)
}

/// Whether the task is in somebody's hands or waits for an answer.
pub(super) fn is_asked(task: &Task) -> bool {
    task.state == TaskState::Offered
}
