//! How the companion stands: where it listens, who is connected, its clock.

use regie_protocol::PublicKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{
    clock::{Report, minute},
    command::Failure,
    driver::Turn,
    network::Standing,
    store::Read as _,
    supplier::tables,
    verb::Verb,
};

/// Asks how the companion stands.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Status {}

/// How it stands.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CompanionStatus {
    /// Whose home it is: `supplier`.
    pub role: String,
    /// The company's key in force.
    pub key: PublicKey,
    /// The key that alone may follow it.
    pub next_key: Option<PublicKey>,
    /// What the company calls itself.
    pub name: Option<String>,
    /// Where it listens, as multiaddrs.
    pub listening: Vec<String>,
    /// What its profile says of where it is reached, as multiaddrs.
    pub announced: Option<Vec<String>>,
    /// Its lines to those who forward people to it.
    pub forwarders: Vec<Forwarder>,
    /// Relationships.
    pub people: u64,
    /// Persons whose nodes are connected.
    pub connected: usize,
    /// Its clock.
    pub clock: Report,
    /// Persons whose clocks differ, so that requests to them wait.
    pub clocks_differ: usize,
    /// Its store, where several companions share one.
    pub shared_store: Option<SharedStore>,
}

/// Whether the rows of a shared store are those that were written.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SharedStore {
    /// Are they, as far as that was looked at?
    pub fine: bool,
    /// When all of them were looked at last.
    pub looked: Option<String>,
    /// What is wrong, and what to do; empty where nothing is.
    pub next_step: String,
}

/// A line to somebody who forwards people here.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Forwarder {
    /// Whose key it has; none for one that is no key of a company.
    pub key: Option<PublicKey>,
    /// Is the line up?
    pub connected: bool,
    /// Why it is not.
    pub reason: Option<String>,
}

impl Verb for Status {
    const NAME: &'static str = "status";
    type Answer = CompanionStatus;
}

impl OnCompanion for Status {
    fn run(self, companion: &mut Companion, _: &mut Turn) -> Result<CompanionStatus, Failure> {
        let profile = companion.machine.profile();
        Ok(CompanionStatus {
            role: "supplier".to_owned(),
            key: companion.machine.key().public(),
            next_key: profile.and_then(|profile| profile.keys.next),
            name: profile.map(|profile| profile.name.clone()),
            listening: companion.endpoint.addresses().iter().map(ToString::to_string).collect(),
            announced: profile.map(|profile| profile.addresses.clone()),
            forwarders: companion.forwarders(),
            people: companion.store.count(tables::RELATIONSHIPS)?,
            connected: companion.connected.len(),
            clock: companion.clock_report(),
            clocks_differ: companion.machine.skewed().count(),
            shared_store: companion.shared_store(),
        })
    }
}

impl Companion {
    /// Whether the rows of a shared store are those that were written.
    fn shared_store(&self) -> Option<SharedStore> {
        let integrity = self.store.shared().then(|| self.store.integrity())?;
        Some(SharedStore {
            fine: integrity.is_fine(),
            looked: integrity.looked.map(minute),
            next_step: integrity.next_step(),
        })
    }

    /// How the lines to the forwarders of this companion stand.
    fn forwarders(&self) -> Vec<Forwarder> {
        let shown = |(key, standing): &([u8; 32], Standing)| Forwarder {
            key: PublicKey::from_bytes(key).ok(),
            connected: *standing == Standing::Up,
            reason: match standing {
                Standing::Failed(error) => Some(error.to_string()),
                Standing::Away | Standing::Up => None,
            },
        };
        self.endpoint.forwarders().iter().map(shown).collect()
    }
}
