//! Why a file gives nothing. In: what a reader met. Out: a code, and what its sentence needs (`why-find-…` in `locales/`).

use regie_protocol::{Coded, Parameter};

/// Why a file, or a part of it, is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.code())]
#[non_exhaustive]
pub enum FindError {
    /// Larger than the bound of its kind, in MiB.
    TooLarge(u32),
    /// More of something than is read.
    TooMany(usize),
    /// It is no text.
    NotText,
    /// Neither a list of organisations nor one of them.
    NotADirectory,
    /// Of no kind that is known.
    Unknown,
    /// A table of payments, of a bank that is not known.
    UnknownBank,
    /// A workbook or a PDF.
    ForPeople,
    /// Of a known kind, but cut short or not as that kind is.
    Damaged,
    /// Several files in one, or a compressed one.
    Packed,
    /// It becomes larger than any of its kind.
    Bomb,
    /// XML with a document type.
    DocumentType,
    /// XML that is deeper than any statement.
    TooDeep,
    /// It opens with a password.
    NeedsPassword,
    /// With another one, or with a key file.
    WrongPassword,
    /// An export of Bitwarden that only the account opens.
    OfAnAccount,
    /// Opening it would take more memory or time than is given to a file.
    TooMuchWork,
    /// A KeePass file that is too old or too new.
    OtherVersion,
    /// A KeePass file under a cipher that is not read.
    OtherCipher,
}

impl Coded for FindError {
    const CODES: &'static [&'static str] = &[
        "too_large",
        "too_many",
        "not_text",
        "not_a_directory",
        "unknown",
        "unknown_bank",
        "for_people",
        "damaged",
        "packed",
        "bomb",
        "document_type",
        "too_deep",
        "needs_password",
        "wrong_password",
        "of_an_account",
        "too_much_work",
        "other_version",
        "other_cipher",
    ];

    fn kind(&self) -> &'static str {
        "find"
    }

    fn code(&self) -> &'static str {
        match self {
            Self::TooLarge(_) => "too_large",
            Self::TooMany(_) => "too_many",
            Self::NotText => "not_text",
            Self::NotADirectory => "not_a_directory",
            Self::Unknown => "unknown",
            Self::UnknownBank => "unknown_bank",
            Self::ForPeople => "for_people",
            Self::Damaged => "damaged",
            Self::Packed => "packed",
            Self::Bomb => "bomb",
            Self::DocumentType => "document_type",
            Self::TooDeep => "too_deep",
            Self::NeedsPassword => "needs_password",
            Self::WrongPassword => "wrong_password",
            Self::OfAnAccount => "of_an_account",
            Self::TooMuchWork => "too_much_work",
            Self::OtherVersion => "other_version",
            Self::OtherCipher => "other_cipher",
        }
    }

    fn parameters(&self) -> Vec<(&'static str, Parameter)> {
        match self {
            Self::TooLarge(most) => vec![("most", (*most).into())],
            Self::TooMany(most) => vec![("most", (*most).into())],
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{command::Failure, locale::Language};

    #[test]
    fn every_code_has_its_sentence_in_both_languages() {
        for code in FindError::CODES {
            let key = format!("why-find-{}", code.replace('_', "-"));
            for language in [Language::English, Language::Dutch] {
                assert!(language.message(&key, None).is_some(), "{key} {language:?}");
            }
        }
        let failure = Failure::misread(FindError::TooLarge(64));
        assert!(failure.said(Language::Dutch).contains("groter dan 64 MiB"), "{}", failure.said(Language::Dutch));
    }
}
