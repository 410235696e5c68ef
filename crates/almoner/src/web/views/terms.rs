//! The terms of use, which everyone accepts once for each version before any work.
//!
//! Declining signs out; there is no way around. Next: `board` or `phone`, where the work is.

use maud::{Markup, html};

use crate::web::parts::blocks::{Weight, panel};
use crate::web::parts::forms::{FormError, checkbox, error_summary, hidden, submit};
use crate::web::parts::shell::{Shell, bare_page};

/// What the terms page shows.
#[derive(Debug, Clone)]
pub struct TermsView {
    /// The version that is accepted, such as `3`.
    pub version: i64,
    /// From when it holds, such as “3 February 2026”.
    pub in_force_from: String,
    /// The terms, one paragraph each, with a heading of its own.
    pub paragraphs: Vec<TermsParagraph>,
    /// What changed since the version this person accepted; empty for someone new.
    pub changes: Vec<String>,
    /// What has to be put right.
    pub errors: Vec<FormError>,
}

/// One paragraph of the terms.
#[derive(Debug, Clone)]
pub struct TermsParagraph {
    /// What it is about.
    pub heading: String,
    /// What it says.
    pub words: String,
}

/// `GET /terms`
pub fn page(view: &TermsView, shell: &Shell) -> Markup {
    let content = html! {
        main #main ."al-page al-page--read" {
            (error_summary(&view.errors))
            h1.al-h1 { "Terms of use" }
            p."al-2 al-mb" {
                (shell.site) ", version " (view.version) ", in force from " (view.in_force_from)
            }
            div.al-stack {
                @if !view.changes.is_empty() {
                    (panel("What is new", html! {
                        ul.al-list { @for change in &view.changes { li { (change) } } }
                    }))
                }
                (panel("The terms", html! {
                    div.al-stack {
                        @for paragraph in &view.paragraphs {
                            div {
                                h3.al-h4 { (paragraph.heading) }
                                p { (paragraph.words) }
                            }
                        }
                    }
                }))
                (acceptance(view.version))
            }
        }
    };
    bare_page(shell, "Terms of use", content)
}

fn acceptance(version: i64) -> Markup {
    html! {
        form.al-terms method="post" action="/terms" {
            (hidden("version", version))
            (checkbox(
                "accepted",
                "I have read these terms and keep to them",
                "Your acceptance is recorded with this version.",
                false,
            ))
            (submit("Accept and go on", None, "Recording…", Weight::Solid))
        }
        form method="post" action="/sign-out" {
            (submit("Decline and sign out", None, "Signing out…", Weight::Outline))
        }
    }
}
