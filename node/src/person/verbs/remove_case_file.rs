//! A file that goes off its case.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownFile};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Removes a file from a case, and destroys what is in it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveCaseFile {
    /// The case's id, or the end of it.
    pub id: String,
    /// The file's id, the end of it, or its name.
    pub file: String,
}

impl Verb for RemoveCaseFile {
    const NAME: &'static str = "remove_case_file";
    type Answer = ShownFile;
}

impl OnNode for RemoveCaseFile {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownFile, Failure> {
        node.remove_case_file(&self.id, &self.file, turn)
    }
}
