//! Cases of the short notices: a revocation at the companion, acknowledgements and erasure receipts at the
//! person's node.

use std::collections::BTreeSet;

use regie_protocol::{Access, Acknowledgement, ErasureReceipt, Keypair, Object, Revocation, Timestamp, limits};

use crate::{
    fixtures::{
        NOW,
        cbor::{Cbor, bytes, text, texts},
        cid, grant, other_person, person, person_for, processor, stranger, supplier, tree,
    },
    format::{Case, File, PersonState, SignedHex, Step},
    forms::{Sample, named, signed, signed_value},
    make_disclosure::{message, sound_disclosure},
    states::{companion, one, paired, relationship, revocation as notice, signed_grant},
};

fn grant_id() -> String {
    cid(&tree(&grant()).write())
}

pub fn revocation() -> File {
    let case = |object: SignedHex| Case {
        clause: "6".into(),
        body: object.body,
        signature: object.signature,
        from: person().public().to_string(),
        now: Some(NOW),
        state: "paired".into(),
        before: vec![message("disclose", sound_disclosure(), "ok")],
        held: None,
        ..Case::default()
    };
    let sample = Sample {
        tree: tree(&notice(&grant_id(), true)),
        key: &person(),
        signer: "person",
        time: "at",
        tampers: vec![
            ("person", bytes(other_person().public().as_bytes())),
            ("supplier", bytes(stranger().public().as_bytes())),
            ("grant", text(&cid(b"another grant"))),
            ("at", Cbor::Uint(NOW + 1)),
            ("erase", Cbor::Bool(false)),
        ],
        case: &case,
    };
    let mut cases = sample.cases();
    for case in &mut cases {
        let left = if case.expect == "ok" { &[][..] } else { &["name.full".to_owned()] };
        case.held = Some(left.to_vec());
    }
    let of = |name: &str, about: &str, expect: &str, held: &[&str], change: &dyn Fn(&mut Revocation)| {
        let mut revocation = notice(&grant_id(), true);
        change(&mut revocation);
        let mut case = named(case(signed_value(&revocation, &person())), name, about, expect);
        case.held = Some(held.iter().map(|name| (*name).to_owned()).collect());
        case
    };
    let kept = &["name.full"];
    cases.push(of("without erasure", "the value stays until its retention ends", "ok", kept, &|r| r.erase = false));
    cases.push(of("of another grant", "no value is under it", "ok", kept, &|r| {
        r.grant = cid(b"another grant").parse().expect("an id");
    }));
    cases.push(of("wrong audience", "for another supplier", "wrong_audience", kept, &|r| {
        r.supplier = stranger().public();
    }));
    let foreign = Revocation { person: other_person().public(), ..notice(&grant_id(), true) };
    let foreign = signed_value(&foreign, &other_person());
    let mut wrong = named(case(foreign.clone()), "wrong issuer", "signed by another person for itself", "wrong_sender");
    wrong.held = Some(vec!["name.full".into()]);
    let mut strange = named(case(foreign), "not paired", "a person without a relationship", "not_paired");
    strange.from = other_person().public().to_string();
    let mut twice = of("twice", "the same notice again", "ok", &[], &|_| {});
    twice.before.push(message("revoke", signed_value(&notice(&grant_id(), true), &person()), "ok"));
    let mut early = of("before what it revokes", "nothing came under the grant yet", "ok", &[], &|_| {});
    early.before.clear();
    cases.extend([wrong, strange, twice, early]);
    cases.extend(spelled_ids(&tree(&notice(&grant_id(), true)), &person(), &case));
    File {
        object: "revocation".into(),
        tag: Revocation::TAG.into(),
        about: "A notice to the companion that a grant is at an end. `held`: the fields it still holds.".into(),
        suppliers: one("paired", companion()),
        cases,
        ..File::default()
    }
}

/// Identifiers have one spelling.
fn spelled_ids(sound: &Cbor, key: &Keypair, case: &dyn Fn(SignedHex) -> Case) -> Vec<Case> {
    let hash = [&[0x12, 0x20][..], &sha(b"x")].concat();
    let raw = [&[1, 0x55][..], &hash].concat();
    let cbor = [&[1, 0x71][..], &hash].concat();
    let base32 = |bytes: &[u8]| format!("b{}", data_encoding::BASE32_NOPAD.encode(bytes).to_lowercase());
    let faults = [
        ("id in capitals", grant_id().to_uppercase()),
        ("id in base58", format!("z{}", bs58::encode(&cbor).into_string())),
        ("id of raw bytes", base32(&raw)),
        ("id of version 0", bs58::encode(&hash).into_string()),
        ("id with a short hash", base32(&[&[1, 0x71, 0x12, 0x10][..], &sha(b"x")[..16]].concat())),
        ("id of another hash", base32(&[&[1, 0x71, 0x1b, 0x20][..], &sha(b"x")].concat())),
        ("id with a space", format!("{} ", grant_id())),
        ("empty id", String::new()),
    ];
    faults
        .into_iter()
        .map(|(name, id)| {
            let tree = sound.with("1/grant", text(&id));
            named(case(signed(&tree, key)), name, "not the one spelling of an identifier", "malformed")
        })
        .collect()
}

fn sha(data: &[u8]) -> [u8; 32] {
    <sha2::Sha256 as sha2::Digest>::digest(data).into()
}

fn noted(object: SignedHex, clause: &str) -> Case {
    Case {
        clause: clause.into(),
        body: object.body,
        signature: object.signature,
        from: supplier().public().to_string(),
        now: Some(NOW),
        state: "paired".into(),
        ..Case::default()
    }
}

fn again(message: &str, signed: &SignedHex) -> Step {
    let SignedHex { body, signature } = signed.clone();
    let (from, expect) = (supplier().public().to_string(), "ok".into());
    Step { message: message.into(), from, body, signature, now: NOW, times: 1, expect }
}

fn acknowledged() -> Acknowledgement {
    Acknowledgement {
        supplier: supplier().public(),
        person: person().public(),
        disclosure: cid(&sound_disclosure().body.bytes()).parse().expect("an id"),
        at: Timestamp(NOW),
    }
}

pub fn acknowledgement() -> File {
    let case = |object| noted(object, "9");
    let sample = Sample {
        tree: tree(&acknowledged()),
        key: &supplier(),
        signer: "supplier",
        time: "at",
        tampers: vec![
            ("supplier", bytes(stranger().public().as_bytes())),
            ("person", bytes(other_person().public().as_bytes())),
            ("disclosure", text(&cid(b"another disclosure"))),
            ("at", Cbor::Uint(NOW + 1)),
        ],
        case: &case,
    };
    let mut cases = sample.cases();
    for case in &mut cases {
        case.undelivered = Some(usize::from(case.expect != "ok"));
    }
    let of = |name: &str, about: &str, expect: &str, left: usize, change: &dyn Fn(&mut Acknowledgement)| {
        let mut acknowledgement = acknowledged();
        change(&mut acknowledgement);
        let mut case = named(case(signed_value(&acknowledgement, &supplier())), name, about, expect);
        case.undelivered = Some(left);
        case
    };
    cases.push(of("wrong person", "it speaks of another person", "wrong_audience", 1, &|ack| {
        ack.person = other_person().public();
    }));
    cases.push(of("of another disclosure", "taken, and nothing changes", "ok", 1, &|ack| {
        ack.disclosure = cid(b"another disclosure").parse().expect("an id");
    }));
    let mut twice = of("twice", "the second changes nothing", "ok", 0, &|_| {});
    twice.before = vec![again("acknowledge", &signed_value(&acknowledged(), &supplier()))];
    // Paired, and delivered.
    twice.log_size = Some(1);
    cases.push(twice);
    let stolen =
        Acknowledgement { supplier: processor().public(), person: person_for(&processor()).public(), ..acknowledged() };
    let mut other = case(signed_value(&stolen, &processor()));
    other.from = processor().public().to_string();
    cases.push(named(other, "of another supplier's disclosure", "taken, and nothing changes there", "ok"));
    // A few refusals an hour are entries each; the flood behind them is answered and counted.
    let forged = SignedHex { signature: "00".repeat(64), ..signed_value(&acknowledged(), &supplier()) };
    let mut flood = named(case(forged.clone()), "flood of forgeries", "1,000 before it in this hour", "bad_signature");
    flood.before = vec![Step { times: 1_000, expect: "bad_signature".into(), ..again("acknowledge", &forged) }];
    flood.log_size = Some(u64::from(limits::REJECTIONS_ENTERED.at_once));
    cases.push(flood);
    let mut sender = of("wrong sender", "a stranger passes it on", "wrong_sender", 1, &|_| {});
    (sender.from, sender.undelivered) = (stranger().public().to_string(), None);
    cases.push(sender);
    let strange = Acknowledgement { supplier: stranger().public(), ..acknowledged() };
    let mut strange = named(case(signed_value(&strange, &stranger())), "not paired", "a stranger's own", "not_paired");
    strange.from = stranger().public().to_string();
    cases.push(strange);
    let mut state = paired("careful");
    state.relationships[0].outbox = vec![sound_disclosure()];
    state.relationships.push(relationship(&processor()));
    File {
        object: "acknowledgement".into(),
        tag: Acknowledgement::TAG.into(),
        about: "A supplier signs that a disclosure arrived. `undelivered`: what still waits in its outbox.".into(),
        persons: one("paired", state),
        cases,
        ..File::default()
    }
}

fn receipt() -> ErasureReceipt {
    ErasureReceipt {
        supplier: supplier().public(),
        person: person().public(),
        grant: grant_id().parse().expect("an id"),
        revocation: Some(cid(&tree(&notice(&grant_id(), true)).write()).parse().expect("an id")),
        fields: BTreeSet::from(["name.full".parse().expect("a field")]),
        at: Timestamp(NOW),
    }
}

/// A grant that was issued and not revoked.
fn live_grant() -> regie_protocol::Grant {
    let mut live = grant();
    live.scope.access = Access::Subscribe;
    live
}

pub fn erasure_receipt() -> File {
    let case = |object| noted(object, "6");
    let sample = Sample {
        tree: tree(&receipt()),
        key: &supplier(),
        signer: "supplier",
        time: "at",
        tampers: vec![
            ("supplier", bytes(stranger().public().as_bytes())),
            ("person", bytes(other_person().public().as_bytes())),
            ("grant", text(&cid(b"another grant"))),
            ("revocation", text(&cid(b"another revocation"))),
            ("fields", texts(&["income.annual"])),
            ("at", Cbor::Uint(NOW + 1)),
        ],
        case: &case,
    };
    let mut cases = sample.cases();
    cases[0].log_size = Some(1);
    let of = |name: &str, about: &str, expect: &str, change: &dyn Fn(&mut ErasureReceipt)| {
        let mut receipt = receipt();
        change(&mut receipt);
        named(case(signed_value(&receipt, &supplier())), name, about, expect)
    };
    let mut twice = of("twice", "the second is taken, and the log does not grow", "ok", &|_| {});
    twice.before = vec![again("erased", &signed_value(&receipt(), &supplier()))];
    twice.log_size = Some(1);
    let mut anew =
        of("a second receipt", "signed a minute later: the first one holds", "ok", &|r| r.at = Timestamp(NOW + 60_000));
    (anew.before, anew.restart, anew.log_size) = (twice.before.clone(), true, Some(1));
    cases.extend([twice, anew]);
    cases.push(of("of no fields", "nothing was held", "ok", &|r| r.fields.clear()));
    cases.push(of("of an unknown grant", "the person never issued it", "wrong_audience", &|r| {
        r.grant = cid(b"another grant").parse().expect("an id");
    }));
    let live = cid(&tree(&live_grant()).write());
    cases.push(of("of a live grant", "nobody asked for it", "unexpected", &|r| r.grant = live.parse().expect("an id")));
    cases.push(of("wrong person", "it speaks of another person", "wrong_audience", &|r| {
        r.person = other_person().public();
    }));
    let mut sender = of("wrong sender", "a stranger passes it on", "wrong_sender", &|_| {});
    sender.from = stranger().public().to_string();
    let mut strange = receipt();
    strange.supplier = stranger().public();
    let mut strange = named(case(signed_value(&strange, &stranger())), "not paired", "a stranger's own", "not_paired");
    strange.from = stranger().public().to_string();
    cases.extend([sender, strange]);
    cases.extend(spelled_ids(&tree(&receipt()), &supplier(), &case));
    File {
        object: "erasure-receipt".into(),
        tag: ErasureReceipt::TAG.into(),
        about: "A supplier signs that it erased what a revoked grant gave. `log_size`: entries of this relationship."
            .into(),
        persons: one("paired", revoked_state()),
        cases,
        ..File::default()
    }
}

fn revoked_state() -> PersonState {
    let mut state = paired("careful");
    state.relationships[0].grants.push(signed_grant(&live_grant()));
    state.revocations = vec![signed_value(&notice(&grant_id(), true), &person())];
    state
}
