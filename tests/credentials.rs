//! Values that an issuer vouches for: an SD-JWT VC made by hand as RFC 9901 says, taken in, shown one claim at a time,
//! checked by the company; and what a person, a company or somebody between them can't make of it.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, KeyUsagePurpose, SanType};
use regie::credential::{self, Anchor, Credential, Doubt, Entry, HolderKey, StatusList, Trust};
use regie::person::verbs;
use regie_protocol::{FieldPath, Issuer, Keypair, ObjectId, Presentation, PublicKey, Timestamp, Value as FieldValue};
use regie_tests::{Node, api::Client, nats::Nats, until};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::standing::{Certificate, Domain, Says};

const NAME: &str = "https://rvig.example";
const NOW: Timestamp = Timestamp(1_800_000_000_000);
const SECONDS: i64 = 1_800_000_000;

/// Somebody who signs credentials.
struct Authority {
    pkcs8: Vec<u8>,
}

impl Authority {
    fn new() -> Self {
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).expect("a key");
        Self { pkcs8: key.as_ref().to_vec() }
    }

    fn jwk(&self) -> Value {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.pkcs8, &random).expect("a key");
        let point = pair.public_key().as_ref()[1..].to_vec();
        let text = |part: &[u8]| BASE64URL_NOPAD.encode(part);
        json!({ "kty": "EC", "crv": "P-256", "x": text(&point[..32]), "y": text(&point[32..]) })
    }

    fn key(&self) -> Anchor {
        Anchor::parse(&self.jwk().to_string()).expect("a key")
    }

    /// What a company trusts it for in these tests.
    fn trust(&self) -> Trust {
        trust(self.key())
    }

    /// Signs what no library would: any header and claims.
    fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let (signed, random) = (format!("{}.{}", part(header), part(claims)), SystemRandom::new());
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.pkcs8, &random).expect("a key");
        let signature = pair.sign(&random, signed.as_bytes()).expect("signed");
        format!("{signed}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }

    /// RFC 9901, sections 4.1 and 4.2: salted disclosures, their digests in `_sd`; a street within an address.
    fn issue(&self, holder: &Value, changes: &Value) -> String {
        let disclosures: Vec<String> = [
            json!(["salt-1", "given_name", "Ada"]),
            json!(["salt-2", "family_name", "Jansen"]),
            json!(["salt-3", "birthdate", "1984-05-12"]),
            json!(["salt-4", "street_address", "Dorpsstraat 1"]),
        ]
        .iter()
        .map(|disclosure| BASE64URL_NOPAD.encode(disclosure.to_string().as_bytes()))
        .collect();
        let digest = |text: &String| BASE64URL_NOPAD.encode(&Sha256::digest(text.as_bytes()));
        let mut claims = json!({
            "iss": NAME, "vct": KIND, "iat": SECONDS - 60, "exp": SECONDS * 2,
            "_sd_alg": "sha-256", "_sd": disclosures[..3].iter().map(digest).collect::<Vec<_>>(),
            "address": { "_sd": [digest(&disclosures[3])], "country": "NL" },
            "cnf": { "jwk": holder },
        });
        claims.as_object_mut().expect("claims").extend(changes.as_object().expect("changes").clone());
        claims.as_object_mut().expect("claims").retain(|_, value| !value.is_null());
        let signed = self.sign(&json!({ "alg": "ES256", "typ": "dc+sd-jwt" }), &claims);
        format!("{signed}~{}~", disclosures.join("~"))
    }
}

const KIND: &str = "https://rvig.example/pid/1";

fn trust(anchor: Anchor) -> Trust {
    let fields = ["address.country", "address.street", "birthDate", "name.family", "name.given"];
    Trust { anchor, kinds: [KIND.to_owned()].into(), fields: fields.map(field).into() }
}

fn field(text: &str) -> FieldPath {
    text.parse().expect("a field")
}

fn value(text: &str) -> FieldValue {
    text.parse().expect("a value")
}

/// A credential of Ada's, and what her node shows of it.
struct Held {
    authority: Authority,
    credential: Credential,
    supplier: PublicKey,
    grant: ObjectId,
}

impl Held {
    fn new() -> Self {
        let (authority, key) = (Authority::new(), HolderKey::fresh().expect("a key"));
        let text = authority.issue(&key.jwk().expect("public"), &json!({}));
        let credential = Credential::accept(&text, &authority.key(), &[key], NOW).expect("taken in");
        let supplier = Keypair::from_secret(&[3; 32]).public();
        Self { authority, credential, supplier, grant: ObjectId::from_digest([9; 32]) }
    }

    fn show(&self, of: &str) -> Presentation {
        self.credential.present(field(of), &self.supplier, &self.grant, NOW).expect("shown")
    }

    fn check(&self, shown: &Presentation, of: &str, text: &str) -> Result<Issuer, Doubt> {
        let trusted = |issuer: &Issuer| (issuer.to_string() == NAME).then(|| self.authority.trust());
        let about = (field(of), &value(text));
        credential::check(shown, &trusted, (&self.supplier, &self.grant), about, NOW).map(|found| found.issuer)
    }
}

#[test]
fn one_claim_is_shown_and_no_other_leaves_with_it() {
    let held = Held::new();
    let says: Vec<(String, String)> =
        held.credential.values().iter().map(|(field, value)| (field.to_string(), value.as_str().to_owned())).collect();
    let expected = [
        ("address.country", "NL"),
        ("address.street", "Dorpsstraat 1"),
        ("birthDate", "1984-05-12"),
        ("name.family", "Jansen"),
        ("name.given", "Ada"),
    ];
    assert_eq!(says, expected.map(|(field, value)| (field.to_owned(), value.to_owned())));
    for (of, text) in expected {
        let shown = held.show(of);
        assert_eq!(held.check(&shown, of, text).map(|issuer| issuer.to_string()), Ok(NAME.to_owned()), "{of}");
        // Nothing of the others is in it, not even hidden in base 64.
        let decoded: String = shown
            .as_str()
            .split(['~', '.'])
            .filter_map(|part| BASE64URL_NOPAD.decode(part.as_bytes()).ok())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .collect();
        for (other, hidden) in expected.iter().filter(|(other, _)| *other != of && *other != "address.country") {
            assert!(!decoded.contains(hidden), "{other} leaves with {of}");
        }
    }
}

#[test]
fn what_is_shown_to_one_is_worth_nothing_to_another_nor_for_another_grant() {
    let held = Held::new();
    let shown = held.show("name.given");
    let trusted = |_: &Issuer| Some(held.authority.trust());
    let about = (field("name.given"), &value("Ada"));
    let other = Keypair::from_secret(&[4; 32]).public();
    let check = |supplier, grant| credential::check(&shown, &trusted, (supplier, grant), about, NOW);
    assert_eq!(check(&other, &held.grant), Err(Doubt::NotBound));
    assert_eq!(check(&held.supplier, &ObjectId::from_digest([8; 32])), Err(Doubt::NotBound));
    // Without its proof, with one by another key, with a disclosure more: not bound.
    let whole = shown.as_str();
    let (bare, binding) = whole.rsplit_once('~').expect("a proof");
    let foreign = {
        let thief = Authority::new();
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("kb+jwt".to_owned());
        let hash = BASE64URL_NOPAD.encode(&Sha256::digest(format!("{bare}~").as_bytes()));
        let claims = json!({ "iat": SECONDS, "aud": held.supplier.to_string(), "nonce": held.grant.to_string(),
            "sd_hash": hash });
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_der(&thief.pkcs8)).expect("signed")
    };
    let extra = BASE64URL_NOPAD.encode(json!(["salt-2", "family_name", "Jansen"]).to_string().as_bytes());
    for (what, text) in [
        ("no proof", format!("{bare}~")),
        ("another's proof", format!("{bare}~{foreign}")),
        ("one disclosure more", format!("{bare}~{extra}~{binding}")),
    ] {
        let forged: Presentation = text.parse().expect("a form");
        assert_eq!(held.check(&forged, "name.given", "Ada"), Err(Doubt::NotBound), "{what}");
    }
}

#[test]
fn a_value_that_was_changed_and_an_issuer_that_is_not_trusted_are_told() {
    let held = Held::new();
    let shown = held.show("name.given");
    assert_eq!(held.check(&shown, "name.given", "Eve"), Err(Doubt::AnotherValue));
    assert_eq!(held.check(&shown, "name.family", "Ada"), Err(Doubt::AnotherValue));
    let about = (field("name.given"), &value("Ada"));
    let with = |key: Option<Anchor>, now| {
        let trusted = |_: &Issuer| key.clone().map(trust);
        credential::check(&shown, &trusted, (&held.supplier, &held.grant), about, now)
    };
    assert_eq!(with(None, NOW), Err(Doubt::UnknownIssuer));
    assert_eq!(with(Some(Authority::new().key()), NOW), Err(Doubt::BadSignature));
    let late = Timestamp(u64::try_from(SECONDS).expect("positive") * 2_000);
    assert_eq!(with(Some(held.authority.key()), late), Err(Doubt::OutOfTime));
    // A claim that the issuer never signed: its digest is in no `_sd`.
    let forged = BASE64URL_NOPAD.encode(json!(["salt-1", "given_name", "Eve"]).to_string().as_bytes());
    let mut parts: Vec<&str> = shown.as_str().split('~').collect();
    parts[1] = &forged;
    let forged: Presentation = parts.join("~").parse().expect("a form");
    assert!(held.check(&forged, "name.given", "Eve").is_err());
}

#[test]
fn what_is_no_credential_of_this_node_is_not_taken_in() {
    let (authority, key) = (Authority::new(), HolderKey::fresh().expect("a key"));
    let jwk = key.jwk().expect("public");
    let keys = [key];
    let accept = |text: &str| Credential::accept(text, &authority.key(), &keys, NOW).err();
    let good = authority.issue(&jwk, &json!({}));
    assert_eq!(accept(&good), None);
    let stranger = HolderKey::fresh().and_then(|key| key.jwk()).expect("public");
    let unsigned = {
        let (_, rest) = good.split_once('.').expect("a header");
        let header = BASE64URL_NOPAD.encode(br#"{"alg":"none","typ":"dc+sd-jwt"}"#);
        format!("{header}.{rest}")
    };
    // A public key taken for a shared secret: the key decides the algorithm.
    let confused = {
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some("dc+sd-jwt".to_owned());
        let claims = json!({ "iss": NAME, "vct": "x", "cnf": { "jwk": jwk }, "given_name": "Eve" });
        let secret = EncodingKey::from_secret(authority.jwk().to_string().as_bytes());
        format!("{}~", jsonwebtoken::encode(&header, &claims, &secret).expect("signed"))
    };
    for (what, text, doubt) in [
        ("another's key", authority.issue(&stranger, &json!({})), Doubt::NotBound),
        ("no key", authority.issue(&jwk, &json!({ "cnf": { "kid": "1" } })), Doubt::NotBound),
        ("ended", authority.issue(&jwk, &json!({ "exp": SECONDS })), Doubt::OutOfTime),
        ("to come", authority.issue(&jwk, &json!({ "nbf": SECONDS + 3_600 })), Doubt::OutOfTime),
        ("another digest", authority.issue(&jwk, &json!({ "_sd_alg": "md5" })), Doubt::Malformed),
        ("no issuer", authority.issue(&jwk, &json!({ "iss": 7 })), Doubt::Malformed),
        ("an end that is no number", authority.issue(&jwk, &json!({ "exp": "never" })), Doubt::Malformed),
        ("another issuer", Authority::new().issue(&jwk, &json!({})), Doubt::BadSignature),
        ("a shared secret", confused, Doubt::Algorithm),
        ("nothing known", authority.issue(&jwk, &json!({ "_sd": [], "address": {} })), Doubt::AnotherValue),
    ] {
        assert_eq!(accept(&text), Some(doubt), "{what}");
    }
    assert!(accept(&unsigned).is_some());
    for junk in ["", "~", "a~b", "a.b.c", "a.b.c~", "é~", &"x~".repeat(200), &"a".repeat(40_000)] {
        assert_eq!(accept(junk), Some(Doubt::Malformed), "{junk:.20}");
    }
}

/// RFC 7515, 7519 and 9901, and the draft of SD-JWT VC, claim by claim.
#[test]
fn what_the_standards_refuse_is_refused_and_what_they_allow_is_taken() {
    let (authority, key) = (Authority::new(), HolderKey::fresh().expect("a key"));
    let jwk = key.jwk().expect("public");
    let keys = [key];
    let accept = |text: &str| Credential::accept(text, &authority.key(), &keys, NOW).map(|taken| taken.expires);
    let plain = json!({ "iss": NAME, "vct": KIND, "iat": SECONDS, "given_name": "Ada", "cnf": { "jwk": jwk } });
    let claims = |changes: Value| {
        let mut claims = plain.clone();
        claims.as_object_mut().expect("claims").extend(changes.as_object().expect("changes").clone());
        claims.as_object_mut().expect("claims").retain(|_, value| !value.is_null());
        claims
    };
    let header = json!({ "alg": "ES256", "typ": "dc+sd-jwt" });
    let with_header = |name: &str, value: Value| {
        let mut header = header.clone();
        header[name] = value;
        format!("{}~", authority.sign(&header, &plain))
    };
    let with = |changes: Value| format!("{}~", authority.sign(&header, &claims(changes)));
    let hidden = |disclosure: Value| {
        let text = BASE64URL_NOPAD.encode(disclosure.to_string().as_bytes());
        let digest = BASE64URL_NOPAD.encode(&Sha256::digest(text.as_bytes()));
        let name = disclosure[1].as_str().expect("a name").to_owned();
        let mut all = claims(json!({ "_sd": [digest] }));
        all.as_object_mut().expect("claims").remove(&name);
        format!("{}~{text}~", authority.sign(&header, &all))
    };
    let year = SECONDS + 366 * 86_400;
    for (what, text, expected) in [
        ("as it is", with(json!({})), Ok(Some(year))),
        ("a demand that is not understood", with_header("crit", json!(["foo"])), Err(Doubt::Critical)),
        ("an empty demand", with_header("crit", json!([])), Err(Doubt::Critical)),
        ("no algorithm", with_header("alg", json!("none")), Err(Doubt::Algorithm)),
        ("RSA", with_header("alg", json!("RS256")), Err(Doubt::Algorithm)),
        ("another curve than the key's", with_header("alg", json!("ES384")), Err(Doubt::BadSignature)),
        ("a type of something else", with_header("typ", json!("JWT")), Err(Doubt::Malformed)),
        ("the whole media type", with_header("typ", json!("application/DC+SD-JWT")), Ok(Some(year))),
        (
            "dates with a fraction",
            with(json!({ "iat": 1_799_999_999.5, "nbf": 1_799_999_999.25, "exp": 1_800_000_010.75 })),
            Ok(Some(SECONDS + 10)),
        ),
        ("a date that is none", with(json!({ "exp": 1e300 })), Err(Doubt::Malformed)),
        ("issued in the future", with(json!({ "iat": SECONDS + 3_600 })), Err(Doubt::OutOfTime)),
        (
            "issued more than a year ago, without an end",
            with(json!({ "iat": SECONDS - 367 * 86_400 })),
            Err(Doubt::OutOfTime),
        ),
        ("neither issued nor ended", with(json!({ "iat": null })), Err(Doubt::Endless)),
        ("an end that is hidden", hidden(json!(["s", "exp", 1])), Err(Doubt::Malformed)),
        ("a status that is hidden", hidden(json!(["s", "status", {}])), Err(Doubt::Malformed)),
        ("a type that is hidden", hidden(json!(["s", "vct", KIND])), Err(Doubt::Malformed)),
        ("a key that is hidden", hidden(json!(["s", "cnf", { "jwk": jwk }])), Err(Doubt::Malformed)),
        ("a disclosure of digests", hidden(json!(["s", "_sd", ["x"]])), Err(Doubt::Malformed)),
        ("a name that is hidden", hidden(json!(["s", "family_name", "Jansen"])), Ok(Some(year))),
        ("one digest twice", with(json!({ "_sd": ["a", "b", "a"] })), Err(Doubt::Malformed)),
        (
            "one digest twice, in two places",
            with(json!({ "_sd": ["a"], "address": { "_sd": ["a"] } })),
            Err(Doubt::Malformed),
        ),
        ("a status of an unknown kind", with(json!({ "status": { "other": {} } })), Err(Doubt::StatusUnknown)),
        (
            "a status without an address",
            with(json!({ "status": { "status_list": { "idx": 1 } } })),
            Err(Doubt::Malformed),
        ),
        (
            "as a wallet gets it",
            json!({ "credentials": [{ "credential": with(json!({})) }] }).to_string(),
            Ok(Some(year)),
        ),
        ("behind a byte order mark", format!("\u{feff}{}\n", with(json!({}))), Ok(Some(year))),
        ("a portrait", with(json!({ "picture": "A".repeat(60_000) })), Ok(Some(year))),
        ("nationalities", with(json!({ "given_name": null, "nationalities": ["NL", "BE"] })), Ok(Some(year))),
    ] {
        assert_eq!(accept(&text), expected, "{what}");
    }
    // A claim that stands open cannot be hidden as another one too.
    let twice = {
        let text = BASE64URL_NOPAD.encode(json!(["s", "given_name", "Eve"]).to_string().as_bytes());
        let digest = BASE64URL_NOPAD.encode(&Sha256::digest(text.as_bytes()));
        format!("{}~{text}~", authority.sign(&header, &claims(json!({ "_sd": [digest] }))))
    };
    assert!(accept(&twice).is_err());
    // An issuer's keys as it publishes them.
    let set = Anchor::parse(&json!({ "keys": [Authority::new().jwk(), authority.jwk()] }).to_string()).expect("keys");
    assert!(Credential::accept(&with(json!({})), &set, &keys, NOW).is_ok());
    for junk in ["", "{}", "{\"keys\":[]}", "null", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"] {
        assert_eq!(Anchor::parse(junk).err(), Some(Doubt::IssuerKey), "{junk}");
    }
}

/// A certificate of an issuer, under a root.
struct Certified {
    root: String,
    chain: Value,
    authority: Authority,
}

impl Certified {
    fn new(uri: &str, usages: &[KeyUsagePurpose]) -> Self {
        let root_key = KeyPair::generate().expect("a key");
        let mut root = CertificateParams::default();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.distinguished_name.push(DnType::CommonName, "the root of a test");
        let root = root.self_signed(&root_key).expect("a root");
        let key = KeyPair::generate().expect("a key");
        let mut leaf = CertificateParams::default();
        leaf.subject_alt_names = vec![SanType::URI(uri.try_into().expect("a name"))];
        leaf.key_usages = usages.to_vec();
        let leaf = leaf.signed_by(&key, &root, &root_key).expect("a certificate");
        let chain = json!([BASE64.encode(leaf.der())]);
        Self { root: root.pem(), chain, authority: Authority { pkcs8: key.serialize_der() } }
    }
}

#[test]
fn an_issuer_without_a_known_key_is_known_by_its_certificate_and_no_other_by_it() {
    let key = HolderKey::fresh().expect("a key");
    let jwk = key.jwk().expect("public");
    let keys = [key];
    let good = Certified::new(NAME, &[KeyUsagePurpose::DigitalSignature]);
    let roots = Anchor::parse(&good.root).expect("a root");
    let issue = |by: &Certified, chain: &Value, iss: Value| {
        let mut claims = json!({ "iss": iss, "vct": KIND, "iat": SECONDS, "given_name": "Ada", "cnf": { "jwk": jwk } });
        claims.as_object_mut().expect("claims").retain(|_, value| !value.is_null());
        let header = json!({ "alg": "ES256", "typ": "dc+sd-jwt", "x5c": chain });
        format!("{}~", by.authority.sign(&header, &claims))
    };
    let accept = |text: &str| Credential::accept(text, &roots, &keys, NOW).map(|taken| taken.issuer.to_string());
    assert_eq!(accept(&issue(&good, &good.chain, Value::Null)), Ok(NAME.to_owned()), "the certificate says who");
    assert_eq!(accept(&issue(&good, &good.chain, json!(NAME))), Ok(NAME.to_owned()));
    let other = Certified::new(NAME, &[]);
    let for_keys = Certified::new(NAME, &[KeyUsagePurpose::KeyEncipherment]);
    let for_keys_roots = Anchor::parse(&for_keys.root).expect("a root");
    for (what, text, doubt) in [
        ("another's name", issue(&good, &good.chain, json!("https://other.example")), Doubt::Chain),
        ("another root", issue(&other, &other.chain, json!(NAME)), Doubt::Chain),
        ("another's certificate", issue(&other, &good.chain, json!(NAME)), Doubt::BadSignature),
        ("no certificate that can be read", issue(&good, &json!(["MIIB"]), json!(NAME)), Doubt::Chain),
        ("no certificates", issue(&good, &json!([]), json!(NAME)), Doubt::Chain),
        ("certificates without an end", issue(&good, &json!(vec!["MIIB"; 9]), json!(NAME)), Doubt::Chain),
        ("no text", issue(&good, &json!("MIIB"), json!(NAME)), Doubt::Chain),
        ("none at all", good.authority.issue(&jwk, &json!({})), Doubt::Chain),
    ] {
        assert_eq!(accept(&text), Err(doubt), "{what}");
    }
    let misused = issue(&for_keys, &for_keys.chain, json!(NAME));
    assert_eq!(
        Credential::accept(&misused, &for_keys_roots, &keys, NOW).err(),
        Some(Doubt::Chain),
        "not for signatures"
    );
}

#[test]
fn an_issuer_vouches_for_the_types_and_fields_that_it_is_trusted_for_and_for_no_other() {
    let held = Held::new();
    let shown = held.show("name.given");
    let with = |change: &dyn Fn(&mut Trust)| {
        let trusted = |_: &Issuer| {
            let mut trust = held.authority.trust();
            change(&mut trust);
            Some(trust)
        };
        let about = (field("name.given"), &value("Ada"));
        credential::check(&shown, &trusted, (&held.supplier, &held.grant), about, NOW).err()
    };
    assert_eq!(with(&|_| ()), None);
    assert_eq!(
        with(&|trust| trust.kinds = ["https://rvig.example/pid/2".to_owned()].into()),
        Some(Doubt::UntrustedType)
    );
    assert_eq!(with(&|trust| trust.kinds.clear()), Some(Doubt::UntrustedType));
    assert_eq!(
        with(&|trust| {
            trust.fields.remove(&field("name.given"));
        }),
        Some(Doubt::UntrustedField)
    );
}

const LIST: &str = "https://localhost/lists/1";
/// The draft's own list of 16 credentials: the first is withdrawn, the second is not.
const PACKED: &str = "eNrbuRgAAhcBXQ";

fn status_list(authority: &Authority, address: &str, changes: &Value) -> String {
    let mut claims = json!({ "sub": address, "iat": SECONDS, "ttl": 600, "status_list": { "bits": 1, "lst": PACKED } });
    claims.as_object_mut().expect("claims").extend(changes.as_object().expect("changes").clone());
    authority.sign(&json!({ "alg": "ES256", "typ": "statuslist+jwt" }), &claims)
}

/// Where a credential with this status stands.
fn entry(authority: &Authority, index: u64) -> Entry {
    let key = HolderKey::fresh().expect("a key");
    let status = json!({ "status": { "status_list": { "idx": index, "uri": LIST } } });
    let text = authority.issue(&key.jwk().expect("public"), &status);
    let credential = Credential::accept(&text, &authority.key(), &[key], NOW).expect("taken in");
    let (supplier, grant) = (Keypair::from_secret(&[3; 32]).public(), ObjectId::from_digest([9; 32]));
    let shown = credential.present(field("name.given"), &supplier, &grant, NOW).expect("shown");
    let trusted = |_: &Issuer| Some(authority.trust());
    let about = (field("name.given"), &value("Ada"));
    credential::check(&shown, &trusted, (&supplier, &grant), about, NOW).expect("vouched").status.expect("a status")
}

#[test]
fn a_list_says_which_credentials_were_withdrawn_and_only_its_issuers_counts() {
    let authority = Authority::new();
    let [withdrawn, fine, beyond] = [0, 1, 16].map(|index| entry(&authority, index));
    let read = |text: &str| StatusList::read(text, LIST, &authority.key(), NOW);
    let list = read(&status_list(&authority, LIST, &json!({}))).expect("a list");
    assert_eq!(list.stands(&withdrawn, NOW), Err(Doubt::Withdrawn));
    assert_eq!(list.stands(&fine, NOW), Ok(()));
    assert_eq!(list.stands(&beyond, NOW), Err(Doubt::StatusUnknown));
    let later = Timestamp(NOW.0 + 601_000);
    assert_eq!(list.stands(&fine, later), Err(Doubt::StatusUnknown), "a list that is too old says nothing");
    let bomb = {
        // A megabyte and a byte of nothing, as zlib packs it.
        let zeros = vec![0; 1024 * 1024 + 1];
        BASE64URL_NOPAD.encode(&miniz_oxide::deflate::compress_to_vec_zlib(&zeros, 9))
    };
    for (what, text, doubt) in [
        ("another's", status_list(&Authority::new(), LIST, &json!({})), Doubt::BadSignature),
        ("of another address", status_list(&authority, "https://localhost/lists/2", &json!({})), Doubt::Malformed),
        ("ended", status_list(&authority, LIST, &json!({ "exp": SECONDS })), Doubt::OutOfTime),
        ("to come", status_list(&authority, LIST, &json!({ "iat": SECONDS + 3_600 })), Doubt::Malformed),
        (
            "of three bits",
            status_list(&authority, LIST, &json!({ "status_list": { "bits": 3, "lst": PACKED } })),
            Doubt::Malformed,
        ),
        (
            "a bomb",
            status_list(&authority, LIST, &json!({ "status_list": { "bits": 1, "lst": bomb } })),
            Doubt::Malformed,
        ),
        ("a credential", authority.issue(&authority.jwk(), &json!({})), Doubt::Malformed),
        (
            "no list",
            authority
                .sign(&json!({ "alg": "ES256", "typ": "statuslist+jwt" }), &json!({ "sub": LIST, "iat": SECONDS })),
            Doubt::Malformed,
        ),
    ] {
        assert_eq!(read(&text).err(), Some(doubt), "{what}");
    }
}

#[test]
fn a_credential_is_taken_in_and_thrown_away_on_the_dashboard() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut person = Node::person(directory.path().join("person"), "balanced");
    let link = person.start_with_dashboard();
    let (to, cookie) = regie_tests::http::enter(&link);
    let origin = format!("http://{to}");
    let get = |path: &str| regie_tests::http::send(to, "GET", path, &[("Cookie", &cookie)], "");
    let post = |parts: &[(&str, &str)]| {
        let form = get("/credentials").form();
        let encoded =
            |text: &str| -> String {
                text.bytes()
                    .map(|byte| {
                        if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
                    })
                    .collect()
            };
        let rest: String = parts.iter().map(|(name, value)| format!("&{name}={}", encoded(value))).collect();
        let body = format!("form={}{rest}", encoded(&form));
        let headers = [
            ("Cookie", cookie.as_str()),
            ("Origin", origin.as_str()),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        regie_tests::http::send(to, "POST", "/credentials", &headers, &body)
    };
    let made = post(&[("do", "key")]);
    assert_eq!(made.status, 200);
    let text = String::from_utf8_lossy(&made.bytes).replace("&#34;", "\"").replace("&quot;", "\"");
    let from = text.find("{\"crv\"").expect("a key is shown");
    let jwk: Value = serde_json::from_str(&text[from..=from + text[from..].find('}').expect("an end")]).expect("JSON");
    let authority = Authority::new();
    let text = authority.issue(&jwk, &json!({ "exp": 4_000_000_000_u64, "iat": 1_700_000_000 }));
    let wrong = post(&[("do", "add"), ("credential", &text), ("issuer", "{}")]);
    assert_eq!(wrong.status, 200);
    assert!(String::from_utf8_lossy(&wrong.bytes).contains("role=\"alert\""), "the reason stands on the page");
    assert_eq!(post(&[("do", "add"), ("credential", &text), ("issuer", &authority.jwk().to_string())]).status, 303);
    let page = String::from_utf8_lossy(&get("/credentials").bytes).into_owned();
    assert!(page.contains(NAME), "{page}");
    assert!(String::from_utf8_lossy(&get("/data/name.given").bytes).contains("attested by"), "who vouches is shown");
    let id = person.ask(&verbs::Credentials {})[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(post(&[("do", "remove"), ("id", &id)]).status, 303);
    assert_eq!(person.ask(&verbs::Credentials {}), json!([]));
    assert_eq!(post(&[("do", "dance")]).status, 400);
}

#[test]
fn the_company_sees_who_vouches_for_a_value() {
    let directory = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    };
    let authority = Authority::new();
    let issuer_key = write("rvig.jwk", &authority.jwk().to_string());
    let mut shop =
        Node::supplier(directory.path().join("shop"), "Shop", &format!("/ip4/127.0.0.1/tcp/{}", Nats::port()));
    // The issuer's list of withdrawn credentials stands at a host of this machine, which the company allows by name.
    let domain = Domain::start(directory.path(), Certificate::Good);
    let list = format!("https://{}/lists/1", domain.name);
    let config = shop.home.join("config.toml");
    let text = std::fs::read_to_string(&config).expect("a configuration");
    std::fs::write(&config, format!("domain_hosts = [{:?}]\n{text}", domain.name)).expect("written");
    let trusting_the_web = |process: &mut std::process::Command| {
        process.env("SSL_CERT_FILE", &domain.ca).env("SSL_CERT_DIR", directory.path().join("none"));
    };
    let client = Client::new(shop.serve_api_with(trusting_the_web), &shop.api_key(false));
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.pair(&shop);
    // As a person would: a key for the issuer, the credential in a file, taken in.
    let jwk: Value = serde_json::from_str(&person.good(&["--json", "credential", "key"])).expect("JSON");
    let status = json!({ "status_list": { "idx": 1, "uri": list } });
    let far = json!({ "exp": 4_000_000_000_u64, "iat": 1_700_000_000, "status": status });
    let credential = write("pid.sd-jwt", &authority.issue(&jwk["jwk"], &far));
    person.set("name.family", "Janssen");
    let unknown = write("other.jwk", &Authority::new().jwk().to_string());
    let words = person.bad(&["credential", "add", &credential, "--issuer-key", &unknown], 2);
    assert!(words.contains("current key"), "{words}");
    person.good(&["credential", "add", &credential, "--issuer-key", &issuer_key]);
    person.bad(&["credential", "add", &credential, "--issuer-key", &issuer_key], 2);
    assert!(person.good(&["--json", "fields"]).contains("attested by https://rvig.example"));
    assert!(person.good(&["--json", "credential", "list"]).contains("https://rvig.example"));
    // The shop asks for two fields; before it trusts the issuer it sees a name and why that is worth nothing yet.
    shop.request(&["name.given", "name.family", "email"], "RequestedServiceProvision", "subscribe");
    let relationship = client.get("/v1/relationships").expect(200)["data"][0]["id"].as_str().expect("one").to_owned();
    let held = || client.get(&format!("/v1/relationships/{relationship}/values")).expect(200)["data"].clone();
    let of = |name: &str| {
        let all = held();
        all.as_array().expect("a list").iter().find(|held| held["field"] == name).cloned().unwrap_or_default()
    };
    until("the values are there", || {
        // What the defaults leave to the person is allowed.
        if let Some(id) = person.ask(&verbs::Requests {})[0]["id"].as_str() {
            person.good(&["allow", id]);
        }
        of("name.family")["value"] == "Jansen"
    });
    assert_eq!(
        (&of("name.given")["attested_by"], &of("name.given")["attestation_doubt"]),
        (&Value::Null, &json!("unknown_issuer"))
    );
    let trusting = |kind: &str, fields: &str| {
        let fields = fields.split(' ').flat_map(|field| ["--field", field]);
        let words = ["supplier", "trust-issuer", NAME, "--key", &issuer_key, "--type", kind].into_iter().chain(fields);
        shop.good(&words.collect::<Vec<_>>());
    };
    trusting("https://rvig.example/fishing-licence", "name.given");
    assert_eq!(of("name.given")["attestation_doubt"], "untrusted_type");
    trusting(KIND, "birthDate");
    assert_eq!(of("name.given")["attestation_doubt"], "untrusted_field");
    trusting(KIND, "name.given name.family");
    // Whether it was withdrawn is not known where the list can't be read, and nobody vouches until it is.
    assert_eq!(of("name.given")["attestation_doubt"], "status_unknown");
    until("the list was asked for", || domain.asked() > 0);
    assert_eq!(of("name.given")["attestation_doubt"], "status_unknown");
    domain.says(Says::Document(status_list(&authority, &list, &json!({ "iat": 1_700_000_000 }))));
    shop.kill();
    let client = client.at(shop.serve_api_with(trusting_the_web));
    let held = || client.get(&format!("/v1/relationships/{relationship}/values")).expect(200)["data"].clone();
    let of = |name: &str| {
        let all = held();
        all.as_array().expect("a list").iter().find(|held| held["field"] == name).cloned().unwrap_or_default()
    };
    until("the list is there", || of("name.given")["attested_by"] == NAME);
    // Which credential it is about, and who asks, is not said.
    let heard = domain.heard().concat();
    assert!(heard.contains("GET /lists/1 HTTP/1.1") && !heard.to_lowercase().contains("cookie"), "{heard}");
    assert!(
        !heard.contains("idx") && !heard.to_lowercase().contains("user-agent") && !heard.contains("did:"),
        "{heard}"
    );
    assert!(shop.good(&["supplier", "issuers"]).contains(NAME));
    assert_eq!(
        (&of("name.given")["attested_by"], &of("name.given")["attestation_doubt"]),
        (&json!(NAME), &Value::Null)
    );
    assert_eq!(of("name.family")["attested_by"], NAME);
    // What the person types over it is their own word, and the shop is told so; what is vouched for stays so after
    // restarts of both.
    person.set("name.family", "Jansen-de Vries");
    until("the change is there", || of("name.family")["value"] == "Jansen-de Vries");
    assert_eq!((&of("name.family")["attested_by"], &of("name.family")["provenance"]), (&Value::Null, &json!("typed")));
    person.kill();
    shop.kill();
    let client = client.at(shop.serve_api_with(trusting_the_web));
    person.start();
    let held = || client.get(&format!("/v1/relationships/{relationship}/values")).expect(200)["data"].clone();
    let of = |name: &str| {
        let all = held();
        all.as_array().expect("a list").iter().find(|held| held["field"] == name).cloned().unwrap_or_default()
    };
    until("the list is there again", || of("name.given")["attested_by"] == NAME);
    // Thrown away, the value stays as the person's word; the issuer not trusted, nobody vouches.
    let list = person.ask(&verbs::Credentials {});
    person.good(&["credential", "remove", list[0]["id"].as_str().expect("an id")]);
    until("the shop hears it", || of("name.given")["provenance"] == "typed");
    assert_eq!(of("name.given")["value"], "Ada");
    shop.good(&["supplier", "distrust-issuer", NAME]);
    shop.bad(&["supplier", "distrust-issuer", NAME], 4);
    person.good(&["audit", "--verify"]);
}
