//! The only wall time and the only randomness of the operating system.
//!
//! In: the system. Out: a time that never runs backwards past what was seen or stored, and random bytes.

use std::time::{SystemTime, UNIX_EPOCH};

use regie_protocol::{entropy::Entropy, time::Timestamp};

/// A clock that does not go back: `now = max(wall clock, last time given out or stored)`. So an expired grant
/// does not revive when the system's clock is set back.
#[derive(Debug, Default)]
pub struct Clock {
    floor: Timestamp,
}

impl Clock {
    /// Starts not before `floor`, the last time that was stored.
    #[must_use]
    pub fn from(floor: Timestamp) -> Self {
        Self { floor }
    }

    /// The time now.
    pub fn now(&mut self) -> Timestamp {
        self.floor = self.floor.max(wall());
        self.floor
    }
}

/// The system's time as it is.
#[must_use]
pub fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// Random bytes from the operating system.
///
/// # Panics
/// Where the system has no randomness to give: no key may then be made, and no frame signed.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// Fills bytes as [`random`] does.
///
/// # Panics
/// As [`random`].
#[allow(clippy::expect_used, reason = "without randomness nothing here is safe; stopping is the answer")]
pub fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system gives random bytes");
}

/// Fresh entropy for one input of a machine.
#[must_use]
pub fn entropy() -> Entropy {
    Entropy::new(random())
}

/// A time as people and JSON read it (RFC 3339, UTC).
#[must_use]
pub fn text(at: Timestamp) -> String {
    let at = i64::try_from(at.0).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    at.map_or_else(|| "far away".to_owned(), |at| at.to_string())
}

/// A moment as the clock on the wall shows it where this machine stands.
#[derive(Debug, PartialEq, Eq)]
pub struct Local {
    /// The year.
    pub year: i16,
    /// The month, from 1.
    pub month: i8,
    /// The day of the month.
    pub day: i8,
    /// Hours and minutes.
    pub time: String,
}

/// A moment that [`text`] wrote, in this machine's zone; none where it is no time.
#[must_use]
pub fn local(text: &str) -> Option<Local> {
    let at = text.parse::<jiff::Timestamp>().ok()?.to_zoned(jiff::tz::TimeZone::system());
    let time = format!("{:02}:{:02}", at.hour(), at.minute());
    Some(Local { year: at.year(), month: at.month(), day: at.day(), time })
}
