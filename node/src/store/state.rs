//! The store's own bookkeeping: role and version of its tables, commit number, epoch in use, rows per table.
//!
//! In: the previous state. Out: a sealed row, rewritten by every transaction. AEAD catches a
//! changed row; the counts catch a missing one, the commit number a rolled-back database.

use super::StoreError;
use super::seal::{self, Place, SecretKey};
use super::table::{Schema, TableId};
use std::collections::BTreeMap;

/// redb's type of every table: opaque bytes to opaque bytes.
pub(super) type Definition<'a> = redb::TableDefinition<'a, &'static [u8], &'static [u8]>;

/// The internal table of `STATE_ROW` and `DIRECTORY_ROW`.
pub(super) const SYSTEM: Definition<'static> = redb::TableDefinition::new("store.system");
/// The internal table of the erasure buckets, by number.
pub(super) const BUCKET_TABLE: Definition<'static> = redb::TableDefinition::new("store.buckets");
/// The row of the sealed state.
pub(super) const STATE_ROW: &[u8] = b"state";
/// The row of the sealed erasure directory.
pub(super) const DIRECTORY_ROW: &[u8] = b"directory";

const PLACE: Place<'static> = Place { domain: "state", position: STATE_ROW };
const CORRUPT: StoreError = StoreError::Corrupt { part: "state" };

/// redb's definition of a table.
pub(super) fn definition(table: TableId) -> Definition<'static> {
    redb::TableDefinition::new(table.name())
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// The version of the role's tables. Goes up with every migration.
    pub(super) version: u32,
    role: &'static str,
    pub(super) commit: u64,
    pub(super) epoch: u64,
    counts: BTreeMap<u8, u64>,
}

impl State {
    pub(super) fn new(schema: &Schema, epoch: u64) -> State {
        State { version: schema.version, role: schema.role, commit: 0, epoch, counts: BTreeMap::new() }
    }

    pub(super) fn count(&self, table: TableId) -> u64 {
        self.counts.get(&table.code()).copied().unwrap_or(0)
    }

    pub(super) fn added(&mut self, table: TableId) {
        *self.counts.entry(table.code()).or_insert(0) += 1;
    }

    /// An error when the count says there was nothing to remove.
    pub(super) fn removed(&mut self, table: TableId) -> Result<(), StoreError> {
        let count = self.counts.get_mut(&table.code()).ok_or_else(|| table.corrupt())?;
        *count = count.checked_sub(1).ok_or_else(|| table.corrupt())?;
        Ok(())
    }

    pub(super) fn seal(&self, key: &SecretKey) -> Result<Vec<u8>, StoreError> {
        let mut plain = self.version.to_be_bytes().to_vec();
        // A role's name is a word of ours, far below 256 bytes.
        plain.push(u8::try_from(self.role.len()).unwrap_or(u8::MAX));
        plain.extend_from_slice(self.role.as_bytes());
        plain.extend_from_slice(&self.commit.to_be_bytes());
        plain.extend_from_slice(&self.epoch.to_be_bytes());
        for (table, count) in &self.counts {
            plain.push(*table);
            plain.extend_from_slice(&count.to_be_bytes());
        }
        seal::seal(key, PLACE, &plain)
    }

    /// Refuses another role's tables, and a newer version, before reading anything whose form that may have changed.
    pub(super) fn open(schema: &Schema, key: &SecretKey, sealed: &[u8]) -> Result<State, StoreError> {
        let plain = seal::open(key, PLACE, sealed)?;
        let (version, rest) = plain.split_first_chunk::<4>().ok_or(CORRUPT)?;
        let version = u32::from_be_bytes(*version);
        let (length, rest) = rest.split_first().ok_or(CORRUPT)?;
        let (role, rest) = rest.split_at_checked(usize::from(*length)).ok_or(CORRUPT)?;
        if role != schema.role.as_bytes() {
            return Err(StoreError::OtherRole { wanted: schema.role });
        }
        if version > schema.version {
            return Err(StoreError::NewerSchema { found: version, supported: schema.version });
        }
        let (commit, rest) = rest.split_first_chunk::<8>().ok_or(CORRUPT)?;
        let (epoch, rest) = rest.split_first_chunk::<8>().ok_or(CORRUPT)?;
        let mut counts = BTreeMap::new();
        for entry in rest.chunks(9) {
            let (table, count) = entry.split_first().ok_or(CORRUPT)?;
            let count = count.try_into().map_err(|_| CORRUPT)?;
            counts.insert(*table, u64::from_be_bytes(count));
        }
        let (commit, epoch) = (u64::from_be_bytes(*commit), u64::from_be_bytes(*epoch));
        Ok(State { version, role: schema.role, commit, epoch, counts })
    }
}

/// The content of the clean-stop marker: the last commit, so that a stale marker is recognised.
pub(super) fn seal_marker(key: &SecretKey, commit: u64) -> Result<Vec<u8>, StoreError> {
    seal::seal(key, Place { domain: "clean marker", position: &[] }, &commit.to_be_bytes())
}

/// The commit a marker names; `None` for a damaged one, which then counts as no marker.
pub(super) fn open_marker(key: &SecretKey, sealed: &[u8]) -> Option<u64> {
    let plain = seal::open(key, Place { domain: "clean marker", position: &[] }, sealed).ok()?;
    Some(u64::from_be_bytes(plain.as_slice().try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    static SCHEMA: Schema = Schema { role: "test", tables: &[], facts: &[], version: 1, migrations: &[] };
    static OTHER: Schema = Schema { role: "another", tables: &[], facts: &[], version: 1, migrations: &[] };

    #[test]
    fn a_state_round_trips_and_a_newer_one_or_another_roles_is_refused() {
        let (key, table) = (SecretKey::random(), TableId::new(3, "table", false));
        let mut state = State::new(&SCHEMA, 3);
        state.added(table);
        assert_eq!(State::open(&SCHEMA, &key, &state.seal(&key).unwrap()).unwrap(), state);
        let other = State::open(&OTHER, &key, &state.seal(&key).unwrap()).err();
        assert_eq!(other, Some(StoreError::OtherRole { wanted: "another" }));
        state.removed(table).unwrap();
        assert!(state.removed(table).is_err());
        state.version = SCHEMA.version + 1;
        let newer = State::open(&SCHEMA, &key, &state.seal(&key).unwrap()).err();
        assert_eq!(newer, Some(StoreError::NewerSchema { found: 2, supported: 1 }));
    }
}
