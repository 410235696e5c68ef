//! Setting up kinds of work. Teams are in `teams.rs`; what comes by file is in `storing.rs`.
//!
//! Refused: a kind that somebody changed since it was shown, one whose team is not the caller's.

use trust::{
    identity::{caller::Caller, permit::ScopeKind},
    store::{error::StoreError, value::Json},
    tail,
};

use super::{
    Tasking,
    error::TaskError,
    events::{SaveTaskType, TaskTypeSaved},
    model::{TaskTypeId, TaskTypeSpec},
    rows::{self, TaskType, Team},
};

/// A team as set-up gives it.
#[derive(Clone, Debug)]
pub struct TeamRow {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The code of the place where its people begin.
    pub base: Option<String>,
}

impl Tasking {
    /// Sets up a kind of work, or changes one that is still at `version`.
    ///
    /// # Errors
    /// [`TaskError::TaskType`] with what is wrong, [`StoreError::Quicker`] when somebody changed
    /// it.
    pub async fn save_task_type(
        &self,
        caller: &Caller,
        spec: TaskTypeSpec,
        version: Option<i64>,
    ) -> Result<TaskTypeId, TaskError> {
        let spec = spec.checked()?;
        let mut tx = self.store.begin(caller.permit(SaveTaskType).await?).await?;
        let by_code = tail!(Team, "WHERE code = $1");
        let team = tx
            .find(by_code, rows::value(spec.team.clone()))
            .await?
            .pop();
        let team = team.ok_or(TaskError::Kind)?.id;
        tx.require(&[(ScopeKind::Team, team.0)]).await?;
        let by_code = tail!(TaskType, "WHERE code = $1");
        let found = tx
            .find(by_code, rows::value(spec.code.clone()))
            .await?
            .pop();
        let id = match (found, version) {
            (Some(found), Some(version)) => {
                tx.lock_at::<TaskType>(found.id, version).await?;
                found.id
            }
            (Some(_), None) => return Err(TaskError::Store(StoreError::Quicker)),
            (None, _) => TaskTypeId(tx.new_key::<TaskType>().await?),
        };
        let (code, name) = (spec.code.clone(), spec.name.clone());
        tx.save(&TaskType {
            id,
            code,
            name,
            team,
            spec: Json(spec),
            active: true,
        });
        tx.commit(TaskTypeSaved { kind: id }).await?;
        Ok(id)
    }
}
