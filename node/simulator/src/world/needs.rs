//! Needs: each is cast as an intent, answered by suppliers who watch the board, and decided; beside it, what direct mail
//! to everybody would have brought for the same needs and the same wares. In: needs by chance. Out: tallies.

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng as _;
use regie_protocol::{
    Access, DAY_MS, Days, Invitation, Nonce, ObjectId, Purpose, Selector, Signed, Timestamp, Verified,
    intent::{Category, Criterion, Intent, Needs, Offer, Per, Price, rank},
    message::{BoardReply, Browse, ToBoard},
    person::{Input, NewIntent, OwnerError},
    supplier::NewOffer,
};

use crate::{
    measure::meter::{self, Side},
    scenario::group::{Attack, IntentRules},
    world::{
        event::{Asker, Event},
        failure::{Wrong, refused},
        home::postal_code,
        person::Need,
        state::World,
        supplier::{ADDRESS, Wares},
    },
};

/// What a person states to rank offers by.
const RANK_BY: [Criterion; 2] = [Criterion::Match, Criterion::Price];
/// What wares cost a month, in cents.
const PRICES: std::ops::Range<u64> = 5_000..15_000;
/// What a person means to spend a month at most, in cents.
const BUDGETS: std::ops::Range<u64> = 8_000..16_000;
/// What a bait costs, in cents: less than anything.
const BAIT: u64 = 100;
/// Above every liking: a bait that is believed looks best.
const BEST: f64 = 2.0;
/// Days that a supplier reads and keeps what it needs.
const KEEPS: Days = Days(90);

impl World<'_> {
    /// What a supplier sells, for how much and how.
    pub(super) fn wares(&mut self, number: usize) -> Wares {
        let Some(rules) = &self.rules.intents else { return Wares::default() };
        // In turn, so that every category has suppliers.
        let sells = Some(rules.categories[number % rules.categories.len()].clone());
        let price = self.rng.random_range(PRICES);
        let terms = (0..rules.details).map(|at| (format!("wish-{at}"), self.either())).collect();
        Wares { sells, price, terms }
    }

    fn either(&mut self) -> String {
        if self.rng.random_bool(0.5) { "yes".into() } else { "no".into() }
    }

    /// A need comes up, and the person casts it.
    pub(super) fn need(&mut self, person: usize) -> Result<(), Wrong> {
        let Some(rules) = &self.rules.intents else { return Ok(()) };
        self.agenda.once_a(rules.needs_a_year, &mut self.rng, Event::Need(person));
        let category = rules.categories[self.rng.random_range(0..rules.categories.len())].clone();
        let mut details: BTreeMap<String, String> =
            (0..rules.details).map(|at| (format!("wish-{at}"), self.either())).collect();
        let region = rules.names_area.then(|| postal_code(self.persons[person].area));
        details.extend(region.clone().map(|region| ("region".to_owned(), region)));
        let budget = Price { amount: self.rng.random_range(BUDGETS), currency: "EUR".into(), per: Per::Month };
        let new = NewIntent {
            board: Invitation { supplier: self.board_key, id: Nonce([0; 16]), addresses: vec![ADDRESS.into()] },
            category: category.clone(),
            wish: String::new(),
            details,
            budget: Some(budget),
            duration: Days(rules.days),
            per_supplier: 1,
            keep: u8::try_from(rules.keep).unwrap_or(u8::MAX),
            rank_by: RANK_BY.to_vec(),
        };
        let entropy = self.entropy();
        // A person who wants too much at once has to wait.
        let Ok(told) = self.give(person, Input::Cast(new), Some(entropy)) else { return Ok(()) };
        let Some(id) = told.to_say else { return Ok(()) };
        self.run_person(person, told)?;
        let wanted = self.persons[person].machine.intent(&id).map(|wanted| wanted.intent.clone());
        let (own, fits) = wanted.map(|intent| self.weigh(person, rules, &intent)).unwrap_or_default();
        let until = self.agenda.now() + u64::from(rules.days) * DAY_MS;
        self.needs.push(Need { person, intent: id, region, category, until, own, fits, read: BTreeSet::new() });
        self.month().needs += 1;
        self.agenda.later(u64::from(rules.decides_after_days) * DAY_MS, Event::Decide(self.needs.len() - 1));
        self.agenda.later(u64::from(rules.days) * DAY_MS, Event::NeedEnds(self.needs.len() - 1));
        self.tell_board(person, &id)
    }

    /// The person's own ranking of all wares there are: what the intent says, and what no intent says.
    fn weigh(&self, person: usize, rules: &IntentRules, intent: &Intent) -> (BTreeMap<usize, f64>, BTreeSet<usize>) {
        let all: Vec<(usize, Offer)> = (0..self.suppliers.len())
            .filter(|supplier| self.attack(*supplier).is_none_or(|attack| attack == Attack::Collude))
            .filter(|supplier| self.suppliers[*supplier].wares.sells.as_ref() == Some(&intent.category))
            .map(|supplier| (supplier, self.ware(supplier, rules, intent)))
            .collect();
        let number = |offer: &Offer| all.iter().find(|(_, other)| other.supplier == offer.supplier).map(|(at, _)| *at);
        let mut ranked: Vec<&Offer> = all.iter().map(|(_, offer)| offer).collect();
        rank(&mut ranked, intent, &RANK_BY, &|_| false);
        let (mut own, mut fits) = (BTreeMap::new(), BTreeSet::new());
        let last = ranked.len().saturating_sub(1).max(1) as f64;
        for (place, offer) in ranked.iter().enumerate() {
            let Some(supplier) = number(offer) else { continue };
            let said = 1.0 - place as f64 / last;
            own.insert(supplier, (1.0 - rules.unsaid) * said + rules.unsaid * self.persons[person].likes[supplier]);
            let met = intent.details.iter().filter(|(name, value)| offer.terms.get(*name) == Some(value)).count();
            let cheap = match (&offer.price, &intent.budget) {
                (Some(price), Some(budget)) => price.a_year() <= budget.a_year(),
                _ => false,
            };
            if cheap && met * 2 >= intent.details.len() {
                fits.insert(supplier);
            }
        }
        (own, fits)
    }

    /// What a supplier would offer, unsigned.
    fn ware(&self, supplier: usize, rules: &IntentRules, intent: &Intent) -> Offer {
        let NewOffer { title, price, terms, needs, expires, .. } = self.new_offer(supplier, rules, intent);
        let key = self.suppliers[supplier].key;
        let mut id = [0; 16];
        id[..8].copy_from_slice(&(supplier as u64).to_be_bytes());
        let invitation = Invitation { supplier: key, id: Nonce([0; 16]), addresses: vec![ADDRESS.into()] };
        let intent = ObjectId::of(&[]);
        Offer {
            id: Nonce(id),
            supplier: key,
            name: String::new(),
            intent,
            title,
            price,
            terms,
            needs,
            invitation,
            expires,
        }
    }

    /// The same for everybody, but that it is delivered to every area; a bait is whatever is wanted, for next to nothing.
    fn new_offer(&self, supplier: usize, rules: &IntentRules, intent: &Intent) -> NewOffer {
        let wares = &self.suppliers[supplier].wares;
        let bait = self.attack(supplier) == Some(Attack::Sybil);
        let mut terms = if bait { intent.details.clone() } else { wares.terms.clone() };
        terms.extend(intent.details.get("region").map(|region| ("region".to_owned(), region.clone())));
        let amount = if bait { BAIT } else { wares.price };
        let needs = Needs {
            fields: rules.needs.iter().map(|field| Selector::Field(*field)).collect(),
            purpose: Purpose::RequestedServiceProvision,
            access: Access::Read,
            duration: KEEPS,
            retention: KEEPS,
        };
        NewOffer {
            title: "what you asked for".into(),
            price: Some(Price { amount, currency: "EUR".into(), per: Per::Month }),
            terms,
            needs,
            expires: Timestamp(intent.expires.0),
            test: false,
        }
    }

    /// A supplier looks at the board, unless it still does so.
    pub(super) fn opens(&mut self, supplier: usize) {
        let categories = self.watched(supplier).filter(|_| !self.suppliers[supplier].looking);
        if let Some(categories) = categories {
            self.suppliers[supplier].looking = true;
            let after = self.suppliers[supplier].seen;
            self.ask_board(Asker::Supplier(supplier), ToBoard::Browse(Browse { categories, after }));
        }
    }

    /// What a supplier wants to see of the board: what it sells, and a sybil everything; none where it has no business
    /// there.
    fn watched(&self, supplier: usize) -> Option<BTreeSet<Category>> {
        let sells = self.suppliers[supplier].wares.sells.clone()?;
        match self.attack(supplier) {
            None | Some(Attack::Collude) => Some([sells].into()),
            Some(Attack::Sybil) => Some(BTreeSet::new()),
            Some(_) => None,
        }
    }

    /// What the board replied to a supplier.
    pub(super) fn board_told(&mut self, supplier: usize, message: &ToBoard, reply: BoardReply) -> Result<(), Wrong> {
        match (message, reply) {
            (ToBoard::Browse(_), BoardReply::Intents(page)) => {
                (self.suppliers[supplier].seen, self.suppliers[supplier].looking) = (page.last, false);
                page.intents.into_iter().try_for_each(|intent| self.may_answer(supplier, intent))?;
                if page.more {
                    self.opens(supplier);
                }
            }
            (ToBoard::Offer(_), BoardReply::Noted) => self.month().offers += 1,
            (ToBoard::Offer(_), _) => self.harm(supplier, |harm| harm.refused += 1),
            _ => return Err(Wrong::Refused("the board, what is its business".into())),
        }
        Ok(())
    }

    /// A supplier answers some of the intents that it sees, a sybil all.
    fn may_answer(&mut self, supplier: usize, intent: Signed<Intent>) -> Result<(), Wrong> {
        let Some(rules) = &self.rules.intents else { return Ok(()) };
        if self.attack(supplier) != Some(Attack::Sybil) && !self.rng.random_bool(rules.answers) {
            return Ok(());
        }
        meter::turn(Side::Supplier);
        let Ok(intent) = intent.verify() else { return Ok(()) };
        let new = self.new_offer(supplier, rules, &intent);
        let (now, mut entropy) = (self.agenda.time(), self.entropy());
        let (offer, effects) =
            self.suppliers[supplier].machine.offer(&intent, new, now, &mut entropy).map_err(refused)?;
        self.run_supplier(supplier, effects, false)?;
        self.harm(supplier, |harm| harm.sent += 1);
        self.ask_board(Asker::Supplier(supplier), ToBoard::Offer(offer.signed().clone()));
        Ok(())
    }

    /// The time to decide has come: the node asks the board once more, now or when it is up again.
    pub(super) fn deciding(&mut self, need: usize) -> Result<(), Wrong> {
        let (person, id) = (self.needs[need].person, self.needs[need].intent);
        self.persons[person].deciding.insert(id, need);
        self.tell_board(person, &id)
    }

    /// The person looks at the offers that their node shows, takes the best that will do, or gives up. What they see to
    /// be a bait they pass over, and look at what moves up.
    pub(super) fn decide(&mut self, need: usize) -> Result<(), Wrong> {
        let (person, id) = (self.needs[need].person, self.needs[need].intent);
        let machine = &self.persons[person].machine;
        let Some(wanted) = machine.intent(&id).filter(|wanted| wanted.open()) else {
            self.month().too_late += 1;
            return Ok(());
        };
        let dropped = u64::from(wanted.stored.passed);
        self.month().offers_dropped += dropped;
        let (mut looked, mut best) = (BTreeSet::new(), None::<(f64, Verified<Offer>, usize)>);
        while let Some(offer) = self.next_shown(person, &id, &looked) {
            looked.insert(offer.id());
            let Some(supplier) = self.suppliers.iter().position(|supplier| supplier.key == offer.supplier) else {
                continue;
            };
            let worth = self.worth(need, supplier);
            if worth.is_none() && self.attack(supplier) == Some(Attack::Sybil) {
                let passed = self.give(person, Input::PassOver(&id, &offer.id()), None).map_err(refused)?;
                self.run_person(person, passed)?;
            }
            if worth.is_some_and(|worth| best.as_ref().is_none_or(|(most, ..)| worth > *most)) {
                best = worth.map(|worth| (worth, offer, supplier));
            }
        }
        if let Some((_, offer, supplier)) = best {
            return self.take(need, &offer, supplier);
        }
        let entropy = self.entropy();
        if let Ok(effects) = self.give(person, Input::Withdraw(&id), Some(entropy)) {
            self.run_person(person, effects)?;
        }
        self.tell_board(person, &id)
    }

    /// The best offer that is shown and was not looked at yet.
    fn next_shown(&self, person: usize, id: &ObjectId, looked: &BTreeSet<ObjectId>) -> Option<Verified<Offer>> {
        let shown = self.persons[person].machine.ranked(id);
        shown.into_iter().find(|offer| !looked.contains(&offer.id())).cloned()
    }

    /// How good an offer that is shown is to the person; none where it won't do, or is seen to be a bait.
    fn worth(&mut self, need: usize, supplier: usize) -> Option<f64> {
        self.month().contacts += 1;
        if let Some(attacker) = self.attacker(supplier).filter(|attacker| attacker.kind == Attack::Sybil) {
            self.month().baits += 1;
            return (!self.rng.random_bool(attacker.seen_through)).then_some(BEST);
        }
        let need = &self.needs[need];
        let own = need.own.get(&supplier).copied().filter(|_| need.fits.contains(&supplier));
        self.month().contacts_wanted += u64::from(own.is_some());
        own
    }

    /// The person takes an offer: at once where they know the supplier, else as soon as they do.
    fn take(&mut self, need: usize, offer: &Verified<Offer>, supplier: usize) -> Result<(), Wrong> {
        let person = self.needs[need].person;
        if self.persons[person].relationships.get(&supplier).is_some_and(|relationship| relationship.paired) {
            self.take_up(need, &offer.id(), supplier)
        } else {
            self.meet(person, supplier, offer.invitation.id, (need, offer.id()))
        }
    }

    /// Takes an offer up, where it still stands.
    pub(super) fn take_up(&mut self, need: usize, offer: &ObjectId, supplier: usize) -> Result<(), Wrong> {
        let (person, id) = (self.needs[need].person, self.needs[need].intent);
        let entropy = self.entropy();
        let effects = match self.give(person, Input::TakeUp(&id, offer), Some(entropy)) {
            Ok(effects) => effects,
            // It ended, or gave way to a better one, while the node was getting to know the supplier.
            Err(OwnerError::OfferOver | OwnerError::NoOffer | OwnerError::NoIntent) => {
                self.month().too_late += 1;
                return Ok(());
            }
            Err(error) => return Err(refused(error)),
        };
        self.run_person(person, effects)?;
        if let Some(relationship) = self.persons[person].relationships.get_mut(&supplier) {
            relationship.bought = true;
        }
        if self.attack(supplier) == Some(Attack::Sybil) {
            self.month().baits_taken += 1;
        } else {
            self.month().taken += 1;
            let place = self.needs[need].place(supplier);
            self.month().match_thousandths += place;
        }
        self.flush(person, supplier)?;
        self.tell_board(person, &id)
    }

    /// A supplier writes to everybody.
    pub(super) fn mail(&mut self, supplier: usize) {
        let Some(rules) = &self.rules.intents else { return };
        self.month().mails += self.persons.len() as u64;
        let mut wanted = 0;
        for need in &mut self.needs {
            let open =
                self.agenda.now() < need.until && self.suppliers[supplier].wares.sells.as_ref() == Some(&need.category);
            if open {
                wanted += u64::from(need.fits.contains(&supplier));
                if self.rng.random_bool(rules.mail.reads) {
                    need.read.insert(supplier);
                }
            }
        }
        self.month().mails_wanted += wanted;
        self.agenda.later(u64::from(rules.mail.every_days) * DAY_MS, Event::Mail(supplier));
    }

    /// What the mail that was read would have brought.
    pub(super) fn need_ends(&mut self, need: usize) {
        let one = &self.needs[need];
        let worth = |supplier: &usize| one.own.get(supplier).copied().unwrap_or(0.0);
        let best = one.read.intersection(&one.fits).max_by(|a, b| worth(a).total_cmp(&worth(b)));
        if let Some(place) = best.map(|supplier| one.place(*supplier)) {
            self.month().mail_taken += 1;
            self.month().mail_match_thousandths += place;
        }
    }
}
