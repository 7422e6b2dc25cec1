//! An offer that the person does not want.

use regie_protocol::{ObjectId, person::Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Passes an offer over: it goes, and leaves its place to another.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PassOver {
    /// The offer, by its id or the end of it.
    pub offer: String,
}

/// It is gone.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PassedOver {
    /// Which offer.
    pub offer: ObjectId,
    /// Always true.
    pub passed_over: bool,
}

impl Verb for PassOver {
    const NAME: &'static str = "pass_over";
    type Answer = PassedOver;
}

impl OnNode for PassOver {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<PassedOver, Failure> {
        let (intent, offer) = node.find_offer(&self.offer)?;
        node.give(Input::PassOver(&intent, &offer), turn)?;
        Ok(PassedOver { offer, passed_over: true })
    }
}
