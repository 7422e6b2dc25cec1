//! A supplier that reaches the person at once, by a line that is held for it.

use regie_protocol::person::Input;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{KnownSupplier, Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Lets a supplier reach the person at once, or no longer.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AtOnce {
    /// Which, by name or key.
    pub supplier: String,
    /// False for no longer.
    pub at_once: bool,
}

impl Verb for AtOnce {
    const NAME: &'static str = "at_once";
    type Answer = KnownSupplier;
}

impl OnNode for AtOnce {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<KnownSupplier, Failure> {
        let supplier = node.find_supplier(&self.supplier)?;
        node.give(Input::SetAtOnce(&supplier, self.at_once), turn)?;
        node.tend_links();
        node.known_supplier(&supplier)
    }
}
