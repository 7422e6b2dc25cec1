//! Everything the person holds, as one JSON document (GDPR article 20). In: the node. Out: the document. It is
//! for reading and moving on; to restore a node there is the backup.

use regie_protocol::FieldPath;
use serde_json::{Value, json};

use super::{Node, records, value_of};
use crate::{clock, command::Failure};

/// Newest log entries in an export; `regie backup` holds all.
const ENTRIES: usize = 20_000;

impl Node {
    pub(super) fn export(&self) -> Result<Value, Failure> {
        let mut fields = Vec::new();
        for field in FieldPath::all().filter(|field| value_of(&self.store, &self.values, *field).is_some()) {
            fields.push(self.field(field)?);
        }
        let mut suppliers = Vec::new();
        for (key, _) in self.machine.relationships() {
            suppliers.push(self.supplier(key)?);
        }
        let mut entries: Vec<Value> = Vec::new();
        let mut before = None;
        while entries.len() < ENTRIES {
            let page = self.audit_page(None, None, before, usize::MAX)?;
            entries.extend(page["items"].as_array().cloned().unwrap_or_default());
            before = page["next"].as_u64();
            if before.is_none() {
                break;
            }
        }
        Ok(json!({
            "version": 1,
            "exported": clock::text(clock::wall()),
            "name": records::name(&self.store)?,
            "fields": fields,
            "suppliers": suppliers,
            "policy": self.machine.policy(),
            "audit": { "entries": self.machine.personal_log().size(), "root": self.machine.personal_log().root(), "newest": entries },
            "consent": self.consent_receipts(None),
        }))
    }
}
