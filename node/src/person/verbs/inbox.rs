//! What suppliers sent back.

use regie_protocol::{
    Nonce, PublicKey,
    person::{ItemState, Kept},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownItem};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Items listed in one answer.
const LISTED: usize = 1_000;

/// Lists the items that are there, newest first, without the content of documents; the first 1,000.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inbox {}

impl Verb for Inbox {
    const NAME: &'static str = "inbox";
    type Answer = Vec<ShownItem>;
}

impl OnNode for Inbox {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<Vec<ShownItem>, Failure> {
        let mut found: Vec<(PublicKey, Nonce, Kept)> = Vec::new();
        for (supplier, relationship) in node.machine.relationships() {
            let here = relationship.items().iter().filter(|(_, kept)| kept.state != ItemState::Deleted);
            found.extend(here.map(|(id, kept)| (*supplier, *id, *kept)));
        }
        found.sort_by_key(|(_, id, kept)| (std::cmp::Reverse(kept.at), *id));
        found.truncate(LISTED);
        let mut filed = node.filed()?;
        let shown = |(supplier, id, kept): &(PublicKey, Nonce, Kept)| -> Result<ShownItem, Failure> {
            let contract = filed.remove(&(*supplier, *id));
            Ok(ShownItem { contract, ..node.shown_item(supplier, id, kept)? })
        };
        found.iter().map(shown).collect()
    }
}
