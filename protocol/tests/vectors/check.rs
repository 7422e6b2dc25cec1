//! Runs one case through the code. In: a file and a case, as read from JSON. Out: nothing, or in what it differs.
//!
//! Only the protocol's public parts are used, so another implementation can follow the same steps.

use std::collections::BTreeMap;

use regie_protocol::{
    Acceptance, Alternative, Chain, Delegation, Grant, GrantState, KeyHistory, Lineage, Object, ObjectId, Person,
    Policy, Profile, PublicKey, Refusal, Renewal, RootSeed, Rotation, Signed, Timestamp, Used, Value, Verified,
    VerifiedGrant,
    act::{Act, ActAnswer, ActReceipt},
    audit::TreeHead,
    intent::{Intent, Offer, TakeUp, Withdrawal},
    limits, merkle,
    person::{Input, Record},
    segment::{CountReport, Membership, Segment},
    tally::{HelperCard, TallyReport},
    wire,
};

use crate::{
    check_person, check_supplier,
    fixtures::{
        self,
        cbor::{Cbor, bytes, text},
    },
    format::{Case, File, SignedHex, Step, Uses, unhex},
    memory::Memory,
};

/// What came of a case: a code, and what else can be seen.
#[derive(Debug, Default)]
pub struct Found {
    pub code: String,
    pub id: Option<String>,
    pub answers: Option<BTreeMap<String, String>>,
    pub held: Option<Vec<String>>,
    pub undelivered: Option<usize>,
    pub log_size: Option<u64>,
}

impl Found {
    pub fn ok(id: String) -> Self {
        Self { code: "ok".into(), id: Some(id), ..Self::default() }
    }
}

impl From<Refusal> for Found {
    fn from(code: Refusal) -> Self {
        Self { code: code.code().into(), ..Self::default() }
    }
}

/// Runs the case; the error says what differs.
pub fn case(file: &File, case: &Case) -> Result<(), String> {
    let found = match file.object.as_str() {
        "grant" => chain(&[SignedHex { body: case.body.clone(), signature: case.signature.clone() }], case),
        "delegation-chain" => chain(&case.chain, case),
        "request" => check_person::message(file, case, "request"),
        "acknowledgement" => check_person::message(file, case, "acknowledge"),
        "erasure-receipt" => check_person::message(file, case, "erased"),
        "disclosure" => check_supplier::message(file, case, "disclose"),
        "revocation" => check_supplier::message(file, case, "revoke"),
        "pairing" => check_supplier::message(file, case, "pair"),
        "profile" => profile(case),
        "acceptance" => acceptance(case),
        "alternative" => alternative(case),
        "rotation" => rotation(case),
        "renewal" => bare::<Renewal>(case, |_| true),
        "item" => check_person::message(file, case, "put"),
        "intent" => bare::<Intent>(case, Intent::well_formed),
        "withdrawal" => bare::<Withdrawal>(case, |_| true),
        "offer" => bare::<Offer>(case, Offer::well_formed),
        "take-up" => bare::<TakeUp>(case, |_| true),
        "segment" => bare::<Segment>(case, Segment::well_formed),
        "membership" => bare::<Membership>(case, |_| true),
        "count-report" => bare::<CountReport>(case, |_| true),
        "helper" => bare::<HelperCard>(case, |_| true),
        "tally-report" => bare::<TallyReport>(case, |_| true),
        "act" => bare::<Act>(case, |act| act.what.well_formed()),
        "act-receipt" => bare::<ActReceipt>(case, |_| true),
        "act-answer" => bare::<ActAnswer>(case, |answer| (1..=limits::ACT_ANSWERS).contains(&answer.number)),
        "tree-head" => tree_head(case),
        "ed25519" => ed25519(case)?,
        other => return Err(format!("no check for {other}")),
    };
    compare(case, &found)
}

/// An object by itself: form, signature, bounds.
fn bare<T: Object>(case: &Case, fits: impl Fn(&T) -> bool) -> Found {
    let checked = read::<T>(&own(case)).and_then(|signed| signed.verify().map_err(Refusal::from));
    match checked {
        Ok(object) if fits(&object) => Found::ok(object.id().to_string()),
        Ok(_) => Refusal::Malformed.into(),
        Err(code) => code.into(),
    }
}

fn compare(case: &Case, found: &Found) -> Result<(), String> {
    if found.code != case.expect {
        return Err(format!("expected {}, found {}", case.expect, found.code));
    }
    if (case.expect == "ok") != case.id.is_some() {
        return Err("a case that is ok, and no other, names the object's id".into());
    }
    let same = found.id.is_none() || found.id == case.id;
    let seen = |wanted: bool, same: bool, what: String| if wanted && !same { Err(what) } else { Ok(()) };
    seen(true, same, format!("the id is {:?}", found.id))?;
    seen(case.answers.is_some(), found.answers == case.answers, format!("the answers are {:?}", found.answers))?;
    seen(case.held.is_some(), found.held == case.held, format!("held is {:?}", found.held))?;
    let undelivered = found.undelivered == case.undelivered;
    seen(case.undelivered.is_some(), undelivered, format!("undelivered are {:?}", found.undelivered))?;
    seen(case.log_size.is_some(), found.log_size == case.log_size, format!("the log has {:?}", found.log_size))
}

/// A frame with one message, put together by hand.
pub fn frame(message: &str, signed: &SignedHex) -> Vec<u8> {
    Cbor::Map(vec![(text(message), travelling(signed))]).write()
}

fn travelling(signed: &SignedHex) -> Cbor {
    let parts = [("body", signed.body.bytes()), ("signature", unhex(&signed.signature))];
    Cbor::Map(parts.into_iter().map(|(key, value)| (text(key), bytes(&value))).collect())
}

pub fn read<T: Object>(signed: &SignedHex) -> Result<Signed<T>, Refusal> {
    Ok(wire::decode(&travelling(signed).write(), limits::FRAME_BYTES)?)
}

/// One that the case's setup relies on.
pub fn sound<T: Object>(signed: &SignedHex) -> Signed<T> {
    read(signed).expect("a sound object")
}

pub fn own(case: &Case) -> SignedHex {
    SignedHex { body: case.body.clone(), signature: case.signature.clone() }
}

pub fn as_step(case: &Case, message: &str) -> Step {
    let SignedHex { body, signature } = own(case);
    let (from, now) = (case.from.clone(), case.now.expect("a time"));
    Step { message: message.into(), from, body, signature, now, times: 1, expect: case.expect.clone() }
}

pub fn key(did: &str) -> PublicKey {
    did.parse().expect("a did:key")
}

struct Happened<'a> {
    revoked: &'a [String],
    used: &'a [Uses],
}

impl GrantState for Happened<'_> {
    fn revoked(&self, id: &ObjectId) -> bool {
        self.revoked.contains(&id.to_string())
    }

    fn used(&self, id: &ObjectId, now: Timestamp) -> Used {
        self.used.iter().find(|uses| uses.id == id.to_string()).map(used).unwrap_or_default().at(now)
    }
}

pub fn used(uses: &Uses) -> Used {
    Used { in_all: uses.in_all, this_hour: uses.this_hour, hour: Timestamp(uses.hour) }
}

fn chain(signed: &[SignedHex], case: &Case) -> Found {
    let checked = || {
        let (grant, links) = signed.split_first().expect("a grant");
        let links = links.iter().map(read::<Delegation>).collect::<Result<_, _>>()?;
        let chain = Chain { grant: read::<Grant>(grant)?, links };
        let verified = VerifiedGrant::check(&chain, &key(&case.person), &key(&case.holder))?;
        let state = Happened { revoked: &case.revoked, used: &case.used };
        verified.live(&state, Timestamp(case.now.expect("a time")))?;
        Ok(verified.ids().last().expect("one link").to_string())
    };
    checked().map_or_else(|code: Refusal| code.into(), Found::ok)
}

/// Form and signature, then the signer against the key that is expected.
fn signed_by<T: Object>(signed: &SignedHex, signer: &str) -> Result<Verified<T>, Refusal> {
    let object = read::<T>(signed)?.verify()?;
    if *object.signer() == key(signer) { Ok(object) } else { Err(Refusal::WrongSender) }
}

fn profile(case: &Case) -> Found {
    let found = match signed_by::<Profile>(&own(case), &case.from) {
        Err(code) => code.into(),
        Ok(profile) if profile.well_formed() => Found::ok(profile.id().to_string()),
        Ok(_) => Found { code: "out_of_bounds".into(), ..Found::default() },
    };
    let acceptance = case.acceptance.as_ref().expect("an acceptance");
    let taken = takes(case, &own(case), acceptance);
    assert_eq!(taken, found.code == "ok", "{}: the machine takes what the check takes", case.name);
    found
}

fn acceptance(case: &Case) -> Found {
    let profile = case.profile.as_ref().expect("a profile");
    let taken = takes(case, profile, &own(case));
    match signed_by::<Acceptance>(&own(case), &case.from) {
        Err(code) => {
            assert!(!taken, "{}: the machine took it", case.name);
            code.into()
        }
        Ok(acceptance) if taken => Found::ok(acceptance.id().to_string()),
        Ok(_) => Found { code: "not_as_proffered".into(), ..Found::default() },
    }
}

/// Does a person's machine begin a relationship on this profile and acceptance?
fn takes(case: &Case, profile: &SignedHex, acceptance: &SignedHex) -> bool {
    let (Ok(profile), Ok(acceptance)) = (read(profile), read(acceptance)) else { return false };
    let mut person = of_seed(case);
    let now = Timestamp(case.now.expect("a time"));
    let pairing = sound(case.pairing.as_ref().expect("a pairing"));
    let input = Input::Paired(&key(&case.from), profile, acceptance, &pairing);
    let done = person.handle(input, now, &mut Memory::new(7));
    assert_eq!(person.relationships().count(), usize::from(done.is_ok()), "an error changes nothing");
    done.is_ok()
}

/// A person's machine that knows nobody.
fn of_seed(case: &Case) -> Person {
    let seed = unhex(&case.key).try_into().expect("32 bytes");
    Person::new(RootSeed::from_entropy(seed), Policy::preset("careful").expect("a preset"))
}

/// Does a person's machine weigh this as the answer to its pairing?
fn alternative(case: &Case) -> Found {
    let pairing = sound(case.pairing.as_ref().expect("a pairing"));
    let weighed = |signed| of_seed(case).weigh(&key(&case.from), &pairing, signed);
    match signed_by::<Alternative>(&own(case), &case.from) {
        Err(code) => {
            let taken = read(&own(case)).is_ok_and(|signed| weighed(signed).is_ok());
            assert!(!taken, "{}: the machine took it", case.name);
            code.into()
        }
        Ok(alternative) => match weighed(alternative.signed().clone()) {
            Ok(weighed) => Found::ok(weighed.id.to_string()),
            Err(_) => Found { code: "not_as_proffered".into(), ..Found::default() },
        },
    }
}

/// Does the person's node follow it from the key in force (`from`), which committed to another (`holder`)?
fn rotation(case: &Case) -> Found {
    let met = Profile {
        keys: KeyHistory { next: Some(key(&case.holder)), ..KeyHistory::default() },
        ..fixtures::profile(key(&case.from), "De Webwinkel BV")
    };
    let signed = match read::<Rotation>(&own(case)) {
        Err(code) => return code.into(),
        Ok(signed) => signed,
    };
    let id = signed.id();
    match Lineage::of(&met).rotated(signed) {
        Ok(_) => Found::ok(id.to_string()),
        Err(code) => code.into(),
    }
}

fn tree_head(case: &Case) -> Found {
    let head = match signed_by::<TreeHead>(&own(case), &case.from) {
        Err(code) => return code.into(),
        Ok(head) => head,
    };
    let leaves: Vec<merkle::Hash> = case.leaves.iter().flatten().map(|entry| merkle::leaf(&unhex(entry))).collect();
    let same = case.leaves.is_none() || (head.size == leaves.len() as u64 && head.root == merkle::root(&leaves));
    if same { Found::ok(head.id().to_string()) } else { Found { code: "log_differs".into(), ..Found::default() } }
}

/// The key by itself, then the signature by it over a tree head.
fn ed25519(case: &Case) -> Result<Found, String> {
    let bytes: [u8; 32] = unhex(&case.key).try_into().expect("32 bytes");
    let usable = if PublicKey::from_bytes(&bytes).is_ok() { "ok" } else { "bad_key" };
    if usable != case.key_expect {
        return Err(format!("expected the key to be {}, found {usable}", case.key_expect));
    }
    let checked = read::<TreeHead>(&own(case)).and_then(|signed| Ok(signed.verify()?));
    Ok(checked.map_or_else(Found::from, |head| Found::ok(head.id().to_string())))
}

/// What a person's value looks like in a state: plain text.
pub fn value(text: &str) -> Value {
    text.parse().expect("a value")
}

/// Replays records into a fresh machine.
pub fn replay(seed: [u8; 32], policy: &str, records: &[Record]) -> Person {
    let policy = Policy::preset(policy).expect("a preset");
    let mut person = Person::new(RootSeed::from_entropy(seed), policy);
    for record in records {
        person.restore(record).expect("a sound record");
    }
    person
}
