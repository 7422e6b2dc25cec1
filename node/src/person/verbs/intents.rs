//! What the person wants, and how it stands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownIntent};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Lists every intent that is remembered, newest first; the boards are asked anew.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Intents {}

impl Verb for Intents {
    const NAME: &'static str = "intents";
    type Answer = Vec<ShownIntent>;
}

impl OnNode for Intents {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Vec<ShownIntent>, Failure> {
        node.ask_boards(turn);
        let mut all: Vec<_> = node.machine.intents().collect();
        all.sort_by_key(|(id, wanted)| (std::cmp::Reverse(wanted.stored.at), **id));
        all.into_iter().map(|(id, wanted)| node.shown_intent(id, wanted)).collect()
    }
}
