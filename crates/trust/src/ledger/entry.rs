//! One entry of the ledger, and its one and only encoding.
//!
//! An entry says who did what, when, on whose request, with what outcome, and which rows it left
//! behind in which state. Identifiers and codes stand in the open part; anything about a person is
//! ciphertext under that person's key, so that it can be erased without touching the tree.
//!
//! ```
//! use trust::ledger::entry::{Entry, EntryError};
//!
//! assert_eq!(Entry::decode(&[]), Err(EntryError::Cut));
//! assert_eq!(Entry::decode(&[9]), Err(EntryError::UnknownVersion(9)));
//! ```
//!
//! Refuses: bytes that are not exactly what [`Entry::encode`] would have written. Version 1 is
//! described for other implementations in `docs/ledger-format.md`.
//!
//! Read next: [`super::tree`], where the bytes become a leaf; [`super::row`] for a row's digest.

use super::Hash;
use super::codec::{self, Reader};
pub use super::key::{KEY_BYTES_MAX, Key, Pointer};

/// The longest entry in bytes: what the length prefix of a tlog-tiles entry bundle can say.
pub const ENTRY_BYTES_MAX: usize = 65_535;
/// The most rows that one entry may touch.
pub const TOUCHES_MAX: usize = 512;
/// The longest name of an action, an event or a table, in bytes.
pub const NAME_BYTES_MAX: usize = 64;

const VERSION: u8 = 1;

/// What one change, reading or refusal was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The instance that wrote it.
    pub instance: [u8; 16],
    /// The lane it stands in.
    pub lane: u16,
    /// Its leaf index in the lane's tree, from 0.
    pub sequence: u64,
    /// When, in microseconds since 1970, UTC.
    pub at: i64,
    /// The request that caused it; the same in the server's own log.
    pub request: [u8; 16],
    /// Who did it.
    pub actor: i64,
    /// In which session; 0 if there was none.
    pub session: i64,
    /// What was asked for, such as `tasking.close_task`.
    pub action: String,
    /// What came of it, such as `tasking.task_closed`.
    pub event: String,
    /// How it ended.
    pub outcome: Outcome,
    /// The rows it wrote or deleted. Of two touches of one row the later counts.
    pub touched: Vec<Touch>,
    /// JSON that names identifiers and codes only.
    pub open: Vec<u8>,
    /// What is personal, under the key of the person it is about.
    pub sealed: Option<SealedPart>,
}

/// How an action ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was not allowed.
    Refused,
    /// Personal data were read.
    Read,
    /// A sealed value was opened for somebody.
    Disclosed,
    /// It was allowed, and went wrong.
    Failed,
}

impl Outcome {
    const ALL: [Self; 5] = [
        Self::Done,
        Self::Refused,
        Self::Read,
        Self::Disclosed,
        Self::Failed,
    ];

    fn code(self) -> u8 {
        match self {
            Self::Done => 1,
            Self::Refused => 2,
            Self::Read => 3,
            Self::Disclosed => 4,
            Self::Failed => 5,
        }
    }
}

/// One row that an entry wrote or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// The row's table.
    pub table: String,
    /// The row's primary key.
    pub key: Key,
    /// [`super::row::digest`] of the row afterwards; `None` if the row was deleted.
    pub after: Option<Hash>,
}

/// The personal part of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPart {
    /// Whose key opens it.
    pub subject: i64,
    /// What the vault made of it.
    pub ciphertext: Vec<u8>,
}

/// Why bytes are not an entry, or an entry may not be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// More than [`ENTRY_BYTES_MAX`].
    #[error("the entry has {0} bytes; at most {ENTRY_BYTES_MAX} are allowed")]
    TooLong(usize),
    /// The bytes end in the middle of a value.
    #[error("the entry ends in the middle of a value")]
    Cut,
    /// Bytes follow the last value.
    #[error("{0} bytes follow the end of the entry")]
    Trailing(usize),
    /// Written in a version that this program does not know.
    #[error("the entry has version {0}; version {VERSION} is known")]
    UnknownVersion(u8),
    /// A byte that chooses between kinds of values has no meaning.
    #[error("kind {0} is not known")]
    UnknownKind(u8),
    /// A name is empty, too long, or not printable ASCII.
    #[error("a name is not 1 to {NAME_BYTES_MAX} printable ASCII characters")]
    BadName,
    /// A key is said to be text and is not UTF-8.
    #[error("a key of text is not UTF-8")]
    KeyNotText,
    /// A key is longer than [`KEY_BYTES_MAX`].
    #[error("a key has {0} bytes; at most {KEY_BYTES_MAX} are allowed")]
    KeyTooLong(usize),
    /// More than [`TOUCHES_MAX`] rows.
    #[error("the entry touches {0} rows; at most {TOUCHES_MAX} are allowed")]
    TooManyTouches(usize),
    /// The sequence does not fit a row's `entry` column.
    #[error("sequence {0} does not fit into 48 bits")]
    SequenceTooGreat(u64),
}

impl Entry {
    /// Where the entry stands.
    #[must_use]
    pub fn pointer(&self) -> Pointer {
        Pointer {
            lane: self.lane,
            sequence: self.sequence,
        }
    }

    /// The entry's bytes: the same for the same entry, on every machine, in every year.
    ///
    /// Ask [`Entry::check`] first: this writes down what it is given, and an entry beyond the
    /// limits could not be read again.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(192 + 80 * self.touched.len() + self.open.len());
        out.push(VERSION);
        out.extend_from_slice(&self.instance);
        out.extend_from_slice(&self.lane.to_be_bytes());
        out.extend_from_slice(&self.sequence.to_be_bytes());
        out.extend_from_slice(&self.at.to_be_bytes());
        out.extend_from_slice(&self.request);
        out.extend_from_slice(&self.actor.to_be_bytes());
        out.extend_from_slice(&self.session.to_be_bytes());
        codec::put_bytes(&mut out, self.action.as_bytes());
        codec::put_bytes(&mut out, self.event.as_bytes());
        out.push(self.outcome.code());
        let count =
            u32::try_from(self.touched.len()).expect("no entry touches four thousand million rows");
        out.extend_from_slice(&count.to_be_bytes());
        for touch in &self.touched {
            touch.put(&mut out);
        }
        codec::put_bytes(&mut out, &self.open);
        match &self.sealed {
            None => out.push(0),
            Some(part) => {
                out.push(1);
                out.extend_from_slice(&part.subject.to_be_bytes());
                codec::put_bytes(&mut out, &part.ciphertext);
            }
        }
        out
    }

    /// Reads an entry back. `encode` of the result is `bytes` again, byte for byte.
    ///
    /// # Errors
    /// Says what is wrong with bytes that `encode` would not have written.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(EntryError::TooLong(bytes.len()));
        }
        let mut reader = Reader::new(bytes);
        match reader.byte()? {
            VERSION => {}
            other => return Err(EntryError::UnknownVersion(other)),
        }
        let entry = Self {
            instance: reader.array()?,
            lane: u16::from_be_bytes(reader.array()?),
            sequence: take_sequence(&mut reader)?,
            at: reader.int()?,
            request: reader.array()?,
            actor: reader.int()?,
            session: reader.int()?,
            action: take_name(&mut reader)?,
            event: take_name(&mut reader)?,
            outcome: take_outcome(&mut reader)?,
            touched: take_touched(&mut reader)?,
            open: reader.bytes()?.to_vec(),
            sealed: take_sealed(&mut reader)?,
        };
        match reader.left() {
            0 => Ok(entry),
            left => Err(EntryError::Trailing(left)),
        }
    }

    /// Whether the entry keeps the limits, so that [`Entry::decode`] will read what
    /// [`Entry::encode`] writes. `encoded_bytes` is the length of the encoding.
    ///
    /// # Errors
    /// The first limit that the entry breaks.
    pub fn check(&self, encoded_bytes: usize) -> Result<(), EntryError> {
        if encoded_bytes > ENTRY_BYTES_MAX {
            return Err(EntryError::TooLong(encoded_bytes));
        }
        if self.sequence >= Pointer::SEQUENCE_END {
            return Err(EntryError::SequenceTooGreat(self.sequence));
        }
        if self.touched.len() > TOUCHES_MAX {
            return Err(EntryError::TooManyTouches(self.touched.len()));
        }
        check_name(self.action.as_bytes())?;
        check_name(self.event.as_bytes())?;
        self.touched.iter().try_for_each(|touch| {
            check_name(touch.table.as_bytes())?;
            touch.key.check()
        })
    }
}

impl Touch {
    fn put(&self, out: &mut Vec<u8>) {
        codec::put_bytes(out, self.table.as_bytes());
        self.key.put(out);
        match &self.after {
            None => out.push(0),
            Some(digest) => {
                out.push(1);
                out.extend_from_slice(digest);
            }
        }
    }
}

fn check_name(name: &[u8]) -> Result<(), EntryError> {
    let fits = (1..=NAME_BYTES_MAX).contains(&name.len());
    if fits && name.iter().all(u8::is_ascii_graphic) {
        Ok(())
    } else {
        Err(EntryError::BadName)
    }
}

fn take_name(reader: &mut Reader<'_>) -> Result<String, EntryError> {
    let name = reader.bytes()?;
    check_name(name)?;
    String::from_utf8(name.to_vec()).map_err(|_| EntryError::BadName)
}

fn take_sequence(reader: &mut Reader<'_>) -> Result<u64, EntryError> {
    match u64::from_be_bytes(reader.array()?) {
        sequence if sequence < Pointer::SEQUENCE_END => Ok(sequence),
        sequence => Err(EntryError::SequenceTooGreat(sequence)),
    }
}

fn take_outcome(reader: &mut Reader<'_>) -> Result<Outcome, EntryError> {
    let code = reader.byte()?;
    let outcome = Outcome::ALL
        .into_iter()
        .find(|outcome| outcome.code() == code);
    outcome.ok_or(EntryError::UnknownKind(code))
}

fn take_touched(reader: &mut Reader<'_>) -> Result<Vec<Touch>, EntryError> {
    let count = u32::from_be_bytes(reader.array()?) as usize;
    if count > TOUCHES_MAX {
        return Err(EntryError::TooManyTouches(count));
    }
    let mut touched = Vec::with_capacity(count);
    for _ in 0..count {
        let table = take_name(reader)?;
        let key = Key::take(reader)?;
        let after = if take_flag(reader)? {
            Some(reader.array()?)
        } else {
            None
        };
        touched.push(Touch { table, key, after });
    }
    Ok(touched)
}

fn take_sealed(reader: &mut Reader<'_>) -> Result<Option<SealedPart>, EntryError> {
    if !take_flag(reader)? {
        return Ok(None);
    }
    let subject = reader.int()?;
    let ciphertext = reader.bytes()?.to_vec();
    Ok(Some(SealedPart {
        subject,
        ciphertext,
    }))
}

fn take_flag(reader: &mut Reader<'_>) -> Result<bool, EntryError> {
    match reader.byte()? {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(EntryError::UnknownKind(other)),
    }
}
