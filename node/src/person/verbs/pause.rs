//! A supplier from which the person wants to hear nothing for now.

use regie_protocol::{PublicKey, person::Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Refuses everything that a supplier asks, or takes the relationship up again.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// Which, by name or key.
    pub supplier: String,
    /// False to take it up again.
    pub paused: bool,
}

/// How it stands now.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Paused {
    /// Which supplier.
    pub supplier: PublicKey,
    /// Is it paused?
    pub paused: bool,
}

impl Verb for Pause {
    const NAME: &'static str = "pause";
    type Answer = Paused;
}

impl OnNode for Pause {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Paused, Failure> {
        let supplier = node.find_supplier(&self.supplier)?;
        node.give(Input::Pause(&supplier, self.paused), turn)?;
        Ok(Paused { supplier, paused: self.paused })
    }
}
