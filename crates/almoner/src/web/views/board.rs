//! The live board: every task that is not over, what breaches first at the top.
//!
//! The same functions draw the page and the fragments that `/board/live` sends, so a row looks
//! alike however it came. Every fragment has an id; `app.js` puts it in place of the one with
//! that id, and never moves a row under a pointer or focus. The first [`ROWS_MAX`] tasks are rows
//! of the table, all others stand below it in short. People stand in the order of their shift,
//! never by a figure. Next: `board_rest` for what stands below, `plan` for the same tasks by zone,
//! `task` for one of them.

use std::hash::{DefaultHasher, Hash, Hasher};

use maud::{Markup, html};

use crate::web::parts::blocks::{
    Empty, Filter, Weight, button_link, face, hidden_words, route, segments, who,
};
use crate::web::parts::clocks::{counting_up, late};
use crate::web::parts::icons;
use crate::web::parts::shell::{Page, Shell, Width, page as framed};
use crate::web::parts::states::{
    Needed, PersonState, Priority, TaskState, Vocabulary, WorkKind, need_icons,
};
use crate::web::parts::tables::{Column, figures, head, words};
use crate::web::views::board_rest;

/// Tasks that are rows of the table; the rest stands below it in short. Six screens of a ward PC.
pub const ROWS_MAX: usize = 100;

/// What the board shows.
#[derive(Debug, Clone)]
pub struct BoardView {
    /// What is shown and what is left out.
    pub filter: BoardFilter,
    /// How many tasks each filter would leave.
    pub counts: BoardCounts,
    /// The figures at the head.
    pub vitals: Vitals,
    /// All tasks, what breaches first at the top; those beyond [`ROWS_MAX`] shortened.
    pub rows: Vec<BoardRow>,
    /// Everyone on shift, in the order of their shift.
    pub people: Vec<PersonTile>,
    /// Whether this person may ask for a task.
    pub may_ask: bool,
    /// When the page was made, for the printed sheet, such as “14:16, Sun 22 Nov 2026”.
    pub made_at: String,
}

/// Which tasks the board leaves standing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BoardFilter {
    /// By where the task stands.
    pub show: Show,
    /// By the kind of work; nothing means all kinds.
    pub kind: Option<WorkKind>,
    /// By words in the title, the places or the name of the handler; empty means all.
    pub find: String,
}

/// Where a task must stand to be shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Show {
    /// All tasks that are not over.
    #[default]
    All,
    /// Past their target.
    Late,
    /// Nobody has them yet.
    Waiting,
    /// Someone has them.
    UnderWay,
    /// For a later time.
    Booked,
}

impl Show {
    /// The value of `show` in the address.
    pub fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Late => "late",
            Self::Waiting => "waiting",
            Self::UnderWay => "under-way",
            Self::Booked => "booked",
        }
    }

    /// Reads `show` from the address; anything unknown shows all.
    pub fn from_code(code: &str) -> Self {
        [Self::Late, Self::Waiting, Self::UnderWay, Self::Booked]
            .into_iter()
            .find(|show| show.code() == code)
            .unwrap_or_default()
    }
}

impl BoardFilter {
    /// The address of the board with this filter; `path` is `/board` or `/board/live`.
    pub fn href(&self, path: &str) -> String {
        let mut pairs = Vec::new();
        if self.show != Show::All {
            pairs.push(format!("show={}", self.show.code()));
        }
        if let Some(kind) = self.kind {
            pairs.push(format!("kind={}", kind.code()));
        }
        if !self.find.is_empty() {
            pairs.push(format!("find={}", percent_encoded(&self.find)));
        }
        if pairs.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", pairs.join("&"))
        }
    }

    fn is_narrow(&self) -> bool {
        *self != Self::default()
    }
}

/// Writes words so that they can stand in an address.
fn percent_encoded(words: &str) -> String {
    words.bytes().fold(String::new(), |mut written, byte| {
        if byte.is_ascii_alphanumeric() {
            written.push(char::from(byte));
        } else {
            written.push_str(&format!("%{byte:02X}"));
        }
        written
    })
}

/// How many tasks each filter would leave.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct BoardCounts {
    /// All tasks that are not over.
    pub all: usize,
    /// Past their target.
    pub late: usize,
    /// Nobody has them yet.
    pub waiting: usize,
    /// Someone has them.
    pub under_way: usize,
    /// For a later time.
    pub booked: usize,
}

/// The figures at the head of board and plan.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Vitals {
    /// Tasks past their target.
    pub late: usize,
    /// Tasks that nobody has.
    pub waiting: usize,
    /// Tasks whose ward has yet to say ready.
    pub not_ready: usize,
    /// Tasks that someone has.
    pub under_way: usize,
    /// People who can be offered a task at this moment.
    pub free: usize,
    /// People on shift.
    pub on_shift: usize,
}

/// One task on the board.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BoardRow {
    /// The task's number, which is also what people call it.
    pub id: i64,
    /// How soon it is wanted.
    pub priority: Priority,
    /// What it is, such as “Patient to CT”.
    pub title: String,
    /// What it needs.
    pub needs: Vec<Needed>,
    /// Where it starts.
    pub from: String,
    /// Where it ends, if it goes anywhere.
    pub to: Option<String>,
    /// Where it stands.
    pub state: TaskState,
    /// Words after the state, such as “stop 2 of 4”; usually empty.
    pub state_more: String,
    /// Who has it, or why nobody has.
    pub holder: Holder,
    /// Since when its clock runs; nothing while the clock has not started.
    pub open_since_micros: Option<i64>,
    /// Where it stands in the list: the smaller, the higher.
    pub order: i64,
    /// When it is due, for the late mark.
    pub due_micros: Option<i64>,
    /// When it is due, as a clock time; empty when it has no target.
    pub due: String,
    /// Whether it is past its target.
    pub is_late: bool,
}

/// Who has a task.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Holder {
    /// This person, by short name.
    Person(String),
    /// Nobody yet; someone is being looked for.
    Finding,
    /// Nobody, with the reason, such as “No one free with oxygen”.
    Nobody(String),
    /// Nobody needs to yet, with what it waits for, such as “Ward to say ready”.
    NotYet(String),
}

impl BoardView {
    /// The tasks that are rows of the table, and those that stand below it.
    pub fn parted(&self) -> (&[BoardRow], &[BoardRow]) {
        self.rows.split_at(self.rows.len().min(ROWS_MAX))
    }
}

impl BoardRow {
    /// Leaves out what a line below the table does not say: the needs, and for what reason nobody
    /// has the task yet. Those reasons change for hundreds of tasks at once.
    pub fn shortened(self) -> Self {
        let holder = match self.holder {
            Holder::Nobody(_) => Holder::Finding,
            holder => holder,
        };
        Self {
            needs: Vec::new(),
            open_since_micros: None,
            holder,
            ..self
        }
    }

    /// A short sign of what the row says, running clocks aside: the page compares it with the one
    /// it has, and leaves the row alone when they are the same.
    pub fn digest(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        format!("{:x}", hasher.finish())
    }
}

/// One person on shift.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonTile {
    /// The person's number, for the link.
    pub id: i64,
    /// The short name.
    pub name: String,
    /// What they are doing.
    pub doing: Doing,
    /// The zone they were last in, never a point; empty when unknown or off duty.
    pub zone: String,
    /// One line more, such as “4449, here in 4 min”; empty for breaks and absences.
    pub detail: String,
}

/// What a tile shows: the person's own state, or that of the task they have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Doing {
    /// Not on a task.
    Person(PersonState),
    /// On a task that stands here.
    Task(TaskState),
}

impl Doing {
    /// The state as it stands on a page.
    pub fn shown(self) -> Markup {
        match self {
            Self::Person(state) => state.shown(),
            Self::Task(state) => state.shown(),
        }
    }
}

const COLUMNS: [Column; 8] = [
    words("Priority"),
    words("Task"),
    words("Needs"),
    words("From, to"),
    words("State"),
    words("Who"),
    figures("Open for"),
    figures("Target"),
];

/// The keys that the board knows, for its footer.
pub const KEYS: &[(&str, &str)] = &[
    ("J K", "move"),
    ("Enter", "open"),
    ("A", "assign"),
    ("H", "hold"),
    ("?", "all keys"),
];

/// `GET /board`
pub fn page(view: &BoardView, shell: &Shell) -> Markup {
    let live = view.filter.href("/board/live");
    let (first, rest) = view.parted();
    let body = html! {
        div.al-print-mark {
            "CONFIDENTIAL" span { "Board at " (view.made_at) ". Destroy after use." }
        }
        (board_head(&view.vitals, &view.filter.href("/board"), false, view.may_ask))
        div.al-board {
            section."al-panel al-board__list" aria-label="Tasks" {
                (filters(&view.filter, &view.counts))
                div.al-scroll tabindex="0" role="region" aria-label="Task table" {
                    table."al-table al-table--board al-table--cards" {
                        caption."nhsuk-u-visually-hidden" {
                            "Tasks, what breaches first at the top"
                        }
                        (head(&COLUMNS))
                        (rows(first, shell.now_micros))
                    }
                }
                (nothing(view))
                (board_rest::section(rest, shell.now_micros))
            }
            (people(&view.people))
        }
    };
    let page = Page {
        title: "Board",
        help: "board",
        width: Width::Whole,
        live: Some(&live),
        keys: KEYS,
        body,
    };
    framed(shell, page)
}

/// The head of board and plan: which view, the figures, and the way to ask.
pub fn board_head(vitals_now: &Vitals, list_href: &str, is_plan: bool, may_ask: bool) -> Markup {
    let views = [
        ("List", icons::LAYOUT_LIST, list_href.to_owned(), !is_plan),
        ("Plan", icons::MAP, "/board/plan".to_owned(), is_plan),
    ];
    html! {
        div.al-boardhead {
            h1.al-h1 { "Board" }
            (segments("List or plan", &views))
            (vitals(vitals_now))
            span.al-grow {}
            form.al-findbox method="get" action="/board" role="search" {
                (icons::SEARCH)
                input #find name="find" type="search" aria-label="Find a task, place or person"
                    placeholder="Find a task, place or person";
            }
            @if may_ask {
                (button_link("Ask for a task", Some(icons::PLUS), "/ask", Weight::Solid))
            }
        }
    }
}

/// Fragment: the figures at the head.
pub fn vitals(vitals: &Vitals) -> Markup {
    html! {
        dl.al-vitals #vitals data-live-part {
            div class=[(vitals.late > 0).then_some("is-red")] {
                dt { (icons::ALARM_CLOCK) "Late" } dd { (vitals.late) }
            }
            div { dt { (icons::HOURGLASS) "Waiting" } dd { (vitals.waiting) } }
            div { dt { (icons::HAND) "Not ready" } dd { (vitals.not_ready) } }
            div { dt { (icons::MOVE_RIGHT) "Under way" } dd { (vitals.under_way) } }
            div {
                dt { (icons::USER_CHECK) "Free now" }
                dd { (vitals.free) small { " of " (vitals.on_shift) } }
            }
        }
    }
}

/// Fragment: the filters with their counts.
pub fn filters(filter: &BoardFilter, counts: &BoardCounts) -> Markup {
    let shows = [
        (Show::All, "All", None, counts.all),
        (Show::Late, "Late", Some(icons::ALARM_CLOCK), counts.late),
        (
            Show::Waiting,
            "Waiting",
            Some(icons::HOURGLASS),
            counts.waiting,
        ),
        (
            Show::UnderWay,
            "Under way",
            Some(icons::MOVE_RIGHT),
            counts.under_way,
        ),
        (
            Show::Booked,
            "Booked",
            Some(icons::CALENDAR_CLOCK),
            counts.booked,
        ),
    ];
    html! {
        div.al-toolbar #board-filters data-live-part {
            div.al-filters role="group" aria-label="Show" {
                @for (show, words, icon, count) in shows {
                    (Filter {
                        words,
                        icon,
                        count: Some(count),
                        href: BoardFilter { show, ..filter.clone() }.href("/board"),
                        chosen: filter.show == show,
                    })
                }
                span.al-vr {}
                @for kind in WorkKind::ALL {
                    @let chosen = filter.kind == Some(*kind);
                    (Filter {
                        words: kind.word(),
                        icon: Some(kind.icon()),
                        count: None,
                        href: BoardFilter {
                            kind: (!chosen).then_some(*kind),
                            ..filter.clone()
                        }
                        .href("/board"),
                        chosen,
                    })
                }
                @if !filter.find.is_empty() {
                    span.al-vr {}
                    (Filter {
                        words: &format!("“{}”", filter.find),
                        icon: Some(icons::X),
                        count: None,
                        href: BoardFilter { find: String::new(), ..filter.clone() }.href("/board"),
                        chosen: true,
                    })
                }
            }
            span.al-grow {}
            span."al-small al-2" { "Sorted by what breaches first" }
        }
    }
}

/// A fragment of the table on its way to the page. Outside of a table a browser reads no rows, so
/// each travels in a template of its own.
pub fn for_table(fragment: &Markup) -> Markup {
    html! { template { (fragment) } }
}

/// Fragment: all rows at once, after a reconnection or a change of many.
pub fn rows(rows: &[BoardRow], now_micros: i64) -> Markup {
    html! {
        tbody #board-rows data-live-part data-live-list data-keys-list {
            @for row_view in rows { (row(row_view, now_micros)) }
        }
    }
}

/// Fragment: one row, new or changed. It says itself where it belongs.
pub fn row(row: &BoardRow, now_micros: i64) -> Markup {
    let lateness = if row.is_late { ", late" } else { "" };
    let said = format!(
        "{} from {}: {}{lateness}",
        row.title,
        row.from,
        row.state.word()
    );
    html! {
        tr id={ "task-" (row.id) } class=[row.is_late.then_some("is-late")]
            data-live-into="board-rows" data-order=(row.order) data-digest=(row.digest())
            data-said=(said) data-href={ "/tasks/" (row.id) } {
            td { (row.priority) }
            th scope="row" {
                a.al-rowlink href={ "/tasks/" (row.id) } {
                    (row.title) (hidden_words(&format!(", task {}", row.id)))
                }
            }
            td.al-needs { (need_icons(&row.needs)) }
            td { (route(&row.from, row.to.as_deref())) }
            td { (row.state.shown_with(&row.state_more)) }
            td { (holder(&row.holder)) }
            td.al-num {
                @if let Some(since) = row.open_since_micros { (counting_up(since, now_micros)) }
                @else { "–" }
            }
            td."al-num al-due" { (target(row, now_micros)) }
        }
    }
}

/// Fragment: a row that has left the board.
pub fn row_gone(task_id: i64) -> Markup {
    html! { tr id={ "task-" (task_id) } data-live-gone {} }
}

/// When a task is due, or how late it is.
pub fn target(row: &BoardRow, now_micros: i64) -> Markup {
    html! {
        @if let (true, Some(due)) = (row.is_late, row.due_micros) { (late(due, now_micros)) }
        @else if row.due.is_empty() { "–" }
        @else { (row.due) }
    }
}

/// Who has a task, or why nobody has.
pub fn holder(holder: &Holder) -> Markup {
    match holder {
        Holder::Person(name) => who(name),
        Holder::Finding => searching("Finding"),
        Holder::Nobody(reason) => searching(reason),
        Holder::NotYet(words) => html! { span.al-2 { (words) } },
    }
}

fn searching(words: &str) -> Markup {
    html! {
        span."al-who al-2" { span."al-face al-face--none" { (icons::SEARCH) } (words) }
    }
}

/// Fragment: everyone on shift.
pub fn people(people: &[PersonTile]) -> Markup {
    html! {
        // Who asks from a ward sees their tasks, not where everybody is: no empty box for that.
        section."al-panel al-people" #people data-live-part aria-label="People on shift"
            hidden[people.is_empty()] {
            div.al-panel__head {
                h2.al-h3 { "On shift " span.al-2 { (people.len()) } }
                a.al-small href="/people" { "People" }
            }
            ul { @for person in people { (tile(person)) } }
            p.al-panel__foot { (icons::EYE_OFF) " Zone only. Nothing is kept after the shift." }
        }
    }
}

fn tile(person: &PersonTile) -> Markup {
    let between = if person.zone.is_empty() || person.detail.is_empty() {
        ""
    } else {
        " · "
    };
    html! {
        li.al-tile {
            (face(&person.name))
            div.al-grow {
                div."al-row al-row--between" {
                    a.al-tile__name href={ "/people/" (person.id) } { (person.name) }
                    (person.doing.shown())
                }
                p {
                    @if !person.zone.is_empty() { (icons::MAP_PIN) (person.zone) }
                    (between) (person.detail)
                }
            }
        }
    }
}

/// Fragment: why the list is empty; nothing while it is not.
pub fn nothing(view: &BoardView) -> Markup {
    html! {
        div #board-nothing data-live-part {
            @if view.rows.is_empty() { (reason_for_nothing(view)) }
        }
    }
}

fn reason_for_nothing(view: &BoardView) -> Empty<'static> {
    if !view.filter.is_narrow() {
        return Empty {
            icon: icons::CIRCLE_CHECK,
            title: "Nothing is waiting",
            why: html! { (view.vitals.free) " of " (view.vitals.on_shift) " on shift are free." },
            way_on: html! {},
        };
    }
    let hidden_late = view.counts.late;
    Empty {
        icon: icons::SEARCH,
        title: "No task matches these filters",
        why: html! {
            @if hidden_late > 0 { (hidden_late) " late are hidden by them." }
            @else { "There are " (view.counts.all) " tasks without them." }
        },
        way_on: button_link("Clear filters", None, "/board", Weight::Solid),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Someone looks for “bed & chair”: the link keeps what they typed, whole.
    #[test]
    fn what_was_typed_stays_whole_in_the_address() {
        let filter = BoardFilter {
            show: Show::Late,
            kind: Some(WorkKind::Patient),
            find: String::from("bed & chair"),
        };
        assert_eq!(
            filter.href("/board"),
            "/board?show=late&kind=PATIENT&find=bed%20%26%20chair"
        );
        assert_eq!(BoardFilter::default().href("/board"), "/board");
    }

    /// An address somebody mistyped shows all tasks rather than none.
    #[test]
    fn an_unknown_filter_shows_everything() {
        assert_eq!(Show::from_code("ltae"), Show::All);
        for show in [
            Show::All,
            Show::Late,
            Show::Waiting,
            Show::UnderWay,
            Show::Booked,
        ] {
            assert_eq!(Show::from_code(show.code()), show);
        }
    }

    /// When filters hide late tasks, the empty board says so instead of looking calm.
    #[test]
    fn an_empty_board_does_not_hide_late_tasks() {
        let view = BoardView {
            filter: BoardFilter {
                kind: Some(WorkKind::Cleaning),
                ..BoardFilter::default()
            },
            counts: BoardCounts {
                all: 9,
                late: 2,
                ..BoardCounts::default()
            },
            vitals: Vitals::default(),
            rows: Vec::new(),
            people: Vec::new(),
            may_ask: false,
            made_at: String::new(),
        };
        assert!(nothing(&view).into_string().contains("2 late are hidden"));
    }
}
