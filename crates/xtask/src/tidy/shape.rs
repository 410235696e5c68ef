//! How a file looks from outside: its first line, its size, its width, and the names it gives.
//!
//! Functions of more than 70 lines or 5 arguments are clippy's to find (`clippy.toml`).

use super::Problem;
use super::tree::{Source, Tree};

/// The wall: nobody reads on after this.
const LINES_MAX: usize = 800;
/// What rustfmt keeps in code, and nobody keeps in strings and comments.
const COLUMNS_MAX: usize = 100;
/// A file of one of these names has no subject.
const VAGUE_FILES: [&str; 10] = [
    "common",
    "helper",
    "helpers",
    "manager",
    "misc",
    "service",
    "shared",
    "util",
    "utilities",
    "utils",
];
/// A type of one of these endings doesn't say what it is.
const VAGUE_ENDINGS: [&str; 4] = ["Helper", "Manager", "Service", "Utils"];

/// Every Rust file.
pub fn check(tree: &Tree) -> Vec<Problem> {
    tree.sources().flat_map(check_source).collect()
}

fn check_source(source: &Source) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |line: usize, what: String, mend: &str| {
        problems.push(Problem {
            file: source.path.clone(),
            line,
            what,
            mend: mend.to_owned(),
        });
    };
    if !source.text.starts_with("//!") {
        let mend = "begin with what it is for, what it refuses, and where to go next";
        add(1, "the file does not begin with `//!`".to_owned(), mend);
    }
    let lines = source.text.lines().count();
    if lines > LINES_MAX {
        let what = format!("{lines} lines, more than {LINES_MAX}");
        add(
            LINES_MAX + 1,
            what,
            "give a part that has a subject of its own its own file",
        );
    }
    for (at, line) in source.text.lines().enumerate() {
        let columns = line.chars().count();
        // An address can't be broken.
        if columns > COLUMNS_MAX && !line.contains("://") {
            let what = format!("{columns} columns, more than {COLUMNS_MAX}");
            add(
                at + 1,
                what,
                "break the line; in a string, with a backslash at its end",
            );
        }
    }
    for part in source.path.split('/') {
        if VAGUE_FILES.contains(&part.trim_end_matches(".rs")) {
            add(
                0,
                format!("`{part}` names no subject"),
                "call it after what it is about",
            );
        }
    }
    for pair in source.code.windows(2) {
        let Some(name) = pair[1].word() else { continue };
        let keyword = pair[0].word().unwrap_or_default();
        if keyword == "fn" && name.starts_with("get_") {
            add(
                pair[1].line,
                format!("`{name}` begins with get_"),
                "name what it gives",
            );
        }
        let vague = VAGUE_ENDINGS.iter().any(|ending| name.ends_with(ending));
        if matches!(keyword, "struct" | "enum" | "trait" | "type" | "union") && vague {
            add(
                pair[1].line,
                format!("`{name}` does not say what it is"),
                "use the ward's word",
            );
        }
    }
    problems
}
