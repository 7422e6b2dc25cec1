//! A supplier that the person has no more.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, person::removal::Removal, verb::Verb};

/// Removes a supplier: every grant ends, what it asks is declined, nothing is taken from it any more. Its log stays.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveSupplier {
    /// Which, by name or key.
    pub supplier: String,
    /// Is it to erase what it has?
    pub erase: bool,
}

/// Asks what removing a supplier would end, and what would stay.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WouldRemove {
    /// Which, by name or key.
    pub supplier: String,
}

impl Verb for RemoveSupplier {
    const NAME: &'static str = "remove_supplier";
    type Answer = Removal;
}

impl OnNode for RemoveSupplier {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Removal, Failure> {
        let supplier = node.find_supplier(&self.supplier)?;
        node.remove(&supplier, self.erase, turn)
    }
}

impl Verb for WouldRemove {
    const NAME: &'static str = "would_remove";
    type Answer = Removal;
}

impl OnNode for WouldRemove {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<Removal, Failure> {
        node.removal(&node.find_supplier(&self.supplier)?)
    }
}
