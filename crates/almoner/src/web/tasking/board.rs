//! The live board: the page and the changes that move it.
//!
//! A connection sends the rows that changed, nothing else. Filters are part of the address, so a
//! board can be bookmarked; the stream follows the same filter. Next: `board_live` for the
//! connection, `plan` for the same tasks by zone.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Router,
    extract::{Query, State, rejection::QueryRejection},
    response::Response,
    routing::get,
};
use care::tasking::{
    board::{Board, BoardPerson, BoardTask},
    events::RequestTask,
    model::TaskState,
    worker::WorkerState,
};
use maud::Markup;
use serde::Deserialize;
use trust::store::value::Moment;

use super::{
    board_live::{self, Screen},
    words,
};
use crate::web::{
    app::App,
    caller::SignedIn,
    parts::{
        shell::Entry,
        states::{Vocabulary, WorkKind},
    },
    refusal::PageError,
    times::Times,
    views::{
        board::{
            self, BoardCounts, BoardFilter, BoardRow, BoardView, Doing, Holder, PersonTile,
            ROWS_MAX, Show, Vitals,
        },
        board_rest,
    },
};

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
        .enumerate()
        .map(|(at, row)| match at {
            0..ROWS_MAX => row,
            _ => row.shortened(),
        })
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

/// `GET /board/live`
async fn live(
    State(app): State<Arc<App>>,
    signed_in: SignedIn,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, PageError> {
    let watch = app.tasking.watch_board(&signed_in, "live").await?;
    let list = List {
        app: app.clone(),
        filter: wanted.unwrap_or_default().0.filter(),
        may_ask: signed_in.may(RequestTask),
        shown: None,
    };
    Ok(board_live::stream(app, watch, list))
}

/// The board as a list, as one page shows it.
struct List {
    app: Arc<App>,
    filter: BoardFilter,
    may_ask: bool,
    shown: Option<BoardView>,
}

impl Screen for List {
    async fn changes(&mut self, board: &Board) -> String {
        let view = view_of(board, self.filter.clone(), self.may_ask, &self.app.times);
        let html = match &self.shown {
            // The page was made a moment ago; send it whole once, so that nothing falls between.
            None => whole(&view, board.now),
            Some(shown) => difference(shown, &view, board.now),
        };
        self.shown = Some(view);
        html
    }
}

fn whole(view: &BoardView, now: Moment) -> String {
    let (first, rest) = view.parted();
    let parts = [
        board::vitals(&view.vitals),
        board::filters(&view.filter, &view.counts),
        board::for_table(&board::rows(first, now.0)),
        board::nothing(view),
        board_rest::counts(rest),
        board_rest::lines(rest, now.0),
        board::people(&view.people),
    ];
    parts.into_iter().map(Markup::into_string).collect()
}

fn difference(shown: &BoardView, view: &BoardView, now: Moment) -> String {
    let (first_before, rest_before) = shown.parted();
    let (first, rest) = view.parted();
    let mut html = String::new();
    if shown.vitals != view.vitals {
        html += &board::vitals(&view.vitals).into_string();
    }
    if shown.counts != view.counts {
        html += &board::filters(&view.filter, &view.counts).into_string();
    }
    html += &rows_changed(
        first_before,
        first,
        |row| board::for_table(&board::row(row, now.0)),
        |gone| board::for_table(&board::row_gone(gone)),
    );
    if shown.rows.is_empty() || view.rows.is_empty() {
        html += &board::nothing(view).into_string();
    }
    let lines = rows_changed(
        rest_before,
        rest,
        |row| board_rest::line(row, now.0),
        board_rest::line_gone,
    );
    if !lines.is_empty() {
        html += &board_rest::counts(rest).into_string();
        html += &lines;
    }
    if shown.people != view.people {
        html += &board::people(&view.people).into_string();
    }
    html
}

/// What has to be drawn or taken away so that these rows become those.
fn rows_changed(
    before: &[BoardRow],
    after: &[BoardRow],
    draw: impl Fn(&BoardRow) -> Markup,
    take_away: impl Fn(i64) -> Markup,
) -> String {
    let mut known: HashMap<i64, &BoardRow> = before.iter().map(|row| (row.id, row)).collect();
    let mut html = String::new();
    for row in after {
        if known.remove(&row.id) != Some(row) {
            html += &draw(row).into_string();
        }
    }
    for gone in known.into_keys() {
        html += &take_away(gone).into_string();
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::views::samples;

    fn drawn(before: &[BoardRow], after: &[BoardRow]) -> String {
        rows_changed(before, after, |row| board::row(row, 0), board::row_gone)
    }

    /// Nobody is sent a row that says what it said before; who left is named, and nothing else.
    #[test]
    fn only_what_changed_is_sent() {
        let rows = samples::desk::board().rows;
        assert_eq!(drawn(&rows, &rows), "");
        let gone = drawn(&rows, &rows[1..]);
        assert!(gone.contains(&format!("task-{}", rows[0].id)) && gone.contains("data-live-gone"));
        assert_eq!(gone.matches("<tr").count(), 1);
    }

    /// A browser reads rows of a table nowhere but in a table: each travels in a template, or it
    /// would be lost behind whatever else the message says.
    #[test]
    fn no_row_travels_unwrapped() {
        let view = samples::desk::board();
        let mut empty = view.clone();
        empty.rows.clear();
        let messages = [
            whole(&view, Moment(0)),
            difference(&empty, &view, Moment(0)),
            difference(&view, &empty, Moment(0)),
        ];
        for message in messages {
            let wrapped = message.matches("<template><t").count();
            assert!(wrapped > 0);
            assert_eq!(message.matches("<template>").count(), wrapped);
            let outside = message
                .split("<template>")
                .filter_map(|part| part.split_once("</template>").map(|(_, outside)| outside));
            assert!(outside.into_iter().all(|outside| !outside.contains("<tr")));
        }
    }

    /// When the task at the top is done, the first of the rest moves up into the table: its line
    /// goes, its row comes.
    #[test]
    fn the_first_of_the_rest_moves_up() {
        let mut shown = samples::desk::board();
        let one = shown.rows[0].clone();
        let row = |id| BoardRow { id, ..one.clone() };
        shown.rows = (1..=board::ROWS_MAX as i64 + 2).map(row).collect();
        let mut view = shown.clone();
        view.rows.remove(0);
        let html = difference(&shown, &view, Moment(0));
        let moved = board::ROWS_MAX + 1;
        for part in [
            "<template><tr id=\"task-1\" data-live-gone>".to_owned(),
            format!("<template><tr id=\"task-{moved}\""),
            format!("<li id=\"line-{moved}\" data-live-gone>"),
            "<b>1 more</b>".to_owned(),
        ] {
            assert!(html.contains(&part), "{part} is not in {html}");
        }
    }
}
