//! What suppliers sent back: documents to keep, corrections to decide. In: ids, corrections that are taken over. Out: items
//! as the owner sees them; values that change as if the person had typed them, with where they came from.

use regie_protocol::{
    Collection, Content, Correction, FieldPath, Item, LargeDocument, Nonce, Observed, Provenance, PublicKey, Signed,
    Value,
    person::{Correcting, Input, ItemState, Kept, OwnerError, Record},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, Who, fields::Changed, records, tables};
use crate::{
    clock::text,
    command::{Failure, exit, parse},
    driver::Turn,
    media::{self, Media},
    store::{ItemName, Nth, Read as _},
};

/// Pieces of a large document in one part: half a MiB, which a line of the control socket has room for.
const PIECES_IN_PART: u64 = 8;

/// An item that a supplier sent back.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownItem {
    /// Its id.
    pub id: Nonce,
    /// Who sent it.
    pub supplier: PublicKey,
    /// What that calls itself.
    pub name: String,
    /// Where it is.
    pub collection: Collection,
    /// When it came, RFC 3339.
    pub at: String,
    /// How large it is.
    pub bytes: u32,
    /// What became of it.
    pub state: ItemState,
    /// Is it a document that nobody has looked at?
    pub new: bool,
    /// What a document is, or why a field should be corrected, in one line.
    pub title: String,
    /// `type/subtype` of a document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// What a correction says; absent for a document.
    #[serde(flatten)]
    pub correction: Option<ProposedCorrection>,
    /// The media type that the bytes of a document have; none where they are of no kind that is told by them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<String>,
    /// Is a document what its sender calls it, as far as its bytes tell?
    pub as_called: bool,
    /// The contract that it belongs to, where its supplier says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<FiledWith>,
    /// The content of a document of at most 65,536 bytes, base64; only where one item is shown. `item_part` has every document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Who the supplier is.
    #[serde(flatten)]
    pub who: Option<Who>,
}

/// A contract that an item belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FiledWith {
    /// The contract's id.
    pub id: Nonce,
    /// What it is about.
    pub product: String,
}

/// What a correction says.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ProposedCorrection {
    /// Which field.
    pub field: FieldPath,
    /// What the supplier was told; none where it was told nothing.
    pub before: Option<Value>,
    /// What it should be.
    pub after: Value,
    /// What it holds now.
    pub present: Option<Value>,
}

impl Node {
    /// A default takes a correction over, if the field still is what the supplier takes it to be.
    pub(super) fn correct(&mut self, correcting: Correcting, turn: &mut Turn) {
        let Correcting { supplier, id, correction } = correcting;
        let present = self.held(correction.field).map(|observed| observed.value);
        if present != correction.before {
            return;
        }
        if let Err(failure) = self.take_over(&supplier, &id, correction, turn) {
            tracing::warn!(%failure, "a correction that a default accepts waits for the person");
        }
    }

    /// The field becomes what the supplier proposes.
    pub(super) fn take_over(
        &mut self,
        supplier: &PublicKey,
        id: &Nonce,
        correction: Correction,
        turn: &mut Turn,
    ) -> Result<Changed, Failure> {
        self.give(Input::Corrected(supplier, id, true), turn)?;
        let provenance = Provenance::Supplier(*supplier);
        let observed = Observed { value: correction.after, provenance, observed: self.clock.now().wall };
        self.put_values([(correction.field, observed)].into(), turn)
    }

    /// An item without its content, as the owner sees it.
    pub(super) fn shown_item(&self, supplier: &PublicKey, id: &Nonce, kept: &Kept) -> Result<ShownItem, Failure> {
        let (mut holds, mut as_called) = (None, true);
        let (title, media_type, correction) = match self.content(supplier, id)?.content {
            Content::Document(document) => {
                holds = Media::of(&document.body).map(|media| media.media_type().to_owned());
                as_called = media::is_as_called(&document.media_type, &document.body);
                (document.title, Some(document.media_type), None)
            }
            Content::LargeDocument(document) => {
                let begins = self.piece(supplier, id, &document, 0)?;
                holds = Media::of(&begins).map(|media| media.media_type().to_owned());
                as_called = media::is_as_called(&document.media_type, &begins);
                (document.title, Some(document.media_type), None)
            }
            Content::Correction(Correction { field, before, after, reason }) => {
                let present = self.held(field).map(|observed| observed.value);
                (reason, None, Some(ProposedCorrection { field, before, after, present }))
            }
        };
        Ok(ShownItem {
            id: *id,
            supplier: *supplier,
            name: self.name_of(supplier),
            collection: kept.collection,
            at: text(kept.at),
            bytes: kept.bytes,
            state: kept.state,
            new: self.unseen.holds(supplier, id),
            title,
            media_type,
            correction,
            holds,
            as_called,
            contract: None,
            body: None,
            who: self.who(supplier),
        })
    }

    /// What an item holds.
    pub(super) fn content(&self, supplier: &PublicKey, id: &Nonce) -> Result<Item, Failure> {
        let damaged = || records::damaged(tables::ITEM_CONTENTS.id().name());
        let stored = self.store.get(tables::ITEM_CONTENTS, &(*supplier, *id))?;
        let Some(Record::Content { item, .. }) = stored else {
            return Err(damaged());
        };
        let item: Signed<Item> = item;
        item.verify().map(|item| (*item).clone()).map_err(|_| damaged())
    }

    /// A part of a document, from 1 on, and how many it has.
    pub(super) fn document_part(&self, supplier: &PublicKey, id: &Nonce, part: u64) -> Result<(u64, Vec<u8>), Failure> {
        let none = || {
            let next = "a document has parts from 1 on, as many as its first says; a correction has none";
            Failure::new("not_found", exit::NOT_FOUND, next)
        };
        let index = part.checked_sub(1).ok_or_else(none)?;
        match self.content(supplier, id)?.content {
            Content::Document(document) if index == 0 => Ok((1, document.body)),
            Content::LargeDocument(document) => {
                let pieces = document.pieces.len() as u64;
                let first = index.checked_mul(PIECES_IN_PART).filter(|first| *first < pieces).ok_or_else(none)?;
                let mut bytes = Vec::new();
                for number in first..pieces.min(first + PIECES_IN_PART) {
                    bytes.extend(self.piece(supplier, id, &document, number)?);
                }
                Ok((pieces.div_ceil(PIECES_IN_PART), bytes))
            }
            _ => Err(none()),
        }
    }

    /// A piece of a large document, which is what its supplier signed or an error.
    fn piece(
        &self,
        supplier: &PublicKey,
        id: &Nonce,
        document: &LargeDocument,
        number: u64,
    ) -> Result<Vec<u8>, Failure> {
        match self.store.get(tables::ITEM_PIECES, &Nth(ItemName(*supplier, *id), number))? {
            Some(Record::Piece { bytes, .. })
                if u32::try_from(number).is_ok_and(|number| document.has(number, &bytes)) =>
            {
                Ok(bytes)
            }
            _ => Err(records::damaged(tables::ITEM_PIECES.id().name())),
        }
    }

    /// An item by its id, or by an end of it that only one has.
    pub(super) fn find_item(&self, text: &str) -> Result<(PublicKey, Nonce, Kept), Failure> {
        let wanted = parse::<Nonce>(text).ok();
        let all = self.machine.relationships().flat_map(|(s, r)| r.items().iter().map(move |(id, kept)| (s, id, kept)));
        let fits = |id: &Nonce| {
            let whole = id.to_string();
            wanted
                .map_or_else(|| text.len() >= super::decisions::ID_END && whole.ends_with(text), |wanted| wanted == *id)
        };
        let mut found = all.filter(|(_, id, kept)| kept.state != ItemState::Deleted && fits(id));
        match (found.next(), found.next()) {
            (Some((supplier, id, kept)), None) => Ok((*supplier, *id, *kept)),
            (Some(_), Some(_)) => {
                Err(Failure::new("ambiguous", exit::USAGE, "several items end like that; give more of the id"))
            }
            _ => Err(OwnerError::NoItem.into()),
        }
    }
}
