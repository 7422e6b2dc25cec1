//! Everything about one supplier.

use std::collections::BTreeSet;

use regie_protocol::{
    ErasureReceipt, FieldPath, ObjectId, PublicKey, Verified,
    person::{OwnerError, Record, Relationship},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    GrantTerms, ListedGrant, ListedSupplier, LogEntry, Node, OnNode, Permits, ShownContract, ShownOrganisation,
    WaitingRequest, WishedFor,
};
use crate::{clock::text, command::Failure, driver::Turn, person::tables, store::Read as _, verb::Verb};

/// Entries of the log shown.
const ENTRIES: usize = 50;
/// Erasure receipts shown.
const RECEIPTS: usize = 50;
/// Grants shown.
const GRANTS: usize = 256;

/// Shows a supplier.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Supplier {
    /// Which, by name or key.
    pub supplier: String,
}

/// All about a supplier.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SupplierDetail {
    /// What a list shows.
    #[serde(flatten)]
    pub listed: ListedSupplier,
    /// Where a question can be asked.
    pub contact: String,
    /// The key by which it knows the person.
    pub known_to_it_as: PublicKey,
    /// When the relationship began, RFC 3339.
    pub since: String,
    /// Where it is reached.
    pub addresses: Vec<String>,
    /// What it would like to know.
    pub wishes: Vec<WishedFor>,
    /// What the agreement permits and demands.
    pub terms: Terms,
    /// Its grants; the first 256.
    pub grants: Vec<HeldGrant>,
    /// What it handed on to processors.
    pub handed_on: Vec<ListedGrant>,
    /// What it had a value of.
    pub knows: Vec<KnownField>,
    /// Its requests that wait for the person's word.
    pub waiting: Vec<WaitingRequest>,
    /// The newest 50 entries of the log with it.
    pub history: Vec<LogEntry>,
    /// Its newest 50 erasure receipts.
    pub receipts: Vec<Erasure>,
    /// Entries of the log with it.
    pub log_entries: u64,
    /// The organisations on the person's list that it is.
    pub organisations: Vec<ShownOrganisation>,
    /// The contracts with it, also those that were kept before it had a companion.
    pub contracts: Vec<ShownContract>,
}

/// What an agreement permits and demands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Terms {
    /// What it permits.
    #[serde(flatten)]
    pub permits: Permits,
    /// Must the supplier hand the person's data out for them to take along?
    pub portability: bool,
}

/// A grant of the supplier.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct HeldGrant {
    /// What it permits.
    #[serde(flatten)]
    pub terms: GrantTerms,
    /// Does it open anything?
    pub live: bool,
}

/// A field of which the supplier had a value.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct KnownField {
    /// Which.
    pub field: FieldPath,
    /// When it was last told, RFC 3339.
    pub at: String,
    /// Under which grant.
    pub grant: ObjectId,
    /// Was the grant not revoked since?
    pub current: bool,
}

/// What a supplier signed for having erased.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Erasure {
    /// The receipt.
    pub receipt: ObjectId,
    /// The grant under which the values were held.
    pub grant: ObjectId,
    /// The fields.
    pub fields: BTreeSet<FieldPath>,
    /// When, RFC 3339.
    pub at: String,
}

impl Verb for Supplier {
    const NAME: &'static str = "supplier";
    type Answer = SupplierDetail;
}

impl OnNode for Supplier {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<SupplierDetail, Failure> {
        node.supplier(&node.find_supplier(&self.supplier)?)
    }
}

impl Node {
    /// All about a supplier.
    pub(in crate::person) fn supplier(&self, supplier: &PublicKey) -> Result<SupplierDetail, Failure> {
        let relationship = self.machine.relationship(supplier).ok_or(OwnerError::NoRelationship)?;
        let (profile, stored) = (relationship.profile(), relationship.stored());
        let terms = stored.agreement.terms();
        let waiting = relationship.waiting().map(|w| Self::waiting(supplier, relationship, w, None));
        Ok(SupplierDetail {
            listed: self.listed(supplier, relationship),
            contact: profile.contact.clone(),
            known_to_it_as: relationship.key().public(),
            since: text(stored.since),
            addresses: profile.addresses.clone(),
            wishes: profile.wishes.iter().map(WishedFor::from).collect(),
            terms: Terms { permits: terms.into(), portability: terms.portability },
            grants: self.grants_of(relationship),
            handed_on: self.mandates(Some(supplier)),
            knows: self.known_to(relationship),
            waiting: waiting.collect(),
            history: self.log_page(Some(*supplier), None, None, ENTRIES)?.items,
            receipts: self.receipts(supplier)?,
            log_entries: relationship.log().size(),
            organisations: self.organisations_of(supplier)?,
            contracts: self.contracts_with(supplier)?,
        })
    }

    fn grants_of(&self, relationship: &Relationship) -> Vec<HeldGrant> {
        let terms = relationship.grants().map(|grant| self.grant_terms(&relationship.profile().name, grant));
        terms.take(GRANTS).map(|terms| HeldGrant { live: terms.live(), terms }).collect()
    }

    fn known_to(&self, relationship: &Relationship) -> Vec<KnownField> {
        let known = relationship.knows().iter().map(|(field, known)| KnownField {
            field: *field,
            at: text(known.at),
            grant: known.grant,
            current: !regie_protocol::GrantState::revoked(&self.machine, &known.grant),
        });
        known.collect()
    }

    fn receipts(&self, supplier: &PublicKey) -> Result<Vec<Erasure>, Failure> {
        let mut found: Vec<Verified<ErasureReceipt>> = Vec::new();
        for (_, record) in self.store.group(tables::RECEIPTS, supplier)? {
            if let Record::Receipt { receipt, .. } = record {
                found.extend(receipt.verify());
            }
        }
        found.sort_by_key(|receipt| std::cmp::Reverse(receipt.at));
        let shown = found.into_iter().take(RECEIPTS).map(|receipt| Erasure {
            receipt: receipt.id(),
            grant: receipt.grant,
            fields: receipt.fields.clone(),
            at: text(receipt.at),
        });
        Ok(shown.collect())
    }
}
