//! The live board, read once for all who watch it.
//!
//! One service reads the board after each change; every connection takes that one reading, leaves
//! out what its watcher may not see, and sends only the rows that changed. The watcher's own right
//! is checked again every few seconds.

use std::{sync::Arc, time::Duration};

use care::tasking::{Tasking, board::Board};
use tokio::sync::{broadcast::error::RecvError, watch};
use trust::{identity::caller::Caller, store::error::StoreError};

/// Changes that come within this time are shown together.
const GATHER: Duration = Duration::from_millis(80);
/// Without changes the board is read again this often: tasks become late by themselves.
const REFRESH: Duration = Duration::from_secs(5);
/// The tables a board is made of.
const TABLES: [&str; 7] = [
    "task",
    "worker",
    "offer",
    "location",
    "task_type",
    "team",
    "site",
];

/// The latest reading of the board.
#[derive(Clone)]
pub struct BoardFeed {
    latest: watch::Receiver<Option<Arc<Board>>>,
}

impl BoardFeed {
    /// Begins to read. A database that is away is tried again.
    #[must_use]
    pub fn start(tasking: &Tasking, service: Caller) -> Self {
        let (sender, latest) = watch::channel(None);
        let tasking = tasking.clone();
        #[expect(clippy::disallowed_methods, reason = "the feed's home")]
        tokio::spawn(async move {
            while !sender.is_closed() {
                match keep_reading(&tasking, &service, &sender).await {
                    Ok(()) => return,
                    Err(error) => tracing::warn!(%error, "the live board stands still"),
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        Self { latest }
    }

    /// The readings, from the latest on.
    #[must_use]
    pub fn readings(&self) -> watch::Receiver<Option<Arc<Board>>> {
        self.latest.clone()
    }
}

async fn keep_reading(
    tasking: &Tasking,
    service: &Caller,
    sender: &watch::Sender<Option<Arc<Board>>>,
) -> Result<(), care::tasking::error::TaskError> {
    let mut notices = tasking.notices();
    let watch = tasking.watch_board(service, "feed").await?;
    loop {
        sender.send_replace(Some(Arc::new(watch.board().await?)));
        let refresh = tokio::time::sleep(REFRESH);
        tokio::pin!(refresh);
        loop {
            tokio::select! {
                () = &mut refresh => break,
                told = notices.recv() => match told {
                    Ok(batch) if !batch.iter().any(|notice| notice.touches(&TABLES)) => {}
                    Ok(_) | Err(RecvError::Lagged(_)) => {
                        tokio::time::sleep(GATHER).await;
                        break;
                    }
                    Err(RecvError::Closed) => return Err(StoreError::Closed.into()),
                },
            }
        }
    }
}
