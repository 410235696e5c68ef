//! Which instance a database belongs to: its number, its origin in checkpoints, its checkpoint key.
//!
//! Written once, by the founding, as a sealed row. It is read before the keys are, since its number
//! unlocks the vault; [`confirm`] checks the seal as soon as that is possible.

use crate::{
    row,
    store::{
        Store,
        database::Database,
        error::StoreError,
        value::{Kind, Moment, Value},
    },
};

/// What a database says of its instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceRecord {
    /// Its number, random.
    pub id: [u8; 16],
    /// The origin of its checkpoints: `almoner/HOST/NUMBER`.
    pub origin: String,
    /// The organisation's name when it was made.
    pub name: String,
    /// When it was made.
    pub created_at: Moment,
    /// The key that verifies its checkpoints, as a signed-note verifier key.
    pub checkpoint_key: String,
}

row! {
    /// The same as a sealed row; its first entry is the first of the log.
    pub struct InstanceRow in "instance" {
        /// Its number, random.
        id: Vec<u8>, Internal;
        /// The origin of its checkpoints.
        origin: String, Internal;
        /// The organisation's name when it was made.
        name: String, Public;
        /// When it was made.
        created_at: Moment, Internal;
        /// The key that verifies its checkpoints.
        checkpoint_key: String, Public;
    }
}

impl From<&InstanceRecord> for InstanceRow {
    fn from(record: &InstanceRecord) -> Self {
        Self {
            id: record.id.to_vec(),
            origin: record.origin.clone(),
            name: record.name.clone(),
            created_at: record.created_at,
            checkpoint_key: record.checkpoint_key.clone(),
        }
    }
}

/// Refuses a database that belongs to an instance already.
///
/// # Errors
/// [`StoreError::Rule`] when it does.
pub async fn refuse_another(database: &Database) -> Result<(), StoreError> {
    match read(database).await? {
        None => Ok(()),
        Some(_) => Err(StoreError::Rule(
            "the database belongs to an instance already".to_owned(),
        )),
    }
}

/// Checks the seal of what [`read`] gave before there was a key to check it with.
///
/// # Errors
/// [`StoreError::Tampered`] when it is not what the instance was founded with.
pub async fn confirm(record: &InstanceRecord, store: &Store) -> Result<(), StoreError> {
    let mut reader = store.plain().await?;
    let found = reader.one::<InstanceRow>(record.id.to_vec()).await?;
    match found {
        Some(stored) if stored.row == InstanceRow::from(record) => Ok(()),
        _ => Err(tampered()),
    }
}

/// The record, if the database has one. The schema must be there.
///
/// # Errors
/// [`StoreError::Unreachable`] when the database does not answer.
pub async fn read(database: &Database) -> Result<Option<InstanceRecord>, StoreError> {
    // Read-only, so that looking at a database never makes or changes one.
    let readers = database.readers().await.map_err(unreachable)?;
    let sql = "SELECT id, origin, name, created_at, checkpoint_key FROM instance";
    let kinds = [Kind::Bytes, Kind::Text, Kind::Text, Kind::Int, Kind::Text];
    let found = match readers.view().await {
        Ok(mut view) => view.all(sql, vec![], &kinds).await,
        Err(error) => Err(error),
    };
    readers.close().await;
    let mut found = found.map_err(unreachable)?;
    let Some(row) = found.pop() else {
        return Ok(None);
    };
    let [
        Value::Bytes(Some(id)),
        Value::Text(Some(origin)),
        Value::Text(Some(name)),
        Value::Int(Some(created_at)),
        Value::Text(Some(key)),
    ] = row.as_slice()
    else {
        return Err(tampered());
    };
    Ok(Some(InstanceRecord {
        id: id.as_slice().try_into().map_err(|_| tampered())?,
        origin: origin.clone(),
        name: name.clone(),
        created_at: Moment(*created_at),
        checkpoint_key: key.clone(),
    }))
}

fn tampered() -> StoreError {
    StoreError::Tampered {
        table: "instance",
        key: "the only row".to_owned(),
    }
}

fn unreachable(error: sqlx::Error) -> StoreError {
    StoreError::Unreachable(error.to_string())
}
