//! Two companies lay side by side everything that they got in a year. Whatever the frames of one person share between
//! them, but the values themselves, the frames of a stranger share too: nothing says that two customers are one person.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    Access, Days, Observed, Provenance, PublicKey, Purpose, Supplier, Timestamp, message::SupplierReply, person::Input,
    policy::SAID, wire,
};

use crate::{
    NOW, World,
    memory::{Hint, done},
    reply,
};

/// Length of a byte string that would link two: a moment in milliseconds has 8 bytes in a frame, a nonce 16, a key 32.
const WINDOW: usize = 8;
/// Length of a byte string that belongs to the form where all share it: a random byte or two beside it prove nothing.
const FORM: usize = 6;
const MINUTE: u64 = 60_000;
/// What the person holds, before and after a move: of these, two companies that have them know anyway.
const VALUES: [&str; 5] = ["Anna Bakker", "Dorpsstraat 1", "Kerkweg 2", "30000", "Anna Bakkers"];

/// A person with two companies, and every frame that each of them got of it.
struct Dealings {
    world: World,
    other: Supplier,
    got: [Vec<Vec<u8>>; 2],
    /// Which of the two stands in the world.
    present: usize,
    /// What this person does, it does so much later than another would.
    later: u64,
}

impl Dealings {
    fn new(seed: u8, later: u64) -> Self {
        let mut world = World::of(seed, "balanced");
        let other = world.turn_to(3);
        let mut all = Self { world, other, got: [Vec::new(), Vec::new()], present: 1, later };
        all.start(1);
        all
    }

    /// The node starts, and its lines are made anew.
    fn start(&mut self, day: u32) {
        let now = self.at(day);
        self.world.person.handle(Input::Started, now, &mut self.world.host).expect("started");
        self.deliver(day);
    }

    fn supplier_key(&mut self, which: usize) -> PublicKey {
        self.turn_to(which);
        self.world.supplier_key()
    }

    fn leaves_at(&self, key: &PublicKey) -> Option<Timestamp> {
        self.world.person.relationship(key).expect("known").leaves_at()
    }

    /// Was the host told to deliver to this one?
    fn delivered(&self, key: &PublicKey) -> bool {
        self.world.host.hints.iter().any(|hint| matches!(hint, Hint::Deliver(to) if to == key))
    }

    fn at(&self, day: u32) -> Timestamp {
        NOW.plus_days(Days(day)).plus_ms(self.later)
    }

    fn turn_to(&mut self, which: usize) {
        if self.present != which {
            std::mem::swap(&mut self.world.supplier, &mut self.other);
            self.present = which;
        }
    }

    /// The company asks; the person's answer and the receipt of it come by the same line.
    fn ask(&mut self, which: usize, fields: &[&str], day: u32) {
        self.deliver(day);
        self.turn_to(which);
        let now = self.at(day);
        let (message, parcel) = self.world.ask(fields, Purpose::DeliveryOfGoods, Access::Subscribe, now);
        let (answer, person) = (self.world.give(message, now), self.world.person_key());
        self.got[which].push(wire::encode(&answer).expect("encodes"));
        let receipt = done(self.world.supplier.replied(&person, &parcel, answer, now));
        let noted = self.world.give(receipt.expect("a receipt"), now);
        self.got[which].push(wire::encode(&noted).expect("encodes"));
    }

    /// What waits is sent to both, some minutes apart.
    fn deliver(&mut self, day: u32) {
        for which in [0, 1] {
            self.turn_to(which);
            let now = self.at(day).plus_ms(which as u64 * MINUTE);
            let (key, person) = (self.world.supplier_key(), self.world.person_key());
            self.world.person.connection_lost(&key);
            // Which run speaks is said first, and what waits when that is answered.
            for round in 0.. {
                let outgoing = self.world.person.to_send(&key, now);
                if outgoing.is_empty() {
                    break;
                }
                assert!(round < 50, "it comes to no rest");
                for one in outgoing {
                    self.got[which].push(wire::encode(&*one.message).expect("encodes"));
                    let effects = self.world.supplier.message(&person, one.message.into_inner(), now);
                    let answer: SupplierReply = reply(effects).expect("answered");
                    let input = Input::Replied(&key, one.number, answer);
                    self.world.person.handle(input, now, &mut self.world.host).expect("no owner is asked");
                }
            }
        }
    }

    /// The person says something of both companies in one moment, and each is told.
    fn say(&mut self, day: u32, word: impl Fn(&mut World, Timestamp)) {
        let now = self.at(day);
        word(&mut self.world, now);
        self.deliver(day);
    }

    fn set(&mut self, field: &str, value: &str, provenance: Provenance, day: u32) {
        let field = field.parse().expect("a field");
        self.say(day, |world, now| {
            let (value, provenance) = (value.parse().expect("text"), provenance.clone());
            world.host.values.insert(field, Observed { value, provenance, observed: now });
            let changed = BTreeMap::from([(field, true)]);
            world.person.handle(Input::FieldChanged(&changed), now, &mut world.host).expect("told");
        });
    }

    /// A year of both companies, each with its own days, and of the person, whose word is for both.
    fn year(seed: u8, later: u64) -> [Vec<Vec<u8>>; 2] {
        let mut all = Self::new(seed, later);
        all.ask(0, &["name.full", "address.street", "income.annual"], 3);
        all.ask(1, &["name.full", "address.street", "income.annual"], 44);
        all.say(50, |world, now| {
            let waits = world.person.relationships().flat_map(|(_, r)| r.waiting().map(|w| w.id)).collect::<Vec<_>>();
            assert_eq!(waits.len(), 2, "the income waits for both");
            for id in waits {
                world.person.handle(Input::Allow(&id, None), now, &mut world.host).expect("allowed");
            }
        });
        all.start(80);
        all.set("address.street", "Kerkweg 2", Provenance::Imported("vcard".into()), 90);
        all.turn_to(0);
        let first = all.world.supplier_key();
        all.set("name.full", "Anna Bakkers", Provenance::Supplier(first), 120);
        let keys: Vec<_> = all.world.person.relationships().map(|(key, _)| *key).collect();
        for (day, paused) in [(130, true), (140, false)] {
            all.say(day, |world, now| {
                for key in &keys {
                    world.person.handle(Input::Pause(key, paused), now, &mut world.host).expect("paused");
                }
            });
        }
        all.say(300, |world, now| {
            for key in &keys {
                world.person.handle(Input::RevokeAll(key, true), now, &mut world.host).expect("ended");
            }
        });
        let now = all.at(310);
        all.world.person.handle(Input::Restored, now, &mut all.world.host).expect("restored");
        all.start(310);
        assert!(all.got.iter().all(|frames| frames.len() >= 6), "each got answers, changes and the end");
        all.got
    }
}

/// Every byte string of that length in what one company got, with the values blotted out.
fn windows(frames: &[Vec<u8>], length: usize) -> BTreeSet<Vec<u8>> {
    let mut found = BTreeSet::new();
    for frame in frames {
        let mut frame = frame.clone();
        for value in VALUES {
            while let Some(at) = frame.windows(value.len()).position(|part| part == value.as_bytes()) {
                // With the byte before, which says how long it is.
                frame[at - 1..at + value.len()].fill(0);
            }
        }
        found.extend(frame.windows(length).map(<[u8]>::to_vec));
    }
    found
}

#[test]
fn nothing_but_values_is_common_to_what_two_suppliers_get() {
    // The stranger does the same, nine minutes later.
    let (anna, stranger) = (Dealings::year(1, 0), Dealings::year(9, 9 * MINUTE + 1_234));
    let [first, second] = anna.each_ref().map(|frames| windows(frames, WINDOW));
    let theirs: BTreeSet<Vec<u8>> = stranger.iter().flat_map(|frames| windows(frames, FORM)).collect();
    let is_form = |part: &[u8]| theirs.contains(&part[..FORM]) || theirs.contains(&part[WINDOW - FORM..]);
    let common: Vec<&Vec<u8>> = first.intersection(&second).filter(|part| !is_form(part)).collect();
    let shown = common.iter().map(|part| part.escape_ascii().to_string()).collect::<Vec<_>>();
    assert!(common.is_empty(), "{} byte strings link one person's two relationships: {shown:?}", common.len());
    assert!(first.intersection(&second).count() > 200, "the form of frames is what all share");
}

#[test]
fn what_a_persons_rules_are_called_leaves_with_nothing() {
    let mut all = Dealings::new(1, 0);
    all.say(1, |world, now| {
        let mut policy = world.person.policy().clone();
        for rule in &mut policy.rules {
            rule.name = format!("my ex works there {}", rule.name);
        }
        world.person.handle(Input::SetPolicy(policy), now, &mut world.host).expect("other words");
    });
    all.ask(0, &["name.full", "income.annual"], 3);
    let words = [b"my ex".as_slice(), SAID.as_bytes()];
    let told = |frame: &Vec<u8>| words.iter().any(|words| frame.windows(words.len()).any(|part| part == *words));
    assert!(!all.got[0].is_empty() && !all.got[0].iter().any(told));
    let waits = all.world.person.relationships().flat_map(|(_, r)| r.waiting().cloned()).next().expect("the income");
    assert!(waits.fields.values().all(|rule| rule.starts_with("my ex")), "the person sees which one it was");
}

/// Minutes until each of the two is delivered to, after what was just done.
fn minutes_until_told(all: &mut Dealings, since: Timestamp) -> [Option<u64>; 2] {
    let keys = [all.supplier_key(0), all.supplier_key(1)];
    let mut told = [None; 2];
    for minute in 0..=WITHIN + 1 {
        for (told, key) in told.iter_mut().zip(&keys) {
            if all.delivered(key) {
                told.get_or_insert(minute);
            }
        }
        let now = since.plus_ms(minute * MINUTE);
        for (told, key) in told.iter().zip(&keys) {
            all.world.person.connection_lost(key);
            let leaves = all.leaves_at(key);
            assert_eq!(leaves.is_none(), told.is_some(), "minute {minute}: {leaves:?}");
            assert!(leaves.is_none() || all.world.person.to_send(key, now).len() <= 1, "only which run speaks");
        }
        all.world.person.handle(Input::Tick, now, &mut all.world.host).expect("a tick");
    }
    told
}

/// What a person says leaves within so many minutes.
const WITHIN: u64 = 30;

#[test]
fn what_a_person_says_to_two_leaves_for_each_at_a_moment_of_its_own() {
    let mut all = Dealings::new(1, 0);
    for which in [0, 1] {
        all.ask(which, &["address.street"], 3);
    }
    all.world.person.tell_within(WITHIN * MINUTE);
    let (mut common, mut late) = (0, 0);
    for day in 10..60 {
        let now = all.at(day);
        let street = "address.street".parse().expect("a field");
        let value = format!("Kerkweg {day}").parse().expect("text");
        all.world.host.values.insert(street, Observed { value, provenance: Provenance::Typed, observed: now });
        all.world.host.hints.clear();
        let changed = BTreeMap::from([(street, true)]);
        all.world.person.handle(Input::FieldChanged(&changed), now, &mut all.world.host).expect("told");
        let told = minutes_until_told(&mut all, now);
        let [Some(first), Some(second)] = told else { panic!("day {day}: within the half hour: {told:?}") };
        common += u32::from(first.abs_diff(second) <= 1);
        late += u32::from(first > WITHIN / 2) + u32::from(second > WITHIN / 2);
    }
    // Of two drawn within half an hour, one pair in ten is that close.
    assert!(common <= 12, "{common} of 50 within a minute of each other");
    assert!((30..=70).contains(&late), "{late} of 100 in the second half");
}

#[test]
fn what_a_supplier_waits_for_leaves_at_once() {
    let mut all = Dealings::new(1, 0);
    all.world.person.tell_within(WITHIN * MINUTE);
    all.ask(0, &["income.annual"], 3);
    let key = all.supplier_key(0);
    let allow = |all: &mut Dealings, minutes: u64| {
        let waits = all.world.person.relationship(&key).and_then(|r| r.waiting().next()).expect("it waits").id;
        let now = all.at(3).plus_ms(minutes * MINUTE);
        all.world.host.hints.clear();
        all.world.person.handle(Input::Allow(&waits, None), now, &mut all.world.host).expect("allowed");
        all.delivered(&key)
    };
    assert!(allow(&mut all, 2), "it asked two minutes ago");
    all.ask(0, &["health.diet"], 3);
    assert!(!allow(&mut all, 11), "it asked a while ago, as others may have: that is the person's moment");
    all.world.person.handle(Input::SetAtOnce(&key, true), all.at(4), &mut all.world.host).expect("said");
    let grants: Vec<_> = all.world.person.relationship(&key).expect("known").grants().map(|grant| grant.id()).collect();
    all.world.host.hints.clear();
    all.world.person.handle(Input::Revoke(&grants[0], true), all.at(4), &mut all.world.host).expect("ended");
    assert!(all.delivered(&key), "this one is to be told at once");
    assert!(all.leaves_at(&key).is_none(), "and what waited leaves with it");
}
