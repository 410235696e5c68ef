//! Keyed sums over the rows that exist.
//!
//! For every table and each of 256 buckets of keys the store keeps the sum of the seals of the rows
//! there, modulo 2^256. A row that is deleted, added or put back to an older version behind the
//! store's back leaves a sum that no longer fits, and nobody without the seal key can make up the
//! difference for a row of their own. Addition commutes, so each lane keeps its own sums and adds
//! and subtracts without asking the others; only the total over all lanes means something.
//!
//! Refuses: saying which row it was; that is the digest's part ([`super::row`]).
//! Read next: [`super::verify`].

use super::entry::Key;
use super::{Hash, sha256};

/// How many buckets a table's keys fall into.
pub const BUCKETS: usize = 256;

/// The sum of some seals, modulo 2^256.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// The least significant limb first.
    limbs: [u64; 4],
}

impl Sum {
    /// The sum of no seals.
    pub const ZERO: Self = Self { limbs: [0; 4] };

    /// Counts a seal in.
    pub fn add(&mut self, seal: &Hash) {
        self.merge(&Self::from_bytes(seal));
    }

    /// Takes a seal out again.
    pub fn subtract(&mut self, seal: &Hash) {
        let mut borrow = false;
        for (limb, other) in self.limbs.iter_mut().zip(Self::from_bytes(seal).limbs) {
            (*limb, borrow) = limb.borrowing_sub(other, borrow);
        }
    }

    /// Adds another lane's sum.
    pub fn merge(&mut self, other: &Self) {
        let mut carry = false;
        for (limb, other) in self.limbs.iter_mut().zip(other.limbs) {
            (*limb, carry) = limb.carrying_add(other, carry);
        }
    }

    /// The sum as a big-endian number of 32 bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Hash {
        let mut bytes = Hash::default();
        let (chunks, _) = bytes.as_chunks_mut::<8>();
        for (chunk, limb) in chunks.iter_mut().zip(self.limbs.iter().rev()) {
            *chunk = limb.to_be_bytes();
        }
        bytes
    }

    /// Reads what [`Sum::to_bytes`] wrote. Any 32 bytes are a sum.
    #[must_use]
    pub fn from_bytes(bytes: &Hash) -> Self {
        let (chunks, _) = bytes.as_chunks::<8>();
        let mut limbs = [0; 4];
        for (limb, chunk) in limbs.iter_mut().zip(chunks.iter().rev()) {
            *limb = u64::from_be_bytes(*chunk);
        }
        Self { limbs }
    }
}

/// The bucket of a row: the first byte of SHA-256 over the key's canonical bytes.
#[must_use]
pub fn bucket_of(key: &Key) -> u8 {
    sha256(&[&key.canonical()])[0]
}
