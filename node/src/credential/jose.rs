//! Signed JSON as it comes from outside: a compact JWS (RFC 7515) whose payload is claims (RFC 7519). In: text. Out: header
//! and claims, and whether a key signed them.
//!
//! Read strictly: a header that demands what is not understood here is refused, the type is one of those expected, and the
//! key decides the algorithm, never the header alone.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use jsonwebtoken::{
    Algorithm, DecodingKey, crypto,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk},
};
use serde_json::{Map, Value};

use super::Doubt;

/// Most certificates in a header.
const CHAIN: usize = 8;
/// Beyond this a number of seconds is no time (the largest integer that JSON's numbers hold exactly).
const LATEST_S: f64 = 9_007_199_254_740_991.0;

/// A token that was read, and not checked yet.
pub(super) struct Jws<'a> {
    signed: &'a str,
    signature: &'a str,
    algorithm: Algorithm,
    /// Which of its keys the issuer says it is (`kid`).
    pub(super) key_id: Option<String>,
    /// The certificates that came with it (`x5c`), the signer's first; DER.
    pub(super) chain: Option<Vec<Vec<u8>>>,
    pub(super) claims: Map<String, Value>,
}

impl<'a> Jws<'a> {
    /// Reads a token of one of these types, as `typ` has them, without `application/`.
    pub(super) fn read(text: &'a str, types: &[&str]) -> Result<Self, Doubt> {
        let (signed, signature) = text.rsplit_once('.').ok_or(Doubt::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Doubt::Malformed)?;
        let header = json(header)?;
        // RFC 7515, section 4.1.11: what is in there must be understood, and nothing that could be is.
        if header.contains_key("crit") {
            return Err(Doubt::Critical);
        }
        let text_of = |name: &str| header.get(name).and_then(Value::as_str);
        let named = text_of("typ").map(str::to_ascii_lowercase).unwrap_or_default();
        if !types.contains(&named.strip_prefix("application/").unwrap_or(&named)) {
            return Err(Doubt::Malformed);
        }
        let algorithm = text_of("alg").and_then(algorithm).ok_or(Doubt::Algorithm)?;
        let key_id = text_of("kid").map(str::to_owned);
        let chain = header.get("x5c").map(chain).transpose()?;
        Ok(Self { signed, signature, algorithm, key_id, chain, claims: json(payload)? })
    }

    /// Did this key sign it?
    pub(super) fn is_signed_under(&self, key: &Jwk) -> bool {
        let Ok(decoding) = DecodingKey::from_jwk(key) else { return false };
        algorithm_of(key) == Some(self.algorithm)
            && crypto::verify(self.signature, self.signed.as_bytes(), &decoding, self.algorithm).unwrap_or(false)
    }

    /// A text among the claims.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }

    /// A time among the claims, in whole seconds since 1970 (a NumericDate may have a fraction: RFC 7519, section 2).
    pub(super) fn time(&self, name: &str) -> Result<Option<i64>, Doubt> {
        date(&self.claims, name)
    }
}

/// See [`Jws::time`].
pub(super) fn date(claims: &Map<String, Value>, name: &str) -> Result<Option<i64>, Doubt> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value.as_f64().filter(|seconds| seconds.abs() <= LATEST_S).ok_or(Doubt::Malformed)?;
    // Within the bound the cast is exact but for the fraction.
    Ok(Some(seconds.floor() as i64))
}

/// The algorithm that a key is for; none for keys that are not used here.
pub(super) fn algorithm_of(key: &Jwk) -> Option<Algorithm> {
    match &key.algorithm {
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => Some(Algorithm::ES256),
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P384 => Some(Algorithm::ES384),
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => Some(Algorithm::EdDSA),
        _ => None,
    }
}

fn algorithm(name: &str) -> Option<Algorithm> {
    match name {
        "ES256" => Some(Algorithm::ES256),
        "ES384" => Some(Algorithm::ES384),
        // RFC 9864 names the curve.
        "EdDSA" | "Ed25519" => Some(Algorithm::EdDSA),
        _ => None,
    }
}

fn json(part: &str) -> Result<Map<String, Value>, Doubt> {
    let bytes = BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| Doubt::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|_| Doubt::Malformed)
}

/// RFC 7515, section 4.1.6: base 64 of the plain alphabet, with padding.
fn chain(value: &Value) -> Result<Vec<Vec<u8>>, Doubt> {
    let all = value.as_array().filter(|all| (1..=CHAIN).contains(&all.len())).ok_or(Doubt::Chain)?;
    let certificate = |one: &Value| one.as_str().and_then(|text| BASE64.decode(text.as_bytes()).ok());
    all.iter().map(|one| certificate(one).ok_or(Doubt::Chain)).collect()
}
