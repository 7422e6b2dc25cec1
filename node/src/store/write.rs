//! Writing: one batch, one durable transaction.
//!
//! In: a checked batch. Out: rows, erasure keys and bookkeeping, committed together
//! and synced; then, if something was erased, a keyring without the old epoch.

use super::batch::{Batch, Operation};
use super::erasure::{self, Bucket};
use super::limits::DELETE_CHUNK_ROWS;
use super::medium::Side;
use super::row::{encode_record, group_range, group_tag, index_range, stored_key};
use super::seal::{self, Nonce, Place, SecretKey};
use super::state::{BUCKET_TABLE, DIRECTORY_ROW, STATE_ROW, SYSTEM, State, definition};
use super::{Key, Migration, Store, StoreError, TableId};
use redb::ReadableTable;
use std::collections::BTreeMap;

type Rows<'t> = redb::Table<'t, &'static [u8], &'static [u8]>;

/// A bucket that the transaction changes.
struct Touched {
    bucket: Bucket,
    /// Whether a record key was thrown away, so that the bucket needs a new key.
    rolls: bool,
}

/// A transaction under way.
struct Writer<'t> {
    store: &'t Store,
    write: &'t redb::WriteTransaction,
    rows: BTreeMap<TableId, Rows<'t>>,
    buckets: Rows<'t>,
    touched: BTreeMap<u8, Touched>,
    nonces: Vec<Nonce>,
    state: State,
}

/// Borrows apart from the rest of the writer, so that rows can be held meanwhile.
fn rows<'m, 't>(
    open: &'m mut BTreeMap<TableId, Rows<'t>>,
    write: &'t redb::WriteTransaction,
    table: TableId,
) -> Result<&'m mut Rows<'t>, StoreError> {
    use std::collections::btree_map::Entry;
    match open.entry(table) {
        Entry::Occupied(rows) => Ok(rows.into_mut()),
        Entry::Vacant(place) => {
            let rows = write.open_table(definition(table)).map_err(StoreError::from_table)?;
            Ok(place.insert(rows))
        }
    }
}

impl<'t> Writer<'t> {
    fn new(store: &'t Store, write: &'t redb::WriteTransaction, operations: usize) -> Result<Writer<'t>, StoreError> {
        let buckets = write.open_table(BUCKET_TABLE).map_err(StoreError::from_table)?;
        let (rows, touched) = (BTreeMap::new(), BTreeMap::new());
        let mut state = store.state.clone();
        state.commit += 1;
        Ok(Writer { store, write, rows, buckets, touched, nonces: Nonce::several(operations), state })
    }

    fn run(&mut self, operation: &Operation) -> Result<(), StoreError> {
        match operation {
            Operation::Put(table, key, value) => self.put(*table, key, value),
            Operation::Append(table, group, value) => {
                let number = self.next_number(*table, group)?;
                self.put(*table, &Key::grouped_index(group, number), value)
            }
            Operation::Delete(table, key) => {
                let stored = stored_key(&self.store.keys.names, *table, key);
                self.delete(*table, &stored)
            }
            Operation::DeleteGroup(table, group) => self.delete_group(*table, group),
        }
    }

    fn put(&mut self, table: TableId, key: &Key, value: &[u8]) -> Result<(), StoreError> {
        let store = self.store;
        let stored = stored_key(&store.keys.names, table, key);
        let plain = encode_record(key, value);
        let place = Place { domain: table.name(), position: &stored };
        // No operation puts more than one row.
        let nonce = self.nonces.pop().unwrap_or_else(Nonce::random);
        let (sealed, had_key) = if table.erasable() {
            let entry = erasure::entry_tag(&store.keys.names, table, &stored);
            let touched = self.touch(entry[0])?;
            let (key, existed) = touched.bucket.renew(entry);
            touched.rolls |= existed;
            (seal::seal_under(key, nonce, place, &plain)?, Some(existed))
        } else {
            (seal::seal_under(&store.keys.records, nonce, place, &plain)?, None)
        };
        let rows = rows(&mut self.rows, self.write, table)?;
        let old = rows.insert(stored.as_slice(), sealed.as_slice());
        let existed = old.map_err(StoreError::from_storage)?.is_some();
        if !existed {
            self.state.added(table);
        }
        agree(table, existed, had_key)
    }

    /// The number after the last one of a group, as this transaction sees it.
    fn next_number(&mut self, table: TableId, group: &[u8]) -> Result<u64, StoreError> {
        let (first, last) = index_range(group_tag(&self.store.keys.names, table, group), 0);
        let rows = rows(&mut self.rows, self.write, table)?;
        let mut range = rows.range(first.as_slice()..=last.as_slice()).map_err(StoreError::from_storage)?;
        let Some(found) = range.next_back() else { return Ok(1) };
        let (stored, _) = found.map_err(StoreError::from_storage)?;
        let number = stored.value().last_chunk().map(|bytes| u64::from_be_bytes(*bytes));
        number.and_then(|number| number.checked_add(1)).ok_or_else(|| table.corrupt())
    }

    fn delete(&mut self, table: TableId, stored: &[u8]) -> Result<(), StoreError> {
        let rows = rows(&mut self.rows, self.write, table)?;
        let existed = rows.remove(stored).map_err(StoreError::from_storage)?.is_some();
        if existed {
            self.state.removed(table)?;
        }
        if !table.erasable() {
            return Ok(());
        }
        let entry = erasure::entry_tag(&self.store.keys.names, table, stored);
        let touched = self.touch(entry[0])?;
        let had_key = touched.bucket.remove(&entry);
        touched.rolls |= had_key;
        agree(table, existed, Some(had_key))
    }

    fn delete_group(&mut self, table: TableId, group: &[u8]) -> Result<(), StoreError> {
        let (first, last) = group_range(group_tag(&self.store.keys.names, table, group));
        loop {
            let rows = rows(&mut self.rows, self.write, table)?;
            let range = rows.range(first.as_slice()..=last.as_slice());
            let mut chunk = Vec::new();
            for row in range.map_err(StoreError::from_storage)?.take(DELETE_CHUNK_ROWS) {
                // Names first, then the rows go: what is walked over must not change meanwhile.
                chunk.push(row.map_err(StoreError::from_storage)?.0.value().to_vec());
            }
            if chunk.is_empty() {
                return Ok(());
            }
            for stored in chunk {
                self.delete(table, &stored)?;
            }
        }
    }

    fn touch(&mut self, number: u8) -> Result<&mut Touched, StoreError> {
        if !self.touched.contains_key(&number) {
            let sealed = self.buckets.get([number].as_slice()).map_err(StoreError::from_storage)?;
            let sealed = sealed.ok_or(StoreError::Corrupt { part: "erasure bucket" })?;
            let key = self.store.directory.key(number)?;
            let bucket = Bucket::open(number, key, sealed.value())?;
            self.touched.insert(number, Touched { bucket, rolls: false });
        }
        self.touched.get_mut(&number).ok_or(StoreError::Corrupt { part: "erasure bucket" })
    }

    /// Seals the touched buckets, and the directory and bookkeeping that go with them.
    fn finish(mut self) -> Result<(State, BTreeMap<u8, SecretKey>), StoreError> {
        let mut rolled = BTreeMap::new();
        for (number, touched) in &self.touched {
            if touched.rolls {
                rolled.insert(*number, SecretKey::random());
            }
            let old = self.store.directory.key(*number)?;
            let sealed = touched.bucket.seal(*number, rolled.get(number).unwrap_or(old))?;
            self.buckets.insert([*number].as_slice(), sealed.as_slice()).map_err(StoreError::from_storage)?;
        }
        let mut system = self.write.open_table(SYSTEM).map_err(StoreError::from_table)?;
        if !rolled.is_empty() {
            let epoch = &self.store.keyring.next;
            let sealed = self.store.directory.seal(epoch, &rolled)?;
            system.insert(DIRECTORY_ROW, sealed.as_slice()).map_err(StoreError::from_storage)?;
            self.state.epoch = epoch.number;
        }
        let sealed = self.state.seal(&self.store.keys.state)?;
        system.insert(STATE_ROW, sealed.as_slice()).map_err(StoreError::from_storage)?;
        Ok((self.state, rolled))
    }
}

/// A row without its key, or a key without its row, is damage.
fn agree(table: TableId, row: bool, key: Option<bool>) -> Result<(), StoreError> {
    match key {
        Some(key) if key != row => Err(table.corrupt()),
        _ => Ok(()),
    }
}

impl Store {
    /// Stores a batch in one durable transaction: all of it, or nothing. Returns after the sync,
    /// and, if something was erased, after the keyring has forgotten its key.
    ///
    /// An error of the disk leaves the outcome unknown (all or nothing, but which?) and the store
    /// `Halted`: the node must exit and be started again; opening finds out.
    pub fn commit(&mut self, batch: Batch) -> Result<(), StoreError> {
        self.db()?;
        batch.check()?;
        if batch.is_empty() {
            return Ok(());
        }
        self.apply(&batch, None)
    }

    /// Takes a file of the version before to `version`, in one durable transaction.
    pub(super) fn step(&mut self, version: u32, migration: &Migration) -> Result<(), StoreError> {
        let batch = (migration.rows)(self)?;
        batch.check()?;
        self.apply(&batch, Some((version, migration)))
    }

    fn apply(&mut self, batch: &Batch, migration: Option<(u32, &Migration)>) -> Result<(), StoreError> {
        // A `next` a failed commit may have used goes before anything is sealed under it again.
        if self.keyring.next_spent && batch.may_erase() {
            self.keyring.refresh_next();
            self.write_next()?;
        }
        // Until this commit is known to have worked.
        let spent_before = self.keyring.next_spent;
        self.keyring.next_spent = true;
        let (state, rolled) = self.guarded("database", || self.transact(batch, migration))?;
        self.state = state;
        if rolled.is_empty() {
            self.keyring.next_spent = spent_before;
            return Ok(());
        }
        // Behind the commit: until then the old keys are those that the file's buckets open with.
        self.directory.replace(rolled);
        // This write destroys the key of the epoch before, and with it what was erased; `commit` returns after it.
        self.keyring.advance();
        self.write_next()
    }

    /// A batch, and with a migration its tables and its version, in one transaction.
    pub(super) fn transact(
        &self,
        batch: &Batch,
        migration: Option<(u32, &Migration)>,
    ) -> Result<(State, BTreeMap<u8, SecretKey>), StoreError> {
        let write = self.begin_write()?;
        for table in migration.into_iter().flat_map(|(_, step)| step.makes) {
            write.open_table(definition(*table)).map_err(StoreError::from_table)?;
        }
        let mut writer = Writer::new(self, &write, batch.operations.len())?;
        for operation in &batch.operations {
            writer.run(operation)?;
        }
        if let Some((version, _)) = migration {
            writer.state.version = version;
        }
        let done = writer.finish()?;
        for table in migration.into_iter().flat_map(|(_, step)| step.drops) {
            // A step that forgot rows must not lose them with their table.
            if done.0.count(*table) > 0 {
                return Err(table.corrupt());
            }
            write.delete_table(definition(*table)).map_err(StoreError::from_table)?;
        }
        // Whatever goes wrong from here on, it may or may not be on disk: no further use.
        write.commit().map_err(|error| match error {
            redb::CommitError::Storage(error) => {
                self.halt();
                StoreError::from_storage(error)
            }
            _ => StoreError::Halted,
        })?;
        Ok(done)
    }

    /// A transaction that is durable once committed, by one sync. What a crash leaves is told by redb's checksums, for
    /// which nobody else can choose bytes (docs/decisions/0014-one-sync-a-commit.md).
    pub(super) fn begin_write(&self) -> Result<redb::WriteTransaction, StoreError> {
        let mut write = self.db()?.begin_write().map_err(StoreError::from_transaction)?;
        write.set_durability(redb::Durability::Immediate).map_err(|_| StoreError::Halted)?;
        Ok(write)
    }

    /// Writes the next epoch over the one that is to be forgotten. Failing halts: the file on disk then lags behind,
    /// which only opening puts right.
    pub(super) fn write_next(&mut self) -> Result<(), StoreError> {
        let (offset, bytes) = self.keyring.next_slot()?;
        let written = self.side.overwrite(Side::Keyring, offset, &bytes);
        self.keyring_written(written)
    }

    /// Replaces the whole keyring file; failing halts as well.
    pub(super) fn write_keyring(&mut self) -> Result<(), StoreError> {
        let bytes = self.keyring.encode()?;
        let written = self.side.replace(Side::Keyring, &bytes);
        self.keyring_written(written)
    }

    fn keyring_written(&mut self, written: std::io::Result<()>) -> Result<(), StoreError> {
        written.map_err(|error| {
            self.halt();
            StoreError::io("writing the keyring", &error)
        })?;
        self.keyring.next_spent = false;
        Ok(())
    }
}

impl Batch {
    fn may_erase(&self) -> bool {
        self.operations.iter().any(|operation| match operation {
            Operation::Put(table, ..)
            | Operation::Append(table, ..)
            | Operation::Delete(table, _)
            | Operation::DeleteGroup(table, _) => table.erasable(),
        })
    }
}
