//! A row as bytes, and the two marks made of them: the seal and the digest.
//!
//! The **seal** is keyed and stands in the row: it shows an edit, a copy or a swap at the moment
//! the row is read. The **digest** needs no secret and stands in the row's last entry: it shows
//! these and also an older version put back. Both are over [`canonical`] bytes, which are made from
//! table and values alone, so that no column can be forgotten and a verifier needs to know no
//! domain.
//!
//! Refuses: fractions; a database column that holds one has no canonical form.
//! Read next: [`super::sums`], which shows rows that vanished.

use aws_lc_rs::hmac;

use super::codec;
use super::{Hash, sha256};

/// The column that holds a row's seal. It is never part of what is sealed.
pub const SEAL_COLUMN: &str = "seal";
/// The column that holds a row's [`super::entry::Pointer`]. It is sealed like any other.
pub const ENTRY_COLUMN: &str = "entry";

/// Keeps a row's digest apart from every other SHA-256 in the ledger.
const DIGEST_DOMAIN: &[u8] = b"almoner/row/1\n";

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// No value. As if the column were not there.
    Null,
    /// A whole number; also a moment in microseconds, and 0 or 1 for a yes or no.
    Int(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// The row's one and only encoding.
///
/// Columns are sorted by name. Those without a value are left out, so that a migration may add a
/// nullable column and every row keeps its seal. The `seal` column is left out too.
#[must_use]
pub fn canonical(table: &str, cells: &[(&str, Cell)]) -> Vec<u8> {
    let mut present: Vec<&(&str, Cell)> = cells
        .iter()
        .filter(|(column, cell)| *column != SEAL_COLUMN && *cell != Cell::Null)
        .collect();
    present.sort_by_key(|(column, _)| *column);

    let mut out = Vec::with_capacity(64 + 24 * present.len());
    codec::put_bytes(&mut out, table.as_bytes());
    for (column, cell) in present {
        codec::put_bytes(&mut out, column.as_bytes());
        match cell {
            Cell::Null => {}
            Cell::Int(value) => {
                out.push(1);
                out.extend_from_slice(&value.to_be_bytes());
            }
            Cell::Text(text) => {
                out.push(2);
                codec::put_bytes(&mut out, text.as_bytes());
            }
            Cell::Bytes(bytes) => {
                out.push(3);
                codec::put_bytes(&mut out, bytes);
            }
        }
    }
    out
}

/// What a row's last entry remembers of it: SHA-256 of `almoner/row/1`, a newline, and the
/// [`canonical`] bytes.
#[must_use]
pub fn digest(canonical: &[u8]) -> Hash {
    sha256(&[DIGEST_DOMAIN, canonical])
}

/// The row's keyed mark: HMAC-SHA256 over the [`canonical`] bytes. The key must be one for
/// HMAC-SHA256 and serve nothing else.
///
/// # Panics
/// If the key is for another hash function, which is a bug.
#[must_use]
pub fn seal(key: &hmac::Key, canonical: &[u8]) -> Hash {
    let tag = hmac::sign(key, canonical);
    tag.as_ref()
        .try_into()
        .expect("a seal key is an HMAC-SHA256 key")
}

/// Whether the seal belongs to these bytes, compared without telling where it differs.
#[must_use]
pub fn seal_holds(key: &hmac::Key, canonical: &[u8], seal: &[u8]) -> bool {
    hmac::verify(key, canonical, seal).is_ok()
}
