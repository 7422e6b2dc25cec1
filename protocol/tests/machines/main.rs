//! Both machines, driven by hand: what leaves, what does not, and that replay gives the same state.

#![allow(clippy::expect_used, missing_docs, reason = "a test stops where its setup does not hold")]

#[path = "../memory/mod.rs"]
mod memory;

mod acts;
mod attacks;
mod bounds;
mod clocks;
mod colluding;
mod copies;
mod deciding;
mod handing_on;
mod intents;
mod large_documents;
mod renewal;
mod returns;
mod rotation;
mod segments;
mod standing;
mod tally;
mod unreadable;

use std::collections::{BTreeMap, BTreeSet};

use memory::{CompanyMemory, Hint, Memory, done};
use regie_protocol::{
    Access, Agreement, AskedPath, Chain, DataRequest, Days, Entropy, FieldPath, Keypair, Observed, Person, Policy,
    Profile, Provenance, PublicKey, Purpose, Refusal, RootSeed, Supplier, Timestamp, Verified, limits,
    message::{self, PersonReply, Skewed, SupplierReply, ToPerson, ToSupplier},
    person::{self, Input},
    supplier::{self, Ask},
    wire,
};

const NOW: Timestamp = Timestamp(1_800_000_000_000);

struct World {
    person: Person,
    supplier: Supplier,
    host: Memory,
}

impl World {
    fn new(preset: &str) -> Self {
        Self::of(1, preset)
    }

    /// The same of another person.
    fn of(seed: u8, preset: &str) -> Self {
        let person = Person::new(RootSeed::from_entropy([seed; 32]), Policy::preset(preset).expect("a preset"));
        let supplier = Supplier::new(Keypair::from_secret(&[2; 32]));
        let mut world = Self { person, supplier, host: Memory::new(6 + seed) };
        for (field, value) in
            [("name.full", "Anna Bakker"), ("address.street", "Dorpsstraat 1"), ("income.annual", "30000")]
        {
            world.host.values.insert(field.parse().expect("a field"), observed(value));
        }
        world.pair();
        world
    }

    fn entropy(&mut self) -> Entropy {
        self.host.draw()
    }

    fn supplier_key(&self) -> PublicKey {
        self.supplier.key().public()
    }

    fn person_key(&self) -> PublicKey {
        self.person.pairing_key(&self.supplier_key()).public()
    }

    fn pair(&mut self) {
        let key = self.supplier_key();
        let profile = Profile {
            supplier: key,
            name: "Stroom BV".into(),
            sector: "energy".into(),
            domain: "stroom.example".into(),
            contact: "mail@stroom.example".into(),
            wishes: Vec::new(),
            agreements: BTreeSet::from([Agreement::SdBase]),
            addresses: vec!["/ip4/127.0.0.1/tcp/1".into()],
            keys: regie_protocol::KeyHistory::default(),
            board: false,
            issued: NOW,
        };
        CompanyMemory::of(self.supplier.set_profile(profile).expect("well formed"));
        let mut entropy = self.entropy();
        let invite = supplier::Invite { uses: Some(1), expires: NOW.plus_days(Days(1)), made: NOW, test: false };
        let invitation = done(self.supplier.invite(invite, &mut entropy));
        let pair = self.person.proffer(&key, invitation.id, Agreement::SdBase, None, NOW).expect("proffered");
        let person = self.person_key();
        let Some(SupplierReply::Profile(profile)) = reply(self.supplier.message(&person, ToSupplier::Hello, NOW))
        else {
            panic!("no profile")
        };
        let Some(SupplierReply::Paired(acceptance)) =
            reply(self.supplier.message(&person, ToSupplier::Pair(pair.clone()), NOW))
        else {
            panic!("not paired")
        };
        self.person.handle(Input::Paired(&key, profile, acceptance, &pair), NOW, &mut self.host).expect("paired");
        self.person.handle(Input::Vouch(&key, true), NOW, &mut self.host).expect("vouched for");
    }

    fn ask(
        &mut self,
        fields: &[&str],
        purpose: Purpose,
        access: Access,
        now: Timestamp,
    ) -> (ToPerson, supplier::Parcel) {
        let ask = Ask {
            person: self.person_key(),
            fields: fields.iter().map(|f| f.parse::<AskedPath>().expect("a path")).collect(),
            purpose,
            reason: "to send the bill".into(),
            access,
            duration: Days(365),
            retention: Days(30),
            delegations: 0,
        };
        let mut entropy = self.entropy();
        done(self.supplier.ask(ask, now, &mut entropy).expect("asked"));
        let person = self.person_key();
        let (id, message) = self.supplier.to_send(&person, now).expect("signed").pop().expect("one request");
        (message, id)
    }

    fn give(&mut self, message: ToPerson, now: Timestamp) -> PersonReply {
        let key = self.supplier_key();
        self.person.handle(Input::Message(&key, message), now, &mut self.host).expect("no owner is asked");
        self.host.answer.take().expect("every frame is answered")
    }

    /// A message that is for another role than a person's.
    fn misaddress(&mut self, now: Timestamp) -> PersonReply {
        let key = self.supplier_key();
        let frame = wire::encode(&ToSupplier::Hello).expect("encodes");
        assert_eq!(message::read::<ToPerson>(&frame), Err(Refusal::Unexpected));
        self.person.handle(Input::Misaddressed(&key), now, &mut self.host).expect("no owner is asked");
        self.host.answer.take().expect("every frame is answered")
    }

    /// Pairs with another supplier, which takes the place of the one there was.
    fn turn_to(&mut self, secret: u8) -> Supplier {
        let before = std::mem::replace(&mut self.supplier, Supplier::new(Keypair::from_secret(&[secret; 32])));
        self.pair();
        before
    }

    /// A node rebuilt from the first so many records.
    fn rebuilt(&self, records: usize) -> Person {
        let mut person = Person::new(RootSeed::from_entropy([1; 32]), Policy::preset("balanced").expect("a preset"));
        for record in &self.host.records[..records] {
            person.restore(record).expect("replays");
        }
        person
    }

    /// Delivers the person's outbox to the supplier and its replies back.
    fn deliver(&mut self, now: Timestamp) {
        let (key, person) = (self.supplier_key(), self.person_key());
        for outgoing in self.person.to_send(&key, NOW) {
            let answer = reply(self.supplier.message(&person, outgoing.message.into_inner(), now)).expect("answered");
            self.person
                .handle(Input::Replied(&key, outgoing.number, answer), now, &mut self.host)
                .expect("no owner is asked");
        }
    }

    fn held(&self) -> Vec<String> {
        let (_, customer) = self.supplier.customers().next().expect("one customer");
        customer.held().keys().map(ToString::to_string).collect()
    }
}

fn reply(effects: supplier::Effects) -> Option<SupplierReply> {
    CompanyMemory::of(effects).answer
}

fn observed(value: &str) -> Observed {
    Observed { value: value.parse().expect("text"), provenance: Provenance::Typed, observed: NOW }
}

#[test]
fn a_rule_answers_some_the_person_decides_one_and_one_is_refused() {
    let mut world = World::new("balanced");
    let (message, id) =
        world.ask(&["name.full", "income.annual", "no.such"], Purpose::DeliveryOfGoods, Access::Subscribe, NOW);
    let answer = world.give(message, NOW);
    let person = world.person_key();
    let ack = done(world.supplier.replied(&person, &id, answer, NOW));
    assert_eq!(world.held(), ["name.full"]);
    assert_eq!(world.give(ack.expect("acknowledged"), NOW), PersonReply::Noted);

    let waiting: Vec<_> = world.person.relationships().flat_map(|(_, r)| r.waiting().cloned()).collect();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].fields.keys().map(ToString::to_string).collect::<Vec<_>>(), ["income.annual"]);
    world.person.handle(Input::Allow(&waiting[0].id, None), NOW, &mut world.host).expect("allowed");
    world.deliver(NOW);
    assert_eq!(world.held(), ["income.annual", "name.full"]);
    let (_, customer) = world.supplier.customers().next().expect("one");
    let asking = customer.askings().next().expect("one");
    assert_eq!(asking.refused.values().copied().collect::<Vec<_>>(), [Refusal::UnknownField]);
}

impl World {
    /// Asks for the name and takes in the answer; how many grants there are then.
    fn asks_for_the_name(&mut self, access: Access, now: Timestamp) -> usize {
        let (message, id) = self.ask(&["name.full"], Purpose::DeliveryOfGoods, access, now);
        let (answer, person) = (self.give(message, now), self.person_key());
        let ack = done(self.supplier.replied(&person, &id, answer, now));
        self.give(ack.expect("acknowledged"), now);
        self.grants().len()
    }

    fn grants(&self) -> Vec<regie_protocol::ObjectId> {
        self.person.relationships().flat_map(|(_, r)| r.grants().map(|grant| grant.root().id())).collect()
    }

    /// Is a change of the name told at this moment?
    fn tells(&mut self, now: Timestamp) -> bool {
        let name = "name.full".parse().expect("a field");
        let before = self.host.records.len();
        self.person.handle(Input::FieldChanged(&BTreeMap::from([(name, true)])), now, &mut self.host).expect("noted");
        self.host.disclosed_since(before) > 0
    }
}

#[test]
fn a_subscriber_who_asks_again_in_time_stays_one() {
    let mut world = World::new("balanced");
    let day = |days| NOW.plus_days(Days(days));
    assert_eq!(world.asks_for_the_name(Access::Subscribe, NOW), 1);
    // In the first half of its life a grant is not renewed, however often and however long is asked for.
    assert_eq!(world.asks_for_the_name(Access::Subscribe, day(100)), 1);
    assert_eq!(world.asks_for_the_name(Access::Subscribe, day(200)), 2);
    assert_eq!(world.asks_for_the_name(Access::Subscribe, day(201)), 2);
    assert!(world.tells(day(400)), "the first grant is over, the second tells");
    assert!(!world.tells(day(600)));
}

#[test]
fn a_reader_who_asks_to_subscribe_gets_a_subscription_once() {
    let mut world = World::new("balanced");
    assert_eq!(world.asks_for_the_name(Access::Read, NOW), 1);
    assert!(!world.tells(NOW));
    assert_eq!(world.asks_for_the_name(Access::ReadOnce, NOW), 1);
    assert_eq!(world.asks_for_the_name(Access::Subscribe, NOW), 2);
    assert_eq!(world.asks_for_the_name(Access::Subscribe, NOW), 2);
    assert!(world.tells(NOW));
}

#[test]
fn what_was_withdrawn_is_not_renewed_by_asking_while_another_grant_lives() {
    let mut world = World::new("balanced");
    world.asks_for_the_name(Access::Read, NOW);
    let first = world.grants();
    world.asks_for_the_name(Access::Subscribe, NOW);
    world.person.handle(Input::Revoke(&first[0], true), NOW, &mut world.host).expect("revoked");
    let late = NOW.plus_days(Days(300));
    assert_eq!(world.asks_for_the_name(Access::Subscribe, late), 2, "the subscription lives on and is not renewed");
}

#[test]
fn after_a_revocation_nothing_leaves_and_the_values_are_erased() {
    let mut world = World::new("balanced");
    let (message, id) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Subscribe, NOW);
    let (answer, person) = (world.give(message, NOW), world.person_key());
    done(world.supplier.replied(&person, &id, answer, NOW));
    let grant =
        world.person.relationships().flat_map(|(_, r)| r.grants().map(|g| g.root().id())).next().expect("a grant");
    world.person.handle(Input::Revoke(&grant, true), NOW, &mut world.host).expect("revoked");
    // A change after the revocation is told to nobody, and a new request is refused with its code.
    let name = "name.full".parse().expect("a field");
    let before = world.host.records.len();
    world.person.handle(Input::FieldChanged(&BTreeMap::from([(name, true)])), NOW, &mut world.host).expect("noted");
    assert_eq!(world.host.disclosed_since(before), 0);
    let (message, _) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, NOW);
    let PersonReply::Answer(disclosure) = world.give(message, NOW) else { panic!("not an answer") };
    let disclosure = disclosure.verify().expect("verified");
    assert_eq!(
        disclosure.answers.values().cloned().collect::<Vec<_>>(),
        [regie_protocol::disclosure::Answer::Refused(Refusal::Revoked)]
    );
    world.deliver(NOW);
    assert!(world.held().is_empty());
    assert!(world.host.records.iter().any(|r| matches!(r, person::Record::Receipt { .. })));
}

#[test]
fn a_receipt_of_erasure_that_was_lost_comes_again_as_it_was() {
    let mut world = World::new("balanced");
    assert_eq!(world.asks_for_the_name(Access::Subscribe, NOW), 1);
    let (key, person, grant) = (world.supplier_key(), world.person_key(), world.grants()[0]);
    world.person.handle(Input::Revoke(&grant, true), NOW, &mut world.host).expect("revoked");
    let sent = world.person.to_send(&key, NOW).pop().expect("a revocation");
    let said =
        |world: &mut World| reply(world.supplier.message(&person, (*sent.message).clone(), NOW)).expect("a reply");
    let SupplierReply::Erased(first) = said(&mut world) else { panic!("no receipt") };
    assert_eq!(first.clone().verify().expect("a receipt").fields.len(), 1);
    // The reply was lost with its line, and nothing is held any more when the notice comes once more.
    world.person.connection_lost(&key);
    assert_eq!(said(&mut world), SupplierReply::Erased(first), "with the fields that were erased");
    world.deliver(NOW);
    let known = world.person.relationship(&key).expect("paired").knows();
    assert!(known.is_empty(), "the person's node does not take the company to hold it for good");
}

#[test]
fn an_answer_that_no_disclosure_holds_is_refused_and_enters_nothing() {
    let mut world = World::new("open");
    let long = "x".repeat(limits::VALUE_BYTES);
    let texts: Vec<&str> = regie_protocol::VOCABULARY.iter().map(|info| info.path).take(limits::FIELDS).collect();
    for path in &texts {
        world.host.values.insert(path.parse().expect("a field"), observed(&long));
    }
    let supplier = world.supplier_key();
    let (message, _) = world.ask(&texts, Purpose::DeliveryOfGoods, Access::Read, NOW);
    let _ = world.give(message, NOW);
    let waiting = world.person.relationship(&supplier).expect("paired").waiting().map(|waiting| waiting.id).next();
    let before = world.host.records.len();
    let answer = world.person.handle(Input::Allow(&waiting.expect("some are asked for"), None), NOW, &mut world.host);
    assert!(answer.is_ok(), "{answer:?}");
    assert_eq!(world.host.disclosed_since(before), 0, "it can't be signed");
    let again = world.rebuilt(world.host.records.len());
    let (memory, disk) = (world.person.relationship(&supplier), again.relationship(&supplier));
    let (memory, disk) = (memory.expect("paired").log(), disk.expect("replayed").log());
    assert_eq!(format!("{memory:?}"), format!("{disk:?}"), "memory is not ahead of the disk");
}

#[test]
fn replay_skew_wrong_sender_and_pause_are_refused_by_code() {
    let mut world = World::new("balanced");
    let (message, _) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, NOW);
    assert!(matches!(world.give(message.clone(), NOW), PersonReply::Answer(_)));
    assert_eq!(world.give(message.clone(), NOW), PersonReply::Refused(Refusal::Replayed));
    let (late, _) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, NOW);
    let hour_on = NOW.plus_ms(3_600_000);
    assert_eq!(
        world.give(late, hour_on),
        PersonReply::Skewed(Skewed { at: hour_on.minute() }),
        "it says what its clock shows"
    );
    let stranger = Keypair::from_secret(&[9; 32]).public();
    world.person.handle(Input::Message(&stranger, message), NOW, &mut world.host).expect("no owner is asked");
    assert_eq!(world.host.answer.take(), Some(PersonReply::Refused(Refusal::WrongSender)));
    assert_eq!(world.misaddress(NOW), PersonReply::Refused(Refusal::Unexpected));
}

#[test]
fn replaying_the_records_gives_the_same_answers() {
    let mut world = World::new("balanced");
    let (message, _) = world.ask(&["name.full", "income.annual"], Purpose::DeliveryOfGoods, Access::Subscribe, NOW);
    world.give(message.clone(), NOW);
    let mut again = Person::new(RootSeed::from_entropy([1; 32]), Policy::preset("balanced").expect("a preset"));
    for record in &world.host.records {
        again.restore(record).expect("replays");
    }
    assert_eq!(again.personal_log(), world.person.personal_log());
    world.person = again;
    assert_eq!(world.give(message, NOW), PersonReply::Refused(Refusal::Replayed));
    assert_eq!(world.person.relationships().flat_map(|(_, r)| r.waiting()).count(), 1);
}

#[test]
fn the_same_inputs_give_the_same_records() {
    let run = || {
        let mut world = World::new("open");
        let (message, _) = world.ask(&["name.full", "energy.annualGas"], Purpose::ServiceProvision, Access::Read, NOW);
        world.give(message, NOW);
        world.host.records
    };
    assert_eq!(run(), run());
}

#[test]
fn two_suppliers_cannot_tell_by_a_request_id_that_their_customers_are_one_person() {
    let mut world = World::new("balanced");
    let (message, _) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, NOW);
    assert!(matches!(world.give(message.clone(), NOW), PersonReply::Answer(_)));
    let ToPerson::Request(first) = message else { panic!("a request") };
    let first = first.verify().expect("verified").into_value();
    let _other = world.turn_to(3);
    let same_id = DataRequest { supplier: world.supplier_key(), person: world.person_key(), ..first };
    let signed = Verified::sign(same_id, world.supplier.key()).expect("signed").signed().clone();
    assert!(matches!(world.give(ToPerson::Request(signed), NOW), PersonReply::Answer(_)));
}

#[test]
fn a_rewritten_or_cut_log_is_noticed_by_the_supplier_that_witnessed_it() {
    let mut world = World::new("balanced");
    let ask = |world: &mut World| {
        let (message, id) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Subscribe, NOW);
        let answer = world.give(message, NOW);
        let person = world.person_key();
        done(world.supplier.replied(&person, &id, answer, NOW))
    };
    let before = world.host.records.len();
    let ack = ask(&mut world).expect("the first is taken");
    world.give(ack, NOW);
    let ack = ask(&mut world).expect("a log that grew is taken");
    world.give(ack, NOW);
    assert_eq!(world.supplier.customers().next().expect("one").1.gaps(), 0);
    // The person's node goes back to an earlier state and writes another history, in the end longer than the first.
    world.person = world.rebuilt(before);
    assert!((0..6).all(|_| ask(&mut world).is_none()), "also while it is shorter than what was witnessed");

    // Nor is one taken that calls itself restored, and does not say from which head.
    world.person = world.rebuilt(before);
    world.person.handle(Input::Restored, NOW, &mut world.host).expect("restored");
    assert!((0..3).all(|_| ask(&mut world).is_none()));
    assert_eq!(world.supplier.customers().next().expect("one").1.gaps(), 0);
}

#[test]
fn a_flood_of_refused_messages_does_not_fill_the_log() {
    let mut world = World::new("balanced");
    for _ in 0..3 * limits::REQUESTS_PER_HOUR {
        assert_eq!(world.misaddress(NOW), PersonReply::Refused(Refusal::Unexpected));
    }
    let (_, relationship) = world.person.relationships().next().expect("one");
    assert!(relationship.log().size() <= u64::from(limits::REQUESTS_PER_HOUR) + 2);
}

#[test]
fn changes_that_were_not_sent_give_way_to_newer_ones() {
    let mut world = World::new("balanced");
    let (message, id) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Subscribe, NOW);
    let (answer, person) = (world.give(message, NOW), world.person_key());
    let ack = done(world.supplier.replied(&person, &id, answer, NOW));
    world.give(ack.expect("acknowledged"), NOW);
    let name: FieldPath = "name.full".parse().expect("a field");
    for n in 0..2 * limits::OUTBOX_PER_RELATIONSHIP {
        world.host.values.insert(name, observed(&format!("Anna {n}")));
        world.person.handle(Input::FieldChanged(&BTreeMap::from([(name, true)])), NOW, &mut world.host).expect("noted");
    }
    let (_, relationship) = world.person.relationships().next().expect("one");
    assert_eq!(relationship.undelivered(), 1);
    world.deliver(NOW);
    assert_eq!(world.supplier.customers().next().expect("one").1.gaps(), 0);
    assert_eq!(world.person.relationships().next().expect("one").1.undelivered(), 0);
}

#[test]
fn a_change_that_is_overtaken_on_the_wire_does_not_undo_the_newer_one() {
    let mut world = World::new("balanced");
    let (message, id) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Subscribe, NOW);
    let (answer, person, key) = (world.give(message, NOW), world.person_key(), world.supplier_key());
    let ack = done(world.supplier.replied(&person, &id, answer, NOW));
    world.give(ack.expect("acknowledged"), NOW);
    let name: FieldPath = "name.full".parse().expect("a field");
    let mut sent = Vec::new();
    for n in 0..2 {
        world.host.values.insert(name, observed(&format!("Anna {n}")));
        world.person.handle(Input::FieldChanged(&BTreeMap::from([(name, true)])), NOW, &mut world.host).expect("noted");
        sent.extend(world.person.to_send(&key, NOW));
    }
    assert_eq!(sent.len(), 2, "both are on the wire");
    let value_of = |said: &CompanyMemory| {
        said.records.iter().find_map(|record| match record {
            supplier::Record::Value { observed, .. } => Some(observed.value.as_str().to_owned()),
            _ => None,
        })
    };
    let mut taken = Vec::new();
    for outgoing in sent.into_iter().rev() {
        let said = CompanyMemory::of(world.supplier.message(&person, outgoing.message.into_inner(), NOW));
        taken.push(value_of(&said));
        assert!(matches!(said.answer, Some(SupplierReply::Acknowledged(_))), "both are signed for");
    }
    assert_eq!(taken, [Some("Anna 1".to_owned()), None]);
}

#[test]
fn a_change_is_told_also_when_the_requests_of_the_hour_are_used_up() {
    let mut world = World::new("balanced");
    let (message, _) = world.ask(&["name.full"], Purpose::RequestedServiceProvision, Access::Subscribe, NOW);
    world.give(message, NOW);
    let mut spent = false;
    for _ in 0..70 {
        let (message, _) = world.ask(&["name.full"], Purpose::RequestedServiceProvision, Access::Read, NOW);
        let PersonReply::Answer(answer) = world.give(message, NOW) else { panic!("no answer") };
        let answers = answer.verify().expect("signed").answers.clone();
        spent |= answers
            .values()
            .all(|answer| matches!(answer, regie_protocol::disclosure::Answer::Refused(Refusal::RateLimited)));
    }
    assert!(spent, "the hour's requests are used up");
    let name: FieldPath = "name.full".parse().expect("a field");
    world.host.values.insert(name, observed("Anna de Vries"));
    assert_eq!(world.person.would_be_told(name, NOW).len(), 1);
    let changed = BTreeMap::from([(name, true)]);
    let before = world.host.records.len();
    world.person.handle(Input::FieldChanged(&changed), NOW, &mut world.host).expect("changed");
    assert_eq!(world.host.disclosed_since(before), 1);
}

#[test]
fn dead_grants_are_forgotten_in_the_end_and_open_nothing_when_shown() {
    let mut world = World::new("balanced");
    let mut shown = None;
    let mut now = NOW;
    for _ in 0..limits::GRANTS_KEPT + 20 {
        now = now.plus_ms(10_000);
        let (message, id) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::ReadOnce, now);
        let answer = world.give(message, now);
        let PersonReply::Answer(disclosure) = answer.clone() else { panic!("{answer:?}") };
        let disclosure = disclosure.verify().expect("verified").into_value();
        shown = shown.or(disclosure.grants.first().cloned());
        let person = world.person_key();
        let ack = done(world.supplier.replied(&person, &id, answer, now));
        world.give(ack.expect("acknowledged"), now);
    }
    let (_, relationship) = world.person.relationships().next().expect("one");
    assert_eq!(relationship.grants().count(), limits::GRANTS_KEPT);
    let (message, _) = world.ask(&["email"], Purpose::LegalCompliance, Access::Read, now);
    let ToPerson::Request(request) = message else { panic!("a request") };
    let request = request.verify().expect("verified").into_value();
    let chain = Chain { grant: shown.expect("the first grant"), links: Vec::new() };
    let request = DataRequest { chains: vec![chain], ..request };
    let signed = Verified::sign(request, world.supplier.key()).expect("signed").signed().clone();
    assert_eq!(world.give(ToPerson::Request(signed), now), PersonReply::Refused(Refusal::Revoked));
}

#[test]
fn a_value_that_was_not_delivered_before_its_grant_expired_stays_here() {
    let mut world = World::new("balanced");
    // The reply is lost, so the answer waits in the outbox.
    let (message, _) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, NOW);
    assert!(matches!(world.give(message, NOW), PersonReply::Answer(_)));
    let supplier = world.supplier_key();
    world.person.connection_lost(&supplier);
    let just_before = NOW.plus_days(Days(365)).0 - 1;
    let before = world.host.records.len();
    let dropped = world.person.handle(Input::DropExpired(&supplier), Timestamp(just_before), &mut world.host);
    assert_eq!((dropped, world.host.records.len()), (Ok(()), before));
    assert_eq!(world.person.to_send(&supplier, NOW).len(), 1, "while the grant lives it is sent");
    world.person.connection_lost(&supplier);
    world
        .person
        .handle(Input::DropExpired(&supplier), NOW.plus_days(Days(365)), &mut world.host)
        .expect("no owner is asked");
    assert!(world.person.to_send(&supplier, NOW).is_empty());
    let again = world.rebuilt(world.host.records.len());
    assert_eq!(again.relationship(&supplier).expect("paired").undelivered(), 0);
}

fn profile_of(supplier: &Supplier) -> Profile {
    supplier.profile().expect("a profile").clone()
}

#[test]
fn at_the_end_of_retention_the_person_takes_one_receipt_and_no_more() {
    let mut world = World::new("balanced");
    let (message, id) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Subscribe, NOW);
    let (answer, person) = (world.give(message, NOW), world.person_key());
    let ack = done(world.supplier.replied(&person, &id, answer, NOW));
    assert_eq!(world.give(ack.expect("acknowledged"), NOW), PersonReply::Noted);
    let later = NOW.plus_days(Days(30));
    assert!(CompanyMemory::of(world.supplier.tick(NOW.plus_days(Days(29)))).is_empty());
    assert!(!CompanyMemory::of(world.supplier.tick(later)).is_empty());
    assert!(world.held().is_empty());
    let (parcel, receipt) = world.supplier.to_send(&person, later).expect("signed").pop().expect("a receipt");
    let before = world.host.records.len();
    assert_eq!(world.give(receipt.clone(), later), PersonReply::Noted);
    let after = world.host.records.len();
    assert!(after > before, "the receipt is kept");
    assert_eq!(world.give(receipt, later), PersonReply::Noted);
    assert_eq!(world.host.records.len(), after, "a second one adds nothing");
    done(world.supplier.replied(&person, &parcel, PersonReply::Noted, later));
    world.supplier.connection_lost(&person);
    assert!(world.supplier.to_send(&person, later).expect("signed").is_empty(), "it is sent until it is taken");
}
