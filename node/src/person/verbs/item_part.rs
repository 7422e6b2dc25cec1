//! A document that a supplier sent, a part at a time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{InParts, Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Gives a part of a document.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemPart {
    /// The item's id, or the end of it.
    pub id: String,
    /// Which part, from 1 on.
    pub part: u64,
}

/// A part of a document.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DocumentPart {
    /// Which part this is, from 1 on.
    pub part: u64,
    /// How many it has.
    pub parts: u64,
    /// The part, base64.
    pub bytes: String,
}

impl InParts for DocumentPart {
    fn parts(&self) -> u64 {
        self.parts
    }

    fn bytes(&self) -> &str {
        &self.bytes
    }
}

impl Verb for ItemPart {
    const NAME: &'static str = "item_part";
    type Answer = DocumentPart;
}

impl OnNode for ItemPart {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<DocumentPart, Failure> {
        let (supplier, id, _) = node.find_item(&self.id)?;
        let (parts, bytes) = node.document_part(&supplier, &id, self.part)?;
        Ok(DocumentPart { part: self.part, parts, bytes: data_encoding::BASE64.encode(&bytes) })
    }
}
