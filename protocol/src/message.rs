//! What is said on the wire, by whom it is for: messages to a person, a supplier, a board and a helper, each kind with its
//! own replies. In: frames. Out: a message that this role can handle, or the refusal of what it can't; replies.
//!
//! Whom a frame is for is told by its tag alone ([`addressee`]), and nothing behind the tag of another role's message is
//! read. So a companion that is a board and a helper besides, at one address and under one key, knows which of its roles
//! has to read a frame, and each frame is read once.

mod table;
mod to_board;
mod to_helper;
mod to_person;
mod to_supplier;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub use table::{Growth, MessageForm, Per, ReplyForm, Role, Sender, Until};
pub use to_board::{BoardReply, Browse, Collect, Intents, Offers, ToBoard};
pub use to_helper::{HelperReply, ToHelper};
pub use to_person::{DelegationNotice, PersonReply, Piece, ToPerson, Wanted};
pub use to_supplier::{Begun, LogGrowth, Mandate, Rival, SupplierReply, ToSupplier};

use crate::{limits, refusal::Refusal, time::Timestamp, wire};

/// The messages to one role.
pub trait Message: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What answers them.
    type Reply: Reply;
    /// Whom they are for.
    const TO: Role;
    /// Each of them, as clause 9.4 of the protocol has it.
    const FORMS: &'static [MessageForm];
}

/// The replies of one role.
pub trait Reply: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Each of them, as clause 9.4 of the protocol has it.
    const FORMS: &'static [ReplyForm];
}

/// The time of who refused a message for its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skewed {
    /// In whole minutes: to the millisecond it would be a mark by which two suppliers know one person's machine again.
    pub at: Timestamp,
}

table::keys! {
    Refusal: "a code of 10";
    Skewed: "`at`";
}

/// Reads a frame as a message to this role.
///
/// # Errors
/// [`Refusal::TooLarge`], [`Refusal::Malformed`], or for another role's message [`Role::refused_at`].
pub fn read<M: Message>(frame: &[u8]) -> Result<M, Refusal> {
    match addressee(frame)? {
        to if to == M::TO => Ok(wire::decode(frame, limits::FRAME_BYTES)?),
        other => Err(other.refused_at(M::TO)),
    }
}

/// Reads a frame as the reply to a message to this role.
///
/// # Errors
/// [`Refusal::TooLarge`] or [`Refusal::Malformed`].
pub fn read_reply<R: Reply>(frame: &[u8]) -> Result<R, Refusal> {
    Ok(wire::decode(frame, limits::FRAME_BYTES)?)
}

/// Whom a message is for. What comes after its tag is not looked at.
///
/// # Errors
/// [`Refusal::TooLarge`]; [`Refusal::Malformed`] for what begins with the tag of no message.
pub fn addressee(frame: &[u8]) -> Result<Role, Refusal> {
    kind(frame).map(|(role, _)| role)
}

/// Which message a frame is, and whom it is for, by its tag alone: what [`crate::rate::Frames`] asks for before anything is
/// read.
///
/// # Errors
/// As of [`addressee`].
pub fn kind(frame: &[u8]) -> Result<(Role, &'static MessageForm), Refusal> {
    if frame.len() > limits::FRAME_BYTES {
        return Err(Refusal::TooLarge);
    }
    let tag = tag(frame).ok_or(Refusal::Malformed)?;
    let of = |role: Role| role.messages().iter().find(|form| form.tag.as_bytes() == tag).map(|form| (role, form));
    Role::ALL.into_iter().find_map(of).ok_or(Refusal::Malformed)
}

impl Role {
    /// The messages to this role.
    #[must_use]
    pub fn messages(self) -> &'static [MessageForm] {
        match self {
            Self::Person => ToPerson::FORMS,
            Self::Supplier => ToSupplier::FORMS,
            Self::Board => ToBoard::FORMS,
            Self::Helper => ToHelper::FORMS,
        }
    }

    /// The replies of this role.
    #[must_use]
    pub fn replies(self) -> &'static [ReplyForm] {
        match self {
            Self::Person => PersonReply::FORMS,
            Self::Supplier => SupplierReply::FORMS,
            Self::Board => BoardReply::FORMS,
            Self::Helper => HelperReply::FORMS,
        }
    }
}

/// The tag of a frame: a text, or the only key of a map (3.2). A text of less than 24 bytes has its length in its first
/// byte, and no tag is longer.
fn tag(frame: &[u8]) -> Option<&[u8]> {
    let text = frame.strip_prefix(&[0xa1]).unwrap_or(frame);
    let (head, rest) = text.split_first()?;
    match head {
        0x60..=0x77 => rest.get(..usize::from(head - 0x60)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, collections::BTreeSet};

    use serde::de::{self, Deserializer, Visitor, value::Error};

    use super::*;
    use crate::tally::{Close, Prepare, Prepared, Sum};

    #[test]
    fn a_tag_says_whom_a_message_is_for_and_nothing_behind_it_is_read() {
        let all: Vec<&str> = Role::ALL.iter().flat_map(|role| role.messages()).map(|form| form.tag).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "no two roles share a tag: {all:?}");
        for role in Role::ALL {
            for tag in role.messages().iter().map(|form| form.tag) {
                assert!(tag.len() < 24, "{tag} would need a longer head");
                let bare = [&[0x60 + tag.len() as u8], tag.as_bytes()].concat();
                let with_garbage = [&[0xa1][..], &bare, b"\xff\x00"].concat();
                for frame in [bare, with_garbage] {
                    assert_eq!(addressee(&frame), Ok(role));
                    let refused = |at: Role| Err::<(), _>(role.refused_at(at));
                    if role != Role::Person {
                        assert_eq!(read::<ToPerson>(&frame).map(drop), refused(Role::Person));
                    }
                    if role != Role::Supplier {
                        assert_eq!(read::<ToSupplier>(&frame).map(drop), refused(Role::Supplier));
                    }
                }
            }
        }
        for frame in [&b""[..], b"\xa1", b"\x65hell", b"\x64hell", b"\xa2\x65hello", b"\x78\x05hello", b"\x45hello"] {
            assert_eq!(addressee(frame), Err(Refusal::Malformed), "{frame:?}");
        }
    }

    #[test]
    fn a_message_for_another_role_has_its_code() {
        let codes = |at: Role| Role::ALL.map(|role| role.refused_at(at));
        let unexpected = Refusal::Unexpected;
        assert_eq!(codes(Role::Person), [unexpected; 4]);
        assert_eq!(codes(Role::Supplier), [unexpected, unexpected, Refusal::NotABoard, Refusal::NotAHelper]);
    }

    #[test]
    fn what_answers_a_message_is_a_reply_of_its_role() {
        for role in Role::ALL {
            let named: BTreeSet<_> = role.messages().iter().flat_map(|form| form.answers).collect();
            let there: BTreeSet<_> =
                role.replies().iter().map(|form| &form.tag).filter(|tag| **tag != "refused").collect();
            assert_eq!(named, there, "{role}");
        }
    }

    /// Takes nothing, and keeps the names of the fields that a struct asks for.
    struct Asked<'a>(&'a Cell<&'static [&'static str]>);

    impl<'de> Deserializer<'de> for Asked<'_> {
        type Error = Error;

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
            Err(de::Error::custom("nothing is there"))
        }

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            _: V,
        ) -> Result<V::Value, Error> {
            self.0.set(fields);
            Err(de::Error::custom("nothing is there"))
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    fn same<T: DeserializeOwned + table::Content>() {
        let fields = Cell::new(&[][..]);
        assert!(T::deserialize(Asked(&fields)).is_err());
        let keys: Vec<String> = fields.get().iter().map(|field| format!("`{field}`")).collect();
        assert_eq!(T::NAME, keys.join(", "));
    }

    #[test]
    fn the_keys_that_are_told_are_those_of_the_maps() {
        same::<DelegationNotice>();
        same::<Mandate>();
        same::<Collect>();
        same::<Browse>();
        same::<Offers>();
        same::<Intents>();
        same::<Prepare>();
        same::<Close>();
        same::<Prepared>();
        same::<Sum>();
        same::<Skewed>();
    }
}
