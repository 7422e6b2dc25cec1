//! A grant that nobody asked for.

use regie_protocol::{
    Days, ObjectId, Purpose, Selector,
    person::{Input, NewGrant},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{
    command::{Failure, Reading},
    driver::Turn,
    verb::Verb,
};

/// Grants fields unasked.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// To whom, by name or key.
    pub supplier: String,
    /// Fields and closed groups.
    pub fields: Vec<Selector>,
    /// What for.
    pub purposes: Vec<Purpose>,
    /// How they may be had.
    pub access: Reading,
    /// How long the grant lives.
    pub days: Days,
    /// How long a value may be kept.
    pub retention: Days,
}

/// It was granted.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Granted {
    /// The grant.
    pub grant: Option<ObjectId>,
    /// To whom, by name.
    pub supplier: String,
}

impl Verb for Grant {
    const NAME: &'static str = "grant";
    type Answer = Granted;
}

impl OnNode for Grant {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Granted, Failure> {
        let new = NewGrant {
            supplier: node.find_supplier(&self.supplier)?,
            fields: self.fields.into_iter().collect(),
            purposes: self.purposes.into_iter().collect(),
            access: self.access.into(),
            duration: self.days,
            retention: self.retention,
        };
        let grant = node.give(Input::Grant(&new), turn)?.granted;
        Ok(Granted { grant, supplier: node.name_of(&new.supplier) })
    }
}
