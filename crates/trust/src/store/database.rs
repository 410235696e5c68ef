//! The bridge: one connection type over SQLite and PostgreSQL, three verbs.
//!
//! Statements are static texts with `$1` marks, which both understand. Refused: building a text
//! from a request; every text is written in the source or derived from a table's declaration.

use std::{
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, Postgres, Row, Sqlite,
    SqliteConnection, Transaction,
    pool::PoolOptions,
    postgres::{PgArguments, PgConnectOptions},
    query::Query,
    sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::store::{
    error::StoreError,
    value::{Kind, Value},
};

/// Prepared statements a connection remembers: 64 batch sizes and a few texts a table.
const STATEMENTS_CACHED: usize = 512;
/// Connections that only read.
const READERS_MAX: u32 = 8;
/// SQLite's virtual machine asks the progress handler once in this many instructions.
const PROGRESS_STEPS: i32 = 10_000;

/// Where the data lies.
#[derive(Clone, Debug)]
pub enum Database {
    /// A file.
    Lite(SqliteConnectOptions),
    /// A server.
    Postgres(PgConnectOptions),
}

impl Database {
    /// Reads `sqlite:PATH` or `postgres://…`.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`] says what is wrong with the address.
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        let bad = |error: sqlx::Error| StoreError::Unreachable(error.to_string());
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url).map_err(bad)?;
            return Ok(Self::Lite(
                options
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(Duration::from_secs(5))
                    .pragma("trusted_schema", "OFF")
                    .pragma("secure_delete", "ON")
                    .statement_cache_capacity(STATEMENTS_CACHED)
                    .disable_statement_logging(),
            ));
        }
        let options = PgConnectOptions::from_str(url).map_err(bad)?;
        Ok(Self::Postgres(
            options
                .statement_cache_capacity(STATEMENTS_CACHED)
                .application_name("almoner")
                .disable_statement_logging(),
        ))
    }

    /// Opens the writing connection. Creates a missing SQLite file.
    pub(crate) async fn connect(&self, statement_max: Duration) -> sqlx::Result<Conn> {
        match self {
            Self::Lite(options) => {
                let mut conn = options.clone().create_if_missing(true).connect().await?;
                let watch = Stopwatch::new();
                guard(&mut conn, &watch, statement_max).await?;
                crate::store::guard::install(&mut conn).await?;
                Ok(Conn::Lite(conn, watch))
            }
            Self::Postgres(options) => {
                let millis = statement_max.as_millis().to_string();
                let options = options.clone().options([
                    ("statement_timeout", millis.as_str()),
                    ("lock_timeout", "50"),
                ]);
                Ok(Conn::Postgres(options.connect().await?))
            }
        }
    }

    /// Opens the connections that only read; their number is bounded.
    pub(crate) async fn readers(&self) -> sqlx::Result<Readers> {
        match self {
            Self::Lite(options) => {
                let options = options.clone().read_only(true);
                let pool = pool().connect_with(options).await?;
                Ok(Readers::Lite(pool))
            }
            Self::Postgres(options) => {
                let options = options.clone().options([("statement_timeout", "10000")]);
                Ok(Readers::Postgres(pool().connect_with(options).await?))
            }
        }
    }
}

fn pool<D: sqlx::Database>() -> PoolOptions<D> {
    PoolOptions::new()
        .max_connections(READERS_MAX)
        .acquire_timeout(Duration::from_secs(5))
}

/// When the running statement began; shared with SQLite's progress handler.
#[derive(Clone)]
pub(crate) struct Stopwatch {
    base: Instant,
    began_millis: Arc<AtomicU64>,
}

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "measures a statement, not the time of day"
    )]
    fn new() -> Self {
        Self {
            base: Instant::now(),
            began_millis: Arc::default(),
        }
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.base.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn start(&self) {
        self.began_millis.store(self.millis(), Ordering::Relaxed);
    }
}

/// Bounds a SQLite statement's time: PostgreSQL has `statement_timeout`, SQLite a progress handler.
async fn guard(
    conn: &mut SqliteConnection,
    watch: &Stopwatch,
    statement_max: Duration,
) -> sqlx::Result<()> {
    let (watch, max) = (watch.clone(), statement_max.as_millis());
    conn.lock_handle()
        .await?
        .set_progress_handler(PROGRESS_STEPS, move || {
            let began = watch.began_millis.load(Ordering::Relaxed);
            u128::from(watch.millis().saturating_sub(began)) < max
        });
    Ok(())
}

/// The connections that only read.
#[derive(Clone)]
pub(crate) enum Readers {
    Lite(sqlx::Pool<Sqlite>),
    Postgres(sqlx::Pool<Postgres>),
}

impl Readers {
    /// One consistent view of the database; ends when dropped.
    #[expect(
        clippy::disallowed_methods,
        reason = "the home of views, which cannot write"
    )]
    pub async fn view(&self) -> sqlx::Result<View> {
        Ok(match self {
            Self::Lite(pool) => View::Lite(pool.begin().await?),
            Self::Postgres(pool) => View::Postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?,
            ),
        })
    }

    pub async fn close(&self) {
        match self {
            Self::Lite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// A read-only transaction.
pub(crate) enum View {
    Lite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl View {
    pub async fn all(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
        kinds: &[Kind],
    ) -> sqlx::Result<Vec<Vec<Value>>> {
        match self {
            Self::Lite(transaction) => lite_all(&mut *transaction, sql, values, kinds).await,
            Self::Postgres(transaction) => {
                postgres_all(&mut *transaction, sql, values, kinds).await
            }
        }
    }
}

/// The writing connection.
pub(crate) enum Conn {
    Lite(SqliteConnection, Stopwatch),
    Postgres(PgConnection),
}

impl Conn {
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Runs statements without values, several at once if need be.
    pub async fn script(&mut self, sql: &'static str) -> sqlx::Result<()> {
        match self {
            Self::Lite(conn, watch) => {
                watch.start();
                conn.execute(sqlx::raw_sql(sql)).await.map(drop)
            }
            Self::Postgres(conn) => conn.execute(sqlx::raw_sql(sql)).await.map(drop),
        }
    }

    /// Runs one writing statement; how many rows it touched.
    pub async fn run(&mut self, sql: &'static str, values: Vec<Value>) -> sqlx::Result<u64> {
        match self {
            Self::Lite(conn, watch) => {
                watch.start();
                Ok(lite_bind(sql, values).execute(conn).await?.rows_affected())
            }
            Self::Postgres(conn) => Ok(postgres_bind(sql, values)
                .execute(conn)
                .await?
                .rows_affected()),
        }
    }

    /// Reads rows; each value has the kind that stands at its place in `kinds`.
    pub async fn all(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
        kinds: &[Kind],
    ) -> sqlx::Result<Vec<Vec<Value>>> {
        match self {
            Self::Lite(conn, watch) => {
                watch.start();
                lite_all(conn, sql, values, kinds).await
            }
            Self::Postgres(conn) => postgres_all(conn, sql, values, kinds).await,
        }
    }

    /// Asks the database whether it understands a statement; the names and types of its columns.
    #[cfg(feature = "testing")]
    pub async fn prepare(&mut self, sql: &'static str) -> sqlx::Result<Vec<(String, String)>> {
        use sqlx::{Statement as _, TypeInfo as _};
        fn named<C: sqlx::Column>(column: &C) -> (String, String) {
            (
                column.name().to_owned(),
                column.type_info().name().to_owned(),
            )
        }
        let text = sqlx::SqlStr::from_static(sql);
        Ok(match self {
            Self::Lite(conn, _) => conn
                .prepare(text)
                .await?
                .columns()
                .iter()
                .map(named)
                .collect(),
            Self::Postgres(conn) => conn
                .prepare(text)
                .await?
                .columns()
                .iter()
                .map(named)
                .collect(),
        })
    }

    pub async fn close(self) {
        // A connection that cannot say goodbye is gone all the same.
        let _ = match self {
            Self::Lite(conn, _) => conn.close().await,
            Self::Postgres(conn) => conn.close_hard().await,
        };
    }
}

type LiteQuery = Query<'static, Sqlite, SqliteArguments>;

fn lite_bind(sql: &'static str, values: Vec<Value>) -> LiteQuery {
    values
        .into_iter()
        .fold(sqlx::query(sql), |query, value| match value {
            Value::Int(number) => query.bind(number),
            Value::Text(text) => query.bind(text),
            Value::Bytes(bytes) => query.bind(bytes),
        })
}

type PostgresQuery = Query<'static, Postgres, PgArguments>;

fn postgres_bind(sql: &'static str, values: Vec<Value>) -> PostgresQuery {
    values
        .into_iter()
        .fold(sqlx::query(sql), |query, value| match value {
            Value::Int(number) => query.bind(number),
            Value::Text(text) => query.bind(text),
            Value::Bytes(bytes) => query.bind(bytes),
        })
}

async fn lite_all(
    conn: &mut SqliteConnection,
    sql: &'static str,
    values: Vec<Value>,
    kinds: &[Kind],
) -> sqlx::Result<Vec<Vec<Value>>> {
    let rows = lite_bind(sql, values).fetch_all(conn).await?;
    rows.iter()
        .map(|row| taken(kinds, |place, kind| lite_value(row, place, kind)))
        .collect()
}

async fn postgres_all(
    conn: &mut PgConnection,
    sql: &'static str,
    values: Vec<Value>,
    kinds: &[Kind],
) -> sqlx::Result<Vec<Vec<Value>>> {
    let rows = postgres_bind(sql, values).fetch_all(conn).await?;
    rows.iter()
        .map(|row| taken(kinds, |place, kind| postgres_value(row, place, kind)))
        .collect()
}

fn taken(
    kinds: &[Kind],
    value: impl Fn(usize, Kind) -> sqlx::Result<Value>,
) -> sqlx::Result<Vec<Value>> {
    kinds
        .iter()
        .enumerate()
        .map(|(place, kind)| value(place, *kind))
        .collect()
}

fn lite_value(row: &sqlx::sqlite::SqliteRow, place: usize, kind: Kind) -> sqlx::Result<Value> {
    Ok(match kind {
        Kind::Int => Value::Int(row.try_get(place)?),
        Kind::Text => Value::Text(row.try_get(place)?),
        Kind::Bytes => Value::Bytes(row.try_get(place)?),
    })
}

fn postgres_value(row: &sqlx::postgres::PgRow, place: usize, kind: Kind) -> sqlx::Result<Value> {
    Ok(match kind {
        Kind::Int => Value::Int(row.try_get(place)?),
        Kind::Text => Value::Text(row.try_get(place)?),
        Kind::Bytes => Value::Bytes(row.try_get(place)?),
    })
}

/// Marks a text that was derived from a table's or migration's declaration as safe to run.
#[expect(
    clippy::disallowed_methods,
    reason = "the one home of texts that are not literals"
)]
pub(crate) fn derived(sql: String) -> sqlx::SqlStr {
    sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(sql))
}
