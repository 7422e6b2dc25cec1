//! A proposal to correct a field of a person's.

use regie_protocol::{FieldPath, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion, SentItem};
use crate::{
    command::Failure,
    driver::Turn,
    supplier::{labels::Label, names::Sent},
    verb::Verb,
};

/// Proposes a correction.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Correct {
    /// The person's key, or `-` where there is only one.
    pub person: String,
    /// The field.
    pub field: FieldPath,
    /// What it should be.
    pub value: Value,
    /// Why, in plain words.
    pub reason: String,
}

impl Verb for Correct {
    const NAME: &'static str = "correct";
    type Answer = SentItem;
}

impl OnCompanion for Correct {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<SentItem, Failure> {
        let Self { person, field, value, reason } = self;
        let person = companion.find_person(&person)?;
        companion.load(&person)?;
        let id = companion.propose(person, field, value, reason, Label::default(), turn)?;
        Ok(SentItem { item: Sent(id.0) })
    }
}
