//! A document, into a collection that a person opened.

use regie_protocol::{Collection, Document, Nonce};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{
    command::{Failure, base64},
    driver::Turn,
    supplier::{labels::Label, names::Sent},
    verb::Verb,
};

/// Sends a document.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Put {
    /// The person's key, or `-` where there is only one.
    pub person: String,
    /// Into which collection.
    pub collection: Collection,
    /// What it is, in one line.
    pub title: String,
    /// What kind of file it is.
    pub media_type: String,
    /// The file, in base64.
    #[serde(default)]
    pub body: String,
    /// What was handed in before ([`super::Upload`]), in place of the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload: Option<Nonce>,
}

/// What is sent back to a person, on its way.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SentItem {
    /// Its id.
    pub item: Sent,
}

impl Verb for Put {
    const NAME: &'static str = "put";
    type Answer = SentItem;
}

impl OnCompanion for Put {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<SentItem, Failure> {
        let Self { person, collection, title, media_type, body, upload } = self;
        let person = companion.find_person(&person)?;
        let body = match upload {
            Some(upload) => companion.take_upload(&upload)?,
            None => base64("the body", &body)?,
        };
        let id =
            companion.put_document(person, collection, Document { title, media_type, body }, Label::default(), turn)?;
        Ok(SentItem { item: Sent(id.0) })
    }
}
