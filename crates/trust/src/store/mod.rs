//! Where it lies: SQLite or PostgreSQL behind one type, every write sealed and logged.
//!
//! `Store::begin` opens the only kind of write there is (`change.rs`), `Store::read` the only kind
//! of read (`read.rs`). The keeper (`keeper.rs`) owns the writing connection and groups changes
//! into durable batches; `lane.rs` puts their entries into the ledger in the same transaction.
//! Refused: a write without a permit, a commit without its event, a read that nobody records.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex as Lock, PoisonError},
    time::Duration,
};

use tokio::sync::{Mutex, broadcast, mpsc, oneshot, watch};

use crate::{
    identity::{
        grants::{self, Known},
        permit::{Action, Permit, Scope},
    },
    ledger::entry::Outcome,
    store::{
        change::Change,
        clock::Clock,
        database::{Database, Readers},
        error::StoreError,
        health::{Head, Health, Notice},
        keeper::{Ask, Keeper, Keeping},
        lane::Receipt,
        quarantine::QuarantineLog,
        read::Reader,
    },
    vault::Vault,
};

pub mod anchoring;
pub mod change;
pub mod clock;
pub mod database;
pub mod error;
pub(crate) mod guard;
pub mod health;
pub mod instance;
pub(crate) mod keeper;
mod keys;
pub mod lane;
pub mod log;
pub mod migrate;
pub mod proving;
mod quarantine;
pub mod read;
pub mod row;
pub mod sealed;
pub mod standing;
pub mod statement;
pub mod tiles;
pub mod value;
pub mod verify;

/// How long `begin` and `read` wait for their turn before they say [`StoreError::Busy`].
const WAIT_MAX: Duration = Duration::from_secs(2);
/// Notices a slow listener may lag behind before it has to look for itself.
const NOTICES_MAX: usize = 1024;
/// Between a permit and its use another node may change a right; the keeper reads it again.
const KNOWN_LIFE: Duration = Duration::from_secs(1);

/// What a store is opened with.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// This node's lane of the ledger; 0 on a single node.
    pub lane: u16,
    /// How many lanes there are; 1 on a single node.
    pub lanes: u16,
    /// The time.
    pub clock: Clock,
    /// Where reads are recorded while the instance is read-only.
    pub quarantine_log: PathBuf,
}

/// The store. Cheap to clone; all clones share one keeper.
#[derive(Clone)]
pub struct Store {
    asks: mpsc::Sender<Ask>,
    readers: Readers,
    vault: Arc<Vault>,
    clock: Clock,
    health: watch::Sender<Health>,
    head: watch::Receiver<Head>,
    notices: broadcast::Sender<Arc<[Notice]>>,
    closing: watch::Sender<bool>,
    ended: watch::Receiver<bool>,
    instance: [u8; 16],
    known: Arc<Lock<Known>>,
}

impl Store {
    /// Connects, takes the lane, and starts the keeper. The schema must be up to date
    /// ([`migrate::migrate`]).
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] when the database does not answer, [`StoreError::Tampered`]
    /// when the ledger's head cannot be read.
    pub async fn open(
        options: Options,
        instance: [u8; 16],
        vault: Arc<Vault>,
    ) -> Result<Self, StoreError> {
        let database = Database::parse(&options.url)?;
        let (asks, waiting) = mpsc::channel(keeper::QUEUE_MAX);
        let (health, _) = watch::channel(Health::Working);
        let (head_sender, head) = watch::channel(Head {
            lane: options.lane,
            size: 0,
            root: [0; 32],
        });
        let (notices, _) = broadcast::channel(NOTICES_MAX);
        let (closing, closing_seen) = watch::channel(false);
        let known = Arc::new(Lock::new(Known::new(Some(KNOWN_LIFE))));
        let keeping = Arc::new(Keeping {
            database: database.clone(),
            asks: Mutex::new(waiting),
            vault: vault.clone(),
            clock: options.clock.clone(),
            lane: options.lane,
            lanes: options.lanes,
            instance,
            tables: row::tables().iter().map(|table| table.name).collect(),
            health: health.clone(),
            head: head_sender,
            notices: notices.clone(),
            closing: closing_seen,
            quarantine: QuarantineLog::new(options.quarantine_log),
            known: known.clone(),
        });
        let keeper = Keeper::new(keeping.clone()).start().await?;
        let unreachable = |error: sqlx::Error| StoreError::Unreachable(error.to_string());
        let readers = database.readers().await.map_err(unreachable)?;
        let (ending, ended) = watch::channel(false);
        #[expect(clippy::disallowed_methods, reason = "the keeper's home")]
        tokio::spawn({
            let readers = readers.clone();
            async move {
                let last = keeper::supervise(keeping, keeper).await;
                readers.close().await;
                if let Some(conn) = last {
                    conn.close().await;
                }
                ending.send_replace(true);
            }
        });
        let clock = options.clock;
        Ok(Self {
            asks,
            readers,
            vault,
            clock,
            health,
            head,
            notices,
            closing,
            ended,
            instance,
            known,
        })
    }

    /// Waits for a turn, re-reads the grant inside the transaction, and opens the change.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`], [`StoreError::Busy`] after two seconds of waiting,
    /// [`StoreError::Quarantined`], or what keeps the database from answering.
    pub async fn begin<A: Action>(&self, permit: Permit<A>) -> Result<Change<A>, StoreError> {
        let (reply, granted) = oneshot::channel();
        let ask = Ask::Turn {
            who: permit.who(),
            action: A::NAME,
            reply,
        };
        let grant = self.asked(ask, granted).await?;
        Ok(Change::new(grant, &permit, self.vault.clone()))
    }

    /// Records the look, then opens a view.
    ///
    /// # Errors
    /// As [`Store::begin`].
    pub async fn read<A: Action>(
        &self,
        permit: Permit<A>,
        event: A::Event,
    ) -> Result<Reader, StoreError> {
        let (_, scope) = self.record(&permit, &event, Outcome::Read, true).await?;
        let now = self.clock.day();
        Reader::open(&self.readers, self.vault.clone(), scope, now).await
    }

    /// Records that someone begins to watch, and gives them views for as long as they may.
    ///
    /// # Errors
    /// As [`Store::begin`].
    pub async fn follow<A: Action>(
        &self,
        permit: Permit<A>,
        event: A::Event,
    ) -> Result<Follower, StoreError> {
        let (_, scope) = self.record(&permit, &event, Outcome::Read, true).await?;
        Ok(Follower {
            store: self.clone(),
            scope,
            who: permit.who(),
            action: A::NAME,
        })
    }

    /// Puts an entry into the log that changes no row: a refusal, an effect outside, a failure.
    pub(crate) async fn record<A: Action>(
        &self,
        permit: &Permit<A>,
        event: &A::Event,
        outcome: Outcome,
        check: bool,
    ) -> Result<(Receipt, Scope), StoreError> {
        let mut draft = change::draft(permit.who(), A::NAME, event)?;
        draft.outcome = outcome;
        self.record_draft(draft, check).await
    }

    pub(crate) async fn record_draft(
        &self,
        draft: lane::Draft,
        check: bool,
    ) -> Result<(Receipt, Scope), StoreError> {
        let (reply, answer) = oneshot::channel();
        self.asked(
            Ask::Entry {
                draft: Box::new(draft),
                check,
                reply,
            },
            answer,
        )
        .await
    }

    /// Where a permission holds, for the permit that comes before a change or a read. A right is
    /// believed for a second, unless this node hears of a change; that there is none, never.
    pub(crate) async fn scope_of(
        &self,
        who: lane::Who,
        permission: &str,
    ) -> Result<Option<Scope>, StoreError> {
        let wall = self.clock.wall();
        let (remembered, generation) = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            (known.held(who), known.generation())
        };
        if let Some(scope) = remembered.and_then(|held| held.scope(who, permission, wall)) {
            return Ok(Some(scope));
        }
        let mut reader = self.plain().await?;
        let held = Arc::new(grants::held_in(&mut reader, who).await?);
        drop(reader);
        let scope = held.scope(who, permission, wall);
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remember(who, held, generation);
        Ok(scope)
    }

    /// A view without an entry, for what identity itself must look up before it knows who asks.
    pub(crate) async fn plain(&self) -> Result<Reader, StoreError> {
        let (vault, now) = (self.vault.clone(), self.clock.day());
        Reader::open(&self.readers, vault, Scope::Everything, now).await
    }

    /// A view of the facts of the house: it sees tables without a personal column only, and opens
    /// nothing that is sealed, so looking leaves no entry.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] when the database does not answer.
    pub async fn facts(&self) -> Result<Reader, StoreError> {
        Ok(self.plain().await?.facts_only())
    }

    async fn asked<T>(
        &self,
        ask: Ask,
        answer: oneshot::Receiver<Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let waited = tokio::time::timeout(WAIT_MAX, async {
            self.asks.send(ask).await.map_err(|_| StoreError::Closed)?;
            answer.await.map_err(|_| StoreError::Closed)?
        });
        waited.await.map_err(|_| StoreError::Busy)?
    }

    /// Puts a signed checkpoint beside the log; nobody waits for it.
    pub async fn keep_checkpoint(&self, size: u64, note: String) {
        let _ = self.asks.send(Ask::Checkpoint { size, note }).await; // a closed store keeps none
    }

    /// The time.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The vault.
    #[must_use]
    pub fn vault(&self) -> &Arc<Vault> {
        &self.vault
    }

    /// The instance's number.
    #[must_use]
    pub fn instance(&self) -> [u8; 16] {
        self.instance
    }

    /// Whether work is accepted; can be waited on.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.subscribe()
    }

    /// Makes the instance read-only until it is restarted after a person has decided.
    pub fn quarantine(&self, reason: String) {
        self.health.send_replace(Health::Quarantined(reason));
    }

    /// Where this node's log stands; can be waited on.
    #[must_use]
    pub fn head(&self) -> watch::Receiver<Head> {
        self.head.clone()
    }

    /// Every durable entry from now on.
    #[must_use]
    pub fn notices(&self) -> broadcast::Receiver<Arc<[Notice]>> {
        self.notices.subscribe()
    }

    /// Makes the keeper fail like a fault of ours, once everything asked before has been served.
    #[cfg(feature = "testing")]
    pub async fn break_keeper(&self) {
        let _ = self.asks.send(Ask::Panic).await; // a closed store has no keeper to break
    }

    /// Whether [`Store::close`] has been called.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        *self.closing.borrow()
    }

    /// Takes no more, finishes what waits, and closes the connections.
    pub async fn close(&self) {
        self.closing.send_replace(true);
        let _ = self.ended.clone().wait_for(|ended| *ended).await; // gone is ended, too
    }
}

/// Someone whose watching is on record.
#[derive(Clone)]
pub struct Follower {
    store: Store,
    scope: Scope,
    who: lane::Who,
    action: &'static str,
}

impl Follower {
    /// Where the watcher may look.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// A consistent view of now.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] when the database does not answer.
    pub async fn view(&self) -> Result<Reader, StoreError> {
        let (vault, now) = (self.store.vault.clone(), self.store.clock.day());
        Reader::open(&self.store.readers, vault, self.scope.clone(), now).await
    }

    /// Whether the right to watch still stands; asked every few seconds by live pages.
    ///
    /// # Errors
    /// [`StoreError::NotAllowed`] when it was withdrawn or the session ended.
    pub async fn still_allowed(&self) -> Result<(), StoreError> {
        let mut reader = self.store.plain().await?;
        let wall = self.store.clock.wall();
        let found = grants::scope_in(&mut reader, self.who, self.action, wall).await?;
        found.map(drop).ok_or(StoreError::NotAllowed)
    }
}
