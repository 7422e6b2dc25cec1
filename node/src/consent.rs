//! Consent records and receipts for people, companies and authorities: ISO/IEC TS 27560:2023 as the Data Privacy
//! Vocabulary models it (<https://w3id.org/dpv/guides/consent-27560>). In: grants, and what became of each. Out: one JSON-LD document,
//! the same at both sides.

use std::collections::BTreeMap;

use regie_protocol::{Access, FieldPath, Grant, Profile, PublicKey, Scope, Verified, expand};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::text;

/// Records in one document.
pub const RECORDS: usize = 10_000;

/// What the prefixes of the document stand for.
const CONTEXT: [(&str, &str); 5] = [
    ("dpv", "https://w3id.org/dpv#"),
    ("pd", "https://w3id.org/dpv/pd#"),
    ("dct", "http://purl.org/dc/terms/"),
    ("schema", "https://schema.org/"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

/// Consent records, as JSON-LD.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ConsentDocument {
    /// What the prefixes stand for.
    #[serde(rename = "@context")]
    pub context: BTreeMap<String, String>,
    /// A record for each grant; the first 10,000.
    #[serde(rename = "@graph")]
    pub graph: Vec<ConsentRecord>,
}

/// The record of one grant.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ConsentRecord {
    /// `urn:cid:` and the grant's id.
    #[serde(rename = "@id")]
    pub id: String,
    /// `dpv:ConsentRecord` and `dpv:ConsentReceipt`.
    #[serde(rename = "@type")]
    pub types: Vec<String>,
    /// The standard.
    #[serde(rename = "dct:conformsTo")]
    pub conforms_to: String,
    /// The grant's id.
    #[serde(rename = "dct:identifier")]
    pub identifier: String,
    /// Of the words in it.
    #[serde(rename = "dct:language")]
    pub language: String,
    /// The person, by the key of the grant.
    #[serde(rename = "dpv:hasDataSubject")]
    pub subject: DataSubject,
    /// The supplier.
    #[serde(rename = "dpv:hasDataController")]
    pub controller: DataController,
    /// Under which agreement.
    #[serde(rename = "dpv:hasNotice")]
    pub notice: Titled,
    /// Always consent.
    #[serde(rename = "dpv:hasLegalBasis")]
    pub legal_basis: String,
    /// What may be done.
    #[serde(rename = "dpv:hasProcess")]
    pub process: Process,
    /// What became of it.
    #[serde(rename = "dpv:hasConsentStatus")]
    pub status: Vec<ConsentStatus>,
    /// From when until when it holds.
    #[serde(rename = "dct:valid")]
    pub valid: Validity,
}

/// Whose data it is.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DataSubject {
    /// The key that signed the grant.
    #[serde(rename = "@id")]
    pub id: String,
    /// `dpv:DataSubject`.
    #[serde(rename = "@type")]
    pub kind: String,
}

/// Who has it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DataController {
    /// The supplier's key.
    #[serde(rename = "@id")]
    pub id: String,
    /// `dpv:DataController`.
    #[serde(rename = "@type")]
    pub kind: String,
    /// Its legal name.
    #[serde(rename = "dpv:hasName")]
    pub name: String,
    /// Where a question can be asked.
    #[serde(rename = "dpv:hasContact")]
    pub contact: String,
    /// Its domain; empty where it names none.
    #[serde(rename = "schema:url")]
    pub url: String,
}

/// Something of one type, by its title.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Titled {
    /// Its type.
    #[serde(rename = "@type")]
    pub kind: String,
    /// In words.
    #[serde(rename = "dct:title")]
    pub title: String,
}

/// What may be done with the data.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Process {
    /// `dpv:Process`.
    #[serde(rename = "@type")]
    pub kind: String,
    /// What for.
    #[serde(rename = "dpv:hasPurpose")]
    pub purposes: Vec<Titled>,
    /// Which data.
    #[serde(rename = "dpv:hasPersonalData")]
    pub data: Vec<PersonalData>,
    /// In which ways.
    #[serde(rename = "dpv:hasProcessing")]
    pub processing: Vec<String>,
    /// For how long it is kept.
    #[serde(rename = "dpv:hasStorageCondition")]
    pub storage: Storage,
    /// The person's rights.
    #[serde(rename = "dpv:hasRight")]
    pub rights: Vec<String>,
}

/// One field.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PersonalData {
    /// Its categories.
    #[serde(rename = "@type")]
    pub kinds: Vec<String>,
    /// Its path.
    #[serde(rename = "dct:title")]
    pub title: FieldPath,
}

/// For how long a value is kept.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Storage {
    /// `dpv:StorageDuration`.
    #[serde(rename = "@type")]
    pub kind: String,
    /// How long.
    #[serde(rename = "dpv:hasDuration")]
    pub duration: Duration,
}

/// A span of time.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Duration {
    /// `xsd:duration`.
    #[serde(rename = "@type")]
    pub kind: String,
    /// ISO 8601, as `P90D`.
    #[serde(rename = "@value")]
    pub value: String,
}

/// What became of a consent.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ConsentStatus {
    /// `dpv:ConsentGiven`, `dpv:ConsentWithdrawn` or `dpv:ConsentExpired`.
    #[serde(rename = "@type")]
    pub kind: String,
    /// When, RFC 3339; absent where only that is known.
    #[serde(rename = "dct:date", default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
}

/// From when until when.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Validity {
    /// From this moment on, RFC 3339.
    pub start: String,
    /// Not from this moment on, RFC 3339.
    pub end: String,
}

impl ConsentDocument {
    /// Of these records; the first 10,000 of them.
    pub(crate) fn of(records: impl Iterator<Item = ConsentRecord>) -> Self {
        Self {
            context: CONTEXT.map(|(prefix, iri)| (prefix.to_owned(), iri.to_owned())).into(),
            graph: records.take(RECORDS).collect(),
        }
    }
}

impl ConsentRecord {
    /// Of a grant to a company, with what it permits now and what became of it.
    pub(crate) fn of(
        grant: &Verified<Grant>,
        scope: &Scope,
        controller: DataController,
        status: Vec<ConsentStatus>,
    ) -> Self {
        Self {
            id: format!("urn:cid:{}", grant.id()),
            types: texts(&["dpv:ConsentRecord", "dpv:ConsentReceipt"]),
            conforms_to: "ISO/IEC TS 27560:2023".to_owned(),
            identifier: grant.id().to_string(),
            language: "en".to_owned(),
            subject: DataSubject { id: grant.issuer.to_string(), kind: "dpv:DataSubject".to_owned() },
            controller,
            notice: Titled { kind: "dpv:ConsentNotice".to_owned(), title: format!("IEEE 7012 {}", grant.agreement) },
            legal_basis: "dpv:Consent".to_owned(),
            process: process(scope),
            status,
            valid: Validity { start: text(scope.bounds.not_before), end: text(scope.bounds.expires) },
        }
    }
}

impl DataController {
    /// A company, as its profile says.
    pub(crate) fn of(key: &PublicKey, profile: &Profile) -> Self {
        Self {
            id: key.to_string(),
            kind: "dpv:DataController".to_owned(),
            name: profile.name.clone(),
            contact: profile.contact.clone(),
            url: profile.domain.clone(),
        }
    }
}

impl ConsentStatus {
    /// It was given, at this moment.
    pub(crate) fn given(at: String) -> Self {
        Self { kind: "dpv:ConsentGiven".to_owned(), date: Some(at) }
    }

    /// It was withdrawn, where that is known at this moment.
    pub(crate) fn withdrawn(at: Option<String>) -> Self {
        Self { kind: "dpv:ConsentWithdrawn".to_owned(), date: at }
    }

    /// Its time is over, since this moment.
    pub(crate) fn expired(at: String) -> Self {
        Self { kind: "dpv:ConsentExpired".to_owned(), date: Some(at) }
    }
}

/// What a grant lets its holder do.
fn process(scope: &Scope) -> Process {
    let data = expand(&scope.fields).into_iter().map(|field| {
        let info = field.info();
        let sensitive = info.sensitive.then_some("dpv:SensitivePersonalData");
        let kinds = [info.category].into_iter().chain(sensitive).map(str::to_owned).collect();
        PersonalData { kinds, title: field }
    });
    let purposes = scope
        .purposes
        .iter()
        .map(|purpose| Titled { kind: format!("dpv:{purpose}"), title: crate::sentences::purpose(*purpose) });
    let processing: &[&str] = match scope.access {
        Access::ReadOnce | Access::Read => &["dpv:Collect", "dpv:Use", "dpv:Store"],
        Access::Write(_) => &["dpv:MakeAvailable"],
        Access::Subscribe => &["dpv:Collect", "dpv:Use", "dpv:Store", "dpv:Monitor"],
    };
    let kept = format!("P{}D", scope.bounds.retention.0);
    Process {
        kind: "dpv:Process".to_owned(),
        purposes: purposes.collect(),
        data: data.collect(),
        processing: texts(processing),
        storage: Storage {
            kind: "dpv:StorageDuration".to_owned(),
            duration: Duration { kind: "xsd:duration".to_owned(), value: kept },
        },
        rights: texts(&["dpv:RightToWithdrawConsent"]),
    }
}

fn texts(of: &[&str]) -> Vec<String> {
    of.iter().map(|&text| text.to_owned()).collect()
}
