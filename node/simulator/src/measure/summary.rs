//! The measures over all persons and months. In: rows, one by one. Out: shares and averages.

use serde::Serialize;

use crate::{io::frame::ratio, measure::month::Month};

/// The measures over all persons and months.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Persons.
    pub persons: u64,
    /// Months of each.
    pub months: u64,
    /// Events that the simulator let happen, in all.
    pub events: u64,
    /// Requests per person and month.
    pub requests_a_month: f64,
    /// The share that needed no word of the person's.
    pub without_a_word: f64,
    /// Decisions per person and month: fatigue.
    pub decisions_a_month: f64,
    /// The same, those of one kind counted once.
    pub decisions_grouped_a_month: f64,
    /// The share of asked fields that were needed.
    pub needed: f64,
    /// The share of held values that were not needed: over-disclosure.
    pub needless: f64,
    /// The share of held values that are right, at the ends of months.
    pub right: f64,
    /// The same values as copies that are told by hand, as today: the share that would be right.
    pub right_today: f64,
    /// The share that is right of all copies that there would be today, which nothing ends.
    pub right_of_all_copies: f64,
    /// From a revocation to its effect at the supplier, in seconds on average. On the node it holds at once.
    pub revocation_s: f64,
    /// Messages per person and month.
    pub messages_a_month: f64,
    /// Bytes per person and month.
    pub bytes_a_month: f64,
    /// Messages that the person's node sends a month; the others are the suppliers'.
    pub person_messages_a_month: f64,
    /// Bytes that the person's node sends a month.
    pub person_bytes_a_month: f64,
    /// Milliseconds of a processor that the person's node takes a month for keys, signatures and seals.
    pub person_cpu_ms_a_month: f64,
    /// The same of all of a person's suppliers together, for this person.
    pub supplier_cpu_ms_a_month: f64,
}

/// The rows so far, added up: what a summary is made of where the rows themselves are not kept.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    all: Month,
    rows: u64,
    months: u64,
}

impl Sums {
    /// One more row.
    pub fn add(&mut self, row: &Month) {
        self.all.add(row);
        self.rows += 1;
        self.months = self.months.max(row.month + 1);
    }

    /// One more row, of so many persons together.
    pub fn add_together(&mut self, row: &Month, persons: u64) {
        self.all.add(row);
        self.rows += persons;
        self.months = self.months.max(row.month + 1);
    }
}

impl Summary {
    /// Over these rows.
    #[must_use]
    pub fn of(rows: &[Month]) -> Self {
        let mut sums = Sums::default();
        rows.iter().for_each(|row| sums.add(row));
        Self::over(&sums)
    }

    /// From sums that were taken while the rows came.
    #[must_use]
    pub fn over(sums: &Sums) -> Self {
        let Sums { all, rows, months } = sums;
        let (rows, months) = (*rows, *months);
        let each = |number: u64| ratio(number, rows);
        Self {
            persons: rows.checked_div(months).unwrap_or(0),
            months,
            events: all.events,
            requests_a_month: each(all.requests),
            without_a_word: ratio(all.answered + all.refused, all.answered + all.refused + all.asked),
            decisions_a_month: each(all.decisions),
            decisions_grouped_a_month: each(all.decisions_grouped),
            needed: ratio(all.fields_needed, all.fields_asked),
            needless: ratio(all.held_needless, all.held),
            right: ratio(all.held_right, all.held),
            right_today: ratio(all.held_right_by_hand, all.held),
            right_of_all_copies: ratio(all.copies_right, all.copies),
            revocation_s: ratio(all.revocation_ms, all.revocations_done) / 1_000.0,
            messages_a_month: each(all.messages),
            bytes_a_month: each(all.bytes),
            person_messages_a_month: each(all.person_messages),
            person_bytes_a_month: each(all.person_bytes),
            person_cpu_ms_a_month: each(all.person_cpu_us) / 1_000.0,
            supplier_cpu_ms_a_month: each(all.supplier_cpu_us) / 1_000.0,
        }
    }
}
