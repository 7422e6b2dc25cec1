//! The keys for the HTTP API.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{
    clock,
    command::Failure,
    driver::Turn,
    supplier::{World, names::ApiKey, scopes::Scopes},
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
    /// What it may do.
    pub scopes: Scopes,
    /// The networks from which it is taken; from everywhere, where there are none.
    pub from: Vec<String>,
    /// When it was made, RFC 3339.
    pub made: String,
    /// The key that made it; none where the companion's owner did.
    pub made_by: Option<ApiKey>,
    /// Until when it holds, RFC 3339.
    pub expires: Option<String>,
    /// In which hour it was used last, RFC 3339.
    pub last_used: Option<String>,
    /// When it was ended, RFC 3339.
    pub revoked: Option<String>,
}

impl Verb for KeyList {
    const NAME: &'static str = "key_list";
    type Answer = Vec<KnownKey>;
}

impl OnCompanion for KeyList {
    fn run(self, companion: &mut Companion, _: &mut Turn) -> Result<Vec<KnownKey>, Failure> {
        let known = |key: crate::supplier::keys::ApiKey| {
            Ok(KnownKey {
                id: key.id,
                scopes: key.scopes(),
                world: World::of(key.test).name().to_owned(),
                from: key.from.iter().map(ToString::to_string).collect(),
                made: clock::text(key.made),
                made_by: key.made_by,
                expires: key.expires.map(clock::text),
                last_used: companion.last_used(&key.id)?.map(clock::text),
                revoked: key.revoked.map(clock::text),
                name: key.name,
            })
        };
        companion.keys()?.into_iter().map(known).collect()
    }
}
