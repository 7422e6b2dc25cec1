//! The issuers that are trusted.

use std::collections::BTreeSet;

use regie_protocol::{FieldPath, Issuer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Companion, OnCompanion};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Asks for them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Issuers {}

/// An issuer that is trusted.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TrustedIssuer {
    /// It, as its credentials name it.
    pub issuer: Issuer,
    /// The keys under which it signs: a JWK or a set of them (RFC 7517), as they are passed on.
    pub key: Option<Map<String, Value>>,
    /// Or the certificates that its own lead to, by SHA-256 in hexadecimal.
    pub roots: Vec<String>,
    /// The types of its credentials that count (`vct`).
    pub kinds: BTreeSet<String>,
    /// The fields that it may vouch for.
    pub fields: BTreeSet<FieldPath>,
}

impl Verb for Issuers {
    const NAME: &'static str = "issuers";
    type Answer = Vec<TrustedIssuer>;
}

impl OnCompanion for Issuers {
    fn run(self, companion: &mut Companion, _: &mut Turn) -> Result<Vec<TrustedIssuer>, Failure> {
        companion.issuers()
    }
}
