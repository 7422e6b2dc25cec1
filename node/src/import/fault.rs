//! WhyLeftOut a file gives no contact. In: what a reader met. Out: a code, and what its sentence needs (`why-import-…` in `locales/`).

use regie_protocol::{Coded, Parameter};

/// WhyLeftOut a file can't be read, or not without more words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.code())]
#[non_exhaustive]
pub enum ImportError {
    /// It is of no kind that is known.
    Unknown,
    /// It holds no contact with a field of the vocabulary.
    Nothing,
    /// Its last card has no end.
    Torn,
    /// It opens with a password.
    Encrypted,
    /// Larger than a file can be, in MiB.
    TooLarge(u64),
    /// More in it than is read.
    TooMuch,
    /// A row of a table is neither a field and its value nor under columns that are known: which, from 1 on, and how many
    /// cells it has.
    Row(u64, u64),
    /// It holds several contacts.
    Several {
        /// How many.
        count: usize,
        /// The names of the first ten, with their numbers from 1 on.
        shown: String,
    },
    /// It holds none of this number.
    NoSuch {
        /// How many it holds.
        count: usize,
    },
}

impl Coded for ImportError {
    const CODES: &'static [&'static str] =
        &["unknown", "nothing", "torn", "encrypted", "too_large", "too_much", "row", "several", "no_such"];

    fn kind(&self) -> &'static str {
        "import"
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Nothing => "nothing",
            Self::Torn => "torn",
            Self::Encrypted => "encrypted",
            Self::TooLarge(_) => "too_large",
            Self::TooMuch => "too_much",
            Self::Row(..) => "row",
            Self::Several { .. } => "several",
            Self::NoSuch { .. } => "no_such",
        }
    }

    fn parameters(&self) -> Vec<(&'static str, Parameter)> {
        match self {
            Self::TooLarge(most) => vec![("most", Parameter::Number(*most))],
            Self::Row(row, cells) => vec![("row", Parameter::Number(*row)), ("cells", Parameter::Number(*cells))],
            Self::Several { count, shown } => vec![("count", (*count).into()), ("shown", shown.into())],
            Self::NoSuch { count } => vec![("count", (*count).into())],
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::card::WhyLeftOut, *};
    use crate::locale::Language;

    #[test]
    fn every_code_has_its_sentence_in_both_languages() {
        let of = |kind: &str, codes: &[&str]| -> Vec<String> {
            codes.iter().map(|code| format!("why-{kind}-{}", code.replace('_', "-"))).collect()
        };
        for key in [of("import", ImportError::CODES), of("leftout", WhyLeftOut::CODES)].concat() {
            for language in Language::ALL {
                assert!(language.message(&key, None).is_some(), "{key} {language:?}");
            }
        }
    }
}
