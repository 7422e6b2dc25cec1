//! The name by which the person is greeted on the pages. It goes to nobody.

use regie_protocol::limits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, person::records, verb::Verb};

/// Shows the name, or sets it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Me {
    /// The new one; none to see it.
    pub name: Option<String>,
}

/// The name.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Name {
    /// None where the person gave none.
    pub name: Option<String>,
}

impl Verb for Me {
    const NAME: &'static str = "me";
    type Answer = Name;
}

impl OnNode for Me {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Name, Failure> {
        let Some(name) = self.name else { return Ok(Name { name: records::name(&node.store)? }) };
        let name = name.trim();
        if name.is_empty() || name.len() > limits::NAME_BYTES || name.chars().any(char::is_control) {
            let most = limits::NAME_BYTES;
            return Err(Failure::usage(format!("a name has 1 to {most} bytes and no control characters; shorten it")));
        }
        records::put_name(turn, name);
        Ok(Name { name: Some(name.to_owned()) })
    }
}
