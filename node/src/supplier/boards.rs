//! The board that a companion may be: the machine of `protocol/board.rs` and its rows. In: frames of intents' keys, of
//! suppliers and other boards. Out: replies, stored first. A board is kept in memory whole, so it needs a store of its
//! own.

use std::collections::BTreeSet;

use regie_protocol::{
    board::{Board, Effect, Record},
    identity::PublicKey,
    intent::BoardLink,
    message::{Intents, Message, Reply},
    profile::Invitation,
    refusal::Refusal,
    time::Timestamp,
    wire,
};
use serde_json::{Value, json};

use super::{Companion, records::damaged};
use crate::{
    command::{Failure, parse},
    driver::Turn,
    store::{Key, Table},
};

/// The row that says that this companion is a board.
const ROLE: &[u8] = b"role";
const POSTED: &[u8] = b"posted";
const WITHDRAWN: &[u8] = b"withdrawn";
const COLLECTED: &[u8] = b"collected";
const ADMISSION: &[u8] = b"admission";
const ADMITTED: &[u8] = b"admitted";
/// Largest stored record, in bytes.
const RECORD_BYTES: usize = 64 * 1024;

/// Is this a message for a board?
pub(super) fn is_for(message: &Message) -> bool {
    matches!(
        message,
        Message::Cast(_) | Message::Withdraw(_) | Message::Collect(_) | Message::Browse(_) | Message::Offer(_)
    )
}

/// A company by its key, or by a link that brings people to it.
fn company(text: &str) -> Result<PublicKey, Failure> {
    match text.parse::<Invitation>() {
        Ok(invitation) => Ok(invitation.supplier),
        Err(_) => parse(text),
    }
}

impl Companion {
    /// Brings the board into memory, where this companion is one. In a turn.
    pub(super) fn open_board(&mut self) -> Result<(), Failure> {
        self.store.begin()?;
        let (mut rows, mut broken) = (Vec::new(), false);
        let is_one = self.store.get(Table::Board, &Key::item(ROLE))?.is_some();
        self.store.each(Table::Board, &mut |row| {
            if row.value.as_slice() != ROLE {
                match wire::decode::<Record>(&row.value, RECORD_BYTES) {
                    Ok(record) => rows.push(record),
                    Err(_) => broken = true,
                }
            }
            std::ops::ControlFlow::Continue(())
        })?;
        self.store.commit(crate::store::Batch::new())?;
        if !is_one {
            return Ok(());
        }
        // Intents before offers, offers before what was collected of them, each in the order of their numbers.
        rows.sort_by_key(|record| match record {
            Record::Posted { number, .. } | Record::Withdrawn { number, .. } => (0, *number),
            Record::Offered { number, .. } => (1, *number),
            _ => (2, 0),
        });
        let mut board = Board::new(self.machine.key().public());
        broken |= rows.iter().any(|record| board.restore(record).is_err());
        if broken {
            return Err(damaged(Table::Board.name()));
        }
        self.board = Some(board);
        Ok(())
    }

    /// The board of this companion, which becomes one if it is none yet.
    fn own_board(&mut self, turn: &mut Turn) -> Result<&mut Board, Failure> {
        if self.store.shared() {
            let next = "run the board as a companion of its own: `regie --home DIR supplier init`";
            return Err(Failure::usage(format!("a companion on a shared store can't be a board; {next}")));
        }
        if self.board.is_none() {
            turn.batch.put(Table::Board, Key::item(ROLE), ROLE.to_vec());
        }
        let key = self.machine.key().public();
        Ok(self.board.get_or_insert_with(|| Board::new(key)))
    }

    /// Makes this companion a board, if it is none yet; its link comes out.
    pub(super) fn board_link(&mut self, turn: &mut Turn) -> Result<Value, Failure> {
        let figures = self.own_board(turn)?.figures();
        let key = self.machine.key().public();
        let addresses = self.machine.profile().map(|profile| profile.addresses.clone()).unwrap_or_default();
        Ok(json!({
            "link": BoardLink::new(key, addresses).to_string(),
            "intents": figures.intents,
            "from_other_boards": figures.gossiped,
            "offers_waiting": figures.offers,
            "offers_from": if figures.only_admitted { "admitted" } else { "anybody" },
            "admitted": figures.admitted,
        }))
    }

    /// Says whose offers the board takes; then as [`Self::board_link`].
    pub(super) fn admission(
        &mut self,
        admit: &[String],
        dismiss: &[String],
        open: bool,
        turn: &mut Turn,
    ) -> Result<Value, Failure> {
        let keys = |texts: &[String]| texts.iter().map(|text| company(text)).collect::<Result<BTreeSet<_>, _>>();
        let (admit, dismiss) = (keys(admit)?, keys(dismiss)?);
        let board = self.own_board(turn)?;
        let mut effects = board.admit(&admit).map_err(Failure::misread)?;
        effects.extend(dismiss.into_iter().flat_map(|supplier| board.dismiss(supplier)));
        if open {
            effects.extend(board.open_to_all());
        }
        self.keep_board(effects, turn)?;
        self.board_link(turn)
    }

    /// Handles a message for the board.
    pub(super) fn at_board(
        &mut self,
        peer: &PublicKey,
        message: Message,
        now: Timestamp,
        turn: &mut Turn,
    ) -> Result<Reply, Failure> {
        let Some(board) = &mut self.board else { return Ok(Reply::Refused(Refusal::NotABoard)) };
        let effects = board.message(peer, message, now);
        let mut answer = Reply::Refused(Refusal::Unavailable);
        for effect in effects {
            match effect {
                Effect::Persist(record) => self.put_board(&record, turn)?,
                Effect::Reply(reply) => answer = reply,
            }
        }
        Ok(answer)
    }

    /// Takes in what another board holds, where this companion is one itself.
    pub(super) fn gossip(&mut self, page: Intents, now: Timestamp, turn: &mut Turn) -> Result<(), Failure> {
        let effects = self.board.as_mut().map(|board| board.gossiped(page, now)).unwrap_or_default();
        self.keep_board(effects, turn)
    }

    /// Takes down what has ended.
    pub(super) fn tend_board(&mut self, now: Timestamp, turn: &mut Turn) -> Result<(), Failure> {
        let effects = self.board.as_mut().map(|board| board.tick(now)).unwrap_or_default();
        self.keep_board(effects, turn)
    }

    fn keep_board(&mut self, effects: Vec<Effect>, turn: &mut Turn) -> Result<(), Failure> {
        for effect in effects {
            if let Effect::Persist(record) = effect {
                self.put_board(&record, turn)?;
            }
        }
        Ok(())
    }

    fn put_board(&self, record: &Record, turn: &mut Turn) -> Result<(), Failure> {
        let key = match record {
            Record::Posted { intent, .. } => Key::grouped(POSTED, intent.id().digest()),
            Record::Withdrawn { withdrawal, .. } => {
                let Ok(checked) = withdrawal.clone().verify() else { return Ok(()) };
                Key::grouped(WITHDRAWN, &[&checked.intent.digest()[..], checked.key.as_bytes()].concat())
            }
            // An offer that was collected stays stored with its intent, so that it can't come a second time.
            Record::Offered { intent, number, .. } => Key::grouped_index(intent.digest(), *number),
            Record::Collected { intent, .. } => Key::grouped(COLLECTED, intent.digest()),
            Record::Admission { .. } => Key::item(ADMISSION),
            Record::Admitted { supplier } => Key::grouped(ADMITTED, supplier.as_bytes()),
            Record::Dismissed { supplier } => {
                turn.batch.delete(Table::Board, Key::grouped(ADMITTED, supplier.as_bytes()));
                return Ok(());
            }
            Record::Gone { intent } => {
                turn.batch.delete(Table::Board, Key::grouped(POSTED, intent.digest()));
                turn.batch.delete(Table::Board, Key::grouped(COLLECTED, intent.digest()));
                for row in self.store.group(Table::Board, intent.digest())? {
                    turn.batch.delete(Table::Board, row.key());
                }
                return Ok(());
            }
            Record::Forgotten { intent, key } => {
                let key = Key::grouped(WITHDRAWN, &[&intent.digest()[..], key.as_bytes()].concat());
                turn.batch.delete(Table::Board, key);
                return Ok(());
            }
        };
        turn.batch.put(Table::Board, key, wire::encode(record).map_err(Failure::internal)?);
        Ok(())
    }
}
