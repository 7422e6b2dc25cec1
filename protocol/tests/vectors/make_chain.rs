//! Cases of delegation: chains of a grant and links below it, each way of widening, each way of breaking.

use std::collections::BTreeSet;

use regie_protocol::{Access, Days, Delegation, Grant, Keypair, Object as _, PublicKey, Purpose, Scope, Timestamp};

use crate::{
    fixtures::{
        DAY, HOUR, NOW,
        cbor::{bytes, text},
        cid, company, grant, link, other_person, person, processor, scope, scope_below, selectors, sign, stranger,
        supplier, tree,
    },
    format::{Case, File, SignedHex, Uses},
    forms::{Sample, named, nonce, signed_value},
    make_grant::scope_tampers,
};

const THEN: u64 = NOW + DAY;

pub fn file() -> File {
    let mut tampers: Vec<_> = scope_tampers();
    tampers.extend([
        ("above", text(&cid(b"another grant"))),
        ("delegator", bytes(stranger().public().as_bytes())),
        ("audience", bytes(stranger().public().as_bytes())),
        ("nonce", nonce(0x23)),
    ]);
    let sample = Sample {
        tree: tree(&first_link(|_| {})),
        key: &supplier(),
        signer: "delegator",
        time: "scope/bounds/not_before",
        tampers,
        case: &|link| case(vec![signed_value(&grant(), &person()), link], &processor()),
    };
    let mut cases = sample.cases();
    cases.extend(depths());
    cases.extend(widened());
    cases.extend(narrowed());
    cases.extend(broken());
    cases.extend(parties());
    cases.extend(ended());
    File {
        object: "delegation-chain".into(),
        tag: Delegation::TAG.into(),
        about: "A grant with delegations below it: checked for a person and the holder of the last link, then asked \
                whether it is in force."
            .into(),
        cases,
        ..File::default()
    }
}

fn case(chain: Vec<SignedHex>, holder: &Keypair) -> Case {
    Case {
        clause: "4".into(),
        chain,
        now: Some(THEN),
        person: person().public().to_string(),
        holder: holder.public().to_string(),
        ..Case::default()
    }
}

fn first_link(change: impl Fn(&mut Scope)) -> Delegation {
    let mut scope = scope_below(1);
    change(&mut scope);
    let above = cid(&tree(&grant()).write()).parse().expect("an id");
    link(above, &supplier(), &processor(), scope)
}

/// A grant and one link with a changed scope.
fn one_link(name: &str, about: &str, expect: &str, change: impl Fn(&mut Scope)) -> Case {
    let chain = vec![signed_value(&grant(), &person()), signed_value(&first_link(change), &supplier())];
    named(case(chain, &processor()), name, about, expect)
}

/// The companies along a chain, from the grant's audience down.
fn companies() -> Vec<Keypair> {
    (2..=8).map(company).collect()
}

/// A chain of `depth` links below a grant with these delegations; `change` may change each link's scope.
pub fn chain(delegations: u8, depth: usize, change: &dyn Fn(usize, &mut Scope)) -> (Vec<SignedHex>, Keypair) {
    let mut top = grant();
    top.scope.bounds.delegations = delegations;
    let (companies, mut signed) = (companies(), vec![signed_value(&top, &person())]);
    let mut scope = top.scope;
    for level in 0..depth {
        scope.bounds.delegations = scope.bounds.delegations.saturating_sub(1);
        let mut own = scope.clone();
        change(level, &mut own);
        let above = cid(&signed[level].body.bytes()).parse().expect("an id");
        let delegation = link(above, &companies[level], &companies[level + 1], own);
        signed.push(signed_value(&delegation, &companies[level]));
    }
    (signed, company(u8::try_from(depth + 2).expect("small")))
}

fn plain(delegations: u8, depth: usize) -> (Vec<SignedHex>, Keypair) {
    chain(delegations, depth, &|_, _| {})
}

fn depths() -> Vec<Case> {
    let of = |name, about, expect, (chain, holder): (Vec<SignedHex>, Keypair)| {
        named(case(chain, &holder), name, about, expect)
    };
    vec![
        of("no link", "the grant by itself", "ok", plain(2, 0)),
        of("two links", "as deep as this grant permits", "ok", plain(2, 2)),
        of("four links", "as deep as any chain may be", "ok", plain(4, 4)),
        of("five links", "too many links are refused before any signature is checked", "too_large", plain(4, 5)),
        of("six links", "one more", "too_large", plain(4, 6)),
        of("three links below two delegations", "the third has none left to give", "widened", plain(2, 3)),
        of("a link below no delegations", "the grant may not be handed on", "widened", plain(0, 1)),
        of("delegations do not shrink", "a link that may be handed on as often as the one above", "widened", {
            chain(2, 1, &|_, scope| scope.bounds.delegations = 2)
        }),
        of("the second link does not shrink", "two links with one delegation each", "widened", {
            chain(2, 2, &|_, scope| scope.bounds.delegations = 1)
        }),
    ]
}

fn widened() -> Vec<Case> {
    let purposes = |names: &[Purpose]| names.iter().copied().collect::<BTreeSet<_>>();
    let purpose = |name, about, set: BTreeSet<Purpose>| {
        one_link(name, about, "widened", move |scope| scope.purposes.clone_from(&set))
    };
    let fields = |name, about, names: &'static [&'static str]| {
        one_link(name, about, "widened", move |scope| scope.fields = selectors(names))
    };
    let own = scope().purposes.into_iter().next().expect("one purpose");
    vec![
        fields("one field more", "email is not granted", &["email", "name.full", "group:address"]),
        fields("another field", "name.family in place of name.full", &["name.family"]),
        fields("group over field", "the group of a granted field", &["group:name"]),
        purpose("one purpose more", "a purpose of another tree", purposes(&[own, Purpose::DirectMarketing])),
        purpose("broader purpose", "the parent of the granted one", purposes(&[Purpose::ServiceProvision])),
        purpose("sibling purpose", "another child of the same parent", purposes(&[Purpose::PaymentManagement])),
        one_link("wider access", "subscribe over read", "widened", |scope| scope.access = Access::Subscribe),
        one_link("begins earlier", "by 1 ms", "widened", |scope| scope.bounds.not_before = Timestamp(NOW - 1)),
        one_link("expires later", "by 1 ms", "widened", |scope| {
            scope.bounds.expires = Timestamp(NOW + 365 * DAY + 1);
        }),
        one_link("more in an hour", "61 over 60", "widened", |scope| scope.bounds.per_hour = 61),
        one_link("more uses", "11 over 10", "widened", |scope| scope.bounds.uses = Some(11)),
        one_link("no bound on uses", "null over 10", "widened", |scope| scope.bounds.uses = None),
        one_link("longer retention", "31 days over 30", "widened", |scope| scope.bounds.retention = Days(31)),
        one_link("no fields", "a link out of bounds", "widened", |scope| scope.fields.clear()),
        one_link("no purposes", "a link out of bounds", "widened", |scope| scope.purposes.clear()),
        one_link("no life", "a link that expires as it begins", "widened", |scope| {
            scope.bounds.expires = scope.bounds.not_before;
        }),
        {
            let (chain, holder) = chain(2, 2, &|level, scope| {
                if level == 0 {
                    scope.fields = selectors(&["name.full"]);
                }
            });
            let about = "the second link has what the grant has but the first gave up";
            named(case(chain, &holder), "takes back what was given up", about, "widened")
        },
    ]
}

fn narrowed() -> Vec<Case> {
    vec![
        one_link("fewer fields", "one of the granted fields", "ok", |scope| scope.fields = selectors(&["name.full"])),
        one_link("field of a group", "one field of a granted group", "ok", |scope| {
            scope.fields = selectors(&["address.street"]);
        }),
        one_link("every field of a group", "the group written out", "ok", |scope| {
            scope.fields = selectors(&[
                "address.country",
                "address.locality",
                "address.postalCode",
                "address.region",
                "address.street",
            ]);
        }),
        one_link("narrower purpose", "a child of the granted one", "ok", |scope| {
            scope.purposes = BTreeSet::from([Purpose::DeliveryOfGoods]);
        }),
        one_link("less access", "read_once below read", "ok", |scope| scope.access = Access::ReadOnce),
        one_link("shorter life", "within the grant's", "ok", |scope| {
            (scope.bounds.not_before, scope.bounds.expires) = (Timestamp(NOW + 1), Timestamp(NOW + 2 * DAY));
        }),
        one_link("fewer uses", "fewer of every kind", "ok", |scope| {
            (scope.bounds.per_hour, scope.bounds.uses) = (1, Some(1));
            (scope.bounds.retention, scope.bounds.delegations) = (Days(0), 0);
        }),
    ]
}

fn broken() -> Vec<Case> {
    let of =
        |name, about, expect, chain: Vec<SignedHex>, holder: &Keypair| named(case(chain, holder), name, about, expect);
    let (two, holder) = plain(2, 2);
    let swapped = vec![two[0].clone(), two[2].clone(), two[1].clone()];
    let cut = vec![two[0].clone(), two[2].clone()];
    let twice = vec![two[0].clone(), two[1].clone(), two[1].clone()];
    let above = |id: &[u8]| {
        let mut changed = first_link(|_| {});
        changed.above = cid(id).parse().expect("an id");
        vec![signed_value(&grant(), &person()), signed_value(&changed, &supplier())]
    };
    let foreign = link(cid(&tree(&grant()).write()).parse().expect("an id"), &stranger(), &processor(), scope_below(1));
    let to_root = {
        let below = link(cid(&two[0].body.bytes()).parse().expect("an id"), &processor(), &company(4), scope_below(2));
        vec![two[0].clone(), two[1].clone(), signed_value(&below, &processor())]
    };
    let mut other = grant();
    other.nonce.0[0] ^= 1;
    vec![
        of("wrong above", "the link names a grant that is not there", "broken_chain", above(b"nothing"), &processor()),
        of(
            "above the root",
            "the second link names the grant, not the first link",
            "broken_chain",
            to_root,
            &company(4),
        ),
        of(
            "wrong delegator",
            "signed soundly by a company that does not hold the grant",
            "broken_chain",
            vec![signed_value(&grant(), &person()), signed_value(&foreign, &stranger())],
            &processor(),
        ),
        of("swapped links", "the second link before the first", "broken_chain", swapped, &holder),
        of("missing link", "the first of two links is cut out", "broken_chain", cut, &holder),
        of("link twice", "the first link follows itself", "broken_chain", twice, &processor()),
        of(
            "another grant on top",
            "the same scope, another nonce",
            "broken_chain",
            vec![signed_value(&other, &person()), two[1].clone()],
            &processor(),
        ),
        of(
            "tampered grant",
            "the grant's signature is that of the link",
            "bad_signature",
            {
                let grant = SignedHex { signature: two[1].signature.clone(), ..two[0].clone() };
                vec![grant, two[1].clone(), two[2].clone()]
            },
            &holder,
        ),
        of(
            "tampered middle link",
            "the middle link's signature is by the link's audience",
            "bad_signature",
            {
                let signature = sign(&processor(), &two[1].body.bytes()).to_string();
                vec![two[0].clone(), SignedHex { signature, ..two[1].clone() }, two[2].clone()]
            },
            &holder,
        ),
    ]
}

fn parties() -> Vec<Case> {
    let (two, last) = plain(2, 2);
    let shown = |name, about, expect, holder: PublicKey, person: PublicKey| {
        let mut changed = case(two.clone(), &last);
        (changed.holder, changed.person) = (holder.to_string(), person.to_string());
        named(changed, name, about, expect)
    };
    let of = person().public();
    let mut foreign: Grant = grant();
    foreign.issuer = other_person().public();
    let below = cid(&tree(&foreign).write()).parse().expect("an id");
    let chain = vec![
        signed_value(&foreign, &other_person()),
        signed_value(&link(below, &supplier(), &processor(), scope_below(1)), &supplier()),
    ];
    vec![
        shown("shown by a stranger", "the last link is not for the holder", "wrong_audience", stranger().public(), of),
        shown("shown by the first audience", "it handed this chain on", "wrong_audience", supplier().public(), of),
        shown("shown by the middle audience", "it handed this chain on", "wrong_audience", processor().public(), of),
        shown("shown to another person", "not the issuer", "wrong_audience", last.public(), other_person().public()),
        named(case(chain, &processor()), "wrong issuer", "a chain below another person's grant", "wrong_audience"),
    ]
}

fn ended() -> Vec<Case> {
    let (two, holder) = plain(2, 2);
    let ids: Vec<String> = two.iter().map(|signed| cid(&signed.body.bytes())).collect();
    let when = |name: &str, about: &str, expect: &str, change: &dyn Fn(&mut Case)| {
        let mut changed = case(two.clone(), &holder);
        change(&mut changed);
        named(changed, name, about, expect)
    };
    let used = |level: usize, in_all, this_hour| vec![Uses { id: ids[level].clone(), in_all, this_hour, hour: THEN }];
    let levels = [("grant", 0), ("middle link", 1), ("last link", 2)];
    let mut cases = Vec::new();
    for (what, level) in levels {
        let about = "one part of the chain is at an end";
        cases.push(when(&format!("revoked {what}"), about, "revoked", &|case| case.revoked = vec![ids[level].clone()]));
        cases.push(when(&format!("used up {what}"), about, "used_up", &|case| case.used = used(level, 10, 0)));
        cases
            .push(when(&format!("rate limited {what}"), about, "rate_limited", &|case| case.used = used(level, 1, 60)));
    }
    for (name, at, expect) in
        [("middle link begins later", NOW + 2 * DAY, "not_yet_valid"), ("middle link begins now", THEN, "ok")]
    {
        let (chain, holder) = chain(2, 2, &|_, scope| scope.bounds.not_before = Timestamp(at));
        cases.push(named(case(chain, &holder), name, "both links begin then", expect));
    }
    for (name, at, expect) in [("links expired", THEN, "expired"), ("links about to expire", THEN + 1, "ok")] {
        let (chain, holder) = chain(2, 2, &|_, scope| scope.bounds.expires = Timestamp(at));
        cases.push(named(case(chain, &holder), name, "the grant lives, the links end then", expect));
    }
    let (mut one, holder) = chain(2, 1, &|_, scope| (scope.access, scope.bounds.uses) = (Access::ReadOnce, Some(5)));
    let id = cid(&one[1].body.bytes());
    let mut read = case(std::mem::take(&mut one), &holder);
    read.used = vec![Uses { id, in_all: 1, this_hour: 0, hour: THEN - HOUR }];
    cases.push(named(read, "link read once, read", "a use of the link, none of the grant", "used_up"));
    cases.push(when("another chain's link is revoked", "an id that is not in the chain", "ok", &|case| {
        case.revoked = vec![cid(b"another link")];
    }));
    cases
}
