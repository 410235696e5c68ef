//! What a coordinator can do with a task: each act has a dialog that asks for the reason.
//!
//! Only acts that are allowed now are in the struct, so only they are on the page. Every form
//! carries the version that was looked at: if someone was quicker, nothing is overwritten. Next:
//! `problem`, which says so.

use maud::{Markup, html};

use crate::web::parts::blocks::Weight;
use crate::web::parts::forms::{
    Choice, Dialog, Field, act, checkbox, opens_dialog, picks, select, submit, submit_small,
};
use crate::web::parts::icons;

/// What may be done with the task now, by this person.
#[derive(Debug, Clone, Default)]
pub struct TaskActions {
    /// The version that is looked at.
    pub version: i64,
    /// Whether it can be let into the queue after approval.
    pub approve: bool,
    /// Reasons for which it can be turned down; empty when it cannot.
    pub reject_reasons: Vec<Choice>,
    /// Whether the ward can say “ready to move”.
    pub release: bool,
    /// Whether the ward can say “not ready”.
    pub hold: bool,
    /// People it can be given to, with where they are; empty when it cannot.
    pub assign_to: Vec<Choice>,
    /// Reasons for choosing someone.
    pub assign_reasons: Vec<Choice>,
    /// Reasons for which it can be taken back from its handler; empty when it cannot.
    pub recall_reasons: Vec<Choice>,
    /// Whether a patient is under way, so that someone must have taken over first.
    pub recall_needs_handover: bool,
    /// Reasons for which it can be cancelled; empty when it cannot.
    pub cancel_reasons: Vec<Choice>,
    /// Whether the finished work can be checked.
    pub verify: bool,
    /// What was chosen in the last attempt, which has to be put right.
    pub typed: Typed,
}

/// What somebody chose in one of the dialogs.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The dialog, by its verb; empty where nothing was chosen yet.
    pub verb: &'static str,
    /// The reason's code.
    pub reason: String,
    /// The person's number.
    pub person: String,
    /// Whether someone has taken over the patient.
    pub handover: bool,
}

impl TaskActions {
    /// Where on the page this act can be put right: its dialog while the act is still possible,
    /// else the head, which says how things are.
    #[must_use]
    pub fn place_of(&self, verb: &'static str) -> &'static str {
        let has_dialog = match verb {
            "reject" => !self.reject_reasons.is_empty(),
            "recall" => !self.recall_reasons.is_empty(),
            "cancel" => !self.cancel_reasons.is_empty(),
            "assign" => !self.assign_to.is_empty(),
            _ => false,
        };
        if has_dialog { verb } else { "task-head" }
    }

    /// What was chosen in this dialog before.
    fn chosen(&self, verb: &str) -> Typed {
        if self.typed.verb == verb {
            self.typed.clone()
        } else {
            Typed::default()
        }
    }
}

/// The buttons at the head of the task page.
pub fn buttons(task_id: i64, actions: &TaskActions) -> Markup {
    let now = |verb: &str, button: Markup| {
        act(&format!("/tasks/{task_id}/{verb}"), actions.version, button)
    };
    html! {
        @if actions.approve {
            (now("approve", submit_small("Approve", Some(icons::STAMP), "…", Weight::Solid)))
        }
        @if !actions.reject_reasons.is_empty() {
            (opens_dialog("reject", "Turn down", icons::CIRCLE_SLASH))
        }
        @if actions.release {
            (now("release", submit_small(
                "Ready to move",
                Some(icons::CIRCLE_CHECK),
                "Starting…",
                Weight::Solid,
            )))
        }
        @if actions.verify {
            (now("verify", html! {
                button."nhsuk-button nhsuk-button--small" type="submit" name="verdict"
                    value="passed" data-busy="…" { (icons::BADGE_CHECK) span { "It is good" } }
            }))
            (now("verify", html! {
                button."nhsuk-button nhsuk-button--small nhsuk-button--secondary" type="submit"
                    name="verdict" value="failed" data-busy="…" {
                    (icons::ROTATE_CCW) span { "Do it again" }
                }
            }))
        }
        @if !actions.assign_to.is_empty() {
            (opens_dialog("assign", "Assign", icons::ARROW_RIGHT_LEFT))
        }
        @if actions.hold {
            (now("hold", submit_small("Not ready", Some(icons::HAND), "…", Weight::Outline)))
        }
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
    let ask = |asked: &Asked, reasons: &[Choice]| {
        html! { @if !reasons.is_empty() { (with_reason(task_id, actions, asked, reasons)) } }
    };
    html! {
        @if !actions.assign_to.is_empty() { (assign(task_id, actions)) }
        (ask(&REJECT, &actions.reject_reasons))
        (ask(&RECALL, &actions.recall_reasons))
        (ask(&CANCEL, &actions.cancel_reasons))
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

const REJECT: Asked = Asked {
    verb: "reject",
    title: "Turn this request down",
    about: "The ward sees it with your reason. Nobody is sent.",
    button: "Turn down",
    busy: "Turning down…",
    weight: Weight::Danger,
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

fn with_reason(task_id: i64, actions: &TaskActions, asked: &Asked, reasons: &[Choice]) -> Markup {
    let asks_handover = asked.verb == RECALL.verb && actions.recall_needs_handover;
    let chosen = actions.chosen(asked.verb);
    let fields = html! {
        p.al-2 { (asked.about) }
        (picks("Why?", "reason", reasons, &chosen.reason))
        @if asks_handover {
            (checkbox(
                "handover",
                "Someone has safely taken over the patient",
                "A patient is under way. Without this the task stays with its handler.",
                chosen.handover,
            ))
        }
    };
    html! {
        (Dialog {
            id: asked.verb,
            title: asked.title,
            action: format!("/tasks/{task_id}/{}", asked.verb),
            version: actions.version,
            fields,
            button: submit(asked.button, None, asked.busy, asked.weight),
        })
    }
}

fn assign(task_id: i64, actions: &TaskActions) -> Markup {
    let chosen = actions.chosen("assign");
    let fields = html! {
        p.al-2 { "The person is asked on their phone, as with any offer." }
        (select(
            &Field { name: "person", label: "Who?", value: &chosen.person, ..Field::default() },
            &actions.assign_to,
        ))
        (select(
            &Field {
                name: "reason",
                label: "Why this person?",
                hint: "It stands in the log beside your name.",
                value: &chosen.reason,
                ..Field::default()
            },
            &actions.assign_reasons,
        ))
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
