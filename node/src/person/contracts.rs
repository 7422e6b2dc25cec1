//! Contracts: those that suppliers wrote into the collection, and those that the person typed, in one list. In: items, what is
//! typed, a day. Out: what it all costs, what comes next, by when notice has to be received.
//!
//! What a supplier wrote stays what it says; where two records have the same number the later one counts, and the one
//! before shows what the price was.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    Collection, Content, Contract, Nonce, ObjectId, PublicKey, Timestamp, Verified,
    calendar::{Date, Span, Unit},
    catalogue,
    contract::{Charge, Currency, Extension, Law, NoticePeriod, NoticeTo, Outlook, cooling_off_ends},
    intent::{Offer, Price},
    person::{Input, ItemState, Kept, Relationship},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Node,
    acts::ShownAct,
    items::FiledWith,
    organisations::OrganisationId,
    proposals::{Paid, replaced},
    tables,
};
use crate::{
    calendar::{self, Country},
    clock,
    command::Failure,
    driver::Turn,
    store::Read as _,
};

/// Most contracts that a person types.
pub(super) const TYPED: usize = 1_000;
/// Most records of one supplier that are read, the newest first.
const READ: usize = 256;
/// Most contracts of one supplier that are shown: the newest.
const SHOWN: usize = 64;
/// The number of a contract that the person knows none of.
pub(super) const UNNUMBERED: &str = "-";

/// Whom a contract was made with, as far as the node knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Party {
    /// A supplier that the person is paired with.
    Supplier(PublicKey),
    /// An organisation in the person's list.
    Organisation(OrganisationId),
    /// Nobody but a name, which stands in the contract.
    Named,
}

/// Where a contract comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContractSource {
    /// The person typed it.
    You,
    /// It was found by a payment that comes again.
    Payment,
    /// It came of an offer that the person took up.
    Offer,
    /// The supplier wrote it.
    Supplier,
}

/// A contract of the person's own.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnContract {
    pub(super) with: Party,
    pub(super) from: ContractSource,
    pub(super) contract: Contract,
    pub(super) changed: Timestamp,
    /// What it cost before.
    pub(super) before: Option<Charge>,
    /// The payments that it was found by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) paid: Option<Paid>,
    /// Notice of it went by letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) noticed: Option<Noticed>,
}

/// A letter that ends a contract, or withdraws from it, went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Noticed {
    /// Which letter.
    pub letter: Nonce,
    /// When it went.
    pub on: Date,
    /// The last day that it names; none where it withdraws.
    pub last: Option<Date>,
}

/// What is typed of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractWords {
    /// With whom it was made.
    pub party: String,
    /// What it is about.
    pub product: String,
    /// Its number, where the person knows one.
    pub number: Option<String>,
    /// The person's customer number.
    pub customer: Option<String>,
    /// What it costs.
    pub charge: Option<Charge>,
    /// Its first day.
    pub start: Date,
    /// For how long both are bound at first.
    pub term: Option<Span>,
    /// What follows the term by itself.
    pub extension: Extension,
    /// How it is ended.
    pub notice: NoticePeriod,
    /// The day on which it was agreed to from afar or at the door, from which cooling-off is counted.
    pub made: Option<Date>,
    /// The last day of cooling-off, where that is known.
    pub cooling_off: Option<Date>,
    /// Its last day, where it has been ended.
    pub ends: Option<Date>,
}

/// All contracts, what comes first before the others.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ContractList {
    /// The day by which all of it is counted, where this machine stands.
    pub today: Date,
    /// The country whose law for consumers is counted in, by `address.country`; none where that is not known.
    pub law: Option<String>,
    /// What they cost together, a currency each.
    pub a_month: Vec<MonthlySum>,
    /// Each of them.
    pub contracts: Vec<ShownContract>,
    /// How many records of suppliers are not shown, because there are too many.
    pub left_out: usize,
}

/// What contracts cost together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MonthlySum {
    /// In the smallest unit of the currency.
    pub amount: u64,
    /// Of which money, ISO 4217.
    pub currency: String,
    /// The amount with its decimal point.
    pub total: String,
    /// How many contracts that is of.
    pub contracts: usize,
    /// How much of it suppliers state, and not the person.
    pub said_by_suppliers: u64,
}

/// A contract, and what follows from it today.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownContract {
    /// Its id.
    pub id: Nonce,
    /// What comes next of it; none where nothing does by itself.
    pub next: Option<ComesNext>,
    /// With whom.
    pub party: String,
    /// The supplier, where the node is paired with it.
    pub supplier: Option<PublicKey>,
    /// The organisation in the person's list, where it is one.
    pub organisation: Option<OrganisationId>,
    /// Where it comes from.
    pub source: ContractSource,
    /// What it is about.
    pub product: String,
    /// What the other party calls it.
    pub number: Option<String>,
    /// The person's number there.
    pub customer: Option<String>,
    /// What it costs.
    pub charge: Option<Charge>,
    /// The same in words: 12.95 EUR P1M.
    pub price: Option<String>,
    /// A month of it, in the smallest unit of the currency.
    pub a_month: Option<u64>,
    /// What it cost before, where that was otherwise.
    pub price_before: Option<String>,
    /// Its first day.
    pub start: Date,
    /// The term at first.
    pub term: Option<Span>,
    /// What follows that.
    pub extension: Extension,
    /// How it is ended.
    pub notice: NoticePeriod,
    /// Are its terms known? Of one that was found in payments only the price is, until the person fills them in.
    pub terms_known: bool,
    /// Its last day, where that stands.
    pub ends: Option<Date>,
    /// What its supplier was last told of its end, over the line.
    pub said: Option<ShownAct>,
    /// The letter that went to end it, where the other party has no companion. Its last day stands once they confirm it.
    pub noticed: Option<Noticed>,
    /// Is it over?
    pub over: bool,
    /// The last day of the term that runs.
    pub term_ends: Option<Date>,
    /// The last day on which notice had to be received for that; it may have passed.
    pub notice_by: Option<Date>,
    /// The first last day that notice of today gives it.
    pub can_end: Option<Date>,
    /// The last day on which notice is in time for that one.
    pub can_end_by: Option<Date>,
    /// Is that because of the law, and not of what is written?
    pub by_law: bool,
    /// The last day on which it can be withdrawn from without a reason.
    pub withdraw_by: Option<Date>,
    /// The last day of cooling-off, also where it has passed.
    pub cooling_off: Option<Date>,
    /// When it was typed, changed or received, RFC 3339.
    pub changed: String,
}

/// Something that a contract brings by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComesNext {
    /// What.
    pub what: NextOfContract,
    /// On which day, or by which.
    pub on: Date,
}

/// What a contract brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NextOfContract {
    /// Cooling-off ends.
    WithdrawBy,
    /// Notice has to have been received.
    NoticeBy,
    /// It is extended.
    Renews,
    /// It ends.
    Ends,
    /// It begins.
    Begins,
}

/// A contract before it is shown.
struct Known {
    id: Nonce,
    with: Party,
    from: ContractSource,
    contract: Contract,
    changed: Timestamp,
    before: Option<Charge>,
    noticed: Option<Noticed>,
}

impl Node {
    /// All contracts, and what they cost.
    pub(super) fn contracts(&self) -> Result<ContractList, Failure> {
        let (today, country) = (self.today(), self.country());
        let mut known = self.own_contracts()?;
        let own = known.len();
        let left_out = self.written_contracts(&mut known)?;
        let law = country.map(Country::law).unwrap_or_default();
        let said = self.said_of_contracts();
        let mut contracts: Vec<ShownContract> =
            known.iter().map(|known| self.shown(known, &said, law, today)).collect::<Result<_, Failure>>()?;
        let (found, written) = contracts.split_at(own);
        let mut gone = replaced(&prices(written), &of_source(found, ContractSource::Payment));
        gone.extend(replaced_offers(&known[..own], found, &known[own..], written));
        contracts.retain(|one| !gone.contains(&one.id));
        // What comes by itself comes first, then what could be ended, then what is over.
        contracts.sort_by_cached_key(|shown| {
            (shown.over, shown.next.is_none(), shown.next.map(|next| next.on), shown.product.to_lowercase(), shown.id)
        });
        let law = country.map(|country| country.code().to_owned());
        Ok(ContractList { today, law, a_month: sums(&contracts, today), contracts, left_out })
    }

    /// The contracts with a supplier.
    pub(super) fn contracts_with(&self, supplier: &PublicKey) -> Result<Vec<ShownContract>, Failure> {
        Ok(self.contracts()?.contracts.into_iter().filter(|shown| shown.supplier == Some(*supplier)).collect())
    }

    /// One contract, by its id or the end of it.
    pub(super) fn contract(&self, text: &str) -> Result<ShownContract, Failure> {
        let mut found = self.contracts()?.contracts.into_iter().filter(|shown| ends_in(&shown.id, text));
        match (found.next(), found.next()) {
            (Some(shown), None) => Ok(shown),
            _ => Err(no_contract()),
        }
    }

    /// Takes in what was typed, as a new contract or in the place of one.
    pub(super) fn set_contract(
        &mut self,
        id: Option<Nonce>,
        words: ContractWords,
        turn: &mut Turn,
    ) -> Result<Nonce, Failure> {
        self.speaks()?;
        let earlier = id.map(|id| self.own_contract(&id)).transpose()?;
        if earlier.is_none() && self.store.keys(tables::CONTRACTS, &())?.len() >= TYPED {
            return Err(Failure::usage(format!("there are {TYPED} contracts, the bound; remove one first")));
        }
        let contract = self.typed(words);
        contract.check().map_err(Failure::misread)?;
        let before = earlier.as_ref().and_then(|earlier| {
            let changed = earlier.contract.charge != contract.charge;
            if changed { earlier.contract.charge } else { earlier.before }
        });
        // Who fills in the terms of one that was found in payments gives their word for it.
        let kept = earlier.as_ref().filter(|earlier| earlier.contract.party == contract.party);
        let with = kept.map(|earlier| earlier.with).filter(|with| *with != Party::Named);
        let with = with.unwrap_or_else(|| self.party_named(&contract.party, turn));
        let (paid, noticed) = earlier.map(|earlier| (earlier.paid, earlier.noticed)).unwrap_or_default();
        let id = id.unwrap_or_else(|| Nonce(clock::random()));
        let own = OwnContract {
            with,
            from: ContractSource::You,
            contract,
            changed: self.clock.now().wall,
            before,
            paid,
            noticed,
        };
        turn.batch.put(tables::CONTRACTS, &id.0, &own);
        Ok(id)
    }

    /// The contract that an offer becomes, as far as the offer says it: until its supplier writes one, it stands in the list in its
    /// place. What is paid once and binds for no time is none.
    pub(super) fn keep_offered(&mut self, offer: &Verified<Offer>, turn: &mut Turn) -> Result<Option<Nonce>, Failure> {
        let bound = catalogue::bound(&offer.terms).filter(|months| *months > 0);
        let charge = offer.price.as_ref().and_then(Price::charge);
        let runs = bound.is_some() || charge.is_some_and(|charge| charge.every.is_some());
        let supplier = self.machine.known_as(&offer.supplier);
        let Some(supplier) = supplier.filter(|_| runs) else { return Ok(None) };
        if self.store.keys(tables::CONTRACTS, &())?.len() >= TYPED {
            return Ok(None);
        }
        let of_term = |name: &str| offer.terms.get(name).map(String::as_str);
        let notice = of_term("notice").and_then(|months| months.parse().ok()).unwrap_or(1);
        let today = self.today();
        let contract = self.typed(ContractWords {
            party: self.name_of(&supplier),
            product: offer.title.clone(),
            number: None,
            customer: None,
            charge,
            start: of_term("from").and_then(|date| date.parse().ok()).unwrap_or(today),
            term: bound.and_then(|months| Span::new(months, Unit::Month)),
            extension: Extension::Open,
            notice: NoticePeriod { period: Span::new(notice, Unit::Month), to: NoticeTo::AnyDay },
            // It is agreed to from afar.
            made: Some(today),
            cooling_off: None,
            ends: None,
        });
        // What a supplier offers may be beyond what a contract can hold; the offer is taken up all the same.
        if contract.check().is_err() {
            return Ok(None);
        }
        let (with, from, changed) = (Party::Supplier(supplier), ContractSource::Offer, self.clock.now().wall);
        let own = OwnContract { with, from, contract, changed, before: None, paid: None, noticed: None };
        let id = name_of_offered(&offer.id());
        turn.batch.put(tables::CONTRACTS, &id.0, &own);
        Ok(Some(id))
    }

    /// The contract that came of an offer, where it still stands in the list.
    pub(super) fn contract_of_offer(&self, offer: &ObjectId) -> Result<Option<Nonce>, Failure> {
        let id = name_of_offered(offer);
        Ok(self.store.get(tables::CONTRACTS, &id.0)?.map(|_| id))
    }

    /// Takes a contract off the list: an own one for good, what a supplier wrote as any item.
    pub(super) fn remove_contract(&mut self, text: &str, turn: &mut Turn) -> Result<Nonce, Failure> {
        let shown = self.contract(text)?;
        match shown.supplier {
            Some(supplier) if shown.source == ContractSource::Supplier => {
                self.give(Input::DeleteItem(&supplier, &shown.id), turn)?;
            }
            _ => {
                self.speaks()?;
                turn.batch.erase(tables::CONTRACTS, &shown.id.0);
            }
        }
        Ok(shown.id)
    }

    /// The day where this machine stands.
    pub(super) fn today(&self) -> Date {
        clock::day(self.clock.look().wall)
    }

    /// The country that the person lives in, as the field says.
    pub(super) fn country(&self) -> Option<Country> {
        let field = "address.country".parse().ok()?;
        self.held(field).and_then(|observed| Country::of(observed.value.as_str()))
    }

    fn typed(&self, words: ContractWords) -> Contract {
        let ContractWords { party, product, number, customer, charge, start, term, extension, notice, .. } = words;
        let counted = words.made.map(|made| match self.country() {
            Some(country) => calendar::cooling_off(made, country).last,
            None => cooling_off_ends(made),
        });
        let number = number.unwrap_or_else(|| UNNUMBERED.to_owned());
        let (cooling_off, ends) = (counted.or(words.cooling_off), words.ends);
        let documents = [].into();
        Contract {
            number,
            party,
            customer,
            product,
            charge,
            start,
            term,
            extension,
            notice,
            cooling_off,
            ends,
            documents,
        }
    }

    /// Whom a person means by the name of a party: a supplier, an organisation in their list, else one that is entered there by
    /// that name. Who has a contract with somebody holds their data, and may come to have a companion.
    fn party_named(&self, name: &str, turn: &mut Turn) -> Party {
        if let Ok(supplier) = self.find_supplier(name) {
            return Party::Supplier(supplier);
        }
        match self.find_organisation(name) {
            Ok(one) => Party::Organisation(one.id),
            // Where the list is full the contract has the name all the same.
            Err(failure) if failure.code == "not_found" => {
                self.enter_named(name, turn).map_or(Party::Named, |one| Party::Organisation(one.id))
            }
            // Several are called that: nothing is joined by a guess.
            Err(_) => Party::Named,
        }
    }

    fn own_contract(&self, id: &Nonce) -> Result<OwnContract, Failure> {
        self.store.get(tables::CONTRACTS, &id.0)?.ok_or_else(|| {
            let next = "a supplier wrote that contract, so only it can change it; remove it, or add your own beside it";
            Failure::usage(next)
        })
    }

    fn own_contracts(&self) -> Result<Vec<Known>, Failure> {
        let rows = self.store.group(tables::CONTRACTS, &())?.into_iter();
        Ok(rows
            .map(|(id, own)| {
                let OwnContract { with, from, contract, changed, before, paid: _, noticed } = own;
                Known { id: Nonce(id), with, from, contract, changed, before, noticed }
            })
            .collect())
    }

    /// What suppliers wrote: the newest record of each number. How many are left out comes back.
    fn written_contracts(&self, into: &mut Vec<Known>) -> Result<usize, Failure> {
        let mut left_out = 0;
        for (supplier, relationship) in self.machine.relationships() {
            let there = relationship
                .items()
                .iter()
                .filter(|(_, kept)| kept.collection == Collection::Contracts && kept.state != ItemState::Deleted);
            let mut records: Vec<(Timestamp, Nonce)> = there.map(|(id, kept)| (kept.at, *id)).collect();
            records.sort_unstable_by(|a, b| b.cmp(a));
            left_out += records.len().saturating_sub(READ);
            let mut newest: Vec<Known> = Vec::new();
            for (changed, id) in records.into_iter().take(READ) {
                let Some(contract) = self.written(supplier, &id)? else { continue };
                let full = newest.len() == SHOWN;
                match newest.iter_mut().find(|known| known.contract.number == contract.number) {
                    Some(known) if known.before.is_none() && known.contract.charge != contract.charge => {
                        known.before = contract.charge;
                    }
                    Some(_) => {}
                    None if full => left_out += 1,
                    None => newest.push(Known {
                        id,
                        with: Party::Supplier(*supplier),
                        from: ContractSource::Supplier,
                        contract,
                        changed,
                        before: None,
                        noticed: None,
                    }),
                }
            }
            into.append(&mut newest);
        }
        Ok(left_out)
    }

    /// Which contract an item belongs to, by its supplier's word: the record itself, and what that names.
    pub(super) fn filed(&self) -> Result<BTreeMap<(PublicKey, Nonce), FiledWith>, Failure> {
        let (mut known, mut filed) = (Vec::new(), BTreeMap::new());
        self.written_contracts(&mut known)?;
        for Known { id, with, contract, .. } in known {
            let Party::Supplier(supplier) = with else { continue };
            let with = FiledWith { id, product: contract.product.clone() };
            for item in contract.documents.iter().chain([&id]) {
                filed.insert((supplier, *item), with.clone());
            }
        }
        Ok(filed)
    }

    /// The contract that an item holds; none where it is a document of another kind.
    fn written(&self, supplier: &PublicKey, id: &Nonce) -> Result<Option<Contract>, Failure> {
        let Content::Document(document) = self.content(supplier, id)?.content else { return Ok(None) };
        Ok(Contract::of(&document).and_then(Result::ok))
    }

    /// What was said of contracts over the line, the newest first.
    fn said_of_contracts(&self) -> Vec<ShownAct> {
        let mut acts = self.acts(None);
        acts.retain(|act| act.kind.is_of_contracts());
        acts
    }

    fn shown(&self, known: &Known, said: &[ShownAct], law: Law, today: Date) -> Result<ShownContract, Failure> {
        let Known { id, with, from, contract, changed, before, noticed } = known;
        let organisation = match with {
            Party::Organisation(id) => self.store.get(tables::ORGANISATIONS, id)?,
            Party::Supplier(_) | Party::Named => None,
        };
        let supplier = match with {
            Party::Supplier(key) => Some(*key),
            Party::Organisation(_) => organisation.as_ref().and_then(|one| one.supplier),
            Party::Named => None,
        };
        let is_it = |act: &&ShownAct| {
            let number = act.what.contract().and_then(|name| name.number.as_ref());
            let same = Some(act.supplier) == supplier && number == Some(&contract.number);
            act.about == Some(*id) || (*from == ContractSource::Supplier && same)
        };
        let said: Vec<&ShownAct> = said.iter().filter(is_it).collect();
        // What the supplier confirmed is its last day, also where its record does not say so yet.
        let confirmed = said.iter().filter_map(|act| act.ends).min();
        let contract = &Contract { ends: contract.ends.into_iter().chain(confirmed).min(), ..contract.clone() };
        let outlook = contract.outlook(law, today);
        let terms_known = *from != ContractSource::Payment;
        let over = outlook.earliest.is_none();
        // What nobody knows is not counted.
        let outlook =
            if terms_known { outlook } else { Outlook { earliest: None, earliest_by: None, by_law: false, ..outlook } };
        Ok(ShownContract {
            id: *id,
            next: match noticed.filter(|_| contract.ends.is_none()) {
                // What was ended is not extended, as far as the person did their part.
                Some(noticed) => noticed.last.map(|on| ComesNext { what: NextOfContract::Ends, on }),
                None => next(contract, &outlook, today),
            },
            party: contract.party.clone(),
            supplier,
            organisation: organisation.map(|one| one.id),
            source: *from,
            product: contract.product.clone(),
            number: Some(contract.number.clone()).filter(|number| number != UNNUMBERED),
            customer: contract.customer.clone(),
            charge: contract.charge,
            price: contract.charge.as_ref().map(price),
            a_month: contract.charge.and_then(|charge| charge.a_month()),
            price_before: before.as_ref().map(price),
            start: contract.start,
            term: contract.term,
            extension: contract.extension,
            notice: contract.notice,
            terms_known,
            ends: outlook.ends,
            said: said.first().map(|act| (*act).clone()),
            noticed: *noticed,
            over,
            term_ends: outlook.term.map(|term| term.last),
            notice_by: outlook.term.and_then(|term| term.notice_by),
            can_end: outlook.earliest,
            can_end_by: outlook.earliest_by,
            by_law: outlook.by_law,
            withdraw_by: outlook.withdraw_until,
            cooling_off: contract.cooling_off,
            changed: clock::text(*changed),
        })
    }
}

/// A charge in words: 12.95 EUR P1M.
pub(super) fn price(charge: &Charge) -> String {
    let every = charge.every.map(|every| format!(" {every}")).unwrap_or_default();
    format!("{} {}{every}", charge.currency.decimal(charge.amount), charge.currency)
}

/// Does the supplier of this relationship write contracts?
pub(super) fn writes(relationship: &Relationship) -> bool {
    let there = |kept: &Kept| kept.collection == Collection::Contracts && kept.state != ItemState::Deleted;
    relationship.items().values().any(there)
}

/// The contracts with suppliers that come from there, with what each costs a month.
fn of_source(shown: &[ShownContract], source: ContractSource) -> Vec<(Nonce, PublicKey, Option<u64>)> {
    let of = shown.iter().filter(|one| one.source == source);
    of.filter_map(|one| Some((one.id, one.supplier?, one.a_month))).collect()
}

/// Contracts that suppliers wrote and that are not over, with what each costs a month.
fn prices(written: &[ShownContract]) -> Vec<(PublicKey, Option<u64>)> {
    written.iter().filter(|one| !one.over).filter_map(|one| Some((one.supplier?, one.a_month))).collect()
}

/// Which contracts that came of offers are in the place of one that the supplier wrote since: what it had written before is another.
fn replaced_offers(
    own: &[Known],
    own_shown: &[ShownContract],
    written: &[Known],
    written_shown: &[ShownContract],
) -> BTreeSet<Nonce> {
    let mut first: BTreeMap<PublicKey, Timestamp> = BTreeMap::new();
    for (known, shown) in own.iter().zip(own_shown).filter(|(known, _)| known.from == ContractSource::Offer) {
        let Some(supplier) = shown.supplier else { continue };
        let taken = first.entry(supplier).or_insert(known.changed);
        *taken = known.changed.min(*taken);
    }
    let since = written.iter().zip(written_shown).filter(|(known, shown)| {
        let taken = shown.supplier.and_then(|supplier| first.get(&supplier));
        taken.is_some_and(|taken| known.changed >= *taken)
    });
    let since: Vec<ShownContract> = since.map(|(_, shown)| shown.clone()).collect();
    replaced(&prices(&since), &of_source(own_shown, ContractSource::Offer))
}

/// The name of the contract that comes of an offer: one offer makes one.
fn name_of_offered(offer: &ObjectId) -> Nonce {
    let mut id = [0; 16];
    id.copy_from_slice(&offer.digest()[..16]);
    Nonce(id)
}

impl From<ShownContract> for ContractWords {
    fn from(shown: ShownContract) -> Self {
        let ShownContract { party, product, number, customer, charge, start, term, extension, notice, .. } = shown;
        let by_itself = extension == Extension::Ends && term.map(|term| start.through(term, 1)) == shown.ends;
        let ends = shown.ends.filter(|_| !by_itself);
        let (made, cooling_off) = (None, shown.cooling_off);
        Self { party, product, number, customer, charge, start, term, extension, notice, made, cooling_off, ends }
    }
}

/// What a contract brings first. What can be ended at any time brings nothing.
fn next(contract: &Contract, outlook: &Outlook, today: Date) -> Option<ComesNext> {
    use NextOfContract::{Begins, Ends, NoticeBy, Renews, WithdrawBy};
    outlook.earliest?;
    let term = outlook.term.filter(|_| outlook.ends.is_none() && !outlook.by_law);
    let notice = term.and_then(|term| term.notice_by).filter(|by| *by >= today);
    let renews = term.filter(|_| notice.is_none()).map(|term| term.last.plus_days(1));
    let all = [
        (WithdrawBy, outlook.withdraw_until),
        (NoticeBy, notice),
        (Renews, renews),
        (Ends, outlook.ends),
        (Begins, Some(contract.start).filter(|start| *start > today)),
    ];
    let all = all.into_iter().filter_map(|(what, on)| on.map(|on| ComesNext { what, on }));
    all.min_by_key(|next| (next.on, next.what))
}

/// What those that run cost together.
fn sums(contracts: &[ShownContract], today: Date) -> Vec<MonthlySum> {
    let mut sums = BTreeMap::new();
    for shown in contracts.iter().filter(|shown| !shown.over && shown.start <= today) {
        let Some((charge, amount)) = shown.charge.zip(shown.a_month) else { continue };
        let sum: &mut (u64, usize, u64) = sums.entry(charge.currency).or_default();
        sum.0 = sum.0.saturating_add(amount);
        sum.1 += 1;
        if shown.source == ContractSource::Supplier {
            sum.2 = sum.2.saturating_add(amount);
        }
    }
    let shown = |(currency, (amount, contracts, said_by_suppliers)): (Currency, (u64, usize, u64))| MonthlySum {
        amount,
        currency: currency.to_string(),
        total: currency.decimal(amount),
        contracts,
        said_by_suppliers,
    };
    sums.into_iter().map(shown).collect()
}

fn ends_in(id: &Nonce, text: &str) -> bool {
    text.len() >= super::decisions::ID_END && id.to_string().ends_with(text)
}

fn no_contract() -> Failure {
    let next = "there is not exactly one contract with that id; `regie contracts` lists them";
    Failure::new("not_found", crate::command::exit::NOT_FOUND, next)
}
