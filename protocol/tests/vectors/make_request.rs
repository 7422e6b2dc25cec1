//! Cases of a request, decided by a person's node in a given state: who asks, when, how often, under what.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{Access, AskedPath, DataRequest, Days, Keypair, Nonce, Object, Purpose, Timestamp, limits};

use crate::{
    fixtures::{
        DAY, HOUR, NOW,
        cbor::{Cbor, bytes, text, texts},
        cid, grant, other_person, person, person_for, processor, request, stranger, supplier, tree,
    },
    format::{Case, File, PersonState, RelationshipState, SignedHex, Step, Uses},
    forms::{Sample, named, nonce, signed_value},
    make_request_chains,
    states::{paired, relationship, revocation, signed_grant},
};

const LEEWAY: u64 = limits::CLOCK_LEEWAY_MS;

pub fn file() -> File {
    let sample = Sample {
        tree: tree(&request()),
        key: &supplier(),
        signer: "supplier",
        time: "at",
        tampers: vec![
            ("id", nonce(0x34)),
            ("supplier", bytes(stranger().public().as_bytes())),
            ("person", bytes(other_person().public().as_bytes())),
            ("at", Cbor::Uint(NOW + 1)),
            ("fields", texts(&["income.annual"])),
            ("purpose", text("ServiceProvision")),
            ("reason", text("for something else")),
            ("access", text("subscribe")),
            ("duration", Cbor::Uint(31)),
            ("retention", Cbor::Uint(31)),
            ("delegations", Cbor::Uint(1)),
            ("chains", Cbor::Array(vec![make_request_chains::shown_tree()])),
        ],
        case: &case,
    };
    let mut cases = sample.cases();
    cases.extend(answers());
    cases.extend(parties());
    cases.extend(moments());
    cases.extend(replays());
    cases.extend(rates());
    cases.extend(bounds());
    cases.extend(make_request_chains::cases());
    File {
        object: "request".into(),
        tag: DataRequest::TAG.into(),
        about: "A request as it comes to the person's node from a connected supplier.".into(),
        persons: persons(),
        cases,
        ..File::default()
    }
}

fn persons() -> BTreeMap<String, PersonState> {
    let id = cid(&tree(&grant()).write());
    let with_processor = |mut state: PersonState| {
        let mandates = make_request_chains::brought();
        state.relationships.push(RelationshipState { mandates, ..relationship(&processor()) });
        state
    };
    let careful = || with_processor(paired("careful"));
    let used = |in_all, this_hour| {
        let used = vec![Uses { id: id.clone(), in_all, this_hour, hour: NOW }];
        PersonState { used, ..careful() }
    };
    let mut paused = careful();
    paused.relationships[0].paused = true;
    let mut forgetful = careful();
    forgetful.relationships[0].grants.clear();
    forgetful.relationships[1].mandates.clear();
    let revoked = |policy: &str| {
        let mut state = with_processor(paired(policy));
        state.revocations = vec![signed_value(&revocation(&id, true), &person())];
        state.relationships[0].withdrawn = vec!["address.street".into(), "name.full".into()];
        state
    };
    let mut once = careful();
    let mut read_once = grant();
    (read_once.scope.access, read_once.scope.bounds.uses) = (Access::ReadOnce, None);
    once.relationships[0].grants = vec![signed_grant(&read_once)];
    BTreeMap::from([
        ("paired".into(), careful()),
        ("balanced".into(), with_processor(paired("balanced"))),
        ("paused".into(), paused),
        ("restored from an older backup".into(), forgetful),
        ("used up".into(), used(10, 0)),
        ("rate limited".into(), used(1, 60)),
        ("revoked".into(), revoked("balanced")),
        ("read once".into(), once),
    ])
}

pub fn case(object: SignedHex) -> Case {
    Case {
        clause: "5".into(),
        body: object.body,
        signature: object.signature,
        from: supplier().public().to_string(),
        now: Some(NOW),
        state: "paired".into(),
        ..Case::default()
    }
}

pub fn by(key: &Keypair, change: impl Fn(&mut DataRequest)) -> SignedHex {
    let mut request = request();
    request.supplier = key.public();
    request.person = person_for(key).public();
    change(&mut request);
    signed_value(&request, key)
}

fn of(name: &str, about: &str, expect: &str, change: impl Fn(&mut DataRequest)) -> Case {
    named(case(by(&supplier(), change)), name, about, expect)
}

fn paths(names: &[&str]) -> BTreeSet<AskedPath> {
    names.iter().map(|name| name.parse().expect("a path")).collect()
}

/// A case whose answers are told field by field.
fn answered(state: &str, name: &str, about: &str, purpose: Purpose, answers: &[(&str, &str)]) -> Case {
    let names: Vec<&str> = answers.iter().map(|(path, _)| *path).collect();
    let mut case = of(name, about, "ok", |request| (request.fields, request.purpose) = (paths(&names), purpose));
    case.state = state.into();
    case.answers = Some(answers.iter().map(|(path, answer)| ((*path).into(), (*answer).into())).collect());
    case
}

fn answers() -> Vec<Case> {
    let delivery = Purpose::DeliveryOfGoods;
    vec![
        answered(
            "paired",
            "field by field",
            "granted and held, granted and empty, asked, refused by a rule, unknown",
            delivery,
            &[
                ("address.region", "absent"),
                ("address.street", "value"),
                ("email", "asked"),
                ("income.annual", "asked"),
                ("name.full", "value"),
                ("no.such", "unknown_field"),
                ("payment.iban", "not_granted"),
            ],
        ),
        answered(
            "paired",
            "purpose outside the grant",
            "the agreement permits no advertising",
            Purpose::DirectMarketing,
            &[("name.full", "outside_agreement")],
        ),
        answered(
            "paired",
            "broader purpose than the grant",
            "the person is asked",
            Purpose::ServiceProvision,
            &[("name.full", "asked")],
        ),
        answered(
            "paired",
            "tricks with names",
            "none is a field, each refuses itself",
            delivery,
            &[
                ("address", "unknown_field"),
                ("Name.full", "unknown_field"),
                ("name.full.x", "unknown_field"),
                ("namefull", "unknown_field"),
            ],
        ),
        answered(
            "balanced",
            "a rule issues a grant",
            "the contact group for a service asked for",
            delivery,
            &[("email", "absent"), ("income.annual", "asked")],
        ),
        answered(
            "used up",
            "under a grant that is used up",
            "no live grant covers the field",
            delivery,
            &[("name.full", "asked")],
        ),
        answered(
            "rate limited",
            "under a grant that is spent for this hour",
            "no rule gets round the bound",
            delivery,
            &[("name.full", "rate_limited")],
        ),
        answered(
            "revoked",
            "under a revoked grant",
            "no rule brings a withdrawn field back",
            delivery,
            &[("address.street", "revoked"), ("email", "absent"), ("name.full", "revoked")],
        ),
        {
            let later = NOW + 365 * DAY;
            let mut case = of("under an expired grant", "the request itself is in time", "ok", |request| {
                request.at = Timestamp(later);
            });
            (case.now, case.answers) = (Some(later), Some(BTreeMap::from([("name.full".into(), "asked".into())])));
            case
        },
        {
            let mut case = of("read once, a second time", "the first answer was the only one", "ok", |_| {});
            case.state = "read once".into();
            case.before = vec![step(by(&supplier(), |request| request.id = Nonce([0x44; 16])), NOW, 1, "ok")];
            case.answers = Some(BTreeMap::from([("name.full".into(), "asked".into())]));
            case
        },
    ]
}

fn step(signed: SignedHex, now: u64, times: u32, expect: &str) -> Step {
    step_from(&supplier(), signed, now, times, expect)
}

pub fn step_from(key: &Keypair, signed: SignedHex, now: u64, times: u32, expect: &str) -> Step {
    let (from, SignedHex { body, signature }) = (key.public().to_string(), signed);
    Step { message: "request".into(), from, body, signature, now, times, expect: expect.into() }
}

fn parties() -> Vec<Case> {
    let from = |mut case: Case, key: &Keypair| {
        case.from = key.public().to_string();
        case
    };
    let mut paused = of("paused", "the person has paused this relationship", "paused", |_| {});
    paused.state = "paused".into();
    vec![
        of("wrong audience", "for another person", "wrong_audience", |request| {
            request.person = other_person().public();
        }),
        of("the person by another name", "for this person's key with another supplier", "wrong_audience", |request| {
            request.person = person_for(&processor()).public();
        }),
        from(of("wrong sender", "a stranger passes the supplier's request on", "wrong_sender", |_| {}), &stranger()),
        from(of("another supplier sends it", "one that is paired too", "wrong_sender", |_| {}), &processor()),
        from(named(case(by(&stranger(), |_| {})), "not paired", "a stranger's own request", "not_paired"), &stranger()),
        paused,
    ]
}

fn moments() -> Vec<Case> {
    let edges = [
        ("sent 5 minutes ago", NOW + LEEWAY, "ok"),
        ("sent 5 minutes and 1 ms ago", NOW + LEEWAY + 1, "clock_skew"),
        ("sent 5 minutes from now", NOW - LEEWAY, "ok"),
        ("sent 5 minutes and 1 ms from now", NOW - LEEWAY - 1, "clock_skew"),
        ("sent yesterday", NOW + DAY, "clock_skew"),
        ("read at the end of time", u64::MAX, "clock_skew"),
    ];
    edges
        .into_iter()
        .map(|(name, now, expect)| {
            let mut case = of(name, "the request stays the same, the node's time differs", expect, |_| {});
            case.now = Some(now);
            case
        })
        .collect()
}

fn replays() -> Vec<Case> {
    let (window, first) = (limits::REPLAY_WINDOW_MS, || step(by(&supplier(), |_| {}), NOW, 1, "ok"));
    let after = |name: &str, about: &str, expect: &str, now: u64, object: SignedHex| {
        let mut case = case(object);
        (case.before, case.now) = (vec![first()], Some(now));
        named(case, name, about, expect)
    };
    let same = || by(&supplier(), |_| {});
    let again = |at: u64| by(&supplier(), move |request| request.at = Timestamp(at));
    let mut restarted =
        after("replayed after a restart", "the node starts again in between", "replayed", NOW + 1, same());
    restarted.restart = true;
    let mut waits = after(
        "the id of a request that waits",
        "20 minutes later, with other fields",
        "replayed",
        NOW + window + 5 * 60_000,
        {
            by(&supplier(), |request| {
                (request.at, request.fields) = (Timestamp(NOW + window + 5 * 60_000), paths(&["nationalId"]));
            })
        },
    );
    waits.forget = true;
    waits.before = vec![step(by(&supplier(), |request| request.fields = paths(&["income.annual"])), NOW, 1, "ok")];
    let late = NOW + window + 1;
    let mut past =
        after("replayed and forgotten", "past the window, when the id is forgotten", "clock_skew", late, same());
    past.forget = true;
    let mut edge = after("replayed as late as it is remembered", "15 minutes later", "clock_skew", late - 1, same());
    edge.forget = true;
    let mut anew =
        after("a forgotten id, new time", "answered long ago; the id is free again", "ok", late, again(late));
    anew.forget = true;
    let mut refused =
        after("an id of a refused request", "a request that was not taken leaves its id free", "ok", NOW, same());
    refused.before = vec![step(same(), NOW + LEEWAY + 1, 1, "clock_skew")];
    vec![
        after("replayed", "the same bytes again", "replayed", NOW + 1, same()),
        after("replayed id, new time", "the same id, signed anew", "replayed", NOW + 60_000, again(NOW + 60_000)),
        after("replayed at the edge of the leeway", "its time alone would pass", "replayed", NOW + LEEWAY, same()),
        after("replayed past the window", "its time alone refuses it", "clock_skew", NOW + window + 1, same()),
        after("another id", "the same request under a fresh id", "ok", NOW + 1, {
            by(&supplier(), |request| request.id = Nonce([0x45; 16]))
        }),
        restarted,
        past,
        edge,
        anew,
        waits,
        refused,
    ]
}

fn rates() -> Vec<Case> {
    let most = limits::REQUESTS_PER_HOUR;
    // Refused, and still counted: the supplier asks somebody else, again and again.
    let flood = |times| {
        let other =
            by(&supplier(), |request| (request.person, request.id) = (other_person().public(), Nonce([0x46; 16])));
        step(other, NOW, times, "wrong_audience")
    };
    let after = |name, about, expect, times, at: u64| {
        let mut case = of(name, about, expect, move |request| request.at = Timestamp(at));
        (case.before, case.now) = (vec![flood(times)], Some(at));
        case
    };
    vec![
        after("the last request of the hour", "599 before it", "ok", most - 1, NOW + HOUR - 1),
        after("one request too many", "600 before it", "rate_limited", most, NOW + HOUR - 1),
        after("a new hour", "600 in the hour that has passed", "ok", most, NOW + HOUR),
    ]
}

fn bounds() -> Vec<Case> {
    let many = |count: usize| {
        move |request: &mut DataRequest| {
            request.fields = (0..count).map(|n| format!("no.such{n}").parse().expect("a path")).collect();
        }
    };
    let reason = |text: String| move |request: &mut DataRequest| request.reason.clone_from(&text);
    let empty_chains =
        |count: usize| move |request: &mut DataRequest| request.chains = vec![make_request_chains::shown(0); count];
    let long = "a".repeat(limits::TEXT_BYTES);
    let huge = "a".repeat(limits::OBJECT_BYTES - tree(&request()).write().len() + request().reason.len() - 4);
    assert_eq!(tree(&DataRequest { reason: huge.clone(), ..request() }).write().len(), limits::OBJECT_BYTES);
    vec![
        of("no fields", "nothing is asked", "malformed", |request| request.fields.clear()),
        of("64 fields", "as many as one request may ask", "ok", many(64)),
        of("65 fields", "one more", "too_large", many(65)),
        of("duration of 0 days", "a grant that would not live", "malformed", |request| request.duration = Days(0)),
        of("longest duration", "1,830 days", "ok", |request| request.duration = Days(1830)),
        of("too long a duration", "1,831 days", "malformed", |request| request.duration = Days(1831)),
        of("longest retention", "3,660 days", "ok", |request| request.retention = Days(3660)),
        of("too long a retention", "3,661 days", "malformed", |request| request.retention = Days(3661)),
        of("longest reason", "1,024 bytes", "ok", reason(long.clone())),
        of("too long a reason", "1,025 bytes", "malformed", reason(long + "a")),
        of("largest body", "a body at the bound, its reason far above its own", "malformed", reason(huge.clone())),
        of("body above the bound", "one byte more", "malformed", reason(huge + "a")),
        of("reason of two lines", "a line feed", "malformed", reason("for the parcel\nand more".into())),
        of("reason with an escape", "a terminal escape", "malformed", reason("for the \u{1b}[31mparcel".into())),
        of("reason turned around", "a right-to-left override", "malformed", reason("for the \u{202e}lecrap".into())),
        of("reason in Greek", "plain text of another script", "ok", reason("για το δέμα".into())),
        of("17 chains", "one more than a request may show", "too_large", empty_chains(17)),
    ]
}
