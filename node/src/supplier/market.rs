//! What persons want, found on the boards that this company follows, and what it offers for it. In: pages of boards,
//! their answers to offers, a person's word that takes one up. Out: rows, events, frames to boards. Boards are asked
//! with pauses that grow while nothing is new.

use std::{collections::BTreeSet, time::Duration};

use regie_protocol::{
    DAY_MS, Invitation, Now, ObjectId, PublicKey, Refusal, Signed, Timestamp, Verified,
    departure::Leaves,
    intent::{BoardLink, Category, Intent, Needs, Offer, TakeUp},
    limits,
    message::{BoardReply, Browse, Intents, Message, ToBoard},
    supplier::{self, SupplierError},
};
use serde::{Deserialize, Serialize};

use super::{
    Companion, CompanionEvent, World, departing,
    happening::Happening,
    labels::{Kind, Label, Thing},
    lists::not_found,
    names,
    records::damaged,
    tables,
    verbs::NewOffer,
};
use crate::{
    backoff::Backoff,
    clock,
    command::{Failure, Text, details},
    conversation::say,
    driver::Turn,
    network::Address,
    store::{Nth, Part, Read as _, Table},
};

/// Pages of a list that are looked through for what is still open.
const BACK: usize = 100;
/// Between two questions to one board.
const PAUSES: Backoff = Backoff::growing_by_half(Duration::from_secs(2), Duration::from_secs(60));
/// Offers sent in one turn.
const AT_ONCE: usize = 64;
/// How long an offer is let alone while its answer is under way, in milliseconds; longer than any exchange.
const UNDER_WAY_MS: u64 = 60_000;
/// And after its board could not take it, so that those behind it get their turn.
const REST_MS: u64 = 10_000;
/// Days that one turn sweeps.
const DAYS_AT_ONCE: u64 = 400;

/// When a board is to be asked again.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// Questions in a row that brought nothing new.
    quiet: u32,
    not_before: Timestamp,
    under_way: bool,
}

impl Look {
    /// The turn in which a board was asked was undone: whether it was asked is not known.
    pub(super) fn undone(&mut self) {
        self.under_way = false;
    }
}

/// A board that is followed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Followed {
    /// Where it is.
    pub board: Invitation,
    /// What is looked for; everything where there is none.
    pub categories: BTreeSet<Category>,
    /// Where the last page ended.
    pub cursor: u64,
    /// When it last answered.
    pub answered: Option<Timestamp>,
}

/// An intent that was found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FoundIntent {
    /// As it was signed.
    pub intent: Signed<Intent>,
    /// When it was found.
    pub at: Timestamp,
    /// Its person wants no more offers.
    pub withdrawn: bool,
}

/// An offer that was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Made {
    /// As it was signed.
    pub offer: Signed<Offer>,
    /// When it was made.
    pub at: Timestamp,
    /// For trying things out.
    pub test: bool,
    /// Where it stands.
    pub state: State,
}

/// Where an offer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The board has not answered.
    Waiting,
    /// It hangs there for the person.
    Delivered,
    /// The board refused it.
    Refused(Refusal),
    /// The person took it up, under this key.
    TakenUp(PublicKey),
}

impl State {
    /// In one word, with why it was refused or who took it up.
    #[must_use]
    pub fn parts(self) -> (&'static str, Option<Refusal>, Option<PublicKey>) {
        match self {
            Self::Waiting => ("waiting", None, None),
            Self::Delivered => ("delivered", None, None),
            Self::Refused(code) => ("refused", Some(code), None),
            Self::TakenUp(person) => ("taken_up", None, Some(person)),
        }
    }
}

impl Companion {
    /// Follows a board. One that is followed already gets the new categories, and is read anew.
    pub(crate) fn follow(
        &mut self,
        BoardLink(board): BoardLink,
        categories: BTreeSet<Category>,
        turn: &mut Turn,
    ) -> Result<Followed, Failure> {
        if categories.len() > limits::CATEGORIES {
            return Err(Failure::usage(format!("at most {} categories of one board", limits::CATEGORIES)));
        }
        let known = self.followed()?;
        let again = known.iter().any(|followed| followed.board.supplier == board.supplier);
        if !again && known.len() >= limits::BOARDS {
            return Err(Failure::usage(format!("{} boards are followed; let one go first", limits::BOARDS)));
        }
        self.looks.remove(&board.supplier);
        let followed = Followed { board, categories, cursor: 0, answered: None };
        turn.batch.put(tables::FOLLOWED_BOARDS, &followed.board.supplier, &followed);
        self.look_again(Duration::ZERO, turn);
        Ok(followed)
    }

    /// Lets a board go. What was found there stays until it ends.
    pub(crate) fn unfollow(&mut self, board: &PublicKey, turn: &mut Turn) -> Result<(), Failure> {
        self.store.get(tables::FOLLOWED_BOARDS, board)?.ok_or_else(not_found)?;
        self.looks.remove(board);
        turn.batch.delete(tables::FOLLOWED_BOARDS, board);
        Ok(())
    }

    /// The boards that are followed.
    pub(crate) fn followed(&self) -> Result<Vec<Followed>, Failure> {
        Ok(self.store.group(tables::FOLLOWED_BOARDS, &())?.into_iter().map(|(_, followed)| followed).collect())
    }

    /// Intents after a number, in the order in which they were found; those that ended are left out.
    pub(crate) fn wanted(&self, after: u64, limit: usize) -> Result<Vec<(u64, FoundIntent)>, Failure> {
        let now = self.clock.look().latest();
        let mut found = Vec::new();
        self.walk(tables::FOUND_ORDER, &(), after, limit, |number, name| {
            let row = self.store.get(tables::FOUND_INTENTS, name)?;
            found.extend(row.filter(|row| !row.withdrawn && is_live(&row.intent, now)).map(|row| (number, row)));
            Ok(found.len() < limit)
        })?;
        Ok(found)
    }

    /// The intents that are open and were found last, newest first.
    pub(crate) fn newest_wanted(&self, limit: usize) -> Result<Vec<FoundIntent>, Failure> {
        let now = self.clock.look().latest();
        let live = |name: &ObjectId| {
            let row = self.store.get(tables::FOUND_INTENTS, name)?;
            Ok(row.filter(|row| !row.withdrawn && is_live(&row.intent, now)))
        };
        self.walk_back(tables::FOUND_ORDER, &(), limit, live)
    }

    /// The offers that were made last, newest first.
    pub(crate) fn newest_made(&self, world: World, limit: usize) -> Result<Vec<Made>, Failure> {
        self.walk_back(tables::OFFER_ORDER, &world, limit, |name| Ok(self.store.get(tables::OFFERS, name)?))
    }

    /// One intent that was found.
    pub(crate) fn found(&self, id: &ObjectId) -> Result<FoundIntent, Failure> {
        self.store.get(tables::FOUND_INTENTS, id)?.ok_or_else(not_found)
    }

    /// Offers after a number, in the order in which they were made.
    pub(crate) fn made(&self, world: World, after: u64, limit: usize) -> Result<Vec<(u64, Made)>, Failure> {
        let mut made = Vec::new();
        self.walk(tables::OFFER_ORDER, &world, after, limit, |number, name| {
            made.extend(self.store.get(tables::OFFERS, name)?.map(|row| (number, row)));
            Ok(made.len() < limit)
        })?;
        Ok(made)
    }

    /// Offers with this reference of the company's, after a number, in the order in which they got it.
    pub(crate) fn made_for(
        &self,
        world: World,
        reference: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Made)>, Failure> {
        let (mut found, mut at) = (Vec::new(), after);
        while found.len() < limit {
            // Some may be called otherwise by now.
            let places = self.referred(world, Kind::Offers, reference, at, limit - found.len())?;
            let Some((last, _)) = places.last() else { break };
            at = *last;
            for (number, thing) in places {
                if let Some(Thing::Offer(id)) = thing {
                    found.push((number, self.offer_made(world, &id)?));
                }
            }
        }
        Ok(found)
    }

    /// One offer.
    pub(crate) fn offer_made(&self, world: World, id: &ObjectId) -> Result<Made, Failure> {
        let row = self.store.get(tables::OFFERS, id)?;
        row.filter(|made| World::of(made.test) == world).ok_or_else(not_found)
    }

    /// Answers an intent with an offer; it goes to the board that the intent names.
    pub(crate) fn make_offer(
        &mut self,
        world: World,
        intent: &ObjectId,
        words: NewOffer,
        label: Label,
        turn: &mut Turn,
    ) -> Result<Made, Failure> {
        let found = self.found(intent)?;
        if found.withdrawn {
            return Err(SupplierError::IntentOver.into());
        }
        let intent = found.intent.verify().map_err(|_| damaged("wanted"))?;
        let now = self.clock.now();
        let NewOffer { title, price, terms, needs, purpose, access, days, retention, holds } = words;
        let terms = details::offered(&intent.category, terms)?;
        let new = supplier::NewOffer {
            title,
            price: price.map(|Text(price)| price),
            terms,
            needs: Needs { fields: needs, purpose, access: access.into(), duration: days, retention },
            expires: now.wall.plus_days(holds),
            test: world == World::Test,
        };
        let (offer, effects) = self.machine.offer(&intent, new, now, &mut clock::entropy())?;
        self.run(effects, None, turn)?;
        let made =
            Made { offer: offer.signed().clone(), at: now.wall, test: world == World::Test, state: State::Waiting };
        let name = offer.id();
        turn.batch.put(tables::OFFERS, &name, &made);
        turn.batch.append(tables::OFFER_ORDER, &world, &name);
        // The offer has an invitation in it: who takes it up comes by that one, with the same words.
        if let Some((invitation, _)) = self.used.take() {
            self.put_label(world, Thing::Invitation(invitation), label.clone(), turn);
        }
        self.put_label(world, Thing::Offer(name), label, turn);
        turn.batch.put(tables::OFFERS_WAITING, &name, intent.signed());
        self.send_offer(&offer, &intent, turn)?;
        Ok(made)
    }

    /// A person took an offer up. The first word counts.
    pub(super) fn offer_taken(
        &mut self,
        person: &PublicKey,
        taken: &Signed<TakeUp>,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let Ok(taken) = taken.clone().verify() else { return Ok(()) };
        let Some(made) = self.store.get(tables::OFFERS, &taken.offer)? else { return Ok(()) };
        if matches!(made.state, State::TakenUp(_)) {
            return Ok(());
        }
        let made = Made { state: State::TakenUp(*person), ..made };
        turn.batch.put(tables::OFFERS, &taken.offer, &made);
        turn.batch.delete(tables::OFFERS_WAITING, &taken.offer);
        let subject = names::Offered(*taken.offer.digest()).to_string();
        let told = Happening::new("offer.taken_up", self.clock.now().wall, subject);
        let label = self.label(&Thing::Offer(taken.offer))?;
        self.tell(World::of(made.test), Happening { person: Some(*person), ..told }, Some(&label), turn)
    }

    /// Asks the boards whose turn it is, and sends the offers that wait.
    pub(super) fn look_at_boards(&mut self, now: Timestamp, turn: &mut Turn) -> Result<(), Failure> {
        self.sweep(now, turn)?;
        for followed in self.followed()? {
            let look = self.looks.entry(followed.board.supplier).or_default();
            if look.under_way || self.clock.uptime() < look.not_before {
                continue;
            }
            look.under_way = true;
            self.browse(followed, turn)?;
        }
        // By the time that passes: a wall clock that is set must not stop the company from asking.
        let uptime = self.clock.uptime();
        self.not_before.retain(|_, until| *until > uptime);
        let waiting = self.store.group(tables::OFFERS_WAITING, &())?.into_iter();
        let due = |name: &ObjectId| !self.not_before.contains_key(name.digest());
        let waiting: Vec<_> = waiting.filter(|(name, _)| due(name)).take(AT_ONCE).collect();
        for (name, intent) in waiting {
            let made = self.store.get(tables::OFFERS, &name)?;
            let offer = made.and_then(|made| made.offer.verify().ok());
            let intent = intent.verify().ok().filter(|intent| now < intent.expires);
            match (offer, intent) {
                (Some(offer), Some(intent)) => self.send_offer(&offer, &intent, turn)?,
                _ => turn.batch.delete(tables::OFFERS_WAITING, &name),
            }
        }
        Ok(())
    }

    /// A board answered, or did not.
    pub(super) fn browsed(
        &mut self,
        board: &PublicKey,
        reply: Option<Box<BoardReply>>,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let now = self.clock.now();
        let page = match reply.map(|reply| *reply) {
            Some(BoardReply::Intents(page)) => Some(page),
            Some(BoardReply::Refused(code)) => {
                tracing::info!(code = code.code(), "a board refuses to be read");
                None
            }
            _ => None,
        };
        let Some(followed) = self.store.get(tables::FOLLOWED_BOARDS, board)? else { return Ok(()) };
        // By its last number, and not by what it holds: a board that shows the same page again is not asked without
        // end.
        let news = page.as_ref().is_some_and(|page| page.last > followed.cursor);
        let look = self.looks.entry(*board).or_default();
        look.under_way = false;
        look.quiet = if news { 0 } else { look.quiet.saturating_add(1) };
        let pause = PAUSES.pause(look.quiet);
        look.not_before = self.clock.uptime().plus_ms(PAUSES.pause_ms(look.quiet));
        self.look_again(pause, turn);
        let Some(page) = page else { return Ok(()) };
        let (last, more) = (page.last.max(followed.cursor), page.more && news);
        self.take_page(&followed, &page, now, turn)?;
        self.gossip(page, now.latest(), turn);
        let followed = Followed { cursor: last, answered: Some(now.wall), ..followed };
        turn.batch.put(tables::FOLLOWED_BOARDS, board, &followed);
        if more {
            self.looks.entry(*board).or_default().under_way = true;
            self.browse(followed, turn)?;
        }
        Ok(())
    }

    /// A board answered to an offer.
    pub(super) fn offer_replied(
        &mut self,
        id: &ObjectId,
        reply: Option<Box<BoardReply>>,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let (state, kind) = match reply.map_or(BoardReply::Refused(Refusal::Unavailable), |reply| *reply) {
            BoardReply::Noted => (State::Delivered, "offer.delivered"),
            // These pass by themselves; the offer is sent again.
            BoardReply::Refused(Refusal::Unavailable | Refusal::RateLimited | Refusal::TooManyWaiting) => {
                self.not_before.insert(*id.digest(), self.clock.uptime().plus_ms(REST_MS));
                return Ok(());
            }
            BoardReply::Refused(code) => (State::Refused(code), "offer.refused"),
            _ => return Ok(()),
        };
        self.not_before.remove(id.digest());
        turn.batch.delete(tables::OFFERS_WAITING, id);
        let Some(made) = self.store.get(tables::OFFERS, id)? else { return Ok(()) };
        if made.state != State::Waiting {
            return Ok(());
        }
        let refusal = if let State::Refused(code) = state { Some(code) } else { None };
        let world = World::of(made.test);
        turn.batch.put(tables::OFFERS, id, &Made { state, ..made });
        let told = Happening::new(kind, self.clock.now().wall, names::Offered(*id.digest()).to_string());
        let label = self.label(&Thing::Offer(*id))?;
        self.tell(world, Happening { refusal, ..told }, Some(&label), turn)
    }

    /// Keeps what is looked for, and marks what was withdrawn.
    fn take_page(&mut self, followed: &Followed, page: &Intents, now: Now, turn: &mut Turn) -> Result<(), Failure> {
        let looked_for = |category: &Category| {
            followed.categories.is_empty() || followed.categories.iter().any(|broader| category.within(broader))
        };
        for withdrawal in page.withdrawn.iter().take(limits::INTENTS_PER_PAGE) {
            let Ok(withdrawal) = withdrawal.clone().verify() else { continue };
            let Some(found) = self.store.get(tables::FOUND_INTENTS, &withdrawal.intent)? else { continue };
            // By the key of the intent: a board shows what anybody signed.
            if found.intent.clone().verify().is_ok_and(|intent| intent.key == withdrawal.key) {
                turn.batch.put(tables::FOUND_INTENTS, &withdrawal.intent, &FoundIntent { withdrawn: true, ..found });
            }
        }
        let mut taken = BTreeSet::new();
        for signed in page.intents.iter().take(limits::INTENTS_PER_PAGE) {
            let Ok(intent) = signed.clone().verify() else { continue };
            let id = intent.id();
            let fits = intent.live(now.latest()) && intent.well_formed() && looked_for(&intent.category);
            // Also within the page: what this turn puts is not read back before its commit.
            if !fits || !taken.insert(id) || self.store.holds(tables::FOUND_INTENTS, &id)? {
                continue;
            }
            let found = FoundIntent { intent: signed.clone(), at: now.wall, withdrawn: false };
            turn.batch.put(tables::FOUND_INTENTS, &id, &found);
            turn.batch.append(tables::FOUND_ORDER, &(), &id);
            turn.batch.put(tables::FOUND_ENDS, &(intent.expires.0 / DAY_MS, id), &());
            let told = Happening::new("intent.found", now.wall, names::Wish(*id.digest()).to_string());
            self.tell(World::Live, told, None, turn)?;
        }
        Ok(())
    }

    /// Asks one board for its next page.
    fn browse(&mut self, followed: Followed, turn: &mut Turn) -> Result<(), Failure> {
        // A board passes on what it learns, whatever its own company looks for.
        let categories = if self.board.is_some() { BTreeSet::new() } else { followed.categories };
        let (board, ask) = (followed.board, ToBoard::Browse(Browse { categories, after: followed.cursor }));
        let key = board.supplier;
        if key == self.machine.key().public() {
            let now = self.clock.now().latest();
            let reply = Box::new(self.at_board(&key, ask, now, turn)?);
            let events = self.events.clone();
            let runtime = self.runtime.clone();
            // Not by `try_send`: where the queue is full the look would be under way for good.
            turn.after(move || {
                drop(runtime.spawn(async move {
                    if let Some(events) = events.upgrade() {
                        let _ = events.send(CompanionEvent::Browsed(key, Some(reply))).await;
                    }
                }));
            });
            return Ok(());
        }
        let answer = move |reply| CompanionEvent::Browsed(key, reply);
        self.say(&board, ask, answer, turn);
        Ok(())
    }

    fn send_offer(
        &mut self,
        offer: &Verified<Offer>,
        intent: &Verified<Intent>,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let (id, message) = (offer.id(), ToBoard::Offer(offer.signed().clone()));
        self.not_before.insert(*id.digest(), self.clock.uptime().plus_ms(UNDER_WAY_MS));
        if intent.board == self.machine.key().public() {
            let now = self.clock.now().latest();
            let reply = Box::new(self.at_board(&intent.board, message, now, turn)?);
            // The offer's row is not on disk yet: the answer is taken in by a turn of its own.
            let events = self.events.clone();
            turn.after(move || {
                if let Some(events) = events.upgrade() {
                    let _ = events.try_send(CompanionEvent::OfferReplied(id, Some(reply)));
                }
            });
            return Ok(());
        }
        let board = BoardLink::new(intent.board, intent.addresses.clone()).0;
        // Without an answer it is sent again; the board keeps it once.
        self.say(&board, message, move |reply| CompanionEvent::OfferReplied(id, reply), turn);
        Ok(())
    }

    /// Looks again after a pause.
    fn look_again(&self, pause: Duration, turn: &mut Turn) {
        let (runtime, events) = (self.runtime.clone(), self.events.clone());
        turn.after(move || {
            drop(runtime.spawn(async move {
                tokio::time::sleep(pause).await;
                if let Some(events) = events.upgrade() {
                    let _ = events.send(CompanionEvent::Look).await;
                }
            }));
        });
    }

    /// Says something to another companion after this turn; what it answers, or that it did not, comes back as an event.
    pub(super) fn say<M: Message + Leaves>(
        &self,
        to: &Invitation,
        message: M,
        answer: impl FnOnce(Option<Box<M::Reply>>) -> CompanionEvent + Send + 'static,
        turn: &mut Turn,
    ) {
        let Some(message) = departing(message) else { return };
        let addresses: Vec<Address> = to.addresses.iter().filter_map(|text| text.parse().ok()).collect();
        let (endpoint, runtime, events) = (self.endpoint.clone(), self.runtime.clone(), self.events.clone());
        let key = to.supplier;
        turn.after(move || {
            drop(runtime.spawn(async move {
                let heard = match endpoint.connect(*key.as_bytes(), &addresses, None).await {
                    Ok(_) => say(&endpoint, &key, &message).await.ok().map(Box::new),
                    Err(_) => None,
                };
                if let Some(events) = events.upgrade() {
                    let _ = events.send(answer(heard)).await;
                }
            }));
        });
    }

    /// Removes what has ended, a day at a time.
    fn sweep(&mut self, now: Timestamp, turn: &mut Turn) -> Result<(), Failure> {
        let today = now.0 / DAY_MS;
        let Some(swept) = self.store.fact(tables::MARKET_SWEPT)? else {
            turn.batch.set(tables::MARKET_SWEPT, &today);
            return Ok(());
        };
        if swept == today {
            return Ok(());
        }
        let until = today.min(swept.saturating_add(DAYS_AT_ONCE));
        // Today's may end later today: it is gone through once it is over.
        for day in swept..until {
            self.lapse(day, now, turn)?;
        }
        for day in swept..=until {
            for key in self.store.keys(tables::FOUND_ENDS, &day)? {
                turn.batch.delete(tables::FOUND_INTENTS, &key.1);
                turn.batch.delete(tables::FOUND_ENDS, &key);
            }
        }
        turn.batch.set(tables::MARKET_SWEPT, &until);
        Ok(())
    }

    /// Walks a numbered list of names until `take` has enough.
    /// What a list names, the newest first, until there are so many. So far back as a hundred pages it is looked for.
    fn walk_back<G: Part, T>(
        &self,
        list: Table<Nth<G>, ObjectId>,
        group: &G,
        limit: usize,
        mut get: impl FnMut(&ObjectId) -> Result<Option<T>, Failure>,
    ) -> Result<Vec<T>, Failure> {
        let mut end = self.store.last_number(list, group)?.map_or(0, |last| last + 1);
        let mut found = Vec::new();
        for _ in 0..BACK {
            if end == 0 || found.len() >= limit {
                break;
            }
            let first = end.saturating_sub(limit as u64);
            let names = self.store.numbered(list, group, first, limit)?;
            for (_, name) in names.into_iter().filter(|(number, _)| *number < end).rev() {
                found.extend(get(&name)?);
            }
            end = first;
        }
        found.truncate(limit);
        Ok(found)
    }

    fn walk<G: Part>(
        &self,
        list: Table<Nth<G>, ObjectId>,
        group: &G,
        after: u64,
        limit: usize,
        mut take: impl FnMut(u64, &ObjectId) -> Result<bool, Failure>,
    ) -> Result<(), Failure> {
        let mut after = after;
        loop {
            let names = self.store.numbered(list, group, after.saturating_add(1), limit)?;
            let whole = names.len() == limit;
            for (number, name) in names {
                after = number;
                if !take(number, &name)? {
                    return Ok(());
                }
            }
            if !whole {
                return Ok(());
            }
        }
    }
}

fn is_live(intent: &Signed<Intent>, now: Timestamp) -> bool {
    intent.clone().verify().is_ok_and(|intent| intent.live(now))
}
