//! Cases of a supplier's profile, as a person's node takes it when a relationship begins.

use regie_protocol::{Acceptance, Agreement, Object as _, ObjectId, Profile, Timestamp, limits};

use crate::{
    fixtures::{
        NOW, SEED,
        cbor::{Cbor, bytes, text, texts},
        pairing, person, profile, stranger, supplier, tree,
    },
    format::{Case, File, SignedHex, hex},
    forms::{Sample, named, signed, signed_value},
};

pub fn file() -> File {
    let sample = Sample {
        tree: tree(&own()),
        key: &supplier(),
        signer: "supplier",
        time: "issued",
        tampers: vec![
            ("supplier", bytes(stranger().public().as_bytes())),
            ("name", text("Een Andere BV")),
            ("sector", text("government")),
            ("domain", text("ander.example")),
            ("contact", text("ander@winkel.example")),
            ("wishes/0/fields", texts(&["nationalId"])),
            ("wishes/0/purpose", text("DirectMarketing")),
            ("wishes/0/reason", text("because")),
            ("wishes/0/retention", Cbor::Uint(31)),
            ("agreements", texts(&["SD-BASE"])),
            ("addresses", texts(&["/ip4/127.0.0.1/tcp/7482"])),
            ("issued", Cbor::Uint(NOW + 1)),
        ],
        case: &case,
    };
    let mut cases = sample.cases();
    cases.extend(lines());
    cases.extend(counts());
    cases.extend(spellings());
    cases.extend(keys());
    let mut sender =
        named(case(signed_value(&own(), &supplier())), "wrong sender", "a stranger shows it", "wrong_sender");
    sender.from = stranger().public().to_string();
    cases.push(sender);
    File {
        object: "profile".into(),
        tag: Profile::TAG.into(),
        about: "A supplier's description of itself. `key` is the person's root seed, `acceptance` the sound answer \
                that comes with it; a relationship begins only where the profile is taken."
            .into(),
        cases,
        ..File::default()
    }
}

fn own() -> Profile {
    profile(supplier().public(), "De Webwinkel BV")
}

fn case(object: SignedHex) -> Case {
    let acceptance = Acceptance {
        supplier: supplier().public(),
        person: person().public(),
        pairing: ObjectId::of(&tree(&pairing()).write()),
        agreement: Agreement::SdBase,
        at: Timestamp(NOW),
    };
    Case {
        clause: "2".into(),
        key: hex(&SEED),
        body: object.body,
        signature: object.signature,
        from: supplier().public().to_string(),
        now: Some(NOW),
        pairing: Some(signed_value(&pairing(), &person())),
        acceptance: Some(signed_value(&acceptance, &supplier())),
        ..Case::default()
    }
}

fn of(name: &str, about: &str, expect: &str, change: impl Fn(&mut Profile)) -> Case {
    let mut profile = own();
    change(&mut profile);
    named(case(signed_value(&profile, &supplier())), name, about, expect)
}

fn lines() -> Vec<Case> {
    let long = |count: usize| "a".repeat(count);
    let named = |text: String| move |profile: &mut Profile| profile.name.clone_from(&text);
    let huge = limits::OBJECT_BYTES - tree(&own()).write().len() + own().name.len() - 4;
    let body = tree(&Profile { name: long(huge), ..own() }).write();
    assert_eq!(body.len(), limits::OBJECT_BYTES);
    vec![
        of("no name", "an empty name", "out_of_bounds", named(String::new())),
        of("blank name", "spaces", "out_of_bounds", named("   ".into())),
        of("longest name", "256 bytes", "ok", named(long(256))),
        of("too long a name", "257 bytes", "out_of_bounds", named(long(257))),
        of("name of 129 two-byte letters", "258 bytes", "out_of_bounds", named("é".repeat(129))),
        of("name of two lines", "a line feed", "out_of_bounds", named("De Webwinkel BV\nof the state".into())),
        of("name turned around", "a right-to-left override", "out_of_bounds", named("De \u{202e}VB leknibeW".into())),
        of("name in isolation", "a bidirectional isolate", "out_of_bounds", named("De \u{2067}Webwinkel".into())),
        of("name with a line separator", "U+2028", "out_of_bounds", named("De\u{2028}Webwinkel".into())),
        of("name in Arabic", "plain text of another script", "ok", named("المتجر".into())),
        of("largest body", "a body at the bound, its name far above its own", "out_of_bounds", named(long(huge))),
        of("body above the bound", "one byte more", "malformed", named(long(huge + 1))),
        of("longest sector", "256 bytes", "ok", |profile| profile.sector = long(256)),
        of("too long a sector", "257 bytes", "out_of_bounds", |profile| profile.sector = long(257)),
        of("too long a domain", "257 bytes", "out_of_bounds", |profile| profile.domain = long(257)),
        of("too long a contact", "257 bytes", "out_of_bounds", |profile| profile.contact = long(257)),
        of("domain with a bell", "a control character", "out_of_bounds", |profile| profile.domain = "a\u{7}".into()),
        of("longest reason", "1,024 bytes", "ok", |profile| profile.wishes[0].reason = long(1024)),
        of("too long a reason", "1,025 bytes", "out_of_bounds", |profile| profile.wishes[0].reason = long(1025)),
        of("reason with an escape", "a terminal escape", "out_of_bounds", |profile| {
            profile.wishes[0].reason = "\u{1b}[2J".into();
        }),
    ]
}

fn counts() -> Vec<Case> {
    let wishes = |count| move |profile: &mut Profile| profile.wishes = vec![own().wishes[0].clone(); count];
    let addresses = |count| move |profile: &mut Profile| profile.addresses = vec!["/ip4/127.0.0.1".into(); count];
    vec![
        of("no wishes", "it asks for nothing", "ok", wishes(0)),
        of("64 wishes", "as many as a profile may hold", "ok", wishes(64)),
        of("65 wishes", "one more", "out_of_bounds", wishes(65)),
        of("8 addresses", "as many as a profile may hold", "ok", addresses(8)),
        of("9 addresses", "one more", "out_of_bounds", addresses(9)),
        of("too long an address", "257 bytes", "out_of_bounds", |profile| profile.addresses = vec!["a".repeat(257)]),
        of("a board", "it keeps a board", "ok", |profile| profile.board = true),
        of("no agreements", "it accepts nothing", "ok", |profile| profile.agreements.clear()),
    ]
}

fn spellings() -> Vec<Case> {
    let faults = [
        ("unknown field", "wishes/0/fields", texts(&["no.such"])),
        ("fields out of order", "wishes/0/fields", texts(&["name.full", "email"])),
        ("unknown purpose", "wishes/0/purpose", text("Everything")),
        ("unknown agreement", "agreements", texts(&["SD-EVERYTHING"])),
        ("agreements out of order", "agreements", texts(&["SD-BASE-A", "SD-BASE"])),
        ("agreement twice", "agreements", texts(&["SD-BASE", "SD-BASE"])),
        ("address as bytes", "addresses", Cbor::Array(vec![bytes(b"x")])),
        ("name as null", "name", Cbor::Null),
    ];
    faults
        .into_iter()
        .map(|(name, path, value)| {
            let tree = tree(&own()).with(&format!("1/{path}"), value);
            named(case(signed(&tree, &supplier())), name, "not a form of this type", "malformed")
        })
        .collect()
}

/// `keys` is there where it says something, and nowhere else.
fn keys() -> Vec<Case> {
    let with = |name: &str, about: &str, key: &str, said: Cbor| {
        let mut tree = tree(&own());
        tree.at("1").entries().push((text(key), said));
        tree.at("1").sort_keys();
        named(case(signed(&tree, &supplier())), name, about, "malformed")
    };
    let spelt = |name: &str, about: &str, keys: Cbor| with(name, about, "keys", keys);
    let empty = Cbor::Map(vec![
        (text("next"), Cbor::Null),
        (text("revoked"), Cbor::Array(Vec::new())),
        (text("rotations"), Cbor::Array(Vec::new())),
    ]);
    vec![
        of("a next key", "it commits to one", "ok", |profile| profile.keys.next = Some(stranger().public())),
        of("a key that was stolen", "it names one, and commits to none", "ok", |profile| {
            profile.keys.revoked.insert(stranger().public());
        }),
        spelt("keys that say nothing", "the key `keys` is missing where its parts are empty", empty),
        spelt("keys of null", "and is never null", Cbor::Null),
        with("no board", "the key `board` is missing where it keeps none", "board", Cbor::Bool(false)),
    ]
}
