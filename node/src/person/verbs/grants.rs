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
        let all = node.machine.relationships().flat_map(|(key, r)| r.grants().map(move |grant| (key, r, grant)));
        let own = all.map(|(key, r, grant)| ListedGrant {
            terms: node.grant_terms(&r.profile().name, grant),
            handed_on: None,
            who: Some(node.who_is(key, r)),
        });
        Ok(own.chain(node.mandates(None)).collect())
    }
}
