//! The issuers that are trusted.

use regie_protocol::Issuer;
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
    /// The key under which it signs: a JWK (RFC 7517), as it is passed on.
    pub key: Map<String, Value>,
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
