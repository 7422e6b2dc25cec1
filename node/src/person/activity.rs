//! Counts of what happened, by day, for the last weeks. In: what happens with suppliers, as it is logged. Out: the
//! counts of the last 30 days, and one stored row, so that no page reads the log to count.

use std::collections::BTreeMap;

use regie_protocol::{Days, Timestamp, audit::Event};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::records;
use crate::{clock::text, command::Failure, driver::Turn, store::Store};

const DAY_MS: u64 = 86_400_000;
/// How many days are counted.
const DAYS: u32 = 30;

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

/// The counts, and whether they have changed since they were stored.
#[derive(Default)]
pub(super) struct Activity {
    days: BTreeMap<u64, Counts>,
    changed: bool,
}

impl Activity {
    pub(super) fn load(store: &Store) -> Result<Self, Failure> {
        let days = records::activity(store)?.unwrap_or_default();
        Ok(Self { days, changed: false })
    }

    /// Counts what happened with a supplier.
    pub(super) fn note(&mut self, at: Timestamp, event: &Event) {
        self.changed = true;
        let counts = self.days.entry(at.0 / DAY_MS).or_default();
        match event {
            Event::Answered { request, released, asked, refused, .. } => {
                counts.answered += u64::from(request.is_some());
                counts.told += u64::from(request.is_none());
                counts.released_fields += released.len() as u64;
                counts.asked += u64::from(!asked.is_empty());
                counts.refused += u64::from(!refused.is_empty());
            }
            Event::Granted { .. } => counts.granted += 1,
            Event::Revoked { .. } => counts.revoked += 1,
            Event::Erased { .. } => counts.erased += 1,
            Event::Rejected { .. } => counts.refused += 1,
            Event::RejectedMore { count } => counts.refused += u64::from(*count),
            _ => {}
        }
    }

    /// Stores the counts where they have changed; days that are past counting go.
    pub(super) fn put(&mut self, turn: &mut Turn) {
        if !std::mem::take(&mut self.changed) {
            return;
        }
        while self.days.len() > DAYS as usize + 1 {
            self.days.pop_first();
        }
        records::put_activity(turn, &self.days);
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

/// How the counts are stored: by days since 1970.
pub(super) type Stored = BTreeMap<u64, Counts>;
