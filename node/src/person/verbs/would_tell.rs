//! Who would be told of a change, before it is made.

use std::collections::BTreeSet;

use regie_protocol::{FieldPath, limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Named, Node, NotTold, OnNode, ToldByLetter};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Asks who would be told if these fields changed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WouldTell {
    /// The fields; what comes after as many as one message can hold is not looked at.
    pub fields: Vec<FieldPath>,
}

/// Who would be told.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WouldBeTold {
    /// The suppliers; the first 200.
    pub suppliers: Vec<ToldOf>,
    /// How many suppliers.
    pub count: usize,
    /// The organisations without a companion that a letter would tell; the first 200.
    pub letters: Vec<ToldByLetter>,
    /// How many such organisations.
    pub letters_count: usize,
    /// Who has one of these fields or holds data of the person, and is not told; the first 200.
    pub not_told: Vec<NotTold>,
    /// How many are not told.
    pub not_told_count: usize,
}

/// A supplier that would be told.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ToldOf {
    /// Which.
    #[serde(flatten)]
    pub supplier: Named,
    /// The fields of which it would be told.
    pub fields: Vec<FieldPath>,
}

impl Verb for WouldTell {
    const NAME: &'static str = "would_tell";
    type Answer = WouldBeTold;
}

impl OnNode for WouldTell {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<WouldBeTold, Failure> {
        let fields: BTreeSet<FieldPath> = self.fields.into_iter().take(limits::FIELDS).collect();
        node.told_of(&fields, &fields)
    }
}
