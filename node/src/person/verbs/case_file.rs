//! A file of a case, a part at a time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownPart};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Gives a part of a file.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// The case's id, or the end of it.
    pub id: String,
    /// The file's id, the end of it, or its name.
    pub file: String,
    /// Which part, from 1 on.
    pub part: u64,
}

impl Verb for CaseFile {
    const NAME: &'static str = "case_file";
    type Answer = ShownPart;
}

impl OnNode for CaseFile {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<ShownPart, Failure> {
        node.case_file(&self.id, &self.file, self.part)
    }
}
