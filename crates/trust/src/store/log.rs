//! The log as people read it: a page of entries, one entry, and the proof that it is there.
//!
//! The methods hang on a [`Reader`], which exists only once the look itself is an entry. A proof is
//! held against the newest signed checkpoint, or against the lane's head while none covers the
//! entry yet, and is checked here before it is shown. [`walk_back`] reads the end of a log offline.
//!
//! Refused: opening the personal part of an entry, and hiding an entry that cannot be decoded.
//! Read next: [`crate::ledger::proof`] for what a proof is.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::{
    ledger::{
        Hash,
        checkpoint::Issuer,
        entry::{Entry, Pointer},
        leaf_hash,
        proof::{self, ProofError},
        tree::Frontier,
    },
    store::{
        database::Database,
        error::{StoreError, verdict},
        read::Reader,
        statement::Sql,
        value::Value,
    },
};

/// Entries looked at before a page is given up as full: a rare filter must not read a whole log.
const LOOKED_AT_MAX: usize = 20_000;
/// Entries read at a time; the statements below say the same number.
const STRETCH: usize = 512;
/// Leaves in a block of [`BlockRoots`]. A power of two, so that blocks are subtrees.
const BLOCK: u64 = 1_024;

/// One entry as it lies in the log.
#[derive(Clone, Debug)]
pub struct Logged {
    /// Where it stands.
    pub place: Pointer,
    /// Its bytes: the leaf of the tree.
    pub bytes: Vec<u8>,
    /// What they say; nothing when they are not an entry, which only tampering brings about.
    pub entry: Option<Entry>,
}

/// A page of entries, the newest first.
#[derive(Clone, Debug)]
pub struct LogPage {
    /// The entries that were asked for.
    pub entries: Vec<Logged>,
    /// Older ones lie before this sequence; nothing at the beginning of the log.
    pub older: Option<u64>,
}

/// The proof that an entry is in the log.
#[derive(Clone, Debug)]
pub struct LogProof {
    /// The entry.
    pub logged: Logged,
    /// The hash of its bytes.
    pub leaf: Hash,
    /// How many entries the head covers.
    pub size: u64,
    /// The head: the root over that many entries.
    pub root: Hash,
    /// The signed checkpoint that says so; nothing while the head is not signed yet.
    pub note: Option<String>,
    /// The hashes beside the way from the leaf up to the root.
    pub way: Vec<Sibling>,
    /// Whether the way leads to the root; tried with [`proof::verify_inclusion`].
    pub holds: bool,
}

/// One hash beside the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sibling {
    /// The hash.
    pub hash: Hash,
    /// Whether it stands to the left of the way.
    pub is_left: bool,
}

/// A lane and how many entries its head counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneHead {
    /// The lane.
    pub lane: u16,
    /// The tree over its entries.
    pub tree: Frontier,
}

/// Roots of complete blocks of leaves, remembered so that a proof does not hash the log each time.
///
/// What is remembered can make a proof fail, never hold: every proof ends at the head's root.
#[derive(Debug, Default)]
pub struct BlockRoots(Mutex<HashMap<(u16, u64), Hash>>);

impl BlockRoots {
    fn known(&self, lane: u16, block: u64) -> Option<Hash> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&(lane, block))
            .copied()
    }

    fn remember(&self, lane: u16, block: u64, root: Hash) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert((lane, block), root);
    }
}

/// Backwards from a sequence.
fn backwards() -> Sql {
    crate::sql!(
        "SELECT sequence, bytes FROM ledger_entry WHERE lane = $1 AND sequence < $2 \
         ORDER BY sequence DESC LIMIT 512",
        Int,
        Bytes
    )
}

fn heads() -> Sql {
    crate::sql!(
        "SELECT lane, frontier FROM ledger_head ORDER BY lane",
        Int,
        Bytes
    )
}

impl Reader {
    /// Up to `count` entries of a lane before a sequence that fit, the newest first. A filter that
    /// hardly anything fits ends early, with the place to go on from.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn log_page(
        &mut self,
        lane: u16,
        before: Option<u64>,
        count: usize,
        fits: impl Fn(&Entry) -> bool,
    ) -> Result<LogPage, StoreError> {
        let (mut entries, mut looked_at, mut next) = (vec![], 0, before.unwrap_or(u64::MAX));
        while looked_at < LOOKED_AT_MAX {
            let found = self
                .query(backwards(), vec![int(u64::from(lane)), int(next)])
                .await?;
            let is_last = found.len() < STRETCH;
            for row in found {
                let logged = logged(lane, row)?;
                (looked_at, next) = (looked_at + 1, logged.place.sequence);
                // What cannot be decoded fits every filter: nobody may hide behind one.
                if logged.entry.as_ref().is_none_or(&fits) {
                    entries.push(logged);
                }
                if entries.len() == count {
                    return Ok(LogPage {
                        entries,
                        older: (next > 0).then_some(next),
                    });
                }
            }
            if is_last {
                return Ok(LogPage {
                    entries,
                    older: None,
                });
            }
        }
        Ok(LogPage {
            entries,
            older: (next > 0).then_some(next),
        })
    }

    /// One entry; `None` when the log does not reach there.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn log_entry(&mut self, place: Pointer) -> Result<Option<Logged>, StoreError> {
        let Some(after) = place.sequence.checked_add(1) else {
            return Ok(None);
        };
        let found = self.leaves(place.lane, place.sequence, after).await?;
        found
            .into_iter()
            .next()
            .map(|row| logged(place.lane, row))
            .transpose()
    }

    /// Every lane and the tree that its head holds.
    ///
    /// # Errors
    /// [`StoreError::Tampered`] when a head cannot be read.
    pub async fn log_heads(&mut self) -> Result<Vec<LaneHead>, StoreError> {
        self.query(heads(), vec![])
            .await?
            .into_iter()
            .map(lane_head)
            .collect()
    }

    /// The newest signed checkpoint of a lane, as text, if the instance's key signed it.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn newest_checkpoint(
        &mut self,
        lane: u16,
        issuer: &Issuer,
    ) -> Result<Option<String>, StoreError> {
        let newest = crate::sql!(
            "SELECT note FROM ledger_checkpoint WHERE lane = $1 ORDER BY size DESC LIMIT 1",
            Text
        );
        let found = self.query(newest, vec![int(u64::from(lane))]).await?;
        let note = match found.first().map(Vec::as_slice) {
            Some([Value::Text(Some(note))]) => note.clone(),
            _ => return Ok(None),
        };
        Ok(issuer.read(lane, note.as_bytes()).is_ok().then_some(note))
    }

    /// The proof that the entry at `place` is in the log, tried before it is given.
    ///
    /// The first proof in a long log reads every entry once; later ones read a few thousand.
    ///
    /// # Errors
    /// [`StoreError::Tampered`] when an entry below the head is gone.
    pub async fn log_proof(
        &mut self,
        place: Pointer,
        issuer: &Issuer,
        roots: &BlockRoots,
    ) -> Result<Option<LogProof>, StoreError> {
        let Some(logged) = self.log_entry(place).await? else {
            return Ok(None);
        };
        let (size, root, note) = self.covering(place, issuer).await?;
        let (leaf, path) = (
            leaf_hash(&logged.bytes),
            self.path(place, size, roots).await?,
        );
        let holds = proof::verify_inclusion(&leaf, place.sequence, size, &path, &root).is_ok();
        let sides = sides(place.sequence, size);
        let pairs = path.into_iter().zip(sides);
        let way = pairs
            .map(|(hash, is_left)| Sibling { hash, is_left })
            .collect();
        Ok(Some(LogProof {
            logged,
            leaf,
            size,
            root,
            note,
            way,
            holds,
        }))
    }

    /// The head to prove against: signed if one covers the entry, else the lane's own.
    async fn covering(
        &mut self,
        place: Pointer,
        issuer: &Issuer,
    ) -> Result<(u64, Hash, Option<String>), StoreError> {
        if let Some(note) = self.newest_checkpoint(place.lane, issuer).await?
            && let Ok(signed) = issuer.read(place.lane, note.as_bytes())
            && signed.size > place.sequence
        {
            return Ok((signed.size, signed.root, Some(note)));
        }
        let head = self
            .log_heads()
            .await?
            .into_iter()
            .find(|head| head.lane == place.lane);
        let tree = head.ok_or_else(|| gone("ledger_head", place))?.tree;
        Ok((tree.size(), tree.root(), None))
    }

    /// The hashes beside the way: inside the entry's block first, then among the blocks.
    async fn path(
        &mut self,
        place: Pointer,
        size: u64,
        roots: &BlockRoots,
    ) -> Result<Vec<Hash>, StoreError> {
        let (own, blocks) = (place.sequence / BLOCK, size.div_ceil(BLOCK));
        let leaves = self.block(place.lane, own, size).await?;
        let mut tops = vec![];
        for block in 0..blocks {
            tops.push(self.block_root(place.lane, block, size, roots).await?);
        }
        joined(place.sequence, &leaves, &tops).map_err(|_| gone("ledger_entry", place))
    }

    async fn block_root(
        &mut self,
        lane: u16,
        block: u64,
        size: u64,
        roots: &BlockRoots,
    ) -> Result<Hash, StoreError> {
        if let Some(root) = roots.known(lane, block) {
            return Ok(root);
        }
        let leaves = self.block(lane, block, size).await?;
        let mut tree = Frontier::new();
        leaves.iter().for_each(|leaf| tree.append(*leaf));
        if tree.size() == BLOCK {
            roots.remember(lane, block, tree.root());
        }
        Ok(tree.root())
    }

    /// The leaves of one block, up to `size`.
    async fn block(&mut self, lane: u16, block: u64, size: u64) -> Result<Vec<Hash>, StoreError> {
        let (from, to) = (block * BLOCK, (block * BLOCK + BLOCK).min(size));
        let found = self.leaves(lane, from, to).await?;
        if found.len() as u64 != to.saturating_sub(from) {
            return Err(gone(
                "ledger_entry",
                Pointer {
                    lane,
                    sequence: from,
                },
            ));
        }
        let hashes = found.iter().map(|row| match row.as_slice() {
            [_, Value::Bytes(Some(bytes))] => Ok(leaf_hash(bytes)),
            _ => Err(gone(
                "ledger_entry",
                Pointer {
                    lane,
                    sequence: from,
                },
            )),
        });
        hashes.collect()
    }

    async fn leaves(
        &mut self,
        lane: u16,
        from: u64,
        to: u64,
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        let leaves = crate::sql!(
            "SELECT sequence, bytes FROM ledger_entry WHERE lane = $1 AND sequence >= $2 \
             AND sequence < $3 ORDER BY sequence",
            Int,
            Bytes
        );
        self.query(leaves, vec![int(u64::from(lane)), int(from), int(to)])
            .await
    }
}

/// Reads every lane from its end backwards, beside a running server or without one, until `take`
/// says that it has seen enough of this lane. Changes nothing and records nothing: for the person
/// who holds the folder.
///
/// # Errors
/// [`StoreError::Unreachable`] when the database cannot be opened.
pub async fn walk_back(
    database: &Database,
    mut take: impl FnMut(&Entry) -> bool,
) -> Result<(), StoreError> {
    let unreachable = |error: sqlx::Error| StoreError::Unreachable(error.to_string());
    let readers = database.readers().await.map_err(unreachable)?;
    let mut view = readers.view().await.map_err(unreachable)?;
    let postgres = matches!(database, Database::Postgres(_));
    let told = |error: sqlx::Error| verdict(&error, postgres).0;
    let lanes = view
        .all(heads().text, vec![], heads().kinds)
        .await
        .map_err(told)?;
    for head in lanes {
        let LaneHead { lane, tree } = lane_head(head)?;
        let (mut next, sql) = (tree.size(), backwards());
        'lane: while next > 0 {
            let values = vec![int(u64::from(lane)), int(next)];
            let found = view.all(sql.text, values, sql.kinds).await.map_err(told)?;
            if found.is_empty() {
                break;
            }
            for row in found {
                let logged = logged(lane, row)?;
                next = logged.place.sequence;
                if logged.entry.as_ref().is_some_and(&mut take) {
                    break 'lane;
                }
            }
        }
    }
    drop(view);
    readers.close().await;
    Ok(())
}

fn logged(lane: u16, row: Vec<Value>) -> Result<Logged, StoreError> {
    match <[Value; 2]>::try_from(row) {
        Ok([Value::Int(Some(sequence)), Value::Bytes(Some(bytes))]) => {
            let sequence = u64::try_from(sequence).unwrap_or(u64::MAX);
            let entry = Entry::decode(&bytes).ok();
            Ok(Logged {
                place: Pointer { lane, sequence },
                bytes,
                entry,
            })
        }
        _ => Err(gone("ledger_entry", Pointer { lane, sequence: 0 })),
    }
}

fn lane_head(row: Vec<Value>) -> Result<LaneHead, StoreError> {
    let head = match row.as_slice() {
        [Value::Int(Some(lane)), Value::Bytes(Some(bytes))] => u16::try_from(*lane)
            .ok()
            .zip(Frontier::from_bytes(bytes).ok()),
        _ => None,
    };
    let tampered = || {
        gone(
            "ledger_head",
            Pointer {
                lane: 0,
                sequence: 0,
            },
        )
    };
    head.map(|(lane, tree)| LaneHead { lane, tree })
        .ok_or_else(tampered)
}

/// The path inside a leaf's own block, then from the block's root among the blocks'. A block is a
/// whole subtree of the tree, so the two together are the path through the tree.
fn joined(index: u64, own: &[Hash], tops: &[Hash]) -> Result<Vec<Hash>, ProofError> {
    let at = |hashes: &[Hash], place: u64| {
        let place = usize::try_from(place).expect("a block's place fits the machine");
        hashes[place]
    };
    let mut path = proof::inclusion(index % BLOCK, own.len() as u64, |leaf| at(own, leaf))?;
    path.extend(proof::inclusion(
        index / BLOCK,
        tops.len() as u64,
        |block| at(tops, block),
    )?);
    Ok(path)
}

/// For each hash of a path, whether it stands to the left of the way; the lowest level first.
fn sides(index: u64, size: u64) -> Vec<bool> {
    let (mut low, mut high, mut sides) = (0, size, vec![]);
    while high - low > 1 {
        let middle = low + (1 << (high - low - 1).ilog2());
        sides.push(index >= middle);
        if index < middle {
            high = middle
        } else {
            low = middle
        }
    }
    sides.reverse();
    sides
}

fn int(number: u64) -> Value {
    Value::Int(Some(i64::try_from(number).unwrap_or(i64::MAX)))
}

fn gone(table: &'static str, place: Pointer) -> StoreError {
    StoreError::Tampered {
        table,
        key: format!("lane {} entry {}", place.lane, place.sequence),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::node_hash;

    /// Whatever the size of the log and the place of the entry, the way over blocks is the way
    /// through the tree, and the sides that the page draws lead to its root.
    #[test]
    fn the_way_over_blocks_is_the_way_through_the_tree() {
        let leaf = |at: u64| leaf_hash(&at.to_be_bytes());
        for size in [1, 2, 1_023, 1_024, 1_025, 2_047, 3_072, 4_100] {
            let leaves: Vec<Hash> = (0..size).map(leaf).collect();
            let root_of = |leaves: &[Hash]| {
                let mut tree = Frontier::new();
                leaves.iter().for_each(|leaf| tree.append(*leaf));
                tree.root()
            };
            let blocks: Vec<&[Hash]> = leaves.chunks(BLOCK as usize).collect();
            let tops: Vec<Hash> = blocks.iter().map(|block| root_of(block)).collect();
            for index in [0, 1, size / 2, size - 1]
                .into_iter()
                .filter(|index| *index < size)
            {
                let path = joined(index, blocks[(index / BLOCK) as usize], &tops).unwrap();
                assert_eq!(
                    path,
                    proof::inclusion(index, size, leaf).unwrap(),
                    "{index} of {size}"
                );
                let way = path.iter().zip(sides(index, size));
                let top = way.fold(leaf(index), |hash, (sibling, is_left)| {
                    if is_left {
                        node_hash(sibling, &hash)
                    } else {
                        node_hash(&hash, sibling)
                    }
                });
                assert_eq!(top, root_of(&leaves), "{index} of {size}");
            }
        }
    }
}
