//! Documents that are also data: decision records, and one file for each promise.
//!
//! The promises' ids are the list in `care::governance::controls`, which embeds their files: so a
//! missing file already fails the build. Here the other way round is kept as well.

use std::collections::{BTreeMap, BTreeSet};

use super::Problem;
use super::tree::Tree;

/// Where the list of promises stands: `embedded!["A0", …]`.
const CONTROLS: &str = "crates/care/src/governance/controls.rs";

/// Decision records and promises.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = check_decisions(tree);
    problems.extend(check_controls(tree));
    problems
}

fn problem(file: &str, line: usize, what: String, mend: &str) -> Problem {
    Problem {
        file: file.to_owned(),
        line,
        what,
        mend: mend.to_owned(),
    }
}

/// `docs/decisions/0007-ledger-append-is-the-last-write.md`, each number once.
fn check_decisions(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut numbers: BTreeMap<&str, &str> = BTreeMap::new();
    for (file, name) in tree.under("docs/decisions/") {
        let Some(number) = decision_number(name) else {
            let what = format!("`{name}` is not a decision's name");
            problems.push(problem(
                file,
                0,
                what,
                "name it NNNN-words-in-small-letters.md",
            ));
            continue;
        };
        if let Some(earlier) = numbers.insert(number, name) {
            let what = format!("the number {number} is also `{earlier}`'s");
            problems.push(problem(file, 0, what, "take the next free number"));
        }
    }
    problems
}

fn decision_number(name: &str) -> Option<&str> {
    let (number, words) = name.strip_suffix(".md")?.split_once('-')?;
    let digits = number.len() == 4 && number.chars().all(|sign| sign.is_ascii_digit());
    let small = |word: &str| {
        let letters = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit();
        !word.is_empty() && word.chars().all(letters)
    };
    (digits && words.split('-').all(small)).then_some(number)
}

fn check_controls(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let listed = listed_controls(tree);
    let mut filed = BTreeSet::new();
    for (file, name) in tree.under("controls/") {
        let id = name.strip_suffix(".toml").unwrap_or(name);
        filed.insert(id);
        if !listed.iter().any(|(known, _)| known == id) {
            let what = format!("`{id}` is not a promise of CONTROLS.md");
            problems.push(problem(
                file,
                0,
                what,
                &format!("list it in {CONTROLS}, or remove it"),
            ));
        }
        let table = toml::from_str::<toml::Table>(tree.text(file).unwrap_or_default());
        let own = table
            .as_ref()
            .ok()
            .and_then(|table| table.get("id")?.as_str());
        if own != Some(id) {
            let what = "the id inside is not the file's name".to_owned();
            problems.push(problem(file, 1, what, &format!("write id = \"{id}\"")));
        }
    }
    for (id, line) in &listed {
        if !filed.contains(id.as_str()) {
            let what = format!("the promise {id} has no file");
            problems.push(problem(
                CONTROLS,
                *line,
                what,
                &format!("write controls/{id}.toml"),
            ));
        }
    }
    problems
}

/// The ids in `embedded![…]`, with their lines.
fn listed_controls(tree: &Tree) -> Vec<(String, usize)> {
    let Some(source) = tree.sources().find(|source| source.path == CONTROLS) else {
        return Vec::new();
    };
    let code = &source.code;
    // The call, not the macro's own definition (`macro_rules! embedded`).
    let call = code.windows(3).position(|three| {
        three[0].is_word("embedded") && three[1].is_sign('!') && three[2].is_sign('[')
    });
    let Some(call) = call else { return Vec::new() };
    code[call + 3..]
        .iter()
        .take_while(|token| !token.is_sign(']'))
        .filter_map(|token| Some((token.text()?.to_owned(), token.line)))
        .collect()
}
