//! What persons have this company do: contracts that end, rights that are exercised. In: signed acts, the company's answers,
//! what persons' nodes say to those. Out: effects.
//!
//! An act is durable before it is signed for, and taken once: one that comes again has the receipt that it had.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Customer, Effect, Effects, Record, Supplier, SupplierError, Told};
use crate::{
    act::{Act, ActAnswer, ActReceipt, Answered},
    identity::PublicKey,
    limits,
    message::{PersonReply, SupplierReply},
    refusal::Refusal,
    signed::{ObjectId, Signed, Verified},
    time::{Now, Timestamp},
};

/// An act of a person, as one record holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredAct {
    /// The act, as the person signed it.
    pub act: Signed<Act>,
    /// What was signed for it.
    pub receipt: Signed<ActReceipt>,
    /// What was answered.
    pub answers: Vec<Answering>,
}

/// An answer on its way, or that was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answering {
    /// The answer, as it was signed.
    pub answer: Signed<ActAnswer>,
    /// What the person's node said.
    pub told: Told,
}

/// An act of a person, read.
#[derive(Clone, Debug)]
pub struct Acted {
    stored: StoredAct,
    act: Act,
    received: Timestamp,
    answers: Vec<ActAnswer>,
}

impl Acted {
    /// What was stored is of this company's checking and making.
    ///
    /// # Errors
    /// What reading it says: the store is damaged.
    pub fn read(stored: StoredAct) -> Result<Self, Refusal> {
        let (act, received) = (stored.act.peek()?, stored.receipt.peek()?.at);
        let answers = stored.answers.iter().map(|answering| answering.answer.peek());
        let answers = answers.collect::<Result<_, _>>()?;
        Ok(Self { stored, act, received, answers })
    }

    /// As it is stored, signatures and all.
    #[must_use]
    pub fn stored(&self) -> &StoredAct {
        &self.stored
    }

    /// What the person said.
    #[must_use]
    pub fn act(&self) -> &Act {
        &self.act
    }

    /// When it came.
    #[must_use]
    pub fn received(&self) -> Timestamp {
        self.received
    }

    /// What was answered, in order.
    #[must_use]
    pub fn answers(&self) -> &[ActAnswer] {
        &self.answers
    }

    /// Was it said that it takes longer?
    #[must_use]
    pub fn extended(&self) -> bool {
        self.answers.iter().any(|answer| matches!(answer.answer, Answered::Extended { .. }))
    }

    /// Does it wait for the company's answer?
    #[must_use]
    pub fn awaits_answer(&self) -> bool {
        !self.answers.last().is_some_and(|answer| answer.answer.is_final())
    }
}

impl Supplier {
    /// A person has this company do something.
    pub(super) fn acted(&mut self, person: &PublicKey, signed: Signed<Act>, now: Now) -> Result<Vec<Effect>, Refusal> {
        let act = self.signed_by(signed, person, |act| act.supplier)?;
        let customer = self.customers.get(person).ok_or(Refusal::NotPaired)?;
        let mut effects = Vec::new();
        // Before every bound, and however late: the person has nothing in hand until a receipt arrives.
        if let Some(known) = customer.acts.get(&act.id()) {
            effects.push(Effect::Reply(SupplierReply::Received(known.stored.receipt.clone())));
            return Ok(effects);
        }
        if customer.acts.values().any(|known| known.act.id == act.id) {
            return Err(Refusal::Replayed);
        }
        if !act.what.well_formed() {
            return Err(Refusal::Malformed);
        }
        // What is forgotten could be taken anew, so nothing is.
        if customer.acts.len() >= limits::ACTS_PER_RELATIONSHIP {
            return Err(Refusal::TooManyActs);
        }
        let receipt = ActReceipt { supplier: self.key.public(), person: *person, act: act.id(), at: now.wall };
        let receipt = Verified::sign(receipt, &self.key)?.signed().clone();
        let stored = StoredAct { act: act.signed().clone(), receipt: receipt.clone(), answers: Vec::new() };
        self.record(&mut effects, Record::Act { person: *person, stored });
        self.hear(&mut effects, person, act.at, now);
        effects.push(Effect::Reply(SupplierReply::Received(receipt)));
        Ok(effects)
    }

    /// Answers an act; the answer waits until the person's node has taken it.
    ///
    /// # Errors
    /// [`SupplierError::NoRelationship`], [`SupplierError::NoAct`], [`SupplierError::BadAnswer`],
    /// [`SupplierError::TooManyAnswers`].
    pub fn answer_act(
        &mut self,
        person: PublicKey,
        act: &ObjectId,
        answer: Answered,
        now: impl Into<Now>,
    ) -> Result<(ObjectId, Effects), SupplierError> {
        let now = now.into();
        let customer = self.customers.get(&person).ok_or(SupplierError::NoRelationship)?;
        let acted = customer.acts.get(act).ok_or(SupplierError::NoAct)?;
        if !answer.fits(&acted.act.what, acted.answers.iter().map(|before| &before.answer)) {
            return Err(SupplierError::BadAnswer);
        }
        // The person reads the answer in that item, so it has to be one that was sent.
        if let Answered::Done { item: Some(item) } = answer
            && !customer.sending.contains_key(&item)
        {
            return Err(SupplierError::BadAnswer);
        }
        let number = u8::try_from(acted.answers.len() + 1).unwrap_or(u8::MAX);
        if number > limits::ACT_ANSWERS {
            return Err(SupplierError::TooManyAnswers);
        }
        let supplier = self.key.public();
        let answer = ActAnswer { supplier, person, act: *act, number, at: now.wall, answer };
        // Signed once, and not anew at each sending: under one number the person's node takes the same bytes alone.
        let answer = Verified::sign(answer, &self.key)?;
        let mut stored = acted.stored.clone();
        stored.answers.push(Answering { answer: answer.signed().clone(), told: Told::NotYet });
        let mut effects = Vec::new();
        self.record(&mut effects, Record::Act { person, stored });
        effects.push(Effect::Deliver(person));
        Ok((answer.id(), Effects(effects)))
    }

    /// What the person's node said to an answer.
    pub(super) fn act_told(&mut self, person: &PublicKey, answer: &ObjectId, reply: &PersonReply) -> Vec<Effect> {
        let told = match reply {
            PersonReply::Noted => Told::Yes,
            // These pass by themselves; the answer goes out again.
            PersonReply::Refused(Refusal::Unavailable | Refusal::RateLimited | Refusal::Paused) => return Vec::new(),
            PersonReply::Refused(code) => Told::Refused(*code),
            _ => return Vec::new(),
        };
        let mut effects = Vec::new();
        let acts = self.customers.get(person).into_iter().flat_map(|customer| customer.acts.values());
        let mut stored = acts.map(|acted| &acted.stored);
        let found = stored.find(|stored| stored.answers.iter().any(|answering| answering.answer.id() == *answer));
        if let Some(stored) = found {
            let mut stored = stored.clone();
            let of = |answering: &&mut Answering| answering.answer.id() == *answer;
            if let Some(answering) = stored.answers.iter_mut().find(of) {
                answering.told = told;
            }
            let more = stored.answers.iter().any(|answering| answering.told == Told::NotYet);
            self.record(&mut effects, Record::Act { person: *person, stored });
            if more {
                effects.push(Effect::Deliver(*person));
            }
        }
        effects
    }
}

impl Customer {
    /// What the person had this company do, by the acts' names.
    #[must_use]
    pub fn acts(&self) -> &BTreeMap<ObjectId, Acted> {
        &self.acts
    }

    /// Of each act the next answer that the person's node has not taken: more time comes before what was done with it, so
    /// that who keeps a case of it notes them in their order.
    pub(super) fn answers_waiting(&self) -> impl Iterator<Item = &Signed<ActAnswer>> {
        let next = |acted: &'_ Acted| acted.stored.answers.iter().position(|one| one.told == Told::NotYet);
        self.acts.values().filter_map(move |acted| acted.stored.answers.get(next(acted)?)).map(|one| &one.answer)
    }
}
