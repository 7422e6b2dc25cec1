//! A file of a case, a part at a time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownFile};
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

/// A part of a file.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownPart {
    /// The file.
    pub file: ShownFile,
    /// Which part this is, from 1 on.
    pub part: u64,
    /// How many it has.
    pub parts: u64,
    /// The part, base64.
    pub bytes: String,
}

impl Verb for CaseFile {
    const NAME: &'static str = "case_file";
    type Answer = ShownPart;
}

impl OnNode for CaseFile {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<ShownPart, Failure> {
        let (file, parts, bytes) = node.part_of_file(&self.id, &self.file, self.part)?;
        let bytes = data_encoding::BASE64.encode(&bytes);
        Ok(ShownPart { file, part: self.part, parts, bytes })
    }
}
