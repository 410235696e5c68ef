//! The room that the tests write in: shelves with blankets.
//!
//! A blanket is moved from one shelf to another in one change of two rows, so the sum over all
//! shelves shows any half change, and each move carries a number that the log must hold.

use std::collections::BTreeMap;

use serde::Serialize;
use trust::{
    identity::{
        caller::Caller,
        permit::{Event, Permit},
    },
    store::{
        Store,
        error::StoreError,
        lane::Receipt,
        migrate::Migration,
        sealed::Sealed,
        value::{Field, Value},
    },
    tail,
    testing::{Scratch, Setup},
    vault::SubjectId,
};

trust::id! {
    /// A shelf.
    pub struct ShelfId;
}

trust::row! {
    /// A shelf in the linen room.
    pub struct Shelf in "shelf" {
        /// Its number.
        id: ShelfId, Internal;
        /// Painted on it.
        label: String, Internal;
        /// How many blankets lie there.
        blankets: i64, Internal;
        /// What a nurse wrote about a patient's own blanket.
        note: Option<Sealed<String>>, Special;
    }
}

trust::event! {
    /// A shelf was put up, or its blankets were counted again.
    pub struct ShelfStocked = "linen.shelf_stocked" { shelf: ShelfId, blankets: i64 }
    /// A blanket went from one shelf to another.
    pub struct BlanketMoved = "linen.blanket_moved" {
        number: i64, from: ShelfId, left: i64, to: ShelfId, there: i64,
    }
    /// A shelf was taken down.
    pub struct ShelfCleared = "linen.shelf_cleared" { shelf: ShelfId }
    /// Somebody looked at the shelves.
    pub struct ShelvesViewed = "linen.shelves_viewed" {}
    /// Somebody said something at length.
    pub struct ShelfDescribed = "linen.shelf_described" { words: String }
}

/// A note about a patient was written; its text goes into the log sealed.
#[derive(Clone, Debug, Serialize)]
pub struct NoteWritten {
    /// Where the blanket lies.
    pub shelf: ShelfId,
    /// About whom, and what.
    #[serde(skip)]
    pub private: (SubjectId, String),
}

impl Event for NoteWritten {
    const NAME: &'static str = "linen.note_written";

    fn private(&self) -> Option<(SubjectId, String)> {
        Some(self.private.clone())
    }
}

trust::action! {
    /// Puts up a shelf, or counts its blankets again.
    pub struct StockShelf = "linen.stock_shelf" ("stock shelves") -> ShelfStocked;
    /// Moves a blanket.
    pub struct MoveBlanket = "linen.move_blanket" ("move blankets") -> BlanketMoved;
    /// Takes a shelf down.
    pub struct ClearShelf = "linen.clear_shelf" ("clear shelves") -> ShelfCleared;
    /// Looks at the shelves.
    pub struct ViewShelves = "linen.view_shelves" ("see shelves") -> ShelvesViewed;
    /// Describes a shelf.
    pub struct DescribeShelf = "linen.describe_shelf" ("describe shelves") -> ShelfDescribed;
    /// Writes a note about a patient's own blanket.
    pub struct WriteNote = "linen.write_note" ("write notes") -> NoteWritten;
}

/// Every permission of the linen room.
pub const ALL: &[&str] = &[
    "linen.stock_shelf",
    "linen.move_blanket",
    "linen.clear_shelf",
    "linen.view_shelves",
    "linen.describe_shelf",
    "linen.write_note",
];

const SHELF: Migration = Migration {
    number: 900,
    name: "linen",
    sql: "CREATE TABLE shelf (
        id {int} PRIMARY KEY,
        label TEXT NOT NULL UNIQUE,
        blankets {int} NOT NULL CHECK (blankets >= 0),
        note {bytes},
        {sealed}
    ) {strict};",
};

/// The trust core with a linen room.
pub fn linen() -> Setup {
    Setup::with(&[SHELF])
}

/// Somebody who may do everything in the linen room, and a permit for it, again and again.
pub async fn permit<A: trust::identity::permit::Action>(caller: &Caller, action: A) -> Permit<A> {
    caller.permit(action).await.unwrap()
}

/// Puts up a shelf.
pub async fn stock(
    store: &Store,
    caller: &Caller,
    label: &str,
    blankets: i64,
) -> Result<(ShelfId, Receipt), StoreError> {
    let permit = permit(caller, StockShelf).await;
    let mut tx = store.begin(permit).await?;
    let id = ShelfId(tx.new_key::<Shelf>().await?);
    tx.save(&Shelf {
        id,
        label: label.to_owned(),
        blankets,
        note: None,
    });
    let receipt = tx
        .commit(ShelfStocked {
            shelf: id,
            blankets,
        })
        .await?;
    Ok((id, receipt))
}

/// One move of a blanket.
#[derive(Clone, Copy, Debug)]
pub struct Move {
    /// Told in the log.
    pub number: i64,
    /// From which shelf.
    pub from: ShelfId,
    /// To which.
    pub to: ShelfId,
}

/// Moves a blanket: two rows, one change. An empty shelf lends one, so that nothing runs dry.
pub async fn move_blanket(
    store: &Store,
    permit: Permit<MoveBlanket>,
    moved: Move,
) -> Result<Receipt, StoreError> {
    let mut tx = store.begin(permit).await?;
    let Some(mut from) = tx.lock::<Shelf>(moved.from).await? else {
        return Err(StoreError::Quicker);
    };
    if from.blankets == 0 {
        return Err(StoreError::Rule("the shelf is empty".to_owned()));
    }
    from.blankets -= 1;
    tx.save(&from);
    let Some(mut to) = tx.lock::<Shelf>(moved.to).await? else {
        return Err(StoreError::Quicker);
    };
    to.blankets += 1;
    tx.save(&to);
    let Move {
        number,
        from: source,
        to: target,
    } = moved;
    let (left, there) = (from.blankets, to.blankets);
    tx.commit(BlanketMoved {
        number,
        from: source,
        left,
        to: target,
        there,
    })
    .await
}

/// The shelves as they are, looked at by somebody.
pub async fn shelves(store: &Store, caller: &Caller) -> Vec<Shelf> {
    let permit = permit(caller, ViewShelves).await;
    let mut reader = store.read(permit, ShelvesViewed {}).await.unwrap();
    reader
        .find(tail!(Shelf, "ORDER BY id"), vec![])
        .await
        .unwrap()
}

/// The only shelf with this label.
pub fn labelled() -> trust::store::statement::Tail<Shelf> {
    tail!(Shelf, "WHERE label = $1")
}

/// A label as a statement takes it.
pub fn label(text: &str) -> Vec<Value> {
    vec![text.to_owned().to_value()]
}

/// A linen room with so many shelves of 1,000 blankets each, and somebody who may do everything.
pub async fn room(scratch: &Scratch, count: usize) -> (Caller, Vec<ShelfId>) {
    let caller = scratch.caller_with(ALL).await;
    let mut ids = vec![];
    for number in 0..count {
        let label = format!("shelf {number}");
        ids.push(
            stock(&scratch.store, &caller, &label, 1_000)
                .await
                .unwrap()
                .0,
        );
    }
    (caller, ids)
}

/// The moves that the log holds: number, and what each shelf held afterwards; by time.
pub async fn moves(scratch: &Scratch) -> Vec<(i64, BTreeMap<i64, i64>)> {
    let mut entries = scratch.entries().await;
    entries.sort_by_key(|entry| entry.at);
    let moved = entries
        .into_iter()
        .filter(|entry| entry.event == BlanketMoved::NAME);
    moved
        .map(|entry| {
            let open: serde_json::Value = serde_json::from_slice(&entry.open).unwrap();
            let number = |field: &str| open[field].as_i64().unwrap();
            let pairs = [
                (number("from"), number("left")),
                (number("to"), number("there")),
            ];
            (number("number"), BTreeMap::from(pairs))
        })
        .collect()
}

/// Nothing was lost, nothing is half: the instance verifies, the blankets are all there, and every
/// shelf's history in the log goes in steps of one.
pub async fn assert_sound(scratch: &Scratch, shelves: usize) {
    scratch.assert_intact().await;
    let mut raw = scratch.raw().await;
    let sum = "SELECT CAST(SUM(blankets) AS BIGINT) FROM shelf";
    let sum = if scratch.is_postgres() {
        sum
    } else {
        "SELECT SUM(blankets) FROM shelf"
    };
    assert_eq!(
        raw.number(sum).await,
        i64::try_from(shelves).unwrap() * 1_000
    );
    raw.close().await;
    let mut held: BTreeMap<i64, i64> = BTreeMap::new();
    for (number, after) in moves(scratch).await {
        for (shelf, blankets) in after {
            let before = held.insert(shelf, blankets).unwrap_or(1_000);
            let step = (blankets - before).abs();
            assert_eq!(
                step, 1,
                "move {number} took shelf {shelf} from {before} to {blankets}"
            );
        }
    }
}
