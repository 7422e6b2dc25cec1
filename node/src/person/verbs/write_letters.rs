//! Letters to organisations without a companion, written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LetterWay, LetterWords, Node, OnNode, ShownLetter};
use crate::{command::Failure, driver::Turn, person::letters::letter_language, verb::Verb};

/// Letters that one word writes, at most.
const AT_ONCE: usize = 500;

/// Writes a letter to each of these organisations, and sends none.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteLetters {
    /// To whom: ids or ends of them, names, or domains.
    pub to: Vec<String>,
    /// What about.
    pub about: LetterWords,
    /// How they are to go; by e-mail where the organisation takes any, if this is left out.
    pub way: Option<LetterWay>,
    /// In which language, `en` or `nl`; that of each organisation, if this is left out.
    pub language: Option<String>,
}

/// The letters.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WrittenLetters {
    /// Those that are written.
    pub letters: Vec<ShownLetter>,
    /// Organisations that got none.
    pub left_out: Vec<LeftOut>,
}

/// An organisation that got no letter.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// As it was named.
    pub organisation: String,
    /// Why not, in English.
    pub why: String,
}

impl Verb for WriteLetters {
    const NAME: &'static str = "write_letters";
    type Answer = WrittenLetters;
}

impl OnNode for WriteLetters {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<WrittenLetters, Failure> {
        if self.to.is_empty() || self.to.len() > AT_ONCE {
            return Err(Failure::usage(format!("name 1 to {AT_ONCE} organisations; `regie organisations` lists them")));
        }
        node.has_room_for_letters(self.to.len())?;
        let kind = node.kind_of(&self.about)?;
        let language = letter_language(self.language.as_deref())?;
        let mut written = WrittenLetters { letters: Vec::new(), left_out: Vec::new() };
        let mut first = None;
        let numbers = node.customer_numbers()?;
        for organisation in self.to {
            let draft =
                node.find_organisation(&organisation).and_then(|one| node.draft_to(&one, self.way, language, &numbers));
            match draft.and_then(|draft| node.write(draft, kind.clone(), turn)) {
                Ok(letter) => written.letters.push(node.shown_letter(&letter)),
                Err(failure) => {
                    written.left_out.push(LeftOut { organisation, why: failure.message.clone() });
                    first.get_or_insert(failure);
                }
            }
        }
        // Of several, those that can be are written; where none can, that is an error.
        match first {
            Some(failure) if written.letters.is_empty() => Err(failure),
            _ => Ok(written),
        }
    }
}
