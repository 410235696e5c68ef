//! The proof that one entry is in the log, drawn and spelled out.
//!
//! Beside the entry stand the hashes that lead to the signed head (RFC 6962). Whoever mistrusts
//! this server copies them, or runs the command offline. Next: `tools/` for the second verifier.

use maud::{Markup, html};

use crate::web::parts::blocks::facts;
use crate::web::parts::clocks::grouped;
use crate::web::parts::icons;
use crate::web::parts::states::{ControlState, Vocabulary};

/// How many steps of the way are drawn; the rest are in the list below.
const STEPS_DRAWN: usize = 3;

/// The proof of one entry.
#[derive(Debug, Clone)]
pub struct ProofView {
    /// The lane of the entry.
    pub lane: i64,
    /// Its number in the lane.
    pub sequence: i64,
    /// Whether the way leads to the signed head.
    pub holds: bool,
    /// When the head was anchored; empty when it has not been yet.
    pub anchored: String,
    /// The hash of the entry, in hex.
    pub leaf: String,
    /// The hash of the head, in hex.
    pub head: String,
    /// How many entries the head covers.
    pub tree_size: u64,
    /// The name of the key that signed the head.
    pub signed_by: String,
    /// The hashes beside the way, from the entry upwards.
    pub way: Vec<ProofStep>,
    /// What the entry says, each part with its name.
    pub facts: Vec<(&'static str, String)>,
    /// The rows it left behind, each in words.
    pub touched: Vec<String>,
    /// Where the proof can be had as a file.
    pub download_href: String,
    /// The command that checks it offline.
    pub command: String,
}

/// One hash beside the way.
#[derive(Debug, Clone)]
pub struct ProofStep {
    /// The hash, in hex.
    pub hash: String,
    /// Whether it stands to the left of the way.
    pub is_left: bool,
}

/// The panel beside the log.
pub fn panel(view: &ProofView) -> Markup {
    let state = if view.holds {
        ControlState::Proved
    } else {
        ControlState::Failed
    };
    html! {
        aside."al-panel al-ctl" aria-label={ "Proof of entry " (view.sequence) } {
            div.al-panel__head {
                h2.al-h3 { "Proof of " (view.sequence) } (state.shown())
            }
            div."al-panel__body al-stack" {
                p { (finding(view)) }
                (said(view))
                (tree(view))
                p.al-small {
                    "Each box is a fingerprint of the two below it. If one letter of this entry "
                    "were changed, the fingerprint at the top would be another."
                }
                (facts(&[
                    ("Leaf", html! { span."al-mono al-break" { (view.leaf) } }),
                    ("Head", html! { span."al-mono al-break" { (view.head) } }),
                    ("Signed by", html! { span."al-mono al-break" { (view.signed_by) } }),
                ]))
                details.al-hashes {
                    summary { "All " (view.way.len()) " hashes of the way" }
                    ol { @for step in &view.way { li { (step_line(step)) } } }
                }
                div {
                    h3.al-h4 { "Without trusting this server" }
                    pre.al-cmd tabindex="0" aria-label="Command" { code { (view.command) } }
                }
                div {
                    a."nhsuk-button nhsuk-button--secondary nhsuk-button--small" download
                        href=(view.download_href) { (icons::DOWNLOAD) "Download proof" }
                }
            }
        }
    }
}

/// What the entry says, and which rows it left behind.
fn said(view: &ProofView) -> Markup {
    html! {
        dl.al-dl {
            @for (name, words) in view.facts.iter().filter(|(_, words)| !words.is_empty()) {
                dt { (name) } dd.al-break { (words) }
            }
        }
        @if !view.touched.is_empty() {
            details.al-hashes {
                summary { "Rows it left behind: " (view.touched.len()) }
                ol { @for row in &view.touched { li { span."al-mono al-break" { (row) } } } }
            }
        }
    }
}

fn finding(view: &ProofView) -> String {
    if !view.holds {
        return String::from("The way does not lead to the signed head. Tell governance now.");
    }
    if view.anchored.is_empty() {
        return String::from("This entry is in the log. Its head is not anchored yet.");
    }
    format!(
        "This entry is in the log, and the log is the one anchored at {}.",
        view.anchored
    )
}

fn step_line(step: &ProofStep) -> Markup {
    html! {
        span.al-2 { @if step.is_left { "left" } @else { "right" } }
        span."al-mono al-break" { (step.hash) }
    }
}

/// Draws the lowest steps of the way; each step goes up one row and to the side of its sibling.
fn tree(view: &ProofView) -> Markup {
    const ROW: usize = 54;
    let drawn = &view.way[..view.way.len().min(STEPS_DRAWN)];
    let more = view.way.len() - drawn.len();
    let bottom = 40 + ROW * drawn.len().max(1);
    let label = format!(
        "{} hashes beside this entry lead up to the signed head of the log.",
        view.way.len()
    );
    html! {
        svg.al-tree viewBox={ "0 0 356 " (bottom + 30) } role="img" aria-label=(label) {
            path.path d={ "M178 " (bottom) "V42" } {}
            @for (height, step) in drawn.iter().enumerate() {
                (tree_step(bottom - ROW * height, step, height == 0))
            }
            @if drawn.is_empty() { (node(132, bottom, "this entry", "me")) }
            g."al-node al-node--head" {
                rect x="28" y="6" width="300" height="36" rx="6" {}
                text x="178" y="29" {
                    @if more > 0 { (more) " more, then " }
                    "signed head, " (grouped(view.tree_size))
                }
            }
        }
    }
}

fn tree_step(y: usize, step: &ProofStep, is_first: bool) -> Markup {
    let sibling_x = if step.is_left { 14 } else { 250 };
    let name = short(&step.hash);
    let (own, kind) = if is_first {
        ("this entry", "me")
    } else {
        ("computed", "on")
    };
    html! {
        path.edge d={ "M" (sibling_x + 46) " " (y) "V" (y - 12) "H178" } {}
        (node(132, y, own, kind))
        (node(sibling_x, y, &name, "sib"))
    }
}

fn node(x: usize, y: usize, words: &str, kind: &str) -> Markup {
    html! {
        g class={ "al-node al-node--" (kind) } {
            rect x=(x) y=(y) width="92" height="26" rx="5" {}
            text x=(x + 46) y=(y + 18) { (words) }
        }
    }
}

/// The ends of a hash, for where there is little room: `9f3a…c1`.
fn short(hash: &str) -> String {
    let letters: Vec<char> = hash
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    if letters.len() < 8 {
        return letters.into_iter().collect();
    }
    let head: String = letters[..4].iter().collect();
    let tail: String = letters[letters.len() - 2..].iter().collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::views::samples;

    /// A hash of any length or script has a short form, and nothing breaks.
    #[test]
    fn a_hash_has_a_short_form() {
        assert_eq!(short("9f3a 77b0 c1"), "9f3a…c1");
        assert_eq!(short("ab"), "ab");
        assert_eq!(short("ééééééééé"), "éééé…éé");
    }

    /// The first entry of a new log has a way of no steps and is proved all the same.
    #[test]
    fn a_log_of_one_entry_is_drawn() {
        let mut proof = samples::assurance::proof();
        proof.way.clear();
        assert!(panel(&proof).into_string().contains("this entry"));
    }

    /// A proof that does not hold says so in words, and never wears the green mark.
    #[test]
    fn a_broken_proof_says_so() {
        let mut proof = samples::assurance::proof();
        proof.holds = false;
        let shown = panel(&proof).into_string();
        assert!(
            shown.contains("does not lead to the signed head"),
            "{shown}"
        );
        assert!(!shown.contains("Proved"), "{shown}");
    }
}
