//! Consent receipts for people and authorities.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ConsentDocument, Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Asks for a receipt of every grant, of one supplier or of all.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentReceipts {
    /// Of which supplier, by name or key; none for all.
    pub supplier: Option<String>,
}

impl Verb for ConsentReceipts {
    const NAME: &'static str = "consent_receipts";
    type Answer = ConsentDocument;
}

impl OnNode for ConsentReceipts {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<ConsentDocument, Failure> {
        let supplier = self.supplier.map(|text| node.find_supplier(&text)).transpose()?;
        Ok(node.consent_receipts(supplier.as_ref()))
    }
}
