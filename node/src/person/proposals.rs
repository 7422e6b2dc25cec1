//! Contracts that a person's payments tell of. In: what is paid in a rhythm, the contracts that are known. Out: what the person can
//! confirm: new contracts, prices that changed, payments that ended; and rows, once they did.
//!
//! Of a payment its usual charge is kept, which came more than once or is rounded, and since when; nothing of a single one. What the
//! terms are nobody knows: such a contract can be ended by no date until the person fills them in. One that the supplier
//! writes itself takes its place.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    Contract, Nonce, PublicKey,
    calendar::Date,
    contract::{Charge, Extension, NoticePeriod, NoticeTo},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Node,
    contracts::{ContractSource, OwnContract, Party, TYPED, UNNUMBERED, price},
    organisations::Organisation,
    tables,
};
use crate::{
    clock,
    command::Failure,
    driver::Turn,
    find::{self, CreditorId, Recurring},
    store::Read as _,
};

/// A contract that payments tell of, before the person confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProposedContract {
    /// What is new of it.
    pub news: ContractNews,
    /// Who is paid, as the bank writes it.
    pub payee: String,
    /// The usual charge.
    pub charge: Charge,
    /// The same in words: 12.95 EUR P1M.
    pub price: String,
    /// Do the amounts differ, so that it is about that?
    pub about: bool,
    /// What it cost by what was known before, where that is news.
    pub price_before: Option<String>,
    /// The day of the first payment that was seen.
    pub since: Date,
    /// And of the last.
    pub last: Date,
}

/// What payments tell that is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContractNews {
    /// A contract.
    New,
    /// That it has another price.
    Price,
    /// That it is paid no more.
    Ended,
}

/// The payments that a contract was found by: what they are known again by, and how far they were seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Paid {
    payee: String,
    creditor: Option<CreditorId>,
    mandate: Option<String>,
    /// The day of the last payment.
    last: Date,
    /// Did their amounts differ?
    about: bool,
}

/// What becomes of one payment in a rhythm.
pub(super) enum Step {
    /// It is a contract that was not known.
    New(Contract),
    /// Something is new of one that is.
    Changed(Nonce, Box<OwnContract>),
}

/// A step, as it is shown to the person and as it is done.
pub(super) struct Proposal {
    /// None where there is nothing to ask: it was seen for longer, or once more.
    pub(super) shown: Option<ProposedContract>,
    paid: Recurring,
    step: Step,
}

/// All contracts, by whom they are with.
#[derive(Default)]
pub(super) struct Book {
    own: BTreeMap<Nonce, OwnContract>,
    /// The suppliers that write contracts.
    written: BTreeSet<PublicKey>,
}

/// Whom payments go to, as far as that is known.
pub(super) struct Payee<'a> {
    pub(super) name: &'a str,
    pub(super) organisation: Option<&'a Organisation>,
    pub(super) supplier: Option<PublicKey>,
}

impl Paid {
    fn of(paid: &Recurring) -> Self {
        let Recurring { payee, creditor, mandate, last, about, .. } = paid.clone();
        Self { payee, creditor, mandate, last, about }
    }

    /// Are these the same payments, seen another time?
    fn is(&self, paid: &Recurring) -> bool {
        match (&self.creditor, &paid.creditor) {
            (Some(one), Some(other)) => one.same(other) && self.mandate == paid.mandate,
            (None, None) => find::plain_name(&self.payee) == find::plain_name(&paid.payee),
            _ => false,
        }
    }
}

impl Book {
    /// What is new of what is paid to one.
    pub(super) fn proposals(&self, to: &Payee<'_>, pays: &[Recurring]) -> Vec<Proposal> {
        // Two payments are not one contract, whatever they have in common.
        let mut taken = BTreeSet::new();
        pays.iter().filter_map(|paid| self.proposal(to, paid, paid.charge()?, &mut taken)).collect()
    }

    fn proposal(
        &self,
        to: &Payee<'_>,
        paid: &Recurring,
        charge: Charge,
        taken: &mut BTreeSet<Nonce>,
    ) -> Option<Proposal> {
        let same = self.own.iter().filter(|(id, own)| {
            !taken.contains(*id) && own.paid.as_ref().is_some_and(|known| known.is(paid)) && to.is(own.with)
        });
        // Of several that are known by the same, the one that costs the same.
        let (id, known) = match same.max_by_key(|(_, own)| own.contract.charge == Some(charge)) {
            Some(known) => known,
            None if paid.ended() || self.knows(to, charge) => return None,
            None => return new(to, paid, charge),
        };
        taken.insert(*id);
        changed(*id, known, paid, charge)
    }

    /// Is there such a contract by another's word: the person's, or the supplier's?
    fn knows(&self, to: &Payee<'_>, charge: Charge) -> bool {
        let typed = |own: &OwnContract| {
            let named = own.with == Party::Named && find::plain_name(&own.contract.party) == find::plain_name(to.name);
            own.paid.is_none() && own.contract.charge == Some(charge) && (named || to.is(own.with))
        };
        to.supplier.is_some_and(|supplier| self.written.contains(&supplier)) || self.own.values().any(typed)
    }
}

impl Payee<'_> {
    fn is(&self, with: Party) -> bool {
        match with {
            Party::Organisation(id) => self.organisation.is_some_and(|one| one.id == id),
            Party::Supplier(key) => self.supplier == Some(key),
            Party::Named => false,
        }
    }
}

fn new(to: &Payee<'_>, paid: &Recurring, charge: Charge) -> Option<Proposal> {
    let contract = Contract {
        number: UNNUMBERED.to_owned(),
        party: to.organisation.map_or(to.name, |one| one.name.as_str()).to_owned(),
        customer: None,
        product: paid.payee.clone(),
        charge: Some(charge),
        start: paid.since,
        term: None,
        extension: Extension::Open,
        notice: NoticePeriod { period: None, to: NoticeTo::AnyDay },
        cooling_off: None,
        ends: None,
        documents: [].into(),
    };
    contract.check().ok()?;
    let shown = Some(shown(ContractNews::New, paid, charge, None));
    Some(Proposal { shown, paid: paid.clone(), step: Step::New(contract) })
}

/// What payments tell of a contract that was found by them before.
fn changed(id: Nonce, known: &OwnContract, paid: &Recurring, charge: Charge) -> Option<Proposal> {
    let seen = known.paid.as_ref()?;
    let mut next = known.clone();
    next.contract.start = known.contract.start.min(paid.since);
    let newer = paid.last > seen.last;
    if newer {
        next.paid = Some(Paid::of(paid));
    }
    let before = known.contract.charge;
    let news = match () {
        // An older statement tells nothing of today.
        () if paid.last < seen.last => None,
        () if paid.ended() && known.contract.ends.is_none() => {
            next.contract.ends = paid.span().map(|span| paid.last.plus(span).plus_days(-1));
            Some(ContractNews::Ended)
        }
        // Amounts that always differ are about the same until they are known to be otherwise.
        () if newer && before != Some(charge) && !paid.about && !seen.about => {
            (next.before, next.contract.charge) = (before, Some(charge));
            Some(ContractNews::Price)
        }
        () => None,
    };
    let shown = news.map(|news| shown(news, paid, charge, before.filter(|_| news == ContractNews::Price)));
    let fresh = next.contract != known.contract || next.paid != known.paid;
    next.contract.check().ok().filter(|()| fresh)?;
    Some(Proposal { shown, paid: paid.clone(), step: Step::Changed(id, Box::new(next)) })
}

fn shown(news: ContractNews, paid: &Recurring, charge: Charge, before: Option<Charge>) -> ProposedContract {
    ProposedContract {
        news,
        payee: paid.payee.clone(),
        charge,
        price: price(&charge),
        about: paid.about,
        price_before: before.as_ref().map(price),
        since: paid.since,
        last: paid.last,
    }
}

impl Node {
    /// The contracts that payments are held against.
    pub(super) fn book(&self) -> Result<Book, Failure> {
        let rows = self.store.group(tables::CONTRACTS, &())?.into_iter();
        let own = rows.map(|(id, own)| (Nonce(id), own)).collect();
        let written = self.machine.relationships().filter(|(_, r)| super::contracts::writes(r)).map(|(key, _)| *key);
        Ok(Book { own, written: written.collect() })
    }

    /// Does what was proposed of one organisation. Where the person did not say yes to its contracts, only what needs no word.
    pub(super) fn keep_proposals(
        &self,
        book: &mut Book,
        with: &Organisation,
        proposals: Vec<Proposal>,
        confirmed: impl Fn(&Recurring) -> bool,
        turn: &mut Turn,
    ) -> Result<usize, Failure> {
        let mut kept = 0;
        for Proposal { shown, paid, step } in proposals {
            if shown.is_some() && !confirmed(&paid) {
                continue;
            }
            kept += usize::from(shown.is_some());
            let changed = self.clock.look().wall;
            let (id, own) = match step {
                Step::New(contract) if book.own.len() < TYPED => {
                    let (with, from) = (Party::Organisation(with.id), ContractSource::Payment);
                    let paid = Some(Paid::of(&paid));
                    (
                        Nonce(clock::random()),
                        OwnContract { with, from, contract, changed, before: None, paid, noticed: None },
                    )
                }
                Step::New(_) => {
                    return Err(Failure::usage(format!("there are {TYPED} contracts, the bound; choose fewer")));
                }
                Step::Changed(id, own) => (id, OwnContract { changed, ..*own }),
            };
            turn.batch.put(tables::CONTRACTS, &id.0, &own);
            book.own.insert(id, own);
        }
        Ok(kept)
    }
}

/// Which of the contracts found in payments are in the place of one that the supplier wrote: for each that it wrote one, the one that
/// costs most nearly the same.
pub(super) fn replaced(
    written: &[(PublicKey, Option<u64>)],
    found: &[(Nonce, PublicKey, Option<u64>)],
) -> BTreeSet<Nonce> {
    let mut gone = BTreeSet::new();
    let mut by_supplier: BTreeMap<PublicKey, Vec<Option<u64>>> = BTreeMap::new();
    for (supplier, a_month) in written {
        by_supplier.entry(*supplier).or_default().push(*a_month);
    }
    for (supplier, mut prices) in by_supplier {
        // Those with a price choose before those without.
        prices.sort_unstable_by(|one, other| other.cmp(one));
        for price in prices {
            let left = found.iter().filter(|(id, of, _)| *of == supplier && !gone.contains(id));
            let apart = |own: &Option<u64>| price.zip(*own).map_or(u64::MAX, |(price, own)| price.abs_diff(own));
            gone.extend(left.min_by_key(|(id, _, own)| (apart(own), *id)).map(|(id, ..)| *id));
        }
    }
    gone
}

#[cfg(test)]
mod tests {
    use regie_protocol::{Keypair, Timestamp, contract::Currency};

    use super::*;
    use crate::find::Rhythm;

    const CREDITOR: &str = "DE98ZZZ09999999999";

    fn paid(payee: &str, amount: u64, last: &str) -> Recurring {
        Recurring {
            payee: payee.to_owned(),
            amount: Some(amount),
            about: false,
            currency: Currency::EUR,
            rhythm: Rhythm::Monthly,
            since: "2025-01-28".parse().expect("a day"),
            last: last.parse().expect("a day"),
            until: last.parse().ok(),
            creditor: CREDITOR.parse().ok(),
            mandate: Some("M-1".to_owned()),
        }
    }

    fn organisation() -> Organisation {
        Organisation::named("Volt Energie".to_owned(), Timestamp(0))
    }

    /// What is proposed of one payment, with what it does.
    fn of(book: &Book, to: &Organisation, paid: &Recurring) -> Option<Proposal> {
        let to = Payee { name: &to.name, organisation: Some(to), supplier: to.supplier };
        book.proposals(&to, std::slice::from_ref(paid)).pop()
    }

    /// A book with the contract that this payment tells of.
    fn book_with(to: &Organisation, paid: &Recurring) -> Book {
        let Some(Proposal { step: Step::New(contract), .. }) = of(&Book::default(), to, paid) else {
            panic!("a new one: {paid:?}")
        };
        let (with, from) = (Party::Organisation(to.id), ContractSource::Payment);
        let (changed, paid) = (Timestamp(0), Some(Paid::of(paid)));
        let own = OwnContract { with, from, contract, changed, before: None, paid, noticed: None };
        Book { own: [(Nonce([1; 16]), own)].into(), written: BTreeSet::new() }
    }

    #[test]
    fn a_payment_in_a_rhythm_is_proposed_and_what_ended_or_has_none_is_not() {
        let to = organisation();
        let monthly = paid("Volt", 12_950, "2026-03-28");
        let found = of(&Book::default(), &to, &monthly).and_then(|found| found.shown).expect("proposed");
        assert_eq!((found.news, found.price.as_str()), (ContractNews::New, "129.50 EUR P1M"));
        let ended = Recurring { until: "2026-06-30".parse().ok(), ..monthly.clone() };
        assert!(of(&Book::default(), &to, &ended).is_none(), "its last payment is long before the statement's end");
        let irregular = Recurring { rhythm: Rhythm::Irregular, amount: None, ..monthly.clone() };
        assert!(of(&Book::default(), &to, &irregular).is_none());
        let far = Recurring { amount: Some(u64::MAX), ..monthly };
        assert!(of(&Book::default(), &to, &far).is_none(), "beyond what is believed");
    }

    #[test]
    fn a_later_import_notices_a_price_an_end_and_nothing_twice() {
        let to = organisation();
        let first = paid("Volt", 12_950, "2026-03-28");
        let book = book_with(&to, &first);
        assert!(of(&book, &to, &first).is_none(), "the same file again tells nothing");
        let dearer = of(&book, &to, &paid("VOLT ENERGIE", 13_950, "2026-06-28")).expect("news");
        let shown = dearer.shown.as_ref().expect("shown");
        assert_eq!((shown.news, shown.price_before.as_deref()), (ContractNews::Price, Some("129.50 EUR P1M")));
        let Step::Changed(_, own) = dearer.step else { panic!("a change") };
        assert_eq!((own.before, own.contract.charge), (first.charge(), paid("x", 13_950, "2026-06-28").charge()));
        assert!(of(&book, &to, &paid("Volt", 11_950, "2025-12-28")).is_none(), "an older statement");
        let about = Recurring { about: true, ..paid("Volt", 13_100, "2026-06-28") };
        assert!(of(&book, &to, &about).is_some_and(|found| found.shown.is_none()), "amounts that differ are no news");
        let ended = Recurring { until: "2026-09-30".parse().ok(), ..paid("Volt", 12_950, "2026-06-28") };
        let ended = of(&book, &to, &ended).expect("news");
        assert_eq!(ended.shown.map(|shown| shown.news), Some(ContractNews::Ended));
        let Step::Changed(_, own) = ended.step else { panic!("a change") };
        assert_eq!(own.contract.ends.map(|day| day.to_string()).as_deref(), Some("2026-07-27"));
        let longer = Recurring { since: "2020-01-28".parse().expect("a day"), ..first };
        let longer = of(&book, &to, &longer).expect("it was seen for longer");
        assert!(longer.shown.is_none(), "nothing to ask");
    }

    #[test]
    fn two_mandates_are_two_contracts_and_what_the_person_typed_is_known() {
        let to = organisation();
        let one = paid("Volt", 12_950, "2026-03-28");
        let book = book_with(&to, &one);
        let gas = Recurring { mandate: Some("M-2".to_owned()), ..one.clone() };
        assert!(of(&book, &to, &gas).is_some_and(|found| matches!(found.step, Step::New(_))));
        let mut typed = book;
        for own in typed.own.values_mut() {
            (own.paid, own.from, own.with) = (None, ContractSource::You, Party::Named);
            own.contract.party = "VOLT ENERGIE B.V.".to_owned();
        }
        assert!(of(&typed, &to, &gas).is_none(), "the same charge to the same name");
        let writes = Organisation { supplier: Some(Keypair::from_secret(&[1; 32]).public()), ..to };
        let book = Book { own: BTreeMap::new(), written: writes.supplier.into_iter().collect() };
        assert!(of(&book, &writes, &one).is_none(), "the supplier says itself what there is");
    }

    #[test]
    fn what_a_supplier_writes_takes_the_place_of_what_costs_most_nearly_the_same() {
        let supplier = |n| Keypair::from_secret(&[n; 32]).public();
        let found = [(Nonce([1; 16]), supplier(1), Some(5_000)), (Nonce([2; 16]), supplier(1), Some(12_000))];
        let gone = |written: &[(PublicKey, Option<u64>)]| replaced(written, &found);
        assert_eq!(gone(&[(supplier(1), Some(11_500))]), [Nonce([2; 16])].into());
        assert_eq!(gone(&[(supplier(1), None), (supplier(1), Some(11_500))]).len(), 2);
        assert!(gone(&[(supplier(2), Some(5_000))]).is_empty(), "another's");
        assert!(gone(&[]).is_empty());
    }
}
