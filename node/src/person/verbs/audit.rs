//! The check of the whole log, and its newest entries.

use regie_protocol::{audit::Event, merkle::Hash};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LogEntry, Node, OnNode};
use crate::{
    command::Failure,
    driver::Turn,
    person::{Who, tables, verify},
    store::Read as _,
    verb::Verb,
};

/// Entries shown beside the check.
const NEWEST: usize = 100;

/// Checks every row, hash and signature of the log.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Audit {}

/// The log holds; what doesn't is a failure.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AuditReport {
    /// What was checked.
    #[serde(flatten)]
    pub checked: LogChecked,
    /// The newest 100 entries about suppliers, and letters that went, oldest first.
    pub newest: Vec<NewestEntry>,
}

/// What was checked.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LogChecked {
    /// Always true.
    pub verified: bool,
    /// Entries of the personal log.
    pub entries: u64,
    /// Its root.
    pub root: Hash,
    /// Suppliers with which there is a log.
    pub relationships: usize,
    /// Erasure receipts that are kept.
    pub erasure_receipts: u64,
}

/// An entry about a supplier.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct NewestEntry {
    /// When, RFC 3339.
    pub at: String,
    /// The supplier, or the organisation that a letter went to, by name.
    pub supplier: String,
    /// Who it is.
    #[serde(flatten)]
    pub who: Option<Who>,
    /// What happened.
    pub event: Event,
}

impl Verb for Audit {
    const NAME: &'static str = "audit";
    type Answer = AuditReport;
}

impl OnNode for Audit {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<AuditReport, Failure> {
        let checked = verify::all(&node.machine, &node.store)?;
        let checked = LogChecked {
            verified: true,
            entries: checked.entries,
            root: checked.root,
            relationships: checked.relationships,
            erasure_receipts: node.store.count(tables::RECEIPTS)?,
        };
        let page = node.log_page(None, None, None, NEWEST)?;
        let newest = page.items.into_iter().rev().filter_map(|entry| {
            let LogEntry { at, name, who, event, .. } = entry;
            // A letter may have gone to somebody who is not in the list, or no longer.
            let name = name.or_else(|| matches!(event, Event::LetterSent { .. }).then(|| "-".to_owned()))?;
            Some(NewestEntry { at, supplier: name, who, event })
        });
        Ok(AuditReport { checked, newest: newest.collect() })
    }
}
