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
    assert_eq!(export(folder, entries(70_000), &note).unwrap(), 70_000);

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
    assert_eq!(
        export(folder.path(), entries(50), &checkpoint(20)).unwrap(),
        20
    );
    assert!(folder.path().join("tile/0/000.p/20").is_file());
}

/// An export that could not be checked by others is refused: too few entries, other entries, a
/// folder in use. It never carries a checkpoint.
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
    let used = export(folder.path(), entries(20), &checkpoint(20)).unwrap_err();
    assert!(matches!(used, ExportError::NotEmpty(_)));
}
