//! Words of verbs that are typed as texts. In: texts, from an owner or the control socket. Out: types, or the sentence that
//! says what was expected.

use std::{fmt::Display, str::FromStr};

use regie_protocol::{Access, Policy};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{Explained, Failure, parse};

/// What is written as a text in verbs and answers: a link, a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text<T>(pub T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T> Deserialize<'de> for Text<T>
where
    T: FromStr,
    T::Err: Explained,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).map(Self).map_err(D::Error::custom)
    }
}

impl<T> JsonSchema for Text<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// How an owner says that fields are to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reading {
    /// One answered request.
    Once,
    /// Requests while the grant lives.
    Read,
    /// The same, and every change is told.
    Subscribe,
}

impl From<Reading> for Access {
    fn from(reading: Reading) -> Self {
        match reading {
            Reading::Once => Self::ReadOnce,
            Reading::Read => Self::Read,
            Reading::Subscribe => Self::Subscribe,
        }
    }
}

/// Text that is none of the three ways to have fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("access is one of: once, read, subscribe")]
pub struct NoReading;

impl FromStr for Reading {
    type Err = NoReading;
    fn from_str(text: &str) -> Result<Self, NoReading> {
        match text {
            "once" => Ok(Self::Once),
            "read" => Ok(Self::Read),
            "subscribe" => Ok(Self::Subscribe),
            _ => Err(NoReading),
        }
    }
}

/// The defaults that a person can begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Asks whenever it can.
    Careful,
    /// Answers what a service that was asked for needs.
    Balanced,
    /// Answers most.
    Open,
}

impl Preset {
    /// All of them, from the tightest.
    pub const ALL: [Self; 3] = [Self::Careful, Self::Balanced, Self::Open];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Careful => "careful",
            Self::Balanced => "balanced",
            Self::Open => "open",
        }
    }

    /// Its defaults.
    ///
    /// # Errors
    /// Where the core knows no preset of that name, which a test excludes.
    pub fn policy(self) -> Result<Policy, Failure> {
        Policy::preset(self.name()).ok_or_else(|| Failure::internal("the core has no such preset"))
    }

    /// The preset that these defaults are, if they are one unchanged.
    #[must_use]
    pub fn of(policy: &Policy) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| Policy::preset(preset.name()).as_ref() == Some(policy))
    }
}

/// Text that is the name of no preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the presets are careful, balanced and open; nothing was changed")]
pub struct NoPreset;

impl FromStr for Preset {
    type Err = NoPreset;
    fn from_str(text: &str) -> Result<Self, NoPreset> {
        Self::ALL.into_iter().find(|preset| preset.name() == text).ok_or(NoPreset)
    }
}

/// For errors that list all there is: the text itself adds nothing.
macro_rules! listed {
    ($($error:ty),+) => {$(
        impl Explained for $error {
            fn failure(&self, _: &str) -> Failure {
                Failure::usage(self)
            }
        }
    )+};
}

listed!(NoReading, NoPreset);

#[cfg(test)]
mod tests {
    use regie_protocol::intent::Price;

    use super::*;

    #[test]
    fn a_text_is_read_with_the_sentence_that_typing_it_gives() {
        let read = |json: &str| serde_json::from_str::<Text<Price>>(json);
        assert_eq!(read("\"150.00EUR/month\"").expect("a price").0.to_string(), "150.00 EUR/month");
        let typed = parse::<Price>("much").expect_err("no price").message;
        assert!(read("\"much\"").expect_err("no price").to_string().contains(&typed));
    }

    #[test]
    fn every_preset_has_its_defaults() {
        for preset in Preset::ALL {
            let policy = preset.policy().expect("the core has it");
            assert_eq!((Preset::of(&policy), preset.name().parse()), (Some(preset), Ok(preset)));
        }
    }
}
