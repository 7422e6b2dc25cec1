//! Both machines, driven by hand: what leaves, what does not, and that replay gives the same state.

#![allow(clippy::expect_used, missing_docs, reason = "a test stops where its setup does not hold")]

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    agreement::Agreement,
    entropy::Entropy,
    field::{AskedPath, FieldPath, Observed, Provenance},
    grant::Access,
    identity::{Keypair, PublicKey, RootSeed},
    message::{Message, Reply},
    person::{self, Person},
    policy::Policy,
    profile::Profile,
    purpose::Purpose,
    refusal::Refusal,
    supplier::{self, Ask, Supplier},
    time::{Days, Timestamp},
};

const NOW: Timestamp = Timestamp(1_800_000_000_000);

struct World {
    person: Person,
    supplier: Supplier,
    values: BTreeMap<FieldPath, Observed>,
    records: Vec<person::Record>,
    drawn: u8,
}

impl World {
    fn new(preset: &str) -> Self {
        let person = Person::new(RootSeed::from_entropy([1; 32]), Policy::preset(preset).expect("a preset"));
        let supplier = Supplier::new(Keypair::from_secret(&[2; 32]));
        let mut world = Self { person, supplier, values: BTreeMap::new(), records: Vec::new(), drawn: 0 };
        for (field, value) in
            [("name.full", "Anna Bakker"), ("address.street", "Dorpsstraat 1"), ("income.annual", "30000")]
        {
            world.values.insert(field.parse().expect("a field"), observed(value));
        }
        world.pair();
        world
    }

    fn entropy(&mut self) -> Entropy {
        self.drawn += 1;
        Entropy::new([self.drawn; 32])
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
            issued: NOW,
        };
        self.supplier.set_profile(profile).expect("well formed");
        let mut entropy = self.entropy();
        let invite = supplier::Invite { uses: Some(1), expires: NOW.plus_days(Days(1)), made: NOW, test: false };
        let (invitation, _) = self.supplier.invite(invite, &mut entropy);
        let pair = self.person.proffer(&key, invitation.id, Agreement::SdBase, NOW).expect("proffered");
        let person = self.person_key();
        let Some(Reply::Profile(profile)) = reply(self.supplier.message(&person, Message::Hello, NOW)) else {
            panic!("no profile")
        };
        let Some(Reply::Paired(acceptance)) = reply(self.supplier.message(&person, pair, NOW)) else {
            panic!("not paired")
        };
        let mut entropy = self.entropy();
        let effects =
            self.person.paired(&key, profile, acceptance, Agreement::SdBase, NOW, &mut entropy).expect("paired");
        self.run(effects, NOW);
    }

    /// Runs a person's effects; the reply to the frame in hand, if there is one, comes out.
    fn run(&mut self, effects: Vec<person::Effect>, now: Timestamp) -> Option<Reply> {
        let mut answer = None;
        for effect in effects {
            match effect {
                person::Effect::Persist(record) => self.records.push(record),
                person::Effect::Reply(reply) => answer = Some(reply),
                person::Effect::Deliver(_) => {}
                person::Effect::Disclose(plan) => {
                    let mut entropy = self.entropy();
                    let values = self.values.clone();
                    let sealed = self.person.seal(plan, &mut |r| values.get(&r.field()).cloned(), now, &mut entropy);
                    answer = self.run(sealed.expect("sealed"), now).or(answer);
                }
            }
        }
        answer
    }

    fn ask(
        &mut self,
        fields: &[&str],
        purpose: Purpose,
        access: Access,
        now: Timestamp,
    ) -> (Message, supplier::Parcel) {
        let ask = Ask {
            person: self.person_key(),
            fields: fields.iter().map(|f| f.parse::<AskedPath>().expect("a path")).collect(),
            purpose,
            reason: "to send the bill".into(),
            access,
            duration: Days(365),
            retention: Days(30),
        };
        let mut entropy = self.entropy();
        self.supplier.ask(ask, now, &mut entropy).expect("asked");
        let person = self.person_key();
        let (id, message) = self.supplier.to_send(&person, now).expect("signed").pop().expect("one request");
        (message, id)
    }

    fn give(&mut self, message: Message, now: Timestamp) -> Reply {
        let (key, mut entropy) = (self.supplier_key(), self.entropy());
        let effects = self.person.message(&key, message, now, &mut entropy);
        self.run(effects, now).expect("every frame is answered")
    }

    /// Delivers the person's outbox to the supplier and its replies back.
    fn deliver(&mut self, now: Timestamp) {
        let (key, person) = (self.supplier_key(), self.person_key());
        for outgoing in self.person.to_send(&key) {
            let answer = reply(self.supplier.message(&person, outgoing.message, now)).expect("answered");
            let mut entropy = self.entropy();
            let effects = self.person.replied(&key, outgoing.number, answer, now, &mut entropy);
            self.run(effects, now);
        }
    }

    fn held(&self) -> Vec<String> {
        let (_, customer) = self.supplier.customers().next().expect("one customer");
        customer.held().keys().map(ToString::to_string).collect()
    }
}

fn reply(effects: Vec<supplier::Effect>) -> Option<Reply> {
    effects.into_iter().find_map(|e| if let supplier::Effect::Reply(reply) = e { Some(reply) } else { None })
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
    let (_, ack) = world.supplier.replied(&person, &id, answer, NOW);
    assert_eq!(world.held(), ["name.full"]);
    assert_eq!(world.give(ack.expect("acknowledged"), NOW), Reply::Noted);

    let waiting: Vec<_> = world.person.relationships().flat_map(|(_, r)| r.waiting().cloned()).collect();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].fields.keys().map(ToString::to_string).collect::<Vec<_>>(), ["income.annual"]);
    let mut entropy = world.entropy();
    let effects = world.person.allow(&waiting[0].id, NOW, &mut entropy).expect("allowed");
    world.run(effects, NOW);
    world.deliver(NOW);
    assert_eq!(world.held(), ["income.annual", "name.full"]);
    let (_, customer) = world.supplier.customers().next().expect("one");
    let asking = customer.askings().next().expect("one");
    assert_eq!(asking.refused.values().copied().collect::<Vec<_>>(), [Refusal::UnknownField]);
}

#[test]
fn after_a_revocation_nothing_leaves_and_the_values_are_erased() {
    let mut world = World::new("balanced");
    let (message, id) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Subscribe, NOW);
    let (answer, person) = (world.give(message, NOW), world.person_key());
    world.supplier.replied(&person, &id, answer, NOW);
    let grant =
        world.person.relationships().flat_map(|(_, r)| r.grants().map(|g| g.root().id())).next().expect("a grant");
    let mut entropy = world.entropy();
    let effects = world.person.revoke(&grant, true, NOW, &mut entropy).expect("revoked");
    world.run(effects, NOW);
    // A change after the revocation is told to nobody, and a new request is refused with its code.
    let name = "name.full".parse().expect("a field");
    let mut entropy = world.entropy();
    let effects = world.person.field_changed(&BTreeMap::from([(name, true)]), NOW, &mut entropy).expect("noted");
    assert!(!effects.iter().any(|e| matches!(e, person::Effect::Disclose(_))));
    let (message, _) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, NOW);
    let Reply::Answer(disclosure) = world.give(message, NOW) else { panic!("not an answer") };
    let disclosure = disclosure.verify().expect("verified");
    assert_eq!(
        disclosure.answers.values().cloned().collect::<Vec<_>>(),
        [regie_protocol::disclosure::Answer::Refused(Refusal::Revoked)]
    );
    world.deliver(NOW);
    assert!(world.held().is_empty());
    assert!(world.records.iter().any(|r| matches!(r, person::Record::Receipt { .. })));
}

#[test]
fn replay_skew_wrong_sender_and_pause_are_refused_by_code() {
    let mut world = World::new("balanced");
    let (message, _) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, NOW);
    assert!(matches!(world.give(message.clone(), NOW), Reply::Answer(_)));
    assert_eq!(world.give(message.clone(), NOW), Reply::Refused(Refusal::Replayed));
    let (late, _) = world.ask(&["name.full"], Purpose::DeliveryOfGoods, Access::Read, NOW);
    assert_eq!(world.give(late, NOW.plus_ms(3_600_000)), Reply::Refused(Refusal::ClockSkew));
    let stranger = Keypair::from_secret(&[9; 32]).public();
    let mut entropy = world.entropy();
    let effects = world.person.message(&stranger, message, NOW, &mut entropy);
    assert_eq!(world.run(effects, NOW), Some(Reply::Refused(Refusal::WrongSender)));
    assert_eq!(world.give(Message::Hello, NOW), Reply::Refused(Refusal::Unexpected));
}

#[test]
fn replaying_the_records_gives_the_same_answers() {
    let mut world = World::new("balanced");
    let (message, _) = world.ask(&["name.full", "income.annual"], Purpose::DeliveryOfGoods, Access::Subscribe, NOW);
    world.give(message.clone(), NOW);
    let mut again = Person::new(RootSeed::from_entropy([1; 32]), Policy::preset("balanced").expect("a preset"));
    for record in &world.records {
        again.restore(record).expect("replays");
    }
    assert_eq!(again.personal_log(), world.person.personal_log());
    world.person = again;
    assert_eq!(world.give(message, NOW), Reply::Refused(Refusal::Replayed));
    assert_eq!(world.person.relationships().flat_map(|(_, r)| r.waiting()).count(), 1);
}

#[test]
fn the_same_inputs_give_the_same_records() {
    let run = || {
        let mut world = World::new("open");
        let (message, _) = world.ask(&["name.full", "energy.annualGas"], Purpose::ServiceProvision, Access::Read, NOW);
        world.give(message, NOW);
        world.records
    };
    assert_eq!(run(), run());
}
