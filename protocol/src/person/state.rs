//! What a person's node knows, and the records that rebuild it. In: records, in the order they were made.
//! Out: the state. Live changes and replay go through the same `apply`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use serde::{Deserialize, Serialize};

use super::{
    Acted, Coming, Effect, Kept, Moved, OtherCopy, Said, StoredAct, StoredBranch, StoredComing, StoredIntent, Wanted,
    runs::Speaks, standing,
};
use crate::{
    agreement::Agreement,
    audit::{Log, TreeHead},
    departure::{self, Departure},
    field::{AskedPath, FieldPath},
    grant::{Access, Chain, Grant, GrantState, Used, VerifiedGrant},
    identity::{Keypair, Nonce, PublicKey, RootSeed},
    intent::Offer,
    item::Item,
    limits,
    merkle::{self, Frontier, Hash},
    message::ToSupplier,
    policy::Policy,
    profile::{Agreed, Invitation, Profile},
    purpose::Purpose,
    rate::Meter,
    receipt::ErasureReceipt,
    refusal::Refusal,
    request::DataRequest,
    resumption::Run,
    revocation::{Revocation, Revoked},
    rotation::{Anybody, Lineage},
    segment::Segment,
    signed::{Object, ObjectId, Signed, Verified},
    standing::Identified,
    time::{Days, Now, Timestamp},
    underway::UnderWay,
};

/// The whole state of a person's node, except the values.
pub struct Person {
    pub(super) seed: RootSeed,
    /// Made from the seed once; every commit signs a head.
    log_key: Keypair,
    pub(super) relationships: BTreeMap<PublicKey, Relationship>,
    /// The relationships by the keys that their suppliers took on since.
    later_keys: BTreeMap<PublicKey, PublicKey>,
    /// Suppliers by the forms of their names, to find those that look alike.
    pub(super) looks: standing::Looks,
    pub(super) policy: Policy,
    pub(super) revoked: Revoked,
    pub(super) erased: BTreeSet<ObjectId>,
    pub(super) used: BTreeMap<ObjectId, Used>,
    /// By supplier too: an id that one supplier has used must not be refused to another, or the two could tell
    /// that their customers are one person.
    pub(super) seen: BTreeMap<(PublicKey, Nonce), Timestamp>,
    pub(super) past: u64,
    pub(super) personal: Frontier,
    pub(super) epoch: u32,
    /// What processors may do that the person's node has not met yet.
    pub(super) introductions: BTreeMap<PublicKey, BTreeMap<ObjectId, Mandated>>,
    /// Nobody is counted before this moment.
    pub(super) counts_from: Timestamp,
    /// What the person wants, by the intents' names.
    pub(super) intents: BTreeMap<ObjectId, Wanted>,
    /// This start of the node; none in a machine that nobody drives.
    pub(super) run: Option<Run>,
    /// The starts that this home remembers, the last one last.
    pub(super) runs: Vec<Run>,
    /// The other copy that goes on instead of this one.
    pub(super) superseded: Option<OtherCopy>,
    /// Where the node went, where it is not in this home any more.
    pub(super) moved: Option<Moved>,
    /// The other copy that was seen last and stood aside.
    pub(super) rival: Option<OtherCopy>,
    /// What all items hold, and documents that still come, in bytes.
    pub(super) item_bytes: u64,
    /// Within how many milliseconds leaves what the person says unasked.
    pub(super) tell_within: u64,
}

/// One supplier, as the person's node sees it.
pub struct Relationship {
    pub(super) key: Keypair,
    /// The person's keys here, the present one among them: what was said under one before is theirs as well.
    pub(super) keys: BTreeSet<PublicKey>,
    pub(super) profile: Verified<Profile>,
    /// By which keys the supplier goes, and which may follow.
    pub(super) lineage: Lineage,
    pub(super) stored: StoredRelationship,
    /// What is known of who it is.
    pub(super) identified: Identified,
    pub(super) grants: BTreeMap<ObjectId, VerifiedGrant>,
    pub(super) withdrawn: BTreeSet<FieldPath>,
    pub(super) waiting: BTreeMap<Nonce, Waiting>,
    pub(super) outbox: BTreeMap<u64, Undelivered>,
    pub(super) in_flight: UnderWay<u64>,
    pub(super) next_number: u64,
    pub(super) log: Frontier,
    /// Leaf hashes since the last head that the supplier signed for.
    pub(super) unwitnessed: Vec<Hash>,
    pub(super) last: Timestamp,
    pub(super) knows: BTreeMap<FieldPath, Known>,
    /// What it may do as a processor of other suppliers, by the delegation's name.
    pub(super) mandates: BTreeMap<ObjectId, Mandated>,
    /// What it sent back, by the items' ids.
    pub(super) items: BTreeMap<Nonce, Kept>,
    /// Documents of which pieces are wanted, by their items' ids.
    pub(super) coming: BTreeMap<Nonce, Coming>,
    /// What the person had it do, by the acts' names.
    pub(super) acts: BTreeMap<ObjectId, Acted>,
    /// The segments it publishes.
    pub(super) segments: BTreeMap<ObjectId, Verified<Segment>>,
    /// What the person said of them, also of those that are published no longer: what was spent stays spent.
    pub(super) said: BTreeMap<ObjectId, Said>,
    pub(super) traffic: Traffic,
    /// Was the last message refused because clocks differ?
    pub(super) skewed: bool,
    /// Up to which stated time request ids of this supplier were forgotten. Its own: what one supplier states must not
    /// move another's.
    pub(super) horizon: Option<Timestamp>,
    /// What waits in the outbox and is not to be sent while the clock is held back.
    pub(super) withheld: BTreeSet<u64>,
    /// Which branch of the log this node writes.
    pub(super) branch: StoredBranch,
    /// May this run speak on the line that is up?
    pub(super) speaks: Speaks,
    /// The run that spoke before this one.
    pub(super) follows: Option<Nonce>,
    /// How often this run took another's place on one line.
    pub(super) tries: u8,
    /// How much of the log the supplier has witnessed, by its own word.
    pub(super) witnessed: u64,
    /// Was it shown how the log grew, and did not take it?
    pub(super) not_followed: bool,
    /// Nothing in the outbox leaves before.
    pub(super) leaves_at: Option<Timestamp>,
}

/// A message in an outbox.
pub(super) struct Undelivered {
    pub(super) message: ToSupplier,
    /// Read where it is asked for, which few messages ever see.
    change: OnceLock<Option<BTreeSet<AskedPath>>>,
    /// Hashed once: acknowledgements overtake each other, and each looks for its own among all that wait.
    disclosure: OnceLock<Option<ObjectId>>,
    /// How long the log was when it was made.
    pub(super) size: u64,
}

impl Undelivered {
    fn new(message: ToSupplier, size: u64) -> Self {
        Self { message, change: OnceLock::new(), disclosure: OnceLock::new(), size }
    }

    /// The id of the disclosure, if the message is one.
    pub(super) fn disclosure(&self) -> Option<ObjectId> {
        let id = || if let ToSupplier::Disclose(signed) = &self.message { Some(signed.id()) } else { None };
        *self.disclosure.get_or_init(id)
    }

    /// The fields of a change that is told, if the message is one.
    pub(super) fn change(&self) -> Option<&BTreeSet<AskedPath>> {
        self.change.get_or_init(|| change(&self.message)).as_ref()
    }
}

/// What a supplier has of one field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// When it was last disclosed.
    pub at: Timestamp,
    /// Under which grant.
    pub grant: ObjectId,
}

/// What is counted of a supplier's messages, so that a flood of them fills neither the log nor the disk, nor after a restart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// Requests.
    pub asked: Used,
    /// Refused messages that were entered one by one ([`limits::REJECTIONS_ENTERED`]).
    pub entered: Meter,
    /// What answers that give nothing made grow ([`limits::KIB_REFUSED`]).
    pub empty: Meter,
    /// Refused messages that stand in no entry yet.
    pub untold: u32,
    /// When the first of them came.
    pub since: Timestamp,
}

/// A delegation that a processor of this relationship's person holds.
#[derive(Clone, Debug)]
pub struct Mandated {
    /// The checked chain; its last link names the processor.
    pub grant: VerifiedGrant,
    /// As it is stored and sent.
    pub stored: StoredMandate,
}

/// The part of a mandate that one record holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredMandate {
    /// The supplier that delegated.
    pub from: PublicKey,
    /// The grant and the delegations down to the processor.
    pub chain: Chain,
    /// How the processor is found; none where an earlier version of this node took the chain from the processor itself.
    pub invitation: Option<Invitation>,
    /// What the two call the matter.
    pub reference: String,
    /// When the person's node was told.
    pub at: Timestamp,
    /// Does it wait for the person's word on the processor?
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
}

/// The terms of a request that was decided, kept to try a changed policy on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastRequest {
    /// The supplier that asked.
    pub supplier: PublicKey,
    /// When it came.
    pub at: Timestamp,
    /// The known fields among those it asked for that no live grant covered.
    pub fields: BTreeSet<FieldPath>,
    /// What the fields were asked for.
    pub purpose: Purpose,
    /// How long it would keep a value.
    pub retention: Days,
    /// How many steps below it processors may go.
    pub delegations: u8,
}

/// The part of a relationship that one record holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredRelationship {
    /// The supplier's profile, as it signed it.
    pub profile: Signed<Profile>,
    /// Counts fresh starts and renewals; part of the pairwise key.
    pub generation: u32,
    /// How many of the generations before belong to this relationship as well.
    pub renewals: u32,
    /// How many of the generations after it do: where the supplier lost sight of the person's latest key.
    pub ahead: u32,
    /// The agreement in force.
    pub agreement: Agreement,
    /// Does the person want to hear nothing from it for now?
    pub paused: bool,
    /// When the relationship began.
    pub since: Timestamp,
    /// The two signed records of the agreement.
    pub agreed: Option<Agreed>,
    /// The supplier whose processor it is, by the name of its relationship; none where the person paired with it.
    pub introduced_by: Option<PublicKey>,
    /// Does the person want to be reached by it at once?
    pub at_once: bool,
    /// Its keys since it was met; none where they are what the profile says.
    pub lineage: Option<Lineage>,
    /// Where the person themselves said that it is, by the newest link of it that they followed; at most
    /// [`limits::ADDRESSES`]. None in a record of an earlier version of this node, which did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entered: Option<Vec<String>>,
    /// Its end by the person's word; none in a relationship that goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Removed>,
}

/// The end of a relationship by the person's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Removed {
    /// When.
    pub at: Timestamp,
    /// Was the supplier to erase what it has?
    pub erase: bool,
}

/// A request that waits for the person's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    /// The request's id.
    pub id: Nonce,
    /// When it came.
    pub at: Timestamp,
    /// The fields, each with the rule that made it wait.
    pub fields: BTreeMap<AskedPath, String>,
    /// Fields of the same request that were released at once, where there was a value.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub given: BTreeSet<AskedPath>,
    /// Fields of the same request that were refused at once, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub refused: BTreeMap<AskedPath, Refusal>,
    /// What the fields were asked for.
    pub purpose: Purpose,
    /// Why, in the supplier's words.
    pub reason: String,
    /// How it wants to have them.
    pub access: Access,
    /// How long it wants the grant to live.
    pub duration: Days,
    /// How long it would keep a value.
    pub retention: Days,
    /// How many steps below it processors may go.
    pub delegations: u8,
}

/// What became of the fields of a request: those that wait, each with its rule, those that were released, those that were refused.
#[derive(Clone)]
pub(super) struct Sorted {
    pub(super) asked: BTreeMap<AskedPath, String>,
    pub(super) given: BTreeSet<AskedPath>,
    pub(super) refused: BTreeMap<AskedPath, Refusal>,
}

impl Waiting {
    /// What waits of a request whose fields were sorted.
    pub(super) fn of(request: &DataRequest, sorted: Sorted, at: Timestamp) -> Self {
        let Sorted { asked, given, refused } = sorted;
        Self {
            id: request.id,
            at,
            fields: asked,
            given,
            refused,
            purpose: request.purpose,
            reason: request.reason.clone(),
            access: request.access,
            duration: request.duration,
            retention: request.retention,
            delegations: request.delegations,
        }
    }
}

/// A message that waits in an outbox.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Its place in the outbox.
    pub number: u64,
    /// The message.
    pub message: Departure<ToSupplier>,
}

/// A change of state, as it is stored. Replaying all records in order gives the state back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(missing_docs, reason = "the variants' names and fields say it; the state above explains them")]
#[allow(clippy::large_enum_variant, reason = "a record is made, applied and stored one at a time")]
pub enum Record {
    Relationship {
        supplier: PublicKey,
        stored: StoredRelationship,
    },
    /// What is known of who a supplier is.
    Identified {
        supplier: PublicKey,
        identified: Identified,
    },
    Withdrawn {
        supplier: PublicKey,
        fields: BTreeSet<FieldPath>,
    },
    Grant {
        supplier: PublicKey,
        grant: Signed<Grant>,
    },
    Used {
        grant: ObjectId,
        used: Used,
    },
    Revoked {
        revocation: Signed<Revocation>,
    },
    GrantForgotten {
        supplier: PublicKey,
        grant: ObjectId,
    },
    Mandate {
        processor: PublicKey,
        mandate: StoredMandate,
    },
    MandateForgotten {
        processor: PublicKey,
        link: ObjectId,
    },
    Item {
        supplier: PublicKey,
        id: Nonce,
        kept: Kept,
    },
    /// An item whole: to be stored where it can be erased. The state knows it by the record beside it.
    Content {
        supplier: PublicKey,
        id: Nonce,
        item: Signed<Item>,
    },
    /// A document of which pieces are wanted. To be stored where it can be erased, as its pieces are.
    Coming {
        supplier: PublicKey,
        id: Nonce,
        coming: StoredComing,
    },
    /// It came whole, or comes no more.
    ComingGone {
        supplier: PublicKey,
        id: Nonce,
    },
    /// A piece of a document. It passes the machine by, as [`Self::Content`] does, and goes with [`Self::ContentGone`].
    Piece {
        supplier: PublicKey,
        id: Nonce,
        number: u32,
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    ContentGone {
        supplier: PublicKey,
        id: Nonce,
    },
    ItemForgotten {
        supplier: PublicKey,
        id: Nonce,
    },
    /// To be stored where it can be erased: a person's own words may stand in it.
    Act {
        supplier: PublicKey,
        stored: StoredAct,
    },
    ActForgotten {
        supplier: PublicKey,
        act: ObjectId,
    },
    Segments {
        supplier: PublicKey,
        segments: Vec<Signed<Segment>>,
    },
    Said {
        supplier: PublicKey,
        segment: ObjectId,
        said: Said,
    },
    SaidForgotten {
        supplier: PublicKey,
        segment: ObjectId,
    },
    /// To be stored where it can be erased, as the offers for it.
    Intent {
        stored: StoredIntent,
    },
    IntentForgotten {
        intent: ObjectId,
    },
    Offer {
        intent: ObjectId,
        offer: Signed<Offer>,
    },
    OfferGone {
        intent: ObjectId,
        offer: ObjectId,
    },
    Seen {
        supplier: PublicKey,
        id: Nonce,
        at: Timestamp,
    },
    Forgotten {
        supplier: PublicKey,
        id: Nonce,
    },
    /// Ids of requests up to this stated time were forgotten, so no such request is taken; and what is counted of them.
    Horizon {
        supplier: PublicKey,
        at: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        traffic: Option<Traffic>,
    },
    Waiting {
        supplier: PublicKey,
        waiting: Waiting,
    },
    Decided {
        supplier: PublicKey,
        id: Nonce,
    },
    Outgoing {
        supplier: PublicKey,
        number: u64,
        size: u64,
        message: ToSupplier,
    },
    /// The supplier signed for a head of this size. Not stored by itself: the head beside it says the same.
    Witnessed {
        supplier: PublicKey,
        size: u64,
    },
    Sent {
        supplier: PublicKey,
        number: u64,
    },
    Entry {
        log: Log,
        index: u64,
        at: Timestamp,
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// Where a log stands: replaying this one record stands for replaying all its entries.
    Head {
        log: Log,
        frontier: Frontier,
        unwitnessed: Vec<Hash>,
        last: Timestamp,
    },
    Knows {
        supplier: PublicKey,
        field: FieldPath,
        known: Known,
    },
    Erased {
        supplier: PublicKey,
        field: FieldPath,
    },
    Past {
        number: u64,
        request: PastRequest,
    },
    Receipt {
        supplier: PublicKey,
        receipt: Signed<ErasureReceipt>,
    },
    Policy {
        policy: Policy,
    },
    Epoch {
        epoch: u32,
    },
    CountsFrom {
        from: Timestamp,
    },
    Runs {
        runs: Vec<Run>,
    },
    Superseded {
        copy: Option<OtherCopy>,
    },
    /// The node went to another machine, or came from one.
    Moved {
        moved: Option<Moved>,
    },
    Rival {
        copy: Option<OtherCopy>,
    },
    Branch {
        supplier: PublicKey,
        branch: StoredBranch,
    },
}

impl Person {
    /// A node that knows nobody yet.
    #[must_use]
    pub fn new(seed: RootSeed, policy: Policy) -> Self {
        Self {
            log_key: seed.log_key(),
            seed,
            relationships: BTreeMap::new(),
            later_keys: BTreeMap::new(),
            looks: BTreeMap::new(),
            policy,
            revoked: Revoked::default(),
            erased: BTreeSet::new(),
            used: BTreeMap::new(),
            seen: BTreeMap::new(),
            past: 0,
            personal: Frontier::default(),
            epoch: 0,
            introductions: BTreeMap::new(),
            intents: BTreeMap::new(),
            counts_from: Timestamp(0),
            run: None,
            runs: Vec::new(),
            superseded: None,
            moved: None,
            rival: None,
            item_bytes: 0,
            tell_within: 0,
        }
    }

    /// Replays one stored record. A driver calls it at start: relationships first, then the rest; of a log
    /// either its head or its entries in their order.
    ///
    /// # Errors
    /// What a signature check says of a stored object that no longer verifies: the store is damaged.
    pub fn restore(&mut self, record: &Record) -> Result<(), Refusal> {
        self.apply(record)
    }

    /// The relationships, by supplier.
    pub fn relationships(&self) -> impl Iterator<Item = (&PublicKey, &Relationship)> {
        self.relationships.iter()
    }

    /// One relationship.
    #[must_use]
    pub fn relationship(&self, supplier: &PublicKey) -> Option<&Relationship> {
        self.relationships.get(supplier)
    }

    /// The name of the relationship with who goes by this key, or went by it once: the supplier's first key.
    #[must_use]
    pub fn known_as(&self, key: &PublicKey) -> Option<PublicKey> {
        if self.relationships.contains_key(key) { Some(*key) } else { self.later_keys.get(key).copied() }
    }

    /// Checks a signed object that came from this supplier: signature, and that it is by a key of the supplier's. One of
    /// an earlier key may come late; who hands it over has shown the key in force.
    pub(super) fn sent_by<T: Object>(&self, supplier: &PublicKey, signed: Signed<T>) -> Result<Verified<T>, Refusal> {
        match self.relationships.get(supplier) {
            Some(relationship) => super::from_supplier(signed, &relationship.lineage),
            None => super::from_supplier(signed, supplier),
        }
    }

    /// The same for what is signed when it is sent: nothing but the key in force will do.
    pub(super) fn sent_now_by<T: Object>(
        &self,
        supplier: &PublicKey,
        signed: Signed<T>,
    ) -> Result<Verified<T>, Refusal> {
        let current = self.relationships.get(supplier).map_or(supplier, |relationship| relationship.lineage.current());
        super::from_supplier(signed, current)
    }

    /// The defaults in force.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The size and root of the personal log.
    #[must_use]
    pub fn personal_log(&self) -> &Frontier {
        &self.personal
    }

    /// The signed head of the personal log as it stands.
    ///
    /// # Errors
    /// Where signing fails, which no head of ours causes.
    pub fn tree_head(&self, now: impl Into<Now>) -> Result<Signed<TreeHead>, Refusal> {
        let now = now.into();
        let key = &self.log_key;
        let at = now.wall;
        let head = TreeHead { key: key.public(), size: self.personal.size(), root: self.personal.root(), at };
        Ok(Verified::sign(head, key)?.signed().clone())
    }

    /// Where a log stands, as the record that a driver stores beside its entries.
    #[must_use]
    pub fn head(&self, log: Log) -> Option<Record> {
        let Log::With(supplier) = log else {
            let frontier = self.personal.clone();
            // No supplier sees this log, so nobody has to be shown how it grew.
            return Some(Record::Head { log, frontier, unwitnessed: Vec::new(), last: Timestamp(0) });
        };
        let relationship = self.relationships.get(&supplier)?;
        let (frontier, unwitnessed) = (relationship.log.clone(), relationship.unwitnessed.clone());
        Some(Record::Head { log, frontier, unwitnessed, last: relationship.last })
    }

    /// The key that signs the heads of the personal log.
    #[must_use]
    pub fn log_key(&self) -> PublicKey {
        self.log_key.public()
    }

    /// How often the node was restored from a backup.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    pub(super) fn record(&mut self, effects: &mut Vec<Effect>, record: Record) {
        // A record of our own making applies: its signed objects were verified or made in this call.
        let applied = self.apply(&record);
        debug_assert!(applied.is_ok(), "{applied:?}");
        effects.push(Effect::Persist(record));
    }

    fn apply(&mut self, record: &Record) -> Result<(), Refusal> {
        match record {
            Record::Relationship { supplier, stored } => self.apply_relationship(*supplier, stored)?,
            Record::Identified { supplier, identified } => self.with(supplier)?.identified = *identified,
            Record::Used { grant, used } => drop(self.used.insert(*grant, *used)),
            Record::Revoked { revocation } => {
                self.revoked.add(revocation.clone().verify()?.grant);
            }
            Record::GrantForgotten { supplier, grant } => {
                // Its revocation stays known, but none asks for its uses again: a grant that is not remembered opens
                // nothing.
                self.used.remove(grant);
                self.with(supplier)?.grants.remove(grant);
            }
            Record::Mandate { processor, mandate } => self.apply_mandate(*processor, mandate)?,
            Record::MandateForgotten { processor, link } => {
                self.used.remove(link);
                if let Some(relationship) = self.relationships.get_mut(processor) {
                    relationship.mandates.remove(link);
                }
                if let Some(waiting) = self.introductions.get_mut(processor) {
                    waiting.remove(link);
                }
                self.introductions.retain(|_, waiting| !waiting.is_empty());
            }
            Record::Item { supplier, id, kept } => self.apply_item(supplier, id, kept)?,
            Record::Coming { supplier, id, coming } => self.apply_coming(supplier, id, coming)?,
            Record::ComingGone { supplier, id } => self.apply_coming_gone(supplier, id)?,
            Record::ItemForgotten { supplier, id } => drop(self.with(supplier)?.items.remove(id)),
            Record::Act { supplier, stored } => self.apply_act(supplier, stored)?,
            Record::ActForgotten { supplier, act } => drop(self.with(supplier)?.acts.remove(act)),
            // An item's content passes the machine by, as values do: only the store holds it.
            Record::Content { .. } | Record::Piece { .. } | Record::ContentGone { .. } => {}
            Record::Segments { supplier, segments } => {
                let verified = segments.iter().map(|segment| segment.clone().verify().map(|s| (s.id(), s)));
                self.with(supplier)?.segments = verified.collect::<Result<_, _>>()?;
            }
            Record::Said { supplier, segment, said } => drop(self.with(supplier)?.said.insert(*segment, said.clone())),
            Record::SaidForgotten { supplier, segment } => drop(self.with(supplier)?.said.remove(segment)),
            Record::Intent { stored } => self.apply_intent(stored)?,
            Record::IntentForgotten { intent } => drop(self.intents.remove(intent)),
            Record::Offer { intent, offer } => self.apply_offer(intent, offer)?,
            Record::OfferGone { intent, offer } => self.apply_offer_gone(intent, offer),
            Record::Seen { supplier, id, at } => drop(self.seen.insert((*supplier, *id), *at)),
            Record::Forgotten { supplier, id } => drop(self.seen.remove(&(*supplier, *id))),
            Record::Horizon { supplier, at, traffic } => {
                let relationship = self.with(supplier)?;
                relationship.horizon = Some(*at);
                relationship.traffic = traffic.unwrap_or(relationship.traffic);
            }
            Record::Policy { policy } => self.policy = policy.clone(),
            Record::Epoch { epoch } => self.epoch = *epoch,
            Record::CountsFrom { from } => self.counts_from = *from,
            Record::Runs { runs } => self.runs.clone_from(runs),
            Record::Superseded { copy } => self.superseded = *copy,
            Record::Moved { moved } => self.moved.clone_from(moved),
            Record::Rival { copy } => self.rival = *copy,
            Record::Branch { supplier, branch } => self.with(supplier)?.branch = branch.clone(),
            Record::Receipt { receipt, .. } => {
                let receipt = receipt.clone().verify()?;
                // At the end of retention receipts come field by field; the one for a revocation says it of all, once.
                if receipt.revocation.is_some() {
                    self.erased.insert(receipt.grant);
                }
            }
            Record::Entry { log: Log::Personal, bytes, .. } => drop(self.personal.push(merkle::leaf(bytes))),
            Record::Entry { log: Log::With(supplier), bytes, at, .. } => {
                let relationship = self.with(supplier)?;
                let leaf = merkle::leaf(bytes);
                relationship.log.push(leaf);
                relationship.unwitnessed.push(leaf);
                // A disclosure shows no more than these; beyond them a proof shows that the log grew.
                let surplus = relationship.unwitnessed.len().saturating_sub(limits::GROWN_LEAVES);
                relationship.unwitnessed.drain(..surplus);
                relationship.last = *at;
            }
            Record::Head { log: Log::Personal, frontier, .. } => self.personal.clone_from(frontier),
            Record::Witnessed { supplier, size } => {
                let relationship = self.with(supplier)?;
                // Signatures overtake each other: one for an earlier head takes nothing off and sets nothing back.
                let since = relationship.log.size() - relationship.unwitnessed.len() as u64;
                relationship.witnessed = relationship.witnessed.max(*size);
                let seen = usize::try_from(size.saturating_sub(since)).unwrap_or(usize::MAX);
                relationship.unwitnessed.drain(..seen.min(relationship.unwitnessed.len()));
            }
            Record::Head { log: Log::With(supplier), frontier, unwitnessed, last } => {
                let relationship = self.with(supplier)?;
                relationship.log.clone_from(frontier);
                relationship.unwitnessed.clone_from(unwitnessed);
                relationship.last = *last;
            }
            Record::Knows { supplier, field, known } => drop(self.with(supplier)?.knows.insert(*field, *known)),
            Record::Erased { supplier, field } => drop(self.with(supplier)?.knows.remove(field)),
            Record::Past { number, .. } => self.past = self.past.max(number + 1),
            Record::Withdrawn { supplier, fields } => self.with(supplier)?.withdrawn.clone_from(fields),
            Record::Grant { supplier, grant } => {
                let chain = Chain { grant: grant.clone(), links: Vec::new() };
                let relationship = self.with(supplier)?;
                let verified = VerifiedGrant::check(&chain, &relationship.keys, &relationship.lineage)?;
                relationship.grants.insert(grant.id(), verified);
            }
            Record::Waiting { supplier, waiting } => {
                drop(self.with(supplier)?.waiting.insert(waiting.id, waiting.clone()));
            }
            Record::Decided { supplier, id } => drop(self.with(supplier)?.waiting.remove(id)),
            Record::Outgoing { supplier, number, size, message } => {
                let relationship = self.with(supplier)?;
                // No number comes twice in one run: a late reply must not take another message out than it is about.
                relationship.next_number = relationship.next_number.max(number + 1);
                relationship.outbox.insert(*number, Undelivered::new(message.clone(), *size));
            }
            Record::Sent { supplier, number } => {
                let relationship = self.with(supplier)?;
                relationship.in_flight.done(number);
                relationship.outbox.remove(number);
            }
        }
        Ok(())
    }

    fn apply_relationship(&mut self, supplier: PublicKey, stored: &StoredRelationship) -> Result<(), Refusal> {
        let profile = stored.profile.clone().verify()?;
        let before = self.relationships.get(&supplier).filter(|known| known.profile.id() != profile.id());
        let before = before.map_or_else(Vec::new, |known| standing::forms(&known.profile));
        self.index_name(&supplier, &before, &profile);
        // In a record of before this was kept, where the supplier was counts as entered.
        let entered = stored.entered.clone().unwrap_or_else(|| profile.addresses.clone());
        let stored = StoredRelationship { entered: Some(entered), ..stored.clone() };
        let lineage = stored.lineage.clone().unwrap_or_else(|| Lineage::of(&profile));
        // Most changes of a relationship are not of the person's key, which takes a curve multiplication to make.
        let before = self.relationships.get(&supplier).map(|known| known.stored.generation);
        let keys = (before != Some(stored.generation)).then(|| self.keys_for(&supplier, &stored));
        // What a supplier does for others is found by no key of its own: there the person is somebody else.
        if stored.introduced_by.is_none() {
            for later in lineage.keys().filter(|key| **key != supplier) {
                self.later_keys.insert(*later, supplier);
            }
        }
        if let Some(known) = self.relationships.get_mut(&supplier) {
            if let Some(keys) = keys {
                (known.key, known.keys) = keys;
            }
            known.profile = profile;
            known.lineage = lineage;
            known.stored = stored;
            return Ok(());
        }
        let Some((key, keys)) = keys else { return Ok(()) };
        let since = stored.since;
        let relationship = Relationship {
            key,
            keys,
            profile,
            lineage,
            stored,
            identified: Identified::new(since),
            grants: BTreeMap::new(),
            withdrawn: BTreeSet::new(),
            waiting: BTreeMap::new(),
            outbox: BTreeMap::new(),
            in_flight: UnderWay::default(),
            next_number: 0,
            log: Frontier::default(),
            unwitnessed: Vec::new(),
            last: since,
            knows: BTreeMap::new(),
            mandates: self.introductions.remove(&supplier).unwrap_or_default(),
            items: BTreeMap::new(),
            coming: BTreeMap::new(),
            acts: BTreeMap::new(),
            segments: BTreeMap::new(),
            said: BTreeMap::new(),
            traffic: Traffic::default(),
            skewed: false,
            horizon: None,
            withheld: BTreeSet::new(),
            branch: StoredBranch { epoch: self.epoch, ..StoredBranch::default() },
            speaks: Speaks::default(),
            follows: None,
            tries: 0,
            witnessed: 0,
            not_followed: false,
            leaves_at: None,
        };
        self.relationships.insert(supplier, relationship);
        Ok(())
    }

    /// The person's present key with a supplier, and all of the relationship.
    fn keys_for(&self, name: &PublicKey, stored: &StoredRelationship) -> (Keypair, BTreeSet<PublicKey>) {
        let of = |generation| self.key_of(name, stored, generation);
        let first = stored.generation.saturating_sub(stored.renewals.min(limits::RENEWALS));
        let last = stored.generation.saturating_add(stored.ahead.min(limits::RENEWALS));
        let keys = (first..=last).map(|generation| of(generation).public()).collect();
        (of(stored.generation), keys)
    }

    /// The person's key of a generation in this relationship. A processor has a name there that is none of its own keys,
    /// but for those that an earlier version of this node met.
    pub(super) fn key_of(&self, name: &PublicKey, stored: &StoredRelationship, generation: u32) -> Keypair {
        let first = stored.lineage.as_ref().map(Lineage::first);
        match (&stored.introduced_by, first) {
            (Some(from), Some(first)) if first != name => self.seed.processor(from, first, generation),
            _ => self.seed.pairwise(name, generation),
        }
    }

    fn apply_mandate(&mut self, processor: PublicKey, stored: &StoredMandate) -> Result<(), Refusal> {
        let grant = match self.relationships.get(&processor) {
            Some(known) => VerifiedGrant::check(&stored.chain, &Anybody, &known.lineage)?,
            None => VerifiedGrant::check(&stored.chain, &Anybody, &Anybody)?,
        };
        let mandates = match self.relationships.get_mut(&processor) {
            Some(relationship) => &mut relationship.mandates,
            None => self.introductions.entry(processor).or_default(),
        };
        mandates.insert(grant.id(), Mandated { grant, stored: stored.clone() });
        Ok(())
    }

    pub(super) fn with(&mut self, supplier: &PublicKey) -> Result<&mut Relationship, Refusal> {
        self.relationships.get_mut(supplier).ok_or(Refusal::NotPaired)
    }
}

impl GrantState for Person {
    fn revoked(&self, id: &ObjectId) -> bool {
        self.revoked.has(id)
    }

    fn used(&self, id: &ObjectId, now: Timestamp) -> Used {
        self.used.get(id).copied().unwrap_or_default().at(now)
    }
}

impl Relationship {
    /// The key the person goes by here, for the transport too.
    #[must_use]
    pub fn key(&self) -> &Keypair {
        &self.key
    }

    /// Who the supplier says it is.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// By which keys the supplier went, goes and may go.
    #[must_use]
    pub fn lineage(&self) -> &Lineage {
        &self.lineage
    }

    /// Does the supplier's profile name another next key than was committed to first? Somebody speaks as the company who
    /// does not know what it said before, or wants it forgotten: its key may have been stolen.
    #[must_use]
    pub fn names_other_next(&self) -> bool {
        self.lineage.differs(&self.profile)
    }

    /// Is nothing taken from the supplier for now: because the person paused it, or because its key was revoked?
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stored.paused || self.identified.is_revoked()
    }

    /// Has the person removed it?
    #[must_use]
    pub fn is_removed(&self) -> bool {
        self.stored.removed.is_some()
    }

    /// Did it have something that was granted, and has nothing now, nor asks for anything?
    #[must_use]
    pub fn is_ended(&self, person: &Person, now: impl Into<Now>) -> bool {
        let now = now.into();
        let is_live = |grant: &VerifiedGrant| grant.live(person, now).is_ok();
        self.usable().next().is_some() && !self.usable().any(is_live) && self.waiting.is_empty()
    }

    /// Agreement, pause, beginning.
    #[must_use]
    pub fn stored(&self) -> &StoredRelationship {
        &self.stored
    }

    /// Every grant ever issued here.
    pub fn grants(&self) -> impl Iterator<Item = &VerifiedGrant> {
        self.grants.values()
    }

    /// What it may show: its grants, and what others delegated to it.
    pub(super) fn usable(&self) -> impl Iterator<Item = &VerifiedGrant> {
        self.grants.values().chain(self.mandates.values().map(|mandate| &mandate.grant))
    }

    /// The messages in the outbox, not under way, that rely on what has expired at this time.
    pub(super) fn waits_under_expired(&self, at: Timestamp) -> Vec<u64> {
        let over = self.usable().filter(|grant| at >= grant.scope().bounds.expires);
        let over: BTreeSet<_> = over.map(VerifiedGrant::id).collect();
        // One that is under way may have arrived, and then the signature for it must find it here.
        let waits = self.outbox.iter().filter(|(number, _)| !self.in_flight.has(number));
        waits.filter(|(_, waiting)| super::relies_on(&waiting.message, &over)).map(|(number, _)| *number).collect()
    }

    /// Requests that wait for the person.
    pub fn waiting(&self) -> impl Iterator<Item = &Waiting> {
        self.waiting.values()
    }

    /// The log that this supplier witnesses.
    #[must_use]
    pub fn log(&self) -> &Frontier {
        &self.log
    }

    /// When something last happened here.
    #[must_use]
    pub fn last(&self) -> Timestamp {
        self.last
    }

    /// The fields this supplier has, as far as the person knows.
    #[must_use]
    pub fn knows(&self) -> &BTreeMap<FieldPath, Known> {
        &self.knows
    }

    /// What it may do as a processor of other suppliers, also what has ended and is still remembered.
    pub fn mandates(&self) -> impl Iterator<Item = &Mandated> {
        self.mandates.values()
    }

    /// Documents of which pieces are wanted: their items' ids.
    pub fn coming(&self) -> impl Iterator<Item = &Nonce> {
        self.coming.keys()
    }

    /// What it sent back, by the items' ids.
    #[must_use]
    pub fn items(&self) -> &BTreeMap<Nonce, Kept> {
        &self.items
    }

    /// How many messages wait to be delivered.
    #[must_use]
    pub fn undelivered(&self) -> usize {
        self.outbox.len()
    }

    /// The disclosures among them: answers the supplier has not signed for yet.
    #[must_use]
    pub fn outgoing(&self) -> Vec<Outgoing> {
        self.outbox
            .iter()
            .map(|(number, waiting)| Outgoing { number: *number, message: departure::let_out(waiting.message.clone()) })
            .collect()
    }
}

/// The fields of a change that a message tells; none for any other message. Our own disclosures are read here,
/// so the signature is not checked again.
fn change(message: &ToSupplier) -> Option<BTreeSet<AskedPath>> {
    let ToSupplier::Disclose(signed) = message else { return None };
    let disclosure = signed.peek().ok()?;
    // One that answers, or brings a grant, says more than its fields: no later change makes it needless.
    let told = disclosure.request.is_none() && disclosure.grants.is_empty();
    told.then(|| disclosure.answers.into_keys().collect())
}
