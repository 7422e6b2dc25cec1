//! The coded reasons a peer may see. In: what went wrong. Out: a stable code.
//!
//! Codes never change their meaning. They say nothing about the person beyond the request at hand: a field
//! that is empty and one that is not shared are told apart only under a live grant.

use std::{fmt, str::FromStr};

use crate::{
    coded::coded,
    signed::SignedError,
    wire::{WireError, as_text},
};

macro_rules! refusals {
    ($($variant:ident $code:literal $text:literal;)*) => {
        /// Why a peer's message, or one field of its request, was refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Refusal { $(#[doc = $text] $variant,)* }

        impl Refusal {
            /// Every refusal there is, for docs and tests.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }
        }

        coded! {
            Refusal, "refusal";
            $(Self::$variant => $code;)*
        }
    };
}

refusals! {
    Malformed "malformed" "The message is not canonical DAG-CBOR of a known shape.";
    TooLarge "too_large" "The message is above the bound for its kind.";
    UnknownVersion "unknown_version" "The object is of a version this node does not speak.";
    BadSignature "bad_signature" "The signature does not hold for the named key.";
    WrongSender "wrong_sender" "The object names another key than the one that is connected.";
    WrongAudience "wrong_audience" "The object is addressed to another key.";
    NotPaired "not_paired" "There is no relationship under this key.";
    BadInvitation "bad_invitation" "The invitation is unknown, used up or past its time.";
    ClockSkew "clock_skew" "The time in the message is more than 5 minutes from this node's.";
    Replayed "replayed" "This request id was used before.";
    RateLimited "rate_limited" "Too many requests.";
    TooManyWaiting "too_many_waiting" "Too many requests already wait for the person's word.";
    UnknownField "unknown_field" "No such field in the vocabulary.";
    NotGranted "not_granted" "No grant covers this field and purpose, and the person's defaults refuse it.";
    OutsideAgreement "outside_agreement" "The agreement that holds between the two does not permit this purpose, retention or handing on.";
    CollectionFull "collection_full" "The person's node keeps no more items of this supplier.";
    UnknownItem "unknown_item" "No such document is on its way here: say first what it is, by its item.";
    Declined "declined" "The person said no.";
    Expired "expired" "The grant is past its time.";
    NotYetValid "not_yet_valid" "The grant is not in force yet.";
    Revoked "revoked" "The grant was revoked.";
    UsedUp "used_up" "The grant's number of uses is spent.";
    Widened "widened" "A link of the chain is wider than the one above it.";
    BrokenChain "broken_chain" "A link of the chain does not follow from the one above it.";
    Forked "forked" "The log does not follow from the root that was witnessed before: it was cut or rewritten.";
    Unproven "unproven" "The log may follow from the root that was witnessed before, and nothing shows that: prove how it grew, and say this again.";
    Paused "paused" "The person has paused this relationship.";
    Unavailable "unavailable" "The node can't answer now.";
    NotABoard "not_a_board" "This node is no board.";
    UnknownIntent "unknown_intent" "No such intent is open on this board.";
    NotAdmitted "not_admitted" "This board takes offers of the companies that it admitted.";
    WrongBoard "wrong_board" "Offers for this intent go to the board that the intent names.";
    KeySpent "key_spent" "The key of an intent is for one intent and its withdrawal, and was used for another.";
    BoardFull "board_full" "The board holds as many intents as it can.";
    TooManyOffers "too_many_offers" "This intent takes no more offers, or no more of yours.";
    UnknownSegment "unknown_segment" "This company publishes no such segment, or not any more.";
    NotAHelper "not_a_helper" "This node adds up no answers for others, or for no more segments.";
    WrongBatch "wrong_batch" "Another batch of this count is open, or its key is another.";
    TooFew "too_few" "Fewer answers than the segment promises its persons are not summed.";
    UnknownAct "unknown_act" "No such act was said, or it is forgotten.";
    TooManyActs "too_many_acts" "This company takes no more acts of this person: what there is to say can be written.";
    Unexpected "unexpected" "This message has no place here: it is for the other role.";
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for Refusal {}

/// A refusal code this version does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an unknown refusal code")]
pub struct UnknownCode;

impl FromStr for Refusal {
    type Err = UnknownCode;
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        Self::ALL.iter().copied().find(|refusal| refusal.code() == text).ok_or(UnknownCode)
    }
}

as_text!(Refusal);

impl From<WireError> for Refusal {
    fn from(error: WireError) -> Self {
        match error {
            WireError::TooLarge { .. } => Self::TooLarge,
            WireError::Malformed | WireError::Unencodable => Self::Malformed,
        }
    }
}

impl From<SignedError> for Refusal {
    fn from(error: SignedError) -> Self {
        match error {
            SignedError::Malformed | SignedError::WrongType => Self::Malformed,
            SignedError::UnknownVersion => Self::UnknownVersion,
            SignedError::BadSignature => Self::BadSignature,
        }
    }
}
