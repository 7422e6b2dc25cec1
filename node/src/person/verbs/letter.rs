//! One letter, with its text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, WholeLetter};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Shows a letter.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Letter {
    /// Its id, or the end of it.
    pub id: String,
}

impl Verb for Letter {
    const NAME: &'static str = "letter";
    type Answer = WholeLetter;
}

impl OnNode for Letter {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<WholeLetter, Failure> {
        Ok(node.whole_letter(&node.find_letter(&self.id)?))
    }
}
