//! The database behind the store's back: what an intruder, an accident or another program does.
//!
//! A plain connection without the store's limits and guards, so texts are put together freely.
//! Refused: nothing; that is its purpose, and why it is not in the server.

use sqlx::{Connection, Executor, PgConnection, Row, SqliteConnection};

use crate::store::database::{Database, derived};

/// One plain connection.
pub enum Raw {
    /// To a file.
    Lite(SqliteConnection),
    /// To a server.
    Postgres(PgConnection),
}

impl Raw {
    /// Connects.
    ///
    /// # Panics
    /// When the database does not answer.
    pub async fn open(url: &str) -> Self {
        let database = Database::parse(url).expect("a test knows its own address");
        match database {
            Database::Lite(options) => {
                let conn = SqliteConnection::connect_with(&options).await;
                Self::Lite(conn.expect("the test's own file opens"))
            }
            Database::Postgres(options) => {
                let conn = PgConnection::connect_with(&options).await;
                Self::Postgres(conn.expect("the tests' server answers"))
            }
        }
    }

    /// Runs statements; how many rows they touched.
    ///
    /// # Errors
    /// What the database says.
    pub async fn run(&mut self, sql: &str) -> sqlx::Result<u64> {
        let query = sqlx::raw_sql(derived(sql.to_owned()));
        Ok(match self {
            Self::Lite(conn) => conn.execute(query).await?.rows_affected(),
            Self::Postgres(conn) => conn.execute(query).await?.rows_affected(),
        })
    }

    /// The whole number in the first column of the first row.
    ///
    /// # Panics
    /// When there is none.
    pub async fn number(&mut self, sql: &str) -> i64 {
        let query = sqlx::raw_sql(derived(sql.to_owned()));
        let found = match self {
            Self::Lite(conn) => query.fetch_one(conn).await.and_then(|row| row.try_get(0)),
            Self::Postgres(conn) => query.fetch_one(conn).await.and_then(|row| row.try_get(0)),
        };
        found.expect("the statement gives a whole number")
    }

    /// The texts in the first column.
    ///
    /// # Panics
    /// When the column holds something else.
    pub async fn texts(&mut self, sql: &str) -> Vec<String> {
        let query = sqlx::raw_sql(derived(sql.to_owned()));
        let found: sqlx::Result<Vec<String>> = match self {
            Self::Lite(conn) => {
                let rows = query.fetch_all(conn).await;
                rows.and_then(|rows| rows.iter().map(|row| row.try_get(0)).collect())
            }
            Self::Postgres(conn) => {
                let rows = query.fetch_all(conn).await;
                rows.and_then(|rows| rows.iter().map(|row| row.try_get(0)).collect())
            }
        };
        found.expect("the statement gives texts")
    }

    /// Says goodbye.
    pub async fn close(self) {
        // Gone all the same if it cannot.
        let _ = match self {
            Self::Lite(conn) => conn.close().await,
            Self::Postgres(conn) => conn.close().await,
        };
    }
}
