//! Cases of what is volunteered: intents, withdrawals, offers, take-ups, segments, memberships, count reports. Each is
//! checked by itself: form, signature, bounds; what a board or node makes of it the machines' tests tell.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    Access, Days, Invitation, Keypair, Nonce, Object, ObjectId, Purpose, RootSeed, Signed, Timestamp,
    intent::{Intent, Needs, Offer, TakeUp, Withdrawal},
    limits,
    segment::{CountReport, Membership, Predicate, Segment},
    tally::{HelperCard, HelperSecret, Tally, TallyReport},
};

use crate::{
    fixtures::{
        DAY, NOW, SEED,
        cbor::{Cbor, bytes, text},
        cid, other_person, person, processor, selectors, stranger, supplier, tree,
    },
    format::{Case, File, SignedHex},
    forms::{Sample, named, nonce, signed, signed_value},
};

/// The end of the day that is two weeks after `NOW`.
pub const END: u64 = (NOW / DAY + 15) * DAY;

pub fn files() -> Vec<File> {
    vec![
        intents(),
        withdrawals(),
        offers(),
        take_ups(),
        segments(),
        memberships(),
        count_reports(),
        helpers(),
        tally_reports(),
    ]
}

pub fn intent_key() -> Keypair {
    RootSeed::from_entropy(SEED).intent_key(&Nonce([0x71; 16]))
}

pub fn intent() -> Intent {
    Intent {
        key: intent_key().public(),
        board: processor().public(),
        addresses: vec!["/ip4/127.0.0.1/tcp/7481".into()],
        category: "energy.contract".parse().expect("a category"),
        wish: "green, from January".into(),
        details: BTreeMap::from([("persons".into(), "3".into())]),
        budget: Some("150.00EUR/month".parse().expect("a price")),
        expires: Timestamp(END),
        per_supplier: 2,
    }
}

pub fn offer() -> Offer {
    Offer {
        id: Nonce([0x72; 16]),
        supplier: supplier().public(),
        name: "Stroom BV".into(),
        intent: ObjectId::of(&tree(&intent()).write()),
        title: "Green power".into(),
        price: Some("99.00EUR/month".parse().expect("a price")),
        terms: BTreeMap::new(),
        needs: Needs {
            fields: selectors(&["name.full"]),
            purpose: Purpose::RequestedServiceProvision,
            access: Access::Read,
            duration: Days(90),
            retention: Days(90),
        },
        invitation: Invitation {
            supplier: supplier().public(),
            id: Nonce([0x73; 16]),
            addresses: vec!["/ip4/127.0.0.1/tcp/7481".into()],
        },
        expires: Timestamp(END),
    }
}

pub fn segment() -> Segment {
    Segment {
        supplier: supplier().public(),
        id: Nonce([0x74; 16]),
        name: "Small households".into(),
        words: "A tariff for two".into(),
        predicate: Predicate::All(vec![
            Predicate::Number { field: field("household.size"), least: Some(1), most: Some(2) },
            Predicate::Not(Box::new(Predicate::Begins { field: field("address.postalCode"), with: "99".into() })),
        ]),
        about: None,
        purpose: Purpose::RequestedServiceProvision,
        retention: Days(90),
        membership: true,
        epsilon: Some(1_000),
        tally: None,
        expires: Timestamp(END),
    }
}

fn field(text: &str) -> regie_protocol::FieldPath {
    text.parse().expect("a field")
}

fn intents() -> File {
    let key = intent_key();
    let sample = Sample {
        tree: tree(&intent()),
        key: &key,
        signer: "key",
        time: "expires",
        tampers: vec![
            ("key", bytes(stranger().public().as_bytes())),
            ("board", bytes(stranger().public().as_bytes())),
            ("addresses", Cbor::Array(vec![text("/ip4/127.0.0.1/tcp/1")])),
            ("category", text("energy.gas")),
            ("wish", text("grey")),
            ("details", Cbor::Map(Vec::new())),
            ("budget", Cbor::Null),
            ("expires", Cbor::Uint(END + DAY)),
            ("per_supplier", Cbor::Uint(3)),
        ],
        case: &|object| bare(object, "13", &key),
    };
    let mut cases = sample.cases();
    let out = |name: &str, about: &str, intent: Intent| bounds(name, about, "13", &intent, &key);
    cases.extend([
        out("no address", "nobody could send an offer", Intent { addresses: Vec::new(), ..intent() }),
        out(
            "an hour",
            "an end within a day would show when it was cast",
            Intent { expires: Timestamp(END - 1), ..intent() },
        ),
        out("no offers", "at least one offer of each", Intent { per_supplier: 0, ..intent() }),
        out("many offers", "more of one supplier than the bound", Intent { per_supplier: 9, ..intent() }),
        out("two lines", "a wish is one line", Intent { wish: "a\nb".into(), ..intent() }),
        out(
            "a capital",
            "names of details are small letters",
            Intent { details: BTreeMap::from([("A".into(), "1".into())]), ..intent() },
        ),
    ]);
    file::<Intent>("intent", "What a person wants, under a key made for it. Checked by itself.", cases)
}

fn withdrawals() -> File {
    let key = intent_key();
    let withdrawal =
        Withdrawal { key: key.public(), intent: ObjectId::of(&tree(&intent()).write()), expires: Timestamp(END) };
    let sample = Sample {
        tree: tree(&withdrawal),
        key: &key,
        signer: "key",
        time: "expires",
        tampers: vec![
            ("key", bytes(stranger().public().as_bytes())),
            ("intent", text(&cid(b"another intent"))),
            ("expires", Cbor::Uint(END + 1)),
        ],
        case: &|object| bare(object, "13", &key),
    };
    file::<Withdrawal>("withdrawal", "No more offers. Checked by itself.", sample.cases())
}

fn offers() -> File {
    let key = supplier();
    let sample = Sample {
        tree: tree(&offer()),
        key: &key,
        signer: "supplier",
        time: "expires",
        tampers: vec![
            ("id", nonce(0x75)),
            ("supplier", bytes(stranger().public().as_bytes())),
            ("name", text("Gas BV")),
            ("intent", text(&cid(b"another intent"))),
            ("title", text("Grey power")),
            ("price/amount", Cbor::Uint(1)),
            ("terms", Cbor::Map(vec![(text("persons"), text("3"))])),
            ("needs/retention", Cbor::Uint(1)),
            ("invitation/id", nonce(0x76)),
            ("expires", Cbor::Uint(END + 1)),
        ],
        case: &|object| bare(object, "13", &key),
    };
    let mut cases = sample.cases();
    let out = |name: &str, about: &str, offer: Offer| bounds(name, about, "13", &offer, &key);
    let needs = |change: fn(&mut Needs)| {
        let mut offer = offer();
        change(&mut offer.needs);
        offer
    };
    cases.extend([
        out("no title", "it offers nothing", Offer { title: " ".into(), ..offer() }),
        out(
            "another's invitation",
            "it would lead to somebody else",
            Offer { invitation: Invitation { supplier: stranger().public(), ..offer().invitation }, ..offer() },
        ),
        out("a day of none", "a grant lives at least a day", needs(|needs| needs.duration = Days(0))),
        out(
            "to write",
            "an offer needs fields, and opens no collection",
            needs(|needs| needs.access = Access::Write(regie_protocol::Collection::Bills)),
        ),
    ]);
    file::<Offer>("offer", "A supplier's answer to an intent. Checked by itself.", cases)
}

fn take_ups() -> File {
    let key = person();
    let taken = TakeUp {
        person: key.public(),
        supplier: supplier().public(),
        offer: ObjectId::of(&tree(&offer()).write()),
        at: Timestamp(NOW),
    };
    let sample = Sample {
        tree: tree(&taken),
        key: &key,
        signer: "person",
        time: "at",
        tampers: vec![
            ("person", bytes(other_person().public().as_bytes())),
            ("supplier", bytes(stranger().public().as_bytes())),
            ("offer", text(&cid(b"another offer"))),
            ("at", Cbor::Uint(NOW + 1)),
        ],
        case: &|object| bare(object, "13", &key),
    };
    file::<TakeUp>("take-up", "The person's word that takes an offer up. Checked by itself.", sample.cases())
}

fn segments() -> File {
    let key = supplier();
    let sample = Sample {
        tree: tree(&segment()),
        key: &key,
        signer: "supplier",
        time: "expires",
        tampers: vec![
            ("id", nonce(0x77)),
            ("supplier", bytes(stranger().public().as_bytes())),
            ("name", text("Large households")),
            ("words", text("Nothing")),
            ("predicate", Cbor::Map(vec![(text("has"), text("email"))])),
            ("purpose", text("CustomerCare")),
            ("retention", Cbor::Uint(91)),
            ("membership", Cbor::Bool(false)),
            ("epsilon", Cbor::Null),
            ("expires", Cbor::Uint(END + 1)),
        ],
        case: &|object| bare(object, "12", &key),
    };
    let mut cases = sample.cases();
    let out = |name: &str, about: &str, segment: Segment| bounds(name, about, "12", &segment, &key);
    let deep =
        (0..limits::SEGMENT_DEPTH).fold(Predicate::Has(field("email")), |inner, _| Predicate::Not(Box::new(inner)));
    let wide = Predicate::Any(vec![Predicate::Has(field("email")); limits::SEGMENT_CLAUSES]);
    let none = Predicate::Is { field: field("email"), values: BTreeSet::new() };
    cases.extend([
        out("too deep", "one level more than the bound", Segment { predicate: deep, ..segment() }),
        out("too wide", "one clause more than the bound", Segment { predicate: wide, ..segment() }),
        out("one of none", "nobody could belong", Segment { predicate: none, ..segment() }),
        out("no epsilon", "an answer with epsilon 0 tells nothing at all", Segment { epsilon: Some(0), ..segment() }),
        out("much epsilon", "more than one supplier may spend", Segment { epsilon: Some(2_001), ..segment() }),
        named(
            bare(signed(&without_helper(), &key), "12", &key),
            "a helper of null",
            "the key `tally` is missing where there is none",
            "malformed",
        ),
        named(
            bare(signed_value(&Segment { tally: tally(10, &processor()), ..segment() }, &key), "12", &key),
            "with a helper",
            "counted by a second company",
            "ok",
        ),
        named(
            bare(signed_value(&Segment { about: "energy.contract".parse().ok(), ..segment() }, &key), "12", &key),
            "about energy",
            "the kind of thing that it is about, as an intent names it",
            "ok",
        ),
        named(
            bare(signed_value(&Segment { about: "travel.trains".parse().ok(), ..segment() }, &key), "12", &key),
            "about something else",
            "a code that the catalogue does not have is taken as it is",
            "ok",
        ),
        out("few", "a helper sums no fewer than ten", Segment { tally: tally(9, &processor()), ..segment() }),
        out("its own helper", "nobody helps themselves", Segment { tally: tally(10, &key), ..segment() }),
        out(
            "a helper and no epsilon",
            "an answer is randomised before it is cut",
            Segment { tally: tally(10, &processor()), epsilon: None, ..segment() },
        ),
        out("no answer", "neither belonging nor counting", Segment { membership: false, epsilon: None, ..segment() }),
    ]);
    file::<Segment>("segment", "A pattern that a supplier publishes. Checked by itself.", cases)
}

fn without_helper() -> Cbor {
    let mut tree = tree(&segment());
    tree.at("1").entries().push((text("tally"), Cbor::Null));
    tree.at("1").sort_keys();
    tree
}

fn memberships() -> File {
    let key = person();
    let membership = Membership {
        person: key.public(),
        supplier: supplier().public(),
        segment: ObjectId::of(&tree(&segment()).write()),
        member: true,
        at: Timestamp(NOW),
        until: Timestamp(END),
    };
    let sample = Sample {
        tree: tree(&membership),
        key: &key,
        signer: "person",
        time: "at",
        tampers: vec![
            ("person", bytes(other_person().public().as_bytes())),
            ("supplier", bytes(stranger().public().as_bytes())),
            ("segment", text(&cid(b"another segment"))),
            ("member", Cbor::Bool(false)),
            ("at", Cbor::Uint(NOW + 1)),
            ("until", Cbor::Uint(END + 1)),
        ],
        case: &|object| bare(object, "12", &key),
    };
    file::<Membership>("membership", "A person says that they belong. Checked by itself.", sample.cases())
}

fn count_reports() -> File {
    let key = person();
    let report = CountReport {
        person: key.public(),
        supplier: supplier().public(),
        segment: ObjectId::of(&tree(&segment()).write()),
        answer: true,
        epsilon: 1_000,
    };
    let sample = Sample {
        tree: tree(&report),
        key: &key,
        signer: "person",
        time: "epsilon",
        tampers: vec![
            ("person", bytes(other_person().public().as_bytes())),
            ("supplier", bytes(stranger().public().as_bytes())),
            ("segment", text(&cid(b"another segment"))),
            ("answer", Cbor::Bool(false)),
            ("epsilon", Cbor::Uint(1_001)),
        ],
        case: &|object| bare(object, "12", &key),
    };
    file::<CountReport>("count-report", "A randomised answer. Checked by itself.", sample.cases())
}

fn tally(least: u32, helper: &Keypair) -> Option<Tally> {
    Some(Tally { helper: helper_card(helper), least })
}

pub fn helper_card(by: &Keypair) -> Signed<HelperCard> {
    HelperSecret::of(by).card(by, "Telbureau").expect("signed")
}

fn helpers() -> File {
    let key = processor();
    let sample = Sample {
        tree: tree(&helper_card(&key).verify().expect("holds").into_value()),
        key: &key,
        signer: "helper",
        time: "name",
        tampers: vec![
            ("helper", bytes(stranger().public().as_bytes())),
            ("name", text("Telburo")),
            ("seal", bytes(&[0x31; 32])),
        ],
        case: &|object| bare(object, "12", &key),
    };
    file::<HelperCard>("helper", "A company that adds up halves for others. Checked by itself.", sample.cases())
}

fn tally_reports() -> File {
    let key = person();
    let report = TallyReport {
        person: key.public(),
        supplier: supplier().public(),
        segment: ObjectId::of(&tree(&segment()).write()),
        epsilon: 1_000,
        nonce: Nonce([0x75; 16]),
        leader: vec![0x76; 48],
        helper: vec![0x77; 112],
    };
    let sample = Sample {
        tree: tree(&report),
        key: &key,
        signer: "person",
        time: "epsilon",
        tampers: vec![
            ("person", bytes(other_person().public().as_bytes())),
            ("supplier", bytes(stranger().public().as_bytes())),
            ("segment", text(&cid(b"another segment"))),
            ("epsilon", Cbor::Uint(1_001)),
            ("nonce", nonce(0x78)),
            ("leader", bytes(&[0x79; 48])),
            ("helper", bytes(&[0x79; 112])),
        ],
        case: &|object| bare(object, "12", &key),
    };
    file::<TallyReport>("tally-report", "A randomised answer in two halves. Checked by itself.", sample.cases())
}

fn file<T: Object>(object: &str, about: &str, cases: Vec<Case>) -> File {
    File { object: object.into(), tag: T::TAG.into(), about: about.into(), cases, ..File::default() }
}

fn bare(object: SignedHex, clause: &str, from: &Keypair) -> Case {
    Case {
        clause: clause.into(),
        body: object.body,
        signature: object.signature,
        from: from.public().to_string(),
        now: Some(NOW),
        ..Case::default()
    }
}

/// Signed soundly, and out of its bounds.
fn bounds<T: Object>(name: &str, about: &str, clause: &str, value: &T, key: &Keypair) -> Case {
    named(bare(signed_value(value, key), clause, key), name, about, "malformed")
}
