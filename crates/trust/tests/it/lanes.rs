//! Several nodes on one PostgreSQL: each writes its own lane of the log, all write the same rows.

use std::{collections::BTreeSet, sync::Arc};

use tokio::{sync::watch, task::JoinSet};
use trust::{
    identity::{
        caller::Caller,
        founding::{Founding, found_instance},
    },
    store::{Store, error::StoreError},
    testing::{Scratch, people::Sketch, record},
};

use crate::{
    linen::{
        ALL, Move, MoveBlanket, ShelfId, assert_sound, linen, move_blanket, moves, room, shelves,
        stock,
    },
    random::Dice,
};

const SHELVES: usize = 6;
const END_ALL: &str = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
     WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// One node and somebody whose requests go to it.
#[derive(Clone)]
struct Node {
    store: Store,
    caller: Caller,
}

/// What one person's moves came to.
#[derive(Default)]
struct Tally {
    done: BTreeSet<i64>,
    again: usize,
}

/// Two nodes move the same blankets at once: no move is lost or half done, each shelf's history
/// goes in steps of one by the log's own time, and two nodes in each other's way hear "try again".
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_write_the_same_rows() {
    let (scratch, nodes, ids) = two_nodes().await;
    let mut people = JoinSet::new();
    for person in 0..16_u8 {
        let node = nodes[usize::from(person % 2)].clone();
        let ids = ids.clone();
        people.spawn(async move { carry(i64::from(person), 40, &node, &ids).await });
    }
    let tallies = people.join_all().await;
    let done: BTreeSet<i64> = tallies
        .iter()
        .flat_map(|tally| tally.done.clone())
        .collect();
    let again: usize = tallies.iter().map(|tally| tally.again).sum();

    let told: Vec<i64> = moves(&scratch)
        .await
        .into_iter()
        .map(|moved| moved.0)
        .collect();
    assert_eq!(
        told.len(),
        done.len(),
        "a refused move stands in the log, or a done one does not"
    );
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), done);
    assert!(
        done.len() > 64,
        "{} were done, {again} heard to try again",
        done.len()
    );
    for lane in [0, 1] {
        let entries = scratch.entries().await;
        assert!(
            entries
                .iter()
                .any(|entry| { entry.lane == lane && entry.event == "linen.blanket_moved" })
        );
    }
    assert_sound(&scratch, SHELVES).await;
}

/// Two nodes put up shelves at once: no number is given out twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_never_give_out_the_same_number() {
    let (scratch, nodes, _) = two_nodes().await;
    let mut tasks = JoinSet::new();
    for number in 0..120 {
        let Node { store, caller } = nodes[number % 2].clone();
        tasks.spawn(async move {
            let label = format!("new shelf {number}");
            stock(&store, &caller, &label, 1_000).await.unwrap().0
        });
    }
    let ids = tasks.join_all().await;
    let different: BTreeSet<i64> = ids.iter().map(|id| id.0).collect();
    assert_eq!(different.len(), 120);
    assert_eq!(
        shelves(&nodes[0].store, &nodes[0].caller).await.len(),
        SHELVES + 120
    );
    assert_sound(&scratch, SHELVES + 120).await;
}

/// A second node begins with an empty lane, and still nobody can found the instance again there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_node_founds_nothing() {
    let (_scratch, [_, second], _) = two_nodes().await;
    let again = Founding {
        services: vec![],
        roles: vec![],
        administrator: "intruder".to_owned(),
    };
    let refused = found_instance(&again, &record(&second.store), &second.store).await;
    assert_eq!(refused, Err(StoreError::NotAllowed));
}

/// The database restarts while nobody works: the next person notices nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_ended_unused_is_replaced_unseen() {
    let scratch = Scratch::postgres_with(linen()).await;
    let (caller, _) = room(&scratch, 1).await;
    let mut raw = scratch.raw().await;
    assert!(raw.number(END_ALL).await > 0);
    stock(&scratch.store, &caller, "after", 1_000)
        .await
        .unwrap();
    assert_sound(&scratch, 2).await;
}

/// The administrator of the database ends every connection ten times while people work: nothing
/// that was confirmed is lost, and work goes on by itself each time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ended_connections_lose_nothing_confirmed() {
    let scratch = Scratch::postgres_with(linen()).await;
    let (caller, ids) = room(&scratch, SHELVES).await;
    let node = Node {
        store: scratch.store.clone(),
        caller,
    };
    let (stop, stopped) = watch::channel(false);
    let mut people = JoinSet::new();
    for person in 0..16_i64 {
        let (node, ids, stopped) = (node.clone(), ids.clone(), stopped.clone());
        people.spawn(async move {
            let (mut all, mut round) = (Tally::default(), 0);
            while !*stopped.borrow() {
                let tally = carry(person + 16 * round, 5, &node, &ids).await;
                all.done.extend(tally.done);
                round += 1;
            }
            all
        });
    }
    let mut head = scratch.store.head();
    let mut raw = scratch.raw().await;
    for _ in 0..10 {
        let size = head.borrow().size;
        head.wait_for(|head| head.size >= size + 30).await.unwrap(); // work goes on
        assert!(raw.number(END_ALL).await > 0);
    }
    let size = head.borrow().size;
    head.wait_for(|head| head.size >= size + 30).await.unwrap();
    stop.send_replace(true);
    let tallies = people.join_all().await;

    let told: BTreeSet<i64> = moves(&scratch)
        .await
        .into_iter()
        .map(|moved| moved.0)
        .collect();
    let done: BTreeSet<i64> = tallies.into_iter().flat_map(|tally| tally.done).collect();
    assert!(
        done.is_subset(&told),
        "lost: {:?}",
        done.difference(&told).collect::<Vec<_>>()
    );
    assert!(done.len() > 100, "only {} were done", done.len());
    assert_sound(&scratch, SHELVES).await;
}

async fn two_nodes() -> (Scratch, [Node; 2], Arc<[ShelfId]>) {
    let scratch = Scratch::postgres_with(linen()).await;
    let (_, ids) = room(&scratch, SHELVES).await;
    let person = scratch
        .person(Sketch {
            permissions: ALL,
            ..Sketch::default()
        })
        .await;
    let mut nodes = vec![];
    for lane in [0, 1] {
        let store = scratch
            .another_store(scratch.url(), (lane, 2))
            .await
            .unwrap();
        let identity = scratch.identity_on(&store).await;
        let caller = identity.caller(&person.token, false).await.unwrap();
        nodes.push(Node { store, caller });
    }
    let nodes = nodes.try_into().ok().expect("there are two lanes");
    (scratch, nodes, ids.into())
}

/// Moves blankets about; whoever is in another's way tries a next one.
async fn carry(person: i64, turns: i64, node: &Node, ids: &[ShelfId]) -> Tally {
    let mut dice = Dice(u64::try_from(person).unwrap());
    let mut tally = Tally::default();
    for turn in 0..turns {
        let Ok(permit) = node.caller.permit(MoveBlanket).await else {
            continue;
        };
        let from = usize::try_from(dice.below(6)).unwrap();
        let to = (from + 1 + usize::try_from(dice.below(5)).unwrap()) % ids.len();
        let number = person * 1_000 + turn;
        let moved = Move {
            number,
            from: ids[from],
            to: ids[to],
        };
        match move_blanket(&node.store, permit, moved).await {
            Ok(_) => {
                tally.done.insert(number);
            }
            Err(error) => {
                assert!(
                    error.is_passing() || error == StoreError::Quicker,
                    "{number}: {error}"
                );
                tally.again += 1;
            }
        }
    }
    tally
}
