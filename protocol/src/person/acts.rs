//! What the person has suppliers do: contracts that end, rights that are exercised. In: the person's word, receipts and
//! answers of suppliers. Out: effects: acts that leave until they are signed for, and what became of them.
//!
//! Delivered means signed for: an act stays in the outbox until its own receipt comes, or a refusal. An answer counts where
//! it is to an act that this node said, by its number.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Effect, OwnerError, Person, Record, Relationship};
use crate::{
    act::{Act, ActAnswer, ActReceipt, Answered, Right, What},
    audit::{Event, Log},
    departure,
    entropy::Entropy,
    identity::{Nonce, PublicKey},
    limits,
    message::{PersonReply, SupplierReply, ToSupplier},
    refusal::Refusal,
    signed::{ObjectId, Signed, Verified},
    time::{DAY_MS, Now, Timestamp},
};

/// An act that the person is about to say.
#[derive(Clone, Debug)]
pub struct NewAct {
    /// To whom.
    pub supplier: PublicKey,
    /// What it says.
    pub what: What,
    /// The person's own record that it is about: of a contract, of a case. It stays here.
    pub about: Option<Nonce>,
}

/// An act and what became of it, as one record holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredAct {
    /// The act, as it was signed.
    pub act: Signed<Act>,
    /// The person's own record that it is about.
    pub about: Option<Nonce>,
    /// When the person said it.
    pub at: Timestamp,
    /// What the supplier signed when it came.
    pub receipt: Option<Signed<ActReceipt>>,
    /// By which code the supplier did not take it.
    pub refused: Option<Refusal>,
    /// What it answered, at most [`limits::ACT_ANSWERS`].
    pub answers: Vec<Signed<ActAnswer>>,
}

/// An act and what became of it, read.
#[derive(Clone, Debug)]
pub struct Acted {
    stored: StoredAct,
    act: Act,
    receipt: Option<ActReceipt>,
    answers: BTreeMap<u8, ActAnswer>,
}

type Effects = Result<Vec<Effect>, OwnerError>;

impl Acted {
    fn read(stored: StoredAct) -> Result<Self, Refusal> {
        let act = stored.act.clone().verify()?.into_value();
        let receipt = stored.receipt.clone().map(Signed::verify).transpose()?.map(Verified::into_value);
        let answers = stored.answers.iter().map(|signed| {
            let answer = signed.clone().verify()?.into_value();
            Ok((answer.number, answer))
        });
        let answers = answers.collect::<Result<_, Refusal>>()?;
        Ok(Self { stored, act, receipt, answers })
    }

    /// As it is stored, signatures and all.
    #[must_use]
    pub fn stored(&self) -> &StoredAct {
        &self.stored
    }

    /// What was said.
    #[must_use]
    pub fn act(&self) -> &Act {
        &self.act
    }

    /// When the supplier signed that it has it; none until then.
    #[must_use]
    pub fn received(&self) -> Option<Timestamp> {
        self.receipt.as_ref().map(|receipt| receipt.at)
    }

    /// The answers, by their numbers.
    #[must_use]
    pub fn answers(&self) -> &BTreeMap<u8, ActAnswer> {
        &self.answers
    }

    /// The answer that holds.
    #[must_use]
    pub fn answer(&self) -> Option<&Answered> {
        self.answers.last_key_value().map(|(_, answer)| &answer.answer)
    }

    /// Did the supplier say that it takes longer?
    #[must_use]
    pub fn extended(&self) -> bool {
        self.answers.values().any(|answer| matches!(answer.answer, Answered::Extended { .. }))
    }

    /// Is nothing awaited of it? It was answered, or not taken.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.stored.refused.is_some() || (self.receipt.is_some() && self.answer().is_some_and(Answered::is_final))
    }
}

impl Relationship {
    /// What the person had this supplier do, by the acts' names.
    #[must_use]
    pub fn acts(&self) -> &BTreeMap<ObjectId, Acted> {
        &self.acts
    }
}

impl Person {
    /// The person says something that a supplier has to act on. What it was given over the line ends first where it is to
    /// erase all: that has its own notices and receipts ([`Self::revoke_all`]).
    pub(super) fn act(&mut self, new: &NewAct, now: Now, entropy: &mut Entropy) -> Effects {
        let supplier = new.supplier;
        let relationship = self.relationships.get(&supplier).ok_or(OwnerError::NoRelationship)?;
        if !new.what.well_formed() {
            return Err(OwnerError::BadAct);
        }
        if relationship.acts.values().any(|acted| !acted.is_over() && acted.act.what == new.what) {
            return Err(OwnerError::ActedAlready);
        }
        // Before any grant ends: an act that finds no room must leave everything as it is.
        let room = self.room_for_act(&supplier)?;
        let mut effects = Vec::new();
        if matches!(new.what, What::Right { right: Right::Erasure, .. }) {
            effects.extend(self.revoke_all(&supplier, true, now, entropy)?);
        }
        if let Some(act) = room {
            self.record(&mut effects, Record::ActForgotten { supplier, act });
        }
        let relationship = self.relationships.get(&supplier).ok_or(OwnerError::NoRelationship)?;
        let act = Act {
            person: relationship.key.public(),
            supplier: *relationship.lineage.current(),
            id: entropy.nonce(),
            at: departure::moment(now.wall),
            what: new.what.clone(),
        };
        let (kind, act) = (act.what.kind(), Verified::sign(act, &relationship.key)?);
        let (id, act) = (act.id(), act.signed().clone());
        let stored = StoredAct {
            act: act.clone(),
            about: new.about,
            at: now.wall,
            receipt: None,
            refused: None,
            answers: Vec::new(),
        };
        self.record(&mut effects, Record::Act { supplier, stored });
        self.log(&mut effects, Log::With(supplier), Event::Acted { act: id, kind }, now, entropy)?;
        self.depart(&mut effects, supplier, ToSupplier::Act(act))?;
        effects.push(Effect::Deliver(supplier));
        Ok(effects)
    }

    /// Is there room for one more? The oldest that is over gives way, and is named here.
    fn room_for_act(&self, supplier: &PublicKey) -> Result<Option<ObjectId>, OwnerError> {
        let relationship = self.relationships.get(supplier).ok_or(OwnerError::NoRelationship)?;
        let oldest = || {
            let over = relationship.acts.iter().filter(|(_, acted)| acted.is_over());
            over.min_by_key(|(_, acted)| acted.stored.at).map(|(id, _)| *id)
        };
        let in_all: usize = self.relationships.values().map(|known| known.acts.len()).sum();
        if relationship.acts.len() < limits::ACTS_PER_RELATIONSHIP && in_all < limits::ACTS_IN_ALL {
            return Ok(None);
        }
        oldest().map(Some).ok_or(OwnerError::TooManyActs)
    }

    /// The act that is message `number` of an outbox, if it is one.
    pub(super) fn act_in_outbox(&self, supplier: &PublicKey, number: u64) -> Option<ObjectId> {
        match &self.relationships.get(supplier)?.outbox.get(&number)?.message {
            ToSupplier::Act(signed) => Some(signed.id()),
            _ => None,
        }
    }

    /// What a supplier replies to an act. Nothing but the receipt for it, or a refusal, takes it out of the outbox.
    pub(super) fn act_replied(
        &mut self,
        supplier: &PublicKey,
        number: u64,
        act: ObjectId,
        reply: SupplierReply,
        now: Now,
        entropy: &mut Entropy,
    ) -> Vec<Effect> {
        let handled = match reply {
            SupplierReply::Received(signed) => self.act_received(supplier, act, signed, now, entropy),
            SupplierReply::Refused(Refusal::NotPaired) if self.was_renewed(supplier) => {
                return self.renew_again(supplier, now).unwrap_or_default();
            }
            // It passes by itself: the act stays under way, and goes out again.
            SupplierReply::Refused(Refusal::RateLimited) => return Vec::new(),
            SupplierReply::Refused(code) if code != Refusal::Unavailable => {
                self.act_refused(supplier, act, code, now, entropy)
            }
            _ => Err(Refusal::Unexpected),
        };
        let Ok(mut effects) = handled else {
            self.connection_lost(supplier);
            return Vec::new();
        };
        self.record(&mut effects, Record::Sent { supplier: *supplier, number });
        effects
    }

    fn act_received(
        &mut self,
        supplier: &PublicKey,
        act: ObjectId,
        signed: Signed<ActReceipt>,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<Vec<Effect>, Refusal> {
        let receipt = self.sent_by(supplier, signed)?;
        let relationship = self.relationships.get(supplier).ok_or(Refusal::NotPaired)?;
        if !relationship.keys.contains(&receipt.person) || receipt.act != act {
            return Err(Refusal::WrongAudience);
        }
        let mut effects = Vec::new();
        // Forgotten since, which needs a backup: it is delivered all the same.
        let Some(acted) = relationship.acts.get(&act).filter(|acted| acted.receipt.is_none()) else {
            return Ok(effects);
        };
        if !could_be(receipt.at, &acted.act, now) {
            return Err(Refusal::ClockSkew);
        }
        let stored = StoredAct { receipt: Some(receipt.signed().clone()), refused: None, ..acted.stored.clone() };
        self.record(&mut effects, Record::Act { supplier: *supplier, stored });
        let event = Event::ActReceived { act, receipt: receipt.id() };
        self.log(&mut effects, Log::With(*supplier), event, now, entropy)?;
        Ok(effects)
    }

    fn act_refused(
        &mut self,
        supplier: &PublicKey,
        act: ObjectId,
        code: Refusal,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<Vec<Effect>, Refusal> {
        let mut effects = Vec::new();
        let acted = self.relationships.get(supplier).and_then(|known| known.acts.get(&act));
        // Who has signed for it can't refuse it any more.
        let Some(acted) = acted.filter(|acted| acted.receipt.is_none()) else { return Ok(effects) };
        let stored = StoredAct { refused: Some(code), ..acted.stored.clone() };
        self.record(&mut effects, Record::Act { supplier: *supplier, stored });
        self.log(&mut effects, Log::With(*supplier), Event::ActRefused { act, code }, now, entropy)?;
        Ok(effects)
    }

    /// A supplier answers an act.
    pub(super) fn act_answered(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: &PublicKey,
        signed: Signed<ActAnswer>,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<(), Refusal> {
        let answer = self.sent_by(supplier, signed)?;
        let relationship = self.relationships.get(supplier).ok_or(Refusal::NotPaired)?;
        if !relationship.keys.contains(&answer.person) {
            return Err(Refusal::WrongAudience);
        }
        let acted = relationship.acts.get(&answer.act).ok_or(Refusal::UnknownAct)?;
        match acted.answers.get(&answer.number) {
            // The reply to the first copy was lost.
            Some(known) if *known == *answer => {
                effects.push(Effect::Reply(PersonReply::Noted));
                return Ok(());
            }
            Some(_) => return Err(Refusal::Replayed),
            None => {}
        }
        let before = acted.answers.range(..answer.number).map(|(_, before)| &before.answer);
        let numbered = (1..=limits::ACT_ANSWERS).contains(&answer.number);
        if !numbered || !answer.answer.fits(&acted.act.what, before) {
            return Err(Refusal::Malformed);
        }
        if !could_be(answer.at, &acted.act, now) {
            return Err(Refusal::ClockSkew);
        }
        let mut stored = acted.stored.clone();
        stored.answers.push(answer.signed().clone());
        self.record(effects, Record::Act { supplier: *supplier, stored });
        let event = Event::ActAnswered { act: answer.act, answer: answer.id() };
        self.log(effects, Log::With(*supplier), event, now, entropy)?;
        effects.push(Effect::Reply(PersonReply::Noted));
        Ok(())
    }

    pub(super) fn apply_act(&mut self, supplier: &PublicKey, stored: &StoredAct) -> Result<(), Refusal> {
        let (id, acted) = (stored.act.id(), Acted::read(stored.clone())?);
        self.relationships.get_mut(supplier).ok_or(Refusal::NotPaired)?.acts.insert(id, acted);
        Ok(())
    }
}

/// May a supplier have said something of an act at this moment? Not before it was said, nor in time to come. A day either
/// way is no lie: clocks differ, and days are what counts. One that states another moment has its word not taken, and an
/// act without a receipt goes out again.
fn could_be(at: Timestamp, act: &Act, now: Now) -> bool {
    at.plus_ms(DAY_MS) >= act.at && at <= now.latest().plus_ms(DAY_MS)
}
