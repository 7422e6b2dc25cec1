//! Organisations that hold the person's data, found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, PerhapsSame, ShownOrganisation};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Organisations in one answer, at most.
const PAGE: usize = 500;

/// Finds organisations.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Organisations {
    /// Part of a name or a domain; empty for all.
    pub query: String,
    /// How many are passed over.
    pub offset: usize,
    /// How many are shown, 500 at most.
    pub limit: usize,
}

/// Some of the organisations.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OrganisationsPage {
    /// How many there are.
    pub total: usize,
    /// How many of them are looked for.
    pub matching: usize,
    /// How many were passed over.
    pub offset: usize,
    /// The organisations, by name.
    pub items: Vec<ShownOrganisation>,
    /// Those that may be suppliers, which only the person can say; the first 20.
    pub perhaps_same: Vec<PerhapsSame>,
}

impl Verb for Organisations {
    const NAME: &'static str = "organisations";
    type Answer = OrganisationsPage;
}

impl OnNode for Organisations {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<OrganisationsPage, Failure> {
        let query = self.query.trim().to_lowercase();
        let mut all = node.organisations()?;
        let (total, perhaps_same) = (all.len(), node.perhaps_same(&all));
        all.retain(|one| {
            one.name.to_lowercase().contains(&query)
                || one.domains.iter().any(|domain| domain.as_str().contains(&query))
        });
        let matching = all.len();
        let items = all.into_iter().skip(self.offset).take(self.limit.min(PAGE)).map(Into::into).collect();
        Ok(OrganisationsPage { total, matching, offset: self.offset, items, perhaps_same })
    }
}
