//! A value that goes, and the earlier ones with it.

use std::collections::BTreeMap;

use regie_protocol::FieldPath;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Changed, Node, OnNode};
use crate::{
    command::{Failure, exit},
    driver::Turn,
    person::tables,
    verb::Verb,
};

/// Removes the value of a field.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unset {
    /// Which field.
    pub field: FieldPath,
}

impl Verb for Unset {
    const NAME: &'static str = "unset";
    type Answer = Changed;
}

impl OnNode for Unset {
    /// The keys of the value and of the earlier ones are destroyed.
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Changed, Failure> {
        let field = self.field;
        // What was emptied may still have a history, which goes too.
        if node.held(field).is_none() && node.history(field)?.is_empty() {
            let next = "`regie fields` lists what you hold";
            return Err(Failure::new("not_found", exit::NOT_FOUND, format!("{field} holds no value; {next}")));
        }
        let now = node.clock.now();
        turn.batch.erase(tables::FIELDS, &field);
        turn.batch.erase_group(tables::FIELD_HISTORY, &field);
        let changed = node.held(field).map(|_| (field, false)).into_iter().collect::<BTreeMap<_, _>>();
        node.values.insert(field, None);
        node.tell(&changed, now, turn)
    }
}
