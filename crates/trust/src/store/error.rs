//! Why the store refused, in cases that a caller can act on.

use std::time::Duration;

use crate::vault::{SubjectId, VaultError};

/// Why a read or a change did not happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The right is not there, or not there any more.
    #[error("not allowed")]
    NotAllowed,
    /// The row changed since it was shown, or since this change read it.
    #[error("someone was quicker")]
    Quicker,
    /// A rule of the database (unique, foreign key, check) refused a row.
    #[error("the database refused a row: {0}")]
    Rule(String),
    /// Nothing happened; the same again may work.
    #[error("the database asks to try again")]
    TryAgain,
    /// Too many changes are waiting.
    #[error("too many changes are waiting")]
    Busy,
    /// The change held its turn too long and was undone.
    #[error("the change took longer than {0:?} of its own time and was undone")]
    TooSlow(Duration),
    /// No room for another log entry: work is refused, nothing is lost.
    #[error("the disk is full")]
    DiskFull,
    /// The database does not answer.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The answer to COMMIT was lost and the truth could not be found out yet.
    #[error("it is not known whether the change was stored")]
    Unknown,
    /// A row's seal does not fit its contents.
    #[error("row {key} of {table} was changed outside Almoner")]
    Tampered {
        /// The table.
        table: &'static str,
        /// The row's key as text.
        key: String,
    },
    /// The instance is read-only, with the reason.
    #[error("the instance is read-only: {0}")]
    Quarantined(String),
    /// A ciphertext could not be opened: altered, moved, or its key is missing. Raise the alarm.
    #[error("a sealed value cannot be opened: {0}")]
    Sealed(String),
    /// The person's keys were destroyed on purpose. Show that, and go on.
    #[error("subject {0} was erased")]
    Erased(SubjectId),
    /// The event does not fit into a log entry.
    #[error("the event is too large for the log: {0}")]
    EventTooLarge(String),
    /// The server is stopping.
    #[error("the store is closed")]
    Closed,
    /// A fault of ours: the database did not understand a statement.
    #[error("the database did not accept a statement: {0}")]
    Statement(String),
}

impl From<VaultError> for StoreError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Erased(subject) | VaultError::BeingErased(subject) => Self::Erased(subject),
            other => Self::Sealed(other.to_string()),
        }
    }
}

impl StoreError {
    /// Whether the same request may succeed a moment later (HTTP 503 with `Retry-After`).
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::TryAgain
                | Self::Busy
                | Self::TooSlow(_)
                | Self::DiskFull
                | Self::Unreachable(_)
                | Self::Unknown
                | Self::Closed
        )
    }
}

/// What to answer for a database's error, and whether the open transaction still stands.
///
/// SQLite undoes the *whole* transaction, silently, when a write meets a full disk, an I/O error or
/// an interruption; the next statement would run on its own. So there only a broken table rule
/// keeps the batch. PostgreSQL goes back to the standing savepoint, unless the connection is gone
/// or it asks to repeat the transaction (class 40).
pub(crate) fn verdict(error: &sqlx::Error, is_postgres: bool) -> (StoreError, bool) {
    let sqlx::Error::Database(database) = error else {
        return match error {
            sqlx::Error::RowNotFound => (StoreError::Quicker, true),
            other => (StoreError::Unreachable(other.to_string()), false),
        };
    };
    let code = database.code().unwrap_or_default();
    let text = database.message().to_owned();
    if is_postgres {
        postgres_verdict(&code, text)
    } else {
        lite_verdict(&code, text)
    }
}

fn postgres_verdict(code: &str, text: String) -> (StoreError, bool) {
    match code {
        _ if code.starts_with("23") => (StoreError::Rule(text), true),
        "40001" | "40P01" => (StoreError::TryAgain, false),
        _ if code.starts_with("40") => (StoreError::TryAgain, false),
        "55P03" => (StoreError::TryAgain, true), // lock_timeout
        "57014" => (
            StoreError::TooSlow(crate::store::keeper::STATEMENT_MAX),
            true,
        ),
        "53100" => (StoreError::DiskFull, false),
        _ if code.starts_with("57") || code.starts_with("08") || code.starts_with("53") => {
            (StoreError::Unreachable(text), false)
        }
        "XX000" | "58030" | "58P01" => (StoreError::Unreachable(text), false),
        "25006" => (StoreError::Unreachable(text), false), // a standby: read-only
        "P0001" => (StoreError::Rule(text), true),         // our own triggers
        _ => (StoreError::Statement(text), true),
    }
}

fn lite_verdict(code: &str, text: String) -> (StoreError, bool) {
    // SQLite's extended result codes carry the primary code in the low byte.
    let primary = code.parse::<i64>().unwrap_or(1) & 0xff;
    match primary {
        19 => (StoreError::Rule(text), true),
        13 => (StoreError::DiskFull, false),
        9 => (
            StoreError::TooSlow(crate::store::keeper::STATEMENT_MAX),
            false,
        ),
        5 | 6 => (StoreError::TryAgain, false),
        8 | 10 | 11 | 14 | 26 => (StoreError::Unreachable(text), false),
        _ => (StoreError::Statement(text), false),
    }
}
