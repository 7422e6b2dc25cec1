//! Typed keys and their encodings: what a table is sorted and grouped by.
//!
//! In: names of the protocol and of the node. Out: the group and item that a key stands under, and the same name
//! back from a row. An encoding is part of the file's format (docs/store-format.md).

use regie_protocol::{FieldPath, Nonce, ObjectId, PublicKey, audit::Log};

use super::row::{Key, LastPart, Row};

/// One name with one encoding as bytes.
pub trait Part: Sized {
    /// The bytes.
    fn to_bytes(&self) -> Vec<u8>;
    /// The name that exactly these bytes encode.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

/// What rows of a table stand under.
pub trait TableKey: Sized {
    /// As group and item.
    fn to_key(&self) -> Key;
    /// Read back from an opened row.
    fn of_row(row: &Row) -> Option<Self>;
}

/// A key whose rows can be read, counted and deleted together.
pub trait Grouped: TableKey {
    /// What they have in common.
    type Group: Part;
}

/// A key with a number, by which the rows of a group are in order. The number stands readable in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Nth<G>(pub G, pub u64);

impl<P: Part> TableKey for P {
    fn to_key(&self) -> Key {
        Key::item(&self.to_bytes())
    }

    fn of_row(row: &Row) -> Option<Self> {
        match &row.item {
            LastPart::Bytes(bytes) if row.group.is_empty() => P::from_bytes(bytes),
            _ => None,
        }
    }
}

impl<P: Part> Grouped for P {
    type Group = ();
}

impl<G: Part, I: Part> TableKey for (G, I) {
    fn to_key(&self) -> Key {
        Key::grouped(&self.0.to_bytes(), &self.1.to_bytes())
    }

    fn of_row(row: &Row) -> Option<Self> {
        match &row.item {
            LastPart::Bytes(bytes) => Some((G::from_bytes(&row.group)?, I::from_bytes(bytes)?)),
            LastPart::Index(_) => None,
        }
    }
}

impl<G: Part, I: Part> Grouped for (G, I) {
    type Group = G;
}

impl<G: Part> TableKey for Nth<G> {
    fn to_key(&self) -> Key {
        Key::grouped_index(&self.0.to_bytes(), self.1)
    }

    fn of_row(row: &Row) -> Option<Self> {
        match row.item {
            LastPart::Index(number) => Some(Self(G::from_bytes(&row.group)?, number)),
            LastPart::Bytes(_) => None,
        }
    }
}

impl<G: Part> Grouped for Nth<G> {
    type Group = G;
}

/// No name: one group for all rows.
impl Part for () {
    fn to_bytes(&self) -> Vec<u8> {
        Vec::new()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.is_empty().then_some(())
    }
}

/// Its 32 bytes.
impl Part for PublicKey {
    fn to_bytes(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::from_bytes(bytes.try_into().ok()?).ok()
    }
}

/// The 32 bytes of its hash.
impl Part for ObjectId {
    fn to_bytes(&self) -> Vec<u8> {
        self.digest().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self::from_digest(bytes.try_into().ok()?))
    }
}

/// Its 16 bytes.
impl Part for Nonce {
    fn to_bytes(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

/// An item by who it is of, or for, and its id: what its pieces hang on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ItemName(pub PublicKey, pub Nonce);

/// The 32 bytes of the key, and the 16 of the id.
impl Part for ItemName {
    fn to_bytes(&self) -> Vec<u8> {
        [&self.0.as_bytes()[..], &self.1.0].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (key, id) = bytes.split_first_chunk::<32>()?;
        Some(Self(Part::from_bytes(key)?, Part::from_bytes(id)?))
    }
}

/// `personal`, or the 32 bytes of the supplier's key.
impl Part for Log {
    fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Personal => b"personal".to_vec(),
            Self::With(supplier) => supplier.to_bytes(),
        }
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes == b"personal" { Some(Self::Personal) } else { Part::from_bytes(bytes).map(Self::With) }
    }
}

/// Its text.
impl Part for FieldPath {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        std::str::from_utf8(bytes).ok()?.parse().ok()
    }
}

/// Eight bytes, the highest first.
impl Part for u64 {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_be_bytes)
    }
}

/// The bytes themselves.
impl<const N: usize> Part for [u8; N] {
    fn to_bytes(&self) -> Vec<u8> {
        self.as_slice().to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok()
    }
}

/// The bytes themselves.
impl Part for Vec<u8> {
    fn to_bytes(&self) -> Vec<u8> {
        self.clone()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(bytes.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn row(key: &Key) -> Row {
        Row { group: key.group.clone(), item: key.item.clone(), value: Zeroizing::new(Vec::new()) }
    }

    #[test]
    fn a_key_reads_back_and_only_as_what_it_is() {
        let (nonce, object) = (Nonce([7; 16]), ObjectId::of(b"x"));
        let field: FieldPath = "address.postalCode".parse().expect("a field");
        assert_eq!(<(ObjectId, Nonce)>::of_row(&row(&(object, nonce).to_key())), Some((object, nonce)));
        assert_eq!(FieldPath::of_row(&row(&field.to_key())), Some(field));
        assert_eq!(Nth::<ObjectId>::of_row(&row(&Nth(object, 9).to_key())), Some(Nth(object, 9)));
        assert_eq!(Nonce::of_row(&row(&object.to_key())), None, "32 bytes are no nonce");
        assert_eq!(Nonce::of_row(&row(&(object, nonce).to_key())), None, "it stands in a group");
        assert_eq!(Nth::<()>::of_row(&row(&nonce.to_key())), None, "it has no number");
        assert_eq!(<((), u64)>::of_row(&row(&Nth((), 9).to_key())), None, "a number is no name");
    }
}
