//! Every message of the protocol, in two closed enums. In: frames. Out: messages and replies, or a refusal.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    disclosure::Disclosure,
    grant::{Chain, Grant},
    intent::{Category, Intent, Offer, TakeUp, Withdrawal},
    item::Item,
    limits,
    profile::{Acceptance, Alternative, Invitation, Pairing, Profile},
    receipt::{Acknowledgement, ErasureReceipt},
    refusal::Refusal,
    renewal::Renewal,
    request::DataRequest,
    revocation::Revocation,
    segment::{CountReport, Membership, Segment},
    signed::{ObjectId, Signed},
    tally::{Close, Prepare, Prepared, Sum, TallyReport},
    time::{Now, Timestamp},
    wire::{self, WireError},
};

/// What either side may send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(clippy::large_enum_variant, reason = "a message is moved a few times between the wire and the machine")]
pub enum Message {
    /// Person to supplier: who are you?
    Hello,
    /// Person to supplier: begin a relationship.
    Pair(Signed<Pairing>),
    /// Person to supplier: values, or answers that were awaited.
    Disclose(Signed<Disclosure>),
    /// Person to supplier: I go by another key from now on.
    Renew(Signed<Renewal>),
    /// Person to supplier: a grant on the person's own initiative.
    Grant(Signed<Grant>),
    /// Person to supplier: a grant is at an end.
    Revoke(Signed<Revocation>),
    /// Supplier to person: fields, please.
    Request(Signed<DataRequest>),
    /// Supplier to person: a disclosure arrived.
    Acknowledge(Signed<Acknowledgement>),
    /// Supplier to person: values were erased.
    Erased(Signed<ErasureReceipt>),
    /// Supplier to person: a processor may use part of a grant.
    Delegated(DelegationNotice),
    /// Supplier to person: something to keep, or a correction.
    Put(Signed<Item>),
    /// Person to processor: a delegation it may use.
    Mandate(Mandate),
    /// The key of an intent to its board: post this.
    Cast(Signed<Intent>),
    /// The key of an intent to its board: no more offers.
    Withdraw(Signed<Withdrawal>),
    /// The key of an intent to its board: what was offered since?
    Collect(Collect),
    /// Supplier or board to a board: what is wanted?
    Browse(Browse),
    /// Supplier to a board: an offer for an intent.
    Offer(Signed<Offer>),
    /// Person to supplier: your offer, please.
    TakeUp(Signed<TakeUp>),
    /// Person to supplier: which segments do you publish?
    Segments,
    /// Person to supplier: I belong to it, or no longer.
    Belong(Signed<Membership>),
    /// Person to supplier: a randomised answer.
    Count(Signed<CountReport>),
    /// Person to supplier: a randomised answer in two halves.
    Tally(Signed<TallyReport>),
    /// Supplier to helper: take these answers in.
    Prepare(Prepare),
    /// Supplier to helper: what is the sum?
    Close(Close),
}

impl Message {
    /// Looks at the signature of what a supplier sends a person, ahead of the machine: see [`Signed::look_ahead`].
    pub fn look_ahead(&mut self) {
        match self {
            Self::Request(signed) => signed.look_ahead(),
            Self::Acknowledge(signed) => signed.look_ahead(),
            Self::Erased(signed) => signed.look_ahead(),
            Self::Put(signed) => signed.look_ahead(),
            _ => {}
        }
    }
}

/// The key of an intent asks for offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collect {
    /// The intent of the connected key.
    pub intent: ObjectId,
    /// The last number that was taken in: the board forgets those up to it. 0 at first.
    pub after: u64,
}

/// A supplier or another board asks for intents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Browse {
    /// Of these categories and those within them, at most [`limits::CATEGORIES`]; of all where there are none.
    pub categories: BTreeSet<Category>,
    /// Where the last answer ended. 0 at first.
    pub after: u64,
}

/// A page of offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offers {
    /// At most [`limits::OFFERS_PER_PAGE`].
    pub offers: Vec<Signed<Offer>>,
    /// The number of the last.
    pub last: u64,
    /// Are there more?
    pub more: bool,
}

/// A page of what a board holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intents {
    /// Open ones; with the withdrawals at most [`limits::INTENTS_PER_PAGE`].
    pub intents: Vec<Signed<Intent>>,
    /// Those that are not wanted any more.
    pub withdrawn: Vec<Signed<Withdrawal>>,
    /// Where this page ends.
    pub last: u64,
    /// Are there more?
    pub more: bool,
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
    /// What both call the matter: a parcel's number. At most [`limits::NAME_BYTES`].
    pub reference: String,
}

/// A person's node hands a processor the chain it may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mandate {
    /// The grant and the delegations down to the processor.
    pub chain: Chain,
    /// As the supplier called the matter.
    pub reference: String,
}

/// What answers a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Reply {
    /// To `hello`.
    Profile(Signed<Profile>),
    /// To `pair`.
    Paired(Signed<Acceptance>),
    /// To `pair`: not that agreement, but this one.
    Alternative(Signed<Alternative>),
    /// To `request`.
    Answer(Signed<Disclosure>),
    /// To `disclose`.
    Acknowledged(Signed<Acknowledgement>),
    /// To `revoke` where erasure was demanded.
    Erased(Signed<ErasureReceipt>),
    /// To `collect`.
    Offers(Offers),
    /// To `browse`.
    Intents(Intents),
    /// To `segments`. At most [`limits::SEGMENTS_PER_SUPPLIER`].
    Segments(Vec<Signed<Segment>>),
    /// To `prepare`.
    Prepared(Prepared),
    /// To `close`.
    Sum(Sum),
    /// Taken; there is nothing to say.
    Noted,
    /// The message was not taken, for this reason.
    Refused(Refusal),
    /// Not taken: it states a time more than [`limits::CLOCK_LEEWAY_MS`] from this node's clock
    /// ([`Refusal::ClockSkew`]), which shows this.
    Skewed(Skewed),
}

/// The time of who refused a message for its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skewed {
    /// In whole minutes: to the millisecond it would be a mark by which two suppliers know one person's machine again.
    pub at: Timestamp,
}

impl Reply {
    /// The reply that refuses by a code, at this time.
    #[must_use]
    pub fn refused(code: Refusal, now: Now) -> Self {
        match code {
            Refusal::ClockSkew => Self::Skewed(Skewed { at: now.wall.minute() }),
            code => Self::Refused(code),
        }
    }

    /// The code by which this refuses; none where it does not.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Refused(code) => Some(*code),
            Self::Skewed(_) => Some(Refusal::ClockSkew),
            _ => None,
        }
    }
}

/// Reads a frame.
///
/// # Errors
/// [`Refusal::TooLarge`] or [`Refusal::Malformed`].
pub fn read<T: serde::de::DeserializeOwned + Serialize>(frame: &[u8]) -> Result<T, Refusal> {
    wire::decode(frame, limits::FRAME_BYTES).map_err(|error| match error {
        WireError::TooLarge { .. } => Refusal::TooLarge,
        _ => Refusal::Malformed,
    })
}
