//! Finds every path that a file writes (`crate::tracker::Client`, `use care::{a, b::c}`).
//!
//! Relative paths are made absolute, so that `super::super::tracker` is seen for what it is. It
//! refuses to guess about names brought in by a `use`: that `use` itself is what is checked.

use super::lexer::Token;
use super::tree::Source;

/// One path, from its first word: `["crate", "tracker", "Client"]`.
#[derive(Debug, PartialEq, Eq)]
pub struct CodePath {
    /// Where it begins.
    pub line: usize,
    /// Its words; `super` and `self` are already replaced.
    pub parts: Vec<String>,
}

/// Every path of a file, each branch of a `{…}` group on its own.
pub fn paths(source: &Source) -> Vec<CodePath> {
    let code = &source.code;
    let home = module_of(&source.path);
    let mut inner = Vec::new();
    let mut depth = 0_usize;
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = code.get(at) {
        if token.is_sign('{') {
            depth += 1;
            if let Some(name) = inline_module(code, at) {
                inner.push((depth, name));
            }
        } else if token.is_sign('}') {
            inner.retain(|(opened, _)| *opened < depth);
            depth = depth.saturating_sub(1);
        }
        if !begins_path(code, at) {
            at += 1;
            continue;
        }
        let mut here = home.clone();
        here.extend(inner.iter().map(|(_, name): &(usize, String)| name.clone()));
        let mut branches = Vec::new();
        at = branch(code, at, &mut Vec::new(), &mut branches);
        for parts in branches {
            found.push(CodePath {
                line: token.line,
                parts: absolute(parts, &here),
            });
        }
    }
    found
}

/// The module a file is: `crates/care/src/tasking/model.rs` -> `["tasking", "model"]`.
fn module_of(path: &str) -> Vec<String> {
    let inside = path.split_once("/src/").map_or("", |(_, inside)| inside);
    let mut parts: Vec<String> = inside.split('/').map(str::to_owned).collect();
    let last = parts.pop().unwrap_or_default();
    let stem = last.trim_end_matches(".rs");
    if !matches!(stem, "mod" | "lib" | "main" | "") {
        parts.push(stem.to_owned());
    }
    parts
}

/// The name in `mod name {`, when `at` is that brace.
fn inline_module(code: &[Token], at: usize) -> Option<String> {
    let keyword = code.get(at.checked_sub(2)?)?;
    let name = code.get(at.checked_sub(1)?)?.word()?;
    keyword.is_word("mod").then(|| name.to_owned())
}

fn double_colon(code: &[Token], at: usize) -> bool {
    let colon = |at: usize| code.get(at).is_some_and(|token| token.is_sign(':'));
    colon(at) && colon(at + 1)
}

/// A word followed by `::` that isn't itself in the middle of a path.
fn begins_path(code: &[Token], at: usize) -> bool {
    let middle = at >= 2 && double_colon(code, at - 2);
    // A leading `::` (`::care::x`) follows no word and no `>`.
    let leading = middle
        && at
            .checked_sub(3)
            .is_none_or(|before| code[before].word().is_none() && !code[before].is_sign('>'));
    let field = at >= 1 && code[at - 1].is_sign('.');
    code[at].word().is_some() && double_colon(code, at + 1) && (!middle || leading) && !field
}

/// Follows a path from `at`, and each branch of its groups; returns where it ended.
fn branch(
    code: &[Token],
    mut at: usize,
    begun: &mut Vec<String>,
    found: &mut Vec<Vec<String>>,
) -> usize {
    let length = begun.len();
    while let Some(token) = code.get(at) {
        if let Some(word) = token.word() {
            begun.push(word.to_owned());
            at += 1;
            if double_colon(code, at) {
                at += 2;
                continue;
            }
        } else if token.is_sign('{') && !begun.is_empty() {
            at += 1;
            while code.get(at).is_some_and(|token| !token.is_sign('}')) {
                let before = at;
                at = branch(code, at, begun, found);
                // `as name`, a comma, a star: nothing a rule looks at.
                if code.get(at).is_some_and(|token| token.is_word("as")) {
                    at += 2;
                } else if at == before {
                    at += 1;
                }
            }
            begun.truncate(length);
            return at + 1;
        }
        break;
    }
    if begun.len() > length {
        found.push(begun.clone());
    }
    begun.truncate(length);
    at
}

fn absolute(parts: Vec<String>, here: &[String]) -> Vec<String> {
    let first = parts.first().map(String::as_str);
    if !matches!(first, Some("super" | "self")) {
        return parts;
    }
    let mut base = here.to_vec();
    let mut rest = parts.as_slice();
    while let Some((word, after)) = rest.split_first() {
        match word.as_str() {
            "self" => {}
            "super" => drop(base.pop()),
            _ => break,
        }
        rest = after;
    }
    let mut whole = vec!["crate".to_owned()];
    whole.extend(base);
    whole.extend_from_slice(rest);
    whole
}

#[cfg(test)]
mod tests {
    use super::paths;
    use crate::tidy::tree::Tree;

    fn of(file: &str, text: &str) -> Vec<String> {
        let mut tree = Tree::default();
        tree.put(file, text.to_owned());
        let source = tree.sources().next().expect("one file was put in");
        paths(source)
            .iter()
            .map(|path| path.parts.join("::"))
            .collect()
    }

    /// Each branch of a group is a path of its own.
    #[test]
    fn groups_are_taken_apart() {
        let found = of(
            "crates/care/src/a/b.rs",
            "use crate::{x::{Y, self, Z as W}, v::*};",
        );
        assert_eq!(
            found,
            ["crate::x::Y", "crate::x::self", "crate::x::Z", "crate::v"]
        );
    }

    /// `super` and `self` are followed to the place they mean, also from an inner module.
    #[test]
    fn relative_paths_become_absolute() {
        let text = "fn f() { super::super::tracker::g() }\nmod inner { use super::h::I; }";
        let found = of("crates/care/src/tasking/model.rs", text);
        assert_eq!(found, ["crate::tracker::g", "crate::tasking::model::h::I"]);
        let found = of(
            "crates/care/src/tasking/mod.rs",
            "use self::model::Task; use super::a::B;",
        );
        assert_eq!(found, ["crate::tasking::model::Task", "crate::a::B"]);
    }

    /// A method, a type's associated function and a leading `::` are told apart.
    #[test]
    fn only_the_beginning_of_a_path_counts() {
        let found = of(
            "crates/x/src/lib.rs",
            "::care::go(); a.b::<c>(); Vec::<u8>::new(); d::e::f()",
        );
        assert_eq!(found, ["care::go", "Vec", "d::e::f"]);
    }
}
