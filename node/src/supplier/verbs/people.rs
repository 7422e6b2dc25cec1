//! The persons, what is held of them, and the requests to them.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    Agreement, AskedPath, FieldPath, Nonce, ObjectId, PublicKey, Purpose, Refusal, Value,
    merkle::Hash,
    supplier::{Asking, Customer, Held, Record},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{
    clock,
    command::Failure,
    driver::Turn,
    sentences,
    supplier::{
        World,
        labels::Thing,
        runs::{LeftBranch, branches},
        tables,
    },
    verb::Verb,
};

/// Asks for all persons.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct People {}

/// A person, as the company knows them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct KnownPerson {
    /// The key of the relationship.
    pub person: PublicKey,
    /// By what the company's other systems know them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Is their node connected?
    pub connected: bool,
    /// How their clock differs, in words, where that keeps requests from being sent.
    pub clock_differs: Option<String>,
    /// What was agreed.
    pub agreement: Agreement,
    /// Grants that they gave.
    pub grants: Vec<GivenGrant>,
    /// Values that are held.
    pub held: Vec<HeldValue>,
    /// Requests to them.
    pub requests: Vec<SentRequest>,
    /// How far their log is witnessed.
    pub witnessed: Witnessed,
}

/// A grant of a person's.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GivenGrant {
    /// Its id.
    pub grant: ObjectId,
    /// The random number in it.
    pub nonce: Nonce,
}

/// A value that is held.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct HeldValue {
    /// Of which field.
    pub field: FieldPath,
    /// It; none where its row can't be read.
    pub value: Option<Value>,
    /// Where the person has it from, in words.
    pub provenance: Option<String>,
    /// Why what an issuer is said to vouch for does not hold, as a code; none where it does, or nobody is said to.
    pub attestation_doubt: Option<String>,
    /// Under which grant.
    pub grant: ObjectId,
    /// Until when it may be kept, RFC 3339.
    pub keep_until: String,
}

/// A request, and what came of it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SentRequest {
    /// Its id.
    pub request: Nonce,
    /// Why it was made.
    pub purpose: Purpose,
    /// Has any answer come?
    pub answered: bool,
    /// Fields that were given, or that are allowed and empty.
    pub given: BTreeSet<AskedPath>,
    /// Fields that wait for the person's word.
    pub waiting: BTreeSet<AskedPath>,
    /// Refused fields, each with its code.
    pub refused: BTreeMap<AskedPath, Refusal>,
    /// The code with which all of it was refused.
    pub rejected: Option<Refusal>,
}

/// How far a person's log is witnessed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Witnessed {
    /// Entries.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// How often a restore of their node left a branch of it behind.
    pub gaps: u64,
    /// Those branches, the newest 16.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<LeftBranch>,
}

impl Verb for People {
    const NAME: &'static str = "people";
    type Answer = Vec<KnownPerson>;
}

impl OnCompanion for People {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<Vec<KnownPerson>, Failure> {
        for person in companion.everybody()? {
            companion.load_requests(&person)?;
        }
        for (person, customer) in companion.machine.customers() {
            let fields = customer.held().keys().map(|field| AskedPath::from(*field)).collect();
            companion.note_owners_reading(World::of(customer.test()), person, fields, turn);
        }
        companion.machine.customers().map(|(key, customer)| companion.known_person(key, customer)).collect()
    }
}

impl Companion {
    fn known_person(&self, person: &PublicKey, customer: &Customer) -> Result<KnownPerson, Failure> {
        let grants = customer.grants().map(|grant| GivenGrant { grant: grant.id(), nonce: grant.nonce });
        let (size, root, gaps) = (customer.head().size(), customer.head().root(), customer.gaps());
        Ok(KnownPerson {
            person: *person,
            reference: self.label(&Thing::Relationship(*person))?.reference().map(str::to_owned),
            connected: self.is_connected(person),
            clock_differs: self.differs(person),
            agreement: customer.agreement(),
            grants: grants.collect(),
            held: customer.held().iter().map(|(field, held)| self.held(person, *field, held)).collect(),
            requests: customer.askings().map(SentRequest::of).collect(),
            witnessed: Witnessed { size, root, gaps, branches: branches(customer.runs()) },
        })
    }

    fn held(&self, person: &PublicKey, field: FieldPath, held: &Held) -> HeldValue {
        let observed = match self.record(tables::HELD_VALUES, person, field) {
            Ok(Some(Record::Value { observed, .. })) => Some(observed),
            _ => None,
        };
        let vouched = observed.as_ref().and_then(|observed| self.vouched(field, held, observed));
        HeldValue {
            field,
            value: observed.as_ref().map(|observed| observed.value.clone()),
            provenance: observed.map(|observed| sentences::provenance(&observed.provenance)),
            attestation_doubt: vouched.and_then(|vouched| vouched.doubt).map(str::to_owned),
            grant: held.grant,
            keep_until: clock::text(held.until),
        }
    }
}

impl SentRequest {
    fn of(asking: &Asking) -> Self {
        Self {
            request: asking.request.id,
            purpose: asking.request.purpose,
            answered: asking.answered,
            given: asking.given.clone(),
            waiting: asking.waiting.clone(),
            refused: asking.refused.clone(),
            rejected: asking.rejected,
        }
    }
}
