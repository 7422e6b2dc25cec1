//! A key for the HTTP API, ended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{command::Failure, driver::Turn, supplier::names::ApiKey, verb::Verb};

/// Ends a key, from the next call on.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRevoke {
    /// Its id.
    pub key: ApiKey,
}

/// It is ended.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RevokedKey {
    /// Its id.
    pub id: ApiKey,
    /// Always true.
    pub revoked: bool,
}

impl Verb for KeyRevoke {
    const NAME: &'static str = "key_revoke";
    type Answer = RevokedKey;
}

impl OnCompanion for KeyRevoke {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<RevokedKey, Failure> {
        companion.revoke_key(&self.key, turn)?;
        Ok(RevokedKey { id: self.key, revoked: true })
    }
}
