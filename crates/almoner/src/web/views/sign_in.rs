//! The door: sign-in, and in a demonstration the list of invented people to be.
//!
//! A refusal never says whether the name or the password was wrong. Next: `terms`, which stands
//! between a first sign-in and the work.

use maud::{Markup, html};

use crate::web::parts::blocks::{Weight, face};
use crate::web::parts::forms::{Field, FormError, checkbox, error_summary, hidden, submit};
use crate::web::parts::icons::{self, symbol};
use crate::web::parts::shell::{Shell, bare_page};

/// What the sign-in page shows.
#[derive(Debug, Clone, Default)]
pub struct SignInView {
    /// The sign-in name that was typed before.
    pub login: String,
    /// Whether the computer is shared; ticked at first, because the shorter limit is the safer.
    pub shared_computer: bool,
    /// Minutes without activity after which a shared computer signs out.
    pub shared_idle_minutes: u32,
    /// Why the last attempt did not let them in.
    pub errors: Vec<FormError>,
    /// Where to go after signing in; a path on this origin, or empty.
    pub next: String,
    /// Why the person has to sign in again, such as “You were signed out after 5 minutes.”
    pub reason: String,
    /// The invented people of a demonstration; empty everywhere else.
    pub demonstration: Vec<DemoPerson>,
}

/// One invented person whom a visitor may be.
#[derive(Debug, Clone)]
pub struct DemoPerson {
    /// The sign-in name.
    pub login: String,
    /// The password, which is no secret in a demonstration.
    pub password: String,
    /// The short name.
    pub name: String,
    /// What they do here.
    pub role: String,
    /// Whether they work from a phone.
    pub on_phone: bool,
}

/// `GET /sign-in`
pub fn page(view: &SignInView, shell: &Shell) -> Markup {
    let single = if view.demonstration.is_empty() {
        " al-signin__main--one"
    } else {
        ""
    };
    let content = html! {
        div.al-signin {
            (side(shell))
            main #main class={ "al-signin__main" (single) } {
                (form(view))
                @if !view.demonstration.is_empty() { (people(&view.demonstration)) }
            }
        }
    };
    bare_page(shell, "Sign in", content)
}

fn side(shell: &Shell) -> Markup {
    html! {
        div.al-signin__side {
            div.al-signin__brand { (symbol()) span { "Almoner" } }
            div.al-signin__word {
                p { (shell.site) }
                p { "Someone is on the way." br; "Someone is keeping track." }
            }
            ul.al-signin__facts {
                li {
                    (icons::SHIELD_CHECK) "Only zones, only on shift. "
                    a href="/help/privacy" { "Staff privacy notice" }
                }
                li {
                    (icons::GIT_COMMIT_HORIZONTAL) "Every look is recorded. "
                    a href="/help/log" { "How the log works" }
                }
            }
        }
    }
}

fn form(view: &SignInView) -> Markup {
    let login = Field {
        name: "login",
        label: "Work email or staff number",
        value: &view.login,
        autocomplete: "username",
        ..Field::default()
    };
    let password = Field {
        name: "password",
        label: "Password",
        kind: "password",
        autocomplete: "current-password",
        ..Field::default()
    };
    let idle = format!(
        "Signs you out after {} quiet minutes.",
        view.shared_idle_minutes
    );
    html! {
        div.al-signin__form {
            h1.al-h1 { "Sign in" }
            @if !view.reason.is_empty() { p.al-2 role="status" { (view.reason) } }
            (error_summary(&view.errors))
            form method="post" action="/sign-in" {
                @if !view.next.is_empty() { (hidden("next", &view.next)) }
                (login) (password)
                (checkbox(
                    "shared_computer",
                    "This is a shared ward computer",
                    &idle,
                    view.shared_computer,
                ))
                div.al-wide-button { (submit("Sign in", None, "Signing in…", Weight::Solid)) }
            }
            p.al-small {
                a href="/help/sign-in" { "I cannot sign in" }
                " or "
                a href="/set-up" { "I have a first code" }
            }
        }
    }
}

fn people(people: &[DemoPerson]) -> Markup {
    html! {
        section.al-demo aria-labelledby="demonstration" {
            div."al-row al-row--between" {
                h2.al-h4 #demonstration { "Demonstration: be someone" }
                span."al-small al-2" { "Invented people" }
            }
            ul {
                @for person in people { li { (persona(person)) } }
            }
        }
    }
}

fn persona(person: &DemoPerson) -> Markup {
    html! {
        form method="post" action="/sign-in" {
            (hidden("login", &person.login))
            (hidden("password", &person.password))
            button.al-persona type="submit" {
                (face(&person.name))
                span.al-grow { b { (person.name) } span { (person.role) } }
                span.al-persona__app {
                    @if person.on_phone { (icons::SMARTPHONE) "Phone" }
                    @else { (icons::MONITOR_SMARTPHONE) "Desk" }
                }
            }
        }
    }
}
