//! Merkle trees as RFC 6962 section 2.1 hashes them.
//!
//! In: leaves, one after the other. Out: roots, inclusion proofs and their check. A `Frontier` holds what is
//! needed to append and to prove the newest leaf: 32 bytes for each set bit of the size.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{limits, wire::fixed_bytes};

fixed_bytes! {
    /// A SHA-256 hash.
    Hash, 32
}

/// The hash of a leaf.
#[must_use]
pub fn leaf(data: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(data).finalize().into())
}

fn node(left: &Hash, right: &Hash) -> Hash {
    // Leaves and nodes begin with bytes of their own, or the two hashes of a node could be shown as a leaf.
    Hash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// The right edge of a growing tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The edge of the tree over `leaves`.
    #[must_use]
    pub fn over(leaves: &[Hash]) -> Self {
        let mut edge = Self::default();
        for leaf in leaves {
            edge.push(*leaf);
        }
        edge
    }

    /// The edge of the tree before its newest leaf at `index`, as the proof of that leaf shows it. None where
    /// the proof has another length than such a tree has peaks.
    #[must_use]
    pub fn before_newest(index: u64, proof: &[Hash]) -> Option<Self> {
        // The proof of a newest leaf is the peaks to its left, the nearest first.
        let fits = usize::try_from(index.count_ones()).is_ok_and(|peaks| peaks == proof.len());
        fits.then(|| Self { size: index, peaks: proof.iter().rev().copied().collect() })
    }

    /// Has it as many peaks as a tree of its size?
    #[must_use]
    pub fn well_formed(&self) -> bool {
        usize::try_from(self.size.count_ones()).is_ok_and(|peaks| peaks == self.peaks.len())
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf and proves it: the hashes from the leaf up to the root of the new tree.
    pub fn push(&mut self, leaf: Hash) -> Vec<Hash> {
        let proof: Vec<Hash> = self.peaks.iter().rev().copied().collect();
        let mut carried = leaf;
        // As a carry in binary: every pair of full subtrees of one height becomes one of the next.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                carried = node(&left, &carried);
            }
        }
        self.peaks.push(carried);
        self.size += 1;
        proof
    }

    /// The root; that of the empty tree is the hash of nothing.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else {
            return Hash(Sha256::digest([]).into());
        };
        peaks.fold(*last, |right, left| node(left, &right))
    }
}

impl Frontier {
    /// The proof that the tree grew from this edge by these leaves, as [`prove_growth`] gives it from all of them.
    #[must_use]
    pub fn prove_growth(&self, grown: &[Hash]) -> Vec<Hash> {
        let (mut peaks, mut grown, mut whole, mut proof) = (&self.peaks[..], grown, true, Vec::new());
        let (mut from, mut size) = (self.size, self.size + grown.len() as u64);
        if from == 0 {
            return proof;
        }
        while from < size {
            let left = size.next_power_of_two() / 2;
            if from <= left {
                let (near, far) = grown.split_at(usize::try_from(left - from).unwrap_or(grown.len()).min(grown.len()));
                proof.push(root(far));
                (grown, size) = (near, left);
            } else {
                // What lies left of the split is full, and the largest peak.
                proof.extend(peaks.split_off_first().copied());
                (from, size, whole) = (from - left, size - left, false);
            }
        }
        if !whole {
            proof.extend(peaks.first().copied());
        }
        proof.reverse();
        proof
    }
}

/// The proof for leaf `index` of the tree over `leaves`; none where there is no such leaf.
#[must_use]
pub fn prove(leaves: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= leaves.len() {
        return None;
    }
    let (mut rest, mut index, mut proof) = (leaves, index, Vec::new());
    while rest.len() > 1 {
        let (left, right) = rest.split_at(rest.len().next_power_of_two() / 2);
        if index < left.len() {
            proof.push(root(right));
            rest = left;
        } else {
            proof.push(root(left));
            index -= left.len();
            rest = right;
        }
    }
    proof.reverse();
    Some(proof)
}

/// The root of the tree over `leaves`.
#[must_use]
pub fn root(leaves: &[Hash]) -> Hash {
    Frontier::over(leaves).root()
}

/// Does `proof` lead from this leaf at `index` to this root of `size` leaves? (RFC 9162 section 2.1.3.2)
#[must_use]
pub fn verify(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: Hash) -> bool {
    if index >= size || proof.len() > limits::PROOF_HASHES {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in proof {
        // The root is reached and the proof goes on: it is longer than this tree is high.
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == root
}

/// The proof that the tree over `leaves` grew from its first `from` (RFC 9162 section 2.1.4.1); none where it did not have
/// so many.
#[must_use]
pub fn prove_growth(leaves: &[Hash], from: usize) -> Option<Vec<Hash>> {
    if from > leaves.len() {
        return None;
    }
    let (mut rest, mut from, mut whole, mut proof) = (leaves, from, true, Vec::new());
    if from == 0 {
        return Some(proof);
    }
    while from < rest.len() {
        let (left, right) = rest.split_at(rest.len().next_power_of_two() / 2);
        if from <= left.len() {
            proof.push(root(right));
            rest = left;
        } else {
            proof.push(root(left));
            (rest, from, whole) = (right, from - left.len(), false);
        }
    }
    // Who verifies has the root of a full tree already, so it is no part of the proof.
    if !whole {
        proof.push(root(rest));
    }
    proof.reverse();
    Some(proof)
}

/// Did the tree of `size` leaves and this root grow from the one of `from` leaves and root `earlier`? (RFC 9162 section
/// 2.1.4.2) Every tree grew from the empty one.
#[must_use]
pub fn grew(from: u64, earlier: Hash, size: u64, root: Hash, proof: &[Hash]) -> bool {
    if from == 0 || from >= size {
        return proof.is_empty() && (from == 0 || (from == size && earlier == root));
    }
    if proof.len() > limits::PROOF_HASHES {
        return false;
    }
    let mut path = proof.iter().copied();
    // A tree that is full is a node of the later one.
    let first = if from.is_power_of_two() { Some(earlier) } else { path.next() };
    let Some(first) = first else { return false };
    let shift = (from - 1).trailing_ones();
    let (mut at, mut last) = ((from - 1) >> shift, (size - 1) >> shift);
    let (mut then, mut now) = (first, first);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            (then, now) = (node(&sibling, &then), node(&sibling, &now));
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            now = node(&now, &sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && then == earlier && now == root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leaf_of_every_small_tree_is_proven_and_nothing_else_is() {
        let leaves: Vec<Hash> = (0u8..40).map(|n| leaf(&[n])).collect();
        let mut frontier = Frontier::default();
        for size in 1..=leaves.len() {
            let newest = frontier.push(leaves[size - 1]);
            let root = frontier.root();
            let mut before = Frontier::before_newest(size as u64 - 1, &newest).expect("a proof of the newest leaf");
            before.push(leaves[size - 1]);
            assert_eq!(before, frontier);
            assert_eq!(Some(newest), prove(&leaves[..size], size - 1));
            for index in 0..size {
                let proof = prove(&leaves[..size], index).expect("a leaf of the tree");
                assert!(verify(leaves[index], index as u64, size as u64, &proof, root));
                assert!(!verify(leaves[index], index as u64 + 1, size as u64, &proof, root));
                assert!(!verify(leaf(b"other"), index as u64, size as u64, &proof, root));
            }
        }
    }

    #[test]
    fn every_growth_of_every_small_tree_is_proven_and_nothing_else_is() {
        let leaves: Vec<Hash> = (0u8..40).map(|n| leaf(&[n])).collect();
        let other = leaf(b"other");
        for size in 0..=leaves.len() {
            let whole = root(&leaves[..size]);
            assert_eq!(prove_growth(&leaves[..size], size + 1), None);
            for from in 0..=size {
                let (earlier, proof) = (root(&leaves[..from]), prove_growth(&leaves[..size], from).expect("a prefix"));
                let edge = Frontier::over(&leaves[..from]);
                assert_eq!(edge.prove_growth(&leaves[from..size]), proof, "from the edge of {from} to {size}");
                let (first, last) = (from as u64, size as u64);
                assert!(grew(first, earlier, last, whole, &proof), "{from} to {size}");
                assert!(from == 0 || !grew(first, other, last, whole, &proof));
                assert!(from == 0 || !grew(first, earlier, last, other, &proof));
                assert!(!grew(first, earlier, last, whole, &[&proof[..], &[other]].concat()));
                for at in 0..proof.len() {
                    let mut forged = proof.clone();
                    forged[at] = other;
                    assert!(!grew(first, earlier, last, whole, &forged));
                    forged.remove(at);
                    assert!(!grew(first, earlier, last, whole, &forged));
                }
            }
        }
    }

    #[test]
    fn the_hashes_are_those_of_rfc_6962() {
        // Certificate Transparency's published vectors: the empty tree, and the tree over one empty leaf.
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(root(&[]).to_string(), empty);
        let one = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
        assert_eq!(root(&[leaf(b"")]).to_string(), one);
    }
}
