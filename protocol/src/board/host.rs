//! What follows of an input, and who carries it out. In: what the board decided on. Out: calls of a host, in order; what a
//! peer can observe leaves as a departure.

use super::Record;
use crate::{
    departure::{self, Departure},
    message::BoardReply,
    refusal::Refusal,
};

/// Who carries out what a board decides, in the order of the calls.
///
/// What [`Self::persist`] was given must be durable before anything that was said after it is visible to anybody. A host
/// that can't keep a record remembers the first error, does nothing of what follows, and whoever drives the board looks
/// when [`Effects::carry_out`] is over: then memory is ahead of the disk.
pub trait Host {
    /// Make durable.
    fn persist(&mut self, record: Record);

    /// Answer the frame in hand. Called once for [`super::Board::message`] and [`Effects::refused`], else never.
    fn reply(&mut self, reply: Departure<BoardReply>);
}

/// What is to be done now that the board took an input. The board has changed already: what is dropped here is lost.
#[derive(Debug, Default)]
#[must_use = "the board has changed already, and this alone makes that durable"]
pub struct Effects(pub(super) Vec<Effect>);

impl Effects {
    /// Has the host carry everything out.
    pub fn carry_out(self, host: &mut dyn Host) {
        for effect in self.0 {
            match effect {
                Effect::Persist(record) => host.persist(record),
                Effect::Reply(reply) => host.reply(departure::let_out(reply)),
            }
        }
    }

    /// These, and then those.
    pub fn and(mut self, then: Self) -> Self {
        self.0.extend(then.0);
        self
    }

    /// The answer to a frame that is no message for a board: with the code that reading it gave.
    pub fn refused(code: Refusal) -> Self {
        Self(vec![Effect::Reply(BoardReply::Refused(code))])
    }
}

#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "effects are moved once and few")]
pub(super) enum Effect {
    Persist(Record),
    Reply(BoardReply),
}
