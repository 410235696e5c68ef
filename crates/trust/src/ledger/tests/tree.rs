//! The tree and its proofs, against published roots and against `ct-merkle`.

use ct_merkle::digest::{
    FixedOutput, FixedOutputReset, HashMarker, Output, OutputSizeUser, Reset, Update, typenum::U32,
};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;

use super::super::proof::{
    ProofError, consistency, inclusion, verify_consistency, verify_inclusion,
};
use super::super::tree::{Frontier, FrontierError};
use super::super::{Hash, leaf_hash, node_hash};
use super::{unhex, unhex_hash};

/// SHA-256 in the form that `ct-merkle` wants.
#[derive(Clone, Default)]
struct Sha256(Vec<u8>);

impl HashMarker for Sha256 {}
impl OutputSizeUser for Sha256 {
    type OutputSize = U32;
}
impl Update for Sha256 {
    fn update(&mut self, data: &[u8]) {
        self.0.extend_from_slice(data);
    }
}
impl FixedOutput for Sha256 {
    fn finalize_into(self, out: &mut Output<Self>) {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &self.0);
        out.copy_from_slice(digest.as_ref());
    }
}
impl Reset for Sha256 {
    fn reset(&mut self) {
        self.0.clear();
    }
}
impl FixedOutputReset for Sha256 {
    fn finalize_into_reset(&mut self, out: &mut Output<Self>) {
        std::mem::take(self).finalize_into(out);
    }
}

fn foreign_tree(leaves: &[Vec<u8>]) -> MemoryBackedTree<Sha256, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    leaves.iter().for_each(|leaf| tree.push(leaf.clone()));
    tree
}

fn hashes(leaves: &[Vec<u8>]) -> Vec<Hash> {
    leaves.iter().map(|leaf| leaf_hash(leaf)).collect()
}

fn root_of(hashes: &[Hash]) -> Hash {
    let mut frontier = Frontier::new();
    hashes.iter().for_each(|hash| frontier.append(*hash));
    frontier.root()
}

fn numbered(count: u64) -> Vec<Hash> {
    (0..count)
        .map(|number| leaf_hash(&number.to_be_bytes()))
        .collect()
}

/// The eight small trees that implementations of Certificate Transparency are tested with have
/// their published roots, so any other program for such logs comes to the same result as ours.
#[test]
fn the_published_trees_have_their_published_roots() {
    let leaves = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::new();
    assert_eq!(frontier.root(), unhex_hash(roots[0]));
    for (leaf, root) in leaves.iter().zip(&roots[1..]) {
        frontier.append(leaf_hash(&unhex(leaf)));
        assert_eq!(
            frontier.root(),
            unhex_hash(root),
            "{} leaves",
            frontier.size()
        );
    }
}

/// A frontier that was put down in the head row and taken up again grows on as if nothing happened.
#[test]
fn a_frontier_survives_being_put_down() {
    let mut kept = Frontier::new();
    for leaf in numbered(300) {
        let mut taken_up = Frontier::from_bytes(&kept.to_bytes()).unwrap();
        kept.append(leaf);
        taken_up.append(leaf);
        assert_eq!(taken_up, kept);
    }
}

/// A head row that was cut or stretched is told from a whole one.
#[test]
fn a_frontier_of_the_wrong_length_is_refused() {
    let mut frontier = Frontier::new();
    numbered(7)
        .into_iter()
        .for_each(|leaf| frontier.append(leaf));
    let bytes = frontier.to_bytes();
    assert_eq!(bytes.len(), 8 + 3 * 32);
    assert_eq!(
        Frontier::from_bytes(&bytes[..7]),
        Err(FrontierError::TooShort(7))
    );
    for length in 8..bytes.len() {
        let error = Frontier::from_bytes(&bytes[..length]).unwrap_err();
        assert_eq!(
            error,
            FrontierError::WrongLength {
                size: 7,
                expected: 104,
                got: length
            }
        );
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(Frontier::from_bytes(&longer).is_err());
    let endless = [u64::MAX.to_be_bytes().as_slice(), &[0; 64 * 32]].concat();
    assert_eq!(
        Frontier::from_bytes(&endless),
        Err(FrontierError::TooLarge(u64::MAX))
    );
}

/// In every tree of up to 40 entries every entry can be proved, and nothing else passes: not
/// another entry, place, size or root, and no path that is cut or stretched.
#[test]
fn every_entry_can_be_proved_and_nothing_else() {
    let all = numbered(40);
    for size in 1..=all.len() {
        let root = root_of(&all[..size]);
        for index in 0..size {
            let (at, of) = (index as u64, size as u64);
            let path = inclusion(at, of, |leaf| all[leaf as usize]).unwrap();
            assert_eq!(verify_inclusion(&all[index], at, of, &path, &root), Ok(()));

            let other = leaf_hash(b"another entry");
            assert!(verify_inclusion(&other, at, of, &path, &root).is_err());
            assert!(verify_inclusion(&all[index], at, of, &path, &other).is_err());
            for wrong in (0..of).filter(|wrong| *wrong != at) {
                assert!(verify_inclusion(&all[index], wrong, of, &path, &root).is_err());
            }
            let longer = [path.as_slice(), &[other]].concat();
            assert!(verify_inclusion(&all[index], at, of, &longer, &root).is_err());
            if let Some((_, shorter)) = path.split_last() {
                assert!(verify_inclusion(&all[index], at, of, shorter, &root).is_err());
            }
        }
    }
}

/// Of any two trees of up to 40 entries that grew out of each other this can be proved; of a tree
/// in which one early entry was changed it cannot.
#[test]
fn growth_can_be_proved_and_a_rewritten_past_cannot() {
    let all = numbered(40);
    let mut changed = all.clone();
    changed[0] = leaf_hash(b"another past");
    for new in 1..=all.len() {
        for old in 0..=new {
            let sizes = (old as u64, new as u64);
            let (old_root, new_root) = (root_of(&all[..old]), root_of(&all[..new]));
            let path = consistency(sizes.0, sizes.1, |leaf| all[leaf as usize]).unwrap();
            let (before, after) = ((sizes.0, &old_root), (sizes.1, &new_root));
            assert_eq!(
                verify_consistency(before, after, &path),
                Ok(()),
                "{old} in {new}"
            );
            if old > 0 {
                let other = root_of(&changed[..new]);
                let forged = consistency(sizes.0, sizes.1, |leaf| changed[leaf as usize]).unwrap();
                assert!(verify_consistency(before, (sizes.1, &other), &forged).is_err());
                assert!(verify_consistency(before, (sizes.1, &other), &path).is_err());
            }
            let longer = [path.as_slice(), &[new_root]].concat();
            assert!(verify_consistency(before, after, &longer).is_err());
        }
    }
}

/// Asking for an entry or an older tree that lies beyond the tree is an error, not a panic.
#[test]
fn there_is_no_proof_of_what_lies_beyond() {
    let hash = leaf_hash(b"");
    let outside = |place, size| Err(ProofError::Outside { place, size });
    assert_eq!(inclusion(3, 3, |_| hash), outside(3, 3));
    assert_eq!(consistency(4, 3, |_| hash), outside(4, 3));
    assert!(verify_inclusion(&hash, 0, 0, &[], &hash).is_err());
    assert!(verify_consistency((4, &hash), (3, &hash), &[]).is_err());
    assert!(verify_consistency((0, &hash), (3, &hash), &[]).is_err());
}

/// A pair of entries and a single entry never look alike in the tree.
#[test]
fn a_leaf_and_a_node_never_share_a_hash() {
    let (left, right) = (leaf_hash(b"left"), leaf_hash(b"right"));
    assert_ne!(node_hash(&left, &right), leaf_hash(&[left, right].concat()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Roots and both kinds of proof are, hash for hash, those of an implementation that others
    /// wrote; and that implementation accepts ours.
    #[test]
    fn a_foreign_implementation_agrees(
        leaves in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 1..120),
        choice in any::<prop::sample::Index>(),
    ) {
        let (foreign, ours) = (foreign_tree(&leaves), hashes(&leaves));
        let (size, index) = (leaves.len(), choice.index(leaves.len()));
        let at = |leaf: u64| ours[usize::try_from(leaf).unwrap()];
        let root = foreign.root();
        prop_assert_eq!(root.as_bytes().as_slice(), &root_of(&ours)[..]);

        let path = inclusion(index as u64, size as u64, at).unwrap();
        let theirs = foreign.prove_inclusion(index);
        prop_assert_eq!(theirs.as_bytes(), path.as_flattened());

        let old = index + 1;
        let path = consistency(old as u64, size as u64, at).unwrap();
        let theirs = foreign.prove_consistency(size - old);
        prop_assert_eq!(theirs.as_bytes(), path.as_flattened());
    }

    /// Bytes that somebody put into a head row are refused or taken as they are; they never panic.
    #[test]
    fn any_bytes_make_a_frontier_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(mut frontier) = Frontier::from_bytes(&bytes) {
            prop_assert_eq!(frontier.to_bytes(), bytes);
            let root = frontier.root();
            frontier.append(leaf_hash(b""));
            prop_assert_ne!(frontier.root(), root);
        }
    }
}
