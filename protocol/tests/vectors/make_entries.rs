//! An entry of a log for each event. In: nothing. Out: the same every time.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    Agreement, Collection, FieldPath, Nonce, ObjectId, Refusal, Timestamp,
    act::ActKind,
    audit::{self, Committed, Entry, Event},
    departure::BY_RULE,
    merkle::{self, Hash},
    standing::{Contradiction, Standing},
};

use crate::fixtures::{NOW, cid, observed, person, processor, supplier};

fn named(what: &str) -> ObjectId {
    cid(what.as_bytes()).parse().expect("an id")
}

fn field(name: &str) -> FieldPath {
    name.parse().expect("a field")
}

pub fn entries() -> Vec<Entry> {
    let hour = Timestamp(NOW).hour();
    let shared = of_a_relationship().into_iter().map(|event| (hour, event));
    let own = of_the_person().into_iter().map(|event| (Timestamp(NOW), event));
    let salted = |(number, (at, event)): (usize, (Timestamp, Event))| {
        let number = u8::try_from(number).expect("few");
        Entry { at, salt: Nonce([0x90 + number; 16]), event }
    };
    shared.chain(own).enumerate().map(salted).collect()
}

fn answered() -> Event {
    let commitment = audit::commit(&Nonce([0x55; 16]), &observed("Anna Bakker")).expect("commits");
    let grant = named("a grant");
    Event::Answered {
        request: Some(Nonce([0x33; 16])),
        released: BTreeMap::from([(field("name.full"), Committed { grant, commitment })]),
        absent: BTreeSet::from([field("address.region")]),
        asked: BTreeMap::from([("income.annual".parse().expect("a path"), BY_RULE.into())]),
        refused: BTreeMap::from([("no.such".parse().expect("a path"), Refusal::UnknownField)]),
    }
}

fn of_a_relationship() -> Vec<Event> {
    let grant = named("a grant");
    let since = Timestamp(NOW).hour();
    let mut events = vec![
        Event::Paired { agreement: Agreement::SdBase },
        Event::Granted { grant, rule: BY_RULE.into() },
        answered(),
        Event::Identified { standing: Standing::None },
        Event::Identified { standing: Standing::Claimed },
        Event::Identified { standing: Standing::Proven { since } },
        Event::Identified { standing: Standing::Contradicted { since, by: Contradiction::OtherKey } },
        Event::Identified { standing: Standing::Contradicted { since, by: Contradiction::Revoked } },
        Event::Identified { standing: Standing::Contradicted { since, by: Contradiction::OtherDomain } },
        Event::Vouched { vouched: true },
        Event::ProfileRenewed { profile: named("a profile") },
        Event::KeyRotated { key: supplier().public() },
        Event::KeyRenewed { key: person().public() },
        Event::Paused { paused: true },
        Event::Delivered { disclosure: named("a disclosure") },
        Event::Rejected { code: Refusal::BadSignature },
        Event::RejectedMore { count: 290 },
        Event::Delegated { delegation: named("a delegation"), grant, processor: processor().public() },
        Event::Received { item: named("an item"), collection: Collection::MeterReadings },
        Event::Revoked { grant, erase: true },
        Event::ActReceived { act: named("an act"), receipt: named("a receipt") },
        Event::ActRefused { act: named("an act"), code: Refusal::TooManyActs },
        Event::ActAnswered { act: named("an act"), answer: named("an answer") },
        Event::Erased { grant, receipt: named("a receipt") },
        Event::Belonged { segment: named("a segment"), member: true },
        Event::CountedIn { segment: named("a segment"), epsilon: 1_000 },
    ];
    events.extend(ActKind::ALL.iter().map(|kind| Event::Acted { act: named("an act"), kind: *kind }));
    events
}

fn of_the_person() -> Vec<Event> {
    let (intent, supplier) = (named("an intent"), supplier().public());
    let hash = |text: &str| -> Hash { merkle::leaf(text.as_bytes()) };
    vec![
        Event::Cast { intent },
        Event::Closed { intent, offer: None },
        Event::Closed { intent, offer: Some((named("an offer"), supplier)) },
        Event::AskedBy {
            supplier,
            index: 2,
            rules: BTreeMap::from([("income.annual".parse().expect("a path"), "ask me first".into())]),
        },
        Event::FieldChanged { field: field("name.full"), present: true },
        Event::PolicyChanged { policy: hash("a policy") },
        Event::Restored { epoch: 1 },
        Event::Of { supplier, index: 2, leaf: hash("an entry") },
        Event::LetterSent {
            to: Nonce([7; 16]),
            about: "access".into(),
            fields: BTreeSet::from([field("email"), field("name.full")]),
        },
        Event::Left {},
        Event::Arrived {},
    ]
}
