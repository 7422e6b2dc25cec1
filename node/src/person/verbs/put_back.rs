//! An earlier value that holds again.

use std::collections::BTreeMap;

use regie_protocol::{FieldPath, Observed, Provenance};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Changed, Node, OnNode};
use crate::{
    command::{Failure, exit},
    driver::Turn,
    person::tables,
    store::{Nth, Read as _},
    verb::Verb,
};

/// Puts an earlier value of a field back. It is the person's word from now on, whoever said it before, and is told as any
/// change.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutBack {
    /// Which field.
    pub field: FieldPath,
    /// Which of its earlier values, by number; none for the last.
    pub number: Option<u64>,
}

impl Verb for PutBack {
    const NAME: &'static str = "put_back";
    type Answer = Changed;
}

impl OnNode for PutBack {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Changed, Failure> {
        let Self { field, number } = self;
        let rows: Vec<(Nth<FieldPath>, Observed)> = node.store.group(tables::FIELD_HISTORY, &field)?;
        let wanted = |at: &Nth<FieldPath>| number.is_none_or(|number| at.1 == number);
        let earlier = rows.into_iter().rev().find(|(at, _)| wanted(at)).ok_or_else(|| {
            let next = format!("`regie get {field} --history` lists those that there are");
            Failure::new("not_found", exit::NOT_FOUND, format!("{field} has no such earlier value; {next}"))
        })?;
        let (read, _) = node.read(vec![(field, earlier.1.value)], false)?;
        let observed = node.clock.now().wall;
        let typed = |(field, value)| (field, Observed { value, provenance: Provenance::Typed, observed });
        let changes: BTreeMap<FieldPath, Observed> = read.into_iter().map(typed).collect();
        node.put_values(changes, turn)
    }
}
