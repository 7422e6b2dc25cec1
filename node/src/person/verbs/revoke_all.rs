//! The end of every grant of a supplier.

use regie_protocol::person::Input;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Ends every grant of a supplier.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeAll {
    /// Which, by name or key.
    pub supplier: String,
    /// Is it to erase what it has?
    pub erase: bool,
}

/// They ended.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RevokedAll {
    /// How many grants.
    pub revoked: usize,
    /// Was erasure demanded?
    pub erasure_asked: bool,
}

impl Verb for RevokeAll {
    const NAME: &'static str = "revoke_all";
    type Answer = RevokedAll;
}

impl OnNode for RevokeAll {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<RevokedAll, Failure> {
        let supplier = node.find_supplier(&self.supplier)?;
        let revoked = node.give(Input::RevokeAll(&supplier, self.erase), turn)?.revoked;
        Ok(RevokedAll { revoked, erasure_asked: self.erase })
    }
}
