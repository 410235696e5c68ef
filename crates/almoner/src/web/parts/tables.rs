//! Tables: a caption for listeners, heads that name their columns, and a region that scrolls.
//!
//! A wide table scrolls inside its own panel, never the page, and the region can be reached by
//! keyboard. Rows are made by the caller, because only it knows what is a heading. Next: the
//! pages under `views` that have lists.

use maud::{Markup, html};

/// One column head.
pub struct Column {
    /// The words at the head.
    pub words: &'static str,
    /// Whether figures stand below it, which are set to the right.
    pub figures: bool,
}

/// A column of words.
pub const fn words(words: &'static str) -> Column {
    Column {
        words,
        figures: false,
    }
}

/// A column of figures.
pub const fn figures(words: &'static str) -> Column {
    Column {
        words,
        figures: true,
    }
}

/// A table with a hidden caption; `class` is a variant of `al-table`, or empty.
pub fn table(caption: &str, class: &str, columns: &[Column], rows: Markup) -> Markup {
    html! {
        div.al-scroll tabindex="0" role="region" aria-label=(caption) {
            table class={ "al-table " (class) } {
                caption."nhsuk-u-visually-hidden" { (caption) }
                (head(columns))
                tbody { (rows) }
            }
        }
    }
}

/// The head of a table by itself, for tables whose body has an id for live changes.
pub fn head(columns: &[Column]) -> Markup {
    html! {
        thead {
            tr {
                @for column in columns {
                    th scope="col" class=[column.figures.then_some("al-num")] { (column.words) }
                }
            }
        }
    }
}
