//! Attacks on the two machines, by the names of docs/threat-model.md: each must fail where that page says so.

use std::collections::BTreeSet;

use regie_protocol::{
    Access, Chain, DataRequest, Days, Grant, Keypair, Nonce, ObjectId, Purpose, Refusal, Signed, Timestamp, Used,
    Verified,
    disclosure::{Answer, Disclosure},
    limits,
    message::{PersonReply, ToPerson, ToSupplier},
    person::{Input, Record},
};

use crate::{NOW, World};

const MINUTE_MS: u64 = 60_000;

impl World {
    /// A request as the supplier at hand would sign it, in a form that its own machine might not make.
    pub(crate) fn crafted(&self, id: u32, at: Timestamp) -> DataRequest {
        let mut nonce = [0; 16];
        nonce[..4].copy_from_slice(&id.to_be_bytes());
        DataRequest {
            id: Nonce(nonce),
            supplier: self.supplier_key(),
            person: self.person_key(),
            at,
            fields: BTreeSet::from(["name.full".parse().expect("a path")]),
            purpose: Purpose::DeliveryOfGoods,
            reason: "because".into(),
            access: Access::Read,
            duration: Days(30),
            retention: Days(30),
            delegations: 0,
            chains: Vec::new(),
        }
    }

    fn signed(&self, request: DataRequest) -> ToPerson {
        ToPerson::Request(sign(request, self.supplier.key()))
    }

    /// Asks for the name and takes it; the disclosure comes out.
    fn given(&mut self, access: Access) -> Disclosure {
        let (message, _) = self.ask(&["name.full"], Purpose::DeliveryOfGoods, access, NOW);
        disclosure(self.give(message, NOW))
    }
}

fn sign(request: DataRequest, key: &Keypair) -> Signed<DataRequest> {
    Verified::sign(request, key).expect("signed").signed().clone()
}

fn numbered(n: usize) -> Nonce {
    let mut nonce = [0x44; 16];
    nonce[..8].copy_from_slice(&(n as u64).to_be_bytes());
    Nonce(nonce)
}

fn disclosure(reply: PersonReply) -> Disclosure {
    let PersonReply::Answer(signed) = reply else { panic!("not an answer: {reply:?}") };
    signed.verify().expect("verified").into_value()
}

/// The grants under which values stand in a reply.
fn values_under(reply: &PersonReply) -> Vec<ObjectId> {
    let PersonReply::Answer(signed) = reply else { return Vec::new() };
    let disclosure = signed.clone().verify().expect("verified").into_value();
    let under = |answer: &Answer| if let Answer::Value { grant, .. } = answer { Some(*grant) } else { None };
    disclosure.answers.values().filter_map(under).collect()
}

#[test]
fn a_stolen_grant_opens_nothing_for_its_thief() {
    let mut world = World::new("balanced");
    let theirs = world.given(Access::Subscribe);
    let stolen = Chain { grant: theirs.grants.first().expect("a grant came along").clone(), links: Vec::new() };
    let held_by_victim = world.crafted(1, NOW);
    let victim = world.turn_to(3);
    let before = world.host.records.len();

    // Shown as if it were the thief's own; shown by the victim's name; the victim's own message sent by the thief.
    let shown = DataRequest { chains: vec![stolen.clone()], ..world.crafted(2, NOW) };
    let posing = DataRequest { supplier: victim.key().public(), chains: vec![stolen], ..world.crafted(3, NOW) };
    let posing = ToPerson::Request(Signed::from_parts(
        sign(posing.clone(), victim.key()).parts().0.to_vec(),
        *sign(world.crafted(3, NOW), world.supplier.key()).parts().1,
    ));
    let forwarded = ToPerson::Request(sign(held_by_victim, victim.key()));
    let shown = world.signed(shown);
    for (what, message) in [("shown", shown), ("posing", posing), ("forwarded", forwarded)] {
        let reply = world.give(message, NOW);
        assert!(matches!(reply, PersonReply::Refused(_)), "{what}: {reply:?}");
    }
    let issued = |record: &Record| matches!(record, Record::Grant { .. });
    assert!(!world.host.records[before..].iter().any(issued), "nothing was granted to the thief");
}

#[test]
fn a_replay_is_refused_at_every_minute_also_after_a_restart() {
    let mut world = World::new("balanced");
    let message = world.signed(world.crafted(1, NOW));
    assert!(!values_under(&world.give(message.clone(), NOW)).is_empty());
    for minute in 0..60 {
        let now = NOW.plus_ms(minute * MINUTE_MS);
        if minute % 3 == 0 {
            world.person = world.rebuilt(world.host.records.len());
        }
        world.person.handle(Input::Tick, now, &mut world.host).expect("no owner is asked");
        let reply = world.give(message.clone(), now);
        let code = if minute * MINUTE_MS <= limits::CLOCK_LEEWAY_MS { Refusal::Replayed } else { Refusal::ClockSkew };
        assert_eq!(reply.refusal(), Some(code), "after {minute} minutes");
    }
}

#[test]
fn wherever_a_revocation_comes_among_requests_no_value_leaves_after_it() {
    const REQUESTS: u32 = 6;
    for place in 0..=REQUESTS {
        let mut world = World::new("balanced");
        let granted = world.given(Access::Subscribe);
        let grant = granted.grants.first().expect("a grant").clone().verify().expect("verified").id();
        let mut revoked = false;
        for number in 0..=REQUESTS {
            if number == place {
                world.person.handle(Input::Revoke(&grant, true), NOW, &mut world.host).expect("revoked");
                revoked = true;
            }
            let message = world.signed(world.crafted(100 + number, NOW));
            let under = values_under(&world.give(message, NOW));
            assert_eq!(under.is_empty(), revoked, "request {number}, revoked before {place}");
            let (_, relationship) = world.person.relationships().next().expect("one");
            let waiting = relationship.outgoing().into_iter().map(|outgoing| match outgoing.message.into_inner() {
                ToSupplier::Disclose(signed) => PersonReply::Answer(signed),
                _ => PersonReply::Noted,
            });
            let waiting: Vec<ObjectId> = waiting.flat_map(|reply| values_under(&reply)).collect();
            assert!(!revoked || !waiting.contains(&grant), "a value waits to be sent under the revoked grant");
        }
    }
}

/// Nothing can come between: whoever ends a grant does so before the decision, or after what it let out is in the
/// outbox, which the revocation then empties.
#[test]
fn a_decision_and_its_disclosure_are_one_input_and_a_revocation_wins_on_either_side() {
    let mut world = World::new("balanced");
    let granted = world.given(Access::Subscribe);
    let grant = granted.grants.first().expect("a grant").clone().verify().expect("verified").id();
    let (message, key) = (world.signed(world.crafted(1, NOW)), world.supplier_key());
    let before = world.host.records.len();
    world.give(message, NOW);
    assert_eq!(world.host.disclosed_since(before), 1, "the answer is in the outbox when the input is over");
    world.person.handle(Input::Revoke(&grant, false), NOW, &mut world.host).expect("revoked");
    let waiting = world.person.relationship(&key).expect("paired").outgoing();
    assert!(!waiting.iter().any(|outgoing| matches!(*outgoing.message, ToSupplier::Disclose(_))), "{waiting:?}");
    let message = world.signed(world.crafted(2, NOW));
    assert!(values_under(&world.give(message, NOW)).is_empty());
}

#[test]
fn a_flood_of_questions_stays_within_its_bounds() {
    let mut world = World::new("balanced");
    let mut refused = 0;
    for number in 0..limits::REQUESTS_PER_HOUR + 200 {
        let now = NOW.plus_ms(u64::from(number));
        // A purpose without a rule, so that each would wait for the person.
        let request = DataRequest {
            fields: BTreeSet::from(["income.annual".parse().expect("a path")]),
            reason: format!("reason {number}"),
            ..world.crafted(number, now)
        };
        let message = world.signed(request);
        refused += u32::from(matches!(world.give(message, now), PersonReply::Refused(_)));
        let (_, relationship) = world.person.relationships().next().expect("one");
        assert!(relationship.waiting().count() <= limits::WAITING_PER_RELATIONSHIP);
        assert!(relationship.outgoing().len() <= limits::OUTBOX_PER_RELATIONSHIP);
    }
    assert!(refused >= 200, "{refused} were refused");
}

/// Found by reading: where a grant has to be forgotten, one that only waits for the next hour is not the one.
#[test]
fn a_grant_at_its_hourly_bound_is_not_forgotten_for_a_newer_one() {
    let mut world = World::new("balanced");
    world.host.values.clear();
    let first = world.given(Access::Read).grants.remove(0).verify().expect("the person's");
    let (supplier, key) = (world.supplier_key(), world.person.pairing_key(&world.supplier_key()));
    let spent = |grant, in_all, this_hour| Record::Used { grant, used: Used { in_all, this_hour, hour: NOW } };
    let mut records = vec![spent(first.id(), 60, 60)];
    for n in 1..limits::GRANTS_KEPT {
        let mut grant = Grant { nonce: numbered(n), ..(*first).clone() };
        (grant.scope.access, grant.scope.bounds.not_before) = (Access::ReadOnce, NOW.plus_ms(1));
        let signed = Verified::sign(grant, &key).expect("signed").signed().clone();
        records.extend([spent(signed.id(), 1, 1), Record::Grant { supplier, grant: signed }]);
    }
    records.iter().for_each(|record| world.person.restore(record).expect("replays"));
    let now = NOW.plus_ms(2);
    let (message, _) = world.ask(&["address.street"], Purpose::DeliveryOfGoods, Access::Read, now);
    assert_eq!(disclosure(world.give(message, now)).grants.len(), 1, "a newer one");
    let relationship = world.person.relationship(&supplier).expect("paired");
    assert_eq!(relationship.grants().count(), limits::GRANTS_KEPT, "one was forgotten");
    assert!(relationship.grants().any(|grant| grant.id() == first.id()), "and not the one that lives");
}
