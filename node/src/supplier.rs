//! The supplier's companion: the machine, its store and its listening endpoint.
//!
//! In: frames of persons, commands and API calls of the company, the clock. Out: replies, requests, values for the
//! company. `supplier/records.rs` maps the machine's records to tables and brings persons into memory,
//! `supplier/lists.rs` keeps what is read page by page, `supplier/happening.rs` is the outbox of events,
//! `supplier/keys.rs` knows who may call, `supplier/once.rs` does no call twice, `supplier/bulk.rs` asks many
//! persons, `supplier/customers.rs` invites those of an existing list, `supplier/commands.rs` does commands,
//! `supplier/sharing.rs` is what companions on one store leave for each other, `supplier/boards.rs` is the board that
//! this companion may be, `supplier/market.rs` what it finds on boards and offers there,
//! `supplier/patterns.rs` the segments that it publishes.

mod boards;
pub mod bulk;
#[cfg(feature = "nats")]
mod bus;
mod commands;
pub mod customers;
pub mod happening;
pub mod hooks;
mod issuers;
pub mod keys;
pub mod lists;
pub mod market;
pub mod names;
pub mod once;
pub mod patterns;
mod profile;
mod records;
mod sharing;
mod tally;

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    board::Board,
    field::FieldPath,
    identity::{Keypair, Nonce, PublicKey},
    message::{self, Message, Reply},
    profile::{Invitation, Profile},
    refusal::Refusal,
    signed::ObjectId,
    supplier::{Customer, Effect, Invite, Parcel, Supplier},
    time::Timestamp,
    wire,
};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};

pub use profile::check as check_profile;
pub use records::key;
pub use tally::Standing;

use crate::{
    clock::{self, Clock},
    command::{Command, Failure},
    driver::{self, Driven, Turn},
    network::{Address, Endpoint, NetworkEvent, Responder},
    store::{Batch, Key, Ledger, StoreError, Table},
};

/// Real persons, or those who were invited for a trial. A key of the API sees one of the two worlds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// Real.
    Live,
    /// For trying things out.
    Test,
}

impl World {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Live, Self::Test];

    /// By whether it is for trying things out.
    #[must_use]
    pub fn of(test: bool) -> Self {
        if test { Self::Test } else { Self::Live }
    }

    /// What its rows stand under.
    pub(crate) fn group(self) -> &'static [u8] {
        match self {
            Self::Live => b"live",
            Self::Test => b"test",
        }
    }
}

/// How much there is.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Persons.
    pub relationships: u64,
    /// Of them connected with this process.
    pub connected: u64,
    /// Values held.
    pub values: u64,
    /// Events that can be read.
    pub events: u64,
}

/// A call of the API: done on the driver's thread, between other turns.
pub type Call = Box<dyn FnOnce(&mut Companion, &mut Turn) + Send>;

/// How the API reaches the companion; clones share one.
#[derive(Clone)]
pub struct Desk {
    events: mpsc::Sender<Event>,
    news: watch::Receiver<u64>,
}

impl Desk {
    /// Does something with the companion; the answer comes when its changes are on disk.
    ///
    /// # Errors
    /// What `work` says, or that the companion is stopping.
    pub async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Companion, &mut Turn) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (answer, wait) = oneshot::channel();
        let call: Call = Box::new(move |companion, turn| {
            let result = work(companion, turn);
            if result.is_err() {
                companion.undo(turn);
            }
            turn.after(move || drop(answer.send(result)));
        });
        let stopping = || Failure::new("unavailable", crate::command::exit::UNREACHABLE, "the companion is stopping");
        self.events.send(Event::Call(call)).await.map_err(|_| stopping())?;
        wait.await.map_err(|_| stopping())?
    }

    /// Changes whenever something has happened.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<u64> {
        self.news.clone()
    }
}

/// What the companion's driver handles.
pub enum Event {
    /// A person's frame, to be answered.
    Frame(PublicKey, Vec<u8>, Responder),
    /// A person's node connected.
    Up(PublicKey),
    /// It is gone.
    Lost(PublicKey),
    /// The reply to a request.
    Replied(PublicKey, Parcel, Vec<u8>),
    /// The company asks.
    Command(Command, oneshot::Sender<Result<Value, Failure>>),
    /// The company's systems ask.
    Call(Call),
    /// A request to many persons goes on.
    Work,
    /// It is time to ask a board again.
    Look,
    /// A board answered what is wanted, or did not.
    Browsed(PublicKey, Option<Vec<u8>>),
    /// A board answered to an offer, or did not.
    OfferReplied(ObjectId, Option<Vec<u8>>),
    /// Another company's frame for this helper.
    Help(PublicKey, Box<Message>, Responder),
    /// Answers wait for a helper.
    Count,
    /// A helper answered, or did not.
    Helped(ObjectId, tally::Asked, Option<Vec<u8>>),
    /// Time passes.
    Tick,
}

/// The machine with everything it needs.
pub struct Companion {
    machine: Supplier,
    store: Box<dyn Ledger>,
    clock: Clock,
    endpoint: Endpoint,
    connected: BTreeSet<PublicKey>,
    events: mpsc::WeakSender<Event>,
    news: watch::Sender<u64>,
    told_this_turn: bool,
    /// The invitation that was used last in this turn.
    used: Option<Nonce>,
    touched: BTreeSet<(Table, Key)>,
    /// Up to which number the post of the other companions was read.
    mail: Option<u64>,
    /// Which companion this is, among those that share a store.
    name: [u8; 8],
    broken: bool,
    working: bool,
    /// Where this companion is a board.
    board: Option<Board>,
    /// When each followed board is to be asked again.
    looks: BTreeMap<PublicKey, market::Look>,
    /// Offers that are not to be sent before a time, by their digests.
    let_alone: BTreeMap<[u8; 32], Timestamp>,
    /// Until when the helper of each segment is not asked again.
    counts: BTreeMap<ObjectId, Timestamp>,
    runtime: tokio::runtime::Handle,
}

/// Starts listening and the driver. The receiver hears how it ended.
///
/// # Errors
/// A store that does not hold a companion, or an address that can't be listened on.
pub async fn start(
    store: Box<dyn Ledger>,
    listen: &[Address],
) -> Result<(mpsc::Sender<Event>, Desk, driver::End, Vec<Address>), Failure> {
    let (store, machine, clock) = blocking(move || {
        let mut store = store;
        store.begin()?;
        let (machine, clock) = records::open(&*store)?;
        store.commit(Batch::new())?;
        Ok((store, machine, clock))
    })
    .await?;
    let secret = machine.key().expose_secret();
    let (endpoint, network) = Endpoint::start(secret, listen).await.map_err(Failure::internal)?;
    let addresses = endpoint.addresses();
    let (events, inbox) = mpsc::channel(driver::EVENTS);
    let (news, heard) = watch::channel(0);
    let mut companion = Companion {
        machine,
        store,
        clock,
        endpoint,
        connected: BTreeSet::new(),
        events: events.downgrade(),
        news,
        told_this_turn: false,
        used: None,
        touched: BTreeSet::new(),
        mail: None,
        name: clock::random(),
        broken: false,
        working: false,
        board: None,
        looks: BTreeMap::new(),
        let_alone: BTreeMap::new(),
        counts: BTreeMap::new(),
        runtime: tokio::runtime::Handle::current(),
    };
    let own = addresses.clone();
    let companion = blocking(move || {
        companion.store.begin()?;
        companion.advertise(&own)?;
        companion.open_board()?;
        companion.store.begin()?;
        companion.load_segments()?;
        companion.store.commit(Batch::new())?;
        Ok(companion)
    })
    .await?;
    tokio::spawn(forward(network, events.clone()));
    let (ended, end) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = ended.send(driver::run(companion, inbox));
    });
    let desk = Desk { events: events.clone(), news: heard };
    Ok((events, desk, end, addresses))
}

/// Writes a new companion's first records.
///
/// # Errors
/// A profile out of bounds, or the store's.
pub fn initialise(store: &mut dyn Ledger, secret: &[u8; 32], profile: Profile) -> Result<(), Failure> {
    let mut machine = Supplier::new(Keypair::from_secret(secret));
    let mut batch = Batch::new();
    records::put_key(&mut batch, secret);
    for effect in machine.set_profile(profile)? {
        if let Effect::Persist(record) = effect {
            records::put_alone(&mut batch, &record)?;
        }
    }
    store.begin()?;
    store.commit(batch)?;
    Ok(())
}

/// The key of the company that lives in a shared store.
///
/// # Errors
/// The store's, or that no company lives there.
pub fn shared_key(store: &mut dyn Ledger) -> Result<Keypair, Failure> {
    store.begin()?;
    let key = records::key_of(store)?;
    store.commit(Batch::new())?;
    Ok(key)
}

/// A store may wait for a database; that must not be done on a thread of the runtime.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(Failure::internal)?
}

async fn forward(mut network: mpsc::Receiver<NetworkEvent>, events: mpsc::Sender<Event>) {
    while let Some(event) = network.recv().await {
        let key = |bytes: [u8; 32]| PublicKey::from_bytes(&bytes).ok();
        let event = match event {
            NetworkEvent::Connected(peer) => key(peer).map(Event::Up),
            NetworkEvent::Disconnected(peer) => key(peer).map(Event::Lost),
            // A weak key has no relationship; dropping the responder closes the stream.
            NetworkEvent::Frame(peer, frame, responder) => {
                key(peer).map(|person| Event::Frame(person, frame, responder))
            }
        };
        if let Some(event) = event
            && events.send(event).await.is_err()
        {
            return;
        }
    }
}

impl Driven for Companion {
    type Event = Event;

    fn reads_all(event: &Event) -> bool {
        matches!(
            event,
            Event::Command(..)
                | Event::Call(_)
                | Event::Work
                | Event::Tick
                | Event::Look
                | Event::Browsed(..)
                | Event::OfferReplied(..)
                | Event::Help(..)
                | Event::Count
                | Event::Helped(..)
        )
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        self.store.begin()?;
        if self.store.shared() {
            self.refresh()?;
            self.load_segments()?;
        }
        Ok(())
    }

    fn handle(&mut self, event: Event, turn: &mut Turn) -> bool {
        self.event(event, turn).unwrap_or_else(|failure| {
            // What can't be read can't be acted on: nothing of this turn is stored or sent.
            tracing::error!(%failure, "the companion stops");
            self.broken = true;
            false
        })
    }

    fn closing(&mut self, turn: &mut Turn) {
        records::put_clock(turn, self.clock.now());
    }

    fn commit(&mut self, batch: Batch) -> Result<(), StoreError> {
        self.forget();
        if self.broken { Err(StoreError::Halted) } else { self.store.commit(batch) }
    }
}

impl Companion {
    fn event(&mut self, event: Event, turn: &mut Turn) -> Result<bool, Failure> {
        match event {
            Event::Frame(person, frame, responder) => self.frame(person, &frame, responder, turn)?,
            Event::Up(person) => {
                self.connected.insert(person);
                self.send(person, turn)?;
            }
            Event::Lost(person) => {
                self.connected.remove(&person);
                self.machine.connection_lost(&person);
            }
            Event::Replied(person, parcel, frame) => self.replied(person, &parcel, &frame, turn)?,
            Event::Command(Command::Stop, answer) => {
                turn.after(move || drop(answer.send(Ok(serde_json::json!({ "stopped": true })))));
                return Ok(false);
            }
            Event::Command(command, answer) => {
                let result = self.command(command, turn);
                if result.is_err() {
                    self.undo(turn);
                }
                turn.after(move || drop(answer.send(result)));
            }
            Event::Call(call) => call(self, turn),
            Event::Work => self.work(turn)?,
            Event::Look => {
                let now = self.clock.now();
                self.look_at_boards(now, turn)?;
            }
            Event::Browsed(board, frame) => self.browsed(&board, frame, turn)?,
            Event::OfferReplied(offer, frame) => self.offer_replied(&offer, frame, turn)?,
            Event::Help(peer, message, responder) => self.help(&peer, *message, responder, turn)?,
            Event::Count => {
                let now = self.clock.now();
                self.count_on(now, turn)?;
            }
            Event::Helped(segment, asked, frame) => self.helped(&segment, asked, frame, turn)?,
            Event::Tick => self.tick(turn)?,
        }
        Ok(true)
    }

    fn frame(&mut self, person: PublicKey, frame: &[u8], responder: Responder, turn: &mut Turn) -> Result<(), Failure> {
        let now = self.clock.now();
        let effects = match message::read::<Message>(frame) {
            Ok(message) if self.board.is_some() && boards::is_for(&message) => {
                let reply = self.at_board(&person, message, now, turn)?;
                vec![Effect::Reply(reply)]
            }
            Ok(message) if tally::is_for(&message) => {
                self.help_later(person, message, responder, turn);
                return Ok(());
            }
            Ok(message) => {
                self.load_for(&person, &message)?;
                self.machine.message(&person, message, now)
            }
            Err(code) => vec![Effect::Reply(Reply::Refused(code))],
        };
        self.run(effects, Some(responder), turn)
    }

    fn replied(&mut self, person: PublicKey, parcel: &Parcel, frame: &[u8], turn: &mut Turn) -> Result<(), Failure> {
        let now = self.clock.now();
        let reply = message::read::<Reply>(frame).unwrap_or(Reply::Refused(Refusal::Malformed));
        self.load_for_reply(&person, &reply)?;
        let (effects, back) = self.machine.replied(&person, parcel, reply, now);
        self.run(effects, None, turn)?;
        if let Some(Ok(frame)) = back.map(|message| wire::encode(&message)) {
            let (endpoint, runtime) = (self.endpoint.clone(), self.runtime.clone());
            // Where it is lost, the person's node sends the disclosure again and is answered.
            turn.after(move || {
                drop(runtime.spawn(async move { endpoint.exchange(*person.as_bytes(), frame).await }));
            });
        }
        Ok(())
    }

    fn tick(&mut self, turn: &mut Turn) -> Result<(), Failure> {
        let now = self.clock.now();
        self.load_due(now, turn)?;
        let effects = self.machine.tick(now);
        self.run(effects, None, turn)?;
        self.prune_events(now, turn)?;
        self.prune_answers(now, turn)?;
        self.look_for_mail(turn)?;
        self.tend_board(now, turn)?;
        self.look_at_boards(now, turn)?;
        self.tend_tasks(now, turn)?;
        self.count_on(now, turn)?;
        self.work_on(turn);
        Ok(())
    }

    pub(crate) fn run(
        &mut self,
        effects: Vec<Effect>,
        mut responder: Option<Responder>,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        for effect in effects {
            match effect {
                Effect::Persist(record) => self.persist(&record, turn)?,
                Effect::Reply(reply) => {
                    if let (Some(responder), Ok(frame)) = (responder.take(), wire::encode(&reply)) {
                        turn.after(move || responder.reply(frame));
                    }
                }
                Effect::Deliver(person) => self.send(person, turn)?,
            }
        }
        Ok(())
    }

    /// Sends what waits for a connected person; for one who is not, it goes on waiting.
    fn send(&mut self, person: PublicKey, turn: &mut Turn) -> Result<(), Failure> {
        let now = self.clock.now();
        if !self.connected.contains(&person) {
            self.leave_for_others(&person, turn);
            return Ok(());
        }
        self.load(&person)?;
        for (parcel, message) in self.machine.to_send(&person, now).unwrap_or_default() {
            let (Ok(frame), events) = (wire::encode(&message), self.events.clone()) else { continue };
            let (endpoint, runtime) = (self.endpoint.clone(), self.runtime.clone());
            turn.after(move || {
                drop(runtime.spawn(async move {
                    let reply = endpoint.exchange(*person.as_bytes(), frame).await;
                    if let (Ok(reply), Some(events)) = (reply, events.upgrade()) {
                        let _ = events.send(Event::Replied(person, parcel, reply)).await;
                    }
                }));
            });
        }
        Ok(())
    }

    /// Memory holds nothing that the store does not.
    fn forget(&mut self) {
        self.machine.forget();
        self.touched.clear();
        self.used = None;
        self.told_this_turn = false;
    }

    /// Takes back a call or command that failed on its way. Each is the first of its turn, so nothing else goes.
    fn undo(&mut self, turn: &mut Turn) {
        turn.undo();
        self.forget();
    }

    /// A person, loaded.
    pub(crate) fn customer(&mut self, person: &PublicKey) -> Result<&Customer, Failure> {
        self.load(person)?;
        self.machine.customer(person).ok_or_else(lists::not_found)
    }

    /// An invitation of this world.
    pub(crate) fn find_invite(&mut self, world: World, id: &Nonce) -> Result<Invite, Failure> {
        self.load_invite(id)?;
        let invite = self.machine.invite_made(id).filter(|invite| World::of(invite.test) == world);
        invite.copied().ok_or_else(lists::not_found)
    }

    /// An invitation as it travels.
    pub(crate) fn invitation(&self, id: Nonce) -> Invitation {
        self.machine.invitation(id)
    }

    /// Lets go of the persons in memory, in the midst of a long reading.
    pub(crate) fn forget_persons(&mut self) {
        self.machine.forget();
    }

    /// Erases values at the company's own initiative.
    pub(crate) fn erase(
        &mut self,
        person: &PublicKey,
        fields: &BTreeSet<FieldPath>,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        self.load(person)?;
        let now = self.clock.now();
        let effects = self.machine.erase_fields(person, fields, now);
        self.run(effects, None, turn)
    }

    /// The time now.
    pub(crate) fn now(&mut self) -> Timestamp {
        self.clock.now()
    }

    /// The company's legal name.
    pub(crate) fn company_name(&self) -> String {
        self.machine.profile().map(|profile| profile.name.clone()).unwrap_or_default()
    }

    /// The company's key.
    #[cfg(feature = "nats")]
    pub(crate) fn company(&self) -> PublicKey {
        self.machine.key().public()
    }

    /// Can the store be read?
    pub(crate) fn alive(&self) -> Result<(), Failure> {
        self.store.get(Table::Profile, &Key::item(b"profile"))?;
        Ok(())
    }

    /// How much there is of everything.
    pub(crate) fn figures(&self) -> Result<Figures, Failure> {
        Ok(Figures {
            relationships: self.store.count(Table::Relationship)?,
            connected: self.connected.len() as u64,
            values: self.store.count(Table::Held)?,
            events: self.store.count(Table::Event)?,
        })
    }

    /// Is this person's node connected to this process?
    pub(crate) fn is_connected(&self, person: &PublicKey) -> bool {
        self.connected.contains(person)
    }

    /// Puts the addresses it really listens on into the profile. In a turn, which this ends.
    fn advertise(&mut self, addresses: &[Address]) -> Result<(), Failure> {
        let mut batch = Batch::new();
        let mut texts: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        if self.store.shared() {
            texts = self.with_others(texts, &mut batch)?;
        }
        if let Some(profile) = self.machine.profile().filter(|profile| profile.addresses != texts) {
            let profile = profile::newer(Profile { addresses: texts, ..profile.clone() });
            for effect in self.machine.set_profile(profile)? {
                if let Effect::Persist(record) = effect {
                    records::put_alone(&mut batch, &record)?;
                }
            }
        }
        self.store.commit(batch)?;
        Ok(())
    }
}
