//! Values that an issuer vouches for: an SD-JWT VC made by hand as RFC 9901 says, taken in, shown one claim at a time,
//! checked by the company; and what a person, a company or somebody between them can't make of it.

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use regie::credential::{self, Credential, Doubt, HolderKey};
use regie::person::verbs;
use regie_protocol::{FieldPath, Issuer, Keypair, ObjectId, Presentation, PublicKey, Timestamp, Value as FieldValue};
use regie_tests::{Node, api::Client, nats::Nats, until};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

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

    fn key(&self) -> Jwk {
        credential::issuer_key(&self.jwk().to_string()).expect("a key")
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
            "iss": NAME, "vct": "https://rvig.example/pid/1", "iat": SECONDS - 60, "exp": SECONDS * 2,
            "_sd_alg": "sha-256", "_sd": disclosures[..3].iter().map(digest).collect::<Vec<_>>(),
            "address": { "_sd": [digest(&disclosures[3])], "country": "NL" },
            "cnf": { "jwk": holder },
        });
        claims.as_object_mut().expect("claims").extend(changes.as_object().expect("changes").clone());
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("dc+sd-jwt".to_owned());
        let signed = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_der(&self.pkcs8)).expect("signed");
        format!("{signed}~{}~", disclosures.join("~"))
    }
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
        let trusted = |issuer: &Issuer| (issuer.to_string() == NAME).then(|| self.authority.key());
        let about = (field(of), &value(text));
        credential::check(shown, &trusted, (&self.supplier, &self.grant), about, NOW)
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
    let trusted = |_: &Issuer| Some(held.authority.key());
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
    let with = |key: Option<Jwk>, now| {
        let trusted = |_: &Issuer| key.clone();
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
        ("a shared secret", confused, Doubt::BadSignature),
        ("nothing known", authority.issue(&jwk, &json!({ "_sd": [], "address": {} })), Doubt::AnotherValue),
    ] {
        assert_eq!(accept(&text), Some(doubt), "{what}");
    }
    assert!(accept(&unsigned).is_some());
    for junk in ["", "~", "a~b", "a.b.c", "a.b.c~", "é~", &"x~".repeat(200), &"a".repeat(40_000)] {
        assert_eq!(accept(junk), Some(Doubt::Malformed), "{junk:.20}");
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
    let client = Client::new(shop.serve_api(), &shop.api_key(false));
    let mut person = Node::person(directory.path().join("person"), "balanced");
    person.start();
    person.pair(&shop);
    // As a person would: a key for the issuer, the credential in a file, taken in.
    let jwk: Value = serde_json::from_str(&person.good(&["--json", "credential", "key"])).expect("JSON");
    let far = json!({ "exp": 4_000_000_000_u64, "iat": 1_700_000_000 });
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
    shop.good(&["supplier", "trust-issuer", NAME, "--key", &issuer_key]);
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
    let client = client.at(shop.serve_api());
    person.start();
    let held = || client.get(&format!("/v1/relationships/{relationship}/values")).expect(200)["data"].clone();
    let of = |name: &str| {
        let all = held();
        all.as_array().expect("a list").iter().find(|held| held["field"] == name).cloned().unwrap_or_default()
    };
    assert_eq!(of("name.given")["attested_by"], NAME);
    // Thrown away, the value stays as the person's word; the issuer not trusted, nobody vouches.
    let list = person.ask(&verbs::Credentials {});
    person.good(&["credential", "remove", list[0]["id"].as_str().expect("an id")]);
    until("the shop hears it", || of("name.given")["provenance"] == "typed");
    assert_eq!(of("name.given")["value"], "Ada");
    shop.good(&["supplier", "distrust-issuer", NAME]);
    shop.bad(&["supplier", "distrust-issuer", NAME], 4);
    person.good(&["audit", "--verify"]);
}
