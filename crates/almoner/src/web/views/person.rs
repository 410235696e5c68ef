//! One person: team, training, shifts, and the acts on their state.
//!
//! No figure about their work stands here. A break shows when it was planned, never how long it
//! lasted. Away has neither reason nor time. Next: `people`.

use maud::{Markup, html};

use super::board::Doing;
use crate::web::parts::blocks::{Weight, chip, crumb, facts, panel};
use crate::web::parts::forms::{
    Choice, Dialog, Field, FormError, act, error_summary, opens_dialog, select, submit,
    submit_small,
};
use crate::web::parts::icons::{self, Icon};
use crate::web::parts::shell::{Page, Shell, Width, page as framed};

/// What a person's page shows.
#[derive(Debug, Clone)]
pub struct PersonView {
    /// The person's number.
    pub id: i64,
    /// The version that is looked at.
    pub version: i64,
    /// The short name.
    pub name: String,
    /// The staff number.
    pub staff_number: String,
    /// The team.
    pub team: String,
    /// What they are doing.
    pub doing: Doing,
    /// What they are trained for.
    pub skills: Vec<String>,
    /// The shifts of the coming days, with the planned breaks.
    pub shifts: Vec<ShiftLine>,
    /// What may be done about their state now, by this reader.
    pub acts: Vec<PersonAct>,
    /// The tasks they have now.
    pub tasks: Vec<(i64, String)>,
    /// Whose sign-in it is: the account they are joined to, in words; empty without one.
    pub account: String,
    /// Accounts that they can be joined to; empty where that cannot be done.
    pub accounts: Vec<Choice>,
    /// What has to be put right from the last attempt.
    pub errors: Vec<FormError>,
}

/// One shift.
#[derive(Debug, Clone)]
pub struct ShiftLine {
    /// The day, such as “Sun 22 Nov”.
    pub day: String,
    /// From when to when.
    pub hours: String,
    /// The planned breaks, such as “10:40 and 13:30”; may be empty.
    pub breaks: String,
}

/// An act on a person's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonAct {
    /// The shift begins.
    StartShift,
    /// The shift ends.
    EndShift,
    /// A break begins.
    StartBreak,
    /// A break ends.
    EndBreak,
    /// Away for a moment.
    GoAway,
    /// Here again.
    ComeBack,
    /// Helping someone who asked in the corridor.
    StartHelping,
    /// Free again.
    StopHelping,
    /// Answers “are you available?” with yes.
    AnswerPresent,
}

impl PersonAct {
    /// The verb in the address, the words on the button, the icon.
    fn parts(self) -> (&'static str, &'static str, Icon) {
        match self {
            Self::StartShift => ("start_shift", "Start shift", icons::PLAY),
            Self::EndShift => ("end_shift", "End shift", icons::LOG_OUT),
            Self::StartBreak => ("start_break", "Start break", icons::COFFEE),
            Self::EndBreak => ("end_break", "Break is over", icons::CHECK),
            Self::GoAway => ("go_away", "Away", icons::CIRCLE_DASHED),
            Self::ComeBack => ("come_back", "Here again", icons::CHECK),
            Self::StartHelping => ("start_helping", "Helping", icons::HAND_HELPING),
            Self::StopHelping => ("stop_helping", "Free again", icons::CHECK),
            Self::AnswerPresent => ("answer_present", "Is available", icons::CHECK),
        }
    }
}

/// `GET /people/{person}`
pub fn page(view: &PersonView, shell: &Shell) -> Markup {
    let body = html! {
        (crumb("People", "/people", &view.name))
        (error_summary(&view.errors))
        (person_head(view))
        div."al-cols al-cols--2" {
            div.al-stack {
                (panel("Who", facts(&[
                    ("Staff number", html! { span.al-mono { (view.staff_number) } }),
                    ("Team", html! { (view.team) }),
                    ("Signs in as", signs_in(view)),
                    ("Trained for", html! {
                        div."al-row al-row--s al-row--wrap" {
                            @for skill in &view.skills { (chip(icons::CHECK, skill)) }
                            @if view.skills.is_empty() { "Nothing noted yet" }
                        }
                    }),
                ])))
                (panel("Now", now_tasks(&view.tasks)))
            }
            (panel("Shifts", shifts(&view.shifts)))
        }
        @if !view.accounts.is_empty() { (join(view)) }
    };
    let page = Page {
        title: &view.name,
        help: "people",
        width: Width::Usual,
        live: None,
        keys: &[],
        body,
    };
    framed(shell, page)
}

fn person_head(view: &PersonView) -> Markup {
    html! {
        div.al-head #person-head {
            div.al-grow {
                div."al-row al-row--wrap" { h1.al-h1 { (view.name) } (view.doing.shown()) }
            }
            @for one in &view.acts {
                @let (verb, words, icon) = one.parts();
                (act(
                    &format!("/people/{}/{verb}", view.id),
                    view.version,
                    submit_small(words, Some(icon), "One moment…", Weight::Outline),
                ))
            }
        }
    }
}

/// Without an account nobody has a phone that could be asked.
fn signs_in(view: &PersonView) -> Markup {
    html! {
        @if view.account.is_empty() { "No account yet" } @else { (view.account) }
        @if !view.accounts.is_empty() {
            " " (opens_dialog("link", "Join to an account", icons::KEY_ROUND))
        }
    }
}

fn join(view: &PersonView) -> Markup {
    let account = Field {
        name: "account",
        label: "Account",
        hint: "Only accounts that nobody else works with are listed.",
        ..Field::default()
    };
    let fields = html! {
        p.al-2 { "Whoever signs in with it is asked for tasks as " (view.name) "." }
        (select(&account, &view.accounts))
    };
    html! {
        (Dialog {
            id: "link",
            title: &format!("Join {} to an account", view.name),
            action: format!("/people/{}/link", view.id),
            version: view.version,
            fields,
            button: submit("Join", None, "Joining…", Weight::Solid),
        })
    }
}

fn now_tasks(tasks: &[(i64, String)]) -> Markup {
    html! {
        @if tasks.is_empty() { p { "No task at the moment." } }
        ul.al-list {
            @for (id, title) in tasks { li { a href={ "/tasks/" (id) } { (title) } } }
        }
    }
}

fn shifts(shifts: &[ShiftLine]) -> Markup {
    html! {
        @if shifts.is_empty() { p { "No shifts are planned." } }
        dl.al-dl {
            @for shift in shifts {
                dt { (shift.day) }
                dd {
                    (shift.hours)
                    @if !shift.breaks.is_empty() {
                        br; span."al-2 al-small" { "Break planned at " (shift.breaks) }
                    }
                }
            }
        }
    }
}
