//! Several things asked of a store at once: rows by their keys, and whole groups.
//!
//! In: places and groups of typed tables. Out: to [`super::Ledger::rows_of_many`], which answers in their order; a store that
//! is reached over a network answers all of them in one round trip.

use super::key::Grouped;
use super::limits::GROUP_MAX_BYTES;
use super::row::{Key, Row};
use super::table::{Fact, Spot, Table, TableId};
use super::typed::{Record, decode};
use super::{Part, StoreError};

/// One row, or all rows of a group.
#[derive(Clone, Debug)]
pub struct Asked {
    pub(super) table: TableId,
    pub(super) what: What,
    /// Longest record that is read.
    pub(super) bytes: usize,
}

/// Which rows of a table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// The one at this place.
    Row(Key),
    /// Those of this group.
    Group(Vec<u8>),
}

impl Asked {
    pub(super) fn check(&self) -> Result<(), StoreError> {
        match &self.what {
            What::Row(key) => key.check(self.table),
            What::Group(group) if group.len() > GROUP_MAX_BYTES => {
                Err(StoreError::KeyTooLong { table: self.table.name() })
            }
            What::Group(_) => Ok(()),
        }
    }
}

impl<R> Spot<R> {
    /// What stands here, to be asked for with others.
    #[must_use]
    pub fn asked(&self) -> Asked {
        Asked { table: self.id, what: What::Row(self.key.clone()), bytes: self.bytes }
    }
}

impl<K: Grouped, R, S> Table<K, R, S> {
    /// All rows of a group, to be asked for with others. `&()` is all of a table without groups.
    #[must_use]
    pub fn asked(self, group: &K::Group) -> Asked {
        Asked { table: self.id(), what: What::Group(group.to_bytes()), bytes: self.bound() }
    }
}

impl<R> Fact<R> {
    /// This fact, to be asked for with others.
    #[must_use]
    pub fn asked(self) -> Asked {
        self.at().asked()
    }
}

/// Answers, in the order of the questions: for records of several types.
#[derive(Debug)]
pub struct Found<'a> {
    pub(super) asked: &'a [Asked],
    pub(super) rows: Vec<Vec<Row>>,
}

impl Found<'_> {
    /// The record that was asked for as this question, by its number; none where nothing stands there.
    ///
    /// # Errors
    /// A record that can't be decoded as this type.
    pub fn record<R: Record>(&self, question: usize) -> Result<Option<R>, StoreError> {
        let Some(asked) = self.asked.get(question) else { return Ok(None) };
        let row = self.rows.get(question).and_then(|rows| rows.first());
        row.map(|row| decode(asked.table, &row.value, asked.bytes)).transpose()
    }

    /// The keys of the group that was asked for as this question.
    ///
    /// # Errors
    /// A key of another type.
    pub fn keys<K: Grouped>(&self, question: usize) -> Result<Vec<K>, StoreError> {
        let Some(asked) = self.asked.get(question) else { return Ok(Vec::new()) };
        let rows = self.rows.get(question).into_iter().flatten();
        rows.map(|row| K::of_row(row).ok_or_else(|| asked.table.corrupt())).collect()
    }
}
