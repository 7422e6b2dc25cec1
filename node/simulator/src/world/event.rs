//! What happens in a world, and what is on its way in it.

use std::collections::BTreeMap;

use regie_protocol::{
    FieldPath, ObjectId, PublicKey,
    message::{BoardReply, PersonReply, SupplierReply, ToBoard, ToPerson, ToSupplier},
};

use crate::world::line::{Carried, bytes};

/// Something that happens at its moment. Persons, suppliers and needs are named by their places in the world.
pub(super) enum Event {
    /// A person's node goes up.
    Online(usize),
    /// And down.
    Offline(usize),
    /// A person and a supplier: a lost line is to be up again.
    Up(usize, usize),
    /// A person and a supplier: what waited for a moment of its own leaves.
    Due(usize, usize),
    /// Between a person and a supplier.
    Arrives(usize, usize, Arrival),
    /// Between somebody and the board.
    Board(Asker, AtBoard),
    /// A person looks at what waits.
    Look(usize),
    /// A supplier asks a person for this of what its sector asks for.
    Ask(usize, usize, usize),
    /// A supplier opens its day: it looks at the board.
    Opens(usize),
    /// Something comes up that a person needs.
    Need(usize),
    /// A person decides what to take for a need.
    Decide(usize),
    /// A need is over.
    NeedEnds(usize),
    /// A supplier writes to everybody.
    Mail(usize),
    /// A person moves house.
    Move(usize),
    /// A person revokes a grant.
    Revoke(usize),
    /// A person fills in a form of a supplier without a companion, for this of what its sector asks for.
    Form(usize, usize, usize),
    /// A person asks a supplier without a companion for what it has.
    Asserts(usize),
    /// A person and a supplier without a companion: something comes of a letter.
    Post(usize, usize, Post),
    /// A day is over.
    Day,
}

/// What a letter brings.
pub(super) enum Post {
    /// The supplier acts on the news.
    Acts(BTreeMap<FieldPath, String>),
    /// It answers a request, in time or late.
    Answers { late: bool },
    /// The month is over, and nothing came: the letter of default.
    Reminds,
    /// Nothing came of that either.
    Complains,
}

/// What arrives.
pub(super) enum Arrival {
    /// On the line of this number; what it answers, or itself, went out at this moment.
    On(u32, u64, OnLine),
    /// At the person's node, on an attacker's own line, which is never lost.
    Hostile(Box<Hostile>),
    /// What the node replied to that.
    Suffered(Box<PersonReply>),
}

/// What goes on a line.
pub(super) enum OnLine {
    /// Between two machines that know each other.
    Carried(Carried),
    /// From a person who makes an acquaintance.
    Meets(Box<ToSupplier>),
    /// What the supplier replied to that.
    Met(Box<SupplierReply>),
}

impl OnLine {
    pub(super) fn by_person(&self) -> bool {
        match self {
            Self::Carried(carried) => carried.by_person(),
            Self::Meets(_) => true,
            Self::Met(_) => false,
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Carried(carried) => carried.bytes(),
            Self::Meets(message) => bytes(&**message),
            Self::Met(reply) => bytes(&**reply),
        }
    }

    pub(super) fn is_reply(&self) -> bool {
        matches!(self, Self::Met(_) | Self::Carried(Carried::SupplierReplied(..) | Carried::PersonReplied(..)))
    }
}

/// What an attacker sends to a person's node.
pub(super) enum Hostile {
    /// A message that it has to look at.
    Message(ToPerson),
    /// One that has no place there.
    Misplaced(ToSupplier),
}

impl Hostile {
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Message(message) => bytes(message),
            Self::Misplaced(message) => bytes(message),
        }
    }
}

/// Who talks to the board.
#[derive(Clone, Copy)]
#[allow(clippy::large_enum_variant, reason = "there are few at a time, and it is copied with every message")]
pub(super) enum Asker {
    /// This person for this intent, under its key, at this time that the node is online.
    Person(usize, ObjectId, PublicKey, u32),
    /// This supplier.
    Supplier(usize),
}

/// What becomes of a message to the board.
pub(super) enum AtBoard {
    /// It arrives.
    Arrives(Box<ToBoard>),
    /// The reply to it arrives.
    Replied(Box<ToBoard>, Box<BoardReply>),
    /// It, or the reply, was lost some time ago.
    Again(Box<ToBoard>),
}
