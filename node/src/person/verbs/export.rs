//! Everything the person holds, as one JSON document (GDPR article 20). It is for reading and moving on; to restore a node
//! there is the backup.

use regie_protocol::{FieldPath, Policy, merkle::Hash};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    CaseList, ConsentDocument, ContractList, FieldDetail, LogEntry, Node, OnNode, ShownOrganisation, ShownOwnField,
    SupplierDetail,
};
use crate::{clock, command::Failure, driver::Turn, person::records, verb::Verb};

/// Newest log entries in an export, but for the rest of the last page; `regie backup` holds all.
const ENTRIES: usize = 20_000;
/// The version of the document.
const VERSION: u32 = 1;

/// Exports everything.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Export {}

/// Everything the person holds.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ExportDocument {
    /// Of this document.
    pub version: u32,
    /// When it was made, RFC 3339.
    pub exported: String,
    /// The name by which the person is greeted.
    pub name: Option<String>,
    /// The fields that hold a value.
    pub fields: Vec<FieldDetail>,
    /// The person's own fields and notes.
    pub own: Vec<ShownOwnField>,
    /// The suppliers.
    pub suppliers: Vec<SupplierDetail>,
    /// Organisations that hold data of the person, with a companion or without.
    pub organisations: Vec<ShownOrganisation>,
    /// What the person is bound to, by their own word or by suppliers'.
    pub contracts: ContractList,
    /// Requests under the GDPR, and what became of them; `regie case get` gives their files.
    pub cases: CaseList,
    /// The person's defaults.
    pub policy: Policy,
    /// The log.
    pub audit: ExportedLog,
    /// Consent receipts of all grants.
    pub consent: ConsentDocument,
}

/// The log in an export.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ExportedLog {
    /// How many entries it has.
    pub entries: u64,
    /// Its root.
    pub root: Hash,
    /// The newest about 20,000 entries, newest first.
    pub newest: Vec<LogEntry>,
}

impl Verb for Export {
    const NAME: &'static str = "export";
    type Answer = ExportDocument;
}

impl OnNode for Export {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<ExportDocument, Failure> {
        let held = FieldPath::all().filter(|field| node.held(*field).is_some());
        let suppliers = node.machine.relationships().map(|(key, _)| node.supplier(key));
        let log = node.machine.personal_log();
        Ok(ExportDocument {
            version: VERSION,
            exported: clock::text(clock::wall()),
            name: records::name(&node.store)?,
            fields: held.map(|field| node.field(field)).collect::<Result<_, _>>()?,
            own: node.own_fields()?,
            suppliers: suppliers.collect::<Result<_, _>>()?,
            organisations: node.organisations()?.into_iter().map(Into::into).collect(),
            contracts: node.contracts()?,
            cases: node.cases()?,
            policy: node.machine.policy().clone(),
            audit: ExportedLog { entries: log.size(), root: log.root(), newest: newest(node)? },
            consent: node.consent_receipts(None),
        })
    }
}

fn newest(node: &Node) -> Result<Vec<LogEntry>, Failure> {
    let (mut entries, mut before) = (Vec::new(), None);
    while entries.len() < ENTRIES {
        let page = node.log_page(None, None, before, usize::MAX)?;
        entries.extend(page.items);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    Ok(entries)
}
