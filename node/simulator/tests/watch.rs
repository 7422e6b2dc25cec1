//! The watch sees what must not leave about segments and intents: real records of a real machine, then one taken away,
//! doubled, or another's word.

#![allow(clippy::expect_used, reason = "a test stops where its setup does not hold")]

use std::collections::BTreeSet;

use regie_protocol::{
    agreement::Agreement,
    entropy::Entropy,
    identity::{Keypair, Nonce, PublicKey, RootSeed},
    intent::Criterion,
    message::{Browse, Collect, ToBoard, ToSupplier},
    person::{Counted, Effect, NewIntent, Person, Record, Said},
    policy::Policy,
    profile::{Acceptance, Invitation, Profile},
    purpose::Purpose,
    segment::{Belongs, Predicate, Segment},
    signed::{ObjectId, Verified},
    time::{Days, Timestamp},
};
use regie_simulator::{
    agenda::BEGIN,
    watch::{Broken, Shown, Watch},
};

const NOW: Timestamp = Timestamp(BEGIN);

/// A person who is paired with a supplier that publishes a segment, and what was recorded since.
struct Scene {
    person: Person,
    supplier: PublicKey,
    segment: ObjectId,
    records: Vec<Record>,
}

impl Scene {
    fn new() -> Self {
        let (mut person, key) = (Person::new(RootSeed::from_entropy([1; 32]), Policy::of(Vec::new())), [2; 32]);
        let keypair = Keypair::from_secret(&key);
        let supplier = keypair.public();
        let own = person.pairing_key(&supplier).public();
        let pairing = person.proffer(&supplier, Nonce([1; 16]), Agreement::SdBase, None, NOW).expect("proffered");
        let profile = Profile {
            supplier,
            name: "Shop".into(),
            sector: "retail".into(),
            domain: String::new(),
            contact: String::new(),
            wishes: Vec::new(),
            agreements: [Agreement::SdBase].into(),
            addresses: Vec::new(),
            keys: regie_protocol::rotation::KeyHistory::default(),
            issued: NOW,
        };
        let (agreement, at) = (Agreement::SdBase, NOW);
        let acceptance = Acceptance { supplier, person: own, pairing: pairing.id(), agreement, at };
        let profile = Verified::sign(profile, &keypair).expect("signed").signed().clone();
        let acceptance = Verified::sign(acceptance, &keypair).expect("signed").signed().clone();
        let mut entropy = Entropy::new([1; 32]);
        let effects = person.paired(&supplier, profile, acceptance, &pairing, NOW, &mut entropy).expect("paired");
        let mut scene = Self { person, supplier, segment: ObjectId::of(&[]), records: Vec::new() };
        scene.keep(effects);
        scene.show_segment(&keypair);
        scene
    }

    /// The supplier answers what it publishes.
    fn show_segment(&mut self, keypair: &Keypair) {
        let segment = Segment {
            supplier: self.supplier,
            id: Nonce([3; 16]),
            name: "who has an address".into(),
            words: String::new(),
            predicate: Predicate::Has("email".parse().expect("a field")),
            purpose: Purpose::RequestedServiceProvision,
            retention: Days(30),
            membership: true,
            epsilon: Some(1_000),
            tally: None,
            expires: NOW.plus_days(Days(90)),
        };
        let segment = Verified::sign(segment, keypair).expect("signed");
        self.segment = segment.id();
        let effects = self.person.ask_segments(&self.supplier).expect("asked");
        self.keep(effects);
        let number = self.person.to_send(&self.supplier, NOW)[0].number;
        let reply = regie_protocol::message::SupplierReply::Segments(vec![segment.signed().clone()]);
        let effects = self.person.replied(&self.supplier, number, reply, NOW, &mut Entropy::new([2; 32]));
        self.keep(effects);
    }

    fn keep(&mut self, effects: Vec<Effect>) {
        let record = |effect| if let Effect::Persist(record) = effect { Some(record) } else { None };
        self.records.extend(effects.into_iter().filter_map(record));
    }

    fn see(&self, watch: &mut Watch) -> Result<(), Broken> {
        self.records.iter().try_for_each(|record| watch.see(record, NOW))
    }

    fn outgoing(&self) -> Record {
        let leaves = |record: &&Record| {
            matches!(record, Record::Outgoing { message: ToSupplier::Belong(_) | ToSupplier::Count(_), .. })
        };
        self.records.iter().find(leaves).expect("something left").clone()
    }
}

#[test]
fn a_membership_without_a_word_or_an_entry_is_seen() {
    let mut scene = Scene::new();
    let (supplier, segment) = (scene.supplier, scene.segment);
    let effects = scene.person.belong(&supplier, &segment, true, true, NOW, &mut Entropy::new([3; 32]));
    scene.keep(effects.expect("said"));
    let watch = |fits: Option<bool>| {
        let mut watch = Watch::default();
        if let Some(fits) = fits {
            watch.says(&supplier, &segment, fits);
        }
        watch
    };
    assert_eq!(scene.see(&mut watch(Some(true))), Ok(()));
    assert_eq!(scene.see(&mut watch(None)), Err(Broken::NoWord), "nobody said so");
    assert_eq!(scene.see(&mut watch(Some(false))), Err(Broken::NoWord), "it is not so");
    let mut seen = watch(Some(true));
    scene.see(&mut seen).expect("as it was");
    assert_eq!(seen.see(&scene.outgoing(), NOW), Err(Broken::NoEntry), "once more, in no log");
}

#[test]
fn a_second_answer_one_that_is_not_counted_and_one_beyond_the_budget_are_seen() {
    let mut scene = Scene::new();
    let (supplier, segment) = (scene.supplier, scene.segment);
    let effects = scene.person.count_me(&supplier, &segment, true, NOW, &mut Entropy::new([3; 32]));
    scene.keep(effects.expect("counted"));
    let mut watch = Watch::default();
    assert_eq!(scene.see(&mut watch), Ok(()));
    assert_eq!(watch.see(&scene.outgoing(), NOW), Err(Broken::Counted), "a second answer");
    scene.records.retain(|record| !matches!(record, Record::Said { .. }));
    assert_eq!(scene.see(&mut Watch::default()), Err(Broken::Counted), "one that was not counted");

    let spend = |watch: &mut Watch, supplier: PublicKey, segment: u8, epsilon: u32| {
        let counted = Some(Counted { epsilon, at: NOW });
        let said = Said { what: Belongs::Count, at: NOW, counted };
        watch.see(&Record::Said { supplier, segment: ObjectId::of(&[segment]), said }, NOW)
    };
    let mut watch = Watch::default();
    assert_eq!(spend(&mut watch, supplier, 1, 2_000), Ok(()));
    assert_eq!(spend(&mut watch, supplier, 2, 1), Err(Broken::Budget), "more than one supplier may have");
    let (mut watch, others) = (Watch::default(), [11, 12, 13, 14, 15]);
    let said: Vec<_> = others
        .iter()
        .map(|number| spend(&mut watch, Keypair::from_secret(&[*number; 32]).public(), *number, 2_000))
        .collect();
    assert_eq!(said[..4], [Ok(()), Ok(()), Ok(()), Ok(())]);
    assert_eq!(said[4], Err(Broken::Budget), "more than all may have together");
}

#[test]
fn a_key_shown_twice_and_a_message_of_another_intent_are_seen() {
    let mut scene = Scene::new();
    let board = Keypair::from_secret(&[9; 32]).public();
    let new = NewIntent {
        board: Invitation { supplier: board, id: Nonce([0; 16]), addresses: vec!["/ip4/127.0.0.1/tcp/1".into()] },
        category: "energy".parse().expect("a category"),
        wish: String::new(),
        details: [].into(),
        budget: None,
        duration: Days(3),
        per_supplier: 1,
        keep: 3,
        rank_by: vec![Criterion::Price],
    };
    let (id, _) = scene.person.cast(new, NOW, &mut Entropy::new([5; 32])).expect("cast");
    let say = scene.person.to_board(&id, NOW).expect("something to say");
    let key = Keypair::from_secret(&say.secret).public();
    let mut watch = Watch::default();
    assert_eq!(watch.to_board(&key, &id, &say.message), Ok(()));
    assert_eq!(watch.shows(&key, Shown::To(scene.supplier)), Err(Broken::OneKey));
    let other = ObjectId::of(&[1]);
    let collect = ToBoard::Collect(Collect { intent: other, after: 0 });
    assert_eq!(watch.to_board(&key, &id, &collect), Err(Broken::NotOfIntent), "another intent");
    let browse = ToBoard::Browse(Browse { categories: BTreeSet::new(), after: 0 });
    assert_eq!(watch.to_board(&key, &id, &browse), Err(Broken::NotOfIntent), "no message of an intent");
    assert_eq!(watch.to_board(&key, &other, &collect), Err(Broken::OneKey), "two intents under one key");
    let keys: BTreeSet<PublicKey> = [1, 2].map(|n| Keypair::from_secret(&[n; 32]).public()).into();
    assert!(keys.iter().all(|key| watch.shows(key, Shown::To(scene.supplier)).is_ok()), "two keys for one supplier");
}
