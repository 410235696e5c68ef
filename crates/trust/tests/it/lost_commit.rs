//! The answer to COMMIT is lost: the truth is found out before anybody is told anything.

use std::collections::BTreeSet;

use tokio::task::JoinSet;
use trust::{
    identity::caller::Caller,
    store::{Store, error::StoreError, health::Health},
    testing::{Scratch, people::Sketch},
};

use crate::{
    linen::{
        ALL, Move, MoveBlanket, ShelfId, assert_sound, linen, move_blanket, moves, permit, room,
    },
    proxy::{Cut, Proxy},
};

const SHELVES: usize = 4;
const AT_ONCE: i64 = 20;

/// The wire is cut around COMMIT, again and again: whoever was told "done" finds it in the log, and
/// whoever was told "try again" does not, and nobody is left in doubt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_is_found_out() {
    let Wired {
        scratch,
        proxy,
        store,
        caller,
        ids,
    } = behind_a_wire().await;
    let mut number = 0;
    for cut in [Cut::BeforeCommit, Cut::AfterCommit, Cut::WithCommit].repeat(6) {
        proxy.cut_at(cut);
        let outcomes = move_at_once(&store, &caller, &ids, &mut number).await;
        let told: BTreeSet<i64> = moves(&scratch)
            .await
            .into_iter()
            .map(|moved| moved.0)
            .collect();
        for (moved, outcome) in outcomes {
            match outcome {
                Ok(()) => assert!(told.contains(&moved), "{cut:?}: {moved} was told done"),
                Err(error) if error.is_passing() && error != StoreError::Unknown => {
                    assert!(
                        !told.contains(&moved),
                        "{cut:?}: {moved} was told to try again"
                    );
                }
                Err(error) => panic!("{cut:?}: {moved}: {error}"),
            }
        }
    }
    assert_eq!(proxy.cuts(), 18);
    assert_sound(&scratch, SHELVES).await;
}

/// The answer is lost and the database stays out of reach: then it is honestly not known, and when
/// the wire is mended the server notices by itself, and work goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_cannot_be_found_out_is_unknown() {
    let Wired {
        scratch,
        proxy,
        store,
        caller,
        ids,
    } = behind_a_wire().await;
    let permit = permit(&caller, MoveBlanket).await;
    proxy.cut_at(Cut::AndStayAway);
    let moved = Move {
        number: 1,
        from: ids[0],
        to: ids[1],
    };
    let answer = move_blanket(&store, permit, moved).await;
    assert_eq!(answer.unwrap_err(), StoreError::Unknown);
    proxy.mend();
    let mut health = store.health();
    let working = health.wait_for(|health| *health == Health::Working).await;
    assert!(working.is_ok(), "it is noticed without anybody asking");
    drop(working);

    let mut number = 2;
    for (moved, outcome) in move_at_once(&store, &caller, &ids, &mut number).await {
        assert_eq!(outcome, Ok(()), "{moved}");
    }
    assert_sound(&scratch, SHELVES).await;
}

/// A linen room behind a wire, and somebody whose requests go through it.
async fn behind_a_wire() -> Wired {
    let scratch = Scratch::postgres_with(linen()).await;
    let (_, ids) = room(&scratch, SHELVES).await;
    let person = scratch
        .person(Sketch {
            permissions: ALL,
            ..Sketch::default()
        })
        .await;
    let proxy = Proxy::before(scratch.url()).await;
    let store = scratch.another_store(&proxy.url, (0, 1)).await.unwrap();
    let identity = scratch.identity_on(&store).await;
    let caller = identity.caller(&person.token, false).await.unwrap();
    // The first COMMIT is the one that takes the lane; the test is about those after it.
    while move_at_once(&store, &caller, &ids, &mut -100)
        .await
        .iter()
        .any(|moved| moved.1.is_err())
    {}
    Wired {
        scratch,
        proxy,
        store,
        caller,
        ids,
    }
}

struct Wired {
    scratch: Scratch,
    proxy: Proxy,
    store: Store,
    caller: Caller,
    ids: Vec<ShelfId>,
}

async fn move_at_once(
    store: &Store,
    caller: &Caller,
    ids: &[ShelfId],
    number: &mut i64,
) -> Vec<(i64, Result<(), StoreError>)> {
    let mut tasks = JoinSet::new();
    for turn in 0..AT_ONCE {
        let from = usize::try_from(turn).unwrap() % ids.len();
        let moved = Move {
            number: *number,
            from: ids[from],
            to: ids[(from + 1) % ids.len()],
        };
        let permit = permit(caller, MoveBlanket).await;
        let store = store.clone();
        tasks.spawn(async move {
            let outcome = move_blanket(&store, permit, moved).await.map(drop);
            (moved.number, outcome)
        });
        *number += 1;
    }
    tasks.join_all().await
}
