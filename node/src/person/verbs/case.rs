//! One case, with whom a complaint could go to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownAct, ShownAuthority, ShownCase, ShownLetter};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Shows a case.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its id, or the end of it.
    pub id: String,
}

/// Everything about a case.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CaseDetail {
    /// The case.
    #[serde(flatten)]
    pub case: ShownCase,
    /// The authorities that a complaint can go to, as far as the directory has them: those of the person's country, then
    /// those of the organisation's.
    pub authorities: Vec<ShownAuthority>,
    /// The letters that belong to it, the newest first.
    pub letters: Vec<ShownLetter>,
    /// What was said of it over the line, the newest first.
    pub acts: Vec<ShownAct>,
    /// The organisation's companion, by its name; none where a letter is the way.
    pub line: Option<String>,
}

impl Verb for Case {
    const NAME: &'static str = "case";
    type Answer = CaseDetail;
}

impl OnNode for Case {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<CaseDetail, Failure> {
        let case = node.shown_case(&self.id)?;
        let authorities = node.authorities(&case.organisation)?;
        let (letters, acts) = (node.letters_of_case(&case.id)?, node.acts_of_case(&case.id));
        let line = node.line_to(&case.organisation)?;
        Ok(CaseDetail { case, authorities, letters, acts, line })
    }
}
