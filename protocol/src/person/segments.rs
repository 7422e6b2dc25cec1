//! Patterns that suppliers publish, and the person's own word on them. In: signed segments, the person's answer; what
//! the driver found by evaluating over the values. Out: memberships and randomised answers in the outbox, counted
//! against a privacy budget that nothing can pass.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Effect, OwnerError, Person, Record, Relationship};
use crate::{
    audit::{Event, Log},
    decision, departure,
    entropy::Entropy,
    field::FieldPath,
    identity::PublicKey,
    limits,
    message::ToSupplier,
    policy::Answer,
    prio3,
    segment::{self, Belongs, CountReport, Membership, Segment},
    signed::{ObjectId, Signed, Verified},
    tally::TallyReport,
    time::{Days, Now, Timestamp},
};

/// What the person said of a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// What the person said of the segment.
    pub what: Belongs,
    /// When the person said it.
    pub at: Timestamp,
    /// The randomised answer that was given, if one was: there is never a second.
    pub counted: Option<Counted>,
    /// What the word tells of: kept, since a segment can be taken back and the supplier knows it all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
}

/// What the supplier learns by a word on a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The fields that the segment looks at.
    pub fields: BTreeSet<FieldPath>,
    /// Until when the supplier keeps that the person belongs, where they said so.
    pub until: Timestamp,
}

/// A randomised answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// The epsilon that was spent, in thousandths.
    pub epsilon: u32,
    /// When it was spent.
    pub at: Timestamp,
}

type Effects = Result<Vec<Effect>, OwnerError>;

impl Person {
    /// Asks a supplier for its segments, unless that question waits in its outbox already.
    ///
    /// # Errors
    /// [`OwnerError::NoRelationship`].
    pub(super) fn ask_segments(&mut self, supplier: &PublicKey) -> Effects {
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        let waits = relationship.outbox.values().any(|waiting| matches!(waiting.message, ToSupplier::Segments));
        let mut effects = Vec::new();
        if !waits && !relationship.is_stopped() {
            self.depart(&mut effects, *supplier, ToSupplier::Segments)?;
            effects.push(Effect::Deliver(*supplier));
        }
        Ok(effects)
    }

    /// The supplier answered: these take the place of the ones before. What does not hold is left out.
    pub(super) fn segments_came(
        &mut self,
        supplier: &PublicKey,
        segments: Vec<Signed<Segment>>,
        now: Now,
    ) -> Vec<Effect> {
        let mut sound = Vec::new();
        for signed in segments.into_iter().take(limits::SEGMENTS_PER_SUPPLIER) {
            let small = signed.parts().0.len() <= limits::SEGMENT_BYTES;
            if let Ok(segment) = self.sent_by(supplier, signed)
                && small
                && segment.well_formed()
                && segment.expires > now.latest()
            {
                sound.push(segment.signed().clone());
            }
        }
        let mut effects = Vec::new();
        let Some(relationship) = self.relationships.get(supplier) else { return effects };
        // They are asked for daily and seldom change: the same ones cost no write, and no look at the defaults.
        let same = sound.len() == relationship.segments.len()
            && sound.iter().all(|segment| relationship.segments.contains_key(&segment.id()));
        if !same {
            self.record(&mut effects, Record::Segments { supplier: *supplier, segments: sound });
            effects.push(Effect::Segments(*supplier));
        }
        effects
    }

    /// The person says that they belong to a segment, or no longer. `fits` is what the node found by evaluating it: a
    /// membership is a statement about the person, so a false one is not signed.
    ///
    /// # Errors
    /// [`OwnerError::NoSegment`], [`OwnerError::DoesNotFit`], [`OwnerError::EnoughSaid`], and [`OwnerError::Refused`]
    /// outside the agreement.
    pub(super) fn belong(
        &mut self,
        supplier: &PublicKey,
        id: &ObjectId,
        member: bool,
        fits: bool,
        now: impl Into<Now>,
        entropy: &mut Entropy,
    ) -> Effects {
        let now = now.into();
        let said = self.said(supplier, id);
        let was = said.is_some_and(|said| said.what == Belongs::Yes);
        let (counted, before) = (said.and_then(|said| said.counted), said.and_then(|said| said.about.clone()));
        let mut effects = Vec::new();
        if said.is_none() {
            self.make_room_for_word(&mut effects, supplier, now)?;
        }
        let segment = self.segment(supplier, id, now);
        let about = segment.as_ref().ok().map(|segment| about(segment, now)).or(before);
        if member {
            let segment = segment?;
            self.within_agreement(supplier, segment)?;
            if !segment.membership {
                return Err(OwnerError::NoSegment);
            }
            if !fits {
                return Err(OwnerError::DoesNotFit);
            }
            if !was {
                self.may_say_more(supplier, id, &segment.predicate.fields(), now)?;
            }
            let until = now.wall.plus_days(segment.retention);
            self.say_membership(&mut effects, supplier, id, true, until, now, entropy)?;
        // Also of a segment that is gone: the supplier keeps what was said of it until its time is over.
        } else if was {
            self.say_membership(&mut effects, supplier, id, false, now.wall, now, entropy)?;
        } else {
            segment?;
        }
        let what = if member { Belongs::Yes } else { Belongs::No };
        self.record(
            &mut effects,
            Record::Said { supplier: *supplier, segment: *id, said: Said { what, at: now.wall, counted, about } },
        );
        Ok(effects)
    }

    /// The person lets themselves be counted: a randomised answer goes out, once for a segment and never again, so
    /// that no number of questions averages it away.
    ///
    /// # Errors
    /// [`OwnerError::NoSegment`] where it does not count, [`OwnerError::Counted`], [`OwnerError::BudgetSpent`].
    pub(super) fn count_me(
        &mut self,
        supplier: &PublicKey,
        id: &ObjectId,
        fits: bool,
        now: impl Into<Now>,
        entropy: &mut Entropy,
    ) -> Effects {
        let now = now.into();
        let segment = self.segment(supplier, id, now)?;
        self.within_agreement(supplier, segment)?;
        let epsilon = segment.epsilon.ok_or(OwnerError::NoSegment)?;
        let said = self.said(supplier, id).cloned();
        if said.as_ref().is_some_and(|said| said.counted.is_some()) {
            return Err(OwnerError::Counted);
        }
        if epsilon > self.budget_left(Some(supplier), now) || epsilon > self.budget_left(None, now) {
            return Err(OwnerError::BudgetSpent);
        }
        let about = Some(about(segment, now));
        let mut effects = Vec::new();
        if said.is_none() {
            self.make_room_for_word(&mut effects, supplier, now)?;
        }
        let report = self.report(supplier, id, segment::randomised(fits, epsilon, entropy), entropy)?;
        let what =
            said.map_or(Belongs::Count, |said| if said.what == Belongs::Yes { said.what } else { Belongs::Count });
        // By the floor, which does not go back: no clock that is set and reset brings a budget back early.
        let said = Said { what, at: now.wall, counted: Some(Counted { epsilon, at: now.floor }), about };
        // Spent in the commit that queues the answer: no restart draws it a second time, from which two could be
        // compared.
        self.record(&mut effects, Record::Said { supplier: *supplier, segment: *id, said });
        let event = Event::CountedIn { segment: *id, epsilon };
        self.log(&mut effects, Log::With(*supplier), event, now, entropy)?;
        self.depart(&mut effects, *supplier, report)?;
        effects.push(Effect::Deliver(*supplier));
        Ok(effects)
    }

    /// A randomised answer as the segment wants it: whole, or in two halves.
    fn report(
        &self,
        supplier: &PublicKey,
        id: &ObjectId,
        answer: bool,
        entropy: &mut Entropy,
    ) -> Result<ToSupplier, OwnerError> {
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        let segment = relationship.segments.get(id).ok_or(OwnerError::NoSegment)?;
        let epsilon = segment.epsilon.ok_or(OwnerError::NoSegment)?;
        // The key that published it, which is the one that a helper knows.
        let (person, supplier, segment_id) = (relationship.key.public(), segment.supplier, *id);
        let Some(tally) = &segment.tally else {
            let report = CountReport { person, supplier, segment: segment_id, answer, epsilon };
            return Ok(ToSupplier::Count(Verified::sign(report, &relationship.key)?.signed().clone()));
        };
        let (nonce, helper) = (entropy.nonce(), tally.helper(&supplier)?);
        let split = prio3::split(answer, id, &nonce, &helper.seal, entropy).map_err(|_| OwnerError::NoSegment)?;
        let prio3::Split { leader, helper } = split;
        let report = TallyReport { person, supplier, segment: segment_id, epsilon, nonce, leader, helper };
        Ok(ToSupplier::Tally(Verified::sign(report, &relationship.key)?.signed().clone()))
    }

    /// The epsilon that is left, in thousandths: for one supplier, or over all of them, since two may compare notes.
    /// What was spent comes back after [`limits::EPSILON_DAYS`]; after a restore from a backup there is none for as long.
    /// None while the clock is held back: neither what has come back is known then, nor when what is spent will.
    #[must_use]
    pub fn budget_left(&self, supplier: Option<&PublicKey>, now: impl Into<Now>) -> u32 {
        let now = now.into();
        if now.held_back() || now.floor < self.counts_from {
            return 0;
        }
        let lately = |counted: &Counted| counted.at.plus_days(Days(limits::EPSILON_DAYS)) > now.floor;
        let spent = self
            .relationships
            .iter()
            .filter(|(key, _)| supplier.is_none_or(|only| only == *key))
            .flat_map(|(_, relationship)| relationship.said.values())
            .filter_map(|said| said.counted.as_ref())
            .filter(|counted| lately(counted))
            .fold(0_u32, |sum, counted| sum.saturating_add(counted.epsilon));
        let most = if supplier.is_some() { limits::EPSILON_PER_SUPPLIER } else { limits::EPSILON_IN_ALL };
        most.saturating_sub(spent)
    }

    /// What a default says of the segments of a supplier that the person said nothing of. For the driver, which
    /// evaluates them over the values and then calls `belong` or `count_me`, and `belong` with no where it does not fit: what
    /// is said and what is not said tell alike. A default says nothing of fields that it would not give, and no more
    /// than [`limits::WORDS_PER_FIELD`] in a month: beyond that it is the person's to say.
    #[must_use]
    pub fn unsaid(&self, supplier: &PublicKey, now: impl Into<Now>) -> Vec<(ObjectId, Belongs)> {
        let now = now.into();
        let Some(relationship) = self.relationships.get(supplier) else { return Vec::new() };
        // To who works for another supplier no default says anything.
        if relationship.stored.introduced_by.is_some() {
            return Vec::new();
        }
        let Some(answer) = self.policy.segment(relationship.proposer(now)) else { return Vec::new() };
        let live = relationship.segments.values().filter(|segment| segment.expires > now.latest()).map(Verified::id);
        let mut more: BTreeMap<FieldPath, usize> = BTreeMap::new();
        let unsaid = live.filter(|id| !relationship.said.contains_key(id));
        unsaid
            .filter(|id| answer == Belongs::No || self.by_default(relationship, id, answer, &mut more, now))
            .map(|id| (id, answer))
            .collect()
    }

    /// May a default say this of a segment? `more` counts what it says of each field beside this one.
    fn by_default(
        &self,
        relationship: &Relationship,
        id: &ObjectId,
        answer: Belongs,
        more: &mut BTreeMap<FieldPath, usize>,
        now: Now,
    ) -> bool {
        let Some(segment) = relationship.segments.get(id) else { return false };
        let fields = segment.predicate.fields();
        let live: Vec<_> = relationship.usable().filter_map(|grant| grant.live(self, now).ok()).collect();
        let terms = relationship.terms(segment.purpose, segment.retention, 0, now);
        let given = decision::may_belong(&fields, &terms, &live, &relationship.withdrawn, &self.policy, now.latest());
        let allowed = match answer {
            Belongs::Yes => given == Ok(Answer::Allow),
            // By chance or in halves: that has a budget of its own. What is refused is not counted either.
            Belongs::Count => given.is_ok(),
            Belongs::No => true,
        };
        let said = relationship.words_on(now);
        let count = |field: &FieldPath| {
            said.get(field).copied().unwrap_or_default() + more.get(field).copied().unwrap_or_default()
        };
        let room = answer == Belongs::Count || fields.iter().all(|field| count(field) < limits::WORDS_PER_FIELD);
        if allowed && room {
            fields.into_iter().for_each(|field| *more.entry(field).or_default() += 1);
        }
        allowed && room
    }

    /// Has the supplier not yet heard of so many patterns over one of these fields that it could tell the value?
    fn may_say_more(
        &self,
        supplier: &PublicKey,
        id: &ObjectId,
        fields: &BTreeSet<FieldPath>,
        now: Now,
    ) -> Result<(), OwnerError> {
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        // A word on this very segment that is said anew is no other one.
        let own = relationship.said.get(id).and_then(|said| said.about.as_ref()).map(|about| &about.fields);
        let said = relationship.words_on(now);
        let count = |field: &FieldPath| {
            let again = own.is_some_and(|own| own.contains(field));
            said.get(field).copied().unwrap_or_default().saturating_sub(usize::from(again))
        };
        let enough = fields.iter().any(|field| count(field) >= limits::WORDS_PER_FIELD);
        if enough { Err(OwnerError::EnoughSaid) } else { Ok(()) }
    }

    /// The segments of all suppliers, with what the person said.
    pub fn segments(&self) -> impl Iterator<Item = (&PublicKey, &Verified<Segment>, Option<&Said>)> {
        self.relationships.iter().flat_map(|(supplier, relationship)| {
            relationship.segments.values().map(move |segment| (supplier, segment, relationship.said.get(&segment.id())))
        })
    }

    /// Withdraws every membership with a supplier.
    pub(super) fn belong_nowhere(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: &PublicKey,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<(), OwnerError> {
        let Some(relationship) = self.relationships.get(supplier) else { return Ok(()) };
        let member = relationship.said.iter().filter(|(_, said)| said.what == Belongs::Yes);
        let ids: BTreeMap<ObjectId, Said> = member.map(|(id, said)| (*id, said.clone())).collect();
        for (id, said) in ids {
            self.say_membership(effects, supplier, &id, false, now.wall, now, entropy)?;
            let said = Said { what: Belongs::No, at: now.wall, ..said };
            self.record(effects, Record::Said { supplier: *supplier, segment: id, said });
        }
        Ok(())
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one statement")]
    fn say_membership(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: &PublicKey,
        segment: &ObjectId,
        member: bool,
        until: Timestamp,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<(), OwnerError> {
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        let (person, named) = (relationship.key.public(), *relationship.lineage.current());
        let (at, until) = (departure::moment(now.wall), departure::moment(until));
        let membership = Membership { person, supplier: named, segment: *segment, member, at, until };
        let membership = Verified::sign(membership, &relationship.key)?.signed().clone();
        let event = Event::Belonged { segment: *segment, member };
        self.log(effects, Log::With(*supplier), event, now, entropy)?;
        self.depart(effects, *supplier, ToSupplier::Belong(membership))?;
        effects.push(Effect::Deliver(*supplier));
        Ok(())
    }

    fn segment(&self, supplier: &PublicKey, id: &ObjectId, now: Now) -> Result<&Verified<Segment>, OwnerError> {
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        relationship.segments.get(id).filter(|segment| segment.expires > now.latest()).ok_or(OwnerError::NoSegment)
    }

    /// Makes room for a word on one more segment: one on which nothing hangs any more is forgotten.
    fn make_room_for_word(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: &PublicKey,
        now: Now,
    ) -> Result<(), OwnerError> {
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        if relationship.said.len() < limits::SEGMENTS_SAID {
            return Ok(());
        }
        let spent = |said: &Said| said.counted.is_some_and(|c| c.at.plus_days(Days(limits::EPSILON_DAYS)) > now.floor);
        let idle = relationship
            .said
            .iter()
            // On one that is still published, a default would have its word once more.
            .filter(|(id, said)| said.what != Belongs::Yes && !spent(said) && !relationship.segments.contains_key(id));
        let oldest = idle.min_by_key(|(_, said)| said.at).map(|(id, _)| *id).ok_or(OwnerError::TooManySegments)?;
        self.record(effects, Record::SaidForgotten { supplier: *supplier, segment: oldest });
        Ok(())
    }

    fn said(&self, supplier: &PublicKey, id: &ObjectId) -> Option<&Said> {
        self.relationships.get(supplier)?.said.get(id)
    }

    fn within_agreement(&self, supplier: &PublicKey, segment: &Segment) -> Result<(), OwnerError> {
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        if relationship.stored.agreement.permits(segment.purpose, 0, segment.retention) {
            Ok(())
        } else {
            Err(crate::refusal::Refusal::OutsideAgreement.into())
        }
    }
}

impl Relationship {
    /// On how many segments that look at a field something was said lately.
    fn words_on(&self, now: Now) -> BTreeMap<FieldPath, usize> {
        let lately = |said: &&Said| said.at.plus_days(Days(limits::WORD_DAYS)) > now.floor;
        let mut words = BTreeMap::new();
        for field in self.said.values().filter(lately).filter_map(|said| said.about.as_ref()).flat_map(|a| &a.fields) {
            *words.entry(*field).or_default() += 1;
        }
        words
    }

    /// Fields of which the supplier knows something by a pattern that the person said they belong to.
    #[must_use]
    pub fn knows_by_segments(&self, now: impl Into<Now>) -> BTreeSet<FieldPath> {
        let now = now.into();
        let belongs = self.said.values().filter(|said| said.what == Belongs::Yes);
        let about = belongs.filter_map(|said| said.about.as_ref()).filter(|about| about.until > now.floor);
        about.flat_map(|about| about.fields.iter().copied()).collect()
    }
}

fn about(segment: &Segment, now: Now) -> About {
    About { fields: segment.predicate.fields(), until: now.wall.plus_days(segment.retention) }
}
