//! What a letter is to be about, as the person says it.

use std::collections::BTreeSet;

use regie_protocol::FieldPath;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Node;
use crate::{
    command::Failure,
    letter::{Ground, LetterKind},
};

/// Longest address of a page, in bytes.
const PAGE_BYTES: usize = 300;

/// What a letter is to be about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LetterWords {
    /// What do you have of me? (GDPR, article 15)
    Access,
    /// These fields are wrong with you (16).
    Rectification {
        /// Which; the letter says what they hold.
        fields: BTreeSet<FieldPath>,
    },
    /// Erase what you have of me (17).
    Erasure,
    /// Do nothing with it but keep it (18).
    Restriction {
        /// Why.
        ground: Ground,
    },
    /// Give it to me so that a machine reads it (20).
    Portability,
    /// No more advertising (21).
    Objection,
    /// These details changed.
    Changed {
        /// Which; the letter says what they hold, and held.
        fields: BTreeSet<FieldPath>,
    },
    /// Would you speak regie?
    Invitation {
        /// The page where the companion is documented.
        documentation: String,
    },
}

impl Node {
    /// What the letter says, with the person's fields in it.
    pub(in crate::person) fn kind_of(&self, words: &LetterWords) -> Result<LetterKind, Failure> {
        Ok(match words {
            LetterWords::Access => LetterKind::Access,
            LetterWords::Rectification { fields } => {
                let changes = self.changes_of(some(fields)?)?.into_iter();
                let changes = changes.map(|change| crate::letter::Change { old: None, ..change }).collect();
                LetterKind::Rectification { changes }
            }
            LetterWords::Erasure => LetterKind::Erasure,
            LetterWords::Restriction { ground } => LetterKind::Restriction { ground: *ground },
            LetterWords::Portability => LetterKind::Portability,
            LetterWords::Objection => LetterKind::Objection,
            LetterWords::Changed { fields } => LetterKind::Changed { changes: self.changes_of(some(fields)?)? },
            LetterWords::Invitation { documentation } => LetterKind::Invitation { documentation: page(documentation)? },
        })
    }
}

fn some(fields: &BTreeSet<FieldPath>) -> Result<&BTreeSet<FieldPath>, Failure> {
    if fields.is_empty() {
        return Err(Failure::usage("such a letter tells fields; name them, as address.street"));
    }
    Ok(fields)
}

fn page(text: &str) -> Result<String, Failure> {
    let is_page = |url: url::Url| matches!(url.scheme(), "http" | "https") && url.host().is_some();
    if text.len() <= PAGE_BYTES && url::Url::parse(text).is_ok_and(is_page) {
        return Ok(text.to_owned());
    }
    let next = "give the page where the companion is documented, as https://example.org/supplier.html";
    Err(Failure::usage(next))
}
