//! The second verifier, written in another language from the format's description, agrees.
//!
//! Both look at the same copies after the same deeds. The second one knows no seal key and looks at
//! entries, rows, sums, checkpoints and anchors; what only the first one looks at (pages, triggers,
//! catalogue, the key's name) is left out of the comparison.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
};

use trust::{
    ledger::entry::Entry,
    store::verify::{Report, What},
    testing::Scratch,
};

use crate::{
    linen,
    verify::{Intruder, anchor_now, key_of, moves, told_without_keys, with_history},
};

/// What the second verifier found, and how many entries and rows it read.
fn second_opinion(scratch: &Scratch, anchors: &Path) -> (BTreeSet<String>, u64, u64) {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tools/almoner_verify.py");
    let output = Command::new("python3")
        .arg(script)
        .arg(scratch.folder().join("almoner.db"))
        .arg("--anchors")
        .arg(anchors)
        .arg("--key")
        .arg(key_of(scratch.store.vault()).to_string())
        .arg("--json")
        .output()
        .expect("python3 is on this machine");
    let report: serde_json::Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(output.status.code(), Some(i32::from(!findings.is_empty())));
    let kinds = findings
        .iter()
        .map(|finding| finding["what"].as_str().unwrap().to_owned());
    let number = |field: &str| report[field].as_u64().unwrap();
    (kinds.collect(), number("entries"), number("rows"))
}

/// What the first one found of what the second one looks at, too.
fn first_opinion(report: &Report) -> (BTreeSet<String>, u64, u64) {
    let code = |what: &What| {
        serde_json::to_value(what)
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    };
    let shared = report
        .findings
        .iter()
        .filter(|finding| matches!(finding.what, What::Ledger(_)));
    (
        shared.map(|finding| code(&finding.what)).collect(),
        report.entries,
        report.rows,
    )
}

/// A deed: statements by somebody who has the database.
const DEEDS: [(&str, &str); 9] = [
    ("nothing", "SELECT 1"),
    (
        "an edited row",
        "UPDATE shelf SET blankets = blankets + 1 WHERE id = 3",
    ),
    ("a deleted row", "DELETE FROM shelf WHERE id = 3"),
    (
        "a copied row",
        "INSERT INTO shelf SELECT id + 100, label || '!', blankets, note, entry, seal FROM shelf \
         WHERE id = 3",
    ),
    (
        "a broken seal",
        "UPDATE shelf SET seal = x'00' WHERE id = 3",
    ),
    (
        "a deleted entry",
        "DELETE FROM ledger_entry WHERE sequence = 20",
    ),
    (
        "a log cut off",
        "DELETE FROM ledger_entry WHERE sequence > 25",
    ),
    (
        "two entries in each other's place",
        "UPDATE ledger_entry SET sequence = -1 WHERE sequence = 20; \
         UPDATE ledger_entry SET sequence = 20 WHERE sequence = 21; \
         UPDATE ledger_entry SET sequence = 21 WHERE sequence = -1",
    ),
    (
        "a false checkpoint",
        "UPDATE ledger_checkpoint SET size = size - 1",
    ),
];

/// Whatever was done, both verifiers say the same, and both have read everything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_verifiers_say_the_same() {
    let scratch = Scratch::lite_with(linen::linen()).await;
    let anchors = tempfile::tempdir().unwrap();
    with_history(&scratch).await;
    anchor_now(&scratch, anchors.path()).await;
    let folders = [anchors.path().to_owned()];
    for (deed, sql) in DEEDS {
        let mut intruder = Intruder::enter(&scratch).await;
        intruder.remember().await;
        intruder.run(sql).await;
        let first = first_opinion(&told_without_keys(&scratch, &folders).await);
        let second = second_opinion(&scratch, anchors.path());
        assert_eq!(first, second, "after {deed}");
        assert_eq!(first.0.is_empty(), deed == "nothing", "after {deed}");
        intruder.put_back().await;
        intruder.leave().await;
    }
}

/// The same for what only an anchor shows, and for an entry with another actor.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_verifiers_believe_the_anchors() {
    let scratch = Scratch::lite_with(linen::linen()).await;
    let anchors = tempfile::tempdir().unwrap();
    let (caller, shelves) = with_history(&scratch).await;
    let mut intruder = Intruder::enter(&scratch).await;
    intruder.remember().await;
    moves(&scratch.store, &caller, &shelves[..6], 40..50).await;
    anchor_now(&scratch, anchors.path()).await;
    let folders = [anchors.path().to_owned()];

    let mut entry = Entry::decode(&intruder.entries().await[20]).unwrap();
    let before = entry.encode();
    entry.actor += 1;
    intruder.write_entry(20, &entry.encode()).await;
    let first = first_opinion(&told_without_keys(&scratch, &folders).await);
    assert_eq!(
        first,
        second_opinion(&scratch, anchors.path()),
        "after an edited entry"
    );
    assert!(first.0.contains("anchor_disagrees"), "{first:?}");

    intruder.write_entry(20, &before).await;
    intruder.put_back().await;
    let first = first_opinion(&told_without_keys(&scratch, &folders).await);
    assert_eq!(
        first,
        second_opinion(&scratch, anchors.path()),
        "after a rollback"
    );
    assert_eq!(Vec::from_iter(first.0), ["anchor_ahead"]);
}
