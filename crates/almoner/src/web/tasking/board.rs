//! The live board: the page, its plan, and the stream that moves both.
//!
//! A connection sends the rows that changed, nothing else. Filters are part of the address, so a
//! board can be bookmarked; the stream follows the same filter.

use std::{collections::HashMap, convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Query, State, rejection::QueryRejection},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
    routing::get,
};
use care::tasking::{
    board::{Board, BoardPerson, BoardTask, BoardWatch},
    events::RequestTask,
    model::TaskState,
    worker::WorkerState,
};
use futures_util::stream::{self, Stream};
use maud::Markup;
use serde::Deserialize;
use tokio::{sync::watch, time::Instant};
use trust::store::value::Moment;

use super::words;
use crate::web::{
    app::App,
    caller::SignedIn,
    parts::{
        shell::Entry,
        states::{Vocabulary, WorkKind},
    },
    refusal::PageError,
    times::Times,
    views::board::{
        self, BoardCounts, BoardFilter, BoardRow, BoardView, Doing, Holder, PersonTile, Show,
        Vitals,
    },
};

/// A watcher's right is checked again this often.
const CHECK_EVERY: Duration = Duration::from_secs(5);
/// The server's time is sent this often, so that a page notices a dead line.
const CLOCK_EVERY: Duration = Duration::from_secs(15);
/// Characters that are looked for.
const FIND_MAX: usize = 80;

/// The board's routes.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/board", get(show))
        .route("/board/live", get(live))
}

/// The filter in the address.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Wanted {
    #[serde(default)]
    show: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    find: String,
}

impl Wanted {
    fn filter(self) -> BoardFilter {
        BoardFilter {
            show: Show::from_code(&self.show),
            kind: WorkKind::from_code(&self.kind),
            find: self
                .find
                .chars()
                .take(FIND_MAX)
                .collect::<String>()
                .trim()
                .to_owned(),
        }
    }
}

/// `GET /board`
async fn show(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Markup, PageError> {
    let board = app.tasking.board(&signed_in, "list").await?;
    let filter = wanted.unwrap_or_default().0.filter();
    let view = view_of(&board, filter, signed_in.may(RequestTask), &app.times);
    Ok(board::page(&view, &signed_in.shell(&app, Entry::Board)))
}

fn view_of(board: &Board, filter: BoardFilter, may_ask: bool, times: &Times) -> BoardView {
    let shown = |task: &&BoardTask| fits(&filter, task);
    let rows = board
        .tasks
        .iter()
        .filter(shown)
        .map(|task| row(task, times))
        .collect();
    BoardView {
        counts: counts(board),
        vitals: vitals(board),
        rows,
        people: board.people.iter().map(person).collect(),
        may_ask,
        made_at: times.full(board.now),
        filter,
    }
}

pub(super) fn is_waiting(task: &BoardTask) -> bool {
    matches!(
        task.state,
        TaskState::Queued | TaskState::Offered | TaskState::Preempted
    )
}

fn is_booked(task: &BoardTask) -> bool {
    task.state == TaskState::Scheduled
}

fn fits(filter: &BoardFilter, task: &BoardTask) -> bool {
    let stands = match filter.show {
        Show::All => true,
        Show::Late => task.is_late,
        Show::Waiting => is_waiting(task),
        Show::UnderWay => task.state.is_in_hand(),
        Show::Booked => is_booked(task),
    };
    let kind = filter
        .kind
        .is_none_or(|kind| words::work_kind(task.group) == Some(kind));
    let find = filter.find.to_lowercase();
    let texts = [
        Some(&task.kind),
        Some(&task.from),
        task.to.as_ref(),
        task.holder.as_ref(),
    ];
    let said = |text: Option<&String>| text.is_some_and(|text| text.to_lowercase().contains(&find));
    let found = find.is_empty() || task.id.to_string() == find || texts.into_iter().any(said);
    stands && kind && found
}

fn counts(board: &Board) -> BoardCounts {
    let count =
        |is: &dyn Fn(&BoardTask) -> bool| board.tasks.iter().filter(|task| is(task)).count();
    BoardCounts {
        all: board.tasks.len(),
        late: count(&|task| task.is_late),
        waiting: count(&is_waiting),
        under_way: count(&|task| task.state.is_in_hand()),
        booked: count(&is_booked),
    }
}

pub(super) fn vitals(board: &Board) -> Vitals {
    let counts = counts(board);
    let held = board
        .tasks
        .iter()
        .filter(|task| task.state == TaskState::Held)
        .count();
    let free = board
        .people
        .iter()
        .filter(|person| person.state.may_be_offered())
        .count();
    Vitals {
        late: counts.late,
        waiting: counts.waiting,
        not_ready: held,
        under_way: counts.under_way,
        free,
        on_shift: board.people.len(),
    }
}

pub(super) fn row(task: &BoardTask, times: &Times) -> BoardRow {
    let holder = match (&task.holder, task.state) {
        (Some(name), _) => Holder::Person(name.clone()),
        (None, TaskState::Held) => Holder::NotYet("Ward to say ready".to_owned()),
        (None, TaskState::AwaitingApproval) => Holder::NotYet("Waits for a yes".to_owned()),
        (None, TaskState::Scheduled) => {
            let at = task
                .release_at
                .map(|at| format!("Released at {}", times.clock(at)));
            Holder::NotYet(at.unwrap_or_default())
        }
        (None, TaskState::PendingVerification) => Holder::NotYet("Waits for a check".to_owned()),
        (None, _) => match &task.why_waiting {
            Some(why) => Holder::Nobody(why.clone()),
            None => Holder::Finding,
        },
    };
    BoardRow {
        id: task.id.0,
        priority: words::priority(task.priority),
        title: task.kind.clone(),
        needs: words::needs(&task.needs),
        from: task.from.clone(),
        to: task.to.clone(),
        state: words::state(task.state),
        state_more: String::new(),
        holder,
        open_since_micros: task.open_since.map(|at| at.0),
        order: task.order(),
        due_micros: task.due_at.map(|at| at.0),
        due: task.due_at.map(|at| times.clock(at)).unwrap_or_default(),
        is_late: task.is_late,
    }
}

fn person(person: &BoardPerson) -> PersonTile {
    let doing = match person.task {
        Some((_, state)) if person.state == WorkerState::OnTask => Doing::Task(words::state(state)),
        _ => Doing::Person(words::person_state(person.state)),
    };
    let detail = match (person.state, person.task) {
        (WorkerState::Offered, Some((task, _))) => format!("Offer {task}"),
        (WorkerState::OnTask, Some((task, _))) => task.to_string(),
        _ => String::new(),
    };
    PersonTile {
        id: person.id.0,
        name: person.name.clone(),
        doing,
        zone: person.zone.clone().unwrap_or_default(),
        detail,
    }
}

/// One connection: what its page shows now, and where changes come from.
struct Connection {
    app: Arc<App>,
    watch: BoardWatch,
    readings: watch::Receiver<Option<Arc<Board>>>,
    filter: BoardFilter,
    may_ask: bool,
    shown: Option<Shown>,
    checked: Instant,
    ended: bool,
}

/// What the page shows.
struct Shown {
    rows: HashMap<i64, BoardRow>,
    people: Vec<PersonTile>,
    vitals: Vitals,
}

/// `GET /board/live`
async fn live(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, PageError> {
    let watch = app.tasking.watch_board(&signed_in, "live").await?;
    let connection = Connection {
        readings: app.feed.readings(),
        filter: wanted.unwrap_or_default().0.filter(),
        may_ask: signed_in.may(RequestTask),
        watch,
        app,
        shown: None,
        checked: Instant::now(),
        ended: false,
    };
    let stream = messages(connection);
    Ok(Sse::new(stream)
        .keep_alive(KeepAlive::new().interval(CLOCK_EVERY))
        .into_response())
}

fn messages(connection: Connection) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(connection, |mut connection| async move {
        let event = connection.next().await?;
        Some((Ok(event), connection))
    })
}

impl Connection {
    /// The next message; `None` closes the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.ended {
                return None;
            }
            if self.checked.elapsed() >= CHECK_EVERY {
                self.checked = Instant::now();
                if self.watch.still_allowed().await.is_err() {
                    self.ended = true;
                    return Some(Event::default().event("end").data("session"));
                }
            }
            let board = self.readings.borrow_and_update().clone();
            if let Some(board) = board
                && let Some(html) = self.changes(&board)
            {
                return Some(Event::default().data(html));
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

    /// The fragments that bring the page from what it shows to this board; `None` when it is there.
    fn changes(&mut self, board: &Board) -> Option<String> {
        let board = board.within(self.watch.scope());
        let filter = self.filter.clone();
        let view = view_of(&board, filter, self.may_ask, &self.app.times);
        let now = board.now;
        let rows: HashMap<i64, BoardRow> =
            view.rows.iter().map(|row| (row.id, row.clone())).collect();
        let html = match &self.shown {
            // The page was made a moment ago; send it whole once, so that nothing falls between.
            None => whole(&view, now),
            Some(shown) => difference(shown, &view, &rows, now),
        };
        self.shown = Some(Shown {
            rows,
            people: view.people,
            vitals: view.vitals,
        });
        (!html.is_empty()).then_some(html)
    }
}

fn whole(view: &BoardView, now: Moment) -> String {
    let parts = [
        board::vitals(&view.vitals),
        board::filters(&view.filter, &view.counts),
        board::rows(&view.rows, now.0),
        board::people(&view.people),
    ];
    parts.into_iter().map(Markup::into_string).collect()
}

fn difference(
    shown: &Shown,
    view: &BoardView,
    rows: &HashMap<i64, BoardRow>,
    now: Moment,
) -> String {
    let mut html = String::new();
    if shown.vitals != view.vitals {
        html += &board::vitals(&view.vitals).into_string();
        html += &board::filters(&view.filter, &view.counts).into_string();
    }
    for row in &view.rows {
        if shown.rows.get(&row.id) != Some(row) {
            html += &board::row(row, now.0).into_string();
        }
    }
    for gone in shown.rows.keys().filter(|id| !rows.contains_key(id)) {
        html += &board::row_gone(*gone).into_string();
    }
    if shown.people != view.people {
        html += &board::people(&view.people).into_string();
    }
    html
}
