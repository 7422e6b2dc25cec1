//! A contact of a file, kept as its preview showed it.

use std::collections::BTreeSet;

use regie_protocol::Selector;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Changed, Node, OnNode, preview_import::language_of};
use crate::{command::Failure, driver::Turn, import::Card, person::importing::Chosen, verb::Verb};

/// Keeps what a preview showed. Refused, where it would do something else by now.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepImport {
    /// The contact of the preview.
    pub card: Card,
    /// The alternatives of the preview.
    #[serde(default)]
    pub chosen: Chosen,
    /// Which of the changes are kept; all, where none is given.
    #[serde(default)]
    pub take: Option<BTreeSet<Selector>>,
    /// Which of the own fields are kept, by their names; all, where none is given.
    #[serde(default)]
    pub take_own: Option<BTreeSet<String>>,
    /// The language of the preview.
    #[serde(default)]
    pub language: Option<String>,
    /// The preview's digest.
    pub preview: String,
}

impl Verb for KeepImport {
    const NAME: &'static str = "keep_import";
    type Answer = Changed;
}

impl OnNode for KeepImport {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Changed, Failure> {
        let take = (self.take.as_ref(), self.take_own.as_ref());
        let language = language_of(self.language.as_deref())?;
        node.keep_import(&self.card, &self.chosen, take, (&self.preview, language), turn)
    }
}
