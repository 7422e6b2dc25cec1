//! A key for the HTTP API.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{
    command::Failure,
    driver::Turn,
    supplier::{World, names::ApiKey},
    verb::Verb,
};

/// Makes a key.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyCreate {
    /// Which system will use it: 1 to 64 bytes.
    pub name: String,
    /// For trying things out: it sees only persons who came by an invitation made with such a key.
    pub test: bool,
}

/// A key. Its text is here and nowhere else, so this is never printed by `Debug`.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct NewKey {
    /// Its id.
    pub id: ApiKey,
    /// Which system will use it.
    pub name: String,
    /// Its text, `rk_live_…` or `rk_test_…`.
    pub key: String,
}

impl Verb for KeyCreate {
    const NAME: &'static str = "key_create";
    type Answer = NewKey;
}

impl OnCompanion for KeyCreate {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<NewKey, Failure> {
        let Self { name, test } = self;
        let (id, key) = companion.create_key(&name, World::of(test), turn)?;
        Ok(NewKey { id, name, key })
    }
}
