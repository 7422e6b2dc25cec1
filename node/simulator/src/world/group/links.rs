//! What is between a person and a supplier: the line, an acquaintance that is being made, what the supplier holds. In:
//! what both machines send. Out: it arrives after a while, in the order in which it went out, or is lost with the line,
//! which is up again after a while.

use std::collections::BTreeSet;

use rand::Rng as _;
use regie_protocol::{
    Acceptance, Agreement, Entropy, Nonce, ObjectId, Pairing, Profile, PublicKey, Signed,
    message::{PersonReply, SupplierReply, ToPerson, ToSupplier},
    person::Input,
    supplier::Parcel,
};

use super::{Event, Group, attacks::Hostile, refused};
use crate::{
    measure::{
        holding::Holding,
        meter::{self, Side},
        outcome::Outcome,
    },
    watch::{Broken, Shown},
    world::{
        life::{Wrong, answers_a_request},
        line::{Carried, Line, Wire, bytes},
    },
};

/// Between a person and a supplier.
pub(super) struct Link {
    pub(super) line: Line,
    /// Is there a relationship?
    pub(super) paired: bool,
    /// The person has taken up an offer of this supplier.
    pub(super) bought: bool,
    pub(super) holding: Holding,
    meeting: Option<Meeting>,
    /// Which of its requests the supplier has made before.
    asked: BTreeSet<usize>,
    /// To the person, and to the supplier.
    wires: [Wire; 2],
}

/// A relationship that is about to begin, by the invitation of an offer.
struct Meeting {
    invitation: Nonce,
    /// Has the node said hello on the line that is up?
    begun: bool,
    profile: Option<Signed<Profile>>,
    pairing: Option<Signed<Pairing>>,
    /// Needs and the offers for them, to be taken up then.
    takes: Vec<(usize, ObjectId)>,
}

/// What arrives.
pub(super) enum Arrival {
    /// On the line of this number; what it answers, or itself, went out at this moment.
    On(u32, u64, OnLine),
    /// At the person's node, on an attacker's own line, which is never lost.
    Hostile(Box<Hostile>),
    /// What the node replied to that.
    Suffered(Box<PersonReply>),
}

/// What goes on a line.
pub(super) enum OnLine {
    /// Between two machines that know each other.
    Carried(Carried),
    /// From a person who makes an acquaintance.
    Meets(Box<ToSupplier>),
    /// What the supplier replied to that.
    Met(Box<SupplierReply>),
}

impl OnLine {
    fn by_person(&self) -> bool {
        match self {
            Self::Carried(carried) => carried.by_person(),
            Self::Meets(_) => true,
            Self::Met(_) => false,
        }
    }

    fn bytes(&self) -> u64 {
        match self {
            Self::Carried(carried) => carried.bytes(),
            Self::Meets(message) => bytes(&**message),
            Self::Met(reply) => bytes(&**reply),
        }
    }

    fn is_reply(&self) -> bool {
        matches!(self, Self::Met(_) | Self::Carried(Carried::SupplierReplied(..) | Carried::PersonReplied(..)))
    }
}

impl Link {
    fn new(own: PublicKey) -> Self {
        Self {
            line: Line::new(own),
            paired: false,
            bought: false,
            holding: Holding::default(),
            meeting: None,
            asked: BTreeSet::new(),
            wires: <[Wire; 2]>::default(),
        }
    }

    /// The supplier asks; had it done so before?
    pub(super) fn asks(&mut self, number: usize) -> bool {
        self.line.stir();
        !self.asked.insert(number)
    }
}

impl Group<'_> {
    /// Begins a relationship on the first day, before any time passes.
    pub(super) fn pair(&mut self, person: usize, firm: usize, invitation: Nonce) -> Result<(), Wrong> {
        let (now, key) = (self.agenda.time(), self.firms[firm].key);
        let own = self.know(person, firm)?;
        let machine = &self.beings[person].machine;
        let pairing = machine.proffer(&key, invitation, Agreement::SdBase, None, now).map_err(refused)?;
        let mut replies = Vec::new();
        for message in [ToSupplier::Hello, ToSupplier::Pair(pairing.clone())] {
            self.month().sent(bytes(&message), true);
            let effects = self.firms[firm].machine.message(&own, message, now);
            let reply = self.run_firm(firm, effects, false)?;
            replies.extend(reply.inspect(|reply| self.month().sent(bytes(reply), false)));
        }
        let mut replies = replies.into_iter();
        let (Some(SupplierReply::Profile(profile)), Some(SupplierReply::Paired(acceptance))) =
            (replies.next(), replies.next())
        else {
            return Err(Wrong::Refused("no pairing".into()));
        };
        self.paired(person, firm, profile, acceptance, &pairing)
    }

    /// Makes the acquaintance of a supplier whose offer is to be taken up.
    pub(super) fn meet(
        &mut self,
        person: usize,
        firm: usize,
        invitation: Nonce,
        take: (usize, ObjectId),
    ) -> Result<(), Wrong> {
        self.know(person, firm)?;
        if let Some(link) = self.beings[person].links.get_mut(&firm) {
            let (begun, profile, pairing, takes) = (false, None, None, Vec::new());
            let meeting = link.meeting.get_or_insert(Meeting { invitation, begun, profile, pairing, takes });
            meeting.takes.push(take);
            link.line.stir();
        }
        self.dial(person, firm)
    }

    /// Dials, where the node is up, and sends what waits.
    pub(super) fn dial(&mut self, person: usize, firm: usize) -> Result<(), Wrong> {
        let being = &mut self.beings[person];
        if let Some(link) = being.links.get_mut(&firm).filter(|_| being.online) {
            link.line.dial();
        }
        self.flush(person, firm)
    }

    pub(super) fn hang_up(&mut self, person: usize, firm: usize) {
        let (being, firm_of) = (&mut self.beings[person], &mut self.firms[firm]);
        if let Some(link) = being.links.get_mut(&firm) {
            link.line.hang_up(&firm_of.key, &mut firm_of.machine, &mut being.machine);
            link.meeting.iter_mut().for_each(|meeting| meeting.begun = false);
        }
    }

    /// Something came up for this supplier's line.
    pub(super) fn stir(&mut self, person: usize, supplier: &PublicKey) {
        let firm = self.firms.iter().position(|firm| firm.key == *supplier);
        if let Some(link) = firm.and_then(|firm| self.beings[person].links.get_mut(&firm)) {
            link.line.stir();
        }
    }

    pub(super) fn flush_all(&mut self, person: usize) -> Result<(), Wrong> {
        let firms: Vec<usize> = self.beings[person].links.keys().copied().collect();
        firms.into_iter().try_for_each(|firm| self.flush(person, firm))
    }

    /// Sends what waits on both sides of a line that is up.
    pub(super) fn flush(&mut self, person: usize, firm: usize) -> Result<(), Wrong> {
        let Some(link) = self.beings[person].links.get_mut(&firm).filter(|link| link.line.stirs()) else {
            return Ok(());
        };
        let own = link.line.own;
        if let Some(meeting) = &mut link.meeting {
            if !std::mem::replace(&mut meeting.begun, true) {
                self.send(person, firm, OnLine::Meets(Box::new(ToSupplier::Hello)));
            }
            return Ok(());
        }
        let (key, now) = (self.firms[firm].key, self.agenda.time());
        let told = self.give(person, Input::DropExpired(&key), None).map_err(refused)?;
        self.run_person(person, told)?;
        let outgoing = self.beings[person].machine.to_send(&key, now);
        let waiting = self.firms[firm].machine.to_send(&own, now).map_err(refused)?;
        if let Some(link) = self.beings[person].links.get_mut(&firm) {
            link.line.flushed(!outgoing.is_empty() || !waiting.is_empty());
        }
        let outgoing =
            outgoing.into_iter().map(|one| Carried::ToSupplier(one.number, Box::new(one.message.into_inner())));
        let waiting = waiting.into_iter().map(|(parcel, message)| Carried::ToPerson(parcel, Box::new(message)));
        for carried in outgoing.chain(waiting) {
            if !self.send(person, firm, OnLine::Carried(carried)) {
                break;
            }
        }
        Ok(())
    }

    /// A message goes out now. False where it is lost with its line.
    fn send(&mut self, person: usize, firm: usize, what: OnLine) -> bool {
        let since = self.agenda.now();
        self.send_in_turn(person, firm, since, what)
    }

    /// The same for what answers a message that went out then.
    fn send_in_turn(&mut self, person: usize, firm: usize, since: u64, what: OnLine) -> bool {
        let (bytes, by_person) = (what.bytes(), what.by_person());
        self.month().sent(bytes, by_person);
        if self.rng.random_bool(self.scenario.network.loss) {
            self.hang_up(person, firm);
            self.agenda.later(self.scenario.network.retry_s * 1_000, Event::Up(person, firm));
            return false;
        }
        let after = self.takes(person, firm, by_person);
        let line = self.beings[person].links.get(&firm).map_or(0, |link| link.line.number());
        self.agenda.later(after, Event::Arrives(person, firm, Arrival::On(line, since, what)));
        true
    }

    /// How long a message takes on the line between these, in milliseconds: none overtakes another.
    pub(super) fn takes(&mut self, person: usize, firm: usize, by_person: bool) -> u64 {
        let (drawn, now) = (self.latency(), self.agenda.now());
        let link = self.beings[person].links.get_mut(&firm);
        link.map_or(drawn, |link| link.wires[usize::from(by_person)].after(now, drawn))
    }

    pub(super) fn latency(&mut self) -> u64 {
        let [least, most] = self.scenario.network.latency_ms;
        self.rng.random_range(least..=most)
    }

    pub(super) fn arrives(&mut self, person: usize, firm: usize, arrival: Arrival) -> Result<(), Wrong> {
        match arrival {
            Arrival::On(line, since, what) => {
                let link = self.beings[person].links.get(&firm);
                if !link.is_some_and(|link| link.line.holds(line)) {
                    return Ok(());
                }
                if what.is_reply() {
                    let took = self.agenda.now() - since;
                    self.tally("replies", 1);
                    self.tally("reply_ms", took);
                }
                self.on_line(person, firm, since, what)?;
                self.flush(person, firm)
            }
            Arrival::Hostile(message) => self.suffers(person, firm, *message),
            Arrival::Suffered(reply) => self.suffered(person, firm, *reply),
        }
    }

    fn on_line(&mut self, person: usize, firm: usize, since: u64, what: OnLine) -> Result<(), Wrong> {
        let carried = match what {
            OnLine::Carried(carried) => carried,
            OnLine::Meets(message) => return self.meets(person, firm, since, *message),
            OnLine::Met(reply) => return self.met(person, firm, *reply),
        };
        match carried {
            Carried::ToSupplier(number, message) => self.at_firm(person, firm, since, number, *message),
            Carried::ToPerson(parcel, message) => self.at_person(person, firm, since, parcel, *message),
            Carried::SupplierReplied(number, reply) => {
                let (key, entropy) = (self.firms[firm].key, self.entropy());
                let told = self.give(person, Input::Replied(&key, number, *reply), Some(entropy)).map_err(refused)?;
                self.run_person(person, told).map(drop)
            }
            Carried::PersonReplied(parcel, reply) => {
                let Some(own) = self.own(person, firm) else { return Ok(()) };
                let now = self.agenda.time();
                let (effects, back) = self.firms[firm].machine.replied(&own, &parcel, *reply, now);
                self.run_firm(firm, effects, true)?;
                if let Some(message) = back {
                    self.send(person, firm, OnLine::Carried(Carried::Acknowledge(Box::new(message))));
                }
                Ok(())
            }
            Carried::Acknowledge(message) => {
                let (key, entropy) = (self.firms[firm].key, self.entropy());
                let told = self.give(person, Input::Message(&key, *message), Some(entropy)).map_err(refused)?;
                self.run_person(person, told).map(drop)
            }
        }
    }

    fn at_firm(
        &mut self,
        person: usize,
        firm: usize,
        since: u64,
        number: u64,
        message: ToSupplier,
    ) -> Result<(), Wrong> {
        let Some(own) = self.own(person, firm) else { return Ok(()) };
        if let ToSupplier::Revoke(signed) = &message {
            meter::turn(Side::Onlooker);
            let revocation = signed.clone().verify().map_err(|_| Broken::Signature)?;
            if let Some(made) = self.beings[person].revoked.remove(&revocation.grant) {
                let took = self.agenda.now() - made;
                let month = self.month();
                month.revocations_done += 1;
                month.revocation_ms += took;
            }
        }
        let (now, answered) = (self.agenda.time(), answers_a_request(&message));
        let effects = self.firms[firm].machine.message(&own, message, now);
        if let Some(reply) = self.run_firm(firm, effects, answered)? {
            let reply = OnLine::Carried(Carried::SupplierReplied(number, Box::new(reply)));
            self.send_in_turn(person, firm, since, reply);
        }
        Ok(())
    }

    fn at_person(
        &mut self,
        person: usize,
        firm: usize,
        since: u64,
        parcel: Parcel,
        message: ToPerson,
    ) -> Result<(), Wrong> {
        let (key, entropy) = (self.firms[firm].key, self.entropy());
        let told = self.give(person, Input::Message(&key, message), Some(entropy)).map_err(refused)?;
        if let Some(reply) = self.run_person(person, told)? {
            self.count_reply(firm, &reply);
            let reply = OnLine::Carried(Carried::PersonReplied(parcel, Box::new(reply)));
            self.send_in_turn(person, firm, since, reply);
        }
        Ok(())
    }

    /// What a node replied to a supplier.
    pub(super) fn count_reply(&mut self, firm: usize, reply: &PersonReply) {
        let outcome = Outcome::of(reply);
        self.month().came_of(outcome);
        self.harm(firm, |harm| match outcome {
            Some(Outcome::Answered) => harm.answered += 1,
            Some(Outcome::Asked) => harm.asked += 1,
            Some(Outcome::Refused | Outcome::Passing) => harm.refused += 1,
            None => {}
        });
    }

    /// A stranger's message at a supplier.
    fn meets(&mut self, person: usize, firm: usize, since: u64, message: ToSupplier) -> Result<(), Wrong> {
        let Some(own) = self.own(person, firm) else { return Ok(()) };
        let now = self.agenda.time();
        let effects = self.firms[firm].machine.message(&own, message, now);
        if let Some(reply) = self.run_firm(firm, effects, false)? {
            self.send_in_turn(person, firm, since, OnLine::Met(Box::new(reply)));
        }
        Ok(())
    }

    /// And its reply: first the profile, then the acceptance, and then the offers are taken up.
    fn met(&mut self, person: usize, firm: usize, reply: SupplierReply) -> Result<(), Wrong> {
        let (key, now) = (self.firms[firm].key, self.agenda.time());
        let being = &mut self.beings[person];
        let Some(link) = being.links.get_mut(&firm) else { return Ok(()) };
        match (reply, link.meeting.as_mut()) {
            (SupplierReply::Profile(profile), Some(meeting)) => {
                let proffer = being.machine.proffer(&key, meeting.invitation, Agreement::PdcIntent, None, now);
                let pairing = proffer.map_err(refused)?;
                (meeting.profile, meeting.pairing) = (Some(profile), Some(pairing.clone()));
                self.send(person, firm, OnLine::Meets(Box::new(ToSupplier::Pair(pairing))));
                Ok(())
            }
            (SupplierReply::Paired(acceptance), Some(_)) => {
                let Some(Meeting { profile: Some(profile), pairing: Some(pairing), takes, .. }) = link.meeting.take()
                else {
                    return Err(Wrong::Refused("an acceptance of nothing".into()));
                };
                self.paired(person, firm, profile, acceptance, &pairing)?;
                takes.into_iter().try_for_each(|(need, offer)| self.take_up(need, &offer, firm))
            }
            // The invitation is over: the person was too late.
            (SupplierReply::Refused(_), Some(_)) => {
                let late = link.meeting.take().map_or(0, |meeting| meeting.takes.len() as u64);
                self.tally("too_late", late);
                Ok(())
            }
            _ => Err(Wrong::Refused("a reply to nothing".into())),
        }
    }

    /// The relationship begins.
    fn paired(
        &mut self,
        person: usize,
        firm: usize,
        profile: Signed<Profile>,
        acceptance: Signed<Acceptance>,
        pairing: &Signed<Pairing>,
    ) -> Result<(), Wrong> {
        let (entropy, key) = (self.entropy(), self.firms[firm].key);
        let input = Input::Paired(&key, profile, acceptance, pairing);
        let told = self.give(person, input, Some(entropy)).map_err(refused)?;
        // The model has no domains: whom a person pairs with, the person knows. That takes no draw of its own.
        let vouched = Input::Vouch(&key, true);
        let told = told.and(self.give(person, vouched, Some(Entropy::new([0; 32]))).map_err(refused)?);
        self.beings[person].links.get_mut(&firm).iter_mut().for_each(|link| link.paired = true);
        self.run_person(person, told).map(drop)
    }

    /// A supplier that the person's node shows a key to: that key.
    fn know(&mut self, person: usize, firm: usize) -> Result<PublicKey, Wrong> {
        if let Some(own) = self.own(person, firm) {
            return Ok(own);
        }
        let (being, key) = (&mut self.beings[person], self.firms[firm].key);
        let own = being.machine.pairing_key(&key).public();
        being.watch.shows(&own, Shown::To(key))?;
        being.links.insert(firm, Link::new(own));
        self.owners.insert(own, person);
        Ok(own)
    }

    /// The person's key at this supplier.
    pub(super) fn own(&self, person: usize, firm: usize) -> Option<PublicKey> {
        self.beings[person].links.get(&firm).map(|link| link.line.own)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        scenario::{Scenario, ScenarioError},
        world::group::boards::ToBoard,
    };

    const CROWD: &str = include_str!("../../../scenarios/crowd.toml");

    fn rough() -> Result<Scenario, ScenarioError> {
        let sets = ["persons=4", "group.persons=4", "days=40", "network.latency_ms=[40, 400]", "network.loss=0.02"];
        Scenario::parse(&CROWD.replace("messages = 610", "messages = 30"), &sets.map(str::to_owned))
    }

    #[test]
    fn no_reply_is_earlier_than_two_ways_and_nothing_overtakes_on_a_line() {
        let scenario = rough().expect("a scenario");
        let mut group = Group::new(&scenario, scenario.group.as_ref().expect("groups"), 0, 1);
        group.begin().expect("it begins");
        let (mut replies, mut to_board, mut last) = (0, 0, BTreeMap::new());
        while let Some(event) = group.agenda.turn_to_next() {
            let now = group.agenda.now();
            match &event {
                Event::Arrives(person, firm, Arrival::On(line, since, what)) => {
                    let took = now - since;
                    replies += u64::from(what.is_reply());
                    assert!(took >= if what.is_reply() { 80 } else { 40 }, "{took} ms");
                    // What went out earlier by itself is there earlier; of replies it is not known when they did.
                    if !what.is_reply() {
                        let before = last.insert((*person, *firm, *line, what.by_person()), *since);
                        assert!(before <= Some(*since), "overtaken");
                    }
                }
                Event::Board(_, ToBoard::Replied(..)) => to_board += 1,
                _ => {}
            }
            group.happen(event).expect("it holds");
        }
        assert!(replies > 200 && to_board > 200, "{replies} and {to_board}");
    }
}
