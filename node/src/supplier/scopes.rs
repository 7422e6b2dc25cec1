//! What a key may do: a closed set of scopes. In: words. Out: a set that takes one byte, and reads back as its words.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One thing that a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Scope {
    /// See what is held, asked and told.
    Read = 1,
    /// Say something to persons: invite, ask, send, offer, answer.
    Ask = 2,
    /// Erase what is held.
    Erase = 4,
    /// Make and change webhooks.
    Webhooks = 8,
    /// Say yes or no to what another began.
    Approve = 16,
    /// Make and end keys, and see who read what.
    Admin = 32,
}

/// A word is no scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no scope; there are read, ask, erase, webhooks, approve and admin")]
pub struct NoScope;

crate::command::explained!(NoScope);

impl Scope {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Read, Self::Ask, Self::Erase, Self::Webhooks, Self::Approve, Self::Admin];

    /// Its word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Ask => "ask",
            Self::Erase => "erase",
            Self::Webhooks => "webhooks",
            Self::Approve => "approve",
            Self::Admin => "admin",
        }
    }

    const fn bit(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scope {
    type Err = NoScope;

    fn from_str(text: &str) -> Result<Self, NoScope> {
        Self::ALL.into_iter().find(|scope| scope.name() == text).ok_or(NoScope)
    }
}

/// Several of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u8);

impl Scopes {
    /// All: what every key had before there were scopes.
    pub const ALL: Self = Self(63);

    /// Is this one among them?
    #[must_use]
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Is each of these among them?
    #[must_use]
    pub const fn covers(self, others: Self) -> bool {
        others.0 & !self.0 == 0
    }

    /// Are there none?
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Their words, in one order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Scope::ALL.into_iter().filter(move |scope| self.has(*scope)).map(Scope::name)
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<T: IntoIterator<Item = Scope>>(scopes: T) -> Self {
        Self(scopes.into_iter().fold(0, |all, scope| all | scope.bit()))
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names())
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let words = Vec::<String>::deserialize(deserializer)?;
        words.iter().map(|word| word.parse::<Scope>()).collect::<Result<_, _>>().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Scopes {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Scopes".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let words = Scope::ALL.map(Scope::name);
        schemars::json_schema!({ "type": "array", "items": { "type": "string", "enum": words }, "uniqueItems": true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_of_scopes_reads_back_and_is_covered_by_what_has_more() {
        for bits in 0..=Scopes::ALL.0 {
            let scopes = Scopes(bits);
            let text = serde_json::to_string(&scopes).expect("written");
            assert_eq!(serde_json::from_str::<Scopes>(&text).expect("read"), scopes, "{text}");
            assert!(Scopes::ALL.covers(scopes) && scopes.covers(scopes));
            for other in 0..=Scopes::ALL.0 {
                let every = Scope::ALL.into_iter().all(|scope| !Scopes(other).has(scope) || scopes.has(scope));
                assert_eq!(scopes.covers(Scopes(other)), every);
            }
        }
        assert!(serde_json::from_str::<Scopes>("[\"read\",\"root\"]").is_err());
    }
}
