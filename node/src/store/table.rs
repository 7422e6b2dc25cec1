//! Typed tables: what a row stands under, what it holds, and whether it can be erased.
//!
//! In: the declarations of `person/tables.rs` and `supplier/tables.rs`. Out: constants with which rows are put, read
//! and erased (`typed.rs`), and the list of a role's tables that its file is made and checked by. As `TableDefinition`
//! of redb, with erasure in the type beside key and value.

use std::fmt;
use std::marker::PhantomData;

use super::key::TableKey;
use super::limits::VALUE_MAX_BYTES;
use super::row::Key;
use super::{Batch, Store, StoreError};

/// A table as the file knows it. Its name and code are part of the format, and never used for another one again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId {
    code: u8,
    name: &'static str,
    erasable: bool,
}

impl TableId {
    /// A table by its code and name in the file. For the lists of a role, and for migrations, which name the tables
    /// that they knew and no others.
    #[must_use]
    pub const fn new(code: u8, name: &'static str, erasable: bool) -> Self {
        Self { code, name, erasable }
    }

    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.name
    }

    /// The stable code, by which its rows are counted.
    #[must_use]
    pub fn code(self) -> u8 {
        self.code
    }

    /// Is every row sealed under a key of its own, which is destroyed when the row goes or is replaced?
    #[must_use]
    pub fn erasable(self) -> bool {
        self.erasable
    }

    pub(super) fn corrupt(self) -> StoreError {
        StoreError::Corrupt { part: self.name }
    }
}

/// Rows are sealed under one key of the store: deleting takes the row off, and no more.
#[derive(Clone, Copy, Debug)]
pub struct Plain;

/// Each row is sealed under a key of its own: erasing it, or putting another in its place, destroys that key.
#[derive(Clone, Copy, Debug)]
pub struct Erasable;

/// [`Plain`] or [`Erasable`].
pub trait Sealing {
    /// Has each row a key of its own?
    const ERASABLE: bool;
}

impl Sealing for Plain {
    const ERASABLE: bool = false;
}

impl Sealing for Erasable {
    const ERASABLE: bool = true;
}

/// A table of records `R` under keys `K`.
///
/// What can be done with a row is in the type: a plain one is deleted, an erasable one erased.
///
/// ```
/// use regie::store::{Batch, Erasable, Table};
/// const DRAFTS: Table<u64, String, Erasable> = Table::new(1, "drafts");
/// Batch::new().erase(DRAFTS, &1);
/// ```
///
/// ```compile_fail
/// use regie::store::{Batch, Erasable, Table};
/// const DRAFTS: Table<u64, String, Erasable> = Table::new(1, "drafts");
/// Batch::new().delete(DRAFTS, &1);
/// ```
///
/// ```compile_fail
/// use regie::store::{Batch, Plain, Table};
/// const NOTES: Table<u64, String, Plain> = Table::new(1, "notes");
/// Batch::new().erase(NOTES, &1);
/// ```
pub struct Table<K, R, S = Plain> {
    id: TableId,
    bytes: usize,
    of: Types<K, R, S>,
}

/// The types of a table, of which it holds nothing itself.
type Types<K, R, S> = PhantomData<fn() -> (K, R, S)>;

impl<K, R, S> Clone for Table<K, R, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K, R, S> Copy for Table<K, R, S> {}

impl<K, R, S: Sealing> Table<K, R, S> {
    /// A table with this code and name.
    #[must_use]
    pub const fn new(code: u8, name: &'static str) -> Self {
        Self { id: TableId::new(code, name, S::ERASABLE), bytes: VALUE_MAX_BYTES, of: PhantomData }
    }
}

impl<K, R, S> Table<K, R, S> {
    /// The same, of which no record is read that is longer than this, in bytes.
    #[must_use]
    pub const fn within(self, bytes: usize) -> Self {
        Self { bytes, ..self }
    }

    /// As the file knows it.
    #[must_use]
    pub const fn id(self) -> TableId {
        self.id
    }

    pub(super) fn bound(self) -> usize {
        self.bytes
    }
}

impl<K: TableKey, R, S> Table<K, R, S> {
    /// The place of one row.
    #[must_use]
    pub fn at(self, key: &K) -> Spot<R> {
        Spot { id: self.id, key: key.to_key(), bytes: self.bytes, of: PhantomData }
    }
}

/// A single record with a name of its own, in a table of such.
pub struct Fact<R> {
    id: TableId,
    name: &'static str,
    of: PhantomData<fn() -> R>,
}

impl<R> Clone for Fact<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Fact<R> {}

impl<R> Fact<R> {
    /// A fact in this table.
    #[must_use]
    pub const fn new(id: TableId, name: &'static str) -> Self {
        Self { id, name, of: PhantomData }
    }

    /// Where it stands.
    #[must_use]
    pub fn at(self) -> Spot<R> {
        Spot { id: self.id, key: Key::item(self.name.as_bytes()), bytes: VALUE_MAX_BYTES, of: PhantomData }
    }
}

/// Where one record of type `R` stands, whatever the type of its table's key.
pub struct Spot<R> {
    pub(super) id: TableId,
    pub(super) key: Key,
    pub(super) bytes: usize,
    of: PhantomData<fn() -> R>,
}

impl<R> Spot<R> {
    /// Without the type of what stands there, for a set of places.
    #[must_use]
    pub fn untyped(&self) -> (TableId, Key) {
        (self.id, self.key.clone())
    }
}

impl<R> fmt::Debug for Spot<R> {
    /// A key may name a field or a peer, so it is not printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spot({})", self.id.name)
    }
}

/// A table in the list of a role, with the words for docs/store-format.md.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The table.
    pub id: TableId,
    /// The type of its keys.
    pub key: &'static str,
    /// The type of its records.
    pub record: &'static str,
    /// What it holds.
    pub about: &'static str,
    /// Are its rows checked wherever they are read from a shared store?
    pub guard: Guard,
}

/// What is made of a row of a shared store that is not the one that was written last, with what somebody would gain who
/// puts an old one back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Nothing: only the look at the whole finds it.
    Unguarded,
    /// It counts as absent: what it would open stays closed.
    Absent(&'static str),
    /// Reading it fails: absent would let in more than it does.
    Fails(&'static str),
}

impl Guard {
    /// The guard with these words; at most one of them is not empty.
    #[must_use]
    pub const fn of(absent: &'static str, fails: &'static str) -> Self {
        match (absent.is_empty(), fails.is_empty()) {
            (true, true) => Self::Unguarded,
            (false, _) => Self::Absent(absent),
            (true, false) => Self::Fails(fails),
        }
    }
}

/// The tables of a role at one version.
#[derive(Debug)]
pub struct Schema {
    /// Whose: it stands sealed in the file, and another role's file is refused.
    pub role: &'static str,
    /// Today's tables, by code.
    pub tables: &'static [Entry],
    /// The names of single records: in which table, and of which type.
    pub facts: &'static [Entry],
    /// The version of the tables and their records, 1 in release 0.1.0: one more than the number of migrations.
    pub version: u32,
    /// How a file of an earlier version becomes one of today's, oldest first.
    pub migrations: &'static [Migration],
}

impl Schema {
    /// Every table, by code.
    pub fn ids(&self) -> impl Iterator<Item = TableId> + use<> {
        let tables = self.tables;
        tables.iter().map(|entry| entry.id)
    }

    /// Tables whose rows are checked wherever they are read from a shared store, with what is made of one that is not the
    /// one written last.
    pub fn guarded_tables(&self) -> impl Iterator<Item = (TableId, Guard)> + use<> {
        let tables = self.tables;
        tables.iter().filter(|entry| entry.guard != Guard::Unguarded).map(|entry| (entry.id, entry.guard))
    }

    /// Single records that are checked likewise, with their names.
    pub fn guarded_facts(&self) -> impl Iterator<Item = (TableId, &'static str)> + use<> {
        let facts = self.facts;
        facts.iter().filter(|fact| fact.guard != Guard::Unguarded).map(|fact| (fact.id, fact.key))
    }

    /// The table with this name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<TableId> {
        self.ids().find(|id| id.name == name)
    }

    /// The tables that a file of this version has.
    pub(super) fn ids_at(&self, version: u32) -> Vec<TableId> {
        let step = usize::try_from(version).ok().and_then(|version| self.migrations.get(version.checked_sub(1)?));
        step.map_or_else(|| self.ids().collect(), |migration| migration.before.to_vec())
    }
}

/// One step from a version to the next. It is frozen: tables and row forms are written out in it as they were, so that
/// it does the same in ten years whatever today's types have become.
#[derive(Debug)]
pub struct Migration {
    /// The tables of the version it is applied to.
    pub before: &'static [TableId],
    /// Tables that it makes.
    pub makes: &'static [TableId],
    /// Tables that it removes, once `rows` has emptied them.
    pub drops: &'static [TableId],
    /// Reads rows of the version before as bytes, and says what is to be put and deleted. One transaction stores that
    /// together with the tables and the new version.
    pub rows: fn(&Store) -> Result<Batch, StoreError>,
}

/// Declares the tables of a role: constants, and the [`Schema`] that lists them.
macro_rules! tables {
    (
        role: $role:literal, version: $version:literal, migrations: $migrations:expr;
        facts $facts:ident = $facts_code:literal $facts_name:literal, $facts_about:literal {
            $($(#[doc = $fact_doc:literal])+ $fact_vis:vis $fact:ident = $fact_name:literal: $fact_record:ty
            $(, fails $fact_fails:literal)?;)*
        }
        tables {
            $(
                $(#[doc = $doc:literal])+
                $(#[cfg($cfg:meta)])?
                $vis:vis $sealing:ident $table:ident = $code:literal $name:literal: $key:ty => $record:ty
                $(, within $bytes:expr)? $(, guards $guards:literal)? $(, fails $fails:literal)?;
            )*
        }
    ) => {
        const $facts: $crate::store::TableId = $crate::store::TableId::new($facts_code, $facts_name, false);
        $($(#[doc = $fact_doc])+ $fact_vis const $fact: $crate::store::Fact<$fact_record> =
            $crate::store::Fact::new($facts, $fact_name);)*
        $(
            $(#[doc = $doc])+
            $(#[cfg($cfg)])?
            $vis const $table: $crate::store::Table<$key, $record, $crate::store::$sealing> =
                $crate::store::Table::<$key, $record, $crate::store::$sealing>::new($code, $name)$(.within($bytes))?;
        )*

        /// The tables of this role.
        pub static SCHEMA: $crate::store::Schema = $crate::store::Schema {
            role: $role,
            tables: &[
                $crate::store::Entry {
                    id: $facts, key: "name", record: "by name", about: $facts_about,
                    guard: $crate::store::Guard::Unguarded,
                },
                $($crate::store::Entry {
                    id: $crate::store::TableId::new(
                        $code, $name, <$crate::store::$sealing as $crate::store::Sealing>::ERASABLE,
                    ),
                    key: stringify!($key),
                    record: stringify!($record),
                    about: concat!($($doc),+),
                    guard: $crate::store::Guard::of(concat!($($guards)?), concat!($($fails)?)),
                },)*
            ],
            facts: &[$($crate::store::Entry {
                id: $facts, key: $fact_name, record: stringify!($fact_record), about: concat!($($fact_doc),+),
                guard: $crate::store::Guard::of("", concat!($($fact_fails)?)),
            },)*],
            version: $version,
            migrations: $migrations,
        };

        /// Decodes every record of every table, and says how many there are: the check of a store that an earlier
        /// version wrote.
        ///
        /// # Errors
        /// The store's; the first record that can't be decoded, by its table.
        pub fn decode_all(store: &dyn $crate::store::Ledger) -> Result<u64, $crate::store::StoreError> {
            use $crate::store::Read as _;
            let mut rows = 0;
            let mut count = || {
                rows += 1;
                std::ops::ControlFlow::Continue(())
            };
            $(if store.fact($fact)?.is_some() {
                let _ = count();
            })*
            $(
                $(#[cfg($cfg)])?
                store.each($table, |_, _| count())?;
            )*
            Ok(rows)
        }
    };
}
pub(crate) use tables;
