//! A database's lanes as folders of C2SP tlog-tiles, for auditors with tools of their own.
//!
//! Each lane that has entries is a log of its own and gets the folder `lane-<n>`. What is exported
//! is what the lane's newest stored checkpoint signed; no key store is needed. Refused: a newest
//! checkpoint that the given key did not sign, and writing to the database.
//! Next: [`crate::ledger::tiles`], which writes the files.

use std::path::{Path, PathBuf};

use crate::{
    ledger::{
        checkpoint::{CheckpointError, Issuer, VerifyingKey},
        tiles::{Export, ExportError, Exported},
    },
    store::{
        database::{Database, Readers},
        error::StoreError,
        instance::{self, InstanceRecord},
        value::{Kind, Value},
    },
};

/// Entries read at a time: at most 64 MiB of the longest there can be.
const STRETCH: u64 = 1_024;

/// One lane's export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneTiles {
    /// The lane.
    pub lane: u16,
    /// Where its tiles lie.
    pub folder: PathBuf,
    /// What was written.
    pub exported: Exported,
}

/// Why no tiles were made of a database.
#[derive(Debug, thiserror::Error)]
pub enum TilesError {
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Not the database of an instance.
    #[error("the database holds no instance: was it restored halfway?")]
    NoInstance,
    /// The instance's own key cannot be read.
    #[error("the instance's checkpoint key cannot be read: give the one you noted with --key")]
    NoKey(#[source] CheckpointError),
    /// Entries, and nothing signed about them.
    #[error("lane {0} has no checkpoint yet: serve the instance once, then export again")]
    Unsigned(u16),
    /// The newest checkpoint is somebody else's.
    #[error("the newest checkpoint of lane {lane} is not believed")]
    NotBelieved {
        /// Which lane.
        lane: u16,
        /// Why.
        #[source]
        cause: CheckpointError,
    },
    /// A lane's tiles could not be made.
    #[error("lane {lane} was not exported")]
    Export {
        /// Which lane.
        lane: u16,
        /// Why.
        #[source]
        cause: ExportError,
    },
}

/// Exports every lane of a database into `out`, each into `lane-<n>`. With `key`, only checkpoints
/// signed by it are believed; without, those of the key that the database names.
///
/// # Errors
/// [`TilesError`]. Lanes before the one it names were exported whole.
pub async fn export_tiles(
    database: &Database,
    key: Option<&VerifyingKey>,
    out: &Path,
) -> Result<Vec<LaneTiles>, TilesError> {
    let record = instance::read(database).await?;
    let issuer = issuer(&record.ok_or(TilesError::NoInstance)?, key)?;
    let readers = database.readers().await.map_err(unreachable)?;
    let made = export_lanes(&readers, &issuer, out).await;
    readers.close().await;
    made
}

fn issuer(record: &InstanceRecord, key: Option<&VerifyingKey>) -> Result<Issuer, TilesError> {
    let key = match key {
        Some(key) => key.clone(),
        None => record.checkpoint_key.parse().map_err(TilesError::NoKey)?,
    };
    let origin = record.origin.clone();
    Ok(Issuer {
        origin,
        keys: vec![key],
    })
}

async fn export_lanes(
    readers: &Readers,
    issuer: &Issuer,
    out: &Path,
) -> Result<Vec<LaneTiles>, TilesError> {
    let mut made = vec![];
    let sql = "SELECT lane FROM ledger_head WHERE size > 0 ORDER BY lane";
    for line in rows(readers, sql, vec![], &[Kind::Int]).await? {
        let [Value::Int(Some(lane))] = line[..] else {
            continue;
        };
        let lane = u16::try_from(lane).map_err(|_| StoreError::Tampered {
            table: "ledger_head",
            key: lane.to_string(),
        })?;
        let folder = out.join(format!("lane-{lane}"));
        let exported = export_lane(readers, issuer, (lane, &folder)).await?;
        made.push(LaneTiles {
            lane,
            folder,
            exported,
        });
    }
    Ok(made)
}

async fn export_lane(
    readers: &Readers,
    issuer: &Issuer,
    (lane, folder): (u16, &Path),
) -> Result<Exported, TilesError> {
    let failed = |cause| TilesError::Export { lane, cause };
    let note = newest_checkpoint(readers, lane).await?;
    let note = note.ok_or(TilesError::Unsigned(lane))?;
    let signed = issuer.read(lane, note.as_bytes());
    let signed = signed.map_err(|cause| TilesError::NotBelieved { lane, cause })?;
    let mut export = Export::begin(folder, &note).map_err(failed)?;
    while export.missing() > 0 {
        let from = signed.size - export.missing();
        let entries = stretch(readers, lane, (from, signed.size.min(from + STRETCH))).await?;
        if entries.is_empty() {
            break; // `finish` says how many there were
        }
        for entry in entries {
            export.push(&entry).map_err(failed)?;
        }
    }
    export.finish().map_err(failed)
}

async fn newest_checkpoint(readers: &Readers, lane: u16) -> Result<Option<String>, StoreError> {
    let sql = "SELECT note FROM ledger_checkpoint WHERE lane = $1 ORDER BY size DESC LIMIT 1";
    let values = vec![Value::Int(Some(i64::from(lane)))];
    let found = rows(readers, sql, values, &[Kind::Text]).await?;
    Ok(match found.into_iter().next().as_deref() {
        Some([Value::Text(Some(note))]) => Some(note.clone()),
        _ => None,
    })
}

/// Entries from one sequence up to, and without, another. A gap shifts what follows it, which gives
/// another root.
async fn stretch(
    readers: &Readers,
    lane: u16,
    (from, to): (u64, u64),
) -> Result<Vec<Vec<u8>>, StoreError> {
    let sql = "SELECT bytes FROM ledger_entry WHERE lane = $1 AND sequence >= $2 \
               AND sequence < $3 ORDER BY sequence";
    let number = |size: u64| Value::Int(Some(i64::try_from(size).unwrap_or(i64::MAX)));
    let values = vec![Value::Int(Some(i64::from(lane))), number(from), number(to)];
    let found = rows(readers, sql, values, &[Kind::Bytes]).await?;
    let bytes = found.into_iter().flatten().map(|value| match value {
        Value::Bytes(Some(bytes)) => bytes,
        _ => vec![],
    });
    Ok(bytes.collect())
}

/// A view for each statement, so that a long export keeps no old version of the database alive.
/// Entries are never changed, so the views fit together.
async fn rows(
    readers: &Readers,
    sql: &'static str,
    values: Vec<Value>,
    kinds: &[Kind],
) -> Result<Vec<Vec<Value>>, StoreError> {
    let mut view = readers.view().await.map_err(unreachable)?;
    view.all(sql, values, kinds).await.map_err(unreachable)
}

fn unreachable(error: sqlx::Error) -> StoreError {
    StoreError::Unreachable(error.to_string())
}
