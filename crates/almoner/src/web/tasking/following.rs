//! A page that follows one thing live: sends it anew whenever it differs from what is shown.
//!
//! The board has a stream of its own, because thousands of rows are read once for all; this one is
//! for what one person looks at. Refused: going on after the watcher's right has ended.

use std::{convert::Infallible, future::Future, sync::Arc, time::Duration};

use axum::response::{
    IntoResponse, Response, Sse,
    sse::{Event, KeepAlive},
};
use care::tasking::error::TaskError;
use futures_util::stream;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{Instant, timeout},
};
use trust::store::{error::StoreError, health::Notice};

use crate::web::app::App;

/// A watcher's right is checked again this often.
const CHECK_EVERY: Duration = Duration::from_secs(5);
/// The server's time is sent this often, so that a page notices a dead line.
const CLOCK_EVERY: Duration = Duration::from_secs(15);

/// One thing that somebody keeps in sight.
pub trait Followed: Send + Sync + 'static {
    /// What the page shows of it.
    type Shown: PartialEq + Send;

    /// How it is now.
    fn look(&self) -> impl Future<Output = Result<Self::Shown, TaskError>> + Send;

    /// Whether the right to look still stands.
    fn still_allowed(&self) -> impl Future<Output = Result<(), TaskError>> + Send;

    /// Whether a change in the database may be a change of it.
    fn concerns(&self, shown: &Self::Shown, notice: &Notice) -> bool;

    /// The fragments of the page, at the hospital's time.
    fn html(&self, shown: &Self::Shown, now_micros: i64) -> String;
}

/// A stream of fragments for one page.
pub fn follow<F: Followed>(app: Arc<App>, followed: F) -> Response {
    let now = Instant::now();
    let connection = Connection {
        notices: app.store.notices(),
        app,
        followed,
        shown: None,
        is_stale: true,
        checked: now,
        clock_sent: now,
        is_clock_due: false,
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

struct Connection<F: Followed> {
    app: Arc<App>,
    followed: F,
    notices: Receiver<Arc<[Notice]>>,
    shown: Option<F::Shown>,
    is_stale: bool,
    checked: Instant,
    clock_sent: Instant,
    is_clock_due: bool,
    is_over: bool,
}

impl<F: Followed> Connection<F> {
    /// The next message; `None` closes the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.is_over {
                return None;
            }
            if self.checked.elapsed() >= CHECK_EVERY {
                self.checked = Instant::now();
                if let Err(error) = self.followed.still_allowed().await
                    && let Some(event) = self.end_if_final(&error)
                {
                    return Some(event);
                }
            }
            if self.is_stale {
                match self.followed.look().await {
                    Ok(shown) => {
                        self.is_stale = false;
                        if let Some(event) = self.show(shown) {
                            return Some(event);
                        }
                    }
                    Err(error) => {
                        if let Some(event) = self.end_if_final(&error) {
                            return Some(event);
                        }
                    }
                }
            }
            if self.is_clock_due || self.clock_sent.elapsed() >= CLOCK_EVERY {
                self.clock_sent = Instant::now();
                self.is_clock_due = false;
                let now = self.app.store.clock().day().0.to_string();
                return Some(Event::default().event("clock").data(now));
            }
            self.wait().await;
        }
    }

    fn show(&mut self, shown: F::Shown) -> Option<Event> {
        if self.shown.as_ref() == Some(&shown) {
            return None;
        }
        let html = self.followed.html(&shown, self.app.store.clock().day().0);
        self.shown = Some(shown);
        self.is_clock_due = true; // clocks that are new on the page begin with the right time
        Some(Event::default().data(html))
    }

    /// A database that is away comes back; a right that is gone does not.
    fn end_if_final(&mut self, error: &TaskError) -> Option<Event> {
        let may_come_back = matches!(
            error,
            TaskError::Store(
                StoreError::Busy
                    | StoreError::TryAgain
                    | StoreError::TooSlow(_)
                    | StoreError::Unreachable(_)
            )
        );
        self.is_over = !may_come_back;
        self.is_over
            .then(|| Event::default().event("end").data("session"))
    }

    /// Until something that matters has changed, or it is time for a check.
    async fn wait(&mut self) {
        match timeout(CHECK_EVERY, self.notices.recv()).await {
            Ok(Ok(batch)) => {
                let shown = self.shown.as_ref();
                let matters = |notice| shown.is_none_or(|on| self.followed.concerns(on, notice));
                self.is_stale |= batch.iter().any(matters);
            }
            // Too many to remember: anything may have changed.
            Ok(Err(RecvError::Lagged(_))) => self.is_stale = true,
            Ok(Err(RecvError::Closed)) => self.is_over = true,
            Err(_) => {}
        }
    }
}
