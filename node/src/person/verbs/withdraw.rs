//! The end of an intent.

use regie_protocol::{ObjectId, person::Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Wants no more offers.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// The intent, by its id or the end of it.
    pub intent: String,
}

/// It was withdrawn.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Withdrawn {
    /// Which intent.
    pub intent: ObjectId,
    /// Always true.
    pub withdrawn: bool,
}

impl Verb for Withdraw {
    const NAME: &'static str = "withdraw";
    type Answer = Withdrawn;
}

impl OnNode for Withdraw {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Withdrawn, Failure> {
        let intent = node.find_intent(&self.intent)?;
        node.give(Input::Withdraw(&intent), turn)?;
        Ok(Withdrawn { intent, withdrawn: true })
    }
}
