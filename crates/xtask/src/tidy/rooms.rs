//! The room table, kept: crates by their `Cargo.toml`, rooms by the paths they write.
//!
//! Cargo keeps a crate from what it doesn't depend on; nothing but this keeps two rooms of one
//! crate apart. Integration tests (`crates/*/tests`) may look into any room; code may not.

use std::collections::BTreeSet;

use super::Problem;
use super::path::{self, CodePath};
use super::room_table::{self, CRATES, Crate, Room};
use super::tree::{Source, Tree};

const TABLE: &str = "the room table of DESIGN.md section 2 (xtask: tidy/room_table.rs)";

/// Every crate depends only on what the table lets it.
pub fn check_crates(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (file, inside) in tree.under("crates/") {
        let Some(name) = inside
            .strip_suffix("/Cargo.toml")
            .filter(|name| !name.contains('/'))
        else {
            continue;
        };
        let text = tree.text(file).unwrap_or_default();
        match (room_table::find(name), toml::from_str::<toml::Table>(text)) {
            (None, _) => problems.push(Problem {
                file: file.to_owned(),
                line: 0,
                what: format!("the crate `{name}` is not in the room table"),
                mend: format!("move its work into a room, or add it to {TABLE}"),
            }),
            (_, Err(error)) => problems.push(Problem {
                file: file.to_owned(),
                line: 0,
                what: format!("not a manifest: {}", error.message()),
                mend: "mend the TOML".to_owned(),
            }),
            (Some(of), Ok(manifest)) => problems.extend(check_manifest(of, file, text, &manifest)),
        }
    }
    problems
}

fn check_manifest(of: &Crate, file: &str, text: &str, manifest: &toml::Table) -> Vec<Problem> {
    let mut problems = Vec::new();
    for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
        let listed = manifest.get(kind).and_then(toml::Value::as_table);
        for (key, value) in listed.into_iter().flatten() {
            let renamed = value.get("package").and_then(toml::Value::as_str);
            let name = renamed.unwrap_or(key).replace('_', "-");
            // A crate may name itself, to test itself with a feature on.
            let ours = room_table::is_ours(&name) && name != of.name;
            let outside = ours && !of.may_use.contains(&name.as_str());
            let refused = kind == "dependencies" && of.refuses.contains(&name.as_str());
            if outside || refused {
                problems.push(Problem {
                    file: file.to_owned(),
                    line: line_of(text, key),
                    what: format!("`{}` must not depend on `{name}`", of.name),
                    mend: format!("pass in what is needed as a value, or change {TABLE}"),
                });
            }
        }
    }
    problems
}

fn line_of(text: &str, key: &str) -> usize {
    let begins = |line: &str| {
        line.trim_start()
            .strip_prefix(key)
            .is_some_and(|rest| rest.trim_start().starts_with(['=', '.']))
    };
    text.lines().position(begins).map_or(0, |at| at + 1)
}

/// Every room writes only paths into rooms it may use, and every module at the top is a room.
pub fn check_modules(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for source in tree.sources() {
        for of in CRATES.iter().filter(|of| !of.rooms.is_empty()) {
            let inside = source
                .path
                .strip_prefix("crates/")
                .and_then(|rest| rest.strip_prefix(of.name)?.strip_prefix("/src/"));
            let Some(inside) = inside else { continue };
            let top = inside
                .split('/')
                .next()
                .unwrap_or_default()
                .trim_end_matches(".rs");
            match of.room(top) {
                Some(room) => problems.extend(check_room(of, room, source)),
                None if matches!(inside, "lib.rs" | "main.rs") => {}
                None => problems.push(Problem {
                    file: source.path.clone(),
                    line: 0,
                    what: format!("`{top}` is not a room of `{}`", of.name),
                    mend: format!("move it into a room, or add the room to {TABLE}"),
                }),
            }
        }
    }
    problems
}

fn check_room(of: &Crate, room: &Room, source: &Source) -> Vec<Problem> {
    let paths = path::paths(source);
    let own = own_names(source, &paths);
    let mut problems = Vec::new();
    for CodePath { line, parts } in &paths {
        let Some(used) = foreign(of, &own, parts) else {
            continue;
        };
        if used == room.name || room.may_use.contains(&used) {
            continue;
        }
        problems.push(Problem {
            file: source.path.clone(),
            line: *line,
            what: format!("the room `{}` must not use `{used}`", room.name),
            mend: format!("pass an id or a value, move the code, or change {TABLE}"),
        });
    }
    problems
}

/// The room of this crate, or the crate of ours, that a path leads to.
fn foreign<'a>(of: &Crate, own: &BTreeSet<&str>, parts: &'a [String]) -> Option<&'a str> {
    let first = parts.first()?.as_str();
    if first == "crate" || first == of.name {
        let second = parts.get(1)?.as_str();
        return of.room(second).map(|_| second);
    }
    (room_table::is_ours(first) && !own.contains(first)).then_some(first)
}

/// Modules that this file declares or brings in under a name that is also a crate's.
fn own_names<'a>(source: &'a Source, paths: &'a [CodePath]) -> BTreeSet<&'a str> {
    let code = &source.code;
    let declared = code.windows(2).filter(|pair| pair[0].is_word("mod"));
    let brought = paths.iter().filter(|path| path.parts.len() > 1);
    declared
        .filter_map(|pair| pair[1].word())
        .chain(brought.filter_map(|path| path.parts.last().map(String::as_str)))
        .collect()
}
