//! What an operator's look asks a database: read-only, and nothing that needs a key.
//!
//! Refused: opinions. Whether something is wrong, the command `almoner doctor` says.

use crate::store::{
    database::{Database, View},
    error::StoreError,
    value::{Kind, Moment, Value},
};

/// How a database stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The number of the newest migration that ran.
    pub migration: i64,
    /// The moment of the newest entry of any lane; none before the first.
    pub last_at: Option<Moment>,
    /// Tables that the role we connect as owns, on PostgreSQL: it could drop their triggers.
    pub tables_owned: Option<i64>,
}

/// Asks.
///
/// # Errors
/// [`StoreError::Unreachable`] when the database does not answer, or is none of ours.
pub async fn standing(database: &Database) -> Result<Standing, StoreError> {
    let readers = database.readers().await.map_err(unreachable)?;
    let asked = match readers.view().await {
        Ok(mut view) => ask(&mut view, matches!(database, Database::Postgres(_))).await,
        Err(error) => Err(error),
    };
    readers.close().await;
    asked.map_err(unreachable)
}

async fn ask(view: &mut View, is_postgres: bool) -> sqlx::Result<Standing> {
    let migration = number(view, "SELECT MAX(version) FROM _sqlx_migrations").await?;
    let last_at = number(view, "SELECT MAX(last_at) FROM ledger_head").await?;
    let tables_owned = if is_postgres {
        number(view, TABLES_OWNED).await?
    } else {
        None
    };
    Ok(Standing {
        migration: migration.unwrap_or(0),
        last_at: last_at.filter(|at| *at > 0).map(Moment),
        tables_owned,
    })
}

const TABLES_OWNED: &str = "SELECT COUNT(*) FROM pg_class WHERE relkind = 'r' \
     AND relnamespace = current_schema()::regnamespace \
     AND pg_has_role(current_user, relowner, 'USAGE')";

async fn number(view: &mut View, sql: &'static str) -> sqlx::Result<Option<i64>> {
    let found = view.all(sql, vec![], &[Kind::Int]).await?;
    Ok(match found.first().map(Vec::as_slice) {
        Some([Value::Int(number)]) => *number,
        _ => None,
    })
}

fn unreachable(error: sqlx::Error) -> StoreError {
    StoreError::Unreachable(error.to_string())
}
