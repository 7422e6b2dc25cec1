//! The person machine against the plain model, step by step, by `proptest-state-machine`.
//!
//! In: random steps of owner, two companies and time. Out: a failed assertion, shrunk, where the machine answers a
//! request otherwise than the model, tells or keeps something else, forgets something over a restart, or leaves a hole
//! in a log. The model runs twice: inside the library, to choose steps that make sense, and beside the machine, where
//! it knows the real names of grants; the second one is the judge.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{prelude::*, strategy::ValueTree as _};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use regie_protocol::{
    Acceptance, Access, Acknowledgement, Agreement, Bounds, Chain, DataRequest, Days, Delegation, ErasureReceipt,
    FieldPath, Invitation, Keypair, Nonce, Object, ObjectId, Person, Policy, Refusal, RootSeed, Scope, Selector,
    Signed, Timestamp, Verified,
    audit::Log,
    disclosure::{Answer, Disclosure},
    merkle::{self, Frontier},
    message::{DelegationNotice, PersonReply, SupplierReply, ToPerson, ToSupplier},
    person::{Input, NewGrant, OwnerError, Record},
};

use crate::{
    cases,
    fixtures::{NOW, SEED, link, observed, profile},
    memory::Memory,
    plain_model::{Answers, FIELDS, Field, Grant, Model, PURPOSES, Pending, Request, Said},
    world::{companies, names, persons},
};

const ACCESS: [Access; 3] = [Access::ReadOnce, Access::Read, Access::Subscribe];
const PRESETS: [&str; 3] = ["careful", "balanced", "open"];
const MINUTE: u64 = 60_000;
const RETENTION: Days = Days(30);

/// One of what there is.
#[derive(Clone, Copy, Debug)]
pub struct Pick(usize);

impl Pick {
    fn index(self, count: usize) -> usize {
        self.0 % count
    }

    fn get<T>(self, list: &[T]) -> &T {
        &list[self.index(list.len())]
    }
}

fn pick() -> impl Strategy<Value = Pick> {
    (0usize..32).prop_map(Pick)
}

/// One thing that happens. A `Pick` chooses among what there is at that moment.
#[derive(Clone, Debug)]
pub enum Step {
    Pair { company: usize },
    Ask { request: Wanted, lost: bool },
    AskAgain { which: Pick },
    Allow { which: Pick, only: Option<u8> },
    Refuse { which: Pick },
    Grant { request: Wanted },
    Revoke { which: Pick },
    RevokeAll { company: usize, erase: bool },
    Delegate { above: Pick, fields: u8, uses: u32, per_hour: u32 },
    Change { fields: u8, present: bool },
    Preset { which: usize },
    Pause { company: usize, paused: bool },
    Pass { ms: u64 },
    Erased { company: usize, which: Pick },
    Deliver { company: usize },
    Restart,
    Restored,
}

/// What is asked for or granted, before it is known what chains there are to show.
#[derive(Clone, Debug)]
pub struct Wanted {
    company: usize,
    fields: u8,
    purpose: usize,
    access: usize,
    days: u32,
    delegations: u8,
    shown: Option<Pick>,
    late: u64,
}

/// In which the node looks at its relationships.
fn order() -> [usize; 3] {
    let (names, mut order) = (names(), [0, 1, 2]);
    order.sort_by_key(|company| names[*company]);
    order
}

fn fields(mask: u8) -> BTreeSet<Field> {
    FIELDS.into_iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1).map(|(_, field)| field).collect()
}

fn path(field: Field) -> FieldPath {
    field.parse().expect("a field")
}

impl Wanted {
    fn at(&self, model: &Model) -> Request {
        let delegations: Vec<usize> = (0..model.grants.len()).filter(|n| model.grants[*n].above.is_some()).collect();
        let shown = self.shown.filter(|_| !delegations.is_empty()).map(|which| *which.get(&delegations));
        Request {
            // Nobody is a processor before something was handed on to it.
            company: if model.companies[self.company].is_none() && self.company == 2 { 1 } else { self.company },
            at: model.now.saturating_sub(self.late),
            fields: fields(self.fields),
            purpose: PURPOSES[self.purpose],
            access: ACCESS[self.access],
            days: self.days,
            delegations: self.delegations,
            shown,
        }
    }
}

/// What a step comes to, with what has to come out of it.
enum Came {
    Asked(usize, Result<Answers, Refusal>),
    Erased(usize, usize, Result<(), Refusal>),
    Delivered(Vec<Pending>),
    Decided(usize),
    /// Yes, of all its fields or of these alone.
    Allowed(usize, Option<BTreeSet<Field>>),
    Ended(usize, bool),
    Granted(bool),
    Delegated(usize, Result<(), Refusal>),
    Nothing,
}

/// Does a step in the model.
fn follow(model: &mut Model, step: &Step) -> Came {
    match step {
        Step::Pair { company } => drop(model.companies[*company].get_or_insert_default()),
        Step::Ask { request, lost } => {
            model.requests.push(request.at(model));
            let number = model.requests.len() - 1;
            return Came::Asked(number, model.ask(number, *lost));
        }
        Step::AskAgain { which } if !model.requests.is_empty() => {
            let number = which.index(model.requests.len());
            return Came::Asked(number, model.ask(number, false));
        }
        Step::Allow { which, .. } | Step::Refuse { which } => {
            let waits =
                |n: usize| model.companies[n].iter().flat_map(move |c| c.waiting.keys().map(move |id| (n, *id)));
            let waiting: Vec<(usize, usize)> = [0, 1, 2].into_iter().flat_map(waits).collect();
            if waiting.is_empty() {
                return Came::Nothing;
            }
            let (company, number) = *which.get(&waiting);
            let Step::Allow { only, .. } = step else {
                model.refuse(company, number);
                return Came::Decided(number);
            };
            let waits = model.companies[company].as_ref().expect("paired").waiting[&number].clone();
            let only = only.map(|mask| fields(mask).intersection(&waits).copied().collect::<BTreeSet<Field>>());
            let only = only.filter(|chosen| !chosen.is_empty());
            model.allow(company, number, only.as_ref().unwrap_or(&waits));
            return Came::Allowed(number, only);
        }
        Step::Grant { request } => {
            return Came::Granted(model.grant(&request.at(model)));
        }
        Step::Revoke { which } if !model.grants.is_empty() => {
            let grant = which.index(model.grants.len());
            return Came::Ended(grant, model.revoke(grant));
        }
        Step::RevokeAll { company, erase } => model.revoke_all(*company, *erase),
        Step::Delegate { above, fields: mask, uses, per_hour } if !model.grants.is_empty() => {
            let above = above.index(model.grants.len());
            let made = model.delegate(above, &fields(*mask), *uses, *per_hour);
            return made.map_or(Came::Nothing, |(number, said)| Came::Delegated(number, said));
        }
        Step::Change { fields: mask, present } => model.change(&fields(*mask), *present),
        Step::Preset { which } => model.preset = *which,
        Step::Pause { company, paused } => {
            model.companies[*company].iter_mut().for_each(|known| known.paused = *paused);
        }
        Step::Pass { ms } => model.now += ms,
        Step::Erased { company, which }
            if !model.grants.is_empty() && (*company < 2 || model.companies[2].is_some()) =>
        {
            let grant = which.index(model.grants.len());
            return Came::Erased(*company, grant, model.erased(*company, grant));
        }
        Step::Deliver { company } => return Came::Delivered(model.deliver(*company)),
        Step::Restored => model.restored(),
        _ => {}
    }
    Came::Nothing
}

/// Chooses steps by where the model stands.
pub struct Steps;

impl ReferenceStateMachine for Steps {
    type State = Model;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Model> {
        Just(Model::new(NOW, order())).boxed()
    }

    fn transitions(model: &Model) -> BoxedStrategy<Step> {
        let paired = u32::from(model.companies[0].is_some());
        let missing = model.companies[..2].iter().filter(|company| company.is_none()).count();
        let next = usize::from(model.companies[0].is_some());
        let waits = u32::from(model.companies.iter().flatten().any(|company| !company.waiting.is_empty()));
        let given = u32::from(!model.grants.is_empty());
        let company = || 0usize..2;
        let any_company = || 0usize..3;
        let mask = || 1u8..64;
        let uses = prop_oneof![Just(1u32), 2u32..9];
        let per_hour = prop_oneof![3 => Just(1u32), 1 => 2u32..4];
        let delegated = u32::from(model.grants.iter().any(|grant| grant.above.is_some() && !grant.ended));
        let wait = prop_oneof![
            3 => Just(MINUTE),
            2 => Just(20 * MINUTE),
            2 => Just(60 * MINUTE),
            1 => Just(24 * 60 * MINUTE),
            1 => Just(50 * 60 * MINUTE),
        ];
        prop_oneof![
            [1, 20, 60][missing] => prop_oneof![3 => Just(next), 1 => company()].prop_map(|company| Step::Pair { company }),
            16 + 16 * delegated => (wanted(), any::<bool>()).prop_map(|(request, lost)| Step::Ask { request, lost }),
            2 => pick().prop_map(|which| Step::AskAgain { which }),
            1 + 3 * waits => (pick(), prop::option::of(mask())).prop_map(|(which, only)| Step::Allow { which, only }),
            1 => pick().prop_map(|which| Step::Refuse { which }),
            1 + paired => wanted().prop_map(|request| Step::Grant { request: Wanted { company: request.company.min(1), ..request } }),
            1 + given => pick().prop_map(|which| Step::Revoke { which }),
            1 => (any_company(), any::<bool>()).prop_map(|(company, erase)| Step::RevokeAll { company, erase }),
            1 + 5 * given => (pick(), mask(), uses, per_hour)
                .prop_map(|(above, fields, uses, per_hour)| Step::Delegate { above, fields, uses, per_hour }),
            3 => (mask(), any::<bool>()).prop_map(|(fields, present)| Step::Change { fields, present }),
            1 => (0usize..3).prop_map(|which| Step::Preset { which }),
            1 => (any_company(), prop::bool::weighted(0.2)).prop_map(|(company, paused)| Step::Pause { company, paused }),
            2 => wait.prop_map(|ms| Step::Pass { ms }),
            1 + given => (any_company(), pick()).prop_map(|(company, which)| Step::Erased { company, which }),
            2 => any_company().prop_map(|company| Step::Deliver { company }),
            1 => Just(Step::Restart),
            1 => Just(Step::Restored),
        ]
        .boxed()
    }

    fn apply(mut model: Model, step: &Step) -> Model {
        follow(&mut model, step);
        model
    }
}

/// Anything; and often the story of a supplier that asks for leave to hand on, and of its processor that shows it.
fn wanted() -> impl Strategy<Value = Wanted> {
    let late = prop_oneof![9 => Just(0), 1 => Just(4 * MINUTE), 1 => Just(6 * MINUTE)];
    let shown = proptest::option::weighted(0.3, pick());
    let anything = (0usize..3, 1u8..64, 0usize..5, 0usize..3, 1u32..3, prop::bool::weighted(0.2), shown, late)
        .prop_map(|(company, fields, purpose, access, days, delegated, shown, late)| {
            let delegations = u8::from(delegated);
            Wanted { company, fields, purpose, access, days, delegations, shown, late }
        });
    let story = (0usize..3, 1u8..4, 1usize..3, 1u32..3, pick()).prop_map(|(company, fields, access, days, shown)| {
        let (delegations, shown) = if company == 0 { (1, None) } else { (0, Some(shown)) };
        Wanted { company, fields, purpose: 0, access, days, delegations, shown, late: 0 }
    });
    prop_oneof![anything, story]
}

/// A node with its records, and the model that judges it.
pub struct Node {
    machine: Person,
    model: Model,
    records: Vec<Record>,
    sent: Vec<Signed<DataRequest>>,
    chains: BTreeMap<usize, Chain>,
    logs: BTreeMap<Log, Frontier>,
    issued: Vec<(usize, ObjectId)>,
    host: Memory,
}

fn fresh() -> Person {
    Person::new(RootSeed::from_entropy(SEED), Policy::preset(PRESETS[1]).expect("a preset"))
}

fn sign<T: Object>(value: T, key: &Keypair) -> Signed<T> {
    Verified::sign(value, key).expect("signed").signed().clone()
}

impl Node {
    fn new() -> Self {
        Self {
            machine: fresh(),
            model: Model::new(NOW, order()),
            records: Vec::new(),
            sent: Vec::new(),
            chains: BTreeMap::new(),
            logs: BTreeMap::new(),
            issued: Vec::new(),
            host: Memory::new(0),
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.model.now)
    }

    fn step(&mut self, step: &Step) {
        let known = self.model.grants.len();
        let had: Vec<bool> = self.model.companies.iter().map(Option::is_some).collect();
        if let Step::Grant { request } = step {
            self.grant(&request.at(&self.model), step, known);
            return self.look();
        }
        let came = follow(&mut self.model, step);
        match (step, came) {
            (Step::Pair { company }, _) => self.pair(*company, had[*company]),
            (Step::Ask { lost, .. }, Came::Asked(number, wanted)) => {
                self.write(number);
                self.ask(number, known, *lost, wanted);
            }
            (_, Came::Asked(number, wanted)) => self.ask(number, known, false, wanted),
            (_, Came::Erased(company, grant, wanted)) => self.erased(company, grant, wanted),
            (Step::Deliver { company }, Came::Delivered(wanted)) => self.deliver(*company, &wanted),
            (_, Came::Delegated(number, said)) => self.delegate(number, said),
            (Step::Restart, _) => self.restart(),
            (step, came) => self.owner(step, came, known),
        }
        self.look();
    }

    fn pair(&mut self, company: usize, had: bool) {
        let (key, now) = (&companies()[company], self.now());
        let proffered = self.machine.proffer(&key.public(), Nonce([7; 16]), Agreement::SdBase, None, now);
        assert_eq!(proffered.is_err(), had, "paired once");
        let Ok(pairing) = proffered else { return };
        let (supplier, person) = (key.public(), persons()[company].public());
        let accepted = Acceptance { supplier, person, pairing: pairing.id(), agreement: Agreement::SdBase, at: now };
        let (profile, accepted) = (sign(profile(supplier, "De Webwinkel BV"), key), sign(accepted, key));
        self.say(Input::Paired(&supplier, profile, accepted, &pairing)).expect("paired");
        self.say(Input::Vouch(&supplier, true)).expect("vouched for");
    }

    /// Signs the newest request of the model.
    fn write(&mut self, number: usize) {
        let request = &self.model.requests[number];
        let key = &companies()[request.company];
        let signed = DataRequest {
            id: id(number),
            supplier: key.public(),
            person: persons()[request.company].public(),
            at: Timestamp(request.at),
            fields: request.fields.iter().map(|field| field.parse().expect("a path")).collect(),
            purpose: request.purpose.parse().expect("a purpose"),
            reason: "to put on the parcel".into(),
            access: request.access,
            duration: Days(request.days),
            retention: RETENTION,
            delegations: request.delegations,
            chains: request.shown.map(|shown| self.chains[&shown].clone()).into_iter().collect(),
        };
        self.sent.push(sign(signed, key));
    }

    fn ask(&mut self, number: usize, known: usize, lost: bool, wanted: Result<Answers, Refusal>) {
        let company = self.model.requests[number].company;
        let message = ToPerson::Request(self.sent[number].clone());
        let reply = self.say(Input::Message(&names()[company], message)).expect("no owner is asked");
        let reply = reply.expect("every message is answered");
        self.name(known);
        match (reply, wanted) {
            (PersonReply::Answer(disclosure), Ok(answers)) => {
                self.same_answers(&disclosure, Some(number), &answers);
                if lost {
                    self.machine.connection_lost(&names()[company]);
                } else {
                    self.acknowledge(company, &disclosure);
                }
            }
            (reply, Err(wanted)) => assert_eq!(reply.refusal(), Some(wanted), "request {number}: {reply:?}"),
            (reply, wanted) => panic!("request {number}: {reply:?}, where the model says {wanted:?}"),
        }
    }

    fn acknowledge(&mut self, company: usize, disclosure: &Signed<Disclosure>) {
        let message = ToPerson::Acknowledge(acknowledgement(company, disclosure, self.now()));
        assert_eq!(self.say(Input::Message(&names()[company], message)), Ok(Some(PersonReply::Noted)));
    }

    /// What the person says.
    fn owner(&mut self, step: &Step, came: Came, known: usize) {
        let key = |company: &usize| names()[*company];
        let (done, wanted) = match (step, came) {
            (_, Came::Allowed(number, only)) => {
                let only = only.map(|only| only.into_iter().map(path).collect());
                (self.say(Input::Allow(&id(number), only.as_ref())), true)
            }
            (Step::Refuse { .. }, Came::Decided(number)) => (self.say(Input::Refuse(&id(number))), true),
            (_, Came::Ended(grant, wanted)) => {
                let id = self.model.grants[grant].id;
                (self.say(Input::Revoke(&id, false)), wanted)
            }
            (Step::RevokeAll { company, erase }, _) => {
                let paired = self.model.companies[*company].is_some();
                (self.say(Input::RevokeAll(&key(company), *erase)), paired)
            }
            (Step::Change { fields: mask, present }, _) => {
                let changed = fields(*mask).into_iter().map(|field| (path(field), *present)).collect();
                (self.say(Input::FieldChanged(&changed)), true)
            }
            (Step::Preset { which }, _) => {
                let policy = Policy::preset(PRESETS[*which]).expect("a preset");
                (self.say(Input::SetPolicy(policy)), true)
            }
            (Step::Pause { company, paused }, _) => {
                let known = self.model.companies[*company].is_some();
                (self.say(Input::Pause(&key(company), *paused)), known)
            }
            (Step::Restored, _) => (self.say(Input::Restored), true),
            (Step::Pass { .. }, _) => (self.say(Input::Tick), true),
            _ => return,
        };
        assert_eq!(done.is_ok(), wanted, "{step:?}: {done:?}");
        self.name(known);
    }

    /// The person gives unasked. Its name decides with which of two grants a subscriber is told, so the machine goes
    /// first here.
    fn grant(&mut self, request: &Request, step: &Step, known: usize) {
        let new = NewGrant {
            supplier: companies()[request.company].public(),
            fields: request.fields.iter().map(|field| Selector::Field(path(field))).collect(),
            purposes: BTreeSet::from([request.purpose.parse().expect("a purpose")]),
            access: request.access,
            duration: Days(request.days),
            retention: RETENTION,
        };
        let before = self.records.len();
        let done = self.say(Input::Grant(&new));
        self.model.next = self.records[before..].iter().find_map(|record| match record {
            Record::Grant { grant, .. } => Some(grant.id()),
            _ => None,
        });
        let Came::Granted(wanted) = follow(&mut self.model, step) else { return };
        assert_eq!(done.is_ok(), wanted, "{new:?}");
        self.name(known);
    }

    /// The supplier signs a delegation for its processor and tells the node, whose owner lets it be met.
    fn delegate(&mut self, number: usize, wanted: Result<(), Refusal>) {
        let grant = self.model.grants[number].clone();
        let above = self.model.grants[grant.above.expect("a delegation")].id;
        let [from, to, _] = companies();
        let root = self.machine.relationship(&from.public()).and_then(|r| r.grants().find(|own| own.id() == above));
        let root = root.expect("the model made it of a grant").root().signed().clone();
        let own = Delegation { nonce: id(number), ..link(above, &from, &to, scope(&grant)) };
        let signed = sign(own, &from);
        let link = signed.id();
        self.model.grants[number].id = link;
        let chain = Chain { grant: root, links: vec![signed] };
        self.chains.insert(number, chain.clone());
        let processor =
            Invitation { supplier: to.public(), id: Nonce([5; 16]), addresses: vec!["/ip4/127.0.0.1/tcp/1".into()] };
        let notice = DelegationNotice { chain, processor, reference: "parcel 42".into() };
        let reply = self.say(Input::Message(&from.public(), ToPerson::Delegated(notice))).expect("no owner is asked");
        assert_eq!(reply.expect("every message is answered").refusal(), wanted.err(), "a notice");
        if wanted.is_ok() && self.machine.relationship(&names()[2]).is_none() {
            self.say(Input::MeetProcessor(&link)).expect("it waits for the owner's word");
            self.meet();
        }
    }

    fn meet(&mut self) {
        let (name, key, now) = (names()[2], &companies()[2], self.now());
        let met: Vec<_> = self.machine.to_meet(now).collect();
        assert_eq!(met.iter().map(|one| one.name).collect::<Vec<_>>(), [name]);
        let pairing =
            self.machine.proffer(&name, met[0].invitation.id, met[0].agreement, None, now).expect("proffered");
        let (supplier, person) = (key.public(), persons()[2].public());
        let accepted = Acceptance { supplier, person, pairing: pairing.id(), agreement: met[0].agreement, at: now };
        let (profile, accepted) = (sign(profile(supplier, "De Webwinkel BV"), key), sign(accepted, key));
        self.say(Input::Paired(&name, profile, accepted, &pairing)).expect("paired");
    }

    fn erased(&mut self, company: usize, grant: usize, wanted: Result<(), Refusal>) {
        let key = &companies()[company];
        let (supplier, person) = (key.public(), persons()[company].public());
        let (grant, fields) = (self.model.grants[grant].id, FIELDS.map(path).into());
        let receipt = ErasureReceipt { supplier, person, grant, revocation: None, fields, at: self.now() };
        let reply = self.say(Input::Message(&names()[company], ToPerson::Erased(sign(receipt, key))));
        let reply = reply.expect("no owner is asked").expect("every message is answered");
        let found = match reply {
            PersonReply::Noted => Ok(()),
            PersonReply::Refused(code) => Err(code),
            reply => panic!("{reply:?} to a receipt"),
        };
        assert_eq!(found, wanted, "a receipt of company {company}");
    }

    fn deliver(&mut self, company: usize, wanted: &[Pending]) {
        let (name, now) = (names()[company], self.now());
        self.say(Input::DropExpired(&name)).expect("no owner is asked");
        // The model knows no pauses: at this moment nothing is due that is under way.
        let found = self.machine.to_send(&name, Timestamp(0));
        assert_eq!(found.len(), wanted.len(), "{wanted:?} wait, and {found:?} is sent");
        for (outgoing, pending) in found.into_iter().zip(wanted) {
            let reply = match (&*outgoing.message, pending) {
                (ToSupplier::Disclose(disclosure), Pending::Told { request, answers, .. }) => {
                    self.same_answers(disclosure, *request, answers);
                    SupplierReply::Acknowledged(acknowledgement(company, disclosure, now))
                }
                (ToSupplier::Grant(grant), Pending::Grant(n)) if grant.id() == self.model.grants[*n].id => {
                    SupplierReply::Noted
                }
                (ToSupplier::Mandate(mandate), Pending::Mandate(n)) => {
                    assert_eq!(mandate.chain.links.last().map(Signed::id), Some(self.model.grants[*n].id));
                    SupplierReply::Noted
                }
                (ToSupplier::Revoke(signed), Pending::Revocation(n)) => {
                    let revocation = signed.clone().verify().expect("our own");
                    assert_eq!(revocation.grant, self.model.grants[*n].id);
                    SupplierReply::Noted
                }
                (message, pending) => panic!("{message:?} is sent in place of {pending:?}"),
            };
            self.say(Input::Replied(&name, outgoing.number, reply)).expect("no owner is asked");
        }
    }

    /// Another machine from the records must be the same one, and answer the same.
    fn restart(&mut self) {
        let mut again = fresh();
        self.records.iter().for_each(|record| again.restore(record).expect("our own record"));
        assert_eq!(self.shown(&again), self.shown(&self.machine), "after a restart");
        self.machine = again;
    }

    /// Gives the grants that a step made their real names.
    fn name(&mut self, known: usize) {
        let issued = std::mem::take(&mut self.issued);
        assert_eq!(issued.len(), self.model.grants.len() - known, "{issued:?} was issued");
        for (grant, (holder, id)) in self.model.grants[known..].iter_mut().zip(issued) {
            assert_eq!(grant.holder, holder);
            grant.id = id;
        }
    }

    fn say(&mut self, input: Input<'_>) -> Result<Option<PersonReply>, OwnerError> {
        let present = self.model.present.iter().map(|field| path(field));
        self.host.values = present.map(|field| (field, observed(&field.to_string()))).collect();
        let now = self.now();
        let done = self.machine.handle(input, now, &mut self.host);
        for record in std::mem::take(&mut self.host.records) {
            self.note(record);
        }
        self.host.hints.clear();
        done.map(|()| self.host.answer.take())
    }

    /// Every log goes on where it was, without a hole.
    fn note(&mut self, record: Record) {
        match &record {
            Record::Entry { log, index, bytes, .. } => {
                let known = self.logs.entry(*log).or_default();
                assert_eq!(*index, known.size(), "a hole in {log:?}");
                known.push(merkle::leaf(bytes));
            }
            Record::Grant { supplier, grant } => {
                let holder = usize::from(*supplier == names()[1]);
                self.issued.push((holder, grant.id()));
            }
            _ => {}
        }
        self.records.push(record);
    }

    fn same_answers(&self, disclosure: &Signed<Disclosure>, request: Option<usize>, wanted: &Answers) {
        let disclosure = disclosure.clone().verify().expect("signed by the node");
        assert_eq!(Disclosure::check(&disclosure), Ok(()), "the entry says the same");
        assert_eq!(disclosure.request, request.map(id));
        let said = |said: &Said| match said {
            Said::Value(n) => format!("value under {}", self.model.grants[*n].id),
            Said::Absent => "absent".into(),
            Said::Asked => "asked".into(),
            Said::Refused(code) => code.code().into(),
        };
        let wanted: BTreeMap<String, String> =
            wanted.iter().map(|(field, word)| ((*field).into(), said(word))).collect();
        let found: BTreeMap<String, String> =
            disclosure.answers.iter().map(|(path, answer)| (path.to_string(), in_words(answer))).collect();
        assert_eq!(found, wanted, "machine left, model right");
    }

    /// What the machine remembers, beside what the model says that it must.
    fn look(&self) {
        for (log, frontier) in &self.logs {
            let own = match log {
                Log::Personal => self.machine.personal_log(),
                Log::With(supplier) => self.machine.relationship(supplier).expect("paired").log(),
            };
            assert_eq!(own, frontier, "{log:?} is what was recorded");
        }
        for (number, name) in names().iter().enumerate() {
            let (known, relationship) = (&self.model.companies[number], self.machine.relationship(name));
            assert_eq!(known.is_some(), relationship.is_some());
            let (Some(known), Some(relationship)) = (known, relationship) else { continue };
            let waits: BTreeMap<Nonce, BTreeSet<String>> =
                relationship.waiting().map(|w| (w.id, w.fields.keys().map(ToString::to_string).collect())).collect();
            let wanted: BTreeMap<Nonce, BTreeSet<String>> = known
                .waiting
                .iter()
                .map(|(n, fields)| (id(*n), fields.iter().map(ToString::to_string).collect()))
                .collect();
            assert_eq!(waits, wanted, "what waits for the person");
            let has: BTreeMap<FieldPath, ObjectId> =
                relationship.knows().iter().map(|(field, known)| (*field, known.grant)).collect();
            let wanted = known.knows.iter().map(|(field, grant)| (path(field), self.model.grants[*grant].id)).collect();
            assert_eq!(has, wanted, "what company {number} has");
            assert_eq!(relationship.undelivered(), known.outbox.len(), "{:?}", known.outbox);
            for grant in relationship.grants() {
                let own = self.model.grants.iter().position(|own| own.id == grant.id()).expect("known to the model");
                let live = self.model.over(own, true).is_none();
                assert_eq!(self.machine.is_live(grant, self.now()), live, "grant {own}");
            }
        }
    }

    /// A machine in words, and its answers to a last request of each company for everything.
    fn shown(&self, machine: &Person) -> Vec<String> {
        machine
            .relationships()
            .map(|(key, r)| {
                let ids: Vec<(ObjectId, bool)> =
                    r.grants().map(|grant| (grant.id(), machine.is_live(grant, self.now()))).collect();
                let mandates: Vec<ObjectId> = r.mandates().map(|mandate| mandate.root().id()).collect();
                let waiting: Vec<_> = r.waiting().collect();
                format!("{key} {ids:?} {mandates:?} {waiting:?} {:?} {:?} {:?}", r.knows(), r.log(), r.outgoing())
            })
            .chain([format!("{:?} {:?} {}", machine.personal_log(), machine.policy(), machine.epoch())])
            .collect()
    }
}

fn id(number: usize) -> Nonce {
    let mut bytes = [0x33; 16];
    bytes[..8].copy_from_slice(&(number as u64).to_be_bytes());
    Nonce(bytes)
}

fn scope(grant: &Grant) -> Scope {
    Scope {
        fields: grant.fields.iter().map(|field| Selector::Field(path(field))).collect(),
        purposes: BTreeSet::from([grant.purpose.parse().expect("a purpose")]),
        access: grant.access,
        bounds: Bounds {
            per_hour: grant.per_hour,
            uses: grant.uses,
            not_before: Timestamp(grant.from),
            expires: Timestamp(grant.expires),
            retention: RETENTION,
            delegations: grant.delegations,
        },
    }
}

fn in_words(answer: &Answer) -> String {
    match answer {
        Answer::Value { grant, .. } => format!("value under {grant}"),
        Answer::Absent => "absent".into(),
        Answer::Asked => "asked".into(),
        Answer::Refused(code) => code.code().into(),
    }
}

fn acknowledgement(company: usize, disclosure: &Signed<Disclosure>, at: Timestamp) -> Signed<Acknowledgement> {
    let (key, person) = (&companies()[company], persons()[company].public());
    sign(Acknowledgement { supplier: key.public(), person, disclosure: disclosure.id(), at }, key)
}

impl StateMachineTest for Node {
    type SystemUnderTest = Self;
    type Reference = Steps;

    fn init_test(_: &Model) -> Self {
        Self::new()
    }

    fn apply(mut node: Self, _: &Model, step: Step) -> Self {
        node.step(&step);
        node
    }

    fn teardown(mut node: Self, _: Model) {
        node.restart();
    }
}

fn asks(company: usize, shown: Option<Pick>) -> Step {
    let request = Wanted {
        company,
        fields: 1,
        purpose: 0,
        access: 1,
        days: 1,
        delegations: u8::from(company == 0),
        shown,
        late: 0,
    };
    Step::Ask { request, lost: false }
}

/// What was used up must not come back because it was forgotten: a delegation whose answer was that there is no value
/// leaves nothing with the processor.
#[test]
fn a_used_up_delegation_stays_so_when_another_comes() {
    let delegate = |uses| Step::Delegate { above: Pick(0), fields: 1, uses, per_hour: 3 };
    let mut node = Node::new();
    for step in [
        Step::Pair { company: 0 },
        Step::Pair { company: 1 },
        Step::Change { fields: 1, present: false },
        asks(0, None),
        delegate(1),
        asks(2, Some(Pick(0))),
        delegate(2),
        asks(2, Some(Pick(1))),
        asks(2, Some(Pick(0))),
    ] {
        node.step(&step);
    }
    assert_eq!(node.model.over(1, true), Some(Refusal::UsedUp), "the script came to where it wanted to");
}

/// A model that is never asked the hard questions agrees with everything.
#[test]
fn the_steps_come_to_every_kind_of_answer() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut seen, strategy) = (BTreeMap::new(), Steps::sequential_strategy(40..60));
    for _ in 0..200 {
        let (mut model, steps, _) = strategy.new_tree(&mut runner).expect("steps").current();
        for step in &steps {
            if let Came::Asked(_, answer) = follow(&mut model, step) {
                let kinds: Vec<String> = match answer {
                    Ok(answers) => answers.values().map(kind).collect(),
                    Err(code) => vec![format!("whole: {}", code.code())],
                };
                kinds.into_iter().for_each(|kind| *seen.entry(kind).or_insert(0u32) += 1);
            }
        }
    }
    let fields = ["asked", "absent", "value", "not_granted", "outside_agreement", "revoked", "rate_limited"];
    let whole = ["not_paired", "paused", "clock_skew", "replayed", "wrong_audience", "expired", "used_up", "revoked"];
    for kind in fields.map(str::to_owned).into_iter().chain(whole.map(|code| format!("whole: {code}"))) {
        assert!(seen.get(&kind).is_some_and(|times| *times >= 3), "hardly ever {kind}: {seen:?}");
    }
}

fn kind(said: &Said) -> String {
    match said {
        Said::Value(_) => "value".into(),
        Said::Absent => "absent".into(),
        Said::Asked => "asked".into(),
        Said::Refused(code) => code.code().into(),
    }
}

prop_state_machine! {
    #![proptest_config(cases(200))]

    #[test]
    fn the_machine_answers_as_the_plain_model_does(sequential 1..60 => Node);
}
