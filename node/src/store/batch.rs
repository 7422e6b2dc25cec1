//! A batch: the changes of one transaction.
//!
//! In: puts and deletes, in order; as records they come in through `typed.rs`. Out: to `Store::commit`, all or nothing.

use super::limits::{BATCH_MAX_BYTES, BATCH_MAX_OPERATIONS, GROUP_MAX_BYTES, VALUE_MAX_BYTES};
use super::{Key, StoreError, TableId};
use std::fmt;
use zeroize::Zeroizing;

pub(super) enum Operation {
    Put(TableId, Key, Zeroizing<Vec<u8>>),
    Append(TableId, Vec<u8>, Zeroizing<Vec<u8>>),
    Delete(TableId, Key),
    DeleteGroup(TableId, Vec<u8>),
}

/// Changes that are stored together or not at all. Later changes win over earlier ones. Bounds
/// are checked by `Store::commit`, before anything is touched.
#[derive(Default)]
pub struct Batch {
    pub(super) operations: Vec<Operation>,
    /// The table of a record that has no encoding: such a batch is refused.
    unencodable: Option<TableId>,
}

impl Batch {
    /// A batch without changes.
    pub fn new() -> Batch {
        Batch::default()
    }

    /// Stores a row as bytes: for backups, migrations and the tests of the store; whoever knows the table uses
    /// [`Self::put`].
    pub fn put_row(&mut self, table: TableId, key: Key, value: Vec<u8>) {
        self.operations.push(Operation::Put(table, key, Zeroizing::new(value)));
    }

    pub(super) fn append_row(&mut self, table: TableId, group: Vec<u8>, value: Vec<u8>) {
        self.operations.push(Operation::Append(table, group, Zeroizing::new(value)));
    }

    /// Deletes a row, if it is there; as [`Self::put_row`]. In an erasable table its key is destroyed.
    pub fn delete_row(&mut self, table: TableId, key: Key) {
        self.operations.push(Operation::Delete(table, key));
    }

    /// Deletes every row of a group; as [`Self::delete_row`].
    pub fn delete_rows(&mut self, table: TableId, group: &[u8]) {
        self.operations.push(Operation::DeleteGroup(table, group.to_vec()));
    }

    pub(super) fn unencodable(&mut self, table: TableId) {
        self.unencodable = Some(table);
    }

    /// Number of operations.
    pub fn len(&self) -> usize {
        self.operations.len()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty() && self.unencodable.is_none()
    }

    pub(super) fn check(&self) -> Result<(), StoreError> {
        if let Some(table) = self.unencodable {
            return Err(StoreError::Unencodable { table: table.name() });
        }
        if self.operations.len() > BATCH_MAX_OPERATIONS {
            return Err(StoreError::BatchTooLarge);
        }
        let mut total = 0;
        for operation in &self.operations {
            total += operation.check()?;
        }
        if total > BATCH_MAX_BYTES {
            return Err(StoreError::BatchTooLarge);
        }
        Ok(())
    }
}

impl Operation {
    /// Checks the bounds; answers the number of value bytes.
    fn check(&self) -> Result<usize, StoreError> {
        match self {
            Operation::Put(table, _, value) | Operation::Append(table, _, value) if value.len() > VALUE_MAX_BYTES => {
                Err(StoreError::ValueTooLarge { table: table.name(), bytes: value.len() })
            }
            Operation::Put(table, key, value) => key.check(*table).map(|()| value.len()),
            Operation::Append(table, group, value) => Key::grouped_index(group, 0).check(*table).map(|()| value.len()),
            Operation::Delete(table, key) => key.check(*table).map(|()| 0),
            Operation::DeleteGroup(table, group) if group.len() > GROUP_MAX_BYTES => {
                Err(StoreError::KeyTooLong { table: table.name() })
            }
            Operation::DeleteGroup(..) => Ok(0),
        }
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Batch({} operations)", self.operations.len())
    }
}
