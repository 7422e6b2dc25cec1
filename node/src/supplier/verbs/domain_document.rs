//! The document that proves the company's domain.

use regie_protocol::{standing::WELL_KNOWN, supplier::SupplierError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{command::Failure, domain, driver::Turn, verb::Verb};

/// Asks what the company is to put at its domain.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DomainDocument {}

/// What goes where.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PlacedDocument {
    /// The document as it is to be served: JSON.
    pub document: String,
    /// The URL under which.
    pub place: String,
}

impl Verb for DomainDocument {
    const NAME: &'static str = "domain_document";
    type Answer = PlacedDocument;
}

impl OnCompanion for DomainDocument {
    fn run(self, companion: &mut Companion, _: &mut Turn) -> Result<PlacedDocument, Failure> {
        let (signed, profile) = (companion.machine.signed_profile(), companion.machine.profile());
        let (Some(signed), Some(profile)) = (signed, profile) else { return Err(SupplierError::BadProfile.into()) };
        if profile.domain.is_empty() {
            let next = "name it first: `regie supplier set --domain DOMAIN`";
            return Err(Failure::usage(format!("the profile names no domain; {next}")));
        }
        let place = format!("https://{}{WELL_KNOWN}", profile.domain);
        Ok(PlacedDocument { document: domain::document(signed)?, place })
    }
}
