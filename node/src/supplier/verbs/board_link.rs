//! The companion as a board, where persons cast intents: its link, and whose offers it takes.

use std::collections::BTreeSet;

use regie_protocol::{Invitation, PublicKey, intent};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{
    command::{Failure, parse},
    driver::Turn,
    verb::Verb,
};

/// Makes this companion a board, if it is none yet; its link comes out.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoardLink {}

/// Says whose offers the board takes; then as [`BoardLink`]. Companies are named by their key, or by a link that brings
/// people to them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Admission {
    /// Take offers of these companies, and of no others that are not admitted.
    pub admit: Vec<String>,
    /// Take no more offers of these.
    pub dismiss: Vec<String>,
    /// Take offers of everybody again.
    pub open: bool,
}

/// Where people and companies find this board, and what hangs there.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OwnBoard {
    /// `regie:board?…`, to give to them.
    pub link: String,
    /// Intents that are open.
    pub intents: usize,
    /// Of them from other boards.
    pub from_other_boards: usize,
    /// Offers that wait for their persons.
    pub offers_waiting: usize,
    /// Whose offers it takes: of `anybody`, or of those that are `admitted`.
    pub offers_from: String,
    /// How many companies are admitted by name.
    pub admitted: usize,
}

impl Verb for BoardLink {
    const NAME: &'static str = "board_link";
    type Answer = OwnBoard;
}

impl Verb for Admission {
    const NAME: &'static str = "admission";
    type Answer = OwnBoard;
}

impl OnCompanion for BoardLink {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<OwnBoard, Failure> {
        let figures = companion.own_board(turn)?.figures();
        let key = companion.machine.key().public();
        let addresses = companion.machine.profile().map(|profile| profile.addresses.clone()).unwrap_or_default();
        Ok(OwnBoard {
            link: intent::BoardLink::new(key, addresses).to_string(),
            intents: figures.intents,
            from_other_boards: figures.gossiped,
            offers_waiting: figures.offers,
            offers_from: if figures.only_admitted { "admitted" } else { "anybody" }.to_owned(),
            admitted: figures.admitted,
        })
    }
}

impl OnCompanion for Admission {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<OwnBoard, Failure> {
        let Self { admit, dismiss, open } = self;
        companion.admission(&companies(&admit)?, companies(&dismiss)?, open, turn)?;
        BoardLink {}.run(companion, turn)
    }
}

/// Companies by their keys, or by links that bring people to them.
fn companies(texts: &[String]) -> Result<BTreeSet<PublicKey>, Failure> {
    let company = |text: &String| match text.parse::<Invitation>() {
        Ok(invitation) => Ok(invitation.supplier),
        Err(_) => parse(text),
    };
    texts.iter().map(company).collect()
}
