//! A key that an issuer binds a credential to. Only builds with the feature `vc` make one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Makes a key; one for each credential, so that two can't be linked by it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialKey {}

/// It was made.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct NewCredentialKey {
    /// The public half, a JWK (RFC 7517) for the issuer.
    pub jwk: Value,
}

impl Verb for CredentialKey {
    const NAME: &'static str = "credential_key";
    type Answer = NewCredentialKey;
}

impl OnNode for CredentialKey {
    #[cfg(feature = "vc")]
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<NewCredentialKey, Failure> {
        node.credential_key(turn).map(|jwk| NewCredentialKey { jwk })
    }

    #[cfg(not(feature = "vc"))]
    fn run(self, _: &mut Node, _: &mut Turn) -> Result<NewCredentialKey, Failure> {
        Err(crate::command::without_credentials())
    }
}
