//! The keeper's patience: turns that take too long, people who leave, a full queue, a stop, a
//! fault.

use std::{
    future::{Future, pending, poll_fn},
    pin::Pin,
    task::Poll,
};

use futures_util::future::join_all;
use tokio::{sync::oneshot, task::JoinSet};
use trust::{
    identity::caller::Caller,
    on_both,
    store::{Store, error::StoreError, health::Health, statement::Sql, value::Kind},
    testing::Scratch,
};

use crate::linen::{
    ALL, Shelf, ShelfId, ShelfStocked, StockShelf, assert_sound, label, labelled, linen, permit,
    room, shelves, stock,
};

/// Counts to a thousand million, which takes longer than any statement may.
const ENDLESS: Sql = Sql::new(
    "WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted \
     WHERE n < 1000000000) SELECT MAX(n) FROM counted",
    &[Kind::Int],
);

on_both! {
    with linen();

    /// A change that asks for another change inside itself would wait for ever; instead the outer
    /// one is undone and says so, and the inner one goes through.
    async fn a_change_inside_a_change_ends_the_outer_one(scratch: Scratch) {
        let (caller, ids) = room(&scratch, 1).await;
        let mut outer = scratch.store.begin(permit(&caller, StockShelf).await).await.unwrap();
        let shelf = outer.lock::<Shelf>(ids[0]).await.unwrap().unwrap();
        outer.save(&Shelf { blankets: 0, ..shelf });
        outer.lock::<Shelf>(ids[0]).await.unwrap().unwrap();

        stock(&scratch.store, &caller, "inner", 1_000).await.unwrap();

        let late = outer.commit(ShelfStocked { shelf: ids[0], blankets: 0 }).await;
        assert!(matches!(late.unwrap_err(), StoreError::TooSlow(_)));
        assert_sound(&scratch, 2).await;
    }

    /// The program fails in the middle of a change: only that change is undone.
    async fn a_panic_in_the_middle_undoes_only_that_change(scratch: Scratch) {
        let (caller, ids) = room(&scratch, 1).await;
        let mut tasks = JoinSet::new();
        let (store, nurse) = (scratch.store.clone(), caller.clone());
        tasks.spawn(async move {
            let _change = write_half(&store, &nurse, ids[0]).await;
            panic!("a fault in the middle of a change");
        });
        assert!(tasks.join_next().await.unwrap().unwrap_err().is_panic());
        stock(&scratch.store, &caller, "after", 1_000).await.unwrap();
        assert_sound(&scratch, 2).await;
    }

    /// The browser is closed in the middle of a change: only that change is undone.
    async fn an_aborted_request_undoes_only_its_change(scratch: Scratch) {
        let (caller, ids) = room(&scratch, 1).await;
        let (half, is_half) = oneshot::channel();
        let mut tasks = JoinSet::new();
        let (store, nurse) = (scratch.store.clone(), caller.clone());
        let request = tasks.spawn(async move {
            let _change = write_half(&store, &nurse, ids[0]).await;
            half.send(()).unwrap();
            pending::<()>().await;
        });
        is_half.await.unwrap();
        request.abort();
        stock(&scratch.store, &caller, "after", 1_000).await.unwrap();
        assert_sound(&scratch, 2).await;
    }

    /// A request that ran out of time in the middle of a change leaves nothing.
    async fn a_timed_out_request_leaves_nothing(scratch: Scratch) {
        let (caller, ids) = room(&scratch, 1).await;
        let request = async {
            let _change = write_half(&scratch.store, &caller, ids[0]).await;
            pending::<()>().await;
        };
        let moment = std::time::Duration::from_millis(30);
        assert!(tokio::time::timeout(moment, request).await.is_err());
        stock(&scratch.store, &caller, "after", 1_000).await.unwrap();
        assert_sound(&scratch, 2).await;
    }

    /// A statement that would run for ever is broken off after two seconds, and work goes on.
    async fn an_endless_statement_is_broken_off(scratch: Scratch) {
        let (caller, ids) = room(&scratch, 1).await;
        let mut tx = write_half(&scratch.store, &caller, ids[0]).await;
        let broken_off = tx.query(ENDLESS, vec![]).await.unwrap_err();
        assert!(matches!(broken_off, StoreError::TooSlow(_)), "{broken_off}");
        drop(tx);
        stock(&scratch.store, &caller, "after", 1_000).await.unwrap();
        assert_sound(&scratch, 2).await;
    }

    /// More people ask than the server can serve: each hears "busy" after two seconds instead of
    /// waiting without end, and when the rush is over work goes on.
    async fn a_rush_hears_busy(scratch: Scratch) {
        let caller = scratch.caller_with(ALL).await;
        let mut permits = vec![];
        for _ in 0..1_100 {
            permits.push(permit(&caller, StockShelf).await);
        }
        // Each of the first ones sits on its turn until it is taken away.
        let mut sitting = JoinSet::new();
        for permit in permits.drain(..12) {
            let store = scratch.store.clone();
            sitting.spawn(async move {
                let change = store.begin(permit).await;
                pending::<()>().await;
                drop(change);
            });
        }
        let mut rush = JoinSet::new();
        for permit in permits {
            let store = scratch.store.clone();
            rush.spawn(async move { store.begin(permit).await.err() });
        }
        let outcomes = rush.join_all().await;
        let busy = outcomes.iter().filter(|outcome| **outcome == Some(StoreError::Busy)).count();
        assert!(busy >= 1_024, "only {busy} heard that the server is busy");
        drop(sitting);
        stock(&scratch.store, &caller, "after", 1_000).await.unwrap();
        assert_sound(&scratch, 1).await;
    }

    /// The server is told to stop: what waits already is still done, what comes later is refused.
    async fn a_stopping_server_finishes_what_waits(scratch: Scratch) {
        let caller = scratch.caller_with(ALL).await;
        let first = scratch.store.begin(permit(&caller, StockShelf).await).await.unwrap();
        let late = permit(&caller, StockShelf).await;
        let mut waiting = vec![];
        for number in 0..5 {
            let permit = permit(&caller, StockShelf).await;
            waiting.push(begun(shelve(&scratch.store, permit, ShelfId(10 + number))).await);
        }
        let closing = begun(Box::pin(scratch.store.close())).await;
        drop(first);
        let (changes, ()) = tokio::join!(join_all(waiting), closing);
        changes.into_iter().for_each(|change| change.unwrap());
        assert_eq!(scratch.store.begin(late).await.err(), Some(StoreError::Closed));
        drop(caller);

        let scratch = scratch.shut().await.reopen().await;
        assert_sound(&scratch, 5).await;
    }

    /// The keeper itself fails: whoever waits for a confirmation hears that it is not known whether
    /// the change was stored, another keeper takes over, and nothing is half.
    async fn a_keeper_that_fails_is_replaced(scratch: Scratch) {
        let (caller, ids) = room(&scratch, 1).await;
        let mut answer = Ok(());
        for _ in 0..50 {
            let tx = write_half(&scratch.store, &caller, ids[0]).await;
            scratch.store.break_keeper().await;
            answer = tx.commit(ShelfStocked { shelf: ids[0], blankets: 0 }).await.map(drop);
            if answer.is_err() {
                break;
            }
            // The machine was so slow that the batch was due: the keeper failed only after it.
            restock(&scratch.store, &caller, ids[0]).await;
        }
        assert_eq!(answer, Err(StoreError::Unknown));

        stock(&scratch.store, &caller, "after", 1_000).await.unwrap();
        assert_eq!(*scratch.store.health().borrow(), Health::Working);
        assert_eq!(shelves(&scratch.store, &caller).await[0].blankets, 1_000);
        assert_sound(&scratch, 2).await;
    }

    /// Two keepers believe that the log is theirs: nothing is confirmed that is not in the log, and
    /// there is only one log.
    async fn two_keepers_do_not_fork_the_log(scratch: Scratch) {
        let (caller, _) = room(&scratch, 1).await;
        let rival = scratch.another_store(scratch.url(), (0, 1)).await.unwrap();
        let mut done = 1;
        for number in 0..40 {
            // Twice each: the first attempt finds the log taken, and takes it back.
            let store = if number % 4 < 2 { &scratch.store } else { &rival };
            let name = format!("shelf of {number}");
            match stock(store, &caller, &name, 1_000).await {
                Ok(_) => done += 1,
                // A number that the rival gave out meanwhile is refused by the table's key.
                Err(error) => assert!(
                    matches!(error, StoreError::TryAgain | StoreError::Rule(_)),
                    "{error}"
                ),
            }
        }
        assert!(done > 10, "only {done} got through");
        rival.close().await;
        while stock(&scratch.store, &caller, "the last", 1_000).await.is_err() {}
        done += 1;
        assert_eq!(shelves(&scratch.store, &caller).await.len(), done);
        assert_sound(&scratch, done).await;
    }
}

/// A change that has written one of its rows.
async fn write_half(
    store: &Store,
    caller: &Caller,
    id: ShelfId,
) -> trust::store::change::Change<StockShelf> {
    let mut tx = store.begin(permit(caller, StockShelf).await).await.unwrap();
    let shelf = tx.lock::<Shelf>(id).await.unwrap().unwrap();
    tx.save(&Shelf {
        blankets: 0,
        ..shelf
    });
    let seen = tx.find(labelled(), label("shelf 0")).await.unwrap();
    assert_eq!(seen[0].blankets, 0);
    tx
}

/// Puts the blankets back.
async fn restock(store: &Store, caller: &Caller, id: ShelfId) {
    let mut tx = store.begin(permit(caller, StockShelf).await).await.unwrap();
    let shelf = tx.lock::<Shelf>(id).await.unwrap().unwrap();
    tx.save(&Shelf {
        blankets: 1_000,
        ..shelf
    });
    tx.commit(ShelfStocked {
        shelf: id,
        blankets: 1_000,
    })
    .await
    .unwrap();
}

fn shelve<'a>(
    store: &'a Store,
    permit: trust::identity::permit::Permit<StockShelf>,
    id: ShelfId,
) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + 'a>> {
    Box::pin(async move {
        let mut tx = store.begin(permit).await?;
        tx.save(&Shelf {
            id,
            label: format!("shelf {id}"),
            blankets: 1_000,
            note: None,
        });
        tx.commit(ShelfStocked {
            shelf: id,
            blankets: 1_000,
        })
        .await
        .map(drop)
    })
}

/// Lets a future run until it waits for the first time, so that it stands in the queue.
async fn begun<F: Future + ?Sized>(mut future: Pin<Box<F>>) -> Pin<Box<F>> {
    poll_fn(|context| {
        assert!(future.as_mut().poll(context).is_pending(), "it has to wait");
        Poll::Ready(())
    })
    .await;
    future
}
