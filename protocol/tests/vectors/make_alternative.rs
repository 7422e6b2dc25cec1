//! Cases of a supplier's alternative, weighed by a person's node that proffered an agreement.

use regie_protocol::{Agreement, Alternative, Object as _, ObjectId, Pairing, Timestamp};

use crate::{
    fixtures::{
        NOW, SEED,
        cbor::{Cbor, bytes, text},
        cid, other_person, pairing, person, stranger, supplier, tree,
    },
    format::{Case, File, SignedHex, hex},
    forms::{Sample, named, signed_value},
};

pub fn file() -> File {
    let sample = Sample {
        tree: tree(&own(&pairing())),
        key: &supplier(),
        signer: "supplier",
        time: "at",
        tampers: vec![
            ("supplier", bytes(stranger().public().as_bytes())),
            ("person", bytes(other_person().public().as_bytes())),
            ("pairing", text(&cid(b"another pairing"))),
            ("agreement", text("SD-BASE-DP")),
            ("at", Cbor::Uint(NOW + 1)),
        ],
        case: &|object| case(object, &pairing()),
    };
    let mut cases = sample.cases();
    cases.extend(answers());
    File {
        object: "alternative".into(),
        tag: Alternative::TAG.into(),
        about: "A supplier's one other proposal. `key` is the person's root seed, `pairing` what it answers; the \
                person's node weighs it only as the answer to that."
            .into(),
        cases,
        ..File::default()
    }
}

fn own(pairing: &Pairing) -> Alternative {
    Alternative {
        supplier: supplier().public(),
        person: person().public(),
        pairing: ObjectId::of(&tree(pairing).write()),
        agreement: Agreement::SdBaseA,
        at: Timestamp(NOW),
    }
}

fn case(object: SignedHex, pairing: &Pairing) -> Case {
    Case {
        clause: "2".into(),
        key: hex(&SEED),
        body: object.body,
        signature: object.signature,
        from: supplier().public().to_string(),
        now: Some(NOW),
        pairing: Some(signed_value(pairing, &person())),
        ..Case::default()
    }
}

fn answers() -> Vec<Case> {
    let of = |name: &str, about: &str, expect: &str, alternative: Alternative, pairing: &Pairing, key| {
        named(case(signed_value(&alternative, key), pairing), name, about, expect)
    };
    let plain = pairing();
    let second = Pairing { alternative: Some(ObjectId::of(b"an alternative")), ..pairing() };
    vec![
        of(
            "to another pairing",
            "the person proffered something else since",
            "not_as_proffered",
            Alternative { pairing: ObjectId::of(b"another pairing"), ..own(&plain) },
            &plain,
            &supplier(),
        ),
        of(
            "for another person",
            "not the key that proffered",
            "not_as_proffered",
            Alternative { person: other_person().public(), ..own(&plain) },
            &plain,
            &supplier(),
        ),
        of(
            "a second alternative",
            "the pairing took one up already; there is one and no more",
            "not_as_proffered",
            own(&second),
            &second,
            &supplier(),
        ),
        of(
            "by another supplier",
            "signed soundly, by a company that was not asked",
            "wrong_sender",
            Alternative { supplier: stranger().public(), ..own(&plain) },
            &plain,
            &stranger(),
        ),
    ]
}
