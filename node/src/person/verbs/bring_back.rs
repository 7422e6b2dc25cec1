//! A supplier that was removed, taken back.

use regie_protocol::person::Input;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{KnownSupplier, Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Takes a supplier back that was removed. What had ended stays so: it has to ask anew.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BringBack {
    /// Which, by name or key.
    pub supplier: String,
}

impl Verb for BringBack {
    const NAME: &'static str = "bring_back";
    type Answer = KnownSupplier;
}

impl OnNode for BringBack {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<KnownSupplier, Failure> {
        let supplier = node.find_supplier(&self.supplier)?;
        node.give(Input::BringBack(&supplier), turn)?;
        node.tend_links();
        node.known_supplier(&supplier)
    }
}
