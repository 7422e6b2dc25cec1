//! What happened in a case, as the person notes it.

use regie_protocol::calendar::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownCase};
use crate::{
    case::{Happened, Step},
    command::Failure,
    driver::Turn,
    verb::Verb,
};

/// Notes a step of a case.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkCase {
    /// Its id, or the end of it.
    pub id: String,
    /// The day on which it happened; none for today.
    pub on: Option<Date>,
    /// What happened.
    pub what: Happened,
}

impl Verb for MarkCase {
    const NAME: &'static str = "mark_case";
    type Answer = ShownCase;
}

impl OnNode for MarkCase {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownCase, Failure> {
        let on = self.on.unwrap_or(node.today());
        node.mark_case(&self.id, Step { on, what: self.what }, turn)
    }
}
