//! Anchor folders: written once, read with suspicion, compared.

use std::fs;
use std::path::Path;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use tempfile::tempdir;

use super::super::anchor::{
    Anchor, AnchorError, Anchors, Local, Standing, Written, all, compare, newest, write,
};
use super::super::checkpoint::{Checkpoint, Issuer, VerifyingKey, lane_origin, sign};

const ORIGIN: &str = "ward.example/almoner";

fn key_pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn issuer() -> Issuer {
    let public = key_pair(1).public_key().as_ref().try_into().unwrap();
    Issuer {
        origin: ORIGIN.to_owned(),
        keys: vec![VerifyingKey::new(ORIGIN, public).unwrap()],
    }
}

fn note(lane: u16, size: u64, root: u8, seed: u8) -> String {
    let checkpoint = Checkpoint {
        origin: lane_origin(ORIGIN, lane),
        size,
        root: [root; 32],
    };
    sign(&checkpoint, ORIGIN, &key_pair(seed)).unwrap()
}

fn anchor_sizes(anchors: &Anchors) -> Vec<(u16, u64)> {
    let mut sizes: Vec<_> = anchors
        .readable
        .iter()
        .map(|anchor| (anchor.lane, anchor.size))
        .collect();
    sizes.sort_unstable();
    sizes
}

/// An anchor is written once; the same again is no harm, and another one in its place is refused
/// and leaves the first as it was.
#[test]
fn the_first_anchor_stands() {
    let folder = tempdir().unwrap();
    let first = note(0, 20, 7, 1);
    assert_eq!(write(folder.path(), 0, &first).unwrap(), Written::New);
    assert_eq!(
        write(folder.path(), 0, &first).unwrap(),
        Written::AlreadyThere
    );
    let error = write(folder.path(), 0, &note(0, 20, 8, 1)).unwrap_err();
    let place = folder.path().join("lane-0/00000000000000000020.checkpoint");
    assert!(matches!(error, AnchorError::Taken(taken) if taken == place));
    assert_eq!(fs::read_to_string(&place).unwrap(), first);
    assert_eq!(
        fs::read_dir(folder.path().join("lane-0")).unwrap().count(),
        1
    );
}

/// A disk that is not mounted is an error, both ways: it is neither "no anchors yet" nor replaced
/// by a folder on the wrong disk.
#[test]
fn a_missing_folder_is_an_error_and_is_not_made() {
    let folder = tempdir().unwrap();
    let missing = folder.path().join("not-mounted");
    let is_missing = |error| matches!(error, AnchorError::FolderMissing(place) if place == missing);
    assert!(is_missing(
        write(&missing, 0, &note(0, 1, 1, 1)).unwrap_err()
    ));
    assert!(is_missing(newest(&missing, 0).unwrap_err()));
    assert!(is_missing(all(&missing).unwrap_err()));
    assert!(!missing.exists());
}

/// Only a checkpoint can be anchored.
#[test]
fn garbage_is_not_anchored() {
    let folder = tempdir().unwrap();
    let error = write(folder.path(), 0, "garbage").unwrap_err();
    assert!(matches!(error, AnchorError::NotACheckpoint(_)));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// The newest anchor of each lane is found by its size, and a lane without anchors has none.
#[test]
fn the_newest_anchor_is_the_largest() {
    let folder = tempdir().unwrap();
    for (lane, size) in [(0, 9), (0, 100), (0, 20), (1, 500)] {
        write(folder.path(), lane, &note(lane, size, 7, 1)).unwrap();
    }
    assert_eq!(anchor_sizes(&newest(folder.path(), 0).unwrap()), [(0, 100)]);
    assert_eq!(anchor_sizes(&newest(folder.path(), 1).unwrap()), [(1, 500)]);
    assert_eq!(newest(folder.path(), 2).unwrap(), Anchors::default());
    let everything = all(folder.path()).unwrap();
    assert_eq!(
        anchor_sizes(&everything),
        [(0, 9), (0, 20), (0, 100), (1, 500)]
    );
}

/// What a crash, a vandal or another program left in the folder is reported by name. It hides no
/// anchor, and what a crash left half-written under a passing name is stepped over.
#[test]
fn damaged_files_are_reported_and_hide_nothing() {
    let folder = tempdir().unwrap();
    write(folder.path(), 0, &note(0, 20, 7, 1)).unwrap();
    let lane = folder.path().join("lane-0");
    let name = |size: u64| lane.join(format!("{size:020}.checkpoint"));
    fs::write(name(30), "").unwrap();
    fs::write(name(40), &note(0, 40, 7, 1)[..50]).unwrap();
    fs::write(name(50), note(0, 20, 7, 1)).unwrap();
    fs::write(name(60), vec![0xff; 200_000]).unwrap();
    fs::create_dir(name(70)).unwrap();
    fs::write(lane.join("readme.txt"), "hello").unwrap();
    fs::write(lane.join(".00000000000000000080.checkpoint.0"), "half").unwrap();
    fs::write(folder.path().join("lane-x"), "").unwrap();
    fs::create_dir(folder.path().join("lane-00")).unwrap();

    let found = all(folder.path()).unwrap();
    assert_eq!(anchor_sizes(&found), [(0, 20)]);
    assert_eq!(found.damaged.len(), 8);
    let found = newest(folder.path(), 0).unwrap();
    assert_eq!(anchor_sizes(&found), [(0, 20)]);
    assert_eq!(found.damaged.len(), 6);
}

/// A pipe in the anchor folder would never answer; it is not opened.
#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let folder = tempdir().unwrap();
    let lane = folder.path().join("lane-0");
    fs::create_dir(&lane).unwrap();
    let place = lane.join("00000000000000000005.checkpoint");
    std::os::unix::fs::symlink("/dev/zero", &place).unwrap();
    let found = newest(folder.path(), 0).unwrap();
    assert_eq!(found.damaged[0].place, place);
    assert!(found.readable.is_empty());
}

/// Somebody who can write to the anchor folder but has no key can raise an alarm, and cannot make
/// the server believe that its own history is wrong.
#[test]
fn a_planted_anchor_is_not_believed() {
    let folder = tempdir().unwrap();
    write(folder.path(), 0, &note(0, 20, 7, 1)).unwrap();
    write(folder.path(), 0, &note(0, 999, 7, 2)).unwrap();
    write(folder.path(), 1, &note(0, 30, 7, 1)).unwrap();
    let found = all(folder.path()).unwrap().issued_by(&issuer());
    assert_eq!(anchor_sizes(&found), [(0, 20)]);
    assert_eq!(found.damaged.len(), 2);
    let standing = compare(&found, |_, _| Local::Root([7; 32]));
    assert!(matches!(standing, Standing::Unreadable { damaged } if damaged.len() == 2));
}

fn anchor(size: u64, root: u8) -> Anchor {
    let place = Path::new("anchors").join(size.to_string());
    Anchor {
        place,
        lane: 0,
        size,
        root: [root; 32],
        note: String::new(),
    }
}

fn anchors(readable: &[(u64, u8)]) -> Anchors {
    let readable = readable
        .iter()
        .map(|(size, root)| anchor(*size, *root))
        .collect();
    Anchors {
        readable,
        damaged: vec![],
    }
}

/// A lane of 50 entries, each of whose trees has the root 7.
fn fifty(_lane: u16, size: u64) -> Local {
    if size <= 50 {
        Local::Root([7; 32])
    } else {
        Local::Shorter(50)
    }
}

/// A server that has all that was anchored is level, also when nothing was anchored yet.
#[test]
fn a_server_with_everything_is_level() {
    assert_eq!(compare(&anchors(&[]), fifty), Standing::Level);
    assert_eq!(
        compare(&anchors(&[(20, 7), (50, 7)]), fifty),
        Standing::Level
    );
}

/// A server that was put back is behind its largest anchor, whatever order they come in.
#[test]
fn a_server_that_was_put_back_is_behind() {
    let behind = Standing::Behind {
        anchor: anchor(70, 7),
        size: 50,
    };
    assert_eq!(
        compare(&anchors(&[(20, 7), (60, 7), (70, 7)]), fifty),
        behind
    );
    assert_eq!(
        compare(&anchors(&[(70, 7), (60, 7), (20, 7)]), fifty),
        behind
    );
}

/// A server with another history is forked, which is worse than being behind; the smallest anchor
/// that disagrees is the nearest to where it happened.
#[test]
fn a_server_with_another_history_is_forked() {
    let forked = Standing::Forked {
        anchor: anchor(30, 8),
    };
    assert_eq!(
        compare(&anchors(&[(20, 7), (40, 8), (30, 8), (70, 7)]), fifty),
        forked
    );
}
