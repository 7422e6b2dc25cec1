//! A rule that goes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, RuleList};
use crate::{
    command::{Change, Failure},
    driver::Turn,
    verb::Verb,
};

/// Takes a rule away.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveRule {
    /// Its name.
    pub name: String,
}

impl Verb for RemoveRule {
    const NAME: &'static str = "remove_rule";
    type Answer = RuleList;
}

impl OnNode for RemoveRule {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<RuleList, Failure> {
        node.change_rules(Change::Remove { name: self.name }, turn)?;
        node.rules()
    }
}
