//! All of an import or nothing: each part notes what to put back, until the last one is stored.
//!
//! One change holds a hundred rows, because its entry lists each of them; a larger file takes
//! several. The first part opens a run, each part stores its notes beside its rows, and the last
//! one closes the run. A part that fails takes the earlier ones back; so does whoever comes next,
//! if the server was stopped in between. Refused: taking back what somebody has changed since,
//! because that is their work. Next: `storing.rs`, which uses it, and docs/decisions/0024.

use std::{collections::HashSet, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use trust::{
    identity::{caller::Caller, permit::Action},
    row,
    store::{
        change::Change,
        error::StoreError,
        row::Row,
        value::{Field, Json, Value},
    },
    tail,
};

use super::{
    Tasking,
    error::TaskError,
    events::{ImportRows, ImportUndone, RowsImported, UndoImport},
    model::TaskId,
    rows::{Location, Shift, Site, TaskRecord, TaskStep, Team, Walk, WorkerRecord},
};

/// Rows in one change of an import: its entry lists each of them.
pub const PART: usize = 100;
/// Parts whose notes are thrown away in one change.
const NOTES: usize = 10;
/// Rows that are put back in one change: each is read first, and a change has its time.
const STEPS: usize = 40;
/// How long an import waits for another one before it says that there is one.
const TURN_WAIT_MAX: Duration = Duration::from_secs(2);

trust::id! {
    /// One import of several parts.
    pub struct RunId;
    /// One part of it.
    pub struct PartId;
}

row! {
    /// An import that takes several changes.
    pub struct ImportRun in "import_run" {
        id: RunId, Internal;
        /// Places, walks, people, shifts or tasks.
        what: String, Internal;
        /// Whether its last part is stored.
        is_done: bool, Internal;
    }
}

row! {
    /// What one part of an import changed.
    pub struct ImportPart in "import_part" {
        id: PartId, Internal;
        run: RunId, Internal;
        undo: Json<Vec<Note>>, Special;
    }
}

/// One value as a note holds it. Sealed cells stay sealed: they fit back into their own cell only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Noted {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl From<Value> for Noted {
    fn from(value: Value) -> Self {
        match value {
            Value::Int(number) => Self::Int(number),
            Value::Text(text) => Self::Text(text),
            Value::Bytes(bytes) => Self::Bytes(bytes),
        }
    }
}

impl From<Noted> for Value {
    fn from(noted: Noted) -> Self {
        match noted {
            Noted::Int(number) => Self::Int(number),
            Noted::Text(text) => Self::Text(text),
            Noted::Bytes(bytes) => Self::Bytes(bytes),
        }
    }
}

/// What one row was before and what the import made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    table: String,
    before: Option<Vec<Noted>>,
    after: Vec<Noted>,
}

fn noted<R: Row>(row: &R) -> Vec<Noted> {
    row.values().into_iter().map(Noted::from).collect()
}

/// One import on its way. Only one runs at a time, so that nobody takes back another's parts.
pub(super) struct Run<'a> {
    tasking: &'a Tasking,
    caller: &'a Caller,
    what: &'static str,
    left: usize,
    /// Nothing for an import of one part, which is whole by itself.
    id: Option<RunId>,
    is_large: bool,
    notes: Vec<Note>,
    _turn: tokio::sync::OwnedMutexGuard<()>,
}

impl<'a> Run<'a> {
    /// Begins an import of so many rows, once whatever was left by an earlier one is taken back.
    pub async fn begin(
        tasking: &'a Tasking,
        caller: &'a Caller,
        (what, rows): (&'static str, usize),
    ) -> Result<Self, TaskError> {
        // Somebody else's import, or the look at a start for what a stop has left.
        let turn = timeout(TURN_WAIT_MAX, tasking.importing.clone().lock_owned()).await;
        let turn = turn.map_err(|_| TaskError::Store(StoreError::Busy))?;
        tasking.take_back_unfinished(caller).await?;
        Ok(Self {
            tasking,
            caller,
            what,
            left: rows,
            id: None,
            is_large: rows > PART,
            notes: vec![],
            _turn: turn,
        })
    }

    /// Opens the change of the next part.
    pub async fn part(&mut self) -> Result<Change<ImportRows>, TaskError> {
        let permit = self.caller.permit(ImportRows).await?;
        self.caller.everywhere(&permit).await?;
        Ok(self.tasking.store.begin(permit).await?)
    }

    /// Puts a row into the part. One that is there already as it should be is left alone.
    pub fn save<R: Row>(&mut self, tx: &mut Change<ImportRows>, row: &R, before: Option<&R>) {
        let (before, after) = (before.map(noted), noted(row));
        if before.as_ref() == Some(&after) {
            return;
        }
        tx.save(row);
        if self.is_large {
            let table = R::TABLE.name.to_owned();
            self.notes.push(Note {
                table,
                before,
                after,
            });
        }
    }

    /// A task of this import is not offered to anybody before the import has reached its end.
    pub fn holds(&self, task: TaskId) {
        if self.is_large {
            self.tasking.arriving.add(task);
        }
    }

    /// Stores the part. The last one closes the run.
    pub async fn commit(
        &mut self,
        mut tx: Change<ImportRows>,
        rows: usize,
    ) -> Result<(), TaskError> {
        self.left = self.left.saturating_sub(rows);
        let last = self.left == 0;
        let notes = std::mem::take(&mut self.notes);
        let mut id = self.id;
        if self.is_large {
            let run = match id {
                Some(run) => run,
                None => RunId(tx.new_key::<ImportRun>().await?),
            };
            tx.lock::<ImportRun>(run).await?;
            tx.save(&ImportRun {
                id: run,
                what: self.what.to_owned(),
                is_done: last,
            });
            let part = PartId(tx.new_key::<ImportPart>().await?);
            let undo = Json(notes);
            tx.save(&ImportPart {
                id: part,
                run,
                undo,
            });
            id = Some(run);
        }
        let what = self.what;
        tx.commit(RowsImported { what, rows, last }).await?;
        self.id = id;
        Ok(())
    }

    /// Ends the import: after a failure nothing of it is left, else its notes are thrown away.
    pub async fn end(self, stored: Result<(), TaskError>) -> Result<(), TaskError> {
        let Some(run) = self.id else {
            return stored;
        };
        let told = match &stored {
            Ok(()) => self.tidy(run).await,
            Err(_) => self.tasking.take_back(self.caller, run).await,
        };
        self.tasking.arriving.clear();
        if let Err(error) = told {
            // Whoever imports next, or the dispatcher at its start, does it then.
            tracing::warn!(%error, "notes of an import are left");
        }
        stored
    }

    async fn tidy(&self, run: RunId) -> Result<(), TaskError> {
        loop {
            let permit = self.caller.permit(ImportRows).await?;
            let mut tx = self.tasking.store.begin(permit).await?;
            let notes = tx.find(first_notes(), vec![run.to_value()]).await?;
            let last = notes.len() < NOTES;
            for note in &notes {
                tx.delete(note);
            }
            let rows = notes.len();
            let what = "notes";
            tx.commit(RowsImported { what, rows, last }).await?;
            if last {
                return Ok(());
            }
        }
    }
}

fn first_notes() -> trust::store::statement::Tail<ImportPart> {
    tail!(ImportPart, "WHERE run = $1 ORDER BY id LIMIT 10")
}

impl Tasking {
    /// Takes back what an import left that was stopped in the middle, such as by a power cut.
    ///
    /// # Errors
    /// [`TaskError::Permit`] without the right, [`TaskError::Store`].
    pub async fn take_back_unfinished(&self, caller: &Caller) -> Result<(), TaskError> {
        let mut facts = self.store.facts().await?;
        let open = tail!(ImportRun, "WHERE is_done = 0 ORDER BY id DESC");
        let runs = facts.find(open, vec![]).await?;
        drop(facts);
        for run in runs {
            self.take_back(caller, run.id).await?;
        }
        Ok(())
    }

    /// The same at the start of the server, when no import is under way.
    pub(super) async fn take_back_after_a_stop(&self, caller: &Caller) -> Result<(), TaskError> {
        match self.importing.clone().try_lock_owned() {
            Ok(_turn) => self.take_back_unfinished(caller).await,
            Err(_) => Ok(()), // somebody imports already, and has looked
        }
    }

    /// Takes the parts of a run back, the last one first.
    async fn take_back(&self, caller: &Caller, run: RunId) -> Result<(), TaskError> {
        loop {
            let mut tx = self.store.begin(caller.permit(UndoImport).await?).await?;
            let last_part = tail!(ImportPart, "WHERE run = $1 ORDER BY id DESC LIMIT 1");
            let part = tx.find(last_part, vec![run.to_value()]).await?.pop();
            let mut kept = 0;
            let mut rows = 0;
            let last = part.is_none();
            if let Some(mut part) = part {
                let from = part.undo.0.len().saturating_sub(STEPS);
                for note in part.undo.0.split_off(from).iter().rev() {
                    rows += 1;
                    kept += usize::from(!put_back(&mut tx, note).await?);
                }
                match from {
                    0 => tx.delete(&part),
                    _ => tx.save(&part),
                }
            } else if let Some(run) = tx.lock::<ImportRun>(run).await? {
                tx.delete(&run);
            }
            tx.commit(ImportUndone {
                run,
                rows,
                kept,
                last,
            })
            .await?;
            if last {
                return Ok(());
            }
        }
    }
}

/// Puts one row back; false when somebody has changed it since, and it is left as it is.
async fn put_back<A: Action>(tx: &mut Change<A>, note: &Note) -> Result<bool, StoreError> {
    match note.table.as_str() {
        "site" => put::<Site, A>(tx, note).await,
        "location" => put::<Location, A>(tx, note).await,
        "walk" => put::<Walk, A>(tx, note).await,
        "team" => put::<Team, A>(tx, note).await,
        "worker" => put::<WorkerRecord, A>(tx, note).await,
        "shift" => put::<Shift, A>(tx, note).await,
        "task" => put::<TaskRecord, A>(tx, note).await,
        "task_step" => put::<TaskStep, A>(tx, note).await,
        _ => Ok(false),
    }
}

async fn put<R: Row, A: Action>(tx: &mut Change<A>, note: &Note) -> Result<bool, StoreError> {
    let Some(Noted::Int(Some(key))) = note.after.first() else {
        return Ok(false);
    };
    let Some(now) = tx.lock::<R>(*key).await? else {
        return Ok(true); // gone already
    };
    if noted(&now) != note.after {
        return Ok(false);
    }
    match note.before.clone() {
        None => tx.delete(&now),
        Some(before) => {
            let values = before.into_iter().map(Value::from).collect();
            let before = R::from_values(values);
            let before = before.map_err(|error| StoreError::Sealed(error.to_string()))?;
            tx.save(&before);
        }
    }
    Ok(true)
}

/// Tasks of an import that is still on its way.
#[derive(Clone, Default)]
pub(crate) struct Arriving(std::sync::Arc<std::sync::Mutex<HashSet<TaskId>>>);

impl Arriving {
    fn held(&self) -> std::sync::MutexGuard<'_, HashSet<TaskId>> {
        let held = self.0.lock();
        held.unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn add(&self, task: TaskId) {
        self.held().insert(task);
    }

    fn clear(&self) {
        self.held().clear();
    }

    /// Whether nobody may be asked for it yet.
    pub fn holds(&self, task: TaskId) -> bool {
        self.held().contains(&task)
    }
}
