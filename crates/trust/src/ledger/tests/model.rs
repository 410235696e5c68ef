//! A database in memory, kept as the store keeps one: rows with seals and pointers, keyed sums, a
//! tree a lane, checkpoints every ten entries, and anchors outside its reach.
//!
//! The matrix changes it behind its own back and asks the verifier.

use std::collections::BTreeMap;
use std::path::PathBuf;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

use super::super::anchor::{Anchor, Anchors};
use super::super::checkpoint::{Checkpoint, Issuer, VerifyingKey, lane_origin, sign};
use super::super::entry::{Entry, Key, Outcome, Pointer, Touch};
use super::super::row::{Cell, canonical, digest, seal};
use super::super::sums::{Sum, bucket_of};
use super::super::tree::Frontier;
use super::super::verify::{Claims, Finding, Options, Report, Verifier, What};
use super::super::{Hash, leaf_hash};

pub const INSTANCE: [u8; 16] = *b"an instance's id";
const ORIGIN: &str = "ward.example/almoner";
const CHECKPOINT_EVERY: u64 = 10;

pub type Row = BTreeMap<&'static str, Cell>;
pub type Place = (&'static str, i64);

/// The whole database, and what was kept elsewhere.
#[derive(Clone, Default)]
pub struct Model {
    pub entries: BTreeMap<(u16, u64), Vec<u8>>,
    pub heads: BTreeMap<u16, Frontier>,
    pub rows: BTreeMap<Place, Row>,
    pub sums: BTreeMap<(u16, &'static str, u8), Sum>,
    pub checkpoints: BTreeMap<(u16, u64), String>,
    pub anchors: Anchors,
    clock: i64,
}

/// What an entry does to a row.
pub enum Change {
    Save(Place, &'static str),
    Delete(Place),
}

pub fn seal_key() -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, b"the instance's own seal key.....")
}

fn signing_key() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(b"the instance's checkpoint seed..").unwrap()
}

pub fn issuer() -> Issuer {
    let public = signing_key().public_key().as_ref().try_into().unwrap();
    Issuer {
        origin: ORIGIN.to_owned(),
        keys: vec![VerifyingKey::new(ORIGIN, public).unwrap()],
    }
}

fn cells(row: &Row) -> Vec<(&'static str, Cell)> {
    row.iter()
        .map(|(column, cell)| (*column, cell.clone()))
        .collect()
}

fn seal_of(row: &Row) -> Option<Hash> {
    match &row["seal"] {
        Cell::Bytes(seal) => seal.as_slice().try_into().ok(),
        _ => None,
    }
}

impl Model {
    /// Forty-five changes of rows in two tables by two lanes: made, changed, deleted, made again.
    pub fn with_history() -> Self {
        let mut model = Self::default();
        for round in 0..5_i64 {
            for number in 1..=6 {
                let value = ["waiting", "offered", "going", "there", "done"][round as usize];
                let lane = u16::try_from((round + number) % 2).unwrap();
                model.commit(lane, &[Change::Save(("task", number), value)]);
            }
            model.commit(
                0,
                &[
                    Change::Save(("bed", round), "clean"),
                    Change::Save(("bed", 9), "in use"),
                ],
            );
            model.commit(1, &[Change::Delete(("bed", round))]);
            model.commit(0, &[]); // somebody read something
        }
        model.commit(1, &[Change::Save(("bed", 2), "clean")]);
        model
    }

    /// What the store does with a change.
    pub fn commit(&mut self, lane: u16, changes: &[Change]) {
        self.clock += 1;
        let sequence = self.heads.entry(lane).or_default().size();
        let pointer = Pointer { lane, sequence };
        let mut touched = vec![];
        for change in changes {
            touched.push(match change {
                Change::Save(place, value) => self.save(*place, value, pointer),
                Change::Delete(place) => self.delete(*place, pointer),
            });
        }
        let entry = Entry {
            instance: INSTANCE,
            lane,
            sequence,
            at: self.clock,
            request: [0; 16],
            actor: 1,
            session: 2,
            action: "tasking.change".to_owned(),
            event: "tasking.changed".to_owned(),
            outcome: Outcome::Done,
            touched,
            open: b"{}".to_vec(),
            sealed: None,
        };
        self.append(&entry);
        let size = sequence + 1;
        if size.is_multiple_of(CHECKPOINT_EVERY) {
            self.sign_checkpoint(lane, size);
            self.anchor(lane, size);
        }
    }

    pub fn append(&mut self, entry: &Entry) {
        let bytes = entry.encode();
        self.heads
            .entry(entry.lane)
            .or_default()
            .append(leaf_hash(&bytes));
        self.entries.insert((entry.lane, entry.sequence), bytes);
    }

    fn save(&mut self, place: Place, value: &str, pointer: Pointer) -> Touch {
        self.uncount(place, pointer.lane);
        let mut row = Row::from([
            ("id", Cell::Int(place.1)),
            ("state", Cell::Text(value.to_owned())),
            ("note", Cell::Null),
            ("entry", Cell::Int(pointer.pack().unwrap())),
        ]);
        let bytes = canonical(place.0, &cells(&row));
        let mark = seal(&seal_key(), &bytes);
        row.insert("seal", Cell::Bytes(mark.to_vec()));
        self.rows.insert(place, row);
        self.sum(pointer.lane, place).add(&mark);
        let (table, key) = (place.0.to_owned(), Key::Int(place.1));
        Touch {
            table,
            key,
            after: Some(digest(&bytes)),
        }
    }

    fn delete(&mut self, place: Place, pointer: Pointer) -> Touch {
        self.uncount(place, pointer.lane);
        self.rows.remove(&place);
        Touch {
            table: place.0.to_owned(),
            key: Key::Int(place.1),
            after: None,
        }
    }

    fn uncount(&mut self, place: Place, lane: u16) {
        let mark = self.rows.get(&place).and_then(seal_of);
        mark.iter()
            .for_each(|mark| self.sum(lane, place).subtract(mark));
    }

    fn sum(&mut self, lane: u16, (table, key): Place) -> &mut Sum {
        self.sums
            .entry((lane, table, bucket_of(&Key::Int(key))))
            .or_default()
    }

    fn root_at(&self, lane: u16, size: u64) -> Hash {
        let mut tree = Frontier::new();
        let leaves = self.entries.range((lane, 0)..(lane, size));
        leaves.for_each(|(_, bytes)| tree.append(leaf_hash(bytes)));
        tree.root()
    }

    fn sign_checkpoint(&mut self, lane: u16, size: u64) {
        let (origin, root) = (lane_origin(ORIGIN, lane), self.root_at(lane, size));
        let note = sign(&Checkpoint { origin, size, root }, ORIGIN, &signing_key()).unwrap();
        self.checkpoints.insert((lane, size), note);
    }

    fn anchor(&mut self, lane: u16, size: u64) {
        let (place, root) = (
            PathBuf::from(format!("{lane}-{size}")),
            self.root_at(lane, size),
        );
        let note = self.checkpoints[&(lane, size)].clone();
        self.anchors.readable.push(Anchor {
            place,
            lane,
            size,
            root,
            note,
        });
    }

    // --- what somebody does who holds the server's keys too

    /// Makes every seal and every sum fit the rows again.
    pub fn mend_rows(&mut self) {
        self.sums.clear();
        for (place, mut row) in self.rows.clone() {
            let mark = seal(&seal_key(), &canonical(place.0, &cells(&row)));
            row.insert("seal", Cell::Bytes(mark.to_vec()));
            self.rows.insert(place, row);
            self.sum(0, place).add(&mark);
        }
    }

    /// Makes heads and stored checkpoints fit the entries again.
    pub fn mend_log(&mut self) {
        self.heads.clear();
        for ((lane, _), bytes) in &self.entries {
            self.heads
                .entry(*lane)
                .or_default()
                .append(leaf_hash(bytes));
        }
        let old = std::mem::take(&mut self.checkpoints);
        for (lane, size) in old.into_keys() {
            if self
                .heads
                .get(&lane)
                .is_some_and(|head| head.size() >= size)
            {
                self.sign_checkpoint(lane, size);
            }
        }
    }

    /// Makes each row's last entry say what the row now is.
    pub fn mend_digests(&mut self) {
        for (place, row) in &self.rows {
            let Cell::Int(packed) = row["entry"] else {
                continue;
            };
            let pointer = Pointer::unpack(packed);
            let bytes = self
                .entries
                .get_mut(&(pointer.lane, pointer.sequence))
                .unwrap();
            let mut entry = Entry::decode(bytes).unwrap();
            let is_row = |touch: &&mut Touch| {
                (touch.table.as_str(), &touch.key) == (place.0, &Key::Int(place.1))
            };
            let touch = entry.touched.iter_mut().find(is_row).unwrap();
            touch.after = Some(digest(&canonical(place.0, &cells(row))));
            *bytes = entry.encode();
        }
    }

    // --- what the verifier says

    /// With everything at hand: seal key, signing key, anchors.
    pub fn verify(&self) -> Report {
        self.verify_with(Some(seal_key()), &self.anchors)
    }

    /// As an auditor without any secret and without anchors.
    pub fn verify_alone(&self) -> Report {
        self.verify_with(None, &Anchors::default())
    }

    pub fn verify_with(&self, seal_key: Option<hmac::Key>, anchors: &Anchors) -> Report {
        let mut claims = Claims::new();
        for ((lane, size), note) in &self.checkpoints {
            claims.checkpoint(*lane, *size, note.as_bytes(), &issuer());
        }
        claims.anchors(anchors.clone(), &issuer());
        let mut verifier = Verifier::new(INSTANCE, Options { seal_key, claims });
        for ((lane, sequence), bytes) in &self.entries {
            verifier.entry(*lane, *sequence, bytes);
        }
        for (lane, head) in &self.heads {
            verifier.head(*lane, head.size(), &head.to_bytes());
        }
        for ((table, key), row) in &self.rows {
            verifier.row(table, &Key::Int(*key), &cells(row));
        }
        for ((_, table, bucket), total) in &self.sums {
            verifier.sum(table, *bucket, &total.to_bytes());
        }
        verifier.finish()
    }
}

/// The kinds found, each once, in order of their names.
pub fn kinds(report: &Report) -> Vec<What> {
    let mut kinds: Vec<What> = report.findings.iter().map(|finding| finding.what).collect();
    kinds.sort_unstable_by_key(|what| format!("{what:?}"));
    kinds.dedup();
    kinds
}

/// The one finding of a kind.
pub fn only(report: &Report, what: What) -> &Finding {
    let mut found = report
        .findings
        .iter()
        .filter(|finding| finding.what == what);
    let first = found
        .next()
        .unwrap_or_else(|| panic!("no {what:?} in {report:#?}"));
    assert!(
        found.next().is_none(),
        "more than one {what:?} in {report:#?}"
    );
    first
}
