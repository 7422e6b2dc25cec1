//! Rows and their keys as bytes: what the typed tables stand on.
//!
//! In: groups and items as bytes or numbers. Out: `Key`, `Row`, and the blinded form in which a
//! key stands in the file. Blinding hides field names and peer keys; it leaves visible which keys
//! share a group, and the numbers of `index` keys.

use super::limits::{GROUP_MAX_BYTES, ITEM_MAX_BYTES};
use super::seal::{NameKey, TAG_BYTES};
use super::{StoreError, TableId};
use std::fmt;
use zeroize::Zeroizing;

/// The last part of a key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LastPart {
    /// Any bytes, in no order.
    Bytes(Vec<u8>),
    /// A number; numbers are ordered within their group.
    Index(u64),
}

impl fmt::Debug for LastPart {
    /// As for `Key`: numbers are no secret, names may be.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LastPart::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
            LastPart::Index(index) => write!(f, "Index({index})"),
        }
    }
}

/// Where a record stands in its table: a group (may be empty) and an item.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub(super) group: Vec<u8>,
    pub(super) item: LastPart,
}

impl Key {
    /// A key without a group; the same as the empty group.
    pub fn item(item: &[u8]) -> Key {
        Key::grouped(&[], item)
    }

    /// A key in a group, for instance all fields of one relationship.
    pub fn grouped(group: &[u8], item: &[u8]) -> Key {
        Key { group: group.to_vec(), item: LastPart::Bytes(item.to_vec()) }
    }

    /// An ordered key without a group. The number stands readable in the file.
    pub fn index(index: u64) -> Key {
        Key::grouped_index(&[], index)
    }

    /// An ordered key in a group. The number stands readable in the file, the group does not.
    pub fn grouped_index(group: &[u8], index: u64) -> Key {
        Key { group: group.to_vec(), item: LastPart::Index(index) }
    }

    pub(super) fn check(&self, table: TableId) -> Result<(), StoreError> {
        let item_bytes = match &self.item {
            LastPart::Bytes(bytes) => bytes.len(),
            LastPart::Index(_) => 8,
        };
        if self.group.len() > GROUP_MAX_BYTES || item_bytes > ITEM_MAX_BYTES {
            return Err(StoreError::KeyTooLong { table: table.name() });
        }
        Ok(())
    }
}

impl fmt::Debug for Key {
    /// A key may name a field or a peer, so it is not printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// One record, opened.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// The group of its key; empty without one.
    pub group: Vec<u8>,
    /// The item of its key.
    pub item: LastPart,
    /// The value; wiped from memory when dropped.
    pub value: Zeroizing<Vec<u8>>,
}

impl Row {
    /// The key under which the row stands, for instance to put it into another store.
    pub fn key(&self) -> Key {
        Key { group: self.group.clone(), item: self.item.clone() }
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({} bytes)", self.value.len())
    }
}

// Kinds sort numbers before names, so a range over numbers never meets a name.
const KIND_INDEX: u8 = 0;
const KIND_BYTES: u8 = 1;

/// The first part of the stored form of every key of a group.
pub(super) fn group_tag(names: &NameKey, table: TableId, group: &[u8]) -> [u8; TAG_BYTES] {
    names.tag(&[b"group", table.name().as_bytes(), group])
}

/// The form of a key in the file: blinded group, kind, then the number or the blinded item. The
/// item is blinded together with its group, so one field name looks different for every peer.
pub(super) fn stored_key(names: &NameKey, table: TableId, key: &Key) -> Vec<u8> {
    let mut stored = group_tag(names, table, &key.group).to_vec();
    match &key.item {
        LastPart::Index(index) => {
            stored.push(KIND_INDEX);
            stored.extend_from_slice(&index.to_be_bytes());
        }
        LastPart::Bytes(item) => {
            stored.push(KIND_BYTES);
            let name = table.name().as_bytes();
            stored.extend_from_slice(&names.tag(&[b"item", name, &key.group, item]));
        }
    }
    stored
}

/// First and last stored key of all records of a group.
pub(super) fn group_range(tag: [u8; TAG_BYTES]) -> (Vec<u8>, Vec<u8>) {
    let (mut first, mut last) = (tag.to_vec(), tag.to_vec());
    first.push(KIND_INDEX);
    last.push(KIND_BYTES);
    last.extend_from_slice(&[u8::MAX; TAG_BYTES]);
    (first, last)
}

/// First and last stored key of the numbers of a group, beginning at `from`.
pub(super) fn index_range(tag: [u8; TAG_BYTES], from: u64) -> (Vec<u8>, Vec<u8>) {
    let (mut first, mut last) = (tag.to_vec(), tag.to_vec());
    first.push(KIND_INDEX);
    first.extend_from_slice(&from.to_be_bytes());
    last.push(KIND_INDEX);
    last.extend_from_slice(&u64::MAX.to_be_bytes());
    (first, last)
}

/// The bytes that are sealed for a record: the value first, so that it can be handed out without
/// a copy, then the true key, which the file shows only blinded.
pub(super) fn encode_record(key: &Key, value: &[u8]) -> Zeroizing<Vec<u8>> {
    let (kind, item) = match &key.item {
        LastPart::Index(index) => (KIND_INDEX, index.to_be_bytes().to_vec()),
        LastPart::Bytes(item) => (KIND_BYTES, item.clone()),
    };
    // Sized once: a growing vector would leave copies of the value behind in memory.
    let size = value.len() + key.group.len() + item.len() + 5;
    let mut plain = Zeroizing::new(Vec::with_capacity(size));
    plain.extend_from_slice(value);
    plain.extend_from_slice(&key.group);
    plain.extend_from_slice(&item);
    // Both lengths are bounded by `Key::check`, far below 2^16.
    plain.extend_from_slice(&(key.group.len() as u16).to_be_bytes());
    plain.extend_from_slice(&(item.len() as u16).to_be_bytes());
    plain.push(kind);
    plain
}

/// The inverse of `encode_record`; `None` when the bytes are not of that form.
pub(super) fn decode_record(mut plain: Zeroizing<Vec<u8>>) -> Option<Row> {
    let (rest, trailer) = plain.split_last_chunk::<5>()?;
    let [g0, g1, i0, i1, kind] = *trailer;
    let (group_bytes, item_bytes) = (u16::from_be_bytes([g0, g1]), u16::from_be_bytes([i0, i1]));
    let (rest, item) = rest.split_at_checked(rest.len().checked_sub(item_bytes.into())?)?;
    let (value, group) = rest.split_at_checked(rest.len().checked_sub(group_bytes.into())?)?;
    let item = match kind {
        KIND_INDEX => LastPart::Index(u64::from_be_bytes(item.try_into().ok()?)),
        KIND_BYTES => LastPart::Bytes(item.to_vec()),
        _ => return None,
    };
    let (group, value_bytes) = (group.to_vec(), value.len());
    plain.truncate(value_bytes);
    Some(Row { group, item, value: plain })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_decodes_to_what_was_encoded() {
        for key in [Key::item(b""), Key::grouped(b"g", b"i"), Key::grouped_index(b"g", 7)] {
            let row = decode_record(encode_record(&key, b"value")).unwrap();
            assert_eq!((row.key(), row.value.as_slice()), (key, b"value".as_slice()));
        }
        assert!(decode_record(Zeroizing::new(vec![0, 9, 0, 9, 1])).is_none());
    }
}
