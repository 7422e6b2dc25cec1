//! The keys of a shared store and what is made with them: places, sealed rows, the numbers and tags that watch over them.
//!
//! In: tables, keys, rows as the database has them. Out: places and opened rows.

use std::collections::BTreeMap;

use sqlx::{Row as _, postgres::PgRow};

use super::{
    Spot,
    digest::Digest,
    index::{Index, Tag},
    seen::Seen,
    stored,
};
use crate::store::{
    Guard, Key, Keys, LastPart, Row, Schema, StoreError, TableId,
    row::{decode_record, encode_record, group_tag, stored_key},
    seal::{self, NameKey, Place, SecretKey, Version},
};

/// The keys of one company's store, with its tables.
pub(super) struct Vault {
    keys: Keys,
    digests: NameKey,
    tags: NameKey,
    data: SecretKey,
    pub(super) checkpoints: SecretKey,
    pub(super) schema: &'static Schema,
    /// Tables whose every row is guarded.
    guarded: BTreeMap<i64, Guard>,
    /// Single records that are, with their names.
    facts: BTreeMap<Spot, &'static str>,
}

impl Vault {
    pub(super) fn new(data: SecretKey, schema: &'static Schema) -> Result<Self, StoreError> {
        let mut vault = Self {
            keys: Keys::new(&data),
            digests: NameKey::of(&data.derive("digests")),
            tags: NameKey::of(&data.derive("tags")),
            checkpoints: data.derive("checkpoints"),
            data,
            schema,
            guarded: schema.guarded_tables().map(|(table, guard)| (code(table), guard)).collect(),
            facts: BTreeMap::new(),
        };
        for (table, name) in schema.guarded_facts() {
            let spot = vault.spot(table, &Key::item(name.as_bytes()))?.0;
            vault.facts.insert(spot, name);
        }
        Ok(vault)
    }

    pub(super) fn index(&self) -> Index {
        Index::new(self.data.derive("index"))
    }

    pub(super) fn seen(&self, home: &std::path::Path) -> Result<Seen, StoreError> {
        Seen::open(home, self.data.derive("seen"))
    }

    /// Nothing seen yet, whatever the home's file says.
    pub(super) fn blind(&self, home: &std::path::Path) -> Seen {
        Seen::nothing(home, self.data.derive("seen"))
    }

    /// Where a row stands, and the same as bytes.
    pub(super) fn spot(&self, table: TableId, key: &Key) -> Result<(Spot, Vec<u8>), StoreError> {
        key.check(table)?;
        let stored = stored_key(&self.keys.names, table, key);
        let (group, rest) = stored.split_at_checked(seal::TAG_BYTES).ok_or_else(|| table.corrupt())?;
        let spot = match &key.item {
            LastPart::Index(number) => {
                let number = i64::try_from(*number).map_err(|_| StoreError::KeyTooLong { table: table.name() })?;
                (code(table), group.to_vec(), 0, number, Vec::new())
            }
            LastPart::Bytes(_) => (code(table), group.to_vec(), 1, 0, rest.get(1..).unwrap_or_default().to_vec()),
        };
        Ok((spot, stored))
    }

    pub(super) fn group_of(&self, table: TableId, group: &[u8]) -> Vec<u8> {
        group_tag(&self.keys.names, table, group).to_vec()
    }

    /// A sealed row with its place.
    pub(super) fn sealed(&self, table: TableId, key: &Key, value: &[u8]) -> Result<(Spot, Vec<u8>), StoreError> {
        let (spot, stored) = self.spot(table, key)?;
        let place = Place { domain: table.name(), position: &stored };
        Ok((spot, seal::seal(&self.keys.records, place, &encode_record(key, value))?))
    }

    /// A row as the database has it: its place, its sealed bytes.
    pub(super) fn found(table: TableId, row: &PgRow) -> Result<(Spot, Vec<u8>), StoreError> {
        let broken = |_| table.corrupt();
        let spot = (
            code(table),
            row.try_get("grp").map_err(broken)?,
            row.try_get("kind").map_err(broken)?,
            row.try_get("num").map_err(broken)?,
            row.try_get("item").map_err(broken)?,
        );
        Ok((spot, row.try_get("sealed").map_err(broken)?))
    }

    /// The row that these bytes are, at its place.
    pub(super) fn opened(&self, table: TableId, spot: &Spot, sealed: &[u8]) -> Result<Row, StoreError> {
        let stored = stored(spot);
        let place = Place { domain: table.name(), position: &stored };
        let row = decode_record(seal::open(&self.keys.records, place, sealed)?).ok_or_else(|| table.corrupt())?;
        // The true key stands inside the sealed bytes; it has to be the one the row stands under.
        if stored_key(&self.keys.names, table, &row.key()) == stored { Ok(row) } else { Err(table.corrupt()) }
    }

    pub(super) fn guards(&self, spot: &Spot) -> bool {
        self.guarded.contains_key(&spot.0) || self.facts.contains_key(spot)
    }

    /// Is each row of this table guarded, or may one of them be?
    pub(super) fn guards_all(&self, table: TableId) -> bool {
        let code = code(table);
        self.guarded.contains_key(&code) || self.facts.keys().any(|spot| spot.0 == code)
    }

    /// What must not be read at all where it is not what was written last, by its name: what would be absent there would let
    /// in more.
    pub(super) fn fails(&self, spot: &Spot) -> Option<&'static str> {
        let table = matches!(self.guarded.get(&spot.0), Some(Guard::Fails(_))).then(|| self.table(spot.0));
        table.or_else(|| self.facts.get(spot).copied())
    }

    /// A guarded row's name in the index.
    pub(super) fn tag(&self, spot: &Spot) -> Tag {
        self.tags.tag(&[b"guarded", &spot.0.to_be_bytes(), &stored(spot)])
    }

    pub(super) fn digest(&self, spot: &Spot, version: &Version) -> Digest {
        Digest::of(&self.digests, spot, version)
    }

    /// The name of a table by its code.
    pub(super) fn table(&self, code: i64) -> &'static str {
        self.schema.ids().find(|id| i64::from(id.code()) == code).map_or("unknown", TableId::name)
    }
}

pub(super) fn code(table: TableId) -> i64 {
    i64::from(table.code())
}
