//! What stands below the board's table: all tasks beyond the first hundred, in short.
//!
//! A thousand rows help nobody who has to decide what comes next, but nothing may change unseen.
//! So every task of the rest has a line, opened at a press, and above the lines stands how many
//! there are in each state and how many of them are late. Printed, the lines are always there.
//! Next: `board` for the table, `docs/decisions/0023-*.md` for why it is so.

use maud::{Markup, html};

use super::board::{BoardRow, Holder, target};
use crate::web::parts::blocks::hidden_words;
use crate::web::parts::states::{Priority, TaskState, Vocabulary};

/// The rest of the board; there is nothing to see of it while there is no rest.
pub fn section(rest: &[BoardRow], now_micros: i64) -> Markup {
    html! {
        section.al-rest aria-label="Further down" {
            (counts(rest))
            details.al-rest__list {
                summary { "Show them" }
                (lines(rest, now_micros))
            }
        }
    }
}

/// Fragment: how many more there are, in each state; empty while there is no rest.
pub fn counts(rest: &[BoardRow]) -> Markup {
    let with = |state: TaskState| rest.iter().filter(|row| row.state == state).count();
    html! {
        div.al-rest__head #board-rest data-live-part {
            @if !rest.is_empty() {
                p { b { (rest.len()) " more" } " " (in_words(rest)) }
                ul.al-rest__counts {
                    @for state in TaskState::ALL {
                        @let count = with(*state);
                        @if count > 0 { li data-state=(state.code()) { (state.shown()) (count) } }
                    }
                }
            }
        }
    }
}

/// What whoever does not open the list has to know of it.
fn in_words(rest: &[BoardRow]) -> String {
    let late = rest.iter().filter(|row| row.is_late).count();
    let soon = rest
        .iter()
        .filter(|row| row.priority != Priority::Routine)
        .count();
    match (late, soon) {
        (0, 0) => "below, all of them routine and on time".to_owned(),
        (0, soon) => format!("below, all of them on time, {soon} urgent"),
        (late, 0) => format!("below, {late} of them late"),
        (late, soon) => format!("below, {late} of them late, {soon} urgent"),
    }
}

/// Fragment: a line for each task of the rest.
pub fn lines(rest: &[BoardRow], now_micros: i64) -> Markup {
    html! {
        ol.al-rest__lines #board-lines data-live-part data-live-list {
            @for row in rest { (line(row, now_micros)) }
        }
    }
}

/// Fragment: one task of the rest, new or changed. Its line says itself where it belongs.
pub fn line(row: &BoardRow, now_micros: i64) -> Markup {
    html! {
        li id={ "line-" (row.id) } class=[row.is_late.then_some("is-late")]
            data-live-into="board-lines" data-order=(row.order) data-digest=(row.digest()) {
            a.al-rowlink href={ "/tasks/" (row.id) } {
                (row.title) (hidden_words(&format!(", task {}", row.id)))
            }
            span { (row.from) @if let Some(to) = &row.to { " to " (to) } }
            (row.state.shown_with(&row.state_more))
            span.al-2 { (holder(&row.holder)) }
            span.al-num { (target(row, now_micros)) }
        }
    }
}

/// Fragment: a line that has left the rest.
pub fn line_gone(task_id: i64) -> Markup {
    html! { li id={ "line-" (task_id) } data-live-gone {} }
}

fn holder(holder: &Holder) -> &str {
    match holder {
        Holder::Person(words) | Holder::Nobody(words) | Holder::NotYet(words) => words,
        // The state says that it waits; why stands in the table and on the task's page.
        Holder::Finding => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::views::samples;

    fn waiting(count: usize) -> Vec<BoardRow> {
        let calm = samples::desk::board()
            .rows
            .into_iter()
            .find(|row| !row.is_late);
        let mut row = calm.expect("the sample board has a task on time");
        row.priority = Priority::Routine;
        row.state = TaskState::Queued;
        vec![row; count]
    }

    /// A late task below the fold is said in words, so that a calm top cannot hide it.
    #[test]
    fn late_tasks_below_are_said_in_words() {
        let mut rest = waiting(3);
        assert!(in_words(&rest).contains("routine and on time"));
        rest[1].is_late = true;
        assert!(in_words(&rest).contains("1 of them late"));
        rest[2].priority = Priority::Urgent;
        assert!(in_words(&rest).ends_with("1 of them late, 1 urgent"));
    }

    /// Each state of the rest is counted, so that a change of state changes two figures.
    #[test]
    fn each_state_is_counted() {
        let mut rest = waiting(5);
        rest[0].state = TaskState::Held;
        let shown = counts(&rest).into_string();
        assert!(shown.contains("5 more"), "{shown}");
        for (code, count) in [("QUEUED", 4), ("HELD", 1)] {
            let figure = shown
                .split(&format!("data-state=\"{code}\""))
                .nth(1)
                .unwrap();
            let figure = figure.split("</li>").next().unwrap();
            assert!(figure.ends_with(&format!("</span>{count}")), "{figure}");
        }
    }

    /// On a quiet day there is nothing below the table, not even an empty box.
    #[test]
    fn a_short_list_has_no_rest() {
        assert!(counts(&[]).into_string().ends_with("data-live-part></div>"));
    }
}
