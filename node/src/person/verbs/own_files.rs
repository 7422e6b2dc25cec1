//! Files that are attached to fields and notes of the person's own, a part at a time. Nobody else has them.

use regie_protocol::Nonce;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownFile, ShownPart};
use crate::{command::Failure, driver::Turn, person::files::Coming, verb::Verb};

/// Attaches a part of a file.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attach {
    /// To what: its name, or its id.
    pub to: String,
    /// The file that this goes on with, by its id; none begins one.
    pub file: Option<Nonce>,
    /// The file's name, with the first part.
    pub name: String,
    /// The part, base64; at most 512 KiB.
    pub part: String,
    /// Is it the last one?
    pub last: bool,
}

/// Gives a part of a file.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// To what it is attached: its name, or its id.
    pub to: String,
    /// The file's id, the end of it, or its name.
    pub file: String,
    /// Which part, from 1 on.
    pub part: u64,
}

/// Takes a file off, and destroys what is in it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Detach {
    /// From what: its name, or its id.
    pub from: String,
    /// The file's id, the end of it, or its name.
    pub file: String,
}

impl Verb for Attach {
    const NAME: &'static str = "attach";
    type Answer = ShownFile;
}

impl Verb for Attachment {
    const NAME: &'static str = "attachment";
    type Answer = ShownPart;
}

impl Verb for Detach {
    const NAME: &'static str = "detach";
    type Answer = ShownFile;
}

impl OnNode for Attach {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownFile, Failure> {
        let Self { to, file, name, part, last } = self;
        node.attach(&to, Coming::read(file, name, &part, last)?, turn)
    }
}

impl OnNode for Attachment {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<ShownPart, Failure> {
        node.attachment(&self.to, &self.file, self.part)
    }
}

impl OnNode for Detach {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownFile, Failure> {
        node.detach(&self.from, &self.file, turn)
    }
}
