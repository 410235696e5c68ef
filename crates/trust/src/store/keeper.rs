//! The keeper: the one task that owns the writing connection and the open batch.
//!
//! Changes take turns on it, first come first served. When nobody waits, or at 64 changes or 5 ms,
//! it adds the ledger entries, commits, and answers everyone. Nobody ever cancels it, so no
//! statement is dropped half way; a change that goes away (client gone, abort, timeout, panic)
//! closes its channel, and the keeper undoes it. There is no `Drop` code at all.
//!
//! `keeper/undo.rs` undoes one change, `keeper/recovery.rs` finds out what became of a batch.
//!
//! The keeper itself may panic only through a fault of ours; `supervise` starts another one, which
//! takes a new epoch on the lane, so nothing the first one left half done can be committed.

use std::{
    mem::take,
    sync::{Arc, Mutex as Lock, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex, broadcast, mpsc, oneshot, watch},
    time::{Instant, timeout_at},
};

use crate::{
    identity::{
        grants::{self, Held, Known, Outdated},
        permit::Scope,
    },
    ledger::Hash,
    store::{
        clock::Clock,
        database::{Conn, Database},
        error::{StoreError, verdict},
        health::{Head, Health, Notice},
        keys::Keys,
        lane::{self, Draft, Lane, Placed, Receipt, Who},
        quarantine::QuarantineLog,
        row::Save,
        value::{Kind, Moment, Value},
    },
    vault::Vault,
};

mod batch;
mod recovery;
mod undo;

use self::batch::{Batch, Reply, Waiting};

/// Changes in one batch. Also PostgreSQL's cache of subtransactions; more slows every reader.
const BATCH_CHANGES_MAX: usize = 64;
/// Entries in one batch: reads and refusals cost no turn, so more of them fit.
const BATCH_ENTRIES_MAX: usize = 256;
/// A batch is committed after this time even if more changes wait; on a slow disk after twice the
/// time that the last commit took, so that most of the time is spent on changes.
const BATCH_AGE_MAX: Duration = Duration::from_millis(5);
/// However slow the disk, a batch waits no longer.
const BATCH_AGE_SLOW_MAX: Duration = Duration::from_millis(25);
/// A change's own time: what the database needs is not held against it.
pub(crate) const TURN_MAX: Duration = Duration::from_millis(250);
/// The longest time one statement may run.
pub(crate) const STATEMENT_MAX: Duration = Duration::from_secs(2);
/// Changes that may wait; after that `begin` says [`StoreError::Busy`].
pub(crate) const QUEUE_MAX: usize = 1024;

pub(crate) type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

/// What is asked of the keeper.
pub(crate) enum Ask {
    /// A turn to write.
    Turn {
        who: Who,
        action: &'static str,
        reply: Answer<Grant>,
    },
    /// An entry without a turn: a read, or a refusal. `check` re-reads the grant first.
    Entry {
        draft: Box<Draft>,
        check: bool,
        reply: Answer<(Receipt, Scope)>,
    },
    /// A signed checkpoint, kept beside the log.
    Checkpoint { size: u64, note: String },
    /// A fault of ours, for the test that the next keeper goes on.
    #[cfg(feature = "testing")]
    Panic,
}

/// A turn, granted.
pub(crate) struct Grant {
    pub commands: mpsc::Sender<Command>,
    pub pointer: i64,
    pub now: Moment,
    pub scope: Scope,
    pub postgres: bool,
}

/// What a change asks for during its turn.
pub(crate) enum Command {
    Read {
        saves: Vec<Save>,
        sql: &'static str,
        values: Vec<Value>,
        kinds: Vec<Kind>,
        reply: Answer<Vec<Vec<Value>>>,
    },
    NewKey {
        table: &'static str,
        column: &'static str,
        reply: Answer<i64>,
    },
    /// `foreign`: a row was last written by another lane, so this entry must be later than that.
    Commit {
        saves: Vec<Save>,
        draft: Box<Draft>,
        foreign: bool,
        reply: Answer<Receipt>,
    },
    /// Ends the turn with an entry that says what was refused; nothing else of it stays.
    Refuse {
        draft: Box<Draft>,
        reply: Answer<Receipt>,
    },
}

/// Everything a keeper needs that outlives it.
pub(crate) struct Keeping {
    pub database: Database,
    pub asks: Mutex<mpsc::Receiver<Ask>>,
    pub vault: Arc<Vault>,
    pub clock: Clock,
    pub lane: u16,
    pub lanes: u16,
    pub instance: [u8; 16],
    pub tables: Vec<&'static str>,
    pub health: watch::Sender<Health>,
    pub head: watch::Sender<Head>,
    pub notices: broadcast::Sender<Arc<[Notice]>>,
    pub closing: watch::Receiver<bool>,
    pub quarantine: QuarantineLog,
    /// What the store remembers of people's rights between a permit and its use.
    pub known: Arc<Lock<Known>>,
}

/// Keeps a keeper running until the store is closed; `keeper` is the first. Gives back the writing
/// connection: SQLite tidies its journal away when the last connection closes, and only a writing
/// one can.
pub(crate) async fn supervise(keeping: Arc<Keeping>, mut keeper: Keeper) -> Option<Conn> {
    loop {
        // Its own task, so that a panic ends this keeper and not the supervision.
        #[expect(clippy::disallowed_methods, reason = "the keeper's home")]
        let ended = tokio::spawn(keeper.run()).await;
        match ended {
            Ok(conn) => return conn,
            Err(error) => {
                tracing::error!(%error, "the keeper stopped; another one takes over");
                Health::note(
                    &keeping.health,
                    Health::Failing("the keeper stopped".to_owned()),
                );
            }
        }
        keeper = Keeper::new(keeping.clone());
    }
}

pub(crate) struct Keeper {
    keeping: Arc<Keeping>,
    conn: Option<Conn>,
    lane: Lane,
    keys: Keys,
    /// Exact on a single lane: every change of a right goes through here.
    known: Known,
    batch: Batch,
    batch_age_max: Duration,
}

/// Why the keeper woke up.
enum Woken {
    Asked(Option<Ask>),
    Closing,
    Failing,
}

impl Keeper {
    pub fn new(keeping: Arc<Keeping>) -> Self {
        let lane = Lane::new(keeping.lane, keeping.instance, keeping.tables.clone());
        let keys = Keys::new(keeping.lane, keeping.lanes);
        let (batch, batch_age_max) = (Batch::default(), BATCH_AGE_MAX);
        Self {
            keeping,
            conn: None,
            lane,
            keys,
            known: Known::new(None),
            batch,
            batch_age_max,
        }
    }

    /// Connects and takes the lane, so that a start fails loudly when the database is away.
    pub async fn start(mut self) -> Result<Self, StoreError> {
        self.connect().await?;
        Ok(self)
    }

    /// Serves until the store is closed; gives back the connection, which must be closed last.
    pub async fn run(mut self) -> Option<Conn> {
        let keeping = self.keeping.clone();
        let mut asks = keeping.asks.lock().await;
        let mut closing = keeping.closing.clone();
        loop {
            let woken = tokio::select! {
                biased;
                ask = asks.recv() => Woken::Asked(ask),
                _ = closing.wait_for(|closing| *closing), if !asks.is_closed() => Woken::Closing,
                () = self.failing_a_while() => Woken::Failing,
            };
            let ask = match woken {
                Woken::Asked(Some(ask)) => ask,
                Woken::Asked(None) => break,
                Woken::Closing => {
                    asks.close(); // what waits already is still served
                    continue;
                }
                Woken::Failing => {
                    self.probe().await;
                    continue;
                }
            };
            self.serve(ask).await;
            while !self.is_due()
                && let Ok(ask) = asks.try_recv()
            {
                self.serve(ask).await;
            } // due, or nobody waits
            self.close_batch().await;
        }
        self.conn.take()
    }

    fn is_due(&self) -> bool {
        self.batch.broken.is_some()
            || self.batch.changes >= BATCH_CHANGES_MAX
            || self.batch.entries.len() >= BATCH_ENTRIES_MAX
            || self
                .batch
                .opened
                .is_some_and(|opened| opened.elapsed() >= self.batch_age_max)
    }

    async fn serve(&mut self, ask: Ask) {
        match ask {
            Ask::Turn { who, action, reply } => self.serve_turn(who, action, reply).await,
            Ask::Entry {
                draft,
                check,
                reply,
            } => self.serve_entry(*draft, check, reply).await,
            Ask::Checkpoint { size, note } => {
                if self.open_batch().await.is_ok() {
                    self.batch.checkpoints.push((size, note));
                }
            }
            #[cfg(feature = "testing")]
            Ask::Panic => panic!("a test asked the keeper to fail"),
        }
    }

    async fn serve_turn(&mut self, who: Who, action: &'static str, reply: Answer<Grant>) {
        if reply.is_closed() {
            return; // waited too long and left
        }
        let (commands, mut inbox) = mpsc::channel(1);
        let grant = self.admit(who, action, commands).await;
        let admitted = grant.is_ok();
        let _ = reply.send(grant); // a waiter gone meanwhile drops `commands` here
        if !admitted {
            return;
        }
        let (mut deadline, mut written) = (Instant::now() + TURN_MAX, vec![]);
        // `None`: dropped, cancelled, panicked. An error: too slow. Either way it is undone.
        while let Ok(Some(command)) = timeout_at(deadline, inbox.recv()).await {
            let asked = Instant::now();
            if self.obey(command, &mut written).await {
                return;
            }
            deadline += asked.elapsed(); // the database's own time is not held against the change
        }
        if !written.is_empty() {
            self.roll_back_change().await;
        }
        // What is still in the inbox came too late; it must hear that it was undone.
        inbox.close();
        while let Some(command) = inbox.recv().await {
            command.refuse(StoreError::TooSlow(TURN_MAX));
        }
    }

    async fn serve_entry(&mut self, draft: Draft, check: bool, reply: Answer<(Receipt, Scope)>) {
        let is_quarantined = matches!(&*self.keeping.health.borrow(), Health::Quarantined(_));
        if is_quarantined {
            // The log takes nothing; the right is read again all the same.
            let kept = match self.entry_scope(&draft, check).await {
                Ok(scope) => {
                    let wall = self.keeping.clock.wall();
                    self.keeping
                        .quarantine
                        .append(&draft, wall)
                        .map(|receipt| (receipt, scope))
                }
                Err(error) => Err(error),
            };
            let _ = reply.send(kept);
            return;
        }
        let notice = Notice::of(&draft);
        match self.place_entry(draft, check).await {
            Ok((placed, scope)) => {
                self.accept(vec![], placed, notice, Reply::Entry(reply, scope));
            }
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    async fn place_entry(
        &mut self,
        draft: Draft,
        check: bool,
    ) -> Result<(Placed, Scope), StoreError> {
        let scope = self.entry_scope(&draft, check).await?;
        let wall = self.keeping.clock.wall();
        Ok((self.lane.place(draft, wall, &self.keeping.vault)?, scope))
    }

    async fn entry_scope(&mut self, draft: &Draft, check: bool) -> Result<Scope, StoreError> {
        self.open_batch().await?;
        if !check {
            return Ok(Scope::Everything);
        }
        self.scope_of(draft.who, draft.action).await
    }

    async fn admit(
        &mut self,
        who: Who,
        action: &'static str,
        commands: mpsc::Sender<Command>,
    ) -> Result<Grant, StoreError> {
        if let Health::Quarantined(reason) = &*self.keeping.health.borrow() {
            return Err(StoreError::Quarantined(reason.clone()));
        }
        self.open_batch().await?;
        let scope = self.scope_of(who, action).await?;
        let (pointer, now) = (self.lane.next_pointer(), self.keeping.clock.day());
        let postgres = self.conn().is_postgres();
        Ok(Grant {
            commands,
            pointer,
            now,
            scope,
            postgres,
        })
    }

    /// The grant as it is now, inside the transaction: a right withdrawn a second ago counts.
    async fn scope_of(&mut self, who: Who, action: &'static str) -> Result<Scope, StoreError> {
        let wall = self.keeping.clock.wall();
        // Another node's lane begins empty, too, and founds nothing.
        let is_first = self.lane.number == 0 && self.lane.frontier.size() == 0;
        match self.held(who).await?.scope(who, action, wall) {
            Some(scope) => Ok(scope),
            // The very first entry founds the instance: there is nobody yet who could allow it.
            None if is_first && action == crate::identity::founding::FOUND => Ok(Scope::Everything),
            None => Err(StoreError::NotAllowed),
        }
    }

    async fn held(&mut self, who: Who) -> Result<Arc<Held>, StoreError> {
        let remembers = self.keeping.lanes == 1;
        if remembers && let Some(held) = self.known.held(who) {
            return Ok(held);
        }
        let mut answers = [const { vec![] }; 4];
        for (answer, (text, values, kinds)) in answers.iter_mut().zip(grants::questions(who)) {
            *answer = match self.conn().all(text, values, &kinds).await {
                Ok(found) => found,
                Err(error) => return Err(self.undo(error).await),
            };
        }
        let held = Arc::new(Held::from_answers(answers, &self.keeping.vault)?);
        if remembers {
            let generation = self.known.generation();
            self.known.remember(who, held.clone(), generation);
        }
        Ok(held)
    }

    /// Does one command; true when the turn is over.
    async fn obey(&mut self, command: Command, written: &mut Vec<Save>) -> bool {
        match command {
            Command::Read {
                saves,
                sql,
                values,
                kinds,
                reply,
            } => {
                let found = match self.write(saves, written, false).await {
                    Ok(()) => self.conn().all(sql, values, &kinds).await,
                    Err(error) => Err(error),
                };
                self.answer(found, reply).await
            }
            Command::NewKey {
                table,
                column,
                reply,
            } => {
                let conn = self.conn.as_mut().expect("an open batch has a connection");
                let found = self.keys.next(conn, table, column).await;
                self.answer(found, reply).await
            }
            Command::Commit {
                saves,
                draft,
                foreign,
                reply,
            } => {
                let notice = Notice::of(&draft);
                match self.finish(saves, *draft, foreign, written).await {
                    Ok(placed) => {
                        self.move_mark(
                            "RELEASE SAVEPOINT change; SAVEPOINT change",
                            "RELEASE SAVEPOINT change",
                        )
                        .await;
                        self.accept(take(written), placed, notice, Reply::Change(reply));
                    }
                    Err(error) => drop(reply.send(Err(error))),
                }
                true
            }
            Command::Refuse { draft, reply } => {
                if !written.is_empty() {
                    self.roll_back_change().await;
                }
                let (notice, wall) = (Notice::of(&draft), self.keeping.clock.wall());
                match self.lane.place(*draft, wall, &self.keeping.vault) {
                    Ok(placed) => self.accept(vec![], placed, notice, Reply::Change(reply)),
                    Err(error) => drop(reply.send(Err(error))),
                }
                true
            }
        }
    }

    /// Hands out what was found; a failed statement ends the turn.
    async fn answer<T>(&mut self, found: sqlx::Result<T>, reply: Answer<T>) -> bool {
        let over = found.is_err();
        let _ = match found {
            Ok(found) => reply.send(Ok(found)),
            Err(error) => {
                let error = self.undo(error).await;
                reply.send(Err(error))
            }
        };
        over
    }

    /// The last writes of a change. Its entry is made first: one that does not fit, or whose person
    /// was erased, must not cost the other changes of the batch anything.
    async fn finish(
        &mut self,
        saves: Vec<Save>,
        draft: Draft,
        foreign: bool,
        written: &mut Vec<Save>,
    ) -> Result<Placed, StoreError> {
        if foreign {
            // Its time must be later than that of any row it read.
            let conn = self.conn.as_mut().expect("an open batch has a connection");
            if let Err(error) = self.lane.catch_up(conn).await {
                return Err(self.undo(error).await);
            }
        }
        let wall = self.keeping.clock.wall();
        let placed = self.lane.place(draft, wall, &self.keeping.vault);
        if placed.is_err() {
            if !written.is_empty() {
                self.roll_back_change().await;
            }
            return placed;
        }
        match self.write(saves, written, true).await {
            Ok(()) => placed,
            Err(error) => Err(self.undo(error).await),
        }
    }

    async fn write(
        &mut self,
        saves: Vec<Save>,
        written: &mut Vec<Save>,
        last: bool,
    ) -> sqlx::Result<()> {
        let replays = self.replays();
        // SQLite undoes a failed statement by itself: one row, sent with its commit, needs no mark.
        let whole = last && saves.len() <= 1 && written.is_empty();
        if !self.batch.marked && !saves.is_empty() && !whole && !replays {
            self.conn().script("SAVEPOINT change").await?;
            self.batch.marked = true;
        }
        for mut save in saves {
            let values = match replays {
                true => save.values.clone(),
                false => take(&mut save.values),
            };
            if let Some(outdated) = Outdated::by(save.table.name, &save.key) {
                self.known.forget(&outdated);
                self.batch.outdated.push(outdated);
            }
            // Pushed first: a change that fails here has written, and must be undone.
            let sql = save.sql;
            written.push(save);
            if self.conn().run(sql, values).await? != 1 {
                return Err(sqlx::Error::RowNotFound); // no longer the seal we read
            }
        }
        Ok(())
    }

    /// Takes a finished change, or an entry of its own, into the batch.
    fn accept(&mut self, written: Vec<Save>, placed: Placed, notice: Notice, reply: Reply) {
        self.lane.append(&placed);
        for save in &written {
            let bucket = self.lane.count(save);
            self.batch.buckets.insert(bucket);
        }
        if self.replays() {
            self.batch.accepted.extend(written);
        }
        let Placed { receipt, bytes, .. } = placed;
        let notice = notice.at(receipt.pointer);
        self.batch.changes += usize::from(matches!(reply, Reply::Change(_)));
        self.batch.entries.push(Waiting {
            receipt,
            bytes,
            notice,
            reply,
        });
    }

    async fn open_batch(&mut self) -> Result<(), StoreError> {
        if self.batch.opened.is_some() {
            return self.batch.broken.clone().map_or(Ok(()), Err);
        }
        let is_fresh = self.conn.is_none();
        if is_fresh {
            self.reconnect().await?;
        }
        let mut begun = self.begin().await;
        if matches!(begun, Err(StoreError::Unreachable(_))) && !is_fresh {
            // The connection ended while nobody used it. Nothing has happened, so nobody need know.
            self.conn = None;
            self.reconnect().await?;
            begun = self.begin().await;
        }
        self.batch.opened = Some(Instant::now());
        self.batch.broken = begun.clone().err();
        begun
    }

    async fn begin(&mut self) -> Result<(), StoreError> {
        let postgres = self.conn().is_postgres();
        self.batch.marked = postgres && !self.replays();
        let sql = match (postgres, self.batch.marked) {
            (true, true) => "BEGIN; SAVEPOINT change",
            (true, false) => "BEGIN",
            (false, _) => "BEGIN IMMEDIATE",
        };
        let begun = self.conn().script(sql).await;
        begun.map_err(|error| match verdict(&error, postgres).0 {
            StoreError::Statement(text) => StoreError::Unreachable(text),
            other => other,
        })
    }

    /// The durable commit, then everyone's answer. Nobody was told anything before.
    async fn close_batch(&mut self) {
        let mut batch = take(&mut self.batch);
        let idle = batch.entries.is_empty() && batch.checkpoints.is_empty();
        let outcome = match &batch.broken {
            _ if batch.opened.is_none() => return,
            Some(error) => Err(error.clone()),
            None if idle => self.roll_back_all().await,
            None => self.append_and_commit(&mut batch).await,
        };
        let last = batch.entries.last().map(|waiting| waiting.receipt);
        let outcome = match outcome {
            Ok(()) => Ok(()),
            Err(error) => self.recover(error, last).await,
        };
        self.tell(batch, &outcome);
    }

    async fn roll_back_all(&mut self) -> Result<(), StoreError> {
        let conn = self.conn();
        let postgres = conn.is_postgres();
        conn.script("ROLLBACK")
            .await
            .map_err(|error| verdict(&error, postgres).0)
    }

    /// The last writes: entries, sums, head. One statement each, however many changes there were.
    async fn append_and_commit(&mut self, batch: &mut Batch) -> Result<(), StoreError> {
        let conn = self.conn.as_mut().expect("an open batch has a connection");
        let postgres = conn.is_postgres();
        let told = move |error: sqlx::Error| match verdict(&error, postgres).0 {
            // An entry stands in our place already: another keeper took the lane.
            StoreError::Rule(_) => StoreError::TryAgain,
            other => other,
        };
        if !batch.entries.is_empty() {
            let bytes = batch
                .entries
                .iter_mut()
                .map(|waiting| take(&mut waiting.bytes))
                .collect();
            self.lane
                .write(conn, bytes, &batch.buckets)
                .await
                .map_err(told)?;
            // The head's compare-and-swap changed no row: another keeper took the lane.
            if !self.lane.swap_head(conn).await.map_err(told)? {
                return Err(StoreError::TryAgain);
            }
        }
        for (size, note) in batch.checkpoints.drain(..) {
            self.lane
                .keep_checkpoint(conn, size, note)
                .await
                .map_err(told)?;
        }
        let began = Instant::now();
        conn.script("COMMIT")
            .await
            .map_err(|error| match verdict(&error, postgres).0 {
                StoreError::TryAgain => StoreError::TryAgain, // 40001: surely not done
                // SQLite says so before it writes: the transaction is rolled back or still open.
                StoreError::DiskFull if !postgres => StoreError::DiskFull,
                _ => StoreError::Unknown,
            })?;
        self.batch_age_max = (began.elapsed() * 2).clamp(BATCH_AGE_MAX, BATCH_AGE_SLOW_MAX);
        self.lane.settled();
        Ok(())
    }

    fn tell(&mut self, batch: Batch, outcome: &Result<(), StoreError>) {
        match outcome {
            Ok(()) => {
                self.forget_outdated(&batch);
                Health::note(&self.keeping.health, Health::Working);
                let (size, root) = (self.lane.frontier.size(), self.lane.frontier.root());
                self.keeping.head.send_replace(Head {
                    lane: self.lane.number,
                    size,
                    root,
                });
            }
            Err(error) => {
                if !matches!(error, StoreError::TryAgain) {
                    Health::note(&self.keeping.health, Health::Failing(error.to_string()));
                }
            }
        }
        let mut notices = Vec::with_capacity(batch.entries.len());
        for waiting in batch.entries {
            waiting
                .reply
                .send(outcome.clone().map(|()| waiting.receipt));
            notices.push(waiting.notice);
        }
        if outcome.is_ok() && !notices.is_empty() {
            let _ = self.keeping.notices.send(notices.into()); // nobody may be listening
        }
    }

    /// Before anybody hears that a right changed, nobody believes the old one any more.
    fn forget_outdated(&self, batch: &Batch) {
        let known = &self.keeping.known;
        for outdated in &batch.outdated {
            known
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .forget(outdated);
        }
    }

    fn conn(&mut self) -> &mut Conn {
        self.conn.as_mut().expect("an open batch has a connection")
    }
}

impl Command {
    fn refuse(self, error: StoreError) {
        match self {
            Self::Read { reply, .. } => drop(reply.send(Err(error))),
            Self::NewKey { reply, .. } => drop(reply.send(Err(error))),
            Self::Commit { reply, .. } | Self::Refuse { reply, .. } => {
                drop(reply.send(Err(error)));
            }
        }
    }
}

/// A row's place and what it became, as a change remembers it.
pub(crate) type Touched = (&'static str, crate::ledger::entry::Key, Option<Hash>);

pub(crate) use lane::touches;
