//! People: who is on shift and what they are doing, in the order of their shift.
//!
//! There is no column of figures and no way to sort by one: nobody is ranked. Next: `person`.

use maud::{Markup, html};

use super::board::Doing;
use crate::web::parts::blocks::{Empty, Filter, Panel, Weight, button_link, chip, face, page_head};
use crate::web::parts::icons;
use crate::web::parts::shell::{Page, Shell, Width, page as framed};
use crate::web::parts::tables::{table, words};

/// What the people page shows.
#[derive(Debug, Clone)]
pub struct PeopleView {
    /// Whether only those on shift are shown.
    pub on_shift_only: bool,
    /// How many are on shift.
    pub on_shift: usize,
    /// How many there are in this person's teams.
    pub all: usize,
    /// The people shown, in the order of their shift.
    pub people: Vec<PersonRow>,
    /// Whether this person may bring people in.
    pub may_import: bool,
}

/// One person in the list.
#[derive(Debug, Clone)]
pub struct PersonRow {
    /// The person's number.
    pub id: i64,
    /// The short name.
    pub name: String,
    /// The team.
    pub team: String,
    /// What they are doing.
    pub doing: Doing,
    /// The zone they were last in; empty when unknown or off duty.
    pub zone: String,
    /// What they are trained for.
    pub skills: Vec<String>,
    /// The shift, such as “07:30 to 15:30”; empty without one.
    pub shift: String,
}

/// `GET /people`
pub fn page(view: &PeopleView, shell: &Shell) -> Markup {
    let import = html! {
        @if view.may_import {
            (button_link("Import people", Some(icons::FILE_UP), "/import", Weight::Outline))
        }
    };
    let body = html! {
        (page_head("People", html! { "In the order of their shift. Nobody is ranked." }, import))
        (Panel { body: listed(view), flush: true, ..Panel::default() })
    };
    let page = Page {
        title: "People",
        help: "people",
        width: Width::Usual,
        live: None,
        keys: &[],
        body,
    };
    framed(shell, page)
}

fn listed(view: &PeopleView) -> Markup {
    const COLUMNS: [crate::web::parts::tables::Column; 6] = [
        words("Name"),
        words("State"),
        words("Team"),
        words("Trained for"),
        words("Shift"),
        words("Zone"),
    ];
    html! {
        div.al-toolbar {
            div.al-filters {
                (Filter {
                    words: "On shift",
                    icon: Some(icons::USER_CHECK),
                    count: Some(view.on_shift),
                    href: String::from("/people"),
                    chosen: view.on_shift_only,
                })
                (Filter {
                    words: "Everyone",
                    icon: Some(icons::USERS_ROUND),
                    count: Some(view.all),
                    href: String::from("/people?show=all"),
                    chosen: !view.on_shift_only,
                })
            }
        }
        @if view.people.is_empty() { (nobody(view)) } @else {
            (table("People", "al-table--cards", &COLUMNS, html! {
                @for person in &view.people { (row(person)) }
            }))
        }
    }
}

fn row(person: &PersonRow) -> Markup {
    html! {
        tr {
            th scope="row" {
                span.al-who {
                    (face(&person.name))
                    a.al-rowlink href={ "/people/" (person.id) } { (person.name) }
                }
            }
            td { (person.doing.shown()) }
            td { (person.team) }
            td.al-skills { @for skill in &person.skills { (chip(icons::CHECK, skill)) " " } }
            td.al-nowrap { (person.shift) }
            td { (person.zone) }
        }
    }
}

fn nobody(view: &PeopleView) -> Markup {
    html! {
        (Empty {
            icon: icons::USERS_ROUND,
            title: if view.on_shift_only { "Nobody is on shift" } else { "Nobody is here yet" },
            why: html! {
                @if view.on_shift_only {
                    "Shifts begin when people start them on their phone."
                } @else {
                    "People come in with an import, or one by one."
                }
            },
            way_on: button_link("Everyone", None, "/people?show=all", Weight::Outline),
        })
    }
}
