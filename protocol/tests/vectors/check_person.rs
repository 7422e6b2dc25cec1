//! Runs cases that a person's node decides: its state is rebuilt from the case, earlier messages are taken, then
//! the case's own. In: a file and a case. Out: what came of it.

use regie_protocol::{
    Chain, Grant, ObjectId, Observed, Person, Profile, Provenance, PublicKey, Timestamp,
    disclosure::Answer,
    message::{self, PersonReply, ToPerson, ToSupplier},
    person::{Input, Record, StoredMandate, StoredRelationship},
    standing::Identified,
};

use crate::{
    check::{Found, as_step, frame, key, own, replay, sound, used, value},
    format::{Case, File, PersonState, RelationshipState, SignedHex, Step, unhex},
    memory::Memory,
};

struct Node<'a> {
    state: &'a PersonState,
    machine: Person,
    host: Memory,
}

pub fn message(file: &File, case: &Case, message: &str) -> Found {
    let mut node = Node::new(&file.persons[&case.state]);
    for step in &case.before {
        for _ in 0..step.times {
            let found = node.take(step);
            assert_eq!(found.code, step.expect, "{}: a step before it", case.name);
        }
    }
    if case.restart {
        node.restart();
    }
    if case.forget {
        let now = Timestamp(case.now.expect("a time"));
        node.machine.handle(Input::Tick, now, &mut node.host).expect("no owner is asked");
    }
    let mut found = node.take(&as_step(case, message));
    if found.code == "ok" {
        found.id = Some(ObjectId::of(&own(case).body.bytes()).to_string());
    }
    if let Some(relationship) = node.machine.relationship(&key(&case.from)) {
        found.undelivered = Some(relationship.undelivered());
        found.log_size = Some(relationship.log().size());
    }
    found
}

impl<'a> Node<'a> {
    fn new(state: &'a PersonState) -> Self {
        let observed =
            |text: &String| Observed { value: value(text), provenance: Provenance::Typed, observed: Timestamp(0) };
        let values = state.values.iter().map(|(path, text)| (path.parse().expect("a field"), observed(text)));
        let records = state.relationships.iter().flat_map(relationship);
        let revoked = state.revocations.iter().map(|revocation| Record::Revoked { revocation: sound(revocation) });
        let uses = state.used.iter().map(|uses| {
            let grant = uses.id.parse().expect("an id");
            Record::Used { grant, used: used(uses) }
        });
        let mut host = Memory::new(0);
        host.values.extend(values);
        host.records.extend(records.chain(revoked).chain(uses));
        let mut node = Self { state, machine: replay([0; 32], "careful", &[]), host };
        node.restart();
        node
    }

    fn restart(&mut self) {
        let seed = unhex(&self.state.seed).try_into().expect("32 bytes");
        self.machine = replay(seed, &self.state.policy, &self.host.records);
    }

    fn take(&mut self, step: &Step) -> Found {
        let signed = SignedHex { body: step.body.clone(), signature: step.signature.clone() };
        let message = match message::read::<ToPerson>(&frame(&step.message, &signed)) {
            Ok(message) => message,
            Err(code) => return code.into(),
        };
        let input = Input::Message(&key(&step.from), message);
        self.machine.handle(input, Timestamp(step.now), &mut self.host).expect("no owner is asked");
        let reply = self.host.answer.take().expect("every message is answered");
        if let Some(code) = reply.refusal() {
            return code.into();
        }
        match reply {
            // Its pieces come by messages of their own.
            PersonReply::Noted | PersonReply::Wanted(_) => Found { code: "ok".into(), ..Found::default() },
            PersonReply::Answer(disclosure) => {
                let disclosure = disclosure.verify().expect("an answer that verifies");
                let answers = disclosure.answers.iter().map(|(path, answer)| (path.to_string(), named(answer)));
                Found { code: "ok".into(), answers: Some(answers.collect()), ..Found::default() }
            }
            other => panic!("an unexpected reply {other:?}"),
        }
    }
}

/// A chain that the node brought.
fn mandate(processor: PublicKey, chain: &[SignedHex]) -> Record {
    let from = sound::<Grant>(&chain[0]).verify().expect("a grant that verifies").audience;
    let chain = Chain { grant: sound(&chain[0]), links: chain[1..].iter().map(sound).collect() };
    let mandate =
        StoredMandate { from, chain, invitation: None, reference: String::new(), at: Timestamp(0), waits: false };
    Record::Mandate { processor, mandate }
}

fn named(answer: &Answer) -> String {
    match answer {
        Answer::Value { .. } => "value".into(),
        Answer::Absent => "absent".into(),
        Answer::Asked => "asked".into(),
        Answer::Refused(code) => code.code().into(),
    }
}

fn relationship(state: &RelationshipState) -> Vec<Record> {
    let profile = sound::<Profile>(&state.profile);
    let supplier = profile.clone().verify().expect("a profile that verifies").supplier;
    let agreement = state.agreement.parse().expect("an agreement");
    let stored = StoredRelationship {
        profile,
        generation: 0,
        renewals: 0,
        ahead: 0,
        agreement,
        paused: state.paused,
        since: Timestamp(0),
        agreed: None,
        introduced_by: None,
        at_once: false,
        lineage: None,
        removed: None,
        entered: None,
    };
    // The states of the vectors are of suppliers that the person vouched for.
    let identified = Identified { vouched: Some(Timestamp(0)), ..Identified::new(Timestamp(0)) };
    let mut records = vec![Record::Relationship { supplier, stored }, Record::Identified { supplier, identified }];
    records.extend(state.grants.iter().map(|grant| Record::Grant { supplier, grant: sound(grant) }));
    records.extend(state.mandates.iter().map(|chain| mandate(supplier, chain)));
    let fields = state.withdrawn.iter().map(|path| path.parse().expect("a field")).collect();
    records.push(Record::Withdrawn { supplier, fields });
    records.extend((0..).zip(&state.outbox).map(|(number, disclosure)| Record::Outgoing {
        supplier,
        number,
        size: 0,
        message: ToSupplier::Disclose(sound(disclosure)),
    }));
    records
}
