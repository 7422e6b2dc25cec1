//! Fields and notes of the person's own, listed, written and removed. No supplier can ask for one.

use regie_protocol::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownOwnField};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Lists the person's own fields.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnFields {}

/// Writes one, in the place of what stood under that name.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetOwnField {
    /// What the person calls it.
    pub name: String,
    /// What stands there.
    pub text: Value,
}

/// Removes one and destroys its key.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveOwnField {
    /// Its name, or its id.
    pub name: String,
}

impl Verb for OwnFields {
    const NAME: &'static str = "own_fields";
    type Answer = Vec<ShownOwnField>;
}

impl Verb for SetOwnField {
    const NAME: &'static str = "set_own_field";
    type Answer = ShownOwnField;
}

impl Verb for RemoveOwnField {
    const NAME: &'static str = "remove_own_field";
    type Answer = ShownOwnField;
}

impl OnNode for OwnFields {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<Vec<ShownOwnField>, Failure> {
        node.own_fields()
    }
}

impl OnNode for SetOwnField {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownOwnField, Failure> {
        node.set_own_field(&self.name, self.text, turn)
    }
}

impl OnNode for RemoveOwnField {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownOwnField, Failure> {
        node.remove_own_field(&self.name, turn)
    }
}
