//! What was agreed with a supplier.

use regie_protocol::{Agreement as Roster, person::OwnerError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, Permits};
use crate::{
    command::{AgreedRecords, Failure},
    driver::Turn,
    verb::Verb,
};

/// What the node itself holds a supplier to.
const CHECKED: [&str; 3] = ["purpose", "handing on", "retention"];
/// What only the supplier can keep.
const WORD: [&str; 3] = ["tracking", "portability", "what it does with what it has"];

/// Shows the agreement with a supplier, and the two signed records.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// Which supplier, by name or key.
    pub supplier: String,
}

/// The agreement with a supplier.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AgreementInForce {
    /// The supplier, by name.
    pub supplier: String,
    /// Which agreement (IEEE 7012).
    pub agreement: Roster,
    /// What it permits.
    pub permits: Permits,
    /// Must the supplier hand the person's data out for them to take along?
    pub owes_portability: bool,
    /// What the person's node holds the supplier to.
    pub checked_by_your_node: Vec<String>,
    /// What only the supplier can keep.
    pub the_suppliers_word: Vec<String>,
    /// The two signed records; none where they were made before such were kept.
    pub records: Option<AgreedRecords>,
}

impl Verb for Agreement {
    const NAME: &'static str = "agreement";
    type Answer = AgreementInForce;
}

impl OnNode for Agreement {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<AgreementInForce, Failure> {
        let supplier = node.find_supplier(&self.supplier)?;
        let relationship = node.machine.relationship(&supplier).ok_or(OwnerError::NoRelationship)?;
        let stored = relationship.stored();
        let terms = stored.agreement.terms();
        Ok(AgreementInForce {
            supplier: relationship.profile().name.clone(),
            agreement: stored.agreement,
            permits: terms.into(),
            owes_portability: terms.portability,
            checked_by_your_node: CHECKED.map(str::to_owned).to_vec(),
            the_suppliers_word: WORD.map(str::to_owned).to_vec(),
            records: stored.agreed.as_ref().map(AgreedRecords::from),
        })
    }
}
