//! A declared loss of history: after a disaster the newest copy that exists is older than the
//! anchors, and somebody takes the responsibility for going on.
//!
//! A [`Declaration`] is a signed note like a checkpoint, carried by an entry of the log. It names
//! the place where the log goes on, who decided and why, and *each* anchor whose history is lost by
//! its size and root. Only those are excused: an anchor of the history that follows is as strict as
//! any, so the same declaration can never cover a second loss.
//!
//! Refused: a declaration that no known key signed, one that stands elsewhere in the log than it
//! was signed for, and one about another lane. Read next: [`super::verify`], which believes it.

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

use super::Hash;
use super::checkpoint::{self, CheckpointError, Issuer, lane_origin};
use super::entry::{Entry, Outcome};

/// The event of the entry that carries a declaration.
pub const EVENT: &str = "identity.recovery_declared";
/// The most anchors one declaration names; an entry has room for no more. A longer list goes on in
/// the next entries, the smallest sizes first.
pub const ANCHORS_MAX: usize = 1_000;
/// The longest reason, in bytes.
pub const REASON_BYTES_MAX: usize = 1_000;

const FIRST_LINE: &str = "almoner recovery 1";
const ANCHOR_BYTES: usize = 40;

/// History was lost, and somebody says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The lane that it is about.
    pub lane: u16,
    /// How many entries stand before the one that carries it: its own sequence.
    pub kept: u64,
    /// The root over those.
    pub root: Hash,
    /// The first entry that is lost.
    pub lost_from: u64,
    /// How many entries the largest lost anchor knew: the entry before this one is the last lost.
    pub lost_until: u64,
    /// The account of whoever decided.
    pub by: i64,
    /// Why, in their words; one line.
    pub reason: String,
    /// Size and root of each anchor of the lost history, in rising order.
    pub anchors: Vec<(u64, Hash)>,
}

impl Declaration {
    /// Signs it in the name of the instance's origin.
    ///
    /// # Errors
    /// [`CheckpointError::BadName`] for an origin that cannot stand in a note;
    /// [`CheckpointError::TooLarge`] and [`CheckpointError::Malformed`] beyond the limits.
    pub fn sign(&self, origin: &str, key: &Ed25519KeyPair) -> Result<String, CheckpointError> {
        if self.anchors.len() > ANCHORS_MAX || self.reason.len() > REASON_BYTES_MAX {
            return Err(CheckpointError::TooLarge);
        }
        if self.reason.trim().is_empty() || self.reason.contains(char::is_control) {
            return Err(CheckpointError::Malformed("a reason is one line of text"));
        }
        let anchors = self.anchors.iter();
        let anchors: Vec<u8> = anchors
            .flat_map(|(size, root)| [&size.to_be_bytes()[..], root].concat())
            .collect();
        let text = format!(
            "{FIRST_LINE}\n{}\n{} {}\n{} {}\n{}\n{}\n{}\n",
            lane_origin(origin, self.lane),
            self.kept,
            STANDARD.encode(self.root),
            self.lost_from,
            self.lost_until,
            self.by,
            self.reason,
            STANDARD.encode(anchors)
        );
        checkpoint::sign_text(&text, origin, key)
    }

    /// Reads a declaration about `lane` that this issuer signed.
    ///
    /// # Errors
    /// Says why it is not believed.
    pub fn read(note: &[u8], lane: u16, issuer: &Issuer) -> Result<Self, CheckpointError> {
        let text = checkpoint::signed_text(note, &issuer.keys)?;
        let malformed = CheckpointError::Malformed("it is no declaration of a recovery");
        let lines: Vec<&str> = text.lines().collect();
        let [first, log, kept, lost, by, reason, anchors] = lines[..] else {
            return Err(malformed);
        };
        if log != lane_origin(&issuer.origin, lane) {
            return Err(CheckpointError::OtherLog(log.to_owned()));
        }
        let parsed = || {
            let (kept, root) = kept.split_once(' ')?;
            let (from, until) = lost.split_once(' ')?;
            let anchors = STANDARD.decode(anchors).ok()?;
            let (anchors, []) = anchors.as_chunks::<ANCHOR_BYTES>() else {
                return None;
            };
            let anchors: Vec<_> = anchors.iter().map(anchor).collect();
            if !anchors.is_sorted() {
                return None; // it is searched by halves
            }
            Some(Self {
                lane,
                kept: number(kept)?,
                root: STANDARD.decode(root).ok()?.try_into().ok()?,
                lost_from: number(from)?,
                lost_until: number(until)?,
                by: by.parse().ok()?,
                reason: reason.to_owned(),
                anchors,
            })
        };
        let is_first = first == FIRST_LINE && reason.len() <= REASON_BYTES_MAX;
        parsed().filter(|_| is_first).ok_or(malformed)
    }

    /// The declaration that an entry carries; `None` for an entry of another kind.
    ///
    /// # Errors
    /// Says why it is not believed. That the log before the entry has the declared root is for the
    /// caller to check.
    pub fn carried_by(entry: &Entry, issuer: &Issuer) -> Result<Option<Self>, CheckpointError> {
        #[derive(Deserialize)]
        struct Carrier {
            note: String,
        }
        if entry.event != EVENT || entry.outcome != Outcome::Done {
            return Ok(None);
        }
        let carrier: Carrier = serde_json::from_slice(&entry.open)
            .map_err(|_| CheckpointError::Malformed("the entry carries no note"))?;
        let declaration = Self::read(carrier.note.as_bytes(), entry.lane, issuer)?;
        if declaration.kept == entry.sequence {
            Ok(Some(declaration))
        } else {
            Err(CheckpointError::Malformed(
                "it was signed for another place",
            ))
        }
    }

    /// Whether this anchor's history is declared lost.
    #[must_use]
    pub fn excuses(&self, size: u64, root: &Hash) -> bool {
        self.anchors.binary_search(&(size, *root)).is_ok()
    }
}

fn anchor(bytes: &[u8; ANCHOR_BYTES]) -> (u64, Hash) {
    let (mut size, mut root) = ([0; 8], [0; 32]);
    size.copy_from_slice(&bytes[..8]);
    root.copy_from_slice(&bytes[8..]);
    (u64::from_be_bytes(size), root)
}

fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::super::checkpoint::VerifyingKey;
    use super::*;

    fn declaration() -> Declaration {
        Declaration {
            lane: 0,
            kept: 7,
            root: [3; 32],
            lost_from: 7,
            lost_until: 12,
            by: 42,
            reason: "the disk of the 3rd burnt".to_owned(),
            anchors: vec![(9, [1; 32]), (12, [2; 32])],
        }
    }

    fn issuer(key: &Ed25519KeyPair) -> Issuer {
        use aws_lc_rs::signature::KeyPair;
        let public = key.public_key().as_ref().try_into().unwrap();
        Issuer {
            origin: "ward.example".to_owned(),
            keys: vec![VerifyingKey::new("ward.example", public).unwrap()],
        }
    }

    /// What was signed is what is read, and it excuses exactly the anchors that it names.
    #[test]
    fn a_declaration_excuses_what_it_names() {
        let key = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap();
        let note = declaration().sign("ward.example", &key).unwrap();
        let read = Declaration::read(note.as_bytes(), 0, &issuer(&key)).unwrap();
        assert_eq!(read, declaration());
        assert!(read.excuses(9, &[1; 32]));
        assert!(
            !read.excuses(9, &[2; 32]),
            "another history of the same length"
        );
        assert!(!read.excuses(10, &[1; 32]));
    }

    /// A declaration for another lane, by another key, with an altered word, or with a line break
    /// that could pass for something else is not believed.
    #[test]
    fn a_false_declaration_is_not_believed() {
        let key = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap();
        let other = Ed25519KeyPair::from_seed_unchecked(&[2; 32]).unwrap();
        let note = declaration().sign("ward.example", &key).unwrap();
        let elsewhere = Declaration::read(note.as_bytes(), 1, &issuer(&key));
        assert!(matches!(elsewhere, Err(CheckpointError::OtherLog(_))));
        let theirs = Declaration::read(note.as_bytes(), 0, &issuer(&other));
        assert_eq!(theirs, Err(CheckpointError::UnknownSigner));
        let altered = note.replace("7 12", "7 99");
        let altered = Declaration::read(altered.as_bytes(), 0, &issuer(&key));
        assert_eq!(altered, Err(CheckpointError::BadSignature));
        let two_lines = Declaration {
            reason: "one\ntwo".to_owned(),
            ..declaration()
        };
        assert!(two_lines.sign("ward.example", &key).is_err());
    }

    /// A signed checkpoint never passes for a declaration, nor the other way round.
    #[test]
    fn the_two_kinds_of_notes_are_never_mixed_up() {
        let key = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap();
        let note = declaration().sign("ward.example", &key).unwrap();
        assert!(checkpoint::parse_and_verify(note.as_bytes(), &issuer(&key).keys).is_err());
        let checkpoint = checkpoint::Checkpoint {
            origin: "ward.example/lane-0".to_owned(),
            size: 7,
            root: [3; 32],
        };
        let note = checkpoint::sign(&checkpoint, "ward.example", &key).unwrap();
        assert!(Declaration::read(note.as_bytes(), 0, &issuer(&key)).is_err());
    }
}
