//! Grants handed on: from this company to its processors, and from others to this one. In: what the company wants
//! a processor to have, the person's answer to the notice, a mandate that a person hands over. Out: effects.
//!
//! The processor gets its chain from the person's node, so the person knows of it before anything can be asked.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Customer, Effect, Effects, Record, Supplier, SupplierError, state::KeptMandate};
use crate::{
    entropy::Entropy,
    field::Selector,
    grant::{Access, Bounds, Chain, Delegation, Scope, VerifiedGrant},
    identity::PublicKey,
    limits,
    message::{DelegationNotice, Mandate, PersonReply, SupplierReply},
    profile::{Invitation, plain_line},
    purpose::Purpose,
    refusal::Refusal,
    rotation::Anybody,
    signed::{ObjectId, Verified},
    time::{Days, Now, Timestamp},
};

/// What a company hands on.
#[derive(Clone, Debug)]
pub struct Delegate {
    /// The person whose data it is about.
    pub person: PublicKey,
    /// The processor's invitation.
    pub processor: Invitation,
    /// The fields that are handed on.
    pub fields: BTreeSet<Selector>,
    /// What the processor may use them for.
    pub purposes: BTreeSet<Purpose>,
    /// How the processor may have them.
    pub access: Access,
    /// From now until this moment; cut to the end of the grant above.
    pub expires: Timestamp,
    /// How long the processor may keep a value.
    pub retention: Days,
    /// How often it may be used; none for as often as the grant above may.
    pub uses: Option<u32>,
    /// How many steps below the processor others may go.
    pub delegations: u8,
    /// What both call the matter. At most [`limits::NAME_BYTES`].
    pub reference: String,
}

/// A delegation that this company made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delegated {
    /// As the person's node gets it.
    pub notice: DelegationNotice,
    /// What it permits.
    pub scope: Scope,
    /// When it was made.
    pub at: Timestamp,
    /// Does the person's node know of it?
    pub told: Told,
}

/// What the person's node said to the notice of a delegation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Told {
    /// It was not connected since.
    NotYet,
    /// It knows, and hands the chain to the processor.
    Yes,
    /// It does not take it.
    Refused(Refusal),
}

impl Delegated {
    /// The name of the delegation.
    #[must_use]
    pub fn id(&self) -> ObjectId {
        let chain = &self.notice.chain;
        chain.links.last().map_or_else(|| chain.grant.id(), |link| link.id())
    }
}

impl Supplier {
    /// Hands part of a grant, or of a mandate, to a processor. The person's node is told, meets the processor and
    /// gives it the chain.
    ///
    /// # Errors
    /// [`SupplierError::NoRelationship`], [`SupplierError::NotDelegable`], [`SupplierError::TooWide`],
    /// [`SupplierError::BadProcessor`], [`SupplierError::BadRequest`], [`SupplierError::TooManyDelegations`].
    pub fn delegate(
        &mut self,
        wanted: Delegate,
        now: impl Into<Now>,
        entropy: &mut Entropy,
    ) -> Result<(ObjectId, Effects), SupplierError> {
        let now = now.into();
        let customer = self.customers.get(&wanted.person).ok_or(SupplierError::NoRelationship)?;
        if self.goes_by(&wanted.processor.supplier) || wanted.processor.addresses.is_empty() {
            return Err(SupplierError::BadProcessor);
        }
        if !plain_line(&wanted.reference, limits::NAME_BYTES) {
            return Err(SupplierError::BadRequest);
        }
        let (above, upper, mut chain) =
            customer.widest_for(&wanted, &self.key.public(), now).ok_or(SupplierError::NotDelegable)?;
        let scope = narrowed(&wanted, &upper, now);
        if !scope.well_formed() || !scope.within(&upper) {
            return Err(SupplierError::TooWide);
        }
        // What has ended takes no room, and goes with the commit of the next that comes.
        let over = customer.over(now);
        if customer.delegated.keys().filter(|link| !over.contains(link)).count() >= limits::DELEGATIONS_PER_RELATIONSHIP
        {
            return Err(SupplierError::TooManyDelegations);
        }
        let (delegator, audience) = (self.key.public(), wanted.processor.supplier);
        let link = Delegation { above, delegator, audience, scope: scope.clone(), nonce: entropy.nonce() };
        chain.links.push(Verified::sign(link, &self.key)?.signed().clone());
        let mut effects = Vec::new();
        if !over.is_empty() {
            self.record(&mut effects, Record::Ended { person: wanted.person, links: over });
        }
        let notice = DelegationNotice { chain, processor: wanted.processor, reference: wanted.reference };
        let delegated = Delegated { notice, scope, at: now.wall, told: Told::NotYet };
        let id = delegated.id();
        self.record(&mut effects, Record::Delegated { person: wanted.person, delegated });
        effects.push(Effect::Deliver(wanted.person));
        Ok((id, Effects(effects)))
    }

    /// What the person's node said to a notice.
    pub(super) fn delegation_told(&mut self, person: &PublicKey, link: &ObjectId, reply: &PersonReply) -> Vec<Effect> {
        let told = match reply {
            PersonReply::Noted => Told::Yes,
            // These pass by themselves; the notice goes out again on the next connection.
            PersonReply::Refused(Refusal::Unavailable | Refusal::RateLimited | Refusal::Paused) => return Vec::new(),
            PersonReply::Refused(code) => Told::Refused(*code),
            _ => return Vec::new(),
        };
        let mut effects = Vec::new();
        let known = self.customers.get(person).and_then(|customer| customer.delegated.get(link).cloned());
        if let Some(delegated) = known {
            self.record(
                &mut effects,
                Record::Delegated { person: *person, delegated: Delegated { told, ..delegated } },
            );
        }
        effects
    }

    /// A person's node hands over what this company may use as a processor.
    pub(super) fn mandated(&mut self, person: &PublicKey, mandate: Mandate, now: Now) -> Result<Vec<Effect>, Refusal> {
        let customer = self.customers.get(person).ok_or(Refusal::NotPaired)?;
        if mandate.chain.links.is_empty() || !plain_line(&mandate.reference, limits::NAME_BYTES) {
            return Err(Refusal::Malformed);
        }
        // Who issued the grant is the person under the key of another relationship. That it is the same person is
        // shown by where the chain comes from: the node that this companion is connected with.
        let grant = VerifiedGrant::check(&mandate.chain, &Anybody, &self.keys)?;
        let mut effects = Vec::new();
        if !customer.mandates.contains_key(&grant.id()) {
            let over = customer.over(now);
            let held = customer.mandates.keys().filter(|link| !over.contains(link)).count();
            if held >= limits::DELEGATIONS_PER_RELATIONSHIP {
                return Err(Refusal::RateLimited);
            }
            if !over.is_empty() {
                self.record(&mut effects, Record::Ended { person: *person, links: over });
            }
            self.record(&mut effects, Record::Mandate { person: *person, mandate });
        }
        effects.push(Effect::Reply(SupplierReply::Noted));
        Ok(effects)
    }
}

impl Customer {
    /// The first grant or mandate in force under which this can be handed on: its name, scope and chain.
    /// Of what names the key in force: no other can sign the next link.
    fn widest_for(&self, wanted: &Delegate, key: &PublicKey, now: Now) -> Option<(ObjectId, Scope, Chain)> {
        let fits = |scope: &Scope| {
            let covered = crate::field::expand(&wanted.fields).is_subset(&crate::field::expand(&scope.fields));
            let bounds = &scope.bounds;
            covered && bounds.delegations > 0 && bounds.not_before <= now.latest() && now.latest() < bounds.expires
        };
        let own = self.grants().filter(|grant| grant.audience == *key && fits(&grant.scope)).map(|grant| {
            let chain = Chain { grant: grant.signed().clone(), links: Vec::new() };
            (grant.id(), grant.scope.clone(), chain)
        });
        let lent = self.mandates.values().filter_map(KeptMandate::mandated).map(|mandate| &mandate.grant);
        let lent =
            lent.filter(|grant| grant.holder() == key && fits(grant.scope()) && !self.revoked.contains(&grant.id()));
        let lent = lent.map(|grant| (grant.id(), grant.scope().clone(), grant.chain()));
        let suits = |scope: &Scope| narrowed(wanted, scope, now).within(scope);
        // Where nothing fits wholly, the second says what is too wide, instead of that nothing can be handed on.
        let (mut found, mut second) = (None, None);
        for candidate in own.chain(lent) {
            let place = if suits(&candidate.1) { &mut found } else { &mut second };
            place.get_or_insert(candidate);
        }
        found.or(second)
    }

    /// Delegations and mandates that have expired for sure and under which nothing is held.
    fn over(&self, now: Now) -> BTreeSet<ObjectId> {
        let made = self.delegated.iter().filter(|(_, delegated)| delegated.scope.bounds.expires <= now.floor);
        let lent = self.mandates.iter().filter(|(link, mandate)| {
            mandate.expires().is_none_or(|expires| expires <= now.floor)
                && !self.held.values().any(|held| held.grant == **link)
        });
        made.map(|(link, _)| *link).chain(lent.map(|(link, _)| *link)).collect()
    }
}

/// The scope of a delegation below `above`.
fn narrowed(wanted: &Delegate, above: &Scope, now: Now) -> Scope {
    let bounds = Bounds {
        per_hour: above.bounds.per_hour,
        uses: wanted.uses.or(above.bounds.uses),
        not_before: now.wall.max(above.bounds.not_before),
        expires: wanted.expires.min(above.bounds.expires),
        retention: wanted.retention,
        delegations: wanted.delegations,
    };
    Scope { fields: wanted.fields.clone(), purposes: wanted.purposes.clone(), access: wanted.access, bounds }
}
