//! Cases go on: what comes next in each is said over the line, or written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LeftOut, Node, OnNode, Pursuit, ShownAct, ShownLetter};
use crate::{
    command::Failure,
    driver::Turn,
    person::{cases::AT_ONCE, pursuit::Pursued},
    verb::Verb,
};

/// Does what comes next in each of these cases. A request goes over the line at once where the organisation has a companion, and is
/// signed for; else, and for a letter of default or a complaint, a letter is written, which the person sends.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PursueCases {
    /// Which: ids or ends of them, 500 at most.
    pub cases: Vec<String>,
    /// What only the person can say.
    pub how: Pursuit,
}

/// What became of it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PursuedCases {
    /// What was said over the line.
    pub said: Vec<ShownAct>,
    /// The letters that were written, and wait to be sent.
    pub letters: Vec<ShownLetter>,
    /// Cases in which nothing was done, and why.
    pub left_out: Vec<LeftOut>,
}

impl Verb for PursueCases {
    const NAME: &'static str = "pursue_cases";
    type Answer = PursuedCases;
}

impl OnNode for PursueCases {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<PursuedCases, Failure> {
        if self.cases.is_empty() || self.cases.len() > AT_ONCE {
            return Err(Failure::usage(format!("name 1 to {AT_ONCE} cases; `regie cases` lists them")));
        }
        node.has_room_for_letters(self.cases.len())?;
        let papers = node.papers()?;
        let mut pursued = PursuedCases { said: Vec::new(), letters: Vec::new(), left_out: Vec::new() };
        let mut first = None;
        for case in self.cases {
            match node.pursue(&case, &self.how, &papers, turn) {
                Ok(Pursued::Said(act)) => pursued.said.push(act),
                Ok(Pursued::Wrote(letter)) => pursued.letters.push(node.shown_letter(&letter)),
                Err(failure) => {
                    let organisation = node.kept_case(&case).map_or(case, |(_, kept)| kept.name);
                    pursued.left_out.push(LeftOut { organisation, why: failure.message.clone() });
                    first.get_or_insert(failure);
                }
            }
        }
        // Of several, those that can go on do; where none can, that is an error.
        match first {
            Some(failure) if pursued.said.is_empty() && pursued.letters.is_empty() => Err(failure),
            _ => Ok(pursued),
        }
    }
}
