//! The root secret comes only from places that nobody else can read.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use crate::vault::root::refuse_shared;
use crate::vault::{Passphrase, RootError, RootSecret, RootSource};

const WORDS: &str = "correct horse battery staple";

fn passphrase_source(folder: &Path, words: &str) -> RootSource {
    let passphrase = Passphrase::new(words.to_owned());
    RootSource::Passphrase {
        salt_file: folder.join("root.locked"),
        passphrase,
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A key file is made with mode 0600, read back as it was, and never overwritten.
#[test]
fn a_key_file_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.key");
    let source = RootSource::File(path.clone());
    let root = source.create().unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o7777,
        0o600
    );
    assert!(source.load().unwrap().is_same(&root));

    assert!(matches!(source.create(), Err(RootError::AlreadyExists(_))));
    assert!(source.load().unwrap().is_same(&root));
    set_mode(&path, 0o400);
    assert!(source.load().unwrap().is_same(&root));
}

/// A key file that the group or anybody may read is refused, and the refusal says the mend.
#[test]
fn a_readable_key_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.key");
    let source = RootSource::File(path.clone());
    source.create().unwrap();
    for mode in [0o644, 0o640, 0o604, 0o620, 0o777] {
        set_mode(&path, mode);
        let refusal = source.load().unwrap_err();
        assert!(matches!(refusal, RootError::TooOpen { mode: seen, .. } if seen == mode));
        assert!(
            refusal
                .to_string()
                .contains(&format!("chmod 600 {}", path.display()))
        );
    }
}

/// A key file that belongs to another account is refused, and the refusal says the mend.
#[test]
fn a_strangers_key_file_is_refused() {
    let path = Path::new("root.key");
    assert!(refuse_shared(path, 0o600, 1000, 1000).is_ok());
    let refusal = refuse_shared(path, 0o600, 1000, 999).unwrap_err();
    assert!(matches!(
        refusal,
        RootError::NotOurs {
            owner: 1000,
            us: 999,
            ..
        }
    ));
    assert!(refusal.to_string().contains("chown 999 root.key"));
}

/// Links, folders and sockets are no key files; a missing file is an error of the file system.
#[test]
fn only_regular_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    RootSource::File(path("real")).create().unwrap();
    symlink(path("real"), path("link")).unwrap();
    let _socket = UnixListener::bind(path("socket")).unwrap();
    for name in ["link", "socket", "."] {
        let refusal = RootSource::File(path(name)).load().unwrap_err();
        assert!(matches!(refusal, RootError::NotAFile(_)), "{name}");
    }
    let missing = RootSource::File(path("missing")).load();
    assert!(matches!(missing, Err(RootError::FileSystem { .. })));
}

/// A key file that was cut or got a line end from an editor is refused, not used as another key.
#[test]
fn a_key_file_of_another_length_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("root.key");
    for length in [0, 31, 33, 100_000] {
        fs::write(&path, vec![b'k'; length]).unwrap();
        set_mode(&path, 0o600);
        let refusal = RootSource::File(path.clone()).load().unwrap_err();
        assert!(
            matches!(refusal, RootError::NotASecret(_)),
            "{length} bytes"
        );
    }
}

/// The right passphrase opens the locked secret; a typo is told at once.
#[test]
fn a_passphrase_locks_the_secret() {
    let folder = tempfile::tempdir().unwrap();
    let source = passphrase_source(folder.path(), WORDS);
    let root = source.create().unwrap();
    assert!(source.load().unwrap().is_same(&root));
    let typo = passphrase_source(folder.path(), "correct horse battery stable").load();
    assert!(matches!(typo, Err(RootError::WrongPassphrase(_))));

    let locked = fs::read_to_string(folder.path().join("root.locked")).unwrap();
    assert!(locked.starts_with("almoner-passphrase-1 m=65536 t=3 p=1 "));
}

/// A short passphrase is refused before anything is written; length counts letters, not bytes.
#[test]
fn a_short_passphrase_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = passphrase_source(folder.path(), "ÄÖÜ secret")
        .create()
        .unwrap_err();
    assert!(matches!(
        refusal,
        RootError::ShortPassphrase { characters: 10 }
    ));
    assert!(!folder.path().join("root.locked").exists());
}

/// Whoever edits the locked file cannot make guessing cheap, nor make the server run out of memory.
#[test]
fn altered_settings_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let source = passphrase_source(folder.path(), WORDS);
    source.create().unwrap();
    let path = folder.path().join("root.locked");
    let honest = fs::read_to_string(&path).unwrap();
    for settings in [
        "m=47103 t=3 p=1",
        "m=65536 t=0 p=1",
        "m=4294967295 t=3 p=1",
        "m=65536 t=99 p=1",
    ] {
        fs::write(&path, honest.replace("m=65536 t=3 p=1", settings)).unwrap();
        assert!(
            matches!(source.load(), Err(RootError::UnsafeSettings(_))),
            "{settings}"
        );
    }
    // Safe, but not those that the secret was locked with.
    fs::write(&path, honest.replace("t=3", "t=1")).unwrap();
    assert!(matches!(source.load(), Err(RootError::WrongPassphrase(_))));
    for nonsense in [
        String::new(),
        honest.replace("almoner", "almanac"),
        honest.replace(' ', "  "),
    ] {
        fs::write(&path, nonsense).unwrap();
        assert!(matches!(source.load(), Err(RootError::NotASecret(_))));
    }
}

/// After a recovery the same secret can be put behind a new passphrase or into a new file.
#[test]
fn a_recovered_secret_is_kept_anew() {
    let folder = tempfile::tempdir().unwrap();
    let root = RootSecret::random();
    let file = RootSource::File(folder.path().join("root.key"));
    for source in [file, passphrase_source(folder.path(), WORDS)] {
        source.keep(&root).unwrap();
        assert!(source.load().unwrap().is_same(&root));
        assert!(matches!(
            source.keep(&root),
            Err(RootError::AlreadyExists(_))
        ));
    }
}

/// A systemd credential is read whatever systemd set as its mode; names cannot leave the folder.
#[test]
fn a_systemd_credential_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let credential = |name: &str| RootSource::SystemdCredential {
        directory: folder.path().join("credentials"),
        name: name.to_owned(),
    };
    fs::create_dir(folder.path().join("credentials")).unwrap();
    fs::write(folder.path().join("credentials/almoner-root"), [5; 32]).unwrap();
    fs::write(folder.path().join("outside"), [5; 32]).unwrap();
    set_mode(&folder.path().join("credentials/almoner-root"), 0o440);

    assert!(credential("almoner-root").load().is_ok());
    for name in ["", "..", "../outside", "/etc/passwd", "a b"] {
        assert!(
            matches!(credential(name).load(), Err(RootError::BadName(_))),
            "{name}"
        );
    }
    let refusal = credential("almoner-root").create().unwrap_err();
    assert!(
        refusal
            .to_string()
            .contains("systemd-creds encrypt --name=almoner-root")
    );
}

/// Printing a secret for debugging prints its name only.
#[test]
fn secrets_are_not_printed() {
    assert_eq!(format!("{:?}", RootSecret::random()), "RootSecret");
    let source = passphrase_source(Path::new("/keys"), WORDS);
    assert!(!format!("{source:?}").contains("horse"));
    let [share, _, _] = crate::vault::shares::split(&RootSecret::random());
    assert_eq!(format!("{share:?}"), "Share 1 of 3");
}
