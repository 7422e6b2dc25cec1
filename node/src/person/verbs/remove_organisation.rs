//! An organisation that goes. A relationship with a supplier stays as it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, OrganisationId};
use crate::{command::Failure, driver::Turn, person::tables, verb::Verb};

/// Removes an organisation, and destroys what is known of it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveOrganisation {
    /// Its id or the end of it, its name, or its domain.
    pub organisation: String,
}

/// It is gone.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RemovedOrganisation {
    /// What it was called here.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Always true.
    pub removed: bool,
}

impl Verb for RemoveOrganisation {
    const NAME: &'static str = "remove_organisation";
    type Answer = RemovedOrganisation;
}

impl OnNode for RemoveOrganisation {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<RemovedOrganisation, Failure> {
        node.speaks()?;
        let one = node.find_organisation(&self.organisation)?;
        turn.batch.erase(tables::ORGANISATIONS, &one.id);
        Ok(RemovedOrganisation { id: one.id, name: one.name, removed: true })
    }
}
