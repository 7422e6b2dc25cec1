//! Suppliers that mean harm, on a line of their own to a person's node: hostile messages go to the very machine that a
//! node drives. In: who attacks whom. Out: what they got, which the watch has seen to be under grants.

use std::collections::BTreeSet;

use regie_protocol::{
    Access, AskedPath, Chain, DataRequest, Days, Grant, PublicKey, Purpose, Selector, Signed, Verified,
    message::{PersonReply, SupplierReply, ToPerson, ToSupplier},
    person::Input,
    supplier::Ask,
};

use crate::{
    scenario::group::Attack,
    world::{
        event::{Arrival, Event, Hostile},
        failure::{Wrong, refused},
        home::everything,
        line::bytes,
        state::World,
    },
};

/// What an over-asker wants everything for.
const PURPOSES: [Purpose; 4] = [
    Purpose::RequestedServiceProvision,
    Purpose::DirectMarketing,
    Purpose::SellDataToThirdParties,
    Purpose::ServiceUsageAnalytics,
];
/// As long as a grant and a value can be kept.
const LONGEST: (Days, Days) = (Days(regie_protocol::limits::GRANT_DAYS), Days(regie_protocol::limits::RETENTION_DAYS));
/// Times that a flood sends one request again.
const REPLAYS: u32 = 16;

impl World<'_> {
    /// An attack on this person, where its day has come.
    pub(super) fn attack_if_due(&mut self, person: usize, supplier: usize) -> Result<(), Wrong> {
        let Some(attacker) = self.attacker(supplier) else { return Ok(()) };
        let due = (self.agenda.day() + person as u64).is_multiple_of(u64::from(attacker.every_days));
        match attacker.kind {
            Attack::OverAsk if due => self.over_ask(person, supplier),
            Attack::Flood if due => self.flood(person, supplier, attacker.messages),
            Attack::StolenGrant if due => self.show_stolen(person, supplier),
            // These do their harm elsewhere: at the board, and by comparing notes.
            _ => Ok(()),
        }
    }

    /// Everything, for every purpose, for as long as can be.
    fn over_ask(&mut self, person: usize, supplier: usize) -> Result<(), Wrong> {
        let Some(own) = self.own(person, supplier) else { return Ok(()) };
        for purpose in PURPOSES {
            let ask = Ask {
                person: own,
                fields: everything().map(AskedPath::from).collect(),
                purpose,
                reason: "to serve you better".into(),
                access: Access::Subscribe,
                duration: LONGEST.0,
                retention: LONGEST.1,
                delegations: 0,
            };
            let (now, mut entropy) = (self.agenda.time(), self.entropy());
            if let Ok((_, effects)) = self.suppliers[supplier].machine.ask(ask, now, &mut entropy) {
                self.run_supplier(supplier, effects, false)?;
                self.harm(supplier, |harm| harm.sent += 1);
            }
        }
        self.persons[person]
            .relationships
            .get_mut(&supplier)
            .iter_mut()
            .for_each(|relationship| relationship.line.stir());
        self.flush(person, supplier)
    }

    /// More than anybody may send, the same again and again, and messages that have no place at a person's node.
    fn flood(&mut self, person: usize, supplier: usize, messages: u32) -> Result<(), Wrong> {
        let email: BTreeSet<AskedPath> = "email".parse().into_iter().collect();
        let mut last = None;
        for _ in 0..messages {
            let request = self.request(person, supplier, email.clone(), Vec::new())?;
            last = Some(request.clone());
            self.hostile(person, supplier, Hostile::Message(ToPerson::Request(request)));
        }
        for _ in 0..REPLAYS {
            if let Some(request) = &last {
                self.hostile(person, supplier, Hostile::Message(ToPerson::Request(request.clone())));
            }
        }
        let misplaced = [ToSupplier::Hello, ToSupplier::Segments].into_iter().map(Hostile::Misplaced);
        misplaced.for_each(|message| self.hostile(person, supplier, message));
        Ok(())
    }

    /// Every grant of another supplier of the group that the person gave: shown as one's own, and that one's request
    /// sent as it is.
    fn show_stolen(&mut self, person: usize, supplier: usize) -> Result<(), Wrong> {
        let known = self.persons[person]
            .relationships
            .iter()
            .filter(|(other, relationship)| **other != supplier && relationship.paired);
        let victims: Vec<(usize, PublicKey)> =
            known.map(|(victim, relationship)| (*victim, relationship.line.own)).collect();
        for (victim, own) in victims {
            let customer = self.suppliers[victim].machine.customer(&own);
            let grants: Vec<Verified<Grant>> = customer.map(|one| one.grants().cloned().collect()).unwrap_or_default();
            for grant in grants {
                let fields = grant.scope.fields.iter().flat_map(Selector::fields).map(AskedPath::from).collect();
                let chain = Chain { grant: grant.signed().clone(), links: Vec::new() };
                let request = self.request(person, supplier, fields, vec![chain])?;
                self.hostile(person, supplier, Hostile::Message(ToPerson::Request(request)));
            }
            let email: BTreeSet<AskedPath> = "email".parse().into_iter().collect();
            let anothers = self.request(person, victim, email, Vec::new())?;
            self.hostile(person, supplier, Hostile::Message(ToPerson::Request(anothers)));
        }
        Ok(())
    }

    fn request(
        &mut self,
        person: usize,
        supplier: usize,
        fields: BTreeSet<AskedPath>,
        chains: Vec<Chain>,
    ) -> Result<Signed<DataRequest>, Wrong> {
        let key = self.suppliers[supplier].key;
        let own = self.own(person, supplier).ok_or_else(|| Wrong::Refused("no line to attack on".into()))?;
        let request = DataRequest {
            id: self.entropy().nonce(),
            supplier: key,
            person: own,
            at: self.agenda.time(),
            fields,
            purpose: Purpose::RequestedServiceProvision,
            reason: "as agreed".into(),
            access: Access::Read,
            duration: Days(1),
            retention: Days(1),
            delegations: 0,
            chains,
        };
        let signed = Verified::sign(request, self.suppliers[supplier].machine.key()).map_err(refused)?;
        Ok(signed.signed().clone())
    }

    /// Sends one message as it is, on a line of its own.
    fn hostile(&mut self, person: usize, supplier: usize, message: Hostile) {
        self.harm(supplier, |harm| harm.sent += 1);
        self.on_own_line(person, supplier, message);
    }

    fn on_own_line(&mut self, person: usize, supplier: usize, message: Hostile) {
        self.month().sent(message.bytes(), false);
        let after = self.latency();
        self.agenda.later(after, Event::Arrives(person, supplier, Arrival::Hostile(Box::new(message))));
    }

    /// It reaches the node.
    pub(super) fn suffers(&mut self, person: usize, supplier: usize, message: Hostile) -> Result<(), Wrong> {
        let (key, entropy) = (self.suppliers[supplier].key, self.entropy());
        let input = match message {
            Hostile::Message(message) => Input::Message(&key, message),
            Hostile::Misplaced(_) => Input::Misaddressed(&key),
        };
        let told = self.give(person, input, Some(entropy)).map_err(refused)?;
        if let Some(reply) = self.run_person(person, told)? {
            self.month().sent(bytes(&reply), true);
            self.count_reply(supplier, &reply);
            let after = self.latency();
            self.agenda.later(after, Event::Arrives(person, supplier, Arrival::Suffered(Box::new(reply))));
        }
        Ok(())
    }

    /// The reply is read as its sender would: taken in by its machine like any disclosure, so that every value is
    /// checked against the grants; and acknowledged, or the node would send it again whenever the line is up anew.
    pub(super) fn suffered(&mut self, person: usize, supplier: usize, reply: PersonReply) -> Result<(), Wrong> {
        let (PersonReply::Answer(disclosure), Some(own)) = (reply, self.own(person, supplier)) else { return Ok(()) };
        let now = self.agenda.time();
        let effects = self.suppliers[supplier].machine.message(&own, ToSupplier::Disclose(disclosure), now);
        if let Some(SupplierReply::Acknowledged(ack)) = self.run_supplier(supplier, effects, true)? {
            self.on_own_line(person, supplier, Hostile::Message(ToPerson::Acknowledge(ack)));
        }
        Ok(())
    }
}
