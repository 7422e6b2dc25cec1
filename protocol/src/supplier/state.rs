//! What a companion knows, and the records that rebuild it. In: records in order. Out: the state. Values pass
//! through a record into the store; the state keeps only which fields are held, under which grant, until when.
//!
//! Persons and invitations need not all be in memory: the driver restores the records of those that an input
//! concerns, and may forget them once what came of it is stored.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use serde::{Deserialize, Serialize};

use super::{Acted, Effect, Runs, Sending, StoredAct, delegations::Delegated, pairings::Pairings, witness::Recent};
use crate::{
    agreement::Agreement,
    audit::ProvenEntry,
    disclosure::Disclosure,
    field::{AskedPath, FieldPath, Observed},
    grant::{Chain, Grant, Scope, VerifiedGrant},
    identity::{Keypair, Nonce, PublicKey},
    intent::TakeUp,
    limits,
    merkle::Frontier,
    message::Mandate,
    profile::{Agreed, Profile},
    receipt::ErasureReceipt,
    refusal::Refusal,
    request::DataRequest,
    revocation::Revocation,
    segment::{Membership, Segment},
    signed::{ObjectId, Signed, Verified},
    tally::TallyReport,
    time::{Now, Timestamp},
    underway::UnderWay,
};

/// The state of a companion, except the values: the company's own, and that of the persons in memory.
pub struct Supplier {
    pub(super) key: Keypair,
    /// The keys that the company goes by, the one in force among them.
    pub(super) keys: BTreeSet<PublicKey>,
    pub(super) profile: Option<Verified<Profile>>,
    pub(super) invites: BTreeMap<Nonce, Invite>,
    pub(super) customers: BTreeMap<PublicKey, Customer>,
    pub(super) in_flight: BTreeMap<PublicKey, UnderWay<Parcel>>,
    /// Which piece of which large document a person's node asked for on the line that lives.
    pub(super) wanted: BTreeMap<PublicKey, BTreeMap<Nonce, u32>>,
    /// The patterns that the company publishes.
    pub(super) segments: BTreeMap<ObjectId, Verified<Segment>>,
    /// Persons whose clocks differed when they were last sent something. In memory, as what is under way: it holds for
    /// this process's clock, and is found out again.
    pub(super) skewed: BTreeMap<PublicKey, Skew>,
    /// Who came by public invitations, in memory.
    pub(super) pairings: Pairings,
}

/// How the clock of a person's node differed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skew {
    /// What this clock showed.
    pub ours: Timestamp,
    /// What the person's showed, to the minute; none where it did not say.
    pub theirs: Option<Timestamp>,
    /// How often it was tried again.
    pub times: u32,
}

impl Skew {
    /// Is it time to try again? A clock that was set since, either way, counts as time that has passed.
    #[must_use]
    pub fn over(&self, now: Now) -> bool {
        let (first, longest) = limits::SKEWED_PAUSE_MS;
        let pause = first.checked_shl(self.times.min(32)).unwrap_or(longest).min(longest);
        now.wall.distance_ms(self.ours) >= pause
    }
}

/// What a message to a person is about, to match its reply with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Parcel {
    /// A request, by its id.
    Request(Nonce),
    /// This erasure receipt.
    Receipt(ObjectId),
    /// The notice of this delegation.
    Delegation(ObjectId),
    /// An item, by its id.
    Item(Nonce),
    /// A piece of a large document, by its item's id and its number.
    Piece(Nonce, u32),
    /// An answer to an act.
    Answer(ObjectId),
}

/// An invitation that can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// How many persons may still answer it; none for a public one.
    pub uses: Option<u32>,
    /// Not from this moment on.
    pub expires: Timestamp,
    /// When it was made.
    pub made: Timestamp,
    /// For trying things out: the relationships it makes are kept apart from the real ones.
    pub test: bool,
}

/// One person, as the companion sees it.
#[derive(Debug)]
pub struct Customer {
    pub(super) agreement: Agreement,
    /// The keys that the person took on since the pairing.
    pub(super) later_keys: BTreeSet<PublicKey>,
    pub(super) since: Timestamp,
    pub(super) test: bool,
    pub(super) grants: BTreeMap<ObjectId, KeptGrant>,
    pub(super) revoked: BTreeSet<ObjectId>,
    pub(super) held: BTreeMap<FieldPath, Held>,
    pub(super) askings: BTreeMap<Nonce, Asking>,
    pub(super) received: BTreeSet<ObjectId>,
    pub(super) receipts: BTreeMap<ObjectId, Signed<ErasureReceipt>>,
    /// What was signed for each revocation that demanded erasure.
    pub(super) erasures: BTreeMap<ObjectId, Signed<ErasureReceipt>>,
    /// What this company handed on to processors, by the delegation's name.
    pub(super) delegated: BTreeMap<ObjectId, Delegated>,
    /// What other companies handed on to this one.
    pub(super) mandates: BTreeMap<ObjectId, KeptMandate>,
    /// What is sent back to the person.
    pub(super) sending: BTreeMap<Nonce, Sending>,
    /// What the person had this company do.
    pub(super) acts: BTreeMap<ObjectId, Acted>,
    /// The two signed records of the agreement.
    pub(super) agreed: Option<Agreed>,
    pub(super) head: Frontier,
    pub(super) recent: Recent,
    /// Which branch of the log the person's node writes.
    pub(super) epoch: u32,
    pub(super) gaps: u64,
    /// Which run of the person's node speaks.
    pub(super) runs: Option<Runs>,
}

/// A grant as it is kept. Its signature was looked at when it came, and is not again: the seal of the row that it comes out of is
/// the mark that it was. It is read where it is relied on, since a person may have a thousand, of which a message is about one.
#[derive(Clone, Debug)]
pub(super) struct KeptGrant {
    signed: Signed<Grant>,
    read: OnceLock<Option<Verified<Grant>>>,
}

impl KeptGrant {
    fn new(signed: Signed<Grant>) -> Self {
        Self { signed, read: OnceLock::new() }
    }

    /// The grant, unless its bytes are damaged.
    pub(super) fn grant(&self) -> Option<&Verified<Grant>> {
        self.read.get_or_init(|| self.signed.clone().restored().ok()).as_ref()
    }

    /// When it begins and ends.
    pub(super) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        self.grant().map(|grant| (grant.scope.bounds.not_before, grant.scope.bounds.expires))
    }
}

/// The same of a delegation to this company.
#[derive(Clone, Debug)]
pub(super) struct KeptMandate {
    mandate: Mandate,
    /// The keys that this company goes by.
    keys: BTreeSet<PublicKey>,
    read: OnceLock<Option<Mandated>>,
}

impl KeptMandate {
    fn new(mandate: Mandate, keys: BTreeSet<PublicKey>) -> Self {
        Self { mandate, keys, read: OnceLock::new() }
    }

    /// What it is called: by its last link.
    fn id(&self) -> ObjectId {
        let Chain { grant, links } = &self.mandate.chain;
        links.last().map_or_else(|| grant.id(), Signed::id)
    }

    /// The mandate, unless its bytes are damaged.
    pub(super) fn mandated(&self) -> Option<&Mandated> {
        let read = || {
            let grant = VerifiedGrant::restored(&self.mandate.chain, &self.keys).ok()?;
            Some(Mandated { grant, reference: self.mandate.reference.clone() })
        };
        self.read.get_or_init(read).as_ref()
    }

    /// When it ends, as its bytes say.
    pub(super) fn expires(&self) -> Option<Timestamp> {
        let Chain { grant, links } = &self.mandate.chain;
        let bounds = match links.last() {
            Some(link) => link.peek().ok()?.scope.bounds,
            None => grant.peek().ok()?.scope.bounds,
        };
        Some(bounds.expires)
    }
}

/// How much is remembered of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Grants, dead ones included.
    pub grants: usize,
    /// What others handed on, also what has ended.
    pub mandates: usize,
    /// Revocations.
    pub revocations: usize,
    /// Keys that the person took on since the pairing.
    pub keys: usize,
}

/// A delegation that this company holds as a processor.
#[derive(Clone, Debug)]
pub struct Mandated {
    /// The checked chain.
    pub grant: VerifiedGrant,
    /// What both companies call the matter.
    pub reference: String,
}

/// Under which grant a value is held and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The grant that it was given under.
    pub grant: ObjectId,
    /// To be erased at this moment.
    pub until: Timestamp,
    /// Which disclosure brought it.
    pub disclosure: ObjectId,
    /// Where its entry stands in the person's log. One that comes later on the wire and stands earlier there does not
    /// take its place.
    pub place: Place,
}

/// A place in the log of a person's node, which may have come back from backups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The branch of the log.
    pub epoch: u32,
    /// The entry's index.
    pub index: u64,
}

/// What a disclosure said of one field, without the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// A value, under this grant.
    Given(ObjectId),
    /// Allowed, but there is none.
    Absent,
    /// The person will decide.
    Asked,
    /// The field is refused, with this code.
    Refused(Refusal),
}

/// A disclosure as it is remembered: everything but the values, with its proof of standing in the person's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Received {
    /// The disclosure, by the hash of its bytes.
    pub id: ObjectId,
    /// The request it answered; none for a change that was told.
    pub request: Option<Nonce>,
    /// When it came.
    pub at: Timestamp,
    /// Field by field.
    pub outcomes: BTreeMap<AskedPath, Outcome>,
    /// The entry with salted commitments, and its proof.
    pub entry: ProvenEntry,
}

/// A request and what is known of its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asking {
    /// The request; signed anew, with the time, whenever it is sent.
    pub request: DataRequest,
    /// Has any answer come?
    pub answered: bool,
    /// Fields that were given, or are allowed but empty at the person's.
    pub given: BTreeSet<AskedPath>,
    /// Fields that wait for the person's word.
    pub waiting: BTreeSet<AskedPath>,
    /// The fields that were refused, each with its code.
    pub refused: BTreeMap<AskedPath, Refusal>,
    /// The refusal of the request as a whole.
    pub rejected: Option<Refusal>,
}

impl Asking {
    pub(super) fn new(request: DataRequest) -> Self {
        Self {
            request,
            answered: false,
            given: BTreeSet::new(),
            waiting: BTreeSet::new(),
            refused: BTreeMap::new(),
            rejected: None,
        }
    }

    /// Is it still to be sent?
    #[must_use]
    pub fn awaits_answer(&self) -> bool {
        !self.answered && self.rejected.is_none()
    }
}

/// A change of state, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(missing_docs, reason = "the variants' names and fields say it; the state above explains them")]
pub enum Record {
    Profile {
        profile: Signed<Profile>,
    },
    Invite {
        id: Nonce,
        invite: Invite,
    },
    Customer {
        person: PublicKey,
        agreement: Agreement,
        since: Timestamp,
        test: bool,
    },
    Grant {
        person: PublicKey,
        grant: Signed<Grant>,
    },
    Revoked {
        person: PublicKey,
        grant: ObjectId,
        notice: Signed<Revocation>,
    },
    Asking {
        asking: Asking,
    },
    Delegated {
        person: PublicKey,
        delegated: Delegated,
    },
    Mandate {
        person: PublicKey,
        mandate: Mandate,
    },
    Agreed {
        person: PublicKey,
        agreed: Agreed,
    },
    Sending {
        person: PublicKey,
        sending: Sending,
    },
    /// The pieces of a large document, which only the host holds, are wanted no more.
    PiecesGone {
        person: PublicKey,
        id: Nonce,
    },
    SendingForgotten {
        person: PublicKey,
        id: Nonce,
    },
    /// To be stored where it can be erased: a person's own words may stand in it.
    Act {
        person: PublicKey,
        stored: StoredAct,
    },
    Segment {
        segment: Signed<Segment>,
    },
    SegmentEnded {
        segment: ObjectId,
    },
    /// What persons said of segments is not in the state; the driver keeps it by segment.
    Member {
        person: PublicKey,
        membership: Signed<Membership>,
    },
    Counted {
        person: PublicKey,
        segment: ObjectId,
        answer: bool,
    },
    Tallied {
        person: PublicKey,
        report: Signed<TallyReport>,
    },
    /// An offer was taken up. Nothing of it is in the state; the driver knows the offers.
    TakenUp {
        person: PublicKey,
        taken: Signed<TakeUp>,
    },
    /// Grants, delegations and mandates that have ended and are no longer needed.
    Ended {
        person: PublicKey,
        links: BTreeSet<ObjectId>,
    },
    Head {
        person: PublicKey,
        head: Frontier,
        epoch: u32,
        gaps: u64,
        recent: Recent,
    },
    /// Which run of the person's node speaks, and what a restore of it ended.
    Runs {
        person: PublicKey,
        runs: Box<Runs>,
    },
    Value {
        person: PublicKey,
        field: FieldPath,
        held: Held,
        observed: Observed,
        salt: Nonce,
        before: Option<ObjectId>,
    },
    Received {
        person: PublicKey,
        received: Received,
    },
    /// The disclosure as it was signed, values and all: to be stored where it can be erased.
    Original {
        person: PublicKey,
        disclosure: Signed<Disclosure>,
    },
    Erased {
        person: PublicKey,
        fields: BTreeSet<FieldPath>,
        originals: BTreeSet<ObjectId>,
    },
    /// The person goes by this key as well.
    Renewed {
        person: PublicKey,
        key: PublicKey,
    },
    Receipt {
        person: PublicKey,
        receipt: Signed<ErasureReceipt>,
        told: bool,
    },
}

impl Supplier {
    /// A companion that knows nobody yet.
    #[must_use]
    pub fn new(key: Keypair) -> Self {
        let (invites, customers, in_flight) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (wanted, segments, skewed) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let keys = BTreeSet::from([key.public()]);
        let pairings = Pairings::default();
        Self { key, keys, profile: None, invites, customers, in_flight, wanted, segments, skewed, pairings }
    }

    /// Replays one stored record, from a store that lets through what was stored there and nothing else: signatures were
    /// looked at before the record was made, and are not again.
    ///
    /// # Errors
    /// What reading says of a stored object that is damaged.
    pub fn restore(&mut self, record: &Record) -> Result<(), Refusal> {
        self.apply(record)
    }

    /// The companion's key.
    #[must_use]
    pub fn key(&self) -> &Keypair {
        &self.key
    }

    /// Is it a key of this company: the one in force, or one before?
    #[must_use]
    pub fn goes_by(&self, key: &PublicKey) -> bool {
        self.keys.contains(key)
    }

    /// The profile in force.
    #[must_use]
    pub fn profile(&self) -> Option<&Profile> {
        self.profile.as_deref()
    }

    /// The same as it was signed.
    #[must_use]
    pub fn signed_profile(&self) -> Option<&Signed<Profile>> {
        self.profile.as_ref().map(Verified::signed)
    }

    /// Is this person in memory?
    #[must_use]
    pub fn customer(&self, person: &PublicKey) -> Option<&Customer> {
        self.customers.get(person)
    }

    /// Is this invitation in memory?
    #[must_use]
    pub fn invite_made(&self, id: &Nonce) -> Option<&Invite> {
        self.invites.get(id)
    }

    /// How the clock of a person's node differed, where that kept something back.
    #[must_use]
    pub fn skew(&self, person: &PublicKey) -> Option<&Skew> {
        self.skewed.get(person)
    }

    /// The persons whose clocks differ, as far as that is known.
    pub fn skewed(&self) -> impl Iterator<Item = (&PublicKey, &Skew)> {
        self.skewed.iter()
    }

    /// Forgets the persons and invitations in memory; what is under way to whom is kept.
    pub fn forget(&mut self) {
        self.customers.clear();
        self.invites.clear();
    }

    /// Forgets the invitations in memory, the persons of whom more than `items` requests and disclosures are there, and all of
    /// them where there are more than `persons`.
    pub fn forget_beyond(&mut self, persons: usize, items: usize) {
        self.invites.clear();
        self.customers.retain(|_, customer| customer.askings.len() + customer.received.len() <= items);
        if self.customers.len() > persons {
            self.customers.clear();
        }
    }

    /// The persons in memory.
    pub fn customers(&self) -> impl Iterator<Item = (&PublicKey, &Customer)> {
        self.customers.iter()
    }

    pub(super) fn record(&mut self, effects: &mut Vec<Effect>, record: Record) {
        let applied = self.apply(&record);
        debug_assert!(applied.is_ok(), "{applied:?}");
        effects.push(Effect::Persist(record));
    }

    fn apply(&mut self, record: &Record) -> Result<(), Refusal> {
        match record {
            Record::Profile { profile } => {
                let profile = profile.clone().restored()?;
                // A profile's history names the keys before its own; its own is this machine's.
                self.keys = profile.keys.earlier();
                self.keys.insert(self.key.public());
                self.profile = Some(profile);
            }
            Record::Invite { id, invite } => drop(self.invites.insert(*id, *invite)),
            Record::Customer { person, agreement, since, test } => {
                self.customers.entry(*person).or_insert_with(|| Customer::new(*agreement, *since, *test));
            }
            Record::Renewed { person, key } => drop(self.with(person)?.later_keys.insert(*key)),
            Record::Grant { person, grant } => {
                self.with(person)?.grants.insert(grant.id(), KeptGrant::new(grant.clone()));
            }
            Record::Revoked { person, grant, .. } => drop(self.with(person)?.revoked.insert(*grant)),
            Record::Asking { asking } => {
                drop(self.with(&asking.request.person)?.askings.insert(asking.request.id, asking.clone()));
            }
            Record::Delegated { person, delegated } => {
                drop(self.with(person)?.delegated.insert(delegated.id(), delegated.clone()));
            }
            Record::Mandate { person, mandate } => {
                let kept = KeptMandate::new(mandate.clone(), self.keys.clone());
                drop(self.with(person)?.mandates.insert(kept.id(), kept));
            }
            Record::Agreed { person, agreed } => self.with(person)?.agreed = Some(agreed.clone()),
            Record::Sending { person, sending } => {
                drop(self.with(person)?.sending.insert(sending.id, sending.clone()));
            }
            Record::Act { person, stored } => {
                drop(self.with(person)?.acts.insert(stored.act.id(), Acted::read(stored.clone())?));
            }
            Record::PiecesGone { .. } => {}
            Record::SendingForgotten { person, id } => drop(self.with(person)?.sending.remove(id)),
            Record::Ended { person, links } => {
                let customer = self.with(person)?;
                customer.delegated.retain(|link, _| !links.contains(link));
                customer.mandates.retain(|link, _| !links.contains(link));
                customer.grants.retain(|grant, _| !links.contains(grant));
                // With the grant goes the mark that it has ended: what is not remembered permits nothing either.
                customer.revoked.retain(|link| !links.contains(link));
            }
            Record::Head { person, head, epoch, gaps, recent } => {
                let customer = self.with(person)?;
                customer.epoch = *epoch;
                customer.head.clone_from(head);
                customer.gaps = *gaps;
                // A head that its leaves do not lead to stands alone.
                let reaches = recent.size() == head.size();
                customer.recent = if reaches { recent.clone() } else { Recent::from_here(head.clone()) };
            }
            Record::Runs { person, runs } => {
                let customer = self.with(person)?;
                // Of what was granted since the backup no notice will come: the node that came back does not know of
                // it.
                customer.revoked.extend(&runs.ended);
                customer.runs = Some((**runs).clone());
            }
            Record::Value { person, field, held, .. } => drop(self.with(person)?.held.insert(*field, *held)),
            Record::Received { person, received } => drop(self.with(person)?.received.insert(received.id)),
            Record::Segment { segment } => {
                let segment = segment.clone().restored()?;
                self.segments.insert(segment.id(), segment);
            }
            Record::SegmentEnded { segment } => drop(self.segments.remove(segment)),
            Record::Original { .. }
            | Record::TakenUp { .. }
            | Record::Member { .. }
            | Record::Counted { .. }
            | Record::Tallied { .. } => {}
            Record::Erased { person, fields, .. } => {
                self.with(person)?.held.retain(|field, _| !fields.contains(field));
            }
            Record::Receipt { person, receipt, told } => {
                let (customer, id) = (self.with(person)?, receipt.id());
                if let Some(revocation) = receipt.peek()?.revocation {
                    customer.erasures.insert(revocation, receipt.clone());
                }
                if *told {
                    customer.receipts.remove(&id);
                } else {
                    customer.receipts.insert(id, receipt.clone());
                }
            }
        }
        Ok(())
    }

    fn with(&mut self, person: &PublicKey) -> Result<&mut Customer, Refusal> {
        self.customers.get_mut(person).ok_or(Refusal::NotPaired)
    }
}

impl Customer {
    fn new(agreement: Agreement, since: Timestamp, test: bool) -> Self {
        Self {
            agreement,
            later_keys: BTreeSet::new(),
            since,
            test,
            grants: BTreeMap::new(),
            revoked: BTreeSet::new(),
            held: BTreeMap::new(),
            askings: BTreeMap::new(),
            received: BTreeSet::new(),
            receipts: BTreeMap::new(),
            erasures: BTreeMap::new(),
            delegated: BTreeMap::new(),
            mandates: BTreeMap::new(),
            sending: BTreeMap::new(),
            acts: BTreeMap::new(),
            agreed: None,
            head: Frontier::default(),
            recent: Recent::default(),
            epoch: 0,
            gaps: 0,
            runs: None,
        }
    }

    /// The agreement in force.
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        self.agreement
    }

    /// The two signed records of the agreement.
    #[must_use]
    pub fn agreed(&self) -> Option<&Agreed> {
        self.agreed.as_ref()
    }

    /// When the relationship began.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        self.since
    }

    /// Was it begun by a test invitation?
    #[must_use]
    pub fn test(&self) -> bool {
        self.test
    }

    /// One request.
    #[must_use]
    pub fn asking(&self, id: &Nonce) -> Option<&Asking> {
        self.askings.get(id)
    }

    /// What is held, under which grant, until when.
    #[must_use]
    pub fn held(&self) -> &BTreeMap<FieldPath, Held> {
        &self.held
    }

    /// Every request made.
    pub fn askings(&self) -> impl Iterator<Item = &Asking> {
        self.askings.values()
    }

    /// Grants that were not revoked.
    pub fn grants(&self) -> impl Iterator<Item = &Verified<Grant>> {
        let live = self.grants.iter().filter(|(id, _)| !self.revoked.contains(id));
        live.filter_map(|(_, kept)| kept.grant())
    }

    /// What was handed on to processors.
    #[must_use]
    pub fn delegated(&self) -> &BTreeMap<ObjectId, Delegated> {
        &self.delegated
    }

    /// One thing that another company handed on to this one, also where it has ended and is still remembered.
    #[must_use]
    pub fn mandate(&self, link: &ObjectId) -> Option<&Mandated> {
        self.mandates.get(link)?.mandated()
    }

    /// How much is remembered of the person.
    #[must_use]
    pub fn remembered(&self) -> Remembered {
        Remembered {
            grants: self.grants.len(),
            mandates: self.mandates.len(),
            revocations: self.revoked.len(),
            keys: self.later_keys.len(),
        }
    }

    /// Did the person end this grant or delegation?
    #[must_use]
    pub fn has_ended(&self, grant: &ObjectId) -> bool {
        self.revoked.contains(grant)
    }

    /// What a grant or mandate that was not revoked permits.
    #[must_use]
    pub fn scope_of(&self, grant: &ObjectId) -> Option<&Scope> {
        if self.revoked.contains(grant) {
            return None;
        }
        let own = self.grants.get(grant).and_then(KeptGrant::grant).map(|own| &own.scope);
        own.or_else(|| self.mandate(grant).map(|mandate| mandate.grant.scope()))
    }

    /// The newest head of the person's log that was witnessed.
    #[must_use]
    pub fn head(&self) -> &Frontier {
        &self.head
    }

    /// How often a branch of the log was left behind by a restore.
    #[must_use]
    pub fn gaps(&self) -> u64 {
        self.gaps
    }

    /// A grant that can be forgotten, under which nothing is held: the oldest that has expired for sure, else that was
    /// revoked, else of all. A person has far fewer that live.
    pub(super) fn spare_grant(&self, now: Now) -> Option<ObjectId> {
        let held: BTreeSet<ObjectId> = self.held.values().map(|held| held.grant).collect();
        let spare = self.grants.iter().filter(|(id, _)| !held.contains(id)).filter_map(|(id, kept)| {
            let (begins, ends) = kept.span()?;
            Some((ends > now.floor, !self.revoked.contains(id), begins, *id))
        });
        spare.min().map(|(.., id)| id)
    }

    pub(super) fn unanswered(&self) -> usize {
        self.askings.values().filter(|asking| asking.awaits_answer()).count()
    }
}
