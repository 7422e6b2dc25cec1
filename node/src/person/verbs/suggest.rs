//! Defaults that the person's own answers suggest: listed, taken, hidden.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownSuggestion};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Lists what own answers suggest, the surest first; what is hidden too.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suggestions {}

/// Makes a suggestion one of the defaults.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeSuggestion {
    /// Its id.
    pub suggestion: String,
}

/// Hides a suggestion, or shows it again.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HideSuggestion {
    /// Its id.
    pub suggestion: String,
    /// Hide it?
    pub hide: bool,
}

impl Verb for Suggestions {
    const NAME: &'static str = "suggestions";
    type Answer = Vec<ShownSuggestion>;
}

impl Verb for TakeSuggestion {
    const NAME: &'static str = "take_suggestion";
    type Answer = ShownSuggestion;
}

impl Verb for HideSuggestion {
    const NAME: &'static str = "hide_suggestion";
    type Answer = ShownSuggestion;
}

impl OnNode for Suggestions {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<Vec<ShownSuggestion>, Failure> {
        node.suggestions()
    }
}

impl OnNode for TakeSuggestion {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownSuggestion, Failure> {
        node.take_suggestion(&self.suggestion, turn)
    }
}

impl OnNode for HideSuggestion {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownSuggestion, Failure> {
        node.hide_suggestion(&self.suggestion, self.hide, turn)
    }
}
