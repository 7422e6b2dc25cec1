//! What the person's files tell of, beside what is known. Nothing is entered.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Candidate, Node, OnNode};
use crate::{command::Failure, driver::Turn, find::Finding, verb::Verb};

/// Looks at what was found in files.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindSuppliers {
    /// It.
    pub findings: Vec<Finding>,
}

/// The organisations, those that are sure first.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FoundSuppliers {
    /// They.
    pub candidates: Vec<Candidate>,
}

impl Verb for FindSuppliers {
    const NAME: &'static str = "find_suppliers";
    type Answer = FoundSuppliers;
}

impl OnNode for FindSuppliers {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<FoundSuppliers, Failure> {
        Ok(FoundSuppliers { candidates: node.candidates(self.findings)? })
    }
}
