//! What a country's law adds to the calendar: days on which nobody works, until when a deadline runs, what a consumer may
//! do; and dates as a feed for other calendars.
//!
//! In: dates, periods, a country. Out: dates. The days themselves, and contracts, are the protocol's
//! ([`regie_protocol::calendar`]). Sources stand beside each rule; nothing here is legal advice.

mod deadline;
mod feed;
mod holidays;

use regie_protocol::contract::Law;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use deadline::{Deadline, access_answer, cooling_off, deadline, working_days_on};
pub use feed::{Event, feed};
pub use holidays::{easter, is_holiday, is_working_day};

/// A country whose days and rules are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Country {
    /// The Netherlands.
    #[serde(rename = "NL")]
    Netherlands,
    /// Belgium.
    #[serde(rename = "BE")]
    Belgium,
    /// Germany.
    #[serde(rename = "DE")]
    Germany,
}

impl Country {
    /// Every one of them.
    pub const ALL: [Self; 3] = [Self::Netherlands, Self::Belgium, Self::Germany];

    /// The country that people write like this, as a code (ISO 3166) or a name.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Some(match text.trim().to_lowercase().as_str() {
            "nl" | "nld" | "nederland" | "netherlands" | "the netherlands" | "holland" => Self::Netherlands,
            "be" | "bel" | "belgië" | "belgie" | "belgium" | "belgique" | "belgien" => Self::Belgium,
            "de" | "deu" | "duitsland" | "germany" | "deutschland" | "allemagne" => Self::Germany,
            _ => return None,
        })
    }

    /// Its code (ISO 3166).
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Netherlands => "NL",
            Self::Belgium => "BE",
            Self::Germany => "DE",
        }
    }

    /// What its law adds to a consumer's contract.
    #[must_use]
    pub fn law(self) -> Law {
        match self {
            Self::Netherlands => Law::Netherlands,
            Self::Belgium => Law::Belgium,
            Self::Germany => Law::Germany,
        }
    }
}
