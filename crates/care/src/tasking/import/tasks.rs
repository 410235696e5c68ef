//! Tasks as another system has them: what, how soon, from where to where, asked when, wanted when.
//!
//! Refuses: names of patients. A bed is enough to fetch somebody, and a list that travels by file
//! should hold no more. That kinds and places exist is checked in `across.rs`.

use super::mapping::Field;
use super::{ImportRow, RowCells};
use crate::tasking::model::Needs;
use crate::tasking::priority::Priority;

/// One task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
    /// What the other system calls it.
    pub reference: Option<String>,
    /// The code of its kind.
    pub task_type: String,
    pub priority: Priority,
    /// The code of the location where it begins.
    pub from: String,
    pub from_bed: Option<String>,
    /// The code of the location where it ends; `None`: where it begins.
    pub to: Option<String>,
    pub to_bed: Option<String>,
    /// Microseconds since 1970, UTC, as is the next.
    pub requested_at: i64,
    /// For later work: when it should have reached its end.
    pub due_at: Option<i64>,
    /// What it needs, where it differs from its kind.
    pub needs: Option<Needs>,
}

impl ImportRow for TaskRow {
    const FIELDS: &'static [Field] = &[
        Field {
            name: "reference",
            is_required: false,
            guesses: &["id", "ref", "job number", "task id", "request number"],
            meaning: "what the other system calls the task",
        },
        Field {
            name: "task_type",
            is_required: true,
            guesses: &["type", "task", "job type", "request type"],
            meaning: "the code of the kind of work",
        },
        Field {
            name: "priority",
            is_required: true,
            guesses: &["urgency"],
            meaning: "emergency, urgent or routine",
        },
        Field {
            name: "from",
            is_required: true,
            guesses: &["from location", "from code", "origin", "pickup", "pick up"],
            meaning: "the code of the location where it begins",
        },
        Field {
            name: "from_bed",
            is_required: false,
            guesses: &["bed", "room", "pickup bed"],
            meaning: "the bed or room there",
        },
        Field {
            name: "to",
            is_required: false,
            guesses: &["to location", "to code", "destination", "drop", "drop off"],
            meaning: "the code of the location where it ends",
        },
        Field {
            name: "to_bed",
            is_required: false,
            guesses: &["drop bed", "destination bed"],
            meaning: "the bed or room there",
        },
        Field {
            name: "requested_at",
            is_required: true,
            guesses: &[
                "requested",
                "created",
                "created at",
                "request time",
                "logged",
            ],
            meaning: "day and time of the request",
        },
        Field {
            name: "due_at",
            is_required: false,
            guesses: &[
                "due",
                "wanted at",
                "required by",
                "appointment",
                "appointment time",
            ],
            meaning: "day and time by which it should be done",
        },
        Field {
            name: "needs",
            is_required: false,
            guesses: &["requirements", "equipment", "mode"],
            meaning: "what it needs, such as chair, oxygen 2, nurse escort",
        },
    ];

    fn read(cells: &mut RowCells<'_>) -> Option<Self> {
        let cells = &mut cells.0;
        let reference = cells.optional_name("reference");
        let task_type = cells.name("task_type");
        let priority = cells.name("priority").and_then(|_| {
            cells
                .choice("priority", priority, &["emergency", "urgent", "routine"])
                .flatten()
        });
        let from = cells.name("from");
        let from_bed = cells.optional_name("from_bed");
        let to = cells.optional_name("to");
        let to_bed = cells.optional_name("to_bed");
        let requested_at = cells.moment("requested_at");
        let due_at = cells.optional_moment("due_at");
        let needs = cells.read("needs", Needs::from_list);
        if let (Some(requested_at), Some(Some(due_at))) = (requested_at, due_at)
            && due_at < requested_at
        {
            cells.object("due_at", "it is due before it was requested");
        }
        Some(Self {
            reference: reference?,
            task_type: task_type?,
            priority: priority?,
            from: from?,
            from_bed: from_bed?,
            to: to?,
            to_bed: to_bed?,
            requested_at: requested_at?,
            due_at: due_at?,
            needs: needs?,
        })
    }
}

fn priority(word: &str) -> Option<Priority> {
    match word {
        "emergency" | "e" | "high" | "1" => Some(Priority::Emergency),
        "urgent" | "u" | "medium" | "2" => Some(Priority::Urgent),
        "routine" | "r" | "low" | "normal" | "3" => Some(Priority::Routine),
        _ => None,
    }
}
