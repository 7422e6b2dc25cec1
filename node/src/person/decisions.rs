//! What the person decides about: requests that wait, grants. In: the machine. Out: each as the owner sees it, and the one
//! that an id or the end of an id names.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    Agreement, AskedPath, Collection, Days, Nonce, ObjectId, PublicKey, Purpose, Refusal, Selector, VerifiedGrant,
    person::{Mandated, OwnerError, Relationship, Waiting, opens},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, Who};
use crate::{
    clock::text,
    command::{Failure, access_name},
};

/// Fewest last characters of an id that stand for it.
pub(super) const ID_END: usize = 6;
/// Processors shown that wait for the person's word.
const PROCESSORS: usize = 256;

/// A request that waits for the person's word.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WaitingRequest {
    /// Its id.
    pub id: Nonce,
    /// Who asks.
    pub supplier: PublicKey,
    /// What it calls itself.
    pub name: String,
    /// The fields, each with the rule that made it wait.
    pub fields: BTreeMap<AskedPath, String>,
    /// Fields of the same request that were given at once, where there was a value.
    pub given: BTreeSet<AskedPath>,
    /// Fields of the same request that were refused at once, each with why.
    pub refused: BTreeMap<AskedPath, Refusal>,
    /// What they are asked for.
    pub purpose: Purpose,
    /// The same in plain English.
    pub plain_purpose: String,
    /// Why, in the supplier's words.
    pub reason: String,
    /// How it wants to have them: `read_once`, `read` or `subscribe`.
    pub access: String,
    /// How long the grant would live.
    pub grant_days: Days,
    /// How long it would keep a value.
    pub retention_days: Days,
    /// How many steps below it processors may go.
    pub delegations: u8,
    /// The agreement in force.
    pub agreement: Agreement,
    /// When it came, RFC 3339.
    pub at: String,
    /// Who the supplier is; absent where the answer has that already.
    #[serde(flatten)]
    pub who: Option<Who>,
}

/// What a grant permits, and whether it lives.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GrantTerms {
    /// Its id; of one that was handed on, the delegation's.
    pub grant: ObjectId,
    /// What its holder calls itself.
    pub name: String,
    /// Fields and closed groups.
    pub fields: BTreeSet<Selector>,
    /// Purposes; each takes in the narrower ones.
    pub purposes: BTreeSet<Purpose>,
    /// How they may be had: `read_once`, `read`, `subscribe` or `write`.
    pub access: String,
    /// The collection that it opens, where it opens one.
    pub collection: Option<Collection>,
    /// When it ends, RFC 3339.
    pub expires: String,
    /// How long a value may be kept.
    pub retention_days: Days,
    /// How many links may follow below.
    pub delegations: u8,
    /// The agreement that it names.
    pub agreement: Agreement,
    /// `live`, or the code of why it opens nothing.
    pub state: String,
}

impl GrantTerms {
    /// Does it open anything?
    #[must_use]
    pub fn live(&self) -> bool {
        self.state == "live"
    }
}

/// A processor of a supplier's that waits for the person's word: nothing was said to it yet.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WaitingProcessor {
    /// The delegation's id.
    pub delegation: ObjectId,
    /// The supplier that hands on.
    pub supplier: PublicKey,
    /// What that calls itself.
    pub name: String,
    /// The processor's key.
    pub processor: PublicKey,
    /// The name of a supplier of the person's that has this key; none where the person does not deal with it.
    pub known_as: Option<String>,
    /// Where it is found, as the supplier says.
    pub addresses: Vec<String>,
    /// What the two call the matter.
    pub reference: String,
    /// Fields and closed groups.
    pub fields: BTreeSet<Selector>,
    /// Purposes; each takes in the narrower ones.
    pub purposes: BTreeSet<Purpose>,
    /// How they may be had: `read_once`, `read` or `subscribe`.
    pub access: String,
    /// When it ends, RFC 3339.
    pub expires: String,
    /// How long a value may be kept.
    pub retention_days: Days,
    /// When the supplier told of it, RFC 3339.
    pub at: String,
}

/// How a grant came to a processor.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct HandedOn {
    /// Who holds it.
    pub processor: PublicKey,
    /// The supplier that handed it on, by name.
    pub handed_on_by: String,
    /// The grant at the top.
    pub under: ObjectId,
    /// What the two call the matter.
    pub reference: String,
    /// Does it wait for the person's word on the processor?
    pub waits: bool,
}

/// A grant in a list.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ListedGrant {
    /// What it permits.
    #[serde(flatten)]
    pub terms: GrantTerms,
    /// How it came to a processor; absent for a grant of the person's own.
    #[serde(flatten)]
    pub handed_on: Option<HandedOn>,
    /// Who its holder is; absent where there is no relationship any more.
    #[serde(flatten)]
    pub who: Option<Who>,
}

impl Node {
    /// A waiting request, as the owner sees it.
    pub(super) fn waiting(
        supplier: &PublicKey,
        relationship: &Relationship,
        waiting: &Waiting,
        who: Option<Who>,
    ) -> WaitingRequest {
        WaitingRequest {
            id: waiting.id,
            supplier: *supplier,
            name: relationship.profile().name.clone(),
            fields: waiting.fields.clone(),
            given: waiting.given.clone(),
            refused: waiting.refused.clone(),
            purpose: waiting.purpose,
            plain_purpose: crate::sentences::purpose(waiting.purpose),
            reason: waiting.reason.clone(),
            access: access_name(waiting.access).to_owned(),
            grant_days: waiting.duration,
            retention_days: waiting.retention,
            delegations: waiting.delegations,
            agreement: relationship.stored().agreement,
            at: text(waiting.at),
            who,
        }
    }

    /// A grant, as the owner sees it.
    pub(super) fn grant_terms(&self, name: &str, grant: &VerifiedGrant) -> GrantTerms {
        let scope = grant.scope();
        let state = grant.live(&self.machine, self.clock.look()).map_or_else(|code| code.code(), |_| "live");
        GrantTerms {
            grant: grant.id(),
            name: name.to_owned(),
            fields: scope.fields.clone(),
            purposes: scope.purposes.clone(),
            access: access_name(scope.access).to_owned(),
            collection: opens(grant),
            expires: text(scope.bounds.expires),
            retention_days: scope.bounds.retention,
            delegations: scope.bounds.delegations,
            agreement: grant.root().agreement,
            state: state.to_owned(),
        }
    }

    /// The person's grants to those suppliers that are wanted, those that ended too.
    pub(super) fn own_grants(&self, wanted: impl Fn(&PublicKey, &Relationship) -> bool) -> Vec<ListedGrant> {
        let all = self.machine.relationships().filter(|(key, relationship)| wanted(key, relationship));
        let all = all.flat_map(|(key, r)| r.grants().map(move |grant| (key, r, grant)));
        let listed = all.map(|(key, r, grant)| ListedGrant {
            terms: self.grant_terms(&r.profile().name, grant),
            handed_on: None,
            who: Some(self.who_is(key, r)),
        });
        listed.collect()
    }

    /// What suppliers handed on to processors; of one supplier, or of all.
    pub(super) fn mandates(&self, from: Option<&PublicKey>) -> Vec<ListedGrant> {
        let wanted = |mandate: &Mandated| from.is_none_or(|from| mandate.from() == from);
        let all = self.machine.all_mandates().filter(|(_, _, mandate)| wanted(mandate));
        all.map(|(processor, _, mandate)| ListedGrant {
            terms: self.grant_terms(&self.processor_name(processor, mandate), &mandate.grant),
            handed_on: Some(HandedOn {
                processor: *mandate.grant.holder(),
                handed_on_by: self.name_of(mandate.from()),
                under: mandate.root().id(),
                reference: mandate.stored.reference.clone(),
                waits: mandate.stored.waits,
            }),
            who: self.who(processor),
        })
        .collect()
    }

    /// The processors that wait for the person's word, one row for each delegation in force; the first 256.
    pub(super) fn waiting_processors(&self) -> Vec<WaitingProcessor> {
        let now = self.clock.look();
        let all = self.machine.all_mandates();
        let waits = all.filter(|(_, _, mandate)| mandate.stored.waits && self.machine.is_live(&mandate.grant, now));
        waits.take(PROCESSORS).map(|(_, link, mandate)| self.waiting_processor(link, mandate)).collect()
    }

    fn waiting_processor(&self, link: &ObjectId, mandate: &Mandated) -> WaitingProcessor {
        let (scope, processor) = (mandate.grant.scope(), *mandate.grant.holder());
        let invitation = mandate.stored.invitation.as_ref();
        WaitingProcessor {
            delegation: *link,
            supplier: *mandate.from(),
            name: self.name_of(mandate.from()),
            processor,
            known_as: self.machine.known_as(&processor).map(|known| self.name_of(&known)),
            addresses: invitation.map(|invitation| invitation.addresses.clone()).unwrap_or_default(),
            reference: mandate.stored.reference.clone(),
            fields: scope.fields.clone(),
            purposes: scope.purposes.clone(),
            access: access_name(scope.access).to_owned(),
            expires: text(scope.bounds.expires),
            retention_days: scope.bounds.retention,
            at: text(mandate.stored.at),
        }
    }

    /// What a processor calls itself, or its key before it was met.
    fn processor_name(&self, name: &PublicKey, mandate: &Mandated) -> String {
        let met = self.machine.relationship(name);
        met.map_or_else(|| mandate.grant.holder().to_string(), |known| known.profile().name.clone())
    }

    /// A waiting request by its id, or by an end of it that only one has.
    pub(super) fn find_request(&self, text: &str) -> Result<Nonce, Failure> {
        let all = self.machine.relationships().flat_map(|(_, r)| r.waiting().map(|waiting| waiting.id));
        only(all, text).ok_or_else(|| OwnerError::NoRequest.into())
    }

    /// A grant by its id, or by an end of it that only one has.
    pub(super) fn find_grant(&self, text: &str) -> Result<ObjectId, Failure> {
        let own = self.machine.relationships().flat_map(|(_, r)| r.grants().map(|grant| grant.root().id()));
        let all = own.chain(self.machine.all_mandates().map(|(_, link, _)| *link));
        only(all, text).ok_or_else(|| OwnerError::NoGrant.into())
    }
}

/// The one id that is this text or ends in it.
fn only<T: ToString>(ids: impl Iterator<Item = T>, text: &str) -> Option<T> {
    if text.len() < ID_END {
        return None;
    }
    let mut found = ids.filter(|id| id.to_string().ends_with(text));
    found.next().filter(|_| found.next().is_none())
}
