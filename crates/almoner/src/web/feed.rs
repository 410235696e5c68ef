//! The live board, read once for all who watch it.
//!
//! One service reads the board after each change; every connection takes that one reading, leaves
//! out what its watcher may not see, and sends only the rows that changed. The watcher's own right
//! is checked again every few seconds. After a change only the tasks that it touched are read; all
//! of them once a minute, so that no row goes long without its seal being checked.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use care::tasking::{
    Tasking,
    board::{Board, BoardWatch, OpenTasks},
    error::TaskError,
    model::TaskId,
};
use tokio::{
    sync::{
        broadcast::{Receiver, error::RecvError},
        watch,
    },
    time::{Instant, sleep, sleep_until},
};
use trust::{
    identity::caller::Caller,
    ledger::entry::Key,
    store::{error::StoreError, health::Notice},
};

/// Changes that come within this time are shown together.
const GATHER: Duration = Duration::from_millis(80);
/// Without changes the board is looked at again this often: tasks become late by themselves.
const REFRESH: Duration = Duration::from_secs(1);
/// All tasks are read again this often.
const READ_WHOLE: Duration = Duration::from_secs(60);
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
                    Ok(()) | Err(TaskError::Store(StoreError::Closed)) => return,
                    Err(error) => tracing::warn!(%error, "the live board stands still"),
                }
                sleep(Duration::from_secs(1)).await;
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
) -> Result<(), TaskError> {
    let mut reading = Reading {
        notices: tasking.notices(),
        watch: tasking.watch_board(service, "feed").await?,
        open: OpenTasks::default(),
        touched: BTreeSet::new(),
        whole_at: Instant::now(),
    };
    loop {
        let began = Instant::now();
        let board = reading.board().await?;
        sender.send_if_modified(|latest| replace_if_other(latest, board));
        // Looking takes at most half of the time, however many tasks are open.
        reading.wait(GATHER.max(began.elapsed())).await?;
    }
}

/// Nobody is woken for a board on which nothing but the time has changed.
fn replace_if_other(latest: &mut Option<Arc<Board>>, board: Board) -> bool {
    let is_same = |shown: &Arc<Board>| shown.tasks == board.tasks && shown.people == board.people;
    let is_other = !latest.as_ref().is_some_and(is_same);
    *latest = Some(Arc::new(board));
    is_other
}

/// What is known of the board, and what has been touched since.
struct Reading {
    notices: Receiver<Arc<[Notice]>>,
    watch: BoardWatch,
    open: OpenTasks,
    touched: BTreeSet<TaskId>,
    whole_at: Instant,
}

impl Reading {
    /// The board as it is now.
    async fn board(&mut self) -> Result<Board, StoreError> {
        self.note_what_came();
        let touched = std::mem::take(&mut self.touched);
        if Instant::now() < self.whole_at {
            return self.watch.read_touched(&touched, &mut self.open).await;
        }
        let (board, open) = self.watch.read_whole().await?;
        self.open = open;
        self.whole_at = Instant::now() + READ_WHOLE;
        Ok(board)
    }

    /// Until something of the board has changed and `gather` has passed, or it is time to look.
    async fn wait(&mut self, gather: Duration) -> Result<(), StoreError> {
        let refresh = Instant::now() + REFRESH;
        loop {
            let told = tokio::select! {
                () = sleep_until(refresh) => return Ok(()),
                told = self.notices.recv() => told,
            };
            match told {
                Ok(batch) if !self.note(&batch) => {}
                Ok(_) => break,
                Err(RecvError::Lagged(_)) => {
                    self.whole_at = Instant::now();
                    break;
                }
                Err(RecvError::Closed) => return Err(StoreError::Closed),
            }
        }
        sleep(gather).await;
        Ok(())
    }

    /// Takes note of what was told while gathering; all of it is in the view that is opened next.
    fn note_what_came(&mut self) {
        use tokio::sync::broadcast::error::TryRecvError;
        loop {
            match self.notices.try_recv() {
                Ok(batch) => {
                    self.note(&batch);
                }
                Err(TryRecvError::Lagged(_)) => self.whole_at = Instant::now(),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    /// Whether the board has changed by this.
    fn note(&mut self, batch: &[Notice]) -> bool {
        for (table, key) in batch.iter().flat_map(|notice| &notice.touched) {
            if let ("task", Key::Int(task)) = (table.as_str(), key) {
                self.touched.insert(TaskId(*task));
            }
        }
        batch.iter().any(|notice| notice.touches(&TABLES))
    }
}
