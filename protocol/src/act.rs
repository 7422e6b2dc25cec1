//! Acts: what a person has a supplier do that it has to do by law or by contract. That a contract ends, that a right is
//! exercised.
//!
//! In: the person's word. Out: a signed act (`regie.act/1`), the receipt that the supplier signs for it, and the answers
//! that it signs later. An act gives nothing and opens nothing: what a supplier may have is for grants to say.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    calendar::Date,
    coded::coded,
    identity::{Nonce, PublicKey},
    limits,
    signed::{Object, ObjectId},
    text::{plain_line, plain_lines},
    time::Timestamp,
    wire::as_text,
};

/// Declares what is a word on the wire, each with its code and what it is.
macro_rules! words {
    ($(#[$about:meta])* $name:ident, $unknown:ident, $kind:literal, $says:literal; $($variant:ident $code:literal $text:literal;)*) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name { $(#[doc = $text] $variant,)* }

        impl $name {
            /// Each of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable name.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }

        #[doc = $says]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
        #[error($says)]
        pub struct $unknown;

        coded! {
            $unknown, $kind;
            Self => "unknown";
        }

        impl FromStr for $name {
            type Err = $unknown;
            fn from_str(text: &str) -> Result<Self, $unknown> {
                Self::ALL.iter().copied().find(|one| one.code() == text).ok_or($unknown)
            }
        }

        as_text!($name);
    };
}

words! {
    /// A right of a person towards whoever holds their data (Regulation 2016/679). Version 1 knows these and no others.
    Right, UnknownRight, "right", "Not a right of version 1.";
    Access "access" "To see what is held, and why (article 15).";
    Rectification "rectification" "To have it corrected (article 16).";
    Erasure "erasure" "To have it erased (article 17).";
    Restriction "restriction" "To have it left alone for now (article 18).";
    Portability "portability" "To have it in a form for machines (article 20).";
    Objection "objection" "That it is not used for something (article 21).";
}

impl Right {
    /// Its article.
    #[must_use]
    pub fn article(self) -> u8 {
        match self {
            Self::Access => 15,
            Self::Rectification => 16,
            Self::Erasure => 17,
            Self::Restriction => 18,
            Self::Portability => 20,
            Self::Objection => 21,
        }
    }
}

words! {
    /// Why a supplier does not do what an act says, or not yet. Version 1 knows these and no others.
    Why, UnknownWhy, "why", "Not a reason of version 1.";
    Complex "complex" "It takes longer, because it is complex (article 12 (3)).";
    Many "many" "It takes longer, because there are many requests (article 12 (3)).";
    Unfounded "unfounded" "It is manifestly unfounded (article 12 (5)).";
    Excessive "excessive" "It is excessive, being repeated (article 12 (5)).";
    LegalDuty "legal_duty" "A law demands that the data are kept or used (articles 17 (3)(b), 21).";
    LegalClaims "legal_claims" "They are needed for legal claims (articles 17 (3)(e), 18 (2), 21 (1)).";
    PublicInterest "public_interest" "They are kept in the public interest (article 17 (3)).";
    OthersRights "others_rights" "It would harm the rights of others (articles 15 (4), 20 (4)).";
    StillNeeded "still_needed" "They are needed still for what they were collected for (article 17 (1)).";
    Overriding "overriding" "There are grounds that weigh more (article 21 (1)).";
    Correct "correct" "What is held is correct (article 16).";
    NotAutomated "not_automated" "It was not given by the person, or is not held by machines (article 20 (1)).";
    NoSuchContract "no_such_contract" "There is no such contract.";
    EndedAlready "ended_already" "The contract has ended, or ends already.";
    CoolingOffOver "cooling_off_over" "The time to withdraw is over.";
    NoWithdrawal "no_withdrawal" "From this contract the law lets nobody withdraw.";
}

impl Why {
    /// Does it say that more time is taken? Each other is a refusal.
    #[must_use]
    pub fn extends(self) -> bool {
        matches!(self, Self::Complex | Self::Many)
    }

    fn refuses(self, what: &What) -> bool {
        let of_contracts =
            matches!(self, Self::NoSuchContract | Self::EndedAlready | Self::CoolingOffOver | Self::NoWithdrawal);
        let of_withdrawal = matches!(self, Self::CoolingOffOver | Self::NoWithdrawal);
        match what {
            What::End { .. } => of_contracts && !of_withdrawal,
            What::Withdraw { .. } => of_contracts,
            What::Right { .. } => !of_contracts && !self.extends(),
        }
    }
}

/// By what a supplier finds a contract: as little as that needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ContractName {
    /// What the supplier calls it: one line of 1 to [`limits::CONTRACT_NUMBER_BYTES`].
    pub number: Option<String>,
    /// What it is about, where the person knows no number: one line of 1 to [`limits::NAME_BYTES`].
    pub product: Option<String>,
    /// The person's number there, of the same form as `number`.
    pub customer: Option<String>,
}

impl ContractName {
    fn well_formed(&self) -> bool {
        let fits = |text: &Option<String>, most| {
            text.as_ref().is_none_or(|text| plain_line(text, most) && !text.trim().is_empty())
        };
        (self.number.is_some() || self.product.is_some())
            && fits(&self.number, limits::CONTRACT_NUMBER_BYTES)
            && fits(&self.product, limits::NAME_BYTES)
            && fits(&self.customer, limits::CONTRACT_NUMBER_BYTES)
    }
}

/// What an act says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum What {
    /// Notice: a contract is to end.
    End {
        /// Which.
        contract: ContractName,
        /// The last day that is asked for.
        last: Date,
    },
    /// A contract is withdrawn from, within its cooling-off.
    Withdraw {
        /// Which.
        contract: ContractName,
    },
    /// A right is exercised.
    Right {
        /// Which.
        right: Right,
        /// In which language the person reads the answer: two or three small letters, as ISO 639 has them.
        language: String,
        /// What the person adds, of several lines, at most [`limits::TEXT_BYTES`]; empty where nothing.
        words: String,
    },
}

impl What {
    /// Within the bounds?
    #[must_use]
    pub fn well_formed(&self) -> bool {
        match self {
            Self::End { contract, last } => contract.well_formed() && is_near(*last),
            Self::Withdraw { contract } => contract.well_formed(),
            Self::Right { language, words, .. } => {
                (2..=3).contains(&language.len())
                    && language.bytes().all(|letter| letter.is_ascii_lowercase())
                    && plain_lines(words, limits::TEXT_BYTES)
            }
        }
    }

    /// Which kind it is of.
    #[must_use]
    pub fn kind(&self) -> ActKind {
        match self {
            Self::End { .. } => ActKind::End,
            Self::Withdraw { .. } => ActKind::Withdraw,
            Self::Right { right, .. } => ActKind::of(*right),
        }
    }

    /// The contract that it is about.
    #[must_use]
    pub fn contract(&self) -> Option<&ContractName> {
        match self {
            Self::End { contract, .. } | Self::Withdraw { contract } => Some(contract),
            Self::Right { .. } => None,
        }
    }
}

fn is_near(day: Date) -> bool {
    limits::CONTRACT_DATES.contains(&day.year())
}

words! {
    /// What an act is, in one word: for logs and lists.
    ActKind, UnknownActKind, "act_kind", "Not a kind of act of version 1.";
    End "end" "Notice of a contract.";
    Withdraw "withdraw" "A contract is withdrawn from.";
    Access "access" "Article 15.";
    Rectification "rectification" "Article 16.";
    Erasure "erasure" "Article 17.";
    Restriction "restriction" "Article 18.";
    Portability "portability" "Article 20.";
    Objection "objection" "Article 21.";
}

impl ActKind {
    fn of(right: Right) -> Self {
        match right {
            Right::Access => Self::Access,
            Right::Rectification => Self::Rectification,
            Right::Erasure => Self::Erasure,
            Right::Restriction => Self::Restriction,
            Right::Portability => Self::Portability,
            Right::Objection => Self::Objection,
        }
    }

    /// Is it about a contract?
    #[must_use]
    pub fn is_of_contracts(self) -> bool {
        matches!(self, Self::End | Self::Withdraw)
    }
}

/// A person's act towards a supplier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// The person's key for this relationship; signs this.
    pub person: PublicKey,
    /// The supplier that is to act on it.
    pub supplier: PublicKey,
    /// Never used for two.
    pub id: Nonce,
    /// When it was said, by the hour.
    pub at: Timestamp,
    /// What it says.
    pub what: What,
}

impl Object for Act {
    const TAG: &'static str = "regie.act/1";
    fn signer(&self) -> &PublicKey {
        &self.person
    }
}

/// An act arrived and was stored: from this moment notice is given, and the time to answer runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActReceipt {
    /// Who took it; signs this.
    pub supplier: PublicKey,
    /// The person whose act it was.
    pub person: PublicKey,
    /// The act.
    pub act: ObjectId,
    /// When it was stored.
    pub at: Timestamp,
}

impl Object for ActReceipt {
    const TAG: &'static str = "regie.act-receipt/1";
    fn signer(&self) -> &PublicKey {
        &self.supplier
    }
}

/// What a supplier says of an act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActAnswer {
    /// Who answers; signs this.
    pub supplier: PublicKey,
    /// The person whose act it was.
    pub person: PublicKey,
    /// The act.
    pub act: ObjectId,
    /// Counts the answers to it, from 1 to [`limits::ACT_ANSWERS`]. The highest holds.
    pub number: u8,
    /// When it was said.
    pub at: Timestamp,
    /// What it says.
    pub answer: Answered,
}

impl Object for ActAnswer {
    const TAG: &'static str = "regie.act-answer/1";
    fn signer(&self) -> &PublicKey {
        &self.supplier
    }
}

/// What a supplier does about an act. It can ask for no proof of who the person is: the line under the key of the
/// relationship proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Answered {
    /// The contract ends.
    Ends {
        /// Its last day.
        last: Date,
    },
    /// What the right demands was done.
    Done {
        /// The item that it was put into, where there is one.
        item: Option<Nonce>,
    },
    /// It takes two months longer.
    Extended {
        /// Why.
        why: Why,
    },
    /// It is not done.
    Refused {
        /// Why.
        why: Why,
    },
}

impl Answered {
    /// Does it answer this, behind those that were given before?
    #[must_use]
    pub fn fits<'a>(&self, what: &What, before: impl IntoIterator<Item = &'a Self>) -> bool {
        match self {
            Self::Ends { last } => what.contract().is_some() && is_near(*last),
            Self::Done { .. } => what.contract().is_none(),
            // Once, and as the first word: article 12 (3) has one extension.
            Self::Extended { why } => what.contract().is_none() && why.extends() && before.into_iter().next().is_none(),
            Self::Refused { why } => why.refuses(what),
        }
    }

    /// Is nothing awaited behind it?
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Extended { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right(words: &str, language: &str) -> What {
        What::Right { right: Right::Access, language: language.into(), words: words.into() }
    }

    fn end(number: Option<&str>, product: Option<&str>) -> What {
        let contract =
            ContractName { number: number.map(Into::into), product: product.map(Into::into), customer: None };
        What::End { contract, last: "2027-01-31".parse().expect("a date") }
    }

    #[test]
    fn an_act_says_what_it_is_about_in_lines_that_show_what_they_say() {
        let long = "n".repeat(limits::CONTRACT_NUMBER_BYTES + 1);
        for sound in [end(Some("A 1"), None), end(None, Some("Power")), right("", "nl"), right("all\nof it", "nds")] {
            assert!(sound.well_formed(), "{sound:?}");
        }
        let words = "w".repeat(limits::TEXT_BYTES + 1);
        let faulty = [
            end(None, None),
            end(Some(" "), None),
            end(Some("A\u{202e}1"), None),
            end(Some("A\n1"), None),
            end(Some(&long), Some("Power")),
            right("", "Dutch"),
            right("", "n"),
            right("", "NL"),
            right("\u{200b}", "nl"),
            right(&words, "nl"),
        ];
        for faulty in faulty {
            assert!(!faulty.well_formed(), "{faulty:?}");
        }
    }

    #[test]
    fn an_answer_is_of_the_kind_that_its_act_asks_for() {
        let (notice, access) = (end(Some("A 1"), None), right("", "nl"));
        let withdrawal = What::Withdraw { contract: notice.contract().expect("a contract").clone() };
        let ends = Answered::Ends { last: "2027-01-31".parse().expect("a date") };
        let (done, extended) = (Answered::Done { item: None }, Answered::Extended { why: Why::Many });
        let refused = |why| Answered::Refused { why };
        let none: [&Answered; 0] = [];
        assert!(ends.fits(&notice, none) && ends.fits(&withdrawal, none) && !ends.fits(&access, none));
        assert!(done.fits(&access, none) && done.fits(&access, [&extended]) && !done.fits(&notice, none));
        assert!(extended.fits(&access, none) && !extended.fits(&access, [&extended]), "once");
        assert!(!extended.fits(&access, [&done]) && !extended.fits(&notice, none));
        assert!(!Answered::Extended { why: Why::Unfounded }.fits(&access, none));
        assert!(!refused(Why::Complex).fits(&access, none) && refused(Why::LegalDuty).fits(&access, none));
        assert!(
            refused(Why::CoolingOffOver).fits(&withdrawal, none) && !refused(Why::CoolingOffOver).fits(&notice, none)
        );
        assert!(refused(Why::NoSuchContract).fits(&notice, none) && !refused(Why::NoSuchContract).fits(&access, none));
        assert!(extended.is_final() != done.is_final() && ends.is_final() && refused(Why::Many).is_final());
    }
}
