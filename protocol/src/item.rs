//! What comes back to the person: documents and corrections that a supplier puts into a collection the person opened.
//!
//! In: a supplier's signed item. Out: the object, within its bounds. An item opens nothing and changes nothing by
//! itself; without a live grant that may write to its collection a person's node does not keep it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    coded::coded,
    contract::Contract,
    field::{FieldPath, Value},
    identity::{Nonce, PublicKey},
    limits,
    signed::{Object, ObjectId},
    text::{plain_line, plain_lines},
    time::Timestamp,
    wire::as_text,
};

macro_rules! collections {
    ($($name:ident $code:literal $text:literal;)*) => {
        /// Where a supplier may be let write to. Version 1 knows these and no others.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Collection { $(#[doc = $text] $name,)* }

        impl Collection {
            /// Every collection there is.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable name.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// In plain words.
            #[must_use]
            pub fn plain(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

collections! {
    Bills "bills" "bills and payments";
    Contracts "contracts" "contracts and terms";
    Corrections "corrections" "proposals to correct a field";
    Messages "messages" "messages";
    MeterReadings "meter-readings" "meter readings and use";
    Warranties "warranties" "warranties and manuals";
    Other "other" "other documents";
}

impl fmt::Display for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Text that is not a collection of version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a collection of version 1")]
pub struct UnknownCollection;

coded! {
    UnknownCollection, "collection";
    Self => "unknown";
}

impl FromStr for Collection {
    type Err = UnknownCollection;
    fn from_str(text: &str) -> Result<Self, UnknownCollection> {
        Self::ALL.iter().copied().find(|collection| collection.code() == text).ok_or(UnknownCollection)
    }
}

as_text!(Collection);

/// Something for the person to keep.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What it is, in one line of at most [`limits::NAME_BYTES`].
    pub title: String,
    /// `type/subtype` (RFC 9110, 8.3.1), without parameters.
    pub media_type: String,
    /// At most [`limits::DOCUMENT_BYTES`].
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
}

impl fmt::Debug for Document {
    /// What it says is the person's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({} bytes)", self.body.len())
    }
}

/// A field that the supplier believes to be otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The field to correct.
    pub field: FieldPath,
    /// What the person told it; none where it was told nothing.
    pub before: Option<Value>,
    /// What it should be.
    pub after: Value,
    /// Why, in one line of at most [`limits::TEXT_BYTES`].
    pub reason: String,
}

/// What an item holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Content {
    /// Something to keep.
    Document(Document),
    /// A proposal.
    Correction(Correction),
}

/// What a supplier puts into a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Fresh for every item; an item that comes again is kept once.
    pub id: Nonce,
    /// Who sends it; signs this.
    pub supplier: PublicKey,
    /// For whom, by the key of this relationship.
    pub person: PublicKey,
    /// The grant that lets it.
    pub grant: ObjectId,
    /// When it was sent, by the supplier's clock.
    pub at: Timestamp,
    /// What it holds.
    pub content: Content,
}

impl Object for Item {
    const TAG: &'static str = "regie.item/1";
    fn signer(&self) -> &PublicKey {
        &self.supplier
    }
}

impl Content {
    /// Within the bounds, and of the kind that belongs into this collection.
    #[must_use]
    pub fn fits(&self, collection: Collection) -> bool {
        match self {
            Self::Document(document) => {
                collection != Collection::Corrections
                    && plain_line(&document.title, limits::NAME_BYTES)
                    && !document.title.trim().is_empty()
                    && is_media_type(&document.media_type)
                    && document.body.len() <= limits::DOCUMENT_BYTES
                    // What calls itself a contract has to be one, and to stand where contracts are looked for.
                    && Contract::of(document)
                        .is_none_or(|contract| collection == Collection::Contracts && contract.is_ok())
            }
            Self::Correction(correction) => {
                collection == Collection::Corrections
                    && plain_line(&correction.reason, limits::TEXT_BYTES)
                    && plain_lines(correction.after.as_str(), limits::VALUE_BYTES)
            }
        }
    }

    /// How many bytes it counts for.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Document(document) => document.title.len() + document.body.len(),
            Self::Correction(correction) => correction.after.as_str().len() + correction.reason.len(),
        }
    }
}

/// `type/subtype` of RFC 6838, 4.2.
fn is_media_type(text: &str) -> bool {
    let name = |part: &str| {
        (1..=127).contains(&part.len())
            && part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    text.split_once('/').is_some_and(|(kind, of)| name(kind) && name(of))
}
