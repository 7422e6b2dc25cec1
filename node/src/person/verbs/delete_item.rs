//! An item that goes for good.

use regie_protocol::{Nonce, person::Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Throws an item away.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteItem {
    /// Its id, or the end of it.
    pub id: String,
}

/// It is gone.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DeletedItem {
    /// Which.
    pub id: Nonce,
    /// Always true.
    pub deleted: bool,
}

impl Verb for DeleteItem {
    const NAME: &'static str = "delete_item";
    type Answer = DeletedItem;
}

impl OnNode for DeleteItem {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<DeletedItem, Failure> {
        let (supplier, id, _) = node.find_item(&self.id)?;
        node.give(Input::DeleteItem(&supplier, &id), turn)?;
        Ok(DeletedItem { id, deleted: true })
    }
}
