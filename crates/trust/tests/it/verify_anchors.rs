//! Anchors at work: kept while the instance runs, asked when it starts, and the quarantine.

use std::{path::PathBuf, time::Duration};

use trust::{
    identity::caller::Caller,
    ledger::anchor,
    store::{
        anchoring::{Anchoring, Compared, Settings, compare_at_start},
        error::StoreError,
        health::Health,
        verify::Verdict,
    },
    testing::{ORIGIN, Scratch, people::Sketch},
};

use crate::{
    linen::{self, MoveBlanket, ShelvesViewed, ViewShelves},
    verify::{Intruder, anchor_now, kinds, moves, told, with_history},
};

fn settings(folders: &[PathBuf]) -> Settings {
    Settings {
        origin: ORIGIN.to_owned(),
        folders: folders.to_vec(),
        every: Duration::from_millis(5),
        compare_every: Duration::from_secs(3_600),
    }
}

/// Waits until the folder at `place` holds an anchor of the head.
async fn until_kept(scratch: &Scratch, anchoring: &Anchoring, place: usize) {
    let mut state = anchoring.state();
    let head = scratch.store.head();
    let kept = state.wait_for(|state| {
        state.folders[place]
            .kept
            .is_some_and(|(size, _)| size == head.borrow().size)
    });
    kept.await.unwrap();
}

/// Somebody for before and after a restart: the token of their session.
async fn token(scratch: &Scratch) -> String {
    scratch
        .person(Sketch {
            permissions: linen::ALL,
            ..Sketch::default()
        })
        .await
        .token
}

/// Who stands behind the token.
async fn behind(scratch: &Scratch, token: &str) -> Caller {
    scratch.identity.caller(token, true).await.unwrap()
}

/// The reason why nothing may be written any more.
fn quarantine(scratch: &Scratch) -> Option<String> {
    match &*scratch.store.health().borrow() {
        Health::Quarantined(reason) => Some(reason.clone()),
        Health::Working | Health::Failing(_) => None,
    }
}

trust::on_both! {
    with linen::linen();

    /// While work goes on, every folder gets an anchor of the newest state; they agree with the
    /// log, and the checkpoints lie beside the log too.
    async fn every_folder_follows_the_log(scratch: Scratch) {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folders = [one.path().to_owned(), other.path().to_owned()];
        let (caller, shelves) = with_history(&scratch).await;
        let anchoring = Anchoring::start(&scratch.store, settings(&folders)).await;
        moves(&scratch.store, &caller, &shelves[..6], 40..60).await;
        until_kept(&scratch, &anchoring, 0).await;
        until_kept(&scratch, &anchoring, 1).await;

        let report = told(&scratch, &folders).await;
        assert_eq!(report.verdict(), Verdict::Intact, "{:#?}", report.findings);
        assert!(report.anchors >= 2);
        let head = scratch.store.head().borrow().size;
        for folder in &folders {
            let newest = anchor::newest(folder, 0).unwrap();
            assert_eq!(newest.readable[0].size, head);
        }
        scratch.store.close().await;
        anchoring.finished().await;
    }

    /// The server is stopped: the last change is anchored before it is gone.
    async fn stopping_anchors_the_last_change(scratch: Scratch) {
        let folder = tempfile::tempdir().unwrap();
        let (caller, shelves) = with_history(&scratch).await;
        let rarely = Settings {
            every: Duration::from_secs(3_600),
            ..settings(&[folder.path().to_owned()])
        };
        let anchoring = Anchoring::start(&scratch.store, rarely).await;
        until_kept(&scratch, &anchoring, 0).await;
        moves(&scratch.store, &caller, &shelves[..6], 40..43).await;
        let head = scratch.store.head().borrow().size;
        scratch.store.close().await;
        anchoring.finished().await;
        assert_eq!(anchor::newest(folder.path(), 0).unwrap().readable[0].size, head);
    }

    /// One of two folders is a disk that is not mounted: it is reported, the other one is served,
    /// and the ward goes on working.
    async fn a_missing_folder_is_reported_and_stops_nobody(scratch: Scratch) {
        let there = tempfile::tempdir().unwrap();
        let missing = there.path().join("not-mounted");
        let folders = [missing.clone(), there.path().join("kept")];
        std::fs::create_dir(&folders[1]).unwrap();
        let (caller, shelves) = with_history(&scratch).await;
        let anchoring = Anchoring::start(&scratch.store, settings(&folders)).await;
        until_kept(&scratch, &anchoring, 1).await;

        let mut state = anchoring.state();
        let reported = state.wait_for(|state| state.folders[0].trouble.is_some()).await;
        let trouble = reported.unwrap().folders[0].trouble.clone().unwrap();
        assert!(trouble.contains("not-mounted") && trouble.contains("not there"), "{trouble}");
        moves(&scratch.store, &caller, &shelves[..6], 40..41).await;
        assert_eq!(quarantine(&scratch), None);

        // The disk comes back: it is served from then on, and the trouble is over.
        std::fs::create_dir(&missing).unwrap();
        until_kept(&scratch, &anchoring, 0).await;
        assert_eq!(anchoring.state().borrow().folders[0].trouble, None);
        scratch.store.close().await;
        anchoring.finished().await;
    }

    /// The database was put back to an older state over night. At the start that is noticed:
    /// whoever wants to change something hears why not, and whoever looks is recorded in a file of
    /// its own.
    async fn behind_its_anchor_an_instance_is_read_only(scratch: Scratch) {
        let folder = tempfile::tempdir().unwrap();
        let (caller, shelves) = with_history(&scratch).await;
        let token = token(&scratch).await;
        let mut intruder = Intruder::enter(&scratch).await;
        intruder.remember().await;
        moves(&scratch.store, &caller, &shelves[..6], 40..50).await;
        anchor_now(&scratch, folder.path()).await;
        intruder.put_back().await;
        intruder.leave().await;
        drop(caller);
        let scratch = scratch.shut().await.reopen().await;

        let settings = settings(&[folder.path().to_owned()]);
        let compared = compare_at_start(&scratch.store, &settings).await;
        let Compared::Parted(reason) = compared else { panic!("{compared:?}") };
        assert!(reason.contains("older state"), "{reason}");
        assert_eq!(quarantine(&scratch), Some(reason.clone()));

        let permit = linen::permit(&behind(&scratch, &token).await, MoveBlanket).await;
        let refused = scratch.store.begin(permit).await.err();
        assert_eq!(refused, Some(StoreError::Quarantined(reason)));
        let permit = linen::permit(&behind(&scratch, &token).await, ViewShelves).await;
        scratch.store.read(permit, ShelvesViewed {}).await.unwrap();
        let recorded = std::fs::read_to_string(scratch.folder().join("quarantine.log")).unwrap();
        assert!(recorded.contains("linen.shelves_viewed"), "{recorded}");
        let actor = behind(&scratch, &token).await.actor();
        assert!(recorded.contains(&format!("\"actor\":{actor},")), "{recorded}");
    }

    /// Put back and then worked on: the log is longer than the anchor and yet not the one it saw.
    async fn a_log_that_went_another_way_is_read_only(scratch: Scratch) {
        let folder = tempfile::tempdir().unwrap();
        let (caller, shelves) = with_history(&scratch).await;
        let token = token(&scratch).await;
        let mut intruder = Intruder::enter(&scratch).await;
        intruder.remember().await;
        moves(&scratch.store, &caller, &shelves[..6], 40..44).await;
        anchor_now(&scratch, folder.path()).await;
        intruder.put_back().await;
        intruder.leave().await;
        drop(caller);
        let scratch = scratch.shut().await.reopen().await;
        let again = behind(&scratch, &token).await;
        moves(&scratch.store, &again, &shelves[..6], 60..80).await;
        let settings = settings(&[folder.path().to_owned()]);
        let compared = compare_at_start(&scratch.store, &settings).await;
        let parted = matches!(&compared, Compared::Parted(why) if why.contains("rewritten"));
        assert!(parted, "{compared:?}");
        assert!(quarantine(&scratch).is_some());
        let found = told(&scratch, &[folder.path().to_owned()]).await;
        assert!(kinds(&found).contains("anchor_disagrees"), "{:#?}", found.findings);
    }

    /// Somebody puts a false anchor into the folder, of a size not reached yet, to stop the
    /// hospital or to hide the true ones: it is reported and not believed, and a rollback is still
    /// seen.
    async fn a_false_anchor_neither_stops_nor_hides(scratch: Scratch) {
        let folder = tempfile::tempdir().unwrap();
        let (caller, shelves) = with_history(&scratch).await;
        let mut intruder = Intruder::enter(&scratch).await;
        intruder.remember().await;
        moves(&scratch.store, &caller, &shelves[..6], 40..44).await;
        anchor_now(&scratch, folder.path()).await;
        let newest = anchor::newest(folder.path(), 0).unwrap().readable.remove(0);
        let size = newest.size.to_string();
        let false_note = newest.note.replacen(&size, "99999", 1);
        let name = format!("lane-0/{:020}.checkpoint", 99_999);
        std::fs::write(folder.path().join(name), false_note).unwrap();

        let settings = settings(&[folder.path().to_owned()]);
        let compared = compare_at_start(&scratch.store, &settings).await;
        let Compared::Level { unreadable, anchors, .. } = compared else { panic!("{compared:?}") };
        assert_eq!((unreadable.len(), anchors), (1, 1), "{unreadable:?}");
        assert_eq!(quarantine(&scratch), None);

        intruder.put_back().await;
        intruder.leave().await;
        drop(caller);
        let scratch = scratch.shut().await.reopen().await;
        let compared = compare_at_start(&scratch.store, &settings).await;
        assert!(matches!(compared, Compared::Parted(_)), "{compared:?}");
    }

    /// A trigger of the log is dropped while the server is down: it starts read-only and says so.
    async fn without_its_triggers_an_instance_is_read_only(scratch: Scratch) {
        with_history(&scratch).await;
        let token = token(&scratch).await;
        let kept = scratch.shut().await;
        let mut raw = trust::testing::raw::Raw::open(kept.url()).await;
        let postgres = kept.url().starts_with("postgres");
        let place = if postgres { " ON ledger_entry" } else { "" };
        let name = if postgres { "ledger_entry_no_change" } else { "ledger_entry_no_update" };
        raw.run(&format!("DROP TRIGGER {name}{place}")).await.unwrap();
        raw.close().await;
        let scratch = kept.reopen().await;
        let permit = linen::permit(&behind(&scratch, &token).await, MoveBlanket).await;
        let Err(StoreError::Quarantined(reason)) = scratch.store.begin(permit).await else {
            panic!("an unprotected log was written to");
        };
        assert!(reason.contains(name) && reason.contains("is gone"), "{reason}");
    }
}
