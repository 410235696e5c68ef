//! Which instance a database belongs to: its number, its origin in checkpoints, its checkpoint key.
//!
//! Written once, when the instance is made; what is founded later stands in the log.

use crate::store::{
    database::Database,
    error::{StoreError, verdict},
    keeper::STATEMENT_MAX,
    value::{Kind, Moment, Value},
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

/// Writes the record of a new instance.
///
/// # Errors
/// [`StoreError::Rule`] when the database belongs to an instance already.
pub async fn write_new(database: &Database, record: &InstanceRecord) -> Result<(), StoreError> {
    if read(database).await?.is_some() {
        return Err(StoreError::Rule(
            "the database belongs to an instance already".to_owned(),
        ));
    }
    let mut conn = database.connect(STATEMENT_MAX).await.map_err(unreachable)?;
    let postgres = conn.is_postgres();
    let values = vec![
        Value::Bytes(Some(record.id.to_vec())),
        Value::Text(Some(record.origin.clone())),
        Value::Text(Some(record.name.clone())),
        Value::Int(Some(record.created_at.0)),
        Value::Text(Some(record.checkpoint_key.clone())),
    ];
    let sql = "INSERT INTO instance (id, origin, name, created_at, checkpoint_key) \
               VALUES ($1, $2, $3, $4, $5)";
    let written = conn.run(sql, values).await;
    conn.close().await;
    written
        .map(drop)
        .map_err(|error| verdict(&error, postgres).0)
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
    let tampered = || StoreError::Tampered {
        table: "instance",
        key: "the only row".to_owned(),
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

fn unreachable(error: sqlx::Error) -> StoreError {
    StoreError::Unreachable(error.to_string())
}
