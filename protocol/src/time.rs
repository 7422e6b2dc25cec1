//! Time as the protocol counts it. In: milliseconds from the caller's clock. Out: `Timestamp`, `Days`, and the two
//! times that a machine takes with every input ([`Now`]).

use serde::{Deserialize, Serialize};

use crate::limits;

/// Milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored (POSIX time).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Timestamp(pub u64);

/// A day of 86,400 s, in milliseconds.
pub const DAY_MS: u64 = 86_400_000;
/// An hour, in milliseconds.
pub const HOUR_MS: u64 = 3_600_000;
/// A minute, in milliseconds.
pub const MINUTE_MS: u64 = 60_000;

impl Timestamp {
    /// This moment plus `ms` milliseconds; stops at the end of time instead of wrapping.
    #[must_use]
    pub fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// This moment plus whole days of 86,400 s.
    #[must_use]
    pub fn plus_days(self, days: Days) -> Self {
        self.plus_ms(u64::from(days.0) * DAY_MS)
    }

    /// The whole minute that this moment lies in.
    #[must_use]
    pub fn minute(self) -> Self {
        Self(self.0 - self.0 % MINUTE_MS)
    }

    /// The whole hour that this moment lies in.
    #[must_use]
    pub fn hour(self) -> Self {
        Self(self.0 - self.0 % HOUR_MS)
    }

    /// The whole day (UTC) that this moment lies in.
    #[must_use]
    pub fn day(self) -> Self {
        Self(self.0 - self.0 % DAY_MS)
    }

    /// The distance to another moment, either way round, in milliseconds.
    #[must_use]
    pub fn distance_ms(self, other: Self) -> u64 {
        self.0.abs_diff(other.0)
    }
}

/// A span in whole days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Days(pub u32);

/// The time of one input, twice. A clock can be wrong, and one number can't be right for both questions that are asked
/// of it: whether a peer means the same present (the clock as it is), and whether something has ended, which must not
/// be taken back ([`crate::clock::Clock`] keeps the two).
///
/// A [`Timestamp`] alone stands for a clock that was never wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// What the clock says. For windows, and for what is signed, entered and counted by the hour.
    pub wall: Timestamp,
    /// A time that has come for sure. It never goes back but by the owner's word; what can't be undone waits for it.
    pub floor: Timestamp,
}

impl Now {
    /// The later of both: what ends by a time has ended here where either has reached it.
    #[must_use]
    pub fn latest(self) -> Timestamp {
        self.wall.max(self.floor)
    }

    /// Is the clock ahead of what is known for sure, and nobody has confirmed it yet?
    #[must_use]
    pub fn held_back(self) -> bool {
        self.wall > self.floor
    }

    /// Does a peer that states this time mean the same present?
    #[must_use]
    pub fn meets(self, at: Timestamp) -> bool {
        at.distance_ms(self.wall) <= limits::CLOCK_LEEWAY_MS
    }
}

impl From<Timestamp> for Now {
    fn from(now: Timestamp) -> Self {
        Self { wall: now, floor: now }
    }
}
