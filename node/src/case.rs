//! A request under the GDPR, from its draft to its end: what may happen in it, until when an answer is due, what comes next.
//!
//! In: steps with their days, a day. Out: states, deadlines, refusals with a code. Pure: no clock, no store, no words for
//! people. What a case has gone through is a list of [`Step`]s; no list that breaks the order can be made or read back.
//! Sources stand beside each rule; nothing here is legal advice.

mod outlook;
mod step;

use std::{fmt, str::FromStr};

pub use outlook::{Due, NextOfCase, NextStep, Outlook, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
pub use step::{Case, CaseError, Happened, STEPS, Step};

pub use crate::letter::Right;

/// So many days before a deadline the person is reminded of it.
pub const AHEAD: i32 = 7;
/// So many days an organisation is given by a letter of default. No law says how many.
pub const DEFAULT_DAYS: i32 = 14;
/// So many working days a letter is taken to need. No law says how many; article 12 (3) counts from receipt.
pub const POST_DAYS: u8 = 2;
/// So many months after a complaint the person may go to court where the authority said nothing (article 78 (2)).
pub const AUTHORITY_MONTHS: i32 = 3;

/// How a request went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// By e-mail.
    Email,
    /// By post.
    Post,
    /// By a form on a page.
    Webform,
    /// To the organisation's companion, signed; its receipt says when it came.
    Companion,
}

/// What was typed is no way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a way to send a letter; choose email, post or webform")]
pub struct BadWay;

crate::command::explained!(BadWay);

impl Way {
    /// Every one that a person takes by hand.
    pub const BY_HAND: [Self; 3] = [Self::Email, Self::Post, Self::Webform];

    /// Its name, in a word for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Post => "post",
            Self::Webform => "webform",
            Self::Companion => "companion",
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Way {
    type Err = BadWay;

    fn from_str(text: &str) -> Result<Self, BadWay> {
        Self::BY_HAND.into_iter().find(|way| way.code() == text).ok_or(BadWay)
    }
}
