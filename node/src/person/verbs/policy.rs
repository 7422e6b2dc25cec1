//! All of the person's defaults.

use regie_protocol::Policy as Defaults;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{
    command::{Change, Failure, Preset},
    driver::Turn,
    verb::Verb,
};

/// Shows the defaults, or begins again from a preset.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The preset; none to see them.
    pub preset: Option<Preset>,
}

impl Verb for Policy {
    const NAME: &'static str = "policy";
    type Answer = Defaults;
}

impl OnNode for Policy {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Defaults, Failure> {
        if let Some(name) = self.preset {
            node.change_rules(Change::Preset { name }, turn)?;
        }
        Ok(node.machine.policy().clone())
    }
}
