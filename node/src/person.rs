//! The person's node: the machine, its store and its links.
//!
//! In: frames of suppliers, verbs of the owner, the clock. Out: replies, deliveries, answers for the owner.
//! `person/verbs.rs` has the verbs, a file each; what several of them need is in their room: `suppliers`, `fields`,
//! `decisions` (requests, grants), `defaults` (rules), `journal` (the log), `consent` (receipts for people and authorities).
//! `person/links.rs`
//! keeps a line to each supplier, `person/lines.rs` chooses which are held and `person/rhythm.rs` says when the others are visited, `person/pairing.rs` looks at suppliers and pairs with them, `person/standing.rs` keeps who they are, `person/items.rs` what suppliers send back, `person/intents.rs` what the person wants and its boards, `person/contracts.rs` and `person/endings.rs` what the person is bound to, `person/cases.rs` and `person/case_files.rs` what the person asks of organisations by law, which `person/pursuit.rs` says or writes, `person/segments.rs`
//! what the person says of patterns that suppliers publish, `person/found.rs` finds a supplier again that moved, `person/organisations.rs` keeps organisations with and without a companion, `person/candidates.rs` holds what files tell beside them, `person/letters.rs` writes letters to those without and `person/post.rs` has the person's mail account send them, `person/notices.rs` tells the person outside of their pages that something waits, `person/unseen.rs` knows which documents are new, `person/meetings.rs` meets processors that suppliers hand grants on to, `person/records.rs` maps the machine's records to tables, `person/verify.rs` checks
//! the log, `person/activity.rs` counts what happened, `person/witnesses.rs` has heads of the logs cosigned by independent witnesses, `person/copies.rs` says whether this copy of the node is the one that speaks, `person/moving.rs` brings it to another machine, `person/devices.rs` knows the person's devices and passkeys.

mod activity;
mod acts;
mod candidates;
mod case_files;
mod cases;
mod consent;
mod contracts;
mod copies;
#[cfg(feature = "vc")]
mod credentials;
mod decisions;
mod defaults;
pub mod devices;
mod endings;
mod fields;
mod files;
mod found;
mod glance;
mod host;
mod importing;
pub(crate) mod intents;
mod items;
mod journal;
mod later;
mod letters;
mod lines;
mod links;
mod many;
mod meetings;
mod migrations;
mod moving;
mod notices;
mod organisations;
mod own_fields;
mod pairing;
mod passphrase;
mod post;
mod proposals;
mod pursuit;
mod recognised;
mod records;
mod removal;
mod rhythm;
mod segments;
mod standing;
mod suggestions;
mod suppliers;
mod tables;
mod tell;
mod unseen;
pub mod verbs;
mod verify;
mod who;
mod witnesses;

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    sync::Arc,
};

use regie_protocol::{
    FieldPath, Nonce, Now, ObjectId, Observed, Person, Policy, Profile, PublicKey, Refusal, RootSeed, Signed,
    Timestamp,
    audit::Log,
    message::{BoardReply, SupplierReply, ToPerson},
    person::{Input, Outgoing, Record, Unreadable, Weighed},
    standing::Unread,
};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot, watch};

pub use candidates::{Candidate, Certainty, EnteredFindings};
pub(crate) use cases::events as case_events;
pub use copies::CopySeen;
pub(crate) use endings::{change_in_words, events as contract_events, next_in_words};
pub use letters::{Addressee, StoredLetter};
pub use moving::{Back, comes_back, foreseen, leaves, stays};
pub use organisations::{Organisation, OrganisationDetails, OrganisationId, ShownOrganisation};
pub use records::seed;
pub use rhythm::Rhythm;
pub use tables::{SCHEMA, decode_all};
pub use verbs::Desk;
pub use who::{Lookalike, Named, Standing, Who};

use crate::{
    clock::Clock,
    command::{self, Failure},
    domain::Reader,
    driver::{self, Driven, Job, Lent, Turn},
    network::{self, DialError, Responder, Strangers},
    notice::Way,
    store::{Batch, Read as _, Store, StoreError},
};

/// A verb of the owner's: done on the driver's thread, between other turns.
pub type Call = Box<dyn FnOnce(&mut Node, &mut Turn) + Send>;

/// What the person's driver handles.
pub enum NodeEvent {
    /// A supplier's frame as it was read, to be answered.
    Frame(PublicKey, Box<Result<ToPerson, Refusal>>, Responder),
    /// A link asks what is to be sent.
    Collect(PublicKey, oneshot::Sender<Vec<Outgoing>>),
    /// The reply to a sent message.
    Replied(PublicKey, u64, Box<SupplierReply>),
    /// A line is up.
    Up(PublicKey),
    /// A line broke.
    Lost(PublicKey),
    /// A visit is over.
    Left(PublicKey),
    /// A supplier could not be reached.
    Unreachable(PublicKey, DialError),
    /// A supplier says who it is now.
    Profile(PublicKey, Box<Signed<Profile>>),
    /// The owner asks.
    Call {
        /// Does it read the store, so that what its turn has changed must be on disk first?
        reads_store: bool,
        /// What is done for it.
        call: Call,
    },
    /// A link of this supplier came; is it known?
    Known(PublicKey, oneshot::Sender<Result<Option<found::Known>, Failure>>),
    /// A known supplier was found again by a fresh link.
    Found(PublicKey, Box<Signed<Profile>>, Vec<String>, oneshot::Sender<Result<verbs::FoundAgain, Failure>>),
    /// A supplier is to be looked at: what it takes to speak with it.
    Approach(PublicKey, oneshot::Sender<Result<pairing::Approach, Failure>>),
    /// Who answers in the place of a supplier has its next key; is it taken for the supplier from now on?
    Follow(PublicKey, Box<Signed<Profile>>, oneshot::Sender<bool>),
    /// Who holds this key showed this profile: is it a supplier that is known, by a key that leads from the known one to this?
    Whose(PublicKey, Box<Signed<Profile>>, Vec<String>, oneshot::Sender<Result<Option<verbs::FoundAgain>, Failure>>),
    /// It was: what the owner is to see.
    Looked(Box<pairing::Looked>, oneshot::Sender<Result<verbs::SeenSupplier, Failure>>),
    /// A pairing begins: the key to dial under and the message to send.
    Proffer(pairing::Proffer, oneshot::Sender<Result<pairing::Proffered, Failure>>),
    /// The supplier has no room for a pairing at this moment; is it tried again?
    PairLater(later::Wish, oneshot::Sender<bool>),
    /// A pairing was answered with another agreement.
    Weigh(Box<pairing::Counter>, oneshot::Sender<Result<Weighed, Failure>>),
    /// A pairing was refused because clocks differ; what the person is told comes out.
    Skewed(Timestamp, oneshot::Sender<Result<Infallible, Failure>>),
    /// A pairing was answered.
    Paired(Box<pairing::Answered>, oneshot::Sender<Result<verbs::KnownSupplier, Failure>>),
    /// The document of a supplier's domain was read, or could not be.
    DomainRead(PublicKey, String, Result<Signed<Profile>, Unread>),
    /// An attempt to meet a processor is over.
    Met(PublicKey),
    /// A talk with a board asks what is to be said about this intent.
    ToBoard(ObjectId, oneshot::Sender<Option<intents::ToSay>>),
    /// What the board answered; whether there is more to say goes back.
    BoardReplied(ObjectId, Box<BoardReply>, oneshot::Sender<bool>),
    /// An intent was cast: its talk is to begin.
    Boards,
    /// An offer is to be taken up, by the end of its id.
    Taking(String, oneshot::Sender<Result<intents::Taking, Failure>>),
    /// There is a relationship with its supplier.
    TakeUp(ObjectId, ObjectId, oneshot::Sender<Result<verbs::TakenUp, Failure>>),
    /// A witness is due to be asked.
    Witnesses,
    /// A witness answered, or did not; what it is asked next goes back.
    WitnessAnswered(Box<witnesses::Asked>, oneshot::Sender<Option<witnesses::Asking>>),
    /// All was said to this witness of this log.
    WitnessLeft(PublicKey, Log),
    /// There may be something to tell the person outside of their pages.
    Notices,
    /// What became of a notice.
    Noticed(Way, Box<notices::Noticed>),
    /// A letter is due to be sent by the person's account.
    Post,
    /// A letter is about to leave; may it?
    LetterLeaves(Nonce, oneshot::Sender<bool>),
    /// What became of it.
    Posted(Nonce, Box<post::Posted>),
    /// Time passes.
    Tick,
}

/// How a node gets to its suppliers, how often, and how it reads what stands at their domains.
#[derive(Clone, Debug, Default)]
pub struct Travel {
    /// By which way.
    pub way: network::Way,
    /// How often.
    pub rhythm: Rhythm,
    /// Reads the documents of suppliers' domains.
    pub reader: Reader,
}

/// Values that are kept in memory between turns, so that an answer need not wait for the store.
const VALUES: usize = 256;
/// Suppliers that are dialled at once.
const DIALS: usize = 32;

/// The machine with everything it needs.
pub struct Node {
    machine: Person,
    store: Lent<Store>,
    clock: Clock,
    links: BTreeMap<PublicKey, Link>,
    travel: Travel,
    /// Processors that are to be met.
    meetings: BTreeMap<PublicKey, meetings::Meeting>,
    readings: standing::Readings,
    /// Pairings that are tried again, by supplier.
    later: BTreeMap<PublicKey, tokio::task::AbortHandle>,
    /// Suppliers that the owner looked at and may pair with.
    looks: BTreeMap<PublicKey, pairing::Seen>,
    /// What is said to the boards of intents, each under a key of its own.
    talks: BTreeMap<ObjectId, intents::Talk>,
    /// When each supplier was asked for its segments, by this process's time.
    asked: BTreeMap<PublicKey, Timestamp>,
    /// Values as they are now: those that may not be on disk yet, and those that were disclosed lately.
    values: BTreeMap<FieldPath, Option<Observed>>,
    /// Fields of which a supplier asked a value that can't be read.
    unreadable: BTreeSet<FieldPath>,
    /// Bounds how many suppliers are dialled at once.
    dials: Arc<Semaphore>,
    events: mpsc::WeakSender<NodeEvent>,
    runtime: tokio::runtime::Handle,
    activity: activity::Activity,
    /// Was it told to end?
    stops: bool,
    logged: u64,
    /// Logs that grew in this turn.
    grown: BTreeSet<Log>,
    /// When which witness is asked for which log.
    witnesses: witnesses::Schedule,
    /// Letters that leave by the person's account.
    post: post::Post,
    /// How the person is told that something waits.
    notices: notices::Notices,
    /// Documents that the person has not looked at.
    unseen: unseen::Unseen,
    filed: files::Filed,
    /// Frames of suppliers that are yet to say whether this copy speaks.
    held_back: copies::HeldBack,
}

/// One relationship's line, as the driver sees it.
struct Link {
    wake: Arc<Notify>,
    hold: watch::Sender<bool>,
    place: watch::Sender<links::Whereabouts>,
    /// Where somebody else answered than the supplier's key in force, and than the next.
    strangers: [Strangers; 2],
    up: bool,
    /// When something was last said on it, by either side.
    active: Timestamp,
    /// When the supplier was last reached.
    reached: Option<Timestamp>,
    /// Why it was not, since then.
    trouble: Option<DialError>,
    /// Since when every attempt failed.
    failing: Option<Timestamp>,
    /// For so long that it may have moved.
    lost: bool,
    task: tokio::task::JoinHandle<()>,
}

/// Starts the node's driver on a thread of its own. The receiver hears how it ended.
///
/// # Errors
/// A store that does not hold a person's node, or is damaged.
pub fn start(store: Store, travel: Travel) -> Result<(mpsc::Sender<NodeEvent>, driver::End), Failure> {
    let (events, inbox) = mpsc::channel(driver::EVENTS);
    let mut store = store;
    let (mut machine, mut clock) = records::load(&store)?;
    // Before it makes a run of its own: nothing is changed in a home that was left.
    if machine.moved().is_some() {
        machine.speaks()?;
    }
    verify::at_start(&machine, &store)?;
    machine.tell_within(u64::try_from(travel.rhythm.tell.as_millis()).unwrap_or(u64::MAX));
    copies::start_run(&mut store, &mut machine, &mut clock)?;
    let activity = activity::Activity::load(&store)?;
    let witnesses = witnesses::Schedule::load(&store)?;
    let post = post::Post::load(&store)?;
    let (notices, unseen) = (notices::Notices::load(&store)?, unseen::Unseen::load(&store, &machine)?);
    let mut node = Node {
        logged: machine.personal_log().size(),
        machine,
        store: Lent::new(store),
        clock,
        links: BTreeMap::new(),
        travel,
        meetings: BTreeMap::new(),
        readings: standing::Readings::default(),
        later: BTreeMap::new(),
        looks: BTreeMap::new(),
        talks: BTreeMap::new(),
        asked: BTreeMap::new(),
        values: BTreeMap::new(),
        unreadable: BTreeSet::new(),
        activity,
        stops: false,
        grown: BTreeSet::new(),
        witnesses,
        post,
        notices,
        unseen,
        filed: files::Filed::default(),
        held_back: copies::HeldBack::default(),
        dials: Arc::new(Semaphore::new(DIALS)),
        events: events.downgrade(),
        runtime: tokio::runtime::Handle::current(),
    };
    node.open_lines()?;
    node.tend_boards();
    let (ended, end) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = ended.send(driver::run(node, inbox));
    });
    Ok((events, end))
}

/// Writes a new node's first records.
///
/// # Errors
/// The store's.
pub fn initialise(store: &mut Store, seed: &RootSeed, policy: Policy) -> Result<(), Failure> {
    let mut turn = Turn::default();
    records::put_seed(&mut turn, seed);
    records::put(&mut turn, &regie_protocol::person::Record::Policy { policy });
    store.commit(turn.batch)?;
    Ok(())
}

/// Writes what a machine did without its driver: where a node moves or was restored, and to make homes for tests and benches.
///
/// # Errors
/// The store's.
pub fn commit(store: &mut Store, machine: &Person, records: &[Record], now: impl Into<Now>) -> Result<(), Failure> {
    let (mut turn, mut grown) = (Turn::default(), BTreeSet::new());
    for record in records {
        records::put(&mut turn, record);
        if let Record::Entry { log, .. } = record {
            grown.insert(*log);
        }
    }
    for record in grown.into_iter().filter_map(|log| machine.head(log)) {
        records::put(&mut turn, &record);
    }
    records::put_head(&mut turn, &machine.tree_head(now).map_err(regie_protocol::person::OwnerError::from)?);
    store.commit(turn.batch)?;
    Ok(())
}

impl Driven for Node {
    type Event = NodeEvent;
    const DEPARTS: bool = true;

    fn reads_all(event: &NodeEvent) -> bool {
        match event {
            NodeEvent::Call { reads_store, .. } => *reads_store,
            // What a witness is asked is read from the log as it is on disk.
            NodeEvent::Witnesses | NodeEvent::WitnessAnswered(..) => true,
            // What a letter says stands on disk alone.
            NodeEvent::Notices | NodeEvent::Post | NodeEvent::LetterLeaves(..) | NodeEvent::Posted(..) => true,
            // And whether the supplier is an organisation on the list, from that list.
            NodeEvent::DomainRead(..) | NodeEvent::Paired(..) => true,
            _ => false,
        }
    }

    fn handle(&mut self, event: NodeEvent, turn: &mut Turn) -> bool {
        match event {
            NodeEvent::Frame(supplier, message, responder) => {
                self.note_active(&supplier);
                if let Some((message, responder)) = self.hold_back(&supplier, *message, responder) {
                    self.frame(&supplier, message, responder, turn);
                }
            }
            NodeEvent::Collect(supplier, answer) => {
                let outgoing = self.collect(&supplier, turn);
                turn.after(move || drop(answer.send(outgoing)));
            }
            NodeEvent::Replied(supplier, number, reply) => {
                self.hear(Input::Replied(&supplier, number, *reply), None, turn);
                self.take_up_held_back(&supplier, turn);
            }
            NodeEvent::Up(supplier) => {
                self.line_up(&supplier);
                self.learn_segments(&supplier, turn);
            }
            NodeEvent::Lost(supplier) | NodeEvent::Left(supplier) => {
                self.held_back.drop_of(&supplier);
                self.line_down(&supplier);
            }
            NodeEvent::Unreachable(supplier, error) => self.not_reached(&supplier, error),
            NodeEvent::Profile(supplier, profile) => self.renew(&supplier, *profile, turn),
            NodeEvent::Follow(supplier, profile, answer) => {
                let followed = self.follow_key(&supplier, *profile, turn);
                turn.after(move || {
                    let _ = answer.send(followed);
                });
            }
            NodeEvent::Whose(key, profile, entered, answer) => {
                let known = self.machine.whose(&key, &profile);
                let known = known.map(|supplier| self.found(&supplier, *profile, &entered, turn));
                turn.after(move || drop(answer.send(known.transpose())));
            }
            NodeEvent::Call { call, .. } => call(self, turn),
            NodeEvent::Known(supplier, answer) => {
                let known = self.known(&supplier);
                turn.after(move || drop(answer.send(Ok(known))));
            }
            NodeEvent::Found(supplier, profile, entered, answer) => {
                let found = self.found(&supplier, *profile, &entered, turn);
                turn.after(move || drop(answer.send(found)));
            }
            NodeEvent::Proffer(proffer, answer) => {
                let result = self.proffer(&proffer);
                turn.after(move || drop(answer.send(result)));
            }
            NodeEvent::Approach(supplier, answer) => {
                let result = self.approach(&supplier);
                turn.after(move || drop(answer.send(result)));
            }
            NodeEvent::Looked(looked, answer) => {
                let result = self.looked(*looked);
                turn.after(move || drop(answer.send(result)));
            }
            NodeEvent::PairLater(wish, answer) => {
                let _ = answer.send(self.pair_later(wish));
            }
            NodeEvent::Weigh(counter, answer) => {
                let result = self.weigh(*counter);
                turn.after(move || drop(answer.send(result)));
            }
            NodeEvent::Skewed(theirs, answer) => {
                let failure = command::clocks_differ(&self.clock, theirs, "the supplier");
                turn.after(move || drop(answer.send(Err(failure))));
            }
            NodeEvent::Paired(answered, answer) => {
                let result = self.paired(*answered, turn);
                turn.after(move || drop(answer.send(result)));
            }
            NodeEvent::Tick => {
                self.hear(Input::Tick, None, turn);
                self.tend_links();
                if self.speaks().is_ok() {
                    self.send_again(turn);
                    self.tend_boards();
                    self.meet(turn);
                    self.read_domains(turn);
                    self.wake_witnesses();
                    self.wake_post();
                    self.wake_notices();
                }
            }
            NodeEvent::Witnesses => self.tend_witnesses(turn),
            NodeEvent::WitnessAnswered(asked, more) => {
                let next = self.witness_answered(*asked, turn);
                turn.after(move || drop(more.send(next)));
            }
            NodeEvent::WitnessLeft(witness, log) => self.talk_over((witness, log)),
            NodeEvent::Notices => self.tend_notices(turn),
            NodeEvent::Noticed(way, noticed) => self.noticed(way, *noticed, turn),
            NodeEvent::Post => self.tend_post(turn),
            NodeEvent::LetterLeaves(letter, answer) => {
                let leaves = self.letter_leaves(&letter, turn);
                turn.after(move || {
                    let _ = answer.send(leaves);
                });
            }
            NodeEvent::Posted(letter, posted) => self.posted(&letter, *posted, turn),
            NodeEvent::DomainRead(supplier, domain, read) => self.domain_read(&supplier, &domain, read, turn),
            NodeEvent::ToBoard(intent, answer) => {
                let say = self.to_say(&intent);
                turn.after(move || drop(answer.send(say)));
            }
            NodeEvent::BoardReplied(intent, reply, answer) => {
                let more = self.board_replied(&intent, *reply, turn);
                turn.after(move || {
                    let _ = answer.send(more);
                });
            }
            NodeEvent::Boards => self.tend_boards(),
            NodeEvent::Taking(offer, answer) => {
                let result = self.taking(&offer);
                turn.after(move || drop(answer.send(result)));
            }
            NodeEvent::TakeUp(intent, offer, answer) => {
                let result = self.take_up(&intent, &offer, turn);
                turn.after(move || drop(answer.send(result)));
            }
            NodeEvent::Met(processor) => self.meeting_over(&processor),
        }
        !self.stops
    }

    fn closing(&mut self, turn: &mut Turn) {
        let now = self.clock.now();
        records::put_clock(turn, &self.clock);
        for record in std::mem::take(&mut self.grown).into_iter().filter_map(|log| self.machine.head(log)) {
            records::put(turn, &record);
        }
        self.activity.put(turn);
        self.notices.closing(turn);
        let size = self.machine.personal_log().size();
        if size != self.logged {
            self.logged = size;
            if let Ok(head) = self.machine.tree_head(now) {
                records::put_head(turn, &head);
            }
        }
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        if self.values.len() > VALUES {
            // Once the store is here, what the turns before set is on disk.
            self.store.wait();
            self.values.clear();
        }
        Ok(())
    }

    fn commit(&mut self, batch: Batch) -> Result<(), StoreError> {
        self.store.with(|store| store.commit(batch))
    }

    fn departing(&mut self, batch: Batch) -> Result<Job, Batch> {
        let (mut store, giver) = self.store.lend();
        Ok(Box::new(move || {
            let outcome = store.commit(batch);
            // Nobody waits where the node is being dropped.
            let _ = giver.send(store);
            outcome
        }))
    }
}

impl Node {
    fn frame(
        &mut self,
        supplier: &PublicKey,
        message: Result<ToPerson, Refusal>,
        responder: Responder,
        turn: &mut Turn,
    ) {
        let input = match message {
            Ok(message) => Input::Message(supplier, message),
            Err(Refusal::Unexpected) => Input::Misaddressed(supplier),
            Err(code) => Input::Malformed(code),
        };
        self.hear(input, Some(responder), turn);
    }

    fn collect(&mut self, supplier: &PublicKey, turn: &mut Turn) -> Vec<Outgoing> {
        self.hear(Input::DropExpired(supplier), None, turn);
        let now = self.clock.now();
        self.machine.to_send(supplier, now)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        for link in self.links.values() {
            link.task.abort();
        }
    }
}

/// The value of a field. Who asks for it waits while the store is away and the value is not in memory.
fn value_of(store: &Lent<Store>, values: &BTreeMap<FieldPath, Option<Observed>>, field: FieldPath) -> Option<Observed> {
    match values.get(&field) {
        Some(value) => value.clone(),
        None => stored_value(store, field).ok()?,
    }
}

/// The same; remembers what the store says.
fn remembered(
    store: &Lent<Store>,
    values: &mut BTreeMap<FieldPath, Option<Observed>>,
    field: FieldPath,
) -> Result<Option<Observed>, Unreadable> {
    if let Some(value) = values.get(&field) {
        return Ok(value.clone());
    }
    // What could not be read is not absent.
    let value = stored_value(store, field)?;
    values.insert(field, value.clone());
    Ok(value)
}

fn stored_value(store: &Store, field: FieldPath) -> Result<Option<Observed>, Unreadable> {
    store.get(tables::FIELDS, &field).map_err(|_| Unreadable)
}
