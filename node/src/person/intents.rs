//! What the person wants: intents cast under keys of their own, offers that come for them, one that is taken up. In:
//! the owner's word, what boards answer. Out: JSON; tasks that speak with one board under one intent's key each, and
//! under no other.

use std::{sync::Arc, time::Duration};

use regie_protocol::{
    Agreement, Days, FieldPath, Invitation, ObjectId, PublicKey, Verified,
    departure::Departure,
    intent::{BoardLink, Criterion, Offer},
    message::{BoardReply, ToBoard},
    person::{BoardMessage, Input, NewIntent, Outcome, OwnerError, Stage, Wanted},
};
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};
use zeroize::Zeroizing;

use super::{Event, Node, commands::time, pairing, value_of};
use crate::{
    backoff::Backoff,
    command::{Failure, exit, parse},
    conversation::say,
    driver::Turn,
    network::{Address, Endpoint, Way},
};

/// Between two looks at a board. Each is drawn anew, so that two intents of one person do not keep step.
const PAUSES: Backoff = Backoff::growing_by_half(Duration::from_secs(2), Duration::from_secs(300)).drawn();
/// The shortest pause, however often the person looks.
const LEAST: Duration = Duration::from_millis(500);
/// The shortest value whose presence in an intent says something about the person, in bytes.
const TELLING_BYTES: usize = 3;
/// Fields that tell who somebody is: no intent may hold a value of theirs.
const TELLING: [&str; 10] = [
    "name.full",
    "name.family",
    "email",
    "telephone",
    "address.street",
    "address.postalCode",
    "birthDate",
    "nationalId",
    "payment.iban",
    "vehicle.licensePlate",
];

/// What the owner wants to cast, as typed.
pub(super) struct Words {
    pub board: Option<String>,
    pub category: String,
    pub wish: String,
    pub details: Vec<(String, String)>,
    pub budget: Option<String>,
    pub days: u32,
    pub per_supplier: u8,
    pub keep: u8,
    pub by: Vec<String>,
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
    intent: ObjectId,
    offer: ObjectId,
    invitation: Invitation,
    paired: bool,
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
    /// Casts an intent.
    pub(super) fn cast(&mut self, words: Words, turn: &mut Turn) -> Result<Value, Failure> {
        self.tells_nothing(&words)?;
        let rank_by: Vec<Criterion> = words.by.iter().map(|text| parse(text)).collect::<Result<_, _>>()?;
        let new = NewIntent {
            board: self.find_board(words.board.as_deref())?,
            category: parse(&words.category)?,
            wish: words.wish,
            details: words.details.into_iter().collect(),
            budget: words.budget.map(|text| parse(&text)).transpose()?,
            duration: Days(words.days),
            per_supplier: words.per_supplier,
            keep: words.keep,
            rank_by: if rank_by.is_empty() { Criterion::ALL.to_vec() } else { rank_by },
        };
        let cast = self.give(Input::Cast(new), turn)?.cast;
        let wanted = cast.and_then(|id| self.machine.intent(&id).map(|wanted| (id, wanted)));
        Ok(wanted.map_or(Value::Null, |(id, wanted)| self.intent_json(&id, wanted)))
    }

    /// Every intent that is remembered, newest first. Boards are asked anew.
    pub(super) fn intents(&self, turn: &mut Turn) -> Value {
        self.ask_boards(turn);
        let mut all: Vec<_> = self.machine.intents().collect();
        all.sort_by_key(|(id, wanted)| (std::cmp::Reverse(wanted.stored.at), **id));
        Value::Array(all.into_iter().map(|(id, wanted)| self.intent_json(id, wanted)).collect())
    }

    /// The offers for one intent, or for all that are open, best first. Boards are asked anew.
    pub(super) fn offers(&self, intent: Option<&str>, turn: &mut Turn) -> Result<Value, Failure> {
        self.ask_boards(turn);
        let ids: Vec<ObjectId> = match intent {
            Some(text) => vec![self.find_intent(text)?],
            None => self.machine.intents().filter(|(_, wanted)| wanted.open()).map(|(id, _)| *id).collect(),
        };
        let now = self.clock.look().latest();
        let mut shown = Vec::new();
        for id in ids {
            let Some(wanted) = self.machine.intent(&id) else { continue };
            for (rank, offer) in self.machine.ranked(&id).into_iter().enumerate() {
                let mut view = self.offer_json(offer);
                view["rank"] = json!(rank + 1);
                view["above_budget"] = json!(above_budget(wanted, offer));
                view["over"] = json!(!wanted.open() || now >= offer.expires);
                shown.push(view);
            }
        }
        Ok(Value::Array(shown))
    }

    pub(super) fn withdraw(&mut self, text: &str, turn: &mut Turn) -> Result<Value, Failure> {
        let id = self.find_intent(text)?;
        self.give(Input::Withdraw(&id), turn)?;
        Ok(json!({ "intent": id, "withdrawn": true }))
    }

    pub(super) fn pass_over(&mut self, text: &str, turn: &mut Turn) -> Result<Value, Failure> {
        let (intent, offer) = self.find_offer(text)?;
        self.give(Input::PassOver(&intent, &offer), turn)?;
        Ok(json!({ "offer": offer, "passed_over": true }))
    }

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
    pub(super) fn take_up(&mut self, intent: &ObjectId, offer: &ObjectId, turn: &mut Turn) -> Result<Value, Failure> {
        let shown = self.offer_json(self.machine.offer(intent, offer)?);
        let grant = self.give(Input::TakeUp(intent, offer), turn)?.granted;
        Ok(json!({ "offer": shown, "grant": grant, "taken_up": true }))
    }

    /// What a task is to say next.
    pub(super) fn to_say(&self, intent: &ObjectId) -> Option<ToSay> {
        let say = self.machine.to_board(intent, self.clock.look())?;
        let addresses = say.addresses.iter().filter_map(|text| text.parse().ok()).collect();
        let BoardMessage { secret, board, message, .. } = say;
        Some(ToSay { secret, board, addresses, message, way: self.travel.way.clone() })
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
                        let _ = events.try_send(Event::Boards);
                    }
                });
            }
        }
    }

    fn ask_boards(&self, turn: &mut Turn) {
        let wakes: Vec<Arc<Notify>> = self.talks.values().map(|talk| talk.wake.clone()).collect();
        turn.after(move || wakes.iter().for_each(|wake| wake.notify_one()));
    }

    /// An intent must not say who casts it.
    fn tells_nothing(&self, words: &Words) -> Result<(), Failure> {
        let details = words.details.iter().map(|(_, value)| value.as_str());
        let texts: Vec<String> = details.chain([words.wish.as_str()]).map(squeezed).collect();
        for path in TELLING {
            let Ok(field) = path.parse::<FieldPath>() else { continue };
            let Some(held) = value_of(&self.store, &self.values, field) else { continue };
            let held = squeezed(held.value.as_str());
            if held.len() >= TELLING_BYTES && texts.iter().any(|text| text.contains(&held)) {
                let next = "leave it out; the supplier whose offer you take up gets what it needs by a grant";
                let message =
                    format!("that would tell who you are: it holds your {}; {next}", crate::sentences::field(field));
                return Err(Failure::new("tells_who", exit::REFUSED, message));
            }
        }
        Ok(())
    }

    /// A board by its link, by a supplier that the person knows, or the one of the last intent.
    fn find_board(&self, given: Option<&str>) -> Result<Invitation, Failure> {
        let Some(text) = given else {
            let last = self.machine.intents().max_by_key(|(_, wanted)| wanted.stored.at);
            let (_, last) =
                last.ok_or_else(|| Failure::usage("which board? give its link, or a supplier that is one"))?;
            return Ok(BoardLink::new(last.intent.board, last.intent.addresses.clone()).0);
        };
        if text.starts_with("regie:") {
            return parse::<BoardLink>(text).map(|link| link.0);
        }
        let supplier = self.find_supplier(text)?;
        let addresses = self.machine.relationship(&supplier).map(|r| r.profile().addresses.clone());
        Ok(BoardLink::new(supplier, addresses.unwrap_or_default()).0)
    }

    fn find_intent(&self, text: &str) -> Result<ObjectId, Failure> {
        one(text, self.machine.intents().map(|(id, _)| *id)).map_err(|()| OwnerError::NoIntent.into())
    }

    fn find_offer(&self, text: &str) -> Result<(ObjectId, ObjectId), Failure> {
        let all = self.machine.intents().flat_map(|(id, wanted)| wanted.names().into_iter().map(|name| (*id, name)));
        let all: Vec<_> = all.collect();
        let found = one(text, all.iter().map(|(_, offer)| *offer)).map_err(|()| OwnerError::NoOffer)?;
        all.into_iter().find(|(_, offer)| *offer == found).ok_or_else(|| OwnerError::NoOffer.into())
    }

    fn intent_json(&self, id: &ObjectId, wanted: &Wanted) -> Value {
        let (stored, intent) = (&wanted.stored, &wanted.intent);
        let (state, taken) = state(stored.stage);
        let held = wanted.names().len();
        let shown = held.min(usize::from(stored.keep));
        json!({
            "intent": id,
            "category": intent.category,
            "wish": intent.wish,
            "details": intent.details,
            "budget": intent.budget.as_ref().map(ToString::to_string),
            "cast": time(stored.at),
            "expires": time(intent.expires),
            "state": state,
            "offers": shown,
            "held_back": held - shown,
            "passed_over": stored.passed,
            "ranked_by": stored.rank_by.iter().map(|criterion| criterion.code()).collect::<Vec<_>>(),
            "board": self.name_of(&intent.board),
            "taken_up": taken.map(|(offer, supplier)| json!({ "offer": offer, "supplier": self.name_of(&supplier) })),
            "refused": stored.refused,
        })
    }

    fn offer_json(&self, offer: &Verified<Offer>) -> Value {
        let needs = &offer.needs;
        let shown = json!({
            "offer": offer.id(),
            "intent": offer.intent,
            "supplier": offer.name,
            "key": offer.supplier,
            "known": self.machine.relationship(&offer.supplier).is_some(),
            "title": offer.title,
            "price": offer.price.as_ref().map(ToString::to_string),
            "terms": offer.terms,
            "needs": needs.fields,
            "purpose": needs.purpose,
            "access": crate::command::access_name(needs.access),
            "days": needs.duration,
            "kept": needs.retention,
            "expires": time(offer.expires),
            // Who makes an offer is known once its supplier is: until then the name is what it says.
            "standing": Value::Null,
            "looks_like": self.looks_like(&offer.supplier, &[&offer.name]),
        });
        self.who(shown, &offer.supplier)
    }
}

/// Takes an offer up: pairs with its supplier first, where there is no relationship yet.
pub async fn take_up(offer: String, agreement: Agreement, events: mpsc::Sender<Event>) -> Result<Value, Failure> {
    let taking = pairing::ask(&events, |answer| Event::Taking(offer, answer)).await?;
    let Taking { intent, offer, invitation, paired } = taking;
    if !paired {
        // The person's word was for an offer under a name: it is not for one that only looks like it.
        let seen = pairing::look(invitation.clone(), events.clone()).await?;
        if seen["standing"]["is"] == "contradicted" || seen["looks_like"].as_array().is_some_and(|one| !one.is_empty())
        {
            let next = format!("look at it and pair with it first, if it is who you think: `regie pair {invitation}`");
            let words =
                format!("the supplier of that offer is contradicted by its domain or looks like another; {next}");
            return Err(Failure::new("look_first", exit::REFUSED, words));
        }
        let answer = pairing::pair(invitation, agreement, false, events.clone()).await?;
        if let Some(other) = answer["alternative"].as_str() {
            let words = format!(
                "the supplier does not accept {agreement} and proposes {other}; nothing was agreed. Take the offer up \
                 with `--agreement {other}`, or leave it"
            );
            return Err(Failure::new("alternative", exit::REFUSED, words));
        }
    }
    pairing::ask(&events, |answer| Event::TakeUp(intent, offer, answer)).await
}

/// Speaks with the board of one intent for as long as there is something to say. It dials for every look and hangs up
/// after it: between two looks nothing ties the person to the board.
async fn talk(intent: ObjectId, events: mpsc::WeakSender<Event>, wake: Arc<Notify>, dials: Arc<Semaphore>) {
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
async fn look(intent: &ObjectId, events: &mpsc::WeakSender<Event>, dials: &Semaphore) -> Option<bool> {
    let events = events.upgrade()?;
    let turn = dials.acquire().await.ok()?;
    // With the line its events are kept: a swarm whose events nobody can take ends.
    let mut line = None;
    let mut news = false;
    loop {
        let (answer, wait) = oneshot::channel();
        events.send(Event::ToBoard(*intent, answer)).await.ok()?;
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
        events.send(Event::BoardReplied(*intent, Box::new(reply), answer)).await.ok()?;
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

fn above_budget(wanted: &Wanted, offer: &Offer) -> bool {
    match (&wanted.intent.budget, &offer.price) {
        (Some(budget), Some(price)) => budget.currency == price.currency && price.a_year() > budget.a_year(),
        _ => false,
    }
}

/// Lower case without spaces, so that `1234 AB` is found in `1234ab`.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// The one id that ends so.
fn one(text: &str, ids: impl Iterator<Item = ObjectId>) -> Result<ObjectId, ()> {
    let mut found = ids.filter(|id| !text.is_empty() && id.to_string().ends_with(text));
    match (found.next(), found.next()) {
        (Some(id), None) => Ok(id),
        _ => Err(()),
    }
}
