//! Cases of an item that a supplier puts into a collection, taken by the person's node.

use std::collections::BTreeMap;

use regie_protocol::{
    Access, Collection, Content, Contract, Correction, Document, Grant, Item, LargeDocument, Nonce, Object as _,
    ObjectId, Scope, Timestamp,
    contract::{Charge, Currency, Extension, NoticePeriod, NoticeTo},
    limits, merkle, wire,
};
use serde_json::{Value, json};

use crate::{
    fixtures::{
        NOW, bounds,
        cbor::{Cbor, bytes, text},
        cid, grant, other_person, person, scope, stranger, supplier, tree,
    },
    format::{Case, File, PersonState, SignedHex, Step},
    forms::{Sample, named, nonce, signed_value},
    states::{paired, revocation, signed_grant},
};

const LEEWAY: u64 = limits::CLOCK_LEEWAY_MS;

pub fn file() -> File {
    let sample = Sample {
        tree: tree(&own()),
        key: &supplier(),
        signer: "supplier",
        time: "at",
        tampers: vec![
            ("id", nonce(0x45)),
            ("supplier", bytes(stranger().public().as_bytes())),
            ("person", bytes(other_person().public().as_bytes())),
            ("grant", text(&cid(b"another grant"))),
            ("at", Cbor::Uint(NOW + 1)),
            ("content/document/title", text("Another bill")),
            ("content/document/media_type", text("text/html")),
            ("content/document/body", bytes(b"you owe us 2 euro")),
        ],
        case: &|object| case(object, "opened"),
    };
    let mut cases = sample.cases();
    cases.extend(grants());
    cases.extend(contents());
    cases.extend(contracts());
    cases.extend(moments());
    File {
        object: "item".into(),
        tag: Item::TAG.into(),
        about: "What a supplier puts into a collection, as it comes to the person's node. In `opened` the supplier \
                holds a grant for `bills`, one for `contracts` and one for `corrections`; in `ended` the first was revoked."
            .into(),
        persons: BTreeMap::from([
            ("opened".into(), opened()),
            ("ended".into(), ended()),
            ("paused".into(), silenced()),
            ("unopened".into(), paired("balanced")),
        ]),
        cases,
        ..File::default()
    }
}

/// A grant that opens a collection.
fn opening(collection: Collection, number: u8) -> Grant {
    let scope = Scope {
        fields: [].into(),
        access: Access::Write(collection),
        bounds: regie_protocol::Bounds { per_hour: 3, uses: Some(100), delegations: 0, ..bounds() },
        ..scope()
    };
    Grant { scope, nonce: Nonce([number; 16]), ..grant() }
}

fn id_of(grant: &Grant) -> ObjectId {
    ObjectId::of(&tree(grant).write())
}

fn bills() -> Grant {
    opening(Collection::Bills, 0x51)
}

fn corrections() -> Grant {
    opening(Collection::Corrections, 0x52)
}

fn agreed() -> Grant {
    opening(Collection::Contracts, 0x53)
}

fn opened() -> PersonState {
    let mut state = paired("balanced");
    state.relationships[0].grants.extend([
        signed_grant(&bills()),
        signed_grant(&corrections()),
        signed_grant(&agreed()),
    ]);
    state
}

fn ended() -> PersonState {
    let notice = revocation(&id_of(&bills()).to_string(), false);
    PersonState { revocations: vec![signed_value(&notice, &person())], ..opened() }
}

fn silenced() -> PersonState {
    let mut state = opened();
    state.relationships[0].paused = true;
    state
}

fn own() -> Item {
    let document =
        Document { title: "Bill of May".into(), media_type: "text/plain".into(), body: b"you owe us 1 euro".to_vec() };
    Item {
        id: Nonce([0x44; 16]),
        supplier: supplier().public(),
        person: person().public(),
        grant: id_of(&bills()),
        at: Timestamp(NOW),
        content: Content::Document(document),
    }
}

fn correction() -> Item {
    let correction = Correction {
        field: "name.full".parse().expect("a field"),
        before: Some("Anna Bakker".parse().expect("a value")),
        after: "Anna Bakkers".parse().expect("a value"),
        reason: "as on your passport".into(),
    };
    Item { grant: id_of(&corrections()), content: Content::Correction(correction), ..own() }
}

fn case(object: SignedHex, state: &str) -> Case {
    Case {
        clause: "11".into(),
        body: object.body,
        signature: object.signature,
        from: supplier().public().to_string(),
        now: Some(NOW),
        state: state.into(),
        ..Case::default()
    }
}

fn of(name: &str, about: &str, expect: &str, item: Item) -> Case {
    named(case(signed_value(&item, &supplier()), "opened"), name, about, expect)
}

fn step(item: Item) -> Step {
    let SignedHex { body, signature } = signed_value(&item, &supplier());
    let from = supplier().public().to_string();
    Step { message: "put".into(), from, body, signature, now: NOW, times: 1, expect: "ok".into() }
}

fn grants() -> Vec<Case> {
    let within = |name: &str, about: &str, expect: &str, state: &str| {
        named(case(signed_value(&own(), &supplier()), state), name, about, expect)
    };
    let mut many = of("the fourth in an hour", "the grant allows three", "rate_limited", own());
    many.before = (1..=3).map(|n| step(Item { id: Nonce([n; 16]), ..own() })).collect();
    let mut again = of("the same again", "the reply was lost; it is kept once", "ok", own());
    again.before = vec![step(own())];
    let mut after = of("the same after a restart", "it is kept once", "ok", own());
    (after.before, after.restart) = (vec![step(own())], true);
    let mut sender = of("wrong sender", "a stranger passes it on", "wrong_sender", own());
    sender.from = stranger().public().to_string();
    vec![
        within("no grant", "the collection was never opened", "not_granted", "unopened"),
        within("revoked grant", "the collection was closed", "revoked", "ended"),
        within("paused", "the person wants to hear nothing", "paused", "paused"),
        of(
            "a grant to read",
            "it opens fields, and no collection",
            "not_granted",
            Item { grant: id_of(&grant()), ..own() },
        ),
        of("wrong audience", "for another person", "wrong_audience", Item { person: other_person().public(), ..own() }),
        many,
        again,
        after,
        sender,
    ]
}

fn contents() -> Vec<Case> {
    let document = |change: &dyn Fn(&mut Document)| {
        let mut item = own();
        if let Content::Document(document) = &mut item.content {
            change(document);
        }
        item
    };
    let large = |change: &dyn Fn(&mut LargeDocument)| {
        let body = vec![0; limits::DOCUMENT_BYTES + 1];
        let pieces = LargeDocument::pieces_of(&body).map(merkle::leaf).collect();
        let (title, media_type) = ("Your policy".into(), "application/pdf".into());
        let mut document = LargeDocument { title, media_type, size: 65_537, pieces };
        change(&mut document);
        Item { content: Content::LargeDocument(document), ..own() }
    };
    let corrected = |change: &dyn Fn(&mut Correction)| {
        let mut item = correction();
        if let Content::Correction(correction) = &mut item.content {
            change(correction);
        }
        item
    };
    vec![
        of("a correction", "of a field, with before and after", "ok", correction()),
        of("a correction of a field told nothing", "no before", "ok", corrected(&|c| c.before = None)),
        of(
            "a correction among bills",
            "it belongs into corrections",
            "malformed",
            Item { grant: id_of(&bills()), ..correction() },
        ),
        of(
            "a bill among corrections",
            "it belongs elsewhere",
            "malformed",
            Item { grant: id_of(&corrections()), ..own() },
        ),
        of("largest document", "65,536 bytes", "ok", document(&|d| d.body = vec![0; limits::DOCUMENT_BYTES])),
        of(
            "document too large",
            "65,537 bytes",
            "malformed",
            document(&|d| d.body = vec![0; limits::DOCUMENT_BYTES + 1]),
        ),
        of("a large document", "65,537 bytes, of which the first piece is wanted", "ok", large(&|_| {})),
        of(
            "largest of all",
            "10,485,760 bytes in 160 pieces",
            "ok",
            large(&|d| {
                (d.size, d.pieces) = (10_485_760, vec![merkle::leaf(b"a"); 160]);
            }),
        ),
        of(
            "too large",
            "10,485,761 bytes in 161 pieces",
            "malformed",
            large(&|d| {
                (d.size, d.pieces) = (10_485_761, vec![merkle::leaf(b"a"); 161]);
            }),
        ),
        of(
            "large and small",
            "65,536 bytes need no pieces",
            "malformed",
            large(&|d| {
                d.size = 65_536;
                d.pieces.pop();
            }),
        ),
        of("a piece too few", "65,537 bytes in one piece", "malformed", large(&|d| d.pieces.truncate(1))),
        of(
            "a piece too many",
            "65,537 bytes in three pieces",
            "malformed",
            large(&|d| d.pieces.push(merkle::leaf(b"a"))),
        ),
        of(
            "a contract in pieces",
            "it has to be read to be one",
            "malformed",
            Item { grant: id_of(&agreed()), ..large(&|d| d.media_type = Contract::MEDIA_TYPE.into()) },
        ),
        of("no title", "an empty line", "malformed", document(&|d| d.title = String::new())),
        of("two lines of title", "a control character", "malformed", document(&|d| d.title = "a\nb".into())),
        of("title that turns", "a mark of direction", "malformed", document(&|d| d.title = "a\u{202e}b".into())),
        of("no media type", "one word", "malformed", document(&|d| d.media_type = "pdf".into())),
        of(
            "media type with parameters",
            "they do not belong here",
            "malformed",
            document(&|d| {
                d.media_type = "text/plain; charset=utf-8".into();
            }),
        ),
        of("reason too long", "1,025 bytes", "malformed", corrected(&|c| c.reason = "a".repeat(1025))),
    ]
}

fn contract() -> Contract {
    Contract {
        number: "2026-0815".into(),
        party: "De Winkel BV".into(),
        customer: Some("4711".into()),
        product: "Groceries, weekly".into(),
        charge: Some(Charge { amount: 1_295, currency: Currency::EUR, every: "P1M".parse().ok() }),
        start: "2026-01-15".parse().expect("a date"),
        term: "P1Y".parse().ok(),
        extension: Extension::Again("P1Y".parse().expect("a period")),
        notice: NoticePeriod { period: "P1M".parse().ok(), to: NoticeTo::TermEnd },
        cooling_off: "2026-01-29".parse().ok(),
        ends: None,
        documents: [Nonce([0x41; 16]), Nonce([0x42; 16])].into(),
    }
}

/// An item with a document of a contract's media type, whose body is what was made of a contract.
fn with_body(grant: &Grant, body: Vec<u8>) -> Item {
    let document = Document { title: contract().product, media_type: Contract::MEDIA_TYPE.into(), body };
    Item { grant: id_of(grant), content: Content::Document(document), ..own() }
}

fn body(contract: &Contract) -> Vec<u8> {
    wire::encode(&(Contract::FORM, contract)).expect("encodes")
}

/// A contract as JSON, which DAG-CBOR has the same form for where no bytes are in it, changed.
fn changed(change: impl Fn(&mut Value)) -> Vec<u8> {
    let mut value = serde_json::to_value(Contract { documents: [].into(), ..contract() }).expect("as JSON");
    change(&mut value);
    wire::encode(&(Contract::FORM, value)).expect("encodes")
}

fn contracts() -> Vec<Case> {
    let case =
        |name: &str, about: &str, expect: &str, body: Vec<u8>| of(name, about, expect, with_body(&agreed(), body));
    let broken = |name: &str, about: &str, change: &dyn Fn(&mut Value)| case(name, about, "malformed", changed(change));
    let open = |value: &mut Value| {
        (value["term"], value["extension"]) = (Value::Null, "open".into());
        (value["charge"], value["customer"], value["cooling_off"]) = (Value::Null, Value::Null, Value::Null);
        value["notice"] = json!({"period": null, "to": "any_day"});
    };
    let cut = body(&contract());
    let renamed = Contract { product: "Groceries".into(), ..contract() };
    let many = Contract { documents: (0..9).map(|n| Nonce([n; 16])).collect(), ..contract() };
    vec![
        case("a contract", "of a year and another one, with two documents", "ok", body(&contract())),
        case("a contract without a term", "it ends on any day, and costs what it costs", "ok", changed(open)),
        case("a contract that has been ended", "by its last day", "ok", changed(|c| c["ends"] = "2027-01-14".into())),
        case("a contract that ends", "nothing follows", "ok", changed(|c| c["extension"] = "ends".into())),
        case(
            "a contract to the end of a month",
            "two weeks ahead",
            "ok",
            changed(|c| {
                c["notice"] = json!({"period": "P2W", "to": "month_end"});
            }),
        ),
        of("a contract among bills", "it belongs into contracts", "malformed", with_body(&bills(), body(&contract()))),
        of(
            "a file among contracts",
            "not every document there is a record",
            "ok",
            Item { grant: id_of(&agreed()), ..own() },
        ),
        case("no contract at all", "bytes of no form", "malformed", b"you owe us 1 euro".to_vec()),
        case("a cut contract", "a byte is missing", "malformed", cut[..cut.len() - 1].to_vec()),
        case("a longer contract", "a byte follows", "malformed", [&cut[..], &[0]].concat()),
        case("a contract of another version", "regie.contract/2", "malformed", {
            wire::encode(&("regie.contract/2", contract())).expect("encodes")
        }),
        case("a contract under another title", "the document says another product", "malformed", body(&renamed)),
        case("a contract with too many documents", "9", "malformed", body(&many)),
        broken("a contract that says more", "a key of no version", &|c| c["law"] = "NL".into()),
        broken("a contract that says less", "no party", &|c| {
            c.as_object_mut().expect("a map").remove("party");
        }),
        broken("a contract without a number", "an empty line", &|c| c["number"] = "".into()),
        broken("a contract with a long number", "65 bytes", &|c| c["number"] = "1".repeat(65).into()),
        broken("a contract with a party that turns", "a mark of direction", &|c| c["party"] = "a\u{202e}b".into()),
        broken("a contract on no day", "30 February", &|c| c["start"] = "2026-02-30".into()),
        broken("a contract of another century", "1899", &|c| c["start"] = "1899-12-31".into()),
        broken("a contract for no time", "P0M", &|c| c["term"] = "P0M".into()),
        broken("a contract of two units", "P1Y6M", &|c| c["term"] = "P1Y6M".into()),
        broken("a contract for ages", "101 years", &|c| c["term"] = "P101Y".into()),
        broken("a contract that follows nothing", "no term, and another one after it", &|c| c["term"] = Value::Null),
        broken("a contract in no currency", "lower case", &|c| c["charge"]["currency"] = "eur".into()),
        broken("a contract that costs too much", "above the bound", &|c| {
            c["charge"]["amount"] = (limits::CONTRACT_AMOUNT + 1).into();
        }),
        broken("a contract that pays", "below nothing", &|c| c["charge"]["amount"] = (-1).into()),
    ]
}

fn moments() -> Vec<Case> {
    let edges = [
        ("sent 5 minutes ago", NOW + LEEWAY, "ok"),
        ("sent 5 minutes and 1 ms ago", NOW + LEEWAY + 1, "clock_skew"),
        ("sent 5 minutes from now", NOW - LEEWAY, "not_yet_valid"),
        ("sent 5 minutes and 1 ms from now", NOW - LEEWAY - 1, "clock_skew"),
    ];
    edges
        .into_iter()
        .map(|(name, now, expect)| {
            let mut case = of(name, "the item stays the same, the node's time differs", expect, own());
            case.now = Some(now);
            case
        })
        .collect()
}
