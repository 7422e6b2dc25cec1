//! The letter that ends a contract, written and kept.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LetterWay, Node, OnNode, ShownLetter};
use crate::{command::Failure, driver::Turn, person::letters::letter_language, verb::Verb};

/// Writes the letter that ends a contract, and keeps it among the letters; it is sent as any other. Once it went, the contract
/// says so.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteEnding {
    /// The contract's id, or the end of it.
    pub id: String,
    /// Withdraw within cooling-off, instead of giving notice.
    pub withdraw: bool,
    /// How it is to go; by e-mail where the other party takes any, if this is left out.
    pub way: Option<LetterWay>,
    /// In which language, `en` or `nl`; that of the other party, if this is left out.
    pub language: Option<String>,
}

impl Verb for WriteEnding {
    const NAME: &'static str = "write_ending";
    type Answer = ShownLetter;
}

impl OnNode for WriteEnding {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownLetter, Failure> {
        let language = letter_language(self.language.as_deref())?;
        let letter = node.write_ending(&self.id, self.withdraw, self.way, language, turn)?;
        Ok(node.shown_letter(&letter))
    }
}
