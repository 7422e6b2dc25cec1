//! Cases of a person's wish to be paired, taken by a companion with invitations.

use std::collections::BTreeMap;

use regie_protocol::{Agreement, Keypair, Nonce, Object as _, ObjectId, Pairing, Timestamp, limits};

use crate::{
    fixtures::{
        NOW,
        cbor::{Cbor, bytes, text},
        cid, other_person, pairing, person, stranger, tree,
    },
    format::{Case, File, InviteState, SignedHex, Step, SupplierState},
    forms::{Sample, named, nonce, signed_value},
    states::{companion, companion_alone},
};

const LEEWAY: u64 = limits::CLOCK_LEEWAY_MS;
/// Invitations: for one person, for everybody, spent, and past its time.
const ONCE: Nonce = Nonce([0x61; 16]);
const PUBLIC: Nonce = Nonce([0x62; 16]);
const SPENT: Nonce = Nonce([0x63; 16]);
const PAST: Nonce = Nonce([0x64; 16]);

pub fn file() -> File {
    let sample = Sample {
        tree: tree(&own()),
        key: &person(),
        signer: "person",
        time: "at",
        tampers: vec![
            ("person", bytes(other_person().public().as_bytes())),
            ("supplier", bytes(stranger().public().as_bytes())),
            ("invitation", nonce(0x62)),
            ("proffer", text("SD-BASE-A")),
            ("alternative", text(&cid(b"an alternative"))),
            ("at", Cbor::Uint(NOW + 1)),
        ],
        case: &case,
    };
    let mut cases = sample.cases();
    cases.extend(moments());
    cases.extend(invitations());
    cases.extend(parties());
    let suppliers =
        BTreeMap::from([("inviting".into(), inviting(companion_alone())), ("paired".into(), inviting(companion()))]);
    File {
        object: "pairing".into(),
        tag: Pairing::TAG.into(),
        about: "A person's wish to have a relationship, as it comes to the companion.".into(),
        suppliers,
        cases,
        ..File::default()
    }
}

fn inviting(state: SupplierState) -> SupplierState {
    let invite = |id: Nonce, uses, expires| InviteState { id: id.to_string(), uses, expires };
    let later = NOW + 2 * LEEWAY;
    let invites = vec![
        invite(ONCE, Some(1), later),
        invite(PUBLIC, None, later),
        invite(SPENT, Some(0), later),
        invite(PAST, Some(1), NOW),
    ];
    SupplierState { invites, ..state }
}

fn own() -> Pairing {
    Pairing { invitation: ONCE, ..pairing() }
}

fn case(object: SignedHex) -> Case {
    Case {
        clause: "2".into(),
        body: object.body,
        signature: object.signature,
        from: person().public().to_string(),
        now: Some(NOW),
        state: "inviting".into(),
        ..Case::default()
    }
}

fn of(name: &str, about: &str, expect: &str, change: impl Fn(&mut Pairing)) -> Case {
    let mut pairing = own();
    change(&mut pairing);
    named(case(signed_value(&pairing, &person())), name, about, expect)
}

fn moments() -> Vec<Case> {
    let edges = [
        ("sent 5 minutes ago", NOW + LEEWAY, "ok"),
        ("sent 5 minutes and 1 ms ago", NOW + LEEWAY + 1, "clock_skew"),
        ("sent 5 minutes from now", NOW - LEEWAY, "ok"),
        ("sent 5 minutes and 1 ms from now", NOW - LEEWAY - 1, "clock_skew"),
    ];
    let skewed = edges.into_iter().map(|(name, now, expect)| {
        let mut case = of(name, "the wish stays the same, the companion's time differs", expect, |_| {});
        case.now = Some(now);
        case
    });
    let end = NOW + 2 * LEEWAY;
    let ends = [("invitation about to end", end - 1, "ok"), ("invitation at its end", end, "bad_invitation")];
    let ends = ends.into_iter().map(|(name, now, expect)| {
        let mut case = of(name, "the wish is fresh", expect, move |pairing| pairing.at = Timestamp(now));
        case.now = Some(now);
        case
    });
    skewed.chain(ends).collect()
}

fn step(key: &Keypair, invitation: Nonce) -> Step {
    let pairing = Pairing { person: key.public(), invitation, ..own() };
    let SignedHex { body, signature } = signed_value(&pairing, key);
    let (from, expect) = (key.public().to_string(), "ok".into());
    Step { message: "pair".into(), from, body, signature, now: NOW, times: 1, expect }
}

fn invitations() -> Vec<Case> {
    let after = |name, about, expect, key: &Keypair, invitation: Nonce, restart| {
        let mut case = of(name, about, expect, move |pairing| pairing.invitation = invitation);
        (case.before, case.restart) = (vec![step(key, invitation)], restart);
        case
    };
    let mut known =
        of("paired already", "a known person gets the same relationship, without an invitation", "ok", |pairing| {
            pairing.invitation = SPENT;
        });
    known.state = "paired".into();
    vec![
        of("public invitation", "for everybody", "ok", |pairing| pairing.invitation = PUBLIC),
        of("unknown invitation", "never made", "bad_invitation", |pairing| pairing.invitation = Nonce([0; 16])),
        of("spent invitation", "no use is left", "bad_invitation", |pairing| pairing.invitation = SPENT),
        of("expired invitation", "it ends now", "bad_invitation", |pairing| pairing.invitation = PAST),
        after("taken by another person", "its one use is spent", "bad_invitation", &other_person(), ONCE, false),
        after("taken before a restart", "its one use stays spent", "bad_invitation", &other_person(), ONCE, true),
        after("public, used before", "another person came first", "ok", &other_person(), PUBLIC, false),
        after("asked again", "the acceptance was lost on its way", "ok", &person(), ONCE, false),
        of("agreement not accepted", "the profile does not list it, but another", "alternative", |pairing| {
            pairing.proffer = Agreement::SdBaseDp;
        }),
        of("no agreement of the family", "the profile lists none about contributions", "declined", |pairing| {
            pairing.proffer = Agreement::PdcGood;
        }),
        of("an alternative answered with a third", "there is one alternative and no more", "declined", |pairing| {
            pairing.proffer = Agreement::SdBaseDp;
            pairing.alternative = Some(ObjectId::of(b"an alternative"));
        }),
        of("an alternative taken up", "the profile lists it", "ok", |pairing| {
            pairing.proffer = Agreement::SdBaseA;
            pairing.alternative = Some(ObjectId::of(b"an alternative"));
        }),
        of("another agreement", "the profile lists it", "ok", |pairing| pairing.proffer = Agreement::SdBaseA),
        known,
    ]
}

fn parties() -> Vec<Case> {
    let mut sender = of("wrong sender", "another person passes it on", "wrong_sender", |_| {});
    sender.from = other_person().public().to_string();
    vec![
        of("wrong audience", "for another supplier", "wrong_audience", |pairing| {
            pairing.supplier = stranger().public()
        }),
        sender,
    ]
}
