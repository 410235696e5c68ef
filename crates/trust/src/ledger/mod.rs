//! What happened, so written that nobody can change it unseen.
//!
//! An [`entry::Entry`] says who did what to which rows. Its bytes are a leaf of an RFC 6962 Merkle
//! tree ([`tree`]); the tree's root, signed, is a [`checkpoint`]; checkpoints copied out of reach
//! are [`anchor`]s. Every row of the database carries a seal, a pointer to its last entry and a
//! share in a keyed sum ([`row`], [`sums`]). [`verify`] holds all of these against each other.
//!
//! Refuses: a clock, randomness, SQL and `async`. Everything here is a function of its arguments,
//! except [`anchor`] and [`tiles`], which write files. The store appends; this room only says what
//! the bytes are. There is no way to remove an entry.
//!
//! Read next: [`entry`] for the format, [`verify`] for what is found and how. The format is
//! described for other implementations in `docs/ledger-format.md`; `tools/almoner_verify.py` is
//! one.

pub mod anchor;
pub mod checkpoint;
mod codec;
pub mod entry;
mod key;
pub mod proof;
pub mod recovery;
pub mod row;
pub mod sums;
pub mod tiles;
pub mod tree;
pub mod verify;

#[cfg(test)]
mod tests;

use aws_lc_rs::digest;

/// A SHA-256 value: a leaf, a node, a root, a row's digest or a row's seal.
pub type Hash = [u8; 32];

/// The leaf of an entry: SHA-256 of `0x00` and the entry's bytes (RFC 6962, 2.1).
///
/// The bytes hold personal payload only as ciphertext, so erasing a person's key leaves every leaf
/// as it was.
#[must_use]
pub fn leaf_hash(bytes: &[u8]) -> Hash {
    sha256(&[&[0x00], bytes])
}

/// The parent of two neighbours: SHA-256 of `0x01`, the left and the right hash (RFC 6962, 2.1).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [0x01; 65];
    bytes[1..33].copy_from_slice(left);
    bytes[33..].copy_from_slice(right);
    // In one piece, because this is the verifier's most frequent step.
    hash_of(&digest::digest(&digest::SHA256, &bytes))
}

/// SHA-256 over the parts one after another.
fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    hash_of(&context.finish())
}

fn hash_of(digest: &digest::Digest) -> Hash {
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}
