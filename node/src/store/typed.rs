//! Tables as what they hold: records go in and come out, and bytes are met nowhere else.
//!
//! In: a table or a place with its key and record. Out: operations of a batch; records read from either backend.
//! Records are canonical DAG-CBOR (`wire`). What does not decode, or is longer than its table allows, is damage and
//! names the table; fields that a later version wrote are passed over where the type does so (docs/store-format.md).

use std::ops::ControlFlow;

use regie_protocol::wire;
use serde::{Serialize, de::DeserializeOwned};

use super::StoreError;
use super::asked::{Asked, Found};
use super::batch::Batch;
use super::key::{Grouped, Nth, Part, TableKey};
use super::ledger::Ledger;
use super::row::Row;
use super::table::{Erasable, Fact, Plain, Spot, Table, TableId};

/// What a table can hold.
pub trait Record: Serialize + DeserializeOwned {}

impl<T: Serialize + DeserializeOwned> Record for T {}

impl Batch {
    /// Stores a record, replacing an earlier one. In an erasable table the key of the earlier one is destroyed.
    pub fn put<K: TableKey, R: Record, S>(&mut self, table: Table<K, R, S>, key: &K, record: &R) {
        self.put_at(table.at(key), record);
    }

    /// The same, at a place.
    pub fn put_at<R: Record>(&mut self, place: Spot<R>, record: &R) {
        match wire::encode(record) {
            Ok(bytes) => self.put_row(place.id, place.key, bytes),
            Err(_) => self.unencodable(place.id),
        }
    }

    /// Stores a fact.
    pub fn set<R: Record>(&mut self, fact: Fact<R>, record: &R) {
        self.put_at(fact.at(), record);
    }

    /// Stores a record under the number after the last one of its group; the first is 1.
    pub fn append<G: Part, R: Record, S>(&mut self, table: Table<Nth<G>, R, S>, group: &G, record: &R) {
        match wire::encode(record) {
            Ok(bytes) => self.append_row(table.id(), group.to_bytes(), bytes),
            Err(_) => self.unencodable(table.id()),
        }
    }

    /// Takes a record off, if it is there.
    pub fn delete<K: TableKey, R>(&mut self, table: Table<K, R, Plain>, key: &K) {
        self.delete_row(table.id(), key.to_key());
    }

    /// Takes every record of a group off.
    pub fn delete_group<K: Grouped, R>(&mut self, table: Table<K, R, Plain>, group: &K::Group) {
        self.delete_rows(table.id(), &group.to_bytes());
    }

    /// Erases a record, if it is there: its key is destroyed.
    pub fn erase<K: TableKey, R>(&mut self, table: Table<K, R, Erasable>, key: &K) {
        self.delete_row(table.id(), key.to_key());
    }

    /// Erases every record of a group: their keys are destroyed.
    pub fn erase_group<K: Grouped, R>(&mut self, table: Table<K, R, Erasable>, group: &K::Group) {
        self.delete_rows(table.id(), &group.to_bytes());
    }
}

/// Reading the tables of a store, whichever it is.
pub trait Read: Ledger {
    /// The record under a key.
    ///
    /// # Errors
    /// The store's; a record that can't be decoded.
    fn get<K: TableKey, R: Record, S>(&self, table: Table<K, R, S>, key: &K) -> Result<Option<R>, StoreError> {
        self.get_at(&table.at(key))
    }

    /// The record at a place.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn get_at<R: Record>(&self, place: &Spot<R>) -> Result<Option<R>, StoreError> {
        let Some(bytes) = self.row(place.id, &place.key)? else { return Ok(None) };
        decode(place.id, &bytes, place.bytes).map(Some)
    }

    /// The records at several places, in the order of their keys; none where nothing stands. All of them in one round trip.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn get_many<K: TableKey, R: Record, S>(
        &self,
        table: Table<K, R, S>,
        keys: &[K],
    ) -> Result<Vec<Option<R>>, StoreError> {
        let asked: Vec<Asked> = keys.iter().map(|key| table.at(key).asked()).collect();
        Ok(self.records_of_many(&asked)?.into_iter().map(|mut found| found.pop()).collect())
    }

    /// The records of several groups with their keys, in the order of the groups. All of them in one round trip.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn groups<K: Grouped, R: Record, S>(
        &self,
        table: Table<K, R, S>,
        groups: &[K::Group],
    ) -> Result<Vec<Vec<(K, R)>>, StoreError> {
        let asked: Vec<Asked> = groups.iter().map(|group| table.asked(group)).collect();
        let found = self.rows_of_many(&asked)?;
        found.iter().map(|rows| rows.iter().map(|row| read(table, row)).collect()).collect()
    }

    /// Records and keys of several types, in one round trip.
    ///
    /// # Errors
    /// The store's.
    fn gather<'a>(&self, asked: &'a [Asked]) -> Result<Found<'a>, StoreError> {
        Ok(Found { asked, rows: self.rows_of_many(asked)? })
    }

    /// The records of one type, whatever the tables, that are asked for, in the order of the questions: of a place one or
    /// none, of a group all. All of them in one round trip.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn records_of_many<R: Record>(&self, asked: &[Asked]) -> Result<Vec<Vec<R>>, StoreError> {
        let found = self.rows_of_many(asked)?;
        let of = |(asked, rows): (&Asked, Vec<Row>)| {
            rows.iter().map(|row| decode(asked.table, &row.value, asked.bytes)).collect()
        };
        asked.iter().zip(found).map(of).collect()
    }

    /// A fact.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn fact<R: Record>(&self, fact: Fact<R>) -> Result<Option<R>, StoreError> {
        self.get_at(&fact.at())
    }

    /// Is there a record under this key? It is not decoded.
    ///
    /// # Errors
    /// The store's.
    fn holds<K: TableKey, R, S>(&self, table: Table<K, R, S>, key: &K) -> Result<bool, StoreError> {
        Ok(self.row(table.id(), &key.to_key())?.is_some())
    }

    /// The same, of a place.
    ///
    /// # Errors
    /// The store's.
    fn holds_at<R>(&self, place: &Spot<R>) -> Result<bool, StoreError> {
        Ok(self.row(place.id, &place.key)?.is_some())
    }

    /// Every record of a group with its key: numbers in order, names in none. `&()` is all of a table without groups.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn group<K: Grouped, R: Record, S>(
        &self,
        table: Table<K, R, S>,
        group: &K::Group,
    ) -> Result<Vec<(K, R)>, StoreError> {
        self.rows_of(table.id(), &group.to_bytes())?.iter().map(|row| read(table, row)).collect()
    }

    /// The keys of a group; no record is decoded.
    ///
    /// # Errors
    /// The store's.
    fn keys<K: Grouped, R, S>(&self, table: Table<K, R, S>, group: &K::Group) -> Result<Vec<K>, StoreError> {
        let rows = self.rows_of(table.id(), &group.to_bytes())?;
        rows.iter().map(|row| K::of_row(row).ok_or_else(|| table.id().corrupt())).collect()
    }

    /// The records of a group from a number on, in order, at most `limit`.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn numbered<G: Part, R: Record, S>(
        &self,
        table: Table<Nth<G>, R, S>,
        group: &G,
        from: u64,
        limit: usize,
    ) -> Result<Vec<(u64, R)>, StoreError> {
        let rows = self.numbered_rows(table.id(), &group.to_bytes(), from, limit)?;
        rows.iter().map(|row| read(table, row).map(|(Nth(_, number), record)| (number, record))).collect()
    }

    /// The last number of a group.
    ///
    /// # Errors
    /// The store's.
    fn last_number<G: Part, R, S>(&self, table: Table<Nth<G>, R, S>, group: &G) -> Result<Option<u64>, StoreError> {
        self.last_row_number(table.id(), &group.to_bytes())
    }

    /// Hands every record of a table to `visit`, until it breaks off: one at a time, so that a large table never stands
    /// in memory. Those of one group that have numbers come in their order.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn each<K: TableKey, R: Record, S>(
        &self,
        table: Table<K, R, S>,
        mut visit: impl FnMut(K, R) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let mut failed = None;
        self.each_row(table.id(), &mut |row| match read(table, &row) {
            Ok((key, record)) => visit(key, record),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        })?;
        failed.map_or(Ok(()), Err)
    }

    /// How many records a table has.
    ///
    /// # Errors
    /// The store's.
    fn count<K, R, S>(&self, table: Table<K, R, S>) -> Result<u64, StoreError> {
        self.row_count(table.id())
    }
}

impl<T: Ledger + ?Sized> Read for T {}

fn read<K: TableKey, R: Record, S>(table: Table<K, R, S>, row: &Row) -> Result<(K, R), StoreError> {
    let key = K::of_row(row).ok_or_else(|| table.id().corrupt())?;
    Ok((key, decode(table.id(), &row.value, table.bound())?))
}

pub(super) fn decode<R: Record>(table: TableId, bytes: &[u8], bound: usize) -> Result<R, StoreError> {
    wire::decode_kept(bytes, bound).map_err(|_| table.corrupt())
}
