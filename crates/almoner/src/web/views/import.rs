//! Import: a file goes up, its columns are matched, a dry run says what would happen, then it is
//! done, or nothing is.
//!
//! Every bad line stands there with its number and the way to mend it. Nothing is half imported.
//! Next: `places`, `people` and `task_types`, where what came in can be seen.

use maud::{Markup, html};

use crate::web::parts::blocks::{Panel, Weight, button_link, note, page_head, panel};
use crate::web::parts::clocks::grouped;
use crate::web::parts::forms::{
    Choice, Field, FormError, checkbox, error_of, error_summary, hidden, picks, select, submit,
};
use crate::web::parts::icons;
use crate::web::parts::shell::{Page, Shell, Width, page as framed};
use crate::web::parts::states::Hue;
use crate::web::parts::tables::{Column, figures, table, words};

/// Where an import stands.
#[derive(Debug, Clone)]
pub enum ImportView {
    /// A file is chosen.
    Choose(ChooseFile),
    /// Its columns are matched to ours.
    Match(MatchColumns),
    /// The dry run is over.
    Checked(DryRun),
    /// It is in.
    Done(ImportDone),
}

/// A file is chosen.
#[derive(Debug, Clone)]
pub struct ChooseFile {
    /// What can be brought in: places, ways, people, shifts, tasks.
    pub kinds: Vec<Choice>,
    /// The kind that was chosen before.
    pub kind: String,
    /// The largest file, in words, such as “16 MB”.
    pub largest: String,
    /// What has to be put right.
    pub errors: Vec<FormError>,
}

/// The columns of a file are matched to ours.
#[derive(Debug, Clone)]
pub struct MatchColumns {
    /// The number under which the server keeps the file for now.
    pub import_id: i64,
    /// The name of the file.
    pub file: String,
    /// What it is, such as “People”.
    pub kind: String,
    /// Their columns, as they stand at the head of the file.
    pub headers: Vec<String>,
    /// Our fields, with the guess for each.
    pub fields: Vec<FieldMatch>,
    /// What has to be put right.
    pub errors: Vec<FormError>,
}

/// One of our fields and the column it is taken from.
#[derive(Debug, Clone)]
pub struct FieldMatch {
    /// The name of our field.
    pub field: String,
    /// What it means, such as “Staff number”.
    pub label: String,
    /// Whether a line without it is refused.
    pub required: bool,
    /// The column that is chosen; empty for none.
    pub header: String,
    /// The first value found there, so that a wrong match is seen; may be empty.
    pub example: String,
}

/// What the dry run found.
#[derive(Debug, Clone)]
pub struct DryRun {
    /// The number under which the server keeps the file for now.
    pub import_id: i64,
    /// The name of the file.
    pub file: String,
    /// What it is, such as “People”.
    pub kind: String,
    /// Lines that are good.
    pub good: usize,
    /// How many of the good lines are new, as opposed to there already.
    pub new: usize,
    /// Tasks that are here already and say something else in the file, each in a few words.
    pub differing: Vec<String>,
    /// Whether lines that are there already change nothing, as with tasks.
    pub leaves_alone: bool,
    /// Teams that would be made, because people belong to them; may be empty.
    pub new_teams: String,
    /// Columns that nothing is read from; may be empty.
    pub unused: String,
    /// The bad lines, in the order of the file; the first thousand of very many.
    pub bad: Vec<BadLineRow>,
    /// How many there are in all.
    pub bad_in_all: usize,
    /// Where the columns can be matched by hand.
    pub match_href: String,
}

/// One line that cannot be brought in.
#[derive(Debug, Clone)]
pub struct BadLineRow {
    /// Its number in the file, counting the head as line 1.
    pub line: usize,
    /// The column.
    pub field: String,
    /// What is wrong and what would be right.
    pub problem: String,
    /// The value found, shortened.
    pub value: String,
}

/// An import that is done.
#[derive(Debug, Clone)]
pub struct ImportDone {
    /// What it was, such as “People”.
    pub kind: String,
    /// How many were added.
    pub added: usize,
    /// How many were changed.
    pub changed: usize,
    /// Where they can be seen.
    pub href: String,
}

/// `GET /import`
pub fn page(view: &ImportView, shell: &Shell) -> Markup {
    let (at, content) = match view {
        ImportView::Choose(choose) => (1, choose_file(choose)),
        ImportView::Match(columns) => (2, match_columns(columns)),
        ImportView::Checked(run) => (3, checked(run)),
        ImportView::Done(done) => (4, finished(done)),
    };
    let about = html! { "Nothing changes before you have seen what would happen." };
    let body = html! {
        (page_head("Import", about, html! {}))
        (steps(at))
        div.al-stack { (content) }
    };
    let page = Page {
        title: "Import",
        help: "import",
        width: Width::Reading,
        live: None,
        keys: &[],
        body,
    };
    framed(shell, page)
}

fn steps(at: usize) -> Markup {
    html! {
        ol.al-crumbs4 {
            @for (number, words) in [(1, "File"), (2, "Columns"), (3, "Dry run"), (4, "Done")] {
                li class=(
                    if number < at { "is-done" } else if number == at { "is-now" } else { "" }
                )
                    aria-current=[(number == at).then_some("step")] {
                    @if number < at { (icons::CHECK) } @else { (number) " " } (words)
                }
            }
        }
    }
}

fn choose_file(view: &ChooseFile) -> Markup {
    let hint = format!(
        "CSV or JSON as your system exports it, at most {}. UTF-8, any of , ; or tab.",
        view.largest
    );
    html! {
        (error_summary(&view.errors))
        form.al-panel.al-form method="post" action="/import" enctype="multipart/form-data" {
            (picks("What is in the file?", "kind", &view.kinds, &view.kind))
            (Field {
                name: "file",
                label: "File",
                hint: &hint,
                kind: "file",
                error: error_of(&view.errors, "file"),
                ..Field::default()
            })
            (Field {
                name: "mapping",
                label: "Mapping file (optional)",
                hint: "If you keep one that says which column is which.",
                kind: "file",
                error: error_of(&view.errors, "mapping"),
                ..Field::default()
            })
            (submit("Look at the file", Some(icons::SEARCH), "Reading…", Weight::Solid))
        }
    }
}

fn match_columns(view: &MatchColumns) -> Markup {
    let choices: Vec<Choice> = std::iter::once(Choice::plain("", "Not in this file"))
        .chain(
            view.headers
                .iter()
                .map(|header| Choice::plain(header, header)),
        )
        .collect();
    html! {
        (error_summary(&view.errors))
        form.al-panel.al-form method="post" action={ "/import/" (view.import_id) "/check" } {
            p.al-2 { (view.kind) " from " b { (view.file) } ". Check the guesses." }
            @for one in &view.fields {
                @let label =
                    if one.required { one.label.clone() }
                    else { format!("{} (optional)", one.label) };
                @let hint =
                    if one.example.is_empty() { String::new() }
                    else { format!("For example: {}", one.example) };
                (select(
                    &Field {
                        name: &one.field,
                        label: &label,
                        hint: &hint,
                        value: &one.header,
                        error: error_of(&view.errors, &one.field),
                        ..Field::default()
                    },
                    &choices,
                ))
            }
            (submit("Dry run", Some(icons::SEARCH_CHECK), "Checking…", Weight::Solid))
        }
    }
}

fn checked(run: &DryRun) -> Markup {
    html! {
        @if run.bad.is_empty() {
            (note(Hue::Green, icons::CIRCLE_CHECK, html! {
                b { "Every line is good. " }
                "New: " (grouped(run.new as u64)) "."
                @if run.leaves_alone { " Already here: " } @else { " Change what is there: " }
                (grouped(run.good.saturating_sub(run.new) as u64)) "."
            }))
            (aside(run))
            form.al-form method="post" action={ "/import/" (run.import_id) "/apply" } {
                (hidden("good", run.good))
                (differing(run))
                (submit("Import them now", Some(icons::FILE_UP), "Importing…", Weight::Solid))
            }
        } @else {
            (note(Hue::Red, icons::OCTAGON_ALERT, html! {
                b { (grouped(run.bad_in_all as u64))
                    @if run.bad_in_all == 1 { " problem. " } @else { " problems. " }
                    "Nothing was imported. "
                }
                "Good lines: " (grouped(run.good as u64)) ". Mend the file and send it again."
            }))
            (bad_lines(run))
            @if run.bad_in_all > run.bad.len() {
                p.al-2 { "These are the first " (grouped(run.bad.len() as u64)) "." }
            }
            div.al-row {
                (button_link("Send another file", Some(icons::FILE_UP), "/import", Weight::Solid))
                (button_link("Match the columns", None, &run.match_href, Weight::Outline))
            }
        }
    }
}

/// Tasks that say something else in the file, and the question what to do with them.
fn differing(run: &DryRun) -> Markup {
    const SHOWN: usize = 20;
    html! {
        @if !run.differing.is_empty() {
            p { b { "These tasks say something else in the file:" } }
            ul.al-list {
                @for words in run.differing.iter().take(SHOWN) { li { (words) } }
                @if run.differing.len() > SHOWN {
                    li { "and " (grouped((run.differing.len() - SHOWN) as u64)) " more" }
                }
            }
            (checkbox(
                "differing",
                "Correct them as the file says",
                "Only where nobody has been asked yet. Without this they stay as they are here.",
                false,
            ))
        }
    }
}

/// What is worth a look before a good file goes in.
fn aside(run: &DryRun) -> Markup {
    html! {
        @if !run.new_teams.is_empty() {
            (note(Hue::Amber, icons::USERS_ROUND, html! {
                b { "New teams will be made: " } (run.new_teams) "."
            }))
        }
        @if !run.unused.is_empty() {
            p.al-2 {
                "Not read: " (run.unused) ". "
                a href=(run.match_href) { "Match the columns" }
            }
        }
    }
}

fn bad_lines(run: &DryRun) -> Markup {
    const COLUMNS: [Column; 4] = [
        figures("Line"),
        words("Column"),
        words("What to mend"),
        words("Found"),
    ];
    let rows = html! {
        @for bad in &run.bad {
            tr {
                td."al-num al-mono" { (bad.line) }
                td { (bad.field) }
                th scope="row" { (bad.problem) }
                td."al-mono al-break" { (bad.value) }
            }
        }
    };
    let title = format!("{}, {}", run.kind, run.file);
    html! {
        (Panel {
            title: &title,
            body: table("Problems by line", "", &COLUMNS, rows),
            flush: true,
            ..Panel::default()
        })
    }
}

fn finished(done: &ImportDone) -> Markup {
    panel(
        "It is in",
        html! {
            p {
                (done.kind) ": " (grouped(done.added as u64)) " added, "
                (grouped(done.changed as u64)) " changed. The log has an entry for it."
            }
            div."al-row al-mt" {
                (button_link("See them", None, &done.href, Weight::Solid))
                (button_link("Import more", None, "/import", Weight::Outline))
            }
        },
    )
}
