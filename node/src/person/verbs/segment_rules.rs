//! The person's defaults about segments.

use regie_protocol::{person::Input, policy::SegmentRule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Shows the defaults about segments, or sets one.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentRules {
    /// The rule, in the place of its namesake; none to see them.
    pub rule: Option<SegmentRule>,
}

impl Verb for SegmentRules {
    const NAME: &'static str = "segment_rules";
    type Answer = Vec<SegmentRule>;
}

impl OnNode for SegmentRules {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Vec<SegmentRule>, Failure> {
        if let Some(rule) = self.rule {
            let mut policy = node.machine.policy().clone();
            policy.segments.retain(|old| old.name != rule.name);
            policy.segments.push(rule);
            node.give(Input::SetPolicy(policy), turn)?;
        }
        Ok(node.machine.policy().segments.clone())
    }
}
