//! Between a person and a supplier: beginning a relationship, dialling, sending. In: what both machines send. Out: it
//! arrives after a while of its own, or is lost with the line, which is up again after a while.

use rand::Rng as _;
use regie_protocol::{
    Acceptance, Agreement, Entropy, Nonce, ObjectId, Pairing, Profile, PublicKey, Signed,
    message::{PersonReply, SupplierReply, ToPerson, ToSupplier},
    person::Input,
    supplier::Parcel,
};

use crate::{
    measure::{
        meter::{self, Side},
        outcome::Outcome,
    },
    scenario::group::Attack,
    watch::{Broken, Shown},
    world::{
        event::{Arrival, Event, OnLine},
        failure::{Wrong, refused},
        line::{Carried, bytes},
        relationship::{Meeting, Relationship},
        state::World,
    },
};

impl World<'_> {
    /// Begins a relationship on the first day, before any time passes.
    pub(super) fn pair(&mut self, person: usize, supplier: usize, invitation: Nonce) -> Result<(), Wrong> {
        let (now, key) = (self.agenda.time(), self.suppliers[supplier].key);
        let own = self.know(person, supplier)?;
        let machine = &self.persons[person].machine;
        let pairing = machine.proffer(&key, invitation, Agreement::SdBase, None, now).map_err(refused)?;
        let mut replies = Vec::new();
        for message in [ToSupplier::Hello, ToSupplier::Pair(pairing.clone())] {
            self.month().sent(bytes(&message), true);
            let effects = self.suppliers[supplier].machine.message(&own, message, now);
            let reply = self.run_supplier(supplier, effects, false)?;
            replies.extend(reply.inspect(|reply| self.month().sent(bytes(reply), false)));
        }
        let mut replies = replies.into_iter();
        let (Some(SupplierReply::Profile(profile)), Some(SupplierReply::Paired(acceptance))) =
            (replies.next(), replies.next())
        else {
            return Err(Wrong::Refused("no pairing".into()));
        };
        self.paired(person, supplier, profile, acceptance, &pairing)
    }

    /// Makes the acquaintance of a supplier whose offer is to be taken up.
    pub(super) fn meet(
        &mut self,
        person: usize,
        supplier: usize,
        invitation: Nonce,
        take: (usize, ObjectId),
    ) -> Result<(), Wrong> {
        self.know(person, supplier)?;
        if let Some(relationship) = self.persons[person].relationships.get_mut(&supplier) {
            let (begun, profile, pairing, takes) = (false, None, None, Vec::new());
            let meeting = relationship.meeting.get_or_insert(Meeting { invitation, begun, profile, pairing, takes });
            meeting.takes.push(take);
            relationship.line.stir();
        }
        self.dial(person, supplier)
    }

    /// Dials, where the node is up, and sends what waits.
    pub(super) fn dial(&mut self, person: usize, supplier: usize) -> Result<(), Wrong> {
        let who = &mut self.persons[person];
        if let Some(relationship) = who.relationships.get_mut(&supplier).filter(|_| who.online) {
            relationship.line.dial();
        }
        self.flush(person, supplier)
    }

    pub(super) fn hang_up(&mut self, person: usize, supplier: usize) {
        let (who, at) = (&mut self.persons[person], &mut self.suppliers[supplier]);
        if let Some(relationship) = who.relationships.get_mut(&supplier) {
            relationship.line.hang_up(&at.key, &mut at.machine, &mut who.machine);
            relationship.meeting.iter_mut().for_each(|meeting| meeting.begun = false);
        }
    }

    /// Something came up for this supplier's line.
    pub(super) fn stir(&mut self, person: usize, key: &PublicKey) {
        let supplier = self.suppliers.iter().position(|supplier| supplier.key == *key);
        if let Some(relationship) = supplier.and_then(|supplier| self.persons[person].relationships.get_mut(&supplier))
        {
            relationship.line.stir();
        }
    }

    pub(super) fn flush_all(&mut self, person: usize) -> Result<(), Wrong> {
        let suppliers: Vec<usize> = self.persons[person].relationships.keys().copied().collect();
        suppliers.into_iter().try_for_each(|supplier| self.flush(person, supplier))
    }

    /// Sends what waits on both sides of a line that is up.
    pub(super) fn flush(&mut self, person: usize, supplier: usize) -> Result<(), Wrong> {
        let Some(relationship) =
            self.persons[person].relationships.get_mut(&supplier).filter(|relationship| relationship.line.stirs())
        else {
            return Ok(());
        };
        let own = relationship.line.own;
        if let Some(meeting) = &mut relationship.meeting {
            if !std::mem::replace(&mut meeting.begun, true) {
                self.send(person, supplier, OnLine::Meets(Box::new(ToSupplier::Hello)));
            }
            return Ok(());
        }
        let (key, now) = (self.suppliers[supplier].key, self.agenda.time());
        let told = self.give(person, Input::DropExpired(&key), None).map_err(refused)?;
        self.run_person(person, told)?;
        let outgoing = self.persons[person].machine.to_send(&key, now);
        let waiting = self.suppliers[supplier].machine.to_send(&own, now).map_err(refused)?;
        let leaves_at = self.persons[person].machine.relationship(&key).and_then(|known| known.leaves_at());
        if let Some(relationship) = self.persons[person].relationships.get_mut(&supplier) {
            // What waits for the same moment is woken once, however often the line is looked at before.
            if let Some(at) = leaves_at.filter(|at| relationship.line.due.replace(*at) != Some(*at)) {
                self.agenda.later(at.0.saturating_sub(now.0), Event::Due(person, supplier));
            }
            relationship.line.flushed(!outgoing.is_empty() || !waiting.is_empty());
        }
        let outgoing =
            outgoing.into_iter().map(|one| Carried::ToSupplier(one.number, Box::new(one.message.into_inner())));
        let waiting = waiting.into_iter().map(|(parcel, message)| Carried::ToPerson(parcel, Box::new(message)));
        for carried in outgoing.chain(waiting) {
            if !self.send(person, supplier, OnLine::Carried(carried)) {
                break;
            }
        }
        Ok(())
    }

    /// A message goes out now. False where it is lost with its line.
    fn send(&mut self, person: usize, supplier: usize, what: OnLine) -> bool {
        let since = self.agenda.now();
        self.send_in_turn(person, supplier, since, what)
    }

    /// The same for what answers a message that went out then.
    fn send_in_turn(&mut self, person: usize, supplier: usize, since: u64, what: OnLine) -> bool {
        let (bytes, by_person) = (what.bytes(), what.by_person());
        self.month().sent(bytes, by_person);
        if self.rng.random_bool(self.scenario.network.loss) {
            self.hang_up(person, supplier);
            self.agenda.later(self.scenario.network.retry_s * 1_000, Event::Up(person, supplier));
            return false;
        }
        let after = self.latency();
        let line =
            self.persons[person].relationships.get(&supplier).map_or(0, |relationship| relationship.line.number());
        self.agenda.later(after, Event::Arrives(person, supplier, Arrival::On(line, since, what)));
        true
    }

    /// How long a message takes, in milliseconds.
    pub(super) fn latency(&mut self) -> u64 {
        let [least, most] = self.scenario.network.latency_ms;
        self.rng.random_range(least..=most)
    }

    pub(super) fn arrives(&mut self, person: usize, supplier: usize, arrival: Arrival) -> Result<(), Wrong> {
        match arrival {
            Arrival::On(line, since, what) => {
                let relationship = self.persons[person].relationships.get(&supplier);
                if !relationship.is_some_and(|relationship| relationship.line.holds(line)) {
                    return Ok(());
                }
                if what.is_reply() {
                    let took = self.agenda.now() - since;
                    self.month().replies += 1;
                    self.month().reply_ms += took;
                }
                self.on_line(person, supplier, since, what)?;
                self.flush(person, supplier)
            }
            Arrival::Hostile(message) => self.suffers(person, supplier, *message),
            Arrival::Suffered(reply) => self.suffered(person, supplier, *reply),
        }
    }

    fn on_line(&mut self, person: usize, supplier: usize, since: u64, what: OnLine) -> Result<(), Wrong> {
        let carried = match what {
            OnLine::Carried(carried) => carried,
            OnLine::Meets(message) => return self.meets(person, supplier, since, *message),
            OnLine::Met(reply) => return self.met(person, supplier, *reply),
        };
        match carried {
            Carried::ToSupplier(number, message) => self.at_supplier(person, supplier, since, number, *message),
            Carried::ToPerson(parcel, message) => self.at_person(person, supplier, since, parcel, *message),
            Carried::SupplierReplied(number, reply) => {
                let (key, entropy) = (self.suppliers[supplier].key, self.entropy());
                let told = self.give(person, Input::Replied(&key, number, *reply), Some(entropy)).map_err(refused)?;
                self.run_person(person, told).map(drop)
            }
            Carried::PersonReplied(parcel, reply) => {
                let Some(own) = self.own(person, supplier) else { return Ok(()) };
                let now = self.agenda.time();
                let (back, effects) = self.suppliers[supplier].machine.replied(&own, &parcel, *reply, now);
                self.run_supplier(supplier, effects, true)?;
                if let Some(message) = back {
                    self.send(person, supplier, OnLine::Carried(Carried::Acknowledge(Box::new(message))));
                }
                Ok(())
            }
            Carried::Acknowledge(message) => {
                let (key, entropy) = (self.suppliers[supplier].key, self.entropy());
                let told = self.give(person, Input::Message(&key, *message), Some(entropy)).map_err(refused)?;
                self.run_person(person, told).map(drop)
            }
        }
    }

    fn at_supplier(
        &mut self,
        person: usize,
        supplier: usize,
        since: u64,
        number: u64,
        message: ToSupplier,
    ) -> Result<(), Wrong> {
        let Some(own) = self.own(person, supplier) else { return Ok(()) };
        if let ToSupplier::Revoke(signed) = &message {
            meter::turn(Side::Onlooker);
            let revocation = signed.clone().verify().map_err(|_| Broken::Signature)?;
            if let Some(made) = self.persons[person].revoked.remove(&revocation.grant) {
                let took = self.agenda.now() - made;
                let month = self.month();
                month.revocations_done += 1;
                month.revocation_ms += took;
            }
        }
        let (now, answered) = (self.agenda.time(), answers_a_request(&message));
        if self.attack(supplier) == Some(Attack::Collude) {
            self.suppliers[supplier].heard.entry(own).or_default().insert(now.0);
        }
        let effects = self.suppliers[supplier].machine.message(&own, message, now);
        if let Some(reply) = self.run_supplier(supplier, effects, answered)? {
            let reply = OnLine::Carried(Carried::SupplierReplied(number, Box::new(reply)));
            self.send_in_turn(person, supplier, since, reply);
        }
        Ok(())
    }

    fn at_person(
        &mut self,
        person: usize,
        supplier: usize,
        since: u64,
        parcel: Parcel,
        message: ToPerson,
    ) -> Result<(), Wrong> {
        let (key, entropy) = (self.suppliers[supplier].key, self.entropy());
        let told = self.give(person, Input::Message(&key, message), Some(entropy)).map_err(refused)?;
        if let Some(reply) = self.run_person(person, told)? {
            self.count_reply(supplier, &reply);
            let reply = OnLine::Carried(Carried::PersonReplied(parcel, Box::new(reply)));
            self.send_in_turn(person, supplier, since, reply);
        }
        Ok(())
    }

    /// What a node replied to a supplier.
    pub(super) fn count_reply(&mut self, supplier: usize, reply: &PersonReply) {
        let outcome = Outcome::of(reply);
        self.month().came_of(outcome);
        self.harm(supplier, |harm| match outcome {
            Some(Outcome::Answered) => harm.answered += 1,
            Some(Outcome::Asked) => harm.asked += 1,
            Some(Outcome::Refused | Outcome::Passing) => harm.refused += 1,
            None => {}
        });
    }

    /// A stranger's message at a supplier.
    fn meets(&mut self, person: usize, supplier: usize, since: u64, message: ToSupplier) -> Result<(), Wrong> {
        let Some(own) = self.own(person, supplier) else { return Ok(()) };
        let now = self.agenda.time();
        let effects = self.suppliers[supplier].machine.message(&own, message, now);
        if let Some(reply) = self.run_supplier(supplier, effects, false)? {
            self.send_in_turn(person, supplier, since, OnLine::Met(Box::new(reply)));
        }
        Ok(())
    }

    /// And its reply: first the profile, then the acceptance, and then the offers are taken up.
    fn met(&mut self, person: usize, supplier: usize, reply: SupplierReply) -> Result<(), Wrong> {
        let (key, now) = (self.suppliers[supplier].key, self.agenda.time());
        let who = &mut self.persons[person];
        let Some(relationship) = who.relationships.get_mut(&supplier) else { return Ok(()) };
        match (reply, relationship.meeting.as_mut()) {
            (SupplierReply::Profile(profile), Some(meeting)) => {
                let proffer = who.machine.proffer(&key, meeting.invitation, Agreement::PdcIntent, None, now);
                let pairing = proffer.map_err(refused)?;
                (meeting.profile, meeting.pairing) = (Some(profile), Some(pairing.clone()));
                self.send(person, supplier, OnLine::Meets(Box::new(ToSupplier::Pair(pairing))));
                Ok(())
            }
            (SupplierReply::Paired(acceptance), Some(_)) => {
                let Some(Meeting { profile: Some(profile), pairing: Some(pairing), takes, .. }) =
                    relationship.meeting.take()
                else {
                    return Err(Wrong::Refused("an acceptance of nothing".into()));
                };
                self.paired(person, supplier, profile, acceptance, &pairing)?;
                takes.into_iter().try_for_each(|(need, offer)| self.take_up(need, &offer, supplier))
            }
            // The invitation is over: the person was too late.
            (SupplierReply::Refused(_), Some(_)) => {
                let late = relationship.meeting.take().map_or(0, |meeting| meeting.takes.len() as u64);
                self.month().too_late += late;
                Ok(())
            }
            _ => Err(Wrong::Refused("a reply to nothing".into())),
        }
    }

    /// The relationship begins.
    fn paired(
        &mut self,
        person: usize,
        supplier: usize,
        profile: Signed<Profile>,
        acceptance: Signed<Acceptance>,
        pairing: &Signed<Pairing>,
    ) -> Result<(), Wrong> {
        let (entropy, key) = (self.entropy(), self.suppliers[supplier].key);
        let input = Input::Paired(&key, profile, acceptance, pairing);
        let told = self.give(person, input, Some(entropy)).map_err(refused)?;
        // The model has no domains: whom a person pairs with, the person knows. That takes no draw of its own.
        let vouched = Input::Vouch(&key, true);
        let told = told.and(self.give(person, vouched, Some(Entropy::new([0; 32]))).map_err(refused)?);
        self.persons[person]
            .relationships
            .get_mut(&supplier)
            .iter_mut()
            .for_each(|relationship| relationship.paired = true);
        self.run_person(person, told).map(drop)
    }

    /// A supplier that the person's node shows a key to: that key.
    fn know(&mut self, person: usize, supplier: usize) -> Result<PublicKey, Wrong> {
        if let Some(own) = self.own(person, supplier) {
            return Ok(own);
        }
        let (who, key) = (&mut self.persons[person], self.suppliers[supplier].key);
        let own = who.machine.pairing_key(&key).public();
        who.watch.shows(&own, Shown::To(key))?;
        who.relationships.insert(supplier, Relationship::new(own));
        self.owners.insert(own, person);
        Ok(own)
    }

    /// The person's key at this supplier.
    pub(super) fn own(&self, person: usize, supplier: usize) -> Option<PublicKey> {
        self.persons[person].relationships.get(&supplier).map(|relationship| relationship.line.own)
    }
}

/// Is it values that were asked for, not a change that is told?
fn answers_a_request(message: &ToSupplier) -> bool {
    let ToSupplier::Disclose(signed) = message else { return false };
    meter::turn(Side::Onlooker);
    signed.clone().verify().is_ok_and(|disclosure| disclosure.request.is_some())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        scenario::{Scenario, ScenarioError},
        world::event::AtBoard,
    };

    const CROWD: &str = include_str!("../../scenarios/crowd.toml");

    fn rough() -> Result<Scenario, ScenarioError> {
        let sets = ["persons=4", "group.persons=4", "days=60", "network.latency_ms=[40, 400]", "network.loss=0.02"];
        Scenario::parse(&CROWD.replace("messages = 610", "messages = 30"), &sets.map(str::to_owned))
    }

    #[test]
    fn no_reply_is_earlier_than_two_ways_and_messages_overtake_each_other() {
        let scenario = rough().expect("a scenario");
        let mut world = World::new(&scenario, scenario.group.as_ref().expect("groups"), 0, 1);
        world.begin().expect("it begins");
        let (mut replies, mut to_board, mut overtaken, mut newest) = (0, 0, 0, BTreeMap::new());
        while let Some(event) = world.agenda.turn_to_next() {
            let now = world.agenda.now();
            match &event {
                Event::Arrives(person, supplier, Arrival::On(line, since, what)) => {
                    let took = now - since;
                    replies += u64::from(what.is_reply());
                    assert!(took >= if what.is_reply() { 80 } else { 40 }, "{took} ms");
                    if let OnLine::Carried(Carried::ToSupplier(number, _)) = what {
                        let newest = newest.entry((*person, *supplier, *line)).or_insert(*number);
                        overtaken += u64::from(*number < *newest);
                        *newest = (*newest).max(*number);
                    }
                }
                Event::Board(_, AtBoard::Replied(..)) => to_board += 1,
                _ => {}
            }
            world.happen(event).expect("it holds");
        }
        assert!(replies > 200 && to_board > 200 && overtaken > 5, "{replies}, {to_board} and {overtaken}");
    }
}
