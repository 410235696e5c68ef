//! The detection matrix: every tampering, by somebody with the database and by somebody who holds
//! the server's keys too, must be found and named; and an honest history must not be accused.

use proptest::prelude::*;

use super::super::anchor::Anchors;
use super::super::checkpoint::Issuer;
use super::super::entry::{Entry, Key, Pointer};
use super::super::row::Cell;
use super::super::tree::Frontier;
use super::super::verify::finding::LISTED_MAX;
use super::super::verify::{Claims, Finding, Options, Report, Verifier, What};
use super::model::{Change, INSTANCE, Model, Place, issuer, kinds, only, seal_key};

const TASK: Place = ("task", 3);

/// The place of the last entry that wrote the task.
fn task_entry(model: &Model) -> Pointer {
    match model.rows[&TASK]["entry"] {
        Cell::Int(packed) => Pointer::unpack(packed),
        _ => panic!("no pointer"),
    }
}

fn names_task(finding: &Finding, entry: Pointer) {
    assert_eq!(finding.table.as_deref(), Some("task"));
    assert_eq!(finding.key, Some(Key::Int(3)));
    assert_eq!(
        (finding.lane, finding.sequence),
        (Some(entry.lane), Some(entry.sequence))
    );
    assert!(finding.sentence.starts_with("task 3 "), "{finding}");
}

fn edit(model: &mut Model) {
    let state = Cell::Text("done, honestly".to_owned());
    model.rows.get_mut(&TASK).unwrap().insert("state", state);
}

fn assert_whole(report: &Report) {
    assert!(report.is_intact(), "{report:#?}");
}

/// A history that nobody touched gives no finding, with the keys and anchors or without.
#[test]
fn an_honest_history_is_not_accused() {
    let model = Model::with_history();
    let report = model.verify();
    assert_whole(&report);
    assert_eq!((report.entries, report.rows), (46, 8));
    assert_whole(&model.verify_alone());
}

// --- rows

/// A state was edited: the row, its last honest entry and so its last honest author are named.
#[test]
fn an_edited_row_is_found_and_named() {
    let mut model = Model::with_history();
    edit(&mut model);
    assert_eq!(kinds(&model.verify()), [What::RowEdited, What::SealBroken]);
    names_task(only(&model.verify(), What::RowEdited), task_entry(&model));
    assert_eq!(kinds(&model.verify_alone()), [What::RowEdited]);

    model.mend_rows();
    assert_eq!(
        kinds(&model.verify()),
        [What::RowEdited],
        "the seal key does not help"
    );
    model.mend_digests();
    let found = kinds(&model.verify());
    assert!(found.contains(&What::LogRewritten), "{found:?}");
    model.mend_log();
    assert_eq!(
        kinds(&model.verify()),
        [What::AnchorDisagrees],
        "all keys do not help"
    );
}

/// A value that was taken away, or put where there was none, is an edit too.
#[test]
fn an_emptied_or_filled_field_is_found() {
    for (column, cell) in [("state", Cell::Null), ("note", Cell::Text(String::new()))] {
        let mut model = Model::with_history();
        model.rows.get_mut(&TASK).unwrap().insert(column, cell);
        assert_eq!(
            kinds(&model.verify()),
            [What::RowEdited, What::SealBroken],
            "{column}"
        );
    }
}

/// A task was deleted behind Almoner's back.
#[test]
fn a_deleted_row_is_found_and_named() {
    let mut model = Model::with_history();
    let entry = task_entry(&model);
    model.rows.remove(&TASK);
    assert_eq!(
        kinds(&model.verify()),
        [What::RowMissing, What::SumDisagrees]
    );
    names_task(only(&model.verify(), What::RowMissing), entry);
    model.mend_rows();
    assert_eq!(kinds(&model.verify()), [What::RowMissing]);
}

/// A task was copied to a new number.
#[test]
fn a_copied_row_is_found_and_named() {
    let mut model = Model::with_history();
    let mut copy = model.rows[&TASK].clone();
    copy.insert("id", Cell::Int(77));
    model.rows.insert(("task", 77), copy);
    let expected = [What::RowUnrecorded, What::SealBroken, What::SumDisagrees];
    assert_eq!(kinds(&model.verify()), expected);
    let report = model.verify();
    let finding = only(&report, What::RowUnrecorded);
    assert_eq!(finding.sentence, "task 77 was never written by any entry");
    assert_eq!(
        (&finding.key, finding.sequence),
        (&Some(Key::Int(77)), None)
    );
    model.mend_rows();
    assert_eq!(kinds(&model.verify()), [What::RowUnrecorded]);
}

/// Two tasks were given each other's content, pointers and seals included or not.
#[test]
fn swapped_rows_are_found_and_named() {
    let with_marks: &[&str] = &["state", "entry", "seal"];
    for columns in [&["state"][..], with_marks] {
        let mut model = Model::with_history();
        model.commit(0, &[Change::Save(("task", 4), "going")]);
        let entry = task_entry(&model);
        for column in columns {
            let (three, four) = (model.rows[&TASK].clone(), model.rows[&("task", 4)].clone());
            model
                .rows
                .get_mut(&TASK)
                .unwrap()
                .insert(column, four[column].clone());
            model
                .rows
                .get_mut(&("task", 4))
                .unwrap()
                .insert(column, three[column].clone());
        }
        let whole = columns == with_marks;
        let what = if whole {
            What::RowReplaced
        } else {
            What::RowEdited
        };
        let report = model.verify();
        let found: Vec<_> = report
            .findings
            .iter()
            .filter(|found| found.what == what)
            .collect();
        assert_eq!(found.len(), 2, "{report:#?}");
        names_task(found[0], entry);
        assert!(kinds(&report).contains(&What::SealBroken));
        model.mend_rows();
        assert_eq!(kinds(&model.verify()), [what]);
    }
}

/// A task was put back to how it honestly was before, with the honest seal of that time.
#[test]
fn a_replayed_row_is_found_and_named() {
    let mut model = Model::with_history();
    let before = model.rows[&TASK].clone();
    model.commit(0, &[Change::Save(TASK, "cancelled")]);
    let entry = task_entry(&model);
    model.rows.insert(TASK, before);
    assert_eq!(
        kinds(&model.verify()),
        [What::RowReplaced, What::SumDisagrees]
    );
    names_task(only(&model.verify(), What::RowReplaced), entry);
    model.mend_rows();
    assert_eq!(kinds(&model.verify()), [What::RowReplaced]);
}

/// A bed that was honestly deleted was put back.
#[test]
fn a_resurrected_row_is_found_and_named() {
    let mut model = Model::with_history();
    let before = model.rows[&("bed", 2)].clone();
    model.commit(0, &[Change::Delete(("bed", 2))]);
    model.rows.insert(("bed", 2), before);
    assert_eq!(
        kinds(&model.verify()),
        [What::RowAfterDeletion, What::SumDisagrees]
    );
    let report = model.verify();
    let finding = only(&report, What::RowAfterDeletion);
    assert_eq!(
        (finding.table.as_deref(), &finding.key),
        (Some("bed"), &Some(Key::Int(2)))
    );
}

/// Rows that come twice, lose a mark or cannot be read are each reported.
#[test]
fn malformed_rows_are_reported() {
    let lost_seal = {
        let mut model = Model::with_history();
        model
            .rows
            .get_mut(&TASK)
            .unwrap()
            .insert("seal", Cell::Null);
        model
    };
    assert_eq!(
        kinds(&lost_seal.verify_alone()),
        [What::SealBroken, What::SumDisagrees]
    );
    let lost_pointer = {
        let mut model = Model::with_history();
        model
            .rows
            .get_mut(&TASK)
            .unwrap()
            .insert("entry", Cell::Null);
        model
    };
    assert_eq!(
        kinds(&lost_pointer.verify()),
        [What::RowEdited, What::SealBroken]
    );

    let mut verifier = Verifier::new(INSTANCE, Options::default());
    let model = Model::with_history();
    for ((lane, sequence), bytes) in &model.entries {
        verifier.entry(*lane, *sequence, bytes);
    }
    verifier.unreadable_row("task", &Key::Int(3), "a fraction");
    let report = verifier.finish();
    names_task(only(&report, What::RowUnreadable), task_entry(&model));
    let missing = |finding: &&Finding| finding.what == What::RowMissing;
    assert_eq!(
        report.findings.iter().filter(missing).count(),
        7,
        "it is not also missing"
    );
}

/// A stored total was changed: the bucket is named.
#[test]
fn a_changed_sum_is_found() {
    let mut model = Model::with_history();
    let place = *model.sums.keys().next().unwrap();
    model.sums.get_mut(&place).unwrap().add(&[1; 32]);
    let report = model.verify_alone();
    assert_eq!(kinds(&report), [What::SumDisagrees]);
    assert!(
        only(&report, What::SumDisagrees)
            .sentence
            .contains(&format!("bucket {}", place.2))
    );
}

/// All totals were thrown away, in the hope that nobody misses them.
#[test]
fn missing_sums_are_found() {
    let mut model = Model::with_history();
    model.sums.clear();
    assert_eq!(kinds(&model.verify_alone()), [What::SumDisagrees]);
}

// --- the log

fn rewrite(model: &mut Model, place: (u16, u64), change: impl Fn(&mut Entry)) {
    let mut entry = Entry::decode(&model.entries[&place]).unwrap();
    change(&mut entry);
    model.entries.insert(place, entry.encode());
}

/// Another person was written into an entry. The checkpoints around it narrow down which.
#[test]
fn an_edited_entry_is_found_and_narrowed_down() {
    let mut model = Model::with_history();
    rewrite(&mut model, (0, 14), |entry| entry.actor = 99);
    let expected = [
        What::AnchorDisagrees,
        What::CheckpointDisagrees,
        What::LogRewritten,
    ];
    assert_eq!(kinds(&model.verify()), expected);
    let report = model.verify_alone();
    let finding = only(&report, What::CheckpointDisagrees);
    assert_eq!((finding.lane, finding.sequence), (Some(0), Some(10)));
    assert!(
        finding
            .sentence
            .ends_with("one or more of entries 10 to 19 were changed")
    );
    model.mend_log();
    assert_eq!(kinds(&model.verify()), [What::AnchorDisagrees]);
    assert_whole(&model.verify_alone());
}

/// An entry was deleted from the middle.
#[test]
fn a_deleted_entry_is_found_and_named() {
    let mut model = Model::with_history();
    model.entries.remove(&(0, 8)); // a reading: no row misses it
    let report = model.verify();
    let finding = only(&report, What::EntryMissing);
    assert_eq!(finding.sentence, "entry 8 of lane 0 is missing");
    assert_eq!((finding.lane, finding.sequence), (Some(0), Some(8)));
    assert!(kinds(&report).contains(&What::LogShort));
    model.mend_log();
    let found = kinds(&model.verify());
    assert!(found.contains(&What::EntryMissing) && found.contains(&What::AnchorDisagrees));
}

/// An entry was deleted and all later ones were moved up, numbers and pointers included.
#[test]
fn a_renumbered_log_is_found() {
    let mut model = Model::with_history();
    model.entries.remove(&(0, 5));
    let later: Vec<_> = model
        .entries
        .range((0, 6)..(1, 0))
        .map(|(place, _)| *place)
        .collect();
    for (lane, sequence) in later {
        let bytes = model.entries.remove(&(lane, sequence)).unwrap();
        model.entries.insert((lane, sequence - 1), bytes);
    }
    let report = model.verify();
    let misplaced = report
        .findings
        .iter()
        .find(|found| found.what == What::EntryMisplaced);
    let misplaced = misplaced.unwrap();
    assert_eq!((misplaced.lane, misplaced.sequence), (Some(0), Some(5)));
    assert_eq!(
        misplaced.sentence,
        "in the place of entry 5 of lane 0 stands entry 6 of lane 0"
    );

    let places: Vec<_> = model.entries.keys().copied().collect();
    for place in places {
        rewrite(&mut model, place, |entry| entry.sequence = place.1);
    }
    model.mend_log();
    assert!(kinds(&model.verify()).contains(&What::AnchorDisagrees));
}

/// Two entries changed places, with or without their numbers.
#[test]
fn reordered_entries_are_found() {
    let mut model = Model::with_history();
    let (first, second) = (
        model.entries[&(1, 2)].clone(),
        model.entries[&(1, 5)].clone(),
    );
    model.entries.insert((1, 2), second);
    model.entries.insert((1, 5), first);
    let report = model.verify_alone();
    let misplaced = |found: &&Finding| found.what == What::EntryMisplaced;
    let places: Vec<_> = report
        .findings
        .iter()
        .filter(misplaced)
        .map(|f| f.sequence)
        .collect();
    assert_eq!(places, [Some(2), Some(5)]);
    assert!(kinds(&report).contains(&What::LogRewritten));
    for place in [(1, 2), (1, 5)] {
        rewrite(&mut model, place, |entry| entry.sequence = place.1);
    }
    model.mend_log();
    assert!(kinds(&model.verify()).contains(&What::AnchorDisagrees));
}

/// The last entries were cut off.
#[test]
fn a_truncated_log_is_found() {
    let mut model = Model::with_history();
    let all = model.entries.range((0, 0)..(1, 0)).count() as u64;
    model
        .entries
        .retain(|(lane, sequence), _| *lane != 0 || *sequence < 9);
    let report = model.verify();
    let finding = only(&report, What::LogShort);
    assert_eq!((finding.lane, finding.sequence), (Some(0), Some(9)));
    assert!(
        finding
            .sentence
            .contains(&format!("has 9 entries and its head counts {all}"))
    );
    assert!(kinds(&report).contains(&What::CheckpointAhead));
    assert!(
        kinds(&report).contains(&What::RowUnrecorded)
            || kinds(&report).contains(&What::RowReplaced)
    );

    model.mend_log();
    let report = model.verify();
    let finding = only(&report, What::AnchorAhead);
    assert_eq!((finding.lane, finding.sequence), (Some(0), Some(9)));
}

/// Entries were added at the end with plain SQL.
#[test]
fn an_appended_entry_is_found() {
    let mut model = Model::with_history();
    let size = model.heads[&0].size();
    let mut entry = Entry::decode(&model.entries[&(0, 8)]).unwrap();
    entry.sequence = size;
    model.entries.insert((0, size), entry.encode());
    let report = model.verify_alone();
    assert_eq!(kinds(&report), [What::LogLong]);
    assert_eq!(only(&report, What::LogLong).sequence, Some(size));
}

/// The last twenty entries were written anew, with all keys, so that everything in the database
/// agrees: only what was kept elsewhere can tell.
#[test]
fn a_forked_log_is_found_from_anchors() {
    let mut model = Model::with_history();
    let size = model.heads[&0].size();
    for sequence in size - 20..size {
        rewrite(&mut model, (0, sequence), |entry| entry.request = [9; 16]);
    }
    model.mend_log();
    assert_whole(&model.verify_alone());
    let report = model.verify();
    assert_eq!(kinds(&report), [What::AnchorDisagrees]);
    assert_eq!(only(&report, What::AnchorDisagrees).sequence, Some(0));
}

/// The whole database was put back to an honest older state: it agrees with itself in everything.
#[test]
fn a_rollback_is_found_from_anchors() {
    let past = Model::with_history();
    let mut present = past.clone();
    (0..30).for_each(|number| present.commit(0, &[Change::Save(("task", number), "new")]));
    assert_whole(&past.verify());
    let report = past.verify_with(Some(seal_key()), &present.anchors);
    assert_eq!(kinds(&report), [What::AnchorAhead]);
    let finding = only(&report, What::AnchorAhead);
    assert!(
        finding.sentence.contains("the database was put back"),
        "{finding}"
    );
    assert_eq!(
        (finding.lane, finding.sequence),
        (Some(0), Some(past.heads[&0].size()))
    );
}

/// The database was exchanged for an empty one.
#[test]
fn an_emptied_database_is_found_from_anchors() {
    let full = Model::with_history();
    let report = Model::default().verify_with(None, &full.anchors);
    assert_eq!(kinds(&report), [What::AnchorAhead]);
    assert_eq!(report.findings.len(), 2, "one for each lane");
}

/// Heads that are gone, damaged or exchanged are reported.
#[test]
fn damaged_heads_are_reported() {
    let mut model = Model::with_history();
    let head = model.heads.remove(&0).unwrap();
    assert_eq!(kinds(&model.verify_alone()), [What::HeadMissing]);

    let mut other = Frontier::new();
    (0..head.size()).for_each(|_| other.append([1; 32]));
    model.heads.insert(0, other);
    assert_eq!(kinds(&model.verify_alone()), [What::LogRewritten]);

    let mut verifier = Verifier::new(INSTANCE, Options::default());
    verifier.head(0, 5, b"garbage");
    verifier.head(1, 5, &head.to_bytes());
    assert_eq!(kinds(&verifier.finish()), [What::HeadDamaged]);
}

/// A stored checkpoint was changed, or put under another size or lane.
#[test]
fn a_damaged_checkpoint_is_reported() {
    let mut model = Model::with_history();
    let note = model.checkpoints[&(0, 10)].clone();
    for (place, note) in [
        ((0, 11), note.clone()),
        ((1, 10), note.clone()),
        ((0, 10), note.replace("\n10\n", "\n11\n")),
    ] {
        let honest = model.checkpoints.insert(place, note);
        let report = model.verify_alone();
        assert_eq!(kinds(&report), [What::CheckpointRefused], "{place:?}");
        assert_eq!(report.findings.len(), 1);
        match honest {
            Some(honest) => model.checkpoints.insert(place, honest),
            None => model.checkpoints.remove(&place),
        };
    }
}

/// Damaged anchor files are reported; the rest still counts.
#[test]
fn damaged_anchors_are_reported() {
    let mut model = Model::with_history();
    model.anchors.readable[0].note = "garbage".to_owned();
    let report = model.verify();
    assert_eq!(kinds(&report), [What::AnchorRefused]);
    rewrite(&mut model, (0, 14), |entry| entry.actor = 99);
    model.mend_log();
    assert!(kinds(&model.verify()).contains(&What::AnchorDisagrees));
}

/// What one hospital's key has shown is not believed for another hospital: the same note, fed again
/// in another name, is refused.
#[test]
fn a_note_is_believed_for_its_own_hospital_only() {
    let note = &Model::with_history().checkpoints[&(0, 10)];
    let stranger = Issuer {
        origin: "other.example".to_owned(),
        keys: issuer().keys,
    };
    let mut claims = Claims::new();
    claims.checkpoint(0, 10, note.as_bytes(), &issuer());
    claims.checkpoint(0, 10, note.as_bytes(), &stranger);
    let report = Verifier::new(
        INSTANCE,
        Options {
            seal_key: None,
            claims,
        },
    )
    .finish();
    assert_eq!(
        kinds(&report),
        [What::CheckpointAhead, What::CheckpointRefused]
    );
}

/// An entry out of another hospital's log is told, even at its own place.
#[test]
fn a_foreign_entry_is_found() {
    let mut model = Model::with_history();
    rewrite(&mut model, (0, 8), |entry| entry.instance = [0; 16]);
    model.mend_log();
    let report = model.verify_alone();
    assert_eq!(kinds(&report), [What::EntryForeign]);
    assert_eq!(only(&report, What::EntryForeign).sequence, Some(8));
}

/// A place that comes twice, as in a table that lost its primary key, is told.
#[test]
fn a_repeated_entry_is_found() {
    let model = Model::with_history();
    let mut verifier = Verifier::new(INSTANCE, Options::default());
    verifier.entry(0, 0, &model.entries[&(0, 0)]);
    verifier.entry(0, 0, &model.entries[&(0, 0)]);
    assert!(kinds(&verifier.finish()).contains(&What::EntryRepeated));
}

/// A database full of garbage is reported within bounds, and the rest is counted.
#[test]
fn endless_findings_are_counted_not_listed() {
    let mut verifier = Verifier::new(INSTANCE, Options::default());
    for sequence in 0..2_000 {
        verifier.entry(0, sequence, b"garbage");
    }
    let report = verifier.finish();
    assert_eq!(report.findings.len(), LISTED_MAX);
    assert_eq!(report.unlisted, 1_001);
    assert!(!report.is_intact());
}

/// What a program reads of a finding: a stable code, and the places by name.
#[test]
fn a_finding_reads_well_for_programs() {
    let mut model = Model::with_history();
    edit(&mut model);
    let json = serde_json::to_value(model.verify_alone()).unwrap();
    let finding = &json["findings"][0];
    assert_eq!(finding["what"], "row_edited");
    assert_eq!(
        (&finding["table"], &finding["key"]),
        (&"task".into(), &"3".into())
    );
    assert_eq!(finding["lane"], task_entry(&model).lane);
}

// --- at random

/// One step of a random history: lane, table, key, and what is done.
fn any_step() -> impl Strategy<Value = (u16, bool, i64, u8)> {
    (0..3_u16, any::<bool>(), 0..12_i64, 0..8_u8)
}

fn random_history(steps: &[(u16, bool, i64, u8)]) -> Model {
    let mut model = Model::default();
    for (lane, task, key, action) in steps {
        let place = (if *task { "task" } else { "bed" }, *key);
        let values = ["", "a", "b", "c", "d"];
        let change = match usize::from(*action) {
            value @ 0..5 => vec![Change::Save(place, values[value])],
            5 if model.rows.contains_key(&place) => vec![Change::Delete(place)],
            6 => vec![Change::Save(place, "first"), Change::Save(place, "second")],
            _ => vec![],
        };
        model.commit(*lane, &change);
    }
    model
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// No honest history, however long and mixed, is ever accused.
    #[test]
    fn no_honest_history_is_accused(steps in prop::collection::vec(any_step(), 0..400)) {
        let model = random_history(&steps);
        prop_assert_eq!(model.verify().findings, vec![]);
        prop_assert_eq!(model.verify_alone().findings, vec![]);
    }

    /// One changed byte anywhere in any entry is found without any secret.
    #[test]
    fn any_changed_byte_of_the_log_is_found(
        steps in prop::collection::vec(any_step(), 1..60),
        entry in any::<prop::sample::Index>(),
        byte in any::<prop::sample::Index>(),
        change in 1..=255_u8,
    ) {
        let mut model = random_history(&steps);
        let place = *entry.get(&model.entries.keys().copied().collect::<Vec<_>>());
        let bytes = model.entries.get_mut(&place).unwrap();
        let byte = byte.index(bytes.len());
        bytes[byte] ^= change;
        prop_assert!(!model.verify_alone().is_intact());
    }

    /// Any change of any cell of any row is found without any secret, unless it is the seal itself,
    /// which the sums or the key find.
    #[test]
    fn any_changed_cell_is_found(
        steps in prop::collection::vec(any_step(), 1..60),
        row in any::<prop::sample::Index>(),
        column in prop::sample::select(vec!["id", "state", "note", "entry", "seal"]),
        number in any::<i64>(),
    ) {
        let mut model = random_history(&steps);
        prop_assume!(!model.rows.is_empty());
        let place = *row.get(&model.rows.keys().copied().collect::<Vec<_>>());
        let cell = Cell::Int(number);
        let before = model.rows.get_mut(&place).unwrap().insert(column, cell.clone());
        prop_assume!(before != Some(cell));
        prop_assert!(!model.verify_alone().is_intact());
    }

    /// Garbage in every place of the database is a finding and never a panic.
    #[test]
    fn garbage_never_panics(
        bytes in prop::collection::vec(any::<u8>(), 0..80),
        numbers in any::<(u16, u64, u8, [u8; 32])>(),
    ) {
        let (lane, number, bucket, hash) = numbers;
        let mut verifier = Verifier::new(INSTANCE, Options::default());
        verifier.entry(lane, number, &bytes);
        verifier.entry(lane, number, &bytes);
        verifier.head(lane, number, &bytes);
        let cells = [("seal", Cell::Bytes(bytes.clone())), ("entry", Cell::Int(number as i64))];
        verifier.row("\u{1b}", &Key::Bytes(bytes.clone()), &cells);
        verifier.row("\u{1b}", &Key::Bytes(bytes), &cells);
        verifier.sum("\u{1b}", bucket, &hash);
        prop_assert!(!verifier.finish().is_intact());
    }
}

/// What an auditor without keys and anchors cannot see is said openly: a history that was written
/// anew as a whole, by somebody with every key.
#[test]
fn without_anchors_a_history_rewritten_with_all_keys_passes() {
    let mut model = Model::with_history();
    edit(&mut model);
    model.mend_rows();
    model.mend_digests();
    model.mend_log();
    assert_whole(&model.verify_with(Some(seal_key()), &Anchors::default()));
    assert!(!model.verify().is_intact());
}
