//! What keeps the log from being changed by the program that writes it.
//!
//! Three things. Triggers in the database refuse UPDATE and DELETE on the log's tables to everyone
//! who did not first drop them; [`missing`] looks whether they stand, at every connect. On SQLite
//! the writing connection also watches itself ([`install`]): a statement that changed or removed a
//! row of the log makes the COMMIT fail, triggers or no triggers. On PostgreSQL the tables belong
//! to another role than the one the server connects as.
//!
//! Refused: calling this proof. Who owns the file can take it all away; that is then found by
//! [`verify`](super::verify). Why not `sqlite3_set_authorizer`: `docs/decisions/0003`.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use sqlx::{
    Executor, SqliteConnection,
    sqlite::{SqliteOperation, UpdateHookResult},
};

use crate::store::{
    database::Conn,
    migrate::translate,
    value::{Kind, Value},
};

/// The tables that only grow.
pub(crate) const LOG_TABLES: [&str; 2] = ["ledger_entry", "ledger_checkpoint"];

/// Every trigger with its table and what it does, on SQLite.
pub(crate) const TRIGGERS_LITE: &str =
    "SELECT tbl_name, name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY tbl_name, name";

/// The same on PostgreSQL: whether it is switched on, when it fires, and what it calls.
pub(crate) const TRIGGERS_POSTGRES: &str = "SELECT c.relname::text, t.tgname::text, \
     t.tgenabled::text || ' ' || t.tgtype::text || ' ' || p.prosrc \
     FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid \
     WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace \
     ORDER BY 1, 2";

/// On a row, before it is updated or deleted: PostgreSQL's bits for a trigger's moment.
const BEFORE_ROW_CHANGE: &str = "27";
/// On a statement, before it empties the table.
const BEFORE_TRUNCATE: &str = "34";

/// A trigger as the catalogue holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trigger {
    pub table: String,
    pub name: String,
    pub does: String,
}

/// What is wrong with a trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It is not there.
    Missing(Trigger),
    /// It does something else, or was switched off.
    Changed(Trigger),
    /// No migration made it.
    Foreign(Trigger),
}

/// Makes the writing connection refuse to commit a change of the log.
///
/// # Errors
/// When the connection is gone.
pub(crate) async fn install(conn: &mut SqliteConnection) -> sqlx::Result<()> {
    // Without this, `INSERT OR REPLACE` removes a row and fires no trigger.
    conn.execute("PRAGMA recursive_triggers = ON").await?;
    let touched = Arc::new(AtomicBool::new(false));
    let mut handle = conn.lock_handle().await?;
    let seen = touched.clone();
    handle.set_update_hook(move |change: UpdateHookResult<'_>| {
        let adds = change.operation == SqliteOperation::Insert;
        if !adds && LOG_TABLES.contains(&change.table) {
            seen.store(true, Ordering::SeqCst);
        }
    });
    let seen = touched.clone();
    handle.set_commit_hook(move || !seen.load(Ordering::SeqCst));
    handle.set_rollback_hook(move || touched.store(false, Ordering::SeqCst));
    Ok(())
}

/// Looks whether the triggers stand. Gives the reason for a quarantine, as a sentence for people.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn missing(conn: &mut Conn) -> sqlx::Result<Option<String>> {
    let postgres = conn.is_postgres();
    let sql = if postgres {
        TRIGGERS_POSTGRES
    } else {
        TRIGGERS_LITE
    };
    let found = conn
        .all(sql, vec![], &[Kind::Text, Kind::Text, Kind::Text])
        .await?;
    let found = found
        .into_iter()
        .filter_map(|line| match <[Value; 3]>::try_from(line) {
            Ok(
                [
                    Value::Text(Some(table)),
                    Value::Text(Some(name)),
                    Value::Text(Some(does)),
                ],
            ) => Some(Trigger { table, name, does }),
            _ => None,
        });
    let troubles = judge(found.collect(), postgres);
    Ok(troubles.into_iter().find_map(|trouble| match trouble {
        Trouble::Missing(trigger) => Some(format!(
            "the protection of the log was taken away: trigger {} on {} is gone",
            trigger.name, trigger.table
        )),
        Trouble::Changed(trigger) => Some(format!(
            "the protection of the log was changed: trigger {} on {} is not the one that belongs \
             there",
            trigger.name, trigger.table
        )),
        Trouble::Foreign(trigger) if LOG_TABLES.contains(&trigger.table.as_str()) => Some(format!(
            "somebody added the trigger {} to {}, a table of the log",
            trigger.name, trigger.table
        )),
        Trouble::Foreign(_) => None,
    }))
}

/// Holds the triggers found against those that belong there.
///
/// A table that a migration declared `{append_only}` may have its triggers; the log's tables must.
pub(crate) fn judge(found: Vec<Trigger>, postgres: bool) -> Vec<Trouble> {
    let mut there: BTreeMap<(String, String), Trigger> = found
        .into_iter()
        .map(|trigger| ((trigger.table.clone(), trigger.name.clone()), trigger))
        .collect();
    let mut troubles = vec![];
    for expected in LOG_TABLES
        .iter()
        .flat_map(|table| belonging_to(table, postgres))
    {
        match there.remove(&(expected.table.clone(), expected.name.clone())) {
            None => troubles.push(Trouble::Missing(expected)),
            Some(trigger) if trigger != expected => troubles.push(Trouble::Changed(trigger)),
            Some(_) => {}
        }
    }
    let is_foreign = |trigger: &Trigger| !belonging_to(&trigger.table, postgres).contains(trigger);
    troubles.extend(there.into_values().filter(is_foreign).map(Trouble::Foreign));
    troubles
}

/// The triggers of an append-only table, as the catalogue shows them after the migration.
fn belonging_to(table: &str, postgres: bool) -> Vec<Trigger> {
    let made = translate(&format!("{{append_only {table}}}"), postgres);
    let trigger = |name: String, does: String| Trigger {
        table: table.to_owned(),
        name,
        does,
    };
    if postgres {
        let body = made.split("$$").nth(1).unwrap_or_default();
        return vec![
            trigger(
                format!("{table}_no_change"),
                format!("O {BEFORE_ROW_CHANGE} {body}"),
            ),
            trigger(
                format!("{table}_no_truncate"),
                format!("O {BEFORE_TRUNCATE} {body}"),
            ),
        ];
    }
    let texts = made
        .split_inclusive("END;")
        .map(|text| text.trim().trim_end_matches(';'));
    texts
        .filter_map(|text| {
            let name = text
                .strip_prefix("CREATE TRIGGER ")?
                .split_whitespace()
                .next()?;
            Some(trigger(name.to_owned(), text.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests;
