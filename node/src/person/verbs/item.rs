//! One item that a supplier sent back, with its content.

use regie_protocol::Content;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ShownItem};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Shows an item.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its id, or the end of it.
    pub id: String,
}

impl Verb for Item {
    const NAME: &'static str = "item";
    type Answer = ShownItem;
}

impl OnNode for Item {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<ShownItem, Failure> {
        let (supplier, id, kept) = node.find_item(&self.id)?;
        let mut shown = node.shown_item(&supplier, &id, &kept)?;
        if let Content::Document(document) = node.content(&supplier, &id)?.content {
            shown.body = Some(data_encoding::BASE64.encode(&document.body));
        }
        Ok(shown)
    }
}
