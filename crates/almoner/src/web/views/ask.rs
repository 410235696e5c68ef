//! Asking for a task in four touches: what, where from, where to, ask.
//!
//! What is usual here is chosen already: this ward as the start, ready now, routine. Everything
//! is a radio button underneath, so it works by keyboard and without a script, and what was chosen
//! stays when something has to be put right. Next: `task`, where the ward watches it come.

use maud::{Markup, html};

use crate::web::parts::blocks::{Weight, hidden_words, page_head};
use crate::web::parts::forms::{
    Choice, Field, FormError, error_of, error_summary, hidden, pick, select, submit,
};
use crate::web::parts::icons::{self, Icon};
use crate::web::parts::shell::{Page, Shell, Width, page as framed};
use crate::web::parts::states::{Need, Priority, Vocabulary, WorkKind};

/// What the request page shows.
#[derive(Debug, Clone)]
pub struct AskView {
    /// Where this person stands, such as “Kestrel Ward”.
    pub ward: String,
    /// The kinds of task that can be asked for.
    pub task_types: Vec<AskTaskType>,
    /// The usual starts; the ward itself first.
    pub usual_from: Vec<Choice>,
    /// The usual ends.
    pub usual_to: Vec<Choice>,
    /// All places, for the rest.
    pub all_places: Vec<Choice>,
    /// The needs that can be said.
    pub needs: Vec<Need>,
    /// The priorities that this person may choose.
    pub priorities: Vec<Priority>,
    /// What has been chosen or typed.
    pub chosen: AskForm,
    /// How soon someone is likely to come, such as “about 6 min”; empty when unknown.
    pub likely: String,
    /// A number that makes a second press of the button harmless.
    pub request_key: String,
    /// What has to be put right.
    pub errors: Vec<FormError>,
}

/// One kind of task that can be asked for.
#[derive(Debug, Clone)]
pub struct AskTaskType {
    /// What is sent.
    pub code: String,
    /// What is read, such as “Move a patient”.
    pub words: String,
    /// What kind of work it is.
    pub kind: WorkKind,
}

/// What has been chosen or typed, exactly as it is sent.
#[derive(Debug, Clone, Default)]
pub struct AskForm {
    /// The code of the task type.
    pub task_type: String,
    /// The code of the start, or `other`.
    pub from: String,
    /// The code of the start when it is none of the usual.
    pub from_other: String,
    /// The code of the end, or `other`.
    pub to: String,
    /// The code of the end when it is none of the usual.
    pub to_other: String,
    /// The bed or bay.
    pub subject: String,
    /// The patient's initials; never a full name.
    pub patient: String,
    /// `now`, `not_ready` or `at`.
    pub when: String,
    /// The clock time when `when` is `at`.
    pub at: String,
    /// The code of the priority.
    pub priority: String,
    /// The codes of the needs.
    pub needs: Vec<String>,
}

/// `GET /ask`
pub fn page(view: &AskView, shell: &Shell) -> Markup {
    let about = html! {
        "From " b { (view.ward) } ". Four touches: what, where from, where to, ask."
    };
    let body = html! {
        (error_summary(&view.errors))
        (page_head("Ask for a task", about, html! {}))
        form.al-askform method="post" action="/ask" data-summary {
            (hidden("request_key", &view.request_key))
            div.al-touches {
                (what(view)) (where_from(view)) (where_to(view)) (when(view))
            }
            (more(view))
            (ask_now(view))
        }
    };
    let page = Page {
        title: "Ask for a task",
        help: "ask",
        width: Width::Usual,
        live: None,
        keys: &[],
        body,
    };
    framed(shell, page)
}

fn touch(number: Markup, question: &str, error: Option<&str>, answers: Markup) -> Markup {
    html! {
        fieldset.al-touch {
            legend { span.al-touch__n { (number) } span { (question) } }
            @if let Some(sentence) = error {
                span."nhsuk-error-message" { (icons::CIRCLE_ALERT) " " (sentence) }
            }
            (answers)
        }
    }
}

fn what(view: &AskView) -> Markup {
    let answers = html! {
        div.al-picks #task_type data-says="what" {
            @for task_type in &view.task_types {
                @let choice = Choice::plain(&task_type.code, &task_type.words);
                (pick(
                    "task_type",
                    &choice,
                    Some(task_type.kind.icon()),
                    view.chosen.task_type == task_type.code,
                ))
            }
        }
    };
    touch(
        html! { "1" },
        "What?",
        error_of(&view.errors, "task_type"),
        answers,
    )
}

fn where_from(view: &AskView) -> Markup {
    let places = PlaceTouch {
        name: "from",
        usual: &view.usual_from,
        all: &view.all_places,
        chosen: &view.chosen.from,
        other: &view.chosen.from_other,
    };
    let answers = html! {
        (places.shown())
        (Field {
            name: "subject",
            label: "Bed or bay (optional)",
            hint: "Such as bed 12",
            value: &view.chosen.subject,
            error: error_of(&view.errors, "subject"),
            width: 10,
            ..Field::default()
        })
        (Field {
            name: "patient",
            label: "Patient's initials (optional)",
            hint: "Never a full name. Only whoever moves the patient sees it.",
            value: &view.chosen.patient,
            error: error_of(&view.errors, "patient"),
            width: 10,
            ..Field::default()
        })
    };
    touch(
        html! { "2" },
        "Where from?",
        error_of(&view.errors, "from"),
        answers,
    )
}

fn where_to(view: &AskView) -> Markup {
    let places = PlaceTouch {
        name: "to",
        usual: &view.usual_to,
        all: &view.all_places,
        chosen: &view.chosen.to,
        other: &view.chosen.to_other,
    };
    touch(
        html! { "3" },
        "Where to?",
        error_of(&view.errors, "to"),
        places.shown(),
    )
}

/// The usual places as large targets, and all places behind one more.
struct PlaceTouch<'a> {
    name: &'static str,
    usual: &'a [Choice],
    all: &'a [Choice],
    chosen: &'a str,
    other: &'a str,
}

impl PlaceTouch<'_> {
    fn shown(&self) -> Markup {
        let other = Choice::plain("other", "Another place");
        let select_name = format!("{}_other", self.name);
        html! {
            div.al-picks id=(self.name) data-says=(self.name) {
                @for choice in self.usual {
                    (pick(self.name, choice, Some(icons::MAP_PIN), choice.value == self.chosen))
                }
                (pick(self.name, &other, Some(icons::SEARCH), self.chosen == "other"))
                div.al-otherplace {
                    (select(
                        &Field {
                            name: &select_name,
                            label: "Which other place?",
                            value: self.other,
                            ..Field::default()
                        },
                        self.all,
                    ))
                }
            }
        }
    }
}

fn when(view: &AskView) -> Markup {
    let choices: [(Choice, Icon); 3] = [
        (
            Choice::with_hint("now", "Ready now", "starts the clock"),
            icons::CIRCLE_CHECK,
        ),
        (
            Choice::with_hint("not_ready", "Not ready yet", "you say ready later"),
            icons::HAND,
        ),
        (
            Choice::with_hint("at", "At a time", "from 30 minutes ahead"),
            icons::CALENDAR_CLOCK,
        ),
    ];
    let answers = html! {
        div.al-picks #when data-says="when" {
            @for (choice, icon) in &choices {
                (pick("when", choice, Some(*icon), view.chosen.when == choice.value))
            }
            div.al-attime {
                (Field {
                    name: "at",
                    label: "Time of arrival",
                    hint: "24-hour clock, such as 15:10",
                    value: &view.chosen.at,
                    error: error_of(&view.errors, "at"),
                    kind: "time",
                    width: 10,
                    ..Field::default()
                })
            }
        }
        fieldset."al-fieldset al-prioline" data-says="priority" {
            legend { "How soon" }
            div."al-seg al-seg--radio" {
                @for priority in &view.priorities {
                    label {
                        input type="radio" name="priority" value=(priority.code())
                            checked[view.chosen.priority == priority.code()];
                        span { (priority.word()) }
                    }
                }
            }
        }
    };
    let number = html! { (icons::CHECK) (hidden_words("Already set:")) };
    touch(number, "When?", error_of(&view.errors, "when"), answers)
}

fn more(view: &AskView) -> Markup {
    let open = !view.chosen.needs.is_empty();
    html! {
        details.al-panel.al-moreneeds open[open] {
            summary {
                (icons::LIST_CHECKS) "Special needs "
                span.al-2 { "beyond the usual, if any" }
            }
            div.al-panel__body {
                fieldset.al-fieldset {
                    legend.al-h4 { "What the move needs" }
                    div.al-needpicks {
                        @for need in &view.needs {
                            label.al-needpick {
                                input type="checkbox" name="needs" value=(need.code())
                                    checked[view.chosen.needs.iter().any(|n| n == need.code())];
                                (need.icon()) span { (need.word()) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn ask_now(view: &AskView) -> Markup {
    html! {
        section."al-panel al-sum" aria-label="Your request" {
            span.al-touch__n { "4" }
            div.al-sum__t {
                p.al-sum__say data-summary-words { "Choose what, where from and where to." }
            }
            @if !view.likely.is_empty() {
                div.al-sum__eta { span { "Someone likely in" } b { (view.likely) } }
            }
            div.al-go { (submit("Ask now", Some(icons::ARROW_RIGHT), "Asking…", Weight::Solid)) }
        }
    }
}
