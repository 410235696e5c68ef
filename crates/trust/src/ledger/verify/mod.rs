//! Whether anybody changed anything behind Almoner's back: the verifier's core.
//!
//! It is fed a whole database and says what does not fit. Every row of the table below was tried on
//! real databases; no single check finds them all.
//!
//! | What was done | Found by |
//! |---|---|
//! | row edited, copied, swapped | its digest in its last entry; its seal |
//! | row deleted, row put back to an older version | its last entry; the keyed sum |
//! | entry edited, deleted, renumbered, reordered, cut off | the tree against the lane's head |
//! | the same, with the head mended | the tree against signed checkpoints |
//! | the same, with everything mended and signed again; whole database put back | anchors |
//!
//! History that was lost and *declared* lost ([`super::recovery`]) is no finding: the report names
//! it in its own place, and the anchors that the declaration names are not held against the log.
//!
//! Order of feeding: what the ledger must agree with ([`Claims`]) goes into [`Verifier::new`]; then
//! every entry, each lane in order; then heads, rows and sums in any order; then
//! [`Verifier::finish`]. Memory grows with the number of rows ever written, about 100 bytes each,
//! and not with the number of entries.
//!
//! ```
//! use trust::ledger::verify::{Options, Verifier, What};
//!
//! let mut verifier = Verifier::new(*b"an instance's id", Options::default());
//! verifier.entry(0, 0, b"not an entry");
//! let report = verifier.finish();
//! assert_eq!(report.findings[0].what, What::EntryUnreadable);
//! assert_eq!(report.findings[1].sentence, "lane 0 has 1 entry and no head");
//! ```
//!
//! Refuses: SQL, and believing anything it is fed. Nothing in a database makes it panic.
//! A row belongs to the entry with the greatest moment among those that touch it, ties going to the
//! greater lane, then sequence; the store sees to it that a row's entries have rising moments.
//!
//! Read next: [`finding`] for what can be found.

pub mod claims;
pub mod finding;
mod lane;
mod rows;

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use serde::Serialize;

use super::Hash;
use super::checkpoint::Issuer;
use super::entry::{Entry, Key, Pointer};
use super::recovery::Declaration;
use super::row::Cell;
use super::tree::Frontier;
pub use claims::Claims;
use finding::Findings;
pub use finding::{Finding, Recovery, What};
use lane::Lane;
use rows::Rows;

/// How to verify.
#[derive(Default)]
pub struct Options {
    /// The instance's seal key. Without it seals are not recomputed; everything else is checked.
    pub seal_key: Option<hmac::Key>,
    /// What was signed or kept elsewhere about this ledger.
    pub claims: Claims,
}

/// What a verification came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How many entries were read.
    pub entries: u64,
    /// How many rows were read.
    pub rows: u64,
    /// What does not fit, at most [`finding::LISTED_MAX`].
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub unlisted: u64,
    /// History that was lost and declared so, in the order of the log.
    pub recoveries: Vec<Recovery>,
}

impl Report {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.findings.is_empty()
    }
}

/// A verification under way.
pub struct Verifier {
    instance: [u8; 16],
    entries: u64,
    lanes: BTreeMap<u16, Lane>,
    rows: Rows,
    findings: Findings,
    /// Whose declarations are believed.
    issuer: Issuer,
    recoveries: Vec<Recovery>,
}

impl Verifier {
    /// Begins with what the ledger will be held against.
    #[must_use]
    pub fn new(instance: [u8; 16], options: Options) -> Self {
        let mut findings = Findings::default();
        let issuer = options.claims.issuer();
        let lanes = options.claims.into_lanes(&mut findings);
        Self {
            instance,
            entries: 0,
            lanes,
            rows: Rows::new(options.seal_key),
            findings,
            issuer,
            recoveries: vec![],
        }
    }

    /// Takes the next entry of a lane: where it is kept, and its bytes.
    pub fn entry(&mut self, lane: u16, sequence: u64, bytes: &[u8]) {
        self.entries += 1;
        let place = Pointer { lane, sequence };
        let decoded = Entry::decode(bytes);
        let state = self
            .lanes
            .entry(lane)
            .or_insert_with(|| Lane::new(lane, vec![]));
        if let Ok(entry) = &decoded {
            match Declaration::carried_by(entry, &self.issuer) {
                Ok(None) => {}
                Ok(Some(declared)) if state.declare(&declared, &mut self.findings) => {
                    let recovery = Recovery::of(&declared);
                    // A long list of anchors goes on in the next entry.
                    if self.recoveries.last() != Some(&recovery) {
                        self.recoveries.push(recovery);
                    }
                }
                Ok(Some(_)) => {
                    let sentence = format!("{place} declares a loss after another history");
                    self.findings
                        .at_entry(What::RecoveryRefused, place, sentence);
                }
                Err(error) => {
                    let sentence = format!("{place} declares a loss and is not believed: {error}");
                    self.findings
                        .at_entry(What::RecoveryRefused, place, sentence);
                }
            }
        }
        state.entry(sequence, bytes, &mut self.findings);
        let entry = match decoded {
            Ok(entry) => entry,
            Err(error) => {
                let sentence = format!("{place} cannot be read: {error}");
                self.findings
                    .at_entry(What::EntryUnreadable, place, sentence);
                return;
            }
        };
        if entry.instance != self.instance {
            let sentence = format!("{place} was written by another instance");
            self.findings.at_entry(What::EntryForeign, place, sentence);
        }
        if entry.pointer() != place {
            let sentence = format!("in the place of {place} stands {}", entry.pointer());
            self.findings
                .at_entry(What::EntryMisplaced, place, sentence);
        }
        // The rows' own pointers name the place that the entry itself tells.
        let (pointer, at) = (entry.pointer(), entry.at);
        for touch in entry.touched {
            self.rows.touch(pointer, at, touch);
        }
    }

    /// Takes a lane's head row: the size and the frontier that the next entry would be added to.
    pub fn head(&mut self, lane: u16, size: u64, frontier: &[u8]) {
        let state = self
            .lanes
            .entry(lane)
            .or_insert_with(|| Lane::new(lane, vec![]));
        match Frontier::from_bytes(frontier) {
            Ok(frontier) if frontier.size() == size => state.head(&frontier, &mut self.findings),
            Ok(frontier) => {
                let kept = frontier.size();
                let sentence = format!("the head of lane {lane} says size {size} and holds {kept}");
                state.head_seen();
                self.findings.in_lane(What::HeadDamaged, lane, sentence);
            }
            Err(error) => {
                let sentence = format!("the head of lane {lane} cannot be read: {error}");
                state.head_seen();
                self.findings.in_lane(What::HeadDamaged, lane, sentence);
            }
        }
    }

    /// Takes a row with all its columns, `entry` and `seal` among them.
    pub fn row(&mut self, table: &str, key: &Key, cells: &[(&str, Cell)]) {
        self.rows.row(table, key, cells, &mut self.findings);
    }

    /// Takes a stored total. A bucket's totals over all lanes are added up.
    pub fn sum(&mut self, table: &str, bucket: u8, total: &Hash) {
        self.rows.sum(table, bucket, total);
    }

    /// Reports something that cannot even be fed, such as a value of a kind that no row may hold.
    pub fn unreadable_row(&mut self, table: &str, key: &Key, reason: &str) {
        self.rows.unreadable(table, key, reason, &mut self.findings);
    }

    /// Draws the conclusion.
    #[must_use]
    pub fn finish(mut self) -> Report {
        for lane in self.lanes.values_mut() {
            lane.finish(&mut self.findings);
        }
        let rows = self.rows.finish(&mut self.findings);
        let (findings, unlisted) = self.findings.into_parts();
        Report {
            entries: self.entries,
            rows,
            findings,
            unlisted,
            recoveries: self.recoveries,
        }
    }
}
