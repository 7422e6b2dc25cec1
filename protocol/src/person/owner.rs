//! What the person says: pair, allow, refuse, grant, revoke, change a field, change a default. In: the
//! owner's action. Out: effects, or an error with a code.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Effect, Host, Person, Plan, Record, Removed, StoredRelationship, Waiting, entry::unreadable, from_supplier,
    relies_on, requests,
};
use crate::{
    agreement::Agreement,
    audit::{Event, Log},
    coded::coded,
    decision, departure,
    entropy::Entropy,
    field::{AskedPath, FieldPath, Selector, expand},
    grant::{Access, LiveGrant},
    identity::{Keypair, Nonce, PublicKey},
    limits, merkle,
    message::ToSupplier,
    policy::{Answer, Policy, Rule, SAID, What, Who},
    profile::{Acceptance, Agreed, Alternative, Pairing, Profile},
    purpose::Purpose,
    refusal::Refusal,
    renewal::Renewal,
    revocation::Revocation,
    rotation::Lineage,
    signed::{ObjectId, Signed, Verified},
    time::{Days, Now},
    wire,
};

/// Why an action of the person's can't be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OwnerError {
    /// No such relationship.
    #[error("no relationship with that supplier")]
    NoRelationship,
    /// No such waiting request.
    #[error("no such request waits")]
    NoRequest,
    /// That request asks for other fields, or none was chosen.
    #[error("that request does not wait for those fields")]
    NotAsked,
    /// No such live grant.
    #[error("no such grant")]
    NoGrant,
    /// No such item.
    #[error("no such item, or it is decided already")]
    NoItem,
    /// Out of bounds.
    #[error(
        "an act names a contract by its number or product, or a right in at most {} bytes of words",
        limits::TEXT_BYTES
    )]
    BadAct,
    /// It was said, and is not answered.
    #[error("the supplier was told just that, and has not answered")]
    ActedAlready,
    /// As many acts are open as the bound allows.
    #[error("{} acts towards this supplier wait for its answer, the bound", limits::ACTS_PER_RELATIONSHIP)]
    TooManyActs,
    /// No such segment.
    #[error("no such segment is published, or not for that")]
    NoSegment,
    /// The predicate is not true of the person.
    #[error("what the person holds does not fit that segment")]
    DoesNotFit,
    /// Of one of the segment's fields the supplier has heard enough.
    #[error("the supplier has heard of enough patterns over that field for now")]
    EnoughSaid,
    /// A person is counted for a segment once.
    #[error("the person was counted for that segment already")]
    Counted,
    /// Too much would be known.
    #[error("the privacy budget does not allow that answer now")]
    BudgetSpent,
    /// As many are kept as the bound allows.
    #[error("the word on {} segments of this supplier is remembered, the bound", limits::SEGMENTS_SAID)]
    TooManySegments,
    /// No such intent.
    #[error("no such intent is open")]
    NoIntent,
    /// No such offer.
    #[error("no such offer is kept")]
    NoOffer,
    /// The offer has ended, or its intent has.
    #[error("that offer or its intent is over")]
    OfferOver,
    /// Out of bounds.
    #[error(
        "an intent lives 1 to {} days, has at most {} details of one line of {} bytes, takes 1 to {} offers of one \
         supplier and shows 1 to {} in all",
        limits::INTENT_DAYS,
        limits::DETAILS,
        limits::DETAIL_BYTES,
        limits::OFFERS_PER_SUPPLIER,
        limits::OFFERS_KEPT
    )]
    BadIntent,
    /// As many are kept as the bound allows.
    #[error("{} intents are open, the bound", limits::INTENTS_OPEN)]
    TooManyIntents,
    /// The grant is at an end already.
    #[error("that grant is revoked already")]
    AlreadyRevoked,
    /// Another copy of this node goes on in its place.
    #[error("another copy of this node speaks for the person, so this one has stopped")]
    Superseded,
    /// The node went to another machine.
    #[error("this node moved to another machine, so nothing is changed here")]
    Moved {
        /// Where to, in the person's words; empty where they did not say.
        to: String,
    },
    /// What the other machine is called can't be shown.
    #[error("a machine is called by one line of at most {} bytes", limits::NAME_BYTES)]
    BadPlace,
    /// The person took another key in this relationship as often as it can be.
    #[error("{} keys were taken for this supplier, the bound", limits::RENEWALS)]
    TooManyRenewals,
    /// There is a relationship with this supplier already.
    #[error("paired with this supplier already")]
    AlreadyPaired,
    /// Too many relationships.
    #[error("{} relationships are held, the bound", limits::RELATIONSHIPS)]
    TooManyRelationships,
    /// The supplier's profile or acceptance does not hold.
    #[error("what the supplier showed does not hold: {0}")]
    BadPairing(Mismatch),
    /// A value can't be read.
    #[error("the stored value of {0} can't be read")]
    Unreadable(FieldPath),
    /// The policy is too large.
    #[error("a policy has at most {} rules with names of at most {} bytes", limits::RULES, limits::NAME_BYTES)]
    BadPolicy,
    /// Something in the machine refused.
    #[error("the machine refused: {0}")]
    Refused(Refusal),
}

/// What of a profile or an answer to a proffer does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// The profile is not signed by its key.
    #[error("the profile is not signed by its key")]
    UnsignedProfile,
    /// The profile is of a key that does not follow from the one that is known.
    #[error("the profile is of another key, which was not said before to follow")]
    OtherKey,
    /// The profile is out of bounds.
    #[error("the profile is out of bounds")]
    ProfileBounds,
    /// The alternative is not an answer to this proffer.
    #[error("the alternative does not answer the proffer")]
    Alternative,
    /// The acceptance is not signed by the supplier's key.
    #[error("the acceptance is not signed by its key")]
    UnsignedAcceptance,
    /// The acceptance is of something that was not proffered.
    #[error("the acceptance is not of what was proffered")]
    Acceptance,
}

coded! {
    OwnerError, "owner";
    Self::NoRelationship => "no_relationship";
    Self::NoRequest => "no_request";
    Self::NotAsked => "not_asked";
    Self::NoGrant => "no_grant";
    Self::NoItem => "no_item";
    Self::BadAct => "bad_act" ("bytes": limits::TEXT_BYTES);
    Self::ActedAlready => "acted_already";
    Self::TooManyActs => "too_many_acts" ("most": limits::ACTS_PER_RELATIONSHIP);
    Self::NoSegment => "no_segment";
    Self::DoesNotFit => "does_not_fit";
    Self::EnoughSaid => "enough_said" ("most": limits::WORDS_PER_FIELD, "days": limits::WORD_DAYS);
    Self::Counted => "counted";
    Self::BudgetSpent => "budget_spent";
    Self::TooManySegments => "too_many_segments" ("most": limits::SEGMENTS_SAID);
    Self::NoIntent => "no_intent";
    Self::NoOffer => "no_offer";
    Self::OfferOver => "offer_over";
    Self::BadIntent => "bad_intent" (
        "days": limits::INTENT_DAYS, "details": limits::DETAILS, "bytes": limits::DETAIL_BYTES,
        "offers": limits::OFFERS_PER_SUPPLIER, "kept": limits::OFFERS_KEPT
    );
    Self::TooManyIntents => "too_many_intents" ("most": limits::INTENTS_OPEN);
    Self::AlreadyRevoked => "already_revoked";
    Self::Superseded => "superseded";
    Self::Moved { to } => "moved" ("named": u8::from(!to.is_empty()), "to": to);
    Self::BadPlace => "bad_place" ("bytes": limits::NAME_BYTES);
    Self::TooManyRenewals => "too_many_renewals" ("most": limits::RENEWALS);
    Self::AlreadyPaired => "already_paired";
    Self::TooManyRelationships => "too_many_relationships" ("most": limits::RELATIONSHIPS);
    Self::BadPairing(Mismatch::UnsignedProfile) => "unsigned_profile";
    Self::BadPairing(Mismatch::OtherKey) => "other_key";
    Self::BadPairing(Mismatch::ProfileBounds) => "profile_bounds";
    Self::BadPairing(Mismatch::Alternative) => "alternative";
    Self::BadPairing(Mismatch::UnsignedAcceptance) => "unsigned_acceptance";
    Self::BadPairing(Mismatch::Acceptance) => "acceptance";
    Self::Unreadable(field) => "unreadable" ("field": field.info().path);
    Self::BadPolicy => "bad_policy" ("rules": limits::RULES, "bytes": limits::NAME_BYTES);
    Self::Refused(refusal) => "refused" ("refusal": refusal);
}

impl From<Refusal> for OwnerError {
    fn from(code: Refusal) -> Self {
        Self::Refused(code)
    }
}

impl From<crate::signed::SignedError> for OwnerError {
    fn from(error: crate::signed::SignedError) -> Self {
        Self::Refused(error.into())
    }
}

/// A grant on the person's own initiative.
#[derive(Clone, Debug)]
pub struct NewGrant {
    /// The supplier that gets the grant.
    pub supplier: PublicKey,
    /// The fields that it may have.
    pub fields: BTreeSet<Selector>,
    /// What it may use them for.
    pub purposes: BTreeSet<Purpose>,
    /// How it may have them.
    pub access: Access,
    /// For how long.
    pub duration: Days,
    /// How long values may be kept.
    pub retention: Days,
}

/// What an answer to a waiting request is to mean for later ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Remember {
    /// Nothing is remembered: the word is for this request.
    Once,
    /// The same answer to this supplier, for these fields and this purpose.
    Supplier,
    /// The same answer to every supplier of this sector, for these fields and this purpose.
    Kind,
}

/// A supplier's other proposal, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// Its name, for the proffer that takes it up.
    pub id: ObjectId,
    /// What it is.
    pub agreement: Agreement,
    /// Does it permit nothing beyond what was proffered? Then nobody has to be asked.
    pub stricter: bool,
}

type Effects = Result<Vec<Effect>, OwnerError>;

impl Person {
    /// The key for a relationship of this name that is about to begin.
    #[must_use]
    pub fn pairing_key(&self, name: &PublicKey) -> Keypair {
        match self.introduced_by(name) {
            Some(from) => self.seed.processor(&from, &self.key_behind(name), 0),
            None => self.seed.pairwise(name, 0),
        }
    }

    /// The message that asks a supplier for a relationship of this name: of its key, or that of an [`Introduction`].
    ///
    /// [`Introduction`]: super::Introduction
    ///
    /// # Errors
    /// [`OwnerError::AlreadyPaired`], [`OwnerError::TooManyRelationships`].
    pub fn proffer(
        &self,
        name: &PublicKey,
        invitation: Nonce,
        proffer: Agreement,
        alternative: Option<ObjectId>,
        now: impl Into<Now>,
    ) -> Result<Signed<Pairing>, OwnerError> {
        let now = now.into();
        if self.known_as(name).is_some() {
            return Err(OwnerError::AlreadyPaired);
        }
        if self.relationships.len() >= limits::RELATIONSHIPS {
            return Err(OwnerError::TooManyRelationships);
        }
        let (key, supplier) = (self.pairing_key(name), self.key_behind(name));
        let pairing = Pairing { person: key.public(), supplier, invitation, proffer, alternative, at: now.wall };
        Ok(Verified::sign(pairing, &key)?.signed().clone())
    }

    /// The supplier answered a proffer with another agreement.
    ///
    /// # Errors
    /// [`OwnerError::BadPairing`] where that is not an answer to this proffer.
    pub fn weigh(
        &self,
        supplier: &PublicKey,
        pairing: &Signed<Pairing>,
        answer: Signed<Alternative>,
    ) -> Result<Weighed, OwnerError> {
        let bad = |_| OwnerError::BadPairing(Mismatch::Alternative);
        let answer = from_supplier(answer, supplier).map_err(bad)?;
        let proffered = pairing.clone().verify()?;
        // A proffer that takes an alternative up is accepted or declined: the two do not haggle on.
        if answer.pairing != pairing.id() || answer.person != proffered.person || proffered.alternative.is_some() {
            return Err(bad(Refusal::Unexpected));
        }
        let stricter = answer.agreement.no_looser_than(proffered.proffer);
        Ok(Weighed { id: answer.id(), agreement: answer.agreement, stricter })
    }

    /// The supplier accepted: the relationship begins.
    ///
    /// # Errors
    /// [`OwnerError::BadPairing`] where profile or acceptance is not what was proffered.
    pub(super) fn paired(
        &mut self,
        name: &PublicKey,
        profile: Signed<Profile>,
        acceptance: Signed<Acceptance>,
        pairing: &Signed<Pairing>,
        now: impl Into<Now>,
        entropy: &mut Entropy,
    ) -> Effects {
        let now = now.into();
        let bad = |what| move |_| OwnerError::BadPairing(what);
        let checked = self.look(&self.key_behind(name), profile)?;
        let acceptance = from_supplier(acceptance, &checked.supplier).map_err(bad(Mismatch::UnsignedAcceptance))?;
        let own = self.pairing_key(name).public();
        let proffered = pairing.clone().verify()?;
        let answers = acceptance.pairing == pairing.id() && proffered.person == own && acceptance.person == own;
        if !answers || !acceptance.agreement.no_looser_than(proffered.proffer) {
            return Err(OwnerError::BadPairing(Mismatch::Acceptance));
        }
        let agreement = acceptance.agreement;
        let profile = checked.signed().clone();
        let introduced_by = self.introduced_by(name);
        let agreed = Some(Agreed { pairing: pairing.clone(), acceptance: acceptance.signed().clone() });
        let stored = StoredRelationship {
            profile,
            generation: 0,
            renewals: 0,
            ahead: 0,
            agreement,
            paused: false,
            since: now.wall,
            agreed,
            introduced_by,
            at_once: false,
            lineage: Some(Lineage::of(&checked)),
            // Empty, and not none, which an old record has: what a profile says leads into no private network.
            entered: Some(Vec::new()),
            removed: None,
        };
        let mut effects = Vec::new();
        self.record(&mut effects, Record::Relationship { supplier: *name, stored });
        self.begin_apart(&mut effects, name, entropy);
        self.hear(&mut effects, name, acceptance.at);
        self.log(&mut effects, Log::With(*name), Event::Paired { agreement }, now, entropy)?;
        self.hand_over_all(&mut effects, name, now)?;
        Ok(effects)
    }

    /// The person says where a supplier is: by a link of it that they followed.
    ///
    /// # Errors
    /// [`OwnerError::NoRelationship`].
    pub(super) fn entered(&mut self, name: &PublicKey, addresses: &[String]) -> Effects {
        let stored = &self.relationships.get(name).ok_or(OwnerError::NoRelationship)?.stored;
        let entered: Vec<String> = addresses.iter().take(limits::ADDRESSES).cloned().collect();
        let mut effects = Vec::new();
        if stored.entered.as_ref() != Some(&entered) {
            let stored = StoredRelationship { entered: Some(entered), ..stored.clone() };
            self.record(&mut effects, Record::Relationship { supplier: *name, stored });
        }
        Ok(effects)
    }

    /// Takes another key for a relationship, once the supplier has signed for knowing it; until then the present one holds.
    /// Grants, log and waiting requests go on.
    ///
    /// # Errors
    /// [`OwnerError::NoRelationship`], [`OwnerError::TooManyRenewals`].
    pub(super) fn renew_key(&mut self, supplier: &PublicKey, now: impl Into<Now>) -> Effects {
        let now = now.into();
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        let mut effects = Vec::new();
        // Made from the generation in force, a second one would be of the same key.
        let waits = relationship.outbox.values().any(|waiting| matches!(waiting.message, ToSupplier::Renew(_)));
        if waits {
            return Ok(effects);
        }
        if relationship.stored.renewals >= limits::RENEWALS {
            return Err(OwnerError::TooManyRenewals);
        }
        let next = self.key_of(supplier, &relationship.stored, relationship.stored.generation + 1);
        let (follows, named) = (relationship.key.public(), *relationship.lineage.current());
        let renewal = Renewal { person: next.public(), follows, supplier: named, at: now.wall };
        let renewal = Verified::sign(renewal, &next)?.signed().clone();
        self.depart(&mut effects, *supplier, ToSupplier::Renew(renewal))?;
        effects.push(Effect::Deliver(*supplier));
        Ok(effects)
    }

    /// Is message `number` of the outbox a renewal of the person's key?
    pub(super) fn renews(&self, supplier: &PublicKey, number: u64) -> bool {
        let relationship = self.relationships.get(supplier);
        let waiting = relationship.and_then(|relationship| relationship.outbox.get(&number));
        waiting.is_some_and(|waiting| matches!(waiting.message, ToSupplier::Renew(_)))
    }

    /// Has the person's key here been renewed since the pairing?
    pub(super) fn was_renewed(&self, supplier: &PublicKey) -> bool {
        self.relationships.get(supplier).is_some_and(|relationship| relationship.stored.renewals > 0)
    }

    /// The supplier does not know the present key: the one before is the present one again, and what follows it is told
    /// anew. Nothing of the outbox is taken for delivered.
    pub(super) fn renew_again(&mut self, supplier: &PublicKey, now: Now) -> Effects {
        self.connection_lost(supplier);
        let before = &self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?.stored;
        // What was signed under the key that is stepped back from stays the person's: `ahead` keeps it among theirs.
        let (generation, renewals) = (before.generation.saturating_sub(1), before.renewals.saturating_sub(1));
        let stored = StoredRelationship { generation, renewals, ahead: before.ahead + 1, ..before.clone() };
        let mut effects = Vec::new();
        self.record(&mut effects, Record::Relationship { supplier: *supplier, stored });
        effects.extend(self.renew_key(supplier, now)?);
        effects.push(Effect::KeyRenewed(*supplier));
        Ok(effects)
    }

    /// The supplier knows the person's next key here.
    pub(super) fn key_renewed(
        &mut self,
        supplier: &PublicKey,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<Vec<Effect>, Refusal> {
        let before = &self.relationships.get(supplier).ok_or(Refusal::NotPaired)?.stored;
        let (generation, renewals) = (before.generation + 1, before.renewals + 1);
        let ahead = before.ahead.saturating_sub(1);
        let stored = StoredRelationship { generation, renewals, ahead, ..before.clone() };
        let mut effects = Vec::new();
        self.record(&mut effects, Record::Relationship { supplier: *supplier, stored });
        let key = self.relationships.get(supplier).ok_or(Refusal::NotPaired)?.key.public();
        self.log(&mut effects, Log::With(*supplier), Event::KeyRenewed { key }, now, entropy)?;
        effects.push(Effect::KeyRenewed(*supplier));
        Ok(effects)
    }

    /// Says yes to a waiting request: issues the grant and answers. With `only`, yes to these fields alone: the grant covers
    /// nothing else, and the same answer declines the others.
    ///
    /// # Errors
    /// [`OwnerError::NoRequest`], [`OwnerError::NotAsked`].
    pub(super) fn allow(
        &mut self,
        id: &Nonce,
        only: Option<&BTreeSet<FieldPath>>,
        now: Now,
        host: &mut dyn Host,
    ) -> Effects {
        let entropy = &mut host.entropy();
        let (supplier, waiting) = self.find_waiting(id)?;
        let fields = chosen(&waiting, only)?;
        all_readable(host, &fields)?;
        let purposes = BTreeSet::from([waiting.purpose]);
        let mut scope = requests::scope(
            fields.iter().copied(),
            purposes,
            waiting.access,
            departure::moment(now.wall),
            waiting.duration,
            waiting.retention,
        );
        scope.bounds.delegations = waiting.delegations;
        let mut effects = Vec::new();
        // First what can be refused: an error must leave no change behind that was not made durable.
        let grant = self.issue(&mut effects, &supplier, scope, "you", now, entropy)?;
        self.record(&mut effects, Record::Decided { supplier, id: *id });
        // Of what a revocation withdrew, no rule gives anything back; the person's own yes does.
        self.give_back(&mut effects, &supplier, &fields);
        // Under this grant alone: the yes was to this request, whatever else is granted.
        let releases = self.releases(&supplier, &fields, Some(grant.id()), now);
        self.count_uses(&mut effects, releases.values(), now);
        let mut plan = unasked_plan(supplier, Some(*id), releases, vec![grant]);
        let others =
            waiting.fields.into_keys().filter(|path| path.known().is_none_or(|field| !fields.contains(&field)));
        plan.refused = others.map(|path| (path, Refusal::Declined)).collect();
        effects.push(Effect::Disclose(plan));
        Ok(effects)
    }

    /// Says no to a waiting request.
    ///
    /// # Errors
    /// [`OwnerError::NoRequest`].
    pub(super) fn refuse(&mut self, id: &Nonce) -> Effects {
        let (supplier, waiting) = self.find_waiting(id)?;
        let mut effects = Vec::new();
        self.record(&mut effects, Record::Decided { supplier, id: *id });
        let mut plan = unasked_plan(supplier, Some(*id), BTreeMap::new(), Vec::new());
        plan.refused = waiting.fields.into_keys().map(|path| (path, Refusal::Declined)).collect();
        effects.push(Effect::Disclose(plan));
        Ok(effects)
    }

    /// Writes the rules that make an answer to a waiting request the default for later ones: one per field, or per field of
    /// `only`, replacing rules about the same. The answer itself is for [`Self::allow`] or [`Self::refuse`].
    ///
    /// # Errors
    /// [`OwnerError::NoRequest`], [`OwnerError::NotAsked`], [`OwnerError::BadPolicy`] where the policy is full.
    pub(super) fn remember(
        &mut self,
        id: &Nonce,
        allow: bool,
        only: Option<&BTreeSet<FieldPath>>,
        how: Remember,
        now: impl Into<Now>,
        entropy: &mut Entropy,
    ) -> Effects {
        let now = now.into();
        let (supplier, waiting) = self.find_waiting(id)?;
        let relationship = self.relationships.get(&supplier).ok_or(OwnerError::NoRelationship)?;
        let profile = relationship.profile();
        let (who, whom) = match how {
            Remember::Once => return Ok(Vec::new()),
            Remember::Supplier => (Who::Supplier(supplier), profile.name.clone()),
            Remember::Kind => (Who::Sector(profile.sector.clone()), profile.sector.clone()),
        };
        let answer = if allow { Answer::Allow } else { Answer::Refuse };
        let delegation = waiting.delegations > 0;
        let mut policy = self.policy.clone();
        for field in chosen(&waiting, only)? {
            let (what, why) = (What::Field(field), Some(waiting.purpose));
            let mut name = format!("{SAID}{field}, {}, {whom}", waiting.purpose);
            while name.len() > limits::NAME_BYTES {
                name.pop();
            }
            let rule = Rule { name, who: who.clone(), what, why, agreement: None, retention: None, delegation, answer };
            // Two rules about the same would leave it to the tie, and that goes to refuse, whatever was said last.
            let about = |rule: &Rule| (rule.who.clone(), rule.what.clone(), rule.why, rule.delegation);
            policy.rules.retain(|old| about(old) != about(&rule));
            policy.rules.push(rule);
        }
        self.set_policy(policy, now, entropy)
    }

    /// Pauses a relationship: its requests are refused with a code until it is taken up again.
    ///
    /// # Errors
    /// [`OwnerError::NoRelationship`].
    pub(super) fn pause(
        &mut self,
        supplier: &PublicKey,
        paused: bool,
        now: impl Into<Now>,
        entropy: &mut Entropy,
    ) -> Effects {
        let now = now.into();
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        let mut effects = Vec::new();
        if relationship.stored.paused != paused {
            let stored = StoredRelationship { paused, ..relationship.stored.clone() };
            self.record(&mut effects, Record::Relationship { supplier: *supplier, stored });
            self.log(&mut effects, Log::With(*supplier), Event::Paused { paused }, now, entropy)?;
        }
        Ok(effects)
    }

    /// Is this supplier to reach the person at once?
    #[must_use]
    pub fn at_once(&self, supplier: &PublicKey) -> bool {
        self.relationships.get(supplier).is_some_and(|relationship| relationship.stored.at_once)
    }

    /// Says whether a supplier is to reach the person at once, by a line that is held for it, or at the next visit.
    ///
    /// # Errors
    /// [`OwnerError::NoRelationship`].
    pub(super) fn set_at_once(&mut self, supplier: &PublicKey, at_once: bool) -> Effects {
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        let mut effects = Vec::new();
        if relationship.stored.at_once != at_once {
            let stored = StoredRelationship { at_once, ..relationship.stored.clone() };
            self.record(&mut effects, Record::Relationship { supplier: *supplier, stored });
        }
        Ok(effects)
    }

    /// Issues a grant unasked. With `subscribe` the present values are told at once.
    ///
    /// # Errors
    /// [`OwnerError::NoRelationship`], or a scope out of bounds.
    pub(super) fn grant(&mut self, new: &NewGrant, now: Now, host: &mut dyn Host) -> Effects {
        let entropy = &mut host.entropy();
        let supplier = new.supplier;
        if !self.relationships.contains_key(&supplier) {
            return Err(OwnerError::NoRelationship);
        }
        let mut scope = requests::scope(
            [].into_iter(),
            new.purposes.clone(),
            new.access,
            departure::moment(now.wall),
            new.duration,
            new.retention,
        );
        scope.fields.clone_from(&new.fields);
        let fields = expand(&new.fields);
        // Only a subscription brings values out at once.
        if new.access == Access::Subscribe {
            all_readable(host, &fields)?;
        }
        let mut effects = Vec::new();
        let grant = self.issue(&mut effects, &supplier, scope, "you", now, entropy)?;
        self.give_back(&mut effects, &supplier, &fields);
        if new.access == Access::Subscribe {
            let releases = self.releases(&supplier, &fields, None, now);
            effects.push(Effect::Disclose(unasked_plan(supplier, None, releases, vec![grant])));
        } else {
            self.depart(&mut effects, supplier, ToSupplier::Grant(grant))?;
            effects.push(Effect::Deliver(supplier));
        }
        Ok(effects)
    }

    /// Ends a grant. From the moment the effects are durable no decision passes it; answers that rely on it
    /// and were not delivered yet are dropped.
    ///
    /// # Errors
    /// [`OwnerError::NoGrant`], [`OwnerError::AlreadyRevoked`].
    pub(super) fn revoke(
        &mut self,
        grant: &ObjectId,
        erase: bool,
        now: impl Into<Now>,
        entropy: &mut Entropy,
    ) -> Effects {
        let now = now.into();
        if self.revoked.has(grant) {
            return Err(OwnerError::AlreadyRevoked);
        }
        if let Some(processor) = self.holder_of_mandate(grant) {
            return self.revoke_mandate(&processor, grant, erase, now, entropy);
        }
        let found = self.relationships.iter().find_map(|(supplier, r)| r.grants.get(grant).map(|g| (*supplier, g)));
        let (supplier, verified) = found.ok_or(OwnerError::NoGrant)?;
        let fields = expand(&verified.scope().fields);
        let mut effects = Vec::new();
        self.end(&mut effects, supplier, *grant, erase, now, entropy)?;
        let Some(relationship) = self.relationships.get(&supplier) else {
            return Err(OwnerError::NoRelationship);
        };
        // Else the supplier's next request would have the fields again by a rule.
        let withdrawn = relationship.withdrawn.union(&fields).copied().collect();
        self.record(&mut effects, Record::Withdrawn { supplier, fields: withdrawn });
        Ok(effects)
    }

    /// Ends every grant of a relationship. With `erase` the supplier is also asked to erase what ended grants
    /// gave and it has not signed for yet.
    ///
    /// # Errors
    /// [`OwnerError::NoRelationship`].
    pub(super) fn revoke_all(
        &mut self,
        supplier: &PublicKey,
        erase: bool,
        now: impl Into<Now>,
        entropy: &mut Entropy,
    ) -> Effects {
        let now = now.into();
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        let held: BTreeSet<ObjectId> = relationship.knows.values().map(|known| known.grant).collect();
        let (mut ending, mut fields) = (Vec::new(), relationship.withdrawn.clone());
        for (id, grant) in &relationship.grants {
            let open = !self.revoked.has(id);
            if open {
                fields.extend(expand(&grant.scope().fields));
            }
            // One that was ended without erasing is ended once more, now with it, as long as something is held under
            // it.
            if open || (erase && held.contains(id)) {
                ending.push(*id);
            }
        }
        let mut effects = Vec::new();
        for link in relationship.mandates.keys() {
            if !self.revoked.has(link) || (erase && held.contains(link)) {
                ending.push(*link);
            }
        }
        for grant in &ending {
            self.end(&mut effects, *supplier, *grant, erase, now, entropy)?;
        }
        if !ending.is_empty() {
            self.record(&mut effects, Record::Withdrawn { supplier: *supplier, fields });
        }
        self.belong_nowhere(&mut effects, supplier, now, entropy)?;
        Ok(effects)
    }

    /// Removes a supplier: every grant ends, what it asked is declined, and nothing is taken from it any more. The log with it
    /// stays, and so do its receipts: they prove what it had.
    ///
    /// # Errors
    /// [`OwnerError::NoRelationship`].
    pub(super) fn remove(&mut self, supplier: &PublicKey, erase: bool, now: Now, entropy: &mut Entropy) -> Effects {
        let mut effects = self.revoke_all(supplier, erase, now, entropy)?;
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        let waiting: Vec<Nonce> = relationship.waiting.keys().copied().collect();
        for request in waiting {
            effects.extend(self.refuse(&request)?);
        }
        effects.extend(self.pause(supplier, true, now, entropy)?);
        let stored = &self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?.stored;
        let removed = Some(Removed { at: now.wall, erase });
        let stored = StoredRelationship { removed, at_once: false, ..stored.clone() };
        self.record(&mut effects, Record::Relationship { supplier: *supplier, stored });
        Ok(effects)
    }

    /// Takes back a supplier that was removed. What had ended stays so.
    ///
    /// # Errors
    /// [`OwnerError::NoRelationship`].
    pub(super) fn bring_back(&mut self, supplier: &PublicKey, now: Now, entropy: &mut Entropy) -> Effects {
        let stored = &self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?.stored;
        let mut effects = Vec::new();
        if stored.removed.is_some() {
            let stored = StoredRelationship { removed: None, ..stored.clone() };
            self.record(&mut effects, Record::Relationship { supplier: *supplier, stored });
            effects.extend(self.pause(supplier, false, now, entropy)?);
        }
        Ok(effects)
    }

    /// A field was set or removed. Every supplier with a live subscription to it is told.
    ///
    /// # Errors
    /// None that the person can cause.
    pub(super) fn field_changed(
        &mut self,
        fields: &BTreeMap<FieldPath, bool>,
        now: Now,
        host: &mut dyn Host,
    ) -> Effects {
        let entropy = &mut host.entropy();
        let changed: BTreeSet<FieldPath> = fields.keys().copied().collect();
        // Of all suppliers before anything is written: one value that can't be read must not leave half of them told.
        let told = self.relationships.keys().map(|supplier| (*supplier, self.subscribed(supplier, &changed, now)));
        let told: Vec<_> = told.filter(|(_, releases)| !releases.is_empty()).collect();
        let leaving = told.iter().flat_map(|(_, releases)| releases.values().map(decision::Release::field)).collect();
        all_readable(host, &leaving)?;
        let mut effects = Vec::new();
        for (field, present) in fields {
            let event = Event::FieldChanged { field: *field, present: *present };
            self.log(&mut effects, Log::Personal, event, now, entropy)?;
        }
        for (supplier, releases) in told {
            effects.push(Effect::Disclose(unasked_plan(supplier, None, releases, Vec::new())));
        }
        Ok(effects)
    }

    /// A letter went out: what it told stands in the log, as what a supplier was told does.
    ///
    /// # Errors
    /// None that the person can cause.
    pub(super) fn letter_sent(
        &mut self,
        to: &Nonce,
        about: &str,
        fields: &BTreeSet<FieldPath>,
        now: Now,
        entropy: &mut Entropy,
    ) -> Effects {
        let mut effects = Vec::new();
        let event = Event::LetterSent { to: *to, about: about.to_owned(), fields: fields.clone() };
        self.log(&mut effects, Log::Personal, event, now, entropy)?;
        Ok(effects)
    }

    /// Who would be told of a change, before it is made.
    #[must_use]
    pub fn would_be_told(&self, field: FieldPath, now: impl Into<Now>) -> Vec<PublicKey> {
        let now = now.into();
        let one = BTreeSet::from([field]);
        self.relationships.keys().filter(|s| !self.subscribed(s, &one, now).is_empty()).copied().collect()
    }

    /// Replaces the defaults.
    ///
    /// # Errors
    /// [`OwnerError::BadPolicy`].
    pub(super) fn set_policy(&mut self, policy: Policy, now: impl Into<Now>, entropy: &mut Entropy) -> Effects {
        let now = now.into();
        if !policy.well_formed() {
            return Err(OwnerError::BadPolicy);
        }
        let bytes = wire::encode(&policy).map_err(|_| OwnerError::BadPolicy)?;
        let mut effects = Vec::new();
        let event = Event::PolicyChanged { policy: merkle::leaf(&bytes) };
        self.record(&mut effects, Record::Policy { policy });
        self.log(&mut effects, Log::Personal, event, now, entropy)?;
        Ok(effects)
    }

    /// The node's state came back from a backup, or another copy of it spoke meanwhile. A revocation made since is not in
    /// it, so every grant ends; defaults and the person issue new ones. Every log goes on in a branch of its own.
    ///
    /// # Errors
    /// None that the person can cause.
    pub(super) fn restored(&mut self, now: impl Into<Now>, entropy: &mut Entropy) -> Effects {
        let now = now.into();
        let mut effects = Vec::new();
        let epoch = self.epoch + 1;
        self.record(&mut effects, Record::Epoch { epoch });
        // Before the entries below: the head that a branch names has to be one that the backup had.
        self.branch_off(&mut effects, entropy);
        // What was spent of the privacy budget since the backup nobody knows: so all of it.
        self.record(&mut effects, Record::CountsFrom { from: now.latest().plus_days(Days(limits::EPSILON_DAYS)) });
        self.log(&mut effects, Log::Personal, Event::Restored { epoch }, now, entropy)?;
        let open: Vec<(PublicKey, ObjectId)> = self
            .relationships
            .iter()
            .flat_map(|(supplier, r)| r.grants.keys().map(|grant| (*supplier, *grant)))
            .filter(|(_, grant)| !self.revoked.has(grant))
            .collect();
        for (supplier, grant) in open {
            self.end(&mut effects, supplier, grant, false, now, entropy)?;
        }
        Ok(effects)
    }

    /// The owner is about to set the floor back to the clock ([`crate::clock::Clock::accept`]). What had ended by the
    /// floor and would live again by the clock is ended for good: grants and delegations are revoked, intents closed.
    ///
    /// # Errors
    /// None that the person can cause.
    pub(super) fn end_expired(&mut self, now: impl Into<Now>, entropy: &mut Entropy) -> Effects {
        let now = now.into();
        let revives = |grant: &crate::grant::VerifiedGrant| {
            let over = |at| matches!(grant.live(self, at), Err(Refusal::Expired));
            over(now.floor) && !over(now.wall)
        };
        let issued = self.relationships.values().flat_map(|relationship| relationship.grants.values());
        let handed_on = self.all_mandates().map(|(_, _, mandate)| &mandate.grant);
        let ending: Vec<ObjectId> =
            issued.chain(handed_on).filter(|grant| revives(grant)).map(crate::grant::VerifiedGrant::id).collect();
        let mut effects = Vec::new();
        for id in ending {
            // The end of one above has ended it already.
            if self.revoked.has(&id) {
                continue;
            }
            if let Some(processor) = self.holder_of_mandate(&id) {
                effects.extend(self.revoke_mandate(&processor, &id, false, now, entropy)?);
                continue;
            }
            let holder = self.relationships.iter().find(|(_, known)| known.grants.contains_key(&id));
            if let Some(supplier) = holder.map(|(supplier, _)| *supplier) {
                self.end(&mut effects, supplier, id, false, now, entropy)?;
            }
        }
        self.end_intents(&mut effects, now);
        Ok(effects)
    }

    pub(super) fn end(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: PublicKey,
        grant: ObjectId,
        erase: bool,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<(), OwnerError> {
        let relationship = self.relationships.get(&supplier).ok_or(OwnerError::NoRelationship)?;
        let named = *relationship.lineage.current();
        let at = departure::moment(now.wall);
        let revocation = Revocation { person: relationship.key.public(), supplier: named, grant, at, erase };
        let revocation = Verified::sign(revocation, &relationship.key)?.signed().clone();
        // What waits under it goes in the same commit: after the word that a grant has ended no value leaves under it.
        let dead: Vec<u64> = relationship
            .outbox
            .iter()
            .filter(|(_, waiting)| relies_on(&waiting.message, &BTreeSet::from([grant])))
            .map(|(number, _)| *number)
            .collect();
        self.record(effects, Record::Revoked { revocation: revocation.clone() });
        for number in dead {
            self.record(effects, Record::Sent { supplier, number });
        }
        self.drop_under(effects, &supplier, &grant);
        self.log(effects, Log::With(supplier), Event::Revoked { grant, erase }, now, entropy)?;
        self.depart(effects, supplier, ToSupplier::Revoke(revocation))?;
        effects.push(Effect::Deliver(supplier));
        // What was delegated below it ends with it, and each processor is told.
        for (processor, link) in self.delegated_below(&grant) {
            if !self.revoked.has(&link) {
                self.end(effects, processor, link, erase, now, entropy)?;
            }
        }
        Ok(())
    }

    fn find_waiting(&self, id: &Nonce) -> Result<(PublicKey, Waiting), OwnerError> {
        self.relationships
            .iter()
            .find_map(|(supplier, r)| r.waiting.get(id).map(|waiting| (*supplier, waiting.clone())))
            .ok_or(OwnerError::NoRequest)
    }

    /// The person gives fields again that a revocation had withdrawn.
    pub(super) fn give_back(&mut self, effects: &mut Vec<Effect>, supplier: &PublicKey, fields: &BTreeSet<FieldPath>) {
        let Some(relationship) = self.relationships.get(supplier) else {
            return;
        };
        if !relationship.withdrawn.is_disjoint(fields) {
            let left = relationship.withdrawn.difference(fields).copied().collect();
            self.record(effects, Record::Withdrawn { supplier: *supplier, fields: left });
        }
    }

    fn live(&self, supplier: &PublicKey, now: Now) -> Vec<LiveGrant<'_>> {
        let grants = self.relationships.get(supplier).into_iter().flat_map(super::Relationship::usable);
        grants.filter_map(|grant| grant.live(self, now).ok()).collect()
    }

    fn subscribed(
        &self,
        supplier: &PublicKey,
        fields: &BTreeSet<FieldPath>,
        now: Now,
    ) -> BTreeMap<AskedPath, decision::Release> {
        let Some(relationship) = self.relationships.get(supplier) else { return BTreeMap::new() };
        let live: Vec<_> = relationship.usable().filter_map(|grant| grant.live_to_tell(self, now).ok()).collect();
        fields.iter().filter_map(|f| decision::may_tell(*f, &live).map(|r| (AskedPath::from(*f), r))).collect()
    }

    /// Releases under one grant, or under any subscription.
    pub(super) fn releases(
        &self,
        supplier: &PublicKey,
        fields: &BTreeSet<FieldPath>,
        grant: Option<ObjectId>,
        now: Now,
    ) -> BTreeMap<AskedPath, decision::Release> {
        let Some(grant) = grant else {
            return self.subscribed(supplier, fields, now);
        };
        let live: Vec<_> = self.live(supplier, now).into_iter().filter(|l| l.grant().root().id() == grant).collect();
        fields.iter().filter_map(|f| decision::under(*f, &live).map(|r| (AskedPath::from(*f), r))).collect()
    }
}

/// The owner's word brings these values out, so they have to be there before anything is changed.
pub(super) fn all_readable(host: &mut dyn Host, fields: &BTreeSet<FieldPath>) -> Result<(), OwnerError> {
    unreadable(host, fields).first().map_or(Ok(()), |field| Err(OwnerError::Unreadable(*field)))
}

/// The fields that a yes is to: all that wait, or those that the person chose of them, of which there is at least one.
fn chosen(waiting: &Waiting, only: Option<&BTreeSet<FieldPath>>) -> Result<BTreeSet<FieldPath>, OwnerError> {
    let all: BTreeSet<FieldPath> = waiting.fields.keys().filter_map(AskedPath::known).collect();
    match only {
        None => Ok(all),
        Some(only) if !only.is_empty() && only.is_subset(&all) => Ok(only.clone()),
        Some(_) => Err(OwnerError::NotAsked),
    }
}

/// A disclosure that goes out by itself, not as the reply to a frame.
pub(super) fn unasked_plan(
    supplier: PublicKey,
    request: Option<Nonce>,
    releases: BTreeMap<AskedPath, decision::Release>,
    grants: Vec<Signed<crate::grant::Grant>>,
) -> Plan {
    let (asked, refused) = (BTreeMap::new(), BTreeMap::new());
    Plan { supplier, request, releases, asked, refused, grants, as_reply: false }
}
