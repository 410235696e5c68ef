//! Each rule, broken on purpose in a house of a few lines; and the real house, which keeps all.

use std::path::Path;

use super::tree::Tree;
use super::{Problem, check, names, run};

const DOC: &str = "//! For a test.\n";

/// A tree of those files, with a list of names that fits them.
fn house(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    for (path, text) in files {
        let doc = if path.ends_with(".rs") { DOC } else { "" };
        tree.put(path, format!("{doc}{text}"));
    }
    let listed = names::snapshot(&tree);
    tree.put(names::SNAPSHOT, listed);
    tree
}

fn problems(files: &[(&str, &str)]) -> Vec<Problem> {
    check(&house(files))
}

/// Exactly one problem, there, of which both words are said.
#[track_caller]
fn one(files: &[(&str, &str)], place: &str, says: &str) {
    let found: Vec<String> = problems(files).iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 1, "expected one problem, found {found:#?}");
    assert!(
        found[0].starts_with(place),
        "{} does not begin with {place}",
        found[0]
    );
    assert!(found[0].contains(says), "{} does not say {says}", found[0]);
}

#[track_caller]
fn none(files: &[(&str, &str)]) {
    assert_eq!(problems(files), []);
}

/// The repository itself keeps every rule.
#[test]
fn the_house_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let report = run(&root, false).expect("the repository can be read");
    let lines: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "\n{}", lines.join("\n"));
    assert!(report.files > 50, "it looked at the wrong folder");
}

/// An engine that takes the clock or a database is stopped, and so is a wall with a hole in it.
#[test]
fn a_crate_keeps_to_its_walls() {
    let engine = "[dependencies]\nserde = \"1\"\ntokio = { workspace = true }\n";
    one(
        &[("crates/dispatch/Cargo.toml", engine)],
        "crates/dispatch/Cargo.toml:3:",
        "`tokio`",
    );
    let upward = "[package]\nname = \"watch\"\n[dependencies]\ncare.workspace = true\n";
    one(
        &[("crates/watch/Cargo.toml", upward)],
        "crates/watch/Cargo.toml:4:",
        "`care`",
    );
    let renamed = "[dev-dependencies]\nsecret = { package = \"care\", path = \"../care\" }\n";
    one(
        &[("crates/trust/Cargo.toml", renamed)],
        "crates/trust/Cargo.toml:2:",
        "`care`",
    );
    one(
        &[("crates/extras/Cargo.toml", "[package]\n")],
        "crates/extras/Cargo.toml:0:",
        "table",
    );
    one(
        &[("crates/deid/Cargo.toml", "[dependencies\n")],
        "crates/deid/Cargo.toml:0:",
        "manifest",
    );
    none(&[(
        "crates/care/Cargo.toml",
        "[dependencies]\ntrust.workspace = true\n",
    )]);
}

/// Tasking and tracking never reach into each other, however the path is written.
#[test]
fn tasking_and_tracker_never_meet() {
    let file = "crates/care/src/tasking/model.rs";
    for text in [
        "use crate::tracker::Client;",
        "use crate::{tasking::Task, tracker::{Client, Goal as Aim}};",
        "fn f() { super::super::tracker::open(); }",
        "use super::super::{tracker};\n",
    ] {
        let found = problems(&[(file, text)]);
        assert!(!found.is_empty(), "{text} was let through");
        assert!(
            found
                .iter()
                .all(|problem| problem.what.contains("`tracker`")),
            "{found:?}"
        );
    }
    one(
        &[("crates/care/src/tracker/mod.rs", "use crate::tasking::X;")],
        "crates/care/",
        "tasking",
    );
    none(&[(
        file,
        "// crate::tracker is another room\nconst S: &str = \"crate::tracker::X\";",
    )]);
    none(&[(
        "crates/care/tests/it/tasking.rs",
        "use care::tracker::Client;",
    )]);
}

/// An engine is called by the room that the table gives it to.
#[test]
fn an_engine_stays_in_its_room() {
    let measures = "use measures::score;";
    none(&[("crates/care/src/tracker/mod.rs", measures)]);
    one(
        &[("crates/care/src/tasking/mod.rs", measures)],
        "crates/care/src/tasking/mod.rs:2:",
        "meas",
    );
    let plan = "fn f() { dispatch::plan(); }";
    none(&[("crates/almoner/src/cli/dispatch.rs", plan)]);
    one(
        &[("crates/almoner/src/web/board.rs", plan)],
        "crates/almoner/src/web/board.rs:2:",
        "disp",
    );
    let own = "mod dispatch;\nfn f() { dispatch::plan(); }";
    none(&[("crates/almoner/src/web/mod.rs", own)]);
}

/// Reports read the two applications; neither of these knows of reports.
#[test]
fn reports_look_down_and_nobody_looks_up() {
    none(&[(
        "crates/care/src/reports/mod.rs",
        "use crate::{tasking::Task, tracker::Client};",
    )]);
    one(
        &[(
            "crates/care/src/reports/mod.rs",
            "use crate::governance::X;",
        )],
        "crates/care",
        "gover",
    );
    one(
        &[("crates/care/src/tasking/rows.rs", "use crate::reports::X;")],
        "crates/care",
        "reports",
    );
}

/// A folder that no one planned is noticed.
#[test]
fn a_new_room_must_be_in_the_table() {
    one(
        &[("crates/care/src/billing/mod.rs", "")],
        "crates/care/src/billing/mod.rs:0:",
        "a room",
    );
    none(&[("crates/care/src/lib.rs", "pub mod tasking;")]);
}

/// A file begins with its purpose, ends before the wall, and fits the page.
#[test]
fn a_file_has_its_shape() {
    let mut tree = house(&[]);
    tree.put("crates/deid/src/lib.rs", "fn f() {}\n".to_owned());
    assert!(check(&tree)[0].what.contains("does not begin"));
    let long = "\n".repeat(800);
    one(
        &[("crates/deid/src/lib.rs", &long)],
        "crates/deid/src/lib.rs:801:",
        "801 lines",
    );
    none(&[("crates/deid/src/lib.rs", &long[1..])]);
    let wide = format!("// {}\n", "é".repeat(98));
    one(
        &[("crates/deid/src/lib.rs", &wide)],
        "crates/deid/src/lib.rs:2:",
        "101 columns",
    );
    none(&[("crates/deid/src/lib.rs", &wide.replacen('é', "", 1))]);
}

/// Names say what a thing is.
#[test]
fn names_have_a_subject() {
    one(
        &[("crates/deid/src/utils.rs", "")],
        "crates/deid/src/utils.rs:0:",
        "no subject",
    );
    one(
        &[("crates/deid/src/a.rs", "fn get_name() {}")],
        "crates/deid/src/a.rs:2:",
        "get_name",
    );
    one(
        &[("crates/deid/src/a.rs", "struct TaskManager;")],
        "crates/deid/src/a.rs:2:",
        "TaskManager",
    );
    none(&[(
        "crates/deid/src/a.rs",
        "fn target() { router.get_name(); }\nstruct Managers;",
    )]);
}

/// Unfinished work is found in code, in comments, in strings and in documents.
#[test]
fn unfinished_work_is_found() {
    let file = "crates/deid/src/a.rs";
    let mark = concat!("FIX", "ME");
    one(
        &[(file, "fn f() { todo!() }")],
        "crates/deid/src/a.rs:2:",
        "todo!",
    );
    one(
        &[(file, &format!("/* one\n{mark} */"))],
        "crates/deid/src/a.rs:3:",
        mark,
    );
    one(
        &[(file, &format!("const S: &str = \"({mark})\";"))],
        "crates/deid/src/a.rs:2:",
        mark,
    );
    one(
        &[("docs/how-to/x.md", &format!("a\n{mark}: b"))],
        "docs/how-to/x.md:2:",
        mark,
    );
    none(&[(file, "fn todo() {}\n// MASTODON, exxXXXxx")]);
}

/// SQL stands in `rows.rs`, in `trust` and in integration tests.
#[test]
fn sql_has_its_place() {
    let query = "fn f() { q(\"SELECT 1\"); g(r#\"\n  insert into t values (1)\"#); }";
    let found = problems(&[("crates/care/src/tasking/close.rs", query)]);
    assert_eq!(
        found.iter().map(|problem| problem.line).collect::<Vec<_>>(),
        [2, 2]
    );
    none(&[("crates/care/src/tasking/rows.rs", query)]);
    none(&[("crates/care/src/tasking/rows/offers.rs", query)]);
    none(&[("crates/trust/src/store/keeper.rs", query)]);
    let words = "const A: &str = \"Select a ward\"; const B: &str = \"SELECTED\"; // SELECT 1";
    none(&[("crates/care/src/tasking/close.rs", words)]);
}

/// A permission or event carries its type's words, once, and stands on the list.
#[test]
fn names_are_unique_spelt_and_listed() {
    let file = "crates/care/src/tasking/close.rs";
    let close = "impl Action for CloseTask { const NAME: &'static str = \"tasking.close_task\"; }";
    let closed = "impl trust::Event for TaskClosed { const T: u8 = 1;\n\
                  const NAME: &'static str = \"tasking.task_closed\"; }";
    let tree = house(&[(file, &format!("{close}\n{closed}"))]);
    assert_eq!(check(&tree), []);
    let listed: Vec<String> = names::snapshot(&tree)
        .lines()
        .skip(2)
        .map(str::to_owned)
        .collect();
    assert_eq!(
        listed,
        ["event tasking.task_closed", "permission tasking.close_task"]
    );

    one(
        &[(file, close), ("crates/care/src/tasking/other.rs", close)],
        "crates/care",
        "also given",
    );
    one(
        &[(file, &close.replace("close_task", "close"))],
        "crates/care",
        "not spelt",
    );
    one(
        &[(file, &close.replace("tasking.", ""))],
        "crates/care",
        "no room",
    );
    one(
        &[(file, &close.replace("tasking.c", "Tasking.c"))],
        "crates/care",
        "small letters",
    );
    none(&[(
        "crates/trust/src/testing/people.rs",
        &close.replace("close_task", "close"),
    )]);
    none(&[(
        file,
        "struct X; impl Table for X { const NAME: &str = \"task\"; }",
    )]);
    none(&[(
        file,
        &format!("#[cfg(test)]\nmod tests {{\n{close}\n{close}\n}}"),
    )]);
    one(
        &[(
            file,
            "trust::event! { pub struct TaskShut = \"tasking.task_closed\" { task: TaskId } }",
        )],
        "crates/care",
        "not spelt",
    );
}

/// A name that is new, and one that is gone, each ask for a blessing.
#[test]
fn the_list_of_names_is_kept() {
    let mut tree = house(&[(
        "crates/care/src/tasking/a.rs",
        "event! { pub struct TaskClosed = \"tasking.task_closed\" {} }",
    )]);
    tree.put(names::SNAPSHOT, "event tasking.task_opened\n".to_owned());
    let found: Vec<String> = check(&tree).iter().map(ToString::to_string).collect();
    assert!(
        found
            .iter()
            .any(|line| line.contains("`event tasking.task_closed` is not listed"))
    );
    assert!(
        found
            .iter()
            .any(|line| line.contains("names.txt:1: `event tasking.task_opened`"))
    );
}

/// Decision records carry a number of their own.
#[test]
fn decisions_are_numbered() {
    none(&[("docs/decisions/0007-ledger-append-is-the-last-write.md", "")]);
    one(
        &[("docs/decisions/7-ledger.md", "")],
        "docs/decisions/7-ledger.md:0:",
        "NNNN",
    );
    one(
        &[("docs/decisions/0007-Ledger.md", "")],
        "docs/decisions/0007-Ledger.md:0:",
        "NNNN",
    );
    let twice = [
        ("docs/decisions/0007-one.md", ""),
        ("docs/decisions/0007-two.md", ""),
    ];
    one(&twice, "docs/decisions/0007-two.md:0:", "next free number");
}

/// Every promise has its file, and every file is a promise's.
#[test]
fn promises_and_files_match() {
    let list = (
        "crates/care/src/governance/controls.rs",
        "const ALL: X = embedded![\"A1\", \"B2\"];",
    );
    let (a1, b2) = (
        ("controls/A1.toml", "id = \"A1\"\n"),
        ("controls/B2.toml", "id = \"B2\"\n"),
    );
    none(&[list, a1, b2]);
    one(
        &[list, a1],
        "crates/care/src/governance/controls.rs:2:",
        "B2 has no file",
    );
    one(
        &[list, a1, b2, ("controls/B3.toml", "id = \"B3\"\n")],
        "controls/B3.toml:0:",
        "not a promise",
    );
    one(
        &[list, b2, ("controls/A1.toml", "id = \"A2\"\n")],
        "controls/A1.toml:1:",
        "write id",
    );
}
