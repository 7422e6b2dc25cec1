//! Days of the calendar and periods of them. In: text, moments. Out: dates, and dates that a period is away from them.
//!
//! The calendar is the Gregorian one, also before it was in use. A period of months or years ends on the day with the
//! same number, or on the last day of its month where that has no such day: 31 January and one month is 28 February.
//! So Regulation (EEC, Euratom) 1182/71, article 3 (2) (c), counts, and so do BW (NL) and § 188 BGB (DE).

use std::{fmt, num::NonZeroU16, str::FromStr};

use crate::{
    coded::coded,
    time::{DAY_MS, Timestamp},
    wire::as_text,
};

/// The years that a date can be in. What is counted from outside stays far within them
/// ([`crate::limits::CONTRACT_YEARS`]), so that no sum leaves them.
const YEARS: std::ops::RangeInclusive<i32> = 1600..=9999;
/// From 0000-03-01 to 1970-01-01.
const EPOCH_DAYS: i32 = 719_468;
/// 400 years of the calendar.
const ERA_DAYS: i32 = 146_097;

/// A day of the calendar.
///
/// ```
/// use regie_protocol::calendar::Date;
///
/// let date: Date = "2027-01-31".parse()?;
/// assert_eq!(date.plus("P1M".parse()?).to_string(), "2027-02-28");
/// # Ok::<(), regie_protocol::calendar::CalendarError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "their names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// A period of one unit, as the duration of ISO 8601: `P14D`, `P2W`, `P1M`, `P1Y`. None is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// How many.
    pub count: NonZeroU16,
    /// Of what.
    pub unit: Unit,
}

/// What a period is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "their names say it")]
pub enum Unit {
    Day,
    Week,
    Month,
    Year,
}

impl Unit {
    /// Every unit.
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Year];

    /// Its letter in ISO 8601.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::Day => 'D',
            Self::Week => 'W',
            Self::Month => 'M',
            Self::Year => 'Y',
        }
    }
}

/// Why text is no date or period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CalendarError {
    /// Not a day of the calendar as `YYYY-MM-DD`.
    #[error("not a day of the calendar as YYYY-MM-DD")]
    Date,
    /// Not a period as `P14D`, `P2W`, `P1M` or `P1Y`.
    #[error("not a period as P14D, P2W, P1M or P1Y")]
    Span,
}

coded! {
    CalendarError, "calendar";
    Self::Date => "date";
    Self::Span => "span";
}

impl Date {
    /// The day with these numbers; none where the calendar has no such day.
    #[must_use]
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let there = YEARS.contains(&year) && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
        there.then_some(Self { year, month, day })
    }

    /// The day (UTC) that a moment lies in.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Self::from_days(i32::try_from(at.0 / DAY_MS).unwrap_or(i32::MAX))
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month, from 1.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    #[must_use]
    pub fn day(self) -> u8 {
        self.day
    }

    /// The day of the week.
    #[must_use]
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        let index = (self.days() + 3).rem_euclid(7);
        usize::try_from(index).ok().and_then(|index| WEEK.get(index)).copied().unwrap_or(Weekday::Monday)
    }

    /// The day this many days later, or earlier where they are less than 0. It stops at the ends of the years that are
    /// known.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self::from_days(self.days().saturating_add(days))
    }

    /// The day that a period of months away has the same number, or else is its month's last.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        self.months_on(months).0
    }

    /// The last day of a period that begins after this day, as a period that runs from an event does.
    #[must_use]
    pub fn plus(self, span: Span) -> Self {
        self.times(span, 1)
    }

    /// The same of a period that comes several times in a row. 31 January and two months is 31 March, although one is
    /// 28 February.
    #[must_use]
    pub fn times(self, span: Span, times: i32) -> Self {
        let (count, months) = span.counted(times);
        if months { self.plus_months(count) } else { self.plus_days(count) }
    }

    /// The last day of a period that begins with this day, as a contract's term does: one month from 1 February is
    /// 28 February, and from 31 January, too.
    #[must_use]
    pub fn through(self, span: Span, times: i32) -> Self {
        let (count, months) = span.counted(times);
        match months.then(|| self.months_on(count)) {
            Some((last, true)) => last,
            Some((next, false)) => next.plus_days(-1),
            None => self.plus_days(count.saturating_sub(1)),
        }
    }

    /// The last day of its month.
    #[must_use]
    pub fn month_end(self) -> Self {
        Self { day: days_in(self.year, self.month), ..self }
    }

    /// How many days after another one it is; less than 0 where it is before it.
    #[must_use]
    pub fn days_after(self, other: Self) -> i32 {
        self.days() - other.days()
    }

    /// The day months away, and whether its number had to be cut to the length of its month.
    fn months_on(self, months: i32) -> (Self, bool) {
        let index = self.year.saturating_mul(12).saturating_add(i32::from(self.month) - 1).saturating_add(months);
        let (first, last) = (*YEARS.start() * 12, *YEARS.end() * 12 + 11);
        let index = index.clamp(first, last);
        let (year, month) = (index.div_euclid(12), u8::try_from(index.rem_euclid(12) + 1).unwrap_or(1));
        let most = days_in(year, month);
        (Self { year, month, day: self.day.min(most) }, self.day > most)
    }

    /// Days since 1970-01-01. The year is counted from March, so that the day that leap years have more is its last.
    fn days(self) -> i32 {
        let month = i32::from(self.month);
        let year = if month > 2 { self.year } else { self.year - 1 };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + i32::from(self.day) - 1;
        era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH_DAYS
    }

    fn from_days(days: i32) -> Self {
        let (first, last) =
            (Self { year: *YEARS.start(), month: 1, day: 1 }, Self { year: *YEARS.end(), month: 12, day: 31 });
        let days = days.clamp(first.days(), last.days()) + EPOCH_DAYS;
        let (era, of_era) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS));
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = era * 400 + year_of_era + i32::from(month <= 2);
        let small = |number: i32| u8::try_from(number).unwrap_or(1);
        Self { year, month: small(month), day: small(day) }
    }
}

impl Span {
    /// A period; none where it would be empty.
    #[must_use]
    pub fn new(count: u16, unit: Unit) -> Option<Self> {
        NonZeroU16::new(count).map(|count| Self { count, unit })
    }

    /// The most days that it can have.
    #[must_use]
    pub fn most_days(self) -> i32 {
        let count = i32::from(self.count.get());
        count.saturating_mul(match self.unit {
            Unit::Day => 1,
            Unit::Week => 7,
            Unit::Month => 31,
            Unit::Year => 366,
        })
    }

    /// So many days or (true) months, for a number of such periods.
    fn counted(self, times: i32) -> (i32, bool) {
        let (unit, months) = match self.unit {
            Unit::Day => (1, false),
            Unit::Week => (7, false),
            Unit::Month => (1, true),
            Unit::Year => (12, true),
        };
        (i32::from(self.count.get()).saturating_mul(unit).saturating_mul(times), months)
    }
}

fn days_in(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl FromStr for Date {
    type Err = CalendarError;
    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let mut parts = text.split('-');
        let mut number = |digits: usize| {
            let part = parts.next().filter(|part| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()));
            part.and_then(|part| part.parse::<u16>().ok())
        };
        let (year, month, day) = (number(4), number(2), number(2));
        let date = match (year, month, day, parts.next()) {
            (Some(year), Some(month), Some(day), None) => u8::try_from(month)
                .ok()
                .zip(u8::try_from(day).ok())
                .and_then(|(month, day)| Self::new(year.into(), month, day)),
            _ => None,
        };
        date.ok_or(CalendarError::Date)
    }
}

as_text!(Date);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P{}{}", self.count, self.unit.letter())
    }
}

impl FromStr for Span {
    type Err = CalendarError;
    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let rest = text.strip_prefix('P').ok_or(CalendarError::Span)?;
        let unit = Unit::ALL.into_iter().find(|unit| rest.ends_with(unit.letter())).ok_or(CalendarError::Span)?;
        let count = rest.strip_suffix(unit.letter()).ok_or(CalendarError::Span)?;
        // One spelling each: what is encoded again has to be the same.
        let spelt =
            (1..=5).contains(&count.len()) && !count.starts_with('0') && count.bytes().all(|b| b.is_ascii_digit());
        let count = spelt.then(|| count.parse().ok()).flatten().ok_or(CalendarError::Span)?;
        Self::new(count, unit).ok_or(CalendarError::Span)
    }
}

as_text!(Span);

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn span(text: &str) -> Span {
        text.parse().expect("a period")
    }

    #[test]
    fn months_end_on_the_same_day_or_their_last() {
        let cases = [
            ("2027-01-31", "P1M", "2027-02-28"),
            ("2028-01-31", "P1M", "2028-02-29"),
            ("2028-02-29", "P1Y", "2029-02-28"),
            ("2026-10-31", "P1M", "2026-11-30"),
            ("2026-12-15", "P2M", "2027-02-15"),
            ("2026-12-31", "P2W", "2027-01-14"),
            ("2026-02-28", "P1D", "2026-03-01"),
        ];
        for (from, period, to) in cases {
            assert_eq!(date(from).plus(span(period)), date(to), "{from} {period}");
        }
        assert_eq!(date("2027-01-31").times(span("P1M"), 2), date("2027-03-31"));
    }

    #[test]
    fn a_term_holds_the_day_it_begins_with() {
        let cases = [
            ("2027-02-01", "P1M", "2027-02-28"),
            ("2027-01-31", "P1M", "2027-02-28"),
            ("2027-01-29", "P1M", "2027-02-28"),
            ("2026-01-15", "P1Y", "2027-01-14"),
            ("2028-02-29", "P1Y", "2029-02-28"),
            ("2026-12-01", "P2W", "2026-12-14"),
            ("2026-12-01", "P1D", "2026-12-01"),
        ];
        for (from, period, last) in cases {
            assert_eq!(date(from).through(span(period), 1), date(last), "{from} {period}");
        }
    }

    #[test]
    fn every_text_has_one_spelling() {
        for bad in [
            "2026-2-03",
            "2026-02-30",
            "1599-12-31",
            "2026-02-3",
            "+026-02-03",
            "2026-02-03-",
            "20260203",
            "2026-13-01",
            "",
        ] {
            assert_eq!(bad.parse::<Date>(), Err(CalendarError::Date), "{bad}");
        }
        for bad in ["P0D", "P01M", "P1m", "1M", "P", "PM", "P-1M", "P1M1D", "P70000D", "P1MY", "PT1H", "P+1D"] {
            assert_eq!(bad.parse::<Span>(), Err(CalendarError::Span), "{bad}");
        }
        for good in ["P14D", "P2W", "P1M", "P65535Y"] {
            assert_eq!(span(good).to_string(), good);
        }
    }

    #[test]
    fn moments_are_days_and_the_ends_of_time_are_held() {
        assert_eq!(Date::of(Timestamp(0)), date("1970-01-01"));
        assert_eq!(Date::of(Timestamp(DAY_MS - 1)), date("1970-01-01"));
        assert_eq!(Date::of(Timestamp(u64::MAX)), date("9999-12-31"));
        assert_eq!(date("1600-01-01").plus_days(i32::MIN), date("1600-01-01"));
        assert_eq!(date("9999-12-31").plus(span("P65535Y")), date("9999-12-31"));
        assert_eq!(date("2026-11-30").weekday(), Weekday::Monday);
        assert_eq!(date("2024-02-10").month_end(), date("2024-02-29"));
    }
}
