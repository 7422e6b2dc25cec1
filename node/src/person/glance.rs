//! What a person sees at a glance: what waits for them, what changes soon, what was done for them. In: the machine, contracts, the
//! list of organisations, a day. Out: short lists, each of bounded length, in the order in which they are read.

use regie_protocol::{
    Collection, Days, Nonce, PublicKey, Timestamp,
    calendar::Date,
    contract::Charge,
    person::{ItemState, Kept, Relationship},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Node,
    contracts::{ComesNext, NextOfContract, ShownContract},
    organisations::Organisation,
};
use crate::{clock, command::Failure};

/// How far ahead it is looked, in days.
const AHEAD: i32 = 92;
/// How many days ahead a date of a contract waits for a word.
const TO_DECIDE: i32 = 30;
/// For how long news is news, in days.
const NEWS: u32 = 30;
/// Most lines of one list.
const LINES: usize = 10;

/// Things of one kind that wait for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waits {
    /// What they are.
    pub what: WaitsFor,
    /// How many.
    pub count: usize,
}

/// What can wait for a person. A kind more has its line here, its count in `Node::waits` and its words in `locales/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// Requests of suppliers.
    Requests,
    /// Processors of suppliers that want to be met.
    Processors,
    /// Corrections that suppliers propose.
    Corrections,
    /// Contracts that are to be ended, or withdrawn from, soon or not at all.
    Contracts,
    /// Organisations that may have a companion now.
    Companions,
    /// Requests under the GDPR that wait, or come near a day that the person is to know of.
    Cases,
}

impl WaitsFor {
    /// Every kind, in the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::Requests, Self::Processors, Self::Corrections, Self::Contracts, Self::Companions, Self::Cases];

    /// In one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Processors => "processors",
            Self::Corrections => "corrections",
            Self::Contracts => "contracts",
            Self::Companions => "companions",
            Self::Cases => "cases",
        }
    }
}

/// Something that changes soon, or has just changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Soon {
    /// The contract that it is about.
    pub contract: Nonce,
    /// What that is about.
    pub product: String,
    /// With whom it is.
    pub party: String,
    /// What comes.
    pub change: Change,
}

/// What changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A day of it comes.
    Date(ComesNext),
    /// Its price changed.
    Price {
        /// What it costs now.
        now: Option<Charge>,
    },
}

/// An organisation that came to have a companion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Joined {
    /// What it is called.
    pub name: String,
    /// The supplier that it is.
    pub supplier: PublicKey,
    /// Since when, RFC 3339.
    pub since: String,
}

/// What is known of organisations and contracts, for a first look.
pub(super) struct Glance {
    pub(super) waits: Vec<Waits>,
    pub(super) soon: Vec<Soon>,
    pub(super) more_soon: usize,
    pub(super) without_companion: usize,
    pub(super) joined: Vec<Joined>,
    pub(super) entered: usize,
}

impl Node {
    /// A first look at everything.
    pub(super) fn glance(&self) -> Result<Glance, Failure> {
        let (organisations, contracts) = (self.organisations()?, self.contracts()?);
        let cases = self.cases()?.waiting;
        let now = self.clock.look().wall;
        let is_news = |at: Timestamp| now < at.plus_days(Days(NEWS));
        let mut soon = soon(&contracts.contracts, contracts.today, now);
        let more_soon = soon.len().saturating_sub(LINES);
        soon.truncate(LINES);
        let joined = organisations.iter().filter_map(|one| {
            let (supplier, since) = one.supplier.zip(one.joined.filter(|at| is_news(*at)))?;
            Some(Joined { name: one.name.clone(), supplier, since: clock::text(since) })
        });
        Ok(Glance {
            waits: self.waits(&organisations, &contracts.contracts, cases, contracts.today),
            soon,
            more_soon,
            without_companion: organisations.iter().filter(|one| one.supplier.is_none()).count(),
            joined: joined.take(LINES).collect(),
            entered: organisations.iter().filter(|one| is_news(one.entered)).count(),
        })
    }

    /// What waits for the person, where something does.
    fn waits(
        &self,
        organisations: &[Organisation],
        contracts: &[ShownContract],
        cases: usize,
        today: Date,
    ) -> Vec<Waits> {
        let relationships = || self.machine.relationships();
        let count = |what: WaitsFor| match what {
            WaitsFor::Requests => relationships().map(|(_, r)| r.waiting().count()).sum(),
            WaitsFor::Processors => self.waiting_processors().len(),
            WaitsFor::Corrections => relationships().map(|(_, r)| corrections(r)).sum(),
            WaitsFor::Contracts => contracts.iter().filter(|shown| is_to_decide(shown, today)).count(),
            WaitsFor::Companions => self.perhaps_same(organisations).len(),
            WaitsFor::Cases => cases,
        };
        let all = WaitsFor::ALL.into_iter().map(|what| Waits { what, count: count(what) });
        all.filter(|waits| waits.count > 0).collect()
    }
}

/// How many corrections of a supplier wait for a word. Documents are there, and wait for nothing.
fn corrections(relationship: &Relationship) -> usize {
    let waits = |kept: &&Kept| kept.state == ItemState::Here && kept.collection == Collection::Corrections;
    relationship.items().values().filter(waits).count()
}

/// Does a contract wait for a word, to be ended or not?
fn is_to_decide(shown: &ShownContract, today: Date) -> bool {
    let asks = |next: &ComesNext| matches!(next.what, NextOfContract::NoticeBy | NextOfContract::WithdrawBy);
    !shown.over && shown.next.is_some_and(|next| asks(&next) && next.on.days_after(today) <= TO_DECIDE)
}

/// What changes soon: dates by their days, before them prices that have just changed.
fn soon(contracts: &[ShownContract], today: Date, now: Timestamp) -> Vec<Soon> {
    let of = |shown: &ShownContract, change| Soon {
        contract: shown.id,
        product: shown.product.clone(),
        party: shown.party.clone(),
        change,
    };
    let fresh = |shown: &&ShownContract| {
        let changed = clock::read(&shown.changed);
        shown.price_before.is_some() && changed.is_some_and(|at| now < at.plus_days(Days(NEWS)))
    };
    let prices = contracts.iter().filter(|shown| !shown.over).filter(fresh);
    let mut all: Vec<Soon> = prices.map(|shown| of(shown, Change::Price { now: shown.charge })).collect();
    let next = |shown: &ShownContract| shown.next.filter(|next| next.on.days_after(today) <= AHEAD);
    let mut dates: Vec<(Date, Soon)> = contracts
        .iter()
        .filter(|shown| !shown.over)
        .filter_map(|shown| next(shown).map(|next| (next.on, of(shown, Change::Date(next)))))
        .collect();
    dates.sort_by_key(|(on, _)| *on);
    all.extend(dates.into_iter().map(|(_, soon)| soon));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_far_away_waits_for_nothing_and_a_day_that_is_near_does() {
        let json = |next: serde_json::Value| {
            serde_json::json!({
                "id": "00".repeat(16), "next": next, "party": "Volt", "supplier": null, "organisation": null,
                "source": "you", "product": "Power", "number": null, "customer": null,
                "charge": { "amount": 12_950, "currency": "EUR", "every": "P1M" }, "price": null, "a_month": 12_950,
                "price_before": null, "start": "2020-01-01", "term": null, "extension": "open",
                "notice": { "period": null, "to": "any_day" }, "terms_known": true, "ends": null, "over": false,
                "term_ends": null, "notice_by": null, "can_end": null, "can_end_by": null, "by_law": false,
                "withdraw_by": null, "cooling_off": null, "changed": "2026-01-01T00:00:00Z"
            })
        };
        let shown =
            |next: serde_json::Value| -> ShownContract { serde_json::from_value(json(next)).expect("a contract") };
        let (today, now) = ("2026-03-01".parse().expect("a day"), clock::read("2026-03-01T12:00:00Z").expect("a time"));
        let near = shown(serde_json::json!({ "what": "notice_by", "on": "2026-03-20" }));
        let later = shown(serde_json::json!({ "what": "notice_by", "on": "2026-05-20" }));
        let renews = shown(serde_json::json!({ "what": "renews", "on": "2026-03-10" }));
        let far = shown(serde_json::json!({ "what": "notice_by", "on": "2027-05-20" }));
        let decides = [&near, &later, &renews, &far].map(|shown| is_to_decide(shown, today));
        assert_eq!(decides, [true, false, false, false]);
        let mut dearer = ShownContract { price_before: Some("1.00 EUR P1M".to_owned()), ..far.clone() };
        assert!(soon(&[dearer.clone()], today, now).is_empty(), "old news is none");
        dearer.changed = "2026-02-20T00:00:00Z".to_owned();
        let all = soon(&[far, later, near, renews, dearer], today, now);
        let said: Vec<String> = all
            .iter()
            .map(|one| match one.change {
                Change::Price { .. } => "price".to_owned(),
                Change::Date(next) => next.on.to_string(),
            })
            .collect();
        assert_eq!(said, ["price", "2026-03-10", "2026-03-20", "2026-05-20"]);
    }
}
