//! A request for fields, to one person.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{AskedPath, Days, Nonce, Purpose, supplier};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{
    command::{Failure, Reading},
    driver::Turn,
    supplier::labels::Label,
    verb::Verb,
};

/// Asks a person for fields.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The person's key, or `-` where there is only one.
    pub person: String,
    /// Which fields.
    pub fields: BTreeSet<AskedPath>,
    /// Why.
    pub purpose: Purpose,
    /// Why, in plain words.
    pub reason: String,
    /// How they are to be had.
    pub access: Reading,
    /// For how many days.
    pub days: Days,
    /// How many days values are kept.
    pub retention: Days,
    /// How many steps below this company processors may go.
    #[serde(default)]
    pub delegations: u8,
    /// By what the company's other systems know it; never sent to the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// The request, on its way.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct MadeRequest {
    /// Its id.
    pub request: Nonce,
}

impl Verb for Ask {
    const NAME: &'static str = "ask";
    type Answer = MadeRequest;
}

impl OnCompanion for Ask {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<MadeRequest, Failure> {
        let ask = supplier::Ask {
            person: companion.find_person(&self.person)?,
            fields: self.fields,
            purpose: self.purpose,
            reason: self.reason,
            access: self.access.into(),
            duration: self.days,
            retention: self.retention,
            delegations: self.delegations,
        };
        let label = Label::new(self.reference, BTreeMap::new())?;
        Ok(MadeRequest { request: companion.ask(ask, label, turn)? })
    }
}
