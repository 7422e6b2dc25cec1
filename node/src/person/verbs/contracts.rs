//! All contracts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ContractList, Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Lists contracts: what comes next first, with what they cost together.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contracts {}

impl Verb for Contracts {
    const NAME: &'static str = "contracts";
    type Answer = ContractList;
}

impl OnNode for Contracts {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<ContractList, Failure> {
        node.contracts()
    }
}
