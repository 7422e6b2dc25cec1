//! The one exit: whatever a peer can observe leaves here.
//!
//! In: a message or reply that a machine decided on. Out: a [`Departure`] of a [`Kind`], which can be made nowhere else, and
//! whose bytes are the only ones that a network sends. What a person's node says of its person departs from
//! [`crate::person::Person`] alone, after its decisions; a company's own words pass [`of_company`].

use std::ops::Deref;

use serde::Serialize;

use crate::{
    message::{BoardReply, HelperReply, PersonReply, SupplierReply, ToBoard, ToHelper, ToPerson, ToSupplier},
    profile::Pairing,
    signed::Signed,
    wire::{self, WireError},
};

/// What leaves, by what its receiver learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Values with where they are from and since when they were so; that there is none; that the person is asked.
    Values,
    /// What may be had from now on, or no longer.
    Grant,
    /// To a processor: what it may do.
    Mandate,
    /// Does the person belong to a segment?
    Membership,
    /// A randomised answer, whole or in halves.
    Count,
    /// A wish, its end, or that its offers are asked for, under a key of its own.
    Intent,
    /// Which offer the person takes.
    TakeUp,
    /// That a person is there and would know who the other is, or begin a relationship.
    Meeting,
    /// That another key is the same person's.
    Key,
    /// That a person's node is there and wants to know something.
    Question,
    /// A word of a company, a board or a helper.
    Companys,
    /// That something came, or is refused and by which code.
    Receipt,
}

impl Kind {
    /// Does it say something of a person, so that no company has it to say?
    #[must_use]
    pub fn is_of_a_person(self) -> bool {
        !matches!(self, Self::Companys | Self::Receipt)
    }
}

/// What can leave.
pub trait Leaves: Serialize {
    /// What its receiver learns.
    fn kind(&self) -> Kind;
}

impl<T: Leaves> Leaves for &T {
    fn kind(&self) -> Kind {
        (**self).kind()
    }
}

impl Leaves for ToSupplier {
    fn kind(&self) -> Kind {
        match self {
            Self::Disclose(_) => Kind::Values,
            Self::Grant(_) | Self::Revoke(_) => Kind::Grant,
            Self::Mandate(_) => Kind::Mandate,
            Self::Belong(_) => Kind::Membership,
            Self::Count(_) | Self::Tally(_) => Kind::Count,
            Self::TakeUp(_) => Kind::TakeUp,
            Self::Hello | Self::Pair(_) => Kind::Meeting,
            Self::Renew(_) => Kind::Key,
            Self::Segments => Kind::Question,
        }
    }
}

impl Leaves for ToBoard {
    fn kind(&self) -> Kind {
        match self {
            Self::Cast(_) | Self::Withdraw(_) | Self::Collect(_) => Kind::Intent,
            Self::Browse(_) | Self::Offer(_) => Kind::Companys,
        }
    }
}

impl Leaves for PersonReply {
    fn kind(&self) -> Kind {
        match self {
            Self::Answer(_) => Kind::Values,
            Self::Noted | Self::Refused(_) | Self::Skewed(_) => Kind::Receipt,
        }
    }
}

/// What only companies say.
macro_rules! of_companies {
    ($($said:ident => $receipt:pat,)+) => {
        $(impl Leaves for $said {
            fn kind(&self) -> Kind {
                if matches!(self, $receipt) { Kind::Receipt } else { Kind::Companys }
            }
        })+
    };
}

of_companies! {
    SupplierReply => Self::Noted | Self::Refused(_) | Self::Skewed(_),
    BoardReply => Self::Noted | Self::Refused(_),
    HelperReply => Self::Refused(_),
}

impl Leaves for ToPerson {
    fn kind(&self) -> Kind {
        Kind::Companys
    }
}

impl Leaves for ToHelper {
    fn kind(&self) -> Kind {
        Kind::Companys
    }
}

/// Something that may be handed to a peer. It can be read, and not be changed.
#[derive(Clone, Debug)]
#[must_use]
pub struct Departure<T> {
    what: T,
}

impl<T: Leaves> Departure<T> {
    /// What its receiver learns.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.what.kind()
    }

    /// As it travels.
    ///
    /// # Errors
    /// It has no encoding.
    pub fn frame(&self) -> Result<Frame, WireError> {
        wire::encode(&self.what).map(Frame)
    }

    /// For whoever is the peer, in one process. What comes out can't leave any more.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.what
    }
}

impl<T> Deref for Departure<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.what
    }
}

/// The bytes of a departure: what a network sends, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Frame(Vec<u8>);

impl Frame {
    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Only a person's machine has that to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("that says something of a person, and departs from their own machine alone")]
pub struct OfAPerson;

/// Lets out what a person's machine decided on.
pub(crate) fn let_out<T: Leaves>(what: T) -> Departure<T> {
    Departure { what }
}

/// The question who a peer is.
pub fn hello() -> Departure<ToSupplier> {
    let_out(ToSupplier::Hello)
}

/// A relationship is proffered ([`crate::person::Person::proffer`]).
pub fn pair(pairing: &Signed<Pairing>) -> Departure<ToSupplier> {
    let_out(ToSupplier::Pair(pairing.clone()))
}

/// Lets out what a company, a board or a helper says.
///
/// # Errors
/// [`OfAPerson`].
pub fn of_company<T: Leaves>(what: T) -> Result<Departure<T>, OfAPerson> {
    if what.kind().is_of_a_person() { Err(OfAPerson) } else { Ok(let_out(what)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Refusal;

    #[test]
    fn a_company_has_nothing_to_say_of_a_person() {
        for words in [ToSupplier::Hello, ToSupplier::Segments] {
            assert_eq!(of_company(words).err(), Some(OfAPerson));
        }
        let refused = of_company(SupplierReply::Refused(Refusal::Unavailable)).expect("its own");
        assert_eq!(refused.kind(), Kind::Receipt);
        let bytes = wire::encode(&SupplierReply::Refused(Refusal::Unavailable)).expect("encodes");
        assert_eq!(refused.frame().expect("encodes").into_bytes(), bytes);
    }
}
