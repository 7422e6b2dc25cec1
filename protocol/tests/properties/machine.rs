//! Random scripts against the person machine: nothing leaves without a live grant, nothing after a revocation,
//! the log only grows, and the records give the same node back.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{prelude::*, strategy::ValueTree as _};
use regie_protocol::{
    disclosure::{Answer, Disclosure},
    entropy::Entropy,
    field::{FieldPath, Observed, expand},
    grant::{Access, Chain, Scope},
    identity::{Keypair, Nonce, PublicKey, RootSeed},
    message::{Message, Reply},
    person::{Effect, NewGrant, OwnerError, Person, Record, StoredRelationship},
    policy::Policy,
    purpose::Purpose,
    receipt::{Acknowledgement, ErasureReceipt},
    refusal::Refusal,
    request::DataRequest,
    signed::{ObjectId, Signed, Verified},
    time::{Days, Timestamp},
};

use crate::{
    cases,
    fixtures::{
        NOW, SEED, grant, link, observed, person, person_for, processor, profile, request, scope_below, selectors,
        supplier,
    },
    script::{Action, Shown, action},
};

const FIELDS: [&str; 8] =
    ["name.full", "address.street", "email", "income.annual", "birthDate", "payment.iban", "gender", "telephone"];
const PURPOSES: [Purpose; 5] = [
    Purpose::DeliveryOfGoods,
    Purpose::RequestedServiceProvision,
    Purpose::ServiceProvision,
    Purpose::CustomerCare,
    Purpose::DirectMarketing,
];
const ACCESS: [Access; 3] = [Access::ReadOnce, Access::Read, Access::Subscribe];
const PRESETS: [&str; 3] = ["careful", "balanced", "open"];

/// What an onlooker knows of a grant or link: to whom, what, how often it was used.
struct Known {
    holder: PublicKey,
    root: ObjectId,
    scope: Scope,
    uses: u32,
}

struct World {
    machine: Person,
    records: Vec<Record>,
    values: BTreeMap<FieldPath, Observed>,
    now: u64,
    drawn: u32,
    asked: Vec<(usize, Message)>,
    answered: BTreeSet<usize>,
    known: BTreeMap<ObjectId, Known>,
    ended: BTreeSet<ObjectId>,
    sizes: (u64, [u64; 2]),
}

fn companies() -> [Keypair; 2] {
    [supplier(), processor()]
}

fn fields(mask: u8) -> Vec<&'static str> {
    FIELDS.into_iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1).map(|(_, name)| name).collect()
}

fn replay(records: &[Record]) -> Person {
    let mut machine = Person::new(RootSeed::from_entropy(SEED), Policy::preset("balanced").expect("a preset"));
    for record in records {
        machine.restore(record).expect("our own record");
    }
    machine
}

impl World {
    /// Paired with both companies; the supplier holds a grant that may be handed on.
    fn new() -> Self {
        let mut records = Vec::new();
        for company in companies() {
            let profile = Verified::sign(profile(company.public(), "De Webwinkel BV"), &company).expect("signed");
            let (profile, agreement) = (profile.signed().clone(), regie_protocol::agreement::Agreement::SdBase);
            let stored = StoredRelationship { profile, generation: 0, agreement, paused: false, since: Timestamp(NOW) };
            records.push(Record::Relationship { supplier: company.public(), stored });
        }
        let first = Verified::sign(grant(), &person()).expect("signed");
        records.push(Record::Grant { supplier: supplier().public(), grant: first.signed().clone() });
        let values = ["name.full", "address.street", "income.annual", "birthDate"];
        let mut world = Self {
            machine: replay(&records),
            records: Vec::new(),
            values: values.map(|name| (name.parse().expect("a field"), observed(name))).into(),
            now: NOW,
            drawn: 0,
            asked: Vec::new(),
            answered: BTreeSet::new(),
            known: BTreeMap::new(),
            ended: BTreeSet::new(),
            sizes: (0, [0; 2]),
        };
        records.into_iter().for_each(|record| world.note(record));
        world
    }

    fn time(&self) -> Timestamp {
        Timestamp(self.now)
    }

    fn entropy(&mut self) -> Entropy {
        self.drawn += 1;
        let mut seed = [0; 32];
        seed[..4].copy_from_slice(&self.drawn.to_be_bytes());
        Entropy::new(seed)
    }

    fn note(&mut self, record: Record) {
        if let Record::Grant { supplier, grant } = &record {
            let grant = grant.clone().verify().expect("our own grant");
            let (root, scope) = (grant.id(), grant.scope.clone());
            self.known.insert(root, Known { holder: *supplier, root, scope, uses: 0 });
        }
        self.records.push(record);
    }

    /// Carries out effects; every disclosure that leaves is held against what is known.
    fn run(&mut self, effects: Vec<Effect>, purpose: Option<Purpose>) -> Option<Reply> {
        let mut reply = None;
        for effect in effects {
            match effect {
                Effect::Persist(record) => {
                    let leaving = match &record {
                        Record::Outgoing { supplier, message: Message::Disclose(signed), .. } => {
                            Some((*supplier, signed.clone()))
                        }
                        _ => None,
                    };
                    self.note(record);
                    if let Some((supplier, disclosure)) = leaving {
                        self.leaves(&supplier, disclosure, purpose);
                    }
                }
                Effect::Reply(answer) => reply = Some(answer),
                Effect::Deliver(_) => {}
                Effect::Disclose(plan) => {
                    let (now, mut entropy) = (self.time(), self.entropy());
                    let values = &self.values;
                    let sealed = self.machine.seal(plan, &mut |r| values.get(&r.field()).cloned(), now, &mut entropy);
                    reply = self.run(sealed.expect("sealed at once"), purpose).or(reply);
                }
            }
        }
        reply
    }

    /// Every value that leaves is under a grant that lives, covers it, and is held by the one who gets it.
    fn leaves(&mut self, to: &PublicKey, disclosure: Signed<Disclosure>, purpose: Option<Purpose>) {
        let disclosure = disclosure.verify().expect("signed by the node");
        assert_eq!(Disclosure::check(&disclosure), Ok(()), "the entry says the same");
        assert_eq!(disclosure.supplier, *to);
        let mut opened = BTreeSet::new();
        for (path, answer) in &disclosure.answers {
            let Answer::Value { grant, .. } = answer else { continue };
            let field = path.known().expect("only fields have values");
            assert!(self.values.contains_key(&field));
            assert!(!self.ended.contains(grant), "{path} left under a grant that had ended");
            let opening: Vec<ObjectId> = self
                .known
                .iter()
                .filter(|(_, known)| known.root == *grant && known.holder == *to)
                .filter(|(_, known)| self.permits(known, field, purpose, disclosure.request.is_some()))
                .map(|(id, _)| *id)
                .collect();
            assert!(!opening.is_empty(), "{path} left for {to} without a live grant: {:?}", self.now);
            opened.insert((*grant, opening));
        }
        if disclosure.request.is_some() {
            let mut used: BTreeSet<ObjectId> = opened.iter().map(|(root, _)| *root).collect();
            // Where one link alone can have opened the door, it was used too.
            used.extend(opened.iter().filter(|(_, opening)| opening.len() == 1).flat_map(|(_, opening)| opening));
            for id in used {
                self.known.get_mut(&id).expect("known").uses += 1;
            }
        }
    }

    fn permits(&self, known: &Known, field: FieldPath, purpose: Option<Purpose>, asked: bool) -> bool {
        let in_time = |scope: &Scope| (scope.bounds.not_before..scope.bounds.expires).contains(&self.time());
        let root = &self.known[&known.root];
        let most = if known.scope.access == Access::ReadOnce { Some(1) } else { known.scope.bounds.uses };
        in_time(&known.scope)
            && in_time(&root.scope)
            && expand(&known.scope.fields).contains(&field)
            && purpose.is_none_or(|purpose| known.scope.purposes.iter().any(|own| purpose.within(*own)))
            && (if asked { most.is_none_or(|most| known.uses < most) } else { known.scope.access == Access::Subscribe })
    }

    fn act(&mut self, action: &Action) {
        let now = self.time();
        match action {
            Action::Ask { company, fields: mask, purpose, access, shown } => {
                self.ask(*company, &fields(*mask), PURPOSES[*purpose], ACCESS[*access], shown.as_ref());
            }
            Action::AskAgain(_) if self.asked.is_empty() => {}
            Action::AskAgain(index) => self.send(index.index(self.asked.len()), None),
            Action::Grant { company, fields: mask, access, days, retention } => {
                let new = NewGrant {
                    supplier: companies()[*company].public(),
                    fields: selectors(&fields(*mask)),
                    purposes: BTreeSet::from([Purpose::RequestedServiceProvision]),
                    access: ACCESS[*access],
                    duration: Days(*days),
                    retention: Days(*retention),
                };
                let sound = !new.fields.is_empty() && (1..=1830).contains(days) && *retention <= 3660;
                let mut entropy = self.entropy();
                let done = self.machine.grant(&new, now, &mut entropy);
                assert_eq!(done.is_ok(), sound, "{new:?}");
                self.owner(done);
            }
            Action::Allow(index) => self.decide(*index, true),
            Action::Refuse(index) => self.decide(*index, false),
            Action::Revoke { grant, erase } => self.revoke(*grant, *erase),
            Action::Change { fields: mask, present } => self.change(&fields(*mask), *present),
            Action::Policy(preset) => {
                let policy = Policy::preset(PRESETS[*preset]).expect("a preset");
                let mut entropy = self.entropy();
                let done = self.machine.set_policy(policy, now, &mut entropy);
                self.owner(done);
            }
            Action::Wait(ms) => {
                self.now += ms;
                let effects = self.machine.tick(self.time());
                self.run(effects, None);
            }
            Action::Deliver { company, lost } => self.deliver(*company, *lost),
            Action::Restart => self.machine = replay(&self.records),
            Action::Restored => {
                self.ended.extend(self.known.values().map(|known| known.root));
                let mut entropy = self.entropy();
                let done = self.machine.restored(now, &mut entropy);
                self.owner(done);
            }
        }
        self.look();
    }

    fn owner(&mut self, done: Result<Vec<Effect>, OwnerError>) {
        if let Ok(effects) = done {
            self.run(effects, None);
        }
    }

    fn ask(&mut self, company: usize, names: &[&str], purpose: Purpose, access: Access, shown: Option<&Shown>) {
        let key = &companies()[company];
        let mut entropy = self.entropy();
        let request = DataRequest {
            id: entropy.nonce(),
            supplier: key.public(),
            person: person_for(key).public(),
            at: self.time(),
            fields: names.iter().map(|name| name.parse().expect("a path")).collect(),
            purpose,
            access,
            duration: Days(2),
            chains: shown.map(|shown| self.chain(key, shown)).into_iter().collect(),
            ..request()
        };
        let message = Message::Request(Verified::sign(request, key).expect("signed").signed().clone());
        self.asked.push((company, message));
        self.send(self.asked.len() - 1, Some(purpose));
    }

    /// Below the first grant, which may be handed on.
    fn chain(&mut self, to: &Keypair, shown: &Shown) -> Chain {
        let root = Verified::sign(grant(), &person()).expect("signed");
        let mut scope = scope_below(1);
        scope.bounds.uses = Some(if shown.wrong { 99 } else { shown.uses });
        if shown.read_once {
            scope.access = Access::ReadOnce;
        }
        if shown.street_only {
            scope.fields = selectors(&["address.street"]);
        }
        let link = Verified::sign(link(root.id(), &supplier(), to, scope.clone()), &supplier()).expect("signed");
        if !shown.wrong {
            let known = Known { holder: to.public(), root: root.id(), scope, uses: 0 };
            self.known.entry(link.id()).or_insert(known);
        }
        Chain { grant: root.signed().clone(), links: vec![link.signed().clone()] }
    }

    fn send(&mut self, number: usize, purpose: Option<Purpose>) {
        let (company, message) = self.asked[number].clone();
        let (now, mut entropy) = (self.time(), self.entropy());
        let effects = self.machine.message(&companies()[company].public(), message, now, &mut entropy);
        let reply = self.run(effects, purpose).expect("every message is answered");
        if matches!(reply, Reply::Answer(_)) {
            assert!(self.answered.insert(number), "a request was answered twice");
        }
    }

    fn decide(&mut self, index: prop::sample::Index, yes: bool) {
        let ids: Vec<Nonce> = self.machine.relationships().flat_map(|(_, r)| r.waiting().map(|w| w.id)).collect();
        if ids.is_empty() {
            return;
        }
        let (id, now, mut entropy) = (*index.get(&ids), self.time(), self.entropy());
        let done = if yes { self.machine.allow(&id, now, &mut entropy) } else { self.machine.refuse(&id) };
        self.owner(done);
    }

    fn revoke(&mut self, index: prop::sample::Index, erase: bool) {
        let roots: Vec<ObjectId> =
            self.known.iter().filter(|(id, known)| **id == known.root).map(|(id, _)| *id).collect();
        let (id, now, mut entropy) = (*index.get(&roots), self.time(), self.entropy());
        let done = self.machine.revoke(&id, erase, now, &mut entropy);
        assert_eq!(done.is_ok(), !self.ended.contains(&id), "a grant can be revoked once");
        self.ended.insert(id);
        self.owner(done);
    }

    fn change(&mut self, names: &[&str], present: bool) {
        let changed: BTreeMap<FieldPath, bool> = names.iter().map(|n| (n.parse().expect("a field"), present)).collect();
        for field in changed.keys() {
            if present {
                self.values.insert(*field, observed(&format!("{field} at {}", self.now)));
            } else {
                self.values.remove(field);
            }
        }
        let (now, mut entropy) = (self.time(), self.entropy());
        let done = self.machine.field_changed(&changed, now, &mut entropy);
        self.owner(done);
    }

    fn deliver(&mut self, company: usize, lost: bool) {
        let key = &companies()[company];
        for outgoing in self.machine.to_send(&key.public()) {
            if lost {
                self.machine.connection_lost(&key.public());
                return;
            }
            let reply = answer(&outgoing.message, key, self.time());
            let (now, mut entropy) = (self.time(), self.entropy());
            let effects = self.machine.replied(&key.public(), outgoing.number, reply, now, &mut entropy);
            self.run(effects, None);
        }
    }

    /// What has to hold after every step.
    fn look(&mut self) {
        let sizes = [0, 1].map(|n| self.relationship_log(n));
        let personal = self.machine.personal_log().size();
        let counted = |log: &dyn Fn(&Record) -> bool| self.records.iter().filter(|record| log(record)).count() as u64;
        let entry = |record: &Record| matches!(record, Record::Entry { log: regie_protocol::audit::Log::Personal, .. });
        assert_eq!(personal, counted(&entry), "the personal log is what was recorded");
        assert!(personal >= self.sizes.0 && sizes[0] >= self.sizes.1[0] && sizes[1] >= self.sizes.1[1], "a log shrank");
        self.sizes = (personal, sizes);
        for (_, relationship) in self.machine.relationships() {
            for outgoing in relationship.outgoing() {
                let relies = match &outgoing.message {
                    Message::Grant(grant) => vec![grant.id()],
                    Message::Disclose(signed) => relied_on(signed),
                    _ => Vec::new(),
                };
                assert!(relies.iter().all(|id| !self.ended.contains(id)), "an ended grant waits to be delivered");
            }
        }
    }

    fn relationship_log(&self, company: usize) -> u64 {
        self.machine.relationship(&companies()[company].public()).expect("paired").log().size()
    }

    /// What an onlooker sees of a node that is asked for everything: records and replies.
    fn probe(&self, machine: Person) -> Vec<String> {
        let mut world = Self { machine, asked: Vec::new(), answered: BTreeSet::new(), ..Self::new() };
        (world.now, world.drawn, world.values) = (self.now + 1, 1_000_000, self.values.clone());
        let mut seen = Vec::new();
        for company in companies() {
            let (now, mut entropy) = (world.time(), world.entropy());
            let request = DataRequest {
                id: entropy.nonce(),
                supplier: company.public(),
                person: person_for(&company).public(),
                at: now,
                fields: FIELDS.iter().map(|name| name.parse().expect("a path")).collect(),
                ..request()
            };
            let message = Message::Request(Verified::sign(request, &company).expect("signed").signed().clone());
            let effects = world.machine.message(&company.public(), message, now, &mut entropy);
            seen.push(world.watched(effects));
            for (_, message) in &self.asked {
                let mut entropy = world.entropy();
                let effects = world.machine.message(&company.public(), message.clone(), now, &mut entropy);
                seen.push(world.watched(effects));
            }
        }
        for (_, relationship) in world.machine.relationships() {
            let ids: Vec<_> = relationship.grants().map(|grant| grant.root().id()).collect();
            let waiting: Vec<_> = relationship.waiting().collect();
            seen.push(format!("{ids:?} {waiting:?} {:?} {:?}", relationship.outgoing(), relationship.log()));
        }
        seen.push(format!("{:?} {:?}", world.machine.personal_log(), world.machine.epoch()));
        seen
    }

    /// Effects in words, with those of sealing.
    fn watched(&mut self, effects: Vec<Effect>) -> String {
        let mut words = String::new();
        for effect in effects {
            if let Effect::Disclose(plan) = effect {
                let (now, mut entropy) = (self.time(), self.entropy());
                let values = &self.values;
                let sealed = self.machine.seal(plan, &mut |r| values.get(&r.field()).cloned(), now, &mut entropy);
                words += &self.watched(sealed.expect("sealed at once"));
            } else {
                words += &format!("{effect:?}\n");
            }
        }
        words
    }
}

fn relied_on(signed: &Signed<Disclosure>) -> Vec<ObjectId> {
    let disclosure = signed.clone().verify().expect("our own");
    let values = disclosure.answers.values().filter_map(|answer| match answer {
        Answer::Value { grant, .. } => Some(*grant),
        _ => None,
    });
    values.chain(disclosure.grants.iter().map(Signed::id)).collect()
}

/// What a dutiful companion answers.
fn answer(message: &Message, key: &Keypair, now: Timestamp) -> Reply {
    let (supplier, person) = (key.public(), person_for(key).public());
    match message {
        Message::Disclose(disclosure) => {
            let ack = Acknowledgement { supplier, person, disclosure: disclosure.id(), at: now };
            Reply::Acknowledged(Verified::sign(ack, key).expect("signed").signed().clone())
        }
        Message::Revoke(signed) => {
            let revocation = signed.clone().verify().expect("the person's");
            if !revocation.erase {
                return Reply::Noted;
            }
            let (grant, revocation) = (revocation.grant, revocation.id());
            let receipt = ErasureReceipt { supplier, person, grant, revocation, fields: BTreeSet::new(), at: now };
            Reply::Erased(Verified::sign(receipt, key).expect("signed").signed().clone())
        }
        _ => Reply::Noted,
    }
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn no_script_makes_a_value_leave_without_a_live_grant(script in proptest::collection::vec(action(), 1..30)) {
        let mut world = World::new();
        for action in &script {
            world.act(action);
        }
        let again = replay(&world.records);
        let first = world.probe(again);
        let machine = std::mem::replace(&mut world.machine, replay(&[]));
        prop_assert_eq!(world.probe(machine), first);
    }
}

#[test]
fn scripts_reach_every_kind_of_answer() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    let strategy = proptest::collection::vec(action(), 30);
    for _ in 0..25 {
        let mut world = World::new();
        for action in strategy.new_tree(&mut runner).expect("a script").current() {
            world.act(&action);
        }
        for record in &world.records {
            if let Record::Outgoing { message: Message::Disclose(signed), .. } = record {
                let disclosure = signed.clone().verify().expect("our own");
                let told = disclosure.request.is_none();
                seen.extend(disclosure.answers.values().map(|answer| (told, kind(answer))));
            }
        }
        let uses = world.known.values().filter(|known| known.holder != supplier().public() && known.uses > 0);
        seen.extend(
            uses.map(|known| (false, if known.scope.bounds.uses.is_some() { "by a link" } else { "by a grant" })),
        );
    }
    let wanted = [
        (false, "value"),
        (false, "absent"),
        (false, "asked"),
        (false, Refusal::Revoked.code()),
        (false, Refusal::Declined.code()),
        (false, Refusal::NotGranted.code()),
        (true, "value"),
        (false, "by a link"),
        (false, "by a grant"),
    ];
    for kind in wanted {
        assert!(seen.contains(&kind), "no script came to {kind:?}: {seen:?}");
    }
}

fn kind(answer: &Answer) -> &'static str {
    match answer {
        Answer::Value { .. } => "value",
        Answer::Absent => "absent",
        Answer::Asked => "asked",
        Answer::Refused(code) => code.code(),
    }
}
