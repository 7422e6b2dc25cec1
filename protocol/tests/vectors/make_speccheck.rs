//! The twelve cases of "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, <https://eprint.iacr.org/2020/1244>),
//! by the order and numbers of its test vectors, made here over tree heads that name the key.
//!
//! In: nothing. Out: cases whose equation was checked here, so that each fails for the reason it is there for. The
//! outcomes are the row "Dalek strict" of the paper: case 3 alone is taken.

use curve25519_dalek::{
    EdwardsPoint, Scalar, constants::EIGHT_TORSION, edwards::CompressedEdwardsY, traits::Identity as _,
};

use crate::{
    fixtures::NOW,
    format::Case,
    make_ed25519::{Key, REFUSED, REFUSED_KEY, TAKEN, body_at, case, fixed, k, key, message, plus_l, signature},
};

/// What a search varies (the time in the body, a point of small order) and what it has to find.
type Found = (Vec<u8>, [u8; 32], Scalar);

pub fn cases() -> Vec<Case> {
    let mut cases = small_and_mixed();
    cases.extend(only_times_eight());
    cases.extend(high_scalars());
    cases.extend(other_spellings());
    for (number, case) in cases.iter_mut().enumerate() {
        case.name = format!("speccheck {number}: {}", case.name);
    }
    cases
}

fn is_null(point: EdwardsPoint) -> bool {
    point == EdwardsPoint::identity()
}

/// A·B + T, a key with a part of order 8.
fn mixed_key() -> Key {
    let plain = key();
    let point = plain.point + EIGHT_TORSION[1];
    Key { point, bytes: point.compress().to_bytes(), ..plain }
}

/// A key that is nothing but a point of small order, under any spelling.
fn small_key(bytes: [u8; 32]) -> Key {
    let point = CompressedEdwardsY(bytes).decompress().expect("a point");
    Key { scalar: Scalar::ZERO, point, bytes }
}

/// The first R = r·B + T and body for which S·B - R - k·A is what is wanted. `hashed` is the spelling of the key that
/// is hashed.
fn search(key: &Key, hashed: &[u8; 32], r: Scalar, wanted: &dyn Fn(EdwardsPoint, EdwardsPoint) -> bool) -> Found {
    let tries = (NOW..).flat_map(|at| EIGHT_TORSION.map(|torsion| (at, torsion)));
    let mut found = tries.filter_map(|(at, torsion)| {
        let (body, point) = (body_at(&key.bytes, at), EdwardsPoint::mul_base(&r) + torsion);
        let spelled = point.compress().to_bytes();
        let k = k(&spelled, hashed, &message(&body));
        let s = r + k * key.scalar;
        let rest = EdwardsPoint::mul_base(&s) - point - k * key.point;
        (rest.is_small_order() && wanted(torsion, rest)).then_some((body, spelled, s))
    });
    found.next().expect("one in eight")
}

/// 0 to 3: both equations hold.
fn small_and_mixed() -> Vec<Case> {
    let holds = |_: EdwardsPoint, rest: EdwardsPoint| is_null(rest);
    let holds_with_torsion = |torsion: EdwardsPoint, rest: EdwardsPoint| !is_null(torsion) && is_null(rest);
    let (small, mixed) = (small_key(EIGHT_TORSION[1].compress().to_bytes()), mixed_key());
    let of = |name: &str, outcome, key: &Key, (body, r, s): Found| {
        case(name, "both equations hold", outcome, &key.bytes, &body, &r, &s.to_bytes())
    };
    vec![
        of("S = 0, A small, R small", REFUSED_KEY, &small, search(&small, &small.bytes, Scalar::ZERO, &holds)),
        of("A small, R mixed", REFUSED_KEY, &small, search(&small, &small.bytes, fixed(), &holds_with_torsion)),
        of("A mixed, R small", REFUSED, &mixed, search(&mixed, &mixed.bytes, Scalar::ZERO, &holds_with_torsion)),
        of("A mixed, R mixed", TAKEN, &mixed, search(&mixed, &mixed.bytes, fixed(), &holds_with_torsion)),
    ]
}

/// 4 and 5: only the equation times 8 holds.
fn only_times_eight() -> Vec<Case> {
    let mixed = mixed_key();
    let of = |name: &str, (body, r, s): Found| {
        case(name, "only the equation times 8 holds", REFUSED, &mixed.bytes, &body, &r, &s.to_bytes())
    };
    let odd = |torsion: EdwardsPoint, rest: EdwardsPoint| !is_null(torsion) && !is_null(rest);
    let plain = |torsion: EdwardsPoint, rest: EdwardsPoint| is_null(torsion) && !is_null(rest);
    vec![
        of("A mixed, R mixed, times 8", search(&mixed, &mixed.bytes, fixed(), &odd)),
        of("A mixed, R of prime order, times 8", search(&mixed, &mixed.bytes, fixed(), &plain)),
    ]
}

/// 6 and 7: S is not below L.
fn high_scalars() -> Vec<Case> {
    let key = key();
    let body = body_at(&key.bytes, NOW);
    let (r, s) = signature(&key, fixed(), EdwardsPoint::identity(), &body);
    let above = |times: u8| (0..times).fold(s.to_bytes(), |sum, _| plus_l(&sum));
    let of = |name: &str, s| case(name, "S is the same modulo L", REFUSED, &key.bytes, &body, &r, s);
    // 14 L is the most that 256 bits hold beside any S.
    vec![of("S above L", &above(1)), of("S far above L", &above(14))]
}

/// 8 to 11: R or A spelled otherwise than RFC 8032 has it; hashed as a canonical spelling, and as it stands.
fn other_spellings() -> Vec<Case> {
    let (mut r, mut a) = ([0xff; 32], [0xff; 32]);
    // y = p + 1 is the identity, y = p a point of order 4.
    (r[0], r[31], a[0], a[31]) = (0xee, 0x7f, 0xed, 0x7f);
    let canonical =
        |spelled: [u8; 32]| CompressedEdwardsY(spelled).decompress().map(|point| point.compress().to_bytes());
    let (canonical_r, canonical_a) = (canonical(r).expect("a point"), canonical(a).expect("a point"));
    let (mixed, small) = (mixed_key(), small_key(a));
    let odd_r = |name: &str, hashed: [u8; 32]| {
        let (body, k) = (NOW..)
            .map(|at| body_at(&mixed.bytes, at))
            .map(|body| (k(&hashed, &mixed.bytes, &message(&body)), body))
            .find_map(|(k, body)| is_null(k * EIGHT_TORSION[1]).then_some((body, k)))
            .expect("one in eight");
        let s = k * mixed.scalar;
        assert!(EdwardsPoint::mul_base(&s) == k * mixed.point, "the equation holds");
        case(name, "A mixed, R the identity as y = p + 1", REFUSED, &mixed.bytes, &body, &r, &s.to_bytes())
    };
    let odd_a = |name: &str, hashed: [u8; 32]| {
        let holds = |torsion: EdwardsPoint, rest: EdwardsPoint| !is_null(torsion) && is_null(rest);
        let (body, r, s) = search(&small, &hashed, fixed(), &holds);
        case(name, "A of order 4 as y = p, R mixed", REFUSED_KEY, &small.bytes, &body, &r, &s.to_bytes())
    };
    vec![
        odd_r("R spelled otherwise, hashed canonically", canonical_r),
        odd_r("R spelled otherwise, hashed as it stands", r),
        odd_a("A spelled otherwise, hashed canonically", canonical_a),
        odd_a("A spelled otherwise, hashed as it stands", a),
    ]
}
