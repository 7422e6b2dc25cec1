//! What was found in files, entered once the person confirmed it.

use std::collections::BTreeSet;

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
    /// Of which of them what is paid in a rhythm becomes a contract, by their places in that list, from 0 on.
    #[serde(default)]
    pub contracts: BTreeSet<usize>,
}

impl Verb for EnterFindings {
    const NAME: &'static str = "enter_findings";
    type Answer = EnteredFindings;
}

impl OnNode for EnterFindings {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<EnteredFindings, Failure> {
        node.enter(self.findings, &self.contracts, turn)
    }
}
