//! Random scripts against the person machine: nothing leaves without a live grant, nothing after a revocation,
//! the log only grows, and the records give the same node back.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{prelude::*, strategy::ValueTree as _};
use regie_protocol::{
    Access, Acknowledgement, Chain, DataRequest, Days, ErasureReceipt, FieldPath, Invitation, Keypair, Nonce, ObjectId,
    Person, Policy, PublicKey, Purpose, Refusal, Timestamp, Verified,
    disclosure::Answer,
    message::{DelegationNotice, PersonReply, SupplierReply, ToPerson, ToSupplier},
    person::{Input, NewGrant, Record},
};

use crate::{
    cases,
    fixtures::{grant, link, observed, person, processor, request, scope_below, selectors, supplier},
    script::{Action, Shown, action},
    world::{Known, World, companies, names, persons, replay},
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

fn fields(mask: u8) -> Vec<&'static str> {
    FIELDS.into_iter().enumerate().filter(|(bit, _)| mask >> bit & 1 == 1).map(|(_, name)| name).collect()
}

impl World {
    fn act(&mut self, action: &Action) {
        match action {
            Action::Ask { company, fields: mask, purpose, access, shown } => {
                self.ask(*company, &fields(*mask), PURPOSES[*purpose], ACCESS[*access], shown.as_ref());
            }
            Action::AskAgain(_) if self.asked.is_empty() => {}
            Action::AskAgain(index) => self.send(index.index(self.asked.len()), None),
            Action::Grant { company, fields: mask, access, days, retention } => {
                let new = NewGrant {
                    supplier: names()[*company],
                    fields: selectors(&fields(*mask)),
                    purposes: BTreeSet::from([Purpose::RequestedServiceProvision]),
                    access: ACCESS[*access],
                    duration: Days(*days),
                    retention: Days(*retention),
                };
                let sound = !new.fields.is_empty() && (1..=1830).contains(days) && *retention <= 3660;
                let done = self.say(Input::Grant(&new), None);
                assert_eq!(done.is_ok(), sound, "{new:?}");
            }
            Action::Allow(index) => self.allow(*index),
            Action::Refuse(index) => {
                let _ = self.waiting(*index).map(|id| self.say(Input::Refuse(&id), None));
            }
            Action::Revoke { grant, erase } => self.revoke(*grant, *erase),
            Action::Change { fields: mask, present } => self.change(&fields(*mask), *present),
            Action::Policy(preset) => {
                let policy = Policy::preset(PRESETS[*preset]).expect("a preset");
                self.say(Input::SetPolicy(policy), None).expect("a policy of ours");
            }
            Action::Wait(ms) => {
                self.now += ms;
                self.say(Input::Tick, None).expect("no owner is asked");
            }
            Action::Deliver { company, lost } => self.deliver(*company, *lost),
            Action::Restart => self.machine = replay(&self.records),
            Action::Restored => {
                self.ended.extend(self.known.values().map(|known| known.root));
                self.say(Input::Restored, None).expect("restored");
            }
        }
        self.look();
    }

    fn ask(&mut self, company: usize, names: &[&str], purpose: Purpose, access: Access, shown: Option<&Shown>) {
        // A chain is shown over the line that was made for it.
        let company = if shown.is_some() && company == 1 { 2 } else { company };
        let key = &companies()[company];
        let chain = shown.map(|shown| self.chain(key, shown));
        if let (2, Some(chain)) = (company, &chain) {
            self.hand_on(chain.clone());
        }
        let mut entropy = self.entropy();
        let request = DataRequest {
            id: entropy.nonce(),
            supplier: key.public(),
            person: persons()[company].public(),
            at: self.time(),
            fields: names.iter().map(|name| name.parse().expect("a path")).collect(),
            purpose,
            access,
            duration: Days(2),
            chains: chain.into_iter().collect(),
            ..request()
        };
        let message = ToPerson::Request(Verified::sign(request, key).expect("signed").signed().clone());
        self.asked.push((company, message));
        self.send(self.asked.len() - 1, Some(purpose));
    }

    /// The supplier tells of what it made; a chain that does not hold is refused.
    fn hand_on(&mut self, chain: Chain) {
        let processor = Invitation {
            supplier: processor().public(),
            id: Nonce([5; 16]),
            addresses: vec!["/ip4/127.0.0.1/tcp/1".into()],
        };
        let notice = DelegationNotice { chain, processor, reference: "parcel 42".into() };
        let said = self.say(Input::Message(&names()[0], ToPerson::Delegated(notice)), None);
        assert!(matches!(said, Ok(Some(PersonReply::Noted | PersonReply::Refused(_)))), "{said:?}");
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
            let holder = if to.public() == processor().public() { names()[2] } else { to.public() };
            let known = Known { holder, root: root.id(), scope, uses: 0 };
            self.known.entry(link.id()).or_insert(known);
        }
        Chain { grant: root.signed().clone(), links: vec![link.signed().clone()] }
    }

    fn send(&mut self, number: usize, purpose: Option<Purpose>) {
        let (company, message) = self.asked[number].clone();
        let reply = self.say(Input::Message(&names()[company], message), purpose);
        let reply = reply.expect("no owner is asked").expect("every message is answered");
        if matches!(reply, PersonReply::Answer(_)) {
            assert!(self.answered.insert(number), "a request was answered twice");
        }
    }

    fn waiting(&self, index: prop::sample::Index) -> Option<Nonce> {
        let ids: Vec<Nonce> = self.machine.relationships().flat_map(|(_, r)| r.waiting().map(|w| w.id)).collect();
        (!ids.is_empty()).then(|| *index.get(&ids))
    }

    /// Yes to all of it; one time in three to some.
    fn allow(&mut self, index: prop::sample::Index) {
        let Some(id) = self.waiting(index) else { return };
        let only = (index.index(3) == 0).then(|| u8::try_from(index.index(255)).unwrap_or(u8::MAX));
        let only = only.map(|mask| fields(mask).iter().map(|name| name.parse().expect("a field")).collect());
        // A relationship may be full of grants, and what was chosen may not be asked for.
        let _ = self.say(Input::Allow(&id, only.as_ref()), None);
    }

    fn revoke(&mut self, index: prop::sample::Index, erase: bool) {
        let roots: Vec<ObjectId> =
            self.known.iter().filter(|(id, known)| **id == known.root).map(|(id, _)| *id).collect();
        let id = *index.get(&roots);
        let open = self.ended.insert(id);
        let done = self.say(Input::Revoke(&id, erase), None);
        assert_eq!(done.is_ok(), open, "a grant can be revoked once");
    }

    fn change(&mut self, names: &[&str], present: bool) {
        let changed: BTreeMap<FieldPath, bool> = names.iter().map(|n| (n.parse().expect("a field"), present)).collect();
        for field in changed.keys() {
            if present {
                self.host.values.insert(*field, observed(&format!("{field} at {}", self.now)));
            } else {
                self.host.values.remove(field);
            }
        }
        self.say(Input::FieldChanged(&changed), None).expect("told");
    }

    fn deliver(&mut self, company: usize, lost: bool) {
        let (name, now) = (names()[company], self.time());
        for outgoing in self.machine.to_send(&name, now) {
            if lost {
                self.machine.connection_lost(&name);
                return;
            }
            let reply = answer(&outgoing.message, company, self.time());
            self.say(Input::Replied(&name, outgoing.number, reply), None).expect("no owner is asked");
        }
    }

    /// What an onlooker sees of a node that is asked for everything: records and replies.
    fn probe(&self, machine: Person) -> Vec<String> {
        let mut world = Self { machine, asked: Vec::new(), answered: BTreeSet::new(), ..Self::new() };
        (world.now, world.host.drawn, world.host.values) = (self.now + 1, 1_000_000, self.host.values.clone());
        let mut seen = Vec::new();
        for (number, company) in companies().iter().enumerate() {
            let (now, mut entropy) = (world.time(), world.entropy());
            let request = DataRequest {
                id: entropy.nonce(),
                supplier: company.public(),
                person: persons()[number].public(),
                at: now,
                fields: FIELDS.iter().map(|name| name.parse().expect("a path")).collect(),
                ..request()
            };
            let message = ToPerson::Request(Verified::sign(request, company).expect("signed").signed().clone());
            seen.push(world.watched(&names()[number], message));
            for (_, message) in &self.asked {
                seen.push(world.watched(&names()[number], message.clone()));
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

    /// Everything that the machine says to a message, in words.
    fn watched(&mut self, company: &PublicKey, message: ToPerson) -> String {
        let now = self.time();
        self.machine.handle(Input::Message(company, message), now, &mut self.host).expect("no owner is asked");
        let (records, hints) = (std::mem::take(&mut self.host.records), std::mem::take(&mut self.host.hints));
        format!("{records:?} {hints:?} {:?}", self.host.answer.take())
    }
}

/// What a dutiful companion answers.
fn answer(message: &ToSupplier, company: usize, now: Timestamp) -> SupplierReply {
    let key = &companies()[company];
    let (supplier, person) = (key.public(), persons()[company].public());
    match message {
        ToSupplier::Disclose(disclosure) => {
            let ack = Acknowledgement { supplier, person, disclosure: disclosure.id(), at: now };
            SupplierReply::Acknowledged(Verified::sign(ack, key).expect("signed").signed().clone())
        }
        ToSupplier::Revoke(signed) => {
            let revocation = signed.clone().verify().expect("the person's");
            if !revocation.erase {
                return SupplierReply::Noted;
            }
            let (grant, revocation) = (revocation.grant, revocation.id());
            let receipt = ErasureReceipt {
                supplier,
                person,
                grant,
                revocation: Some(revocation),
                fields: BTreeSet::new(),
                at: now,
            };
            SupplierReply::Erased(Verified::sign(receipt, key).expect("signed").signed().clone())
        }
        _ => SupplierReply::Noted,
    }
}

proptest! {
    #![proptest_config(cases(80))]

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

/// Found by the property above: a processor's answer waits in the processor's own outbox.
#[test]
fn a_revocation_empties_the_outbox_of_a_delegate_too() {
    let mut world = World::new();
    let shown = Some(Shown { uses: 1, read_once: false, street_only: false, wrong: false });
    world.act(&Action::Ask { company: 1, fields: 1, purpose: 0, access: 1, shown });
    let waiting = |world: &World| -> Vec<ToSupplier> {
        let outgoing = world.machine.relationship(&names()[2]).expect("paired").outgoing();
        outgoing.into_iter().map(|outgoing| outgoing.message.into_inner()).collect()
    };
    assert!(
        matches!(&waiting(&world)[..], [ToSupplier::Mandate(_), ToSupplier::Disclose(_)]),
        "the answer is not acknowledged yet"
    );
    let root = *world.known.values().map(|known| &known.root).next().expect("the first grant");
    world.say(Input::Revoke(&root, false), None).expect("revoked");
    assert!(matches!(&waiting(&world)[..], [ToSupplier::Revoke(_)]), "the answer is gone, and the processor is told");
}

#[test]
fn scripts_reach_every_kind_of_answer() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    let strategy = proptest::collection::vec(action(), 30);
    for _ in 0..20 {
        let mut world = World::new();
        for action in strategy.new_tree(&mut runner).expect("a script").current() {
            world.act(&action);
        }
        for record in &world.records {
            if let Record::Outgoing { message: ToSupplier::Disclose(signed), .. } = record {
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
