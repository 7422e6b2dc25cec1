//! Files into contacts. In: a file of contacts as another program wrote it: vCard 2.1 to 4.0, jCard, JSContact or an answer
//! with such cards, Bitwarden's identities, or a table. Out: every card with what it has for each field, and what can't be
//! taken of it.
//!
//! Whoever a file names, only one of them is the person: nobody is taken where there are several. A value is taken whole or
//! not at all, and what is not taken is named, since what this reads goes out to suppliers.

mod bitwarden;
mod card;
mod choice;
mod columns;
mod fault;
mod jcard;
mod json;
mod table;
pub(crate) mod text;
mod vcard;

pub use card::{ALTERNATIVES, Alternative, Alternatives, Card, FileFormat, LEFT_OUT, LeftOutPart, Sphere, WhyLeftOut};
pub use fault::ImportError;

use crate::command::Failure;

impl From<ImportError> for Failure {
    fn from(error: ImportError) -> Self {
        Self::misread(error)
    }
}

/// Largest file, in bytes: a photo of 5 MB takes 7, written as text.
pub const FILE_BYTES: u64 = 16 * 1024 * 1024;
/// Contacts that are read of one file.
pub const CARDS: usize = 10_000;
/// Names that are shown where a file holds several contacts.
const SHOWN: usize = 10;

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// Its contacts that have a field, at least one.
    pub cards: Vec<Card>,
    /// Does it hold more than [`CARDS`]? Those are not looked at.
    pub more: bool,
}

/// Reads every contact of a file of any kind that is known, by what it holds; `name` is its name, as far as it is known.
///
/// # Errors
/// Where it holds none of them, is cut short, or has no contact with a field.
pub fn read(name: &str, bytes: &[u8]) -> Result<Read, ImportError> {
    if bytes.len() as u64 > FILE_BYTES {
        return Err(ImportError::TooLarge(FILE_BYTES / 1024 / 1024));
    }
    let whole = text::decode(bytes);
    let begin = whole.trim_start();
    let mut read = if begin.starts_with('{') || begin.starts_with('[') {
        json::read(begin)?
    } else if begin.get(..11).is_some_and(|begin| begin.eq_ignore_ascii_case("BEGIN:VCARD")) {
        vcard::read(bytes)?
    } else if is_table(name, begin) {
        table::read(begin)?
    } else {
        return Err(ImportError::Unknown);
    };
    read.cards.retain(|card| !card.alternatives.is_empty());
    if read.cards.is_empty() { Err(ImportError::Nothing) } else { Ok(read) }
}

impl Read {
    /// The contact of this number, from 1 on; without a number, the only one.
    ///
    /// # Errors
    /// Where there is none of that number, or several and no number.
    pub fn one(&self, number: Option<usize>) -> Result<&Card, ImportError> {
        let count = self.cards.len();
        match number {
            Some(number) => {
                let index = number.checked_sub(1);
                index.and_then(|index| self.cards.get(index)).ok_or(ImportError::NoSuch { count })
            }
            None if count == 1 => Ok(&self.cards[0]),
            None => {
                let shown =
                    (1..).zip(&self.cards).take(SHOWN).map(|(number, card)| format!("{number} {}", card.name()));
                let shown = shown.collect::<Vec<_>>().join(", ");
                let more = if count > SHOWN { ", …" } else { "" };
                Err(ImportError::Several { count, shown: format!("{shown}{more}") })
            }
        }
    }
}

fn is_table(name: &str, text: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let named = [".csv", ".tsv", ".txt"].iter().any(|end| name.ends_with(end));
    named && !text::first_line(text).is_empty()
}

#[cfg(test)]
mod tests;
