//! What a run gives: a row a person and month, and the sums over all. In: rows. Out: CSV, Parquet, a summary.

use std::{fs::File, path::Path, sync::Arc};

use parquet::{
    basic::Compression,
    data_type::Int64Type,
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::parser::parse_message_type,
};
use serde::Serialize;

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

            /// Adds the figures of another row.
            pub fn add(&mut self, other: &Self) {
                $(self.$name += other.$name;)*
            }
        }
    };
}

months! {
    /// Requests made.
    requests,
    /// Of those, the ones that their supplier had made before.
    repeats,
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
    /// Of those, the ones that a copy told by hand would have right: the same values, as today.
    held_right_by_hand,
    /// Milliseconds since the wrong ones ceased to be true, in all.
    held_wrong_ms,
    /// The same of copies told by hand.
    held_wrong_ms_by_hand,
    /// Of those, the ones that were not needed.
    held_needless,
    /// Values that suppliers would hold today: all that they were ever given, without an end.
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

/// Why a table was not written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file.
    #[error("can't write the table: {0}; give another directory with --out")]
    File(#[from] std::io::Error),
    /// CSV.
    #[error("can't write the table: {0}; give another directory with --out")]
    Csv(#[from] csv::Error),
    /// Parquet.
    #[error("can't write the table: {0}; give another directory with --out")]
    Parquet(#[from] parquet::errors::ParquetError),
}

/// Writes `months.csv` and `months.parquet`.
///
/// # Errors
/// [`TableError`].
pub fn write(directory: &Path, rows: &[Month]) -> Result<(), TableError> {
    let mut csv = csv::Writer::from_path(directory.join("months.csv"))?;
    rows.iter().try_for_each(|row| csv.serialize(row))?;
    csv.flush()?;
    let columns: Vec<String> = Month::COLUMNS.iter().map(|name| format!("required int64 {name};")).collect();
    let schema = Arc::new(parse_message_type(&format!("message months {{ {} }}", columns.join(" ")))?);
    let properties = Arc::new(WriterProperties::builder().set_compression(Compression::SNAPPY).build());
    let mut parquet = SerializedFileWriter::new(File::create(directory.join("months.parquet"))?, schema, properties)?;
    let numbers: Vec<Vec<i64>> = rows.iter().map(Month::numbers).collect();
    let mut group = parquet.next_row_group()?;
    let mut at = 0;
    while let Some(mut column) = group.next_column()? {
        let values: Vec<i64> = numbers.iter().map(|row| row[at]).collect();
        column.typed::<Int64Type>().write_batch(&values, None, None)?;
        column.close()?;
        at += 1;
    }
    group.close()?;
    parquet.close()?;
    Ok(())
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
}

impl Summary {
    /// Over these rows.
    #[must_use]
    pub fn of(rows: &[Month]) -> Self {
        let mut all = Month::default();
        rows.iter().for_each(|row| all.add(row));
        let months = rows.iter().map(|row| row.month + 1).max().unwrap_or(0);
        let each = |number: u64| ratio(number, rows.len() as u64);
        Self {
            persons: (rows.len() as u64).checked_div(months).unwrap_or(0),
            months,
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
        }
    }
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
