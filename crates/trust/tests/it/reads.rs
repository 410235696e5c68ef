//! Looking: on record before anything is shown; what is sealed stays sealed until somebody is
//! named.

use trust::{
    identity::permit::{Scope, ScopeKind},
    ledger::entry::{Entry, Outcome},
    on_both,
    store::error::StoreError,
    tail,
    testing::{Scratch, people::Sketch},
    vault::SubjectId,
};

use crate::linen::{
    ALL, NoteWritten, Shelf, ShelfStocked, ShelvesViewed, StockShelf, ViewShelves, WriteNote,
    assert_sound, linen, permit, room, shelves, stock,
};

/// What a nurse wrote; it must not be readable anywhere it lies.
const NOTE: &str = "Mr Abernathy's own tartan blanket";

on_both! {
    with linen();

    /// The log knows who looks before anything is shown.
    async fn a_look_is_on_record_before_anything_is_shown(scratch: Scratch) {
        let (caller, _) = room(&scratch, 1).await;
        let before = scratch.ledger_position().await;
        let permit = permit(&caller, ViewShelves).await;
        let mut reader = scratch.store.read(permit, ShelvesViewed {}).await.unwrap();

        let entries = scratch.entries_since(before).await;
        assert_eq!(entries.len(), 1);
        let left = (entries[0].event.as_str(), entries[0].outcome);
        assert_eq!(left, ("linen.shelves_viewed", Outcome::Read));
        assert_eq!(entries[0].actor, caller.actor().0);
        assert_eq!(reader.find(tail!(Shelf, "ORDER BY id"), vec![]).await.unwrap().len(), 1);
    }

    /// A right to look that was withdrawn a moment ago shows nothing, also not to a page that is
    /// being watched.
    async fn a_withdrawn_right_to_look_shows_nothing(scratch: Scratch) {
        let nurse = scratch.person(Sketch { permissions: ALL, ..Sketch::default() }).await;
        let boss = scratch.caller_with(&["identity.withdraw_role"]).await;
        let board = permit(&nurse.caller, ViewShelves).await;
        let follower = scratch.store.follow(board, ShelvesViewed {}).await.unwrap();
        follower.still_allowed().await.unwrap();
        let late = permit(&nurse.caller, ViewShelves).await;
        scratch.identity.withdraw_role(&boss, nurse.grant, None).await.unwrap();
        let before = scratch.ledger_position().await;

        assert_eq!(
            scratch.store.read(late, ShelvesViewed {}).await.err(),
            Some(StoreError::NotAllowed),
        );
        assert_eq!(follower.still_allowed().await, Err(StoreError::NotAllowed));
        assert_eq!(scratch.ledger_since(before).await, Vec::<String>::new());
    }

    /// A right in one ward is a right there and nowhere else.
    async fn a_right_holds_where_it_was_given(scratch: Scratch) {
        let nurse = scratch.caller_in(ALL, (ScopeKind::Ward, 4)).await;
        let permit = permit(&nurse, StockShelf).await;
        let only = Scope::Only(vec![(ScopeKind::Ward, 4)]);
        assert_eq!(permit.scope(), &only);
        let tx = scratch.store.begin(permit).await.unwrap();
        assert_eq!(tx.scope(), &only);
        assert!(tx.scope().covers(&[(ScopeKind::Site, 1), (ScopeKind::Ward, 4)]));
        assert!(!tx.scope().covers(&[(ScopeKind::Ward, 5)]));
        assert_eq!(tx.scope().ids(ScopeKind::Ward), Some(vec![4]));
    }

    /// Readers are not held up by a change under way, and see nothing of it.
    async fn a_reader_sees_nothing_unfinished(scratch: Scratch) {
        let (caller, ids) = room(&scratch, 1).await;
        let board = permit(&caller, ViewShelves).await;
        let follower = scratch.store.follow(board, ShelvesViewed {}).await.unwrap();
        let mut tx = scratch.store.begin(permit(&caller, StockShelf).await).await.unwrap();
        let shelf = tx.lock::<Shelf>(ids[0]).await.unwrap().unwrap();
        tx.save(&Shelf { blankets: 1, ..shelf });
        tx.lock::<Shelf>(ids[0]).await.unwrap().unwrap();

        let mut view = follower.view().await.unwrap();
        assert_eq!(view.one::<Shelf>(ids[0]).await.unwrap().unwrap().row.blankets, 1_000);
        tx.commit(ShelfStocked { shelf: ids[0], blankets: 1 }).await.unwrap();

        let again = view.one::<Shelf>(ids[0]).await.unwrap().unwrap().row.blankets;
        assert_eq!(again, 1_000, "one view stays as it was");
        let mut view = follower.view().await.unwrap();
        assert_eq!(view.one::<Shelf>(ids[0]).await.unwrap().unwrap().row.blankets, 1);
    }

    /// Whoever waits for news hears of each change once it is durable, with its place in the log.
    async fn listeners_hear_of_each_durable_change(scratch: Scratch) {
        let caller = scratch.caller_with(ALL).await;
        let mut news = scratch.store.notices();
        let (id, receipt) = stock(&scratch.store, &caller, "top", 1).await.unwrap();
        let heard = news.recv().await.unwrap();
        let notice = heard.iter().find(|notice| notice.pointer == receipt.pointer).unwrap();
        assert_eq!(notice.event, "linen.shelf_stocked");
        assert!(notice.touches(&["shelf"]) && !notice.touches(&["session"]));
        assert_eq!(notice.touched, [("shelf".to_owned(), trust::ledger::entry::Key::Int(id.0))]);
        let head = *scratch.store.head().borrow();
        assert_eq!(i64::try_from(head.size).unwrap(), receipt.pointer + 1);
    }

    /// A note about a patient lies sealed in its row and in the log; whoever opens it is on record,
    /// cell by cell.
    async fn what_is_sealed_is_read_only_on_record(scratch: Scratch) {
        let (caller, ids) = room(&scratch, 1).await;
        let patient = scratch.store.vault().new_subject().await.unwrap();
        let place = Shelf::place("note", &ids[0]);
        let before = scratch.ledger_position().await;

        let mut tx = scratch.store.begin(permit(&caller, WriteNote).await).await.unwrap();
        let mut shelf = tx.lock::<Shelf>(ids[0]).await.unwrap().unwrap();
        shelf.note = Some(tx.seal(&NOTE.to_owned(), patient, &place).unwrap());
        tx.save(&shelf);
        let event = NoteWritten { shelf: ids[0], private: (patient, NOTE.to_owned()) };
        tx.commit(event).await.unwrap();

        let mut tx = scratch.store.begin(permit(&caller, StockShelf).await).await.unwrap();
        let shelf = tx.lock::<Shelf>(ids[0]).await.unwrap().unwrap();
        let note = shelf.note.as_ref().unwrap();
        assert_eq!(note.subject(), Some(patient));
        assert!(!format!("{shelf:?}").contains("tartan"));
        assert_eq!(tx.reveal(note, &place).unwrap(), NOTE);
        tx.save(&shelf);
        tx.commit(ShelfStocked { shelf: ids[0], blankets: 1_000 }).await.unwrap();

        let entries = scratch.entries_since(before).await;
        assert_private(&scratch, &entries[0], patient);
        let open: serde_json::Value = serde_json::from_slice(&entries[1].open).unwrap();
        assert_eq!(open["disclosed"], serde_json::json!([format!("shelf.note:{}", ids[0])]));
        assert_sound(&scratch, 1).await;
    }

    /// A sealed value that was copied into another row does not open there.
    async fn a_sealed_value_opens_only_in_its_own_cell(scratch: Scratch) {
        let (caller, ids) = room(&scratch, 2).await;
        let patient = scratch.store.vault().new_subject().await.unwrap();
        let mut tx = scratch.store.begin(permit(&caller, WriteNote).await).await.unwrap();
        let place = Shelf::place("note", &ids[0]);
        let sealed = tx.seal(&NOTE.to_owned(), patient, &place).unwrap();
        let elsewhere = tx.reveal(&sealed, &Shelf::place("note", &ids[1]));
        assert!(matches!(elsewhere.unwrap_err(), StoreError::Sealed(_)));
        assert_eq!(tx.reveal(&sealed, &place).unwrap(), NOTE);
    }

    /// An event about a person whose data was erased cannot be written; that costs only its own
    /// change, and its rows are undone.
    async fn an_erased_person_costs_only_one_change(scratch: Scratch) {
        let (caller, ids) = room(&scratch, 1).await;
        let patient = scratch.store.vault().new_subject().await.unwrap();
        scratch.store.vault().erase(patient).await.unwrap();
        let wrong = async {
            let mut tx = scratch.store.begin(permit(&caller, WriteNote).await).await?;
            let shelf = tx.lock::<Shelf>(ids[0]).await?.unwrap();
            tx.save(&Shelf { blankets: 0, ..shelf });
            tx.commit(NoteWritten { shelf: ids[0], private: (patient, NOTE.to_owned()) }).await
        };
        let (first, refused, third) = tokio::join!(
            stock(&scratch.store, &caller, "one", 1_000),
            wrong,
            stock(&scratch.store, &caller, "three", 1_000),
        );
        first.unwrap();
        assert!(matches!(refused.unwrap_err(), StoreError::Sealed(_)));
        third.unwrap();
        assert_sound(&scratch, 3).await;
    }

    /// A read-only instance shows what it holds, changes nothing, and still writes down who looks.
    async fn a_quarantined_instance_is_read_only(scratch: Scratch) {
        let (caller, _) = room(&scratch, 1).await;
        let write = permit(&caller, StockShelf).await;
        let before = scratch.ledger_position().await;
        scratch.store.quarantine("behind its anchor".to_owned());

        let refused = scratch.store.begin(write).await.err();
        assert_eq!(refused, Some(StoreError::Quarantined("behind its anchor".to_owned())));
        assert_eq!(shelves(&scratch.store, &caller).await.len(), 1);
        assert_eq!(scratch.ledger_since(before).await, Vec::<String>::new());
        let kept = std::fs::read_to_string(scratch.folder().join("quarantine.log")).unwrap();
        assert_eq!(kept.lines().count(), 1);
        assert!(kept.contains("linen.shelves_viewed"));
    }
}

fn assert_private(scratch: &Scratch, entry: &Entry, patient: SubjectId) {
    let bytes = entry.encode();
    assert!(!String::from_utf8_lossy(&bytes).contains("tartan"));
    let sealed = entry.sealed.as_ref().unwrap();
    assert_eq!(sealed.subject, patient.0);
    let pointer = entry.pointer().pack().unwrap();
    let opened = scratch
        .store
        .vault()
        .open_payload(patient, pointer, &sealed.ciphertext)
        .unwrap();
    assert_eq!(opened.as_slice(), NOTE.as_bytes());
}
