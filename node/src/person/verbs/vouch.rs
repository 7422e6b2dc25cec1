//! The person's word that a supplier is who it seems to be.

use regie_protocol::person::Input;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{KnownSupplier, Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Vouches for a supplier, or takes that back.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vouch {
    /// Which, by name or key.
    pub supplier: String,
    /// False to take it back.
    pub vouched: bool,
}

impl Verb for Vouch {
    const NAME: &'static str = "vouch";
    type Answer = KnownSupplier;
}

impl OnNode for Vouch {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<KnownSupplier, Failure> {
        let supplier = node.find_supplier(&self.supplier)?;
        node.give(Input::Vouch(&supplier, self.vouched), turn)?;
        node.known_supplier(&supplier)
    }
}
