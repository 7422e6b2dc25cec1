//! Counts of what happened, by day for the last weeks and by month for the last two years. In: what happens with suppliers, as it is
//! logged. Out: the counts of the last 30 days and of each month, and two stored rows, so that no page reads the log to count.

use std::collections::BTreeMap;

use regie_protocol::{Days, Timestamp, audit::Event, calendar::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::records;
use crate::{
    clock::{self, text},
    command::Failure,
    driver::Turn,
    store::Store,
};

const DAY_MS: u64 = 86_400_000;
/// How many days are counted.
const DAYS: u32 = 30;
/// How many months are counted.
const MONTHS: usize = 24;
/// How many months are shown.
const SHOWN: i32 = 12;

/// What happened on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Counts {
    answered: u64,
    released_fields: u64,
    asked: u64,
    refused: u64,
    told: u64,
    granted: u64,
    revoked: u64,
    erased: u64,
}

/// What happened in the last 30 days.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Month {
    /// Where the days begin, RFC 3339.
    pub from: String,
    /// Requests that were answered.
    pub answered: u64,
    /// Fields that were released.
    pub released_fields: u64,
    /// Answers that left something to the person.
    pub asked: u64,
    /// Answers that refused something, and messages that were refused.
    pub refused: u64,
    /// Changes that suppliers were told.
    pub told: u64,
    /// Grants that were issued.
    pub granted: u64,
    /// Grants that were ended.
    pub revoked: u64,
    /// Erasure receipts that came.
    pub erased: u64,
}

/// What happened in one month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MonthOfYear {
    /// The year.
    pub year: i32,
    /// The month, from 1.
    pub month: u8,
    /// Requests that were answered.
    pub answered: u64,
    /// Changes that suppliers were told.
    pub told: u64,
    /// Answers that refused something, and messages that were refused.
    pub refused: u64,
}

/// The counts, and whether they have changed since they were stored.
#[derive(Default)]
pub(super) struct Activity {
    days: BTreeMap<u64, Counts>,
    months: BTreeMap<i32, Counts>,
    changed: bool,
}

impl Activity {
    pub(super) fn load(store: &Store) -> Result<Self, Failure> {
        let days = records::activity(store)?.unwrap_or_default();
        // A home that did not count by month yet begins with the days that it has.
        let months = records::months(store)?.unwrap_or_else(|| months_of(&days));
        Ok(Self { days, months, changed: false })
    }

    /// Counts what happened with a supplier.
    pub(super) fn note(&mut self, at: Timestamp, event: &Event) {
        self.changed = true;
        self.days.entry(at.0 / DAY_MS).or_default().note(event);
        self.months.entry(month_of(clock::day(at))).or_default().note(event);
    }

    /// Stores the counts where they have changed; days that are past counting go.
    pub(super) fn put(&mut self, turn: &mut Turn) {
        if !std::mem::take(&mut self.changed) {
            return;
        }
        while self.days.len() > DAYS as usize + 1 {
            self.days.pop_first();
        }
        while self.months.len() > MONTHS {
            self.months.pop_first();
        }
        records::put_activity(turn, &self.days);
        records::put_months(turn, &self.months);
    }

    /// The last months, this one included, the oldest first; none where nothing was counted in any.
    pub(super) fn months(&self, today: Date) -> Vec<MonthOfYear> {
        let now = month_of(today);
        let from = now - SHOWN + 1;
        if self.months.range(from..).next().is_none() {
            return Vec::new();
        }
        let shown = |month: i32| {
            let Counts { answered, told, refused, .. } = self.months.get(&month).copied().unwrap_or_default();
            let (year, month) = (month.div_euclid(12), u8::try_from(month.rem_euclid(12)).unwrap_or_default() + 1);
            MonthOfYear { year, month, answered, told, refused }
        };
        (from..=now).map(shown).collect()
    }

    /// The sum of the last 30 days, and where they begin.
    pub(super) fn month(&self, now: Timestamp) -> Month {
        let first = (now.0 / DAY_MS).saturating_sub(u64::from(DAYS));
        let sum = |of: fn(&Counts) -> u64| self.days.range(first..).map(|(_, day)| of(day)).sum();
        Month {
            from: text(Timestamp(0).plus_days(Days(u32::try_from(first).unwrap_or(u32::MAX)))),
            answered: sum(|day| day.answered),
            released_fields: sum(|day| day.released_fields),
            asked: sum(|day| day.asked),
            refused: sum(|day| day.refused),
            told: sum(|day| day.told),
            granted: sum(|day| day.granted),
            revoked: sum(|day| day.revoked),
            erased: sum(|day| day.erased),
        }
    }
}

impl Counts {
    fn note(&mut self, event: &Event) {
        match event {
            Event::Answered { request, released, asked, refused, .. } => {
                self.answered += u64::from(request.is_some());
                self.told += u64::from(request.is_none());
                self.released_fields += released.len() as u64;
                self.asked += u64::from(!asked.is_empty());
                self.refused += u64::from(!refused.is_empty());
            }
            Event::Granted { .. } => self.granted += 1,
            Event::Revoked { .. } => self.revoked += 1,
            Event::Erased { .. } => self.erased += 1,
            Event::Rejected { .. } => self.refused += 1,
            Event::RejectedMore { count } => self.refused += u64::from(*count),
            _ => {}
        }
    }

    fn add(&mut self, other: &Self) {
        self.answered += other.answered;
        self.released_fields += other.released_fields;
        self.asked += other.asked;
        self.refused += other.refused;
        self.told += other.told;
        self.granted += other.granted;
        self.revoked += other.revoked;
        self.erased += other.erased;
    }
}

/// Which month a day is in, counted from the year 0.
fn month_of(day: Date) -> i32 {
    day.year() * 12 + i32::from(day.month()) - 1
}

/// The months of days, by what was counted in them.
fn months_of(days: &Stored) -> Months {
    let mut months = Months::new();
    for (day, counts) in days {
        months.entry(month_of(Date::of(Timestamp(day.saturating_mul(DAY_MS))))).or_default().add(counts);
    }
    months
}

/// How the counts are stored: by days since 1970.
pub(super) type Stored = BTreeMap<u64, Counts>;
/// And by months since the year 0.
pub(super) type Months = BTreeMap<i32, Counts>;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        clock::read(text).expect("a time")
    }

    fn refused() -> Event {
        Event::RejectedMore { count: 2 }
    }

    #[test]
    fn months_are_shown_without_gaps_and_a_home_that_had_days_alone_begins_with_them() {
        let mut activity = Activity::default();
        let day = |text: &str| text.parse::<Date>().expect("a day");
        assert!(activity.months(day("2026-03-10")).is_empty(), "nothing was counted");
        activity.note(at("2025-11-15T12:00:00Z"), &refused());
        activity.note(at("2026-03-01T12:00:00Z"), &refused());
        activity.note(at("2026-03-10T12:00:00Z"), &refused());
        let shown = activity.months(day("2026-03-10"));
        let said: Vec<_> =
            shown.iter().filter(|one| one.refused > 0).map(|one| (one.year, one.month, one.refused)).collect();
        assert_eq!(said, [(2025, 11, 2), (2026, 3, 4)]);
        assert_eq!((shown.len(), shown[0].year, shown[0].month), (12, 2025, 4));
        assert!(activity.months(day("2028-01-01")).is_empty(), "long ago");
        assert_eq!(months_of(&activity.days), activity.months);
    }
}
