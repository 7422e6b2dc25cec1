//! The last step of a case, taken back: a day was wrong, or it was another case.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownCase};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Takes the last step of a case back.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoCase {
    /// Its id, or the end of it.
    pub id: String,
}

impl Verb for UndoCase {
    const NAME: &'static str = "undo_case";
    type Answer = ShownCase;
}

impl OnNode for UndoCase {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<ShownCase, Failure> {
        node.speaks()?;
        let (id, mut kept) = node.kept_case(&self.id)?;
        kept.case.undo()?;
        Ok(node.put_case(id, kept, turn))
    }
}
