//! The open batch: what is written and not yet durable. Nobody has been told anything yet.

use std::collections::BTreeSet;

use tokio::time::Instant;

use crate::{
    identity::{grants::Outdated, permit::Scope},
    store::{
        error::StoreError,
        health::Notice,
        keeper::Answer,
        lane::{Bucket, Receipt},
        row::Save,
    },
};

/// What the open transaction holds. Nobody has been told anything yet.
#[derive(Default)]
pub(super) struct Batch {
    pub opened: Option<Instant>,
    pub changes: usize,
    pub entries: Vec<Waiting>,
    /// A savepoint stands after the last good change. Tracked, never guessed: rolling back to a
    /// mark that an *earlier* change left behind would undo that change too.
    pub marked: bool,
    pub buckets: BTreeSet<Bucket>,
    pub checkpoints: Vec<(u64, String)>,
    /// The rows written so far, where they may have to be written once more (see `replays`).
    pub accepted: Vec<Save>,
    /// What the batch makes outdated in what is known of rights.
    pub outdated: Vec<Outdated>,
    /// Why the whole transaction can no longer be committed.
    pub broken: Option<StoreError>,
}

pub(super) struct Waiting {
    pub receipt: Receipt,
    pub bytes: Vec<u8>,
    pub notice: Notice,
    pub reply: Reply,
}

pub(super) enum Reply {
    Change(Answer<Receipt>),
    Entry(Answer<(Receipt, Scope)>, Scope),
}

impl Reply {
    pub fn send(self, outcome: Result<Receipt, StoreError>) {
        // A waiter gone meanwhile has a change that stands, unanswered: the log shows it.
        match self {
            Self::Change(reply) => drop(reply.send(outcome)),
            Self::Entry(reply, scope) => {
                drop(reply.send(outcome.map(|receipt| (receipt, scope))));
            }
        }
    }
}
