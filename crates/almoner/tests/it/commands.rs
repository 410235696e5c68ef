//! The commands as an operator or an auditor runs them: the real program, on an instance in a
//! folder, with its exit code and what it says.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use almoner::{
    founding::DISPATCHER,
    instance::{self, Folder, Instance},
};
use tempfile::TempDir;
use trust::{
    identity::events::ViewAccounts,
    store::{anchoring::State, clock::Clock, health::Health},
};

use crate::house::PASSWORD;

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
        let opened = self.open().await;
        let mut state = opened.anchoring.state();
        let is_kept = |state: &State| state.folders.iter().all(|folder| folder.kept.is_some());
        state.wait_for(is_kept).await.unwrap();
        opened.close().await;
    }

    /// The instance, open.
    pub async fn open(&self) -> Instance {
        let opened = instance::open(&Folder::new(&self.dir()), Clock::system()).await;
        opened.unwrap()
    }

    /// Sets the first administrator's password and signs them in; the token of the session.
    pub async fn sign_in(&self, instance: &Instance) -> String {
        let identity = &instance.identity;
        let line = self
            .said
            .lines()
            .find(|line| line.starts_with("One-time code:"));
        let code = line.unwrap().split_whitespace().nth(2).unwrap();
        identity
            .set_password("administrator", code, PASSWORD)
            .await
            .unwrap();
        let token = identity
            .sign_in("administrator", PASSWORD)
            .await
            .unwrap()
            .token;
        let caller = identity.caller(&token, true).await.unwrap();
        identity.accept_terms(&caller).await.unwrap();
        token
    }

    /// Serves and writes some entries, each anchored: refused sign-ins, which need nobody's rights.
    pub async fn work(&self, entries: usize) {
        for _ in 0..entries {
            let opened = self.open().await;
            let refused = opened.identity.service(DISPATCHER).unwrap();
            refused.permit(ViewAccounts).await.unwrap_err();
            opened.close().await;
        }
    }

    /// How many entries the log has.
    pub async fn log_size(&self) -> u64 {
        let opened = self.open().await;
        let size = opened.store.head().borrow().size;
        opened.close().await;
        size
    }

    /// Whether the instance opens read-only.
    pub async fn is_read_only(&self) -> bool {
        let opened = self.open().await;
        let is = matches!(&*opened.store.health().borrow(), Health::Quarantined(_));
        opened.close().await;
        is
    }

    /// The database as it is, with what lies beside it: a copy of the first alone may be older.
    pub fn copy(&self) -> Vec<(PathBuf, Option<Vec<u8>>)> {
        let copied = |name| {
            let place = self.dir().join(name);
            let bytes = std::fs::read(&place).ok();
            (place, bytes)
        };
        ["almoner.db", "almoner.db-wal", "almoner.db-shm"]
            .map(copied)
            .to_vec()
    }

    /// Puts a copy of the database back, as a restored backup does.
    pub fn put_back(&self, copy: &[(PathBuf, Option<Vec<u8>>)]) {
        for (place, bytes) in copy {
            match bytes {
                Some(bytes) => std::fs::write(place, bytes).unwrap(),
                None => drop(std::fs::remove_file(place)), // there only while it is in use
            }
        }
    }

    /// What the second verifier says of the database.
    pub fn second_opinion(&self) -> Outcome {
        let dir = self.dir();
        let output = Command::new("python3")
            .arg(second_verifier_script())
            .arg(dir.join("almoner.db"))
            .arg("--anchors")
            .arg(dir.join("anchors"))
            .args(["--key", &self.key()])
            .output();
        told(&output.expect("python3 is on this machine"))
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

fn second_verifier_script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/almoner_verify.py")
}

/// The second verifier, in another language, on an export.
fn second_verifier(tiles: &Path, key: &str) -> Outcome {
    let output = Command::new("python3")
        .arg(second_verifier_script())
        .args([Path::new("--tiles"), tiles])
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

/// Two of the three papers bring the root secret back. A mistyped one is named, a root secret that
/// is there is never overwritten, and the papers of another hospital change nothing.
#[test]
fn two_papers_bring_the_root_secret_back() {
    let (made, other) = (Made::new(), Made::new());
    let [one, two, three] = &made.shares()[..] else {
        panic!("{}", made.said);
    };
    let dir = made.dir();
    let key = dir.join("keys/root.key");
    let recover = |typed: &str| almoner_told(&["recover", "shares", dir.to_str().unwrap()], typed);

    let there = recover(&format!("{one}\n{three}\n"));
    assert_eq!(there.code, 2, "{}", there.said);
    assert!(there.said.contains("was left as it is"), "{}", there.said);

    let secret = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let missing = made.run("verify", &[]);
    assert!(
        missing.said.contains("almoner recover shares"),
        "{}",
        missing.said
    );

    let (wrong, last) = three.split_at(three.len() - 1);
    let wrong = format!("{wrong}{}", if last == "0" { "1" } else { "0" });
    let mistyped = recover(&format!("{one}\n{wrong}\n"));
    assert_eq!(mistyped.code, 2, "{}", mistyped.said);
    assert!(mistyped.said.contains("line 2"), "{}", mistyped.said);
    let twice = recover(&format!("{two}\n{two}\n"));
    assert!(twice.said.contains("share 2 again"), "{}", twice.said);
    let foreign = other.shares();
    let theirs = recover(&format!("{}\n{}\n", foreign[0], foreign[1]));
    assert!(
        theirs.said.contains("do not belong to this instance"),
        "{}",
        theirs.said
    );
    assert!(!key.exists());

    let sloppy = three.to_lowercase().replace('-', " ");
    let back = recover(&format!("{sloppy}\n  {one}\n"));
    assert_eq!(back.code, 0, "{}", back.said);
    assert_eq!(std::fs::read(&key).unwrap(), secret);
    assert_eq!(made.run("verify", &[]).code, 0);
}

/// A hospital that wants a person at every start locks the root secret with a passphrase: nothing
/// opens without it, and it never stands in a list of processes.
#[test]
fn a_passphrase_opens_the_instance() {
    let passphrase = "three quiet porters hum\n";
    let made = Made::with(&["--passphrase"], passphrase);
    assert!(
        made.said.contains("locked by your passphrase"),
        "{}",
        made.said
    );
    assert!(!made.dir().join("keys/root.key").exists());
    let dir = made.dir();
    let verify = ["verify", dir.to_str().unwrap()];
    let right = almoner_told(&verify, passphrase);
    assert_eq!(right.code, 0, "{}", right.said);
    let wrong = almoner_told(&verify, "three quiet porters sing\n");
    assert_eq!(wrong.code, 2, "{}", wrong.said);
    assert!(wrong.said.contains("type it again"), "{}", wrong.said);
}

/// A short passphrase is refused, and so is systemd's credential where systemd gave none.
#[test]
fn a_weak_or_missing_root_secret_makes_no_instance() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("ward");
    let init = |how| ["init", dir.to_str().unwrap(), "--host", "ward.example", how];
    let short = almoner_told(&init("--passphrase"), "short\n");
    assert_eq!(short.code, 2, "{}", short.said);
    assert!(short.said.contains("use at least 15"), "{}", short.said);
    std::fs::remove_dir_all(&dir).unwrap();
    let none = almoner(&init("--systemd"));
    assert_eq!(none.code, 2, "{}", none.said);
    assert!(none.said.contains("CREDENTIALS_DIRECTORY"), "{}", none.said);
}

/// systemd decrypts the credential and names its folder; the instance opens with it.
#[test]
fn systemds_credential_opens_the_instance() {
    let credentials = tempfile::tempdir().unwrap();
    std::fs::write(credentials.path().join("root"), [7; 32]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("ward");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_almoner"));
        command.env("CREDENTIALS_DIRECTORY", credentials.path());
        told(&command.args(arguments).output().unwrap())
    };
    let dir = dir.to_str().unwrap();
    let made = run(&["init", dir, "--host", "ward.example", "--systemd"]);
    assert_eq!(made.code, 0, "{}", made.said);
    let right = run(&["verify", dir]);
    assert_eq!(right.code, 0, "{}", right.said);
    std::fs::write(credentials.path().join("root"), [8; 32]).unwrap();
    let wrong = run(&["verify", dir]);
    assert_eq!(wrong.code, 2, "{}", wrong.said);
}

/// The disk dies and the newest copy is a day old. The instance only reads; somebody decides,
/// declares the loss with a reason, and work goes on. Both verifiers tell it plainly and find
/// nothing else. Putting the database back once more, in silence, is found as ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_declared_loss_is_told_and_a_silent_one_is_found() {
    let made = Made::new();
    made.serve_a_moment().await;
    let yesterday = made.copy();
    made.work(3).await;
    let lost = made.log_size().await;
    made.put_back(&yesterday);

    let silent = made.run("verify", &[]);
    assert_eq!(silent.code, 1, "{}", silent.said);
    assert!(made.is_read_only().await);

    let dir = made.dir();
    let dir = dir.to_str().unwrap();
    let declare = |account| {
        let reason = "the array failed; the copy of midnight is the newest";
        almoner(&[
            "recover",
            "declare",
            dir,
            "--account",
            account,
            "--reason",
            reason,
        ])
    };
    let nobody = declare("nobody.known");
    assert_eq!(nobody.code, 2, "{}", nobody.said);
    let declared = declare("administrator");
    assert_eq!(declared.code, 0, "{}", declared.said);
    let again = declare("administrator");
    assert_eq!(again.code, 1, "{}", again.said);
    assert!(again.said.contains("nothing to declare"), "{}", again.said);

    assert!(!made.is_read_only().await);
    let plain = made.run("verify", &["--without-keys", "--key", &made.key()]);
    assert_eq!(plain.code, 0, "{}", plain.said);
    let told = "declared by account";
    assert!(
        plain.said.contains(told) && plain.said.contains("the array failed"),
        "{}",
        plain.said
    );
    assert!(
        plain.said.contains("Intact but for the declared loss"),
        "{}",
        plain.said
    );
    let second = made.second_opinion();
    assert_eq!(second.code, 0, "{}", second.said);
    assert!(second.said.contains("the array failed"), "{}", second.said);

    // The new history grows past the lost one, over the names of its anchors.
    let today = made.copy();
    while made.log_size().await <= lost + 1 {
        made.work(1).await;
    }
    assert!(!made.is_read_only().await);
    let grown = made.run("verify", &[]);
    assert_eq!(grown.code, 0, "{}", grown.said);
    assert_eq!(made.second_opinion().code, 0);

    made.put_back(&today);
    let rolled_back = made.run("verify", &[]);
    assert_eq!(rolled_back.code, 1, "{}", rolled_back.said);
    assert_eq!(made.second_opinion().code, 1);
    assert!(made.is_read_only().await);
}

/// A look at a new instance finds what is unsafe about it, with the mend; a key file that others
/// may read is found, and mended it is found no more. Where there is no instance, it says so.
#[test]
fn a_look_finds_what_is_unsafe() {
    use std::os::unix::fs::PermissionsExt;
    let made = Made::new();
    let looked = made.run("doctor", &[]);
    assert_eq!(looked.code, 1, "{}", looked.said);
    assert!(
        looked.said.contains("Anchors are kept on this disk only"),
        "{}",
        looked.said
    );
    for sound in [
        "chmod",
        "certificate",
        "own files",
        "clock",
        "Not looked at",
    ] {
        assert!(!looked.said.contains(sound), "{sound}: {}", looked.said);
    }

    let key = made.dir().join("keys/root.key");
    let set = |mode| std::fs::set_permissions(&key, PermissionsExt::from_mode(mode)).unwrap();
    set(0o640);
    let loose = made.run("doctor", &["--json"]);
    assert!(loose.said.contains("file_mode"), "{}", loose.said);
    set(0o600);
    std::fs::remove_file(made.dir().join("almoner.db")).unwrap();
    std::fs::remove_file(made.dir().join("tls/cert.pem")).unwrap();
    let away = made.run("doctor", &[]);
    assert!(!away.said.contains("chmod"), "{}", away.said);
    assert!(
        away.said.contains("the database cannot be reached"),
        "{}",
        away.said
    );
    assert!(away.said.contains("Not looked at"), "{}", away.said);
    assert!(
        !made.dir().join("almoner.db").exists(),
        "a look makes no database"
    );
    let nowhere = almoner(&["doctor", "/nowhere/at/all"]);
    assert_eq!(nowhere.code, 2, "{}", nowhere.said);
}

/// A log that went another way *before* its end is no restored copy: it cannot be declared away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_history_cannot_be_declared() {
    let made = Made::new();
    made.serve_a_moment().await;
    let before = made.copy();
    made.work(2).await;
    let anchors = made.dir().join("anchors");
    made.put_back(&before);
    // The intruder hides the anchors while working on the older copy, and puts them back.
    std::fs::rename(&anchors, made.beside("hidden")).unwrap();
    std::fs::create_dir(&anchors).unwrap();
    made.work(3).await;
    std::fs::remove_dir_all(&anchors).unwrap();
    std::fs::rename(made.beside("hidden"), &anchors).unwrap();
    let dir = made.dir();
    let reason = ["--account", "administrator", "--reason", "it was like that"];
    let mut all = vec!["recover", "declare", dir.to_str().unwrap()];
    all.extend(reason);
    let declared = almoner(&all);
    assert_eq!(declared.code, 2, "{}", declared.said);
    assert!(
        declared.said.contains("treat it as an incident"),
        "{}",
        declared.said
    );
}
