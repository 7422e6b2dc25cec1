//! Chains of delegation with random faults, against a naive model of what narrowing means.

use std::collections::BTreeSet;

use proptest::{prelude::*, strategy::ValueTree as _};
use regie_protocol::{
    Access, Bounds, Chain, Days, Delegation, Grant, Keypair, Object, Refusal, Scope, Signed, Timestamp, VOCABULARY,
    Verified, VerifiedGrant, wire,
};

use crate::{
    ancestry, cases,
    fixtures::{company, grant, other_person, person, selectors, sign, stranger},
};

const FIELDS: [&str; 6] = ["name.full", "name.given", "address.street", "email", "group:name", "group:address"];
const PURPOSES: [&str; 5] =
    ["ServiceProvision", "RequestedServiceProvision", "DeliveryOfGoods", "CustomerCare", "DirectMarketing"];

/// A scope as plain data.
#[derive(Clone, Debug)]
struct Plain {
    fields: BTreeSet<&'static str>,
    purposes: BTreeSet<&'static str>,
    access: u8,
    per_hour: u32,
    uses: Option<u32>,
    not_before: u64,
    expires: u64,
    retention: u32,
    delegations: u8,
}

/// One link: which parts it takes over from above, its own for the others, and what is wrong with it.
#[derive(Clone, Debug)]
struct Link {
    own: Plain,
    keep: [bool; 9],
    wrong_above: bool,
    wrong_delegator: bool,
    wrong_signature: bool,
}

#[derive(Clone, Debug)]
struct Script {
    root: Plain,
    links: Vec<Link>,
    swap: Option<usize>,
    wrong_person: bool,
    wrong_holder: bool,
}

fn plain() -> impl Strategy<Value = Plain> {
    let some =
        |pool: &'static [&'static str]| proptest::collection::btree_set(proptest::sample::select(pool), 0..=pool.len());
    let numbers = (0u8..3, 1u32..4, proptest::option::of(1u32..4), 10u64..14, 10u64..20, 0u32..4, 0u8..6);
    (some(&FIELDS), some(&PURPOSES), numbers).prop_map(
        |(fields, purposes, (access, per_hour, uses, not_before, expires, retention, delegations))| Plain {
            fields,
            purposes,
            access,
            per_hour,
            uses,
            not_before,
            expires,
            retention,
            delegations,
        },
    )
}

/// A wide scope that most links fit below.
fn wide() -> impl Strategy<Value = Plain> {
    (plain(), any::<[bool; 3]>(), 0u8..5).prop_map(|(mut plain, [fields, purposes, times], delegations)| {
        plain.delegations = delegations;
        if fields || plain.fields.is_empty() {
            plain.fields = FIELDS.into();
        }
        if purposes || plain.purposes.is_empty() {
            plain.purposes = PURPOSES.into();
        }
        if times {
            (plain.not_before, plain.expires) = (10, 20);
        }
        plain
    })
}

fn link() -> impl Strategy<Value = Link> {
    let keep = || prop::bool::weighted(0.9);
    let keeps = (keep(), keep(), keep(), keep(), keep(), keep(), keep(), keep(), keep());
    let wrong = || prop::bool::weighted(0.03);
    (plain(), keeps, wrong(), wrong(), wrong()).prop_map(|(own, k, wrong_above, wrong_delegator, wrong_signature)| {
        let keep = [k.0, k.1, k.2, k.3, k.4, k.5, k.6, k.7, k.8];
        Link { own, keep, wrong_above, wrong_delegator, wrong_signature }
    })
}

fn script() -> impl Strategy<Value = Script> {
    let swap = prop_oneof![9 => Just(None), 1 => (0usize..5).prop_map(Some)];
    let wrong = || prop::bool::weighted(0.05);
    (wide(), proptest::collection::vec(link(), 0..=6), swap, wrong(), wrong()).prop_map(
        |(root, links, swap, wrong_person, wrong_holder)| Script { root, links, swap, wrong_person, wrong_holder },
    )
}

impl Link {
    fn below(&self, above: &Plain) -> Plain {
        let (own, k) = (self.own.clone(), self.keep);
        Plain {
            fields: if k[0] { above.fields.clone() } else { own.fields },
            purposes: if k[1] { above.purposes.clone() } else { own.purposes },
            access: if k[2] { above.access } else { own.access },
            per_hour: if k[3] { above.per_hour } else { own.per_hour },
            uses: if k[4] { above.uses } else { own.uses },
            not_before: if k[5] { above.not_before } else { own.not_before },
            expires: if k[6] { above.expires } else { own.expires },
            retention: if k[7] { above.retention } else { own.retention },
            delegations: if k[8] { above.delegations.saturating_sub(1) } else { own.delegations },
        }
    }
}

fn scope(plain: &Plain) -> Scope {
    let names: Vec<&str> = plain.fields.iter().copied().collect();
    Scope {
        fields: selectors(&names),
        purposes: plain.purposes.iter().map(|name| name.parse().expect("a purpose")).collect(),
        access: [Access::ReadOnce, Access::Read, Access::Subscribe][usize::from(plain.access)],
        bounds: Bounds {
            per_hour: plain.per_hour,
            uses: plain.uses,
            not_before: Timestamp(plain.not_before),
            expires: Timestamp(plain.expires),
            retention: Days(plain.retention),
            delegations: plain.delegations,
        },
    }
}

/// A link as the model sees it: numbers for names.
#[derive(Clone)]
struct Modelled {
    number: usize,
    above: usize,
    delegator: u8,
    audience: u8,
    plain: Plain,
    signature_holds: bool,
}

/// The chain, and the same for the model.
fn build(script: &Script) -> (Chain, Vec<Modelled>) {
    let root = Grant { scope: scope(&script.root), ..grant() };
    let root = Verified::sign(root, &person()).expect("signed");
    let (mut above, mut plain) = (root.id(), script.root.clone());
    let (mut links, mut modelled) = (Vec::new(), Vec::new());
    for (at, link) in script.links.iter().enumerate() {
        plain = link.below(&plain);
        let (level, number) = (u8::try_from(at).expect("few"), at + 1);
        let delegator = if link.wrong_delegator { 9 } else { 2 + level };
        let own_above = if link.wrong_above { regie_protocol::ObjectId::of(b"nothing") } else { above };
        let delegation = Delegation {
            above: own_above,
            delegator: company(delegator).public(),
            audience: company(3 + level).public(),
            scope: scope(&plain),
            nonce: regie_protocol::Nonce([level; 16]),
        };
        let signer = if link.wrong_signature { company(10) } else { company(delegator) };
        let signed = signed(&delegation, &signer);
        modelled.push(Modelled {
            number,
            above: if link.wrong_above { usize::MAX } else { at },
            delegator,
            audience: 3 + level,
            plain: plain.clone(),
            signature_holds: !link.wrong_signature,
        });
        above = signed.id();
        links.push(signed);
    }
    if let Some(at) = script.swap.filter(|at| at + 1 < links.len()) {
        links.swap(at, at + 1);
        modelled.swap(at, at + 1);
    }
    (Chain { grant: root.signed().clone(), links }, modelled)
}

fn signed<T: Object>(value: &T, key: &Keypair) -> Signed<T> {
    let body = wire::encode(&(T::TAG, value)).expect("encodes");
    let signature = sign(key, &body);
    Signed::from_parts(body, signature)
}

fn expanded(fields: &BTreeSet<&str>) -> BTreeSet<&'static str> {
    let mut all = BTreeSet::new();
    for name in fields {
        for info in VOCABULARY {
            if *name == info.path || *name == format!("group:{}", info.group) {
                all.insert(info.path);
            }
        }
    }
    all
}

fn in_bounds(plain: &Plain) -> bool {
    !plain.fields.is_empty() && !plain.purposes.is_empty() && plain.not_before < plain.expires && plain.delegations <= 4
}

/// Is every single thing that `own` permits permitted by `above` too?
fn permits_no_more(own: &Plain, above: &Plain) -> bool {
    for field in expanded(&own.fields) {
        if !expanded(&above.fields).contains(field) {
            return false;
        }
    }
    for purpose in &own.purposes {
        if !ancestry(purpose).iter().any(|broader| above.purposes.contains(broader.as_str())) {
            return false;
        }
    }
    for moment in 0..30 {
        let within = |plain: &Plain| plain.not_before <= moment && moment < plain.expires;
        if within(own) && !within(above) {
            return false;
        }
    }
    for uses in 0..10 {
        let allowed = |plain: &Plain| plain.uses.is_none_or(|most| uses < most);
        if allowed(own) && !allowed(above) {
            return false;
        }
    }
    own.access <= above.access
        && own.per_hour <= above.per_hour
        && own.retention <= above.retention
        && own.delegations < above.delegations
}

fn model(script: &Script, links: &[Modelled]) -> Result<(), Refusal> {
    if links.len() > 4 {
        return Err(Refusal::TooLarge);
    }
    if script.wrong_person {
        return Err(Refusal::WrongAudience);
    }
    if !in_bounds(&script.root) {
        return Err(Refusal::Malformed);
    }
    let (mut number, mut holder, mut above) = (0, 2, &script.root);
    for link in links {
        if !link.signature_holds {
            return Err(Refusal::BadSignature);
        }
        if link.above != number || link.delegator != holder {
            return Err(Refusal::BrokenChain);
        }
        if !in_bounds(&link.plain) || !permits_no_more(&link.plain, above) {
            return Err(Refusal::Widened);
        }
        (number, holder, above) = (link.number, link.audience, &link.plain);
    }
    let shown_by = if script.wrong_holder { 9 } else { 2 + u8::try_from(links.len()).expect("few") };
    if holder == shown_by { Ok(()) } else { Err(Refusal::WrongAudience) }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn a_chain_holds_where_the_model_says_so(script in script()) {
        let (chain, links) = build(&script);
        let of = if script.wrong_person { other_person() } else { person() };
        let depth = u8::try_from(chain.links.len()).expect("few");
        let holder = if script.wrong_holder { stranger() } else { company(2 + depth) };
        let found = VerifiedGrant::check(&chain, &of.public(), &holder.public()).map(drop);
        prop_assert_eq!(found, model(&script, &links));
    }
}

#[test]
fn the_model_sees_every_verdict() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..500 {
        let script = script().new_tree(&mut runner).expect("a script").current();
        let (_, links) = build(&script);
        seen.insert(model(&script, &links).map_err(|code| code.code()));
    }
    let wanted = ["bad_signature", "broken_chain", "malformed", "too_large", "widened", "wrong_audience"];
    assert!(wanted.iter().all(|code| seen.contains(&Err(*code))) && seen.contains(&Ok(())), "{seen:?}");
}
