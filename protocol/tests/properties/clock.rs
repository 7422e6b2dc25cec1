//! A node whose clock shows anything: whatever it shows, in whatever order, with restarts, peers' words and the owner's
//! in between, nothing that has ended lives again, no request is answered twice, and the clock alone says which
//! requests come at the wrong time.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use regie_protocol::{
    Bounds, Chain, DataRequest, Days, Entropy, Grant, Nonce, Now, Person, Refusal, Scope, Signed, Timestamp, Verified,
    VerifiedGrant,
    clock::{Accepted, Clock, Standing},
    limits,
    message::{PersonReply, ToPerson},
    person::{Input, Record},
};

use crate::{
    cases,
    fixtures::{DAY, HOUR, NOW, company, grant, observed, person, profile, request, scope, supplier},
    memory::{Hint, Memory},
    world::replay,
};

const MINUTE: u64 = 60_000;

#[derive(Clone, Debug)]
enum Step {
    /// Time passes, with the process running.
    Run(u64),
    /// Time passes while it is off; it starts again.
    Off(u64),
    /// The clock is set: this far from the true time.
    Set(i64),
    /// The machine does what is due.
    Tick,
    /// The supplier asks anew, by a clock of its own that is so far from the true time.
    Ask(i64),
    /// An earlier request comes again.
    Again(prop::sample::Index),
    /// A peer states a time so far from the true one.
    Word(u8, i64),
    /// The owner says that the clock is right.
    Accept,
}

fn offset() -> impl Strategy<Value = i64> {
    let sizes = prop_oneof![
        3 => Just(0_i64),
        2 => (0..20 * MINUTE).prop_map(u64::cast_signed),
        2 => (0..30 * HOUR).prop_map(u64::cast_signed),
        2 => (0..40 * DAY).prop_map(u64::cast_signed),
        1 => Just((366 * DAY).cast_signed()),
    ];
    (sizes, any::<bool>()).prop_map(|(size, ahead)| if ahead { size } else { -size })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..2 * HOUR).prop_map(Step::Run),
        2 => (0..3 * DAY).prop_map(Step::Off),
        3 => offset().prop_map(Step::Set),
        3 => Just(Step::Tick),
        4 => offset().prop_map(Step::Ask),
        4 => any::<prop::sample::Index>().prop_map(Step::Again),
        2 => (0..4_u8, offset()).prop_map(|(peer, offset)| Step::Word(peer, offset)),
        1 => Just(Step::Accept),
    ]
}

struct Node {
    machine: Person,
    records: Vec<Record>,
    clock: Clock,
    truth: u64,
    set: i64,
    /// Milliseconds since the last reading.
    passed: u64,
    host: Memory,
    asked: Vec<(DataRequest, Signed<DataRequest>)>,
    answered: BTreeSet<usize>,
    grants: Vec<VerifiedGrant>,
    ended: BTreeSet<usize>,
    floor: Timestamp,
}

fn grant_for(days: u32) -> Signed<Grant> {
    let bounds =
        Bounds { uses: None, per_hour: 1_000, expires: Timestamp(NOW).plus_days(Days(days)), ..scope().bounds };
    let scope = Scope { bounds, ..scope() };
    let nonce = Nonce([u8::try_from(days).expect("few"); 16]);
    Verified::sign(Grant { scope, nonce, ..grant() }, &person()).expect("signed").signed().clone()
}

impl Node {
    fn new() -> Self {
        let profile = Verified::sign(profile(supplier().public(), "De Webwinkel BV"), &supplier()).expect("signed");
        let stored = regie_protocol::person::StoredRelationship {
            profile: profile.signed().clone(),
            generation: 0,
            renewals: 0,
            ahead: 0,
            agreement: regie_protocol::Agreement::SdBase,
            paused: false,
            since: Timestamp(NOW),
            agreed: None,
            introduced_by: None,
            at_once: false,
            lineage: None,
            entered: None,
            removed: None,
        };
        let supplier = supplier().public();
        let mut records = vec![Record::Relationship { supplier, stored }];
        let signed = [1, 3, 10, 60].map(grant_for);
        records.extend(signed.iter().map(|grant| Record::Grant { supplier, grant: grant.clone() }));
        let check = |grant: Signed<Grant>| {
            let chain = Chain { grant, links: Vec::new() };
            VerifiedGrant::check(&chain, &person().public(), &supplier).expect("a grant")
        };
        let mut host = Memory::new(0);
        host.values.insert("name.full".parse().expect("a field"), observed("name.full"));
        let mut clock = Clock::new(None);
        let floor = clock.read(Timestamp(NOW), 0).floor;
        Self {
            machine: replay(&records),
            records,
            clock,
            truth: NOW,
            set: 0,
            passed: 0,
            host,
            asked: Vec::new(),
            answered: BTreeSet::new(),
            grants: signed.map(check).to_vec(),
            ended: BTreeSet::new(),
            floor,
        }
    }

    fn entropy(&mut self) -> Entropy {
        self.host.draw()
    }

    fn at(&self, offset: i64) -> Timestamp {
        Timestamp(self.truth.saturating_add_signed(offset))
    }

    fn now(&mut self) -> Now {
        let (wall, passed) = (self.at(self.set), std::mem::take(&mut self.passed));
        let now = self.clock.read(wall, passed);
        assert!(now.floor >= self.floor, "the floor went back by itself");
        let most = self.floor.plus_ms(passed + limits::CLOCK_JUMP_MS);
        assert!(now.floor <= most, "the floor went more than a day ahead without a word");
        self.floor = now.floor;
        now
    }

    fn act(&mut self, step: &Step) {
        match step {
            Step::Run(ms) => {
                self.truth += ms;
                self.passed += ms;
            }
            Step::Off(ms) => {
                let stored = self.clock.stored();
                self.truth += ms;
                self.passed = 0;
                (self.clock, self.machine) = (Clock::new(Some(stored)), replay(&self.records));
            }
            Step::Set(offset) => self.set = *offset,
            Step::Tick => self.tick(),
            Step::Ask(offset) => {
                let mut entropy = self.entropy();
                let asked = DataRequest { id: entropy.nonce(), at: self.at(*offset), ..request() };
                let signed = Verified::sign(asked.clone(), &supplier()).expect("signed").signed().clone();
                self.asked.push((asked, signed));
                self.send(self.asked.len() - 1);
            }
            Step::Again(_) if self.asked.is_empty() => {}
            Step::Again(index) => self.send(index.index(self.asked.len())),
            Step::Word(peer, offset) => {
                self.now();
                self.clock.heard(&company(50 + peer).public(), self.at(*offset));
                self.floor = self.clock.last().floor;
            }
            Step::Accept => self.accept(),
        }
        self.look();
    }

    fn tick(&mut self) {
        let now = self.now();
        let before: BTreeMap<Nonce, Timestamp> = self.asked.iter().map(|(asked, _)| (asked.id, asked.at)).collect();
        let known = self.records.len();
        self.say(Input::Tick, now);
        for record in &self.records[known..] {
            if let Record::Forgotten { id, .. } = record {
                let over = before[id].plus_ms(limits::REPLAY_WINDOW_MS);
                assert!(over < now.floor, "an id was forgotten before its time had come for sure");
            }
        }
    }

    fn send(&mut self, index: usize) {
        let (now, (asked, signed)) = (self.now(), self.asked[index].clone());
        let reply = self.say(Input::Message(&supplier().public(), ToPerson::Request(signed)), now);
        let reply = reply.expect("every message is answered");
        let skewed = asked.at.distance_ms(now.wall) > limits::CLOCK_LEEWAY_MS;
        assert_eq!(reply.refusal() == Some(Refusal::ClockSkew), skewed, "{:?} at {now:?}", asked.at);
        if reply.refusal().is_none() {
            assert!(self.answered.insert(index), "a request was answered twice");
        }
    }

    /// Gives the machine an input and does the driver's part; the reply comes out.
    fn say(&mut self, input: Input<'_>, now: Now) -> Option<PersonReply> {
        self.machine.handle(input, now, &mut self.host).expect("nothing here is refused");
        self.records.append(&mut self.host.records);
        for hint in self.host.hints.drain(..) {
            if let Hint::Heard(peer, at) = hint {
                self.clock.heard(&peer, at);
                self.floor = self.clock.last().floor;
            }
        }
        self.host.answer.take()
    }

    fn accept(&mut self) {
        let now = self.now();
        if matches!(self.clock.standing(), Standing::Behind(_)) {
            self.say(Input::EndExpired, now);
        }
        if self.clock.accept() == Accepted::Back {
            assert_eq!(self.clock.last().floor, now.wall);
        }
        self.floor = self.clock.last().floor;
    }

    fn look(&mut self) {
        let now = self.now();
        for (index, grant) in self.grants.iter().enumerate() {
            let expires = grant.scope().bounds.expires;
            let live = self.machine.is_live(grant, now);
            assert!(!(live && self.ended.contains(&index)), "what had ended lives again at {now:?}");
            assert!(!(live && expires <= now.latest()), "a grant lives past its time");
            if expires <= now.floor {
                self.ended.insert(index);
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn whatever_the_clock_shows_nothing_revives_and_nothing_is_answered_twice(
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut node = Node::new();
        for step in &steps {
            node.act(step);
        }
        let again = replay(&node.records);
        let now = node.now();
        for grant in &node.grants {
            prop_assert_eq!(again.is_live(grant, now), node.machine.is_live(grant, now), "the records give the same back");
        }
    }

    /// However wrong the clock was, and however long: once it is right, a fresh request is taken.
    #[test]
    fn once_the_clock_is_right_requests_are_taken_at_once(
        wrong in offset(),
        passes in 0..4 * HOUR,
        ticks in any::<bool>(),
        restarts in any::<bool>(),
    ) {
        let mut node = Node::new();
        node.act(&Step::Set(wrong));
        node.act(&Step::Run(passes));
        node.act(&Step::Ask(0));
        if ticks {
            node.act(&Step::Tick);
        }
        node.act(&Step::Set(0));
        if restarts {
            node.act(&Step::Off(MINUTE));
        }
        node.act(&Step::Ask(0));
        prop_assert!(node.answered.contains(&(node.asked.len() - 1)), "a fresh request is refused");
    }
}

/// The request whose id is forgotten comes again when the clock is set back to its time.
#[test]
fn a_forgotten_request_does_not_come_in_again_by_a_clock_that_is_set_back() {
    let mut node = Node::new();
    let ask = [Step::Ask(0), Step::Run(HOUR), Step::Tick];
    ask.iter().for_each(|step| node.act(step));
    assert!(node.records.iter().any(|record| matches!(record, Record::Forgotten { .. })), "the id is forgotten");
    for restart in [false, true] {
        if restart {
            node.act(&Step::Off(0));
        }
        node.act(&Step::Set(-HOUR.cast_signed()));
        let (now, (_, signed)) = (node.now(), node.asked[0].clone());
        let reply = node.say(Input::Message(&supplier().public(), ToPerson::Request(signed)), now);
        assert_eq!(reply, Some(PersonReply::Refused(Refusal::Replayed)));
    }
}

/// A clock that jumped ahead by a month forgets nothing, until somebody confirms it.
#[test]
fn an_unconfirmed_jump_forgets_no_id_and_ends_no_grant_for_good() {
    let mut node = Node::new();
    let month = (31 * DAY).cast_signed();
    [Step::Ask(0), Step::Set(month), Step::Tick].iter().for_each(|step| node.act(step));
    assert!(!node.records.iter().any(|record| matches!(record, Record::Forgotten { .. })));
    let lives = |node: &mut Node| {
        let now = node.now();
        node.grants.iter().map(|grant| node.machine.is_live(grant, now)).collect::<Vec<_>>()
    };
    assert_eq!(lives(&mut node), [false, false, false, true], "decisions take the stricter time");
    node.act(&Step::Set(0));
    assert_eq!(lives(&mut node), [true; 4], "nothing had ended");
    [Step::Set(month), Step::Word(1, month), Step::Tick].iter().for_each(|step| node.act(step));
    assert!(node.records.iter().any(|record| matches!(record, Record::Forgotten { .. })), "a peer confirmed it");
    node.act(&Step::Set(0));
    assert_eq!(lives(&mut node), [false, false, false, true], "what has ended stays so");
}

/// What relies on a grant that only a clock which is held back says to be over waits, and is neither sent nor lost.
#[test]
fn what_waits_under_a_grant_is_held_while_the_clock_is_held_back() {
    let mut node = Node::new();
    let subscribed = regie_protocol::person::NewGrant {
        supplier: supplier().public(),
        fields: crate::fixtures::selectors(&["email"]),
        purposes: BTreeSet::from([regie_protocol::Purpose::RequestedServiceProvision]),
        access: regie_protocol::Access::Read,
        duration: Days(5),
        retention: Days(5),
    };
    let now = node.now();
    node.say(Input::Grant(&subscribed), now);
    let mut sent = |offset: u64, word: bool| {
        node.act(&Step::Set(offset.cast_signed()));
        if word {
            node.act(&Step::Word(1, offset.cast_signed()));
        }
        let now = node.now();
        node.say(Input::DropExpired(&supplier().public()), now);
        let sent = node.machine.to_send(&supplier().public(), now).len();
        node.machine.connection_lost(&supplier().public());
        sent
    };
    assert_eq!(sent(0, false), 1);
    assert_eq!(sent(10 * DAY, false), 0, "held back");
    assert_eq!(sent(0, false), 1, "it was not lost");
    assert_eq!(sent(10 * DAY, true), 0, "and now it is over");
    assert_eq!(sent(0, false), 0);
}
