//! What pages and lists show of suppliers. In: the machine. Out: one as a line of a list, its wishes and its terms, with
//! the bounds of each.

use std::collections::BTreeSet;

use regie_protocol::{Agreement, AgreementTerms, Days, FieldPath, PublicKey, Purpose, Wish, person::Relationship};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, Who, removal::RelationshipState};
use crate::clock::text;

/// A supplier in a list.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ListedSupplier {
    /// The name of the relationship: the key by which it was met.
    pub supplier: PublicKey,
    /// What it calls itself.
    pub name: String,
    /// Its sector, by its profile.
    pub sector: String,
    /// Its domain, by its profile; empty where it names none.
    pub domain: String,
    /// What was agreed.
    pub agreement: Agreement,
    /// How it stands with it.
    pub state: RelationshipState,
    /// Grants that live.
    pub live_grants: usize,
    /// Its requests that wait for the person's word.
    pub requests_waiting: usize,
    /// What is yet to be signed for by it.
    pub undelivered: usize,
    /// When something was last said, RFC 3339.
    pub last_contact: String,
    /// The groups of which it had a field.
    pub groups: BTreeSet<String>,
    /// The supplier whose processor it is, by name; none where the person paired with it.
    pub introduced_by: Option<String>,
    /// Who it is.
    #[serde(flatten)]
    pub who: Who,
}

/// What a supplier would like to know, and why.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WishedFor {
    /// The fields.
    pub fields: BTreeSet<FieldPath>,
    /// What for.
    pub purpose: Purpose,
    /// The same in plain English.
    pub plain_purpose: String,
    /// Why, in the supplier's words.
    pub reason: String,
    /// How long it would keep a value.
    pub retention_days: Days,
}

impl From<&Wish> for WishedFor {
    fn from(wish: &Wish) -> Self {
        Self {
            fields: wish.fields.clone(),
            purpose: wish.purpose,
            plain_purpose: crate::sentences::purpose(wish.purpose),
            reason: wish.reason.clone(),
            retention_days: wish.retention,
        }
    }
}

/// What an agreement permits beyond delivering the service.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Permits {
    /// Analytics by the supplier.
    pub analytics: bool,
    /// Tracking by the supplier.
    pub tracking: bool,
    /// Profiling by the supplier.
    pub profiling: bool,
    /// Sharing of anonymised data with third parties.
    pub third_parties: bool,
}

impl From<AgreementTerms> for Permits {
    fn from(terms: AgreementTerms) -> Self {
        let AgreementTerms { analytics, tracking, profiling, third_parties, .. } = terms;
        Self { analytics, tracking, profiling, third_parties }
    }
}

impl Node {
    /// A supplier as a line of a list.
    pub(super) fn listed(&self, key: &PublicKey, relationship: &Relationship) -> ListedSupplier {
        let (profile, now) = (relationship.profile(), self.clock.look());
        ListedSupplier {
            supplier: *key,
            name: profile.name.clone(),
            sector: profile.sector.clone(),
            domain: profile.domain.clone(),
            agreement: relationship.stored().agreement,
            state: self.state_of(key, relationship),
            live_grants: relationship.grants().filter(|g| g.live(&self.machine, now).is_ok()).count(),
            requests_waiting: relationship.waiting().count(),
            undelivered: relationship.undelivered(),
            last_contact: text(relationship.last()),
            groups: relationship.knows().keys().map(|field| field.info().group.to_owned()).collect(),
            introduced_by: relationship.stored().introduced_by.map(|from| self.name_of(&from)),
            who: self.who_is(key, relationship),
        }
    }
}
