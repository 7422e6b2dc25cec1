//! What is known of an organisation, changed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, OrganisationDetails, ShownOrganisation};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Changes what is known of an organisation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditOrganisation {
    /// Its id or the end of it, its name, or its domain.
    pub organisation: String,
    /// Another name; none to keep it.
    pub name: Option<String>,
    /// What else changes.
    pub details: OrganisationDetails,
}

impl Verb for EditOrganisation {
    const NAME: &'static str = "edit_organisation";
    type Answer = ShownOrganisation;
}

impl OnNode for EditOrganisation {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownOrganisation, Failure> {
        node.edit_organisation(&self.organisation, self.name.as_deref(), self.details, turn).map(Into::into)
    }
}
