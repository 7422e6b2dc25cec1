//! Letters to organisations: what a person asks for by the GDPR, reminds of, complains about, tells or ends.
//!
//! In: what a letter is about, from whom and to whom it is. Out: its text, in Dutch or English, from `locales/letters.*.ftl`.
//! Nothing here has a clock, a store or a network, and nothing is sent. A letter says no more of a person than it was given:
//! who makes one (`person`) gives as little as the organisation needs. Nothing here is legal advice.

mod page;
#[cfg(feature = "pdf")]
mod pdf;
mod words;

#[cfg(test)]
mod tests;

pub use regie_protocol::act::Right;
use regie_protocol::{FieldPath, calendar::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use page::{Paragraph, Rendered};
pub(crate) use words::in_lines;

use crate::locale::Language;

/// What a letter is, before it is text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Letter {
    pub(crate) kind: LetterKind,
    pub(crate) language: Language,
    /// The day it is written on.
    pub(crate) date: Date,
    /// What the person calls the matter, to be named in the answer.
    pub(crate) reference: Option<String>,
    pub(crate) sender: Sender,
    pub(crate) recipient: Recipient,
}

/// What a letter is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LetterKind {
    /// What do you have of me? Article 15.
    Access,
    /// What you have of me is wrong. Article 16.
    Rectification { changes: Vec<Change> },
    /// Erase what you have of me. Article 17.
    Erasure,
    /// Keep what you have of me, and do nothing else with it. Article 18.
    Restriction { ground: Ground },
    /// Give me what I gave you, so that a machine reads it. Article 20.
    Portability,
    /// No more advertising. Article 21.
    Objection,
    /// An answer is late: notice of default. Article 12 (3) and (4).
    Reminder {
        right: Right,
        /// When the request was sent.
        sent: Date,
        /// Until when it had to be answered.
        due: Date,
    },
    /// To a supervisory authority. Article 77.
    Complaint {
        right: Right,
        against: Recipient,
        /// When the request was sent.
        sent: Date,
        /// Until when it had to be answered.
        due: Date,
        /// When the organisation was reminded, where it was.
        reminded: Option<Date>,
        grievance: Grievance,
    },
    /// My details are others now.
    Changed { changes: Vec<Change> },
    /// Ends a contract with notice, on this day.
    Notice { contract: Agreed, ends: Date },
    /// Withdraws from a contract within its cooling-off, which began on this day.
    Withdrawal { contract: Agreed, start: Date },
    /// Would you speak regie?
    Invitation {
        /// Where the companion is documented.
        documentation: String,
    },
}

/// What a letter is about, in one word.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// A request for access.
    Access,
    /// A request to rectify.
    Rectification,
    /// A request to erase.
    Erasure,
    /// A request to restrict.
    Restriction,
    /// A request for data that a machine reads.
    Portability,
    /// An objection to direct marketing.
    Objection,
    /// A late answer.
    Reminder,
    /// A complaint to an authority.
    Complaint,
    /// Details that changed.
    Changed,
    /// The end of a contract.
    Notice,
    /// A withdrawal from one.
    Withdrawal,
    /// An invitation to speak regie.
    Invitation,
}

/// Why nothing else may be done with the data: the four cases of article 18 (1).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// They are not right, and it has to be found out.
    Contested,
    /// They are used against the law, and the person wants them kept all the same.
    Unlawful,
    /// The person needs them for a claim.
    Claims,
    /// The person objected, and it has to be weighed.
    Objected,
}

/// What a complaint is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grievance {
    /// There was no answer in time.
    Late,
    /// The request was refused, or done in part.
    Refused,
}

/// A field that holds something else now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    pub(crate) field: FieldPath,
    /// What they have, where that helps to find it.
    pub(crate) old: Option<String>,
    pub(crate) new: String,
}

/// A contract, as far as a letter names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Agreed {
    pub(crate) product: String,
    pub(crate) number: Option<String>,
}

/// Who writes: no more than the organisation needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sender {
    pub(crate) name: Option<String>,
    /// In lines; empty where the letter does not go by post and the address finds nobody.
    pub(crate) address: Vec<String>,
    /// Where an answer is awaited.
    pub(crate) email: Option<String>,
    /// By what the organisation knows the person.
    pub(crate) known_as: Vec<(KnownAs, String)>,
}

/// By what an organisation knows a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum KnownAs {
    /// A name to log in with.
    Login,
    /// An e-mail address.
    Email,
    /// A customer number.
    Customer,
    /// The mandate of a direct debit.
    Mandate,
    /// A date of birth, where an organisation finds nobody without.
    BirthDate,
}

/// Whom a letter is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recipient {
    pub(crate) name: String,
    /// In lines.
    pub(crate) address: Vec<String>,
}

impl About {
    /// The right that such a letter exercises; none where it does something else.
    #[must_use]
    pub fn right(self) -> Option<Right> {
        match self {
            Self::Access => Some(Right::Access),
            Self::Rectification => Some(Right::Rectification),
            Self::Erasure => Some(Right::Erasure),
            Self::Restriction => Some(Right::Restriction),
            Self::Portability => Some(Right::Portability),
            Self::Objection => Some(Right::Objection),
            Self::Reminder | Self::Complaint | Self::Changed | Self::Notice | Self::Withdrawal | Self::Invitation => {
                None
            }
        }
    }

    /// In one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Rectification => "rectification",
            Self::Erasure => "erasure",
            Self::Restriction => "restriction",
            Self::Portability => "portability",
            Self::Objection => "objection",
            Self::Reminder => "reminder",
            Self::Complaint => "complaint",
            Self::Changed => "changed",
            Self::Notice => "notice",
            Self::Withdrawal => "withdrawal",
            Self::Invitation => "invitation",
        }
    }
}

impl Ground {
    /// Every one of them.
    pub const ALL: [Self; 4] = [Self::Contested, Self::Unlawful, Self::Claims, Self::Objected];

    /// In one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Contested => "contested",
            Self::Unlawful => "unlawful",
            Self::Claims => "claims",
            Self::Objected => "objected",
        }
    }
}

impl KnownAs {
    fn code(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Email => "email",
            Self::Customer => "customer",
            Self::Mandate => "mandate",
            Self::BirthDate => "birth",
        }
    }
}

impl LetterKind {
    /// What it is about, in one word.
    pub(crate) fn about(&self) -> About {
        match self {
            Self::Access => About::Access,
            Self::Rectification { .. } => About::Rectification,
            Self::Erasure => About::Erasure,
            Self::Restriction { .. } => About::Restriction,
            Self::Portability => About::Portability,
            Self::Objection => About::Objection,
            Self::Reminder { .. } => About::Reminder,
            Self::Complaint { .. } => About::Complaint,
            Self::Changed { .. } => About::Changed,
            Self::Notice { .. } => About::Notice,
            Self::Withdrawal { .. } => About::Withdrawal,
            Self::Invitation { .. } => About::Invitation,
        }
    }
}

impl Letter {
    /// Its text.
    pub(crate) fn render(&self) -> Rendered {
        words::render(self)
    }
}
