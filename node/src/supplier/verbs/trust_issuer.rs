//! An issuer whose credentials the company trusts, or trusts no more.

use std::collections::BTreeSet;

use regie_protocol::{FieldPath, Issuer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Trusts what this issuer says of these fields in credentials of these types; what was trusted before is trusted no more.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustIssuer {
    /// The issuer, as its credentials name it.
    pub issuer: Issuer,
    /// What its signatures are checked with: the JSON text of a JWK or of a set of them, or root certificates in PEM.
    pub key: String,
    /// The types of its credentials that count (`vct`).
    pub kinds: BTreeSet<String>,
    /// The fields that it may vouch for.
    pub fields: BTreeSet<FieldPath>,
}

/// Trusts an issuer no more: values that it vouched for are the person's own word from now on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DistrustIssuer {
    /// The issuer.
    pub issuer: Issuer,
}

/// Whether an issuer is trusted now.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Trust {
    /// Which.
    pub issuer: Issuer,
    /// Is it?
    pub trusted: bool,
}

impl Verb for TrustIssuer {
    const NAME: &'static str = "trust_issuer";
    type Answer = Trust;
}

impl Verb for DistrustIssuer {
    const NAME: &'static str = "distrust_issuer";
    type Answer = Trust;
}

impl OnCompanion for TrustIssuer {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<Trust, Failure> {
        let issuer = self.issuer.clone();
        companion.trust_issuer(self, turn)?;
        Ok(Trust { issuer, trusted: true })
    }
}

impl OnCompanion for DistrustIssuer {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<Trust, Failure> {
        companion.distrust_issuer(&self.issuer, turn)?;
        Ok(Trust { issuer: self.issuer, trusted: false })
    }
}
