//! A storm: 4,000 changes from 64 people at once, a quarter of them broken off somewhere.

use std::{
    collections::BTreeSet,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::task::JoinSet;
use trust::{
    identity::caller::Caller,
    on_both,
    store::{Store, error::StoreError, lane::Receipt},
    testing::Scratch,
};

use crate::{
    linen::{Move, MoveBlanket, ShelfId, assert_sound, linen, move_blanket, moves, permit, room},
    random::Dice,
};

const PEOPLE: i64 = 64;
const EACH: i64 = 63;
const SHELVES: usize = 8;

/// A future that is dropped when it has been woken so many times.
struct BrokenOff<F> {
    future: Pin<Box<F>>,
    wakes_left: u64,
}

impl<F: Future> Future for BrokenOff<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.wakes_left == 0 {
            return Poll::Ready(None);
        }
        self.wakes_left -= 1;
        match self.future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if self.wakes_left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// What became of one person's moves.
#[derive(Default)]
struct Tally {
    done: Vec<(i64, Receipt)>,
    broken_off: usize,
    again: usize,
}

on_both! {
    with linen();

    /// 64 people move 4,000 blankets at once and a quarter of the moves is broken off at any point:
    /// no move is half done, every confirmed one is in the log at the place it was told, the log
    /// holds nothing twice, and all sums are right.
    async fn a_storm_leaves_nothing_half(scratch: Scratch) {
        let (caller, ids) = room(&scratch, SHELVES).await;
        let ids: Arc<[ShelfId]> = ids.into();
        let mut people = JoinSet::new();
        for person in 0..PEOPLE {
            let (store, caller, ids) = (scratch.store.clone(), caller.clone(), ids.clone());
            people.spawn(async move { carry(person, &store, &caller, &ids).await });
        }
        let tallies = people.join_all().await;

        let broken_off: usize = tallies.iter().map(|tally| tally.broken_off).sum();
        let again: usize = tallies.iter().map(|tally| tally.again).sum();
        let done: Vec<_> = tallies.into_iter().flat_map(|tally| tally.done).collect();
        let all = usize::try_from(PEOPLE * EACH).unwrap();
        assert_eq!(done.len() + broken_off + again, all);
        assert!(broken_off > all / 8, "only {broken_off} of {all} were broken off");
        assert!(done.len() > all / 2, "only {} of {all} were done", done.len());

        let entries = scratch.entries().await;
        for (number, receipt) in &done {
            let entry = &entries[usize::try_from(receipt.pointer).unwrap()];
            assert_eq!(trust::ledger::leaf_hash(&entry.encode()), receipt.leaf);
            let open: serde_json::Value = serde_json::from_slice(&entry.open).unwrap();
            assert_eq!(open["number"].as_i64(), Some(*number));
        }
        let told: Vec<i64> = moves(&scratch).await.into_iter().map(|(number, _)| number).collect();
        let once: BTreeSet<i64> = told.iter().copied().collect();
        assert_eq!(told.len(), once.len(), "a move stands in the log twice");
        assert!(told.len() <= done.len() + broken_off, "a refused move stands in the log");
        assert_sound(&scratch, SHELVES).await;
    }
}

async fn carry(person: i64, store: &Store, caller: &Caller, ids: &[ShelfId]) -> Tally {
    let mut dice = Dice(u64::try_from(person).unwrap());
    let mut tally = Tally::default();
    for turn in 0..EACH {
        let permit = permit(caller, MoveBlanket).await;
        let from = usize::try_from(dice.below(8)).unwrap();
        let to = (from + 1 + usize::try_from(dice.below(7)).unwrap()) % ids.len();
        let number = person * EACH + turn;
        let moved = Move {
            number,
            from: ids[from],
            to: ids[to],
        };
        let wakes_left = if dice.below(4) == 0 {
            1 + dice.below(7)
        } else {
            u64::MAX
        };
        let future = Box::pin(move_blanket(store, permit, moved));
        match (BrokenOff { future, wakes_left }).await {
            None => tally.broken_off += 1,
            Some(Ok(receipt)) => tally.done.push((number, receipt)),
            // The machine may be so slow that a turn ends; nothing of it may be there then.
            Some(Err(StoreError::Busy | StoreError::TooSlow(_) | StoreError::TryAgain)) => {
                tally.again += 1;
            }
            Some(Err(error)) => panic!("move {number}: {error}"),
        }
    }
    tally
}
