//! What was said about the ledger earlier: stored checkpoints, and anchors kept elsewhere.
//!
//! A claim is "this lane had so many entries, and this was the root over them". Claims are gathered
//! before the entries are read, so that each can be settled at the moment when the growing tree has
//! its size, without keeping any leaf.
//!
//! Refuses: believing a note that the issuer did not sign; it becomes a finding.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::super::anchor::{Anchor, Anchors, Damaged};
use super::super::checkpoint::{CheckpointError, Issuer};
use super::super::{Hash, sha256};
use super::finding::{Findings, What};
use super::lane::Lane;

/// Where a claim comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// The database itself.
    Stored,
    /// An anchor's file.
    Anchor(PathBuf),
}

/// One earlier statement about a lane.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) size: u64,
    pub(super) root: Hash,
    pub(super) source: Source,
}

/// Everything that the ledger will be held against.
#[derive(Debug, Default)]
pub struct Claims {
    /// Whose notes those in `believed` are.
    issuer: Issuer,
    /// Notes believed already, by lane and hash: every anchor folder repeats the stored
    /// checkpoints, and checking a signature takes longer than reading a hundred entries.
    believed: HashMap<(u16, Hash), (u64, Hash)>,
    lanes: BTreeMap<u16, Vec<Claim>>,
    /// Notes that cannot be believed; findings as soon as the verification begins.
    refused: Vec<(What, String)>,
}

impl Claims {
    /// No claims yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No claims yet, and whose notes are believed: also those that entries carry.
    #[must_use]
    pub fn of(issuer: &Issuer) -> Self {
        Self {
            issuer: issuer.clone(),
            ..Self::default()
        }
    }

    pub(super) fn issuer(&self) -> Issuer {
        self.issuer.clone()
    }

    /// Takes a checkpoint out of the database: the lane and size it is kept under, and the note.
    pub fn checkpoint(&mut self, lane: u16, size: u64, note: &[u8], issuer: &Issuer) {
        let reason = match self.read(lane, note, issuer) {
            Ok((signed_size, root)) if signed_size == size => {
                self.claim(
                    lane,
                    Claim {
                        size,
                        root,
                        source: Source::Stored,
                    },
                );
                return;
            }
            Ok((signed_size, _)) => format!("it signs the size {signed_size}"),
            Err(error) => error.to_string(),
        };
        let sentence = format!("the checkpoint of lane {lane} at {size} is not believed: {reason}");
        self.refused.push((What::CheckpointRefused, sentence));
    }

    /// Takes what was found in anchor folders.
    pub fn anchors(&mut self, found: Anchors, issuer: &Issuer) {
        for Anchor {
            place,
            lane,
            size,
            note,
            ..
        } in found.readable
        {
            match self.read(lane, note.as_bytes(), issuer) {
                Ok((signed_size, root)) if signed_size == size => {
                    self.claim(
                        lane,
                        Claim {
                            size,
                            root,
                            source: Source::Anchor(place),
                        },
                    );
                }
                Ok((signed_size, _)) => {
                    self.refuse_anchor(&place, &format!("it signs the size {signed_size}"));
                }
                Err(error) => self.refuse_anchor(&place, &error.to_string()),
            }
        }
        for Damaged { place, reason } in found.damaged {
            self.refuse_anchor(&place, &format!("it {reason}"));
        }
    }

    /// The lanes that anything is claimed about, ready for their entries.
    pub(super) fn into_lanes(self, findings: &mut Findings) -> BTreeMap<u16, Lane> {
        for (what, sentence) in self.refused {
            findings.outside(what, sentence);
        }
        let ready = |(lane, mut claims): (u16, Vec<Claim>)| {
            claims.sort_by_key(|claim| claim.size);
            (lane, Lane::new(lane, claims))
        };
        self.lanes.into_iter().map(ready).collect()
    }

    fn claim(&mut self, lane: u16, claim: Claim) {
        self.lanes.entry(lane).or_default().push(claim);
    }

    /// The size and root that a note signs.
    fn read(
        &mut self,
        lane: u16,
        note: &[u8],
        issuer: &Issuer,
    ) -> Result<(u64, Hash), CheckpointError> {
        if self.issuer != *issuer {
            self.believed.clear(); // what another issuer's keys have shown says nothing here
            self.issuer = issuer.clone();
        }
        match self.believed.entry((lane, sha256(&[note]))) {
            Entry::Occupied(known) => Ok(*known.get()),
            Entry::Vacant(place) => {
                let checkpoint = issuer.read(lane, note)?;
                Ok(*place.insert((checkpoint.size, checkpoint.root)))
            }
        }
    }

    fn refuse_anchor(&mut self, place: &Path, reason: &str) {
        let place = place.display().to_string();
        let sentence = format!(
            "the anchor {} is not believed: {reason}",
            place.escape_debug()
        );
        self.refused.push((What::AnchorRefused, sentence));
    }
}
