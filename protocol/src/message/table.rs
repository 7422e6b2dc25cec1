//! One table of what is said, from which the enums, the reading of frames and clause 9.4 of the protocol are made.
//! In: lines of `messages!`. Out: an enum of messages and one of replies, and their rows.

use std::fmt;

use crate::{
    rate::Rate,
    refusal::Refusal,
    signed::{Object, Signed},
};

/// Whom a message is for. A companion plays [`Role::Supplier`], and may be a board and a helper besides, at one address
/// and under one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A person's node.
    Person,
    /// A company's companion.
    Supplier,
    /// A companion where intents hang.
    Board,
    /// A companion that adds up answers for others.
    Helper,
}

impl Role {
    /// Every role there is.
    pub const ALL: [Self; 4] = [Self::Person, Self::Supplier, Self::Board, Self::Helper];

    /// By which code a node that plays the role `at` refuses what is for this one, which it does not play.
    #[must_use]
    pub fn refused_at(self, at: Self) -> Refusal {
        match (at, self) {
            (Self::Person, _) | (_, Self::Person | Self::Supplier) => Refusal::Unexpected,
            (_, Self::Board) => Refusal::NotABoard,
            (_, Self::Helper) => Refusal::NotAHelper,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Person => "person",
            Self::Supplier => "supplier",
            Self::Board => "board",
            Self::Helper => "helper",
        })
    }
}

/// Who sends a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A person's node, under the key of the relationship.
    Person,
    /// A person's node, under the key of one intent.
    Intent,
    /// A company's companion.
    Supplier,
    /// A board that reads another one.
    Board,
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Person => "person",
            Self::Intent => "key of an intent",
            Self::Supplier => "supplier",
            Self::Board => "board",
        })
    }
}

/// Until when something stays that a message made grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Its own end, which it states.
    Ended,
    /// The end of the retention under its grant, or a revocation that demands it.
    Retention,
    /// The receiver of it took it, or said no.
    Taken,
    /// The owner of the node decides, or throws it away.
    Decided,
    /// Newer ones take its place.
    Replaced,
    /// The relationship is over.
    Relationship,
    /// The clock has passed what it is needed for.
    Passed,
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ended => "its own end",
            Self::Retention => "the end of its retention",
            Self::Taken => "it was taken or refused",
            Self::Decided => "the owner decides",
            Self::Replaced => "newer ones come",
            Self::Relationship => "the relationship ends",
            Self::Passed => "its time has passed",
        })
    }
}

/// Whose bound it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// Each peer has it for itself.
    Peer,
    /// Each thing that it is about: an intent, a segment.
    Thing,
    /// All peers share it.
    All,
}

impl fmt::Display for Per {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Peer => "a peer",
            Self::Thing => "each",
            Self::All => "in all",
        })
    }
}

/// Something that a message makes grow at who gets it, in memory or on disk.
#[derive(Clone, Copy, Debug)]
pub struct Growth {
    /// What it is.
    pub what: &'static str,
    /// How many of it there are at most, and what that bound is called in [`crate::limits`]; none where as many come as the
    /// message's own rate lets in.
    pub most: Option<(u64, &'static str)>,
    /// Whose bound that is.
    pub per: Per,
    /// When it goes.
    pub until: Until,
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, most, per, until } = self;
        match most {
            Some((_, name)) => write!(f, "{what}: `{name}` {per}, until {until}"),
            None => write!(f, "{what}: by the rate, until {until}"),
        }
    }
}

/// What is written down of a message.
#[derive(Clone, Copy, Debug)]
pub struct MessageForm {
    /// Its name on the wire.
    pub tag: &'static str,
    /// What it carries: the tag of a signed object, or the keys of a map. None where the tag is all.
    pub content: Option<&'static str>,
    /// Who sends it.
    pub from: &'static [Sender],
    /// The tags of what answers it, beside a refusal.
    pub answers: &'static [&'static str],
    /// The names of its own bounds in [`crate::limits`]. Those of every frame and of every signed object hold besides.
    pub bounds: &'static [&'static str],
    /// How often one peer may say it. Beyond that it is refused with `rate_limited`, unread.
    pub rate: Rate,
    /// What that rate is called in [`crate::limits`].
    pub rate_name: &'static str,
    /// What it makes grow.
    pub grows: &'static [Growth],
    /// What it says.
    pub says: &'static str,
}

/// What is written down of a reply.
#[derive(Clone, Copy, Debug)]
pub struct ReplyForm {
    /// Its name on the wire.
    pub tag: &'static str,
    /// As of a message.
    pub content: Option<&'static str>,
    /// As of a message.
    pub bounds: &'static [&'static str],
    /// What it says.
    pub says: &'static str,
}

/// What a message or reply carries, in the words of the protocol.
pub(super) trait Content {
    const NAME: &'static str;
}

impl<T: Object> Content for Signed<T> {
    const NAME: &'static str = T::TAG;
}

/// Declares the messages to one role and the replies to them. Each line is: what it says, the tag, the variant with what it
/// carries, who sends it, what answers it, its bounds, how often it may come, and what it makes grow, by which bound and
/// until when. A reply that shows a clock is named behind `skewed`.
macro_rules! messages {
    (
        $(#[$about:meta])*
        $message:ident to $role:ident {
            $(
                #[doc = $says:literal]
                $tag:literal $variant:ident $(($body:ty))? from [$($sender:ident),+] answered [$($answer:literal),+]
                    $(within [$($bound:ident),+])? at $rate:ident
                    grows [$($what:literal $(most $most:ident $per:ident)? until $until:ident),*];
            )+
        }
        $(#[$reply_about:meta])*
        $reply:ident {
            $(
                #[doc = $reply_says:literal]
                $reply_tag:literal $reply_variant:ident $(($reply_body:ty))? $(within [$($reply_bound:ident),+])?;
            )+
        }
        $(skewed $skewed:ident)?
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(clippy::large_enum_variant, reason = "a message is moved a few times between the wire and the machine")]
        pub enum $message {
            $(
                #[doc = $says]
                #[serde(rename = $tag)]
                $variant $(($body))?,
            )+
        }

        impl $crate::message::Message for $message {
            type Reply = $reply;
            const TO: $crate::message::Role = $crate::message::Role::$role;
            const FORMS: &'static [$crate::message::MessageForm] = &[$($crate::message::MessageForm {
                tag: $tag,
                content: $crate::message::table::content!($($body)?),
                from: &[$($crate::message::Sender::$sender),+],
                answers: &[$($answer),+],
                bounds: &[$($(stringify!($bound)),+)?],
                rate: $crate::limits::$rate,
                rate_name: stringify!($rate),
                grows: &[$($crate::message::table::growth!($what $(most $most $per)? until $until)),*],
                says: $says,
            }),+];
        }

        $(#[$reply_about])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(clippy::large_enum_variant, reason = "a reply is moved a few times between the wire and the machine")]
        pub enum $reply {
            $(
                #[doc = $reply_says]
                #[serde(rename = $reply_tag)]
                $reply_variant $(($reply_body))?,
            )+
        }

        impl $crate::message::Reply for $reply {
            const FORMS: &'static [$crate::message::ReplyForm] = &[$($crate::message::ReplyForm {
                tag: $reply_tag,
                content: $crate::message::table::content!($($reply_body)?),
                bounds: &[$($(stringify!($reply_bound)),+)?],
                says: $reply_says,
            }),+];
        }

        impl $reply {
            /// The reply that refuses by a code, at this time.
            #[must_use]
            pub fn refused(code: $crate::refusal::Refusal, now: $crate::time::Now) -> Self {
                let _ = now;
                $(
                    if code == $crate::refusal::Refusal::ClockSkew {
                        return Self::$skewed($crate::message::Skewed { at: now.wall.minute() });
                    }
                )?
                Self::Refused(code)
            }

            /// The code by which this refuses; none where it does not.
            #[must_use]
            pub fn refusal(&self) -> Option<$crate::refusal::Refusal> {
                match self {
                    Self::Refused(code) => Some(*code),
                    $(Self::$skewed(_) => Some($crate::refusal::Refusal::ClockSkew),)?
                    _ => None,
                }
            }
        }

        // A bound that is named here is one of the limits.
        const _: () = {
            $($($(let _ = $crate::limits::$bound;)+)?)+
            $($($(let _ = $crate::limits::$reply_bound;)+)?)+
        };
    };
}

/// What a message makes grow.
macro_rules! growth {
    ($what:literal most $most:ident $per:ident until $until:ident) => {
        $crate::message::Growth {
            what: $what,
            most: Some(($crate::limits::$most as u64, stringify!($most))),
            per: $crate::message::Per::$per,
            until: $crate::message::Until::$until,
        }
    };
    ($what:literal until $until:ident) => {
        $crate::message::Growth {
            what: $what,
            most: None,
            per: $crate::message::Per::Peer,
            until: $crate::message::Until::$until,
        }
    };
}

/// What a variant carries.
macro_rules! content {
    () => {
        None
    };
    ($body:ty) => {
        Some(<$body as $crate::message::table::Content>::NAME)
    };
}

/// Declares the keys of what is not signed.
macro_rules! keys {
    ($($body:ty: $name:literal;)+) => {
        $(impl $crate::message::table::Content for $body {
            const NAME: &'static str = $name;
        })+
    };
}

pub(super) use {content, growth, keys, messages};
