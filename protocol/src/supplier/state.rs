//! What a companion knows, and the records that rebuild it. In: records in order. Out: the state. Values pass
//! through a record into the store; the state keeps only which fields are held, under which grant, until when.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Effect;
use crate::{
    agreement::Agreement,
    field::{AskedPath, FieldPath, Observed},
    grant::Grant,
    identity::{Keypair, Nonce, PublicKey},
    merkle::Frontier,
    profile::Profile,
    refusal::Refusal,
    request::DataRequest,
    signed::{ObjectId, Signed, Verified},
    time::Timestamp,
};

/// The whole state of a companion, except the values.
pub struct Supplier {
    pub(super) key: Keypair,
    pub(super) profile: Option<Verified<Profile>>,
    pub(super) invites: BTreeMap<Nonce, Invite>,
    pub(super) customers: BTreeMap<PublicKey, Customer>,
}

/// An invitation that can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// How many persons may still answer it; none for a public one.
    pub uses: Option<u32>,
    /// Not from this moment on.
    pub expires: Timestamp,
}

/// One person, as the companion sees it.
#[derive(Debug)]
pub struct Customer {
    pub(super) agreement: Agreement,
    pub(super) grants: BTreeMap<ObjectId, Verified<Grant>>,
    pub(super) revoked: BTreeSet<ObjectId>,
    pub(super) held: BTreeMap<FieldPath, Held>,
    pub(super) askings: BTreeMap<Nonce, Asking>,
    pub(super) in_flight: BTreeSet<Nonce>,
    pub(super) head: Frontier,
    pub(super) epoch: u32,
    pub(super) gaps: u64,
}

/// Under which grant a value is held and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The grant.
    pub grant: ObjectId,
    /// To be erased at this moment.
    pub until: Timestamp,
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
    /// Refused fields.
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
    Profile { profile: Signed<Profile> },
    Invite { id: Nonce, invite: Invite },
    Customer { person: PublicKey, agreement: Agreement },
    Grant { person: PublicKey, grant: Signed<Grant> },
    Revoked { person: PublicKey, grant: ObjectId },
    Asking { asking: Asking },
    Head { person: PublicKey, head: Frontier, epoch: u32, gaps: u64 },
    Value { person: PublicKey, field: FieldPath, held: Held, observed: Observed },
    Erased { person: PublicKey, fields: BTreeSet<FieldPath> },
}

impl Supplier {
    /// A companion that knows nobody yet.
    #[must_use]
    pub fn new(key: Keypair) -> Self {
        Self { key, profile: None, invites: BTreeMap::new(), customers: BTreeMap::new() }
    }

    /// Replays one stored record.
    ///
    /// # Errors
    /// What a signature check says of a stored object that no longer verifies.
    pub fn restore(&mut self, record: &Record) -> Result<(), Refusal> {
        self.apply(record)
    }

    /// The companion's key.
    #[must_use]
    pub fn key(&self) -> &Keypair {
        &self.key
    }

    /// The profile in force.
    #[must_use]
    pub fn profile(&self) -> Option<&Profile> {
        self.profile.as_deref()
    }

    /// The persons it has a relationship with.
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
            Record::Profile { profile } => self.profile = Some(profile.clone().verify()?),
            Record::Invite { id, invite } => drop(self.invites.insert(*id, *invite)),
            Record::Customer { person, agreement } => {
                self.customers.entry(*person).or_insert_with(|| Customer::new(*agreement));
            }
            Record::Grant { person, grant } => {
                let verified = grant.clone().verify()?;
                self.with(person)?.grants.insert(verified.id(), verified);
            }
            Record::Revoked { person, grant } => drop(self.with(person)?.revoked.insert(*grant)),
            Record::Asking { asking } => {
                drop(self.with(&asking.request.person)?.askings.insert(asking.request.id, asking.clone()));
            }
            Record::Head { person, head, epoch, gaps } => {
                let customer = self.with(person)?;
                customer.epoch = *epoch;
                customer.head.clone_from(head);
                customer.gaps = *gaps;
            }
            Record::Value { person, field, held, .. } => drop(self.with(person)?.held.insert(*field, *held)),
            Record::Erased { person, fields } => self.with(person)?.held.retain(|field, _| !fields.contains(field)),
        }
        Ok(())
    }

    fn with(&mut self, person: &PublicKey) -> Result<&mut Customer, Refusal> {
        self.customers.get_mut(person).ok_or(Refusal::NotPaired)
    }
}

impl Customer {
    fn new(agreement: Agreement) -> Self {
        Self {
            agreement,
            grants: BTreeMap::new(),
            revoked: BTreeSet::new(),
            held: BTreeMap::new(),
            askings: BTreeMap::new(),
            in_flight: BTreeSet::new(),
            head: Frontier::default(),
            epoch: 0,
            gaps: 0,
        }
    }

    /// The agreement in force.
    #[must_use]
    pub fn agreement(&self) -> Agreement {
        self.agreement
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
        self.grants.values().filter(|grant| !self.revoked.contains(&grant.id()))
    }

    /// The newest head of the person's log that was witnessed.
    #[must_use]
    pub fn head(&self) -> &Frontier {
        &self.head
    }

    /// How often the log had grown by more than could be followed, or begun again after a restore.
    #[must_use]
    pub fn gaps(&self) -> u64 {
        self.gaps
    }

    pub(super) fn unanswered(&self) -> usize {
        self.askings.values().filter(|asking| asking.awaits_answer()).count()
    }
}
