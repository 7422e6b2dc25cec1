//! The only wall time and the only randomness of the operating system.
//!
//! In: the system, what was stored of the time, peers' words. Out: the two times that the machines take, what is to be
//! told about the clock, and random bytes. The rules are the protocol's ([`regie_protocol::clock`]); this file reads.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use regie_protocol::{
    Entropy, Now, PublicKey, Timestamp,
    calendar::Date,
    clock::{Accepted, Clock as Rules, Standing, Stored},
    limits,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which of two clocks that differ seems to be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// This machine's: other peers say what this one says.
    Ours,
    /// The other one's: other peers say what this machine's clock shows.
    Theirs,
    /// There is nobody to ask.
    Unknown,
}

/// The clock of a node.
#[derive(Debug)]
pub struct Clock {
    rules: Rules,
    begun: Instant,
    read: Instant,
}

impl Clock {
    /// The clock over what was stored; none in a new home.
    #[must_use]
    pub fn over(stored: Option<Stored>) -> Self {
        let begun = Instant::now();
        Self { rules: Rules::new(stored), begun, read: begun }
    }

    /// The time now.
    pub fn now(&mut self) -> Now {
        let passed = self.passed();
        self.read = Instant::now();
        self.rules.read(wall(), passed)
    }

    /// The time now, to show something by: nothing is taken note of.
    #[must_use]
    pub fn look(&self) -> Now {
        self.rules.clone().read(wall(), self.passed())
    }

    /// The time since this process began, for pauses: nobody can set it.
    #[must_use]
    pub fn uptime(&self) -> Timestamp {
        Timestamp(millis(self.begun))
    }

    /// A peer, whose key was proven, states that this is the present.
    pub fn heard(&mut self, peer: &PublicKey, at: Timestamp) {
        self.now();
        let held = self.held_back();
        self.rules.heard(peer, at);
        if held && !self.held_back() {
            tracing::info!("a peer states the same time as the clock, which had jumped ahead: it is believed");
        }
    }

    /// The owner says that the clock is right.
    pub fn accept(&mut self) -> Accepted {
        self.now();
        self.rules.accept()
    }

    /// Another process on the same store stored this.
    pub fn shared(&mut self, stored: Stored) {
        self.rules.shared(stored);
    }

    /// What is to be stored with every commit.
    #[must_use]
    pub fn stored(&self) -> Stored {
        self.rules.stored()
    }

    /// Is the clock ahead, without a peer's word or the owner's?
    #[must_use]
    pub fn held_back(&self) -> bool {
        matches!(self.rules.standing(), Standing::HeldBack(_))
    }

    /// How far the stored time is ahead of the clock, in milliseconds, where that is worth a word.
    #[must_use]
    pub fn behind(&self) -> Option<u64> {
        match self.rules.standing() {
            Standing::Behind(by) => Some(by),
            _ => None,
        }
    }

    /// How a peer's clock differs from this one, in words; none where it does not, or where it said nothing.
    #[must_use]
    pub fn differs(&self, peer: &PublicKey) -> Option<String> {
        let by = self.rules.word(peer).filter(|by| by.unsigned_abs() > limits::CLOCK_WARNING_MS)?;
        Some(differing(by))
    }

    /// A peer's clock shows another time than this one: which of the two seems to be wrong?
    #[must_use]
    pub fn wrong(&self, theirs: Timestamp) -> Wrong {
        let others = self.rules.peers().map(|(by, _)| self.look().wall.0.saturating_add_signed(by)).map(Timestamp);
        match others {
            Some(others) if others.distance_ms(theirs) <= limits::CLOCK_LEEWAY_MS => Wrong::Ours,
            Some(others) if self.look().meets(others) => Wrong::Theirs,
            _ => Wrong::Unknown,
        }
    }

    /// The clock as the owner sees it: both times, what is wrong, and the next step.
    #[must_use]
    pub fn report(&self, own: &str) -> Report {
        let now = self.look();
        let (state, by) = match self.rules.standing() {
            Standing::Good => (State::Good, 0),
            Standing::HeldBack(by) => (State::HeldBack, by),
            Standing::Behind(by) => (State::Behind, by),
        };
        let peers = self.rules.peers();
        let differs = peers.filter(|(by, _)| by.unsigned_abs() > limits::CLOCK_WARNING_MS);
        let next_step = next_step(state, by, differs, minute(now.wall), own);
        Report {
            clock: text(now.wall),
            stored: text(now.floor),
            state,
            by_ms: by,
            peers: peers.map_or(0, |(_, count)| count),
            peers_differ_ms: peers.map(|(by, _)| by),
            fine: next_step.is_empty(),
            next_step,
        }
    }

    fn passed(&self) -> u64 {
        millis(self.read)
    }
}

/// The clock of a node as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// What the machine's clock shows, RFC 3339.
    pub clock: String,
    /// The time that the node has stored, RFC 3339: grants end by it.
    pub stored: String,
    /// How the two stand to each other.
    pub state: State,
    /// By how many milliseconds they differ.
    pub by_ms: u64,
    /// How many peers said what time it is.
    pub peers: usize,
    /// By how many milliseconds their clocks are ahead of this one, in the middle; none where none spoke.
    pub peers_differ_ms: Option<i64>,
    /// Is all well?
    pub fine: bool,
    /// What is wrong and what to do, in English; empty where all is well.
    pub next_step: String,
}

/// How the clock of the machine and the stored time stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// They agree.
    Good,
    /// The clock jumped ahead, and nobody has confirmed that.
    HeldBack,
    /// The clock is behind the stored time.
    Behind,
}

/// What is wrong with the clock, in words, with the next step; empty where nothing is.
fn next_step(state: State, by: u64, differs: Option<(i64, usize)>, shows: String, own: &str) -> String {
    let by = span(by);
    match (state, differs) {
        (State::HeldBack, _) => {
            let what =
                format!("the clock jumped ahead by {by}, to {shows} UTC, and nobody has confirmed that time yet");
            format!(
                "{what}: nothing is ended for good by it; set the clock, or, where it is right, run `{own} --accept`"
            )
        }
        (State::Behind, _) => {
            let what = format!("the stored time is {by} ahead of the clock, which shows {shows} UTC");
            let ends = "so grants end that much too early";
            format!(
                "{what}: {ends}; set the clock, or, where it is right now and was wrong before, run `{own} --accept`"
            )
        }
        (State::Good, Some((by, count))) => {
            let way = if by > 0 { "behind" } else { "ahead of" };
            let by = span(by.unsigned_abs());
            format!("the clock shows {shows} UTC, {by} {way} what {count} peer(s) say; set the clock of this machine")
        }
        (State::Good, None) => String::new(),
    }
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// What a node stores of its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockRecord {
    /// A time that has come for sure.
    floor: Timestamp,
    /// How often the owner set it back.
    resets: u64,
}

impl From<Stored> for ClockRecord {
    fn from(Stored { floor, resets }: Stored) -> Self {
        Self { floor, resets }
    }
}

impl From<ClockRecord> for Stored {
    fn from(ClockRecord { floor, resets }: ClockRecord) -> Self {
        Self { floor, resets }
    }
}

/// By how much another clock is ahead, in words.
#[must_use]
pub fn differing(by: i64) -> String {
    format!("{} {}", span(by.unsigned_abs()), if by > 0 { "ahead" } else { "behind" })
}

/// A span of time for people: `2 days`, `7 minutes`.
#[must_use]
pub fn span(ms: u64) -> String {
    let (count, name) = span_of(ms);
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}

/// The same as a count of a unit: `day`, `hour`, `minute` or `second`.
#[must_use]
pub fn span_of(ms: u64) -> (u64, &'static str) {
    const UNITS: [(u64, &str); 4] = [(86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1_000, "second")];
    // The largest of which there are two: "36 hours" says more than "1 day".
    let (unit, name) = UNITS.into_iter().find(|(unit, _)| ms + unit / 10 >= 2 * unit).unwrap_or((1_000, "second"));
    ((ms + unit / 2) / unit, name)
}

/// A time to the minute, in UTC, as in `2026-11-28 14:02`.
#[must_use]
pub fn minute(at: Timestamp) -> String {
    let text = text(at.minute());
    text.get(..16).map_or(text.clone(), |text| text.replace('T', " "))
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

/// A number from 0 up to 1, by chance.
#[must_use]
pub fn chance() -> f64 {
    // 53 bits are as many as a number of this kind holds.
    (u64::from_be_bytes(random()) >> 11) as f64 / (1_u64 << 53) as f64
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

/// A time as people and JSON read it (RFC 3339, UTC): always to the millisecond, so that texts sort as times do.
#[must_use]
pub fn text(at: Timestamp) -> String {
    let at = i64::try_from(at.0).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    at.map_or_else(|| "far away".to_owned(), |at| format!("{at:.3}"))
}

/// A time that [`text`] wrote.
#[must_use]
pub fn read(text: &str) -> Option<Timestamp> {
    let at = text.parse::<jiff::Timestamp>().ok()?;
    u64::try_from(at.as_millisecond()).ok().map(Timestamp)
}

/// A time as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
#[must_use]
pub fn http_date(text: &str) -> Option<Timestamp> {
    let at = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    u64::try_from(at.as_millisecond()).ok().map(Timestamp)
}

/// The day of a moment where this machine stands.
#[must_use]
pub fn day(at: Timestamp) -> Date {
    let zoned = i64::try_from(at.0).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    let date = zoned.map(|at| at.to_zoned(jiff::tz::TimeZone::system()).date());
    let known =
        date.and_then(|date| Date::new(date.year().into(), date.month().try_into().ok()?, date.day().try_into().ok()?));
    known.unwrap_or_else(|| Date::of(at))
}

/// The minute of the day of a moment where this machine stands, from 0 to 1439.
#[must_use]
pub fn minute_of_day(at: Timestamp) -> u16 {
    let zoned = i64::try_from(at.0).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    let time = zoned.map(|at| at.to_zoned(jiff::tz::TimeZone::system()).time());
    time.and_then(|time| u16::try_from(60 * i32::from(time.hour()) + i32::from(time.minute())).ok()).unwrap_or_default()
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

/// A moment that [`text`] wrote, to the minute, in this machine's zone, which is named: `2026-11-30 22:13 CET`.
#[must_use]
pub fn zoned(text: &str) -> Option<String> {
    let at = text.parse::<jiff::Timestamp>().ok()?.to_zoned(jiff::tz::TimeZone::system());
    Some(at.strftime("%Y-%m-%d %H:%M %Z").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_times_read_as_people_say_them() {
        let spans =
            [(0, "0 seconds"), (61_000, "61 seconds"), (420_000, "7 minutes"), (2 * 3_600_000 - 500, "2 hours")];
        for (ms, text) in spans {
            assert_eq!(span(ms), text);
        }
        assert_eq!(minute(Timestamp(1_800_000_059_999)), "2027-01-15 08:00");
    }

    #[test]
    fn texts_of_times_sort_as_the_times_do() {
        let times = [1_799_999_999_999, 1_800_000_000_000, 1_800_000_000_009, 1_800_000_000_010, 1_800_000_000_200];
        let texts = times.map(|at| text(Timestamp(at)));
        assert_eq!(texts[1], "2027-01-15T08:00:00.000Z");
        assert!(texts.is_sorted_by(|one, next| one < next), "{texts:?}");
        assert!(texts.iter().all(|text| local(text).is_some()));
    }
}
