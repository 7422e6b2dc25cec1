//! A letter that goes from here. What the log says of it stays.

use regie_protocol::Nonce;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, person::tables, verb::Verb};

/// Removes a letter, and destroys its text.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveLetter {
    /// Its id, or the end of it.
    pub id: String,
}

/// It is gone.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RemovedLetter {
    /// What it was called here.
    pub id: Nonce,
    /// Always true.
    pub removed: bool,
}

impl Verb for RemoveLetter {
    const NAME: &'static str = "remove_letter";
    type Answer = RemovedLetter;
}

impl OnNode for RemoveLetter {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<RemovedLetter, Failure> {
        node.speaks()?;
        let letter = node.find_letter(&self.id)?;
        if letter.sent().is_none() {
            node.hold_letter(letter.clone(), turn)?;
        }
        turn.batch.erase(tables::LETTERS, &letter.id.0);
        Ok(RemovedLetter { id: letter.id, removed: true })
    }
}
