//! The store's own bookkeeping: schema version, commit number, epoch in use, rows per table.
//!
//! In: the previous state. Out: a sealed row, rewritten by every transaction. AEAD catches a
//! changed row; the counts catch a missing one, the commit number a rolled-back database.

use super::StoreError;
use super::seal::{self, Place, SecretKey};
use super::table::Table;
use std::collections::BTreeMap;

/// The version of what is stored. Goes up with every migration.
pub(super) const SCHEMA: u32 = 2;

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
pub(super) fn definition(table: Table) -> Definition<'static> {
    redb::TableDefinition::new(table.name())
}

/// One step of the ordered list of migrations.
pub(super) struct Migration {
    /// The version it leads to; it is applied to the version before.
    pub(super) to: u32,
    /// Changes the tables, in the transaction that also writes the new state.
    pub(super) apply: fn(&redb::WriteTransaction, &mut State) -> Result<(), StoreError>,
}

/// All migrations, oldest first.
pub(super) const MIGRATIONS: &[Migration] = &[Migration { to: 2, apply: make_tables }];

/// To 2: the tables of items, intents, boards and segments, empty.
fn make_tables(write: &redb::WriteTransaction, _: &mut State) -> Result<(), StoreError> {
    for table in Table::ALL {
        write.open_table(definition(*table)).map_err(StoreError::from_table)?;
    }
    Ok(())
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) schema: u32,
    pub(super) commit: u64,
    pub(super) epoch: u64,
    counts: BTreeMap<u8, u64>,
}

impl State {
    pub(super) fn new(epoch: u64) -> State {
        State { schema: SCHEMA, commit: 0, epoch, counts: BTreeMap::new() }
    }

    pub(super) fn count(&self, table: Table) -> u64 {
        self.counts.get(&table.code()).copied().unwrap_or(0)
    }

    pub(super) fn added(&mut self, table: Table) {
        *self.counts.entry(table.code()).or_insert(0) += 1;
    }

    /// An error when the count says there was nothing to remove.
    pub(super) fn removed(&mut self, table: Table) -> Result<(), StoreError> {
        let count = self.counts.get_mut(&table.code()).ok_or_else(|| table.corrupt())?;
        *count = count.checked_sub(1).ok_or_else(|| table.corrupt())?;
        Ok(())
    }

    pub(super) fn seal(&self, key: &SecretKey) -> Result<Vec<u8>, StoreError> {
        let mut plain = self.schema.to_be_bytes().to_vec();
        plain.extend_from_slice(&self.commit.to_be_bytes());
        plain.extend_from_slice(&self.epoch.to_be_bytes());
        for (table, count) in &self.counts {
            plain.push(*table);
            plain.extend_from_slice(&count.to_be_bytes());
        }
        seal::seal(key, PLACE, &plain)
    }

    /// Refuses a newer schema before reading anything whose form it may have changed.
    pub(super) fn open(key: &SecretKey, sealed: &[u8]) -> Result<State, StoreError> {
        let plain = seal::open(key, PLACE, sealed)?;
        let (schema, rest) = plain.split_first_chunk::<4>().ok_or(CORRUPT)?;
        let schema = u32::from_be_bytes(*schema);
        if schema > SCHEMA {
            return Err(StoreError::NewerSchema { found: schema, supported: SCHEMA });
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
        Ok(State { schema, commit, epoch, counts })
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

    #[test]
    fn migrations_lead_step_by_step_to_the_schema() {
        let steps = MIGRATIONS.iter().map(|migration| migration.to);
        let last = steps.fold(1, |version, to| {
            assert_eq!(to, version + 1);
            to
        });
        assert_eq!(last, SCHEMA);
    }

    #[test]
    fn a_state_round_trips_and_a_newer_one_is_refused() {
        let key = SecretKey::random();
        let mut state = State::new(3);
        state.added(Table::Field);
        assert_eq!(State::open(&key, &state.seal(&key).unwrap()).unwrap(), state);
        state.removed(Table::Field).unwrap();
        assert!(state.removed(Table::Field).is_err());
        state.schema = SCHEMA + 1;
        let newer = State::open(&key, &state.seal(&key).unwrap()).err();
        assert_eq!(newer, Some(StoreError::NewerSchema { found: 3, supported: 2 }));
    }
}
