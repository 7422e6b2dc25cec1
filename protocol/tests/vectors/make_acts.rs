//! Cases of acts, of the receipts for them and of the answers to them. Each is checked by itself: form, signature, bounds;
//! what either side makes of it the machines' tests tell.

use regie_protocol::{
    Keypair, Nonce, Object, Signed, Timestamp,
    act::{Act, ActAnswer, ActReceipt, Answered, ContractName, Right, What, Why},
    limits,
};

use crate::{
    fixtures::{
        NOW,
        cbor::{Cbor, bytes, text},
        cid, other_person, person, stranger, supplier, tree,
    },
    format::{Case, File, SignedHex},
    forms::{Sample, named, nonce, signed_value},
    make_frames::sign,
};

pub fn files() -> Vec<File> {
    vec![acts(), receipts(), answers()]
}

fn contract() -> ContractName {
    ContractName { number: Some("SP-2026-118".into()), product: None, customer: Some("30117".into()) }
}

pub fn notice() -> What {
    What::End { contract: contract(), last: "2027-02-28".parse().expect("a date") }
}

pub fn access() -> What {
    What::Right { right: Right::Access, language: "nl".into(), words: "Ook de belnotities.".into() }
}

pub fn act(what: What) -> Act {
    let (person, supplier) = (person().public(), supplier().public());
    Act { person, supplier, id: Nonce([0x46; 16]), at: Timestamp(NOW).hour(), what }
}

pub fn receipt() -> Signed<ActReceipt> {
    sign(receipt_of(&act(notice())), &supplier())
}

fn receipt_of(act: &Act) -> ActReceipt {
    let act = sign(act.clone(), &person()).id();
    ActReceipt { supplier: supplier().public(), person: person().public(), act, at: Timestamp(NOW) }
}

pub fn answer(number: u8, what: What, answer: Answered) -> ActAnswer {
    let ActReceipt { supplier, person, act, at } = receipt_of(&act(what));
    ActAnswer { supplier, person, act, number, at, answer }
}

fn ends() -> Answered {
    Answered::Ends { last: "2027-03-31".parse().expect("a date") }
}

fn acts() -> File {
    let key = person();
    let sample = Sample {
        tree: tree(&act(notice())),
        key: &key,
        signer: "person",
        time: "at",
        tampers: vec![
            ("person", bytes(other_person().public().as_bytes())),
            ("supplier", bytes(stranger().public().as_bytes())),
            ("id", nonce(0x47)),
            ("at", Cbor::Uint(NOW + 1)),
            ("what/end/last", text("2027-01-31")),
            ("what/end/contract/number", text("SP-2026-119")),
        ],
        case: &|object| bare(object, &key),
    };
    let mut cases = sample.cases();
    let of = |name: &str, about: &str, expect: &str, what: What| {
        named(bare(signed_value(&act(what), &key), &key), name, about, expect)
    };
    let right = |language: &str, words: &str| What::Right {
        right: Right::Erasure,
        language: language.into(),
        words: words.into(),
    };
    let nameless = ContractName { number: None, product: None, customer: Some("30117".into()) };
    let product = ContractName { number: None, product: Some("Sport".into()), customer: None };
    let long = ContractName { number: Some("9".repeat(limits::CONTRACT_NUMBER_BYTES + 1)), ..contract() };
    let hidden = ContractName { number: Some("SP\u{202e}1".into()), ..contract() };
    let far = "2200-01-01".parse().expect("a date");
    cases.extend([
        of("withdrawal", "of a contract whose number nobody knows", "ok", What::Withdraw { contract: product }),
        of("a right", "with words of the person", "ok", access()),
        of("a right without words", "there is nothing to add", "ok", right("en", "")),
        of("words of several lines", "parted by line feeds", "ok", right("nl", "a\nb")),
        of("no name", "neither number nor product", "malformed", What::Withdraw { contract: nameless }),
        of("a long number", "one byte above the bound", "malformed", What::Withdraw { contract: long }),
        of("a hidden mark", "the number does not show what it says", "malformed", What::Withdraw { contract: hidden }),
        of("far away", "a last day out of the years", "malformed", What::End { contract: contract(), last: far }),
        of("language in words", "two or three letters", "malformed", right("Dutch", "")),
        of("many words", "above the bound", "malformed", right("nl", &"w".repeat(limits::TEXT_BYTES + 1))),
    ]);
    let each = Right::ALL.iter().map(|right| {
        let what = What::Right { right: *right, language: "nl".into(), words: String::new() };
        of(&format!("article {}", right.article()), right.code(), "ok", what)
    });
    cases.extend(each);
    let unknown = tree(&act(access())).with("1/what/right/right", text("automated"));
    cases.push(named(
        bare(crate::forms::signed(&unknown, &key), &key),
        "another right",
        "version 1 does not know it",
        "malformed",
    ));
    file::<Act>("act", "What a person has a supplier do. Checked by itself.", cases)
}

fn receipts() -> File {
    let key = supplier();
    let sample = Sample {
        tree: tree(&receipt_of(&act(notice()))),
        key: &key,
        signer: "supplier",
        time: "at",
        tampers: vec![
            ("supplier", bytes(stranger().public().as_bytes())),
            ("person", bytes(other_person().public().as_bytes())),
            ("act", text(&cid(b"another act"))),
            ("at", Cbor::Uint(NOW + 1)),
        ],
        case: &|object| bare(object, &key),
    };
    file::<ActReceipt>("act-receipt", "A supplier signs that an act came. Checked by itself.", sample.cases())
}

fn answers() -> File {
    let key = supplier();
    let sample = Sample {
        tree: tree(&answer(1, notice(), ends())),
        key: &key,
        signer: "supplier",
        time: "at",
        tampers: vec![
            ("supplier", bytes(stranger().public().as_bytes())),
            ("person", bytes(other_person().public().as_bytes())),
            ("act", text(&cid(b"another act"))),
            ("number", Cbor::Uint(2)),
            ("at", Cbor::Uint(NOW + 1)),
            ("answer/ends/last", text("2027-02-28")),
        ],
        case: &|object| bare(object, &key),
    };
    let mut cases = sample.cases();
    let of = |name: &str, about: &str, expect: &str, number: u8, said: Answered| {
        named(bare(signed_value(&answer(number, access(), said), &key), &key), name, about, expect)
    };
    let item = Some(Nonce([0x44; 16]));
    cases.extend([
        of("done", "what was asked for is an item", "ok", 1, Answered::Done { item }),
        of("done without an item", "there was nothing to send", "ok", 2, Answered::Done { item: None }),
        of("extended", "by two months", "ok", 1, Answered::Extended { why: Why::Complex }),
        of("refused", "with a reason", "ok", limits::ACT_ANSWERS, Answered::Refused { why: Why::OthersRights }),
        of("number 0", "they are counted from 1", "malformed", 0, Answered::Done { item: None }),
        of("number 5", "above the bound", "malformed", limits::ACT_ANSWERS + 1, Answered::Done { item: None }),
    ]);
    let each = Why::ALL.iter().map(|why| {
        let says = if why.extends() { Answered::Extended { why: *why } } else { Answered::Refused { why: *why } };
        of(&format!("because {why}"), "a reason of the list", "ok", 1, says)
    });
    cases.extend(each);
    file::<ActAnswer>("act-answer", "What a supplier answers to an act. Checked by itself.", cases)
}

fn file<T: Object>(object: &str, about: &str, cases: Vec<Case>) -> File {
    File { object: object.into(), tag: T::TAG.into(), about: about.into(), cases, ..File::default() }
}

fn bare(object: SignedHex, from: &Keypair) -> Case {
    Case {
        clause: "14".into(),
        body: object.body,
        signature: object.signature,
        from: from.public().to_string(),
        now: Some(NOW),
        ..Case::default()
    }
}
