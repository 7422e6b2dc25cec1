//! A letter that the person sent by hand.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, SentBy, ShownLetter};
use crate::{
    command::{Failure, exit},
    driver::Turn,
    verb::Verb,
};

/// Says that a letter went: by post, from the person's mail program, or on a page of the organisation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterSent {
    /// Its id, or the end of it.
    pub id: String,
    /// How it went.
    pub by: SentBy,
}

impl Verb for LetterSent {
    const NAME: &'static str = "letter_sent";
    type Answer = ShownLetter;
}

impl OnNode for LetterSent {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownLetter, Failure> {
        node.speaks()?;
        let letter = node.find_letter(&self.id)?;
        if letter.sent().is_some() || node.is_leaving(&letter) {
            return Err(Failure::new("already_done", exit::ERROR, "that letter has gone, or is just leaving"));
        }
        let letter = node.letter_went(letter, self.by, None, turn)?;
        Ok(node.shown_letter(&letter))
    }
}
