//! A batch: the changes of one transaction.
//!
//! In: puts and deletes, in order. Out: to `Store::commit`, all or nothing.

use super::limits::{BATCH_MAX_BYTES, BATCH_MAX_OPERATIONS, GROUP_MAX_BYTES, VALUE_MAX_BYTES};
use super::{Key, StoreError, Table};
use std::fmt;
use zeroize::Zeroizing;

pub(super) enum Operation {
    Put(Table, Key, Zeroizing<Vec<u8>>),
    Append(Table, Vec<u8>, Zeroizing<Vec<u8>>),
    Delete(Table, Key),
    DeleteGroup(Table, Vec<u8>),
}

/// Changes that are stored together or not at all. Later changes win over earlier ones. Bounds
/// are checked by `Store::commit`, before anything is touched.
#[derive(Default)]
pub struct Batch {
    pub(super) operations: Vec<Operation>,
}

impl Batch {
    /// A batch without changes.
    pub fn new() -> Batch {
        Batch::default()
    }

    /// Stores a value, replacing an earlier one. In an erasable table the earlier value is erased.
    pub fn put(&mut self, table: Table, key: Key, value: Vec<u8>) {
        self.operations.push(Operation::Put(table, key, Zeroizing::new(value)));
    }

    /// Stores a value under the number after the last one of its group; the first is 1.
    pub fn append(&mut self, table: Table, group: &[u8], value: Vec<u8>) {
        self.operations.push(Operation::Append(table, group.to_vec(), Zeroizing::new(value)));
    }

    /// Deletes a record, if it is there. In an erasable table it is erased.
    pub fn delete(&mut self, table: Table, key: Key) {
        self.operations.push(Operation::Delete(table, key));
    }

    /// Deletes every record of a group. In an erasable table they are erased.
    pub fn delete_group(&mut self, table: Table, group: &[u8]) {
        self.operations.push(Operation::DeleteGroup(table, group.to_vec()));
    }

    /// Number of operations.
    pub fn len(&self) -> usize {
        self.operations.len()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    pub(super) fn check(&self) -> Result<(), StoreError> {
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
