//! Cases of a supplier's acceptance, taken by a person's node that proffered an agreement.

use regie_protocol::{Acceptance, Agreement, Object as _, ObjectId, Pairing, Timestamp};

use crate::{
    fixtures::{
        NOW, SEED,
        cbor::{Cbor, bytes, text},
        cid, other_person, pairing, person, person_for, processor, profile, stranger, supplier, tree,
    },
    format::{Case, File, SignedHex, hex},
    forms::{Sample, named, signed_value},
};

pub fn file() -> File {
    let sample = Sample {
        tree: tree(&own()),
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
        case: &|object| case(object, "SD-BASE"),
    };
    let mut cases = sample.cases();
    cases.extend(agreements());
    cases.extend(parties());
    File {
        object: "acceptance".into(),
        tag: Acceptance::TAG.into(),
        about: "A supplier's answer to a proffer. `key` is the person's root seed, `profile` the supplier's; the \
                relationship begins under the accepted agreement only where it is no looser than what `pairing` proffers."
            .into(),
        cases,
        ..File::default()
    }
}

/// What the person proffered.
fn proffering(agreement: &str) -> Pairing {
    Pairing { proffer: agreement.parse().expect("an agreement"), ..pairing() }
}

fn own() -> Acceptance {
    accepting("SD-BASE")
}

fn accepting(proffered: &str) -> Acceptance {
    Acceptance {
        supplier: supplier().public(),
        person: person().public(),
        pairing: ObjectId::of(&tree(&proffering(proffered)).write()),
        agreement: Agreement::SdBase,
        at: Timestamp(NOW),
    }
}

fn case(object: SignedHex, proffered: &str) -> Case {
    Case {
        clause: "2".into(),
        key: hex(&SEED),
        body: object.body,
        signature: object.signature,
        from: supplier().public().to_string(),
        now: Some(NOW),
        profile: Some(signed_value(&profile(supplier().public(), "De Webwinkel BV"), &supplier())),
        pairing: Some(signed_value(&proffering(proffered), &person())),
        ..Case::default()
    }
}

fn agreements() -> Vec<Case> {
    use Agreement::{PdcGood, PdcIntent, SdBase, SdBaseA, SdBaseAt, SdBaseAtp, SdBaseAtpS3p, SdBaseDp};
    let pairs = [
        (SdBaseA, SdBaseA, "ok"),
        (SdBaseA, SdBase, "ok"),
        (SdBase, SdBaseDp, "ok"),
        (SdBaseAtpS3p, SdBaseAt, "ok"),
        (SdBase, PdcIntent, "ok"),
        (SdBase, SdBaseA, "not_as_proffered"),
        (SdBaseA, SdBaseAt, "not_as_proffered"),
        (SdBaseAt, SdBaseAtp, "not_as_proffered"),
        (SdBaseAtp, SdBaseAtpS3p, "not_as_proffered"),
        (PdcIntent, PdcGood, "not_as_proffered"),
    ];
    pairs
        .into_iter()
        .map(|(proffered, accepted, expect)| {
            let object = signed_value(&Acceptance { agreement: accepted, ..accepting(proffered.code()) }, &supplier());
            let name = format!("{accepted} for {proffered}");
            named(case(object, proffered.code()), &name, "accepted against proffered", expect)
        })
        .collect()
}

fn parties() -> Vec<Case> {
    let of = |name: &str, about: &str, expect: &str, acceptance: Acceptance, key| {
        named(case(signed_value(&acceptance, key), "SD-BASE"), name, about, expect)
    };
    let elsewhere = person_for(&processor()).public();
    vec![
        of(
            "of another pairing",
            "the person proffered something else since",
            "not_as_proffered",
            Acceptance { pairing: ObjectId::of(b"another pairing"), ..own() },
            &supplier(),
        ),
        of(
            "for another person",
            "not the key that proffered",
            "not_as_proffered",
            Acceptance { person: other_person().public(), ..own() },
            &supplier(),
        ),
        of(
            "for the person's key elsewhere",
            "not the key of this relationship",
            "not_as_proffered",
            Acceptance { person: elsewhere, ..own() },
            &supplier(),
        ),
        of(
            "by another supplier",
            "signed soundly, by a company that was not asked",
            "wrong_sender",
            Acceptance { supplier: stranger().public(), ..own() },
            &stranger(),
        ),
    ]
}
