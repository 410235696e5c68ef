//! Migrations: one source for both databases, tokens replaced a database.
//!
//! `{int}` is a whole number of 64 bits, `{bytes}` bytes, `{strict}` SQLite's STRICT, `{sealed}`
//! the two columns every sealed table ends with, and `{append_only NAME}` (a line of its own) the
//! triggers that refuse UPDATE and DELETE on a table of the log.

use sqlx::{
    ConnectOptions, Connection,
    migrate::{Migrate, MigrateError, Migration as SqlxMigration, MigrationType, Migrator},
};

use crate::store::{
    database::{Database, derived},
    error::StoreError,
};

/// One step of the schema.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its place in the order; never reused.
    pub number: i64,
    /// What it does, in a word or two.
    pub name: &'static str,
    /// The text with tokens.
    pub sql: &'static str,
}

/// The trust core's own tables.
pub const TRUST: Migration = Migration {
    number: 1,
    name: "trust",
    sql: include_str!("../../../../migrations/0001_trust.sql"),
};

/// Brings a database up to date; does nothing to one that is.
///
/// # Errors
/// [`StoreError::Unreachable`] when the database does not answer, [`StoreError::Statement`] when a
/// migration does not fit, was changed after it ran, or the database is newer than this program.
pub async fn migrate(database: &Database, migrations: &[Migration]) -> Result<(), StoreError> {
    match database {
        Database::Lite(options) => {
            let mut conn = options
                .clone()
                .create_if_missing(true)
                .connect()
                .await
                .map_err(|error| StoreError::Unreachable(error.to_string()))?;
            run(&mut conn, migrations, false).await?;
            let _ = conn.close().await;
        }
        Database::Postgres(options) => {
            let mut conn = options
                .connect()
                .await
                .map_err(|error| StoreError::Unreachable(error.to_string()))?;
            run(&mut conn, migrations, true).await?;
            let _ = conn.close().await;
        }
    }
    Ok(())
}

async fn run<C>(conn: &mut C, migrations: &[Migration], postgres: bool) -> Result<(), StoreError>
where
    C: Migrate + sqlx::Connection,
{
    let steps = migrations
        .iter()
        .map(|step| {
            let sql = derived(translate(step.sql, postgres));
            let kind = MigrationType::Simple;
            SqlxMigration::new(step.number, step.name.into(), kind, sql, false)
        })
        .collect();
    let migrator = Migrator::with_migrations(steps);
    migrator
        .run_direct(None, conn, false)
        .await
        .map_err(|error| match error {
            MigrateError::Execute(error) => StoreError::Unreachable(error.to_string()),
            other => StoreError::Statement(other.to_string()),
        })
}

/// Replaces the tokens.
pub(crate) fn translate(sql: &str, postgres: bool) -> String {
    let (int, bytes, strict) = if postgres {
        ("BIGINT", "BYTEA", "")
    } else {
        ("INTEGER", "BLOB", "STRICT")
    };
    let sealed = format!("entry {int} NOT NULL, seal {bytes} NOT NULL");
    let mut out = String::with_capacity(sql.len());
    for line in sql.lines() {
        match line
            .trim()
            .strip_prefix("{append_only ")
            .and_then(|rest| rest.strip_suffix('}'))
        {
            Some(table) => out.push_str(&append_only(table, postgres)),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out.replace("{sealed}", &sealed)
        .replace("{int}", int)
        .replace("{bytes}", bytes)
        .replace("{strict}", strict)
}

/// The triggers that refuse to change what is written. Their names are checked at every start.
fn append_only(table: &str, postgres: bool) -> String {
    let refuse = format!("the log cannot be changed ({table})");
    if postgres {
        return format!(
            "CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$\n\
             BEGIN RAISE EXCEPTION '{refuse}'; END $$;\n\
             CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}\n\
             FOR EACH ROW EXECUTE FUNCTION {table}_refuse();\n\
             CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}\n\
             FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse();\n"
        );
    }
    ["UPDATE", "DELETE"]
        .map(|verb| {
            let name = verb.to_lowercase();
            format!(
                "CREATE TRIGGER {table}_no_{name} BEFORE {verb} ON {table}\n\
                 BEGIN SELECT RAISE(ABORT, '{refuse}'); END;\n"
            )
        })
        .concat()
}
