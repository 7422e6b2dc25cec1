//! The supplier's companion: the machine, its store and its listening endpoint.
//!
//! In: frames of persons, commands of the company, the clock. Out: replies, requests, values for the company.
//! `supplier/records.rs` maps the machine's records to tables, `supplier/commands.rs` does commands.

mod commands;
mod records;

use std::collections::BTreeSet;

use regie_protocol::{
    identity::{Keypair, Nonce, PublicKey},
    message::{self, Message, Reply},
    profile::Profile,
    refusal::Refusal,
    supplier::{Effect, Supplier},
    wire,
};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

pub use records::key;

use crate::{
    clock::{self, Clock},
    command::{Command, Failure},
    driver::{self, Driven, Turn},
    network::{Address, Endpoint, NetworkEvent, Responder},
    store::Store,
};

/// What the companion's driver handles.
pub enum Event {
    /// A person's frame, to be answered.
    Frame(PublicKey, Vec<u8>, Responder),
    /// A person's node connected.
    Up(PublicKey),
    /// It is gone.
    Lost(PublicKey),
    /// The reply to a request.
    Replied(PublicKey, Nonce, Vec<u8>),
    /// The company asks.
    Command(Command, oneshot::Sender<Result<Value, Failure>>),
    /// Time passes.
    Tick,
}

/// The machine with everything it needs.
pub struct Companion {
    machine: Supplier,
    store: Store,
    clock: Clock,
    endpoint: Endpoint,
    connected: BTreeSet<PublicKey>,
    events: mpsc::WeakSender<Event>,
    runtime: tokio::runtime::Handle,
}

/// Starts listening and the driver. The receiver hears how it ended.
///
/// # Errors
/// A store that does not hold a companion, or an address that can't be listened on.
pub async fn start(
    store: Store,
    listen: &[Address],
) -> Result<(mpsc::Sender<Event>, driver::End, Vec<Address>), Failure> {
    let (machine, clock) = records::load(&store)?;
    let secret = machine.key().expose_secret();
    let (endpoint, network) = Endpoint::start(secret, listen).await.map_err(Failure::internal)?;
    let addresses = endpoint.addresses();
    let (events, inbox) = mpsc::channel(driver::EVENTS);
    let mut companion = Companion {
        machine,
        store,
        clock,
        endpoint,
        connected: BTreeSet::new(),
        events: events.downgrade(),
        runtime: tokio::runtime::Handle::current(),
    };
    companion.advertise(&addresses)?;
    tokio::spawn(forward(network, events.clone()));
    let (ended, end) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = ended.send(driver::run(companion, inbox));
    });
    Ok((events, end, addresses))
}

/// Writes a new companion's first records.
///
/// # Errors
/// A profile out of bounds, or the store's.
pub fn initialise(store: &mut Store, secret: &[u8; 32], profile: Profile) -> Result<(), Failure> {
    let mut machine = Supplier::new(Keypair::from_secret(secret));
    let mut turn = Turn::default();
    records::put_key(&mut turn, secret);
    for effect in machine.set_profile(profile)? {
        if let Effect::Persist(record) = effect {
            records::put(&mut turn, &record)?;
        }
    }
    store.commit(turn.batch)?;
    Ok(())
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
        matches!(event, Event::Command(Command::Backup | Command::People, _))
    }

    fn handle(&mut self, event: Event, turn: &mut Turn) -> bool {
        let now = self.clock.now();
        match event {
            Event::Frame(person, frame, responder) => {
                let effects = match message::read::<Message>(&frame) {
                    Ok(message) => self.machine.message(&person, message, now),
                    Err(code) => vec![Effect::Reply(Reply::Refused(code))],
                };
                self.run(effects, Some(responder), turn);
            }
            Event::Up(person) => {
                self.connected.insert(person);
                self.send(person, turn);
            }
            Event::Lost(person) => {
                self.connected.remove(&person);
                self.machine.connection_lost(&person);
            }
            Event::Replied(person, request, frame) => {
                let reply = message::read::<Reply>(&frame).unwrap_or(Reply::Refused(Refusal::Malformed));
                let (effects, back) = self.machine.replied(&person, &request, reply, now);
                self.run(effects, None, turn);
                if let Some(Ok(frame)) = back.map(|message| wire::encode(&message)) {
                    let (endpoint, runtime) = (self.endpoint.clone(), self.runtime.clone());
                    // Where it is lost, the person's node sends the disclosure again and is answered.
                    turn.after(move || {
                        drop(runtime.spawn(async move { endpoint.exchange(*person.as_bytes(), frame).await }));
                    });
                }
            }
            Event::Command(Command::Stop, answer) => {
                turn.after(move || drop(answer.send(Ok(serde_json::json!({ "stopped": true })))));
                return false;
            }
            Event::Command(command, answer) => {
                let result = self.command(command, turn);
                turn.after(move || drop(answer.send(result)));
            }
            Event::Tick => {
                let effects = self.machine.tick(now);
                self.run(effects, None, turn);
            }
        }
        true
    }

    fn closing(&mut self, turn: &mut Turn) {
        records::put_clock(turn, self.clock.now());
    }

    fn store(&mut self) -> &mut Store {
        &mut self.store
    }
}

impl Companion {
    fn run(&mut self, effects: Vec<Effect>, mut responder: Option<Responder>, turn: &mut Turn) {
        for effect in effects {
            match effect {
                Effect::Persist(record) => {
                    if let Err(error) = records::put(turn, &record) {
                        tracing::error!(%error, "a record has no encoding");
                    }
                }
                Effect::Reply(reply) => {
                    if let (Some(responder), Ok(frame)) = (responder.take(), wire::encode(&reply)) {
                        turn.after(move || responder.reply_blocking(frame));
                    }
                }
                Effect::Deliver(person) => self.send(person, turn),
            }
        }
    }

    /// Sends what waits for a connected person; for one who is not, it goes on waiting.
    fn send(&mut self, person: PublicKey, turn: &mut Turn) {
        let now = self.clock.now();
        if !self.connected.contains(&person) {
            return;
        }
        for (id, message) in self.machine.to_send(&person, now).unwrap_or_default() {
            let (Ok(frame), events) = (wire::encode(&message), self.events.clone()) else { continue };
            let (endpoint, runtime) = (self.endpoint.clone(), self.runtime.clone());
            turn.after(move || {
                drop(runtime.spawn(async move {
                    let reply = endpoint.exchange(*person.as_bytes(), frame).await;
                    if let (Ok(reply), Some(events)) = (reply, events.upgrade()) {
                        let _ = events.send(Event::Replied(person, id, reply)).await;
                    }
                }));
            });
        }
    }

    /// Puts the addresses it really listens on into the profile.
    fn advertise(&mut self, addresses: &[Address]) -> Result<(), Failure> {
        let texts: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        let Some(profile) = self.machine.profile().filter(|profile| profile.addresses != texts) else { return Ok(()) };
        let profile = Profile { addresses: texts, issued: clock::wall(), ..profile.clone() };
        let mut turn = Turn::default();
        for effect in self.machine.set_profile(profile)? {
            if let Effect::Persist(record) = effect {
                records::put(&mut turn, &record)?;
            }
        }
        self.store.commit(turn.batch)?;
        Ok(())
    }
}
