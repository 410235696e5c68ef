//! The SQL of the key store: a small SQLite file of wrapped keys and nothing else.
//!
//! It is apart from the data so that its backups can be short-lived: a person whose key is gone
//! from here and from those few backups is gone from every backup of the data. Settings that keep
//! deleted keys from surviving: `secure_delete` (freed bytes become zeros), no write-ahead log, a
//! rollback journal cut to nothing after each commit, temporary tables in memory. What no program
//! can promise is that a disk forgets blocks that it has moved or freed: that is why an erasure
//! also changes the instance key, and why disks should be encrypted. Next: [`super::store`].

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, QueryBuilder, Sqlite, SqliteConnection};

use super::keyring::{DataKeyName, WrappedKeys};
use super::purposes::{Purpose, PurposeKey};
use super::wrap::WrappedKey;
use super::{SubjectId, VaultError};

/// The layout below. A newer one is refused.
const FORMAT: i64 = 1;
/// Rows written with one statement.
const ROWS_A_STATEMENT: usize = 256;

/// A missing table or column, among others.
const SQLITE_ERROR: u32 = 1;
const SQLITE_CORRUPT: u32 = 11;
const SQLITE_NOTADB: u32 = 26;

const SCHEMA: &str = "
CREATE TABLE vault (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    format INTEGER NOT NULL,
    instance BLOB NOT NULL,
    root_mark BLOB NOT NULL,
    scrub_due INTEGER NOT NULL
) STRICT;
CREATE TABLE instance_key (
    version INTEGER PRIMARY KEY,
    wrapped BLOB NOT NULL
) STRICT;
CREATE TABLE purpose_key (
    purpose TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    instance_key INTEGER NOT NULL REFERENCES instance_key (version),
    wrapped BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE data_key (
    subject INTEGER NOT NULL,
    version INTEGER NOT NULL,
    instance_key INTEGER NOT NULL REFERENCES instance_key (version),
    wrapped BLOB NOT NULL,
    PRIMARY KEY (subject, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE erased_subject (
    subject INTEGER PRIMARY KEY,
    mark BLOB NOT NULL
) STRICT;
";

/// Everything in the key store, as read.
pub(super) struct Stored {
    pub(super) instance: Vec<u8>,
    pub(super) root_mark: Vec<u8>,
    /// An erasure was committed, but the file was not yet rewritten without its traces.
    pub(super) scrub_due: bool,
    pub(super) instance_key: (u32, WrappedKey),
    pub(super) purpose_keys: Vec<PurposeKey>,
    pub(super) data_keys: WrappedKeys,
    pub(super) erased: BTreeMap<SubjectId, Vec<u8>>,
}

/// How every connection to a key store is made.
pub(super) fn connect_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Truncate)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .pragma("secure_delete", "ON")
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging()
}

/// For reading beside a running server: changes no setting of the file.
pub(super) fn read_only_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(Duration::from_secs(10))
        .disable_statement_logging()
}

pub(super) async fn connect(
    options: &SqliteConnectOptions,
) -> Result<SqliteConnection, VaultError> {
    options.connect().await.map_err(damaged_or_unreachable)
}

pub(super) async fn begin(connection: &mut SqliteConnection) -> Result<(), VaultError> {
    // At once the writer: reading first and writing later could meet another writer in between.
    sqlx::query("BEGIN IMMEDIATE").execute(connection).await?;
    Ok(())
}

pub(super) async fn begin_reading(connection: &mut SqliteConnection) -> Result<(), VaultError> {
    sqlx::query("BEGIN").execute(connection).await?;
    Ok(())
}

pub(super) async fn commit(connection: &mut SqliteConnection) -> Result<(), VaultError> {
    sqlx::query("COMMIT").execute(connection).await?;
    Ok(())
}

/// Fills an empty file. Inside the caller's transaction.
pub(super) async fn create(
    connection: &mut SqliteConnection,
    instance: &[u8; 16],
    root_mark: &[u8; 32],
) -> Result<(), VaultError> {
    sqlx::raw_sql(SCHEMA).execute(&mut *connection).await?;
    sqlx::query("INSERT INTO vault VALUES (1, ?, ?, ?, 0)")
        .bind(FORMAT)
        .bind(instance.as_slice())
        .bind(root_mark.as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// Reads everything. Inside the caller's transaction.
pub(super) async fn load(connection: &mut SqliteConnection) -> Result<Stored, VaultError> {
    load_tables(connection).await.map_err(|error| match error {
        VaultError::KeyStore(cause) => damaged_or_unreachable(cause),
        other => other,
    })
}

async fn load_tables(connection: &mut SqliteConnection) -> Result<Stored, VaultError> {
    let head = sqlx::query_as("SELECT format, instance, root_mark, scrub_due FROM vault");
    let head: Option<(i64, Vec<u8>, Vec<u8>, bool)> = head.fetch_optional(&mut *connection).await?;
    let (format, instance, root_mark, scrub_due) =
        head.ok_or(VaultError::Damaged("it is empty"))?;
    if format != FORMAT {
        return Err(VaultError::NewerFormat(format));
    }
    Ok(Stored {
        instance,
        root_mark,
        scrub_due,
        instance_key: load_instance_key(connection).await?,
        purpose_keys: load_purpose_keys(connection).await?,
        data_keys: load_data_keys(connection).await?,
        erased: load_erased(connection).await?,
    })
}

async fn load_instance_key(
    connection: &mut SqliteConnection,
) -> Result<(u32, WrappedKey), VaultError> {
    let rows: Vec<(u32, Vec<u8>)> = sqlx::query_as("SELECT version, wrapped FROM instance_key")
        .fetch_all(connection)
        .await?;
    match rows.as_slice() {
        [(version, wrapped)] => Ok((*version, wrapped_key(wrapped)?)),
        _ => Err(VaultError::Damaged(
            "it does not hold exactly one instance key",
        )),
    }
}

async fn load_purpose_keys(
    connection: &mut SqliteConnection,
) -> Result<Vec<PurposeKey>, VaultError> {
    let rows = sqlx::query_as("SELECT purpose, version, wrapped FROM purpose_key");
    let rows: Vec<(String, u32, Vec<u8>)> = rows.fetch_all(connection).await?;
    rows.into_iter()
        .map(|(label, version, wrapped)| {
            let purpose = Purpose::from_label(&label)
                .ok_or(VaultError::Damaged("it holds a key of unknown purpose"))?;
            Ok(PurposeKey {
                purpose,
                version,
                wrapped: wrapped_key(&wrapped)?,
            })
        })
        .collect()
}

async fn load_data_keys(connection: &mut SqliteConnection) -> Result<WrappedKeys, VaultError> {
    let rows = sqlx::query_as("SELECT subject, version, wrapped FROM data_key");
    let rows: Vec<(i64, u32, Vec<u8>)> = rows.fetch_all(connection).await?;
    rows.into_iter()
        .map(|(subject, version, wrapped)| {
            Ok(((SubjectId(subject), version), wrapped_key(&wrapped)?))
        })
        .collect()
}

async fn load_erased(
    connection: &mut SqliteConnection,
) -> Result<BTreeMap<SubjectId, Vec<u8>>, VaultError> {
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as("SELECT subject, mark FROM erased_subject")
        .fetch_all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(subject, mark)| (SubjectId(subject), mark))
        .collect())
}

fn wrapped_key(bytes: &[u8]) -> Result<WrappedKey, VaultError> {
    WrappedKey::from_stored(bytes).map_err(|_| VaultError::Damaged("a key has the wrong length"))
}

/// Tells a file whose content is wrong from a disk that does not answer.
fn damaged_or_unreachable(error: sqlx::Error) -> VaultError {
    // The low byte is SQLite's kind of error, the rest its finer division.
    let code = error
        .as_database_error()
        .and_then(|cause| cause.code()?.parse::<u32>().ok())
        .map(|code| code & 0xff);
    match (&error, code) {
        (_, Some(SQLITE_ERROR | SQLITE_CORRUPT | SQLITE_NOTADB))
        | (sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_), _) => {
            VaultError::Damaged("it is not a key store, or was altered")
        }
        _ => VaultError::KeyStore(error),
    }
}

pub(super) async fn add_instance_key(
    connection: &mut SqliteConnection,
    version: u32,
    wrapped: &WrappedKey,
) -> Result<(), VaultError> {
    sqlx::query("INSERT INTO instance_key VALUES (?, ?)")
        .bind(version)
        .bind(wrapped.as_stored())
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes the instance key that was replaced; fails while anything is still locked with it.
pub(super) async fn delete_instance_key(
    connection: &mut SqliteConnection,
    version: u32,
) -> Result<(), VaultError> {
    sqlx::query("DELETE FROM instance_key WHERE version = ?")
        .bind(version)
        .execute(connection)
        .await?;
    Ok(())
}

/// Puts all keys of purposes in the place of those that are there.
pub(super) async fn replace_purpose_keys(
    connection: &mut SqliteConnection,
    instance_key: u32,
    keys: &[PurposeKey],
) -> Result<(), VaultError> {
    sqlx::query("DELETE FROM purpose_key")
        .execute(&mut *connection)
        .await?;
    for key in keys {
        sqlx::query("INSERT INTO purpose_key VALUES (?, ?, ?, ?)")
            .bind(key.purpose.label())
            .bind(key.version)
            .bind(instance_key)
            .bind(key.wrapped.as_stored())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(super) async fn delete_all_data_keys(
    connection: &mut SqliteConnection,
) -> Result<(), VaultError> {
    sqlx::query("DELETE FROM data_key")
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn add_data_keys(
    connection: &mut SqliteConnection,
    instance_key: u32,
    keys: &[(DataKeyName, WrappedKey)],
) -> Result<(), VaultError> {
    for some in keys.chunks(ROWS_A_STATEMENT) {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO data_key ");
        insert.push_values(some, |mut row, ((subject, version), wrapped)| {
            row.push_bind(subject.0)
                .push_bind(*version)
                .push_bind(instance_key)
                .push_bind(wrapped.as_stored().to_vec());
        });
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Writes down that a person was erased, and that the file is to be rewritten.
pub(super) async fn add_erased(
    connection: &mut SqliteConnection,
    subject: SubjectId,
    mark: &[u8; 32],
) -> Result<(), VaultError> {
    sqlx::query("INSERT INTO erased_subject VALUES (?, ?)")
        .bind(subject.0)
        .bind(mark.as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn mark_scrub_due(connection: &mut SqliteConnection) -> Result<(), VaultError> {
    sqlx::query("UPDATE vault SET scrub_due = 1")
        .execute(connection)
        .await?;
    Ok(())
}

/// Rewrites the file from its living rows. `secure_delete` zeroes freed cells, but pages that were
/// rearranged may keep stale copies of keys; a rewritten file has none.
pub(super) async fn scrub(connection: &mut SqliteConnection) -> Result<(), VaultError> {
    sqlx::query("VACUUM").execute(&mut *connection).await?;
    sqlx::query("UPDATE vault SET scrub_due = 0")
        .execute(connection)
        .await?;
    Ok(())
}
