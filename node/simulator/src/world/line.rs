//! A line between a person's node and a supplier, which the node dials: whether it is up, and what is on its way on it.
//! In: what both machines want to send. Out: what still arrives; what was on its way when a line goes down never does,
//! and both machines send it again on the next one. A line has several streams, so messages may overtake each other.

use regie_protocol::{
    Person, PublicKey, Supplier, Timestamp,
    message::{PersonReply, SupplierReply, ToPerson, ToSupplier},
    supplier::Parcel,
    wire,
};

use crate::measure::meter::Metered;

/// Something on its way on a line.
pub enum Carried {
    /// Of the person's outbox, under its number there.
    ToSupplier(u64, Box<ToSupplier>),
    /// Of the supplier's, with what it is about.
    ToPerson(Parcel, Box<ToPerson>),
    /// The supplier's reply to that number.
    SupplierReplied(u64, Box<SupplierReply>),
    /// The person's reply about that.
    PersonReplied(Parcel, Box<PersonReply>),
    /// What the supplier says back to a reply.
    Acknowledge(Box<ToPerson>),
}

impl Carried {
    /// Does the person's node send it?
    #[must_use]
    pub fn by_person(&self) -> bool {
        matches!(self, Self::ToSupplier(..) | Self::PersonReplied(..))
    }

    /// The bytes of its frame.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        match self {
            Self::ToSupplier(_, message) => bytes(&**message),
            Self::ToPerson(_, message) | Self::Acknowledge(message) => bytes(&**message),
            Self::SupplierReplied(_, reply) => bytes(&**reply),
            Self::PersonReplied(_, reply) => bytes(&**reply),
        }
    }
}

/// The bytes of a message's frame.
pub fn bytes<T: serde::Serialize>(message: &T) -> u64 {
    wire::encode(message).map_or(0, |bytes| bytes.len() as u64)
}

/// A line.
pub struct Line {
    /// The person's key here; deriving it anew for every message costs as much as a signature.
    pub own: PublicKey,
    /// How many there were before; messages of an earlier one never arrive.
    number: u32,
    up: bool,
    /// Has anything gone out on this line?
    sent: bool,
    /// A line on which nothing had gone out yet had nothing to send, and nothing came up since: there is nothing to send
    /// and nothing to forget on the next one either. Most relationships are so on most days.
    idle: bool,
    /// For which moment its person's node is woken next.
    pub due: Option<Timestamp>,
}

impl Line {
    /// One that is down, to a person of this key.
    #[must_use]
    pub fn new(own: PublicKey) -> Self {
        Self { own, number: 0, up: false, sent: false, idle: false, due: None }
    }

    /// The node dials. False where it is up already.
    pub fn dial(&mut self) -> bool {
        !std::mem::replace(&mut self.up, true)
    }

    /// It goes down, where it was up: both machines send again what was not answered.
    pub fn hang_up(&mut self, supplier: &PublicKey, at: &mut Metered<Supplier>, from: &mut Metered<Person>) {
        if !std::mem::replace(&mut self.up, false) {
            return;
        }
        self.number += 1;
        if !self.idle {
            self.sent = false;
            at.connection_lost(&self.own);
            from.connection_lost(supplier);
        }
    }

    /// Which one it is, to say with what goes out.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Does what went out on the line of this number arrive?
    #[must_use]
    pub fn holds(&self, number: u32) -> bool {
        self.number == number
    }

    /// Is it up, and may there be something to send?
    #[must_use]
    pub fn stirs(&self) -> bool {
        self.up && !self.idle
    }

    /// Something came up that is to be sent.
    pub fn stir(&mut self) {
        self.idle = false;
    }

    /// All that there was to send was asked for; was there anything?
    pub fn flushed(&mut self, anything: bool) {
        self.sent |= anything;
        self.idle = !self.sent;
    }
}
