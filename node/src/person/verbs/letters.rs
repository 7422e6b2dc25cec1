//! Letters, found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownLetter};
use crate::{command::Failure, driver::Turn, person::Addressee, verb::Verb};

/// Letters in one answer, at most.
const PAGE: usize = 500;

/// Finds letters.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Letters {
    /// Only those to this organisation: its id or the end of it, its name, or its domain.
    pub to: Option<String>,
    /// Only those that have not gone.
    pub open: bool,
    /// How many are passed over.
    pub offset: usize,
    /// How many are shown, 500 at most.
    pub limit: usize,
}

/// Some of the letters.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LetterList {
    /// How many there are that are looked for.
    pub total: usize,
    /// How many of these have not gone.
    pub open: usize,
    /// They, the newest first.
    pub letters: Vec<ShownLetter>,
    /// Is there a mail account that can send them?
    pub account: bool,
}

impl Verb for Letters {
    const NAME: &'static str = "letters";
    type Answer = LetterList;
}

impl OnNode for Letters {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<LetterList, Failure> {
        let to = self.to.as_deref().map(|words| node.find_organisation(words)).transpose()?;
        let to = to.map(|one| Addressee::Organisation(one.id));
        let mut all = node.letters()?;
        all.retain(|letter| to.as_ref().is_none_or(|to| letter.to == *to) && (!self.open || letter.sent().is_none()));
        Ok(LetterList {
            total: all.len(),
            open: all.iter().filter(|letter| letter.sent().is_none()).count(),
            letters: all
                .iter()
                .skip(self.offset)
                .take(self.limit.min(PAGE))
                .map(|one| node.shown_letter(one))
                .collect(),
            account: node.mail_account()?.is_some(),
        })
    }
}
