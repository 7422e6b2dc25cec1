//! Reading: one record, or a walk through a table.
//!
//! In: tables and keys. Out: opened rows. A walk hands its rows to a visitor one at a time, so a
//! large table never stands in memory; what a walk over an erasable table keeps is 48 bytes a row.

use super::erasure::{self, Bucket};
use super::limits::{SCAN_MAX_BYTES, SCAN_MAX_ROWS};
use super::row::{LastPart, Row, decode_record, group_range, group_tag, index_range, stored_key};
use super::seal::{self, Place};
use super::state::{BUCKET_TABLE, definition};
use super::{Key, Store, StoreError, TableId};
use redb::ReadableDatabase;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use zeroize::Zeroizing;

type Rows = redb::ReadOnlyTable<&'static [u8], &'static [u8]>;
type Range = redb::Range<'static, &'static [u8], &'static [u8]>;

/// A table at one moment, with the buckets that were needed so far.
struct View<'a> {
    store: &'a Store,
    table: TableId,
    rows: Rows,
    buckets: Rows,
    opened: BTreeMap<u8, Bucket>,
}

impl<'a> View<'a> {
    fn new(store: &'a Store, table: TableId) -> Result<View<'a>, StoreError> {
        // One transaction for rows and buckets: a row and its key are of the same moment.
        let read = store.db()?.begin_read().map_err(StoreError::from_transaction)?;
        let rows = read.open_table(definition(table)).map_err(StoreError::from_table)?;
        let buckets = read.open_table(BUCKET_TABLE).map_err(StoreError::from_table)?;
        Ok(View { store, table, rows, buckets, opened: BTreeMap::new() })
    }

    fn bucket(&mut self, number: u8) -> Result<&Bucket, StoreError> {
        if !self.opened.contains_key(&number) {
            let sealed = self.buckets.get([number].as_slice()).map_err(StoreError::from_storage)?;
            let sealed = sealed.ok_or_else(|| self.table.corrupt())?;
            let key = self.store.directory.key(number)?;
            self.opened.insert(number, Bucket::open(number, key, sealed.value())?);
        }
        self.opened.get(&number).ok_or_else(|| self.table.corrupt())
    }

    fn get(&mut self, key: &Key) -> Result<Option<Row>, StoreError> {
        let stored = stored_key(&self.store.keys.names, self.table, key);
        let sealed = self.rows.get(stored.as_slice()).map_err(StoreError::from_storage)?;
        let Some(sealed) = sealed else {
            return self.absent(&stored).map(|()| None);
        };
        self.open(&stored, sealed.value()).map(Some)
    }

    /// A record that has a key but no row has been lost.
    fn absent(&mut self, stored: &[u8]) -> Result<(), StoreError> {
        if self.table.erasable() {
            let entry = erasure::entry_tag(&self.store.keys.names, self.table, stored);
            if self.bucket(entry[0])?.get(&entry).is_some() {
                return Err(self.table.corrupt());
            }
        }
        Ok(())
    }

    fn open(&mut self, stored: &[u8], sealed: &[u8]) -> Result<Row, StoreError> {
        let (store, table) = (self.store, self.table);
        let place = Place { domain: table.name(), position: stored };
        let plain = if table.erasable() {
            let entry = erasure::entry_tag(&store.keys.names, table, stored);
            let key = self.bucket(entry[0])?.get(&entry).ok_or_else(|| table.corrupt())?;
            seal::open(key, place, sealed)?
        } else {
            seal::open(&store.keys.records, place, sealed)?
        };
        let row = decode_record(plain).ok_or_else(|| table.corrupt())?;
        // A row whose true key blinds to another stored key was sealed for another place.
        if stored_key(&store.keys.names, table, &row.key()) != stored {
            return Err(table.corrupt());
        }
        Ok(row)
    }

    fn range(&self, bounds: Option<(Vec<u8>, Vec<u8>)>) -> Result<Range, StoreError> {
        let range = match &bounds {
            Some((first, last)) => self.rows.range(first.as_slice()..=last.as_slice()),
            None => self.rows.range::<&[u8]>(..),
        };
        range.map_err(StoreError::from_storage)
    }

    fn step(&mut self, range: &mut Range) -> Result<Option<Row>, StoreError> {
        let Some(found) = range.next() else {
            return Ok(None);
        };
        let (stored, sealed) = found.map_err(StoreError::from_storage)?;
        self.open(stored.value(), sealed.value()).map(Some)
    }
}

impl Store {
    /// The value under a key. Finding none is an answer; a value that can't be opened is an error.
    pub fn row(&self, table: TableId, key: &Key) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        key.check(table)?;
        let row = self.guarded(table.name(), || View::new(self, table)?.get(key))?;
        Ok(row.map(|row| row.value))
    }

    /// Hands every row of a table to `visit`, until it breaks off. In no useful order, except that
    /// `index` keys of one group come in theirs.
    pub fn scan<E: From<StoreError>>(
        &self,
        table: TableId,
        visit: impl FnMut(Row) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        self.walk(table, None, visit)
    }

    /// Hands every row of a group to `visit`, until it breaks off: numbers in order, then items.
    pub fn scan_group<E: From<StoreError>>(
        &self,
        table: TableId,
        group: &[u8],
        visit: impl FnMut(Row) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let bounds = group_range(group_tag(&self.keys.names, table, group));
        self.walk(table, Some(bounds), visit)
    }

    /// Rows with `index` keys from `from` on, in order: at most `limit` and never more than the
    /// bounds in `limits.rs`, but at least one if there is one. Go on after the last one's number.
    pub fn scan_indexes(&self, table: TableId, from: u64, limit: usize) -> Result<Vec<Row>, StoreError> {
        self.scan_group_indexes(table, &[], from, limit)
    }

    /// As `scan_indexes`, for the numbers of one group.
    pub fn scan_group_indexes(
        &self,
        table: TableId,
        group: &[u8],
        from: u64,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let limit = limit.min(SCAN_MAX_ROWS);
        if limit == 0 {
            return Ok(Vec::new());
        }
        let bounds = index_range(group_tag(&self.keys.names, table, group), from);
        let (mut rows, mut bytes) = (Vec::new(), 0);
        self.walk(table, Some(bounds), |row| {
            bytes += row.value.len();
            rows.push(row);
            let full = rows.len() >= limit || bytes >= SCAN_MAX_BYTES;
            Ok::<_, StoreError>(if full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(rows)
    }

    /// The highest number among the `index` keys of a table.
    pub fn last_index(&self, table: TableId) -> Result<Option<u64>, StoreError> {
        self.last_group_index(table, &[])
    }

    /// The highest number among the `grouped_index` keys of a group.
    pub fn last_group_index(&self, table: TableId, group: &[u8]) -> Result<Option<u64>, StoreError> {
        let bounds = index_range(group_tag(&self.keys.names, table, group), 0);
        let last = self.guarded(table.name(), || {
            let mut view = View::new(self, table)?;
            let mut range = view.range(Some(bounds))?;
            let Some(found) = range.next_back() else {
                return Ok(None);
            };
            let (stored, sealed) = found.map_err(StoreError::from_storage)?;
            // Opened, not only read off the key: a planted row must not move the end of a log.
            view.open(stored.value(), sealed.value()).map(Some)
        })?;
        match last.map(|row| row.item) {
            None => Ok(None),
            Some(LastPart::Index(index)) => Ok(Some(index)),
            Some(LastPart::Bytes(_)) => Err(table.corrupt()),
        }
    }

    /// Number of rows of a table, from the sealed bookkeeping.
    pub fn row_count(&self, table: TableId) -> Result<u64, StoreError> {
        self.db()?;
        Ok(self.state.count(table))
    }

    /// Opens every row of every table: a logical export, and a full check. Fails when a table has
    /// fewer or more rows than the bookkeeping says.
    pub fn for_each_row<E: From<StoreError>>(
        &self,
        mut visit: impl FnMut(TableId, Row) -> Result<(), E>,
    ) -> Result<(), E> {
        for table in self.schema.ids() {
            let mut seen = 0;
            self.walk(table, None, |row| {
                seen += 1;
                visit(table, row).map(ControlFlow::Continue)
            })?;
            if seen != self.state.count(table) {
                return Err(table.corrupt().into());
            }
        }
        Ok(())
    }

    fn walk<E: From<StoreError>>(
        &self,
        table: TableId,
        bounds: Option<(Vec<u8>, Vec<u8>)>,
        mut visit: impl FnMut(Row) -> Result<ControlFlow<()>, E>,
    ) -> Result<(), E> {
        let (mut view, mut range) = self.guarded(table.name(), || {
            let view = View::new(self, table)?;
            let range = view.range(bounds)?;
            Ok((view, range))
        })?;
        // The visitor runs outside the guard: its panics are not the database's.
        while let Some(row) = self.guarded(table.name(), || view.step(&mut range))? {
            if visit(row)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}
