//! The one exit: whatever a peer can observe leaves here.
//!
//! In: a message or reply that a machine decided on. Out: a [`Departure`] of a [`Kind`], which can be made nowhere else, and
//! whose bytes are the only ones that a network sends. What a person's node says of its person departs from
//! [`crate::person::Person`] alone, after its decisions; a company's own words pass [`of_company`].
//!
//! Two receivers that compare what they got must not find one person in both by more than the values themselves: so a value
//! leaves as `value_for` makes it, a moment that no question of the receiver set is told by the hour (`moment`), and which of the
//! person's rules decided is nobody's business (`rules`).

use std::{collections::BTreeMap, ops::Deref};

use serde::Serialize;

use crate::{
    checkpoint::AddCheckpoint,
    field::{Observed, Provenance},
    message::{BoardReply, HelperReply, PersonReply, SupplierReply, ToBoard, ToHelper, ToPerson, ToSupplier},
    profile::Pairing,
    rotation::Names,
    signed::Signed,
    time::{DAY_MS, Timestamp},
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
    /// What it is to do: a contract ends, a right is exercised.
    Act,
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
    /// That a person's node is there: which run of it, how its log grew, what it wants to know.
    Question,
    /// To a witness: that a log whose it is it can't tell has this size and root, and grew from an earlier one.
    Head,
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
            Self::Act(_) => Kind::Act,
            Self::Mandate(_) => Kind::Mandate,
            Self::Belong(_) => Kind::Membership,
            Self::Count(_) | Self::Tally(_) => Kind::Count,
            Self::TakeUp(_) => Kind::TakeUp,
            Self::Hello | Self::Pair(_) => Kind::Meeting,
            Self::Renew(_) => Kind::Key,
            Self::Segments | Self::Resume(_) | Self::Grown(_) => Kind::Question,
        }
    }
}

impl Leaves for AddCheckpoint {
    fn kind(&self) -> Kind {
        Kind::Head
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
            Self::Noted | Self::Wanted(_) | Self::Refused(_) | Self::Skewed(_) => Kind::Receipt,
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
    SupplierReply => Self::Noted | Self::Refused(_) | Self::Skewed(_) | Self::Begun(_) | Self::Superseded(_),
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

impl Departure<AddCheckpoint> {
    /// As a witness reads it. It goes there by HTTP, so it has no frame.
    #[must_use]
    pub fn text(&self) -> String {
        self.what.to_string()
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

/// A moment that the receiver's own question did not set, as it is told: the hour that it lies in. To the millisecond
/// it would be the same at everybody who is told of one change, and so a name of the person.
pub(crate) fn moment(at: Timestamp) -> Timestamp {
    at.hour()
}

/// Was this moment told so? No clock reads a whole hour but once in 3.6 million times.
pub(crate) fn is_by_the_hour(at: Timestamp) -> bool {
    at == moment(at)
}

/// Ages by which a value's is told, in days: it is as old as the next of them at most. The last is longer than a life.
const AGES: [u64; 7] = [7, 30, 90, 365, 3 * 365, 10 * 365, 150 * 365];

/// A value as this receiver gets it at `at`: with what it needs to rely on it.
///
/// Where it is from is told where the receiver can check it (an attestation) or said so itself; whatever else the person
/// took it from, it is their word now. Since when it is so is told as an age, counted from this answer: a moment
/// would be the same at every receiver.
pub(crate) fn value_for(receiver: &impl Names, observed: Observed, at: Timestamp) -> Observed {
    let Observed { value, provenance, observed } = observed;
    let provenance = match provenance {
        Provenance::Supplier(proposed) if receiver.names(&proposed) => Provenance::Supplier(proposed),
        Provenance::Attested(attestation) => Provenance::Attested(attestation),
        Provenance::Typed | Provenance::Imported(_) | Provenance::Supplier(_) => Provenance::Typed,
    };
    Observed { value, provenance, observed: since(observed, at) }
}

/// The day from which a value is told to be so, for one that was observed at `observed`: never later than it was.
fn since(observed: Timestamp, at: Timestamp) -> Timestamp {
    if observed >= at.day() {
        return at.day();
    }
    // Rounded up: told as younger than it is, a value would claim more than the person knows.
    let age = at.0.saturating_sub(observed.0).div_ceil(DAY_MS);
    let told = AGES.iter().copied().find(|days| *days >= age).unwrap_or(AGES[AGES.len() - 1]);
    Timestamp(at.day().0.saturating_sub(told * DAY_MS))
}

/// The rules by which fields wait for the person's word, as the receiver reads them in its log: that one did. Their names are
/// the person's own words ("ask me first, my ex works there") and stay in [`crate::person::Waiting`].
pub(crate) fn rules<K: Ord + Clone>(asked: &BTreeMap<K, String>) -> BTreeMap<K, String> {
    asked.keys().map(|path| (path.clone(), BY_RULE.to_owned())).collect()
}

/// Stands for a rule of the person's, whichever.
pub const BY_RULE: &str = "rule";

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
    use crate::{identity::Keypair, refusal::Refusal};

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

    const NOON: Timestamp = Timestamp(20_000 * DAY_MS + DAY_MS / 2);

    #[test]
    fn a_value_leaves_without_whom_it_is_from() {
        let [own, other] = [1, 2].map(|secret| Keypair::from_secret(&[secret; 32]).public());
        let told = |provenance| {
            let observed = Observed { value: "Dorpsstraat 1".parse().expect("a value"), provenance, observed: NOON };
            value_for(&own, observed, NOON).provenance
        };
        assert_eq!(told(Provenance::Supplier(other)), Provenance::Typed);
        assert_eq!(told(Provenance::Imported("vcard".into())), Provenance::Typed);
        assert_eq!(told(Provenance::Supplier(own)), Provenance::Supplier(own), "what it said itself it may read");
    }

    #[test]
    fn since_when_a_value_is_so_is_an_age_and_never_too_young() {
        let days = |age_ms: u64| {
            let told = since(Timestamp(NOON.0 - age_ms), NOON);
            assert!(told <= Timestamp(NOON.0 - age_ms) || age_ms <= DAY_MS / 2, "told younger than it is");
            assert_eq!(told, told.day());
            (NOON.day().0 - told.0) / DAY_MS
        };
        let told = [0, DAY_MS / 2, DAY_MS, 7 * DAY_MS, 8 * DAY_MS, 89 * DAY_MS, 400 * DAY_MS, 9_000 * DAY_MS].map(days);
        assert_eq!(told[..7], [0, 0, 7, 7, 30, 90, 1095]);
        let (monday, friday) = (Timestamp(NOON.0 + DAY_MS), Timestamp(NOON.0 + 5 * DAY_MS));
        let observed = Timestamp(NOON.0 - 100 * DAY_MS - 12_345);
        assert_ne!(
            since(observed, monday),
            since(observed, friday),
            "two that were answered on two days share no date"
        );
        assert_eq!(since(Timestamp(NOON.0 + 1), NOON), NOON.day(), "a clock that went back");
    }
}
