//! The Merkle tree of a lane, kept as its frontier.
//!
//! A tree of n leaves falls into one perfect subtree for each 1 in the binary form of n. Their
//! roots, the peaks, are all that is needed to append and to know the root: at most 64 hashes,
//! which the store keeps in the lane's head row. Shapes and hashes are those of RFC 6962, 2.1.
//!
//! Refuses: taking a leaf away. Read next: [`super::proof`] for single leaves and older trees,
//! [`super::checkpoint`] for signing.

use super::entry::Pointer;
use super::{Hash, node_hash, sha256};

/// The peaks of a tree that only grows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Roots of the perfect subtrees, the largest (leftmost) first; one for each 1 bit of `size`.
    peaks: Vec<Hash>,
}

/// Why bytes are not a frontier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrontierError {
    /// Not even a size.
    #[error("a frontier has at least 8 bytes, not {0}")]
    TooShort(usize),
    /// More leaves than a row's pointer can name.
    #[error("a tree of {0} leaves is larger than any lane")]
    TooLarge(u64),
    /// The number of peaks does not follow from the size.
    #[error("a tree of {size} leaves takes {expected} bytes, not {got}")]
    WrongLength {
        /// The size that the bytes begin with.
        size: u64,
        /// How many bytes a tree of that size takes.
        expected: usize,
        /// How many there are.
        got: usize,
    },
}

impl Frontier {
    /// The tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf at the right.
    pub fn append(&mut self, leaf: Hash) {
        // Each 1 at the end of the old size is a perfect subtree as large as the one just
        // completed.
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("a peak for each 1 bit of the size");
            node = node_hash(&left, &node);
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// The tree's root; of the tree without leaves, SHA-256 of nothing.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut smallest_first = self.peaks.iter().rev();
        let Some(last) = smallest_first.next() else {
            return sha256(&[]);
        };
        smallest_first.fold(*last, |right, left| node_hash(left, &right))
    }

    /// The size in eight bytes, then the peaks, the largest first.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.size.to_be_bytes().to_vec();
        self.peaks
            .iter()
            .for_each(|peak| out.extend_from_slice(peak));
        out
    }

    /// Reads what [`Frontier::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the size is beyond any lane, or the length does not follow from it. The hashes cannot
    /// be judged here; compare [`Frontier::root`] with a checkpoint.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let (size, rest) = bytes
            .split_first_chunk::<8>()
            .ok_or(FrontierError::TooShort(bytes.len()))?;
        let size = u64::from_be_bytes(*size);
        if size > Pointer::SEQUENCE_END {
            return Err(FrontierError::TooLarge(size));
        }
        let expected = 8 + 32 * size.count_ones() as usize;
        let (peaks, left) = rest.as_chunks::<32>();
        if bytes.len() != expected || !left.is_empty() {
            return Err(FrontierError::WrongLength {
                size,
                expected,
                got: bytes.len(),
            });
        }
        Ok(Self {
            size,
            peaks: peaks.to_vec(),
        })
    }
}
