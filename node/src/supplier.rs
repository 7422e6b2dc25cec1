//! The supplier's companion: the machine, its store and its listening endpoint.
//!
//! In: frames of persons, commands and API calls of the company, the clock. Out: replies, requests, values for the
//! company. `supplier/host.rs` carries out what the machine decides, `supplier/records.rs` maps the machine's records to tables and brings persons into memory,
//! `supplier/lists.rs` keeps what is read page by page, `supplier/search.rs` finds in it, `supplier/labels.rs` keeps the company's own references, `supplier/pulse.rs` measures, `supplier/happening.rs` is the outbox of events,
//! `supplier/keys.rs` knows who may call, `supplier/scopes.rs` for what, `supplier/readings.rs` keeps who saw which values, `supplier/approvals.rs` what needs a second one's word, `supplier/once.rs` does no call twice, `supplier/bulk.rs` asks many
//! persons, `supplier/customers.rs` invites those of an existing list, `supplier/persons.rs` is what is said to one person,
//! `supplier/rotation.rs` replaces the company's key, `supplier/sharing.rs` is what companions on one store leave for
//! each other, `supplier/boards.rs` is the board that this companion may be, `supplier/market.rs` what it finds on boards and offers there,
//! `supplier/patterns.rs` the segments that it publishes, `supplier/cosigning.rs` the heads of others' logs that it cosigns as a witness, `supplier/runs.rs` what is done with lines of a person of whose node there are two copies, `supplier/forwarders.rs` looks whether forwarders pass people on.

mod acts;
pub mod approvals;
mod boards;
pub mod bulk;
#[cfg(feature = "nats")]
mod bus;
pub mod cosigning;
pub mod customers;
pub mod forwarders;
pub mod happening;
pub mod hooks;
mod host;
mod issuers;
pub mod keys;
pub mod labels;
pub mod lists;
pub mod market;
mod migrations;
pub mod names;
pub mod once;
pub mod patterns;
mod persons;
mod profile;
pub mod pulse;
pub mod readings;
mod records;
mod rotation;
pub mod runs;
pub mod scopes;
pub mod search;
mod sharing;
#[cfg(feature = "vc")]
mod statuses;
pub(crate) mod tables;
mod tally;
mod uploads;
pub mod verbs;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use regie_protocol::{
    Board, FieldPath, Grant, Invitation, Keypair, Nonce, Now, ObjectId, Profile, PublicKey, Refusal, Signed, Supplier,
    Timestamp,
    departure::{self, Departure, Leaves},
    limits,
    message::{self, BoardReply, HelperReply, PersonReply, Role, ToSupplier},
    rate::{Frames, Meters, Peer, Source},
    supplier::{Customer, Effects, Invite, PairingBounds, Parcel, Record, TurnedAway},
};
use tokio::sync::{mpsc, oneshot, watch};

pub use acts::{GivenAnswer, PersonsAct};
pub use profile::check as check_profile;
pub use records::key;
pub use rotation::{may_rotate, rotate};
pub use tables::{SCHEMA, decode_all};
pub use tally::Standing;

use self::{
    hooks::Behind,
    labels::{Label, Thing},
    pulse::{Pulse, Timer},
};

use crate::{
    clock::{self, Clock},
    command::Failure,
    conversation::{Unanswered, say},
    domain::Reader,
    driver::{self, Driven, Refused, Turn},
    network::{Address, Endpoint, Forwarding, NetworkEvent, Reach, Responder, Through, Way},
    store::{Batch, ItemName, Key, Ledger, Nth, Presence, Read as _, StoreError, TableId},
};

/// Persons who stay in memory between turns.
const REMEMBERED: usize = 64;
/// Past requests and disclosures of each that may stay with them.
const REMEMBERED_OF_EACH: usize = 128;
/// How long a start waits for a database that is away; later nothing waits, and what comes is told to come again.
const START_PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two looks of a start.
const START_PAUSE: Duration = Duration::from_millis(100);
/// In how many seconds a call may come again that was not done because the database is away.
const AGAIN_SECONDS: u32 = 2;

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
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

/// How much there is.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Persons.
    pub relationships: u64,
    /// Of them connected with this process.
    pub connected: u64,
    /// Values held.
    pub values: u64,
    /// Events that can be read.
    pub events: u64,
    /// Persons whose clocks differ, so that requests to them wait.
    pub clocks_differ: u64,
    /// Is this machine's clock right, as far as that can be known?
    pub clock_fine: bool,
    /// Persons who were told to come later since this companion began.
    pub told_later: u64,
    /// Are the rows of the store those that were written, as far as that was looked at?
    pub store_fine: bool,
    /// How far each webhook is.
    pub webhooks: Vec<Behind>,
    /// For how many seconds what is past its retention was not looked at: what is due is erased at that look.
    pub retention_behind: u64,
}

/// A call of the API: done on the driver's thread, between other turns.
pub type Call = Box<dyn FnOnce(&mut Companion, &mut Turn) + Send>;

/// How the API reaches the companion; clones share one.
#[derive(Clone)]
pub struct Desk {
    events: mpsc::Sender<CompanionEvent>,
    news: watch::Receiver<u64>,
    net: Arc<Net>,
    pulse: Pulse,
    presence: Presence,
    shares: bool,
}

impl Desk {
    /// Does something with the companion; the answer comes when its changes are on disk.
    ///
    /// # Errors
    /// What `work` says, that the companion is stopping, or that its database is away: nothing was done then.
    pub async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Companion, &mut Turn) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.ask_for(work, CompanionEvent::Call).await
    }

    /// The same of what needs no store, and is done while that is away, too.
    ///
    /// # Errors
    /// What `work` says, or that the companion is stopping.
    pub async fn call_without_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Companion, &mut Turn) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.ask_for(work, CompanionEvent::Storeless).await
    }

    async fn ask_for<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Companion, &mut Turn) -> Result<T, Failure> + Send + 'static,
        event: fn(Call) -> CompanionEvent,
    ) -> Result<T, Failure> {
        let (answer, wait) = oneshot::channel();
        let call: Call = Box::new(move |companion, turn| {
            let result = work(companion, turn);
            if result.is_err() {
                companion.undo(turn);
            }
            turn.after(move || drop(answer.send(result)));
        });
        self.events.send(event(call)).await.map_err(|_| self.undone())?;
        // Where the turn is undone, or not begun, the answer is dropped with it.
        wait.await.map_err(|_| self.undone())?
    }

    /// Is the companion at its end?
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.events.is_closed()
    }

    /// Is its store a database that others may share?
    #[must_use]
    pub fn shares(&self) -> bool {
        self.shares
    }

    /// How turns on its store go.
    #[must_use]
    pub fn presence(&self) -> &Presence {
        &self.presence
    }

    /// Why nothing was done.
    fn undone(&self) -> Failure {
        let words = if self.is_over() {
            "the companion is stopping"
        } else {
            "the companion's database is away; nothing was done: send the call again"
        };
        Failure::new("unavailable", crate::command::exit::UNREACHABLE, words).in_seconds(AGAIN_SECONDS)
    }

    /// What the companion measures.
    #[must_use]
    pub fn pulse(&self) -> &Pulse {
        &self.pulse
    }

    /// How many events wait for the companion, of the [`driver::EVENTS`] that can.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.events.max_capacity() - self.events.capacity()
    }

    /// Changes whenever something has happened.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<u64> {
        self.news.clone()
    }
}

/// What the companion's driver handles.
pub enum CompanionEvent {
    /// A person's frame, to be answered.
    Frame(PublicKey, Vec<u8>, Responder),
    /// A person's node connected.
    Up(PublicKey),
    /// It is gone.
    Lost(PublicKey),
    /// The reply to a request.
    Replied(PublicKey, Parcel, Box<PersonReply>),
    /// The company asks, or one of its systems.
    Call(Call),
    /// The same of what needs no store.
    Storeless(Call),
    /// A request to many persons goes on.
    Work,
    /// It is time to ask a board again.
    Look,
    /// This machine's addresses changed.
    Moved,
    /// A board answered what is wanted, or did not.
    Browsed(PublicKey, Option<Box<BoardReply>>),
    /// A board answered to an offer, or did not.
    OfferReplied(ObjectId, Option<Box<BoardReply>>),
    /// Another company's frame for this helper.
    Help(PublicKey, Vec<u8>, Responder),
    /// Answers wait for a helper.
    Count,
    /// A helper answered, or did not.
    Helped(ObjectId, tally::HelperQuestion, Option<Box<HelperReply>>),
    /// A run of this person's node was shown the word of another, some seconds ago.
    Contested(PublicKey),
    /// Time passes.
    Tick,
}

/// The machine with everything it needs.
pub struct Companion {
    machine: Supplier,
    store: Box<dyn Ledger>,
    clock: Clock,
    endpoint: Endpoint,
    net: Net,
    /// Who is connected, under which key.
    connected: BTreeMap<PublicKey, PublicKey>,
    /// Whose key that is, where it is not the one of the pairing.
    renewed: BTreeMap<PublicKey, PublicKey>,
    /// Those of them who have a relationship.
    known: BTreeSet<PublicKey>,
    /// How often each peer said what.
    frames: Frames,
    /// How many segments came anew to this helper, by whence they came.
    helped: Meters<Source>,
    /// Connected persons of whose node the run that speaks is on the line.
    speaking: BTreeSet<PublicKey>,
    events: mpsc::WeakSender<CompanionEvent>,
    news: watch::Sender<u64>,
    told_this_turn: bool,
    /// What the company wants to hold of those who work here.
    rules: approvals::Rules,
    /// Documents that are handed in, part by part.
    uploads: uploads::Uploads,
    /// The invitation that was used last in this turn, and whether it was for one person.
    used: Option<(Nonce, bool)>,
    /// The label of what is being made.
    making: Option<Label>,
    /// Requests that were read ahead, for a list of them.
    read_requests: BTreeMap<(PublicKey, Nonce), Record>,
    /// Labels that this turn gave or changed, or that its events needed.
    labels: BTreeMap<Thing, Label>,
    touched: BTreeSet<(TableId, Key)>,
    /// Up to which number the post of the other companions was read, now and when this turn began.
    mail: Option<u64>,
    mail_before: Option<u64>,
    /// Connected persons who were in memory in the turn that is being committed.
    met: Vec<PublicKey>,
    /// Connected persons whose run was first heard of in this turn.
    began_to_speak: Vec<PublicKey>,
    /// Which process this is, among those that share a store.
    name: [u8; 8],
    /// When the addresses of all companions are looked at next, by the time that passes.
    places_due: Option<Timestamp>,
    broken: bool,
    /// Was it told to end?
    stops: bool,
    working: bool,
    pulse: Pulse,
    turn: Timer,
    /// How many calls with an `Idempotency-Key` are answered within a day, where the company says so.
    keyed_calls: Option<u64>,
    /// Where this companion is a board.
    board: Option<Board>,
    /// When each followed board is to be asked again.
    looks: BTreeMap<PublicKey, market::Look>,
    /// Offers that are not to be sent before a time of this process, by their digests.
    not_before: BTreeMap<[u8; 32], Timestamp>,
    /// Until when the helper of each segment is not asked again, by this process's time.
    counts: BTreeMap<ObjectId, Timestamp>,
    runtime: tokio::runtime::Handle,
    /// Which credentials their issuers withdrew.
    #[cfg(feature = "vc")]
    statuses: statuses::Statuses,
}

/// Where a companion is on the network.
#[derive(Clone, Debug, Default)]
pub struct Net {
    /// Where it listens.
    pub listen: Vec<Address>,
    /// Under which addresses others reach it; those of this machine where there are none.
    pub announce: Vec<Address>,
    /// How it gets to boards and helpers.
    pub way: Way,
    /// The companions that it forwards people to.
    pub forward: Vec<PublicKey>,
    /// Those who forward people to it.
    pub through: Vec<Through>,
    /// How it reads what stands at addresses that others name.
    pub reader: Reader,
}

impl Net {
    fn forwarding(&self) -> Forwarding {
        let forward = self.forward.iter().map(|key| *key.as_bytes()).collect();
        Forwarding { forward, through: self.through.clone() }
    }
}

/// Starts listening and the driver. The receiver hears how it ended.
///
/// # Errors
/// A store that does not hold a companion, or an address that can't be listened on.
pub async fn start(
    store: Box<dyn Ledger>,
    net: Net,
    keyed_calls: Option<u64>,
) -> Result<(mpsc::Sender<CompanionEvent>, Desk, driver::End, Vec<Address>), Failure> {
    let (presence, shares) = (store.presence(), store.shared());
    let (store, machine, clock) = blocking(move || {
        let mut store = store;
        begin_patiently(&mut *store)?;
        let (machine, clock) = records::open(&*store)?;
        store.commit(Batch::new())?;
        Ok((store, machine, clock))
    })
    .await?;
    let secret = machine.key().expose_secret();
    let (endpoint, network) = Endpoint::start_forwarding(secret, &net.listen, &net.way, &net.forwarding())
        .await
        .map_err(Failure::internal)?;
    let addresses = endpoint.addresses();
    let (events, inbox) = mpsc::channel(driver::EVENTS);
    let (news, heard) = watch::channel(0);
    let (known, pulse) = (Arc::new(net.clone()), Pulse::default());
    #[cfg(feature = "vc")]
    let statuses = statuses::Statuses::new(net.reader.clone(), tokio::runtime::Handle::current());
    let mut companion = Companion {
        machine,
        store,
        clock,
        endpoint,
        net,
        connected: BTreeMap::new(),
        renewed: BTreeMap::new(),
        known: BTreeSet::new(),
        frames: Frames::default(),
        helped: Meters::new(limits::METERS),
        speaking: BTreeSet::new(),
        events: events.downgrade(),
        news,
        told_this_turn: false,
        rules: approvals::Rules::default(),
        uploads: uploads::Uploads::default(),
        used: None,
        making: None,
        read_requests: BTreeMap::new(),
        labels: BTreeMap::new(),
        touched: BTreeSet::new(),
        mail: None,
        mail_before: None,
        met: Vec::new(),
        began_to_speak: Vec::new(),
        name: clock::random(),
        places_due: None,
        broken: false,
        stops: false,
        working: false,
        pulse: pulse.clone(),
        turn: Timer::begin(),
        keyed_calls,
        board: None,
        looks: BTreeMap::new(),
        not_before: BTreeMap::new(),
        counts: BTreeMap::new(),
        runtime: tokio::runtime::Handle::current(),
        #[cfg(feature = "vc")]
        statuses,
    };
    let mut moves = companion.endpoint.listening();
    moves.mark_unchanged();
    let companion = blocking(move || {
        // First: whether there is one stands in the profile.
        companion.open_board()?;
        begin_patiently(&mut *companion.store)?;
        let mut turn = Turn::default();
        companion.advertise(&mut turn)?;
        companion.store.commit(turn.batch)?;
        begin_patiently(&mut *companion.store)?;
        companion.load_segments()?;
        companion.store.commit(Batch::new())?;
        companion.store.watch();
        Ok(companion)
    })
    .await?;
    tokio::spawn(forward(network, events.clone()));
    let moved = events.downgrade();
    tokio::spawn(async move {
        while moves.changed().await.is_ok() {
            let Some(events) = moved.upgrade() else { return };
            if events.send(CompanionEvent::Moved).await.is_err() {
                return;
            }
        }
    });
    let (ended, end) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = ended.send(driver::run(companion, inbox));
    });
    let desk = Desk { events: events.clone(), news: heard, net: known, pulse, presence, shares };
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
    records::put_all(&mut batch, machine.set_profile(profile)?);
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

/// Begins a turn where nobody can be told to come later yet.
fn begin_patiently(store: &mut dyn Ledger) -> Result<(), StoreError> {
    let until = Instant::now() + START_PATIENCE;
    loop {
        match store.begin() {
            Err(error) if error.is_absence() && Instant::now() < until => std::thread::sleep(START_PAUSE),
            begun => return begun,
        }
    }
}

/// A store may wait for a database; that must not be done on a thread of the runtime.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(Failure::internal)?
}

async fn forward(mut network: mpsc::Receiver<NetworkEvent>, events: mpsc::Sender<CompanionEvent>) {
    while let Some(event) = network.recv().await {
        let key = |bytes: [u8; 32]| PublicKey::from_bytes(&bytes).ok();
        let event = match event {
            NetworkEvent::Connected(peer) => key(peer).map(CompanionEvent::Up),
            NetworkEvent::Disconnected(peer) => key(peer).map(CompanionEvent::Lost),
            // A weak key has no relationship; dropping the responder closes the stream.
            NetworkEvent::Frame(peer, frame, responder) => {
                key(peer).map(|person| CompanionEvent::Frame(person, frame, responder))
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
    type Event = CompanionEvent;

    fn reads_all(event: &CompanionEvent) -> bool {
        matches!(
            event,
            CompanionEvent::Call(_)
                | CompanionEvent::Storeless(_)
                | CompanionEvent::Work
                | CompanionEvent::Tick
                | CompanionEvent::Look
                | CompanionEvent::Moved
                | CompanionEvent::Browsed(..)
                | CompanionEvent::OfferReplied(..)
                | CompanionEvent::Help(..)
                | CompanionEvent::Count
                | CompanionEvent::Helped(..)
        )
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        self.turn = Timer::begin();
        self.store.begin()?;
        self.pulse.waits.observe(self.turn.took());
        (self.mail_before, self.met) = (self.mail, Vec::new());
        self.began_to_speak.clear();
        if self.store.shared() { self.refresh() } else { Ok(()) }
    }

    fn handle(&mut self, event: CompanionEvent, turn: &mut Turn) -> bool {
        self.pulse.handled.inc();
        self.event(event, turn).unwrap_or_else(|failure| {
            if self.store.lost() {
                return true;
            }
            // What can't be read can't be acted on: nothing of this turn is stored or sent.
            tracing::error!(%failure, "the companion stops");
            self.broken = true;
            false
        })
    }

    fn closing(&mut self, turn: &mut Turn) {
        self.clock.now();
        records::put_clock(turn, &self.clock);
    }

    fn commit(&mut self, batch: Batch) -> Result<(), StoreError> {
        if self.store.shared() {
            self.met = self.connected_in_memory();
        }
        self.remember();
        if self.broken {
            return Err(StoreError::Halted);
        }
        self.store.commit(batch)?;
        self.pulse.turns.observe(self.turn.took());
        Ok(())
    }

    fn lost(&self) -> bool {
        !self.broken && self.store.shared() && self.store.lost()
    }

    fn again(event: &CompanionEvent) -> Option<CompanionEvent> {
        Some(match event {
            CompanionEvent::Up(key) => CompanionEvent::Up(*key),
            CompanionEvent::Lost(key) => CompanionEvent::Lost(*key),
            CompanionEvent::Contested(person) => CompanionEvent::Contested(*person),
            CompanionEvent::Moved => CompanionEvent::Moved,
            // A frame's sender hears nothing and sends it again, as does who called; a reply is asked for again, and all else
            // begins anew with the next tick.
            _ => return None,
        })
    }

    fn refuse(&mut self, event: CompanionEvent) -> Refused<CompanionEvent> {
        match event {
            CompanionEvent::Storeless(call) => {
                let mut turn = Turn::default();
                call(self, &mut turn);
                turn.done();
                if self.stops { Refused::Ends } else { Refused::Gone }
            }
            // Dropping it closes the stream, or says to who called that nothing was done.
            CompanionEvent::Frame(..)
            | CompanionEvent::Help(..)
            | CompanionEvent::Call(_)
            | CompanionEvent::Replied(..)
            | CompanionEvent::Look
            | CompanionEvent::Count
            | CompanionEvent::Tick => Refused::Gone,
            CompanionEvent::Work => {
                self.working = false;
                Refused::Gone
            }
            waits => Refused::Waits(waits),
        }
    }

    fn undone(&mut self) -> Vec<CompanionEvent> {
        let mut met = std::mem::take(&mut self.met);
        met.extend(self.connected_in_memory());
        self.forget();
        (self.mail, self.working) = (self.mail_before, false);
        self.looks.values_mut().for_each(market::Look::undone);
        for person in std::mem::take(&mut self.began_to_speak) {
            self.speaking.remove(&person);
        }
        // What was taken for sent to them, or for answered by them, was not: they are sent anew what waits.
        met.iter().map(|person| CompanionEvent::Up(self.line_to(person))).collect()
    }

    fn settled(&mut self) -> Option<bool> {
        self.store.settled()
    }
}

impl Companion {
    fn event(&mut self, event: CompanionEvent, turn: &mut Turn) -> Result<bool, Failure> {
        match event {
            CompanionEvent::Frame(key, frame, responder) => {
                let person = self.renewed.get(&key).copied().unwrap_or(key);
                self.frame(person, &frame, responder, turn)?;
            }
            CompanionEvent::Up(key) => self.up(key, turn)?,
            CompanionEvent::Lost(key) => self.lost(key),
            CompanionEvent::Replied(person, parcel, reply) => self.replied(person, &parcel, *reply, turn)?,
            CompanionEvent::Call(call) | CompanionEvent::Storeless(call) => call(self, turn),
            CompanionEvent::Work => self.work(turn)?,
            CompanionEvent::Look => {
                let now = self.clock.now().floor;
                self.look_at_boards(now, turn)?;
            }
            CompanionEvent::Moved => self.advertise(turn)?,
            CompanionEvent::Browsed(board, reply) => self.browsed(&board, reply, turn)?,
            CompanionEvent::OfferReplied(offer, reply) => self.offer_replied(&offer, reply, turn)?,
            CompanionEvent::Help(peer, frame, responder) => self.help(&peer, &frame, responder, turn)?,
            CompanionEvent::Count => self.count_on(turn)?,
            CompanionEvent::Helped(segment, asked, reply) => self.helped(&segment, asked, reply, turn)?,
            CompanionEvent::Contested(person) => self.tell_of_rival(person, turn)?,
            CompanionEvent::Tick => self.tick(turn)?,
        }
        Ok(!self.stops)
    }

    fn up(&mut self, key: PublicKey, turn: &mut Turn) -> Result<(), Failure> {
        let person = self.person_of(key)?;
        if person != key {
            self.renewed.insert(key, person);
        }
        // The line before may have ended without a word.
        self.machine.connection_lost(&person);
        self.connected.insert(person, key);
        if self.store.holds_at(&tables::RELATIONSHIPS.at(&person))? {
            self.welcome(person);
        }
        self.send(person, turn)
    }

    fn lost(&mut self, key: PublicKey) {
        let person = self.renewed.remove(&key).unwrap_or(key);
        // Who came back under another key is there.
        if self.connected.get(&person) == Some(&key) {
            self.connected.remove(&person);
            self.known.remove(&person);
            self.speaking.remove(&person);
            self.machine.connection_lost(&person);
        }
    }

    /// A person who is connected has a relationship: its frames have the room and the rates of those who are known.
    fn welcome(&mut self, person: PublicKey) {
        if self.connected.contains_key(&person) {
            self.endpoint.know(self.line_to(&person).as_bytes());
            self.known.insert(person);
        }
    }

    /// Under which key a person is connected.
    fn line_to(&self, person: &PublicKey) -> PublicKey {
        self.connected.get(person).copied().unwrap_or(*person)
    }

    /// Gives a frame to the role that it is for. A board's is for the board where there is one, a helper's waits for a turn
    /// of its own; all else is the machine's to handle, or nobody's.
    ///
    /// Before anything of it is read, or anybody brought into memory, it is asked whether this peer may say so much.
    fn frame(&mut self, person: PublicKey, frame: &[u8], responder: Responder, turn: &mut Turn) -> Result<(), Failure> {
        let kind = message::kind(frame);
        if let Ok((_, form)) = kind {
            let peer = Peer { key: &person, known: self.known.contains(&person), source: responder.source() };
            let now = self.clock.now().wall;
            if let Err(code) = self.frames.admit(peer, form, frame.len(), now) {
                // In the words of every role it is the same.
                return self.run(Effects::refused(code), Some(responder), turn).map(drop);
            }
        }
        match kind.map(|(role, _)| role) {
            Ok(Role::Board) if self.board.is_some() => {
                self.board_frame(&person, frame, responder, turn);
                Ok(())
            }
            Ok(Role::Helper) => {
                self.help_later(person, frame.to_vec(), responder, turn);
                Ok(())
            }
            _ => self.customer_frame(person, frame, responder, turn),
        }
    }

    fn customer_frame(
        &mut self,
        person: PublicKey,
        frame: &[u8],
        responder: Responder,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let now = self.clock.now();
        let effects = match message::read::<ToSupplier>(frame) {
            Ok(message) => {
                self.load_for(&person, &message)?;
                self.machine.message_from(&person, responder.source(), message, now)
            }
            Err(code) => Effects::refused(code),
        };
        self.run(effects, Some(responder), turn).map(drop)
    }

    fn replied(
        &mut self,
        person: PublicKey,
        parcel: &Parcel,
        reply: PersonReply,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let now = self.clock.now();
        self.load_for_reply(&person, parcel, &reply)?;
        let (back, effects) = self.machine.replied(&person, parcel, reply, now);
        self.run(effects, None, turn)?;
        if let Some(message) = back.and_then(departing) {
            let (endpoint, runtime, to) = (self.endpoint.clone(), self.runtime.clone(), self.line_to(&person));
            // Where it is lost, the person's node sends the disclosure again and is answered.
            turn.after(move || {
                drop(runtime.spawn(async move { say(&endpoint, &to, &message).await }));
            });
        }
        Ok(())
    }

    fn tick(&mut self, turn: &mut Turn) -> Result<(), Failure> {
        let now = self.clock.now();
        // What can't be taken back waits until its time has come for sure.
        let sure = now.floor;
        self.load_due(sure, turn)?;
        let effects = self.machine.tick(now);
        self.run(effects, None, turn)?;
        self.prune_events(sure, turn)?;
        self.prune_answers(sure, turn)?;
        self.prune_readings(sure, turn)?;
        self.prune_approvals(sure, turn)?;
        self.look_for_mail(turn)?;
        self.send_again(now, turn)?;
        self.tend_board(sure, turn);
        self.tend_places(turn)?;
        self.look_at_boards(sure, turn)?;
        self.tend_tasks(sure, turn)?;
        self.count_on(turn)?;
        self.work_on(turn);
        Ok(())
    }

    /// Sends what waits for a connected person; for one who is not, it goes on waiting.
    fn send(&mut self, person: PublicKey, turn: &mut Turn) -> Result<(), Failure> {
        let now = self.clock.now();
        let Some(to) = self.connected.get(&person).copied() else {
            self.leave_for_others(&person, turn);
            return Ok(());
        };
        self.load(&person)?;
        if self.awaits_run(&person) {
            return Ok(());
        }
        let (store, mut unread) = (&self.store, None);
        let mut piece = |item: &Nonce, number: u32| {
            let found = store.get(tables::SENT_PIECES, &Nth(ItemName(person, *item), u64::from(number)));
            let found = found.unwrap_or_else(|error| {
                unread = Some(error);
                None
            });
            found.map(|piece| piece.bytes)
        };
        let due = self.machine.to_send_with(&person, now, &mut piece).unwrap_or_default();
        if let Some(error) = unread {
            return Err(error.into());
        }
        for (parcel, message) in due {
            let Some(message) = departing(message) else { continue };
            let (endpoint, runtime, events) = (self.endpoint.clone(), self.runtime.clone(), self.events.clone());
            turn.after(move || {
                drop(runtime.spawn(async move {
                    let reply = match say(&endpoint, &to, &message).await {
                        Ok(reply) => reply,
                        Err(Unanswered::Unreadable(_)) => PersonReply::Refused(Refusal::Malformed),
                        Err(Unanswered::Line(_)) => return,
                    };
                    if let Some(events) = events.upgrade() {
                        let _ = events.send(CompanionEvent::Replied(person, parcel, Box::new(reply))).await;
                    }
                }));
            });
        }
        Ok(())
    }

    /// Sends again what was not signed for, to persons whose line lives.
    fn send_again(&mut self, now: Now, turn: &mut Turn) -> Result<(), Failure> {
        let due: Vec<PublicKey> =
            self.machine.due(now).filter(|person| self.connected.contains_key(person)).copied().collect();
        for person in due {
            self.send(person, turn)?;
        }
        Ok(())
    }

    /// Persons in memory who are connected here.
    fn connected_in_memory(&self) -> Vec<PublicKey> {
        self.machine
            .customers()
            .map(|(person, _)| *person)
            .filter(|person| self.connected.contains_key(person))
            .collect()
    }

    /// Memory holds nothing that the store does not.
    fn forget(&mut self) {
        self.machine.forget();
        self.end_turn();
    }

    /// After a turn that is to be stored. Persons stay in memory where nobody else writes to the store, as many as are with
    /// whom something goes on.
    fn remember(&mut self) {
        if self.store.shared() {
            self.machine.forget();
        } else {
            self.machine.forget_beyond(REMEMBERED, REMEMBERED_OF_EACH);
        }
        self.end_turn();
    }

    fn end_turn(&mut self) {
        self.touched.clear();
        self.used = None;
        self.making = None;
        self.labels.clear();
        self.read_requests.clear();
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
        self.run(effects, None, turn).map(drop)
    }

    /// The time now, as the clock shows it.
    pub(crate) fn now(&mut self) -> Timestamp {
        self.clock.now().wall
    }

    /// Holds to what the company wants of those who work here.
    pub(crate) fn keep_rules(&mut self, rules: approvals::Rules) {
        self.rules = rules;
    }

    /// What the company wants to hold of those who work here.
    pub(crate) fn rules(&self) -> approvals::Rules {
        self.rules
    }

    /// The company's key in force.
    pub(crate) fn own_key(&self) -> PublicKey {
        self.machine.key().public()
    }

    /// The grants of a person that are kept, those that ended too.
    pub(crate) fn kept_grants(&self, person: &PublicKey) -> Result<Vec<Signed<Grant>>, Failure> {
        let rows = self.store.group(tables::TERMS, person)?.into_iter();
        Ok(rows.filter_map(|(_, row)| if let Record::Grant { grant, .. } = row { Some(grant) } else { None }).collect())
    }

    /// What the company says of itself.
    pub(crate) fn own_profile(&self) -> Option<&Profile> {
        self.machine.profile()
    }

    /// By how many minutes the end of retention is behind the clock.
    pub(crate) fn retention_behind(&self, now: Timestamp) -> Result<u64, Failure> {
        let swept = self.store.fact(tables::DUE_SWEPT)?;
        Ok(swept.map_or(0, |swept| (now.0 / records::MINUTE_MS).saturating_sub(swept)))
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

    /// Can the store be read? What is wrong with its rows comes with the answer; it is empty where nothing is.
    pub(crate) fn alive(&self) -> Result<String, Failure> {
        self.store.fact(tables::PROFILE)?;
        Ok(self.store.integrity().next_step())
    }

    /// How many people may come by public invitations, and how many were told to come later.
    pub(crate) fn pairings(&self) -> (PairingBounds, TurnedAway) {
        (self.machine.pairing_bounds(), self.machine.turned_away())
    }

    /// How much there is of everything.
    pub(crate) fn figures(&mut self) -> Result<Figures, Failure> {
        let now = self.clock.now().floor;
        Ok(Figures {
            relationships: self.store.count(tables::RELATIONSHIPS)?,
            connected: self.connected(),
            values: self.store.count(tables::HELD_VALUES)?,
            events: self.store.count(tables::EVENTS)?,
            clocks_differ: self.machine.skewed().count() as u64,
            clock_fine: self.clock.report("regie clock").fine,
            told_later: self.machine.turned_away().times,
            store_fine: self.store.integrity().is_fine(),
            webhooks: self.behind()?,
            retention_behind: 60 * self.retention_behind(now)?,
        })
    }

    /// How many persons' nodes are connected to this process.
    pub(crate) fn connected(&self) -> u64 {
        self.connected.len() as u64
    }

    /// Is this person's node connected to this process?
    pub(crate) fn is_connected(&self, person: &PublicKey) -> bool {
        self.connected.contains_key(person)
    }

    /// Puts the addresses under which others reach it into the profile, and whether it keeps a board, where that is otherwise
    /// than before.
    pub(super) fn advertise(&mut self, turn: &mut Turn) -> Result<(), Failure> {
        let (texts, board) = (self.announced_now(turn)?, self.board.is_some());
        let differs = |profile: &&Profile| profile.addresses != texts || profile.board != board;
        if let Some(profile) = self.machine.profile().filter(differs) {
            let profile = Profile { addresses: texts, board, ..profile.clone() };
            self.renew_profile(profile, turn)?;
        }
        Ok(())
    }

    /// The addresses under which others reach the company now.
    fn announced_now(&mut self, turn: &mut Turn) -> Result<Vec<String>, Failure> {
        let addresses = announced(&self.net, &self.endpoint.addresses(), &self.machine.key().public());
        let texts: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        if self.store.shared() { self.with_others(texts, &mut turn.batch) } else { Ok(texts) }
    }

    /// Signs a newer profile.
    pub(super) fn renew_profile(&mut self, profile: Profile, turn: &mut Turn) -> Result<(), Failure> {
        // The newest holds everywhere: two changes in one millisecond must not look like one, nor a later one older
        // where the clock went back.
        let last = self.machine.profile().map(|last| last.issued).unwrap_or_default();
        let profile = Profile { issued: clock::wall().max(last.plus_ms(1)), ..profile };
        records::put_all(&mut turn.batch, self.machine.set_profile(profile)?);
        Ok(())
    }

    /// Can anybody on another machine use a link of this companion?
    pub(crate) fn reachable(&self) -> Result<(), Failure> {
        let addresses = self.machine.profile().map(|profile| profile.addresses.len()).unwrap_or_default();
        if addresses > 0 {
            return Ok(());
        }
        let next =
            "say under which address others reach it: `regie supplier set --announce /dns/shop.example/tcp/7481`";
        let words =
            format!("no other machine could use this link: no interface here has an address of its own; {next}");
        Err(Failure::new("not_reachable", crate::command::exit::ERROR, words))
    }
}

/// What goes into links and the profile: where forwarders take people, and what is announced; else every address of this
/// machine that another could use, public ones first. Loopback only where there is nothing else, as for a trial on one
/// machine.
fn announced(net: &Net, listening: &[Address], own: &PublicKey) -> Vec<Address> {
    let forwarded = net.through.iter().map(|through| through.address_of(own));
    if !net.announce.is_empty() {
        let mut all: Vec<Address> =
            net.announce.iter().take(limits::ADDRESSES.saturating_sub(net.through.len())).cloned().collect();
        all.extend(forwarded);
        return all;
    }
    let only_here = net.through.is_empty()
        && net.listen.iter().all(|address| address.reach() == Reach::Here && !address.is_unspecified());
    let mut usable: Vec<&Address> =
        listening.iter().filter(|address| only_here || address.reach() != Reach::Here).collect();
    usable.sort_by_key(|address| address.reach());
    forwarded.chain(usable.into_iter().cloned()).take(limits::ADDRESSES).collect()
}

/// Ready to leave, where a company has it to say.
fn departing<T: Leaves>(what: T) -> Option<Departure<T>> {
    departure::of_company(what).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(texts: &[&str]) -> Vec<Address> {
        texts.iter().map(|text| text.parse().expect("an address")).collect()
    }

    #[test]
    fn a_link_carries_what_others_can_use() {
        let everywhere = parsed(&["/ip4/0.0.0.0/tcp/7481"]);
        let bound = parsed(&[
            "/ip4/127.0.0.1/tcp/7481",
            "/ip6/fe80::1/tcp/7481",
            "/ip4/192.168.1.2/tcp/7481",
            "/ip4/192.0.2.7/tcp/7481",
        ]);
        let net = |listen: &[Address], announce: &[&str]| Net {
            listen: listen.to_vec(),
            announce: parsed(announce),
            ..Net::default()
        };
        let own = Keypair::from_secret(&[1; 32]).public();
        let announced = |net: &Net, listening: &[Address]| super::announced(net, listening, &own);
        let usable = parsed(&["/ip4/192.0.2.7/tcp/7481", "/ip4/192.168.1.2/tcp/7481"]);
        assert_eq!(announced(&net(&everywhere, &[]), &bound), usable);
        assert_eq!(announced(&net(&everywhere, &[]), &bound[..1]), [], "nobody else could use it");
        assert_eq!(announced(&net(&bound[..1], &[]), &bound[..1]), bound[..1], "a trial on one machine");
        let name = "/dns/shop.example/tcp/443/tls/ws/http-path/regie";
        assert_eq!(announced(&net(&everywhere, &[name]), &bound), parsed(&[name]));

        let through: Through = format!("{own}@/dns/f.example/tcp/7481").parse().expect("a forwarder");
        let forwarded = through.address_of(&own);
        let behind = |net: Net| Net { through: vec![through.clone()], ..net };
        assert_eq!(
            announced(&behind(net(&bound[..1], &[])), &bound[..1]),
            std::slice::from_ref(&forwarded),
            "no loopback beside it"
        );
        let all = announced(&behind(net(&everywhere, &[name])), &bound);
        assert_eq!(all, [parsed(&[name]), vec![forwarded]].concat());
    }
}
