//! A full disk: work is refused, nothing confirmed is lost, and it goes on by itself afterwards.

use std::{collections::BTreeSet, process::Command, time::Duration};

use trust::{
    store::{error::StoreError, health::Health, statement::Sql, value::Kind},
    testing::Scratch,
};

use crate::{
    child::{Child, SHELVES, prepare, work_if_child},
    linen::{
        Shelf, ShelfId, ShelfStocked, StockShelf, assert_sound, linen, moves, permit, room, stock,
    },
};

/// The disk is full just when changes are made durable: what was confirmed is there, what was
/// refused is not, and the same server goes on as soon as there is room again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_full_at_commit_refuses_and_recovers() {
    work_if_child().await;
    let test = "disk::a_disk_full_at_commit_refuses_and_recovers";
    let prepared = prepare(Scratch::lite_with(linen()).await).await;
    // No file may grow beyond 768 KiB: the first to meet it is the write-ahead log, at COMMIT.
    let limit = "trap '' XFSZ; ulimit -S -f 1536;";
    let mut child = Child::start(test, &prepared, 0, limit);
    let patience = Duration::from_secs(60);
    child.listen(|child| child.refused.len() >= 100, patience);
    assert!(child.refused.len() >= 100, "the disk never became full");
    let full_after = child.done.len();
    assert!(full_after > 0, "nothing was ever done");

    let number = child.number().to_string();
    let more = Command::new("prlimit")
        .args(["--pid", &number, "--fsize=unlimited"])
        .status();
    assert!(more.unwrap().success());
    child.listen(|child| child.done.len() >= full_after + 100, patience);
    assert!(
        child.done.len() >= full_after + 100,
        "it did not recover by itself"
    );
    child.kill();

    let scratch = prepared.kept.reopen().await;
    let told: BTreeSet<i64> = moves(&scratch)
        .await
        .into_iter()
        .map(|moved| moved.0)
        .collect();
    assert!(child.done.is_subset(&told), "a confirmed move is missing");
    assert!(child.refused.is_disjoint(&told), "a refused move was done");
    assert_sound(&scratch, SHELVES).await;
}

/// The disk is full when a row is written: only work is refused, and with room it goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_full_at_a_statement_refuses_and_recovers() {
    let scratch = Scratch::lite_with(linen()).await;
    let (caller, _) = room(&scratch, 1).await;
    let before = scratch.ledger_position().await;
    let mut tx = scratch
        .store
        .begin(permit(&caller, StockShelf).await)
        .await
        .unwrap();
    // Tells SQLite that the file may have no more pages than it has; a new connection forgets it.
    let limit = Sql::new("PRAGMA max_page_count = 1", &[Kind::Int]);
    tx.query(limit, vec![]).await.unwrap();
    for number in 0..400 {
        let id = ShelfId(100 + number);
        tx.save(&Shelf {
            id,
            label: "x".repeat(500) + &id.to_string(),
            blankets: 1,
            note: None,
        });
    }
    let refused = tx
        .commit(ShelfStocked {
            shelf: ShelfId(100),
            blankets: 1,
        })
        .await;
    assert_eq!(refused.unwrap_err(), StoreError::DiskFull);
    let mut health = scratch.store.health();
    health
        .wait_for(|health| matches!(health, Health::Failing(_)))
        .await
        .unwrap();
    assert_eq!(scratch.ledger_since(before).await, Vec::<String>::new());

    stock(&scratch.store, &caller, "after", 1_000)
        .await
        .unwrap();
    assert_eq!(*health.borrow(), Health::Working);
    assert_sound(&scratch, 2).await;
}
