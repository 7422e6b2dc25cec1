//! Edge cases of ed25519: keys and signatures that lax verification takes and strict verification must not.
//!
//! After "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020), made here over bodies of our own.
//! `k` is the hash of R, A and the message modulo L; `B` the base point; `T` a point of order 8.

use curve25519_dalek::{
    EdwardsPoint, Scalar, constants::EIGHT_TORSION, edwards::CompressedEdwardsY, traits::Identity as _,
};
use ed25519_dalek::{SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha512};

use crate::{
    fixtures::{
        NOW,
        cbor::{Cbor, bytes, text},
        cid,
    },
    format::{Bytes, Case, File, hex},
    forms::L,
    make_speccheck,
};

pub fn file() -> File {
    let mut cases = small_keys();
    cases.extend(spelled_keys());
    cases.extend(good_and_scalar());
    cases.extend(small_r());
    cases.extend(mixed());
    cases.extend(make_speccheck::cases());
    File {
        object: "ed25519".into(),
        tag: "regie.tree-head/1".into(),
        about: "Keys and signatures at the edges. `key_expect`: may the key be used at all? Then the signature over \
                `regie signature 1\\0` and the body, a tree head that names the key."
            .into(),
        cases,
        ..File::default()
    }
}

/// A tree head that names any 32 bytes as its key.
fn body(key: &[u8; 32]) -> Vec<u8> {
    body_at(key, NOW)
}

pub fn body_at(key: &[u8; 32], at: u64) -> Vec<u8> {
    let value = vec![
        (text("at"), Cbor::Uint(at)),
        (text("key"), bytes(key)),
        (text("root"), bytes(&[0x77; 32])),
        (text("size"), Cbor::Uint(5)),
    ];
    Cbor::Array(vec![text("regie.tree-head/1"), Cbor::Map(value)]).write()
}

pub fn message(body: &[u8]) -> Vec<u8> {
    [b"regie signature 1\0", body].concat()
}

pub fn k(r: &[u8; 32], a: &[u8; 32], message: &[u8]) -> Scalar {
    let hash = Sha512::new().chain_update(r).chain_update(a).chain_update(message).finalize();
    Scalar::from_bytes_mod_order_wide(&hash.into())
}

pub fn case(
    name: &str,
    about: &str,
    outcome: (&str, &str),
    key: &[u8; 32],
    body: &[u8],
    r: &[u8; 32],
    s: &[u8; 32],
) -> Case {
    let (key_expect, expect) = (outcome.0.into(), outcome.1.into());
    Case {
        name: name.into(),
        about: about.into(),
        clause: "1".into(),
        key: hex(key),
        key_expect,
        body: Bytes::of(body),
        signature: hex(&[*r, *s].concat()),
        id: (outcome.1 == "ok").then(|| cid(body)),
        expect,
        ..Case::default()
    }
}

pub const REFUSED_KEY: (&str, &str) = ("bad_key", "malformed");
pub const REFUSED: (&str, &str) = ("ok", "bad_signature");
pub const TAKEN: (&str, &str) = ("ok", "ok");

/// `R` and `S` that fulfil S·B = R + k·A for a key of small order, found by trying: with S = 0 and R = -k·A.
fn small_keys() -> Vec<Case> {
    let orders = [1, 8, 4, 8, 2, 8, 4, 8];
    (0..8)
        .map(|n| {
            let point = EIGHT_TORSION[n];
            let key = point.compress().to_bytes();
            let (body, r) = holding(&key, &point, &key);
            let about = "the equation holds for R of small order and S = 0";
            case(&format!("key of order {} ({n})", orders[n]), about, REFUSED_KEY, &key, &body, &r, &[0; 32])
        })
        .collect()
}

/// Varies the body until some torsion point R makes R + k·A the identity.
fn holding(spelled: &[u8; 32], point: &EdwardsPoint, named: &[u8; 32]) -> (Vec<u8>, [u8; 32]) {
    (NOW..)
        .flat_map(|at| EIGHT_TORSION.map(|torsion| (at, torsion)))
        .find_map(|(at, torsion)| {
            let (body, r) = (body_at(named, at), torsion.compress().to_bytes());
            let sum = torsion + k(&r, spelled, &message(&body)) * point;
            (sum == EdwardsPoint::identity()).then_some((body, r))
        })
        .expect("one in eight holds")
}

/// Keys in a spelling that is not the one of RFC 8032: y of p or more, or the sign of x where x is 0.
fn spelled_keys() -> Vec<Case> {
    let y = |low: u8, sign: bool| {
        let mut spelled = [0xff; 32];
        (spelled[0], spelled[31]) = (low, if sign { 0xff } else { 0x7f });
        spelled
    };
    let mut negative_zero = [0; 32];
    (negative_zero[0], negative_zero[31]) = (1, 0x80);
    let mut no_point = [0; 32];
    no_point[0] = 2;
    let keys = [
        ("identity with a sign", "y = 1, x = -0", negative_zero),
        ("y = -1 with a sign", "the point of order 2, x = -0", y(0xec, true)),
        ("y = p", "0 written as p, a point of order 4", y(0xed, false)),
        ("y = p with a sign", "0 written as p, the other point of order 4", y(0xed, true)),
        ("y = p + 1", "1 written as p + 1, the identity", y(0xee, false)),
        ("y = p + 1 with a sign", "1 written as p + 1, x = -0", y(0xee, true)),
        ("y = p + 3", "3 written as p + 3: a point of large order in the wrong spelling", y(0xf0, false)),
        ("y = p + 3 with a sign", "3 written as p + 3", y(0xf0, true)),
        ("y = p + 4", "4 written as p + 4", y(0xf1, false)),
        ("y = p + 18", "the greatest y that 255 bits hold", y(0xff, false)),
        ("y = p + 18 with a sign", "256 set bits", y(0xff, true)),
        ("y = 2", "no point has this y", no_point),
    ];
    let mut cases: Vec<Case> = keys
        .into_iter()
        .map(|(name, about, key)| {
            let lax = CompressedEdwardsY(key).decompress().filter(EdwardsPoint::is_small_order);
            let (body, r) = match lax {
                Some(point) => holding(&key, &point, &key),
                None => (body(&key), EdwardsPoint::identity().compress().to_bytes()),
            };
            case(name, about, REFUSED_KEY, &key, &body, &r, &[0; 32])
        })
        .collect();
    let y3: [u8; 32] = std::array::from_fn(|i| if i == 0 { 3 } else { 0 });
    assert!(CompressedEdwardsY(y3).decompress().is_some_and(|point| !point.is_small_order()), "y = 3 is a point");
    let r = EdwardsPoint::identity().compress().to_bytes();
    cases.push(case("y = 3", "a usable key, spelled as RFC 8032 has it", REFUSED, &y3, &body(&y3), &r, &[0; 32]));
    cases
}

/// A signing key with its scalar.
pub struct Key {
    pub scalar: Scalar,
    pub point: EdwardsPoint,
    pub bytes: [u8; 32],
}

pub fn key() -> Key {
    let key = SigningKey::from_bytes(&[5; 32]);
    let verifying: VerifyingKey = key.verifying_key();
    Key { scalar: key.to_scalar(), point: verifying.to_edwards(), bytes: verifying.to_bytes() }
}

/// A fixed commitment scalar; never do this outside tests.
pub fn fixed() -> Scalar {
    Scalar::from_bytes_mod_order([6; 32])
}

/// The signature with R = `r`·B + `torsion`, S made so that it holds up to the torsion.
pub fn signature(key: &Key, r: Scalar, torsion: EdwardsPoint, body: &[u8]) -> ([u8; 32], Scalar) {
    let point = (EdwardsPoint::mul_base(&r) + torsion).compress().to_bytes();
    (point, r + k(&point, &key.bytes, &message(body)) * key.scalar)
}

fn good_and_scalar() -> Vec<Case> {
    let key = key();
    let body = body(&key.bytes);
    let (r, s) = signature(&key, fixed(), EdwardsPoint::identity(), &body);
    let of = |name, about, outcome, s: [u8; 32]| case(name, about, outcome, &key.bytes, &body, &r, &s);
    let s = s.to_bytes();
    let add = |times: u8| (0..times).fold(s, |sum, _| plus_l(&sum));
    let mut high = s;
    high[31] |= 0x80;
    vec![
        of("plain", "R = r·B, S = r + k·a", TAKEN, s),
        of("S + L", "the same S modulo L", REFUSED, add(1)),
        of("S + 8 L", "the same S modulo L, far above it", REFUSED, add(8)),
        of("high bit", "S with bit 255 set", REFUSED, high),
        of("S = L", "zero in another spelling", REFUSED, L),
        of("greatest S", "256 set bits", REFUSED, [0xff; 32]),
        of("negated S", "-S", REFUSED, (-Scalar::from_bytes_mod_order(s)).to_bytes()),
        of("S = 0", "zero", REFUSED, [0; 32]),
    ]
}

pub fn plus_l(s: &[u8; 32]) -> [u8; 32] {
    let mut carry = 0;
    std::array::from_fn(|i| {
        let sum = u16::from(s[i]) + u16::from(L[i]) + carry;
        carry = sum >> 8;
        sum.to_le_bytes()[0]
    })
}

/// R of small order under a good key: with R the identity the plain equation holds, with another only times 8.
fn small_r() -> Vec<Case> {
    let key = key();
    let body = body(&key.bytes);
    let of = |name: &str, about: &str, r: [u8; 32]| {
        let s = k(&r, &key.bytes, &message(&body)) * key.scalar;
        case(name, about, REFUSED, &key.bytes, &body, &r, &s.to_bytes())
    };
    let mut cases: Vec<Case> = (0..8)
        .map(|n| of(&format!("R of small order ({n})"), "S = k·a", EIGHT_TORSION[n].compress().to_bytes()))
        .collect();
    let mut spelled = [0xff; 32];
    (spelled[0], spelled[31]) = (0xee, 0x7f);
    cases.push(of("R = identity, y = p + 1", "R in another spelling, hashed so", spelled));
    let mut negative_zero = [0; 32];
    (negative_zero[0], negative_zero[31]) = (1, 0x80);
    cases.push(of("R = identity with a sign", "x = -0, hashed so", negative_zero));
    spelled[0] = 0xf0;
    cases.push(of("R with y = p + 3", "a point of large order in another spelling", spelled));
    let mut none = [0; 32];
    none[0] = 2;
    cases.push(of("R is no point", "no point has y = 2", none));
    cases
}

/// Keys and R with a part of small order: the plain equation decides, not the one times 8.
fn mixed() -> Vec<Case> {
    let plain = key();
    let torsion = EIGHT_TORSION[1];
    let point = plain.point + torsion;
    let odd = Key { point, bytes: point.compress().to_bytes(), ..key() };
    let of = |name, about, outcome, key: &Key, body: &[u8], r: &[u8; 32], s: Scalar| {
        case(name, about, outcome, &key.bytes, body, r, &s.to_bytes())
    };
    let body = body(&plain.bytes);
    let (r, s) = signature(&plain, fixed(), torsion, &body);
    let mut cases = vec![of("R + T", "a good key; the equation holds only times 8", REFUSED, &plain, &body, &r, s)];
    // The key A + T: with k divisible by 8 the part k·T is gone and the plain equation holds.
    let found = |wanted: &dyn Fn(&Scalar) -> bool, extra: EdwardsPoint| {
        (NOW..)
            .find_map(|at| {
                let body = body_at(&odd.bytes, at);
                let (r, s) = signature(&odd, fixed(), extra, &body);
                wanted(&k(&r, &odd.bytes, &message(&body))).then_some((body, r, s))
            })
            .expect("one in eight")
    };
    let none = EdwardsPoint::identity();
    let vanishes = |k: &Scalar| k * torsion == EdwardsPoint::identity();
    let (body, r, s) = found(&vanishes, none);
    cases.push(of("key A + T, k·T = 0", "the plain equation holds", TAKEN, &odd, &body, &r, s));
    let (body, r, s) = found(&|k| !vanishes(k), none);
    cases.push(of("key A + T, k·T not 0", "the equation holds only times 8", REFUSED, &odd, &body, &r, s));
    let (body, r, s) = found(&|k| torsion + k * torsion == EdwardsPoint::identity(), torsion);
    cases.push(of("key A + T, R + T, they cancel", "the plain equation holds", TAKEN, &odd, &body, &r, s));
    let (body, r, s) = found(&|k| torsion + k * torsion != EdwardsPoint::identity(), torsion);
    cases.push(of("key A + T, R + T", "the equation holds only times 8", REFUSED, &odd, &body, &r, s));
    cases
}
