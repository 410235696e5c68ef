//! Words that say the work isn't done, in code, comments, strings and documents.
//!
//! What isn't built is left out and said in the documents in a whole sentence; a mark in the source
//! is a promise to nobody.

use super::Problem;
use super::lexer::Kind;
use super::tree::Tree;

/// Written in two halves, so that this file doesn't find itself.
const UNDONE: [&str; 4] = [
    concat!("FIX", "ME"),
    concat!("TO", "DO"),
    concat!("XX", "X"),
    concat!("coming", " soon"),
];
/// Macros that stand for work not done.
const UNDONE_MACROS: [&str; 2] = ["todo", "unimplemented"];

/// Every Rust file, every document and every data file.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |file: &str, line: usize, word: &str| {
        problems.push(Problem {
            file: file.to_owned(),
            line,
            what: format!("`{word}` marks work that isn't done"),
            mend: "do it, or leave it out and say so where a reader looks".to_owned(),
        });
    };
    for source in tree.sources() {
        for pair in source.code.windows(2) {
            let name = pair[0].word().filter(|name| UNDONE_MACROS.contains(name));
            if let Some(name) = name.filter(|_| pair[1].is_sign('!')) {
                add(&source.path, pair[0].line, &format!("{name}!"));
            }
        }
        for token in &source.tokens {
            let (Kind::Comment(text) | Kind::Text(text)) = &token.kind else {
                continue;
            };
            for (at, line) in text.lines().enumerate() {
                for word in undone(line) {
                    add(&source.path, token.line + at, word);
                }
            }
        }
    }
    for folder in ["controls/", "docs/"] {
        for (file, _) in tree.under(folder) {
            for (at, line) in tree.text(file).unwrap_or_default().lines().enumerate() {
                for word in undone(line) {
                    add(file, at + 1, word);
                }
            }
        }
    }
    problems
}

/// The undone words of a line, whole words only.
fn undone(line: &str) -> impl Iterator<Item = &'static str> + '_ {
    UNDONE.into_iter().filter(|word| {
        line.match_indices(word).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + word.len()..].chars().next();
            let joined = |sign: Option<char>| sign.is_some_and(char::is_alphanumeric);
            !joined(before) && !joined(after)
        })
    })
}
