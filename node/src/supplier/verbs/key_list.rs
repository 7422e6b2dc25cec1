//! The keys for the HTTP API.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{
    clock,
    command::Failure,
    driver::Turn,
    supplier::{World, names::ApiKey},
    verb::Verb,
};

/// Asks for every key, without its text.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyList {}

/// A key, without its text.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct KnownKey {
    /// Its id.
    pub id: ApiKey,
    /// Which system uses it.
    pub name: String,
    /// What it sees: `live` persons, or those of the `test` world.
    pub world: String,
    /// When it was made, RFC 3339.
    pub made: String,
    /// When it was ended, RFC 3339.
    pub revoked: Option<String>,
}

impl Verb for KeyList {
    const NAME: &'static str = "key_list";
    type Answer = Vec<KnownKey>;
}

impl OnCompanion for KeyList {
    fn run(self, companion: &mut Companion, _: &mut Turn) -> Result<Vec<KnownKey>, Failure> {
        let keys = companion.keys()?.into_iter().map(|key| KnownKey {
            id: key.id,
            name: key.name,
            world: World::of(key.test).name().to_owned(),
            made: clock::text(key.made),
            revoked: key.revoked.map(clock::text),
        });
        Ok(keys.collect())
    }
}
