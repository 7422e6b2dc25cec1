//! The fields that hold a value.

use regie_protocol::{FieldPath, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode, ProvenanceKind};
use crate::{
    clock::text,
    command::{Failure, Misfit},
    driver::Turn,
    person::fields::NAMED,
    verb::Verb,
};

/// Lists what the person holds.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fields {}

/// A field with its value.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct HeldField {
    /// Which field.
    pub field: FieldPath,
    /// What it is called, in English.
    pub label: String,
    /// What it holds.
    pub value: Value,
    /// Where the value came from, in English.
    pub provenance: String,
    /// The same in one word.
    pub provenance_kind: ProvenanceKind,
    /// Since when it holds, RFC 3339.
    pub observed: String,
    /// The suppliers that are told of changes, by name; the first 200.
    pub told: Vec<String>,
    /// How many suppliers are told of changes.
    pub told_count: usize,
    /// Why the value does not fit the field, and what to do; none where it does.
    pub unfit: Option<Misfit>,
}

impl Verb for Fields {
    const NAME: &'static str = "fields";
    type Answer = Vec<HeldField>;
}

impl OnNode for Fields {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<Vec<HeldField>, Failure> {
        let held = FieldPath::all().filter_map(|field| {
            let observed = node.held(field)?;
            let told = node.machine.would_be_told(field, node.clock.look());
            Some(HeldField {
                field,
                label: crate::sentences::field(field),
                provenance: crate::sentences::provenance(&observed.provenance),
                provenance_kind: (&observed.provenance).into(),
                observed: text(observed.observed),
                unfit: node.misfit(field, &observed.value),
                value: observed.value,
                told: told.iter().take(NAMED).map(|supplier| node.name_of(supplier)).collect(),
                told_count: told.len(),
            })
        });
        Ok(held.collect())
    }
}
