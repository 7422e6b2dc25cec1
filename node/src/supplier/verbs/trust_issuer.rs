//! An issuer whose credentials the company trusts, or trusts no more.

use regie_protocol::Issuer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Trusts the credentials that this issuer signs under this key; an earlier key is trusted no more.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustIssuer {
    /// The issuer, as its credentials name it.
    pub issuer: Issuer,
    /// Its public key: the JSON text of a JWK.
    pub key: String,
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
        companion.trust_issuer(&self.issuer, &self.key, turn)?;
        Ok(Trust { issuer: self.issuer, trusted: true })
    }
}

impl OnCompanion for DistrustIssuer {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<Trust, Failure> {
        companion.distrust_issuer(&self.issuer, turn)?;
        Ok(Trust { issuer: self.issuer, trusted: false })
    }
}
