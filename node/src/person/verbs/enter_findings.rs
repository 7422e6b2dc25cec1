//! What was found in files, entered once the person confirmed it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EnteredFindings, Node, OnNode};
use crate::{command::Failure, driver::Turn, find::Finding, verb::Verb};

/// Enters what was found as organisations; of those that are known, what is new.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnterFindings {
    /// What the person confirmed.
    pub findings: Vec<Finding>,
}

impl Verb for EnterFindings {
    const NAME: &'static str = "enter_findings";
    type Answer = EnteredFindings;
}

impl OnNode for EnterFindings {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<EnteredFindings, Failure> {
        node.enter(self.findings, turn)
    }
}
