//! The export as tlog-tiles.

use std::convert::Infallible;
use std::fs;
use std::path::Path;

use aws_lc_rs::signature::Ed25519KeyPair;
use tempfile::tempdir;

use super::super::checkpoint::{Checkpoint, sign};
use super::super::tiles::{ExportError, export};
use super::super::tree::Frontier;
use super::super::{Hash, leaf_hash};

fn entries(count: u64) -> impl Iterator<Item = Result<Vec<u8>, Infallible>> {
    (0..count).map(|number| Ok(number.to_string().into_bytes()))
}

fn root_of(hashes: impl Iterator<Item = Hash>) -> Hash {
    let mut frontier = Frontier::new();
    hashes.for_each(|hash| frontier.append(hash));
    frontier.root()
}

fn checkpoint(size: u64) -> String {
    let root = root_of(entries(size).map(|entry| leaf_hash(&entry.unwrap())));
    let key = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap();
    let origin = "ward.example/lane-0".to_owned();
    sign(&Checkpoint { origin, size, root }, "ward.example", &key).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let (mut found, mut folders) = (vec![], vec![folder.to_owned()]);
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner).unwrap() {
            let place = entry.unwrap().path();
            if place.is_dir() {
                folders.push(place);
            } else {
                found.push(
                    place
                        .strip_prefix(folder)
                        .unwrap()
                        .to_str()
                        .unwrap()
                        .to_owned(),
                );
            }
        }
    }
    found.sort_unstable();
    found
}

/// The tile format's own example: 70,000 entries make 273 full tiles of leaves and one of 112, a
/// full tile above and one of 17, and one of 1 at the top. From the tiles alone the root comes out
/// again.
#[test]
fn seventy_thousand_entries_make_the_tiles_of_the_format_example() {
    let folder = tempdir().unwrap();
    let folder = folder.path();
    let note = checkpoint(70_000);
    let exported = export(folder, entries(70_000), &note).unwrap();
    assert_eq!(exported.entries, 70_000);

    let names = names(folder);
    let under = |prefix: &str| names.iter().filter(|name| name.starts_with(prefix)).count();
    assert_eq!(under("tile/0/"), 274);
    assert_eq!(under("tile/entries/"), 274);
    assert_eq!(fs::read(folder.join("tile/0/272")).unwrap().len(), 8_192);
    assert_eq!(
        fs::read(folder.join("tile/0/273.p/112")).unwrap().len(),
        112 * 32
    );
    assert_eq!(fs::read(folder.join("tile/1/000")).unwrap().len(), 8_192);
    assert_eq!(
        fs::read(folder.join("tile/1/001.p/17")).unwrap().len(),
        17 * 32
    );
    let top = fs::read(folder.join("tile/2/000.p/1")).unwrap();
    let first_65_536 = root_of((0..65_536_u32).map(|n| leaf_hash(n.to_string().as_bytes())));
    assert_eq!(top, first_65_536);
    assert_eq!(names.len(), 2 * 274 + 2 + 1 + 1);
    assert_eq!(fs::read_to_string(folder.join("checkpoint")).unwrap(), note);

    let bundle = fs::read(folder.join("tile/entries/001")).unwrap();
    assert_eq!(&bundle[..10], b"\0\x03256\0\x03257");
}

/// A tree of exactly 256 entries is one full tile and a first tile above it; there is no empty
/// tile.
#[test]
fn a_full_tile_starts_the_level_above() {
    let folder = tempdir().unwrap();
    export(folder.path(), entries(256), &checkpoint(256)).unwrap();
    let expected = [
        "checkpoint",
        "tile/0/000",
        "tile/1/000.p/1",
        "tile/entries/000",
    ];
    assert_eq!(names(folder.path()), expected);
}

/// The four-digit tile number is split as the format wants it.
#[test]
fn large_numbers_are_split_into_folders() {
    let folder = tempdir().unwrap();
    export(folder.path(), entries(256_001), &checkpoint(256_001)).unwrap();
    assert!(folder.path().join("tile/0/x001/000.p/1").is_file());
    assert!(folder.path().join("tile/0/999").is_file());
}

/// Entries that came after the checkpoint stay out, so the export is what was signed.
#[test]
fn an_export_ends_where_the_checkpoint_ends() {
    let folder = tempdir().unwrap();
    let exported = export(folder.path(), entries(50), &checkpoint(20)).unwrap();
    assert_eq!(exported.entries, 20);
    assert!(folder.path().join("tile/0/000.p/20").is_file());
}

/// An export that could not be checked by others is refused: too few entries, other entries, an
/// entry that is too long, a disk that fails. It never carries a checkpoint.
#[test]
fn a_wrong_export_gets_no_checkpoint() {
    let folder = tempdir().unwrap();
    let inner = |name| folder.path().join(name);
    let few = export(&inner("few"), entries(19), &checkpoint(20)).unwrap_err();
    assert!(matches!(
        few,
        ExportError::TooFew {
            wanted: 20,
            got: 19
        }
    ));
    let other = export(&inner("other"), entries(21).skip(1), &checkpoint(20)).unwrap_err();
    assert!(matches!(other, ExportError::OtherRoot));
    let long = export(
        &inner("long"),
        [Ok::<_, Infallible>(vec![0; 65_536])],
        &checkpoint(1),
    );
    assert!(matches!(long.unwrap_err(), ExportError::TooLong(0)));
    let broken = [Err::<Vec<u8>, _>("disk"), Ok(vec![])];
    let broken = export(&inner("broken"), broken, &checkpoint(1)).unwrap_err();
    assert!(matches!(broken, ExportError::Read(_)));
    for name in ["few", "other", "long", "broken"] {
        assert!(!inner(name).join("checkpoint").exists(), "{name}");
    }
}

/// The next night's export writes only what is new: full tiles of last night stay untouched, and
/// an export without anything new writes nothing.
#[test]
fn a_later_export_carries_on() {
    let folder = tempdir().unwrap();
    let first = export(folder.path(), entries(600), &checkpoint(600)).unwrap();
    assert_eq!(first.files_written, 8); // three of leaves, three of entries, one above, checkpoint
    let before = fs::metadata(folder.path().join("tile/0/001")).unwrap();

    let again = export(folder.path(), entries(600), &checkpoint(600)).unwrap();
    assert_eq!((again.entries, again.files_written), (600, 0));

    let second = export(folder.path(), entries(700), &checkpoint(700)).unwrap();
    assert_eq!((second.entries, second.files_written), (700, 3));
    let after = fs::metadata(folder.path().join("tile/0/001")).unwrap();
    assert_eq!(before.modified().unwrap(), after.modified().unwrap());
    let note = fs::read_to_string(folder.path().join("checkpoint")).unwrap();
    assert_eq!(note, checkpoint(700));
}

/// Somebody changed an entry since last night, or a tile in the folder: the export says which file
/// no longer fits and overwrites nothing.
#[test]
fn a_changed_history_is_named() {
    let folder = tempdir().unwrap();
    let place = |name| folder.path().join(name);
    export(folder.path(), entries(600), &checkpoint(600)).unwrap();

    let tile = fs::read(place("tile/0/001")).unwrap();
    fs::write(place("tile/0/001"), &tile[..8_191]).unwrap();
    let error = export(folder.path(), entries(700), &checkpoint(700)).unwrap_err();
    assert!(
        matches!(&error, ExportError::Differs(file) if *file == place("tile/0/001")),
        "{error}"
    );
    assert_eq!(fs::read(place("tile/0/001")).unwrap().len(), 8_191);
    fs::write(place("tile/0/001"), tile).unwrap();

    // Entry 590 lies in a partial tile, which a later export does not write again.
    let changed = (0..700).map(|number| {
        let text = if number == 590 {
            "other".to_owned()
        } else {
            number.to_string()
        };
        Ok::<_, Infallible>(text.into_bytes())
    });
    let error = export(folder.path(), changed, &checkpoint(700)).unwrap_err();
    assert!(matches!(error, ExportError::OtherHistory(_)), "{error}");
    let note = fs::read_to_string(place("checkpoint")).unwrap();
    assert_eq!(note, checkpoint(600));
}

/// A database that was put back to last week does not replace this week's export, and one hospital
/// does not write over another's.
#[test]
fn an_export_never_goes_back_and_never_changes_hospital() {
    let folder = tempdir().unwrap();
    export(folder.path(), entries(60), &checkpoint(60)).unwrap();
    let error = export(folder.path(), entries(50), &checkpoint(50)).unwrap_err();
    assert!(
        matches!(
            error,
            ExportError::Behind {
                there: 60,
                here: 50,
                ..
            }
        ),
        "{error}"
    );
    let key = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap();
    let root = root_of(entries(70).map(|entry| leaf_hash(&entry.unwrap())));
    let origin = "other.example/lane-0".to_owned();
    let (size, name) = (70, "other.example");
    let note = sign(&Checkpoint { origin, size, root }, name, &key).unwrap();
    let error = export(folder.path(), entries(70), &note).unwrap_err();
    assert!(
        matches!(&error, ExportError::OtherLog(_, origin) if origin == "ward.example/lane-0"),
        "{error}"
    );
}
