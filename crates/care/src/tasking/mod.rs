//! Tasking: hospital staff ask for work, the right and nearest person gets it on a phone.
//!
//! The rules are pure and stand in [`model`], [`worker`], [`reasons`] and [`priority`]; the
//! operations (`ask.rs`, `offers.rs`, `work.rs`, `people.rs`) put them into one change each, with
//! its event. [`dispatcher`] asks the engine whom to offer what; [`board`], [`task_page`] and
//! [`own`] are what pages and API read. Refused: a trail of places; where somebody is, is a zone in
//! memory.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use trust::{
    store::{Store, error::StoreError, migrate::Migration},
    vault::SubjectId,
};

use self::{
    directory::Directories,
    model::{LocationId, TaskId, WorkerId},
};

pub mod ask;
pub mod ask_page;
pub mod board;
pub mod directory;
pub mod dispatcher;
pub mod erasing;
pub mod error;
pub mod events;
pub mod import;
pub mod importing;
pub mod journal;
pub mod model;
pub mod offers;
pub mod own;
pub mod people;
pub mod people_page;
pub mod priority;
pub mod reasons;
pub mod rows;
pub mod seen;
pub mod setup;
mod shared_work;
pub mod skill_words;
mod step;
pub mod storing;
pub mod task_page;
pub mod teams;
pub mod work;
pub mod worker;

/// Tasking's own tables.
pub const MIGRATIONS: [Migration; 2] = [
    Migration {
        number: 2,
        name: "tasking",
        sql: include_str!("../../../../migrations/0002_tasking.sql"),
    },
    Migration {
        number: 3,
        name: "set up",
        sql: include_str!("../../../../migrations/0003_set_up.sql"),
    },
];

/// Tasking of one instance. Cheap to clone.
#[derive(Clone)]
pub struct Tasking {
    pub(crate) store: Store,
    pub(crate) whereabouts: Whereabouts,
    pub(crate) directories: Directories,
    pub(crate) waiting: WhyWaiting,
    pub(crate) visitors: Visitors,
    pub(crate) usual: ask_page::UsualWays,
    /// One import at a time.
    pub(crate) importing: Arc<tokio::sync::Mutex<()>>,
    pub(crate) arriving: journal::Arriving,
}

impl Tasking {
    /// Tasking over a store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        let directories = Directories::new(&store);
        let (whereabouts, waiting) = (Whereabouts::default(), WhyWaiting::default());
        let visitors = Visitors::default();
        Self {
            store,
            whereabouts,
            directories,
            waiting,
            visitors,
            usual: ask_page::UsualWays::default(),
            importing: Arc::default(),
            arriving: journal::Arriving::default(),
        }
    }

    /// This person is a visitor of a demonstration: they answer offers in real time, however fast
    /// the day runs. Without effect where the day is not fast.
    pub fn answers_in_real_time(&self, worker: WorkerId) {
        self.visitors.add(worker);
    }

    /// Places, walks, teams and kinds of work: facts of the house, not of people, so that looking
    /// at them leaves no entry.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub async fn directory(&self) -> Result<Arc<directory::Directory>, StoreError> {
        let mut reader = self.store.facts().await?;
        self.directories.current(&mut reader).await
    }

    /// Every durable entry from now on, for live pages.
    #[must_use]
    pub fn notices(&self) -> tokio::sync::broadcast::Receiver<Arc<[trust::store::health::Notice]>> {
        self.store.notices()
    }

    pub(crate) async fn new_subject(&self) -> Result<SubjectId, StoreError> {
        let made = self.store.vault().new_subject().await;
        Ok(made?)
    }
}

/// Where people were last, by their own presses. In memory only; gone with shift and restart.
#[derive(Clone, Default)]
pub(crate) struct Whereabouts(Arc<Mutex<HashMap<WorkerId, LocationId>>>);

impl Whereabouts {
    pub fn saw(&self, worker: WorkerId, place: LocationId) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(worker, place);
    }

    pub fn forget(&self, worker: WorkerId) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&worker);
    }

    pub fn of(&self, worker: WorkerId) -> Option<LocationId> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&worker)
            .copied()
    }
}

/// Why a task waits, as the dispatcher saw it last. In memory: it changes with every plan.
#[derive(Clone, Default)]
pub(crate) struct WhyWaiting(Arc<Mutex<HashMap<TaskId, String>>>);

impl WhyWaiting {
    /// Takes the reasons of a new plan; true when any of them changed.
    pub fn replace(&self, reasons: HashMap<TaskId, String>) -> bool {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = *held != reasons;
        *held = reasons;
        changed
    }

    pub fn of(&self, task: TaskId) -> Option<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&task)
            .cloned()
    }
}

/// Who plays a part in a demonstration.
#[derive(Clone, Default)]
pub(crate) struct Visitors(Arc<Mutex<std::collections::HashSet<WorkerId>>>);

impl Visitors {
    pub fn add(&self, worker: WorkerId) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(worker);
    }

    pub fn holds(&self, worker: WorkerId) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&worker)
    }
}
