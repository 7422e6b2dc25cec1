//! The boards that are followed.

use std::collections::BTreeSet;

use regie_protocol::{PublicKey, intent::Category};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{clock, command::Failure, driver::Turn, supplier::market::Followed, verb::Verb};

/// Asks for them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Boards {}

/// A board that is followed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FollowedBoard {
    /// Its key.
    pub board: PublicKey,
    /// What is looked for there; everything where there is none.
    pub categories: BTreeSet<Category>,
    /// When it last answered, RFC 3339.
    pub answered: Option<String>,
}

impl Verb for Boards {
    const NAME: &'static str = "boards";
    type Answer = Vec<FollowedBoard>;
}

impl OnCompanion for Boards {
    fn run(self, companion: &mut Companion, _: &mut Turn) -> Result<Vec<FollowedBoard>, Failure> {
        Ok(companion.followed()?.into_iter().map(FollowedBoard::from).collect())
    }
}

impl From<Followed> for FollowedBoard {
    fn from(followed: Followed) -> Self {
        let Followed { board, categories, answered, .. } = followed;
        Self { board: board.supplier, categories, answered: answered.map(clock::text) }
    }
}
