//! One open change: the only way to write.
//!
//! It holds no connection, only a channel to the keeper. Dropping it, in any way and at any moment,
//! undoes it; `commit` with the action's own event is the only way out. Between `begin` and
//! `commit` await nothing but the change itself: nobody else writes meanwhile.
//!
//! ```compile_fail,E0061
//! # use trust::{identity::permit::{Action, Permit}, store::Store};
//! async fn no_write_without_a_permit<A: Action>(store: &Store) {
//!     let change = store.begin::<A>().await;
//! }
//! ```
//!
//! ```compile_fail,E0061
//! # use trust::{identity::permit::Action, store::change::Change};
//! async fn no_commit_without_its_event<A: Action>(change: Change<A>) {
//!     change.commit().await;
//! }
//! ```
//!
//! ```compile_fail,E0308
//! # use trust::{identity::permit::Action, store::change::Change};
//! # struct SomethingElse;
//! async fn no_commit_with_another_event<A: Action>(change: Change<A>) {
//!     change.commit(SomethingElse).await;
//! }
//! ```

use std::{
    collections::{BTreeSet, HashMap},
    marker::PhantomData,
    mem::take,
    sync::Arc,
};

use tokio::sync::oneshot;

use crate::{
    identity::{
        events::PermissionRefused,
        permit::{Action, ActorId, Event, Permit, Scope, ScopeKind},
    },
    ledger::{
        Hash,
        entry::{Key, Outcome, Pointer},
    },
    store::{
        error::StoreError,
        keeper::{Answer, Command, Grant, TURN_MAX, Touched, touches},
        lane::{Draft, Receipt, Who},
        row::{self, Checked, Row, Save, Stored},
        sealed::{Place, Sealed, Secret},
        statement::{Sql, Tail},
        value::{Field, Kind, Moment, Value},
    },
    vault::{SubjectId, Vault},
};

/// The largest open part of an event, in bytes of JSON; a log entry holds 65,535 in all.
const OPEN_BYTES_MAX: usize = 16 * 1024;
/// The largest private part of an event, in bytes.
const PRIVATE_BYTES_MAX: usize = 16 * 1024;
/// Rows that one change may touch: more belongs into several changes, or an import's batches.
const TOUCHES_MAX: usize = 500;

/// One open change. Dropping it undoes it.
#[must_use = "a change that is not committed is undone"]
pub struct Change<A> {
    grant: Grant,
    who: Who,
    vault: Arc<Vault>,
    /// The seal each row carried when this change last saw it; `None`: it was not there.
    seen: HashMap<(&'static str, Key), Option<Hash>>,
    /// Saved rows ride with the next command, so a save costs no round trip of its own.
    unsent: Vec<Save>,
    touched: Vec<Touched>,
    /// Whether a row was read that another lane wrote last.
    foreign: bool,
    /// Sealed cells this change has opened; they go into its event.
    disclosed: BTreeSet<String>,
    action: PhantomData<fn() -> A>,
}

impl<A: Action> Change<A> {
    pub(crate) fn new(grant: Grant, permit: &Permit<A>, vault: Arc<Vault>) -> Self {
        Self {
            grant,
            who: permit.who(),
            vault,
            seen: HashMap::new(),
            unsent: vec![],
            touched: vec![],
            foreign: false,
            disclosed: BTreeSet::new(),
            action: PhantomData,
        }
    }

    /// The time the hospital lives in, read once for the whole change.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.grant.now
    }

    /// Where the actor may do this, as re-read inside the transaction.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.grant.scope
    }

    /// Goes on only if the right covers one of these places. If not, the change ends here, undone,
    /// and the refusal is in the log before this returns.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] when it does not; otherwise what kept the refusal from the log.
    pub async fn require(&mut self, places: &[(ScopeKind, i64)]) -> Result<(), StoreError> {
        if self.grant.scope.covers(places) {
            return Ok(());
        }
        let draft = Box::new(refusal(self.who, A::NAME)?);
        self.ask(|reply| Command::Refuse { draft, reply }).await?;
        Err(StoreError::NotAllowed)
    }

    /// Who does it.
    #[must_use]
    pub fn actor(&self) -> ActorId {
        ActorId(self.who.actor)
    }

    /// A number for a new row of `R`.
    ///
    /// # Errors
    /// [`StoreError`] when the turn ran out or the database failed.
    pub async fn new_key<R: Row>(&mut self) -> Result<i64, StoreError> {
        let (table, column) = (R::TABLE.name, R::TABLE.columns[0].name);
        self.ask(|reply| Command::NewKey {
            table,
            column,
            reply,
        })
        .await
    }

    /// Reads a row, locks it until the batch ends, and checks its seal.
    ///
    /// # Errors
    /// [`StoreError::Tampered`] when the seal does not fit; see [`StoreError`] for the rest.
    pub async fn lock<R: Row>(&mut self, key: impl Field) -> Result<Option<R>, StoreError> {
        Ok(self
            .lock_stored(key)
            .await?
            .map(|stored: Stored<R>| stored.row))
    }

    /// The same, with the version for "someone was quicker".
    ///
    /// # Errors
    /// As [`Change::lock`].
    pub async fn lock_stored<R: Row>(
        &mut self,
        key: impl Field,
    ) -> Result<Option<Stored<R>>, StoreError> {
        let texts = row::texts(R::TABLE);
        let sql = if self.grant.postgres {
            texts.lock
        } else {
            texts.find
        };
        let value = key.to_value();
        let place = value.key();
        let found = self.rows::<R>(sql, vec![value]).await?.pop();
        if let (None, Some(place)) = (&found, place) {
            self.seen.insert((R::TABLE.name, place), None);
        }
        Ok(found)
    }

    /// Locks a row only if it is still at the version a page showed.
    ///
    /// # Errors
    /// [`StoreError::Quicker`] when it changed since; otherwise as [`Change::lock`].
    pub async fn lock_at<R: Row>(
        &mut self,
        key: impl Field,
        version: i64,
    ) -> Result<Option<R>, StoreError> {
        match self.lock_stored::<R>(key).await? {
            Some(stored) if stored.version != version => Err(StoreError::Quicker),
            found => Ok(found.map(|stored| stored.row)),
        }
    }

    /// Reads whole rows and checks their seals; they may be saved again in this change.
    ///
    /// # Errors
    /// As [`Change::lock`].
    pub async fn find<R: Row>(
        &mut self,
        tail: Tail<R>,
        values: Vec<Value>,
    ) -> Result<Vec<R>, StoreError> {
        let found = self
            .rows::<R>(row::select(R::TABLE, tail.text), values)
            .await?;
        Ok(found.into_iter().map(|stored| stored.row).collect())
    }

    async fn rows<R: Row>(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<Stored<R>>, StoreError> {
        let found = self.read(sql, values, row::kinds(R::TABLE)).await?;
        let mut rows = Vec::with_capacity(found.len());
        for values in found {
            let Checked { row, pointer, seal } = row::checked::<R>(values, &self.vault)?;
            self.seen.insert((R::TABLE.name, row.key()), Some(seal));
            let own = Pointer::unpack(self.grant.pointer).lane;
            self.foreign |= Pointer::unpack(pointer).lane != own;
            rows.push(Stored {
                row,
                version: pointer,
            });
        }
        Ok(rows)
    }

    /// A free read inside the change.
    ///
    /// # Errors
    /// [`StoreError`] when the turn ran out or the database failed.
    pub async fn query(
        &mut self,
        sql: Sql,
        values: Vec<Value>,
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        self.read(sql.text, values, sql.kinds.to_vec()).await
    }

    async fn read(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
        kinds: Vec<Kind>,
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        let saves = take(&mut self.unsent);
        self.ask(|reply| Command::Read {
            saves,
            sql,
            values,
            kinds,
            reply,
        })
        .await
    }

    /// Puts the row into the change: an update of a row this change has read, else an insert.
    ///
    /// Seal, digest and ledger pointer are put in here, never by hand. The pointer is known
    /// already, because turns are exclusive. A row the database refuses is reported by the next
    /// call.
    pub fn save<R: Row>(&mut self, row: &R) {
        let place = (R::TABLE.name, row.key());
        let before = self.seen.get(&place).copied().flatten();
        let save = row::prepare(row, self.grant.pointer, before, &self.vault);
        self.seen.insert(place.clone(), save.after);
        self.touched.push((place.0, place.1, save.digest));
        self.unsent.push(save);
    }

    /// Removes a row that this change has read; does nothing to one that was not there.
    pub fn delete<R: Row>(&mut self, row: &R) {
        let place = (R::TABLE.name, row.key());
        let Some(before) = self.seen.get(&place).copied().flatten() else {
            return;
        };
        let save = row::prepare_delete(R::TABLE, place.1.clone(), before);
        self.seen.insert(place.clone(), None);
        self.touched.push((place.0, place.1, None));
        self.unsent.push(save);
    }

    /// Seals a value for one cell under a person's key.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when the person's key is gone.
    pub fn seal<T: Secret>(
        &self,
        value: &T,
        subject: SubjectId,
        place: &Place,
    ) -> Result<Sealed<T>, StoreError> {
        Sealed::seal(value, subject, place, &self.vault)
    }

    /// Opens a sealed cell; that it was opened goes into this change's event.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it was moved, altered, or its person was erased.
    pub fn reveal<T: Secret>(
        &mut self,
        sealed: &Sealed<T>,
        place: &Place,
    ) -> Result<T, StoreError> {
        let opened = sealed.open(place, &self.vault)?;
        self.disclosed
            .insert(format!("{}.{}:{}", place.table, place.column, place.key));
        Ok(opened)
    }

    /// The blind index of a normalised value, for an exact search.
    #[must_use]
    pub fn blind_index(&self, column: &str, normalised: &str) -> Vec<u8> {
        self.vault.blind_index(column, normalised).to_vec()
    }

    /// The only way out. Returns once the change *and* its ledger entry are durable.
    ///
    /// # Errors
    /// Nothing of the change is there; only after [`StoreError::Unknown`] it may be.
    pub async fn commit(mut self, event: A::Event) -> Result<Receipt, StoreError> {
        let draft = Box::new(self.draft(&event)?);
        let saves = take(&mut self.unsent);
        let (reply, answer) = oneshot::channel();
        let foreign = self.foreign;
        let command = Command::Commit {
            saves,
            draft,
            foreign,
            reply,
        };
        let late = StoreError::TooSlow(TURN_MAX);
        self.grant.commands.send(command).await.map_err(|_| late)?;
        // A keeper that hangs up *now* stopped between taking the change and answering.
        answer.await.map_err(|_| StoreError::Unknown)?
    }

    fn draft(&mut self, event: &A::Event) -> Result<Draft, StoreError> {
        let mut draft = draft(self.who, A::NAME, event)?;
        if self.touched.len() > TOUCHES_MAX {
            let text = format!("{} rows of at most {TOUCHES_MAX}", self.touched.len());
            return Err(StoreError::EventTooLarge(text));
        }
        if !self.disclosed.is_empty() {
            let mut open: serde_json::Value =
                serde_json::from_slice(&draft.open).unwrap_or_default();
            open["disclosed"] = serde_json::json!(take(&mut self.disclosed));
            draft.open = bounded(open.to_string().into_bytes())?;
        }
        draft.touched = touches(&self.touched);
        Ok(draft)
    }

    async fn ask<T>(
        &mut self,
        command: impl FnOnce(Answer<T>) -> Command,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let late = || StoreError::TooSlow(TURN_MAX); // hangs up only when the turn ran out
        self.grant
            .commands
            .send(command(reply))
            .await
            .map_err(|_| late())?;
        answer.await.map_err(|_| late())?
    }
}

/// The entry of a refusal: the right to `permission` is not there, or not for this place.
pub(crate) fn refusal(who: Who, permission: &'static str) -> Result<Draft, StoreError> {
    let draft = draft(who, permission, &PermissionRefused { permission })?;
    Ok(Draft {
        outcome: Outcome::Refused,
        ..draft
    })
}

/// An event as a draft of its entry, within the limits.
pub(crate) fn draft<E: Event>(
    who: Who,
    action: &'static str,
    event: &E,
) -> Result<Draft, StoreError> {
    let open =
        serde_json::to_vec(event).map_err(|error| StoreError::EventTooLarge(error.to_string()))?;
    let private = event.private();
    if let Some((_, text)) = &private
        && text.len() > PRIVATE_BYTES_MAX
    {
        return Err(StoreError::EventTooLarge(format!(
            "{} private bytes",
            text.len()
        )));
    }
    Ok(Draft {
        who,
        action,
        event: E::NAME,
        outcome: Outcome::Done,
        touched: vec![],
        open: bounded(open)?,
        private,
    })
}

fn bounded(open: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    if open.len() > OPEN_BYTES_MAX {
        return Err(StoreError::EventTooLarge(format!("{} bytes", open.len())));
    }
    Ok(open)
}
