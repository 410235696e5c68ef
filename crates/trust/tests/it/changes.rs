//! A change: durable with its entry, or never there.

use trust::{
    identity::{events::EndSession, permit::ScopeKind},
    on_both,
    store::{
        error::StoreError,
        statement::Sql,
        value::{Kind, MINUTE, SECOND, Value},
    },
    testing::{Scratch, people::Sketch},
};

use crate::linen::{
    ALL, ClearShelf, DescribeShelf, Shelf, ShelfCleared, ShelfDescribed, ShelfId, ShelfStocked,
    StockShelf, assert_sound, label, labelled, linen, permit, room, shelves, stock,
};

on_both! {
    with linen();

    /// What was confirmed is there after a restart: the row, and the entry that tells of it.
    async fn a_confirmed_change_survives_a_restart(scratch: Scratch) {
        let caller = scratch.caller_with(ALL).await;
        let before = scratch.ledger_position().await;
        let (id, _) = stock(&scratch.store, &caller, "top", 12).await.unwrap();
        drop(caller);

        let scratch = scratch.shut().await.reopen().await;

        assert_eq!(scratch.ledger_since(before).await, ["linen.shelf_stocked"]);
        let caller = scratch.caller_with(ALL).await;
        let found = shelves(&scratch.store, &caller).await;
        assert_eq!(found, [Shelf { id, label: "top".to_owned(), blankets: 12, note: None }]);
        scratch.assert_intact().await;
    }

    /// A nurse leaves the page half way: neither the row nor an entry remains, and the next nurse
    /// is not held up.
    async fn a_change_that_is_dropped_never_happened(scratch: Scratch) {
        let caller = scratch.caller_with(ALL).await;
        let before = scratch.ledger_position().await;
        let mut tx = scratch.store.begin(permit(&caller, StockShelf).await).await.unwrap();
        let id = ShelfId(tx.new_key::<Shelf>().await.unwrap());
        tx.save(&Shelf { id, label: "half".to_owned(), blankets: 1, note: None });
        let seen = tx.find(labelled(), label("half")).await.unwrap();
        assert_eq!(seen.len(), 1, "the row was written inside the change");
        drop(tx);

        stock(&scratch.store, &caller, "whole", 1).await.unwrap();

        assert_eq!(scratch.ledger_since(before).await, ["linen.shelf_stocked"]);
        let labels: Vec<_> =
            shelves(&scratch.store, &caller).await.into_iter().map(|shelf| shelf.label).collect();
        assert_eq!(labels, ["whole"]);
        scratch.assert_intact().await;
    }

    /// A shelf with a label that is taken already is refused; the changes before and after it in
    /// the same moment stand.
    async fn a_refused_row_costs_only_its_own_change(scratch: Scratch) {
        let (caller, _) = room(&scratch, 1).await;
        let before = scratch.ledger_position().await;
        let (first, second, third) = tokio::join!(
            stock(&scratch.store, &caller, "one", 1),
            stock(&scratch.store, &caller, "shelf 0", 2),
            stock(&scratch.store, &caller, "three", 3),
        );
        first.unwrap();
        assert!(matches!(second.unwrap_err(), StoreError::Rule(_)));
        third.unwrap();
        assert_eq!(scratch.ledger_since(before).await, ["linen.shelf_stocked"; 2]);
        scratch.assert_intact().await;
    }

    /// Thirty people put up shelves in the same moment, every third with a label that is taken:
    /// those ten are refused, one by one, and the twenty others stand.
    async fn many_refused_rows_cost_only_their_own_changes(scratch: Scratch) {
        let (caller, _) = room(&scratch, 1).await;
        let stocked = futures_util::future::join_all((0..30_i64).map(|number| {
            let (store, caller) = (scratch.store.clone(), caller.clone());
            async move {
                let label = match number % 3 {
                    0 => "shelf 0".to_owned(),
                    _ => format!("new {number}"),
                };
                stock(&store, &caller, &label, number).await
            }
        }));
        let outcomes = stocked.await;
        for (number, outcome) in outcomes.iter().enumerate() {
            match (number % 3, outcome) {
                (0, Err(StoreError::Rule(_))) | (1 | 2, Ok(_)) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(shelves(&scratch.store, &caller).await.len(), 21);
        scratch.assert_intact().await;
    }

    /// A rule of the database that a whole group of rows breaks at its second row undoes the first.
    async fn a_change_of_two_rows_is_refused_whole(scratch: Scratch) {
        let (caller, _) = room(&scratch, 1).await;
        let mut tx = scratch.store.begin(permit(&caller, StockShelf).await).await.unwrap();
        for text in ["new", "shelf 0"] {
            let id = ShelfId(tx.new_key::<Shelf>().await.unwrap());
            tx.save(&Shelf { id, label: text.to_owned(), blankets: 1, note: None });
        }
        let refused = tx.commit(ShelfStocked { shelf: ShelfId(0), blankets: 1 }).await;
        assert!(matches!(refused.unwrap_err(), StoreError::Rule(_)));
        assert_eq!(shelves(&scratch.store, &caller).await.len(), 1);
        assert_sound(&scratch, 1).await;
    }

    /// The right is withdrawn between opening the page and pressing the button: the button counts.
    async fn a_right_withdrawn_a_moment_ago_counts(scratch: Scratch) {
        let nurse = scratch.person(Sketch { permissions: ALL, ..Sketch::default() }).await;
        let boss = scratch.caller_with(&["identity.withdraw_role"]).await;
        let permit = permit(&nurse.caller, StockShelf).await;
        scratch.identity.withdraw_role(&boss, nurse.grant, None).await.unwrap();
        let before = scratch.ledger_position().await;

        let refused = scratch.store.begin(permit).await.err();

        assert_eq!(refused, Some(StoreError::NotAllowed));
        assert_eq!(scratch.ledger_since(before).await, Vec::<String>::new());
    }

    /// A session that ended opens nothing any more, even with a permit from before.
    async fn an_ended_session_opens_nothing(scratch: Scratch) {
        let nurse = scratch.person(Sketch { permissions: ALL, ..Sketch::default() }).await;
        let permit = permit(&nurse.caller, StockShelf).await;
        scratch.identity.end(nurse.session, "signed out").await.unwrap();
        assert_eq!(scratch.store.begin(permit).await.err(), Some(StoreError::NotAllowed));
    }

    /// Somebody asks for what they may not do: the log knows it before they hear it.
    async fn a_refusal_is_in_the_log(scratch: Scratch) {
        let visitor = scratch.caller_with(&["linen.view_shelves"]).await;
        let before = scratch.ledger_position().await;
        assert!(visitor.permit(EndSession).await.is_err());
        let entries = scratch.entries_since(before).await;
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].event, "identity.permission_refused");
        assert_eq!(entries[0].action, "identity.end_session");
        assert_eq!(entries[0].actor, visitor.actor().0);
    }

    /// A right that is limited to one ward does not reach into another. What the change had written
    /// by then is undone, the refusal is in the log, and the next change goes through.
    async fn a_right_for_another_place_is_refused_on_record(scratch: Scratch) {
        let nurse = scratch.caller_in(ALL, (ScopeKind::Ward, 7)).await;
        let before = scratch.ledger_position().await;
        let mut tx = scratch.store.begin(permit(&nurse, StockShelf).await).await.unwrap();
        tx.require(&[(ScopeKind::Ward, 8), (ScopeKind::Ward, 7)]).await.unwrap();
        let id = ShelfId(tx.new_key::<Shelf>().await.unwrap());
        tx.save(&Shelf { id, label: "half".to_owned(), blankets: 1, note: None });
        assert!(tx.lock::<Shelf>(id).await.unwrap().is_some());
        let refused = tx.require(&[(ScopeKind::Ward, 8)]).await;
        assert_eq!(refused, Err(StoreError::NotAllowed));
        assert!(tx.lock::<Shelf>(id).await.is_err(), "its turn is over");
        drop(tx);
        assert_eq!(scratch.ledger_since(before).await, ["identity.permission_refused"]);
        stock(&scratch.store, &nurse, "after", 1_000).await.unwrap();
        assert_sound(&scratch, 1).await;
    }

    /// Two people edit one shelf: whoever saves second is told that someone was quicker.
    async fn the_second_editor_hears_that_someone_was_quicker(scratch: Scratch) {
        let (caller, ids) = room(&scratch, 1).await;
        let version = version_of(&scratch, &caller, ids[0]).await;
        for (blankets, expected) in [(7, Ok(())), (8, Err(StoreError::Quicker))] {
            let mut tx = scratch.store.begin(permit(&caller, StockShelf).await).await.unwrap();
            let found = tx.lock_at::<Shelf>(ids[0], version).await;
            let outcome = match found {
                Err(error) => Err(error),
                Ok(shelf) => {
                    tx.save(&Shelf { blankets, ..shelf.unwrap() });
                    tx.commit(ShelfStocked { shelf: ids[0], blankets }).await.map(drop)
                }
            };
            assert_eq!(outcome, expected);
        }
        assert_eq!(shelves(&scratch.store, &caller).await[0].blankets, 7);
    }

    /// A shelf that is taken down is gone, its removal stands in the log, and the sums still fit.
    async fn a_deleted_row_leaves_its_removal_in_the_log(scratch: Scratch) {
        let (caller, ids) = room(&scratch, 2).await;
        let before = scratch.ledger_position().await;
        let mut tx = scratch.store.begin(permit(&caller, ClearShelf).await).await.unwrap();
        let shelf = tx.lock::<Shelf>(ids[0]).await.unwrap().unwrap();
        tx.delete(&shelf);
        let gone = tx.lock::<Shelf>(ids[0]).await.unwrap();
        assert!(gone.is_none(), "gone inside the change already");
        tx.commit(ShelfCleared { shelf: ids[0] }).await.unwrap();

        let entry = scratch.entries_since(before).await.pop().unwrap();
        assert_eq!(entry.touched.len(), 1);
        assert_eq!((entry.touched[0].table.as_str(), entry.touched[0].after), ("shelf", None));
        assert_eq!(shelves(&scratch.store, &caller).await.len(), 1);
        scratch.assert_intact().await;
    }

    /// Inside a change one's own writes are seen, by whole rows and by free reads.
    async fn a_change_sees_its_own_writes(scratch: Scratch) {
        let (caller, ids) = room(&scratch, 1).await;
        let mut tx = scratch.store.begin(permit(&caller, StockShelf).await).await.unwrap();
        let shelf = tx.lock::<Shelf>(ids[0]).await.unwrap().unwrap();
        tx.save(&Shelf { blankets: 5, ..shelf });
        let count = trust::sql!("SELECT COUNT(*) FROM shelf WHERE blankets = 5", Int);
        assert_eq!(tx.query(count, vec![]).await.unwrap(), [[Value::Int(Some(1))]]);
        let again = tx.lock::<Shelf>(ids[0]).await.unwrap().unwrap();
        assert_eq!(again.blankets, 5);
        tx.save(&Shelf { blankets: 6, ..again });
        tx.commit(ShelfStocked { shelf: ids[0], blankets: 6 }).await.unwrap();
        assert_eq!(shelves(&scratch.store, &caller).await[0].blankets, 6);
        scratch.assert_intact().await;
    }

    /// An event that is too large for the log is refused before anything is written; so is a change
    /// of more rows than one entry can name.
    async fn what_does_not_fit_into_the_log_is_not_done(scratch: Scratch) {
        let (caller, _) = room(&scratch, 1).await;
        let before = scratch.ledger_position().await;
        let tx = scratch.store.begin(permit(&caller, DescribeShelf).await).await.unwrap();
        let refused = tx.commit(ShelfDescribed { words: "x".repeat(17_000) }).await.unwrap_err();
        assert!(matches!(refused, StoreError::EventTooLarge(_)), "{refused}");

        let mut tx = scratch.store.begin(permit(&caller, StockShelf).await).await.unwrap();
        for number in 0..501 {
            let id = ShelfId(1_000 + number);
            tx.save(&Shelf { id, label: format!("{number}"), blankets: 1, note: None });
        }
        let refused = tx.commit(ShelfStocked { shelf: ShelfId(0), blankets: 1 }).await.unwrap_err();
        assert!(matches!(refused, StoreError::EventTooLarge(_)), "{refused}");

        assert_eq!(scratch.ledger_since(before).await, Vec::<String>::new());
        assert_sound(&scratch, 1).await;
    }

    /// The largest change that is allowed goes through, and verifies.
    async fn five_hundred_rows_go_into_one_change(scratch: Scratch) {
        let caller = scratch.caller_with(ALL).await;
        let mut tx = scratch.store.begin(permit(&caller, StockShelf).await).await.unwrap();
        for number in 0..500 {
            let id = ShelfId(1_000 + number);
            tx.save(&Shelf { id, label: format!("{number}"), blankets: 1_000, note: None });
        }
        tx.commit(ShelfStocked { shelf: ShelfId(1_000), blankets: 1_000 }).await.unwrap();
        assert_sound(&scratch, 500).await;
    }

    /// The machine's clock is set back a minute: the log's moments still rise, also after a
    /// restart.
    async fn a_clock_set_back_does_not_reorder_the_log(scratch: Scratch) {
        scratch.clock.advance(2 * MINUTE);
        let (caller, _) = room(&scratch, 3).await;
        scratch.clock.advance(-SECOND);
        stock(&scratch.store, &caller, "back", 1).await.unwrap();
        scratch.clock.advance(-MINUTE);
        drop(caller);
        let scratch = scratch.shut().await.reopen().await;
        stock_by_new_caller(&scratch).await;
        let entries = scratch.entries().await;
        assert!(entries.windows(2).all(|pair| pair[0].at < pair[1].at));
        scratch.assert_intact().await;
    }

    /// A row that was changed with the database's own tools is not believed, neither for reading
    /// nor for writing.
    async fn a_row_changed_behind_our_back_is_not_believed(scratch: Scratch) {
        let (caller, ids) = room(&scratch, 1).await;
        let mut raw = scratch.raw().await;
        raw.run("UPDATE shelf SET blankets = 999").await.unwrap();
        let tampered =
            StoreError::Tampered { table: "shelf", key: ids[0].to_string() };
        let mut tx = scratch.store.begin(permit(&caller, StockShelf).await).await.unwrap();
        assert_eq!(tx.lock::<Shelf>(ids[0]).await, Err(tampered));
        drop(tx);
        assert!(!scratch.verify().await.is_intact());
    }

    /// Sixty people at once: each gets its own number, and the log holds each once.
    async fn new_numbers_never_collide(scratch: Scratch) {
        let caller = scratch.caller_with(ALL).await;
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..60 {
            let (store, caller) = (scratch.store.clone(), caller.clone());
            tasks.spawn(async move {
                stock(&store, &caller, &format!("shelf {number}"), 1_000).await.unwrap().0.0
            });
        }
        let mut ids = tasks.join_all().await;
        ids.sort_unstable();
        assert_eq!(ids, (1..=60).collect::<Vec<_>>());
        assert_sound(&scratch, 60).await;
    }
}

async fn version_of(
    scratch: &Scratch,
    caller: &trust::identity::caller::Caller,
    id: ShelfId,
) -> i64 {
    let permit = permit(caller, StockShelf).await;
    let mut tx = scratch.store.begin(permit).await.unwrap();
    tx.lock_stored::<Shelf>(id).await.unwrap().unwrap().version
}

async fn stock_by_new_caller(scratch: &Scratch) {
    let caller = scratch.caller_with(ALL).await;
    stock(&scratch.store, &caller, "after the restart", 1)
        .await
        .unwrap();
}

/// A clean stop leaves one file: the journal beside it is written back and gone, so that a copy of
/// the file is a copy of the data.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clean_stop_leaves_no_journal() {
    let scratch = Scratch::lite_with(linen()).await;
    let (caller, _) = room(&scratch, 2).await;
    assert_eq!(shelves(&scratch.store, &caller).await.len(), 2);
    let kept = scratch.shut().await;
    let files = std::fs::read_dir(kept.folder()).unwrap();
    let names: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with("-wal") || name.ends_with("-shm"))
        .filter(|name| !name.starts_with("keystore"))
        .collect();
    assert_eq!(names, Vec::<String>::new());
}

/// On PostgreSQL a read that fails spoils the transaction; the others in it notice nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_read_costs_only_its_own_change() {
    let scratch = Scratch::postgres_with(linen()).await;
    let caller = scratch.caller_with(ALL).await;
    let wrong = async {
        let mut tx = scratch
            .store
            .begin(permit(&caller, StockShelf).await)
            .await?;
        let id = ShelfId(tx.new_key::<Shelf>().await?);
        tx.save(&Shelf {
            id,
            label: "wrong".to_owned(),
            blankets: 1,
            note: None,
        });
        tx.query(
            Sql::new("SELECT 1 / (blankets - 1) FROM shelf", &[Kind::Int]),
            vec![],
        )
        .await
    };
    let (first, failed, third) = tokio::join!(
        stock(&scratch.store, &caller, "one", 1_000),
        wrong,
        stock(&scratch.store, &caller, "three", 1_000),
    );
    first.unwrap();
    assert!(matches!(failed.unwrap_err(), StoreError::Statement(_)));
    third.unwrap();
    assert_sound(&scratch, 2).await;
}

/// A row that another program changed between reading and writing is not overwritten unseen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_is_only_replaced_as_it_was_read() {
    let scratch = Scratch::postgres_with(linen()).await;
    let (caller, ids) = room(&scratch, 1).await;
    let mut raw = scratch.raw().await;
    let mut tx = scratch
        .store
        .begin(permit(&caller, StockShelf).await)
        .await
        .unwrap();
    // Found, not locked: so the other program can get at it.
    let shelf = tx
        .find(labelled(), label("shelf 0"))
        .await
        .unwrap()
        .pop()
        .unwrap();
    raw.run("UPDATE shelf SET seal = decode(repeat('00', 32), 'hex')")
        .await
        .unwrap();
    tx.save(&Shelf {
        blankets: 3,
        ..shelf
    });
    let refused = tx
        .commit(ShelfStocked {
            shelf: ids[0],
            blankets: 3,
        })
        .await;
    assert_eq!(refused.unwrap_err(), StoreError::Quicker);
}
