//! `kill -9` under load: every confirmed change is there afterwards, and the instance verifies.

use std::{collections::BTreeSet, time::Duration};

use trust::testing::Scratch;

use crate::{
    child::{Child, Prepared, SHELVES, prepare, work_if_child},
    linen::{assert_sound, linen, moves},
    random::Dice,
};

/// Kills in a normal run; `ALMONER_ROUNDS` asks for more.
const ROUNDS: u64 = 10;

/// The server on SQLite is killed at random moments while 48 people work: nothing that was
/// confirmed is lost, and nothing is half.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_on_sqlite_loses_nothing() {
    work_if_child().await;
    let prepared = prepare(Scratch::lite_with(linen()).await).await;
    kill_again_and_again("crash::a_killed_server_on_sqlite_loses_nothing", prepared).await;
}

/// The same on PostgreSQL, whose own process goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_on_postgres_loses_nothing() {
    work_if_child().await;
    let prepared = prepare(Scratch::postgres_with(linen()).await).await;
    kill_again_and_again("crash::a_killed_server_on_postgres_loses_nothing", prepared).await;
}

async fn kill_again_and_again(test: &str, mut prepared: Prepared) {
    let mut dice = Dice(7);
    let mut confirmed = BTreeSet::new();
    for round in 0..rounds() {
        let first = i64::try_from(round).unwrap() * 1_000_000;
        let mut child = Child::start(test, &prepared, first, "");
        let enough = usize::try_from(1 + dice.below(300)).unwrap();
        child.listen(|child| child.done.len() >= enough, Duration::from_secs(60));
        assert!(
            child.done.len() >= enough,
            "round {round}: the child fell silent"
        );
        // A moment more, so that the kill falls anywhere and not just behind an answer.
        let moment = Duration::from_micros(dice.below(12_000));
        child.listen(|_| false, moment.max(Duration::from_micros(1)));
        child.kill();
        confirmed.append(&mut child.done);

        let scratch = prepared.kept.reopen().await;
        let told: BTreeSet<i64> = moves(&scratch)
            .await
            .into_iter()
            .map(|moved| moved.0)
            .collect();
        let lost: Vec<_> = confirmed.difference(&told).collect();
        assert!(lost.is_empty(), "round {round} lost {lost:?}");
        assert!(
            child.refused.is_disjoint(&told),
            "round {round}: a refused move was done"
        );
        assert_sound(&scratch, SHELVES).await;
        prepared.kept = scratch.shut().await;
    }
    println!(
        "{} kills, {} confirmed moves, all there",
        rounds(),
        confirmed.len()
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "the campaign's length is the tester's to choose"
)]
fn rounds() -> u64 {
    std::env::var("ALMONER_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(ROUNDS)
}
