//! A file that is filed with a case, a part at a time.

use regie_protocol::Nonce;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownFile};
use crate::{command::Failure, driver::Turn, person::files::Coming, verb::Verb};

/// Files a part of a file with a case.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileCase {
    /// The case's id, or the end of it.
    pub id: String,
    /// The file that this goes on with, by its id; none begins one.
    pub file: Option<Nonce>,
    /// Its name, with the first part.
    pub name: String,
    /// The part, base64; at most 512 KiB.
    pub part: String,
    /// Is it the last one?
    pub last: bool,
}

impl Verb for FileCase {
    const NAME: &'static str = "file_case";
    type Answer = ShownFile;
}

impl OnNode for FileCase {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownFile, Failure> {
        let Self { id, file, name, part, last } = self;
        node.file_case(&id, Coming::read(file, name, &part, last)?, turn)
    }
}
