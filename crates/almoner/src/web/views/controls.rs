//! Controls: every promise of the founding documents, its state, and the evidence.
//!
//! Without fresh evidence a promise is stale, never green, and one without a mechanism says “not
//! built”. Next: `log`, where each piece of evidence is an entry.

use maud::{Markup, html};

use crate::web::parts::blocks::{Filter, Panel, Weight, facts, page_head};
use crate::web::parts::forms::submit_small;
use crate::web::parts::icons;
use crate::web::parts::shell::{Page, Shell, Width, page as framed};
use crate::web::parts::states::{ControlClass, ControlState, Vocabulary};
use crate::web::parts::tables::{Column, figures, table, words};

/// What the controls page shows.
#[derive(Debug, Clone)]
pub struct ControlsView {
    /// The controls shown, by id.
    pub controls: Vec<ControlRow>,
    /// How many there are in each state, over all controls.
    pub counts: Vec<(ControlState, usize)>,
    /// The state that is shown alone, if any.
    pub only: Option<ControlState>,
    /// The control that is looked at, if any.
    pub chosen: Option<ControlDetail>,
    /// Whether this person may have controls proved now.
    pub may_prove: bool,
}

/// One control in the list.
#[derive(Debug, Clone)]
pub struct ControlRow {
    /// Its id, such as `A8`.
    pub id: String,
    /// What it is, such as “Screens lock soon”.
    pub title: String,
    /// How the promise is kept.
    pub class: ControlClass,
    /// Whether it is proved.
    pub state: ControlState,
    /// The last evidence in a sentence; empty when there is none.
    pub evidence: String,
    /// How old the evidence is, such as “4 min”; empty when there is none.
    pub age: String,
}

/// The control that is looked at.
#[derive(Debug, Clone)]
pub struct ControlDetail {
    /// The same as in the list.
    pub row: ControlRow,
    /// What is promised, in our own words.
    pub promise: String,
    /// Where the promise comes from.
    pub source: String,
    /// What keeps it, or “not built”.
    pub mechanism: String,
    /// How it is proved.
    pub self_test: String,
    /// For how long evidence counts, such as “24 h”.
    pub freshness: String,
    /// The steps of the last proof, and whether each held.
    pub steps: Vec<(String, bool)>,
    /// Where the entries of the log about it are; empty when there are none.
    pub log_href: String,
}

/// `GET /controls` and `GET /controls/{id}`
pub fn page(view: &ControlsView, shell: &Shell) -> Markup {
    let total: usize = view.counts.iter().map(|(_, count)| count).sum();
    let about = html! {
        (total) " promises from two documents. No fresh evidence means stale, never green."
    };
    let prove = html! {
        @if view.may_prove {
            form method="post" action="/controls/prove" {
                (submit_small(
                    "Prove all now",
                    Some(icons::REFRESH_CW),
                    "Proving…",
                    Weight::Solid,
                ))
            }
        }
    };
    let body = html! {
        (page_head("Controls", about, prove))
        (proof_bar(view, total))
        div class=(if view.chosen.is_some() { "al-cols al-cols--ctl" } else { "al-cols al-mt" }) {
            (Panel { body: listed(view), flush: true, ..Panel::default() })
            @if let Some(chosen) = &view.chosen { (detail(chosen, view.may_prove)) }
        }
    };
    let page = Page {
        title: "Controls",
        help: "controls",
        width: Width::Usual,
        live: None,
        keys: &[],
        body,
    };
    framed(shell, page)
}

fn proof_bar(view: &ControlsView, total: usize) -> Markup {
    let label: Vec<String> = view
        .counts
        .iter()
        .map(|(state, count)| format!("{count} {}", state.word().to_lowercase()))
        .collect();
    html! {
        div.al-proofbar {
            svg viewBox="0 0 1310 14" preserveAspectRatio="none" role="img"
                aria-label=(label.join(", ")) {
                @for (state, left, width) in bar_parts(&view.counts, total) {
                    rect class=(bar_class(state)) x=(left) width=(width) height="14" {}
                }
            }
            div.al-filters {
                @for (state, count) in &view.counts {
                    @let chosen = view.only == Some(*state);
                    (Filter {
                        words: state.word(),
                        icon: Some(state.icon()),
                        count: Some(*count),
                        href: if chosen { String::from("/controls") }
                            else { format!("/controls?state={}", state.code()) },
                        chosen,
                    })
                }
            }
        }
    }
}

/// Each state's place and width on a bar of 1,310, with a gap of 4 between them.
fn bar_parts(
    counts: &[(ControlState, usize)],
    total: usize,
) -> impl Iterator<Item = (ControlState, usize, usize)> {
    let unit = total.max(1);
    let starts = counts.iter().scan(0, |before, (_, count)| {
        let start = *before;
        *before += count;
        Some(start)
    });
    counts
        .iter()
        .zip(starts)
        .map(move |((state, count), start)| {
            (
                *state,
                1310 * start / unit,
                (1310 * count / unit).saturating_sub(4),
            )
        })
}

fn bar_class(state: ControlState) -> &'static str {
    match state {
        ControlState::Proved => "g",
        ControlState::Stale => "a",
        ControlState::Failed => "r",
        ControlState::Waived => "w",
        ControlState::NotBuilt => "n",
    }
}

fn listed(view: &ControlsView) -> Markup {
    const COLUMNS: [Column; 6] = [
        words("Id"),
        words("Promise"),
        words("Kind"),
        words("State"),
        words("Evidence"),
        figures("Age"),
    ];
    let at = view.chosen.as_ref().map(|chosen| chosen.row.id.as_str());
    let rows = html! {
        @for control in &view.controls {
            tr class=[row_class(control, at)] {
                td."al-mono al-2" { (control.id) }
                th scope="row" {
                    a.al-rowlink href={ "/controls/" (control.id) } { (control.title) }
                }
                td { (control.class) }
                td { (control.state.shown()) }
                td { (control.evidence) }
                td."al-num al-2" { (control.age) }
            }
        }
    };
    table("Controls", "al-table--ctl al-table--cards", &COLUMNS, rows)
}

fn row_class(control: &ControlRow, at: Option<&str>) -> Option<&'static str> {
    if at == Some(control.id.as_str()) {
        Some("is-on2")
    } else if control.state == ControlState::Failed {
        Some("is-late")
    } else {
        None
    }
}

fn detail(view: &ControlDetail, may_prove: bool) -> Markup {
    html! {
        aside."al-panel al-ctl" aria-label=(view.row.title) {
            div.al-panel__head {
                span."al-mono al-2" { (view.row.id) }
                h2.al-h3 { (view.row.title) }
                (view.row.state.shown())
            }
            div."al-panel__body al-stack" {
                blockquote { (view.promise) }
                (facts(&[
                    ("From", html! { (view.source) }),
                    ("Kept by", html! { (view.mechanism) }),
                    ("Proved by", html! { (view.self_test) }),
                    ("Evidence counts", html! { (view.freshness) }),
                    ("Last evidence", html! {
                        @if view.row.evidence.is_empty() { "None yet" }
                        @else { (view.row.evidence) }
                    }),
                ]))
                (proof_steps(&view.steps))
                div."al-row al-row--wrap" {
                    @if may_prove && view.row.state != ControlState::NotBuilt {
                        (prove_one(&view.row.id))
                    }
                    @if !view.log_href.is_empty() {
                        a.al-small href=(view.log_href) { "Entries in the log" }
                    }
                }
            }
        }
    }
}

fn proof_steps(steps: &[(String, bool)]) -> Markup {
    html! {
        @if !steps.is_empty() {
            div {
                h3.al-h4 { "The last proof" }
                ol.al-prove {
                    @for (words, held) in steps {
                        li {
                            @if *held { (icons::CHECK) (words) }
                            @else { (icons::X.with_class("al-ink-red")) (words) ": did not hold" }
                        }
                    }
                }
            }
        }
    }
}

fn prove_one(id: &str) -> Markup {
    html! {
        form method="post" action={ "/controls/" (id) "/prove" } {
            (submit_small("Prove now", Some(icons::REFRESH_CW), "Proving…", Weight::Solid))
        }
    }
}
