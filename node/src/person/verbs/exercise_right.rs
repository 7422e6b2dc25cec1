//! A right under the GDPR, exercised towards a supplier over the line.

use regie_protocol::act::Right;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownAct};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Exercises a right towards a supplier that the node has a line to. It leaves at a moment of its own, and stays on its way until
/// the supplier signs for it; a month runs from that day. With `erasure` every grant of the supplier ends too.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExerciseRight {
    /// The supplier, by name or key.
    pub supplier: String,
    /// Which right.
    pub right: Right,
    /// In which language the person reads the answer: `en`, `nl` or another of ISO 639.
    pub language: String,
    /// What the person adds; empty for nothing.
    #[serde(default)]
    pub words: String,
}

impl Verb for ExerciseRight {
    const NAME: &'static str = "exercise_right";
    type Answer = ShownAct;
}

impl OnNode for ExerciseRight {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownAct, Failure> {
        node.exercise_right(&self.supplier, self.right, self.language, self.words, turn)
    }
}
