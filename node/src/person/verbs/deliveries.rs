//! What suppliers are yet to sign for.

use regie_protocol::PublicKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, RelationshipState};
use crate::{
    clock::text,
    command::Failure,
    driver::Turn,
    person::{Who, fields::NAMED},
    verb::Verb,
};

/// Asks what is on its way.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deliveries {}

/// What is on its way.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OpenDeliveries {
    /// How many messages.
    pub waiting: usize,
    /// To how many suppliers.
    pub count: usize,
    /// To whom; the first 200.
    pub suppliers: Vec<OpenDelivery>,
}

/// A supplier that is yet to sign for something.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OpenDelivery {
    /// The name of the relationship.
    pub supplier: PublicKey,
    /// What it calls itself.
    pub name: String,
    /// How many messages wait for it.
    pub undelivered: usize,
    /// When it is told, where that waits for a moment of its own.
    pub tell_at: Option<String>,
    /// How it stands with it.
    pub state: RelationshipState,
    /// Who it is.
    #[serde(flatten)]
    pub who: Who,
}

impl Verb for Deliveries {
    const NAME: &'static str = "deliveries";
    type Answer = OpenDeliveries;
}

impl OnNode for Deliveries {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<OpenDeliveries, Failure> {
        let open: Vec<_> = node.machine.relationships().filter(|(_, r)| r.undelivered() > 0).collect();
        let waiting = open.iter().map(|(_, r)| r.undelivered()).sum();
        let named = open.iter().take(NAMED).map(|(supplier, r)| OpenDelivery {
            supplier: **supplier,
            name: r.profile().name.clone(),
            undelivered: r.undelivered(),
            tell_at: r.leaves_at().map(text),
            state: node.state_of(supplier, r),
            who: node.who_is(supplier, r),
        });
        Ok(OpenDeliveries { waiting, count: open.len(), suppliers: named.collect() })
    }
}
