//! One organisation, with all that is known of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownOrganisation};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Shows an organisation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Its id or the end of it, its name, or its domain.
    pub organisation: String,
}

impl Verb for Organisation {
    const NAME: &'static str = "organisation";
    type Answer = ShownOrganisation;
}

impl OnNode for Organisation {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<ShownOrganisation, Failure> {
        node.find_organisation(&self.organisation).map(Into::into)
    }
}
