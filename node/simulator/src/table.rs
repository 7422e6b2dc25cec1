//! What a run gives: a row a person and month, and the sums over all. In: rows. Out: CSV, Parquet, a summary.

use std::path::Path;

use serde::Serialize;

use crate::writer::{Cell, Kind, TableError, Writer};

macro_rules! months {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// One person's month of 30 days.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
        pub struct Month {
            /// Which person.
            pub person: u32,
            /// Which month, from 0.
            pub month: u64,
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Month {
            /// The names of the columns, person and month first.
            pub const COLUMNS: &'static [&'static str] = &["person", "month", $(stringify!($name),)*];

            fn numbers(&self) -> Vec<i64> {
                let all = [u64::from(self.person), self.month, $(self.$name,)*];
                all.into_iter().map(|number| i64::try_from(number).unwrap_or(i64::MAX)).collect()
            }

            fn add(&mut self, other: &Self) {
                $(self.$name += other.$name;)*
            }
        }
    };
}

months! {
    /// Requests made.
    requests,
    /// Fields that they asked for.
    fields_asked,
    /// Of those, fields that were needed.
    fields_needed,
    /// Requests answered at once by grants or defaults.
    answered,
    /// Requests that made something wait for the person's word.
    asked,
    /// Requests refused outright.
    refused,
    /// Decisions that the person took.
    decisions,
    /// Decisions where those of one kind count once, as the dashboard shows them.
    decisions_grouped,
    /// Values that reached a supplier.
    values,
    /// Values held by suppliers at the end of the month.
    held,
    /// Of those, the ones that are right.
    held_right,
    /// Of those, the ones that were not needed.
    held_needless,
    /// Values that suppliers would hold today.
    copies,
    /// Of those, the ones that are right.
    copies_right,
    /// Moves of house.
    moves,
    /// Grants revoked.
    revocations,
    /// Revocations that reached their supplier.
    revocations_done,
    /// Milliseconds that those took, in all.
    revocation_ms,
    /// Messages sent.
    messages,
    /// Bytes of their frames.
    bytes,
}

impl Month {
    /// The columns, in the order of a row's cells.
    #[must_use]
    pub fn columns() -> Vec<(String, Kind)> {
        Self::COLUMNS.iter().map(|name| ((*name).to_owned(), Kind::Whole)).collect()
    }

    /// A row of the table.
    #[must_use]
    pub fn cells(&self) -> Vec<Cell> {
        self.numbers().into_iter().map(Cell::Whole).collect()
    }
}

/// Writes `months.csv` and `months.parquet`.
///
/// # Errors
/// [`TableError`].
pub fn write(directory: &Path, rows: &[Month]) -> Result<(), TableError> {
    let mut writer = Writer::create(directory, "months", &Month::columns())?;
    rows.iter().try_for_each(|row| writer.push(&row.cells()))?;
    writer.finish()
}

/// The measures over all persons and months.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Persons.
    pub persons: u64,
    /// Months of each.
    pub months: u64,
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
    /// The share of today's copies that would be right.
    pub right_today: f64,
    /// From a revocation to its effect at the supplier, in seconds on average. On the node it holds at once.
    pub revocation_s: f64,
    /// Messages per person and month.
    pub messages_a_month: f64,
    /// Bytes per person and month.
    pub bytes_a_month: f64,
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
            requests_a_month: each(all.requests),
            without_a_word: ratio(all.answered + all.refused, all.answered + all.refused + all.asked),
            decisions_a_month: each(all.decisions),
            decisions_grouped_a_month: each(all.decisions_grouped),
            needed: ratio(all.fields_needed, all.fields_asked),
            needless: ratio(all.held_needless, all.held),
            right: ratio(all.held_right, all.held),
            right_today: ratio(all.copies_right, all.copies),
            revocation_s: ratio(all.revocation_ms, all.revocations_done) / 1_000.0,
            messages_a_month: each(all.messages),
            bytes_a_month: each(all.bytes),
        }
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
