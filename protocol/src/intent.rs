//! Volunteered signals: what a person wants, cast without a name, and what suppliers offer for it.
//!
//! In: an intent signed by a key made for it alone; offers signed by suppliers. Out: the objects within their bounds,
//! and offers in the order of the person's own criteria. An intent opens nothing: who made it, the field values
//! included, a supplier learns only by a grant after its offer was taken up. Boards carry both (`board.rs`).

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::Deref,
    str::FromStr,
};

use serde::{Deserialize, Serialize};

use crate::{
    calendar::{Span, Unit},
    catalogue,
    coded::coded,
    contract::{Charge, Currency},
    field::Selector,
    grant::Access,
    identity::{Nonce, PublicKey},
    limits,
    profile::{Invitation, plain_line},
    purpose::Purpose,
    signed::{Object, ObjectId},
    time::{DAY_MS, Days, Timestamp},
    wire::as_text,
};

/// What kind of thing is wanted, from the broad to the narrow: `energy.contract`. 1 to
/// [`limits::CATEGORY_PARTS`] parts of lower-case letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Category(String);

impl Category {
    /// Is it this one, or one within it? `energy.contract` is within `energy`.
    #[must_use]
    pub fn within(&self, broader: &Self) -> bool {
        self.0.strip_prefix(&broader.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Text that is not a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a category: parts of lower-case letters, digits and hyphens, joined by dots")]
pub struct BadCategory;

coded! {
    BadCategory, "category";
    Self => "bad" ("parts": limits::CATEGORY_PARTS);
}

impl FromStr for Category {
    type Err = BadCategory;
    fn from_str(text: &str) -> Result<Self, BadCategory> {
        let parts: Vec<&str> = text.split('.').collect();
        let fits = text.len() <= limits::CATEGORY_BYTES
            && parts.len() <= limits::CATEGORY_PARTS
            && parts.iter().all(|part| is_word(part));
        if fits { Ok(Self(text.to_owned())) } else { Err(BadCategory) }
    }
}

as_text!(Category);

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// In the smallest unit of the currency (ISO 4217): cents.
    pub amount: u64,
    /// Three capitals, ISO 4217.
    pub currency: String,
    /// How often the amount is paid.
    pub per: Per,
}

/// How often a price is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// Paid once.
    Once,
    /// Paid every month.
    Month,
    /// Paid every year.
    Year,
}

impl Per {
    /// All, from what is paid once on.
    pub const ALL: [Self; 3] = [Self::Once, Self::Month, Self::Year];

    /// The stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|per| per.code() == code)
    }
}

impl Price {
    fn well_formed(&self) -> bool {
        self.currency.len() == 3 && self.currency.bytes().all(|b| b.is_ascii_uppercase())
    }

    /// The same as a contract has it; none where its currency is none.
    #[must_use]
    pub fn charge(&self) -> Option<Charge> {
        let every = match self.per {
            Per::Once => None,
            Per::Month => Span::new(1, Unit::Month),
            Per::Year => Span::new(1, Unit::Year),
        };
        Some(Charge { amount: self.amount, currency: self.currency.parse().ok()?, every })
    }

    /// What a year costs, in the smallest unit: what prices of different spans are compared by.
    #[must_use]
    pub fn a_year(&self) -> u128 {
        let times = if self.per == Per::Month { 12 } else { 1 };
        u128::from(self.amount) * times
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Who says something else than a currency is shown as for most of them.
        let currency = self.currency.parse().unwrap_or(Currency::EUR);
        write!(f, "{} {}", currency.decimal(self.amount), self.currency)?;
        if self.per == Per::Once { Ok(()) } else { write!(f, "/{}", self.per.code()) }
    }
}

/// Text that is not a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a price: an amount and a currency, with /month or /year where it is paid again")]
pub struct BadPrice;

coded! {
    BadPrice, "price";
    Self => "bad";
}

impl FromStr for Price {
    type Err = BadPrice;
    fn from_str(text: &str) -> Result<Self, BadPrice> {
        let (money, per) = match text.trim().split_once('/') {
            None => (text.trim(), Per::Once),
            Some((money, per)) => (money, Per::of(per).filter(|per| *per != Per::Once).ok_or(BadPrice)?),
        };
        let at = money.find(|c: char| c.is_ascii_alphabetic()).ok_or(BadPrice)?;
        let (number, code) = (money[..at].trim(), money[at..].trim());
        let currency: Currency = code.parse().map_err(|_| BadPrice)?;
        // A comma is for people: how it is read depends on theirs.
        let amount = currency.amount(number).filter(|_| !number.contains(',')).ok_or(BadPrice)?;
        let price = Self { amount, currency: currency.to_string(), per };
        if price.well_formed() { Ok(price) } else { Err(BadPrice) }
    }
}

/// What a person wants, under a key that is used for nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// Made for this intent alone; signs this, and the transport to its board goes by it.
    pub key: PublicKey,
    /// The board that takes offers for it.
    pub board: PublicKey,
    /// Where suppliers find that board; 1 to [`limits::ADDRESSES`].
    pub addresses: Vec<String>,
    /// What kind of thing.
    pub category: Category,
    /// In plain words, one line of at most [`limits::TITLE_BYTES`]; may be empty.
    pub wish: String,
    /// Structured: names as those of a category's part, values of one line; at most [`limits::DETAILS`].
    pub details: BTreeMap<String, String>,
    /// What the person means to spend at most.
    pub budget: Option<Price>,
    /// The end of a UTC day, so that the hour of casting does not show; at most [`limits::INTENT_DAYS`] away.
    pub expires: Timestamp,
    /// Most offers of one supplier, 1 to [`limits::OFFERS_PER_SUPPLIER`].
    pub per_supplier: u8,
}

impl Object for Intent {
    const TAG: &'static str = "regie.intent/1";
    fn signer(&self) -> &PublicKey {
        &self.key
    }
}

impl Intent {
    /// Within the bounds of its parts.
    #[must_use]
    pub fn well_formed(&self) -> bool {
        (1..=limits::ADDRESSES).contains(&self.addresses.len())
            && self.addresses.iter().all(|address| plain_line(address, limits::NAME_BYTES))
            && plain_line(&self.wish, limits::TITLE_BYTES)
            && are_details(&self.details)
            && self.budget.as_ref().is_none_or(Price::well_formed)
            && (1..=limits::OFFERS_PER_SUPPLIER).contains(&self.per_supplier)
            && self.expires.0.is_multiple_of(DAY_MS)
    }

    /// Is it still to be answered?
    #[must_use]
    pub fn live(&self, now: Timestamp) -> bool {
        // An end that is too far away is none: whoever holds it could never let it go.
        now < self.expires && self.expires <= last_end(now)
    }
}

/// A board, as it is passed on: `regie:board?v=1&d=…`, in the form of a pairing link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoardLink(pub Invitation);

const BOARD_LINK: &str = "regie:board?";
const PAIR_LINK: &str = "regie:pair?";

impl BoardLink {
    /// The link of the board that this company keeps.
    #[must_use]
    pub fn new(board: PublicKey, addresses: Vec<String>) -> Self {
        Self(Invitation { supplier: board, id: Nonce([0; 16]), addresses })
    }
}

impl fmt::Display for BoardLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_string().replacen(PAIR_LINK, BOARD_LINK, 1))
    }
}

/// Text that is not the link of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the link of a board")]
pub struct BadBoardLink;

coded! {
    BadBoardLink, "link";
    Self => "not_of_a_board";
}

impl FromStr for BoardLink {
    type Err = BadBoardLink;
    fn from_str(text: &str) -> Result<Self, BadBoardLink> {
        let rest = text.trim().strip_prefix(BOARD_LINK).ok_or(BadBoardLink)?;
        format!("{PAIR_LINK}{rest}").parse().map(Self).map_err(|_| BadBoardLink)
    }
}

/// The latest end that an intent cast now can have.
#[must_use]
pub fn last_end(now: Timestamp) -> Timestamp {
    end_of_day(now, Days(limits::INTENT_DAYS))
}

/// The end of the UTC day that is so many days away.
#[must_use]
pub fn end_of_day(now: Timestamp, days: Days) -> Timestamp {
    let end = now.plus_days(days).0 / DAY_MS;
    Timestamp(end.saturating_add(1).saturating_mul(DAY_MS))
}

/// The person wants no more offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// The intent's key; signs this.
    pub key: PublicKey,
    /// The intent that it is about.
    pub intent: ObjectId,
    /// The intent's end: the withdrawal need be kept no longer.
    pub expires: Timestamp,
}

impl Object for Withdrawal {
    const TAG: &'static str = "regie.withdrawal/1";
    fn signer(&self) -> &PublicKey {
        &self.key
    }
}

/// What a supplier must be told to deliver what it offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// Fields and groups; none where the offer can be taken up without any.
    pub fields: BTreeSet<Selector>,
    /// What the fields are needed for.
    pub purpose: Purpose,
    /// How the fields are to be had.
    pub access: Access,
    /// For how long it may read.
    pub duration: Days,
    /// How long it keeps what it read.
    pub retention: Days,
}

/// A supplier's answer to an intent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Fresh for every offer; one that comes again is kept once.
    pub id: Nonce,
    /// Who offers; signs this.
    pub supplier: PublicKey,
    /// What it calls itself; checked when the person pairs.
    pub name: String,
    /// The intent that it is about.
    pub intent: ObjectId,
    /// What is offered, one line of 1 to [`limits::TITLE_BYTES`].
    pub title: String,
    /// What it costs.
    pub price: Option<Price>,
    /// Structured, as the details of an intent.
    pub terms: BTreeMap<String, String>,
    /// What the supplier needs to know to deliver.
    pub needs: Needs,
    /// How the person takes it up without a word to anybody else.
    pub invitation: Invitation,
    /// Not from this moment on.
    pub expires: Timestamp,
}

impl Object for Offer {
    const TAG: &'static str = "regie.offer/1";
    fn signer(&self) -> &PublicKey {
        &self.supplier
    }
}

impl Offer {
    /// Within the bounds of its parts.
    #[must_use]
    pub fn well_formed(&self) -> bool {
        let needs = &self.needs;
        plain_line(&self.name, limits::NAME_BYTES)
            && plain_line(&self.title, limits::TITLE_BYTES)
            && !self.title.trim().is_empty()
            && self.price.as_ref().is_none_or(Price::well_formed)
            && are_details(&self.terms)
            && needs.fields.len() <= limits::FIELDS
            && !matches!(needs.access, Access::Write(_))
            && (1..=limits::GRANT_DAYS).contains(&needs.duration.0)
            && needs.retention.0 <= limits::RETENTION_DAYS
            && self.invitation.supplier == self.supplier
            && (1..=limits::ADDRESSES).contains(&self.invitation.addresses.len())
            && self.invitation.addresses.iter().all(|address| plain_line(address, limits::NAME_BYTES))
    }
}

/// The person takes an offer up: under the key of the relationship, which the intent's key does not show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakeUp {
    /// The person's key in this relationship; signs this.
    pub person: PublicKey,
    /// Who made the offer.
    pub supplier: PublicKey,
    /// The offer, as it was signed.
    pub offer: ObjectId,
    /// When the person took the offer up.
    pub at: Timestamp,
}

impl Object for TakeUp {
    const TAG: &'static str = "regie.take-up/1";
    fn signer(&self) -> &PublicKey {
        &self.person
    }
}

/// What the person ranks offers by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Criterion {
    /// What a year costs, the least first; offers within the budget before those above it, and those without a price
    /// or in another currency than the budget last.
    Price,
    /// How many of the intent's details the offer's terms meet word for word, the most first.
    Match,
    /// How many fields the supplier needs, the fewest first.
    Fields,
    /// How long the supplier keeps them, the shortest first.
    Retention,
    /// Suppliers that the person has a relationship with first.
    Known,
}

impl Criterion {
    /// All, in the order that holds where the person states none.
    pub const ALL: [Self; 5] = [Self::Match, Self::Price, Self::Fields, Self::Retention, Self::Known];

    /// The stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::Match => "match",
            Self::Fields => "fields",
            Self::Retention => "retention",
            Self::Known => "known",
        }
    }
}

/// Text that is no criterion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a criterion of version 1")]
pub struct UnknownCriterion;

coded! {
    UnknownCriterion, "criterion";
    Self => "unknown";
}

impl FromStr for Criterion {
    type Err = UnknownCriterion;
    fn from_str(text: &str) -> Result<Self, UnknownCriterion> {
        Self::ALL.into_iter().find(|criterion| criterion.code() == text).ok_or(UnknownCriterion)
    }
}

/// Puts offers into the order of these criteria, the first weighing most; offers that are alike in all of them stand
/// by their ids.
pub fn rank<T: Deref<Target = Offer>>(
    offers: &mut [T],
    intent: &Intent,
    by: &[Criterion],
    known: &dyn Fn(&PublicKey) -> bool,
) {
    let money = money(offers, intent);
    offers.sort_by_cached_key(|offer| {
        let mark = |criterion: &Criterion| mark(*criterion, offer, intent, &money, known);
        let marks: Vec<u128> = by.iter().map(mark).collect();
        (marks, offer.id)
    });
}

/// In which money prices are compared: that of the budget, else the one that most offers are in.
fn money<T: Deref<Target = Offer>>(offers: &[T], intent: &Intent) -> String {
    if let Some(budget) = &intent.budget {
        return budget.currency.clone();
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for price in offers.iter().filter_map(|offer| offer.price.as_ref()) {
        *counts.entry(&price.currency).or_default() += 1;
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(code, _)| code.to_owned()).unwrap_or_default()
}

/// How far an offer is from the best; less is better.
fn mark(criterion: Criterion, offer: &Offer, intent: &Intent, money: &str, known: &dyn Fn(&PublicKey) -> bool) -> u128 {
    const NO_PRICE: u128 = u128::MAX;
    // Above what any amount costs in a year, so that the order among those above the budget stays.
    const ABOVE: u128 = 1 << 100;
    match criterion {
        Criterion::Price => match (&offer.price, &intent.budget) {
            (None, _) => NO_PRICE,
            (Some(price), _) if price.currency != money => NO_PRICE,
            (Some(price), Some(budget)) if price.a_year() > budget.a_year() => ABOVE + price.a_year(),
            (Some(price), _) => price.a_year(),
        },
        Criterion::Match => {
            let meets = |name: &str, wanted: &str| {
                offer.terms.get(name).is_some_and(|offered| catalogue::meets(name, wanted, offered))
            };
            let met = intent.details.iter().filter(|(name, wanted)| meets(name, wanted)).count();
            (intent.details.len() - met) as u128
        }
        Criterion::Fields => offer.needs.fields.iter().map(|selector| selector.fields().count() as u128).sum(),
        Criterion::Retention => u128::from(offer.needs.retention.0),
        Criterion::Known => u128::from(!known(&offer.supplier)),
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn are_details(details: &BTreeMap<String, String>) -> bool {
    details.len() <= limits::DETAILS
        && details.iter().all(|(name, value)| {
            name.len() <= limits::DETAIL_NAME_BYTES && is_word(name) && plain_line(value, limits::DETAIL_BYTES)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_have_a_form_and_an_order() {
        let of = |text: &str| text.parse::<Category>();
        assert!(of("energy.contract").expect("fits").within(&of("energy").expect("fits")));
        assert!(!of("energyplus").expect("fits").within(&of("energy").expect("fits")));
        for bad in ["", ".", "energy.", "Energy", "a.b.c.d.e", "en ergy", &"a".repeat(65)] {
            assert!(of(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn prices_are_read_as_they_are_written() {
        for (text, amount, per) in [
            ("129.50EUR/month", 12_950, Per::Month),
            ("80EUR", 8_000, Per::Once),
            ("1200 EUR/year", 120_000, Per::Year),
            ("5000 JPY", 5_000, Per::Once),
            ("1.250BHD/month", 1_250, Per::Month),
        ] {
            let price: Price = text.parse().expect("a price");
            assert_eq!((price.amount, price.per), (amount, per), "{text}");
            assert_eq!(price.to_string().parse(), Ok(price), "{text}");
        }
        for per in Per::ALL {
            assert_eq!((Per::of(per.code()), serde_json::to_value(per).expect("JSON")), (Some(per), per.code().into()));
        }
        for bad in [
            "",
            "EUR",
            "1,50EUR",
            "1.5EUR",
            "5eur",
            "5EUR/week",
            "5.00JPY",
            "1.25BHD",
            "5EUR/once",
            "5EUR/",
            "-5EUR",
            "99999999999999999999EUR",
        ] {
            assert!(bad.parse::<Price>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_end_is_the_end_of_a_day() {
        let noon = Timestamp(20_000 * DAY_MS + DAY_MS / 2);
        assert_eq!(end_of_day(noon, Days(0)), Timestamp(20_001 * DAY_MS));
        assert_eq!(end_of_day(noon, Days(7)), Timestamp(20_008 * DAY_MS));
    }
}
