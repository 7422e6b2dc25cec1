//! What suppliers were had to do over the line, and how far each of it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownAct};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Lists what suppliers were had to do, the newest first.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Acts {
    /// Of this supplier only, by name or key.
    pub supplier: Option<String>,
}

impl Verb for Acts {
    const NAME: &'static str = "acts";
    type Answer = Vec<ShownAct>;
}

impl OnNode for Acts {
    const READS_STORE: bool = false;

    fn run(self, node: &mut Node, _: &mut Turn) -> Result<Vec<ShownAct>, Failure> {
        let supplier = self.supplier.map(|text| node.find_supplier(&text)).transpose()?;
        Ok(node.acts(supplier.as_ref()))
    }
}
