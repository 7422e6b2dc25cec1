//! The directory: what lists of organisations were added.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, find::EntryKind, verb::Verb};

/// Says what the directory holds.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Directory {}

/// What the directory holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct DirectorySummary {
    /// Companies.
    pub companies: usize,
    /// Supervisory authorities.
    pub authorities: usize,
    /// Of the companies, those with a domain to know them by.
    pub with_domain: usize,
    /// Those that take requests by e-mail.
    pub with_email: usize,
    /// Those with a postal address.
    pub with_address: usize,
}

impl Verb for Directory {
    const NAME: &'static str = "directory";
    type Answer = DirectorySummary;
}

impl OnNode for Directory {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<DirectorySummary, Failure> {
        let mut sum = DirectorySummary::default();
        node.each_entry(|entry| {
            let company = entry.kind == EntryKind::Company;
            sum.companies += usize::from(company);
            sum.authorities += usize::from(!company);
            sum.with_domain += usize::from(company && entry.domain.is_some());
            sum.with_email += usize::from(company && entry.email.is_some());
            sum.with_address += usize::from(company && entry.address.is_some());
            std::ops::ControlFlow::Continue(())
        })?;
        Ok(sum)
    }
}
