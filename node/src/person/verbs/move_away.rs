//! The node goes to another machine: this home writes its last entry and says nothing more.

use regie_protocol::person::{Input, Moved};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{clock::text, command::Failure, driver::Turn, verb::Verb};

/// Ends this home, so that the node can go on elsewhere. Said again it changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveAway {
    /// What the person calls the other machine: one line of at most 256 bytes; empty where they do not say.
    pub to: String,
}

/// Where a node went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MovedAway {
    /// What the person calls that machine; empty where they did not say.
    pub to: String,
    /// When, RFC 3339.
    pub at: String,
}

impl From<&Moved> for MovedAway {
    fn from(moved: &Moved) -> Self {
        Self { to: moved.to.clone(), at: text(moved.at) }
    }
}

impl Verb for MoveAway {
    const NAME: &'static str = "move_away";
    type Answer = MovedAway;
}

impl OnNode for MoveAway {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<MovedAway, Failure> {
        if node.machine.moved().is_none() {
            node.give(Input::Leave(self.to.trim()), turn)?;
        }
        let moved = node.machine.moved().map(MovedAway::from);
        moved.ok_or_else(|| Failure::internal("a node that left knows nothing of it"))
    }
}
