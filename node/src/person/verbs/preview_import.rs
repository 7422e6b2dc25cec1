//! What keeping a contact of a file would do. Nothing is changed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{
    command::Failure,
    driver::Turn,
    import::Card,
    locale::Language,
    person::{
        importing::{Chosen, ImportPreview},
        letters::letter_language,
    },
    verb::Verb,
};

/// Asks what would change, what is left out, and who would be told.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewImport {
    /// The contact, as it was read from a file.
    pub card: Card,
    /// Which of its alternatives count, by their numbers from 1 on; the first where none is given.
    #[serde(default)]
    pub chosen: Chosen,
    /// The language of the names of own fields, `en` or `nl`; English, where none is given.
    #[serde(default)]
    pub language: Option<String>,
}

/// The language that own fields are named in.
pub(super) fn language_of(text: Option<&str>) -> Result<Language, Failure> {
    Ok(letter_language(text)?.unwrap_or(Language::English))
}

impl Verb for PreviewImport {
    const NAME: &'static str = "preview_import";
    type Answer = ImportPreview;
}

impl OnNode for PreviewImport {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<ImportPreview, Failure> {
        node.preview_import(&self.card, &self.chosen, language_of(self.language.as_deref())?)
    }
}
