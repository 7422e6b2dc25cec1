//! Values of fields, as the person types them.

use std::collections::BTreeMap;

use regie_protocol::{FieldPath, Observed, Provenance, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Changed, Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Most values one `set` changes.
const VALUES: usize = regie_protocol::limits::FIELDS;

/// Sets fields, in one step.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// Fields, each with its value.
    pub values: Vec<(FieldPath, Value)>,
    /// Fields that hold nothing from now on; what they held stays in their history.
    #[serde(default)]
    pub empty: Vec<FieldPath>,
}

impl Verb for Set {
    const NAME: &'static str = "set";
    type Answer = Changed;
}

impl OnNode for Set {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Changed, Failure> {
        if self.values.len() + self.empty.len() > VALUES {
            return Err(Failure::usage(format!("at most {VALUES} fields at a time; give them in two parts")));
        }
        let (read, _) = node.read(self.values, false)?;
        let observed = node.clock.now().wall;
        let new = |(field, value)| (field, Observed { value, provenance: Provenance::Typed, observed });
        let changes: BTreeMap<FieldPath, Observed> = read.into_iter().map(new).collect();
        node.change_values(changes, &self.empty, turn)
    }
}
