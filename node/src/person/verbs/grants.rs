//! All grants, and what suppliers handed on of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ListedGrant, Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Lists the grants, those that ended too.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grants {}

impl Verb for Grants {
    const NAME: &'static str = "grants";
    type Answer = Vec<ListedGrant>;
}

impl OnNode for Grants {
    const READS_STORE: bool = false;

    fn run(self, node: &mut Node, _: &mut Turn) -> Result<Vec<ListedGrant>, Failure> {
        Ok(node.own_grants(|_, _| true).into_iter().chain(node.mandates(None)).collect())
    }
}
