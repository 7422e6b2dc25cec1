//! Credentials of issuers: SD-JWT VC (RFC 9901; draft-ietf-oauth-sd-jwt-vc). The one place that knows `sd-jwt-payload`
//! and JOSE. Only in builds with the feature `vc`.
//!
//! In: credentials and presentations as text, keys. Out: values by field, presentations of one claim each with a key
//! binding JWT, and whether a presentation holds. ES256 and EdDSA signatures (RFC 7518, RFC 8037), SHA-256 digests.

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, crypto, jwk::Jwk};
use regie_protocol::{FieldPath, Issuer, ObjectId, Presentation, PublicKey, Timestamp, Value as FieldValue};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use sd_jwt_payload::{KeyBindingJwt, RequiredKeyBinding, SdJwt, Sha256Hasher};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Largest credential, in bytes.
pub const CREDENTIAL_BYTES: usize = 32 * 1024;
/// Most disclosures of one credential.
const DISCLOSURES: usize = 128;
/// How far an issuer's clock may be ahead, in seconds.
const SKEW_S: i64 = 300;

/// Which claim stands for which field: OpenID Connect Core 1.0, section 5.1, and the person identification data of the
/// European wallet (ARF, PID rulebook), as pointers into the claims.
const CLAIMS: &[(&str, &str)] = &[
    ("/given_name", "name.given"),
    ("/family_name", "name.family"),
    ("/name", "name.full"),
    ("/email", "email"),
    ("/phone_number", "telephone"),
    ("/website", "url"),
    ("/birthdate", "birthDate"),
    ("/gender", "gender"),
    ("/nationality", "nationality"),
    ("/personal_administrative_number", "nationalId"),
    ("/address/street_address", "address.street"),
    ("/address/locality", "address.locality"),
    ("/address/region", "address.region"),
    ("/address/postal_code", "address.postalCode"),
    ("/address/country", "address.country"),
];

/// Why a credential is not taken in, or a presentation does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// Not an SD-JWT VC of a known form, or above a bound.
    #[error("not an SD-JWT VC (typ dc+sd-jwt, SHA-256 digests); give it as the issuer gave it")]
    Malformed,
    /// The issuer is not among those whose keys are trusted.
    #[error(
        "the key of this issuer is not known; give it with --issuer-key, or trust it with `regie supplier trust-issuer`"
    )]
    UnknownIssuer,
    /// The issuer's signature does not hold.
    #[error("the issuer's signature does not hold under the given key; ask the issuer for its current key")]
    BadSignature,
    /// Past its end or before its beginning.
    #[error("the credential is past its time, or not valid yet; ask the issuer for a new one")]
    OutOfTime,
    /// Not bound to a key of this node; or shown with a proof by another key, for another company or grant.
    #[error(
        "the credential is not bound to a key of this node; make one with `regie credential key` and give it to the issuer"
    )]
    NotBound,
    /// It vouches for another value, or for none of a known field.
    #[error("the credential says nothing of a field that is known here")]
    AnotherValue,
}

impl Doubt {
    /// A stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UnknownIssuer => "unknown_issuer",
            Self::BadSignature => "bad_signature",
            Self::OutOfTime => "out_of_time",
            Self::NotBound => "not_bound",
            Self::AnotherValue => "another_value",
        }
    }
}

/// A key that a credential is bound to, as it is stored.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolderKey {
    /// PKCS #8.
    #[serde(with = "serde_bytes")]
    secret: Vec<u8>,
}

impl HolderKey {
    /// A fresh P-256 key. None where the system has no randomness.
    #[must_use]
    pub fn fresh() -> Option<Self> {
        let secret = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).ok()?;
        Some(Self { secret: secret.as_ref().to_vec() })
    }

    /// The public half as a JWK (RFC 7517), for the issuer to put into `cnf`.
    #[must_use]
    pub fn jwk(&self) -> Option<Value> {
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.secret, &SystemRandom::new()).ok()?;
        let point = pair.public_key().as_ref();
        let (x, y) = point.strip_prefix(&[4])?.split_at_checked(32)?;
        Some(json!({ "kty": "EC", "crv": "P-256", "x": BASE64URL_NOPAD.encode(x), "y": BASE64URL_NOPAD.encode(y) }))
    }
}

impl Drop for HolderKey {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.secret);
    }
}

/// A credential that was checked when it came.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// As the issuer gave it, all its disclosures with it.
    text: String,
    /// Who vouches.
    pub issuer: Issuer,
    /// What kind it is (`vct`).
    pub kind: String,
    /// Its end, in seconds since 1970.
    pub expires: Option<i64>,
    key: HolderKey,
}

impl Credential {
    /// Takes a credential in: signed by the issuer under this key, in its time, bound to one of these keys.
    ///
    /// # Errors
    /// [`Doubt`].
    pub fn accept(text: &str, issuer_key: &Jwk, keys: &[HolderKey], now: Timestamp) -> Result<Self, Doubt> {
        let text = text.trim();
        let sd_jwt = read(text, CREDENTIAL_BYTES)?;
        if sd_jwt.key_binding_jwt().is_some() {
            return Err(Doubt::Malformed);
        }
        let (issuer, expires) = issued(&sd_jwt, text, &|_| Some(issuer_key.clone()), now)?;
        let bound = bound_to(&sd_jwt)?;
        let key = keys.iter().find(|key| key.jwk().is_some_and(|own| same_key(&own, &bound))).ok_or(Doubt::NotBound)?;
        let kind = sd_jwt.claims().get("vct").and_then(Value::as_str).ok_or(Doubt::Malformed)?;
        let kind: String = kind.chars().filter(|c| !c.is_control()).take(256).collect();
        let credential = Self { text: text.to_owned(), issuer, kind, expires, key: key.clone() };
        if credential.values().is_empty() { Err(Doubt::AnotherValue) } else { Ok(credential) }
    }

    /// Is this the key that it is bound to?
    #[must_use]
    pub fn is_bound_to(&self, key: &HolderKey) -> bool {
        self.key.secret == key.secret
    }

    /// What it says of fields that are known here.
    #[must_use]
    pub fn values(&self) -> BTreeMap<FieldPath, FieldValue> {
        let Ok(sd_jwt) = read(&self.text, CREDENTIAL_BYTES) else { return BTreeMap::new() };
        let Ok(claims) = sd_jwt.into_disclosed_object(&Sha256Hasher::new()) else { return BTreeMap::new() };
        known(&claims)
    }

    /// Shows one claim to one supplier under one grant, and nothing else of the credential.
    ///
    /// # Errors
    /// [`Doubt::OutOfTime`] for one that has ended, [`Doubt::AnotherValue`] where it says nothing of the field.
    pub fn present(
        &self,
        field: FieldPath,
        supplier: &PublicKey,
        grant: &ObjectId,
        now: Timestamp,
    ) -> Result<Presentation, Doubt> {
        if self.expires.is_some_and(|end| end <= seconds(now)) {
            return Err(Doubt::OutOfTime);
        }
        let sd_jwt = read(&self.text, CREDENTIAL_BYTES)?;
        let pointer = pointer_of(field).ok_or(Doubt::AnotherValue)?;
        let builder = sd_jwt.into_presentation(&Sha256Hasher::new()).map_err(|_| Doubt::Malformed)?.conceal_all();
        // A claim that the issuer left open to all needs no disclosure.
        let (mut shown, _) = builder.clone().disclose(pointer).unwrap_or(builder).finish();
        let bare = shown.presentation();
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("kb+jwt".to_owned());
        let claims = json!({
            "iat": seconds(now),
            "aud": supplier.to_string(),
            "nonce": grant.to_string(),
            "sd_hash": sd_hash(&bare),
        });
        let secret = Zeroizing::new(self.key.secret.clone());
        let signed = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_der(&secret));
        let binding: KeyBindingJwt = signed.ok().and_then(|text| text.parse().ok()).ok_or(Doubt::Malformed)?;
        shown.attach_key_binding_jwt(binding);
        shown.presentation().parse().map_err(|_| Doubt::Malformed)
    }
}

/// Does an issuer vouch for this value, to this supplier and under this grant? Its name comes out.
///
/// # Errors
/// [`Doubt`].
pub fn check(
    presentation: &Presentation,
    trusted: &dyn Fn(&Issuer) -> Option<Jwk>,
    (supplier, grant): (&PublicKey, &ObjectId),
    (field, value): (FieldPath, &FieldValue),
    now: Timestamp,
) -> Result<Issuer, Doubt> {
    let text = presentation.as_str();
    let sd_jwt = read(text, regie_protocol::limits::PRESENTATION_BYTES)?;
    let (issuer, _) = issued(&sd_jwt, text, trusted, now)?;
    let holder = bound_to(&sd_jwt)?;
    let binding = sd_jwt.key_binding_jwt().ok_or(Doubt::NotBound)?.to_string();
    let bare = text.strip_suffix(binding.as_str()).ok_or(Doubt::Malformed)?;
    let header = jsonwebtoken::decode_header(&binding).map_err(|_| Doubt::Malformed)?;
    if header.typ.as_deref() != Some("kb+jwt") || !signed_under(&binding, &holder, header.alg) {
        return Err(Doubt::NotBound);
    }
    let claims: Map<String, Value> = payload(&binding).ok_or(Doubt::Malformed)?;
    let says = |name: &str, expected: &str| claims.get(name).and_then(Value::as_str) == Some(expected);
    if !says("aud", &supplier.to_string()) || !says("nonce", &grant.to_string()) || !says("sd_hash", &sd_hash(bare)) {
        return Err(Doubt::NotBound);
    }
    let claims = sd_jwt.into_disclosed_object(&Sha256Hasher::new()).map_err(|_| Doubt::Malformed)?;
    if known(&claims).get(&field) == Some(value) { Ok(issuer) } else { Err(Doubt::AnotherValue) }
}

/// A public key as JSON.
///
/// # Errors
/// [`Doubt::Malformed`] for anything that is not an EC or OKP JWK.
pub fn issuer_key(text: &str) -> Result<Jwk, Doubt> {
    if text.len() > CREDENTIAL_BYTES {
        return Err(Doubt::Malformed);
    }
    let jwk: Jwk = serde_json::from_str(text).map_err(|_| Doubt::Malformed)?;
    algorithm_of(&jwk).map(|_| jwk).ok_or(Doubt::Malformed)
}

fn read(text: &str, limit: usize) -> Result<SdJwt, Doubt> {
    if text.len() > limit || text.matches('~').count() > DISCLOSURES || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Doubt::Malformed);
    }
    let sd_jwt = SdJwt::parse(text).map_err(|_| Doubt::Malformed)?;
    if sd_jwt.claims()._sd_alg.as_deref().is_some_and(|alg| alg != "sha-256") {
        return Err(Doubt::Malformed);
    }
    Ok(sd_jwt)
}

/// Checks type, signature and time; the issuer and the end come out.
fn issued(
    sd_jwt: &SdJwt,
    text: &str,
    key_of: &dyn Fn(&Issuer) -> Option<Jwk>,
    now: Timestamp,
) -> Result<(Issuer, Option<i64>), Doubt> {
    let jwt = text.split('~').next().unwrap_or_default();
    let header = jsonwebtoken::decode_header(jwt).map_err(|_| Doubt::Malformed)?;
    // The older name of the type is still met.
    if !matches!(header.typ.as_deref(), Some("dc+sd-jwt" | "vc+sd-jwt")) {
        return Err(Doubt::Malformed);
    }
    let claims = sd_jwt.claims();
    let issuer = claims.get("iss").and_then(Value::as_str).and_then(|text| text.parse::<Issuer>().ok());
    let issuer = issuer.ok_or(Doubt::Malformed)?;
    let key = key_of(&issuer).ok_or(Doubt::UnknownIssuer)?;
    if !signed_under(jwt, &key, header.alg) {
        return Err(Doubt::BadSignature);
    }
    let time = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or(Doubt::Malformed),
    };
    let (now, from, end) = (seconds(now), time("nbf")?, time("exp")?);
    if end.is_some_and(|end| end <= now) || from.is_some_and(|from| from > now.saturating_add(SKEW_S)) {
        return Err(Doubt::OutOfTime);
    }
    Ok((issuer, end))
}

/// The key decides the algorithm, never the header alone.
fn signed_under(jws: &str, key: &Jwk, claimed: Algorithm) -> bool {
    let (Some(algorithm), Ok(decoding)) = (algorithm_of(key), DecodingKey::from_jwk(key)) else { return false };
    let Some((message, signature)) = jws.rsplit_once('.') else { return false };
    algorithm == claimed && crypto::verify(signature, message.as_bytes(), &decoding, algorithm).unwrap_or(false)
}

fn algorithm_of(key: &Jwk) -> Option<Algorithm> {
    use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve};
    match &key.algorithm {
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => Some(Algorithm::ES256),
        AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => Some(Algorithm::EdDSA),
        _ => None,
    }
}

fn bound_to(sd_jwt: &SdJwt) -> Result<Jwk, Doubt> {
    let Some(RequiredKeyBinding::Jwk(jwk)) = sd_jwt.required_key_bind() else { return Err(Doubt::NotBound) };
    let jwk: Jwk = serde_json::from_value(Value::Object(jwk.clone())).map_err(|_| Doubt::NotBound)?;
    algorithm_of(&jwk).map(|_| jwk).ok_or(Doubt::NotBound)
}

fn same_key(own: &Value, other: &Jwk) -> bool {
    serde_json::from_value::<Jwk>(own.clone()).is_ok_and(|own| own.algorithm == other.algorithm)
}

/// The claims that stand for fields, in the person's own spelling of values: text, or a whole number.
fn known(claims: &Map<String, Value>) -> BTreeMap<FieldPath, FieldValue> {
    let claims = Value::Object(claims.clone());
    let value = |pointer: &str| match claims.pointer(pointer)? {
        Value::String(text) => text.parse::<FieldValue>().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    };
    CLAIMS.iter().filter_map(|(pointer, field)| Some((field.parse().ok()?, value(pointer)?))).collect()
}

fn pointer_of(field: FieldPath) -> Option<&'static str> {
    let name = field.to_string();
    CLAIMS.iter().find(|(_, field)| *field == name).map(|(pointer, _)| *pointer)
}

fn payload<T: serde::de::DeserializeOwned>(jws: &str) -> Option<T> {
    let body = BASE64URL_NOPAD.decode(jws.split('.').nth(1)?.as_bytes()).ok()?;
    serde_json::from_slice(&body).ok()
}

fn sd_hash(bare: &str) -> String {
    BASE64URL_NOPAD.encode(&Sha256::digest(bare.as_bytes()))
}

fn seconds(now: Timestamp) -> i64 {
    i64::try_from(now.0 / 1_000).unwrap_or(i64::MAX)
}
