//! What the person wants: intents cast under keys of their own, and offers that come for them. In: the owner's word, what
//! boards answer. Out: intents and offers as the owner sees them; tasks that speak with one board under one intent's key
//! each, and under no other.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use regie_protocol::{
    Days, Invitation, Nonce, ObjectId, PublicKey, Purpose, Refusal, Selector, Verified,
    departure::Departure,
    intent::{Category, Criterion, Offer, Price},
    message::{BoardReply, ToBoard},
    person::{BoardMessage, Input, Outcome, OwnerError, Stage, Wanted},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};
use zeroize::Zeroizing;

use super::{Lookalike, Node, NodeEvent, Standing, verbs::TakenUp};
use crate::{
    backoff::Backoff,
    clock::text,
    command::{Failure, Text, access_name},
    conversation::say,
    driver::Turn,
    network::{Address, Endpoint, Way},
};

/// Between two looks at a board. Each is drawn anew, so that two intents of one person do not keep step.
const PAUSES: Backoff = Backoff::growing_by_half(Duration::from_secs(2), Duration::from_secs(300)).drawn();
/// The shortest pause, however often the person looks.
const LEAST: Duration = Duration::from_millis(500);
/// An intent as the owner sees it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownIntent {
    /// Its id.
    pub intent: ObjectId,
    /// What kind of thing.
    pub category: Category,
    /// In plain words.
    pub wish: String,
    /// What is wanted, by names of the category's own.
    pub details: BTreeMap<String, String>,
    /// What the person means to spend at most, as `150.00 EUR/month`.
    pub budget: Option<Text<Price>>,
    /// When it was cast, RFC 3339.
    pub cast: String,
    /// When it ends, RFC 3339.
    pub expires: String,
    /// `casting`, `open`, `withdrawn`, `taken_up` or `ended`.
    pub state: String,
    /// Offers that are shown.
    pub offers: usize,
    /// Offers that are held behind them.
    pub held_back: usize,
    /// Offers that were passed over, or gave way to better ones.
    pub passed_over: u32,
    /// What offers are ranked by, the first weighing most.
    pub ranked_by: Vec<Criterion>,
    /// The board, by name.
    pub board: String,
    /// The offer that was taken up.
    pub taken_up: Option<TakenOffer>,
    /// What the board said last, if it refused.
    pub refused: Option<Refusal>,
}

impl ShownIntent {
    /// May offers still come?
    #[must_use]
    pub fn open(&self) -> bool {
        self.state == "open" || self.state == "casting"
    }
}

/// An offer that was taken up.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TakenOffer {
    /// Which.
    pub offer: ObjectId,
    /// Whose, by name.
    pub supplier: String,
    /// The supplier, by the name of the relationship.
    pub key: PublicKey,
    /// As it was shown when it was taken up; none where it is forgotten.
    pub shown: Option<Box<ShownOffer>>,
    /// Has its supplier signed for all that it was told?
    pub arrived: bool,
    /// The contract that came of it; none where it makes none, or the person removed it.
    pub contract: Option<Nonce>,
}

/// An offer as the owner sees it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShownOffer {
    /// Its id.
    pub offer: ObjectId,
    /// The intent that it is for.
    pub intent: ObjectId,
    /// What its supplier calls itself.
    pub supplier: String,
    /// The supplier's key.
    pub key: PublicKey,
    /// Is there a relationship with it?
    pub known: bool,
    /// What is offered, in one line.
    pub title: String,
    /// What it costs, as `129.50 EUR/month`.
    pub price: Option<Text<Price>>,
    /// Structured, as the details of an intent.
    pub terms: BTreeMap<String, String>,
    /// Fields and groups that the supplier needs.
    pub needs: BTreeSet<Selector>,
    /// What for.
    pub purpose: Purpose,
    /// How it would have them: `read_once`, `read` or `subscribe`.
    pub access: String,
    /// For how long it may read.
    pub days: Days,
    /// How long it would keep a value.
    pub retention_days: Days,
    /// When the offer ends, RFC 3339.
    pub expires: String,
    /// What is known of its supplier. Who makes an offer is known once its supplier is: until then the name is what it
    /// says, and this is none.
    pub standing: Option<Standing>,
    /// Suppliers that it could be taken for.
    pub looks_like: Vec<Lookalike>,
}

/// A message for a board, and what to dial it under.
pub struct ToSay {
    secret: Zeroizing<[u8; 32]>,
    board: PublicKey,
    addresses: Vec<Address>,
    message: Departure<ToBoard>,
    way: Way,
}

/// An offer to be taken up.
pub struct Taking {
    pub(super) intent: ObjectId,
    pub(super) offer: ObjectId,
    pub(super) invitation: Invitation,
    /// Is there a relationship with its supplier?
    pub(super) paired: bool,
}

pub(super) struct Talk {
    wake: Arc<Notify>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Node {
    /// What is needed to pair with the supplier of an offer.
    pub(super) fn taking(&self, text: &str) -> Result<Taking, Failure> {
        let (intent, id) = self.find_offer(text)?;
        let offer = self.machine.offer(&intent, &id)?;
        let open = self.machine.intent(&intent).is_some_and(Wanted::open) && self.clock.look().latest() < offer.expires;
        if !open {
            return Err(OwnerError::OfferOver.into());
        }
        let paired = self.machine.relationship(&offer.supplier).is_some();
        Ok(Taking { intent, offer: id, invitation: offer.invitation.clone(), paired })
    }

    /// The relationship is there: the offer is taken up.
    pub(super) fn take_up(&mut self, intent: &ObjectId, offer: &ObjectId, turn: &mut Turn) -> Result<TakenUp, Failure> {
        let made = self.machine.offer(intent, offer)?.clone();
        let shown = self.shown_offer(&made);
        let grant = self.give(Input::TakeUp(intent, offer), turn)?.granted;
        let contract = self.keep_offered(&made, turn)?;
        Ok(TakenUp { offer: shown, grant, contract, taken_up: true })
    }

    /// What a task is to say next.
    pub(super) fn to_say(&self, intent: &ObjectId) -> Option<ToSay> {
        let say = self.machine.to_board(intent, self.clock.look())?;
        let addresses = say.addresses.iter().filter_map(|text| text.parse().ok()).collect();
        // The person chose the board by its link.
        let way = Way { inward: self.travel.way.inward.and(&say.addresses), ..self.travel.way.clone() };
        let BoardMessage { secret, board, message, .. } = say;
        Some(ToSay { secret, board, addresses, message, way })
    }

    /// What a board answered; true where there is more to say at once.
    pub(super) fn board_replied(&mut self, intent: &ObjectId, reply: BoardReply, turn: &mut Turn) -> bool {
        self.hear(Input::BoardReplied(intent, reply), None, turn).to_say.is_some()
    }

    /// Begins to speak with the boards of intents that have something to say, and ends the talks that are over.
    pub(super) fn tend_boards(&mut self) {
        let now = self.clock.look();
        let wanted: Vec<ObjectId> = self.machine.intents().map(|(id, _)| *id).collect();
        let live = |id: &ObjectId| self.machine.to_board(id, now).is_some();
        let live: Vec<ObjectId> = wanted.into_iter().filter(live).collect();
        self.talks.retain(|id, _| live.contains(id));
        for id in live {
            self.talks.entry(id).or_insert_with(|| {
                let wake = Arc::new(Notify::new());
                let task = talk(id, self.events.clone(), wake.clone(), self.dials.clone());
                Talk { wake, task: self.runtime.spawn(task) }
            });
        }
    }

    /// An intent has something new to say, when the turn is on disk.
    pub(super) fn say_to_board(&mut self, intent: &ObjectId, turn: &mut Turn) {
        match self.talks.get(intent).map(|talk| talk.wake.clone()) {
            Some(wake) => turn.after(move || wake.notify_one()),
            // Where the queue is full, the next tick begins it.
            None => {
                let events = self.events.clone();
                turn.after(move || {
                    if let Some(events) = events.upgrade() {
                        let _ = events.try_send(NodeEvent::Boards);
                    }
                });
            }
        }
    }

    /// Asks the boards anew, when the turn is on disk.
    pub(super) fn ask_boards(&self, turn: &mut Turn) {
        let wakes: Vec<Arc<Notify>> = self.talks.values().map(|talk| talk.wake.clone()).collect();
        turn.after(move || wakes.iter().for_each(|wake| wake.notify_one()));
    }

    /// An intent by its id, or by an end of it that only one has.
    pub(super) fn find_intent(&self, text: &str) -> Result<ObjectId, Failure> {
        one(text, self.machine.intents().map(|(id, _)| *id)).map_err(|()| OwnerError::NoIntent.into())
    }

    /// An offer by its id, or by an end of it that only one has; its intent comes with it.
    pub(super) fn find_offer(&self, text: &str) -> Result<(ObjectId, ObjectId), Failure> {
        let all = self.machine.intents().flat_map(|(id, wanted)| wanted.names().into_iter().map(|name| (*id, name)));
        let all: Vec<_> = all.collect();
        let found = one(text, all.iter().map(|(_, offer)| *offer)).map_err(|()| OwnerError::NoOffer)?;
        all.into_iter().find(|(_, offer)| *offer == found).ok_or_else(|| OwnerError::NoOffer.into())
    }

    /// An intent as the owner sees it.
    pub(super) fn shown_intent(&self, id: &ObjectId, wanted: &Wanted) -> Result<ShownIntent, Failure> {
        let (stored, intent) = (&wanted.stored, &wanted.intent);
        let (state, taken) = state(stored.stage);
        let held = wanted.names().len();
        let shown = held.min(usize::from(stored.keep));
        let taken_up = taken.map(|(offer, supplier)| self.taken_offer(id, offer, supplier)).transpose()?;
        Ok(ShownIntent {
            intent: *id,
            category: intent.category.clone(),
            wish: intent.wish.clone(),
            details: intent.details.clone(),
            budget: intent.budget.clone().map(Text),
            cast: text(stored.at),
            expires: text(intent.expires),
            state: state.to_owned(),
            offers: shown,
            held_back: held - shown,
            passed_over: stored.passed,
            ranked_by: stored.rank_by.clone(),
            board: self.name_of(&intent.board),
            taken_up,
            refused: stored.refused,
        })
    }

    fn taken_offer(&self, intent: &ObjectId, offer: ObjectId, supplier: PublicKey) -> Result<TakenOffer, Failure> {
        let shown = self.machine.offer(intent, &offer).ok().map(|offer| Box::new(self.shown_offer(offer)));
        Ok(TakenOffer {
            offer,
            supplier: self.name_of(&supplier),
            key: supplier,
            shown,
            arrived: self.machine.relationship(&supplier).is_some_and(|known| known.undelivered() == 0),
            contract: self.contract_of_offer(&offer)?,
        })
    }

    /// An offer as the owner sees it.
    pub(super) fn shown_offer(&self, offer: &Verified<Offer>) -> ShownOffer {
        let (needs, who) = (&offer.needs, self.who(&offer.supplier));
        let (standing, looks_like) = match who {
            Some(who) => (Some(who.standing), who.looks_like),
            None => (None, self.looks_like(&offer.supplier, &[&offer.name])),
        };
        ShownOffer {
            offer: offer.id(),
            intent: offer.intent,
            supplier: offer.name.clone(),
            key: offer.supplier,
            known: self.machine.relationship(&offer.supplier).is_some(),
            title: offer.title.clone(),
            price: offer.price.clone().map(Text),
            terms: offer.terms.clone(),
            needs: needs.fields.clone(),
            purpose: needs.purpose,
            access: access_name(needs.access).to_owned(),
            days: needs.duration,
            retention_days: needs.retention,
            expires: text(offer.expires),
            standing,
            looks_like,
        }
    }
}

/// Speaks with the board of one intent for as long as there is something to say. It dials for every look and hangs up
/// after it: between two looks nothing ties the person to the board.
async fn talk(intent: ObjectId, events: mpsc::WeakSender<NodeEvent>, wake: Arc<Notify>, dials: Arc<Semaphore>) {
    let mut quiet = 0;
    loop {
        let Some(news) = look(&intent, &events, &dials).await else { return };
        quiet = if news { 0_u32 } else { quiet.saturating_add(1) };
        tokio::select! {
            () = tokio::time::sleep(PAUSES.pause(quiet)) => {}
            () = wake.notified() => {
                tokio::time::sleep(LEAST).await;
                quiet = 0;
            }
        }
    }
}

/// One look at a board; nothing where the talk is over, else whether the board answered with something new.
async fn look(intent: &ObjectId, events: &mpsc::WeakSender<NodeEvent>, dials: &Semaphore) -> Option<bool> {
    let events = events.upgrade()?;
    let turn = dials.acquire().await.ok()?;
    // With the line its events are kept: a swarm whose events nobody can take ends.
    let mut line = None;
    let mut news = false;
    loop {
        let (answer, wait) = oneshot::channel();
        events.send(NodeEvent::ToBoard(*intent, answer)).await.ok()?;
        let ToSay { secret, board, addresses, message, way } = wait.await.ok()??;
        let (endpoint, network) = match line.take() {
            Some(line) => line,
            None => {
                let Ok((endpoint, network)) = Endpoint::start(secret, &[], &way).await else { return Some(false) };
                if endpoint.connect(*board.as_bytes(), &addresses, None).await.is_err() {
                    return Some(false);
                }
                (endpoint, network)
            }
        };
        let Ok(reply) = say(&endpoint, &board, &message).await else { return Some(news) };
        let (answer, wait) = oneshot::channel();
        events.send(NodeEvent::BoardReplied(*intent, Box::new(reply), answer)).await.ok()?;
        if !wait.await.ok()? {
            drop(turn);
            return Some(news);
        }
        news = true;
        line = Some((endpoint, network));
    }
}

fn state(stage: Stage) -> (&'static str, Option<(ObjectId, PublicKey)>) {
    let of = |outcome: Outcome| match outcome {
        Outcome::Withdrawn => ("withdrawn", None),
        Outcome::TakenUp { offer, supplier } => ("taken_up", Some((offer, supplier))),
        Outcome::Ended => ("ended", None),
    };
    match stage {
        Stage::Casting => ("casting", None),
        Stage::Open => ("open", None),
        Stage::Closing(outcome) | Stage::Closed(outcome) => of(outcome),
    }
}

/// The one id that ends so.
fn one(text: &str, ids: impl Iterator<Item = ObjectId>) -> Result<ObjectId, ()> {
    let mut found = ids.filter(|id| !text.is_empty() && id.to_string().ends_with(text));
    match (found.next(), found.next()) {
        (Some(id), None) => Ok(id),
        _ => Err(()),
    }
}
