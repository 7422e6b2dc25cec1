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
use sha2::{Digest as _, Sha256};

use super::{
    Node,
    cases::ShownCase,
    contracts::{ComesNext, NextOfContract, ShownContract},
    organisations::Organisation,
};
pub use crate::notice::WaitsFor;
use crate::{clock, command::Failure, notice::Thing};

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
        let cases = self.cases()?.cases;
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
            waits: counted(&self.things_of(&organisations, &contracts.contracts, &cases, contracts.today)),
            soon,
            more_soon,
            without_companion: organisations.iter().filter(|one| one.supplier.is_none()).count(),
            joined: joined.take(LINES).collect(),
            entered: organisations.iter().filter(|one| is_news(one.entered)).count(),
        })
    }

    /// Everything that waits for the person.
    pub(super) fn things(&self) -> Result<Vec<Thing>, Failure> {
        let contracts = self.contracts()?;
        Ok(self.things_of(&self.organisations()?, &contracts.contracts, &self.cases()?.cases, contracts.today))
    }

    fn things_of(
        &self,
        organisations: &[Organisation],
        contracts: &[ShownContract],
        cases: &[ShownCase],
        today: Date,
    ) -> Vec<Thing> {
        let mut things = Vec::new();
        for (supplier, relationship) in self.machine.relationships() {
            let of = |what, id: &Nonce| thing(what, &[supplier.as_bytes(), &id.0], &relationship.profile().name);
            things.extend(relationship.waiting().map(|waiting| of(WaitsFor::Requests, &waiting.id)));
            things.extend(corrections(relationship).map(|id| of(WaitsFor::Corrections, id)));
            things.extend(self.unseen.of(supplier).map(|id| of(WaitsFor::Documents, id)));
        }
        let processors = self.waiting_processors();
        things.extend(processors.iter().map(|one| thing(WaitsFor::Processors, &[one.delegation.digest()], &one.name)));
        for (shown, on) in contracts.iter().filter_map(|shown| to_decide(shown, today).map(|on| (shown, on))) {
            things.push(thing(WaitsFor::Contracts, &[&shown.id.0, nearer(on, today)], &shown.party));
        }
        let perhaps = self.perhaps_same(organisations);
        things.extend(perhaps.iter().map(|one| {
            thing(WaitsFor::Companions, &[one.organisation.to_string().as_bytes(), one.supplier.as_bytes()], &one.name)
        }));
        for case in cases.iter().filter(|case| case.waits) {
            let step = format!("{:?}", case.next.what);
            let near = case.next.by.map_or(&b""[..], |by| nearer(by, today));
            things.push(thing(WaitsFor::Cases, &[&case.id.0, step.as_bytes(), near], &case.name));
        }
        things
    }
}

/// How many of each kind wait, where any do.
pub(super) fn counted(things: &[Thing]) -> Vec<Waits> {
    let count = |what| things.iter().filter(|thing| thing.what == what).count();
    let all = WaitsFor::ALL.into_iter().map(|what| Waits { what, count: count(what) });
    all.filter(|waits| waits.count > 0).collect()
}

fn thing(what: WaitsFor, key: &[&[u8]], of: &str) -> Thing {
    Thing { what, key: mark(what.code(), key), of: of.to_owned() }
}

/// A number by which something is known again: parts of its key run together to no other's.
pub(super) fn mark<P: AsRef<[u8]>>(what: &str, parts: &[P]) -> u64 {
    let mut hash = Sha256::new_with_prefix(what);
    for part in parts {
        hash.update(u64::try_from(part.as_ref().len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_ref());
    }
    let hash: [u8; 32] = hash.finalize().into();
    u64::from_be_bytes(hash.first_chunk().copied().unwrap_or_default())
}

/// How near a day is, in steps of which each is worth a word.
fn nearer(day: Date, today: Date) -> &'static [u8] {
    match day.days_after(today) {
        ..=1 => b"now",
        2..=7 => b"a week",
        _ => b"later",
    }
}

/// The corrections of a supplier that wait for a word.
fn corrections(relationship: &Relationship) -> impl Iterator<Item = &Nonce> {
    let waits = |kept: &Kept| kept.state == ItemState::Here && kept.collection == Collection::Corrections;
    relationship.items().iter().filter(move |(_, kept)| waits(kept)).map(|(id, _)| id)
}

/// By when a contract waits for a word, to be ended or not; none where it does not.
fn to_decide(shown: &ShownContract, today: Date) -> Option<Date> {
    let asks = |next: &ComesNext| matches!(next.what, NextOfContract::NoticeBy | NextOfContract::WithdrawBy);
    let next = shown.next.filter(|next| !shown.over && asks(next) && next.on.days_after(today) <= TO_DECIDE);
    next.map(|next| next.on)
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
        let decides = [&near, &later, &renews, &far].map(|shown| to_decide(shown, today).is_some());
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
