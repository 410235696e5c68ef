//! Reading: the log knows who looks before anything is shown.
//!
//! `Store::read` takes the permit and the event; the `Reader` exists only once that event is
//! durable. A `Follower` is for live pages and services: one event when it begins, then as many
//! consistent views as it needs, as long as the right still stands. Refused: sealed values without
//! a reader, rows whose seal does not fit.
//!
//! ```compile_fail,E0616
//! # use trust::store::sealed::Sealed;
//! fn no_reading_of_a_sealed_value(name: Sealed<String>) -> Vec<u8> {
//!     name.bytes
//! }
//! ```

use std::sync::Arc;

use crate::{
    identity::permit::Scope,
    store::{
        database::{Readers, View},
        error::{StoreError, verdict},
        row::{self, Checked, Row, Stored},
        sealed::{Place, Sealed, Secret},
        statement::{Sql, Tail},
        value::{Field, Kind, Moment, Value},
    },
    vault::Vault,
};

/// One consistent view of the database for someone whose look is on record.
pub struct Reader {
    view: View,
    vault: Arc<Vault>,
    scope: Scope,
    now: Moment,
    /// Only tables whose every column is public or internal, and no free statements.
    facts_only: bool,
}

impl Reader {
    pub(crate) async fn open(
        readers: &Readers,
        vault: Arc<Vault>,
        scope: Scope,
        now: Moment,
    ) -> Result<Self, StoreError> {
        let view = readers.view().await.map_err(|error| match error {
            sqlx::Error::PoolClosed => StoreError::Closed,
            other => StoreError::Unreachable(other.to_string()),
        })?;
        Ok(Self {
            view,
            vault,
            scope,
            now,
            facts_only: false,
        })
    }

    pub(crate) fn facts_only(self) -> Self {
        Self {
            facts_only: true,
            ..self
        }
    }

    /// The time the hospital lives in.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.now
    }

    /// Where the reader may look.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Reads one row by its key.
    ///
    /// # Errors
    /// [`StoreError::Tampered`] when its seal does not fit; see [`StoreError`] for the rest.
    pub async fn one<R: Row>(&mut self, key: impl Field) -> Result<Option<Stored<R>>, StoreError> {
        let sql = row::texts(R::TABLE).find;
        Ok(self.rows::<R>(sql, vec![key.to_value()]).await?.pop())
    }

    /// Reads whole rows.
    ///
    /// # Errors
    /// As [`Reader::one`].
    pub async fn find<R: Row>(
        &mut self,
        tail: Tail<R>,
        values: Vec<Value>,
    ) -> Result<Vec<R>, StoreError> {
        let found = self
            .rows::<R>(row::select(R::TABLE, tail.text), values)
            .await?;
        Ok(found.into_iter().map(|stored| stored.row).collect())
    }

    /// Reads whole rows with their versions.
    ///
    /// # Errors
    /// As [`Reader::one`].
    pub async fn find_stored<R: Row>(
        &mut self,
        tail: Tail<R>,
        values: Vec<Value>,
    ) -> Result<Vec<Stored<R>>, StoreError> {
        self.rows::<R>(row::select(R::TABLE, tail.text), values)
            .await
    }

    async fn rows<R: Row>(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
    ) -> Result<Vec<Stored<R>>, StoreError> {
        if self.facts_only && !R::TABLE.is_impersonal() {
            return Err(StoreError::NotAllowed);
        }
        let found = self.all(sql, values, &row::kinds(R::TABLE)).await?;
        let checked = found.into_iter().map(|values| {
            let Checked {
                row,
                pointer,
                seal: _,
            } = row::checked::<R>(values, &self.vault)?;
            Ok(Stored {
                row,
                version: pointer,
            })
        });
        checked.collect()
    }

    /// A free read.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn query(
        &mut self,
        sql: Sql,
        values: Vec<Value>,
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        if self.facts_only {
            return Err(StoreError::NotAllowed);
        }
        self.all(sql.text, values, sql.kinds).await
    }

    pub(crate) async fn all(
        &mut self,
        sql: &'static str,
        values: Vec<Value>,
        kinds: &[Kind],
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        let postgres = matches!(self.view, View::Postgres(_));
        self.view
            .all(sql, values, kinds)
            .await
            .map_err(|error| verdict(&error, postgres).0)
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Opens a sealed cell.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it was moved, altered, or its person was erased.
    pub fn reveal<T: Secret>(&self, sealed: &Sealed<T>, place: &Place) -> Result<T, StoreError> {
        if self.facts_only {
            return Err(StoreError::NotAllowed);
        }
        sealed.open(place, &self.vault)
    }

    /// The blind index of a normalised value, for an exact search.
    #[must_use]
    pub fn blind_index(&self, column: &str, normalised: &str) -> Vec<u8> {
        self.vault.blind_index(column, normalised).to_vec()
    }
}
