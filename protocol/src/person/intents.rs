//! What the person wants, cast without a name. In: the person's wish, what its board answers. Out: messages to the
//! board under the intent's own key; offers, the best of them shown, more held behind them; and, when one is taken up, a
//! grant of just what it needs under the key of that relationship.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Effect, Host, OwnerError, Person, Record, owner, requests};
use crate::{
    audit::{Event, Log},
    departure::{self, Departure},
    entropy::Entropy,
    field::FieldPath,
    identity::{Nonce, PublicKey},
    intent::{self, Category, Criterion, Intent, Offer, Price, TakeUp, Withdrawal},
    limits,
    message::{BoardReply, Collect, Offers, ToBoard, ToSupplier},
    profile::Invitation,
    refusal::Refusal,
    signed::{ObjectId, Signed, Verified},
    time::{Days, Now, Timestamp},
};

/// A wish.
#[derive(Clone, Debug)]
pub struct NewIntent {
    /// The board, by any invitation or link of the companion that is one.
    pub board: Invitation,
    /// What kind of thing.
    pub category: Category,
    /// In plain words.
    pub wish: String,
    /// What is wanted, by names of the category's own.
    pub details: BTreeMap<String, String>,
    /// The most that the person pays; none for no bound.
    pub budget: Option<Price>,
    /// For how long; up to the end of that UTC day.
    pub duration: Days,
    /// Most offers of one supplier.
    pub per_supplier: u8,
    /// Most offers to show, 1 to [`limits::OFFERS_KEPT`]: the best by `rank_by`. Those behind them are held, so that one
    /// that is passed over makes room for the next.
    pub keep: u8,
    /// What offers are ranked by, the first weighing most.
    pub rank_by: Vec<Criterion>,
}

/// What is remembered of an intent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredIntent {
    /// What its key is derived from.
    pub nonce: Nonce,
    /// The intent, as it was signed.
    pub intent: Signed<Intent>,
    /// When it was cast; nobody but the person knows.
    pub at: Timestamp,
    /// Most offers to show.
    pub keep: u8,
    /// What offers are ranked by.
    pub rank_by: Vec<Criterion>,
    /// Where it stands.
    pub stage: Stage,
    /// The number of the last offer that was taken in.
    pub collected: u64,
    /// Offers that the person passed over, or that gave way to better ones.
    pub passed: u32,
    /// What the board said last, if it refused; it is forgotten once the board answers again.
    pub refused: Option<Refusal>,
}

/// Where an intent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(clippy::large_enum_variant, reason = "there are few, and copies are made often")]
pub enum Stage {
    /// The board does not have it yet.
    Casting,
    /// Offers may come.
    Open,
    /// It is over for the person; the board does not know yet.
    Closing(Outcome),
    /// It is over.
    Closed(Outcome),
}

/// How an intent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[allow(clippy::large_enum_variant, reason = "there are few, and copies are made often")]
pub enum Outcome {
    /// The person withdrew it.
    Withdrawn,
    /// This offer was taken up.
    TakenUp {
        /// The offer that was taken up.
        offer: ObjectId,
        /// The supplier that made the offer.
        supplier: PublicKey,
    },
    /// Its time is over, or the board refused it.
    Ended,
}

/// An intent with the offers that are held.
pub struct Wanted {
    /// What is stored.
    pub stored: StoredIntent,
    /// The intent as it was signed.
    pub intent: Verified<Intent>,
    offers: BTreeMap<ObjectId, Verified<Offer>>,
}

/// Something to say to a board, under the key of one intent.
pub struct BoardMessage {
    /// The key to dial under.
    pub secret: Zeroizing<[u8; 32]>,
    /// The board that it goes to.
    pub board: PublicKey,
    /// Where it is.
    pub addresses: Vec<String>,
    /// What to say.
    pub message: Departure<ToBoard>,
}

type Effects = Result<Vec<Effect>, OwnerError>;

impl Person {
    /// Casts an intent.
    ///
    /// # Errors
    /// [`OwnerError::BadIntent`], [`OwnerError::TooManyIntents`].
    pub(super) fn cast(&mut self, new: NewIntent, now: Now, entropy: &mut Entropy) -> Effects {
        let open = self.intents.values().filter(|wanted| wanted.open()).count();
        if open >= limits::INTENTS_OPEN {
            return Err(OwnerError::TooManyIntents);
        }
        let days = (1..=limits::INTENT_DAYS).contains(&new.duration.0);
        let keeps = (1..=limits::OFFERS_KEPT).contains(&usize::from(new.keep));
        let ranks = (1..=Criterion::ALL.len()).contains(&new.rank_by.len());
        let nonce = entropy.nonce();
        // A key for this one alone, so that two intents of one person have nothing in common; it is derived anew from
        // the nonce and kept nowhere.
        let key = self.seed.intent_key(&nonce);
        let intent = Intent {
            key: key.public(),
            board: new.board.supplier,
            addresses: new.board.addresses,
            category: new.category,
            wish: new.wish,
            details: new.details,
            budget: new.budget,
            expires: intent::end_of_day(now.wall, Days(new.duration.0.saturating_sub(1))),
            per_supplier: new.per_supplier,
        };
        if !(days && keeps && ranks && intent.well_formed()) {
            return Err(OwnerError::BadIntent);
        }
        let intent = Verified::sign(intent, &key)?;
        if intent.signed().parts().0.len() > limits::INTENT_BYTES {
            return Err(OwnerError::BadIntent);
        }
        let id = intent.id();
        let stored = StoredIntent {
            nonce,
            intent: intent.signed().clone(),
            at: now.wall,
            keep: new.keep,
            rank_by: new.rank_by,
            stage: Stage::Casting,
            collected: 0,
            passed: 0,
            refused: None,
        };
        let mut effects = Vec::new();
        self.forget_closed_intent(&mut effects);
        self.record(&mut effects, Record::Intent { stored });
        self.log(&mut effects, Log::Personal, Event::Cast { intent: id }, now, entropy)?;
        effects.push(Effect::Board(id));
        Ok(effects)
    }

    /// The intents that are remembered, by their names.
    pub fn intents(&self) -> impl Iterator<Item = (&ObjectId, &Wanted)> {
        self.intents.iter()
    }

    /// One intent.
    #[must_use]
    pub fn intent(&self, id: &ObjectId) -> Option<&Wanted> {
        self.intents.get(id)
    }

    /// What is to be said to the board of this intent now; nothing where it is over on both sides.
    pub fn to_board(&self, id: &ObjectId, now: impl Into<Now>) -> Option<BoardMessage> {
        let now = now.into();
        let wanted = self.intents.get(id).filter(|_| !self.is_silent())?;
        let key = self.seed.intent_key(&wanted.stored.nonce);
        let ended = now.latest() >= wanted.intent.expires;
        // From what is stored alone: a reply that was lost leaves the stage as it is, and the same is said again.
        let message = match wanted.stored.stage {
            Stage::Casting if !ended => ToBoard::Cast(wanted.stored.intent.clone()),
            Stage::Open if !ended => ToBoard::Collect(Collect { intent: *id, after: wanted.stored.collected }),
            Stage::Closing(_) if !ended => {
                let withdrawal = Withdrawal { key: key.public(), intent: *id, expires: wanted.intent.expires };
                ToBoard::Withdraw(Verified::sign(withdrawal, &key).ok()?.signed().clone())
            }
            _ => return None,
        };
        let (board, addresses) = (wanted.intent.board, wanted.intent.addresses.clone());
        Some(BoardMessage { secret: key.expose_secret(), board, addresses, message: departure::let_out(message) })
    }

    /// What the board answered to [`Self::to_board`].
    pub(super) fn board_replied(&mut self, id: &ObjectId, reply: BoardReply, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        let Some(wanted) = self.intents.get(id) else { return effects };
        let stage = wanted.stored.stage;
        let more = match (stage, reply) {
            (Stage::Casting, BoardReply::Noted) => {
                self.note_refused(&mut effects, id, None);
                self.enter(&mut effects, id, Stage::Open)
            }
            (Stage::Open, BoardReply::Offers(page)) => self.take_in(&mut effects, id, page, now),
            // Not there any more is as good: the reply to the first withdrawal may have been lost.
            (Stage::Closing(outcome), BoardReply::Noted | BoardReply::Refused(Refusal::UnknownIntent)) => {
                self.enter(&mut effects, id, Stage::Closed(outcome))
            }
            // These pass by themselves.
            (_, BoardReply::Refused(code @ (Refusal::Unavailable | Refusal::BoardFull | Refusal::RateLimited))) => {
                self.note_refused(&mut effects, id, Some(code));
                false
            }
            (Stage::Casting | Stage::Open, BoardReply::Refused(code)) => {
                self.note_refused(&mut effects, id, Some(code));
                self.enter(&mut effects, id, Stage::Closed(Outcome::Ended));
                false
            }
            _ => false,
        };
        if more {
            effects.push(Effect::Board(*id));
        }
        effects
    }

    /// Closes intents whose time is over.
    pub(super) fn end_intents(&mut self, effects: &mut Vec<Effect>, now: Now) {
        let over =
            |wanted: &&Wanted| now.floor >= wanted.intent.expires && !matches!(wanted.stored.stage, Stage::Closed(_));
        let ended: Vec<(ObjectId, Outcome)> = self
            .intents
            .values()
            .filter(over)
            .map(|wanted| match wanted.stored.stage {
                Stage::Closing(outcome) | Stage::Closed(outcome) => (wanted.intent.id(), outcome),
                Stage::Casting | Stage::Open => (wanted.intent.id(), Outcome::Ended),
            })
            .collect();
        for (id, outcome) in ended {
            self.enter(effects, &id, Stage::Closed(outcome));
        }
    }

    /// The person wants no more offers. The board is told; offers that came stay readable.
    ///
    /// # Errors
    /// [`OwnerError::NoIntent`] where there is none that is open.
    pub(super) fn withdraw(&mut self, id: &ObjectId, now: impl Into<Now>, entropy: &mut Entropy) -> Effects {
        let now = now.into();
        self.intents.get(id).filter(|wanted| wanted.open()).ok_or(OwnerError::NoIntent)?;
        let mut effects = Vec::new();
        self.log(&mut effects, Log::Personal, Event::Closed { intent: *id, offer: None }, now, entropy)?;
        self.enter(&mut effects, id, Stage::Closing(Outcome::Withdrawn));
        effects.push(Effect::Board(*id));
        Ok(effects)
    }

    /// The person does not want this offer: it goes, and leaves its place to the best of those that are held behind.
    ///
    /// # Errors
    /// [`OwnerError::NoOffer`].
    pub(super) fn pass_over(&mut self, id: &ObjectId, offer: &ObjectId) -> Effects {
        self.offer(id, offer)?;
        let mut effects = Vec::new();
        self.drop_offer(&mut effects, id, offer);
        Ok(effects)
    }

    /// An offer that can be taken up.
    ///
    /// # Errors
    /// [`OwnerError::NoIntent`], [`OwnerError::NoOffer`].
    pub fn offer(&self, id: &ObjectId, offer: &ObjectId) -> Result<&Verified<Offer>, OwnerError> {
        let wanted = self.intents.get(id).ok_or(OwnerError::NoIntent)?;
        wanted.offers.get(offer).ok_or(OwnerError::NoOffer)
    }

    /// The person takes an offer up: under the key of the relationship with its supplier, which there must be by now.
    /// Grants what the offer needs and no more, sends those values with it, tells the supplier which offer it is, and
    /// closes the intent.
    ///
    /// # Errors
    /// [`OwnerError::NoOffer`], [`OwnerError::OfferOver`], [`OwnerError::NoRelationship`], and
    /// [`Refusal::OutsideAgreement`] where the agreement does not permit what the offer needs.
    pub(super) fn take_up(&mut self, id: &ObjectId, offer: &ObjectId, now: Now, host: &mut dyn Host) -> Effects {
        let entropy = &mut host.entropy();
        let offer = self.offer(id, offer)?.clone();
        if !self.intents.get(id).is_some_and(Wanted::open) || now.latest() >= offer.expires {
            return Err(OwnerError::OfferOver);
        }
        let supplier = self.known_as(&offer.supplier).ok_or(OwnerError::NoRelationship)?;
        let relationship = self.relationships.get(&supplier).ok_or(OwnerError::NoRelationship)?;
        let named = offer.supplier;
        let taken = TakeUp { person: relationship.key.public(), supplier: named, offer: offer.id(), at: now.wall };
        let taken = Verified::sign(taken, &relationship.key)?;
        let mut effects = Vec::new();
        // First what can be refused: an error must leave no change behind.
        owner::all_readable(host, &crate::field::expand(&offer.needs.fields))?;
        let granted = self.grant_needs(&mut effects, &offer, now, entropy)?;
        self.depart(&mut effects, supplier, ToSupplier::TakeUp(taken.signed().clone()))?;
        let closed = Event::Closed { intent: *id, offer: Some((offer.id(), supplier)) };
        self.log(&mut effects, Log::Personal, closed, now, entropy)?;
        self.enter(&mut effects, id, Stage::Closing(Outcome::TakenUp { offer: offer.id(), supplier }));
        effects.push(Effect::Board(*id));
        effects.push(Effect::Deliver(supplier));
        effects.extend(granted);
        Ok(effects)
    }

    /// Issues the grant that an offer needs; the disclosure under it comes out, to be sealed last.
    fn grant_needs(
        &mut self,
        effects: &mut Vec<Effect>,
        offer: &Offer,
        now: Now,
        entropy: &mut Entropy,
    ) -> Result<Option<Effect>, OwnerError> {
        let supplier = self.known_as(&offer.supplier).ok_or(OwnerError::NoRelationship)?;
        let needs = &offer.needs;
        if needs.fields.is_empty() {
            return Ok(None);
        }
        let purposes = BTreeSet::from([needs.purpose]);
        let nothing = [].into_iter();
        let mut scope = requests::scope(
            nothing,
            purposes,
            needs.access,
            departure::moment(now.wall),
            needs.duration,
            needs.retention,
        );
        scope.fields.clone_from(&needs.fields);
        let fields: BTreeSet<FieldPath> = needs.fields.iter().flat_map(crate::field::Selector::fields).collect();
        let grant = self.issue(effects, &supplier, scope, "you", now, entropy)?;
        self.give_back(effects, &supplier, &fields);
        let releases = self.releases(&supplier, &fields, Some(grant.id()), now);
        self.count_uses(effects, releases.values(), now);
        Ok(Some(Effect::Disclose(owner::unasked_plan(supplier, None, releases, vec![grant]))))
    }

    /// Takes a page of offers in: those that hold, answer this intent and are within its caps; of them the best.
    fn take_in(&mut self, effects: &mut Vec<Effect>, id: &ObjectId, page: Offers, now: Now) -> bool {
        let Some(wanted) = self.intents.get(id) else { return false };
        let went_on = page.last > wanted.stored.collected;
        // Most looks bring nothing, and nothing is written for them.
        if went_on || wanted.stored.refused.is_some() {
            // A board that counts backwards makes nobody read anew.
            let collected = page.last.max(wanted.stored.collected);
            let stored = StoredIntent { collected, refused: None, ..wanted.stored.clone() };
            self.record(effects, Record::Intent { stored });
        }
        for offer in page.offers.into_iter().take(limits::OFFERS_PER_PAGE) {
            if let Some(offer) = self.worth_keeping(id, offer, now) {
                self.record(effects, Record::Offer { intent: *id, offer: offer.signed().clone() });
                self.keep_best(effects, id);
            }
        }
        // A board that says "more" without going on must not keep this node busy.
        page.more && went_on
    }

    /// An offer that holds. A hostile board may hand over anything: the caps are counted here again.
    fn worth_keeping(&self, id: &ObjectId, offer: Signed<Offer>, now: Now) -> Option<Verified<Offer>> {
        let wanted = self.intents.get(id)?;
        if offer.parts().0.len() > limits::OFFER_BYTES || wanted.offers.contains_key(&offer.id()) {
            return None;
        }
        let offer = offer.verify().ok()?;
        let own = wanted.offers.values().filter(|kept| kept.supplier == offer.supplier).count();
        let fits = offer.intent == *id && offer.well_formed() && offer.expires > now.floor;
        (fits && own < usize::from(wanted.intent.per_supplier)).then_some(offer)
    }

    /// Lets the worst go where there are more than are held.
    fn keep_best(&mut self, effects: &mut Vec<Effect>, id: &ObjectId) {
        if let Some(worst) = self.held(id).get(limits::OFFERS_KEPT).map(|offer| offer.id()) {
            self.drop_offer(effects, id, &worst);
        }
    }

    /// The offers to show, the best first: as many as the person said. Others may be held behind them.
    #[must_use]
    pub fn ranked(&self, id: &ObjectId) -> Vec<&Verified<Offer>> {
        let mut offers = self.held(id);
        offers.truncate(self.intents.get(id).map_or(0, |wanted| usize::from(wanted.stored.keep)));
        offers
    }

    /// All offers that are held, the best first.
    fn held(&self, id: &ObjectId) -> Vec<&Verified<Offer>> {
        let Some(wanted) = self.intents.get(id) else { return Vec::new() };
        let mut offers: Vec<Ranked<'_>> = wanted.offers.values().map(Ranked).collect();
        let known = |supplier: &PublicKey| self.relationships.contains_key(supplier);
        intent::rank(&mut offers, &wanted.intent, &wanted.stored.rank_by, &known);
        offers.into_iter().map(|ranked| ranked.0).collect()
    }

    fn drop_offer(&mut self, effects: &mut Vec<Effect>, id: &ObjectId, offer: &ObjectId) {
        let Some(wanted) = self.intents.get(id) else { return };
        let stored = StoredIntent { passed: wanted.stored.passed.saturating_add(1), ..wanted.stored.clone() };
        self.record(effects, Record::OfferGone { intent: *id, offer: *offer });
        self.record(effects, Record::Intent { stored });
    }

    fn enter(&mut self, effects: &mut Vec<Effect>, id: &ObjectId, stage: Stage) -> bool {
        let Some(wanted) = self.intents.get(id) else { return false };
        let stored = StoredIntent { stage, ..wanted.stored.clone() };
        let ends = wanted.open() && !matches!(stage, Stage::Casting | Stage::Open);
        self.record(effects, Record::Intent { stored });
        if ends {
            self.drop_unseen(effects, id);
        }
        true
    }

    /// Lets go what was held and never shown: it won't be any more.
    fn drop_unseen(&mut self, effects: &mut Vec<Effect>, id: &ObjectId) {
        let Some(wanted) = self.intents.get(id) else { return };
        let shown = usize::from(wanted.stored.keep);
        let unseen: Vec<ObjectId> = self.held(id).iter().skip(shown).map(|offer| offer.id()).collect();
        for offer in unseen {
            self.record(effects, Record::OfferGone { intent: *id, offer });
        }
    }

    fn note_refused(&mut self, effects: &mut Vec<Effect>, id: &ObjectId, refused: Option<Refusal>) {
        let Some(wanted) = self.intents.get(id).filter(|wanted| wanted.stored.refused != refused) else { return };
        let stored = StoredIntent { refused, ..wanted.stored.clone() };
        self.record(effects, Record::Intent { stored });
    }

    /// Makes room for one more where too many are remembered.
    fn forget_closed_intent(&mut self, effects: &mut Vec<Effect>) {
        if self.intents.len() < limits::INTENTS_KEPT {
            return;
        }
        let closed = self.intents.iter().filter(|(_, wanted)| matches!(wanted.stored.stage, Stage::Closed(_)));
        let Some(oldest) = closed.min_by_key(|(_, wanted)| wanted.stored.at).map(|(id, _)| *id) else { return };
        let offers: Vec<ObjectId> = self.intents.get(&oldest).map(Wanted::names).unwrap_or_default();
        for offer in offers {
            self.record(effects, Record::OfferGone { intent: oldest, offer });
        }
        self.record(effects, Record::IntentForgotten { intent: oldest });
    }

    pub(super) fn apply_intent(&mut self, stored: &StoredIntent) -> Result<(), Refusal> {
        let id = stored.intent.id();
        if let Some(wanted) = self.intents.get_mut(&id) {
            wanted.stored.clone_from(stored);
            return Ok(());
        }
        let intent = stored.intent.clone().verify()?;
        self.intents.insert(id, Wanted { stored: stored.clone(), intent, offers: BTreeMap::new() });
        Ok(())
    }

    pub(super) fn apply_offer(&mut self, intent: &ObjectId, offer: &Signed<Offer>) -> Result<(), Refusal> {
        let wanted = self.intents.get_mut(intent).ok_or(Refusal::UnknownIntent)?;
        let offer = offer.clone().verify()?;
        wanted.offers.insert(offer.id(), offer);
        Ok(())
    }

    pub(super) fn apply_offer_gone(&mut self, intent: &ObjectId, offer: &ObjectId) {
        if let Some(wanted) = self.intents.get_mut(intent) {
            wanted.offers.remove(offer);
        }
    }
}

impl Wanted {
    /// May offers still come and be taken up?
    #[must_use]
    pub fn open(&self) -> bool {
        matches!(self.stored.stage, Stage::Casting | Stage::Open)
    }

    /// The names of the offers that are held.
    #[must_use]
    pub fn names(&self) -> Vec<ObjectId> {
        self.offers.keys().copied().collect()
    }
}

struct Ranked<'a>(&'a Verified<Offer>);

impl std::ops::Deref for Ranked<'_> {
    type Target = Offer;
    fn deref(&self) -> &Offer {
        self.0
    }
}
