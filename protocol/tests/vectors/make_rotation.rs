//! Cases of keys that change: a company's rotation, a person's renewal.

use regie_protocol::{Keypair, Object as _, PublicKey, Renewal, Rotation, Timestamp};

use crate::{
    fixtures::{
        NOW,
        cbor::{Cbor, bytes},
        other_person, person, stranger, supplier, tree,
    },
    format::{Case, File, SignedHex},
    forms::{Sample, named, signed_value},
};

/// The key that was committed to.
fn next() -> Keypair {
    Keypair::from_secret(&[21; 32])
}

/// The one after it.
fn after() -> PublicKey {
    Keypair::from_secret(&[22; 32]).public()
}

pub fn file() -> File {
    let sample = Sample {
        tree: tree(&own()),
        key: &next(),
        signer: "supplier",
        time: "at",
        tampers: vec![
            ("supplier", bytes(stranger().public().as_bytes())),
            ("follows", bytes(stranger().public().as_bytes())),
            ("next", bytes(stranger().public().as_bytes())),
            ("at", Cbor::Uint(NOW + 1)),
        ],
        case: &case,
    };
    let mut cases = sample.cases();
    cases.extend(steps());
    File {
        object: "rotation".into(),
        tag: Rotation::TAG.into(),
        about:
            "A company's next key takes the place of the one in force. `from` is the key in force, `holder` the one \
                that it committed to; a person's node follows to that one and to no other."
                .into(),
        cases,
        ..File::default()
    }
}

/// A person's other key in one relationship.
pub fn renewal() -> File {
    let (key, before) = (other_person(), person());
    let renewal =
        Renewal { person: key.public(), follows: before.public(), supplier: supplier().public(), at: Timestamp(NOW) };
    let case = |object: SignedHex| Case {
        clause: "1".into(),
        body: object.body,
        signature: object.signature,
        from: before.public().to_string(),
        now: Some(NOW),
        ..Case::default()
    };
    let sample = Sample {
        tree: tree(&renewal),
        key: &key,
        signer: "person",
        time: "at",
        tampers: vec![
            ("person", bytes(before.public().as_bytes())),
            ("follows", bytes(stranger().public().as_bytes())),
            ("supplier", bytes(stranger().public().as_bytes())),
            ("at", Cbor::Uint(NOW + 1)),
        ],
        case: &case,
    };
    File {
        object: "renewal".into(),
        tag: Renewal::TAG.into(),
        about:
            "A person takes another key in one relationship. Checked by itself; `from` is the key under which it is \
                sent."
                .into(),
        cases: sample.cases(),
        ..File::default()
    }
}

fn own() -> Rotation {
    Rotation { supplier: next().public(), follows: supplier().public(), next: after(), at: Timestamp(NOW) }
}

fn case(object: SignedHex) -> Case {
    Case {
        clause: "2".into(),
        body: object.body,
        signature: object.signature,
        from: supplier().public().to_string(),
        holder: next().public().to_string(),
        ..Case::default()
    }
}

fn steps() -> Vec<Case> {
    let of = |name: &str, about: &str, expect: &str, rotation: Rotation, key: &Keypair| {
        named(case(signed_value(&rotation, key)), name, about, expect)
    };
    let heir = stranger().public();
    vec![
        of(
            "an heir of a thief",
            "signed soundly by a key that was not committed to",
            "wrong_sender",
            Rotation { supplier: heir, ..own() },
            &stranger(),
        ),
        of(
            "from another key",
            "it does not begin where the lineage stands",
            "broken_chain",
            Rotation { follows: heir, ..own() },
            &next(),
        ),
        of(
            "to itself",
            "the key in force follows nobody",
            "broken_chain",
            Rotation { supplier: supplier().public(), ..own() },
            &supplier(),
        ),
    ]
}
