//! Scripts of a person's actions and a supplier's frames against the person machine. At each step: a frame gets
//! one reply, nothing leaves without a live grant, nothing under a revoked one, the log only grows; at the end
//! the records rebuild the same state.
#![no_main]

#[path = "../../../protocol/tests/memory/mod.rs"]
mod memory;

use std::collections::{BTreeMap, BTreeSet};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use memory::Memory;
use regie_protocol::{
    Acceptance, Access, Acknowledgement, Agreement, AskedPath, Chain, DataRequest, Days, ErasureReceipt, FieldPath,
    GrantState, Keypair, Nonce, ObjectId, Observed, Person, Policy, Profile, Provenance, PublicKey, Purpose, Refusal,
    RootSeed, Signed, Timestamp, Verified,
    disclosure::Answer,
    message::{self, PersonReply, ToPerson, ToSupplier},
    person::{Input, OwnerError, Remember},
};

#[derive(Arbitrary, Debug)]
enum Step {
    Pass { ms: u32 },
    Request { id: u8, fields: Vec<u8>, purpose: u8, access: u8, days: u16, kept: u16, skew: i32, chain: u8 },
    Frame { bytes: Vec<u8> },
    Acknowledge { which: u8 },
    Receipt { which: u8, fields: Vec<u8>, ended: bool },
    Allow { which: u8, always: u8 },
    AllowOnly { which: u8, field: u8, always: u8 },
    Refuse { which: u8 },
    Revoke { which: u8, erase: bool },
    RevokeAll { erase: bool },
    Pause { paused: bool },
    Change { field: u8 },
    Preset { which: u8 },
    Lost,
    Tick,
    Restored,
}

struct World {
    person: Person,
    supplier: Keypair,
    now: Timestamp,
    host: Memory,
    disclosed: Vec<ObjectId>,
    revoked: BTreeSet<ObjectId>,
}

impl World {
    fn new() -> Self {
        let policy = Policy::preset("balanced").expect("a preset");
        let mut world = Self {
            person: Person::new(RootSeed::from_entropy([1; 32]), policy),
            supplier: Keypair::from_secret(&[2; 32]),
            now: Timestamp(1_800_000_000_000),
            host: Memory::new(0),
            disclosed: Vec::new(),
            revoked: BTreeSet::new(),
        };
        let key = world.key();
        let profile = Profile {
            supplier: key,
            name: "S".into(),
            sector: "retail".into(),
            domain: String::new(),
            contact: String::new(),
            wishes: Vec::new(),
            agreements: BTreeSet::from([Agreement::SdBase]),
            addresses: Vec::new(),
            keys: regie_protocol::KeyHistory::default(),
            board: false,
            issued: world.now,
        };
        let person = world.me();
        let proffered =
            world.person.proffer(&key, Nonce([1; 16]), Agreement::SdBase, None, world.now).expect("proffered");
        let (pairing, agreement) = (proffered.id(), Agreement::SdBase);
        let acceptance = Acceptance { supplier: key, person, pairing, agreement, at: world.now };
        let (profile, acceptance) = (world.sign(profile), world.sign(acceptance));
        world.give(Input::Paired(&key, profile, acceptance, &proffered)).expect("paired");
        world.give(Input::Vouch(&key, true)).expect("vouched for");
        world
    }

    fn key(&self) -> PublicKey {
        self.supplier.public()
    }

    fn me(&self) -> PublicKey {
        self.person.pairing_key(&self.key()).public()
    }

    fn sign<T: regie_protocol::Object>(&self, value: T) -> Signed<T> {
        Verified::sign(value, &self.supplier).expect("signs").signed().clone()
    }

    fn step(&mut self, step: Step) {
        let (key, now) = (self.key(), self.now);
        match step {
            Step::Pass { ms } => self.now = now.plus_ms(u64::from(ms)),
            Step::Frame { bytes } => match message::read(&bytes) {
                Ok(message) => self.frame(message),
                Err(Refusal::Unexpected) => {
                    let reply = self.give(Input::Misaddressed(&key)).expect("no owner is asked");
                    assert!(reply.is_some(), "one reply for one frame");
                }
                Err(_) => {}
            },
            Step::Request { .. } => self.request(step),
            Step::Acknowledge { which } => {
                if let Some(disclosure) = pick(&self.disclosed, which).copied() {
                    let person = self.me();
                    let signed = self.sign(Acknowledgement { supplier: key, person, disclosure, at: now });
                    self.frame(ToPerson::Acknowledge(signed));
                }
            }
            Step::Receipt { which, fields, ended } => {
                let grants = self.grants();
                if let Some(grant) = pick(&grants, which).copied() {
                    let revocation = ended.then_some(grant);
                    let (person, fields) = (self.me(), fields.iter().filter_map(|n| field(*n)).collect());
                    let receipt = ErasureReceipt { supplier: key, person, grant, revocation, fields, at: now };
                    let signed = self.sign(receipt);
                    self.frame(ToPerson::Erased(signed));
                }
            }
            Step::Lost => self.person.connection_lost(&key),
            Step::Tick => drop(self.give(Input::Tick)),
            owner => self.owner(owner),
        }
    }

    fn request(&mut self, step: Step) {
        let Step::Request { id, fields, purpose, access, days, kept, skew, chain } = step else { return };
        let fields: BTreeSet<AskedPath> = fields.iter().filter_map(|n| field(*n)).map(AskedPath::from).collect();
        let relationship = self.person.relationship(&self.key()).expect("paired");
        let chains: Vec<Chain> = relationship
            .grants()
            .filter(|_| chain % 3 == 0)
            .take(usize::from(chain % 20))
            .map(|grant| Chain { grant: grant.root().signed().clone(), links: Vec::new() })
            .collect();
        let request = DataRequest {
            id: Nonce([id; 16]),
            supplier: self.key(),
            person: self.me(),
            at: Timestamp(self.now.0.saturating_add_signed(i64::from(skew))),
            fields,
            purpose: Purpose::ALL[usize::from(purpose) % Purpose::ALL.len()],
            reason: "r".into(),
            access: [Access::ReadOnce, Access::Read, Access::Subscribe][usize::from(access) % 3],
            duration: Days(days.into()),
            retention: Days(kept.into()),
            delegations: (kept % 6) as u8,
            chains,
        };
        let signed = self.sign(request);
        self.frame(ToPerson::Request(signed));
    }

    fn owner(&mut self, step: Step) {
        let key = self.key();
        let waiting: Vec<Nonce> =
            self.person.relationships().flat_map(|(_, r)| r.waiting().map(|waiting| waiting.id)).collect();
        let grants = self.grants();
        // What the person may not do is refused, and changes nothing.
        let _ = match step {
            Step::Allow { which, always } => {
                let Some(id) = pick(&waiting, which) else { return };
                let how = [Remember::Once, Remember::Supplier, Remember::Kind][usize::from(always) % 3];
                let _ = self.give(Input::Remember(id, true, None, how));
                self.give(Input::Allow(id, None))
            }
            Step::AllowOnly { which, field, always } => {
                let Some(id) = pick(&waiting, which) else { return };
                let how = [Remember::Once, Remember::Supplier, Remember::Kind][usize::from(always) % 3];
                let only = FieldPath::all().nth(usize::from(field) % FieldPath::all().count()).into_iter().collect();
                let _ = self.give(Input::Remember(id, true, Some(&only), how));
                self.give(Input::Allow(id, Some(&only)))
            }
            Step::Refuse { which } => {
                let Some(id) = pick(&waiting, which) else { return };
                self.give(Input::Refuse(id))
            }
            Step::Revoke { which, erase } => {
                let Some(grant) = pick(&grants, which) else { return };
                self.revoked.insert(*grant);
                self.give(Input::Revoke(grant, erase))
            }
            Step::RevokeAll { erase } => {
                self.revoked.extend(grants);
                self.give(Input::RevokeAll(&key, erase))
            }
            Step::Pause { paused } => self.give(Input::Pause(&key, paused)),
            Step::Change { field: which } => {
                let Some(field) = field(which) else { return };
                self.give(Input::FieldChanged(&BTreeMap::from([(field, true)])))
            }
            Step::Preset { which } => {
                let name = ["careful", "balanced", "open"][usize::from(which) % 3];
                self.give(Input::SetPolicy(Policy::preset(name).expect("a preset")))
            }
            Step::Restored => {
                self.revoked.extend(grants);
                self.give(Input::Restored)
            }
            _ => return,
        };
    }

    fn grants(&self) -> Vec<ObjectId> {
        self.person.relationships().flat_map(|(_, r)| r.grants().map(|grant| grant.root().id())).collect()
    }

    fn frame(&mut self, message: ToPerson) {
        let key = self.key();
        let reply = self.give(Input::Message(&key, message)).expect("no owner is asked");
        assert!(reply.is_some(), "one reply for one frame");
    }

    fn give(&mut self, input: Input<'_>) -> Result<Option<PersonReply>, OwnerError> {
        let observed =
            Observed { value: "v".parse().expect("text"), provenance: Provenance::Typed, observed: self.now };
        self.host.values = FieldPath::all().map(|field| (field, observed.clone())).collect();
        let done = self.person.handle(input, self.now, &mut self.host);
        self.host.hints.clear();
        let reply = self.host.answer.take();
        if let Some(PersonReply::Answer(disclosure)) = &reply {
            self.left(disclosure);
        }
        let key = self.key();
        for outgoing in self.person.to_send(&key, self.now) {
            if let ToSupplier::Disclose(disclosure) = outgoing.message.into_inner() {
                self.left(&disclosure);
            }
        }
        done.map(|()| reply)
    }

    /// A disclosure leaves: each value under a grant that was not revoked, covers it and is in its time.
    fn left(&mut self, disclosure: &Signed<regie_protocol::disclosure::Disclosure>) {
        let disclosure = disclosure.clone().verify().expect("our own");
        regie_protocol::disclosure::Disclosure::check(&disclosure).expect("says what the log says");
        self.disclosed.push(disclosure.id());
        let relationship = self.person.relationship(&self.key()).expect("paired");
        for (path, answer) in &disclosure.answers {
            let Answer::Value { grant, .. } = answer else { continue };
            assert!(!self.revoked.contains(grant) && !self.person.revoked(grant), "under a revoked grant");
            let field = path.known().expect("a field of the vocabulary");
            let grant = relationship.grants().find(|own| own.root().id() == *grant).expect("a grant of ours");
            let scope = grant.scope();
            assert!(scope.fields.iter().any(|own| own.covers(field)), "outside the grant");
            assert!(scope.bounds.not_before <= disclosure.at && disclosure.at < scope.bounds.expires);
        }
    }
}

fn field(n: u8) -> Option<FieldPath> {
    FieldPath::all().nth(usize::from(n) % 40)
}

fn pick<T>(list: &[T], which: u8) -> Option<&T> {
    list.get(usize::from(which) % list.len().max(1))
}

fuzz_target!(|steps: Vec<Step>| {
    let mut world = World::new();
    let mut size = world.person.personal_log().size();
    for step in steps.into_iter().take(64) {
        world.step(step);
        let grown = world.person.personal_log().size();
        assert!(grown >= size, "the log only grows");
        size = grown;
    }
    let policy = Policy::preset("balanced").expect("a preset");
    let mut again = Person::new(RootSeed::from_entropy([1; 32]), policy);
    for record in &world.host.records {
        again.restore(record).expect("replays");
    }
    assert_eq!(again.personal_log(), world.person.personal_log());
    let show = |person: &Person| {
        let (_, r) = person.relationships().next().expect("one");
        let waiting: Vec<_> = r.waiting().cloned().collect();
        (r.log().clone(), r.knows().clone(), waiting, r.undelivered(), r.grants().count(), r.stored().clone())
    };
    assert_eq!(show(&again), show(&world.person));
});
