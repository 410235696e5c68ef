//! Putting signed checkpoints out of reach, and asking them at the start and every hour.
//!
//! [`Anchoring::start`] first compares the log with what its anchors know ([`compare`]); behind or
//! forked, the instance becomes read-only and says why. Then a task signs the head whenever it
//! moved, keeps the checkpoint beside the log, and creates it in every folder. A folder that fails
//! or hangs is reported ([`State`]) and tried again; it never holds up the others or the server.
//!
//! Refuses: signing while the instance is in quarantine, since that would anchor the wrong history.
//! The task ends with the store, after anchoring the last head.

pub mod compare;
pub mod declare;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use futures_util::future;
use tokio::{
    sync::watch,
    task::{JoinHandle, spawn_blocking},
    time::{MissedTickBehavior, interval, timeout},
};

pub use self::compare::{Compared, compare_at_start};
use crate::{
    ledger::{
        anchor::{self, AnchorError, Written},
        checkpoint::{self, Checkpoint, CheckpointError, lane_origin},
    },
    store::{
        Store,
        health::{Head, Health},
        value::Moment,
    },
};

/// How long a folder may take before it is reported as not answering.
const FOLDER_MAX: Duration = Duration::from_secs(5);

/// What is anchored where, and how often.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The instance's origin; it names key and lanes.
    pub origin: String,
    /// Where the server may create files and should not be able to change them.
    pub folders: Vec<PathBuf>,
    /// How often a head that moved is anchored. What is newer can be lost unseen.
    pub every: Duration,
    /// How often the log is compared with its anchors.
    pub compare_every: Duration,
}

/// What the health page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Each folder, in the order of the settings.
    pub folders: Vec<Folder>,
    /// The last comparison.
    pub compared: Compared,
}

/// How one folder does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// The folder.
    pub folder: PathBuf,
    /// How many entries the newest anchor there covers, and when it was put there, since the start.
    pub kept: Option<(u64, Moment)>,
    /// Why the last try failed, as a sentence.
    pub trouble: Option<String>,
}

/// The anchoring of one store, under way.
pub struct Anchoring {
    state: watch::Receiver<State>,
    task: JoinHandle<()>,
}

impl Anchoring {
    /// Compares, quarantines if need be, and begins. A folder that is missing is no reason to fail.
    pub async fn start(store: &Store, settings: Settings) -> Self {
        let compared = compare_at_start(store, &settings).await;
        let folder = |folder: &PathBuf| Folder {
            folder: folder.clone(),
            kept: None,
            trouble: None,
        };
        let folders = settings.folders.iter().map(folder).collect();
        let (sender, state) = watch::channel(State { folders, compared });
        let places = settings
            .folders
            .iter()
            .map(|folder| Place::new(folder))
            .collect();
        let worker = Worker {
            store: store.clone(),
            settings,
            places,
            signed: None,
            state: sender,
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "anchoring's home; its owner sees it end"
        )]
        let task = tokio::spawn(worker.run());
        Self { state, task }
    }

    /// How it goes; can be waited on.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// Waits until the last head is anchored. Close the store first.
    pub async fn finished(self) {
        if let Err(error) = self.task.await {
            tracing::error!(%error, "anchoring ended with a fault");
        }
    }
}

/// A folder and what is being written there.
struct Place {
    folder: PathBuf,
    kept: u64,
    /// A write that has not answered yet, and the size it is about.
    pending: Option<(u64, JoinHandle<Result<Written, AnchorError>>)>,
}

struct Worker {
    store: Store,
    settings: Settings,
    places: Vec<Place>,
    /// The head that was signed last.
    signed: Option<(Head, String)>,
    state: watch::Sender<State>,
}

enum Due {
    Anchor,
    Comparison,
    Last,
}

impl Worker {
    async fn run(mut self) {
        let (mut ticks, mut hours) = (
            interval(self.settings.every),
            interval(self.settings.compare_every),
        );
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        hours.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut ended = self.store.ended.clone();
        loop {
            let due = tokio::select! {
                biased;
                _ = ended.wait_for(|ended| *ended) => Due::Last, // gone is ended, too
                _ = ticks.tick() => Due::Anchor,
                _ = hours.tick() => Due::Comparison,
            };
            match due {
                Due::Anchor => self.anchor().await,
                Due::Comparison => self.compare().await,
                Due::Last => return self.anchor().await,
            }
        }
    }

    async fn compare(&mut self) {
        let compared = compare::compare(&self.store, &self.settings).await;
        compare::act_on(&compared, &self.store);
        self.state.send_modify(|state| state.compared = compared);
    }

    async fn anchor(&mut self) {
        if self.is_quarantined() {
            return;
        }
        let head = *self.store.head.borrow();
        if head.size == 0 {
            return; // nothing to hold on to yet
        }
        if self
            .signed
            .as_ref()
            .is_none_or(|(signed, _)| *signed != head)
        {
            match sign(&self.store, &self.settings.origin, head) {
                Ok(note) => {
                    self.store.keep_checkpoint(head.size, note.clone()).await;
                    self.signed = Some((head, note));
                }
                Err(error) => {
                    tracing::error!(%error, "the head cannot be signed");
                    return;
                }
            }
        }
        let Some((_, note)) = &self.signed else {
            return;
        };
        let writes = self.places.iter_mut().map(|place| place.write(head, note));
        let outcomes = future::join_all(writes).await;
        let mut taken = false;
        for (at, outcome) in outcomes.into_iter().enumerate() {
            taken |= matches!(outcome, Err(Trouble::Anchor(AnchorError::Taken(_))));
            self.note(at, outcome);
        }
        if taken {
            self.compare().await; // another history may have been anchored there
            self.anchor_beside(head).await;
        }
    }

    /// Where a history that was declared lost, or a damaged file, has taken the anchor's name. Not
    /// after another history that nobody declared: the comparison has put us into quarantine then.
    async fn anchor_beside(&mut self, head: Head) {
        let (Some((_, note)), false) = (&self.signed, self.is_quarantined()) else {
            return;
        };
        for at in 0..self.places.len() {
            if self.places[at].kept == head.size || self.places[at].pending.is_some() {
                continue;
            }
            let (folder, note) = (self.places[at].folder.clone(), note.clone());
            let writing = spawn_blocking(move || anchor::write_beside(&folder, head.lane, &note));
            let outcome = match timeout(FOLDER_MAX, writing).await {
                Err(_) => Err(Trouble::Hangs),
                Ok(Err(_)) => Err(Trouble::Died),
                Ok(Ok(Err(error))) => Err(Trouble::Anchor(error)),
                Ok(Ok(Ok(_))) => Ok(head.size),
            };
            if outcome.is_ok() {
                self.places[at].kept = head.size;
            }
            self.note(at, outcome);
        }
    }

    fn is_quarantined(&self) -> bool {
        matches!(&*self.store.health.borrow(), Health::Quarantined(_))
    }

    /// Tells the health page, and the server's own log when something begins or ends.
    fn note(&self, at: usize, outcome: Result<u64, Trouble>) {
        let now = self.store.clock.wall();
        self.state.send_if_modified(|state| {
            let folder = &mut state.folders[at];
            let before = folder.clone();
            match outcome {
                Ok(size) => {
                    folder.trouble = None;
                    if folder.kept.is_none_or(|(kept, _)| kept != size) {
                        folder.kept = Some((size, now));
                    }
                }
                Err(trouble) => folder.trouble = Some(trouble.sentence(&folder.folder)),
            }
            if let Some(trouble) = &folder.trouble
                && before.trouble != folder.trouble
            {
                tracing::warn!(folder = %folder.folder.display(), trouble, "anchors are not kept");
            }
            *folder != before
        });
    }
}

fn sign(store: &Store, origin: &str, head: Head) -> Result<String, CheckpointError> {
    let origin_of_lane = lane_origin(origin, head.lane);
    let checkpoint = Checkpoint {
        origin: origin_of_lane,
        size: head.size,
        root: head.root,
    };
    checkpoint::sign(&checkpoint, origin, store.vault.signer())
}

/// Why an anchor is not in a folder.
enum Trouble {
    Anchor(AnchorError),
    Hangs,
    Died,
}

impl Trouble {
    fn sentence(&self, folder: &Path) -> String {
        match self {
            Self::Anchor(AnchorError::Io(place, cause)) => {
                format!("could not use {}: {cause}", place.display())
            }
            Self::Anchor(error) => error.to_string(),
            Self::Hangs => format!("the anchor folder {} does not answer", folder.display()),
            Self::Died => format!("writing to {} broke off", folder.display()),
        }
    }
}

impl Place {
    fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            kept: 0,
            pending: None,
        }
    }

    /// Writes unless it is there; gives the size that the folder's newest anchor covers now.
    async fn write(&mut self, head: Head, note: &str) -> Result<u64, Trouble> {
        if self.pending.is_none() && self.kept == head.size {
            return Ok(self.kept);
        }
        let (size, mut task) = self.pending.take().unwrap_or_else(|| {
            let (folder, note) = (self.folder.clone(), note.to_owned());
            (
                head.size,
                spawn_blocking(move || anchor::write(&folder, head.lane, &note)),
            )
        });
        match timeout(FOLDER_MAX, &mut task).await {
            Err(_) => {
                self.pending = Some((size, task)); // a lost network disk may come back
                Err(Trouble::Hangs)
            }
            Ok(Err(_)) => Err(Trouble::Died),
            Ok(Ok(Err(error))) => Err(Trouble::Anchor(error)),
            Ok(Ok(Ok(Written::New | Written::AlreadyThere))) => {
                self.kept = size;
                Ok(size)
            }
        }
    }
}
