//! A contract as a record, `regie.contract/1`: what it costs, how long it runs, and how it is ended.
//!
//! In: a document that a supplier put into the collection `contracts`, or what a person typed. Out: the contract within its
//! bounds; [`Outlook`], the dates that follow from it. A contract travels as a document of its own media type, so that
//! a node that does not know it keeps it as a file, and nothing of [`crate::Item`] changes.

mod ending;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use ending::{Law, Outlook, Term, cooling_off_ends};

pub use crate::currency::{BadCurrency, Currency};
use crate::{
    calendar::{Date, Span, Unit},
    coded::coded,
    identity::Nonce,
    item::Document,
    limits,
    text::plain_line,
    wire,
};

/// 400 years of the Gregorian calendar, in days and in months: by them a month has its average length.
const DAYS_OF_ERA: u128 = 146_097;
const MONTHS_OF_ERA: u128 = 4_800;

/// What two sides agreed on, as one of them states it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// What the other party calls it: one line of 1 to [`limits::CONTRACT_NUMBER_BYTES`]. A later record with the same
    /// number takes the place of the one before.
    pub number: String,
    /// With whom it was made, as the contract names it: one line of 1 to [`limits::NAME_BYTES`].
    pub party: String,
    /// The person's customer number there, of the same form as `number`.
    pub customer: Option<String>,
    /// What it is about: one line of 1 to [`limits::NAME_BYTES`].
    pub product: String,
    /// What it costs; none where that differs from one bill to the next.
    pub charge: Option<Charge>,
    /// The first day of it.
    pub start: Date,
    /// For how long both are bound at first; none where it runs without a term from the start.
    pub term: Option<Span>,
    /// What follows the term by itself; without a term `open`.
    pub extension: Extension,
    /// How it is ended.
    pub notice: NoticePeriod,
    /// The last day on which it can be withdrawn from without a reason.
    pub cooling_off: Option<Date>,
    /// Its last day, where it has been ended.
    pub ends: Option<Date>,
    /// Items of the same supplier that belong to it, at most [`limits::CONTRACT_DOCUMENTS`].
    pub documents: BTreeSet<Nonce>,
}

/// An amount, and how often it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// In the smallest unit of the currency, at most [`limits::CONTRACT_AMOUNT`].
    pub amount: u64,
    /// Of which money.
    pub currency: Currency,
    /// How often; none where it is paid once.
    pub every: Option<Span>,
}

/// What follows a term where nobody gave notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Extension {
    /// Nothing: it ends.
    Ends,
    /// It goes on without a term.
    Open,
    /// It goes on for such a period, and then for another one.
    Again(Span),
}

/// How long ahead notice has to be received, and to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NoticePeriod {
    /// How long ahead; none where it needs no time.
    pub period: Option<Span>,
    /// To which day.
    pub to: NoticeTo,
}

/// The days with which notice can end a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NoticeTo {
    /// Any, after the first term.
    AnyDay,
    /// The last of a month, after the first term.
    MonthEnd,
    /// The last of a term; any where none runs.
    TermEnd,
}

/// Why something is no contract of version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadContract {
    /// Bytes of another form, or under another title than its product.
    #[error("not a contract of version 1 in its canonical form")]
    Form,
    /// A name or number that is empty, too long, of several lines, or of characters that do not show.
    #[error("a name or number of it is no single line within its bounds")]
    Text,
    /// More money than is believed.
    #[error("an amount above the bound")]
    Amount,
    /// A period that is longer than is believed.
    #[error("a period above the bound")]
    Span,
    /// A day that is further away than is believed.
    #[error("a day outside of the years that are taken")]
    Date,
    /// An extension of a term that there is not.
    #[error("without a term nothing can follow it but an open end")]
    Extension,
    /// More documents than are taken.
    #[error("more documents than are taken")]
    Documents,
}

coded! {
    BadContract, "contract";
    Self::Form => "form";
    Self::Text => "text" ("most": limits::NAME_BYTES, "number": limits::CONTRACT_NUMBER_BYTES);
    Self::Amount => "amount";
    Self::Span => "span" ("years": limits::CONTRACT_YEARS);
    Self::Date => "date";
    Self::Extension => "extension";
    Self::Documents => "documents" ("most": limits::CONTRACT_DOCUMENTS);
}

impl Contract {
    /// The form of the record, which stands in it, with its version.
    pub const FORM: &'static str = "regie.contract/1";
    /// The media type of a document that is one.
    pub const MEDIA_TYPE: &'static str = "application/vnd.regie.contract+cbor";

    /// Is it within the bounds?
    ///
    /// # Errors
    /// The first of [`BadContract`] that holds.
    pub fn check(&self) -> Result<(), BadContract> {
        let line = |text: &str, most| plain_line(text, most) && !text.trim().is_empty();
        let number = |text: &String| line(text, limits::CONTRACT_NUMBER_BYTES);
        let named = |text: &String| line(text, limits::NAME_BYTES);
        let texts = number(&self.number) && named(&self.party) && named(&self.product);
        if !texts || !self.customer.as_ref().is_none_or(number) {
            return Err(BadContract::Text);
        }
        if self.charge.is_some_and(|charge| charge.amount > limits::CONTRACT_AMOUNT) {
            return Err(BadContract::Amount);
        }
        if self.spans().any(|span| span.most_days() > i32::from(limits::CONTRACT_YEARS) * 366) {
            return Err(BadContract::Span);
        }
        let days = [Some(self.start), self.cooling_off, self.ends];
        if days.iter().flatten().any(|day| !limits::CONTRACT_DATES.contains(&day.year())) {
            return Err(BadContract::Date);
        }
        if self.term.is_none() && self.extension != Extension::Open {
            return Err(BadContract::Extension);
        }
        if self.documents.len() > limits::CONTRACT_DOCUMENTS {
            return Err(BadContract::Documents);
        }
        Ok(())
    }

    /// The contract as a document for the collection `contracts`.
    ///
    /// # Errors
    /// Those of [`Self::check`].
    pub fn to_document(&self) -> Result<Document, BadContract> {
        self.check()?;
        let body = wire::encode(&(Self::FORM, self)).map_err(|_| BadContract::Form)?;
        Ok(Document { title: self.product.clone(), media_type: Self::MEDIA_TYPE.to_owned(), body })
    }

    /// The contract that a document holds; none where it is a document of another kind.
    ///
    /// # Errors
    /// [`BadContract::Form`], and those of [`Self::check`].
    pub fn of(document: &Document) -> Option<Result<Self, BadContract>> {
        (document.media_type == Self::MEDIA_TYPE).then(|| {
            let (form, contract): (String, Self) =
                wire::decode(&document.body, limits::CONTRACT_BYTES).map_err(|_| BadContract::Form)?;
            if form != Self::FORM || contract.product != document.title {
                return Err(BadContract::Form);
            }
            contract.check().map(|()| contract)
        })
    }

    /// The dates that follow from it on a day.
    #[must_use]
    pub fn outlook(&self, law: Law, today: Date) -> Outlook {
        ending::outlook(self, law, today)
    }

    fn spans(&self) -> impl Iterator<Item = Span> {
        let again = match self.extension {
            Extension::Again(span) => Some(span),
            Extension::Ends | Extension::Open => None,
        };
        let every = self.charge.and_then(|charge| charge.every);
        [self.term, again, self.notice.period, every].into_iter().flatten()
    }
}

impl Charge {
    /// What a month of it costs, rounded, in the smallest unit of the currency; none where it is paid once.
    #[must_use]
    pub fn a_month(&self) -> Option<u64> {
        let every = self.every?;
        // In twice the width, so that no product of what stands in a record wraps.
        let (count, amount) = (u128::from(every.count.get()), u128::from(self.amount));
        let (times, parts) = match every.unit {
            Unit::Day => (DAYS_OF_ERA, MONTHS_OF_ERA * count),
            Unit::Week => (DAYS_OF_ERA, MONTHS_OF_ERA * 7 * count),
            Unit::Month => (1, count),
            Unit::Year => (1, 12 * count),
        };
        u64::try_from((amount * times + parts / 2) / parts).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(amount: u64, every: Option<&str>) -> Charge {
        let every = every.map(|every| every.parse().expect("a period"));
        Charge { amount, currency: Currency::EUR, every }
    }

    #[test]
    fn what_a_month_costs_is_the_share_of_a_month() {
        let cases = [
            (1_250, Some("P1M"), Some(1_250)),
            (12_000, Some("P1Y"), Some(1_000)),
            (1_000, Some("P1Y"), Some(83)),
            (3_000, Some("P3M"), Some(1_000)),
            // 52.1775 weeks a year.
            (1_000, Some("P1W"), Some(4_348)),
            (1_000, Some("P4W"), Some(1_087)),
            (100, Some("P1D"), Some(3_044)),
            (9_999, None, None),
        ];
        for (amount, every, a_month) in cases {
            assert_eq!(charge(amount, every).a_month(), a_month, "{amount} {every:?}");
        }
        assert_eq!(charge(u64::MAX, Some("P1D")).a_month(), None, "no sum wraps");
    }
}
