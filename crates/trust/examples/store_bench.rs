//! How fast audited changes are, beside the same database without any of it.
//!
//! `cargo run --release -p trust --example store_bench` measures SQLite; with
//! `ALMONER_TEST_POSTGRES` set, PostgreSQL as well; `sqlite` or `postgres` behind it picks one. 64
//! writers wait for their changes; the raw side writes a row and a line of log of the same sizes on
//! the same driver, 64 to a commit. Both sides take turns in one run, and the ratio is what counts:
//! the machine's own speed cancels out.
//!
//! One audited change: the grant, a locked row and its seal, a sealed note, the row with its new
//! seal and digest, sums, and an entry in the log with a sealed part.

use std::{collections::VecDeque, time::Duration};

use serde::Serialize;
use sqlx::{ConnectOptions, Connection, Executor};
use tokio::{task::JoinSet, time::Instant};
use trust::{
    identity::{
        caller::Caller,
        permit::{Event, Permit},
    },
    store::{Store, database::Database, migrate::Migration, sealed::Sealed},
    testing::{Scratch, Setup},
    vault::SubjectId,
};

const WRITERS: usize = 64;
const CHANGES_EACH: usize = 50;
const ROUNDS: usize = 3;
const ROWS: i64 = 1_000;
const NOTE: &str = "Needs a chair, not a bed; afraid of lifts; ask for Mrs B. at the desk.";

trust::id! {
    /// A piece of work.
    pub struct JobId;
}

trust::row! {
    /// A piece of work, about as wide as a task.
    pub struct Job in "job" {
        /// Its number.
        id: JobId, Internal;
        /// Where it stands.
        state: String, Internal;
        /// How often it changed.
        changes: i64, Internal;
        /// What was written about the patient.
        note: Option<Sealed<String>>, Special;
    }
}

/// A piece of work changed.
#[derive(Clone, Debug, Serialize)]
pub struct JobChanged {
    job: JobId,
    state: &'static str,
    #[serde(skip)]
    private: (SubjectId, String),
}

impl Event for JobChanged {
    const NAME: &'static str = "bench.job_changed";

    fn private(&self) -> Option<(SubjectId, String)> {
        Some(self.private.clone())
    }
}

trust::event! {
    /// Many pieces of work were put in.
    pub struct JobsMade = "bench.jobs_made" { count: i64 }
}

trust::action! {
    /// Changes a piece of work.
    pub struct ChangeJob = "bench.change_job" ("change work") -> JobChanged;
    /// Puts work in.
    pub struct MakeJobs = "bench.make_jobs" ("put work in") -> JobsMade;
}

const TABLES: Migration = Migration {
    number: 901,
    name: "bench",
    sql: "CREATE TABLE job (
        id {int} PRIMARY KEY, state TEXT NOT NULL, changes {int} NOT NULL, note {bytes}, {sealed}
    ) {strict};
    CREATE TABLE raw_job (
        id {int} PRIMARY KEY, state TEXT NOT NULL, changes {int} NOT NULL, note {bytes}, {sealed}
    ) {strict};
    CREATE TABLE raw_log (lane {int}, sequence {int}, bytes {bytes}, PRIMARY KEY (lane, sequence))
    {strict};",
};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let setup = || Setup::with(&[TABLES]);
    let only = std::env::args().nth(1).unwrap_or_default();
    if only != "postgres" {
        compare("SQLite", Scratch::lite_with(setup()).await).await;
    }
    if is_postgres_there() && only != "sqlite" {
        compare("PostgreSQL", Scratch::postgres_with(setup()).await).await;
    } else {
        println!("PostgreSQL: left out");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "asks only whether there is something to measure"
)]
fn is_postgres_there() -> bool {
    std::env::var_os("ALMONER_TEST_POSTGRES").is_some()
}

async fn compare(name: &str, scratch: Scratch) {
    let mut callers = vec![];
    for _ in 0..WRITERS {
        callers.push(
            scratch
                .caller_with(&["bench.change_job", "bench.make_jobs"])
                .await,
        );
    }
    let subject = scratch
        .store
        .vault()
        .new_subject()
        .await
        .expect("the vault makes a key");
    make_jobs(&scratch.store, &callers[0]).await;
    let mut raw = RawSide::open(scratch.url()).await;
    let (mut ratios, mut audited, mut plain, mut whole) = (vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        let raw_rate = raw.round().await;
        let rate = audited_round(&scratch.store, &callers, subject, true).await;
        // The raw side before and after, since the machine may have become busier meanwhile.
        let raw_rate = f64::midpoint(raw_rate, raw.round().await);
        whole.push(audited_round(&scratch.store, &callers, subject, false).await);
        println!("{name}: {rate:.0} audited, {raw_rate:.0} raw");
        ratios.push(100.0 * rate / raw_rate);
        audited.push(rate);
        plain.push(raw_rate);
    }
    scratch.assert_intact().await;
    println!(
        "{name}: {:.0} audited changes/s, {:.0} raw changes/s, ratio {:.0} % ({:.0}-{:.0} %); \
         with the permit asked for each time {:.0} changes/s",
        median(&mut audited),
        median(&mut plain),
        median(&mut ratios),
        ratios.iter().copied().fold(f64::INFINITY, f64::min),
        ratios.iter().copied().fold(0.0, f64::max),
        median(&mut whole),
    );
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn rate(count: usize, took: Duration) -> f64 {
    f64::from(u32::try_from(count).expect("a round is short")) / took.as_secs_f64()
}

async fn make_jobs(store: &Store, caller: &Caller) {
    for start in (0..ROWS).step_by(250) {
        let permit = caller.permit(MakeJobs).await.expect("the right is there");
        let mut tx = store.begin(permit).await.expect("the store gives a turn");
        for id in start..start + 250 {
            tx.save(&Job {
                id: JobId(id),
                state: "requested".to_owned(),
                changes: 0,
                note: None,
            });
        }
        tx.commit(JobsMade { count: 250 })
            .await
            .expect("the rows are stored");
    }
}

async fn audited_round(
    store: &Store,
    callers: &[Caller],
    subject: SubjectId,
    is_permit_ready: bool,
) -> f64 {
    let mut preparing = JoinSet::new();
    for caller in callers.iter().cloned() {
        preparing.spawn(async move {
            let mut permits = VecDeque::new();
            for _ in 0..if is_permit_ready { CHANGES_EACH } else { 0 } {
                permits.push_back(caller.permit(ChangeJob).await.expect("the right is there"));
            }
            (caller, permits)
        });
    }
    let prepared = preparing.join_all().await;
    let mut writers = JoinSet::new();
    let began = Instant::now();
    for (writer, (caller, mut permits)) in prepared.into_iter().enumerate() {
        let store = store.clone();
        writers.spawn(async move {
            for turn in 0..CHANGES_EACH {
                let permit = match permits.pop_front() {
                    Some(permit) => permit,
                    None => caller.permit(ChangeJob).await.expect("the right is there"),
                };
                let number = i64::try_from(writer * 331 + turn * 17).expect("small") % ROWS;
                change_job(&store, permit, JobId(number), subject).await;
            }
        });
    }
    writers.join_all().await;
    rate(WRITERS * CHANGES_EACH, began.elapsed())
}

async fn change_job(store: &Store, permit: Permit<ChangeJob>, id: JobId, subject: SubjectId) {
    let mut tx = store.begin(permit).await.expect("the store gives a turn");
    let found = tx.lock::<Job>(id).await.expect("the row can be read");
    let mut job = found.expect("the row is there");
    job.state = "under way".to_owned();
    job.changes += 1;
    let place = Job::place("note", &id);
    job.note = Some(
        tx.seal(&NOTE.to_owned(), subject, &place)
            .expect("the note can be sealed"),
    );
    tx.save(&job);
    let event = JobChanged {
        job: id,
        state: "under way",
        private: (subject, NOTE.to_owned()),
    };
    tx.commit(event).await.expect("the change is stored");
}

/// The same database and driver without grant, seal, digest, sums and encryption.
enum RawSide {
    Lite(sqlx::SqliteConnection, i64),
    Postgres(sqlx::PgConnection, i64),
}

const RAW_MAKE: &str = "INSERT INTO raw_job (id, state, changes, note, entry, seal) \
     SELECT id, state, changes, note, entry, seal FROM job";
const RAW_UPDATE: &str = "UPDATE raw_job SET state = $2, changes = changes + 1, note = $3, \
     entry = $4, seal = $5 WHERE id = $1";
const RAW_INSERT: &str = "INSERT INTO raw_log (lane, sequence, bytes) VALUES (0, $1, $2)";
/// An entry of the audited side is this long.
const ENTRY_BYTES: usize = 420;

/// A group of changes on one kind of connection; the two kinds share no type.
macro_rules! raw_group {
    ($conn:expr, $next:expr, $begin:literal) => {{
        $conn.execute($begin).await.expect("a transaction begins");
        for turn in 0..64_i64 {
            let update = sqlx::query(RAW_UPDATE)
                .bind((*$next * 7 + turn * 17) % ROWS)
                .bind("under way")
                .bind(vec![7_u8; NOTE.len() + 42])
                .bind(*$next)
                .bind(vec![9_u8; 32]);
            update
                .execute(&mut *$conn)
                .await
                .expect("the row is written");
            let insert = sqlx::query(RAW_INSERT)
                .bind(*$next)
                .bind(vec![5_u8; ENTRY_BYTES]);
            insert
                .execute(&mut *$conn)
                .await
                .expect("the line is written");
            *$next += 1;
        }
        $conn.execute("COMMIT").await.expect("the group is stored");
    }};
}

impl RawSide {
    async fn open(url: &str) -> Self {
        match Database::parse(url).expect("the address is right") {
            Database::Lite(options) => {
                let mut conn = options.connect().await.expect("the file opens");
                conn.execute(RAW_MAKE).await.expect("the rows are copied");
                Self::Lite(conn, 0)
            }
            Database::Postgres(options) => {
                let mut conn = sqlx::PgConnection::connect_with(&options).await;
                let conn_made = conn.as_mut().expect("the server answers");
                conn_made
                    .execute(RAW_MAKE)
                    .await
                    .expect("the rows are copied");
                Self::Postgres(conn.expect("just used"), 0)
            }
        }
    }

    async fn round(&mut self) -> f64 {
        let began = Instant::now();
        for _ in 0..WRITERS * CHANGES_EACH / 64 {
            match self {
                Self::Lite(conn, next) => raw_group!(conn, next, "BEGIN IMMEDIATE"),
                Self::Postgres(conn, next) => raw_group!(conn, next, "BEGIN"),
            }
        }
        rate(WRITERS * CHANGES_EACH, began.elapsed())
    }
}
