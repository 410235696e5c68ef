//! Choosing a password: with the one-time code of a new account, or in place of the old one.
//!
//! The rule is length and that it is not a known leaked one; no rules about digits and signs.
//! Next: `terms`, which a new account meets afterwards.

use maud::{Markup, html};

use crate::web::parts::blocks::{Weight, page_head};
use crate::web::parts::forms::{Field, FormError, error_of, error_summary, submit};
use crate::web::parts::shell::{Page, Shell, Width, bare_page, page as framed};

/// What both password pages show.
#[derive(Debug, Clone, Default)]
pub struct PasswordView {
    /// The fewest characters a password may have.
    pub least_characters: u32,
    /// The sign-in name that was typed before; used by the first set-up only.
    pub login: String,
    /// What has to be put right.
    pub errors: Vec<FormError>,
}

/// `GET /set-up`: a new account, with the one-time code it was given.
pub fn set_up_page(view: &PasswordView, shell: &Shell) -> Markup {
    let content = html! {
        main #main ."al-page al-page--read" {
            (error_summary(&view.errors))
            h1."al-h1 al-mb" { "Set up your account" }
            form.al-narrow method="post" action="/set-up" {
                (Field {
                    name: "login",
                    label: "Work email or staff number",
                    value: &view.login,
                    autocomplete: "username",
                    error: error_of(&view.errors, "login"),
                    ..Field::default()
                })
                (Field {
                    name: "code",
                    label: "First code",
                    hint: "On the slip or screen you were given. It works once.",
                    error: error_of(&view.errors, "code"),
                    autocomplete: "one-time-code",
                    ..Field::default()
                })
                (new_password(view))
                (submit("Set up and sign in", None, "Setting up…", Weight::Solid))
            }
        }
    };
    bare_page(shell, "Set up your account", content)
}

/// `GET /password`: a signed-in person chooses a new password.
pub fn change_page(view: &PasswordView, shell: &Shell) -> Markup {
    let body = html! {
        (error_summary(&view.errors))
        (page_head(
            "Change password",
            html! { "You stay signed in here and are signed out everywhere else." },
            html! {},
        ))
        form.al-narrow method="post" action="/password" {
            (Field {
                name: "current",
                label: "Password now",
                kind: "password",
                autocomplete: "current-password",
                error: error_of(&view.errors, "current"),
                ..Field::default()
            })
            (new_password(view))
            (submit("Change password", None, "Changing…", Weight::Solid))
        }
    };
    let page = Page {
        title: "Change password",
        help: "sign-in",
        width: Width::Reading,
        live: None,
        keys: &[],
        body,
    };
    framed(shell, page)
}

fn new_password(view: &PasswordView) -> Markup {
    let hint = format!(
        "At least {} characters. Three or four words that do not belong together are good.",
        view.least_characters
    );
    html! {
        (Field {
            name: "password",
            label: "New password",
            hint: &hint,
            kind: "password",
            autocomplete: "new-password",
            error: error_of(&view.errors, "password"),
            ..Field::default()
        })
        (Field {
            name: "again",
            label: "New password, again",
            kind: "password",
            autocomplete: "new-password",
            error: error_of(&view.errors, "again"),
            ..Field::default()
        })
    }
}
