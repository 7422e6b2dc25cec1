//! A case that goes, with its files.

use regie_protocol::Nonce;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, person::tables, verb::Verb};

/// Removes a case, and destroys what is filed with it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveCase {
    /// Its id, or the end of it.
    pub id: String,
}

/// It is gone.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RemovedCase {
    /// Its id.
    pub id: Nonce,
    /// Always true.
    pub removed: bool,
}

impl Verb for RemoveCase {
    const NAME: &'static str = "remove_case";
    type Answer = RemovedCase;
}

impl OnNode for RemoveCase {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<RemovedCase, Failure> {
        node.speaks()?;
        let (id, kept) = node.kept_case(&self.id)?;
        for file in &kept.files {
            turn.batch.erase_group(tables::CASE_FILES, &file.id);
        }
        turn.batch.erase(tables::CASES, &id);
        Ok(RemovedCase { id, removed: true })
    }
}
