//! The rules about requests, and how often each decides.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, RuleList};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Lists the rules.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rules {}

impl Verb for Rules {
    const NAME: &'static str = "rules";
    type Answer = RuleList;
}

impl OnNode for Rules {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<RuleList, Failure> {
        node.rules()
    }
}
