//! Whether an organisation on the list is a supplier, by the person's word.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownOrganisation};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Says whether an organisation is a supplier. Where it is, its contracts and its history are shown under that.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SameSupplier {
    /// The organisation: its id or the end of it, its name, or its domain.
    pub organisation: String,
    /// The supplier, by name or key.
    pub supplier: String,
    /// Are they one?
    pub same: bool,
}

impl Verb for SameSupplier {
    const NAME: &'static str = "same_supplier";
    type Answer = ShownOrganisation;
}

impl OnNode for SameSupplier {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownOrganisation, Failure> {
        node.same_supplier(&self.organisation, &self.supplier, self.same, turn).map(Into::into)
    }
}
