//! What a verification can find, in words for people and codes for programs.
//!
//! A [`Finding`] names the table, the key and the entry as far as they are known, and says in one
//! sentence what is wrong. The codes of [`What`] are stable: the second verifier in `tools/` uses
//! the same ones, and monitoring may match on them.
//!
//! Refuses: to hold more than [`LISTED_MAX`] findings; a database of garbage must not fill the
//! memory of whoever looks at it. The rest is counted.

use std::fmt;

use serde::Serialize;

use super::super::entry::{Key, Pointer};
use super::super::recovery::Declaration;

/// The most findings that are listed. Further ones are counted only.
pub const LISTED_MAX: usize = 1_000;

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// An entry's bytes are not an entry.
    EntryUnreadable,
    /// An entry stands in another place than it says itself.
    EntryMisplaced,
    /// An entry was written by another instance.
    EntryForeign,
    /// Entries are missing in the middle of a lane.
    EntryMissing,
    /// A place in a lane is taken twice, or entries come out of order.
    EntryRepeated,
    /// A lane has entries and no head.
    HeadMissing,
    /// A lane's head cannot be read.
    HeadDamaged,
    /// A lane has fewer entries than its head counts.
    LogShort,
    /// A lane has more entries than its head counts.
    LogLong,
    /// A lane's entries do not give the tree that its head holds.
    LogRewritten,
    /// A stored checkpoint cannot be read, or is not signed by this instance.
    CheckpointRefused,
    /// A lane's entries do not give the root that a stored checkpoint signed.
    CheckpointDisagrees,
    /// A stored checkpoint knows more entries than there are.
    CheckpointAhead,
    /// An anchor cannot be read, or is not signed by this instance.
    AnchorRefused,
    /// A lane's entries do not give the root that was anchored: history was rewritten.
    AnchorDisagrees,
    /// An anchor knows more entries than there are: the database was put back or cut off.
    AnchorAhead,
    /// A declared loss of history is not signed by this instance, or stands where it does not fit.
    RecoveryRefused,
    /// A row is not what its last entry recorded.
    RowEdited,
    /// A row points to another entry than the last that touched it.
    RowReplaced,
    /// No entry ever wrote this row.
    RowUnrecorded,
    /// The row's last entry deleted it, and here it is.
    RowAfterDeletion,
    /// The row's last entry left it there, and it is gone.
    RowMissing,
    /// A key exists twice.
    RowRepeated,
    /// A value is of a kind that no row can hold.
    RowUnreadable,
    /// A row's seal is not made from its values, or is no seal.
    SealBroken,
    /// The seals of a bucket do not add up to the stored total.
    SumDisagrees,
}

/// One thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The kind.
    pub what: What,
    /// The table, if it is about one.
    pub table: Option<String>,
    /// The row's key, if it is about a row.
    pub key: Option<Key>,
    /// The lane, if it is about the ledger or a row that has an entry.
    pub lane: Option<u16>,
    /// The entry: the wrong one, the row's last one, or the first that may have been changed.
    pub sequence: Option<u64>,
    /// All of it as a sentence.
    pub sentence: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.sentence)
    }
}

/// History that is lost, and that somebody declared so. Not a finding: it tells the auditor whom to
/// ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recovery {
    /// The lane.
    pub lane: u16,
    /// The first entry that is lost.
    pub lost_from: u64,
    /// The entry after the last that is lost.
    pub lost_until: u64,
    /// The account of whoever declared it.
    pub by: i64,
    /// Why, in their words.
    pub reason: String,
    /// All of it as a sentence.
    pub sentence: String,
}

impl Recovery {
    pub(super) fn of(declared: &Declaration) -> Self {
        let Declaration {
            lane,
            lost_from,
            lost_until,
            by,
            ref reason,
            ..
        } = *declared;
        let sentence = format!(
            "history lost between entry {lost_from} and {} of lane {lane}, declared by account \
             {by}, because: {}",
            lost_until.saturating_sub(1),
            reason.escape_debug()
        );
        Self {
            lane,
            lost_from,
            lost_until,
            by,
            reason: reason.clone(),
            sentence,
        }
    }
}

/// The findings so far.
#[derive(Default)]
pub(super) struct Findings {
    listed: Vec<Finding>,
    unlisted: u64,
}

impl Findings {
    /// About one entry, or about all from one entry on.
    pub(super) fn at_entry(&mut self, what: What, place: Pointer, sentence: String) {
        let (lane, sequence) = (Some(place.lane), Some(place.sequence));
        self.add(Finding {
            what,
            table: None,
            key: None,
            lane,
            sequence,
            sentence,
        });
    }

    /// About a lane as a whole.
    pub(super) fn in_lane(&mut self, what: What, lane: u16, sentence: String) {
        let lane = Some(lane);
        self.add(Finding {
            what,
            table: None,
            key: None,
            lane,
            sequence: None,
            sentence,
        });
    }

    /// About something that belongs to no lane, such as a damaged file.
    pub(super) fn outside(&mut self, what: What, sentence: String) {
        self.add(Finding {
            what,
            table: None,
            key: None,
            lane: None,
            sequence: None,
            sentence,
        });
    }

    /// About a row, with its last entry if it has one.
    pub(super) fn at_row(
        &mut self,
        what: What,
        row: (&str, &Key),
        entry: Option<Pointer>,
        sentence: String,
    ) {
        let (table, key) = (Some(row.0.to_owned()), Some(row.1.clone()));
        let (lane, sequence) = (
            entry.map(|place| place.lane),
            entry.map(|place| place.sequence),
        );
        self.add(Finding {
            what,
            table,
            key,
            lane,
            sequence,
            sentence,
        });
    }

    /// About a table.
    pub(super) fn in_table(&mut self, what: What, table: &str, sentence: String) {
        let table = Some(table.to_owned());
        self.add(Finding {
            what,
            table,
            key: None,
            lane: None,
            sequence: None,
            sentence,
        });
    }

    pub(super) fn into_parts(self) -> (Vec<Finding>, u64) {
        (self.listed, self.unlisted)
    }

    fn add(&mut self, finding: Finding) {
        if self.listed.len() < LISTED_MAX {
            self.listed.push(finding);
        } else {
            self.unlisted += 1;
        }
    }
}
