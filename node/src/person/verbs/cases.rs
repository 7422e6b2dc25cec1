//! All cases.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CaseList, Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Lists cases: those that wait for the person first.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cases {}

impl Verb for Cases {
    const NAME: &'static str = "cases";
    type Answer = CaseList;
}

impl OnNode for Cases {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<CaseList, Failure> {
        node.cases()
    }
}
