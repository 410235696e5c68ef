//! Names of things: the key of a row, and the place of an entry.
//!
//! A [`Key`] is the single-column primary key of a row. A [`Pointer`] is what a row's `entry`
//! column holds: the lane and sequence of the last entry that touched the row, in one integer.
//!
//! Refuses: keys of several columns. Reached as `entry::Key` and `entry::Pointer`.

use std::fmt;

use serde::{Serialize, Serializer};

use super::codec::{self, Cut, Reader};
use super::entry::EntryError;

/// The longest text or byte key, in bytes.
pub const KEY_BYTES_MAX: usize = 1_024;

const INT: u8 = 1;
const TEXT: u8 = 2;
const BYTES: u8 = 3;

/// The primary key of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// An integer key, as most tables have.
    Int(i64),
    /// A key of text, such as a setting's name.
    Text(String),
    /// A key of bytes, such as the hash of a session's token.
    Bytes(Vec<u8>),
}

impl Key {
    /// The key's one and only encoding: a kind byte, then the value. The bucket of a
    /// [`super::sums`] total is chosen by it.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(16);
        self.put(&mut out);
        out
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Int(value) => {
                out.push(INT);
                out.extend_from_slice(&value.to_be_bytes());
            }
            Self::Text(text) => {
                out.push(TEXT);
                codec::put_bytes(out, text.as_bytes());
            }
            Self::Bytes(bytes) => {
                out.push(BYTES);
                codec::put_bytes(out, bytes);
            }
        }
    }

    pub(super) fn take(reader: &mut Reader<'_>) -> Result<Self, EntryError> {
        let kind = reader.byte()?;
        let key = match kind {
            INT => return Ok(Self::Int(reader.int()?)),
            TEXT => {
                let text = str::from_utf8(reader.bytes()?).map_err(|_| EntryError::KeyNotText)?;
                Self::Text(text.to_owned())
            }
            BYTES => Self::Bytes(reader.bytes()?.to_vec()),
            other => return Err(EntryError::UnknownKind(other)),
        };
        key.check()?;
        Ok(key)
    }

    /// Whether the key is short enough to be written down.
    pub(super) fn check(&self) -> Result<(), EntryError> {
        let length = match self {
            Self::Int(_) => 0,
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
        };
        if length > KEY_BYTES_MAX {
            Err(EntryError::KeyTooLong(length))
        } else {
            Ok(())
        }
    }
}

/// As a person would name the row: `42`, `'ward-7'`, `x'00ff'`. Control characters are escaped,
/// because a tampered key must not be able to repaint the terminal of whoever reads the report.
impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => write!(out, "{value}"),
            Self::Text(text) => write!(out, "'{}'", text.escape_debug()),
            Self::Bytes(bytes) => {
                out.write_str("x'")?;
                bytes
                    .iter()
                    .try_for_each(|byte| write!(out, "{byte:02x}"))?;
                out.write_str("'")
            }
        }
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The place of an entry: which lane, and which leaf of that lane's tree, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Pointer {
    /// The lane: one per writing node; SQLite has a single one.
    pub lane: u16,
    /// The leaf's index in the lane's tree. Below [`Pointer::SEQUENCE_END`].
    pub sequence: u64,
}

impl Pointer {
    /// One more than the greatest sequence: 48 bits, some 9,000 years at a thousand entries a
    /// second.
    pub const SEQUENCE_END: u64 = 1 << 48;

    /// The value of a row's `entry` column: `lane << 48 | sequence`, read as a signed integer.
    ///
    /// `None` if the sequence does not fit its 48 bits.
    #[must_use]
    pub fn pack(self) -> Option<i64> {
        let packed = u64::from(self.lane) << 48 | self.sequence;
        (self.sequence < Self::SEQUENCE_END).then_some(packed.cast_signed())
    }

    /// The place that an `entry` column names. Every integer names one.
    #[must_use]
    pub fn unpack(packed: i64) -> Self {
        let packed = packed.cast_unsigned();
        let [high, low, ..] = packed.to_be_bytes();
        let lane = u16::from_be_bytes([high, low]);
        Self {
            lane,
            sequence: packed & (Self::SEQUENCE_END - 1),
        }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "entry {} of lane {}", self.sequence, self.lane)
    }
}

impl From<Cut> for EntryError {
    fn from(_: Cut) -> Self {
        Self::Cut
    }
}
