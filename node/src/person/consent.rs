//! Consent records and receipts for people and authorities: ISO/IEC TS 27560:2023 as the Data Privacy
//! Vocabulary models it (<https://w3id.org/dpv/guides/consent-27560>). In: grants. Out: one JSON-LD document.

use regie_protocol::{Access, GrantState as _, PublicKey, Refusal, VerifiedGrant, expand, person::Relationship};
use serde_json::{Value, json};

use super::{Node, commands::time};

/// Records in one document.
const RECORDS: usize = 10_000;

impl Node {
    /// A receipt for every grant, of one supplier or of all.
    pub(super) fn consent_receipts(&self, supplier: Option<&PublicKey>) -> Value {
        let wanted = |key: &PublicKey| supplier.is_none_or(|supplier| supplier == key);
        let all = self.machine.relationships().filter(|(key, _)| wanted(key));
        let records = all.flat_map(|(key, r)| r.grants().map(move |grant| (key, r, grant))).take(RECORDS);
        json!({
            "@context": {
                "dpv": "https://w3id.org/dpv#",
                "pd": "https://w3id.org/dpv/pd#",
                "dct": "http://purl.org/dc/terms/",
                "schema": "https://schema.org/",
                "xsd": "http://www.w3.org/2001/XMLSchema#",
            },
            "@graph": records.map(|(key, r, grant)| self.receipt(key, r, grant)).collect::<Vec<_>>(),
        })
    }

    fn receipt(&self, supplier: &PublicKey, relationship: &Relationship, grant: &VerifiedGrant) -> Value {
        let (scope, root, profile) = (grant.scope(), grant.root(), relationship.profile());
        let data: Vec<Value> = expand(&scope.fields)
            .into_iter()
            .map(|field| {
                let info = field.info();
                let sensitive = info.sensitive.then_some("dpv:SensitivePersonalData");
                let kinds: Vec<&str> = [info.category].into_iter().chain(sensitive).collect();
                json!({ "@type": kinds, "dct:title": info.path })
            })
            .collect();
        let purposes: Vec<Value> = scope
            .purposes
            .iter()
            .map(|p| json!({ "@type": format!("dpv:{p}"), "dct:title": crate::sentences::purpose(*p) }))
            .collect();
        let processing = match scope.access {
            Access::ReadOnce | Access::Read => vec!["dpv:Collect", "dpv:Use", "dpv:Store"],
            Access::Write(_) => vec!["dpv:MakeAvailable"],
            Access::Subscribe => vec!["dpv:Collect", "dpv:Use", "dpv:Store", "dpv:Monitor"],
        };
        json!({
            "@id": format!("urn:cid:{}", root.id()),
            "@type": ["dpv:ConsentRecord", "dpv:ConsentReceipt"],
            "dct:conformsTo": "ISO/IEC TS 27560:2023",
            "dct:identifier": root.id().to_string(),
            "dct:language": "en",
            "dpv:hasDataSubject": { "@id": root.issuer.to_string(), "@type": "dpv:DataSubject" },
            "dpv:hasDataController": {
                "@id": supplier.to_string(),
                "@type": "dpv:DataController",
                "dpv:hasName": profile.name,
                "dpv:hasContact": profile.contact,
                "schema:url": profile.domain,
            },
            "dpv:hasNotice": { "@type": "dpv:ConsentNotice", "dct:title": format!("IEEE 7012 {}", root.agreement) },
            "dpv:hasLegalBasis": "dpv:Consent",
            "dpv:hasProcess": {
                "@type": "dpv:Process",
                "dpv:hasPurpose": purposes,
                "dpv:hasPersonalData": data,
                "dpv:hasProcessing": processing,
                "dpv:hasStorageCondition": {
                    "@type": "dpv:StorageDuration",
                    "dpv:hasDuration": { "@type": "xsd:duration", "@value": format!("P{}D", scope.bounds.retention.0) },
                },
                "dpv:hasRight": ["dpv:RightToWithdrawConsent"],
            },
            "dpv:hasConsentStatus": self.status_of(grant),
            "dct:valid": { "start": time(scope.bounds.not_before), "end": time(scope.bounds.expires) },
        })
    }

    fn status_of(&self, grant: &VerifiedGrant) -> Vec<Value> {
        let given = json!({ "@type": "dpv:ConsentGiven", "dct:date": time(grant.scope().bounds.not_before) });
        let withdrawn = grant.ids().iter().any(|id| self.machine.revoked(id));
        let ended = match grant.live(&self.machine, self.clock.look()) {
            _ if withdrawn => Some(json!({ "@type": "dpv:ConsentWithdrawn" })),
            Err(Refusal::Expired) => {
                Some(json!({ "@type": "dpv:ConsentExpired", "dct:date": time(grant.scope().bounds.expires) }))
            }
            _ => None,
        };
        std::iter::once(given).chain(ended).collect()
    }
}
