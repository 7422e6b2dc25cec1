//! A contact of a file, kept as its preview showed it.

use std::collections::BTreeSet;

use regie_protocol::Selector;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Changed, Node, OnNode};
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
    /// The preview's digest.
    pub preview: String,
}

impl Verb for KeepImport {
    const NAME: &'static str = "keep_import";
    type Answer = Changed;
}

impl OnNode for KeepImport {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Changed, Failure> {
        node.keep_import(&self.card, &self.chosen, self.take.as_ref(), &self.preview, turn)
    }
}
