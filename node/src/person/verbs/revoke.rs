//! The end of a grant.

use regie_protocol::{ObjectId, person::Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Ends a grant, or what was handed on of one.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Revoke {
    /// Its id, or the end of it.
    pub grant: String,
    /// Is the supplier to erase what it has?
    pub erase: bool,
}

/// It ended.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Revoked {
    /// The grant, or the delegation.
    pub revoked: ObjectId,
    /// Was erasure demanded?
    pub erasure_asked: bool,
}

impl Verb for Revoke {
    const NAME: &'static str = "revoke";
    type Answer = Revoked;
}

impl OnNode for Revoke {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Revoked, Failure> {
        let grant = node.find_grant(&self.grant)?;
        node.give(Input::Revoke(&grant, self.erase), turn)?;
        Ok(Revoked { revoked: grant, erasure_asked: self.erase })
    }
}
