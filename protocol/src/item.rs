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
    merkle::{self, Hash},
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

/// A document that is too large for one message. The item says what it is; its bytes follow in pieces, each of which is
/// held against its hash here before it is kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LargeDocument {
    /// As of a [`Document`].
    pub title: String,
    /// As of a [`Document`].
    pub media_type: String,
    /// More than [`limits::DOCUMENT_BYTES`], at most [`limits::LARGE_DOCUMENT_BYTES`].
    pub size: u32,
    /// Of each piece of [`limits::PIECE_BYTES`], in their order, the hash of a leaf (RFC 6962, 2.1).
    pub pieces: Vec<Hash>,
}

impl fmt::Debug for LargeDocument {
    /// What it is about is the person's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LargeDocument({} bytes)", self.size)
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
    /// Something to keep, whose bytes follow.
    LargeDocument(LargeDocument),
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

impl Document {
    /// As what it travels: itself, or where it is too large for that, what its pieces are known by. The pieces are
    /// [`LargeDocument::pieces_of`] the same bytes.
    ///
    /// # Errors
    /// The document back, where it is larger than [`limits::LARGE_DOCUMENT_BYTES`].
    pub fn into_content(self) -> Result<Content, Self> {
        if self.body.len() <= limits::DOCUMENT_BYTES {
            return Ok(Content::Document(self));
        }
        let fits = u32::try_from(self.body.len()).ok().filter(|_| self.body.len() <= limits::LARGE_DOCUMENT_BYTES);
        let Some(size) = fits else { return Err(self) };
        let hashes = LargeDocument::pieces_of(&self.body).map(merkle::leaf).collect();
        Ok(Content::LargeDocument(LargeDocument {
            title: self.title,
            media_type: self.media_type,
            size,
            pieces: hashes,
        }))
    }
}

impl LargeDocument {
    /// The pieces of a document's bytes, in their order.
    pub fn pieces_of(body: &[u8]) -> impl Iterator<Item = &[u8]> {
        body.chunks(limits::PIECE_BYTES)
    }

    /// Are these the bytes of the piece of this number? The first one is 0.
    #[must_use]
    pub fn has(&self, number: u32, bytes: &[u8]) -> bool {
        let index = number as usize;
        let rest = (self.size as usize).saturating_sub(index.saturating_mul(limits::PIECE_BYTES));
        bytes.len() == rest.min(limits::PIECE_BYTES)
            && self.pieces.get(index).is_some_and(|hash| *hash == merkle::leaf(bytes))
    }

    /// Has it all pieces before this one, and no more?
    #[must_use]
    pub fn ends_at(&self, number: u32) -> bool {
        self.pieces.len() == number as usize
    }

    fn fits(&self) -> bool {
        let size = self.size as usize;
        (limits::DOCUMENT_BYTES + 1..=limits::LARGE_DOCUMENT_BYTES).contains(&size)
            && self.pieces.len() == size.div_ceil(limits::PIECE_BYTES)
            // A contract is small, and has to be read to be one.
            && self.media_type != Contract::MEDIA_TYPE
    }
}

impl Content {
    /// Within the bounds, and of the kind that belongs into this collection.
    #[must_use]
    pub fn fits(&self, collection: Collection) -> bool {
        match self {
            Self::Document(document) => {
                collection != Collection::Corrections
                    && is_title(&document.title)
                    && is_media_type(&document.media_type)
                    && document.body.len() <= limits::DOCUMENT_BYTES
                    // What calls itself a contract has to be one, and to stand where contracts are looked for.
                    && Contract::of(document)
                        .is_none_or(|contract| collection == Collection::Contracts && contract.is_ok())
            }
            Self::LargeDocument(document) => {
                collection != Collection::Corrections
                    && is_title(&document.title)
                    && is_media_type(&document.media_type)
                    && document.fits()
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
            Self::LargeDocument(document) => document.title.len() + document.size as usize,
            Self::Correction(correction) => correction.after.as_str().len() + correction.reason.len(),
        }
    }
}

fn is_title(text: &str) -> bool {
    plain_line(text, limits::NAME_BYTES) && !text.trim().is_empty()
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
