//! `tidy`: the rules of the house that neither the compiler nor clippy knows.
//!
//! Each rule is one file here with one function `check`, pure over an already loaded tree; each has
//! tests that break it on purpose. It reads Rust with a small lexer (`lexer.rs`), so a
//! word in a comment or a string is never mistaken for code. It refuses nothing by taste: every
//! problem names its file, its line, what is wrong and the mend.

mod documents;
mod lexer;
mod names;
mod path;
mod room_table;
mod rooms;
mod shape;
mod sql;
#[cfg(test)]
mod tests;
mod tree;
mod words;

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::Context;

use self::tree::Tree;

/// One broken rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, from the repository's root.
    pub file: String,
    /// The line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub mend: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            what,
            mend,
        } = self;
        write!(formatter, "{file}:{line}: {what}: {mend}")
    }
}

/// What one run saw.
#[derive(Debug)]
pub struct Report {
    /// How many files were read.
    pub files: usize,
    /// Every broken rule, by file and line.
    pub problems: Vec<Problem>,
}

/// Checks the repository under `root`; with `bless`, first rewrites the list of names.
///
/// # Errors
/// A folder or file that can't be read, or a list of names that can't be written.
pub fn run(root: &Path, bless: bool) -> anyhow::Result<Report> {
    let mut tree = Tree::load(root)?;
    if bless {
        let snapshot = names::snapshot(&tree);
        let file = root.join(names::SNAPSHOT);
        fs::write(&file, &snapshot).with_context(|| format!("writing {}", file.display()))?;
        tree.put(names::SNAPSHOT, snapshot);
    }
    Ok(Report {
        files: tree.len(),
        problems: check(&tree),
    })
}

/// Every rule over one tree.
fn check(tree: &Tree) -> Vec<Problem> {
    let rules: [fn(&Tree) -> Vec<Problem>; 7] = [
        rooms::check_crates,
        rooms::check_modules,
        shape::check,
        words::check,
        sql::check,
        names::check,
        documents::check,
    ];
    let mut problems: Vec<Problem> = rules.iter().flat_map(|rule| rule(tree)).collect();
    problems.sort();
    problems
}
