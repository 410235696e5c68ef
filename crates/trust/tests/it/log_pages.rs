//! The log as people read it: pages, filters, single entries, and proofs that stand or fall.

use trust::{
    ledger::{
        checkpoint::{Checkpoint, Issuer, VerifyingKey, lane_origin, sign},
        entry::{Entry, Outcome, Pointer},
    },
    store::{
        database::Database,
        log::{BlockRoots, walk_back},
        read::Reader,
    },
    testing::Scratch,
};

use crate::linen::{ALL, ShelvesViewed, ViewShelves, linen, permit};

/// The name that the instance signs in.
const ORIGIN: &str = "almoner/ward.example/1";

/// A view for somebody whose look is on record.
async fn look(scratch: &Scratch) -> Reader {
    let caller = scratch.caller_with(ALL).await;
    scratch
        .store
        .read(permit(&caller, ViewShelves).await, ShelvesViewed {})
        .await
        .unwrap()
}

/// Whom an auditor believes.
fn issuer(scratch: &Scratch) -> Issuer {
    let key = VerifyingKey::new(ORIGIN, scratch.store.vault().public_key()).unwrap();
    Issuer {
        origin: ORIGIN.to_owned(),
        keys: vec![key],
    }
}

trust::on_both! {
    with linen();

    /// Pages go backwards without leaving an entry out or showing one twice.
    async fn pages_go_backwards_without_a_gap(scratch: Scratch) {
        let mut reader = look(&scratch).await;
        let (mut seen, mut before) = (vec![], None);
        loop {
            let page = reader.log_page(0, before, 3, |_| true).await.unwrap();
            seen.extend(page.entries.iter().map(|logged| logged.place.sequence));
            before = page.older;
            if before.is_none() {
                break;
            }
        }
        let size = reader.log_heads().await.unwrap()[0].tree.size();
        assert_eq!(seen, (0..size).rev().collect::<Vec<_>>());
    }

    /// A filter shows what fits and nothing else.
    async fn a_filter_shows_what_fits(scratch: Scratch) {
        let mut reader = look(&scratch).await;
        let looks = |entry: &Entry| entry.outcome == Outcome::Read;
        let page = reader.log_page(0, None, 50, looks).await.unwrap();
        let events: Vec<_> =
            page.entries.iter().map(|logged| logged.entry.clone().unwrap().event).collect();
        assert_eq!((events, page.older), (vec!["linen.shelves_viewed".to_owned()], None));
    }

    /// Every entry is proved, before and after the log has been signed, and a signature of
    /// somebody else counts for nothing.
    async fn every_entry_is_proved(scratch: Scratch) {
        let mut reader = look(&scratch).await;
        let (issuer, roots) = (issuer(&scratch), BlockRoots::default());
        let head = *scratch.store.head().borrow();
        for sequence in 0..head.size {
            let place = Pointer { lane: 0, sequence };
            let proof = reader.log_proof(place, &issuer, &roots).await.unwrap().unwrap();
            assert!(proof.holds && proof.note.is_none(), "entry {sequence}");
        }
        drop(reader);
        let origin = lane_origin(ORIGIN, 0);
        let signed = Checkpoint { origin, size: head.size, root: head.root };
        let note = sign(&signed, ORIGIN, scratch.store.vault().signer()).unwrap();
        scratch.store.keep_checkpoint(head.size, note.clone()).await;

        let mut reader = look(&scratch).await;
        let place = Pointer { lane: 0, sequence: 1 };
        let proof = reader.log_proof(place, &issuer, &roots).await.unwrap().unwrap();
        assert!(proof.holds);
        assert_eq!((proof.size, proof.note), (head.size, Some(note)));
        let other = Issuer { origin: "almoner/elsewhere/1".to_owned(), ..issuer };
        assert_eq!(reader.newest_checkpoint(0, &other).await.unwrap(), None);
    }

    /// Beyond the end of the log is nothing, and asking for it is no fault.
    async fn beyond_the_end_is_nothing(scratch: Scratch) {
        let mut reader = look(&scratch).await;
        let (issuer, roots) = (issuer(&scratch), BlockRoots::default());
        for place in [
            Pointer { lane: 0, sequence: 100_000 },
            Pointer { lane: 9, sequence: 0 },
            Pointer { lane: 0, sequence: u64::MAX },
        ] {
            assert!(reader.log_proof(place, &issuer, &roots).await.unwrap().is_none());
        }
    }

    /// Whoever holds the folder can read the log from its end beside the running server, and stop
    /// where they have seen enough.
    async fn the_end_can_be_read_beside_the_server(scratch: Scratch) {
        drop(look(&scratch).await);
        let database = Database::parse(scratch.url()).unwrap();
        let mut seen = vec![];
        let take = |entry: &Entry| {
            seen.push(entry.sequence);
            seen.len() == 3
        };
        walk_back(&database, take).await.unwrap();
        let size = scratch.store.head().borrow().size;
        assert_eq!(seen, [size - 1, size - 2, size - 3]);
    }
}

/// An entry that was altered behind the server's back is shown as damaged, never left out, and its
/// proof does not hold.
#[tokio::test]
async fn a_damaged_entry_is_shown() {
    let scratch = Scratch::lite_with(linen()).await;
    drop(look(&scratch).await);
    let mut raw = scratch.raw().await;
    raw.run("DROP TRIGGER ledger_entry_no_update")
        .await
        .unwrap();
    raw.run("UPDATE ledger_entry SET bytes = x'00' WHERE sequence = 2")
        .await
        .unwrap();
    raw.close().await;

    let mut reader = look(&scratch).await;
    let page = reader.log_page(0, None, 500, |_| false).await.unwrap();
    let damaged: Vec<_> = page
        .entries
        .iter()
        .map(|logged| logged.place.sequence)
        .collect();
    assert_eq!(damaged, [2]);
    let (issuer, roots) = (issuer(&scratch), BlockRoots::default());
    let place = Pointer {
        lane: 0,
        sequence: 2,
    };
    let proof = reader
        .log_proof(place, &issuer, &roots)
        .await
        .unwrap()
        .unwrap();
    assert!(!proof.holds);
}
