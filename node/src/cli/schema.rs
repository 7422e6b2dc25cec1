//! The shapes of everything that is said at the control socket, and so of every `--json`. In: the lists of verbs. Out: one
//! JSON Schema (2020-12): for each role and verb the words that it takes and what it answers.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::{
    person::verbs::PersonCommand,
    supplier::verbs::CompanionCommand,
    verb::{Commands as _, Shape},
};

/// The shapes of both roles' verbs.
#[must_use]
pub fn schema() -> Value {
    // What is read from an answer: a field that may be left out is not required.
    let mut with = SchemaSettings::draft2020_12().into_generator();
    let named = |shapes: Vec<Shape>| shapes.into_iter().map(|shape| (shape.name, shape)).collect::<BTreeMap<_, _>>();
    let (person, supplier) = (named(PersonCommand::shapes(&mut with)), named(CompanionCommand::shapes(&mut with)));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "regie: the control socket",
        "person": person,
        "supplier": supplier,
        "$defs": with.take_definitions(true),
    })
}
