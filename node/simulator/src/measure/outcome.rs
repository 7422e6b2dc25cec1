//! What came of a request. In: the reply of the person's node. Out: one word for it, for the tables.

use regie_protocol::{Refusal, disclosure::Answer, message::PersonReply};

use crate::measure::meter::{self, Side};

/// What a person's node made of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Answered with a value, or that there is none.
    Answered,
    /// Something of it waits for the person's word.
    Asked,
    /// Refused, as a whole or in every field.
    Refused,
    /// Refused because it came again, or for what passes by itself: it is asked once more, and counted then.
    Passing,
}

impl Outcome {
    /// Of a reply; none where it answers no request.
    #[must_use]
    pub fn of(reply: &PersonReply) -> Option<Self> {
        match reply {
            PersonReply::Refused(Refusal::Replayed | Refusal::RateLimited | Refusal::Unavailable | Refusal::Paused) => {
                Some(Self::Passing)
            }
            PersonReply::Skewed(_) => Some(Self::Passing),
            PersonReply::Refused(_) => Some(Self::Refused),
            PersonReply::Answer(signed) => {
                meter::turn(Side::Onlooker);
                let disclosure = signed.clone().verify().ok()?;
                let has = |of: fn(&Answer) -> bool| disclosure.answers.values().any(of);
                Some(if has(|answer| matches!(answer, Answer::Asked)) {
                    Self::Asked
                } else if has(|answer| matches!(answer, Answer::Value { .. } | Answer::Absent)) {
                    Self::Answered
                } else {
                    Self::Refused
                })
            }
            _ => None,
        }
    }
}
