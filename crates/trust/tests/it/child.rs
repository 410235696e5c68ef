//! A second process with the same instance, to be killed or starved.
//!
//! The test starts its own binary again, for the same test, and the environment tells the second
//! one that it is the child. It moves blankets with 48 hands and prints what was answered.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::SeqCst},
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    time::Duration,
};

use tokio::task::JoinSet;
use trust::{
    store::error::StoreError,
    testing::{Kept, Scratch, people::Sketch},
};

use crate::{
    linen::{ALL, Move, MoveBlanket, ShelfId, linen, move_blanket, room},
    random::Dice,
};

/// Shelves in the child's room.
pub const SHELVES: usize = 6;
const HANDS: u64 = 48;
const FOLDER: &str = "ALMONER_TEST_CHILD_FOLDER";
const URL: &str = "ALMONER_TEST_CHILD_URL";
const TOKEN: &str = "ALMONER_TEST_CHILD_TOKEN";
const FIRST: &str = "ALMONER_TEST_CHILD_FIRST";
const LIMIT: &str = "ALMONER_TEST_CHILD_LIMIT";

/// A room that a child will work in, shut.
pub struct Prepared {
    /// The instance.
    pub kept: Kept,
    /// The session that the child works in.
    pub token: String,
}

/// Makes a room and leaves it to children.
pub async fn prepare(scratch: Scratch) -> Prepared {
    let (caller, _) = room(&scratch, SHELVES).await;
    let person = scratch
        .person(Sketch {
            permissions: ALL,
            ..Sketch::default()
        })
        .await;
    let token = person.token.clone();
    drop((caller, person));
    Prepared {
        kept: scratch.shut().await,
        token,
    }
}

/// The child, as its parent sees it.
pub struct Child {
    process: std::process::Child,
    lines: Receiver<String>,
    /// Moves that were confirmed.
    pub done: BTreeSet<i64>,
    /// Moves that were surely refused.
    pub refused: BTreeSet<i64>,
}

impl Child {
    /// Starts this test once more, as the child; `shell` may put limits on it first.
    pub fn start(test: &str, prepared: &Prepared, first: i64, shell: &str) -> Self {
        let own = std::env::current_exe().unwrap();
        let mut process = Command::new("sh")
            .arg("-c")
            .arg(format!("{shell} exec \"$0\" \"$@\""))
            .arg(own)
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(FOLDER, prepared.kept.folder())
            .env(URL, prepared.kept.url())
            .env(TOKEN, &prepared.token)
            .env(FIRST, first.to_string())
            .env(LIMIT, if shell.is_empty() { "" } else { "yes" })
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = process.stdout.take().unwrap();
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            process,
            lines,
            done: BTreeSet::new(),
            refused: BTreeSet::new(),
        }
    }

    /// Listens until the child has said enough, or nothing for so long.
    pub fn listen(&mut self, mut is_enough: impl FnMut(&Self) -> bool, patience: Duration) {
        while !is_enough(self) {
            match self.lines.recv_timeout(patience) {
                Ok(line) => self.hear(&line),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Kills it as a power switch would, and hears what it had still said.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        while let Ok(line) = self.lines.recv() {
            self.hear(&line);
        }
    }

    /// The child's process number.
    pub fn number(&self) -> u32 {
        self.process.id()
    }

    fn hear(&mut self, line: &str) {
        if let Some(number) = line.strip_prefix("done ") {
            self.done.insert(number.parse().unwrap());
        } else if let Some(number) = line.strip_prefix("refused ") {
            self.refused.insert(number.parse().unwrap());
        }
    }
}

/// Works until killed, if this process is the child of the test; else returns at once.
#[expect(
    clippy::disallowed_methods,
    reason = "the child is told by its environment what it is"
)]
pub async fn work_if_child() {
    let told = |name: &str| std::env::var(name);
    let (Ok(folder), Ok(url), Ok(token)) = (told(FOLDER), told(URL), told(TOKEN)) else {
        return;
    };
    let first: i64 = told(FIRST).unwrap().parse().unwrap();
    let is_limited = told(LIMIT).is_ok_and(|limit| !limit.is_empty());
    let scratch = Kept::at(Path::new(&folder), &url, linen()).reopen().await;
    let caller = scratch.identity.caller(&token, false).await.unwrap();
    let number = Arc::new(AtomicI64::new(first));
    let mut hands = JoinSet::new();
    for hand in 0..HANDS {
        let (store, caller, number) = (scratch.store.clone(), caller.clone(), number.clone());
        hands.spawn(async move {
            let mut dice = Dice(hand + u64::try_from(first).unwrap());
            loop {
                let permit = caller.permit(MoveBlanket).await.unwrap();
                let from = 1 + i64::try_from(dice.below(6)).unwrap();
                let to = 1 + (from + i64::try_from(dice.below(5)).unwrap()) % 6;
                let number = number.fetch_add(1, SeqCst);
                let moved = Move {
                    number,
                    from: ShelfId(from),
                    to: ShelfId(to),
                };
                match move_blanket(&store, permit, moved).await {
                    Ok(_) => say("done", number),
                    Err(StoreError::Unknown) => say("unknown", number),
                    Err(error) if is_limited || error.is_passing() => say("refused", number),
                    Err(error) => panic!("{number}: {error}"),
                }
            }
        });
    }
    hands.join_all().await;
}

fn say(word: &str, number: i64) {
    // One write a line, so that a killed child leaves no half word before a whole one.
    let line = format!("{word} {number}\n");
    let _ = std::io::stdout().lock().write_all(line.as_bytes()); // the parent may be gone
}
