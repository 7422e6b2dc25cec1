//! What is measured of a person in a month of 30 days. In: what happens. Out: a row of CSV and Parquet.

use std::{collections::BTreeSet, path::Path};

use regie_protocol::scheme::Tally;
use serde::Serialize;

use crate::{
    io::writer::{Cell, Kind, TableError, Writer},
    measure::{meter::Spent, outcome::Outcome},
    scenario::costs::Costs,
};

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

            /// The figure of this column; none where there is no such column.
            #[must_use]
            pub fn get(&self, column: &str) -> Option<u64> {
                match column {
                    $(stringify!($name) => Some(self.$name),)*
                    _ => None,
                }
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
    /// Of the messages, those that the person's node sent.
    person_messages,
    /// Of the bytes, those of the person's node.
    person_bytes,
    /// Events that the simulator let happen: its own work, not a node's.
    events,
    /// Public keys that the person's node made.
    person_keys,
    /// Public keys that it read.
    person_read,
    /// Signatures that it made.
    person_signed,
    /// Signatures that it checked.
    person_verified,
    /// Disclosures that it sealed.
    person_sealed,
    /// Microseconds that those took it, by the costs of the scenario.
    person_cpu_us,
    /// Public keys that the suppliers of this person made, for this person; as all that follow.
    supplier_keys,
    /// Public keys that they read.
    supplier_read,
    /// Signatures that they made.
    supplier_signed,
    /// Signatures that they checked.
    supplier_verified,
    /// Microseconds that those took them together, by the costs of the scenario.
    supplier_cpu_us,
}

impl Month {
    /// The person looks at requests that wait, each with its kind, and decides; the dashboard shows those of one kind as
    /// one decision.
    pub fn decided<K: Ord, I>(&mut self, waiting: &[(I, K)]) {
        self.decisions += waiting.len() as u64;
        self.decisions_grouped += waiting.iter().map(|(_, kind)| kind).collect::<BTreeSet<_>>().len() as u64;
    }

    /// A message went out, of so many bytes.
    pub fn sent(&mut self, bytes: u64, by_person: bool) {
        self.messages += 1;
        self.bytes += bytes;
        if by_person {
            self.person_messages += 1;
            self.person_bytes += bytes;
        }
    }

    /// What came of a request.
    pub fn came_of(&mut self, outcome: Option<Outcome>) {
        match outcome {
            Some(Outcome::Answered) => self.answered += 1,
            Some(Outcome::Asked) => self.asked += 1,
            Some(Outcome::Refused) => self.refused += 1,
            Some(Outcome::Passing) | None => {}
        }
    }

    /// Adds what was spent, without its time.
    pub fn spend(&mut self, spent: &Spent) {
        let Spent { person, supplier, board: _, onlooker: _ } = spent;
        self.person_keys += person.keys;
        self.person_read += person.read;
        self.person_signed += person.signed;
        self.person_verified += person.verified;
        self.person_sealed += person.sealed;
        self.supplier_keys += supplier.keys;
        self.supplier_read += supplier.read;
        self.supplier_signed += supplier.signed;
        self.supplier_verified += supplier.verified;
    }

    /// Says how long that took.
    pub fn cost(&mut self, costs: &Costs) {
        let (read, signed, verified) = (self.person_read, self.person_signed, self.person_verified);
        self.person_cpu_us =
            costs.micros(&Tally { keys: self.person_keys, read, signed, verified, sealed: self.person_sealed });
        let (read, signed, verified) = (self.supplier_read, self.supplier_signed, self.supplier_verified);
        self.supplier_cpu_us = costs.micros(&Tally { keys: self.supplier_keys, read, signed, verified, sealed: 0 });
    }
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
