//! Suppliers, found.

use std::collections::BTreeSet;

use regie_protocol::{FieldPath, Now, Purpose, person::Relationship};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ListedSupplier, Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Suppliers on one page, at most.
const PAGE: usize = 100;
/// Sectors offered to filter by.
const SECTORS: usize = 200;

/// Finds suppliers.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suppliers {
    /// Part of a name, a sector or a domain; empty for all.
    pub query: String,
    /// Only of this sector.
    pub sector: Option<String>,
    /// Only those that had a value of this field, or may have one.
    pub field: Option<FieldPath>,
    /// Only those with a grant for this purpose.
    pub purpose: Option<Purpose>,
    /// Those that were removed, instead of those that the person has.
    #[serde(default)]
    pub removed: bool,
    /// By when something was last said, instead of by name.
    pub newest_first: bool,
    /// How many are passed over.
    pub offset: usize,
    /// How many are shown, 100 at most.
    pub limit: usize,
}

/// Some of the suppliers.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SuppliersPage {
    /// How many there are.
    pub total: usize,
    /// How many were removed.
    pub removed: usize,
    /// How many of them are looked for.
    pub matching: usize,
    /// How many were passed over.
    pub offset: usize,
    /// The sectors that there are; the first 200.
    pub sectors: Vec<String>,
    /// The suppliers.
    pub items: Vec<ListedSupplier>,
}

impl Verb for Suppliers {
    const NAME: &'static str = "suppliers";
    type Answer = SuppliersPage;
}

impl OnNode for Suppliers {
    fn run(mut self, node: &mut Node, _: &mut Turn) -> Result<SuppliersPage, Failure> {
        self.query = self.query.to_lowercase();
        let now = node.clock.look();
        let all = || node.machine.relationships().filter(|(_, r)| r.is_removed() == self.removed);
        let mut found: Vec<_> = all().filter(|(_, r)| self.matches(node, r, now)).collect();
        match self.newest_first {
            true => found.sort_by_key(|(_, r)| std::cmp::Reverse(r.last())),
            false => found.sort_by_cached_key(|(_, r)| r.profile().name.to_lowercase()),
        }
        let sectors: BTreeSet<&str> = all().map(|(_, r)| r.profile().sector.as_str()).collect();
        let items = found.iter().skip(self.offset).take(self.limit.min(PAGE)).map(|(key, r)| node.listed(key, r));
        Ok(SuppliersPage {
            total: all().count(),
            removed: node.machine.relationships().filter(|(_, r)| r.is_removed()).count(),
            matching: found.len(),
            offset: self.offset,
            sectors: sectors.into_iter().take(SECTORS).map(str::to_owned).collect(),
            items: items.collect(),
        })
    }
}

impl Suppliers {
    fn matches(&self, node: &Node, relationship: &Relationship, now: Now) -> bool {
        let profile = relationship.profile();
        let text = [&profile.name, &profile.sector, &profile.domain];
        let live = || relationship.grants().filter(|grant| grant.live(&node.machine, now).is_ok());
        let covers = |field: &FieldPath| live().any(|grant| grant.scope().fields.iter().any(|own| own.covers(*field)));
        (self.query.is_empty() || text.iter().any(|text| text.to_lowercase().contains(&self.query)))
            && self.sector.as_ref().is_none_or(|sector| *sector == profile.sector)
            && self.field.as_ref().is_none_or(|field| relationship.knows().contains_key(field) || covers(field))
            && self.purpose.is_none_or(|purpose| live().any(|grant| grant.scope().purposes.contains(&purpose)))
    }
}
