//! The watch sees what must not leave about segments and intents: real records of a real machine, then one taken away,
//! doubled, or another's word.

#![allow(clippy::expect_used, reason = "a test stops where its setup does not hold")]

#[path = "../../../protocol/tests/memory/mod.rs"]
mod memory;

use std::collections::BTreeSet;

use memory::Memory;
use regie_protocol::{
    Acceptance, Agreement, Days, Invitation, Keypair, Nonce, ObjectId, Person, Policy, Profile, PublicKey, Purpose,
    RootSeed, Timestamp, Verified,
    intent::Criterion,
    message::{Browse, Collect, SupplierReply, ToBoard, ToSupplier},
    person::{Counted, Input, NewIntent, Record, Said},
    segment::{Belongs, Predicate, Segment},
};
use regie_simulator::{
    watch::{Broken, Shown, Watch},
    world::agenda::BEGIN,
};

const NOW: Timestamp = Timestamp(BEGIN);

/// A person who is paired with a supplier that publishes a segment, and what was recorded since.
struct Scene {
    person: Person,
    supplier: PublicKey,
    segment: ObjectId,
    host: Memory,
}

impl Scene {
    fn new() -> Self {
        let (person, key) = (Person::new(RootSeed::from_entropy([1; 32]), Policy::of(Vec::new())), [2; 32]);
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
            keys: regie_protocol::KeyHistory::default(),
            board: false,
            issued: NOW,
        };
        let (agreement, at) = (Agreement::SdBase, NOW);
        let acceptance = Acceptance { supplier, person: own, pairing: pairing.id(), agreement, at };
        let profile = Verified::sign(profile, &keypair).expect("signed").signed().clone();
        let acceptance = Verified::sign(acceptance, &keypair).expect("signed").signed().clone();
        let mut scene = Self { person, supplier, segment: ObjectId::of(&[]), host: Memory::new(1) };
        scene.give(Input::Paired(&supplier, profile, acceptance, &pairing));
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
            about: None,
            purpose: Purpose::RequestedServiceProvision,
            retention: Days(30),
            membership: true,
            epsilon: Some(1_000),
            tally: None,
            expires: NOW.plus_days(Days(90)),
        };
        let segment = Verified::sign(segment, keypair).expect("signed");
        self.segment = segment.id();
        let supplier = self.supplier;
        self.give(Input::AskSegments(&supplier));
        let number = self.person.to_send(&supplier, NOW)[0].number;
        let reply = SupplierReply::Segments(vec![segment.signed().clone()]);
        self.give(Input::Replied(&supplier, number, reply));
    }

    fn give(&mut self, input: Input<'_>) {
        self.person.handle(input, NOW, &mut self.host).expect("done");
    }

    fn see(&self, watch: &mut Watch) -> Result<(), Broken> {
        self.host.records.iter().try_for_each(|record| watch.see(record, NOW))
    }

    fn outgoing(&self) -> Record {
        let leaves = |record: &&Record| {
            matches!(record, Record::Outgoing { message: ToSupplier::Belong(_) | ToSupplier::Count(_), .. })
        };
        self.host.records.iter().find(leaves).expect("something left").clone()
    }
}

#[test]
fn a_membership_without_a_word_or_an_entry_is_seen() {
    let mut scene = Scene::new();
    let (supplier, segment) = (scene.supplier, scene.segment);
    scene.give(Input::Belong(&supplier, &segment, true, true));
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
    scene.give(Input::CountMe(&supplier, &segment, true));
    let mut watch = Watch::default();
    assert_eq!(scene.see(&mut watch), Ok(()));
    assert_eq!(watch.see(&scene.outgoing(), NOW), Err(Broken::Counted), "a second answer");
    scene.host.records.retain(|record| !matches!(record, Record::Said { .. }));
    assert_eq!(scene.see(&mut Watch::default()), Err(Broken::Counted), "one that was not counted");

    let spend = |watch: &mut Watch, supplier: PublicKey, segment: u8, epsilon: u32| {
        let counted = Some(Counted { epsilon, at: NOW });
        let said = Said { what: Belongs::Count, at: NOW, counted, about: None };
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
    scene.give(Input::Cast(new));
    let id = scene.person.intents().next().map(|(id, _)| *id).expect("cast");
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
