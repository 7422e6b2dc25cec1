//! What a turn leaves behind of the whole store, in the row whose lock is the turn: so that no more rows are fought for than
//! without it, and turns that once have locks of their own have checkpoints of their own, whose sums add up.
//!
//! In: the checkpoint before, what changed. Out: sealed bytes. Which sealing it is names it: two checkpoints of one turn
//! never have the same name.

use std::collections::BTreeMap;

use super::digest::{DIGEST_BYTES, Digest};
use crate::store::{
    StoreError,
    seal::{self, Place, SecretKey, VERSION_BYTES, Version},
};

/// Companions whose last turns a checkpoint names; beyond them the one that was silent for longest is left out.
const COMPANIONS: usize = 64;
/// Bytes of a companion's name.
pub(super) const NAME_BYTES: usize = 8;

/// A companion that shares the store, by the random name that its home keeps.
pub(super) type Name = [u8; NAME_BYTES];

const CORRUPT: StoreError = StoreError::Corrupt { part: "checkpoint" };
/// Of the one lock that there is today.
const PLACE: Place<'static> = Place { domain: "checkpoint", position: &[0, 0, 0, 0, 0, 0, 0, 1] };

/// The state of the store after a turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Checkpoint {
    /// How often the owner accepted a store that was set back.
    pub(super) generation: u64,
    /// How many turns changed something.
    pub(super) turn: u64,
    /// Of all rows.
    pub(super) digest: Digest,
    /// How many there are.
    pub(super) rows: u64,
    /// The root of the index of guarded rows; none where there are none.
    pub(super) index: Option<Version>,
    /// The last turn that each companion made.
    pub(super) companions: BTreeMap<Name, u64>,
}

impl Checkpoint {
    /// Notes the next turn, made by this companion.
    pub(super) fn advance(&mut self, by: Name) {
        self.turn = self.turn.saturating_add(1);
        self.companions.insert(by, self.turn);
        if self.companions.len() > COMPANIONS {
            let silent = self.companions.iter().min_by_key(|(_, turn)| **turn).map(|(name, _)| *name);
            silent.map(|name| self.companions.remove(&name));
        }
    }

    /// Was this companion left out, perhaps?
    pub(super) fn is_crowded(&self) -> bool {
        self.companions.len() >= COMPANIONS
    }

    pub(super) fn seal(&self, key: &SecretKey) -> Result<Vec<u8>, StoreError> {
        let mut plain = self.generation.to_be_bytes().to_vec();
        plain.extend_from_slice(&self.turn.to_be_bytes());
        plain.extend_from_slice(&self.digest.to_bytes());
        plain.extend_from_slice(&self.rows.to_be_bytes());
        plain.push(self.index.is_some().into());
        plain.extend_from_slice(&self.index.unwrap_or_default());
        for (name, turn) in &self.companions {
            plain.extend_from_slice(name);
            plain.extend_from_slice(&turn.to_be_bytes());
        }
        seal::seal(key, PLACE, &plain)
    }

    pub(super) fn open(key: &SecretKey, sealed: &[u8]) -> Result<Self, StoreError> {
        let plain = seal::open(key, PLACE, sealed)?;
        let (generation, rest) = plain.split_first_chunk::<8>().ok_or(CORRUPT)?;
        let (turn, rest) = rest.split_first_chunk::<8>().ok_or(CORRUPT)?;
        let (digest, rest) = rest.split_first_chunk::<DIGEST_BYTES>().ok_or(CORRUPT)?;
        let (rows, rest) = rest.split_first_chunk::<8>().ok_or(CORRUPT)?;
        let (there, rest) = rest.split_first().ok_or(CORRUPT)?;
        let (index, rest) = rest.split_first_chunk::<VERSION_BYTES>().ok_or(CORRUPT)?;
        let mut companions = BTreeMap::new();
        for entry in rest.chunks(NAME_BYTES + 8) {
            let (name, turn) = entry.split_first_chunk::<NAME_BYTES>().ok_or(CORRUPT)?;
            companions.insert(*name, u64::from_be_bytes(turn.try_into().map_err(|_| CORRUPT)?));
        }
        Ok(Self {
            generation: u64::from_be_bytes(*generation),
            turn: u64::from_be_bytes(*turn),
            digest: Digest::from_bytes(digest),
            rows: u64::from_be_bytes(*rows),
            index: (*there == 1).then_some(*index),
            companions,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_round_trips_and_forgets_who_was_silent_for_longest() {
        let key = SecretKey::random();
        let mut checkpoint = Checkpoint { generation: 2, index: Some([7; VERSION_BYTES]), ..Checkpoint::default() };
        for name in 0..100_u64 {
            checkpoint.advance(name.to_be_bytes());
        }
        assert_eq!(checkpoint.turn, 100);
        assert!(checkpoint.is_crowded());
        assert_eq!(checkpoint.companions.keys().next(), Some(&36_u64.to_be_bytes()));
        let sealed = checkpoint.seal(&key).unwrap();
        assert_eq!(Checkpoint::open(&key, &sealed).unwrap(), checkpoint);
        assert!(Checkpoint::open(&SecretKey::random(), &sealed).is_err());
        let empty = Checkpoint::default();
        assert_eq!(Checkpoint::open(&key, &empty.seal(&key).unwrap()).unwrap(), empty);
    }
}
