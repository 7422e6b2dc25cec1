//! A contract that goes from the list.

use regie_protocol::Nonce;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Takes a contract off the list for good. It ends nothing with the other party.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveContract {
    /// Its id, or the end of it.
    pub id: String,
}

/// It is gone from here.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RemovedContract {
    /// Which.
    pub id: Nonce,
    /// Always true.
    pub removed: bool,
}

impl Verb for RemoveContract {
    const NAME: &'static str = "remove_contract";
    type Answer = RemovedContract;
}

impl OnNode for RemoveContract {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<RemovedContract, Failure> {
        Ok(RemovedContract { id: node.remove_contract(&self.id, turn)?, removed: true })
    }
}
