//! Two persons' machines and a companion's, connected, with damage on the wire, lost connections, old messages and a
//! person's node that is set back to an earlier state. So frames that are well signed reach deep into both sides. At
//! each step: one reply a frame, nothing held by the companion without a grant it has, what it holds the person knows,
//! and a log that the companion witnessed is the person's; at the end the records rebuild the same companion.
#![no_main]

#[path = "../../../protocol/tests/memory/mod.rs"]
mod memory;

use std::collections::{BTreeMap, BTreeSet};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use memory::{CompanyMemory, Memory};
use regie_protocol::{
    Access, Agreement, Collection, Content, Correction, Days, Document, Entropy, FieldPath, Invitation, Keypair, Nonce,
    ObjectId, Observed, Person, Policy, Profile, Provenance, PublicKey, Purpose, Refusal, RootSeed, Selector, Signed,
    Supplier, Timestamp, Verified,
    act::{Answered, ContractName, Right, What, Why},
    limits,
    message::{PersonReply, SupplierReply, ToPerson, ToSupplier},
    person::{self, Input, NewAct, NewGrant, Opening, OwnerError},
    segment::Predicate,
    supplier::{Ask, Delegate, Effects, Invite, NewSegment},
    wire,
};
use serde::{Serialize, de::DeserializeOwned};

#[derive(Arbitrary, Debug)]
enum Step {
    Ask { who: u8, fields: Vec<u8>, purpose: u8, access: u8, days: u8, kept: u8, delegations: u8 },
    Grant { who: u8, fields: Vec<u8>, access: u8, days: u8 },
    Open { who: u8, collection: u8, per_hour: u8 },
    Answer { who: u8, which: u8, yes: bool },
    Revoke { who: u8, which: u8, erase: bool },
    RevokeAll { who: u8, erase: bool },
    Pause { who: u8, paused: bool },
    Change { who: u8, field: u8, present: bool },
    Meet { who: u8, damage: Option<Damage> },
    Lost { who: u8 },
    Old { who: u8, which: u8, to_person: bool },
    SetBack { who: u8, by: u8, says_so: bool },
    Pass { minutes: u16 },
    Tick,
    Put { who: u8, collection: u8, correction: bool, size: u16 },
    Settle { who: u8, which: u8, accept: Option<bool> },
    Publish { membership: bool, epsilon: Option<u16>, days: u8, number: bool },
    TakeBack { which: u8 },
    Say { who: u8, which: u8, member: bool, fits: bool, count: bool },
    Delegate { who: u8, fields: Vec<u8>, uses: u8, delegations: u8 },
    Act { who: u8, what: u8 },
    AnswerAct { who: u8, which: u8, how: u8 },
}

/// What was said, and to whom.
#[derive(Clone)]
enum Said {
    ToPerson(ToPerson),
    ToSupplier(ToSupplier),
}

/// One byte of one message is turned.
#[derive(Arbitrary, Debug, Clone, Copy)]
struct Damage {
    message: u8,
    place: u16,
    turn: u8,
}

struct One {
    person: Person,
    records: Vec<person::Record>,
    values: BTreeSet<FieldPath>,
    published: Vec<ObjectId>,
    set_back: bool,
    host: Memory,
}

struct World {
    supplier: Supplier,
    memory: CompanyMemory,
    persons: [One; 2],
    said: Vec<Said>,
    now: Timestamp,
    drawn: u64,
}

const FIELDS: [&str; 6] = ["name.full", "address.street", "email", "income.annual", "payment.iban", "birthDate"];
const ACCESS: [Access; 3] = [Access::ReadOnce, Access::Read, Access::Subscribe];

fn field(n: u8) -> FieldPath {
    FIELDS[usize::from(n) % FIELDS.len()].parse().expect("a field")
}

fn pick<T>(list: &[T], which: u8) -> Option<&T> {
    list.get(usize::from(which) % list.len().max(1))
}

fn at(who: u8) -> usize {
    usize::from(who) % 2
}

fn fresh(who: usize) -> Person {
    Person::new(RootSeed::from_entropy([who as u8 + 1; 32]), Policy::preset("balanced").expect("a preset"))
}

impl World {
    fn new() -> Self {
        let one = |who: usize| One {
            person: fresh(who),
            records: Vec::new(),
            values: FIELDS[..4].iter().map(|name| name.parse().expect("a field")).collect(),
            published: Vec::new(),
            set_back: false,
            host: Memory::new(who as u8 + 1),
        };
        let mut world = Self {
            supplier: Supplier::new(Keypair::from_secret(&[9; 32])),
            memory: CompanyMemory::default(),
            persons: [one(0), one(1)],
            said: Vec::new(),
            now: Timestamp(1_800_000_000_000),
            drawn: 0,
        };
        let profile = Profile {
            supplier: world.key(),
            name: "S".into(),
            sector: "retail".into(),
            domain: String::new(),
            contact: String::new(),
            wishes: Vec::new(),
            agreements: BTreeSet::from([Agreement::SdBase]),
            addresses: vec!["/ip4/127.0.0.1/tcp/1".into()],
            keys: regie_protocol::KeyHistory::default(),
            board: false,
            issued: world.now,
        };
        let effects = world.supplier.set_profile(profile).expect("well formed");
        world.supplied(effects);
        world.pair(0);
        world.pair(1);
        world
    }

    fn key(&self) -> PublicKey {
        self.supplier.key().public()
    }

    fn me(&self, who: usize) -> PublicKey {
        self.persons[who].person.pairing_key(&self.key()).public()
    }

    fn entropy(&mut self) -> Entropy {
        self.drawn += 1;
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.drawn.to_be_bytes());
        Entropy::new(seed)
    }

    fn pair(&mut self, who: usize) {
        let (key, now, me) = (self.key(), self.now, self.me(who));
        let mut entropy = self.entropy();
        let invite = Invite { uses: Some(1), expires: now.plus_days(Days(1)), made: now, test: false };
        let (invitation, effects) = self.supplier.invite(invite, &mut entropy);
        self.supplied(effects);
        let proffer = self.persons[who].person.proffer(&key, invitation.id, Agreement::SdBase, None, now);
        let pairing = proffer.expect("proffered");
        let effects = self.supplier.message(&me, ToSupplier::Hello, now);
        let Some(SupplierReply::Profile(profile)) = self.supplied(effects) else { panic!("no profile") };
        let effects = self.supplier.message(&me, ToSupplier::Pair(pairing.clone()), now);
        let Some(SupplierReply::Paired(accepted)) = self.supplied(effects) else { panic!("not paired") };
        self.give(who, Input::Paired(&key, profile, accepted, &pairing)).expect("paired");
        self.give(who, Input::Vouch(&key, true)).expect("vouched for");
    }

    fn step(&mut self, step: Step) {
        let (key, now, mut entropy) = (self.key(), self.now, self.entropy());
        match step {
            Step::Ask { who, fields, purpose, access, days, kept, delegations } => {
                let ask = Ask {
                    person: self.me(at(who)),
                    fields: fields.iter().map(|n| field(*n).into()).collect(),
                    purpose: Purpose::ALL[usize::from(purpose) % Purpose::ALL.len()],
                    reason: "r".into(),
                    access: ACCESS[usize::from(access) % 3],
                    duration: Days(days.into()),
                    retention: Days(kept.into()),
                    delegations: delegations % 6,
                };
                if let Ok((_, effects)) = self.supplier.ask(ask, now, &mut entropy) {
                    self.supplied(effects);
                }
            }
            Step::Meet { who, damage } => self.meet(at(who), damage),
            Step::Lost { who } => {
                let me = self.me(at(who));
                self.supplier.connection_lost(&me);
                self.persons[at(who)].person.connection_lost(&key);
            }
            Step::Old { who, which, to_person } => {
                let Some(message) = pick(&self.said, which).cloned() else { return };
                match (message, to_person) {
                    (Said::ToPerson(message), true) => drop(self.to_person(at(who), message)),
                    (Said::ToSupplier(message), false) => drop(self.to_supplier(at(who), message)),
                    (Said::ToSupplier(_), true) => self.misaddressed(at(who)),
                    // A companion can't read it: its machine never sees it.
                    (Said::ToPerson(_), false) => {}
                }
            }
            Step::SetBack { who, by, says_so } => self.set_back(at(who), usize::from(by), says_so),
            Step::Pass { minutes } => self.now = now.plus_ms(u64::from(minutes) * 60_000),
            Step::Tick => {
                let effects = self.supplier.tick(now);
                self.supplied(effects);
                for who in [0, 1] {
                    self.give(who, Input::Tick).expect("no owner is asked");
                }
            }
            Step::Put { .. }
            | Step::Publish { .. }
            | Step::TakeBack { .. }
            | Step::Delegate { .. }
            | Step::AnswerAct { .. } => {
                self.company(step, entropy);
            }
            owner => self.owner(owner),
        }
    }

    /// What else the company does: sends something back, publishes a segment, hands a grant on.
    fn company(&mut self, step: Step, mut entropy: Entropy) {
        let now = self.now;
        let done = match step {
            Step::Put { who, collection, correction, size } => {
                let (person, title) = (self.me(at(who)), "t".into());
                let content = if correction {
                    let (before, after) = (Some("v".parse().expect("text")), "w".parse().expect("text"));
                    Content::Correction(Correction { field: field(collection), before, after, reason: "r".into() })
                } else {
                    let body = vec![0; usize::from(size)];
                    Content::Document(Document { title, media_type: "text/plain".into(), body })
                };
                let collection = Collection::ALL[usize::from(collection) % Collection::ALL.len()];
                self.supplier.put(person, collection, content, now, &mut entropy).map(|(_, effects)| effects)
            }
            Step::Publish { membership, epsilon, days, number } => {
                let predicate = if number {
                    Predicate::Number { field: field(3), least: Some(1), most: None }
                } else {
                    Predicate::Has(field(0))
                };
                let new = NewSegment {
                    name: "n".into(),
                    words: "w".into(),
                    predicate,
                    about: None,
                    purpose: Purpose::RequestedServiceProvision,
                    retention: Days(days.into()),
                    membership,
                    epsilon: epsilon.map(u32::from),
                    tally: None,
                    expires: now.plus_days(Days(days.into())),
                };
                self.supplier.publish(new, now, &mut entropy).map(|(_, effects)| effects)
            }
            Step::TakeBack { which } => {
                let published: Vec<_> = self.supplier.segments().map(Verified::id).collect();
                pick(&published, which)
                    .map_or_else(|| Ok(Effects::default()), |segment| self.supplier.take_back(segment))
            }
            Step::Delegate { who, fields, uses, delegations } => {
                let processor = Keypair::from_secret(&[8; 32]).public();
                let addresses = vec!["/ip4/127.0.0.1/tcp/8".into()];
                let wanted = Delegate {
                    person: self.me(at(who)),
                    processor: Invitation { supplier: processor, id: Nonce([8; 16]), addresses },
                    fields: fields.iter().map(|n| Selector::Field(field(*n))).collect(),
                    purposes: BTreeSet::from([Purpose::DeliveryOfGoods]),
                    access: Access::Read,
                    expires: now.plus_days(Days(1)),
                    retention: Days(1),
                    uses: Some(uses.into()),
                    delegations: delegations % 6,
                    reference: "3S".into(),
                };
                self.supplier.delegate(wanted, now, &mut entropy).map(|(_, effects)| effects)
            }
            Step::AnswerAct { who, which, how } => {
                let me = self.me(at(who));
                let acts: Vec<_> = self.supplier.customer(&me).expect("paired").acts().keys().copied().collect();
                let Some(act) = pick(&acts, which) else { return };
                self.supplier.answer_act(me, act, answered(how), now).map(|(_, effects)| effects)
            }
            _ => return,
        };
        if let Ok(effects) = done {
            self.supplied(effects);
        }
    }

    fn owner(&mut self, step: Step) {
        let key = self.key();
        let (Step::Grant { who, .. }
        | Step::Open { who, .. }
        | Step::Answer { who, .. }
        | Step::Revoke { who, .. }
        | Step::RevokeAll { who, .. }
        | Step::Pause { who, .. }
        | Step::Settle { who, .. }
        | Step::Say { who, .. }
        | Step::Act { who, .. }
        | Step::Change { who, .. }) = step
        else {
            return;
        };
        let who = at(who);
        let one = &mut self.persons[who];
        let relationship = one.person.relationship(&key).expect("paired");
        let grants: Vec<_> = relationship.grants().map(|grant| grant.root().id()).collect();
        let waiting: Vec<Nonce> = relationship.waiting().map(|waiting| waiting.id).collect();
        let items: Vec<Nonce> = relationship.items().keys().copied().collect();
        let segments: Vec<_> = one.published.to_vec();
        // What the person may not do is refused, and changes nothing.
        let _ = match step {
            Step::Settle { which, accept, .. } => match (pick(&items, which), accept) {
                (Some(id), Some(accept)) => self.give(who, Input::Corrected(&key, id, accept)),
                (Some(id), None) => self.give(who, Input::DeleteItem(&key, id)),
                (None, _) => return,
            },
            Step::Say { which, member, fits, count, .. } => match pick(&segments, which) {
                Some(id) if count => self.give(who, Input::CountMe(&key, id, fits)),
                Some(id) => self.give(who, Input::Belong(&key, id, member, fits)),
                None => self.give(who, Input::AskSegments(&key)),
            },
            Step::Grant { fields, access, days, .. } => {
                let new = NewGrant {
                    supplier: key,
                    fields: fields.iter().map(|n| Selector::Field(field(*n))).collect(),
                    purposes: BTreeSet::from([Purpose::DeliveryOfGoods]),
                    access: ACCESS[usize::from(access) % 3],
                    duration: Days(days.into()),
                    retention: Days(days.into()),
                };
                self.give(who, Input::Grant(&new))
            }
            Step::Act { what, .. } => {
                self.give(who, Input::Act(&NewAct { supplier: key, what: act(what), about: None }))
            }
            Step::Open { collection, per_hour, .. } => {
                let collection = Collection::ALL[usize::from(collection) % Collection::ALL.len()];
                let opening =
                    Opening { supplier: key, collection, duration: Days(30), per_hour: per_hour.into(), items: 4 };
                self.give(who, Input::Open(&opening))
            }
            Step::Answer { which, yes, .. } => match pick(&waiting, which) {
                Some(id) if yes => self.give(who, Input::Allow(id, None)),
                Some(id) => self.give(who, Input::Refuse(id)),
                None => return,
            },
            Step::Revoke { which, erase, .. } => match pick(&grants, which) {
                Some(grant) => self.give(who, Input::Revoke(grant, erase)),
                None => return,
            },
            Step::RevokeAll { erase, .. } => self.give(who, Input::RevokeAll(&key, erase)),
            Step::Pause { paused, .. } => self.give(who, Input::Pause(&key, paused)),
            Step::Change { field: which, present, .. } => {
                let which = field(which);
                if present {
                    one.values.insert(which)
                } else {
                    one.values.remove(&which)
                };
                self.give(who, Input::FieldChanged(&BTreeMap::from([(which, present)])))
            }
            _ => return,
        };
    }

    /// Both sides say what waits, until neither has more; the damaged message and its reply may come to nothing.
    fn meet(&mut self, who: usize, damage: Option<Damage>) {
        let (key, me, now, mut count) = (self.key(), self.me(who), self.now, 0u8);
        let broken = |count: &mut u8| {
            *count = count.wrapping_add(1);
            damage.filter(|damage| damage.message % 16 == *count - 1)
        };
        for (parcel, message) in self.supplier.to_send(&me, now).expect("signs") {
            let Some(message) = wired(message, broken(&mut count)) else { continue };
            let reply = self.to_person(who, message);
            let Some(reply) = wired(reply, broken(&mut count)) else { continue };
            let (back, effects) = self.supplier.replied(&me, &parcel, reply, now);
            self.supplied(effects);
            if let Some(back) = back {
                self.to_person(who, back);
            }
        }
        self.give(who, Input::DropExpired(&key)).expect("no owner is asked");
        for outgoing in self.persons[who].person.to_send(&key, now) {
            let Some(message) = wired(outgoing.message.into_inner(), broken(&mut count)) else { continue };
            let reply = self.to_supplier(who, message);
            let Some(reply) = wired(reply, broken(&mut count)) else { continue };
            self.give(who, Input::Replied(&key, outgoing.number, reply)).expect("no owner is asked");
        }
    }

    fn misaddressed(&mut self, who: usize) {
        let key = self.key();
        let reply = self.give(who, Input::Misaddressed(&key)).expect("no owner is asked");
        assert_eq!(reply, Some(PersonReply::Refused(Refusal::Unexpected)));
    }

    fn to_person(&mut self, who: usize, message: ToPerson) -> PersonReply {
        self.said.push(Said::ToPerson(message.clone()));
        let key = self.key();
        let reply = self.give(who, Input::Message(&key, message)).expect("no owner is asked");
        reply.expect("one reply for one frame")
    }

    fn to_supplier(&mut self, who: usize, message: ToSupplier) -> SupplierReply {
        self.said.push(Said::ToSupplier(message.clone()));
        let (me, now) = (self.me(who), self.now);
        let effects = self.supplier.message(&me, message, now);
        self.supplied(effects).expect("one reply for one frame")
    }

    /// The person's node goes on from an old copy of its home.
    fn set_back(&mut self, who: usize, by: usize, says_so: bool) {
        let one = &mut self.persons[who];
        // Not before the pairing, which is the first of what is stored.
        let left = one.records.len().saturating_sub(by).max(3);
        if left >= one.records.len() {
            return;
        }
        one.records.truncate(left);
        one.person = fresh(who);
        for record in &one.records {
            one.person.restore(record).expect("replays");
        }
        one.set_back = true;
        if says_so {
            self.give(who, Input::Restored).expect("restored");
        }
    }

    fn give(&mut self, who: usize, input: Input<'_>) -> Result<Option<PersonReply>, OwnerError> {
        let one = &mut self.persons[who];
        let observed =
            Observed { value: "v".parse().expect("text"), provenance: Provenance::Typed, observed: self.now };
        one.host.values = one.values.iter().map(|field| (*field, observed.clone())).collect();
        let done = one.person.handle(input, self.now, &mut one.host);
        one.host.hints.clear();
        for record in std::mem::take(&mut one.host.records) {
            if let person::Record::Segments { segments, .. } = &record {
                one.published = segments.iter().map(Signed::id).collect();
            }
            one.records.push(record);
        }
        done.map(|()| one.host.answer.take())
    }

    fn supplied(&mut self, effects: Effects) -> Option<SupplierReply> {
        // The hints of a long script are for nobody.
        (self.memory.deliver, self.memory.heard) = Default::default();
        self.memory.keep(effects)
    }

    fn look(&self) {
        let key = self.key();
        for (who, one) in self.persons.iter().enumerate() {
            let customer = self.supplier.customers().find(|(of, _)| **of == self.me(who)).expect("paired").1;
            let granted: BTreeSet<_> = customer.grants().map(|grant| grant.id()).collect();
            assert!(customer.held().values().all(|held| granted.contains(&held.grant)), "held without a grant");
            if one.set_back {
                continue;
            }
            let relationship = one.person.relationship(&key).expect("paired");
            for (id, acted) in relationship.acts() {
                assert!(acted.received().is_none() || customer.acts().contains_key(id), "signed for and not there");
            }
            for (field, held) in customer.held() {
                let known = relationship.knows().get(field).expect("the person knows who has it");
                assert!(relationship.grants().any(|grant| grant.id() == held.grant), "under a grant of the person's");
                assert!(known.at.0 <= self.now.0);
            }
            assert_eq!(customer.gaps(), 0);
            assert!(customer.head().size() <= relationship.log().size());
            if customer.head().size() == relationship.log().size() {
                assert_eq!(customer.head(), relationship.log(), "the log that was witnessed is the person's");
            }
        }
    }
}

fn act(what: u8) -> What {
    let contract = ContractName { number: Some((what / 8).to_string()), product: None, customer: None };
    match what % 8 {
        0 => What::End { contract, last: "2027-01-31".parse().expect("a date") },
        1 => What::Withdraw { contract },
        n => What::Right { right: Right::ALL[usize::from(n) - 2], language: "nl".into(), words: String::new() },
    }
}

fn answered(how: u8) -> Answered {
    match how % 4 {
        0 => Answered::Ends { last: "2027-01-31".parse().expect("a date") },
        1 => Answered::Done { item: None },
        2 => Answered::Extended { why: Why::Many },
        _ => Answered::Refused { why: Why::ALL[usize::from(how / 4) % Why::ALL.len()] },
    }
}

/// A message as it comes out at the other end; none where it is not read any more.
fn wired<T: Serialize + DeserializeOwned>(message: T, damage: Option<Damage>) -> Option<T> {
    let mut bytes = wire::encode(&message).expect("encodes");
    if let Some(Damage { place, turn, .. }) = damage {
        let length = bytes.len();
        bytes[usize::from(place) % length] ^= turn;
    }
    wire::decode(&bytes, limits::FRAME_BYTES).ok()
}

fuzz_target!(|steps: Vec<Step>| {
    let mut world = World::new();
    for step in steps.into_iter().take(48) {
        world.step(step);
        world.look();
    }
    let mut again = Supplier::new(Keypair::from_secret(&[9; 32]));
    for record in &world.memory.records {
        again.restore(record).expect("replays");
    }
    for ((_, customer), (_, same)) in world.supplier.customers().zip(again.customers()) {
        assert_eq!(customer.held(), same.held());
        assert_eq!((customer.head(), customer.gaps()), (same.head(), same.gaps()));
    }
});
