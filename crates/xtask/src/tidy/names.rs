//! The names of permissions and events: unique, spelt as their types, and listed in one file.
//!
//! They stand in the log for the life of an instance, so a changed name is a change of a record
//! format: `docs/names.txt` shows it in the review. Reads `struct X = "…"` in `trust`'s macros
//! `action!` and `event!`, and `const NAME` in an `impl Action for X` or `impl Event for X`. Names
//! that only tests make are left out.

use std::collections::BTreeMap;

use super::Problem;
use super::lexer::Token;
use super::tree::{Source, Tree};

/// The list, from the root.
pub const SNAPSHOT: &str = "docs/names.txt";

const HEADING: &str = "\
# Every permission and every event of Almoner, as they stand in the log.
# Made by `cargo xtask tidy --bless`. A line that changes or goes is a change of a record format.
";

/// One name and where it is given.
#[derive(Debug, PartialEq, Eq)]
struct Given {
    kind: &'static str,
    name: String,
    /// The Rust type that carries it.
    owner: String,
    file: String,
    line: usize,
}

/// The list as it should be.
pub fn snapshot(tree: &Tree) -> String {
    let mut lines: Vec<String> = given(tree)
        .iter()
        .map(|one| format!("{} {}\n", one.kind, one.name))
        .collect();
    lines.sort();
    lines.dedup();
    HEADING.to_owned() + &lines.concat()
}

/// Unique, well spelt, and listed.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let all = given(tree);
    let mut problems: Vec<Problem> = all.iter().filter_map(spelling).collect();
    let mut first: BTreeMap<&str, &Given> = BTreeMap::new();
    for one in &all {
        if let Some(earlier) = first.insert(&one.name, one) {
            let what = format!("`{}` is also given in {}", one.name, earlier.file);
            problems.push(one.problem(what, "a name means one thing: choose another"));
        }
    }
    problems.extend(check_list(&snapshot(tree), tree.text(SNAPSHOT)));
    problems
}

/// The list says what the code says, line by line.
fn check_list(wanted: &str, listed: Option<&str>) -> Vec<Problem> {
    let problem = |line: usize, what: String| {
        let mend = "if it is meant, run `cargo xtask tidy --bless` and let the review see it";
        Problem {
            file: SNAPSHOT.to_owned(),
            line,
            what,
            mend: mend.to_owned(),
        }
    };
    let Some(listed) = listed else {
        return vec![problem(
            0,
            "the list of permissions and events is missing".to_owned(),
        )];
    };
    let is_in = |text: &str, line: &str| text.lines().any(|other| other == line);
    let new = wanted.lines().filter(|line| !is_in(listed, line));
    let gone = listed
        .lines()
        .enumerate()
        .filter(|(_, line)| !is_in(wanted, line));
    new.map(|line| problem(0, format!("`{line}` is not listed")))
        .chain(
            gone.map(|(at, line)| {
                problem(at + 1, format!("`{line}` is listed, but given nowhere"))
            }),
        )
        .collect()
}

impl Given {
    fn problem(&self, what: String, mend: &str) -> Problem {
        Problem {
            file: self.file.clone(),
            line: self.line,
            what,
            mend: mend.to_owned(),
        }
    }
}

/// `room.words_like_this`, the words those of the type.
fn spelling(one: &Given) -> Option<Problem> {
    let Some((room, words)) = one.name.split_once('.') else {
        return Some(one.problem(
            format!("`{}` has no room before a point", one.name),
            "write it as room.verb_noun or room.noun_verbed",
        ));
    };
    let small = |part: &str| {
        part.starts_with(|sign: char| sign.is_ascii_lowercase())
            && part
                .chars()
                .all(|sign| sign.is_ascii_lowercase() || sign == '_')
    };
    if !small(room) || !small(words) {
        let what = format!("`{}` has other signs than small letters and _", one.name);
        return Some(one.problem(what, "write it as room.verb_noun or room.noun_verbed"));
    }
    if snake(&one.owner) != words {
        let what = format!("`{}` is not spelt as its type `{}`", one.name, one.owner);
        let mend = format!("write `{room}.{}`, or rename the type", snake(&one.owner));
        return Some(one.problem(what, &mend));
    }
    None
}

/// `CloseTask` -> `close_task`.
fn snake(name: &str) -> String {
    let mut words = String::new();
    for sign in name.chars() {
        if sign.is_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.extend(sign.to_lowercase());
    }
    words
}

fn given(tree: &Tree) -> Vec<Given> {
    tree.sources()
        .filter(|source| source.path.contains("/src/") && !source.is_test())
        .flat_map(of_source)
        .collect()
}

fn of_source(source: &Source) -> Vec<Given> {
    let code = &source.code;
    let mut found = Vec::new();
    let mut at = 0;
    while at < code.len() {
        if let Some(end) = test_module_end(code, at) {
            at = end;
            continue;
        }
        for Naming { kind, owner, name } in macro_call(code, at).chain(implementation(code, at)) {
            found.push(Given {
                kind,
                name: name.text().unwrap_or_default().to_owned(),
                owner: owner.word().unwrap_or_default().to_owned(),
                file: source.path.clone(),
                line: name.line,
            });
        }
        at += 1;
    }
    found
}

/// A type and the string that names it.
struct Naming<'a> {
    kind: &'static str,
    owner: &'a Token,
    name: &'a Token,
}

/// Past the closing brace of a `#[cfg(test)] mod … {`, when one begins at `at`.
fn test_module_end(code: &[Token], at: usize) -> Option<usize> {
    let is_test = code.get(at)?.is_word("cfg")
        && code.get(at + 2).is_some_and(|token| token.is_word("test"))
        && code.get(at + 5).is_some_and(|token| token.is_word("mod"))
        && code.get(at + 7).is_some_and(|token| token.is_sign('{'));
    is_test.then(|| closing(code, at + 7))
}

/// Where the brace opened at `open` is closed.
fn closing(code: &[Token], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in code.iter().enumerate().skip(open) {
        if token.is_sign('{') {
            depth += 1;
        } else if token.is_sign('}') {
            depth = depth.saturating_sub(1);
        }
        if depth == 0 {
            return at;
        }
    }
    code.len()
}

/// Every `struct X = "…"` of an `action! {…}` or `event! {…}` that begins at `at`.
fn macro_call(code: &[Token], at: usize) -> impl Iterator<Item = Naming<'_>> {
    let kind = match code[at].word() {
        Some("action") => "permission",
        Some("event") => "event",
        _ => "",
    };
    let sign = |ahead: usize, sign: char| {
        code.get(at + ahead)
            .is_some_and(|token| token.is_sign(sign))
    };
    let is_call = !kind.is_empty() && sign(1, '!') && sign(2, '{');
    let body = if is_call {
        &code[at + 2..closing(code, at + 2)]
    } else {
        &[]
    };
    body.windows(4).filter_map(move |four| {
        let [keyword, owner, equals, name] = four else {
            return None;
        };
        let is_name = keyword.is_word("struct") && equals.is_sign('=') && name.text().is_some();
        is_name.then_some(Naming { kind, owner, name })
    })
}

/// `impl Action for X { … const NAME: … = "…"; … }`, when it begins at `at`.
fn implementation(code: &[Token], at: usize) -> Option<Naming<'_>> {
    if !code[at].is_word("impl") {
        return None;
    }
    let open = at + code[at..].iter().position(|token| token.is_sign('{'))?;
    let heading = &code[at..open];
    let trait_end = heading.iter().position(|token| token.is_word("for"))?;
    let kind = match heading[trait_end - 1].word()? {
        "Action" => "permission",
        "Event" => "event",
        _ => return None,
    };
    let owner = heading.get(trait_end + 1)?;
    let body = &code[open..closing(code, open)];
    let constant = body
        .windows(2)
        .position(|pair| pair[0].is_word("const") && pair[1].is_word("NAME"))?;
    // Inside the macros themselves the name is `$event;`: no string before the semicolon.
    let rest = body[constant..]
        .iter()
        .take_while(|token| !token.is_sign(';'));
    let name = rest.into_iter().find(|token| token.text().is_some())?;
    Some(Naming { kind, owner, name })
}
