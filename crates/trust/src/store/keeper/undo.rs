//! Undoing one change without the rest of its batch.
//!
//! SQLite undoes a failed statement by itself; a change of several statements has a savepoint,
//! which costs nothing there. On PostgreSQL a savepoint is a round trip, and one failed statement,
//! even a read, spoils the transaction. A keeper of a single lane therefore sets none: if a change
//! fails it rolls back everything and writes the rows of the accepted changes once more. That is
//! exact, since nobody else writes between: another keeper on the lane would move its head, and
//! then the batch is refused. With several lanes others do write, and a savepoint stands after each
//! good change (`docs/decisions/0026`).

use crate::store::{
    error::{StoreError, verdict},
    keeper::Keeper,
};

impl Keeper {
    /// Whether accepted rows are written again instead of keeping savepoints.
    pub(super) fn replays(&self) -> bool {
        self.keeping.lanes == 1 && self.conn.as_ref().is_some_and(|conn| conn.is_postgres())
    }

    /// A statement failed: undo this change, and keep the batch only if the database still holds
    /// it.
    pub(super) async fn undo(&mut self, error: sqlx::Error) -> StoreError {
        let (answer, keep) = verdict(&error, self.conn().is_postgres());
        if matches!(answer, StoreError::Rule(_)) {
            self.keys.forget(); // perhaps somebody else used a number that we were to give out
        }
        if keep {
            self.roll_back_change().await;
        } else {
            // The others did nothing wrong: for them it is worth trying again.
            let others = match &answer {
                StoreError::Statement(_) | StoreError::TooSlow(_) => StoreError::TryAgain,
                other => other.clone(),
            };
            self.batch.broken = Some(others);
        }
        answer
    }

    /// Undoes what the change in turn has written.
    pub(super) async fn roll_back_change(&mut self) {
        if self.replays() && !self.batch.marked {
            return self.replay().await;
        }
        self.move_mark(
            "ROLLBACK TO SAVEPOINT change",
            "ROLLBACK TO SAVEPOINT change; RELEASE SAVEPOINT change",
        )
        .await;
    }

    /// Rolls back everything and writes the accepted rows again. From here on the batch keeps a
    /// mark, so that a row of failing changes costs one replay and not one each.
    async fn replay(&mut self) {
        if self.batch.broken.is_some() {
            return;
        }
        self.batch.marked = true;
        if let Err(error) = self.write_again().await {
            self.batch.broken = Some(match verdict(&error, true) {
                // A row is not as it was a moment ago: somebody else holds the lane.
                (StoreError::Quicker | StoreError::Rule(_), _) => StoreError::TryAgain,
                (other, _) => other,
            });
        }
    }

    async fn write_again(&mut self) -> sqlx::Result<()> {
        let conn = self.conn.as_mut().expect("an open batch has a connection");
        conn.script("ROLLBACK; BEGIN").await?;
        for save in &self.batch.accepted {
            if conn.run(save.sql, save.values.clone()).await? != 1 {
                return Err(sqlx::Error::RowNotFound);
            }
        }
        conn.script("SAVEPOINT change").await
    }

    /// A mark once set on PostgreSQL stands until the end of the batch.
    pub(super) async fn move_mark(&mut self, postgres: &'static str, lite: &'static str) {
        if self.batch.marked && self.batch.broken.is_none() {
            self.batch.marked = self.conn().is_postgres();
            let sql = if self.batch.marked { postgres } else { lite };
            let moved = self.conn().script(sql).await;
            if let Err(error) = moved {
                self.batch.broken = Some(verdict(&error, self.batch.marked).0);
            }
        }
    }
}
