//! What the store tells the rest of the server without being asked.

use tokio::sync::watch;

use crate::{
    ledger::{Hash, entry::Key},
    store::lane::Draft,
};

/// Whether work is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// Yes.
    Working,
    /// The last batch could not be stored; each new change tries again.
    Failing(String),
    /// No: the instance is read-only until a person has decided, with the reason.
    Quarantined(String),
}

impl Health {
    /// Says it once, and never lifts a quarantine.
    pub(crate) fn note(sender: &watch::Sender<Self>, now: Self) {
        sender.send_if_modified(|health| {
            if *health == now || matches!(health, Self::Quarantined(_)) {
                return false;
            }
            *health = now;
            true
        });
    }
}

/// Where the log of this lane stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The lane.
    pub lane: u16,
    /// Entries so far.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
}

/// One durable entry, told to whoever listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The entry's place.
    pub pointer: i64,
    /// The event's name.
    pub event: &'static str,
    /// The rows it touched.
    pub touched: Vec<(String, Key)>,
}

impl Notice {
    pub(crate) fn of(draft: &Draft) -> Self {
        let touched = draft
            .touched
            .iter()
            .map(|touch| (touch.table.clone(), touch.key.clone()))
            .collect();
        Self {
            pointer: 0,
            event: draft.event,
            touched,
        }
    }

    pub(crate) fn at(mut self, pointer: i64) -> Self {
        self.pointer = pointer;
        self
    }

    /// Whether a row of one of these tables changed.
    #[must_use]
    pub fn touches(&self, tables: &[&str]) -> bool {
        self.touched
            .iter()
            .any(|(table, _)| tables.contains(&table.as_str()))
    }
}
