//! A board: where intents hang without a name, and where offers for them wait.
//!
//! In: messages of the key of an intent, of suppliers and of other boards; what a question to another board brought.
//! Out: [`Effects`], which a [`Host`] carries out in order (`board/host.rs`). Sans-IO like the other machines. A board is a role that any companion can take; it learns
//! no more of a person than the intent says, and it can withhold but not forge: it holds only what its makers signed.

mod host;

use std::collections::{BTreeMap, BTreeSet};

use host::Effect;
pub use host::{Effects, Host};
use serde::{Deserialize, Serialize};

use crate::{
    coded::coded,
    identity::PublicKey,
    intent::{Category, Intent, Offer, Withdrawal},
    limits,
    message::{BoardReply, Browse, Collect, Intents, Offers, ToBoard},
    rate::{Meter, Source},
    refusal::Refusal,
    signed::{ObjectId, Signed, Verified},
    time::Timestamp,
};

/// A change of state, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(missing_docs, reason = "the variants' names and fields say it; the state below explains them")]
pub enum Record {
    Posted { number: u64, intent: Signed<Intent> },
    Withdrawn { number: u64, withdrawal: Signed<Withdrawal> },
    Offered { intent: ObjectId, number: u64, offer: Signed<Offer> },
    Collected { intent: ObjectId, upto: u64 },
    Gone { intent: ObjectId },
    Forgotten { intent: ObjectId, key: PublicKey },
    Admission { only_admitted: bool },
    Admitted { supplier: PublicKey },
    Dismissed { supplier: PublicKey },
}

/// The state of a board.
pub struct Board {
    key: PublicKey,
    intents: BTreeMap<ObjectId, Posted>,
    /// By the signer too: a withdrawal that comes before its intent can't be checked against it, and one by another
    /// key must not keep the intent away.
    withdrawn: BTreeMap<(ObjectId, PublicKey), Gone>,
    /// Intents and withdrawals in the order in which they came.
    order: BTreeMap<u64, Place>,
    /// The one intent of each key, whether it hangs here or was withdrawn (13.1).
    keys: BTreeMap<PublicKey, ObjectId>,
    /// Those among the intents that came from other boards.
    gossiped: usize,
    /// Every offer that is kept.
    offers: usize,
    /// What all keys cast together.
    casts: Meter,
    /// Whence the intents came that were cast since this companion began, as far as that is known: in memory only.
    sources: BTreeMap<ObjectId, Source>,
    last: u64,
    /// Whether only those admitted may offer: keys are free, and who may come with any number of them can crowd out all
    /// others.
    only_admitted: bool,
    admitted: BTreeSet<PublicKey>,
}

struct Posted {
    number: u64,
    intent: Verified<Intent>,
    /// Offers that wait, by their numbers.
    waiting: BTreeMap<u64, Signed<Offer>>,
    /// Every offer that came, so that none counts twice.
    seen: BTreeSet<ObjectId>,
    /// How many each supplier has made.
    made: BTreeMap<PublicKey, u8>,
}

#[derive(Clone, Copy)]
enum Place {
    Intent(ObjectId),
    Withdrawal(ObjectId, PublicKey),
}

struct Gone {
    number: u64,
    withdrawal: Signed<Withdrawal>,
    expires: Timestamp,
}

/// How much a board holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many intents are open.
    pub intents: usize,
    /// Of them from other boards.
    pub gossiped: usize,
    /// Offers that wait for their persons.
    pub offers: usize,
    /// Offers that are kept, those that were collected among them.
    pub kept: usize,
    /// How many withdrawals are remembered.
    pub withdrawn: usize,
    /// How many companies are admitted by name.
    pub admitted: usize,
    /// Whether only they may offer.
    pub only_admitted: bool,
}

/// Why a board's owner was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BoardError {
    /// As many companies are admitted as the bound allows.
    #[error("{} companies are admitted, the bound", limits::ADMITTED_PER_BOARD)]
    TooManyAdmitted,
}

coded! {
    BoardError, "board";
    Self::TooManyAdmitted => "too_many_admitted" ("most": limits::ADMITTED_PER_BOARD);
}

impl Board {
    /// An empty board of the companion with this key.
    #[must_use]
    pub fn new(key: PublicKey) -> Self {
        Self {
            key,
            intents: BTreeMap::new(),
            withdrawn: BTreeMap::new(),
            order: BTreeMap::new(),
            keys: BTreeMap::new(),
            gossiped: 0,
            offers: 0,
            casts: Meter::default(),
            sources: BTreeMap::new(),
            last: 0,
            only_admitted: false,
            admitted: BTreeSet::new(),
        }
    }

    /// Replays one stored record. Intents come first, then offers, then what was collected.
    ///
    /// # Errors
    /// What a signature check says of a stored object that no longer verifies.
    pub fn restore(&mut self, record: &Record) -> Result<(), Refusal> {
        self.apply(record)
    }

    /// Handles a message for a board, from whoever is connected under this key.
    pub fn message(&mut self, peer: &PublicKey, message: ToBoard, now: Timestamp) -> Effects {
        self.message_from(peer, None, message, now)
    }

    /// The same, where it is known whence it comes: one source has so many intents here and no more.
    pub fn message_from(
        &mut self,
        peer: &PublicKey,
        source: Option<Source>,
        message: ToBoard,
        now: Timestamp,
    ) -> Effects {
        let mut effects = Vec::new();
        let handled = match message {
            ToBoard::Cast(intent) => self.cast(&mut effects, (peer, source), intent, now),
            ToBoard::Withdraw(withdrawal) => self.withdraw(&mut effects, peer, withdrawal, now),
            ToBoard::Collect(collect) => self.collect(&mut effects, peer, collect, now),
            ToBoard::Browse(browse) => self.browse(&browse, now),
            ToBoard::Offer(offer) => self.offer(&mut effects, peer, offer, now),
        };
        effects.push(Effect::Reply(handled.unwrap_or_else(BoardReply::Refused)));
        Effects(effects)
    }

    /// Takes in what another board answered to [`ToBoard::Browse`]. What does not hold is passed over: a board can't
    /// make this one hold anything that its maker did not sign, nor more than [`limits::INTENTS_GOSSIPED`].
    pub fn gossiped(&mut self, page: Intents, now: Timestamp) -> Effects {
        let mut effects = Vec::new();
        // First: what was withdrawn must not come up, not even until the end of this page.
        for withdrawal in page.withdrawn.into_iter().take(limits::INTENTS_PER_PAGE) {
            if let Ok(withdrawal) = withdrawal.verify() {
                let _ = self.take_down(&mut effects, withdrawal, now);
            }
        }
        for intent in page.intents.into_iter().take(limits::INTENTS_PER_PAGE) {
            if let Ok(intent) = checked(intent, now)
                // What is for this board its maker hangs up here, or nobody: who still shows it may not know that it
                // was taken down.
                && intent.board != self.key
                && self.gossiped < limits::INTENTS_GOSSIPED
            {
                let _ = self.post(&mut effects, &intent, None, now);
            }
        }
        Effects(effects)
    }

    /// Takes down what has ended.
    pub fn tick(&mut self, now: Timestamp) -> Effects {
        let over: Vec<_> = self.intents.iter().filter(|(_, p)| p.intent.expires <= now).map(|(id, _)| *id).collect();
        let past: Vec<_> = self.withdrawn.iter().filter(|(_, gone)| gone.expires <= now).map(|(id, _)| *id).collect();
        let mut effects = Vec::new();
        for intent in over {
            self.record(&mut effects, Record::Gone { intent });
        }
        for (intent, key) in past {
            self.record(&mut effects, Record::Forgotten { intent, key });
        }
        Effects(effects)
    }

    /// Admits companies, all or none. From the first on, only those admitted may offer, and the company whose board it is.
    ///
    /// # Errors
    /// [`BoardError::TooManyAdmitted`].
    pub fn admit(&mut self, suppliers: &BTreeSet<PublicKey>) -> Result<Effects, BoardError> {
        let new: Vec<PublicKey> = suppliers.difference(&self.admitted).copied().collect();
        if self.admitted.len() + new.len() > limits::ADMITTED_PER_BOARD {
            return Err(BoardError::TooManyAdmitted);
        }
        let mut effects = Vec::new();
        for supplier in new {
            self.record(&mut effects, Record::Admitted { supplier });
        }
        if !suppliers.is_empty() && !self.only_admitted {
            self.record(&mut effects, Record::Admission { only_admitted: true });
        }
        Ok(Effects(effects))
    }

    /// Takes no more offers of a company. Those that wait are delivered. The board stays closed to those it did not
    /// admit, also where nobody is admitted any more.
    pub fn dismiss(&mut self, supplier: PublicKey) -> Effects {
        let mut effects = Vec::new();
        if self.admitted.contains(&supplier) {
            self.record(&mut effects, Record::Dismissed { supplier });
        }
        Effects(effects)
    }

    /// Takes offers of everybody, as a new board does. Who was admitted is remembered.
    pub fn open_to_all(&mut self) -> Effects {
        let mut effects = Vec::new();
        if self.only_admitted {
            self.record(&mut effects, Record::Admission { only_admitted: false });
        }
        Effects(effects)
    }

    /// How much it holds.
    #[must_use]
    pub fn figures(&self) -> Figures {
        Figures {
            intents: self.intents.len(),
            gossiped: self.gossiped,
            offers: self.intents.values().map(|posted| posted.waiting.len()).sum(),
            kept: self.offers,
            withdrawn: self.withdrawn.len(),
            admitted: self.admitted.len(),
            only_admitted: self.only_admitted,
        }
    }

    fn cast(
        &mut self,
        effects: &mut Vec<Effect>,
        (peer, source): (&PublicKey, Option<Source>),
        intent: Signed<Intent>,
        now: Timestamp,
    ) -> Result<BoardReply, Refusal> {
        // First, since it costs least: one that hangs here already.
        if self.keys.get(peer) == Some(&intent.id()) && self.intents.contains_key(&intent.id()) {
            return Ok(BoardReply::Noted);
        }
        // Before the signature: keys are free, and checking is what a crowd of them would cost.
        if !self.casts.take(limits::CASTS_IN_ALL, 1, now) {
            return Err(Refusal::RateLimited);
        }
        let intent = checked(intent, now)?;
        if intent.key != *peer {
            return Err(Refusal::WrongSender);
        }
        if intent.board != self.key {
            return Err(Refusal::WrongBoard);
        }
        self.post(effects, &intent, source, now)?;
        Ok(BoardReply::Noted)
    }

    /// Hangs an intent up, if there is room and it is the first of its key.
    fn post(
        &mut self,
        effects: &mut Vec<Effect>,
        intent: &Verified<Intent>,
        source: Option<Source>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if self.withdrawn.contains_key(&(intent.id(), intent.key)) {
            return Err(Refusal::UnknownIntent);
        }
        match self.keys.get(&intent.key) {
            Some(own) if *own == intent.id() => return Ok(()),
            Some(_) => return Err(Refusal::KeySpent),
            None => {}
        }
        self.make_room(effects, source)?;
        let number = self.next(now);
        self.record(effects, Record::Posted { number, intent: intent.signed().clone() });
        self.sources.extend(source.map(|source| (intent.id(), source)));
        Ok(())
    }

    /// Is there room for one more from there? On a full board the most crowded source gives up the one of its own that ends
    /// first, to a source that has fewer; whence it comes is not known of those that hung here when this companion began,
    /// or came by other boards or through a proxy.
    fn make_room(&mut self, effects: &mut Vec<Effect>, source: Option<Source>) -> Result<(), Refusal> {
        let full = self.intents.len() >= limits::INTENTS_PER_BOARD;
        let own = source.map_or(0, |source| self.sources.values().filter(|other| **other == source).count());
        if own >= limits::INTENTS_PER_SOURCE {
            return Err(Refusal::RateLimited);
        }
        if !full {
            return Ok(());
        }
        let mut crowds = BTreeMap::<Source, usize>::new();
        for source in self.sources.values() {
            *crowds.entry(*source).or_default() += 1;
        }
        // By more than one: two sources of nearly the same size would else push each other's out in turns.
        let crowd = crowds.into_iter().max_by_key(|(_, count)| *count).filter(|(_, count)| *count > own + 1);
        let (crowd, _) = crowd.ok_or(Refusal::BoardFull)?;
        let of_it = self.sources.iter().filter(|(_, source)| **source == crowd).map(|(intent, _)| *intent);
        let first = of_it.min_by_key(|intent| self.intents.get(intent).map(|posted| posted.intent.expires));
        let intent = first.ok_or(Refusal::BoardFull)?;
        self.record(effects, Record::Gone { intent });
        Ok(())
    }

    fn withdraw(
        &mut self,
        effects: &mut Vec<Effect>,
        peer: &PublicKey,
        withdrawal: Signed<Withdrawal>,
        now: Timestamp,
    ) -> Result<BoardReply, Refusal> {
        // What hangs here can always be taken down; keys that never hung anything up are free.
        if !self.keys.contains_key(peer) && !self.casts.take(limits::CASTS_IN_ALL, 1, now) {
            return Err(Refusal::RateLimited);
        }
        let withdrawal = withdrawal.verify()?;
        if withdrawal.key != *peer {
            return Err(Refusal::WrongSender);
        }
        self.take_down(effects, withdrawal, now)?;
        Ok(BoardReply::Noted)
    }

    /// Takes an intent down for good. One that never was here is remembered too: it may still come by another board.
    fn take_down(
        &mut self,
        effects: &mut Vec<Effect>,
        withdrawal: Verified<Withdrawal>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if self.withdrawn.contains_key(&(withdrawal.intent, withdrawal.key)) {
            return Ok(());
        }
        let posted = self.intents.get(&withdrawal.intent);
        if posted.is_some_and(|posted| posted.intent.key != withdrawal.key) {
            return Err(Refusal::WrongSender);
        }
        if withdrawal.expires <= now || withdrawal.expires > crate::intent::last_end(now) {
            return Err(Refusal::Malformed);
        }
        if self.keys.get(&withdrawal.key).is_some_and(|own| *own != withdrawal.intent) {
            return Err(Refusal::KeySpent);
        }
        // What hangs here can always be taken down; only withdrawals of unknown intents must not fill the board.
        if posted.is_none() && self.withdrawn.len() >= limits::WITHDRAWALS_PER_BOARD {
            return Err(Refusal::BoardFull);
        }
        if posted.is_some() {
            self.record(effects, Record::Gone { intent: withdrawal.intent });
        }
        let number = self.next(now);
        self.record(effects, Record::Withdrawn { number, withdrawal: withdrawal.signed().clone() });
        Ok(())
    }

    fn collect(
        &mut self,
        effects: &mut Vec<Effect>,
        peer: &PublicKey,
        collect: Collect,
        now: Timestamp,
    ) -> Result<BoardReply, Refusal> {
        let Collect { intent, after } = collect;
        let posted = self.intents.get(&intent).filter(|posted| posted.intent.key == *peer);
        let posted = posted.filter(|posted| posted.intent.live(now)).ok_or(Refusal::UnknownIntent)?;
        // What the person's node names as its last it has on disk. Asked again with the same number, nothing is
        // written.
        if posted.waiting.range(..=after).next().is_some() {
            self.record(effects, Record::Collected { intent, upto: after });
        }
        let posted = self.intents.get(&intent).ok_or(Refusal::UnknownIntent)?;
        let page: Vec<_> = posted.waiting.iter().take(limits::OFFERS_PER_PAGE).collect();
        let last = page.last().map_or(after, |(number, _)| **number);
        let more = posted.waiting.len() > page.len();
        Ok(BoardReply::Offers(Offers {
            offers: page.into_iter().map(|(_, offer)| offer.clone()).collect(),
            last,
            more,
        }))
    }

    fn browse(&self, browse: &Browse, now: Timestamp) -> Result<BoardReply, Refusal> {
        if browse.categories.len() > limits::CATEGORIES {
            return Err(Refusal::TooLarge);
        }
        let wanted = |category: &Category| {
            browse.categories.is_empty() || browse.categories.iter().any(|broader| category.within(broader))
        };
        let mut page = Intents { intents: Vec::new(), withdrawn: Vec::new(), last: browse.after, more: false };
        for (looked_at, (number, place)) in self.order.range(browse.after.saturating_add(1)..).enumerate() {
            // A page may end early where little is wanted: who asks goes on behind its last, and nobody holds up a turn.
            if page.intents.len() + page.withdrawn.len() >= limits::INTENTS_PER_PAGE
                || looked_at >= limits::LOOKED_AT_PER_PAGE
            {
                page.more = true;
                break;
            }
            // Past what is not wanted too, so that the next question does not look at it again.
            page.last = *number;
            match place {
                Place::Withdrawal(intent, key) => {
                    let gone = self.withdrawn.get(&(*intent, *key));
                    page.withdrawn.extend(gone.map(|gone| gone.withdrawal.clone()));
                }
                Place::Intent(id) => {
                    let posted = self.intents.get(id).filter(|posted| posted.intent.live(now));
                    let posted = posted.filter(|posted| wanted(&posted.intent.category));
                    page.intents.extend(posted.map(|posted| posted.intent.signed().clone()));
                }
            }
        }
        Ok(BoardReply::Intents(page))
    }

    fn offer(
        &mut self,
        effects: &mut Vec<Effect>,
        peer: &PublicKey,
        offer: Signed<Offer>,
        now: Timestamp,
    ) -> Result<BoardReply, Refusal> {
        // First, since it costs least: a crowd of free keys gets no signature checked.
        if self.only_admitted && !self.admitted.contains(peer) && *peer != self.key {
            return Err(Refusal::NotAdmitted);
        }
        if offer.parts().0.len() > limits::OFFER_BYTES {
            return Err(Refusal::TooLarge);
        }
        let offer = offer.verify()?;
        if offer.supplier != *peer {
            return Err(Refusal::WrongSender);
        }
        if !offer.well_formed() {
            return Err(Refusal::Malformed);
        }
        if offer.expires <= now {
            return Err(Refusal::Expired);
        }
        let posted = self.intents.get(&offer.intent).filter(|posted| posted.intent.live(now));
        let posted = posted.ok_or(Refusal::UnknownIntent)?;
        if posted.intent.board != self.key {
            return Err(Refusal::WrongBoard);
        }
        // Its reply was lost. It counts against no bound a second time.
        if posted.seen.contains(&offer.id()) {
            return Ok(BoardReply::Noted);
        }
        if posted.made.get(peer).copied().unwrap_or(0) >= posted.intent.per_supplier
            || posted.seen.len() >= limits::OFFERS_PER_INTENT
        {
            return Err(Refusal::TooManyOffers);
        }
        if self.offers >= limits::OFFERS_PER_BOARD {
            return Err(Refusal::BoardFull);
        }
        // A place is free again when the person's node has taken in what waits.
        if posted.waiting.len() >= limits::OFFERS_WAITING {
            return Err(Refusal::TooManyWaiting);
        }
        let number = self.next(now);
        self.record(effects, Record::Offered { intent: offer.intent, number, offer: offer.signed().clone() });
        Ok(BoardReply::Noted)
    }

    /// Numbers follow the clock, so that they go on upward also when the last ones were taken down.
    fn next(&self, now: Timestamp) -> u64 {
        self.last.saturating_add(1).max(now.0)
    }

    fn record(&mut self, effects: &mut Vec<Effect>, record: Record) {
        let applied = self.apply(&record);
        debug_assert!(applied.is_ok(), "{applied:?}");
        effects.push(Effect::Persist(record));
    }

    fn apply(&mut self, record: &Record) -> Result<(), Refusal> {
        match record {
            Record::Posted { number, intent } => {
                let intent = intent.clone().verify()?;
                self.gossiped += usize::from(intent.board != self.key);
                self.keys.insert(intent.key, intent.id());
                self.order.insert(*number, Place::Intent(intent.id()));
                self.last = self.last.max(*number);
                let (waiting, seen, made) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
                self.intents.insert(intent.id(), Posted { number: *number, intent, waiting, seen, made });
            }
            Record::Withdrawn { number, withdrawal } => {
                let checked = withdrawal.clone().verify()?;
                self.order.insert(*number, Place::Withdrawal(checked.intent, checked.key));
                self.last = self.last.max(*number);
                self.keys.insert(checked.key, checked.intent);
                let gone = Gone { number: *number, withdrawal: withdrawal.clone(), expires: checked.expires };
                self.withdrawn.insert((checked.intent, checked.key), gone);
            }
            Record::Offered { intent, number, offer } => {
                let checked = offer.clone().verify()?;
                self.last = self.last.max(*number);
                // Its intent may have been taken down while it was being stored.
                if let Some(posted) = self.intents.get_mut(intent) {
                    let made = posted.made.entry(checked.supplier).or_default();
                    *made = made.saturating_add(1);
                    self.offers += usize::from(posted.seen.insert(checked.id()));
                    posted.waiting.insert(*number, offer.clone());
                }
            }
            Record::Collected { intent, upto } => {
                if let Some(posted) = self.intents.get_mut(intent) {
                    posted.waiting.retain(|number, _| number > upto);
                }
            }
            Record::Gone { intent } => {
                if let Some(posted) = self.intents.remove(intent) {
                    self.order.remove(&posted.number);
                    self.sources.remove(intent);
                    self.offers -= posted.seen.len();
                    // A key that withdrew stays spent as long as its withdrawal is remembered.
                    if !self.withdrawn.contains_key(&(*intent, posted.intent.key)) {
                        self.keys.remove(&posted.intent.key);
                    }
                    self.gossiped -= usize::from(posted.intent.board != self.key);
                }
            }
            Record::Admission { only_admitted } => self.only_admitted = *only_admitted,
            Record::Admitted { supplier } => _ = self.admitted.insert(*supplier),
            Record::Dismissed { supplier } => _ = self.admitted.remove(supplier),
            Record::Forgotten { intent, key } => {
                if let Some(gone) = self.withdrawn.remove(&(*intent, *key)) {
                    self.order.remove(&gone.number);
                    if !self.intents.contains_key(intent) {
                        self.keys.remove(key);
                    }
                }
            }
        }
        Ok(())
    }
}

/// An intent that is signed, within its bounds and live.
fn checked(intent: Signed<Intent>, now: Timestamp) -> Result<Verified<Intent>, Refusal> {
    if intent.parts().0.len() > limits::INTENT_BYTES {
        return Err(Refusal::TooLarge);
    }
    let intent = intent.verify()?;
    if !intent.well_formed() {
        return Err(Refusal::Malformed);
    }
    if intent.live(now) { Ok(intent) } else { Err(Refusal::Expired) }
}
