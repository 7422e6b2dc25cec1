//! Two copies of one node, both alive: a backup that was restored elsewhere, a home that was copied. Whatever either does,
//! in whatever order: the supplier hears one of them, both learn of each other, and the log that it holds only grew.

use std::collections::BTreeMap;

use proptest::prelude::*;
use regie_protocol::{
    Access, Days, FieldPath, Observed, Person, Policy, PublicKey, Purpose, Refusal, RootSeed, Supplier, Timestamp,
    audit::Log,
    limits,
    merkle::{self, Hash},
    message::{LogGrowth, PersonReply, SupplierReply, ToPerson, ToSupplier},
    person::{Input, OwnerError, Record},
    supplier::Since,
};

use crate::{
    NOW, World,
    memory::{Hint, Memory, done},
    observed, reply,
};

/// More messages than any of these histories needs to come to rest.
const TURNS: usize = 40;
const MINUTE: u64 = 60_000;

/// A home with its node.
struct Home {
    person: Person,
    host: Memory,
    key: PublicKey,
}

impl Home {
    /// What replay gives of everything that another home has kept so far.
    fn copy(of: &Self, salt: u8) -> Self {
        let mut person = Person::new(RootSeed::from_entropy([1; 32]), Policy::preset("balanced").expect("a preset"));
        for record in &of.host.records {
            person.restore(record).expect("replays");
        }
        let mut host = Memory::new(salt);
        host.values.clone_from(&of.host.values);
        host.records.clone_from(&of.host.records);
        Self { person, host, key: of.key }
    }

    /// The same from a backup.
    fn restored(of: &Self, salt: u8, now: Timestamp) -> Self {
        let mut home = Self::copy(of, salt);
        home.say(Input::Restored, now).expect("restored");
        home
    }

    fn say(&mut self, input: Input<'_>, now: Timestamp) -> Result<(), OwnerError> {
        self.person.handle(input, now, &mut self.host)
    }

    fn start(&mut self, now: Timestamp) {
        self.say(Input::Started, now).expect("started");
        self.person.connection_lost(&self.key);
    }

    fn leaves(&self) -> Vec<Hash> {
        let own = self.host.records.iter().filter_map(|record| match record {
            Record::Entry { log: Log::With(_), bytes, .. } => Some(merkle::leaf(bytes)),
            _ => None,
        });
        own.collect()
    }

    /// Its line to the supplier is up: all is said that there is to say.
    fn connect(&mut self, supplier: &mut Supplier, now: Timestamp) {
        self.person.connection_lost(&self.key);
        self.talk(supplier, now);
    }

    fn talk(&mut self, supplier: &mut Supplier, now: Timestamp) {
        let (key, mut later) = (self.key, now);
        for _ in 0..TURNS {
            let person = self.person.relationship(&key).expect("paired").key().public();
            let outgoing = self.person.to_send(&key, later);
            if outgoing.is_empty() {
                return;
            }
            for one in outgoing {
                let answer = reply(supplier.message(&person, one.message.into_inner(), later)).expect("answered");
                self.say(Input::Replied(&key, one.number, answer), later).expect("no owner is asked");
            }
            for hint in std::mem::take(&mut self.host.hints) {
                if let Hint::ShowGrowth { from, to, .. } = hint {
                    let leaves = self.leaves();
                    let shown = &leaves[..usize::try_from(to).expect("small")];
                    self.say(Input::Growth(&key, from, shown), later).expect("no owner is asked");
                }
            }
            later = later.plus_ms(1);
        }
        panic!("it comes to no rest");
    }

    /// Another value, and who is to be told of it.
    fn set(&mut self, value: &str, now: Timestamp) -> Result<(), OwnerError> {
        let name: FieldPath = "name.full".parse().expect("a field");
        self.host.values.insert(name, Observed { observed: now, ..observed(value) });
        self.say(Input::FieldChanged(&BTreeMap::from([(name, true)])), now)
    }

    fn answer(&mut self, message: ToPerson, now: Timestamp) -> PersonReply {
        let key = self.key;
        self.say(Input::Message(&key, message), now).expect("no owner is asked");
        self.host.answer.take().expect("every frame is answered")
    }

    fn is_live(&self, now: Timestamp) -> usize {
        let all = self.person.relationship(&self.key).expect("paired").grants();
        all.filter(|grant| grant.live(&self.person, now).is_ok()).count()
    }
}

/// A person with one supplier that has a subscription and one value, both at rest.
fn first_home() -> (Home, Supplier) {
    let world = World::new("balanced");
    let key = world.supplier_key();
    let World { person, supplier, host } = world;
    let (mut home, mut supplier) = (Home { person, host, key }, supplier);
    home.start(NOW);
    home.connect(&mut supplier, NOW);
    ask(&mut supplier, &mut home, NOW);
    (home, supplier)
}

/// The supplier asks on this home's line, and hears the answer.
fn ask(supplier: &mut Supplier, home: &mut Home, now: Timestamp) -> PersonReply {
    let person = home.person.relationship(&home.key).expect("paired").key().public();
    let ask = regie_protocol::supplier::Ask {
        person,
        fields: ["name.full".parse().expect("a path")].into(),
        purpose: Purpose::DeliveryOfGoods,
        reason: "to send the bill".into(),
        access: Access::Subscribe,
        duration: Days(365),
        retention: Days(30),
        delegations: 0,
    };
    let request = done(supplier.ask(ask, now, &mut home.host.draw()).expect("asked"));
    let sent = supplier.to_send(&person, now).expect("signed");
    let parcel = regie_protocol::supplier::Parcel::Request(request);
    let (_, message) = sent.into_iter().find(|(sent, _)| *sent == parcel).expect("the request");
    let answer = home.answer(message, now);
    if let Some(ack) = done(supplier.replied(&person, &parcel, answer.clone(), now)) {
        home.answer(ack, now);
    }
    home.talk(supplier, now);
    answer
}

fn customer(supplier: &Supplier) -> &regie_protocol::supplier::Customer {
    supplier.customers().next().expect("one").1
}

/// Does the log that the supplier holds stand at the beginning of this home's?
fn follows(supplier: &Supplier, home: &Home) -> bool {
    let (head, leaves) = (customer(supplier).head(), home.leaves());
    let size = usize::try_from(head.size()).expect("small");
    leaves.len() >= size && merkle::root(&leaves[..size]) == head.root()
}

#[test]
fn a_restored_node_goes_on_and_the_one_before_stops_and_both_know() {
    let (mut original, mut supplier) = first_home();
    let mut restored = Home::restored(&original, 70, NOW);
    original.set("Anna Bakkers", NOW).expect("told");
    original.talk(&mut supplier, NOW);
    let witnessed = customer(&supplier).head().size();
    let then = NOW.plus_ms(MINUTE);
    restored.start(then);
    restored.connect(&mut supplier, then);
    // What was witnessed beyond the head that the restore names is kept, beside what goes on.
    let runs = customer(&supplier).runs().expect("runs");
    assert_eq!(runs.branches.len(), 1);
    assert_eq!((runs.branches[0].size, runs.branches[0].since), (witnessed, Since::Known));
    assert!(runs.branches[0].back_to < witnessed && follows(&supplier, &restored));
    assert_eq!(customer(&supplier).grants().count(), 0, "every grant from before it has ended");

    // The one before: no value of it is taken, it hears of the other and says nothing more.
    original.set("Nobody", then).expect("it does not know yet");
    original.connect(&mut supplier, then);
    assert!(original.person.superseded().is_some());
    assert_eq!(original.set("Nobody again", then), Err(OwnerError::Superseded));
    assert!(original.person.to_send(&original.key, then).is_empty());
    let company = customer(&supplier);
    assert!(company.has_rival() && follows(&supplier, &restored));
    // A restart does not let it speak again.
    let mut again = Home::copy(&original, 71);
    again.start(then.plus_ms(MINUTE));
    assert!(again.person.to_send(&again.key, then.plus_ms(MINUTE)).is_empty());

    // And the restored one hears of it when its line is made anew.
    assert!(restored.person.rival().is_none());
    restored.connect(&mut supplier, then);
    assert!(restored.person.rival().is_some() && restored.person.superseded().is_none());
    assert!(matches!(ask(&mut supplier, &mut restored, then), PersonReply::Answer(_)));
    assert_eq!((restored.is_live(then), customer(&supplier).grants().count()), (1, 1));
}

#[test]
fn of_a_home_that_was_copied_the_one_that_began_later_goes_on() {
    let (mut first, mut supplier) = first_home();
    let mut second = Home::copy(&first, 70);
    second.start(NOW.plus_ms(1));
    first.set("Anna Bakkers", NOW).expect("told");
    first.talk(&mut supplier, NOW);
    second.set("Anna de Vries", NOW).expect("it does not know yet");
    second.connect(&mut supplier, NOW);
    assert!(follows(&supplier, &second));
    assert_eq!(customer(&supplier).gaps(), 1, "its log is another: both are kept");
    assert_eq!((second.is_live(NOW), customer(&supplier).grants().count()), (0, 0), "the other may have ended them");
    first.connect(&mut supplier, NOW);
    assert!(first.person.superseded().is_some());
    second.connect(&mut supplier, NOW);
    assert!(second.person.superseded().is_none() && second.person.rival().is_some(), "it is told of the other");
}

#[test]
fn the_same_copy_goes_on_wherever_they_meet() {
    let mut world = World::new("balanced");
    let key = world.supplier_key();
    let mut other = world.turn_to(3);
    let other_key = key;
    let key = world.supplier_key();
    let World { person, supplier, host } = world;
    let (mut first, mut supplier) = (Home { person, host, key }, supplier);
    first.start(NOW);
    let mut second = Home::copy(&first, 70);
    second.start(NOW.plus_ms(1));
    // Each is the first at one of the two suppliers.
    first.connect(&mut supplier, NOW);
    second.key = other_key;
    second.connect(&mut other, NOW);
    second.key = key;
    second.connect(&mut supplier, NOW);
    first.key = other_key;
    first.connect(&mut other, NOW);
    assert!(first.person.superseded().is_some() && second.person.superseded().is_none());
}

#[test]
fn a_supplier_that_lies_about_other_runs_stops_nobody() {
    let (mut home, mut supplier) = first_home();
    let (key, mut words) = (home.key, Vec::new());
    for minute in 1..5 {
        home.start(NOW.plus_ms(minute * MINUTE));
        words.extend(home.person.to_send(&key, NOW).into_iter().filter_map(|one| match one.message.into_inner() {
            ToSupplier::Resume(word) => Some(word),
            _ => None,
        }));
    }
    assert_eq!(words.len(), 4);
    let grants = home.is_live(NOW);
    home.start(NOW.plus_ms(9 * MINUTE));
    for word in words {
        let sent = home.person.to_send(&key, NOW.plus_days(Days(1)));
        let lie = SupplierReply::Superseded(word);
        for one in sent {
            home.say(Input::Replied(&key, one.number, lie.clone()), NOW).expect("no owner is asked");
        }
    }
    assert!(home.person.superseded().is_none() && home.person.rival().is_none());
    assert_eq!(home.is_live(NOW), grants, "its own earlier runs end nothing");
    home.connect(&mut supplier, NOW);
    assert!(matches!(ask(&mut supplier, &mut home, NOW), PersonReply::Answer(_)));
}

#[test]
fn before_it_may_speak_a_copy_answers_nothing() {
    let (mut original, mut supplier) = first_home();
    let mut copy = Home::copy(&original, 70);
    copy.start(NOW.plus_ms(1));
    assert!(copy.person.awaits_word(&copy.key));
    let size = copy.leaves().len();
    assert_eq!(ask(&mut supplier, &mut copy, NOW), PersonReply::Refused(Refusal::Unavailable));
    assert!(copy.leaves().len() >= size);
    original.connect(&mut supplier, NOW);
}

#[test]
fn a_log_that_grew_by_more_than_a_disclosure_shows_is_proven_and_else_not_taken() {
    let (mut home, mut supplier) = first_home();
    let key = home.key;
    for _ in 0..limits::GROWN_LEAVES / 2 + 60 {
        for paused in [true, false] {
            home.say(Input::Pause(&key, paused), NOW).expect("known");
        }
    }
    assert!(home.leaves().len() > limits::GROWN_LEAVES + 100);
    let before = customer(&supplier).head().clone();
    let person = home.person.relationship(&key).expect("paired").key().public();
    home.set("Anna Bakkers", NOW).expect("told");
    let told = home.person.relationship(&key).expect("paired").outgoing();
    let told = told.into_iter().last().expect("a change").message.into_inner();
    let refused = reply(supplier.message(&person, told, NOW));
    assert_eq!(refused, Some(SupplierReply::Refused(Refusal::Unproven)));
    assert_eq!(*customer(&supplier).head(), before, "nothing of it is taken");
    home.connect(&mut supplier, NOW);
    assert_eq!(home.person.relationship(&key).expect("paired").undelivered(), 0);
    assert!(follows(&supplier, &home) && customer(&supplier).gaps() == 0);

    // A supplier that came back from a backup of its own has an earlier head, and is led from there.
    let forged = LogGrowth { from: before.size(), root: before.root(), to: before.clone(), proof: Vec::new() };
    let answer = reply(supplier.message(&person, ToSupplier::Grown(forged), NOW));
    assert_eq!(answer, Some(SupplierReply::Refused(Refusal::Unproven)));
}

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    Connect(usize),
    Set(usize),
    Ask(usize),
    Revoke(usize),
    Restart(usize),
}

fn step() -> impl Strategy<Value = Step> {
    (0usize..5, 0usize..2).prop_map(|(kind, who)| match kind {
        0 => Step::Connect(who),
        1 => Step::Set(who),
        2 => Step::Ask(who),
        3 => Step::Revoke(who),
        _ => Step::Restart(who),
    })
}

fn happen(homes: &mut [Home; 2], supplier: &mut Supplier, step: Step, now: Timestamp) {
    match step {
        Step::Connect(who) => homes[who].connect(supplier, now),
        Step::Set(who) => drop(homes[who].set(&format!("Anna {}", now.0 % 1_000_000), now)),
        // A supplier asks who has said that it speaks on that line.
        Step::Ask(who) => {
            homes[who].connect(supplier, now);
            let hears = homes[who].person.superseded().is_none();
            let answer = ask(supplier, &mut homes[who], now);
            assert_eq!(hears, matches!(answer, PersonReply::Answer(_)), "{answer:?}");
        }
        Step::Revoke(who) => {
            let key = homes[who].key;
            drop(homes[who].say(Input::RevokeAll(&key, false), now));
        }
        Step::Restart(who) => homes[who].start(now),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// A node and a copy of it, restored or plainly copied, do what they like in any order.
    #[test]
    fn whatever_two_copies_do_one_goes_on_and_the_log_grows(
        restores in any::<bool>(),
        before in proptest::collection::vec(step(), 0..4),
        steps in proptest::collection::vec(step(), 0..14),
    ) {
        let (original, mut supplier) = first_home();
        let mut now = NOW;
        let mut alone = [original, first_home().0];
        for step in before {
            now = now.plus_ms(MINUTE);
            let step = match step {
                Step::Connect(_) => Step::Connect(0),
                Step::Set(_) => Step::Set(0),
                Step::Ask(_) => Step::Ask(0),
                Step::Revoke(_) => Step::Revoke(0),
                Step::Restart(_) => Step::Restart(0),
            };
            happen(&mut alone, &mut supplier, step, now);
        }
        let [original, _] = alone;
        now = now.plus_ms(MINUTE);
        let mut second = if restores { Home::restored(&original, 70, now) } else { Home::copy(&original, 70) };
        second.start(now);
        let mut homes = [original, second];
        for step in steps {
            now = now.plus_ms(MINUTE);
            happen(&mut homes, &mut supplier, step, now);
        }
        for who in [0, 1, 0, 1, 0, 1] {
            now = now.plus_ms(MINUTE);
            homes[who].connect(&mut supplier, now);
        }
        let stopped = homes.each_ref().map(|home| home.person.superseded().is_some());
        prop_assert!(stopped[0] != stopped[1], "one of them goes on: {:?}", stopped);
        prop_assert!(!restores || stopped[0], "who came back from a backup goes on");
        let goes_on = &mut homes[usize::from(stopped[0])];
        prop_assert!(goes_on.person.rival().is_some(), "it knows of the other");
        prop_assert!(follows(&supplier, goes_on));
        let live = goes_on.is_live(now);
        prop_assert_eq!(customer(&supplier).grants().count(), live, "both hold the same grants for live");
        goes_on.set("Anna in the end", now).expect("it may");
        let answered = matches!(ask(&mut supplier, goes_on, now), PersonReply::Answer(_));
        prop_assert!(answered && follows(&supplier, goes_on));
        prop_assert_eq!(goes_on.person.relationship(&goes_on.key).expect("paired").undelivered(), 0);
    }
}
