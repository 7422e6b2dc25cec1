//! Suppliers that mean harm, on a line of their own to a person's node: hostile messages go to the very machine that a
//! node drives. In: who attacks whom. Out: what they got, which the watch has seen to be under grants.

use std::collections::BTreeSet;

use regie_protocol::{
    field::{AskedPath, FieldPath, Selector},
    grant::{Access, Chain, Grant},
    message::{Message, Reply},
    purpose::Purpose,
    request::DataRequest,
    signed::{Signed, Verified},
    supplier::Ask,
    time::Days,
};

use super::{Attack, Group, refused};
use crate::life::Wrong;

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

impl Group<'_> {
    /// An attack on this person, where its day has come.
    pub(super) fn attack_if_due(&mut self, person: usize, firm: usize) -> Result<(), Wrong> {
        let Some(attacker) = self.attacker(firm) else { return Ok(()) };
        let due = (self.agenda.day() + person as u64).is_multiple_of(u64::from(attacker.every_days));
        match attacker.kind {
            Attack::OverAsk if due => self.over_ask(person, firm),
            Attack::Flood if due => self.flood(person, firm, attacker.messages),
            Attack::StolenGrant if due => self.show_stolen(person, firm),
            // These do their harm elsewhere: at the board, and by comparing notes.
            _ => Ok(()),
        }
    }

    /// Everything, for every purpose, for as long as can be.
    fn over_ask(&mut self, person: usize, firm: usize) -> Result<(), Wrong> {
        let key = self.firms[firm].key;
        for purpose in PURPOSES {
            let ask = Ask {
                person: self.beings[person].machine.pairing_key(&key).public(),
                fields: FieldPath::all().map(AskedPath::from).collect(),
                purpose,
                reason: "to serve you better".into(),
                access: Access::Subscribe,
                duration: LONGEST.0,
                retention: LONGEST.1,
                delegations: 0,
            };
            let (now, mut entropy) = (self.agenda.time(), self.entropy());
            if self.firms[firm].machine.ask(ask, now, &mut entropy).is_ok() {
                self.harm(firm, |harm| harm.sent += 1);
            }
        }
        self.exchange(person, firm)
    }

    /// More than anybody may send, the same again and again, and messages that have no place at a person's node.
    fn flood(&mut self, person: usize, firm: usize, messages: u32) -> Result<(), Wrong> {
        let email: BTreeSet<AskedPath> = "email".parse().into_iter().collect();
        let mut last = None;
        for _ in 0..messages {
            let request = self.request(person, firm, email.clone(), Vec::new())?;
            last = Some(request.clone());
            self.hostile(person, firm, Message::Request(request))?;
        }
        for _ in 0..REPLAYS {
            if let Some(request) = &last {
                self.hostile(person, firm, Message::Request(request.clone()))?;
            }
        }
        [Message::Hello, Message::Segments].into_iter().try_for_each(|message| self.hostile(person, firm, message))
    }

    /// Every grant of another supplier of the group that the person gave: shown as one's own, and that one's request
    /// sent as it is.
    fn show_stolen(&mut self, person: usize, firm: usize) -> Result<(), Wrong> {
        let victims: Vec<usize> = self.beings[person].paired.iter().copied().filter(|other| *other != firm).collect();
        for victim in victims {
            let own = self.beings[person].machine.pairing_key(&self.firms[victim].key).public();
            let customer = self.firms[victim].machine.customer(&own);
            let grants: Vec<Verified<Grant>> = customer.map(|one| one.grants().cloned().collect()).unwrap_or_default();
            for grant in grants {
                let fields = grant.scope.fields.iter().flat_map(Selector::fields).map(AskedPath::from).collect();
                let chain = Chain { grant: grant.signed().clone(), links: Vec::new() };
                let request = self.request(person, firm, fields, vec![chain])?;
                self.hostile(person, firm, Message::Request(request))?;
            }
            let email: BTreeSet<AskedPath> = "email".parse().into_iter().collect();
            let anothers = self.request(person, victim, email, Vec::new())?;
            self.hostile(person, firm, Message::Request(anothers))?;
        }
        Ok(())
    }

    fn request(
        &mut self,
        person: usize,
        firm: usize,
        fields: BTreeSet<AskedPath>,
        chains: Vec<Chain>,
    ) -> Result<Signed<DataRequest>, Wrong> {
        let supplier = self.firms[firm].key;
        let request = DataRequest {
            id: self.entropy().nonce(),
            supplier,
            person: self.beings[person].machine.pairing_key(&supplier).public(),
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
        let signed = Verified::sign(request, self.firms[firm].machine.key()).map_err(refused)?;
        Ok(signed.signed().clone())
    }

    /// Sends one message as it is; what comes back is read as its sender would.
    fn hostile(&mut self, person: usize, firm: usize, message: Message) -> Result<(), Wrong> {
        let (key, now, mut entropy) = (self.firms[firm].key, self.agenda.time(), self.entropy());
        self.sent(&message);
        self.harm(firm, |harm| harm.sent += 1);
        let effects = self.beings[person].machine.message(&key, message, now, &mut entropy);
        let Some(reply) = self.run_person(person, effects)? else { return Ok(()) };
        self.sent(&reply);
        self.count_reply(firm, &reply);
        if let Reply::Answer(_) = reply {
            // Taken in by its machine like any disclosure, so that every value is checked against the grants.
            let own = self.beings[person].machine.pairing_key(&key).public();
            let Reply::Answer(disclosure) = reply else { return Ok(()) };
            let effects = self.firms[firm].machine.message(&own, Message::Disclose(disclosure), now);
            self.run_firm(person, firm, effects)?;
        }
        Ok(())
    }
}
