//! One task: when it will be done, what happened so far, why this person, and what can be done.
//!
//! “Why this person” names training, distance and load, never a health restriction. A patient's
//! name is not on this page; whoever needs it asks for it, and the look is recorded. Next:
//! `task_actions` for the dialogs behind the buttons.

use maud::{Markup, html};

use super::task_actions::{TaskActions, buttons, dialogs};
use crate::web::parts::blocks::{Panel, crumb, face, note, panel};
use crate::web::parts::clocks::late;
use crate::web::parts::forms::{FormError, error_summary};
use crate::web::parts::icons::{self, Icon};
use crate::web::parts::shell::{Page, Shell, Width, page as framed};
use crate::web::parts::states::{Hue, Needed, Priority, TaskState, Vocabulary, need_chips};

/// What a task page shows.
#[derive(Debug, Clone)]
pub struct TaskView {
    /// The task's number.
    pub id: i64,
    /// What it is, such as “Patient to theatre”.
    pub title: String,
    /// Where it stands.
    pub state: TaskState,
    /// Words after the state; usually empty.
    pub state_more: String,
    /// How soon it is wanted.
    pub priority: Priority,
    /// What it needs.
    pub needs: Vec<Needed>,
    /// Where from, where to, who asked and when, as one sentence.
    pub about: String,
    /// When it was due, if it is past its target.
    pub late_since_micros: Option<i64>,
    /// What is promised; nothing when the task is over.
    pub promise: Option<TaskPromise>,
    /// How far it is.
    pub progress: Vec<ProgressStep>,
    /// What happened so far and is still ahead.
    pub time_line: Vec<TimeLineEntry>,
    /// How many entries of the log this task has; 0 for a reader who may not open the log.
    pub log_entries: usize,
    /// Why this person was asked.
    pub why: Option<WhyThisPerson>,
    /// Facts of the move as pairs of a name and a value.
    pub facts: Vec<(String, String)>,
    /// What the ward wrote, with who and when.
    pub message: Option<TaskMessage>,
    /// What this person may do with the task now.
    pub actions: TaskActions,
    /// What has to be put right from the last attempt.
    pub errors: Vec<FormError>,
}

/// When someone will be there and when it will be done.
#[derive(Debug, Clone)]
pub struct TaskPromise {
    /// What the first time is, such as “At the bedside”.
    pub pickup_words: String,
    /// The first time, such as `14:19`.
    pub pickup_at: String,
    /// A line below it, such as “in 3 min, target 14:22”.
    pub pickup_detail: String,
    /// What the second time is, such as “In Theatre 3”.
    pub drop_words: String,
    /// The second time.
    pub drop_at: String,
    /// A line below it; may be empty.
    pub drop_detail: String,
}

/// One step of the way.
#[derive(Debug, Clone)]
pub struct ProgressStep {
    /// What it is, such as “Offered”.
    pub words: String,
    /// Whether it is behind us.
    pub done: bool,
}

/// One line of the time line.
#[derive(Debug, Clone)]
pub struct TimeLineEntry {
    /// The clock time.
    pub at: String,
    /// The state it came to; nothing for the asking itself.
    pub state: Option<TaskState>,
    /// What happened, in bold, such as “Accepted”.
    pub what: String,
    /// The rest of the sentence, such as “by Joel P., 21 s later” or “: consent form missing”.
    pub detail: String,
    /// Whether it is past, now or expected.
    pub when: When,
}

/// Where a line stands in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// It happened.
    Past,
    /// It is so now.
    Now,
    /// It is expected.
    Ahead,
}

/// Why this person was asked rather than another.
#[derive(Debug, Clone)]
pub struct WhyThisPerson {
    /// The short name.
    pub name: String,
    /// The reason in a sentence.
    pub say: String,
    /// What counted, each with how much it spoke for this person.
    pub measures: Vec<WhyMeasure>,
    /// Who else was thought about, and why not, in no order of merit.
    pub others: Vec<(String, String)>,
}

/// One thing that counted.
#[derive(Debug, Clone)]
pub struct WhyMeasure {
    /// What it is, such as “Walk to bed 4”.
    pub words: String,
    /// How much it spoke for the person, 0 to 100.
    pub share_percent: u8,
    /// The value, such as “2 min”.
    pub value: String,
}

/// What the ward wrote.
#[derive(Debug, Clone)]
pub struct TaskMessage {
    /// Who and when, such as “Anjali K., 14:09”.
    pub from: String,
    /// What they wrote.
    pub words: String,
}

/// `GET /tasks/{task}`
pub fn page(view: &TaskView, shell: &Shell) -> Markup {
    let title = format!("Task {}", view.id);
    let body = html! {
        (crumb("Board", "/board", &title))
        (error_summary(&view.errors))
        (task_head(view, shell.now_micros))
        (promised(view))
        div."al-cols al-cols--task" {
            div.al-stack { (time_line(view)) }
            div.al-stack { (why(view)) }
            div.al-stack { (move_panels(view)) }
        }
        (task_dialogs(view))
    };
    let live = format!("/tasks/{}/live", view.id);
    let page = Page {
        title: &title,
        help: "task",
        width: Width::Usual,
        live: Some(&live),
        keys: &[],
        body,
    };
    framed(shell, page)
}

/// Fragment: what the task is, where it stands, and what can be done.
pub fn task_head(view: &TaskView, now_micros: i64) -> Markup {
    html! {
        div.al-head #task-head data-live-part data-said={ (view.title) ": " (view.state.word()) } {
            div.al-grow {
                div."al-row al-row--wrap" {
                    h1.al-h1 { (view.title) }
                    (view.state.shown_with(&view.state_more))
                    @if let Some(due) = view.late_since_micros { (late(due, now_micros)) }
                    (view.priority)
                    (need_chips(&view.needs))
                }
                p { (view.about) }
            }
            (buttons(view.id, &view.actions))
        }
    }
}

/// All fragments of the page that move by themselves.
pub fn live_parts(view: &TaskView, now_micros: i64) -> Markup {
    html! {
        (task_head(view, now_micros))
        (promised(view))
        (time_line(view))
        (why(view))
        (task_dialogs(view))
    }
}

/// Fragment: the two promised times and the way between; empty while nothing can be promised.
pub fn promised(view: &TaskView) -> Markup {
    let Some(promise) = &view.promise else {
        return html! { div #task-promise data-live-part {} };
    };
    html! {
        div."al-panel al-eta" #task-promise data-live-part {
            div {
                span { (promise.pickup_words) }
                b { (promise.pickup_at) }
                small { (promise.pickup_detail) }
            }
            (track(&view.progress))
            div.al-right {
                span { (promise.drop_words) }
                b { (promise.drop_at) }
                small { (promise.drop_detail) }
            }
        }
    }
}

/// Fragment: the dialogs behind the buttons that are there now.
fn task_dialogs(view: &TaskView) -> Markup {
    html! { div #task-dialogs data-live-part { (dialogs(view.id, &view.actions)) } }
}

/// Fragment: why this person.
fn why(view: &TaskView) -> Markup {
    html! { div #task-why data-live-part { (why_panel(view.why.as_ref())) } }
}

/// The way as a line of steps; the sentence in its label says the same.
fn track(steps: &[ProgressStep]) -> Markup {
    const LEFT: usize = 20;
    const RIGHT: usize = 600;
    let gaps = steps.len().saturating_sub(1).max(1);
    let place = |at: usize| LEFT + (RIGHT - LEFT) * at / gaps;
    let done = steps.iter().take_while(|step| step.done).count();
    let here = place(done.saturating_sub(1)) + if done < steps.len() { 44 } else { 0 };
    html! {
        svg.al-track viewBox="0 0 620 64" role="img" aria-label=(track_sentence(steps)) {
            path.ahead d={ "M" (LEFT) " 22H" (RIGHT) } {}
            path.done d={ "M" (LEFT) " 22H" (here) } {}
            @for (at, step) in steps.iter().enumerate() {
                (track_step(place(at), step, at == 0, at + 1 == steps.len()))
            }
            @if done > 0 && done < steps.len() {
                circle.here cx=(here) cy="22" r="6" {}
            }
        }
    }
}

fn track_step(x: usize, step: &ProgressStep, is_first: bool, is_last: bool) -> Markup {
    let (anchor, text_x) = match (is_first, is_last) {
        (true, _) => ("start", x - 8),
        (_, true) => ("end", x + 8),
        _ => ("middle", x),
    };
    html! {
        g class=(if step.done { "done" } else { "ahead" }) {
            circle cx=(x) cy="22" r=(if step.done { 8 } else { 7 }) {}
            @if step.done { path.tick d={ "M" (x - 3) " 22l2.6 2.8 4.6-5" } {} }
            text x=(text_x) y="54" text-anchor=(anchor) { (step.words) }
        }
    }
}

fn track_sentence(steps: &[ProgressStep]) -> String {
    let list = |done: bool| {
        let words: Vec<&str> = steps
            .iter()
            .filter(|step| step.done == done)
            .map(|step| step.words.as_str())
            .collect();
        if words.is_empty() {
            String::from("nothing")
        } else {
            words.join(", ")
        }
    };
    format!("Done: {}. Ahead: {}.", list(true), list(false))
}

/// Fragment: what happened and what is ahead.
pub fn time_line(view: &TaskView) -> Markup {
    let body = html! {
        ol.al-line {
            @for entry in &view.time_line {
                li class=[time_class(entry.when)] {
                    time { (entry.at) }
                    (time_icon(entry))
                    div { b { (entry.what) } (joint(&entry.detail)) (entry.detail) }
                }
            }
        }
    };
    let entries = html! {
        @if view.log_entries > 0 {
            a.al-small href="/log?room=tasking" {
                (icons::GIT_COMMIT_HORIZONTAL) " " (view.log_entries) " log entries"
            }
        }
    };
    html! {
        div #task-time-line data-live-part {
            (Panel { title: "Time line", beside: Some(entries), body, ..Panel::default() })
        }
    }
}

/// What stands between the bold words and the rest: nothing where the rest begins with a sign.
fn joint(detail: &str) -> &'static str {
    if detail.starts_with([':', ',', '.']) {
        ""
    } else {
        " "
    }
}

fn time_class(when: When) -> Option<&'static str> {
    match when {
        When::Past => None,
        When::Now => Some("now"),
        When::Ahead => Some("ahead"),
    }
}

fn time_icon(entry: &TimeLineEntry) -> Icon {
    entry.state.map_or(icons::PLUS, Vocabulary::icon)
}

fn why_panel(why: Option<&WhyThisPerson>) -> Markup {
    let Some(why) = why else {
        return panel(
            "Who",
            html! { "Nobody has been asked yet. When someone is, the reason stands here." },
        );
    };
    let body = html! {
        p.al-why__say { (why.say) }
        @if !why.measures.is_empty() {
            ul.al-why { @for measure in &why.measures { (why_measure(measure)) } }
        }
        @if !why.others.is_empty() {
            h3.al-h4 { "Also thought about" }
            ul.al-others {
                @for (name, because) in &why.others {
                    li { (face(name)) span { b { (name) } " " (because) } }
                }
            }
        }
    };
    let foot = html! { a href="/help/dispatch" { "How tasks are shared out" } };
    html! {
        (Panel {
            title: &format!("Why {}", why.name),
            body,
            foot: Some(foot),
            ..Panel::default()
        })
    }
}

fn why_measure(measure: &WhyMeasure) -> Markup {
    let width = u32::from(measure.share_percent.min(100)) * 120 / 100;
    html! {
        li {
            span { (measure.words) }
            svg.al-meter viewBox="0 0 120 8" preserveAspectRatio="none" aria-hidden="true" {
                rect.track width="120" height="8" rx="4" {}
                rect.fill width=(width) height="8" rx="4" {}
            }
            b { (measure.value) }
        }
    }
}

fn move_panels(view: &TaskView) -> Markup {
    html! {
        (panel("The move", html! {
            dl.al-dl {
                @for (name, value) in &view.facts { dt { (name) } dd { (value) } }
            }
        }))
        @if let Some(message) = &view.message {
            (note(Hue::Grey, icons::MESSAGE_SQUARE, html! {
                b { (message.from) } br; (message.words)
            }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(words: &str, done: bool) -> ProgressStep {
        ProgressStep {
            words: words.into(),
            done,
        }
    }

    /// Someone who listens to the page hears what is done and what is ahead.
    #[test]
    fn the_way_is_also_a_sentence() {
        let steps = [
            step("Ready", true),
            step("Offered", true),
            step("Moving", false),
        ];
        assert_eq!(
            track_sentence(&steps),
            "Done: Ready, Offered. Ahead: Moving."
        );
    }

    /// A task without steps, or with one, is drawn without falling over.
    #[test]
    fn a_short_way_is_drawn_too() {
        for steps in [
            vec![],
            vec![step("Ready", false)],
            vec![step("Ready", true)],
        ] {
            assert!(track(&steps).into_string().contains("svg"));
        }
    }
}
