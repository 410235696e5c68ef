//! The commands as an operator or an auditor runs them: the real program, on an instance in a
//! folder, with its exit code and what it says.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use almoner::instance::{self, Folder};
use tempfile::TempDir;
use trust::store::clock::Clock;

/// An instance that `almoner init` made, and what that printed.
pub struct Made {
    folder: TempDir,
    /// What `init` said.
    pub said: String,
}

/// What a command came to.
pub struct Outcome {
    /// Its exit code.
    pub code: i32,
    /// Standard output and standard error, one after the other.
    pub said: String,
}

impl Made {
    /// Makes one.
    pub fn new() -> Self {
        Self::with(&[], "")
    }

    /// Makes one with more arguments, and lines on standard input.
    pub fn with(arguments: &[&str], typed: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("ward");
        let mut all = vec!["init", dir.to_str().unwrap(), "--host", "ward.example"];
        all.extend(arguments);
        let made = almoner_told(&all, typed);
        assert_eq!(made.code, 0, "{}", made.said);
        let said = made.said;
        Self { folder, said }
    }

    /// The instance's folder.
    pub fn dir(&self) -> PathBuf {
        self.folder.path().join("ward")
    }

    /// A place beside the instance.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The checkpoint key that `init` showed for auditors.
    pub fn key(&self) -> String {
        let mut words = self.said.split_whitespace();
        let found = words.find(|word| word.starts_with("almoner/ward.example/"));
        found.unwrap().to_owned()
    }

    /// The recovery shares that `init` showed.
    pub fn shares(&self) -> Vec<String> {
        let lines = self.said.lines().map(str::trim);
        let shares = lines.filter(|line| line.starts_with("almoner-share-"));
        shares.map(str::to_owned).collect()
    }

    /// Opens and closes the instance, as a short day of serving does: it anchors its head.
    pub async fn serve_a_moment(&self) {
        let opened = instance::open(&Folder::new(&self.dir()), Clock::system()).await;
        opened.unwrap().close().await;
    }

    /// Runs a command on the instance.
    pub fn run(&self, command: &str, more: &[&str]) -> Outcome {
        let dir = self.dir();
        let mut all = vec![command, dir.to_str().unwrap()];
        all.extend(more);
        almoner(&all)
    }
}

/// Runs the program.
pub fn almoner(arguments: &[&str]) -> Outcome {
    almoner_told(arguments, "")
}

/// Runs the program with lines on its standard input.
pub fn almoner_told(arguments: &[&str], typed: &str) -> Outcome {
    let mut child = Command::new(env!("CARGO_BIN_EXE_almoner"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may have ended before; that is no failure of the test.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    told(&child.wait_with_output().unwrap())
}

fn told(output: &Output) -> Outcome {
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    Outcome {
        code: output.status.code().unwrap(),
        said: String::from_utf8(said).unwrap(),
    }
}

/// The second verifier, in another language, on an export.
fn second_verifier(tiles: &Path, key: &str) -> Outcome {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/almoner_verify.py");
    let output = Command::new("python3")
        .args([script.as_path(), Path::new("--tiles"), tiles])
        .args(["--key", key])
        .output();
    told(&output.expect("python3 is on this machine"))
}

/// An auditor takes the log home as tiles. A reader that shares no code with us recomputes the
/// signed root from them; a second export writes nothing; a changed byte is named by both.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auditor_takes_the_log_home_as_tiles() {
    let made = Made::new();
    let out = made.beside("tiles");
    let to = ["--out", out.to_str().unwrap(), "--key", &made.key()];
    let unsigned = made.run("tiles", &to);
    assert_eq!(unsigned.code, 2, "{}", unsigned.said);
    assert!(
        unsigned.said.contains("no checkpoint yet"),
        "{}",
        unsigned.said
    );

    made.serve_a_moment().await;
    let first = made.run("tiles", &to);
    assert_eq!(first.code, 0, "{}", first.said);
    let read = second_verifier(&out, &made.key());
    assert_eq!(read.code, 0, "{}", read.said);
    assert!(read.said.contains("intact"), "{}", read.said);
    let again = made.run("tiles", &to);
    assert!(again.said.contains(" 0 files written"), "{}", again.said);

    let tiles = out.join("lane-0/tile/0");
    let tile = std::fs::read_dir(tiles.join("000.p")).unwrap().next();
    let tile = tile.unwrap().unwrap().path();
    let mut bytes = std::fs::read(&tile).unwrap();
    bytes[5] ^= 1;
    std::fs::write(&tile, bytes).unwrap();
    let read = second_verifier(&out, &made.key());
    assert_eq!(read.code, 1, "{}", read.said);
    let named = made.run("tiles", &to);
    assert_eq!(named.code, 1, "{}", named.said);
    assert!(
        named.said.contains(tile.to_str().unwrap()),
        "{}",
        named.said
    );
}

/// The auditor noted the checkpoint key when the instance was made. With it `verify` needs no key
/// store; with the key of another hospital nothing is believed, whatever this one says of itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_auditors_own_note_of_the_key_counts() {
    let (made, other) = (Made::new(), Made::new());
    made.serve_a_moment().await;
    std::fs::rename(made.dir().join("keystore.db"), made.beside("away")).unwrap();
    let without = ["--without-keys", "--key", &made.key()];
    let right = made.run("verify", &without);
    assert_eq!(right.code, 0, "{}", right.said);
    let wrong = made.run("verify", &["--without-keys", "--key", &other.key()]);
    assert_eq!(wrong.code, 1, "{}", wrong.said);
    assert!(
        wrong.said.contains("another checkpoint key"),
        "{}",
        wrong.said
    );
    assert!(wrong.said.contains("is not believed"), "{}", wrong.said);
}
