//! What is asked of a store, whichever it is: the embedded one, or a database that several companion processes share.
//! In: batches and keys. Out: rows as bytes; `typed.rs` makes records of them.
//!
//! A turn begins with `begin`, which waits until no other process is in a turn on the same data, and ends with
//! `commit`. So what is read in a turn still holds when it is written, and the numbers that `Batch::append` gives
//! out follow the order in which changes become visible: nobody who reads on from a number misses an earlier one.

use std::ops::ControlFlow;

use zeroize::Zeroizing;

use super::asked::What;
use super::{Asked, Batch, Integrity, Key, Presence, Row, Schema, Store, StoreError, TableId};

/// A store.
pub trait Ledger: Send {
    /// The tables it has.
    fn schema(&self) -> &'static Schema;

    /// Begins a turn. Behind [`StoreError::is_absence`] it can be begun again later; it fails at once where it was tried just
    /// before.
    ///
    /// # Errors
    /// The store's; where it is no absence the companion must exit.
    fn begin(&mut self) -> Result<(), StoreError>;

    /// Stores the changes of the turn and ends it; an empty batch only ends it.
    ///
    /// # Errors
    /// The store's; nothing was stored, or nobody knows. Behind [`StoreError::Unsettled`] the next turn that begins knows
    /// ([`Self::settled`]).
    fn commit(&mut self, batch: Batch) -> Result<(), StoreError>;

    /// Was the commit stored whose outcome was unknown when this turn began? Said once.
    fn settled(&mut self) -> Option<bool> {
        None
    }

    /// Is this turn lost, because the database went away in the midst of it? Then nothing of it can be stored.
    fn lost(&self) -> bool {
        false
    }

    /// How turns go, for whoever asks without one.
    fn presence(&self) -> Presence {
        Presence::default()
    }

    /// The value under a key.
    ///
    /// # Errors
    /// The store's.
    fn row(&self, table: TableId, key: &Key) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError>;

    /// Every row of a group: numbers in order, then items.
    ///
    /// # Errors
    /// The store's.
    fn rows_of(&self, table: TableId, group: &[u8]) -> Result<Vec<Row>, StoreError>;

    /// What stands at each place and in each group that is asked for, in the order of the questions: of a row one or none, of
    /// a group all as [`Self::rows_of`] has them. One round trip, however many, where the store is reached over a network.
    ///
    /// # Errors
    /// The store's.
    fn rows_of_many(&self, asked: &[Asked]) -> Result<Vec<Vec<Row>>, StoreError> {
        let one = |asked: &Asked| match &asked.what {
            What::Group(group) => self.rows_of(asked.table, group),
            What::Row(key) => {
                let value = self.row(asked.table, key)?;
                let row = |value| Row { group: key.group.clone(), item: key.item.clone(), value };
                Ok(value.map(row).into_iter().collect())
            }
        };
        asked.iter().map(one).collect()
    }

    /// The numbered rows of a group from `from` on, in order, at most `limit`.
    ///
    /// # Errors
    /// The store's.
    fn numbered_rows(&self, table: TableId, group: &[u8], from: u64, limit: usize) -> Result<Vec<Row>, StoreError>;

    /// The last number of a group.
    ///
    /// # Errors
    /// The store's.
    fn last_row_number(&self, table: TableId, group: &[u8]) -> Result<Option<u64>, StoreError>;

    /// Hands every row of a table to `visit`, until it breaks off.
    ///
    /// # Errors
    /// The store's.
    fn each_row(&self, table: TableId, visit: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), StoreError>;

    /// How many rows a table has.
    ///
    /// # Errors
    /// The store's.
    fn row_count(&self, table: TableId) -> Result<u64, StoreError>;

    /// May other processes change the data between two turns?
    fn shared(&self) -> bool;

    /// The name that this home has among those that share the store; none where nobody shares it.
    fn sharer(&self) -> Option<[u8; 8]> {
        None
    }

    /// Begins to look, beside the turns, whether all rows are those that were written; where nobody else writes, opening
    /// looked.
    fn watch(&self) {}

    /// What was found to be set back.
    fn integrity(&self) -> Integrity {
        Integrity::default()
    }
}

impl Ledger for Store {
    fn schema(&self) -> &'static Schema {
        self.schema
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    fn commit(&mut self, batch: Batch) -> Result<(), StoreError> {
        Store::commit(self, batch)
    }

    fn row(&self, table: TableId, key: &Key) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        Store::row(self, table, key)
    }

    fn rows_of(&self, table: TableId, group: &[u8]) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        self.scan_group(table, group, |row| {
            rows.push(row);
            Ok::<_, StoreError>(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    fn numbered_rows(&self, table: TableId, group: &[u8], from: u64, limit: usize) -> Result<Vec<Row>, StoreError> {
        self.scan_group_indexes(table, group, from, limit)
    }

    fn last_row_number(&self, table: TableId, group: &[u8]) -> Result<Option<u64>, StoreError> {
        self.last_group_index(table, group)
    }

    fn each_row(&self, table: TableId, visit: &mut dyn FnMut(Row) -> ControlFlow<()>) -> Result<(), StoreError> {
        self.scan(table, |row| Ok::<_, StoreError>(visit(row)))
    }

    fn row_count(&self, table: TableId) -> Result<u64, StoreError> {
        Store::row_count(self, table)
    }

    fn shared(&self) -> bool {
        false
    }
}
