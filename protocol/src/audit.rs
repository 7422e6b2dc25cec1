//! The audit log: what happened, in order, under Merkle roots that the other side has seen.
//!
//! In: events. Out: entries, their hashes and proofs. There is one log per relationship, whose root travels
//! with every disclosure so that the supplier witnesses it, and one personal log that holds the hash of every
//! entry of every relationship and what concerns none. A single log would give two suppliers common hashes
//! (docs/decisions/0001). Entries hold salted commitments, never values.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    act::ActKind,
    agreement::Agreement,
    field::{AskedPath, FieldPath, Observed},
    identity::{Nonce, PublicKey},
    item::Collection,
    limits,
    merkle::{self, Frontier, Hash},
    refusal::Refusal,
    signed::ObjectId,
    standing::Standing,
    time::Timestamp,
    wire::{self, WireError},
};

/// What one field's release was: under which grant, and a commitment to the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Committed {
    /// The grant that opened the door.
    pub grant: ObjectId,
    /// Hash of salt and value; the salt went to the supplier with the value.
    pub commitment: Hash,
}

/// What an entry of the log says that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Event {
    /// A relationship began.
    Paired {
        /// Under which agreement.
        agreement: Agreement,
    },
    /// A grant was issued.
    Granted {
        /// The grant that it is about.
        grant: ObjectId,
        /// By which rule, or `you`.
        rule: String,
    },
    /// A request or change was answered. Written before the answer leaves; whether it arrived is told by a
    /// later `delivered`, and until then the outcome is unknown.
    Answered {
        /// The request; none where the person's node spoke first.
        request: Option<Nonce>,
        /// The fields that were released, each with a commitment to its value.
        released: BTreeMap<FieldPath, Committed>,
        /// Fields under a live grant that hold no value.
        absent: BTreeSet<FieldPath>,
        /// Fields that wait for the person's word, each with [`crate::departure::BY_RULE`].
        asked: BTreeMap<AskedPath, String>,
        /// The fields that were refused, each with its code.
        refused: BTreeMap<AskedPath, Refusal>,
    },
    /// Who the supplier is changed, by what its domain says.
    Identified {
        /// What it is now.
        standing: Standing,
    },
    /// The person vouched for the supplier, or took that back.
    Vouched {
        /// Which of the two.
        vouched: bool,
    },
    /// A newer profile of the supplier took the place of the one before.
    ProfileRenewed {
        /// The newer one.
        profile: ObjectId,
    },
    /// The supplier's key was replaced by the one that it had committed to.
    KeyRotated {
        /// The key in force from now on.
        key: PublicKey,
    },
    /// The person goes by another key here.
    KeyRenewed {
        /// The person's key in this relationship.
        key: PublicKey,
    },
    /// The person paused the relationship, or took it up again.
    Paused {
        /// Which of the two.
        paused: bool,
    },
    /// The supplier signed for a disclosure.
    Delivered {
        /// The disclosure that it is about.
        disclosure: ObjectId,
    },
    /// A whole message was refused.
    Rejected {
        /// Why it was refused.
        code: Refusal,
    },
    /// So many more were refused within an hour or a little longer, which had too many to enter each.
    RejectedMore {
        /// How many.
        count: u32,
    },
    /// A supplier handed part of a grant to a processor; or, in the log with the processor, it came to know that.
    Delegated {
        /// The name of the delegation.
        delegation: ObjectId,
        /// The grant at the top.
        grant: ObjectId,
        /// The company that the grant was handed on to.
        processor: PublicKey,
    },
    /// A supplier put an item into a collection.
    Received {
        /// The item that it is about.
        item: ObjectId,
        /// The collection that it was put into.
        collection: Collection,
    },
    /// A grant was revoked.
    Revoked {
        /// The grant that it is about.
        grant: ObjectId,
        /// Was erasure demanded?
        erase: bool,
    },
    /// The person had the supplier do something: a contract is to end, a right is exercised.
    Acted {
        /// The act that it is about.
        act: ObjectId,
        /// What it is.
        kind: ActKind,
    },
    /// The supplier signed that an act came.
    ActReceived {
        /// The act that it is about.
        act: ObjectId,
        /// What it signed.
        receipt: ObjectId,
    },
    /// The supplier did not take an act.
    ActRefused {
        /// The act that it is about.
        act: ObjectId,
        /// Why.
        code: Refusal,
    },
    /// The supplier answered an act.
    ActAnswered {
        /// The act that it is about.
        act: ObjectId,
        /// What it signed.
        answer: ObjectId,
    },
    /// An erasure receipt came.
    Erased {
        /// The revoked grant.
        grant: ObjectId,
        /// The receipt that the supplier signed.
        receipt: ObjectId,
    },
    /// The person said that they belong to a segment, or no longer.
    Belonged {
        /// The segment that it is about.
        segment: ObjectId,
        /// Do they?
        member: bool,
    },
    /// A randomised answer about a segment went out.
    CountedIn {
        /// The segment that it is about.
        segment: ObjectId,
        /// What it cost, in thousandths.
        epsilon: u32,
    },
    /// An intent was cast. In the personal log only.
    Cast {
        /// The intent that it is about.
        intent: ObjectId,
    },
    /// An intent was withdrawn, or an offer for it was taken up. In the personal log only.
    Closed {
        /// The intent that it is about.
        intent: ObjectId,
        /// The offer that was taken up, and whose.
        offer: Option<(ObjectId, PublicKey)>,
    },
    /// Fields wait for the person's word, as the entry of that relationship's log says; these of the person's rules made
    /// them wait. In the personal log only: what rules are called is nobody else's business.
    AskedBy {
        /// The supplier that asked.
        supplier: PublicKey,
        /// The entry's place in the log with it.
        index: u64,
        /// The rule by which each field waits.
        rules: BTreeMap<AskedPath, String>,
    },
    /// A field was set or removed. In the personal log only.
    FieldChanged {
        /// The field that was changed.
        field: FieldPath,
        /// False where it was removed.
        present: bool,
    },
    /// A letter went to an organisation that takes no messages: the person sent it, or had it sent. In the personal log only.
    LetterSent {
        /// The organisation, by what the person's node calls it.
        to: Nonce,
        /// What it was about, in one word of the node's.
        about: String,
        /// The fields whose values it told.
        fields: BTreeSet<FieldPath>,
    },
    /// The policy was replaced. In the personal log only.
    PolicyChanged {
        /// Hash of its encoding.
        policy: Hash,
    },
    /// The node was restored from a backup; every earlier grant ended. In the personal log only.
    Restored {
        /// Counts restores.
        epoch: u32,
    },
    /// The node went to another machine: nothing comes after this in the home that it left. In the personal log only.
    Left {},
    /// It arrived there, and goes on with what was granted. In the personal log only.
    Arrived {},
    /// An entry of a relationship's log. In the personal log only.
    Of {
        /// The supplier whose relationship the log is of.
        supplier: PublicKey,
        /// Its place there.
        index: u64,
        /// The entry's leaf hash.
        leaf: Hash,
    },
}

impl Event {
    /// What happened, in one word: the name that it has in JSON.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Paired { .. } => "paired",
            Self::Granted { .. } => "granted",
            Self::Answered { .. } => "answered",
            Self::Identified { .. } => "identified",
            Self::Vouched { .. } => "vouched",
            Self::ProfileRenewed { .. } => "profile_renewed",
            Self::KeyRotated { .. } => "key_rotated",
            Self::KeyRenewed { .. } => "key_renewed",
            Self::Paused { .. } => "paused",
            Self::Delivered { .. } => "delivered",
            Self::Rejected { .. } => "rejected",
            Self::RejectedMore { .. } => "rejected_more",
            Self::Delegated { .. } => "delegated",
            Self::Received { .. } => "received",
            Self::Revoked { .. } => "revoked",
            Self::Acted { .. } => "acted",
            Self::ActReceived { .. } => "act_received",
            Self::ActRefused { .. } => "act_refused",
            Self::ActAnswered { .. } => "act_answered",
            Self::Erased { .. } => "erased",
            Self::Belonged { .. } => "belonged",
            Self::CountedIn { .. } => "counted_in",
            Self::Cast { .. } => "cast",
            Self::Closed { .. } => "closed",
            Self::AskedBy { .. } => "asked_by",
            Self::FieldChanged { .. } => "field_changed",
            Self::LetterSent { .. } => "letter_sent",
            Self::PolicyChanged { .. } => "policy_changed",
            Self::Restored { .. } => "restored",
            Self::Left {} => "left",
            Self::Arrived {} => "arrived",
            Self::Of { .. } => "of",
        }
    }
}

/// One entry of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// When, by the person's clock.
    pub at: Timestamp,
    /// Makes the hash unguessable.
    pub salt: Nonce,
    /// What happened.
    pub event: Event,
}

/// Which of a person's logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Log {
    /// The person's own.
    Personal,
    /// The one that this supplier witnesses.
    With(PublicKey),
}

/// An entry with the proof that it stands in a log of a given size and root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenEntry {
    /// The entry's exact bytes.
    #[serde(with = "serde_bytes")]
    pub entry: Vec<u8>,
    /// Its place, from 0.
    pub index: u64,
    /// The log's size.
    pub size: u64,
    /// The log's root.
    pub root: Hash,
    /// From the entry up to the root.
    pub proof: Vec<Hash>,
}

impl ProvenEntry {
    /// The entry, where the proof holds.
    ///
    /// # Errors
    /// [`WireError::Malformed`] where it does not, [`WireError::TooLarge`] for an oversize entry.
    pub fn check(&self) -> Result<Entry, WireError> {
        let entry = wire::decode(&self.entry, limits::ENTRY_BYTES)?;
        let holds = merkle::verify(merkle::leaf(&self.entry), self.index, self.size, &self.proof, self.root);
        if holds { Ok(entry) } else { Err(WireError::Malformed) }
    }
}

/// Appends an entry to a log.
///
/// # Errors
/// Where the entry has no encoding, which no event of ours causes.
pub fn append(frontier: &mut Frontier, entry: &Entry) -> Result<ProvenEntry, WireError> {
    let bytes = wire::encode(entry)?;
    let proof = frontier.push(merkle::leaf(&bytes));
    let size = frontier.size();
    Ok(ProvenEntry { entry: bytes, index: size - 1, size, root: frontier.root(), proof })
}

/// The commitment to a value under a fresh salt.
///
/// # Errors
/// Where the value has no encoding, which no value of ours causes.
pub fn commit(salt: &Nonce, value: &Observed) -> Result<Hash, WireError> {
    let bytes = wire::encode(value)?;
    // A domain of its own, so that no hash that was made for something else passes for a commitment.
    Ok(Hash(
        Sha256::new().chain_update(b"regie commitment 1\0").chain_update(salt.0).chain_update(bytes).finalize().into(),
    ))
}

/// The person's own signature under the personal log, kept beside it: rows that go missing are noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeHead {
    /// The log key; signs this.
    pub key: PublicKey,
    /// How many entries.
    pub size: u64,
    /// The root of the tree over those entries.
    pub root: Hash,
    /// When the head was signed.
    pub at: Timestamp,
}

impl crate::signed::Object for TreeHead {
    const TAG: &'static str = "regie.tree-head/1";
    fn signer(&self) -> &PublicKey {
        &self.key
    }
}
