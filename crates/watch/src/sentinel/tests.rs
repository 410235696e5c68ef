//! Files that were changed, and those that were not.

use std::{fs, io::Write};

use super::*;

/// A folder with a program and its settings, and the manifest of both.
fn installed() -> (tempfile::TempDir, Manifest) {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("bin")).unwrap();
    fs::write(root.path().join("bin/almoner"), vec![7; 200_000]).unwrap();
    fs::write(
        root.path().join("almoner.toml"),
        "host = \"ward.example\"\n",
    )
    .unwrap();
    let manifest = Manifest::of(root.path(), &["bin/almoner", "almoner.toml"]).unwrap();
    (root, manifest)
}

fn told(changed: &[Changed]) -> Vec<String> {
    changed.iter().map(ToString::to_string).collect()
}

/// Nobody touched anything: nothing is reported, also not after the manifest was written and read.
#[test]
fn untouched_files_raise_no_alarm() {
    let (root, manifest) = installed();
    assert_eq!(check_files(&manifest, root.path()), []);
    let place = root.path().join("manifest.json");
    manifest.write(&place).unwrap();
    let read = Manifest::read(&place).unwrap();
    assert_eq!(read, manifest);
    assert_eq!(read.digest(), manifest.digest());
    assert_eq!(check_files(&read, root.path()), []);
}

/// One byte is appended to the program: it is named, and nothing else is.
#[test]
fn one_byte_more_is_found() {
    let (root, manifest) = installed();
    let program = root.path().join("bin/almoner");
    fs::OpenOptions::new()
        .append(true)
        .open(program)
        .unwrap()
        .write_all(b"!")
        .unwrap();
    assert_eq!(
        told(&check_files(&manifest, root.path())),
        ["bin/almoner was altered"]
    );
}

/// One bit in the middle of the program is another, the length is the same.
#[test]
fn one_bit_is_found() {
    let (root, manifest) = installed();
    let program = root.path().join("bin/almoner");
    let mut bytes = fs::read(&program).unwrap();
    bytes[123_456] ^= 1;
    fs::write(&program, bytes).unwrap();
    assert_eq!(
        told(&check_files(&manifest, root.path())),
        ["bin/almoner was altered"]
    );
}

/// The settings are gone, and a folder stands where the program was.
#[test]
fn what_is_missing_or_unreadable_is_found() {
    let (root, manifest) = installed();
    fs::remove_file(root.path().join("almoner.toml")).unwrap();
    fs::remove_file(root.path().join("bin/almoner")).unwrap();
    fs::create_dir(root.path().join("bin/almoner")).unwrap();
    let found = check_files(&manifest, root.path());
    assert_eq!(
        found[0],
        Changed {
            name: "almoner.toml".to_owned(),
            how: How::Missing
        }
    );
    assert!(matches!(&found[1].how, How::Unreadable(_)), "{found:?}");
}

/// After a half upgrade the program carries other pages than the installation was made with.
#[test]
fn what_is_built_in_belongs_to_the_same_release() {
    let old: [(&str, &[u8]); 2] = [("board.css", b"old"), ("board.js", b"same")];
    let manifest = Manifest::default().with_built_in(&old);
    assert_eq!(check_built_in(&manifest, &old), []);
    let new: [(&str, &[u8]); 2] = [("board.css", b"new"), ("extra.js", b"more")];
    let found = told(&check_built_in(&manifest, &new));
    assert_eq!(
        found,
        [
            "board.css was altered",
            "board.js is missing",
            "extra.js is not in the manifest"
        ]
    );
}

/// A manifest that was changed to lead out of the folder, or that is no manifest, is not followed.
#[test]
fn a_manifest_stays_in_its_folder() {
    let (root, _) = installed();
    let place = root.path().join("manifest.json");
    for name in ["../secrets", "/etc/passwd", "bin/../../secrets", ""] {
        let text = format!(r#"{{"files":{{"{name}":{{"bytes":1,"sha256":"00"}}}}}}"#);
        fs::write(&place, text).unwrap();
        let refused = Manifest::read(&place).unwrap_err();
        assert!(
            matches!(&refused, ManifestError::Outside(told) if told == name),
            "{refused}"
        );
    }
    for text in ["", "{}", "[1]", r#"{"files":{},"more":1}"#] {
        fs::write(&place, text).unwrap();
        let refused = Manifest::read(&place).unwrap_err();
        assert!(
            matches!(refused, ManifestError::Malformed(..)),
            "{text}: {refused}"
        );
    }
    fs::write(&place, vec![b' '; 2 * 1024 * 1024]).unwrap();
    assert!(matches!(
        Manifest::read(&place).unwrap_err(),
        ManifestError::TooLarge(_)
    ));
}
