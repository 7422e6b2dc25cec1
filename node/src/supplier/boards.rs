//! The board that a companion may be: the machine of `protocol/board.rs` and its rows. In: frames of intents' keys, of
//! suppliers and other boards. Out: replies, stored first. A board is kept in memory whole, so it needs a store of its
//! own.

use std::{collections::BTreeSet, ops::ControlFlow};

use regie_protocol::{
    Board, PublicKey, Refusal, Timestamp,
    board::{Effects, Host, Record},
    departure::Departure,
    message::{self, BoardReply, Intents, ToBoard},
};

use super::{Companion, host::answer, records::damaged, tables};
use crate::{
    command::Failure,
    driver::Turn,
    network::Responder,
    store::{Nth, Read as _},
};

impl Companion {
    /// Brings the board into memory, where this companion is one. In a turn.
    pub(super) fn open_board(&mut self) -> Result<(), Failure> {
        self.store.begin()?;
        let is_one = self.store.fact(tables::BOARD)?.is_some();
        let records = self.board_records()?;
        self.store.commit(crate::store::Batch::new())?;
        if !is_one {
            return Ok(());
        }
        let mut board = Board::new(self.machine.key().public());
        if records.iter().any(|record| board.restore(record).is_err()) {
            return Err(damaged("the board"));
        }
        self.board = Some(board);
        Ok(())
    }

    /// Everything the board holds: intents before offers, offers before what was collected of them, each in the order of
    /// their numbers.
    fn board_records(&self) -> Result<Vec<Record>, Failure> {
        let mut records = Vec::new();
        let mut keep = |record| {
            records.push(record);
            ControlFlow::Continue(())
        };
        self.store.each(tables::BOARD_INTENTS, |_, record| keep(record))?;
        self.store.each(tables::BOARD_WITHDRAWALS, |_, record| keep(record))?;
        self.store.each(tables::BOARD_OFFERS, |_, record| keep(record))?;
        self.store.each(tables::BOARD_COLLECTED, |_, record| keep(record))?;
        self.store.each(tables::BOARD_ADMITTED, |_, record| keep(record))?;
        records.extend(self.store.fact(tables::BOARD_ADMISSION)?);
        records.sort_by_key(|record| match record {
            Record::Posted { number, .. } | Record::Withdrawn { number, .. } => (0, *number),
            Record::Offered { number, .. } => (1, *number),
            _ => (2, 0),
        });
        Ok(records)
    }

    /// The board of this companion, which becomes one if it is none yet.
    pub(super) fn own_board(&mut self, turn: &mut Turn) -> Result<&mut Board, Failure> {
        if self.store.shared() {
            let next = "run the board as a companion of its own: `regie --home DIR supplier init`";
            return Err(Failure::usage(format!("a companion on a shared store can't be a board; {next}")));
        }
        let key = self.machine.key().public();
        if self.board.is_none() {
            turn.batch.set(tables::BOARD, &());
            self.board = Some(Board::new(key));
            // Who deals with this company can then hang up a wish here by its name.
            self.advertise(turn)?;
        }
        Ok(self.board.get_or_insert_with(|| Board::new(key)))
    }

    /// Says whose offers the board takes.
    pub(super) fn admission(
        &mut self,
        admit: &BTreeSet<PublicKey>,
        dismiss: BTreeSet<PublicKey>,
        open: bool,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let board = self.own_board(turn)?;
        let mut effects = board.admit(admit).map_err(Failure::misread)?;
        for supplier in dismiss {
            effects = effects.and(board.dismiss(supplier));
        }
        if open {
            effects = effects.and(board.open_to_all());
        }
        carry_out(effects, turn);
        Ok(())
    }

    /// Handles a frame for the board.
    pub(super) fn board_frame(&mut self, peer: &PublicKey, frame: &[u8], responder: Responder, turn: &mut Turn) {
        let now = self.clock.now().latest();
        let Some(board) = &mut self.board else { return };
        let effects = match message::read(frame) {
            Ok(message) => board.message_from(peer, responder.source(), message, now),
            Err(code) => Effects::refused(code),
        };
        if let Some(reply) = carry_out(effects, turn) {
            answer(responder, &reply, turn);
        }
    }

    /// Handles a message of this companion itself for the board; the reply goes nowhere else.
    pub(super) fn at_board(
        &mut self,
        peer: &PublicKey,
        message: ToBoard,
        now: Timestamp,
        turn: &mut Turn,
    ) -> Result<BoardReply, Failure> {
        let Some(board) = &mut self.board else { return Ok(BoardReply::Refused(Refusal::NotABoard)) };
        let reply = carry_out(board.message(peer, message, now), turn);
        Ok(reply.map_or(BoardReply::Refused(Refusal::Unavailable), Departure::into_inner))
    }

    /// Takes in what another board holds, where this companion is one itself.
    pub(super) fn gossip(&mut self, page: Intents, now: Timestamp, turn: &mut Turn) {
        let effects = self.board.as_mut().map(|board| board.gossiped(page, now)).unwrap_or_default();
        carry_out(effects, turn);
    }

    /// Takes down what has ended.
    pub(super) fn tend_board(&mut self, now: Timestamp, turn: &mut Turn) {
        let effects = self.board.as_mut().map(|board| board.tick(now)).unwrap_or_default();
        carry_out(effects, turn);
    }
}

/// The board's host.
struct Hands<'a> {
    turn: &'a mut Turn,
    reply: Option<Departure<BoardReply>>,
}

impl Host for Hands<'_> {
    fn persist(&mut self, record: Record) {
        put_board(&record, self.turn);
    }

    fn reply(&mut self, reply: Departure<BoardReply>) {
        self.reply = Some(reply);
    }
}

/// Puts what the board records into the turn; the reply comes out, where a message was answered.
fn carry_out(effects: Effects, turn: &mut Turn) -> Option<Departure<BoardReply>> {
    let mut hands = Hands { turn, reply: None };
    effects.carry_out(&mut hands);
    hands.reply
}

fn put_board(record: &Record, turn: &mut Turn) {
    let batch = &mut turn.batch;
    match record {
        Record::Posted { intent, .. } => batch.put(tables::BOARD_INTENTS, &intent.id(), record),
        Record::Withdrawn { withdrawal, .. } => {
            if let Ok(checked) = withdrawal.clone().verify() {
                batch.put(tables::BOARD_WITHDRAWALS, &(checked.intent, checked.key), record);
            }
        }
        // An offer that was collected stays stored with its intent, so that it can't come a second time.
        Record::Offered { intent, number, .. } => batch.put(tables::BOARD_OFFERS, &Nth(*intent, *number), record),
        Record::Collected { intent, .. } => batch.put(tables::BOARD_COLLECTED, intent, record),
        Record::Admission { .. } => batch.set(tables::BOARD_ADMISSION, record),
        Record::Admitted { supplier } => batch.put(tables::BOARD_ADMITTED, supplier, record),
        Record::Dismissed { supplier } => batch.delete(tables::BOARD_ADMITTED, supplier),
        Record::Gone { intent } => {
            batch.delete(tables::BOARD_INTENTS, intent);
            batch.delete(tables::BOARD_COLLECTED, intent);
            batch.delete_group(tables::BOARD_OFFERS, intent);
        }
        Record::Forgotten { intent, key } => batch.delete(tables::BOARD_WITHDRAWALS, &(*intent, *key)),
    }
}
