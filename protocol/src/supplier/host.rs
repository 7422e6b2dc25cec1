//! What follows of an input, and who carries it out. In: what the machine decided on. Out: calls of a host, in order; what
//! the person can observe leaves as a departure.

use super::Record;
use crate::{
    departure::{self, Departure},
    identity::PublicKey,
    message::SupplierReply,
    refusal::Refusal,
    time::Timestamp,
};

/// Who carries out what the supplier machine decides, in the order of the calls.
///
/// What [`Self::persist`] was given must be durable before anything that was said after it is visible to anybody. A host
/// that can't keep a record remembers the first error, does nothing of what follows, and whoever drives the machine looks
/// when [`Effects::carry_out`] is over: then memory is ahead of the disk.
pub trait Host {
    /// Make durable.
    fn persist(&mut self, record: Record);

    /// Answer the frame in hand. Called once for [`super::Supplier::message`] and [`Effects::refused`], else never.
    fn reply(&mut self, reply: Departure<SupplierReply>);

    /// Something new is to be sent to this person, when connected ([`super::Supplier::to_send`]).
    fn deliver(&mut self, _person: &PublicKey) {}

    /// A run of this person's node may speak. `anew` where another spoke before: lines that are older than the one in hand
    /// are its own, and are to be closed.
    fn resumed(&mut self, _person: &PublicKey, _anew: bool) {}

    /// A run of this person's node was shown that another spoke last. If it does not take that one's place in a few
    /// seconds, both live: all lines to this person are to be closed, so that the one that speaks comes again and is told
    /// ([`super::Customer::has_rival`]).
    fn contested(&mut self, _person: &PublicKey) {}

    /// A person, whose key was proven, states that this is the present ([`crate::clock::Clock::heard`]).
    fn heard(&mut self, _person: &PublicKey, _at: Timestamp) {}
}

/// What is to be done now that the machine took an input. The machine has changed already: what is dropped here is lost.
#[derive(Debug, Default)]
#[must_use = "the machine has changed already, and this alone makes that durable"]
pub struct Effects(pub(super) Vec<Effect>);

impl Effects {
    /// Has the host carry everything out.
    pub fn carry_out(self, host: &mut dyn Host) {
        for effect in self.0 {
            match effect {
                Effect::Persist(record) => host.persist(record),
                Effect::Reply(reply) => host.reply(departure::let_out(reply)),
                Effect::Deliver(person) => host.deliver(&person),
                Effect::Heard(person, at) => host.heard(&person, at),
                Effect::Resumed { person, anew } => host.resumed(&person, anew),
                Effect::Contested(person) => host.contested(&person),
            }
        }
    }

    /// These, and then those.
    pub fn and(mut self, then: Self) -> Self {
        self.0.extend(then.0);
        self
    }

    /// The answer to a frame that is no message for a supplier: with the code that reading it gave.
    pub fn refused(code: Refusal) -> Self {
        Self(vec![Effect::Reply(SupplierReply::Refused(code))])
    }
}

#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "effects are moved once and few")]
pub(super) enum Effect {
    Persist(Record),
    Reply(SupplierReply),
    Deliver(PublicKey),
    Heard(PublicKey, Timestamp),
    Resumed { person: PublicKey, anew: bool },
    Contested(PublicKey),
}
