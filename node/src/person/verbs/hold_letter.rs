//! A letter that is not to be sent after all, or that did not go.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownLetter};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Takes a letter out of the queue; one of which nobody knows whether it went counts as written and not sent.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldLetter {
    /// Its id, or the end of it.
    pub id: String,
}

impl Verb for HoldLetter {
    const NAME: &'static str = "hold_letter";
    type Answer = ShownLetter;
}

impl OnNode for HoldLetter {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownLetter, Failure> {
        let letter = node.find_letter(&self.id)?;
        let held = node.hold_letter(letter, turn)?;
        Ok(node.shown_letter(&held))
    }
}
