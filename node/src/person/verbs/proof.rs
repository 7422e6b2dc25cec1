//! The proof that an entry stands in the log with a supplier.

use regie_protocol::{
    PublicKey,
    audit::{Entry, Event, Log},
    limits,
    merkle::{self, Hash},
    wire,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{
    command::{Failure, exit},
    driver::Turn,
    person::records,
    verb::Verb,
};

/// Largest log of one relationship that is proven from its rows.
const PROVEN: u64 = 1_000_000;
/// Rows read at a time.
/// The version of the document.
const VERSION: u32 = 1;

/// Asks for one entry with its proof.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// With which supplier the log is, by name or key.
    pub supplier: String,
    /// The entry's place in it, from 0.
    pub index: u64,
}

/// One entry with the proof that it stands in the log whose size and root the supplier has witnessed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct EntryProof {
    /// Of this document.
    pub version: u32,
    /// The supplier.
    pub supplier: PublicKey,
    /// What it calls itself.
    pub name: String,
    /// The key by which it knows the person.
    pub person: PublicKey,
    /// The entry's exact bytes, in hexadecimal.
    pub entry: String,
    /// What it says; none where it can't be read.
    pub event: Option<Event>,
    /// Its place, from 0.
    pub index: u64,
    /// The log's size.
    pub size: u64,
    /// The log's root.
    pub root: Hash,
    /// From the entry up to the root.
    pub proof: Vec<Hash>,
}

impl Verb for Proof {
    const NAME: &'static str = "proof";
    type Answer = EntryProof;
}

impl OnNode for Proof {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<EntryProof, Failure> {
        let (supplier, index) = (node.find_supplier(&self.supplier)?, self.index);
        let size = node.log_size(Log::With(supplier));
        let Some(relationship) = node.machine.relationship(&supplier).filter(|_| index < size) else {
            let next = "`regie audit` lists the entries";
            return Err(Failure::new("not_found", exit::NOT_FOUND, format!("there is no entry {index}; {next}")));
        };
        if size > PROVEN {
            return Err(Failure::usage(format!("the log has more than {PROVEN} entries; export it instead")));
        }
        let mut entry = Vec::new();
        let leaves = records::leaves(&node.store, Log::With(supplier), (0, size), |number, bytes| {
            if number == index {
                entry = bytes;
            }
        })?;
        let place = usize::try_from(index).unwrap_or(usize::MAX);
        let proof = merkle::prove(&leaves, place).ok_or_else(|| records::damaged("the audit log"))?;
        Ok(EntryProof {
            version: VERSION,
            supplier,
            name: relationship.profile().name.clone(),
            person: relationship.key().public(),
            entry: data_encoding::HEXLOWER.encode(&entry),
            event: wire::decode::<Entry>(&entry, limits::ENTRY_BYTES).ok().map(|entry| entry.event),
            index,
            size,
            root: relationship.log().root(),
            proof,
        })
    }
}
