//! Proofs that a leaf is in a tree, and that a tree grew out of an older one.
//!
//! Making a proof reads every leaf below it; checking one takes a hash for each level. An auditor
//! who holds only a signed checkpoint can so check a single entry, or that nothing was rewritten
//! between two checkpoints. Proofs have the form of RFC 9162, 2.1.3 and 2.1.4.
//!
//! ```
//! use trust::ledger::{leaf_hash, proof, tree::Frontier};
//!
//! let leaves = ["opened", "read", "closed"].map(|entry| leaf_hash(entry.as_bytes()));
//! let mut tree = Frontier::new();
//! leaves.iter().for_each(|leaf| tree.append(*leaf));
//!
//! let path = proof::inclusion(1, 3, |leaf| leaves[leaf as usize])?;
//! proof::verify_inclusion(&leaves[1], 1, 3, &path, &tree.root())?;
//! # Ok::<(), proof::ProofError>(())
//! ```
//!
//! Refuses: proofs with a hash too few or too many.
//! Read next: [`super::checkpoint`], where a root gets its signature.

use super::tree::Frontier;
use super::{Hash, node_hash};

/// Why there is no proof, or why one does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf or the older tree lies beyond the tree.
    #[error("a tree of {size} leaves has no place {place}")]
    Outside {
        /// The leaf's index, or the older tree's size.
        place: u64,
        /// The tree's size.
        size: u64,
    },
    /// The hashes do not lead to the root.
    #[error("the proof does not lead to the root")]
    Broken,
}

/// The path from leaf `index` to the root of the first `size` leaves, lowest level first.
///
/// # Errors
/// [`ProofError::Outside`] if the tree has no such leaf.
pub fn inclusion(
    index: u64,
    size: u64,
    leaf: impl Fn(u64) -> Hash,
) -> Result<Vec<Hash>, ProofError> {
    if index >= size {
        return Err(ProofError::Outside { place: index, size });
    }
    let (mut low, mut high, mut path) = (0, size, vec![]);
    while high - low > 1 {
        let middle = low + left_width(high - low);
        if index < middle {
            path.push(range_root(middle, high, &leaf));
            high = middle;
        } else {
            path.push(range_root(low, middle, &leaf));
            low = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The hashes that lead from the root of the first `old` leaves to that of the first `new` ones.
///
/// # Errors
/// [`ProofError::Outside`] if the older tree would be the larger.
pub fn consistency(
    old: u64,
    new: u64,
    leaf: impl Fn(u64) -> Hash,
) -> Result<Vec<Hash>, ProofError> {
    if old > new {
        return Err(ProofError::Outside {
            place: old,
            size: new,
        });
    }
    if old == 0 || old == new {
        return Ok(vec![]);
    }
    let (mut low, mut high, mut path) = (0, new, vec![]);
    // Down to the smallest subtree whose right edge is the right edge of the older tree.
    while high != old {
        let middle = low + left_width(high - low);
        if old <= middle {
            path.push(range_root(middle, high, &leaf));
            high = middle;
        } else {
            path.push(range_root(low, middle, &leaf));
            low = middle;
        }
    }
    // If that subtree is the whole older tree, whoever checks has its hash already.
    if low > 0 {
        path.push(range_root(low, high, &leaf));
    }
    path.reverse();
    Ok(path)
}

/// Checks that `leaf` is leaf `index` of the tree of `size` leaves whose root is `root`.
///
/// # Errors
/// [`ProofError::Broken`] unless exactly these hashes lead there.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Outside { place: index, size });
    }
    let mut climb = Climb {
        node: index,
        last: size - 1,
    };
    let mut hash = *leaf;
    for sibling in path {
        hash = match climb.step()? {
            Side::Left => node_hash(sibling, &hash),
            Side::Right => node_hash(&hash, sibling),
        };
    }
    if climb.last == 0 && hash == *root {
        Ok(())
    } else {
        Err(ProofError::Broken)
    }
}

/// Checks that the tree of `new.0` leaves with root `new.1` begins with the tree of `old.0` leaves
/// with root `old.1`.
///
/// # Errors
/// [`ProofError::Broken`] unless exactly these hashes lead to both roots.
pub fn verify_consistency(
    old: (u64, &Hash),
    new: (u64, &Hash),
    path: &[Hash],
) -> Result<(), ProofError> {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size > new_size {
        return Err(ProofError::Outside {
            place: old_size,
            size: new_size,
        });
    }
    if old_size == 0 || old_size == new_size {
        let expected = if old_size == 0 {
            &Frontier::new().root()
        } else {
            new_root
        };
        let holds = path.is_empty() && old_root == expected;
        return if holds {
            Ok(())
        } else {
            Err(ProofError::Broken)
        };
    }
    let mut climb = Climb {
        node: old_size - 1,
        last: new_size - 1,
    };
    climb.rise(climb.node.trailing_ones());
    // An older tree that is one perfect subtree is its own first hash.
    let (first, rest) = if old_size.is_power_of_two() {
        (old_root, path)
    } else {
        path.split_first().ok_or(ProofError::Broken)?
    };
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        match climb.step()? {
            Side::Left => {
                old_hash = node_hash(sibling, &old_hash);
                new_hash = node_hash(sibling, &new_hash);
            }
            Side::Right => new_hash = node_hash(&new_hash, sibling),
        }
    }
    let holds = climb.last == 0 && old_hash == *old_root && new_hash == *new_root;
    if holds {
        Ok(())
    } else {
        Err(ProofError::Broken)
    }
}

/// On which side of the climbing node its sibling stands.
enum Side {
    Left,
    Right,
}

/// A walk from a node to the root: its index, and that of the last node, on the current level.
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    /// Where the next sibling stands; then goes above it.
    fn step(&mut self) -> Result<Side, ProofError> {
        if self.last == 0 {
            return Err(ProofError::Broken);
        }
        let side = if self.node % 2 == 1 {
            Side::Left
        } else if self.node == self.last {
            // At the right edge of an unfinished tree a node rises unchanged until it is a right
            // child.
            self.rise(self.node.trailing_zeros());
            Side::Left
        } else {
            Side::Right
        };
        self.rise(1);
        Ok(side)
    }

    fn rise(&mut self, levels: u32) {
        self.node = self.node.checked_shr(levels).unwrap_or(0);
        self.last = self.last.checked_shr(levels).unwrap_or(0);
    }
}

/// The width of the left subtree: the greatest power of two below `width`, which is at least 2.
fn left_width(width: u64) -> u64 {
    1 << (width - 1).ilog2()
}

fn range_root(low: u64, high: u64, leaf: &impl Fn(u64) -> Hash) -> Hash {
    let mut frontier = Frontier::new();
    (low..high).for_each(|index| frontier.append(leaf(index)));
    frontier.root()
}
