//! Cases of a disclosure, taken by a companion: who sends it, and whether its log entry says what it says.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    AskedPath, Attestation, FieldPath, Grant, Keypair, Nonce, Object as _, ObjectId, Provenance, Purpose, Refusal,
    Signed, Timestamp,
    audit::{self, Committed, Entry, Event, ProvenEntry},
    disclosure::{Answer, Disclosure},
    limits,
    merkle::{self, Hash},
    wire,
};

use crate::{
    fixtures::{
        NOW,
        cbor::{Cbor, bytes, text},
        cid, grant, observed, other_person, person, selectors, stranger, supplier, tree,
    },
    format::{Case, File, SignedHex, Step},
    forms::{Sample, named, nonce, signed, signed_value},
    make_disclosure_proofs,
    states::{companion, one, revocation, signed_grant},
};

pub fn file() -> File {
    let tree = tree(&disclosure());
    let sample = Sample {
        tree: tree.clone(),
        key: &person(),
        signer: "person",
        time: "at",
        tampers: vec![
            ("person", bytes(other_person().public().as_bytes())),
            ("supplier", bytes(stranger().public().as_bytes())),
            ("request", nonce(0x34)),
            ("at", Cbor::Uint(NOW + 1)),
            ("answers/name.full/value/observed/value", text("Anna de Vries")),
            ("answers/name.full/value/salt", nonce(0x56)),
            ("answers/income.annual", text("absent")),
            ("answers/no.such/refused", text("declined")),
            ("grants", Cbor::Array(Vec::new())),
            ("entry/entry", bytes(&[0xa0])),
            ("entry/index", Cbor::Uint(2)),
            ("entry/size", Cbor::Uint(5)),
            ("entry/root", bytes(&[0; 32])),
            ("entry/proof", Cbor::Array(Vec::new())),
            ("epoch", Cbor::Uint(1)),
            ("grown", Cbor::Array(Vec::new())),
        ],
        case: &case,
    };
    let mut cases = sample.cases();
    cases[0].held = Some(vec!["name.full".into()]);
    cases.extend(parties());
    cases.extend(commitments());
    cases.extend(provenances());
    cases.extend(answer_sets());
    cases.extend(make_disclosure_proofs::proofs());
    cases.extend(make_disclosure_proofs::heads());
    cases.extend(bounds());
    cases.extend(grants());
    File {
        object: "disclosure".into(),
        tag: Disclosure::TAG.into(),
        about: "An answer as it comes to the supplier's companion from a connected person.".into(),
        suppliers: one("paired", companion()),
        cases,
        ..File::default()
    }
}

/// The whole of a disclosure before it is signed, each part open to change.
pub struct Draft {
    pub answers: BTreeMap<AskedPath, Answer>,
    pub event: Event,
    /// The leaves before its entry.
    pub earlier: Vec<Vec<u8>>,
    pub grants: Vec<Signed<Grant>>,
}

fn path(name: &str) -> AskedPath {
    name.parse().expect("a path")
}

fn field(name: &str) -> FieldPath {
    name.parse().expect("a field")
}

fn grant_id() -> ObjectId {
    cid(&tree(&grant()).write()).parse().expect("an id")
}

fn sound<T>(signed: &SignedHex) -> Signed<T> {
    Signed::from_parts(signed.body.bytes(), signed.signature.parse().expect("a signature"))
}

impl Draft {
    pub fn new() -> Self {
        let (salt, observed, grant) = (Nonce([0x55; 16]), observed("Anna Bakker"), grant_id());
        let commitment = audit::commit(&salt, &observed).expect("commits");
        let event = Event::Answered {
            request: Some(Nonce([0x33; 16])),
            released: BTreeMap::from([(field("name.full"), Committed { grant, commitment })]),
            absent: BTreeSet::from([field("address.region")]),
            asked: BTreeMap::from([(path("income.annual"), "sensitive data only with my word".into())]),
            refused: BTreeMap::from([(path("no.such"), Refusal::UnknownField)]),
        };
        let answers = BTreeMap::from([
            (path("name.full"), Answer::Value { observed, grant, salt }),
            (path("address.region"), Answer::Absent),
            (path("income.annual"), Answer::Asked),
            (path("no.such"), Answer::Refused(Refusal::UnknownField)),
        ]);
        let earlier = (0..3u8).map(|n| vec![n; 8]).collect();
        Self { answers, event, earlier, grants: vec![sound(&signed_grant(&super::fixtures::grant()))] }
    }

    pub fn finish(self) -> Disclosure {
        let entry = Entry { at: Timestamp(NOW), salt: Nonce([0x57; 16]), event: self.event };
        let entry = wire::encode(&entry).expect("encodes");
        let grown = self.earlier.iter().map(|leaf| merkle::leaf(leaf)).collect();
        Disclosure {
            person: person().public(),
            supplier: supplier().public(),
            request: Some(Nonce([0x33; 16])),
            at: Timestamp(NOW),
            answers: self.answers,
            grants: self.grants,
            entry: proven(entry, &self.earlier),
            epoch: 0,
            grown,
        }
    }
}

/// Proves an entry behind earlier leaves, the way of RFC 6962: from all leaves at once.
pub fn proven(entry: Vec<u8>, earlier: &[Vec<u8>]) -> ProvenEntry {
    let leaves: Vec<Hash> = earlier.iter().chain([&entry]).map(|leaf| merkle::leaf(leaf)).collect();
    let (index, root) = (leaves.len() - 1, merkle::root(&leaves));
    let proof = merkle::prove(&leaves, index).expect("a leaf");
    ProvenEntry { entry, index: index as u64, size: leaves.len() as u64, root, proof }
}

fn disclosure() -> Disclosure {
    Draft::new().finish()
}

pub fn case(object: SignedHex) -> Case {
    Case {
        clause: "7".into(),
        body: object.body,
        signature: object.signature,
        from: person().public().to_string(),
        now: Some(NOW),
        state: "paired".into(),
        ..Case::default()
    }
}

/// A change of the finished disclosure, signed anew.
pub fn of(name: &str, about: &str, expect: &str, change: impl FnOnce(&mut Disclosure)) -> Case {
    let mut disclosure = disclosure();
    change(&mut disclosure);
    named(case(signed_value(&disclosure, &person())), name, about, expect)
}

/// A change of the parts, before the entry is proven.
pub fn draft(name: &str, about: &str, expect: &str, change: impl FnOnce(&mut Draft)) -> Case {
    let mut draft = Draft::new();
    change(&mut draft);
    named(case(signed_value(&draft.finish(), &person())), name, about, expect)
}

fn parties() -> Vec<Case> {
    let foreign = |key: &Keypair, from: &Keypair, name: &str, about: &str, expect: &str| {
        let disclosure = Disclosure { person: key.public(), ..disclosure() };
        let mut case = case(signed_value(&disclosure, key));
        case.from = from.public().to_string();
        named(case, name, about, expect)
    };
    vec![
        of("wrong audience", "for another supplier", "wrong_audience", |d| d.supplier = stranger().public()),
        foreign(&person(), &other_person(), "wrong sender", "another person passes it on", "wrong_sender"),
        foreign(&other_person(), &person(), "wrong issuer", "another person's, signed by that person", "wrong_sender"),
        foreign(&other_person(), &other_person(), "not paired", "a person without a relationship", "not_paired"),
    ]
}

fn value(d: &mut BTreeMap<AskedPath, Answer>) -> (&mut regie_protocol::Observed, &mut ObjectId, &mut Nonce) {
    match d.get_mut(&path("name.full")) {
        Some(Answer::Value { observed, grant, salt }) => (observed, grant, salt),
        other => panic!("{other:?} is not a value"),
    }
}

fn commitments() -> Vec<Case> {
    let another: ObjectId = cid(b"another grant").parse().expect("an id");
    let logged = |change: &dyn Fn(&mut Committed)| {
        let mut draft = Draft::new();
        if let Event::Answered { released, .. } = &mut draft.event {
            released.values_mut().for_each(change);
        }
        signed_value(&draft.finish(), &person())
    };
    let of = |name, about, change: &dyn Fn(&mut Disclosure)| of(name, about, "malformed", change);
    vec![
        of("another value", "the commitment is to the old one", &|d| {
            value(&mut d.answers).0.value = "Bea".parse().expect("text")
        }),
        of("another provenance", "the commitment covers it", &|d| {
            value(&mut d.answers).0.provenance = Provenance::Imported("vcard".into());
        }),
        of("another time of observation", "the commitment covers it", &|d| {
            value(&mut d.answers).0.observed = Timestamp(NOW)
        }),
        of("another salt", "it does not open the commitment", &|d| value(&mut d.answers).2.0[0] ^= 1),
        of("another grant", "the log names the old one", &|d| *value(&mut d.answers).1 = another),
        named(
            case(logged(&|logged| logged.commitment.0[0] ^= 1)),
            "another commitment",
            "the log has it, proven, but nothing opens it",
            "malformed",
        ),
        named(
            case(logged(&|logged| logged.grant = another)),
            "another grant in the log",
            "proven, but not what the answer says",
            "malformed",
        ),
    ]
}

/// Another provenance, and the commitment made anew.
fn from(provenance: &Provenance) -> Disclosure {
    let mut draft = Draft::new();
    let (observed, _, salt) = value(&mut draft.answers);
    observed.provenance = provenance.clone();
    let commitment = audit::commit(salt, observed).expect("commits");
    if let Event::Answered { released, .. } = &mut draft.event {
        released.values_mut().for_each(|logged| logged.commitment = commitment);
    }
    draft.finish()
}

fn provenances() -> Vec<Case> {
    let attested = |presentation: Option<&str>| {
        let presentation = presentation.map(|text| text.parse().expect("a form"));
        Provenance::Attested(Attestation { issuer: "https://rvig.example".parse().expect("an issuer"), presentation })
    };
    let of = |name, about, provenance: &Provenance| {
        named(case(signed_value(&from(provenance), &person())), name, about, "ok")
    };
    let mut spelt = tree(&from(&attested(None)));
    let entries = spelt.at("1/answers/name.full/value/observed/provenance/attested");
    entries.entries().push((text("presentation"), Cbor::Null));
    entries.sort_keys();
    vec![
        of("from the supplier", "which proposed the value", &Provenance::Supplier(supplier().public())),
        of("attested", "an issuer vouches for it, and the proof is there", &attested(Some("e.y.s~d~k.b.j"))),
        of("attested without a proof", "no more than the person's word", &attested(None)),
        named(
            case(signed(&spelt, &person())),
            "a proof of null",
            "the key `presentation` is missing where there is none",
            "malformed",
        ),
    ]
}

fn answer_sets() -> Vec<Case> {
    let of = |name, about, change: &dyn Fn(&mut Disclosure)| of(name, about, "malformed", change);
    let with = |name: &'static str, answer: Answer| {
        move |d: &mut Disclosure| drop(d.answers.insert(path(name), answer.clone()))
    };
    vec![
        of("an answer more", "the log does not have it", &with("email", Answer::Absent)),
        of("a refusal more", "the log does not have it", &with("email", Answer::Refused(Refusal::NotGranted))),
        of("a value fewer", "the log says that it was released", &|d| drop(d.answers.remove(&path("name.full")))),
        of("a refusal fewer", "the log has it", &|d| drop(d.answers.remove(&path("no.such")))),
        of("no answers", "the log has four", &|d| d.answers.clear()),
        of("absent, but released", "the log says that a value left", &with("name.full", Answer::Absent)),
        of("asked, but absent", "the log has it among the absent", &with("address.region", Answer::Asked)),
        of("absent, but asked", "the log has it among the asked", &with("income.annual", Answer::Absent)),
        of("another refusal", "the log has another code", &with("no.such", Answer::Refused(Refusal::Declined))),
        of(
            "refused, but asked",
            "the log has it among the asked",
            &with("income.annual", Answer::Refused(Refusal::Declined)),
        ),
        of(
            "absent, and unknown",
            "no field can be absent that is not in the vocabulary",
            &with("no.such", Answer::Absent),
        ),
        of("another request", "the log names the old one", &|d| d.request = Some(Nonce([0x34; 16]))),
        of("no request", "the log names one", &|d| d.request = None),
        named(case(signed_value(&change(), &person())), "a change", "nobody asked for it", "ok"),
        draft("another event", "a proven entry that is no answer", "malformed", |draft| {
            draft.event = Event::Delivered { disclosure: grant_id() };
        }),
        draft("nothing answered", "no answers, and the log says so", "ok", |draft| {
            draft.answers.clear();
            let (released, absent) = (BTreeMap::new(), BTreeSet::new());
            let (asked, refused) = (BTreeMap::new(), BTreeMap::new());
            draft.event = Event::Answered { request: Some(Nonce([0x33; 16])), released, absent, asked, refused };
        }),
    ]
}

/// A value that is told without a request.
fn change() -> Disclosure {
    let mut draft = Draft::new();
    if let Event::Answered { request, .. } = &mut draft.event {
        *request = None;
    }
    Disclosure { request: None, ..draft.finish() }
}

pub fn message(message: &str, signed: SignedHex, expect: &str) -> Step {
    let (from, SignedHex { body, signature }) = (person().public().to_string(), signed);
    Step { message: message.into(), from, body, signature, now: NOW, times: 1, expect: expect.into() }
}

/// The sound disclosure, for what comes before other cases.
pub fn sound_disclosure() -> SignedHex {
    signed_value(&disclosure(), &person())
}

fn bounds() -> Vec<Case> {
    let refused = |count: usize| {
        move |draft: &mut Draft| {
            let all: BTreeMap<AskedPath, Refusal> =
                (0..count).map(|n| (path(&format!("no.such{n}")), Refusal::UnknownField)).collect();
            draft.answers = all.iter().map(|(path, code)| (path.clone(), Answer::Refused(*code))).collect();
            let (released, absent, asked) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
            let request = Some(Nonce([0x33; 16]));
            draft.event = Event::Answered { request, released, absent, asked, refused: all };
        }
    };
    let text_of = |name: &str, about: &str, expect: &str, value: &str| {
        let mut tree = tree(&disclosure());
        *tree.at("1/answers/name.full/value/observed/value") = text(value);
        named(case(signed(&tree, &person())), name, about, expect)
    };
    let longest = "a".repeat(limits::VALUE_BYTES);
    vec![
        draft("64 answers", "as many as one message holds", "ok", refused(64)),
        draft("65 answers", "one more", "too_large", refused(65)),
        draft("longest value", "4,096 bytes", "ok", |draft| {
            let (observed, _, salt) = value(&mut draft.answers);
            observed.value = longest.parse().expect("text");
            let commitment = audit::commit(salt, observed).expect("commits");
            if let Event::Answered { released, .. } = &mut draft.event {
                released.values_mut().for_each(|logged| logged.commitment = commitment);
            }
        }),
        text_of("too long a value", "4,097 bytes", "malformed", &(longest.clone() + "a")),
        text_of("value not trimmed", "a space before it", "malformed", " Anna Bakker"),
        text_of("empty value", "nothing", "malformed", ""),
        text_of("value with a bell", "a control character", "malformed", "Anna\u{7}Bakker"),
    ]
}

/// A value of a field that its grant does not cover.
fn uncovered() -> Case {
    let about = "the grant is for another field: nothing is kept";
    let mut case = draft("a value that its grant does not cover", about, "ok", |draft| {
        let mut own = grant();
        own.scope.fields = selectors(&["email"]);
        let signed = sound(&signed_grant(&own));
        *value(&mut draft.answers).1 = signed.id();
        if let Event::Answered { released, .. } = &mut draft.event {
            released.values_mut().for_each(|logged| logged.grant = signed.id());
        }
        draft.grants = vec![signed];
    });
    case.held = Some(Vec::new());
    case
}

fn grants() -> Vec<Case> {
    let with = |name: &str, about: &str, expect: &str, signed: SignedHex| {
        draft(name, about, expect, |draft| draft.grants = vec![sound(&signed)])
    };
    let changed = |change: &dyn Fn(&mut Grant)| {
        let mut grant = grant();
        change(&mut grant);
        grant
    };
    let foreign = changed(&|grant| grant.issuer = other_person().public());
    let elsewhere = changed(&|grant| grant.audience = stranger().public());
    let forged = SignedHex { signature: signed_value(&foreign, &other_person()).signature, ..signed_grant(&grant()) };
    let many = |count| move |draft: &mut Draft| draft.grants = vec![sound(&signed_grant(&grant())); count];
    let mut revoked = of("after a revocation", "its grant was revoked before it came: nothing is kept", "ok", |_| {});
    let notice = revocation(&grant_id().to_string(), true);
    revoked.before = vec![message("revoke", signed_value(&notice, &person()), "ok")];
    revoked.held = Some(Vec::new());
    let mut unknown =
        draft("a value under no grant", "the companion holds no such grant: nothing is kept", "ok", |draft| {
            draft.grants.clear();
        });
    unknown.held = Some(Vec::new());
    let mut refused = Draft::new();
    refused.grants = vec![sound(&forged)];
    let refused = message("disclose", signed_value(&refused.finish(), &person()), "bad_signature");
    let mut after = draft("after one that was refused", "which left no trace: this log is another", "ok", |draft| {
        draft.earlier = vec![vec![7; 8]; 3];
    });
    after.before = vec![refused];
    vec![
        after,
        with("a grant for another supplier", "issued with the answer", "wrong_audience", signed_grant(&elsewhere)),
        with(
            "a grant of another person",
            "issued with the answer",
            "wrong_sender",
            signed_value(&foreign, &other_person()),
        ),
        with("a forged grant", "its signature does not hold", "bad_signature", forged),
        with(
            "a grant outside the agreement",
            "SD-BASE permits no advertising",
            "outside_agreement",
            signed_grant(&changed(&|grant| grant.scope.purposes = [Purpose::DirectMarketing].into())),
        ),
        with(
            "a grant of no field",
            "out of its bounds",
            "malformed",
            signed_grant(&changed(&|grant| grant.scope.fields.clear())),
        ),
        uncovered(),
        draft("16 grants", "as many as one message holds", "ok", many(16)),
        draft("17 grants", "one more", "too_large", many(17)),
        revoked,
        unknown,
    ]
}
