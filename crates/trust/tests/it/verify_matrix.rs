//! Every way of tampering that `verify` must find, on real instances, by plain SQL.
//!
//! First by an intruder who has the database and no key: each is found even by an auditor who has
//! no key either. Then by one who has every key and mends everything: only anchors show that.

use std::collections::HashMap;

use trust::{
    ledger::{
        entry::{Entry, Key},
        leaf_hash,
        row::{self, Cell},
        sums::{Sum, bucket_of},
        tree::Frontier,
    },
    testing::Scratch,
    vault::Vault,
};

use crate::{
    linen,
    verify::{Intruder, anchor_now, kinds, literal, moves, told, told_without_keys, with_history},
};

/// Expects exactly these kinds with the vault at hand, and these without any key.
async fn assert_found(scratch: &Scratch, with_keys: &[&str], without: &[&str]) {
    let found = told(scratch, &[]).await;
    assert_eq!(
        Vec::from_iter(kinds(&found)),
        with_keys,
        "{:#?}",
        found.findings
    );
    let found = told_without_keys(scratch, &[]).await;
    assert_eq!(
        Vec::from_iter(kinds(&found)),
        without,
        "{:#?}",
        found.findings
    );
}

/// Some entry that wrote a shelf, well inside the log.
async fn an_entry(intruder: &mut Intruder) -> usize {
    let entries = intruder.entries().await;
    let wrote = |bytes: &Vec<u8>| Entry::decode(bytes).unwrap().event == "linen.blanket_moved";
    entries.iter().position(wrote).unwrap() + 7
}

trust::on_both! {
    with linen::linen();

    /// Somebody makes five blankets of four: the shelf and its entry are named.
    async fn an_edited_row_is_found(scratch: Scratch) {
        let (_, shelves) = with_history(&scratch).await;
        let mut intruder = Intruder::enter(&scratch).await;
        let sql = format!("UPDATE shelf SET blankets = blankets + 1 WHERE id = {}", shelves[2]);
        assert_eq!(intruder.run(&sql).await, 1);
        intruder.leave().await;

        assert_found(&scratch, &["row_edited", "seal_broken"], &["row_edited"]).await;
        let found = told_without_keys(&scratch, &[]).await.findings.remove(0);
        assert_eq!(found.table.as_deref(), Some("shelf"));
        assert_eq!(found.key, Some(Key::Int(shelves[2].0)));
        assert_eq!(found.lane, Some(0));
        assert!(found.sequence.is_some());
    }

    /// A row disappears.
    async fn a_deleted_row_is_found(scratch: Scratch) {
        let (_, shelves) = with_history(&scratch).await;
        let mut intruder = Intruder::enter(&scratch).await;
        intruder.run(&format!("DELETE FROM shelf WHERE id = {}", shelves[2])).await;
        intruder.leave().await;
        let found = ["row_missing", "sum_disagrees"];
        assert_found(&scratch, &found, &found).await;
    }

    /// A row is copied under another number.
    async fn a_copied_row_is_found(scratch: Scratch) {
        let (_, shelves) = with_history(&scratch).await;
        let mut intruder = Intruder::enter(&scratch).await;
        let sql = format!(
            "INSERT INTO shelf SELECT id + 100, label || '!', blankets, note, entry, seal \
             FROM shelf WHERE id = {}",
            shelves[2]
        );
        assert_eq!(intruder.run(&sql).await, 1);
        intruder.leave().await;
        let (with_keys, without) = (
            ["row_unrecorded", "seal_broken", "sum_disagrees"],
            ["row_unrecorded", "sum_disagrees"],
        );
        assert_found(&scratch, &with_keys, &without).await;
    }

    /// Two rows change places.
    async fn swapped_rows_are_found(scratch: Scratch) {
        let (_, shelves) = with_history(&scratch).await;
        let mut intruder = Intruder::enter(&scratch).await;
        let (one, other) = (shelves[1], shelves[4]);
        intruder.run(&format!("UPDATE shelf SET id = -1 WHERE id = {one}")).await;
        intruder.run(&format!("UPDATE shelf SET id = {one} WHERE id = {other}")).await;
        intruder.run(&format!("UPDATE shelf SET id = {other} WHERE id = -1")).await;
        intruder.leave().await;
        let (with_keys, without) = (
            ["row_replaced", "seal_broken", "sum_disagrees"],
            ["row_replaced", "sum_disagrees"],
        );
        assert_found(&scratch, &with_keys, &without).await;
    }

    /// An older version of a row is put back, with its seal, which was right at its time.
    async fn a_replayed_row_is_found(scratch: Scratch) {
        let (caller, shelves) = with_history(&scratch).await;
        let mut intruder = Intruder::enter(&scratch).await;
        intruder.remember().await;
        moves(&scratch.store, &caller, &shelves[..6], 40..46).await;
        let place = format!("WHERE id = {}", shelves[2]);
        intruder.run(&format!("DELETE FROM shelf {place}")).await;
        intruder.run(&format!("INSERT INTO shelf SELECT * FROM old_shelf {place}")).await;
        intruder.leave().await;
        let found = ["row_replaced", "sum_disagrees"];
        assert_found(&scratch, &found, &found).await;
    }

    /// A row that was deleted long ago comes back.
    async fn a_row_raised_from_the_dead_is_found(scratch: Scratch) {
        let (caller, shelves) = with_history(&scratch).await;
        let (last, _) = linen::stock(&scratch.store, &caller, "one more", 3).await.unwrap();
        let mut intruder = Intruder::enter(&scratch).await;
        intruder.run(&format!("UPDATE shelf SET id = {} WHERE id = {last}", shelves[6])).await;
        intruder.leave().await;
        let (with_keys, without) = (
            ["row_after_deletion", "row_missing", "seal_broken", "sum_disagrees"],
            ["row_after_deletion", "row_missing", "sum_disagrees"],
        );
        assert_found(&scratch, &with_keys, &without).await;
    }

    /// One letter of an entry is changed.
    async fn an_edited_entry_is_found(scratch: Scratch) {
        with_history(&scratch).await;
        let mut intruder = Intruder::enter(&scratch).await;
        let at = an_entry(&mut intruder).await;
        let mut entry = Entry::decode(&intruder.entries().await[at]).unwrap();
        entry.actor += 1;
        intruder.write_entry(at, &entry.encode()).await;
        intruder.leave().await;
        assert_found(&scratch, &["log_rewritten"], &["log_rewritten"]).await;
    }

    /// An entry is taken out.
    async fn a_deleted_entry_is_found(scratch: Scratch) {
        with_history(&scratch).await;
        let mut intruder = Intruder::enter(&scratch).await;
        let at = an_entry(&mut intruder).await;
        intruder.run(&format!("DELETE FROM ledger_entry WHERE sequence = {at}")).await;
        intruder.leave().await;
        let found = told_without_keys(&scratch, &[]).await;
        let missing = found.findings.iter().find(|finding| {
            finding.sequence == Some(at as u64) && finding.sentence.contains("is missing")
        });
        assert!(missing.is_some(), "{:#?}", found.findings);
        assert!(kinds(&found).contains("log_short"));
    }

    /// An entry is taken out, and those after it are numbered anew.
    async fn a_deleted_entry_with_the_rest_renumbered_is_found(scratch: Scratch) {
        with_history(&scratch).await;
        let mut intruder = Intruder::enter(&scratch).await;
        let at = an_entry(&mut intruder).await;
        intruder.run(&format!("DELETE FROM ledger_entry WHERE sequence = {at}")).await;
        let away = "UPDATE ledger_entry SET sequence = -sequence WHERE sequence >";
        intruder.run(&format!("{away} {at}")).await;
        intruder.run("UPDATE ledger_entry SET sequence = -sequence - 1 WHERE sequence < 0").await;
        intruder.leave().await;
        let found = kinds(&told_without_keys(&scratch, &[]).await);
        assert!(found.contains("entry_misplaced") && found.contains("log_short"), "{found:?}");
    }

    /// Two entries change places.
    async fn reordered_entries_are_found(scratch: Scratch) {
        with_history(&scratch).await;
        let mut intruder = Intruder::enter(&scratch).await;
        let at = an_entry(&mut intruder).await;
        let entries = intruder.entries().await;
        intruder.write_entry(at, &entries[at + 1]).await;
        intruder.write_entry(at + 1, &entries[at]).await;
        intruder.leave().await;
        let found = ["entry_misplaced", "log_rewritten"];
        assert_found(&scratch, &found, &found).await;
    }

    /// The last entries are cut off.
    async fn a_truncated_log_is_found(scratch: Scratch) {
        with_history(&scratch).await;
        let mut intruder = Intruder::enter(&scratch).await;
        let size = intruder.entries().await.len();
        intruder.run(&format!("DELETE FROM ledger_entry WHERE sequence >= {}", size - 5)).await;
        intruder.leave().await;
        let found = kinds(&told_without_keys(&scratch, &[]).await);
        assert!(found.contains("log_short"), "{found:?}");
    }

    /// The last twenty entries are written anew and the head is mended. Without a key the signed
    /// checkpoint cannot be: it disagrees.
    async fn a_forked_log_is_found(scratch: Scratch) {
        let anchors = tempfile::tempdir().unwrap();
        with_history(&scratch).await;
        anchor_now(&scratch, anchors.path()).await;
        let mut intruder = Intruder::enter(&scratch).await;
        let entries = intruder.entries().await;
        for (at, bytes) in entries.iter().enumerate().skip(entries.len() - 20) {
            let mut entry = Entry::decode(bytes).unwrap();
            entry.session += 1;
            intruder.write_entry(at, &entry.encode()).await;
        }
        mend_head(&mut intruder).await;
        intruder.leave().await;
        assert_found(&scratch, &["checkpoint_disagrees"], &["checkpoint_disagrees"]).await;
        let anchors = [anchors.path().to_owned()];
        assert!(kinds(&told(&scratch, &anchors).await).contains("anchor_disagrees"));
    }

    /// The whole database is put back to what it was. It agrees with itself in everything; the
    /// anchor knows more.
    async fn a_whole_rollback_is_found_by_anchors_only(scratch: Scratch) {
        let anchors = tempfile::tempdir().unwrap();
        let (caller, shelves) = with_history(&scratch).await;
        let mut intruder = Intruder::enter(&scratch).await;
        intruder.remember().await;
        moves(&scratch.store, &caller, &shelves[..6], 40..50).await;
        anchor_now(&scratch, anchors.path()).await;
        intruder.put_back().await;
        intruder.leave().await;
        assert_found(&scratch, &[], &[]).await;
        let anchors = [anchors.path().to_owned()];
        let found = told_without_keys(&scratch, &anchors).await;
        assert_eq!(Vec::from_iter(kinds(&found)), ["anchor_ahead"], "{:#?}", found.findings);
    }

    /// Somebody with every key edits a row, and mends seal, digest, sums, head and checkpoints: the
    /// database agrees with itself, and an anchor does not.
    async fn an_edit_by_the_holder_of_all_keys_is_found_by_anchors_only(scratch: Scratch) {
        let anchors = tempfile::tempdir().unwrap();
        let (_, shelves) = with_history(&scratch).await;
        anchor_now(&scratch, anchors.path()).await;
        let mut intruder = Intruder::enter(&scratch).await;
        let sql = format!("UPDATE shelf SET blankets = blankets + 1 WHERE id = {}", shelves[2]);
        intruder.run(&sql).await;
        forge(&mut intruder, scratch.store.vault()).await;
        intruder.leave().await;
        assert_found(&scratch, &[], &[]).await;
        let anchors = [anchors.path().to_owned()];
        let found = told_without_keys(&scratch, &anchors).await;
        assert_eq!(Vec::from_iter(kinds(&found)), ["anchor_disagrees"], "{:#?}", found.findings);
    }

    /// The protection itself is taken away: that alone is a finding.
    async fn a_missing_trigger_is_found(scratch: Scratch) {
        with_history(&scratch).await;
        let mut raw = scratch.raw().await;
        let sql = if scratch.is_postgres() {
            "DROP TRIGGER ledger_entry_no_change ON ledger_entry"
        } else {
            "DROP TRIGGER ledger_entry_no_delete"
        };
        raw.run(sql).await.unwrap();
        raw.close().await;
        assert_found(&scratch, &["trigger_missing"], &["trigger_missing"]).await;
    }

    /// A trigger is planted that would act on every sign-in.
    async fn a_planted_trigger_is_found(scratch: Scratch) {
        with_history(&scratch).await;
        let mut raw = scratch.raw().await;
        let sql = if scratch.is_postgres() {
            "CREATE FUNCTION quietly() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RETURN NULL; END $$; CREATE TRIGGER planted AFTER INSERT ON session \
             FOR EACH ROW EXECUTE FUNCTION quietly();"
        } else {
            "CREATE TRIGGER planted AFTER INSERT ON session BEGIN SELECT 1; END"
        };
        raw.run(sql).await.unwrap();
        raw.close().await;
        assert_found(&scratch, &["trigger_foreign"], &["trigger_foreign"]).await;
    }

    /// The instance is given another checkpoint key, to make false checkpoints look right.
    async fn an_exchanged_key_is_found(scratch: Scratch) {
        let anchors = tempfile::tempdir().unwrap();
        with_history(&scratch).await;
        anchor_now(&scratch, anchors.path()).await;
        let other = trust::ledger::checkpoint::VerifyingKey::new("ward.example", [7; 32]).unwrap();
        let mut raw = scratch.raw().await;
        raw.run(&format!("UPDATE instance SET checkpoint_key = '{other}'")).await.unwrap();
        raw.close().await;
        assert_found(
            &scratch,
            &["key_replaced", "row_edited", "seal_broken"],
            &["key_replaced", "row_edited"],
        )
        .await;
    }

    /// The organisation's name is changed in the row that names the instance.
    async fn a_renamed_instance_is_found(scratch: Scratch) {
        with_history(&scratch).await;
        let mut intruder = Intruder::enter(&scratch).await;
        intruder.run("UPDATE instance SET name = 'Another ward'").await;
        intruder.leave().await;
        assert_found(&scratch, &["row_edited", "seal_broken"], &["row_edited"]).await;
    }

    /// The head's moment is moved, so that new entries could be dated back.
    async fn a_moved_moment_of_the_head_is_found(scratch: Scratch) {
        with_history(&scratch).await;
        let mut intruder = Intruder::enter(&scratch).await;
        intruder.run("UPDATE ledger_head SET last_at = last_at - 60000000").await;
        intruder.leave().await;
        assert_found(&scratch, &["head_damaged"], &["head_damaged"]).await;
    }
}

/// Makes the head fit the entries.
async fn mend_head(intruder: &mut Intruder) {
    let mut tree = Frontier::new();
    for bytes in intruder.entries().await {
        tree.append(leaf_hash(&bytes));
    }
    let (size, frontier) = (tree.size(), literal(&tree.to_bytes(), intruder.postgres));
    let sql = format!("UPDATE ledger_head SET size = {size}, frontier = {frontier}");
    assert_eq!(intruder.run(&sql).await, 1);
}

/// Makes seals, digests, sums, head and checkpoints fit the shelves, as a holder of all keys can.
async fn forge(intruder: &mut Intruder, vault: &Vault) {
    let mut digests = HashMap::new();
    let mut sums: HashMap<u8, Sum> = HashMap::new();
    let shelves = intruder.raw.texts(
        "SELECT id || '|' || label || '|' || blankets || '|' || entry FROM shelf \
         WHERE note IS NULL",
    );
    for line in shelves.await {
        let parts: Vec<&str> = line.split('|').collect();
        let int = |at: usize| parts[at].parse::<i64>().unwrap();
        let cells = [
            ("id", Cell::Int(int(0))),
            ("label", Cell::Text(parts[1].to_owned())),
            ("blankets", Cell::Int(int(2))),
            ("entry", Cell::Int(int(3))),
        ];
        let (canonical, key) = (row::canonical("shelf", &cells), Key::Int(int(0)));
        let seal = row::seal(vault.seal_key(), &canonical);
        sums.entry(bucket_of(&key)).or_default().add(&seal);
        let seal = literal(&seal, intruder.postgres);
        intruder
            .run(&format!(
                "UPDATE shelf SET seal = {seal} WHERE id = {}",
                int(0)
            ))
            .await;
        digests.insert((key, int(3)), row::digest(&canonical));
    }
    for (at, bytes) in intruder.entries().await.into_iter().enumerate() {
        let mut entry = Entry::decode(&bytes).unwrap();
        let pointer = entry.pointer().pack().unwrap();
        for touch in entry
            .touched
            .iter_mut()
            .filter(|touch| touch.table == "shelf")
        {
            if let Some(digest) = digests.get(&(touch.key.clone(), pointer)) {
                touch.after = Some(*digest);
            }
        }
        intruder.write_entry(at, &entry.encode()).await;
    }
    for (bucket, sum) in sums {
        let total = literal(&sum.to_bytes(), intruder.postgres);
        let place = format!("WHERE tbl = 'shelf' AND bucket = {bucket}");
        intruder
            .run(&format!("UPDATE ledger_sum SET total = {total} {place}"))
            .await;
    }
    mend_head(intruder).await;
    intruder.run("DELETE FROM ledger_checkpoint").await;
}
