//! One connection of a live board: list or plan, whatever its page shows.
//!
//! It takes the one reading that serves all who watch, leaves out what its watcher may not see, and
//! sends what its screen makes of it. Refused: going on after the watcher's right has ended. Next:
//! `board` and `plan` for the two screens, `feed` for the readings.

use std::{convert::Infallible, future::Future, sync::Arc, time::Duration};

use axum::response::{
    IntoResponse, Response, Sse,
    sse::{Event, KeepAlive},
};
use care::tasking::board::{Board, BoardWatch};
use futures_util::stream;
use tokio::{sync::watch, time::Instant};

use crate::web::app::App;

/// A watcher's right is checked again this often.
const CHECK_EVERY: Duration = Duration::from_secs(5);
/// The server's time is sent this often, so that a page notices a dead line.
const CLOCK_EVERY: Duration = Duration::from_secs(15);

/// A page that shows the board, and knows what it shows.
pub trait Screen: Send + 'static {
    /// The fragments that bring the page from what it shows to this board; empty when it is there.
    fn changes(&mut self, board: &Board) -> impl Future<Output = String> + Send;
}

/// The stream that keeps one page up to date.
pub fn stream<S: Screen>(app: Arc<App>, watch: BoardWatch, screen: S) -> Response {
    let connection = Connection {
        readings: app.feed.readings(),
        app,
        watch,
        screen,
        checked: Instant::now(),
        is_over: false,
    };
    let events = stream::unfold(connection, |mut connection| async move {
        let event = connection.next().await?;
        Some((Ok::<_, Infallible>(event), connection))
    });
    Sse::new(events)
        .keep_alive(KeepAlive::new().interval(CLOCK_EVERY))
        .into_response()
}

struct Connection<S> {
    app: Arc<App>,
    watch: BoardWatch,
    readings: watch::Receiver<Option<Arc<Board>>>,
    screen: S,
    checked: Instant,
    is_over: bool,
}

impl<S: Screen> Connection<S> {
    /// The next message; `None` closes the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.is_over {
                return None;
            }
            if self.checked.elapsed() >= CHECK_EVERY {
                self.checked = Instant::now();
                if self.watch.still_allowed().await.is_err() {
                    self.is_over = true;
                    return Some(Event::default().event("end").data("session"));
                }
            }
            let reading = self.readings.borrow_and_update().clone();
            if let Some(board) = reading {
                let board = board.within(self.watch.scope());
                let html = self.screen.changes(&board).await;
                if !html.is_empty() {
                    return Some(Event::default().data(html));
                }
            }
            match tokio::time::timeout(CHECK_EVERY, self.readings.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return None,
                Err(_) => {
                    let now = self.app.store.clock().day().0.to_string();
                    return Some(Event::default().event("clock").data(now));
                }
            }
        }
    }
}
