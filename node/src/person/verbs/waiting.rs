//! How much waits, and whether what pages show has changed: for their title, their menu and their stream.

use regie_protocol::{Nonce, person::ItemState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, Waits};
use crate::{
    command::Failure,
    driver::Turn,
    person::glance::{counted, mark},
    verb::Verb,
};

/// Asks what waits.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiting {}

/// What waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WaitingNow {
    /// By kind; kinds of which nothing waits are left out.
    pub waits: Vec<Waits>,
    /// Messages that suppliers are yet to sign for.
    pub undelivered: usize,
    /// To how many suppliers.
    pub undelivered_to: usize,
    /// What each list shows, as a mark that is another once the list is.
    pub marks: Marks,
}

/// A mark for each list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Marks {
    /// Of everything that waits.
    pub home: String,
    /// Of requests and processors.
    pub requests: String,
    /// Of what suppliers sent.
    pub inbox: String,
    /// Of what suppliers are yet to sign for.
    pub deliveries: String,
}

impl Verb for Waiting {
    const NAME: &'static str = "waiting";
    type Answer = WaitingNow;
}

impl OnNode for Waiting {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<WaitingNow, Failure> {
        let things = node.things()?;
        let relationships = || node.machine.relationships();
        let open: Vec<_> = relationships().filter(|(_, r)| r.undelivered() > 0).collect();
        let undelivered: usize = open.iter().map(|(_, r)| r.undelivered()).sum();
        let marks = Marks {
            home: text(mark("home", &keys(things.iter().map(|thing| thing.key).chain([undelivered as u64])))),
            requests: text(mark("requests", &requests(node))),
            inbox: text(mark("inbox", &inbox(node))),
            deliveries: text(mark("deliveries", &open.iter().map(|(key, _)| key.as_bytes()).collect::<Vec<_>>())),
        };
        Ok(WaitingNow { waits: counted(&things), undelivered, undelivered_to: open.len(), marks })
    }
}

fn text(mark: u64) -> String {
    format!("{mark:016x}")
}

fn keys(of: impl Iterator<Item = u64>) -> Vec<[u8; 8]> {
    of.map(u64::to_be_bytes).collect()
}

fn requests(node: &Node) -> Vec<Vec<u8>> {
    let waiting = node.machine.relationships().flat_map(|(_, r)| r.waiting().map(|waiting| waiting.id.0.to_vec()));
    let processors = node.waiting_processors().into_iter().map(|one| one.delegation.digest().to_vec());
    waiting.chain(processors).collect()
}

/// Which items are there, and what became of them; not which are new, since a look at them would then change the list.
fn inbox(node: &Node) -> Vec<Vec<u8>> {
    let all = node.machine.relationships().flat_map(|(_, r)| r.items().iter());
    let there = all.filter(|(_, kept)| kept.state != ItemState::Deleted);
    there.map(|(Nonce(id), kept)| [&id[..], &[kept.state as u8]].concat()).collect()
}
