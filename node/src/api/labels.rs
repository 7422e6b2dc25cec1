//! The company's own reference and metadata in calls. In: what a body gives, or changes. Out: labels of the companion, checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::{
    command::Failure,
    supplier::labels::{Change, Label},
};

/// What is to change of your own words beside a thing (JSON Merge Patch, RFC 7396): what is left out stays, and null takes away.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LabelChange {
    /// Another reference of yours.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255, example = "4711")]
    reference: Option<Option<String>>,
    /// Entries of your metadata: a text sets one, null takes it away. Null in place of all of them takes all away.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<BTreeMap<String, Option<String>>>, example = json!({"account": "NL-7", "campaign": null}))]
    metadata: Option<Option<BTreeMap<String, Option<String>>>>,
}

impl LabelChange {
    /// As the companion does it.
    ///
    /// # Errors
    /// Nothing is to be changed: the body was forgotten.
    pub(super) fn read(self) -> Result<Change, Failure> {
        if self.reference.is_none() && self.metadata.is_none() {
            return Err(Failure::usage("nothing is to be changed; send reference, metadata, or both"));
        }
        Ok(Change { reference: self.reference, metadata: self.metadata })
    }
}

/// What is shown of a label.
pub(super) fn shown(label: &Label) -> (Option<String>, BTreeMap<String, String>) {
    (label.reference().map(str::to_owned), label.metadata().clone())
}

/// A null that was said is another thing than nothing that was said.
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
