//! The person looked at documents of the inbox: they are new no longer.

use std::collections::BTreeSet;

use regie_protocol::Nonce;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// These were looked at.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SawInbox {
    /// Their ids.
    pub ids: BTreeSet<Nonce>,
}

/// It is noted.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SeenInbox {
    /// How many of them were new.
    pub new: usize,
}

impl Verb for SawInbox {
    const NAME: &'static str = "saw_inbox";
    type Answer = SeenInbox;
}

impl OnNode for SawInbox {
    const READS_STORE: bool = false;

    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<SeenInbox, Failure> {
        Ok(SeenInbox { new: node.saw_items(&self.ids, turn) })
    }
}
