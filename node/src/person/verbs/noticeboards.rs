//! The boards that a wish can hang on, by name: those of the person's own suppliers, and the one that was used last.

use regie_protocol::PublicKey;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Lists the boards that the person can name.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Noticeboards {}

/// A board.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Noticeboard {
    /// Who keeps it: what that calls itself, or its key where the person does not deal with it.
    pub name: String,
    /// Its key, by which a wish is hung on it.
    pub key: PublicKey,
    /// Is it a supplier of the person's?
    pub own: bool,
    /// Did the last wish hang on it?
    pub last: bool,
}

impl Verb for Noticeboards {
    const NAME: &'static str = "noticeboards";
    type Answer = Vec<Noticeboard>;
}

impl OnNode for Noticeboards {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<Vec<Noticeboard>, Failure> {
        let last = node.machine.intents().max_by_key(|(_, wanted)| wanted.stored.at);
        let last = last.map(|(_, wanted)| wanted.intent.board);
        let keeps =
            node.suppliers().filter(|(_, known)| known.profile().board && known.stored().introduced_by.is_none());
        let mut boards: Vec<Noticeboard> = keeps
            .map(|(key, known)| {
                let board = known.profile().supplier;
                Noticeboard { name: node.name_of(key), key: board, own: true, last: Some(board) == last }
            })
            .collect();
        if let Some(key) = last.filter(|last| boards.iter().all(|board| board.key != *last)) {
            boards.push(Noticeboard { name: node.name_of(&key), key, own: false, last: true });
        }
        boards.sort_by_key(|board| (!board.last, board.name.to_lowercase(), board.key));
        Ok(boards)
    }
}
