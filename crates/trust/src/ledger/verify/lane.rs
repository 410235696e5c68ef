//! One lane of the log, read from its first entry to its last.
//!
//! The lane's tree grows entry by entry. Whenever it has the size of a claim, the claim is settled;
//! at the end the head is compared. Between the last claim that holds and the first that does not
//! lies what was changed, so a finding names that stretch.
//!
//! Refuses: repeating itself. Once a lane has parted from a kind of claim, later claims of the kind
//! must disagree too and are not reported again.

use std::vec::IntoIter;

use super::super::entry::Pointer;
use super::super::leaf_hash;
use super::super::recovery::Declaration;
use super::super::tree::Frontier;
use super::claims::{Claim, Source};
use super::finding::{Findings, What};

/// A lane while it is read.
pub(super) struct Lane {
    lane: u16,
    tree: Frontier,
    /// The sequence that the next entry must have.
    next: u64,
    /// Those not yet settled, the smallest size first.
    claims: std::iter::Peekable<IntoIter<Claim>>,
    /// The greatest size up to which the database's own claims say that all is well.
    agreed: u64,
    /// The same by anchors alone, since stored checkpoints may have been signed anew.
    anchored: u64,
    checkpoint_disagreed: bool,
    anchor_disagreed: bool,
    head_seen: bool,
}

impl Lane {
    /// A lane without entries yet; `claims` in order of size.
    pub(super) fn new(lane: u16, claims: Vec<Claim>) -> Self {
        Self {
            lane,
            tree: Frontier::new(),
            next: 0,
            claims: claims.into_iter().peekable(),
            agreed: 0,
            anchored: 0,
            checkpoint_disagreed: false,
            anchor_disagreed: false,
            head_seen: false,
        }
    }

    /// Adds the next entry to the tree.
    pub(super) fn entry(&mut self, sequence: u64, bytes: &[u8], findings: &mut Findings) {
        self.settle(findings); // claims about the empty lane
        let (lane, next) = (self.lane, self.next);
        if sequence > next {
            let sentence = match sequence - next {
                1 => format!("entry {next} of lane {lane} is missing"),
                _ => format!(
                    "entries {next} to {} of lane {lane} are missing",
                    sequence - 1
                ),
            };
            self.report(What::EntryMissing, next, sentence, findings);
        } else if sequence < next {
            let sentence = format!("entry {sequence} of lane {lane} stands there again");
            self.report(What::EntryRepeated, sequence, sentence, findings);
        }
        self.next = self.next.max(sequence.saturating_add(1));
        self.tree.append(leaf_hash(bytes));
        self.settle(findings);
    }

    /// Takes the declaration that the next entry carries: the anchors that it names are not held
    /// against this lane. `false`, and nothing is excused, if it was signed over another history.
    pub(super) fn declare(&mut self, declared: &Declaration, findings: &mut Findings) -> bool {
        self.settle(findings);
        let fits = declared.kept == self.tree.size() && declared.root == self.tree.root();
        if fits {
            let claims: Vec<Claim> = self.claims.by_ref().collect();
            let held = claims.into_iter().filter(|claim| {
                claim.source == Source::Stored || !declared.excuses(claim.size, &claim.root)
            });
            self.claims = held.collect::<Vec<_>>().into_iter().peekable();
        }
        fits
    }

    /// Compares the head with the tree that the entries gave.
    pub(super) fn head(&mut self, head: &Frontier, findings: &mut Findings) {
        self.head_seen = true;
        let (lane, counted, there) = (self.lane, head.size(), self.tree.size());
        if there < counted {
            let sentence = format!(
                "lane {lane} has {} and its head counts {counted}: the last are gone",
                entries(there)
            );
            self.report(What::LogShort, there, sentence, findings);
        } else if there > counted {
            let sentence = format!(
                "lane {lane} has {} and its head counts {counted}: some were added",
                entries(there)
            );
            self.report(What::LogLong, counted, sentence, findings);
        } else if *head != self.tree {
            let sentence = format!(
                "the entries of lane {lane} do not give the tree of its head: {}",
                stretch(self.agreed, there)
            );
            self.report(What::LogRewritten, self.agreed, sentence, findings);
        }
    }

    /// Notes that there is a head, although it cannot be compared.
    pub(super) fn head_seen(&mut self) {
        self.head_seen = true;
    }

    /// Reports the claims that the lane never grew up to, and a head that is not there.
    pub(super) fn finish(&mut self, findings: &mut Findings) {
        self.settle(findings);
        let (lane, there) = (self.lane, self.tree.size());
        if there > 0 && !self.head_seen {
            let sentence = format!("lane {lane} has {} and no head", entries(there));
            findings.in_lane(What::HeadMissing, lane, sentence);
        }
        let ahead: Vec<Claim> = self.claims.by_ref().collect();
        let stored = ahead
            .iter()
            .rev()
            .find(|claim| claim.source == Source::Stored);
        if let Some(claim) = stored {
            let size = claim.size;
            let sentence = format!(
                "lane {lane} has {} and a checkpoint in the database knows {size}: \
                 the last are gone",
                entries(there)
            );
            self.report(What::CheckpointAhead, there, sentence, findings);
        }
        let anchored = ahead.iter().rev().find_map(|claim| match &claim.source {
            Source::Stored => None,
            Source::Anchor(place) => Some((claim.size, place)),
        });
        if let Some((size, place)) = anchored {
            let sentence = format!(
                "lane {lane} has {} and the anchor {} knows {size}: \
                 the database was put back, or its end was cut off",
                entries(there),
                place.display().to_string().escape_debug()
            );
            self.report(What::AnchorAhead, there, sentence, findings);
        }
    }

    /// Settles every claim about a tree of the present size.
    fn settle(&mut self, findings: &mut Findings) {
        let size = self.tree.size();
        let Some(claim) = self.claims.next_if(|claim| claim.size == size) else {
            return;
        };
        let root = self.tree.root();
        let mut next = Some(claim);
        while let Some(claim) = next {
            if claim.root != root {
                self.disagree(&claim, findings);
            } else if claim.source == Source::Stored {
                self.agreed = size;
            } else {
                (self.agreed, self.anchored) = (size, size);
            }
            next = self.claims.next_if(|claim| claim.size == size);
        }
    }

    fn disagree(&mut self, claim: &Claim, findings: &mut Findings) {
        let (lane, size) = (self.lane, claim.size);
        let (what, from, witness, reported) = match &claim.source {
            Source::Stored => (
                What::CheckpointDisagrees,
                self.agreed,
                format!("the checkpoint at {size} signed"),
                &mut self.checkpoint_disagreed,
            ),
            Source::Anchor(place) => (
                What::AnchorDisagrees,
                self.anchored,
                format!(
                    "the anchor {} saw",
                    place.display().to_string().escape_debug()
                ),
                &mut self.anchor_disagreed,
            ),
        };
        if !std::mem::replace(reported, true) {
            let stretch = stretch(from, size);
            let sentence = format!("lane {lane} is not what {witness}: {stretch}");
            self.report(what, from, sentence, findings);
        }
    }

    fn report(&self, what: What, sequence: u64, sentence: String, findings: &mut Findings) {
        findings.at_entry(
            what,
            Pointer {
                lane: self.lane,
                sequence,
            },
            sentence,
        );
    }
}

/// Which entries may have been changed, if the lane is right at `from` and wrong at `size`.
fn stretch(from: u64, size: u64) -> String {
    match size.saturating_sub(from) {
        0 => "the tree itself was changed".to_owned(),
        1 => format!("entry {from} was changed"),
        _ => format!("one or more of entries {from} to {} were changed", size - 1),
    }
}

fn entries(count: u64) -> String {
    if count == 1 {
        "1 entry".to_owned()
    } else {
        format!("{count} entries")
    }
}
