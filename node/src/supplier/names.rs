//! What things are called outside: `req_…`, `rel_…` and so on. In: keys, nonces and object names. Out: text of
//! one form for each, and back. The name holds the whole identifier, so nothing has to be looked up to read it.

use std::{fmt, str::FromStr};

use data_encoding::BASE32_NOPAD;
use regie_protocol::{Nonce, PublicKey};

use crate::store::Part;

/// A name is not of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id that begins with {0}_; use one that this API gave out")]
pub struct BadName(&'static str);

crate::command::explained!(BadName);

/// Declares a name: a prefix and fixed bytes.
macro_rules! names {
    ($($(#[$doc:meta])* $name:ident $prefix:literal $bytes:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $bytes]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, BASE32_NOPAD.encode(&self.0).to_ascii_lowercase())
            }
        }

        /// Its bytes.
        impl Part for $name {
            fn to_bytes(&self) -> Vec<u8> {
                self.0.to_vec()
            }

            fn from_bytes(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }

        impl FromStr for $name {
            type Err = BadName;
            fn from_str(text: &str) -> Result<Self, BadName> {
                let bad = BadName($prefix);
                let rest = text.strip_prefix($prefix).and_then(|rest| rest.strip_prefix('_')).ok_or(bad)?;
                // Capitals would be a second spelling of the same name.
                if rest.len() > 64 || rest.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    return Err(bad);
                }
                let bytes = BASE32_NOPAD.decode(rest.to_ascii_uppercase().as_bytes()).map_err(|_| bad)?;
                bytes.try_into().map(Self).map_err(|_| bad)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "description": concat!("An id: `", $prefix, "_…`.") })
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

names! {
    /// A person, by the key of the relationship.
    Relationship "rel" 32;
    /// An invitation.
    Invited "inv" 16;
    /// A request.
    Asked "req" 16;
    /// A disclosure.
    Disclosed "dsc" 32;
    /// A grant.
    Granted "grt" 32;
    /// A delegation, whether made or held.
    HandedOn "dlg" 32;
    /// A revocation notice.
    Withdrawn "rev" 32;
    /// An erasure receipt.
    Erasure "ers" 32;
    /// Something sent back to a person.
    Sent "itm" 16;
    /// What a person had the company do.
    Act "act" 32;
    /// Something wanted, found on a board.
    Wish "int" 32;
    /// An offer.
    Offered "off" 32;
    /// A segment.
    Pattern "seg" 32;
    /// A board.
    Noticeboard "brd" 32;
    /// Requests to many persons.
    Bulk "blk" 16;
    /// A list of customers.
    CustomerList "lst" 16;
    /// An API key.
    ApiKey "key" 10;
    /// Something that needs a second one's word.
    Approval "apr" 10;
    /// A webhook.
    Webhook "whk" 10;
    /// An event: its number.
    EventId "evt" 8;
}

impl From<PublicKey> for Relationship {
    fn from(person: PublicKey) -> Self {
        Self(*person.as_bytes())
    }
}

impl Relationship {
    /// The person's key, where the bytes are one.
    #[must_use]
    pub fn person(&self) -> Option<PublicKey> {
        PublicKey::from_bytes(&self.0).ok()
    }
}

impl From<Nonce> for Asked {
    fn from(request: Nonce) -> Self {
        Self(request.0)
    }
}

impl EventId {
    /// The name of an event by its number.
    #[must_use]
    pub fn of(number: u64) -> Self {
        Self(number.to_be_bytes())
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u64 {
        u64::from_be_bytes(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_and_has_one_spelling() {
        let name = Asked([7; 16]);
        let text = name.to_string();
        assert!(text.starts_with("req_"));
        assert_eq!(text.parse(), Ok(name));
        for wrong in [text.to_uppercase(), text.replace("req", "rel"), format!("{text}a"), "req_".into(), "é".into()] {
            assert!(wrong.parse::<Asked>().is_err(), "{wrong}");
        }
    }
}
