//! One number for all rows of a shared store: who sets one back changes it.
//!
//! In: the places of rows and which sealing stands there. Out: a sum modulo 2^256 of one pseudo-random number a row, so that
//! a change costs its own rows only, whatever their order, and sums of parts add up to that of the whole.
//!
//! The numbers are HMAC-SHA-256 under a key that the database never sees, and the sum is stored sealed: whoever may write
//! rows learns neither and can't look for rows whose numbers make up for each other. That is what a hash of sets needs a
//! lattice or a curve for, where everybody can compute it (docs/decisions/0037).

use super::{Spot, stored};
use crate::store::seal::{NameKey, Version};

const WORDS: usize = 4;
/// Length of a digest, bytes.
pub(super) const DIGEST_BYTES: usize = 8 * WORDS;

/// The sum; its words from the lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Digest([u64; WORDS]);

impl Digest {
    /// Of one row.
    pub(super) fn of(key: &NameKey, spot: &Spot, version: &Version) -> Self {
        let mac = key.mac(&[b"row", &spot.0.to_be_bytes(), &stored(spot), version]);
        Self::from_bytes(&mac)
    }

    pub(super) fn add(&mut self, other: &Self) {
        let mut carry = false;
        for (word, more) in self.0.iter_mut().zip(other.0) {
            let (sum, over) = word.overflowing_add(more);
            let (sum, again) = sum.overflowing_add(carry.into());
            (*word, carry) = (sum, over || again);
        }
    }

    pub(super) fn remove(&mut self, other: &Self) {
        let mut borrow = false;
        for (word, less) in self.0.iter_mut().zip(other.0) {
            let (rest, under) = word.overflowing_sub(less);
            let (rest, again) = rest.overflowing_sub(borrow.into());
            (*word, borrow) = (rest, under || again);
        }
    }

    pub(super) fn to_bytes(self) -> [u8; DIGEST_BYTES] {
        let mut bytes = [0; DIGEST_BYTES];
        for (to, word) in bytes.chunks_exact_mut(8).zip(self.0) {
            to.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8; DIGEST_BYTES]) -> Self {
        let mut words = [0; WORDS];
        for (word, from) in words.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *word = u64::from_le_bytes(*from);
        }
        Self(words)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::seal::SecretKey;

    proptest! {
        #[test]
        fn the_order_of_rows_and_what_came_and_went_do_not_count(
            rows in proptest::collection::btree_set(any::<[u8; DIGEST_BYTES]>(), 0..40), cut in any::<usize>(),
        ) {
            let rows: Vec<Digest> = rows.iter().map(Digest::from_bytes).collect();
            let (mut forward, mut back) = (Digest::default(), Digest::default());
            rows.iter().for_each(|row| forward.add(row));
            rows.iter().rev().for_each(|row| back.add(row));
            prop_assert_eq!(forward, back);
            // Of parts, and with what is taken off again.
            let (left, right) = rows.split_at(cut % (rows.len() + 1));
            let (mut one, mut other) = (Digest::default(), Digest::default());
            left.iter().for_each(|row| one.add(row));
            right.iter().for_each(|row| other.add(row));
            let mut whole = one;
            whole.add(&other);
            prop_assert_eq!(whole, forward);
            whole.remove(&one);
            prop_assert_eq!(whole, other);
            prop_assert_eq!(Digest::from_bytes(&forward.to_bytes()), forward);
        }

        #[test]
        fn one_row_set_back_taken_off_moved_or_doubled_changes_it(
            versions in proptest::collection::vec(any::<Version>(), 1..20), which in any::<usize>(), old in any::<Version>(),
        ) {
            let key = NameKey::of(&SecretKey::random());
            let spot = |number: usize| -> Spot { (18, vec![7; 16], 0, number as i64, Vec::new()) };
            let sum = |rows: &[(usize, Version)]| {
                let mut sum = Digest::default();
                rows.iter().for_each(|(number, version)| sum.add(&Digest::of(&key, &spot(*number), version)));
                sum
            };
            let rows: Vec<(usize, Version)> = versions.iter().copied().enumerate().collect();
            let (whole, which) = (sum(&rows), which % rows.len());
            prop_assume!(rows[which].1 != old);
            let (mut set_back, mut moved) = (rows.clone(), rows.clone());
            set_back[which].1 = old;
            moved[which].0 = 999;
            let taken_off = [&rows[..which], &rows[which + 1..]].concat();
            let doubled = [&rows[..], &rows[which..=which]].concat();
            for changed in [set_back, moved, taken_off, doubled] {
                prop_assert_ne!(sum(&changed), whole);
            }
        }
    }
}
