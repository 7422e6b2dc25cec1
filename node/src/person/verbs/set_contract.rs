//! A contract as the person typed it.

use regie_protocol::Nonce;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ContractWords, Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Adds a contract, or changes one that was typed before.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetContract {
    /// Which one is changed, by its id or the end of it; none adds one.
    pub id: Option<String>,
    /// All of it, as it is from now on.
    pub contract: ContractWords,
}

/// It is kept.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct KeptContract {
    /// Its id.
    pub id: Nonce,
}

impl Verb for SetContract {
    const NAME: &'static str = "set_contract";
    type Answer = KeptContract;
}

impl OnNode for SetContract {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<KeptContract, Failure> {
        let id = self.id.map(|id| node.contract(&id)).transpose()?.map(|shown| shown.id);
        let id = node.set_contract(id, self.contract, turn)?;
        Ok(KeptContract { id })
    }
}
