//! What a person set: by which ways they are told, when not, what at once, and how much is said. In: words. Out: settings, whole
//! or refused.

use std::{collections::BTreeSet, fmt, str::FromStr};

use regie_protocol::Nonce;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Hook, WaitsFor, Way};
use crate::locale::Language;

/// Minutes of a day.
const DAY: u16 = 24 * 60;
/// Browsers that are told at most.
#[cfg(feature = "push")]
pub(crate) const BROWSERS: usize = 8;

/// A minute of a day, as the clock on the wall shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minute(u16);

/// Text that is no minute of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time of day; write it as 21:30")]
pub struct BadMinute;

crate::command::explained!(BadMinute);

impl Minute {
    /// The minute with this number, from 0; those of the next day are counted on.
    #[must_use]
    pub fn new(minutes: u16) -> Self {
        Self(minutes % DAY)
    }
}

impl FromStr for Minute {
    type Err = BadMinute;

    fn from_str(text: &str) -> Result<Self, BadMinute> {
        let (hour, minute) = text.split_once(':').ok_or(BadMinute)?;
        let number = |part: &str, below: u16| {
            let digits = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u16>().ok().filter(|number| digits && *number < below).ok_or(BadMinute)
        };
        Ok(Self(60 * number(hour, 24)? + number(minute, 60)?))
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for Minute {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Minute {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Minute {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Minute".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "A time of day, as 21:30." })
    }
}

/// Hours in which nothing is said; it may go over midnight. None where both ends are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    /// From then on.
    pub from: Minute,
    /// Until then.
    pub to: Minute,
}

impl Quiet {
    /// Is it one of these minutes?
    #[must_use]
    pub fn holds(&self, minute: Minute) -> bool {
        if self.from <= self.to {
            self.from <= minute && minute < self.to
        } else {
            self.from <= minute || minute < self.to
        }
    }
}

/// A browser that is told by its maker's push service (RFC 8030, RFC 8291), as it says where and under which keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Browser {
    /// Where its push service takes messages for it.
    pub endpoint: String,
    /// Its public key, base64url.
    pub p256dh: String,
    /// The secret that goes into each message's key, base64url.
    pub auth: String,
    /// The device that it runs on, where that is not the node's own machine: with the device it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Nonce>,
}

/// The key by which push services know that messages come from one sender (ECDSA P-256, PKCS #8).
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct VapidKey(#[serde(with = "serde_bytes")] pub(super) Vec<u8>);

impl Drop for VapidKey {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

/// What a person set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// In which language.
    pub(crate) language: String,
    /// Are suppliers named?
    pub(crate) names: bool,
    pub(crate) quiet: Quiet,
    /// When the day's message goes out, or as soon after it as may be.
    pub(crate) daily: Minute,
    /// Of what there is a message of its own, at once.
    pub(crate) at_once: BTreeSet<WaitsFor>,
    pub(crate) desktop: bool,
    pub(crate) email: bool,
    pub(crate) webhook: Option<Hook>,
    pub(crate) browsers: Vec<Browser>,
}

/// The settings as they are shown, and given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShownSettings {
    /// In which language: en or nl.
    pub language: String,
    /// Are suppliers named in what leaves? Else it says how many things wait, and no more.
    pub names: bool,
    /// When nothing is said.
    pub quiet: Quiet,
    /// When the day's message goes out.
    pub daily: Minute,
    /// Of what there is a message of its own, at once.
    pub at_once: BTreeSet<WaitsFor>,
    /// On the desktop of this machine.
    pub desktop: bool,
    /// To the person's own address, by their mail account.
    pub email: bool,
    /// To this address; none where there is none.
    pub webhook: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: Language::English.code().to_owned(),
            names: false,
            quiet: Quiet { from: Minute(22 * 60), to: Minute(8 * 60) },
            daily: Minute(9 * 60),
            at_once: BTreeSet::new(),
            desktop: false,
            email: false,
            webhook: None,
            browsers: Vec::new(),
        }
    }
}

impl Settings {
    /// The ways that are on.
    pub(crate) fn ways(&self) -> impl Iterator<Item = Way> {
        Way::ALL.into_iter().filter(|way| match way {
            Way::Desktop => self.desktop,
            Way::Email => self.email,
            Way::Webhook => self.webhook.is_some(),
            Way::Push => !self.browsers.is_empty(),
        })
    }

    pub(crate) fn spoken(&self) -> Language {
        Language::from_code(&self.language).unwrap_or(Language::English)
    }

    pub(crate) fn shown(&self) -> ShownSettings {
        ShownSettings {
            language: self.language.clone(),
            names: self.names,
            quiet: self.quiet,
            daily: self.daily,
            at_once: self.at_once.clone(),
            desktop: self.desktop,
            email: self.email,
            webhook: self.webhook.as_ref().map(ToString::to_string),
        }
    }

    /// These settings in place of the present ones; browsers stay, which say themselves that they want to be told.
    pub(crate) fn with(&self, given: ShownSettings) -> Result<Self, super::hook::BadHook> {
        let ShownSettings { language, names, quiet, daily, at_once, desktop, email, webhook } = given;
        let language = Language::from_code(&language).unwrap_or(self.spoken()).code().to_owned();
        let webhook = webhook.filter(|text| !text.trim().is_empty());
        let webhook = webhook.map(|text| text.trim().parse()).transpose()?;
        let browsers = self.browsers.clone();
        Ok(Self { language, names, quiet, daily, at_once, desktop, email, webhook, browsers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_read_and_written_and_quiet_goes_over_midnight() {
        for (text, minute) in [("00:00", 0), ("9:05", 545), ("23:59", 1439)] {
            assert_eq!(text.parse(), Ok(Minute(minute)), "{text}");
        }
        for text in ["", "24:00", "9", "9:60", "-1:00", "+9:00", "9:5:1", "009:00", "nine"] {
            assert_eq!(text.parse::<Minute>(), Err(BadMinute), "{text}");
        }
        assert_eq!(Minute(545).to_string(), "09:05");
        let quiet =
            |from: u16, to: u16| move |minute: u16| Quiet { from: Minute(from), to: Minute(to) }.holds(Minute(minute));
        let (night, noon, never) = (quiet(1320, 480), quiet(720, 780), quiet(60, 60));
        assert_eq!([0, 479, 480, 1319, 1320].map(night), [true, true, false, false, true]);
        assert_eq!([719, 720, 779, 780].map(noon), [false, true, true, false]);
        assert!((0..DAY).all(|minute| !never(minute)));
    }
}
