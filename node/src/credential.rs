//! Credentials of issuers: SD-JWT VC (RFC 9901; draft-ietf-oauth-sd-jwt-vc). The one place that knows `sd-jwt-payload`
//! and JOSE. Only in builds with the feature `vc`.
//!
//! In: credentials and presentations as text, keys. Out: values by field, presentations of one claim each with a key
//! binding JWT, and whether a presentation holds. ES256, ES384 and EdDSA signatures (RFC 7518, RFC 8037), SHA-256 digests.
//! `jose.rs` reads signed JSON, `anchor.rs` finds the key that signed it, `status.rs` reads lists of what was withdrawn.

mod anchor;
mod jose;
mod status;

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
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

use self::jose::{Jws, algorithm_of};

pub use self::{
    anchor::Anchor,
    status::{Entry, LIST_TOKEN_BYTES, StatusList},
};

/// Largest credential, in bytes: person identification data has a portrait in it.
pub const CREDENTIAL_BYTES: usize = 192 * 1024;
/// Most disclosures of one credential.
const DISCLOSURES: usize = 128;
/// How far an issuer's clock may be ahead, in seconds.
const SKEW_S: i64 = 300;
/// Longest type of a credential, in bytes; and what is kept of it for people, in characters.
const KIND_BYTES: usize = 1024;
const KIND_CHARS: usize = 256;
/// How long a credential lives that names no end, from when it was issued, in seconds.
const ENDLESS_S: i64 = 366 * 86_400;
/// Claims that stand open or not at all: what decides whether a credential holds can't be left out by who shows it
/// (draft-ietf-oauth-sd-jwt-vc, section 3.2.2.2).
const ALWAYS_OPEN: [&str; 8] = ["iss", "nbf", "exp", "iat", "cnf", "vct", "vct#integrity", "status"];
/// Names that a disclosure must not have (RFC 9901, section 7.1).
const NO_CLAIMS: [&str; 2] = ["_sd", "..."];

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
    ("/nationalities/0", "nationality"),
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
    /// It demands what is not understood here (`crit`, RFC 7515, section 4.1.11).
    #[error("the credential demands an extension that regie does not know; ask the issuer for one without")]
    Critical,
    /// Signed in a way that is not known here.
    #[error(
        "signed with an algorithm that regie does not check; it knows ES256, ES384 and EdDSA: ask the issuer for one of these"
    )]
    Algorithm,
    /// What should be an issuer's keys is something else.
    #[error(
        "that is no issuer's key: give a JWK or a set of them (P-256, P-384 or Ed25519), or root certificates in PEM"
    )]
    IssuerKey,
    /// It came without certificates, or they lead to none of the issuer's roots, or not now.
    #[error("the certificates with it lead to none of the issuer's roots; ask the issuer for its current root")]
    Chain,
    /// The issuer is not trusted for this type of credential.
    #[error("the issuer is not trusted for this type; name it with `regie supplier trust-issuer … --type`")]
    UntrustedType,
    /// The issuer is not trusted for this field.
    #[error("the issuer is not trusted for this field; name it with `regie supplier trust-issuer … --field`")]
    UntrustedField,
    /// It says neither when it was issued nor when it ends.
    #[error("the credential says neither when it was issued nor when it ends; ask the issuer for one that does")]
    Endless,
    /// Its issuer withdrew or suspended it.
    #[error("the issuer withdrew the credential, or suspended it; ask the issuer why")]
    Withdrawn,
    /// Whether it was withdrawn is not known: the list was not read yet, is too old, or of an unknown kind.
    #[error("whether the issuer withdrew the credential is not known yet; ask again in a minute")]
    StatusUnknown,
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
            Self::Critical => "critical",
            Self::Algorithm => "algorithm",
            Self::IssuerKey => "issuer_key",
            Self::Chain => "chain",
            Self::UntrustedType => "untrusted_type",
            Self::UntrustedField => "untrusted_field",
            Self::Endless => "endless",
            Self::Withdrawn => "withdrawn",
            Self::StatusUnknown => "status_unknown",
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
    /// Its end, in seconds since 1970; some that were taken in by 0.1.0 name none.
    pub expires: Option<i64>,
    key: HolderKey,
}

impl Credential {
    /// Takes a credential in: signed by the issuer as its keys or roots show, in its time, bound to one of these keys. It may
    /// be wrapped as issuers hand it out (OpenID4VCI 1.0, section 8.3).
    ///
    /// # Errors
    /// [`Doubt`].
    pub fn accept(text: &str, issuer: &Anchor, keys: &[HolderKey], now: Timestamp) -> Result<Self, Doubt> {
        let text = unwrapped(text)?;
        let sd_jwt = read(&text, CREDENTIAL_BYTES)?;
        if sd_jwt.key_binding_jwt().is_some() {
            return Err(Doubt::Malformed);
        }
        let issued = issued(&sd_jwt, &text, &|_| Some(issuer.clone()), now)?;
        let bound = bound_to(&sd_jwt)?;
        let key = keys.iter().find(|key| key.jwk().is_some_and(|own| same_key(&own, &bound))).ok_or(Doubt::NotBound)?;
        let kind: String = issued.kind.chars().filter(|c| !c.is_control()).take(KIND_CHARS).collect();
        let Issued { issuer, until, .. } = issued;
        let credential = Self { text, issuer, kind, expires: Some(until), key: key.clone() };
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
        let sd_jwt = read(&self.text, CREDENTIAL_BYTES)?;
        in_time(&token(&self.text)?, now)?;
        let claims = sd_jwt.clone().into_disclosed_object(&Sha256Hasher::new()).map_err(|_| Doubt::Malformed)?;
        let pointer = pointer_of(field, &Value::Object(claims)).ok_or(Doubt::AnotherValue)?;
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

/// What an issuer is trusted for.
#[derive(Clone, Debug)]
pub struct Trust {
    /// What its signatures are checked with.
    pub anchor: Anchor,
    /// The types of credentials (`vct`).
    pub kinds: BTreeSet<String>,
    /// The fields, by the claims that stand for them.
    pub fields: BTreeSet<FieldPath>,
}

/// Who vouches, unless a list says that it was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// The issuer.
    pub issuer: Issuer,
    /// Where the credential stands in which list, if it can be withdrawn.
    pub status: Option<Entry>,
}

/// Does an issuer vouch for this value, to this supplier and under this grant?
///
/// # Errors
/// [`Doubt`].
pub fn check(
    presentation: &Presentation,
    trusted: &dyn Fn(&Issuer) -> Option<Trust>,
    (supplier, grant): (&PublicKey, &ObjectId),
    (field, value): (FieldPath, &FieldValue),
    now: Timestamp,
) -> Result<Vouched, Doubt> {
    let text = presentation.as_str();
    let sd_jwt = read(text, regie_protocol::limits::PRESENTATION_BYTES)?;
    let issued = issued(&sd_jwt, text, &|issuer| trusted(issuer).map(|trust| trust.anchor), now)?;
    let trust = trusted(&issued.issuer).ok_or(Doubt::UnknownIssuer)?;
    if !trust.kinds.contains(&issued.kind) {
        return Err(Doubt::UntrustedType);
    }
    if !trust.fields.contains(&field) {
        return Err(Doubt::UntrustedField);
    }
    let binding = sd_jwt.key_binding_jwt().ok_or(Doubt::NotBound)?.to_string();
    let bare = text.strip_suffix(binding.as_str()).ok_or(Doubt::Malformed)?;
    let proof = Jws::read(&binding, &["kb+jwt"]).map_err(|doubt| match doubt {
        Doubt::Malformed => Doubt::NotBound,
        other => other,
    })?;
    if !proof.is_signed_under(&bound_to(&sd_jwt)?) {
        return Err(Doubt::NotBound);
    }
    let says = |name: &str, expected: &str| proof.text(name) == Some(expected);
    if !says("aud", &supplier.to_string()) || !says("nonce", &grant.to_string()) || !says("sd_hash", &sd_hash(bare)) {
        return Err(Doubt::NotBound);
    }
    // RFC 9901, section 7.3: made at a time that has come.
    let made = proof.time("iat")?.ok_or(Doubt::NotBound)?;
    if made > seconds(now).saturating_add(SKEW_S) || proof.time("exp")?.is_some_and(|end| end <= seconds(now)) {
        return Err(Doubt::OutOfTime);
    }
    let claims = sd_jwt.into_disclosed_object(&Sha256Hasher::new()).map_err(|_| Doubt::Malformed)?;
    if known(&claims).get(&field) != Some(value) {
        return Err(Doubt::AnotherValue);
    }
    Ok(Vouched { issuer: issued.issuer, status: issued.status })
}

/// The credential in what an issuer handed out: as it is, or in the JSON of OpenID4VCI.
fn unwrapped(text: &str) -> Result<String, Doubt> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.len() > 2 * CREDENTIAL_BYTES || !text.starts_with('{') {
        return Ok(text.to_owned());
    }
    let answer: Value = serde_json::from_str(text).map_err(|_| Doubt::Malformed)?;
    let found = answer.pointer("/credentials/0/credential").or_else(|| answer.get("credential"));
    found.and_then(Value::as_str).map(|text| text.trim().to_owned()).ok_or(Doubt::Malformed)
}

fn read(text: &str, limit: usize) -> Result<SdJwt, Doubt> {
    if text.len() > limit || text.matches('~').count() > DISCLOSURES || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Doubt::Malformed);
    }
    let sd_jwt = SdJwt::parse(text).map_err(|_| Doubt::Malformed)?;
    let algorithm = sd_jwt.claims()._sd_alg.as_deref();
    if algorithm.is_some_and(|algorithm| algorithm != "sha-256") || !digests_are_plain(&sd_jwt) {
        return Err(Doubt::Malformed);
    }
    Ok(sd_jwt)
}

/// RFC 9901, section 7.1: no digest stands twice, hidden or not, and no disclosure has a name that means something else.
/// Nor does one hide what has to stand open.
fn digests_are_plain(sd_jwt: &SdJwt) -> bool {
    let claims = Value::Object((**sd_jwt.claims()).clone());
    let mut found = Vec::new();
    let top: BTreeSet<&str> = sd_jwt.claims()._sd.iter().map(String::as_str).collect();
    found.extend(sd_jwt.claims()._sd.iter().map(String::as_str));
    digests(&claims, &mut found);
    for disclosure in sd_jwt.disclosures() {
        let digest = sd_hash(disclosure.as_str());
        let name = disclosure.claim_name.as_deref();
        let hides = top.contains(digest.as_str()) && name.is_some_and(|name| ALWAYS_OPEN.contains(&name));
        if hides || name.is_some_and(|name| NO_CLAIMS.contains(&name)) {
            return false;
        }
        digests(&disclosure.claim_value, &mut found);
    }
    let all = found.len();
    found.into_iter().collect::<BTreeSet<_>>().len() == all
}

/// Every digest within a value.
fn digests<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Array(all) => all.iter().for_each(|one| digests(one, found)),
        Value::Object(object) => {
            for (name, value) in object {
                match (name.as_str(), value) {
                    ("_sd", Value::Array(all)) => found.extend(all.iter().filter_map(Value::as_str)),
                    ("...", Value::String(digest)) => found.push(digest),
                    (_, value) => digests(value, found),
                }
            }
        }
        _ => {}
    }
}

/// What an issuer's signature was checked over.
struct Issued {
    issuer: Issuer,
    kind: String,
    /// In seconds since 1970.
    until: i64,
    status: Option<Entry>,
}

/// The issuer's own part of a credential. The older name of the type is still met.
fn token(text: &str) -> Result<Jws<'_>, Doubt> {
    Jws::read(text.split('~').next().unwrap_or_default(), &["dc+sd-jwt", "vc+sd-jwt"])
}

/// Checks type, signature and time.
fn issued(
    sd_jwt: &SdJwt,
    text: &str,
    anchor_of: &dyn Fn(&Issuer) -> Option<Anchor>,
    now: Timestamp,
) -> Result<Issued, Doubt> {
    let token = token(text)?;
    let issuer = issuer_of(&token)?;
    let signer = anchor_of(&issuer).ok_or(Doubt::UnknownIssuer)?.signer(&token, now)?;
    // A certificate is for the names in it, whatever the credential says.
    if signer.names.is_some_and(|names| !names.iter().any(|name| is_named(&issuer, name))) {
        return Err(Doubt::Chain);
    }
    let until = in_time(&token, now)?;
    let kind = sd_jwt.claims().get("vct").and_then(Value::as_str).filter(|kind| kind.len() <= KIND_BYTES);
    let kind = kind.ok_or(Doubt::Malformed)?.to_owned();
    Ok(Issued { issuer, kind, until, status: Entry::of(&token.claims)? })
}

/// Who says that they signed: `iss`, else the first name of the certificate.
fn issuer_of(token: &Jws<'_>) -> Result<Issuer, Doubt> {
    let name = match token.claims.get("iss") {
        Some(name) => name.as_str().map(str::to_owned),
        None => token.chain.as_deref().and_then(anchor::claimed_names).and_then(|names| names.into_iter().next()),
    };
    name.and_then(|name| name.parse().ok()).ok_or(Doubt::Malformed)
}

/// Is a name of a certificate this issuer's? A host is for everything at it.
fn is_named(issuer: &Issuer, name: &str) -> bool {
    let issuer = issuer.to_string();
    issuer == name
        || issuer.strip_prefix(name).is_some_and(|rest| name.starts_with("https://") && rest.starts_with('/'))
}

/// Is it in its time? Its end comes out, in seconds since 1970: what it says, or a year from when it was issued.
fn in_time(token: &Jws<'_>, now: Timestamp) -> Result<i64, Doubt> {
    let (now, from, issued) = (seconds(now), token.time("nbf")?, token.time("iat")?);
    let latest = now.saturating_add(SKEW_S);
    let end = match (token.time("exp")?, issued) {
        (Some(end), _) => end,
        (None, Some(issued)) => issued.saturating_add(ENDLESS_S),
        (None, None) => return Err(Doubt::Endless),
    };
    let begun = [from, issued].into_iter().flatten().all(|begin| begin <= latest);
    if begun && now < end { Ok(end) } else { Err(Doubt::OutOfTime) }
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

/// Where a field stands among the claims.
fn pointer_of(field: FieldPath, claims: &Value) -> Option<&'static str> {
    let name = field.to_string();
    let stands = |(pointer, known): &&(&str, &str)| *known == name && claims.pointer(pointer).is_some();
    CLAIMS.iter().find(stands).map(|(pointer, _)| *pointer)
}

fn sd_hash(bare: &str) -> String {
    BASE64URL_NOPAD.encode(&Sha256::digest(bare.as_bytes()))
}

fn seconds(now: Timestamp) -> i64 {
    i64::try_from(now.0 / 1_000).unwrap_or(i64::MAX)
}
