//! The machine's host: carries out what followed of an input. In: effects. Out: records in this turn's commit, replies and
//! requests behind it.

use regie_protocol::{
    PublicKey, Timestamp,
    departure::{Departure, Leaves},
    message::SupplierReply,
    supplier::{Effects, Host, Record},
};

use super::{Companion, records::put_alone};
use crate::{command::Failure, driver::Turn, network::Responder, store::Batch};

struct Hands<'a> {
    companion: &'a mut Companion,
    turn: &'a mut Turn,
    responder: Option<Responder>,
    records: usize,
    /// The first failure: nothing is done behind it.
    done: Result<(), Failure>,
}

impl Companion {
    /// Carries out what followed of an input; how many records were made.
    ///
    /// # Errors
    /// The first record that can't be kept, or person who can't be read. The turn must not be committed then.
    pub(crate) fn run(
        &mut self,
        effects: Effects,
        responder: Option<Responder>,
        turn: &mut Turn,
    ) -> Result<usize, Failure> {
        let mut hands = Hands { companion: self, turn, responder, records: 0, done: Ok(()) };
        effects.carry_out(&mut hands);
        hands.done.map(|()| hands.records)
    }
}

impl Hands<'_> {
    fn go_on(&mut self, step: impl FnOnce(&mut Companion, &mut Turn) -> Result<(), Failure>) {
        if self.done.is_ok() {
            self.done = step(self.companion, self.turn);
        }
    }
}

impl Host for Hands<'_> {
    fn persist(&mut self, record: Record) {
        self.records += 1;
        self.go_on(|companion, turn| companion.persist(&record, turn));
    }

    fn reply(&mut self, reply: Departure<SupplierReply>) {
        if let (Ok(()), Some(responder)) = (&self.done, self.responder.take()) {
            if let Some(code) = reply.refusal() {
                self.companion.pulse.refuse(code);
            }
            answer(responder, &reply, self.turn);
        }
    }

    fn deliver(&mut self, person: &PublicKey) {
        self.go_on(|companion, turn| companion.send(*person, turn));
    }

    fn resumed(&mut self, person: &PublicKey, anew: bool) {
        self.go_on(|companion, turn| {
            companion.resumed(*person, anew, turn);
            Ok(())
        });
    }

    fn contested(&mut self, person: &PublicKey) {
        self.go_on(|companion, turn| {
            companion.contested(*person, turn);
            Ok(())
        });
    }

    fn heard(&mut self, person: &PublicKey, at: Timestamp) {
        self.go_on(|companion, _| {
            companion.clock.heard(person, at);
            Ok(())
        });
    }
}

/// Answers a frame when this turn is on disk.
pub(super) fn answer<R: Leaves>(responder: Responder, reply: &Departure<R>, turn: &mut Turn) {
    if let Ok(frame) = reply.frame() {
        turn.after(move || responder.reply(frame));
    }
}

/// A host for what the company does to its own home alone: keeps records, and there is nobody to tell anything.
pub(super) struct Written<'a>(pub(super) &'a mut Batch);

impl Host for Written<'_> {
    fn persist(&mut self, record: Record) {
        put_alone(self.0, &record);
    }

    fn reply(&mut self, _reply: Departure<SupplierReply>) {}
}
