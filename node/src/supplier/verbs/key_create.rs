//! A key for the HTTP API.

use ipnet::IpNet;
use regie_protocol::Days;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{
    command::Failure,
    driver::Turn,
    supplier::{World, keys::Wanted, names::ApiKey, scopes::Scopes},
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
    /// What it may do; everything, where that is not said.
    #[serde(default = "all", skip_serializing_if = "is_all")]
    pub scopes: Scopes,
    /// For how many days it holds; for ever, where that is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// The networks from which it is taken, as `192.0.2.0/24`; from everywhere, where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    pub from: Vec<IpNet>,
}

impl KeyCreate {
    /// A key that may everything, from everywhere and for ever.
    #[must_use]
    pub fn all(name: &str, test: bool) -> Self {
        Self { name: name.to_owned(), test, scopes: Scopes::ALL, days: None, from: Vec::new() }
    }
}

fn all() -> Scopes {
    Scopes::ALL
}

fn is_all(scopes: &Scopes) -> bool {
    *scopes == Scopes::ALL
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
        let Self { name, test, scopes, days, from } = self;
        let expires = days.map(|days| companion.now().plus_days(Days(days)));
        let wanted = Wanted { name, world: World::of(test), scopes, expires, from };
        let (stored, key) = companion.create_key(wanted, None, turn)?;
        Ok(NewKey { id: stored.id, name: stored.name, key })
    }
}
