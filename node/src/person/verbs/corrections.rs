//! The person's defaults about corrections.

use regie_protocol::{person::Input, policy::CorrectionRule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Shows the defaults about corrections, or sets one.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Corrections {
    /// The rule, in the place of its namesake; none to see them.
    pub rule: Option<CorrectionRule>,
}

impl Verb for Corrections {
    const NAME: &'static str = "corrections";
    type Answer = Vec<CorrectionRule>;
}

impl OnNode for Corrections {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Vec<CorrectionRule>, Failure> {
        if let Some(rule) = self.rule {
            let mut policy = node.machine.policy().clone();
            policy.corrections.retain(|old| old.name != rule.name);
            policy.corrections.push(rule);
            node.give(Input::SetPolicy(policy), turn)?;
        }
        Ok(node.machine.policy().corrections.clone())
    }
}
