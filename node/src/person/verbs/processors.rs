//! Processors that wait for the person's word, and the person's defaults about them.

use regie_protocol::{person::Input, policy::ProcessorRule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, WaitingProcessor};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Shows which processors wait and what the defaults say of others, after taking a default away.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Processors {
    /// The default that goes, by its name; none to see them.
    pub forget: Option<String>,
}

/// Which there are.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ProcessorList {
    /// Those that wait; the first 256 delegations.
    pub waiting: Vec<WaitingProcessor>,
    /// What was said of processors for good.
    pub rules: Vec<ProcessorRule>,
}

impl Verb for Processors {
    const NAME: &'static str = "processors";
    type Answer = ProcessorList;
}

impl OnNode for Processors {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ProcessorList, Failure> {
        if let Some(name) = self.forget {
            let mut policy = node.machine.policy().clone();
            let before = policy.processors.len();
            policy.processors.retain(|rule| rule.name != name);
            if policy.processors.len() == before {
                return Err(Failure::usage("there is no such default; `regie processors` lists them"));
            }
            node.give(Input::SetPolicy(policy), turn)?;
        }
        Ok(ProcessorList { waiting: node.waiting_processors(), rules: node.machine.policy().processors.clone() })
    }
}
