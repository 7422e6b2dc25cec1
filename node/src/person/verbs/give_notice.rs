//! The end of a contract, said to its supplier over the line.

use regie_protocol::calendar::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownAct};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Gives notice of a contract to a supplier that the node has a line to, or withdraws from it. It leaves at once, and stays on
/// its way until the supplier signs for it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveNotice {
    /// The contract, by its id or the end of it.
    pub contract: String,
    /// Withdraw within cooling-off, instead of giving notice.
    pub withdraw: bool,
    /// The last day that is asked for; none for the first that is possible.
    pub last: Option<Date>,
}

impl Verb for GiveNotice {
    const NAME: &'static str = "give_notice";
    type Answer = ShownAct;
}

impl OnNode for GiveNotice {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownAct, Failure> {
        node.give_notice(&self.contract, self.withdraw, self.last, turn)
    }
}
