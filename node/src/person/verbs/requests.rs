//! The requests that wait for the person's word.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, WaitingRequest};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Waiting requests listed in one answer.
const LISTED: usize = 1_000;

/// Lists what waits; the first 1,000.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requests {}

impl Verb for Requests {
    const NAME: &'static str = "requests";
    type Answer = Vec<WaitingRequest>;
}

impl OnNode for Requests {
    const READS_STORE: bool = false;

    fn run(self, node: &mut Node, _: &mut Turn) -> Result<Vec<WaitingRequest>, Failure> {
        let all = node.machine.relationships().flat_map(|(supplier, r)| r.waiting().map(move |w| (supplier, r, w)));
        let shown = all.take(LISTED).map(|(s, r, waiting)| Node::waiting(s, r, waiting, Some(node.who_is(s, r))));
        Ok(shown.collect())
    }
}
