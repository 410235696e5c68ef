//! SQL has its place: `rows.rs`, a `rows` folder, and the crate `trust`.
//!
//! Looks at string literals only, so a sentence about SELECT in a comment is no matter. Integration
//! tests may write SQL too: they reach around the store on purpose, to show that it is noticed.

use super::Problem;
use super::tree::{Source, Tree};

/// What a statement begins with, written as SQL is written.
const BEGINNINGS: [&str; 9] = [
    "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "WITH", "PRAGMA",
];
/// The same in small letters, only where no sentence begins so: first and second word.
const SMALL_BEGINNINGS: [(&str, &str); 5] = [
    ("select", "*"),
    ("insert", "into"),
    ("delete", "from"),
    ("create", "table"),
    ("drop", "table"),
];

/// Every Rust file that isn't a home of SQL.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for source in tree.sources().filter(|source| !is_home(source)) {
        for token in &source.code {
            let Some(beginning) = token.text().and_then(beginning) else {
                continue;
            };
            problems.push(Problem {
                file: source.path.clone(),
                line: token.line,
                what: format!("SQL ({}…) outside its place", beginning),
                mend: "move the statement into the room's rows.rs and call it from here".to_owned(),
            });
        }
    }
    problems
}

fn is_home(source: &Source) -> bool {
    let mut folders: Vec<&str> = source.path.split('/').collect();
    let name = folders.pop();
    name == Some("rows.rs")
        || folders.starts_with(&["crates", "trust"])
        || folders
            .iter()
            .any(|folder| matches!(*folder, "rows" | "tests"))
}

/// The statement's first word, if the string is one.
fn beginning(text: &str) -> Option<&'static str> {
    // A string may open with the line break that a trailing backslash swallows.
    let text = text.trim_start_matches('\\').trim_start();
    let mut words = text.split_whitespace();
    let (first, second) = (words.next()?, words.next()?);
    let large = BEGINNINGS.into_iter().find(|word| *word == first);
    let small = || {
        SMALL_BEGINNINGS
            .into_iter()
            .find(|words| *words == (first, second))
    };
    large.or_else(|| small().map(|(word, _)| word))
}
