//! What somebody had before their eyes when they decided, so that "someone was quicker" is told.
//!
//! A ward or a desk decides on what a page showed: a task that moved on since is not changed by
//! that decision, but shown again. A handler's own press is about the work in their hands and not
//! about a page, so the rules alone decide there (`work.rs`). Next: `step.rs`, which compares.

use super::model::{TaskId, WorkerId};

/// Which version of a row a decision was made on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The one a page or a script was shown; anything newer is "someone was quicker".
    At(i64),
    /// Whatever is there now: the rules alone say whether the step is still right.
    AsItIs,
}

impl Seen {
    /// Whether a row at `version` is still what was seen.
    #[must_use]
    pub fn is_still(self, version: i64) -> bool {
        match self {
            Self::At(seen) => seen == version,
            Self::AsItIs => true,
        }
    }
}

/// A task, and the version of it that was decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenTask {
    /// Which.
    pub id: TaskId,
    /// What of it.
    pub seen: Seen,
}

impl SeenTask {
    /// As a page showed it.
    #[must_use]
    pub const fn at(id: TaskId, version: i64) -> Self {
        let seen = Seen::At(version);
        Self { id, seen }
    }

    /// Whatever has become of it.
    #[must_use]
    pub const fn as_it_is(id: TaskId) -> Self {
        let seen = Seen::AsItIs;
        Self { id, seen }
    }
}

/// A person, and the version of them that was decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenWorker {
    /// Who.
    pub id: WorkerId,
    /// What of them.
    pub seen: Seen,
}

impl SeenWorker {
    /// Whatever has become of them.
    #[must_use]
    pub const fn as_it_is(id: WorkerId) -> Self {
        let seen = Seen::AsItIs;
        Self { id, seen }
    }
}
