//! An organisation that the person names: most are in no list.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, OrganisationDetails, ShownOrganisation};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Enters an organisation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddOrganisation {
    /// Its name.
    pub name: String,
    /// What else is known of it.
    pub details: OrganisationDetails,
}

impl Verb for AddOrganisation {
    const NAME: &'static str = "add_organisation";
    type Answer = ShownOrganisation;
}

impl OnNode for AddOrganisation {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownOrganisation, Failure> {
        node.add_organisation(&self.name, self.details, turn).map(Into::into)
    }
}
