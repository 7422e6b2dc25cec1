//! A board, followed to find what is wanted there, or let go.

use std::collections::BTreeSet;

use regie_protocol::{
    PublicKey,
    intent::{BoardLink, Category},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, FollowedBoard, OnCompanion};
use crate::{
    command::{Failure, Text},
    driver::Turn,
    verb::Verb,
};

/// Follows a board. One that is followed already gets the new categories, and is read anew.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Follow {
    /// Its link, `regie:board?…`.
    pub board: Text<BoardLink>,
    /// What to look for, and everything within it; everything where there is none.
    pub categories: BTreeSet<Category>,
}

/// Lets a board go. What was found there stays until it ends.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unfollow {
    /// Its key.
    pub board: PublicKey,
}

/// It is let go.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct BoardLetGo {
    /// Its key.
    pub board: PublicKey,
    /// Always false.
    pub followed: bool,
}

impl Verb for Follow {
    const NAME: &'static str = "follow";
    type Answer = FollowedBoard;
}

impl Verb for Unfollow {
    const NAME: &'static str = "unfollow";
    type Answer = BoardLetGo;
}

impl OnCompanion for Follow {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<FollowedBoard, Failure> {
        companion.follow(self.board.0, self.categories, turn).map(FollowedBoard::from)
    }
}

impl OnCompanion for Unfollow {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<BoardLetGo, Failure> {
        companion.unfollow(&self.board, turn)?;
        Ok(BoardLetGo { board: self.board, followed: false })
    }
}
