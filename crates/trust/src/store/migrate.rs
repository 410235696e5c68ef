//! Migrations: one source for both databases, tokens replaced a database.
//!
//! `{int}` is a whole number of 64 bits, `{bytes}` bytes, `{strict}` SQLite's STRICT, `{sealed}`
//! the two columns every sealed table ends with, and `{append_only NAME}` (a line of its own) the
//! triggers that refuse UPDATE and DELETE on a table of the log.

use sqlx::{
    ConnectOptions, Connection, Executor,
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
    if is_up_to_date(conn, &migrator).await {
        return Ok(());
    }
    migrator
        .run_direct(None, conn, false)
        .await
        .map_err(|error| match error {
            MigrateError::Execute(error) => StoreError::Unreachable(error.to_string()),
            other => StoreError::Statement(other.to_string()),
        })
}

/// Whether every migration ran as it is. Asked first, because the migrator wants to make its own
/// table, which a server that connects as a role without ownership may not even try.
async fn is_up_to_date<C: Migrate>(conn: &mut C, migrator: &Migrator) -> bool {
    let table = &migrator.table_name;
    let is_clean = matches!(conn.dirty_version(table).await, Ok(None));
    let applied = conn.list_applied_migrations(table).await;
    let Ok(applied) = applied else {
        return false; // no such table yet, or no connection: the migrator will say which
    };
    let same = |(step, done): (&SqlxMigration, &sqlx::migrate::AppliedMigration)| {
        step.version == done.version && step.checksum == done.checksum
    };
    is_clean
        && applied.len() == migrator.migrations.len()
        && migrator.migrations.iter().zip(&applied).all(same)
}

/// What a role that owns nothing needs to serve an instance on PostgreSQL, and no more: the log
/// can be added to and not changed, and the schema not at all. Run as the owner.
///
/// # Errors
/// [`StoreError::Statement`] for SQLite, which has no roles, and for a name that is not made of
/// small letters, digits and underscores; otherwise what the database says.
pub async fn entitle(database: &Database, role: &str) -> Result<(), StoreError> {
    let is_plain = |letter: char| letter.is_ascii_lowercase() || "_0123456789".contains(letter);
    let is_name = role.len() <= 63
        && role.starts_with(|first: char| first.is_ascii_lowercase())
        && role.chars().all(is_plain);
    let (Database::Postgres(options), true) = (database, is_name) else {
        return Err(StoreError::Statement(format!(
            "{role:?} cannot be given rights: a role of PostgreSQL is wanted, in small letters"
        )));
    };
    let unreachable = |error: sqlx::Error| StoreError::Unreachable(error.to_string());
    let mut conn = options.connect().await.map_err(unreachable)?;
    let sql = sqlx::raw_sql(derived(RIGHTS.replace("ROLE", role)));
    let given = conn.execute(sql).await;
    let _ = conn.close().await; // one that cannot say goodbye is gone all the same
    given
        .map(drop)
        .map_err(|error| StoreError::Statement(error.to_string()))
}

/// One text, so that PostgreSQL does all of it or nothing.
const RIGHTS: &str = "\
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ROLE; \
    GRANT USAGE ON SCHEMA public TO ROLE; \
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ROLE; \
    REVOKE UPDATE, DELETE ON ledger_entry, ledger_checkpoint FROM ROLE; \
    REVOKE DELETE ON ledger_head, ledger_sum FROM ROLE; \
    REVOKE INSERT, UPDATE, DELETE ON instance, _sqlx_migrations FROM ROLE";

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
