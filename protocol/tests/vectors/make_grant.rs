//! Cases of a grant by itself: form, bounds, who issued it, who holds it, and whether it is in force now.

use regie_protocol::{Access, Agreement, Days, Grant, Object as _, Purpose, Timestamp, limits};

use crate::{
    fixtures::{
        DAY, HOUR, NOW, bounds,
        cbor::{Cbor, bytes, text, texts},
        cid, grant, other_person, person, stranger, supplier, tree,
    },
    format::{Case, File, SignedHex, Uses},
    forms::{Sample, named, nonce, signed, signed_value},
};

const CLAUSE: &str = "4";

/// The moment at which the cases ask.
const THEN: u64 = NOW + DAY;

pub fn file() -> File {
    let sample = Sample {
        tree: tree(&grant()),
        key: &person(),
        signer: "issuer",
        time: "scope/bounds/not_before",
        tampers: tampers(),
        case: &case,
    };
    let mut cases = sample.cases();
    cases.extend(parties());
    cases.extend(moments());
    cases.extend(uses());
    cases.extend(out_of_bounds());
    cases.extend(spellings());
    File {
        object: "grant".into(),
        tag: Grant::TAG.into(),
        about: "A grant that its audience uses itself: checked for a person and a holder, then asked whether it is \
                in force."
            .into(),
        cases,
        ..File::default()
    }
}

/// Every part of a grant and a scope with another sound value; delegations share the scope's.
pub fn scope_tampers() -> Vec<(&'static str, Cbor)> {
    vec![
        ("scope/fields", texts(&["name.family", "group:address"])),
        ("scope/purposes", texts(&["Marketing"])),
        ("scope/access", text("subscribe")),
        ("scope/bounds/per_hour", Cbor::Uint(61)),
        ("scope/bounds/uses", Cbor::Null),
        ("scope/bounds/not_before", Cbor::Uint(NOW - 1)),
        ("scope/bounds/expires", Cbor::Uint(NOW + 366 * DAY)),
        ("scope/bounds/retention", Cbor::Uint(31)),
        ("scope/bounds/delegations", Cbor::Uint(3)),
    ]
}

fn tampers() -> Vec<(&'static str, Cbor)> {
    let mut all = scope_tampers();
    all.extend([
        ("issuer", bytes(other_person().public().as_bytes())),
        ("audience", bytes(stranger().public().as_bytes())),
        ("agreement", text("SD-BASE-A")),
        ("nonce", nonce(0x12)),
    ]);
    all
}

fn case(object: SignedHex) -> Case {
    Case {
        clause: CLAUSE.into(),
        body: object.body,
        signature: object.signature,
        now: Some(THEN),
        person: person().public().to_string(),
        holder: supplier().public().to_string(),
        ..Case::default()
    }
}

/// The case of a changed grant, signed soundly.
fn of(name: &str, about: &str, expect: &str, change: impl Fn(&mut Grant)) -> Case {
    let mut grant = grant();
    change(&mut grant);
    named(case(signed_value(&grant, &person())), name, about, expect)
}

/// The case of the plain grant in a changed situation.
fn when(name: &str, about: &str, expect: &str, change: impl Fn(&mut Case)) -> Case {
    let mut changed = case(signed_value(&grant(), &person()));
    change(&mut changed);
    named(changed, name, about, expect)
}

fn parties() -> Vec<Case> {
    let mut foreign = grant();
    foreign.issuer = other_person().public();
    vec![
        when("wrong audience", "a stranger shows it", "wrong_audience", |case| {
            case.holder = stranger().public().to_string();
        }),
        when("wrong person", "shown to a person who did not issue it", "wrong_audience", |case| {
            case.person = other_person().public().to_string();
        }),
        named(
            case(signed_value(&foreign, &other_person())),
            "wrong issuer",
            "issued and signed by another person",
            "wrong_audience",
        ),
        of("issued to another", "its audience is not the holder", "wrong_audience", |grant| {
            grant.audience = stranger().public();
        }),
    ]
}

fn moments() -> Vec<Case> {
    let end = NOW + 365 * DAY;
    let moments = [
        ("1 ms before it begins", NOW - 1, "not_yet_valid"),
        ("not yet valid", NOW - 30 * DAY, "not_yet_valid"),
        ("leeway does not begin it", NOW - limits::CLOCK_LEEWAY_MS, "not_yet_valid"),
        ("the moment it begins", NOW, "ok"),
        ("1 ms before it expires", end - 1, "ok"),
        ("the moment it expires", end, "expired"),
        ("leeway does not prolong it", end + limits::CLOCK_LEEWAY_MS, "expired"),
        ("expired", end + DAY, "expired"),
        ("the beginning of time", 0, "not_yet_valid"),
        ("the end of time", u64::MAX, "expired"),
    ];
    moments
        .into_iter()
        .map(|(name, now, expect)| {
            when(name, "the grant stays the same, the time differs", expect, |case| case.now = Some(now))
        })
        .collect()
}

fn uses() -> Vec<Case> {
    let id = cid(&tree(&grant()).write());
    let other = cid(b"another grant");
    let used = |id: &str, in_all, this_hour, hour| Uses { id: id.into(), in_all, this_hour, hour };
    let with = |name, about, expect, uses: Uses| when(name, about, expect, move |case| case.used = vec![uses.clone()]);
    let once = |in_all| {
        let mut grant = grant();
        (grant.scope.access, grant.scope.bounds.uses) = (Access::ReadOnce, None);
        let mut case = case(signed_value(&grant, &person()));
        let id = cid(&case.body.bytes());
        case.used = vec![used(&id, in_all, in_all, THEN)];
        case
    };
    let endless = |grant: &mut Grant| grant.scope.bounds.uses = None;
    let mut unbounded = of("no bound on uses", "uses is null", "ok", endless);
    unbounded.used = vec![used(&unbounded.id.clone().expect("ok"), 1_000_000, 0, 0)];
    vec![
        with("last use left", "9 of 10 uses", "ok", used(&id, 9, 0, 0)),
        with("used up", "10 of 10 uses", "used_up", used(&id, 10, 0, 0)),
        with("used past its bound", "11 of 10 uses", "used_up", used(&id, 11, 0, 0)),
        unbounded,
        named(once(0), "read once, not yet read", "access read_once, no use", "ok"),
        named(once(1), "read once, read", "access read_once, one use, though uses is null", "used_up"),
        with("last use of the hour", "59 of 60", "ok", used(&id, 9, 59, THEN - 1)),
        with("rate limited", "60 of 60 in this hour", "rate_limited", used(&id, 9, 60, THEN - 1)),
        with("end of the hour", "60 of 60, the hour ends in 1 ms", "rate_limited", used(&id, 9, 60, THEN - HOUR + 1)),
        with("a new hour", "60 of 60 in the hour that ends now", "ok", used(&id, 9, 60, THEN - HOUR)),
        of("no use an hour", "per_hour is 0", "rate_limited", |grant| grant.scope.bounds.per_hour = 0),
        with("used up in a full hour", "both bounds are reached", "used_up", used(&id, 10, 60, THEN)),
        with("another grant is used up", "the counts are of another grant", "ok", used(&other, 99, 99, THEN)),
        when("revoked", "its id was revoked", "revoked", |case| case.revoked = vec![id.clone()]),
        when("revoked and expired", "the revocation is told first", "revoked", |case| {
            (case.revoked, case.now) = (vec![id.clone()], Some(NOW + 400 * DAY));
        }),
        when("revoked before it begins", "the revocation is told first", "revoked", |case| {
            (case.revoked, case.now) = (vec![id.clone()], Some(NOW - DAY));
        }),
        when("another grant is revoked", "the revoked id is of another grant", "ok", |case| {
            case.revoked = vec![other.clone()];
        }),
    ]
}

fn out_of_bounds() -> Vec<Case> {
    let life = |days: u64| move |grant: &mut Grant| grant.scope.bounds.expires = Timestamp(NOW + days * DAY);
    let retention = |days| move |grant: &mut Grant| grant.scope.bounds.retention = Days(days);
    let delegations = |count| move |grant: &mut Grant| grant.scope.bounds.delegations = count;
    let purposes = |count| {
        move |grant: &mut Grant| {
            grant.scope.purposes = Purpose::ALL.iter().copied().take(count).collect();
        }
    };
    let longest = u64::from(limits::GRANT_DAYS);
    assert!(Purpose::ALL.len() > limits::PURPOSES && Agreement::ALL.len() == 13 && bounds().delegations == 2);
    vec![
        of("no fields", "fields is empty", "malformed", |grant| grant.scope.fields.clear()),
        of("no purposes", "purposes is empty", "malformed", |grant| grant.scope.purposes.clear()),
        of("16 purposes", "as many as one grant may name", "ok", purposes(16)),
        of("17 purposes", "one more than one grant may name", "malformed", purposes(17)),
        of("no life", "it expires the moment it begins", "malformed", |grant| {
            grant.scope.bounds.expires = grant.scope.bounds.not_before;
        }),
        of("expires before it begins", "its end is before its beginning", "malformed", |grant| {
            grant.scope.bounds.expires = Timestamp(NOW - 1);
        }),
        of("longest life", "1,830 days", "ok", life(longest)),
        of("too long a life", "1,831 days", "malformed", life(longest + 1)),
        of("endless", "it expires at the end of time", "malformed", |grant| {
            grant.scope.bounds.expires = Timestamp(u64::MAX);
        }),
        of("longest retention", "3,660 days", "ok", retention(3660)),
        of("too long a retention", "3,661 days", "malformed", retention(3661)),
        of("4 delegations", "as deep as a chain may be", "ok", delegations(4)),
        of("5 delegations", "one deeper", "malformed", delegations(5)),
    ]
}

/// Bodies that a careless decoder would take; each is signed soundly.
fn spellings() -> Vec<Case> {
    let long_id = "group:address";
    let faults = [
        ("wildcard field", "scope/fields", texts(&["address.*"])),
        ("unknown field", "scope/fields", texts(&["no.such"])),
        ("unknown group", "scope/fields", texts(&["group:everything"])),
        ("look-alike field", "scope/fields", texts(&["addre\u{17f}s.street"])),
        ("field with a space", "scope/fields", texts(&["name.full "])),
        ("fields out of order", "scope/fields", texts(&[long_id, "name.full"])),
        ("field twice", "scope/fields", texts(&["name.full", "name.full"])),
        ("fields as text", "scope/fields", text("name.full")),
        ("unknown purpose", "scope/purposes", texts(&["Everything"])),
        ("purpose with its prefix", "scope/purposes", texts(&["dpv:RequestedServiceProvision"])),
        ("purposes out of order", "scope/purposes", texts(&["DirectMarketing", "ServiceProvision"])),
        ("purpose twice", "scope/purposes", texts(&["ServiceProvision", "ServiceProvision"])),
        ("unknown access", "scope/access", text("write")),
        ("access in capitals", "scope/access", text("Read")),
        ("unknown agreement", "agreement", text("SD-EVERYTHING")),
        ("agreement in small letters", "agreement", text("sd-base")),
        ("uses left out", "scope/bounds", Cbor::Null),
        ("uses of 2^32", "scope/bounds/uses", Cbor::Uint(1 << 32)),
        ("per hour of 2^32", "scope/bounds/per_hour", Cbor::Uint(1 << 32)),
        ("delegations of 256", "scope/bounds/delegations", Cbor::Uint(256)),
        ("short nonce", "nonce", bytes(&[0; 15])),
        ("long nonce", "nonce", bytes(&[0; 17])),
        ("nonce as text", "nonce", text("11111111111111111111111111111111")),
        ("audience of order 4", "audience", bytes(&[0; 32])),
    ];
    let mut cases: Vec<Case> = faults
        .into_iter()
        .map(|(name, path, value)| {
            let mut tree = tree(&grant());
            if name == "uses left out" {
                tree.at("1/scope/bounds").entries().retain(|(key, _)| *key != text("uses"));
            } else {
                *tree.at(&format!("1/{path}")) = value;
            }
            named(case(signed(&tree, &person())), name, "not a form of this type", "malformed")
        })
        .collect();
    let mut more = tree(&grant());
    more.at("1/scope/bounds").entries().push((text("zz"), Cbor::Uint(1)));
    more.at("1/scope/bounds").sort_keys();
    cases.push(named(case(signed(&more, &person())), "unknown bound", "an unknown key inside the bounds", "malformed"));
    cases
}
