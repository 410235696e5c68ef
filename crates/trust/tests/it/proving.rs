//! Promises are tried on a running instance, and a trial of a broken promise says so.

use trust::{
    identity::model::DeviceClass,
    store::{database::Database, proving::try_the_log},
    testing::{Scratch, people::Sketch},
};

use crate::linen::{ALL, Shelf, ShelfStocked, StockShelf, linen, permit, room};

/// What a nurse wrote; eight bytes or more, with a space, so that it is looked for.
const NOTE: &str = "Mr Abernathy's own tartan blanket";

/// The database of a scratch instance, as a trial is given it.
fn database(scratch: &Scratch) -> Database {
    Database::parse(scratch.url()).unwrap()
}

trust::on_both! {
    with linen();

    /// Nobody without a role may do anything, and everybody may do what their role says.
    async fn access_follows_the_roles(scratch: Scratch) {
        let _nurse = scratch.caller_with(ALL).await;
        let tried = scratch.identity.try_default_deny().await.unwrap();
        assert!(tried.permissions > 10 && tried.given_to_nobody.is_empty());
        // Two services and the nurse, each with every permission.
        assert_eq!((tried.pairs, tried.pairs_wrong), (3 * tried.permissions, 0));
    }

    /// A password that somebody set through the door is strong; one put in behind its back is not.
    async fn a_password_in_clear_is_noticed(scratch: Scratch) {
        let password = "three words remembered";
        scratch.identity.set_password("administrator", &scratch.code, password).await.unwrap();
        let tried = scratch.identity.try_stored_passwords().await.unwrap();
        assert_eq!((tried.stored, tried.strong), (1, 1));
        let mut raw = scratch.raw().await;
        raw.run("UPDATE account SET password_hash = 'three words' WHERE password_hash IS NULL \
                 AND kind = 'service'").await.unwrap();
        raw.close().await;
        let tried = scratch.identity.try_stored_passwords().await.unwrap();
        assert!(tried.stored > tried.strong);
    }

    /// Sessions that stand are counted, those past their limit are not, and the limits themselves
    /// are tried.
    async fn sessions_keep_their_limits(scratch: Scratch) {
        let ward = Sketch { device_class: DeviceClass::Shared, ..Sketch::default() };
        scratch.person(ward).await;
        scratch.person(Sketch::default()).await;
        scratch.clock.advance(6 * 60_000_000);
        let tried = scratch.identity.try_session_limits().await.unwrap();
        assert!(tried.rule_holds);
        assert_eq!((tried.open, tried.oldest, tried.used_too_long), (1, 6 * 60_000_000, 0));
    }

    /// Without the terms nobody gets a right, and who has not accepted them is counted apart.
    async fn terms_come_first(scratch: Scratch) {
        scratch.person(Sketch::default()).await;
        scratch.person(Sketch { has_accepted_terms: false, ..Sketch::default() }).await;
        let tried = scratch.identity.try_terms_first().await.unwrap();
        assert!(tried.refused);
        assert_eq!((tried.accepted, tried.waiting), (1, 1));
    }

    /// The database refuses to change or delete an entry, and the attempt leaves no trace.
    async fn the_log_refuses_change(scratch: Scratch) {
        let before = scratch.ledger_position().await;
        let tried = try_the_log(&database(&scratch)).await.unwrap();
        assert!(tried.attempts.len() >= 2 && tried.attempts.iter().all(|(_, refused)| *refused));
        assert_eq!(tried.triggers, None);
        assert_eq!(scratch.ledger_position().await, before);
        scratch.assert_intact().await;
    }

    /// The log begins at 0 and nothing is missing.
    async fn the_log_is_whole(scratch: Scratch) {
        room(&scratch, 2).await;
        let lanes = scratch.store.log_extents().await.unwrap();
        let size = i64::try_from(scratch.store.head().borrow().size).unwrap();
        assert_eq!((lanes.len(), lanes[0].head), (1, size));
        assert!(lanes[0].is_whole());
    }

    /// Names and notes lie sealed, open only where they lie, and are not in the files.
    async fn sealed_words_are_not_in_the_files(scratch: Scratch) {
        noted(&scratch).await;
        let tried = scratch.store.try_sealed_cells(&database(&scratch)).await.unwrap();
        assert!(tried.columns >= 3 && tried.cells > 3, "{tried:?}");
        assert_eq!((tried.wrong, tried.movable, tried.words_found), (0, 0, 0));
        assert_eq!(tried.bytes > 0, !scratch.is_postgres());
        assert!(tried.words > 0);
    }
}

/// A shelf with a sealed note about a patient's blanket.
async fn noted(scratch: &Scratch) {
    let (caller, shelves) = room(scratch, 1).await;
    let subject = scratch.store.vault().new_subject().await.unwrap();
    let mut tx = scratch
        .store
        .begin(permit(&caller, StockShelf).await)
        .await
        .unwrap();
    let mut shelf = tx.lock::<Shelf>(shelves[0]).await.unwrap().unwrap();
    let place = Shelf::place("note", &shelf.id);
    shelf.note = Some(tx.seal(&NOTE.to_owned(), subject, &place).unwrap());
    let event = ShelfStocked {
        shelf: shelf.id,
        blankets: shelf.blankets,
    };
    tx.save(&shelf);
    tx.commit(event).await.unwrap();
}

/// A copy of a sealed note in clear, anywhere in the database, is found; where the guards of the
/// log are gone, the trial says so.
#[tokio::test]
async fn broken_promises_are_noticed() {
    let scratch = Scratch::lite_with(linen()).await;
    noted(&scratch).await;
    let mut raw = scratch.raw().await;
    raw.run("CREATE TABLE leak (words TEXT)").await.unwrap();
    raw.run(&format!(
        "INSERT INTO leak VALUES ('{}')",
        NOTE.replace('\'', "''")
    ))
    .await
    .unwrap();
    raw.run("DROP TRIGGER ledger_entry_no_delete")
        .await
        .unwrap();
    raw.close().await;

    let tried = scratch
        .store
        .try_sealed_cells(&database(&scratch))
        .await
        .unwrap();
    assert_eq!(tried.words_found, 1);
    let tried = try_the_log(&database(&scratch)).await.unwrap();
    assert!(tried.triggers.is_some());
    assert!(tried.attempts.contains(&("Delete an entry", false)));
    assert!(tried.attempts.contains(&("Change an entry", true)));
    scratch.assert_intact().await;
}
