//! What the person said leaves now, and not at a moment drawn for each supplier.

use regie_protocol::person::Input;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Tells every supplier now what waits for it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TellNow {}

/// Who is told now.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ToldNow {
    /// How many suppliers waited for a moment of their own.
    pub suppliers: usize,
}

impl Verb for TellNow {
    const NAME: &'static str = "tell_now";
    type Answer = ToldNow;
}

impl OnNode for TellNow {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ToldNow, Failure> {
        let suppliers = node.machine.relationships().filter(|(_, known)| known.leaves_at().is_some()).count();
        node.give(Input::TellNow, turn)?;
        Ok(ToldNow { suppliers })
    }
}
