//! The heads of the person's logs, and how far witnesses cosigned them.

use regie_protocol::{PublicKey, audit::Log, merkle::Hash, note::VerifierKey};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, witnesses::seconds};
use crate::{
    command::{Failure, exit},
    driver::Turn,
    person::{
        tables,
        witnesses::{LeftBehind, OtherHistory, SeenLog, StoredWitness},
    },
    store::Read as _,
    verb::Verb,
    witness::Trouble,
};

/// Lists the heads.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogHeads {
    /// Only of the log with this supplier, by name or key.
    pub supplier: Option<String>,
}

/// A log as it stands.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LogHead {
    /// The supplier that the log is with; none for the person's own.
    pub supplier: Option<PublicKey>,
    /// What it calls itself.
    pub name: Option<String>,
    /// The key by which witnesses know this branch of the log: `NAME+ID+KEY`.
    #[schemars(with = "String")]
    pub key: VerifierKey,
    /// How many entries.
    pub entries: u64,
    /// The root.
    pub root: Hash,
    /// What each witness has seen of it.
    pub witnesses: Vec<SeenHead>,
}

/// What one witness has seen of a log.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SeenHead {
    /// The name of its key.
    pub witness: String,
    /// How many entries it has cosigned.
    pub entries: Option<u64>,
    /// When, by its clock, RFC 3339.
    pub at: Option<String>,
    /// Why it cosigned nothing since.
    pub trouble: Option<Trouble>,
    /// It has seen another history of this log than this home holds.
    pub other: Option<OtherHistory>,
    /// It has seen more of the log as it was before this home was restored.
    pub left: Option<LeftBehind>,
}

/// Writes the newest head of a log that witnesses cosigned, as a signed note.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportCheckpoint {
    /// With which supplier the log is, by name or key; the person's own, where it is left out.
    pub supplier: Option<String>,
}

/// A head that anybody can verify who knows the keys.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CosignedCheckpoint {
    /// The signed note.
    pub note: String,
    /// How many entries the log had.
    pub entries: u64,
    /// The key of the log: `NAME+ID+KEY`.
    #[schemars(with = "String")]
    pub key: VerifierKey,
    /// The keys of those who cosigned it.
    #[schemars(with = "Vec<String>")]
    pub witnesses: Vec<VerifierKey>,
}

impl Verb for LogHeads {
    const NAME: &'static str = "log_heads";
    type Answer = Vec<LogHead>;
}

impl Verb for ExportCheckpoint {
    const NAME: &'static str = "export_checkpoint";
    type Answer = CosignedCheckpoint;
}

impl OnNode for LogHeads {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<Vec<LogHead>, Failure> {
        let logs = node.logs_with(self.supplier.as_deref())?;
        let witnesses = node.store.group(tables::WITNESSES, &())?;
        logs.into_iter().filter_map(|log| node.log_head(log, &witnesses).transpose()).collect()
    }
}

impl OnNode for ExportCheckpoint {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<CosignedCheckpoint, Failure> {
        let log = match &self.supplier {
            Some(supplier) => Log::With(node.find_supplier(supplier)?),
            None => Log::Personal,
        };
        let branch = node.machine.branch(log).ok_or(regie_protocol::person::OwnerError::NoRelationship)?;
        let mut cosigned: Vec<(StoredWitness, SeenLog)> = Vec::new();
        for (witness, stored) in node.store.group(tables::WITNESSES, &())? {
            let seen = node.store.get(tables::SEEN_LOGS, &(witness, log))?;
            cosigned
                .extend(seen.filter(|seen| seen.branch == branch && seen.line.is_some()).map(|seen| (stored, seen)));
        }
        // The newest of those heads that most have cosigned.
        let under = |size| cosigned.iter().filter(|(_, seen)| seen.edge.size() == size).count();
        let edge = cosigned.iter().map(|(_, seen)| &seen.edge).max_by_key(|edge| (under(edge.size()), edge.size()));
        let Some(edge) = edge.cloned() else {
            let next = "name one with `regie witnesses add`, and have it asked with `regie witnesses ask`";
            return Err(Failure::new(
                "not_found",
                exit::NOT_FOUND,
                format!("no witness has cosigned that log; {next}"),
            ));
        };
        let mut note = node.machine.checkpoint(log, branch, &edge)?;
        let mut witnesses = Vec::new();
        for (stored, seen) in cosigned.iter().filter(|(_, seen)| seen.edge == edge) {
            if let Some(line) = seen.line.as_ref().and_then(|(_, line)| line.parse().ok()) {
                note.add(line);
                witnesses.push(stored.key.clone());
            }
        }
        let key = node.machine.witnessed_as(log, branch).ok_or_else(|| Failure::internal("a log without a name"))?;
        Ok(CosignedCheckpoint { note: note.to_string(), entries: edge.size(), key, witnesses })
    }
}

impl Node {
    fn log_head(&self, log: Log, witnesses: &[(PublicKey, StoredWitness)]) -> Result<Option<LogHead>, Failure> {
        let Some((branch, edge)) = self.machine.branch(log).zip(self.machine.edge(log)) else { return Ok(None) };
        let Some(key) = self.machine.witnessed_as(log, branch) else { return Ok(None) };
        let supplier = match log {
            Log::Personal => None,
            Log::With(supplier) => Some(supplier),
        };
        let mut seen_by = Vec::new();
        for (witness, stored) in witnesses {
            let seen = self.store.get(tables::SEEN_LOGS, &(*witness, log))?.unwrap_or_default();
            let held = seen.line.filter(|_| seen.branch == branch);
            seen_by.push(SeenHead {
                witness: stored.key.name().to_string(),
                entries: held.as_ref().map(|_| seen.edge.size()),
                at: held.map(|(at, _)| seconds(at)),
                trouble: seen.trouble,
                other: seen.other,
                left: seen.left,
            });
        }
        let name = supplier.map(|supplier| self.name_of(&supplier));
        Ok(Some(LogHead { supplier, name, key, entries: edge.size(), root: edge.root(), witnesses: seen_by }))
    }
}
