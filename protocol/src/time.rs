//! Time as the protocol counts it. In: milliseconds from the caller's clock. Out: `Timestamp` and `Days`.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored (POSIX time).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

/// A day of 86,400 s, in milliseconds.
pub const DAY_MS: u64 = 86_400_000;

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

    /// The distance to another moment, either way round, in milliseconds.
    #[must_use]
    pub fn distance_ms(self, other: Self) -> u64 {
        self.0.abs_diff(other.0)
    }
}

/// A span in whole days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Days(pub u32);
