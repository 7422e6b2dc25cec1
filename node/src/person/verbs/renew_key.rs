//! Another key of the person for a supplier.

use regie_protocol::person::Input;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{KnownSupplier, Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Takes another key for a supplier, once it has signed for knowing it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewKey {
    /// Which, by name or key.
    pub supplier: String,
}

/// The supplier as it stands, and what comes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct KeyRenewal {
    /// The supplier.
    #[serde(flatten)]
    pub supplier: KnownSupplier,
    /// When the other key holds, in English.
    pub next: String,
}

impl Verb for RenewKey {
    const NAME: &'static str = "renew_key";
    type Answer = KeyRenewal;
}

impl OnNode for RenewKey {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<KeyRenewal, Failure> {
        let supplier = node.find_supplier(&self.supplier)?;
        node.give(Input::RenewKey(&supplier), turn)?;
        let next = "the other key holds as soon as the supplier knows it: see `regie status`".to_owned();
        Ok(KeyRenewal { supplier: node.known_supplier(&supplier)?, next })
    }
}
