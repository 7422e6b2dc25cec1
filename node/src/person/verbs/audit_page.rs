//! A page of the log.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LogPage, Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Asks for a page of the log, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditPage {
    /// Of the log with this supplier, by name or key; none for the personal log.
    pub supplier: Option<String>,
    /// Only this kind of event.
    pub kind: Option<String>,
    /// Only entries before this number.
    pub before: Option<u64>,
    /// How many entries, 1 to 100.
    pub limit: usize,
}

impl Verb for AuditPage {
    const NAME: &'static str = "audit_page";
    type Answer = LogPage;
}

impl OnNode for AuditPage {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<LogPage, Failure> {
        let supplier = self.supplier.map(|text| node.find_supplier(&text)).transpose()?;
        node.log_page(supplier, self.kind.as_deref(), self.before, self.limit)
    }
}
