//! Teams: who does which work, where their people begin, and making a new one.
//!
//! A team is closed and never removed: what it did stays on record. Next: `task_types`, whose work
//! belongs to teams.

use maud::{Markup, html};

use crate::web::parts::blocks::{Empty, Panel, Weight, page_head};
use crate::web::parts::forms::{
    Choice, Dialog, Field, FormError, act, error_of, error_summary, opens_dialog, select, submit,
    submit_small,
};
use crate::web::parts::icons;
use crate::web::parts::shell::{Page, Shell, Width, page as framed};
use crate::web::parts::tables::{Column, figures, table, words};

/// The id of the dialog for a team that is not there yet, and where its mistakes are.
pub const NEW: i64 = 0;

/// What the settings page of teams shows.
#[derive(Debug, Clone, Default)]
pub struct TeamsView {
    /// The teams by name.
    pub teams: Vec<TeamRow>,
    /// Places where people can begin, with "nowhere in particular" first.
    pub places: Vec<Choice>,
    /// Whether this person may make and rename teams.
    pub may_save: bool,
    /// Whether this person may close teams.
    pub may_close: bool,
    /// What was typed for a new team.
    pub typed: TeamForm,
    /// What has to be put right from the last attempt.
    pub errors: Vec<FormError>,
}

/// One team.
#[derive(Debug, Clone, Default)]
pub struct TeamRow {
    /// The team's number.
    pub id: i64,
    /// The version that is looked at.
    pub version: i64,
    /// Its name as it is stored.
    pub name: String,
    /// Where its people begin, in words; may be empty.
    pub begins: String,
    /// How many people belong to it.
    pub people: usize,
    /// How many kinds of work are its own.
    pub kinds: usize,
    /// Whether work can be asked of it.
    pub is_open: bool,
    /// What its form holds: as it is stored, or as it was typed.
    pub form: TeamForm,
}

/// A team as it is typed and sent.
#[derive(Debug, Clone, Default)]
pub struct TeamForm {
    /// Its name.
    pub name: String,
    /// The number of the place where its people begin; may be empty.
    pub base: String,
}

/// `GET /settings/teams`
pub fn page(view: &TeamsView, shell: &Shell) -> Markup {
    let new = html! {
        @if view.may_save { (opens_dialog("team-new", "New team", icons::PLUS)) }
    };
    let about = html! { "Who does which work, and where their people begin." };
    let body = html! {
        (error_summary(&view.errors))
        (page_head("Teams", about, new))
        (Panel { body: listed(view), flush: true, ..Panel::default() })
        @if view.may_save {
            (new_team(view))
            @for team in &view.teams { (change(team, view)) }
        }
    };
    let page = Page {
        title: "Teams",
        help: "teams",
        width: Width::Usual,
        live: None,
        keys: &[],
        body,
    };
    framed(shell, page)
}

fn listed(view: &TeamsView) -> Markup {
    const COLUMNS: [Column; 6] = [
        words("Team"),
        words("Begins at"),
        figures("People"),
        figures("Task types"),
        words("State"),
        words("Change"),
    ];
    if view.teams.is_empty() {
        let way_on = html! {
            @if view.may_save { (opens_dialog("team-new", "New team", icons::PLUS)) }
        };
        return html! {
            (Empty {
                icon: icons::USERS_ROUND,
                title: "No teams yet",
                why: html! { "Every kind of work belongs to a team, and so does every porter." },
                way_on,
            })
        };
    }
    let rows = html! { @for team in &view.teams { (row(team, view)) } };
    table("Teams", "", &COLUMNS, rows)
}

fn row(team: &TeamRow, view: &TeamsView) -> Markup {
    let path = format!("/settings/teams/{}", team.id);
    html! {
        tr {
            th scope="row" { (team.name) }
            td { (team.begins) }
            td.al-num { (team.people) }
            td.al-num { (team.kinds) }
            td { @if team.is_open { "Open" } @else { "Closed" } }
            td {
                div."al-row al-row--s al-row--wrap" {
                    @if view.may_save {
                        (opens_dialog(&dialog_id(team), words_of(team), icons::PENCIL))
                    }
                    @if view.may_close && team.is_open {
                        (act(
                            &format!("{path}/close"),
                            team.version,
                            submit_small("Close", Some(icons::X), "Closing…", Weight::Outline),
                        ))
                    }
                }
            }
        }
    }
}

/// A closed team that is saved is open again; the button says so.
fn words_of(team: &TeamRow) -> &'static str {
    if team.is_open { "Change" } else { "Open again" }
}

fn dialog_id(team: &TeamRow) -> String {
    format!("team-{}", team.id)
}

fn change(team: &TeamRow, view: &TeamsView) -> Markup {
    html! {
        (Dialog {
            id: &dialog_id(team),
            title: &format!("{} {}", words_of(team), team.name),
            action: format!("/settings/teams/{}", team.id),
            version: team.version,
            fields: fields(team.id, &team.form, view),
            button: submit("Save team", None, "Saving…", Weight::Solid),
        })
    }
}

fn new_team(view: &TeamsView) -> Markup {
    html! {
        (Dialog {
            id: "team-new",
            title: "New team",
            action: "/settings/teams".to_owned(),
            version: 0,
            fields: fields(NEW, &view.typed, view),
            button: submit("Make team", None, "Making…", Weight::Solid),
        })
    }
}

/// Every dialog stands on the page, so the fields' ids say whose they are.
fn fields(id: i64, form: &TeamForm, view: &TeamsView) -> Markup {
    let (name, base) = (format!("name-{id}"), format!("base-{id}"));
    html! {
        (Field {
            name: "name",
            id: &name,
            label: "Name",
            hint: "As people say it, such as Portering.",
            value: &form.name,
            error: error_of(&view.errors, &name),
            ..Field::default()
        })
        (select(
            &Field {
                name: "base",
                id: &base,
                label: "Its people begin at",
                hint: "Where they are when a shift begins. It can be left open.",
                value: &form.base,
                error: error_of(&view.errors, &base),
                ..Field::default()
            },
            &view.places,
        ))
    }
}
