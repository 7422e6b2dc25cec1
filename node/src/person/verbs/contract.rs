//! One contract.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownContract};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Shows a contract.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Its id, or the end of it.
    pub id: String,
}

impl Verb for Contract {
    const NAME: &'static str = "contract";
    type Answer = ShownContract;
}

impl OnNode for Contract {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<ShownContract, Failure> {
        node.contract(&self.id)
    }
}
