//! What persons send, and what they answer. In: a message or reply from the person's key of one relationship.
//! Out: effects; exactly one of them answers a message.

use std::collections::BTreeSet;

use super::{Effect, Effects, Outcome, Parcel, Received, Record, Supplier};
use crate::{
    departure,
    disclosure::{Answer, Disclosure},
    field::FieldPath,
    grant::{Grant, Scope},
    identity::{Nonce, PublicKey},
    limits,
    message::{PersonReply, Skewed, SupplierReply, ToPerson, ToSupplier},
    profile::{Acceptance, Agreed, Alternative, Pairing},
    purpose::Purpose,
    rate::Source,
    receipt::{Acknowledgement, ErasureReceipt},
    refusal::Refusal,
    renewal::Renewal,
    revocation::Revocation,
    signed::{Object, ObjectId, Signed, Verified},
    supplier::state::{Held, Place, Skew},
    time::{HOUR_MS, Now, Timestamp},
};

impl Supplier {
    /// Handles a message of a person that is connected under its key for this relationship.
    pub fn message(&mut self, person: &PublicKey, message: ToSupplier, now: impl Into<Now>) -> Effects {
        self.message_from(person, None, message, now)
    }

    /// The same, where it is known whence it comes: who pairs by a public invitation is counted by that as well.
    pub fn message_from(
        &mut self,
        person: &PublicKey,
        source: Option<Source>,
        message: ToSupplier,
        now: impl Into<Now>,
    ) -> Effects {
        let now = now.into();
        let handled = match message {
            ToSupplier::Hello => self.hello(),
            ToSupplier::Resume(resumption) => self.resumed(person, resumption, now),
            ToSupplier::Grown(growth) => self.grew(person, growth),
            ToSupplier::Pair(pairing) => self.pair(person, source, pairing, now),
            ToSupplier::Disclose(disclosure) => self.disclosed(person, disclosure, now).map(|(ack, mut effects)| {
                effects.push(Effect::Reply(SupplierReply::Acknowledged(ack)));
                effects
            }),
            ToSupplier::Renew(renewal) => self.renewed(person, renewal, now),
            ToSupplier::Grant(grant) => self.granted(person, grant, now),
            ToSupplier::Revoke(revocation) => self.revoked(person, revocation, now),
            ToSupplier::Mandate(mandate) => self.mandated(person, mandate, now),
            ToSupplier::Segments => self.shown_segments(now),
            ToSupplier::Belong(membership) => self.belongs(person, membership, now),
            ToSupplier::Count(report) => self.counts(person, report, now),
            ToSupplier::Tally(report) => self.tallies(person, report, now),
            ToSupplier::Act(act) => self.acted(person, act, now),
            ToSupplier::TakeUp(taken) => self.taken_up(person, taken),
        };
        // A refusal drops what was recorded on the way to it, so whatever refuses stands before the first record: else
        // memory would be ahead of the disk.
        Effects(handled.unwrap_or_else(|code| vec![Effect::Reply(SupplierReply::refused(code, now))]))
    }

    /// Handles the reply to a request or receipt. Beside what follows there is what to say back on the same connection.
    pub fn replied(
        &mut self,
        person: &PublicKey,
        parcel: &Parcel,
        reply: PersonReply,
        now: impl Into<Now>,
    ) -> (Option<ToPerson>, Effects) {
        let (effects, back) = self.answered(person, parcel, reply, now.into());
        (back, Effects(effects))
    }

    fn answered(
        &mut self,
        person: &PublicKey,
        parcel: &Parcel,
        reply: PersonReply,
        now: Now,
    ) -> (Vec<Effect>, Option<ToPerson>) {
        match &reply {
            PersonReply::Skewed(Skewed { at }) => return (self.clocks_differ(person, parcel, Some(*at), now), None),
            PersonReply::Refused(Refusal::ClockSkew) => return (self.clocks_differ(person, parcel, None, now), None),
            // These carry a time, so any other answer to one of them says that the clocks meet again.
            _ if matches!(parcel, Parcel::Request(_) | Parcel::Item(_) | Parcel::Answer(_)) => {
                self.skewed.remove(person);
            }
            _ => {}
        }
        // What these refuse passes by itself: the parcel stays under way, and goes out again.
        let passes = matches!(
            reply,
            PersonReply::Refused(Refusal::Replayed | Refusal::Unavailable | Refusal::RateLimited | Refusal::Paused)
        );
        if let (false, Some(in_flight)) = (passes, self.in_flight.get_mut(person)) {
            in_flight.done(parcel);
        }
        let request = match parcel {
            Parcel::Request(request) => request,
            Parcel::Receipt(receipt) => return (self.receipt_told(person, receipt, &reply), None),
            Parcel::Item(id) => return (self.item_told(person, id, &reply, now), None),
            Parcel::Piece(id, _) => return (self.piece_told(person, id, &reply, now), None),
            Parcel::Answer(answer) => return (self.act_told(person, answer, &reply), None),
            Parcel::Delegation(link) => return (self.delegation_told(person, link, &reply), None),
        };
        match reply {
            PersonReply::Answer(disclosure) => match self.disclosed(person, disclosure, now) {
                Ok((ack, effects)) => (effects, Some(ToPerson::Acknowledge(ack))),
                Err(_) => (Vec::new(), None),
            },
            // The answer to the first copy is on its way; these pass by themselves.
            PersonReply::Refused(Refusal::Replayed | Refusal::Unavailable | Refusal::RateLimited | Refusal::Paused) => {
                (Vec::new(), None)
            }
            PersonReply::Refused(code) => (self.rejected(person, request, code), None),
            _ => (Vec::new(), None),
        }
    }

    /// A message was refused because clocks differ. It is sent again after a pause; meanwhile nothing goes out that would
    /// be refused for the same reason.
    fn clocks_differ(
        &mut self,
        person: &PublicKey,
        parcel: &Parcel,
        theirs: Option<Timestamp>,
        now: Now,
    ) -> Vec<Effect> {
        if let Some(in_flight) = self.in_flight.get_mut(person) {
            in_flight.done(parcel);
        }
        if self.skewed.len() >= limits::SKEWED_PEOPLE && !self.skewed.contains_key(person) {
            self.skewed.pop_first();
        }
        let before = self.skewed.get(person);
        // Several that were under way together are refused together: they count as one try.
        let times = before.map_or(0, |skew| skew.times.saturating_add(u32::from(skew.over(now))));
        self.skewed.insert(*person, Skew { ours: now.wall, theirs, times });
        theirs.map(|at| Effect::Heard(*person, at)).into_iter().collect()
    }

    /// A person signed this time just now, or some time ago where the message waited: one that is past says nothing. Of what
    /// nobody asked for the hour is told: it may be now, so what waits because clocks differed is tried again.
    pub(super) fn hear(&mut self, effects: &mut Vec<Effect>, person: &PublicKey, at: Timestamp, now: Now) {
        if !self.customers.contains_key(person) {
            return;
        }
        let may_be_now = at.plus_ms(HOUR_MS + limits::CLOCK_LEEWAY_MS) > now.wall && at <= now.wall;
        if departure::is_by_the_hour(at) && may_be_now {
            if self.skewed.remove(person).is_some() {
                effects.push(Effect::Deliver(*person));
            }
            return;
        }
        if at.plus_ms(limits::CLOCK_LEEWAY_MS) < now.wall {
            return;
        }
        effects.push(Effect::Heard(*person, at));
        if now.meets(at) && self.skewed.remove(person).is_some() {
            effects.push(Effect::Deliver(*person));
        }
    }

    /// A receipt that was taken, or that another copy would not be taken either, has been told.
    fn receipt_told(&mut self, person: &PublicKey, receipt: &ObjectId, reply: &PersonReply) -> Vec<Effect> {
        let mut effects = Vec::new();
        let passing =
            matches!(reply, PersonReply::Refused(Refusal::Unavailable | Refusal::RateLimited | Refusal::Paused));
        let waiting = self.customers.get(person).and_then(|customer| customer.receipts.get(receipt).cloned());
        if let (false, Some(receipt)) = (passing, waiting) {
            self.record(&mut effects, Record::Receipt { person: *person, receipt, told: true });
        }
        effects
    }

    fn hello(&self) -> Result<Vec<Effect>, Refusal> {
        let profile = self.profile.as_ref().ok_or(Refusal::Unavailable)?;
        Ok(vec![Effect::Reply(SupplierReply::Profile(profile.signed().clone()))])
    }

    fn pair(
        &mut self,
        person: &PublicKey,
        source: Option<Source>,
        signed: Signed<Pairing>,
        now: Now,
    ) -> Result<Vec<Effect>, Refusal> {
        let pairing = self.signed_by(signed, person, |pairing| pairing.supplier)?;
        if !now.meets(pairing.at) {
            return Err(Refusal::ClockSkew);
        }
        let mut effects = Vec::new();
        // A person whose acceptance was lost asks again and gets the same relationship.
        let agreement = match self.customers.get(person) {
            Some(known) => known.agreement,
            None => match self.admit(&mut effects, &pairing, source, now)? {
                Admitted::Under(agreement) => agreement,
                Admitted::Not(alternative) => {
                    effects.push(Effect::Reply(SupplierReply::Alternative(alternative)));
                    return Ok(effects);
                }
            },
        };
        let (supplier, id) = (self.key.public(), pairing.id());
        let acceptance = Acceptance { supplier, person: *person, pairing: id, agreement, at: now.wall };
        let acceptance = Verified::sign(acceptance, &self.key)?.signed().clone();
        let agreed = Agreed { pairing: pairing.signed().clone(), acceptance: acceptance.clone() };
        // For a known person too: both sides keep the two records of the last time.
        self.record(&mut effects, Record::Agreed { person: *person, agreed });
        self.hear(&mut effects, person, pairing.at, now);
        effects.push(Effect::Reply(SupplierReply::Paired(acceptance)));
        Ok(effects)
    }

    fn admit(
        &mut self,
        effects: &mut Vec<Effect>,
        pairing: &Verified<Pairing>,
        source: Option<Source>,
        now: Now,
    ) -> Result<Admitted, Refusal> {
        let mut invite = *self.invites.get(&pairing.invitation).ok_or(Refusal::BadInvitation)?;
        if invite.expires <= now.latest() || invite.uses == Some(0) {
            return Err(Refusal::BadInvitation);
        }
        let accepted = self.profile.as_ref().map(|profile| &profile.agreements).ok_or(Refusal::Unavailable)?;
        if !accepted.contains(&pairing.proffer) {
            // One alternative, and no more: who answers it with something else is declined.
            let other = pairing.proffer.alternative(accepted).filter(|_| pairing.alternative.is_none());
            let agreement = other.ok_or(Refusal::Declined)?;
            let (supplier, person) = (self.key.public(), pairing.person);
            let alternative = Alternative { supplier, person, pairing: pairing.id(), agreement, at: now.wall };
            return Ok(Admitted::Not(Verified::sign(alternative, &self.key)?.signed().clone()));
        }
        // After all else that can refuse: who is declined, or is shown an alternative, takes nobody's place.
        if invite.uses.is_none() {
            self.pairings.take(&pairing.invitation, source, now.wall)?;
        }
        invite.uses = invite.uses.map(|left| left - 1);
        self.record(effects, Record::Invite { id: pairing.invitation, invite });
        self.record(
            effects,
            Record::Customer { person: pairing.person, agreement: pairing.proffer, since: now.wall, test: invite.test },
        );
        Ok(Admitted::Under(pairing.proffer))
    }

    fn disclosed(
        &mut self,
        person: &PublicKey,
        signed: Signed<Disclosure>,
        now: Now,
    ) -> Result<(Signed<Acknowledgement>, Vec<Effect>), Refusal> {
        let disclosure = self.signed_by(signed, person, |disclosure| disclosure.supplier)?;
        Disclosure::check(&disclosure)?;
        let mut effects = Vec::new();
        let known = self.customers.get(person).ok_or(Refusal::NotPaired)?.received.contains(&disclosure.id());
        // One that comes again, because its acknowledgement was lost, changes nothing.
        if !known {
            self.take(&mut effects, person, &disclosure, now)?;
        }
        self.hear(&mut effects, person, disclosure.at, now);
        let supplier = self.key.public();
        let ack = Acknowledgement { supplier, person: *person, disclosure: disclosure.id(), at: now.wall };
        Ok((Verified::sign(ack, &self.key)?.signed().clone(), effects))
    }

    fn take(
        &mut self,
        effects: &mut Vec<Effect>,
        person: &PublicKey,
        disclosure: &Verified<Disclosure>,
        now: Now,
    ) -> Result<(), Refusal> {
        // What is refused leaves nothing behind: all that can refuse it comes before the first record.
        let grants = disclosure.grants.iter().map(|grant| self.usable(person, grant.clone()));
        let grants = grants.collect::<Result<Vec<_>, _>>()?;
        self.witness(effects, person, disclosure)?;
        // Before the values, which are kept under grants that are known.
        for grant in grants {
            self.keep_grant(effects, person, &grant, now);
        }
        let mut kept = false;
        for (path, answer) in &disclosure.answers {
            if let (Some(field), Answer::Value { .. }) = (path.known(), answer) {
                kept |= self.keep(effects, person, field, answer, disclosure, now);
            }
        }
        if kept {
            let original = disclosure.signed().clone();
            self.record(effects, Record::Original { person: *person, disclosure: original });
        }
        self.note_answers(effects, person, disclosure);
        self.record(effects, Record::Received { person: *person, received: received(disclosure, now.wall) });
        Ok(())
    }

    /// Keeps a value only under a grant that this companion holds and that covers the field, and only until its retention
    /// ends.
    fn keep(
        &mut self,
        effects: &mut Vec<Effect>,
        person: &PublicKey,
        field: FieldPath,
        answer: &Answer,
        disclosure: &Verified<Disclosure>,
        now: Now,
    ) -> bool {
        let (Some(customer), Answer::Value { observed, grant, salt }) = (self.customers.get(person), answer) else {
            return false;
        };
        let covers = |scope: &&Scope| scope.fields.iter().any(|own| own.covers(field));
        let Some(scope) = customer.scope_of(grant).filter(covers) else { return false };
        // A clock that may be wrong must not lengthen it; one that the person's own word agrees with is not wrong.
        let since = if now.meets(disclosure.at) { now.wall } else { now.wall.min(now.floor) };
        let until = since.plus_days(scope.bounds.retention);
        let place = Place { epoch: disclosure.epoch, index: disclosure.entry.index };
        let before = customer.held.get(&field);
        // Messages overtake each other: what the person's log says later counts.
        if before.is_some_and(|before| before.place > place) {
            return false;
        }
        let before = before.map(|held| held.disclosure);
        let held = Held { grant: *grant, until, disclosure: disclosure.id(), place };
        let observed = observed.clone();
        self.record(effects, Record::Value { person: *person, field, held, observed, salt: *salt, before });
        true
    }

    fn note_answers(&mut self, effects: &mut Vec<Effect>, person: &PublicKey, disclosure: &Disclosure) {
        let Some(asking) = disclosure.request.and_then(|id| self.customers.get(person)?.askings.get(&id)) else {
            return;
        };
        let mut asking = asking.clone();
        asking.answered = true;
        for (path, answer) in &disclosure.answers {
            asking.waiting.remove(path);
            match answer {
                Answer::Value { .. } | Answer::Absent => drop(asking.given.insert(path.clone())),
                Answer::Asked => drop(asking.waiting.insert(path.clone())),
                Answer::Refused(code) => drop(asking.refused.insert(path.clone(), *code)),
            }
        }
        self.record(effects, Record::Asking { asking });
    }

    /// The person takes another key. Whoever sends this is connected under one of the person's, and whoever signed it has
    /// the other.
    fn renewed(&mut self, person: &PublicKey, signed: Signed<Renewal>, now: Now) -> Result<Vec<Effect>, Refusal> {
        let renewal = signed.verify()?;
        let customer = self.customers.get(person).ok_or(Refusal::NotPaired)?;
        let is_theirs = |key: &PublicKey| key == person || customer.later_keys.contains(key);
        if !is_theirs(&renewal.follows) {
            return Err(Refusal::WrongSender);
        }
        if !self.keys.contains(&renewal.supplier) {
            return Err(Refusal::WrongAudience);
        }
        let key = renewal.person;
        let mut effects = Vec::new();
        if !is_theirs(&key) {
            // Another person's key, or one that begins a relationship of its own, is none of this one.
            if self.customers.contains_key(&key) {
                return Err(Refusal::WrongSender);
            }
            if customer.later_keys.len() >= limits::RENEWALS as usize {
                return Err(Refusal::RateLimited);
            }
            self.hear(&mut effects, person, renewal.at, now);
            self.record(&mut effects, Record::Renewed { person: *person, key });
        }
        effects.push(Effect::Reply(SupplierReply::Noted));
        Ok(effects)
    }

    fn granted(&mut self, person: &PublicKey, signed: Signed<Grant>, now: Now) -> Result<Vec<Effect>, Refusal> {
        let grant = self.usable(person, signed)?;
        let mut effects = Vec::new();
        self.keep_grant(&mut effects, person, &grant, now);
        effects.push(Effect::Reply(SupplierReply::Noted));
        Ok(effects)
    }

    /// Keeps a grant. Where as many as the bound are remembered, the one gives way that is needed least.
    fn keep_grant(&mut self, effects: &mut Vec<Effect>, person: &PublicKey, grant: &Verified<Grant>, now: Now) {
        let Some(customer) = self.customers.get(person) else { return };
        // One that comes again, because the reply was lost, changes nothing.
        if customer.grants.contains_key(&grant.id()) {
            return;
        }
        if customer.grants.len() >= limits::GRANTS_KEPT
            && let Some(spare) = customer.spare_grant(now)
        {
            self.record(effects, Record::Ended { person: *person, links: BTreeSet::from([spare]) });
        }
        self.record(effects, Record::Grant { person: *person, grant: grant.signed().clone() });
    }

    /// A grant of a connected person that this companion may use: to it, within its bounds, and within the agreement, which
    /// binds the company too.
    fn usable(&self, person: &PublicKey, signed: Signed<Grant>) -> Result<Verified<Grant>, Refusal> {
        let grant = self.signed_by(signed, person, |grant| grant.audience)?;
        if !grant.scope.well_formed() {
            return Err(Refusal::Malformed);
        }
        let agreement = self.customers.get(person).ok_or(Refusal::NotPaired)?.agreement;
        let bounds = &grant.scope.bounds;
        let permitted = |why: &Purpose| agreement.permits(*why, bounds.delegations, bounds.retention);
        if grant.scope.purposes.iter().all(permitted) { Ok(grant) } else { Err(Refusal::OutsideAgreement) }
    }

    fn revoked(&mut self, person: &PublicKey, signed: Signed<Revocation>, now: Now) -> Result<Vec<Effect>, Refusal> {
        let revocation = self.signed_by(signed, person, |revocation| revocation.supplier)?;
        let customer = self.customers.get(person).ok_or(Refusal::NotPaired)?;
        // The reply may have been lost. What was erased then stands in the receipt of then alone: by one that is made anew the
        // person's node would take the company to hold it for good.
        if let Some(receipt) = customer.erasures.get(&revocation.id()) {
            return Ok(vec![Effect::Reply(SupplierReply::Erased(receipt.clone()))]);
        }
        let fields: BTreeSet<FieldPath> =
            customer.held.iter().filter(|(_, held)| held.grant == revocation.grant).map(|(field, _)| *field).collect();
        let mut effects = Vec::new();
        let (grant, notice) = (revocation.grant, revocation.signed().clone());
        // A notice may come before the grant it ends. Those of grants that never come must not fill the companion.
        let known = customer.grants.contains_key(&grant) || customer.mandates.contains_key(&grant);
        if known || customer.revoked.len() < limits::GRANTS_KEPT {
            self.record(&mut effects, Record::Revoked { person: *person, grant, notice });
        }
        if !revocation.erase {
            effects.push(Effect::Reply(SupplierReply::Noted));
            return Ok(effects);
        }
        let receipt = self.erase(&mut effects, person, grant, fields, Some(revocation.id()), now)?;
        // The reply below takes it along, so it does not wait to be sent.
        self.record(&mut effects, Record::Receipt { person: *person, receipt: receipt.clone(), told: true });
        effects.push(Effect::Reply(SupplierReply::Erased(receipt)));
        Ok(effects)
    }

    /// Erases fields that one grant gave, and signs for it.
    pub(super) fn erase(
        &mut self,
        effects: &mut Vec<Effect>,
        person: &PublicKey,
        grant: ObjectId,
        fields: BTreeSet<FieldPath>,
        revocation: Option<ObjectId>,
        now: Now,
    ) -> Result<Signed<ErasureReceipt>, Refusal> {
        let customer = self.customers.get(person).ok_or(Refusal::NotPaired)?;
        // The signed disclosures go with the fields: the values stand in them too.
        let originals =
            fields.iter().filter_map(|field| customer.held.get(field)).map(|held| held.disclosure).collect();
        self.record(effects, Record::Erased { person: *person, fields: fields.clone(), originals });
        let receipt =
            ErasureReceipt { supplier: self.key.public(), person: *person, grant, revocation, fields, at: now.wall };
        Ok(Verified::sign(receipt, &self.key)?.signed().clone())
    }

    fn rejected(&mut self, person: &PublicKey, request: &Nonce, code: Refusal) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(asking) = self.customers.get(person).and_then(|customer| customer.askings.get(request)) {
            let mut asking = asking.clone();
            asking.rejected = Some(code);
            self.record(&mut effects, Record::Asking { asking });
        }
        effects
    }

    /// Checks a signed object of a connected person: signature, signer, and that it is for this companion.
    pub(super) fn signed_by<T: Object>(
        &self,
        signed: Signed<T>,
        person: &PublicKey,
        audience: impl Fn(&T) -> PublicKey,
    ) -> Result<Verified<T>, Refusal> {
        let object = signed.verify()?;
        // A message may have been signed before the person took another key, and be sent after.
        let known = self.customers.get(person).is_some_and(|known| known.later_keys.contains(object.signer()));
        if object.signer() != person && !known {
            return Err(Refusal::WrongSender);
        }
        // What was said to an earlier key may come late.
        if !self.keys.contains(&audience(&object)) {
            return Err(Refusal::WrongAudience);
        }
        Ok(object)
    }
}

/// What becomes of a pairing with a good invitation.
enum Admitted {
    Under(crate::agreement::Agreement),
    Not(Signed<Alternative>),
}

/// What is remembered of a disclosure when its values are gone.
fn received(disclosure: &Verified<Disclosure>, at: Timestamp) -> Received {
    let outcome = |answer: &Answer| match answer {
        Answer::Value { grant, .. } => Outcome::Given(*grant),
        Answer::Absent => Outcome::Absent,
        Answer::Asked => Outcome::Asked,
        Answer::Refused(code) => Outcome::Refused(*code),
    };
    Received {
        id: disclosure.id(),
        request: disclosure.request,
        at,
        outcomes: disclosure.answers.iter().map(|(path, answer)| (path.clone(), outcome(answer))).collect(),
        entry: disclosure.entry.clone(),
    }
}
