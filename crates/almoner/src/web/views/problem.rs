//! When something is wrong: what, why, and the way on, for every refusal and failure.
//!
//! No page blames anyone and none holds patient data. A fault of ours shows an incident number
//! and nothing of its cause. Next: `docs/errors.md` for operators.

use maud::{Markup, html};

use crate::web::parts::blocks::Weight;
use crate::web::parts::icons::{self, Icon};
use crate::web::parts::shell::{Page, Shell, Width, bare_page, page as framed};

/// What kind of thing is wrong; it gives the icon, and the words where none better are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// 400, 413, 415, 422: what was sent could not be read.
    NotUnderstood,
    /// 401: nobody is signed in, or no longer.
    SignedOut,
    /// 403: not for this person; the attempt is recorded.
    NotYours,
    /// 404: not there, or not for this person to know of.
    NotThere,
    /// 409: someone was quicker.
    SomeoneWasQuicker,
    /// 421: another host's name was used.
    WrongHost,
    /// 429: too many attempts.
    TooMany,
    /// 503: more waits than can be served.
    Busy,
    /// 503: the instance only reads.
    Quarantine,
    /// 507: no record, no action.
    NotSaved,
    /// 500: a fault of ours.
    Fault,
}

/// What a problem page shows.
#[derive(Debug, Clone)]
pub struct ProblemView {
    /// What kind of thing is wrong.
    pub problem: Problem,
    /// What happened.
    pub what: String,
    /// Why, in one or two sentences.
    pub why: String,
    /// The ways on, the best first: words and address.
    pub ways_on: Vec<(String, String)>,
    /// The incident number to tell whoever runs Almoner; empty when there is none.
    pub incident: String,
}

impl ProblemView {
    /// The page of a kind in its usual words.
    pub fn usual(problem: Problem) -> Self {
        let (what, why, (words, href)) = problem.usual();
        Self {
            problem,
            what: what.to_owned(),
            why: why.to_owned(),
            ways_on: vec![(words.to_owned(), href.to_owned())],
            incident: String::new(),
        }
    }

    /// The same with the number of the incident.
    pub fn with_incident(self, incident: impl Into<String>) -> Self {
        Self {
            incident: incident.into(),
            ..self
        }
    }

    /// The same with a better reason, such as who was quicker and when.
    pub fn because(self, why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            ..self
        }
    }

    /// The same with another first way on.
    pub fn leading_to(mut self, words: &str, href: impl Into<String>) -> Self {
        self.ways_on.insert(0, (words.to_owned(), href.into()));
        self
    }
}

impl Problem {
    /// Every kind, for the gallery.
    pub const ALL: &'static [Self] = &[
        Self::NotUnderstood,
        Self::SignedOut,
        Self::NotYours,
        Self::NotThere,
        Self::SomeoneWasQuicker,
        Self::WrongHost,
        Self::TooMany,
        Self::Busy,
        Self::Quarantine,
        Self::NotSaved,
        Self::Fault,
    ];

    fn icon(self) -> Icon {
        match self {
            Self::NotUnderstood => icons::CIRCLE_ALERT,
            Self::SignedOut => icons::LOG_IN,
            Self::NotYours => icons::LOCK,
            Self::NotThere => icons::SEARCH,
            Self::SomeoneWasQuicker => icons::ARROW_RIGHT_LEFT,
            Self::WrongHost => icons::BUILDING_2,
            Self::TooMany => icons::TIMER,
            Self::Busy => icons::HOURGLASS,
            Self::Quarantine => icons::SHIELD_ALERT,
            Self::NotSaved => icons::DATABASE,
            Self::Fault => icons::WRENCH,
        }
    }

    /// Whether nothing can be done about it but to tell someone.
    fn is_grave(self) -> bool {
        matches!(self, Self::Quarantine | Self::NotSaved | Self::Fault)
    }

    fn usual(self) -> (&'static str, &'static str, (&'static str, &'static str)) {
        let start = ("Go to the start", "/");
        match self {
            Self::NotUnderstood => (
                "This could not be read",
                "What was sent is too large or not as expected. Nothing was changed.",
                start,
            ),
            Self::SignedOut => (
                "You are signed out",
                "Nothing was changed. Sign in to go on.",
                ("Sign in", "/sign-in"),
            ),
            Self::NotYours => (
                "This is not for your role",
                "Your role does not reach this. The attempt is recorded, as every look is.",
                start,
            ),
            Self::NotThere => (
                "There is nothing here",
                "The address may be mistyped, or the thing is not for your role to see.",
                start,
            ),
            Self::SomeoneWasQuicker => (
                "Someone was quicker",
                "It changed while you looked at it. Nothing of theirs was overwritten.",
                ("Go to the board", "/board"),
            ),
            Self::WrongHost => (
                "This hospital is not here",
                "The name in the address belongs to no instance on this server.",
                ("Go to the start", "/"),
            ),
            Self::TooMany => (
                "Too many attempts",
                "Wait a little, then try again. The wait grows with each attempt.",
                ("Sign in", "/sign-in"),
            ),
            Self::Busy => (
                "Busy at the moment",
                "More work waits than can be done safely at once. Nothing of yours was done.",
                ("Try again", "/"),
            ),
            Self::Quarantine => (
                "Almoner only reads now",
                "The log and its anchors do not agree, so nothing may be changed.",
                ("What to do", "/help/quarantine"),
            ),
            Self::NotSaved => (
                "Not saved: it could not be recorded",
                "No record, no action: Almoner stops rather than lose an entry.",
                ("Carry on without Almoner", "/help/down"),
            ),
            Self::Fault => (
                "A fault of ours",
                "Nothing of yours was half done. It is recorded under the number below.",
                start,
            ),
        }
    }
}

/// The page of a problem, in the frame that fits whether someone is signed in.
pub fn page(view: &ProblemView, shell: &Shell) -> Markup {
    if shell.reader.is_none() {
        let content = html! {
            main #main ."al-page al-page--read" { (block(view, true)) }
        };
        return bare_page(shell, &view.what, content);
    }
    let page = Page {
        title: &view.what,
        help: "problems",
        width: Width::Reading,
        live: None,
        keys: &[],
        body: block(view, true),
    };
    framed(shell, page)
}

/// The problem as a panel; its heading is the page's heading when it stands alone.
pub fn block(view: &ProblemView, alone: bool) -> Markup {
    let class = if view.problem.is_grave() {
        "al-panel al-panel--red"
    } else {
        "al-panel"
    };
    html! {
        section class=(class) {
            div.al-empty {
                (view.problem.icon().huge())
                @if alone { h1.al-h2 { (view.what) } } @else { h2.al-h3 { (view.what) } }
                p { (view.why) }
                div."al-row al-row--wrap" {
                    @for (at, (words, href)) in view.ways_on.iter().enumerate() {
                        (way_on(words, href, at == 0))
                    }
                }
                @if !view.incident.is_empty() {
                    p."al-mono al-small" { "incident " (view.incident) }
                }
            }
        }
    }
}

fn way_on(words: &str, href: &str, is_first: bool) -> Markup {
    let weight = if is_first {
        Weight::Solid
    } else {
        Weight::Outline
    };
    crate::web::parts::blocks::button_link(words, None, href, weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::views::samples;

    /// Whatever goes wrong, the page says what, why, and where to go.
    #[test]
    fn every_problem_says_what_why_and_the_way_on() {
        for problem in Problem::ALL {
            let view = ProblemView::usual(*problem).with_incident("01JD-7Q2");
            let shown = page(&view, &samples::shell()).into_string();
            assert!(
                shown.contains(&view.what) && shown.contains(&view.why),
                "{problem:?}"
            );
            assert!(
                shown.contains("01JD-7Q2") && shown.contains("href=\"/"),
                "{problem:?}"
            );
        }
    }

    /// A better reason and a nearer way on replace the usual ones.
    #[test]
    fn the_nearer_way_on_comes_first() {
        let view = ProblemView::usual(Problem::SomeoneWasQuicker)
            .because("Owen B. took 4466 at 14:15:21.")
            .leading_to("See it now", "/tasks/4466");
        assert_eq!(view.ways_on[0].1, "/tasks/4466");
        assert!(view.why.starts_with("Owen B."));
    }
}
