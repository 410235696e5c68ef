//! Task types: what can be asked for, what it needs, and by when it should be done.
//!
//! A target that changes holds for tasks asked from then on; open tasks keep theirs. Next: `ask`,
//! where the types are the first touch.

use maud::{Markup, html};

use crate::web::parts::blocks::{Empty, Panel, Weight, button_link, page_head};
use crate::web::parts::forms::{
    Choice, Dialog, Field, FormError, checkbox, error_of, error_summary, opens_dialog, select,
    submit,
};
use crate::web::parts::icons;
use crate::web::parts::shell::{Page, Shell, Width, page as framed};
use crate::web::parts::states::{Needed, Vocabulary, WorkKind, need_chips};
use crate::web::parts::tables::{Column, figures, table, words};

/// What the settings page of task types shows.
#[derive(Debug, Clone)]
pub struct TaskTypesView {
    /// The task types, by kind and name.
    pub task_types: Vec<TaskTypeRow>,
    /// Whether this person may change targets and make new types.
    pub may_change: bool,
    /// What a new type can be: groups of work.
    pub groups: Vec<Choice>,
    /// Whose work it can be; without a team there is no type.
    pub teams: Vec<Choice>,
    /// How a patient can travel, with "no patient" first.
    pub modes: Vec<Choice>,
    /// What was typed for a new type.
    pub typed: NewTaskType,
    /// What has to be put right from the last attempt.
    pub errors: Vec<FormError>,
}

/// One task type.
#[derive(Debug, Clone)]
pub struct TaskTypeRow {
    /// The type's number.
    pub id: i64,
    /// The version that is looked at.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// What kind of work it is.
    pub kind: WorkKind,
    /// What it needs by default.
    pub needs: Vec<Needed>,
    /// The training it takes, in words; may be empty.
    pub training: String,
    /// Minutes to completion when it is an emergency.
    pub emergency_minutes: u32,
    /// Minutes to completion when it is urgent.
    pub urgent_minutes: u32,
    /// Minutes to completion when it is routine.
    pub routine_minutes: u32,
    /// Whether someone approves it first.
    pub needs_approval: bool,
    /// Whether someone checks it afterwards.
    pub needs_check: bool,
}

/// A new task type as it is typed and sent.
#[derive(Debug, Clone)]
pub struct NewTaskType {
    /// Its name.
    pub name: String,
    /// The code of its group.
    pub group: String,
    /// The code of its team.
    pub team: String,
    /// How a patient travels, by code; empty without a patient.
    pub mode: String,
    /// The training it takes, with commas between.
    pub training: String,
    /// Minutes at the two ends together, without the walk.
    pub handling_minutes: String,
    /// Target minutes: emergency, urgent, routine.
    pub targets: [String; 3],
    /// Whether someone approves it first.
    pub needs_approval: bool,
    /// Whether someone checks it afterwards.
    pub needs_check: bool,
}

impl Default for NewTaskType {
    fn default() -> Self {
        let text = String::new;
        Self {
            name: text(),
            group: text(),
            team: text(),
            mode: text(),
            training: text(),
            handling_minutes: "5".to_owned(),
            targets: ["15", "30", "60"].map(str::to_owned),
            needs_approval: false,
            needs_check: false,
        }
    }
}

/// `GET /settings/task-types`
pub fn page(view: &TaskTypesView, shell: &Shell) -> Markup {
    let about = html! { "What can be asked for, and within how many minutes it should be done." };
    let body = html! {
        (error_summary(&view.errors))
        (page_head("Task types", about, way_to_new(view)))
        (Panel { body: listed(view), flush: true, ..Panel::default() })
        @if view.may_change {
            @if !view.teams.is_empty() { (new_type(view)) }
            @for task_type in &view.task_types { (change(task_type, &view.errors)) }
        }
    };
    let page = Page {
        title: "Task types",
        help: "task-types",
        width: Width::Usual,
        live: None,
        keys: &[],
        body,
    };
    framed(shell, page)
}

/// A type belongs to a team, so the team comes first.
fn way_to_new(view: &TaskTypesView) -> Markup {
    html! {
        @if view.may_change && view.teams.is_empty() {
            (button_link("Make a team first", None, "/settings/teams", Weight::Outline))
        } @else if view.may_change {
            (opens_dialog("type-new", "New task type", icons::PLUS))
        }
    }
}

fn new_type(view: &TaskTypesView) -> Markup {
    html! {
        (Dialog {
            id: "type-new",
            title: "New task type",
            action: "/settings/task-types".to_owned(),
            version: 0,
            fields: new_fields(view),
            button: submit("Make task type", None, "Making…", Weight::Solid),
        })
    }
}

fn new_fields(view: &TaskTypesView) -> Markup {
    let typed = &view.typed;
    let line = |name, label, hint, value, width| Field {
        name,
        label,
        hint,
        value,
        width,
        error: error_of(&view.errors, name),
        ..Field::default()
    };
    let [emergency, urgent, routine] = &typed.targets;
    let training = "Codes as in your list of people, with commas between. It can be left empty.";
    html! {
        (line("name", "Name", "As people ask for it, such as Patient to X-ray.", &typed.name, 0))
        (select(&line("group", "Kind", "", &typed.group, 0), &view.groups))
        (select(&line("team", "Done by", "", &typed.team, 0), &view.teams))
        (select(&line("mode", "How a patient travels", "", &typed.mode, 0), &view.modes))
        (line("training", "Training it takes", training, &typed.training, 0))
        (line(
            "handling_minutes",
            "Minutes at both ends together",
            "Without the walk.",
            &typed.handling_minutes,
            5,
        ))
        (line("emergency_minutes", "Emergency, minutes", "", emergency, 5))
        (line("urgent_minutes", "Urgent, minutes", "", urgent, 5))
        (line("routine_minutes", "Routine, minutes", "", routine, 5))
        (checkbox("needs_approval", "Somebody approves it first", "", typed.needs_approval))
        (checkbox("needs_check", "Somebody checks it afterwards", "", typed.needs_check))
    }
}

fn listed(view: &TaskTypesView) -> Markup {
    const COLUMNS: [Column; 8] = [
        words("Task"),
        words("Kind"),
        words("Needs"),
        words("Training"),
        figures("Emergency"),
        figures("Urgent"),
        figures("Routine"),
        words("Change"),
    ];
    if view.task_types.is_empty() {
        return html! {
            (Empty {
                icon: icons::SETTINGS,
                title: "No task types yet",
                why: html! { "Without one, nothing can be asked for." },
                way_on: way_to_new(view),
            })
        };
    }
    let rows = html! {
        @for task_type in &view.task_types { (row(task_type, view.may_change)) }
    };
    table(
        "Task types and their targets in minutes",
        "",
        &COLUMNS,
        rows,
    )
}

fn row(task_type: &TaskTypeRow, may_change: bool) -> Markup {
    html! {
        tr {
            th scope="row" {
                (task_type.name)
                @if task_type.needs_approval { br; span."al-small al-2" { "approved first" } }
                @if task_type.needs_check { br; span."al-small al-2" { "checked afterwards" } }
            }
            td { span.al-verb { (task_type.kind.icon()) (task_type.kind.word()) } }
            td { div."al-row al-row--s al-row--wrap" { (need_chips(&task_type.needs)) } }
            td { (task_type.training) }
            td.al-num { (task_type.emergency_minutes) " min" }
            td.al-num { (task_type.urgent_minutes) " min" }
            td.al-num { (task_type.routine_minutes) " min" }
            td {
                @if may_change {
                    (opens_dialog(&dialog_id(task_type), "Targets", icons::PENCIL))
                } @else {
                    span.al-2 { "Only administrators" }
                }
            }
        }
    }
}

fn dialog_id(task_type: &TaskTypeRow) -> String {
    format!("targets-{}", task_type.id)
}

fn change(task_type: &TaskTypeRow, errors: &[FormError]) -> Markup {
    let minutes = [
        (
            "emergency_minutes",
            "Emergency, minutes",
            task_type.emergency_minutes,
        ),
        (
            "urgent_minutes",
            "Urgent, minutes",
            task_type.urgent_minutes,
        ),
        (
            "routine_minutes",
            "Routine, minutes",
            task_type.routine_minutes,
        ),
    ];
    let fields = html! {
        p.al-2 { "Holds for tasks asked from now on. Open tasks keep their targets." }
        @for (name, label, value) in minutes {
            (Field {
                name,
                id: &format!("{name}-{}", task_type.id),
                label,
                value: &value.to_string(),
                error: error_of(errors, &format!("{name}-{}", task_type.id)),
                width: 5,
                ..Field::default()
            })
        }
    };
    html! {
        (Dialog {
            id: &dialog_id(task_type),
            title: &format!("Targets for {}", task_type.name),
            action: format!("/settings/task-types/{}", task_type.id),
            version: task_type.version,
            fields,
            button: submit("Save targets", None, "Saving…", Weight::Solid),
        })
    }
}
