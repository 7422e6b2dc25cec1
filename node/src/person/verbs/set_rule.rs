//! A rule that is added, or changed.

use regie_protocol::policy::Rule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, RuleList};
use crate::{
    command::{Change, Failure},
    driver::Turn,
    verb::Verb,
};

/// Adds a rule, or puts it in the place of another.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRule {
    /// The rule.
    pub rule: Rule,
    /// The name of the one that goes.
    pub replaces: Option<String>,
}

impl Verb for SetRule {
    const NAME: &'static str = "set_rule";
    type Answer = RuleList;
}

impl OnNode for SetRule {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<RuleList, Failure> {
        node.change_rules(Change::Set { rule: self.rule, replaces: self.replaces }, turn)?;
        node.rules()
    }
}
