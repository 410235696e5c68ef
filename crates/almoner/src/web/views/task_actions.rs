//! What a coordinator can do with a task: each act has a dialog that asks for the reason.
//!
//! Only acts that are allowed now are in the struct, so only they are on the page. Every form
//! carries the version that was looked at: if someone was quicker, nothing is overwritten. Next:
//! `problem`, which says so.

use maud::{Markup, html};

use crate::web::parts::blocks::Weight;
use crate::web::parts::forms::{
    Choice, Dialog, Field, act, opens_dialog, picks, select, submit, submit_small, text_area,
};
use crate::web::parts::icons;

/// What may be done with the task now, by this person.
#[derive(Debug, Clone, Default)]
pub struct TaskActions {
    /// The version that is looked at.
    pub version: i64,
    /// Whether it can be let into the queue after approval.
    pub approve: bool,
    /// Whether the ward can say “ready to move”.
    pub release: bool,
    /// Reasons for which it can be held back; empty when it cannot.
    pub hold_reasons: Vec<Choice>,
    /// People it can be given to, with why each fits or does not; empty when it cannot.
    pub assign_to: Vec<Choice>,
    /// Reasons for which it can be taken back from its handler; empty when it cannot.
    pub recall_reasons: Vec<Choice>,
    /// Reasons for which it can be cancelled; empty when it cannot.
    pub cancel_reasons: Vec<Choice>,
}

/// The buttons at the head of the task page.
pub fn buttons(task_id: i64, actions: &TaskActions) -> Markup {
    html! {
        @if actions.approve {
            (act(
                &format!("/tasks/{task_id}/approve"),
                actions.version,
                submit_small("Approve", Some(icons::STAMP), "Approving…", Weight::Solid),
            ))
        }
        @if actions.release {
            (act(
                &format!("/tasks/{task_id}/release"),
                actions.version,
                submit_small(
                    "Ready to move",
                    Some(icons::CIRCLE_CHECK),
                    "Starting…",
                    Weight::Solid,
                ),
            ))
        }
        @if !actions.assign_to.is_empty() {
            (opens_dialog("assign", "Assign", icons::ARROW_RIGHT_LEFT))
        }
        @if !actions.hold_reasons.is_empty() { (opens_dialog("hold", "Hold", icons::HAND)) }
        @if !actions.recall_reasons.is_empty() {
            (opens_dialog("recall", "Recall", icons::UNDO_2))
        }
        @if !actions.cancel_reasons.is_empty() {
            (opens_dialog("cancel", "Cancel task", icons::CIRCLE_SLASH))
        }
    }
}

/// The dialogs behind the buttons.
pub fn dialogs(task_id: i64, actions: &TaskActions) -> Markup {
    html! {
        @if !actions.assign_to.is_empty() { (assign(task_id, actions)) }
        @if !actions.hold_reasons.is_empty() {
            (with_reason(task_id, actions.version, &HOLD, &actions.hold_reasons))
        }
        @if !actions.recall_reasons.is_empty() {
            (with_reason(task_id, actions.version, &RECALL, &actions.recall_reasons))
        }
        @if !actions.cancel_reasons.is_empty() {
            (with_reason(task_id, actions.version, &CANCEL, &actions.cancel_reasons))
        }
    }
}

/// The words of a dialog that only asks for a reason.
struct Asked {
    verb: &'static str,
    title: &'static str,
    about: &'static str,
    button: &'static str,
    busy: &'static str,
    weight: Weight,
}

const HOLD: Asked = Asked {
    verb: "hold",
    title: "Hold this task",
    about: "It leaves the queue until someone says it is ready.",
    button: "Hold task",
    busy: "Holding…",
    weight: Weight::Solid,
};

const RECALL: Asked = Asked {
    verb: "recall",
    title: "Take this task back",
    about: "It goes back into the queue. Its clock runs on from where it was.",
    button: "Take back",
    busy: "Taking back…",
    weight: Weight::Solid,
};

const CANCEL: Asked = Asked {
    verb: "cancel",
    title: "Cancel this task",
    about: "Whoever has it is told at once.",
    button: "Cancel task",
    busy: "Cancelling…",
    weight: Weight::Danger,
};

fn with_reason(task_id: i64, version: i64, asked: &Asked, reasons: &[Choice]) -> Markup {
    let fields = html! {
        p.al-2 { (asked.about) }
        (picks("Why?", "reason", reasons, ""))
        (words_field(asked.verb))
    };
    html! {
        (Dialog {
            id: asked.verb,
            title: asked.title,
            action: format!("/tasks/{task_id}/{}", asked.verb),
            version,
            fields,
            button: submit(asked.button, None, asked.busy, asked.weight),
        })
    }
}

fn words_field(verb: &str) -> Markup {
    let id = format!("{verb}-words");
    text_area(
        &Field {
            name: "words",
            id: &id,
            label: "More, if needed (optional)",
            hint: "No patient's name here. It is kept in the log.",
            ..Field::default()
        },
        2,
    )
}

fn assign(task_id: i64, actions: &TaskActions) -> Markup {
    let fields = html! {
        p.al-2 { "The person is asked on their phone, as with any offer." }
        (select(
            &Field { name: "person", label: "Who?", ..Field::default() },
            &actions.assign_to,
        ))
        (Field {
            name: "reason",
            label: "Why this person?",
            hint: "It stands in the log beside your name.",
            ..Field::default()
        })
    };
    html! {
        (Dialog {
            id: "assign",
            title: "Give this task to someone",
            action: format!("/tasks/{task_id}/assign"),
            version: actions.version,
            fields,
            button: submit("Assign", None, "Assigning…", Weight::Solid),
        })
    }
}
