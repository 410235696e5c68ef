//! After a failure: a new connection, a new epoch on the lane, and the truth about the last commit.

use std::time::Duration;

use crate::{
    identity::grants::Outdated,
    store::{
        database::Database,
        error::StoreError,
        guard,
        health::{Head, Health},
        keeper::{Keeper, STATEMENT_MAX},
        lane::Receipt,
    },
};

/// How often a database that failed is tried while nobody asks for anything.
const PROBE_EVERY: Duration = Duration::from_secs(2);

impl Keeper {
    /// Ends after a while in which the last batch could not be stored; never when all is well.
    pub(super) async fn failing_a_while(&self) {
        let is_failing = matches!(&*self.keeping.health.borrow(), Health::Failing(_));
        match is_failing {
            true => tokio::time::sleep(PROBE_EVERY).await,
            false => std::future::pending().await,
        }
    }

    /// Takes the lane anew, which is a durable write: if that works, so will the next change, and
    /// pages and monitors need not wait for somebody to try.
    pub(super) async fn probe(&mut self) {
        if let Some(conn) = self.conn.take() {
            conn.close().await;
        }
        self.known.forget(&Outdated::Everything);
        match self.connect().await {
            Ok(()) => Health::note(&self.keeping.health, Health::Working),
            Err(error) => tracing::debug!(%error, "the database still fails"),
        }
    }

    /// After any failure: a new connection, a new epoch, and the truth about the last commit.
    pub(super) async fn recover(
        &mut self,
        error: StoreError,
        last: Option<Receipt>,
    ) -> Result<(), StoreError> {
        if let Some(conn) = self.conn.take() {
            conn.close().await; // never reused: what it still holds is unknown
        }
        self.keys.forget();
        // A right read inside the batch may never have been given.
        self.known.forget(&Outdated::Everything);
        let mut away = StoreError::TryAgain;
        for attempt in 0..5 {
            tokio::time::sleep(Duration::from_millis(20 * attempt)).await;
            if let Err(error) = self.connect().await {
                away = error;
                continue;
            }
            return match (error, last) {
                (StoreError::Unknown, Some(last)) => {
                    let conn = self.conn.as_mut().expect("just connected");
                    match self.lane.landed(conn, last).await? {
                        true => Ok(()),
                        false => Err(StoreError::TryAgain),
                    }
                }
                (error, _) => Err(error),
            };
        }
        // Still without the lane: every turn tries again, and refuses until it works.
        match (error, last) {
            (StoreError::Unknown, Some(last)) => match self.look_back(last).await {
                Some(true) => Ok(()),
                Some(false) => Err(away),
                None => Err(StoreError::Unknown),
            },
            (error, _) => Err(error),
        }
    }

    /// Whether the batch that ended with `last` landed, when the lane cannot be taken because the
    /// disk is full. Only SQLite can tell: the connection that began it is closed, and with it gone
    /// nobody can commit it any more. A PostgreSQL backend may still be at it.
    async fn look_back(&self, last: Receipt) -> Option<bool> {
        let Database::Lite(_) = &self.keeping.database else {
            return None;
        };
        let mut conn = self.keeping.database.connect(STATEMENT_MAX).await.ok()?;
        let landed = self.lane.landed(&mut conn, last).await.ok();
        conn.close().await;
        landed
    }

    pub(super) async fn connect(&mut self) -> Result<(), StoreError> {
        let opened = self.keeping.database.connect(STATEMENT_MAX).await;
        let conn = self
            .conn
            .insert(opened.map_err(|error| StoreError::Unreachable(error.to_string()))?);
        let taken = self.lane.take_over(conn).await;
        if taken.is_err() {
            self.conn = None;
        } else {
            // Unprotected, the log is still read, and nothing is added to it.
            if let Ok(Some(reason)) = guard::missing(conn).await {
                self.keeping
                    .health
                    .send_replace(Health::Quarantined(reason));
            }
            let (size, root) = (self.lane.frontier.size(), self.lane.frontier.root());
            self.keeping.head.send_replace(Head {
                lane: self.lane.number,
                size,
                root,
            });
        }
        taken
    }

    /// Connects again; what the guard finds then may make the instance read-only.
    pub(super) async fn reconnect(&mut self) -> Result<(), StoreError> {
        self.connect().await?;
        match &*self.keeping.health.borrow() {
            Health::Quarantined(reason) => Err(StoreError::Quarantined(reason.clone())),
            Health::Working | Health::Failing(_) => Ok(()),
        }
    }
}
