//! What a supplier says to a person's node, and what that answers. In and out: frames of a line that the person's node
//! made, under the key of one relationship.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    Skewed,
    table::{keys, messages},
};
use crate::{
    act::ActAnswer,
    disclosure::Disclosure,
    grant::Chain,
    identity::Nonce,
    item::Item,
    profile::Invitation,
    receipt::{Acknowledgement, ErasureReceipt},
    refusal::Refusal,
    request::DataRequest,
    signed::Signed,
};

messages! {
    /// What a person's node is told.
    ToPerson to Person {
        /// Fields, please.
        "request" Request(Signed<DataRequest>) from [Supplier] answered ["answer", "skewed"]
            within [FIELDS, TEXT_BYTES, GRANT_DAYS, RETENTION_DAYS, DELEGATION_DEPTH, GRANTS_PER_MESSAGE, REQUESTS_PER_HOUR]
            at REQUESTS_SENT grows [
                "ids against replay" most SEEN_REQUESTS All until Passed,
                "requests that wait" most WAITING_PER_RELATIONSHIP Peer until Decided,
                "answers to send" most OUTBOX_PER_RELATIONSHIP Peer until Taken,
                "grants that a default gives" most GRANTS_KEPT Peer until Replaced,
                "terms of past requests" most PAST_REQUESTS All until Replaced,
                "entries of answers" until Relationship
            ];
        /// A disclosure arrived.
        "acknowledge" Acknowledge(Signed<Acknowledgement>) from [Supplier] answered ["noted"]
            at ACKNOWLEDGEMENTS grows ["one entry for each disclosure" until Relationship];
        /// Values were erased.
        "erased" Erased(Signed<ErasureReceipt>) from [Supplier] answered ["noted"]
            at ERASURES_SENT grows ["one receipt and entry for each grant or value" until Relationship];
        /// A processor may use part of a grant.
        "delegated" Delegated(DelegationNotice) from [Supplier] answered ["noted"]
            within [DELEGATION_DEPTH, NAME_BYTES, ADDRESSES, DELEGATIONS_PER_RELATIONSHIP]
            at DELEGATIONS_SENT grows ["delegations" most DELEGATIONS_PER_RELATIONSHIP Peer until Ended];
        /// Something to keep, or a correction.
        "put" Put(Signed<Item>) from [Supplier] answered ["noted", "wanted", "skewed"]
            within [DOCUMENT_BYTES, LARGE_DOCUMENT_BYTES, TITLE_BYTES, TEXT_BYTES, ITEMS_PER_RELATIONSHIP]
            at ITEMS_SENT grows [
                "items" most ITEMS_PER_RELATIONSHIP Peer until Decided,
                "documents of which pieces are wanted" most DOCUMENTS_COMING Peer until Taken,
                "documents of which pieces are wanted" most DOCUMENTS_COMING_IN_ALL All until Taken
            ];
        /// A piece of a large document.
        "piece" Piece(Piece) from [Supplier] answered ["noted", "wanted"]
            within [PIECE_BYTES, LARGE_DOCUMENT_BYTES]
            at PIECES_SENT grows [
                "bytes of items" most ITEM_BYTES_PER_RELATIONSHIP Peer until Decided,
                "bytes of items" most ITEM_BYTES_IN_ALL All until Decided
            ];
        /// What becomes of an act.
        "act_answer" ActAnswer(Signed<ActAnswer>) from [Supplier] answered ["noted"] within [ACT_ANSWERS]
            at ACT_ANSWERS_SENT grows ["answers to an act" most ACT_ANSWERS Thing until Replaced];
    }

    /// What a person's node answers.
    PersonReply {
        /// What is told of each field.
        "answer" Answer(Signed<Disclosure>) within [FIELDS, GRANTS_PER_MESSAGE, GROWN_LEAVES];
        /// Taken; there is nothing to say.
        "noted" Noted;
        /// The piece of a large document that is to come next.
        "wanted" Wanted(Wanted) within [LARGE_DOCUMENT_BYTES];
        /// Not taken.
        "refused" Refused(Refusal);
        /// Not taken: it states a time more than 5 minutes from this node's clock, which shows this.
        "skewed" Skewed(Skewed);
    }
    skewed Skewed
}

impl ToPerson {
    /// Looks at the signature ahead of the machine: see [`Signed::look_ahead`].
    pub fn look_ahead(&mut self) {
        match self {
            Self::Request(signed) => signed.look_ahead(),
            Self::Acknowledge(signed) => signed.look_ahead(),
            Self::Erased(signed) => signed.look_ahead(),
            Self::Put(signed) => signed.look_ahead(),
            Self::ActAnswer(signed) => signed.look_ahead(),
            // Its links are by several keys, and the machine has to know them first.
            Self::Delegated(_) => {}
            // The item that names its hash is signed.
            Self::Piece(_) => {}
        }
    }
}

/// A supplier tells a person's node which processor it hands part of a grant to, and where that one is found.
/// The last link of the chain is signed by the sender and names the processor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DelegationNotice {
    /// The grant, the delegations below it, and the new one last.
    pub chain: Chain,
    /// The processor's invitation.
    pub processor: Invitation,
    /// What both call the matter: a parcel's number. At most [`crate::limits::NAME_BYTES`].
    pub reference: String,
}

/// A piece of a large document, whose item the person's node has.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    /// The item's id.
    pub item: Nonce,
    /// Which piece; the first one is 0.
    pub number: u32,
    /// [`crate::limits::PIECE_BYTES`] of the document; of the last piece what is left.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Piece {
    /// What it says is the person's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Piece({} of {}, {} bytes)", self.number, self.item, self.bytes.len())
    }
}

/// The piece that is wanted next: all before it are durable at the person's node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Its number.
    pub piece: u32,
}

keys! {
    Piece: "`item`, `number`, `bytes`";
    Wanted: "`piece`";
    DelegationNotice: "`chain`, `processor`, `reference`";
}
