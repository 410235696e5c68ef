//! The log: who looked at, changed or was refused what, and that nobody touched it since.
//!
//! Names inside entries are shown to those who may read the log; reading it is itself an entry.
//! There is no button to remove one. Next: `proof`, which shows that an entry is in the log.

use maud::{Markup, html};

use super::proof::{ProofView, panel as proof_panel};
use crate::web::parts::blocks::{Empty, Filter, Panel, Weight, button_link, page_head, who};
use crate::web::parts::clocks::grouped;
use crate::web::parts::icons;
use crate::web::parts::shell::{Page, Shell, Width, page as framed};
use crate::web::parts::states::{Deed, Vocabulary};
use crate::web::parts::tables::{Column, table, words};

/// What the log page shows.
#[derive(Debug, Clone)]
pub struct LogView {
    /// How many entries the log has.
    pub entries_in_all: u64,
    /// Since when, such as “3 February 2026”.
    pub since: String,
    /// What was compared with the log, and whether it agreed.
    pub checks: Vec<LogCheck>,
    /// The entries shown, the last one first.
    pub entries: Vec<LogLine>,
    /// The deeds shown; all when empty.
    pub only: Option<Deed>,
    /// What else narrows the list, such as “Task 4466”; empty when nothing does.
    pub narrowed_to: String,
    /// Where the next older entries are; empty at the beginning.
    pub older_href: String,
    /// The entry whose proof is looked at, if any.
    pub chosen: Option<ProofView>,
}

/// Something that was compared with the log.
#[derive(Debug, Clone)]
pub struct LogCheck {
    /// What it is, such as “Anchor 1, here”.
    pub what: String,
    /// What came of it, such as “14:29, agrees”.
    pub result: String,
    /// Whether it agreed.
    pub agrees: bool,
}

/// One entry.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// The lane it is in.
    pub lane: i64,
    /// Its number in the lane.
    pub sequence: i64,
    /// When, to the second.
    pub at: String,
    /// Who, by short name; nothing when it was Almoner itself.
    pub actor: Option<String>,
    /// What kind of deed it was.
    pub deed: Deed,
    /// What happened, such as “Cancelled task 4466”.
    pub what: String,
    /// From where or why; may be empty.
    pub context: String,
}

/// `GET /log` and `GET /log/{lane}/{sequence}`
pub fn page(view: &LogView, shell: &Shell) -> Markup {
    let about = html! {
        (grouped(view.entries_in_all)) " entries since " (view.since)
        ". Nothing can be changed or removed unseen."
    };
    let check = button_link(
        "Check it yourself",
        Some(icons::TERMINAL),
        "/help/verify",
        Weight::Outline,
    );
    let body = html! {
        (page_head("Log", about, check))
        (checks(&view.checks))
        div class=(if view.chosen.is_some() { "al-cols al-cols--ctl" } else { "al-cols al-mt" }) {
            (Panel {
                body: listed(view),
                foot: Some(html! {
                    "Names inside entries are sealed under each person's own key. "
                    "Erasing a person leaves the proof whole."
                }),
                flush: true,
                ..Panel::default()
            })
            @if let Some(chosen) = &view.chosen { (proof_panel(chosen)) }
        }
    };
    let page = Page {
        title: "Log",
        help: "log",
        width: Width::Usual,
        live: None,
        keys: &[],
        body,
    };
    framed(shell, page)
}

fn checks(checks: &[LogCheck]) -> Markup {
    html! {
        div.al-anchors {
            @for check in checks {
                div class=[(!check.agrees).then_some("is-red")] {
                    @if check.agrees { (icons::CIRCLE_CHECK) } @else { (icons::OCTAGON_ALERT) }
                    span { b { (check.what) } (check.result) }
                }
            }
        }
    }
}

fn listed(view: &LogView) -> Markup {
    const COLUMNS: [Column; 6] = [
        words("Entry"),
        words("Time"),
        words("Who"),
        words("Did"),
        words("What"),
        words("Where, why"),
    ];
    html! {
        (filters(view))
        @if view.entries.is_empty() {
            (Empty {
                icon: icons::SEARCH,
                title: "No entry like this",
                why: html! { "Nothing of this kind happened." },
                way_on: button_link("All entries", None, "/log", Weight::Outline),
            })
        } @else {
            (table("Log entries", "al-table--log al-table--cards", &COLUMNS, html! {
                @for entry in &view.entries { (line(entry, view.chosen.as_ref())) }
            }))
            @if !view.older_href.is_empty() {
                p.al-older { a href=(view.older_href) { "Older entries" } }
            }
        }
    }
}

fn filters(view: &LogView) -> Markup {
    html! {
        div.al-toolbar {
            div.al-filters {
                @for deed in Deed::ALL {
                    @let chosen = view.only == Some(*deed);
                    (Filter {
                        words: deed.word(),
                        icon: Some(deed.icon()),
                        count: None,
                        href: if chosen { String::from("/log") }
                            else { format!("/log?deed={}", deed.code()) },
                        chosen,
                    })
                }
                @if !view.narrowed_to.is_empty() {
                    span.al-vr {}
                    (Filter {
                        words: &view.narrowed_to,
                        icon: Some(icons::X),
                        count: None,
                        href: String::from("/log"),
                        chosen: true,
                    })
                }
            }
        }
    }
}

fn line(entry: &LogLine, chosen: Option<&ProofView>) -> Markup {
    let is_chosen =
        chosen.is_some_and(|proof| (proof.lane, proof.sequence) == (entry.lane, entry.sequence));
    html! {
        tr class=[is_chosen.then_some("is-on2")] {
            th."al-mono" scope="row" {
                a.al-rowlink href={ "/log/" (entry.lane) "/" (entry.sequence) } {
                    (entry.sequence)
                }
            }
            td.al-2 { (entry.at) }
            td {
                @if let Some(name) = &entry.actor { (who(name)) } @else {
                    span.al-who {
                        span."al-face al-face--none" { (icons::SETTINGS) } "Almoner"
                    }
                }
            }
            td { (entry.deed) }
            td { (entry.what) }
            td.al-2 { (entry.context) }
        }
    }
}
