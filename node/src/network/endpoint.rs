//! One identity on the network: a swarm in a task, and a handle to it.
//!
//! In: dials, frames to send, replies. Out: connection events and frames of peers, in a bounded queue: while it
//! is full no stream is read, so a flood waits in the peers' own buffers. A connection on which an exchange failed, or
//! that fell silent, counts as gone at once, whatever the transport still hopes for; a new one replaces the older of the
//! same peer.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use futures::StreamExt as _;
use libp2p::{
    Multiaddr, PeerId, Swarm, TransportError,
    core::{ConnectedPoint, Transport as _, transport::ListenerId},
    identity, ping,
    swarm::{
        self, ConnectionId, DialError as SwarmDialError, NetworkBehaviour, SwarmEvent,
        dial_opts::{DialOpts, PeerCondition},
    },
};
use libp2p_connection_limits as connection_limits;
use regie_protocol::{PublicKey, departure::Frame, rate::Source};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{MissedTickBehavior, interval, timeout_at},
};
use zeroize::Zeroizing;

use super::{
    Address, DialError, Fault, Forwarding, Inward, Place, Proxy, Standing, Strangers, Through, Transport, behind,
    budget::Budget,
    dial::Dialler,
    fault::fits_way,
    forward::Forwards,
    limits,
    streams::{self, Broken, Exchange, Lines},
    through::Kept,
    transport::{self, Ways},
};

/// An ed25519 public key, 32 bytes: how peers are called outside this module.
pub type PeerKey = [u8; 32];

/// Why an endpoint does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another process listens there.
    #[error("{0} is in use by another process; stop that one, or choose another with --listen")]
    AddressInUse(Address),
    /// The address is of another machine.
    #[error(
        "{0} is not an address of this machine. Listen on one that is (--listen /ip4/0.0.0.0/tcp/7481 takes them all), \
         and say with --announce under which address others reach it"
    )]
    NotHere(Address),
    /// It can't be listened on by its kind.
    #[error("{0} can't be listened on: give an IP address; a name goes into --announce")]
    WrongKind(Address),
    /// Any other reason.
    #[error("can't listen on {0}: {1}; choose another with --listen")]
    CannotListen(Address, String),
    /// The key or the transport could not be set up.
    #[error("the network can't be set up: {0}")]
    Setup(String),
}

/// Why a frame got no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// There is no connection.
    #[error("not connected")]
    NotConnected,
    /// No reply in time.
    #[error("no reply in time")]
    Timeout,
    /// The frame is above the bound.
    #[error("the frame is above the bound")]
    TooLarge,
    /// [`limits::WAITING_PER_CONNECTION`] frames wait for this peer already.
    #[error("too many frames wait for this peer")]
    Busy,
    /// The peer closed the stream or does not speak the protocol.
    #[error("the peer closed the stream")]
    Closed,
}

/// What happens on the network.
#[derive(Debug)]
pub enum NetworkEvent {
    /// A connection to a peer is up. It may replace an older one: what was under way there may be lost.
    Connected(PeerKey),
    /// The last connection to a peer is gone.
    Disconnected(PeerKey),
    /// A frame that must be answered.
    Frame(PeerKey, Vec<u8>, Responder),
}

/// Answers one frame. Dropped without an answer it closes the stream.
#[derive(Debug)]
pub struct Responder {
    pub(super) answered: oneshot::Sender<Vec<u8>>,
    pub(super) source: Option<Source>,
}

impl Responder {
    /// One without a stream, and where its reply comes out.
    #[cfg(test)]
    pub(crate) fn apart() -> (Self, oneshot::Receiver<Vec<u8>>) {
        let (answer, answered) = oneshot::channel();
        (Self { answered: answer, source: None }, answered)
    }

    /// Sends the reply; to nobody, where the peer is gone or no longer waits: it asks again.
    pub fn reply(self, frame: Frame) {
        self.reply_bytes(frame.into_bytes());
    }

    /// Sends any bytes: for peers in tests, which may be hostile. A node has departures alone to send.
    pub fn reply_bytes(self, bytes: Vec<u8>) {
        let _ = self.answered.send(bytes);
    }

    /// Whence the frame came, where that tells its sender from others.
    #[must_use]
    pub fn source(&self) -> Option<Source> {
        self.source
    }
}

/// How an endpoint gets to others.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// Everything goes through it, or not at all.
    pub proxy: Option<Proxy>,
    /// Where somebody else answered before, for who dials one peer again and again.
    pub strangers: Option<Strangers>,
    /// Which places of private networks may be dialled.
    pub inward: Inward,
}

/// A handle; clones share one swarm. The swarm ends when the last handle is dropped.
#[derive(Clone)]
pub struct Endpoint {
    dials: mpsc::Sender<Dial>,
    closes: mpsc::Sender<Close>,
    lines: Lines,
    budget: Budget,
    listening: watch::Receiver<Vec<Address>>,
    forwards: Arc<Forwards>,
    forwarders: Vec<(PeerKey, watch::Receiver<Standing>)>,
}

/// A peer to be connected to, and who waits for that.
pub(super) struct Dial {
    pub(super) peer: PeerId,
    pub(super) addresses: Vec<Address>,
    pub(super) first: Option<Transport>,
    pub(super) done: oneshot::Sender<Result<Transport, DialError>>,
}

/// Connections of a peer that are to be closed: all, or those that a newer one has replaced.
struct Close {
    peer: PeerId,
    replaced: bool,
}

impl Endpoint {
    /// Starts a swarm under this secret key, listening on these addresses; on none for one that only dials.
    ///
    /// # Errors
    /// [`StartError`], before anything listens for long.
    pub async fn start(
        secret: Zeroizing<[u8; 32]>,
        listen: &[Address],
        way: &Way,
    ) -> Result<(Self, mpsc::Receiver<NetworkEvent>), StartError> {
        Self::start_forwarding(secret, listen, way, &Forwarding::default()).await
    }

    /// The same for one that forwards for others, or that others forward for.
    ///
    /// # Errors
    /// [`StartError`], before anything listens for long.
    pub async fn start_forwarding(
        secret: Zeroizing<[u8; 32]>,
        listen: &[Address],
        way: &Way,
        forwarding: &Forwarding,
    ) -> Result<(Self, mpsc::Receiver<NetworkEvent>), StartError> {
        let (events, outbox) = mpsc::channel(limits::EVENTS);
        let (lines, budget) = (Lines::default(), Budget::default());
        let key = keypair(secret)?;
        let dialler = Dialler::new(key.clone(), way);
        let forwards = Arc::new(Forwards::new(&forwarding.forward));
        let setup = |error: std::io::Error| StartError::Setup(error.to_string());
        let mut ways = Ways::new(&key, (!listen.is_empty()).then(|| forwards.clone()), dialler).map_err(setup)?;
        let (came, people) = mpsc::channel(limits::CAME);
        let through = through(&key, &forwarding.through)?;
        if !through.is_empty() {
            ways = ways.behind(&key, people).map_err(setup)?;
        }
        let dialler = ways.dialler();
        let config = swarm::Config::with_tokio_executor().with_idle_connection_timeout(limits::IDLE);
        let behind = behind::Behaviour::new(forwards.clone(), behind_of(&through), came);
        let behaviour = behaviour(behind, streams::Behaviour::new(lines.clone(), budget.clone(), events.clone()));
        let mut swarm = Swarm::new(ways.boxed(), behaviour, key.public().to_peer_id(), config);
        let (bound, early) = bind(&mut swarm, listen).await?;
        let listening = watch::Sender::new(bound);
        let (dials, inbox) = mpsc::channel(limits::WAITING_DIALS);
        let heard = listening.subscribe();
        let task = Task {
            swarm,
            events,
            lines: lines.clone(),
            dialler,
            forwards: forwards.clone(),
            dials: HashMap::new(),
            connections: HashMap::new(),
            listening,
        };
        let (closes, closing) = mpsc::channel(limits::WAITING_DIALS);
        tokio::spawn(task.run(inbox, closing, early));
        let keep = |(peer, (_, addresses))| (peer, Kept::start(peer, addresses, &dials, lines.clone()));
        let forwarders = through.into_iter().map(keep).collect();
        Ok((Self { dials, closes, lines, budget, listening: heard, forwards, forwarders }, outbox))
    }

    /// This peer is known here: while it is connected, its frames have the room of those who are.
    pub fn know(&self, peer: &PeerKey) {
        self.budget.know(peer);
    }

    /// Whom it forwards for, and how that stands.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        self.forwards.places()
    }

    /// Who forwards for it, and how the line there stands.
    #[must_use]
    pub fn forwarders(&self) -> Vec<(PeerKey, Standing)> {
        self.forwarders.iter().map(|(key, standing)| (*key, standing.borrow().clone())).collect()
    }

    /// Where it listens now, with the ports that the system chose.
    #[must_use]
    pub fn addresses(&self) -> Vec<Address> {
        self.listening.borrow().clone()
    }

    /// The same, for who wants to hear when that changes: interfaces come and go.
    #[must_use]
    pub fn listening(&self) -> watch::Receiver<Vec<Address>> {
        self.listening.clone()
    }

    /// Connects to a peer, or finds that it is connected. `first` has a head start before other kinds of address; QUIC
    /// has it where nothing is said. What carries the connection comes out.
    ///
    /// # Errors
    /// [`DialError`].
    pub async fn connect(
        &self,
        peer: PeerKey,
        addresses: &[Address],
        first: Option<Transport>,
    ) -> Result<Transport, DialError> {
        let peer = peer_id(&peer).ok_or(DialError::NoAddress)?;
        let (done, wait) = oneshot::channel();
        let addresses = addresses.to_vec();
        self.dials.send(Dial { peer, addresses, first, done }).await.map_err(|_| DialError::Closed)?;
        wait.await.map_err(|_| DialError::Closed)?
    }

    /// Closes every connection to a peer: it may come again.
    pub fn close(&self, peer: PeerKey) {
        self.order(peer, false);
    }

    /// Closes those connections to a peer that it made a newer one beside.
    pub fn close_replaced(&self, peer: PeerKey) {
        self.order(peer, true);
    }

    fn order(&self, peer: PeerKey, replaced: bool) {
        if let Some(peer) = peer_id(&peer) {
            // Nothing is to be closed where the swarm has ended; where it has too much to do, lines end by themselves.
            let _ = self.closes.try_send(Close { peer, replaced });
        }
    }

    /// Sends a frame over the newest connection and waits for the reply. Where none comes in time the connection is closed:
    /// nothing more is trusted to it.
    ///
    /// # Errors
    /// [`ExchangeError`].
    pub async fn exchange(&self, peer: PeerKey, frame: Frame) -> Result<Vec<u8>, ExchangeError> {
        self.exchange_bytes(peer, frame.into_bytes()).await
    }

    /// The same with any bytes: for peers in tests, which may be hostile. A node has departures alone to send.
    ///
    /// # Errors
    /// [`ExchangeError`].
    pub async fn exchange_bytes(&self, peer: PeerKey, frame: Vec<u8>) -> Result<Vec<u8>, ExchangeError> {
        if frame.len() > limits::FRAME_BYTES {
            return Err(ExchangeError::TooLarge);
        }
        let (done, wait) = oneshot::channel();
        self.lines.send(&peer, Exchange { frame, done });
        wait.await.map_err(|_| ExchangeError::Closed)?
    }
}

#[derive(NetworkBehaviour)]
struct Behaviour {
    // In this order: what may deny a connection comes before what gives it a queue.
    limits: connection_limits::Behaviour,
    ping: ping::Behaviour,
    behind: behind::Behaviour,
    streams: streams::Behaviour,
}

fn keypair(secret: Zeroizing<[u8; 32]>) -> Result<identity::Keypair, StartError> {
    let mut bytes = *secret;
    // This zeroizes `bytes`.
    let secret = identity::ed25519::SecretKey::try_from_bytes(&mut bytes);
    let secret = secret.map_err(|error| StartError::Setup(error.to_string()))?;
    Ok(identity::Keypair::from(identity::ed25519::Keypair::from(secret)))
}

/// Forwarders by their keys: the address under which people come through each, and where it is dialled.
type ByForwarder = BTreeMap<PeerKey, (Multiaddr, Vec<Address>)>;

fn through(own: &identity::Keypair, all: &[Through]) -> Result<ByForwarder, StartError> {
    let own = peer_key(&own.public().to_peer_id()).and_then(|key| PublicKey::from_bytes(&key).ok());
    let mut found = ByForwarder::new();
    for through in all.iter().take(limits::FORWARDERS) {
        let unfit = || StartError::WrongKind(through.address().clone());
        let people = own.as_ref().and_then(|own| through.address_of(own).multiaddr()).ok_or_else(unfit)?;
        let (_, addresses) = found.entry(*through.forwarder().as_bytes()).or_insert((people, Vec::new()));
        addresses.push(through.address().clone());
    }
    Ok(found)
}

fn behind_of(through: &ByForwarder) -> HashMap<PeerKey, Multiaddr> {
    through.iter().map(|(key, (people, _))| (*key, people.clone())).collect()
}

fn behaviour(behind: behind::Behaviour, streams: streams::Behaviour) -> Behaviour {
    let bounds = connection_limits::ConnectionLimits::default()
        .with_max_pending_incoming(Some(limits::PENDING_INCOMING))
        .with_max_established(Some(limits::CONNECTIONS))
        .with_max_established_per_peer(Some(limits::CONNECTIONS_PER_PEER));
    let ping = ping::Config::new().with_interval(limits::PING_INTERVAL).with_timeout(limits::PING_TIMEOUT);
    Behaviour { limits: connection_limits::Behaviour::new(bounds), ping: ping::Behaviour::new(ping), behind, streams }
}

/// Events of a swarm that nobody has looked at yet.
type Early = Vec<SwarmEvent<BehaviourEvent>>;

/// Listens on all of these, and gathers where that is: an unspecified address stands for one on every interface. Whoever
/// waited for this endpoint to be back connects meanwhile: what else the swarm says comes out too.
async fn bind(swarm: &mut Swarm<Behaviour>, listen: &[Address]) -> Result<(Vec<Address>, Early), StartError> {
    let mut early = Early::new();
    for address in listen {
        let unfit = || StartError::WrongKind(address.clone());
        let wanted = address.multiaddr().filter(|_| address.can_be_listened_on()).ok_or_else(unfit)?;
        let id = swarm.listen_on(wanted).map_err(|error| match error {
            TransportError::Other(error) => cannot(address, &error),
            TransportError::MultiaddrNotSupported(_) => unfit(),
        })?;
        loop {
            let event = swarm.select_next_some().await;
            let up = listens(&event, address, id)?;
            early.push(event);
            if up {
                break;
            }
        }
    }
    if listen.iter().any(Address::is_unspecified) {
        let gathered = tokio::time::Instant::now() + limits::GATHER;
        while let Ok(event) = timeout_at(gathered, swarm.select_next_some()).await {
            early.push(event);
        }
    }
    let bound = early.iter().filter_map(|event| match event {
        SwarmEvent::NewListenAddr { address, .. } => Address::of(address),
        _ => None,
    });
    Ok((bound.collect(), early))
}

/// Reads an event of a swarm that begins to listen; whether this listener is up.
fn listens(event: &SwarmEvent<BehaviourEvent>, wanted: &Address, id: ListenerId) -> Result<bool, StartError> {
    match event {
        SwarmEvent::NewListenAddr { listener_id, .. } => Ok(*listener_id == id),
        SwarmEvent::ListenerClosed { listener_id, reason, .. } if *listener_id == id => {
            let closed = std::io::Error::other("it closed");
            Err(cannot(wanted, reason.as_ref().err().unwrap_or(&closed)))
        }
        _ => Ok(false),
    }
}

fn cannot(address: &Address, error: &std::io::Error) -> StartError {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        match error.downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
            Some(std::io::ErrorKind::AddrInUse) => return StartError::AddressInUse(address.clone()),
            Some(std::io::ErrorKind::AddrNotAvailable) => return StartError::NotHere(address.clone()),
            _ => {}
        }
        // An I/O error's source is what its inner error has for one, not that error.
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = inner.map(|inner| inner as &(dyn std::error::Error + 'static)).or_else(|| error.source());
    }
    StartError::CannotListen(address.clone(), error.to_string())
}

struct Task {
    swarm: Swarm<Behaviour>,
    events: mpsc::Sender<NetworkEvent>,
    lines: Lines,
    dialler: Arc<Dialler>,
    forwards: Arc<Forwards>,
    dials: HashMap<PeerId, Dialling>,
    connections: HashMap<ConnectionId, Connection>,
    listening: watch::Sender<Vec<Address>>,
}

/// A dial that is under way.
struct Dialling {
    waiting: Vec<oneshot::Sender<Result<Transport, DialError>>>,
    /// What was not even tried, and why.
    unfit: Vec<(Address, Fault)>,
}

/// A connection that counts.
struct Connection {
    peer: PeerId,
    carrier: Transport,
    dialled: bool,
    /// When something was heard last.
    heard: Instant,
    /// When a newer one took its place.
    replaced: Option<Instant>,
}

impl Task {
    async fn run(mut self, mut inbox: mpsc::Receiver<Dial>, mut closing: mpsc::Receiver<Close>, early: Early) {
        for event in early.into_iter().filter_map(|event| self.event(event)).collect::<Vec<_>>() {
            let _ = self.events.send(event).await;
        }
        let mut look = interval(limits::LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let events = tokio::select! {
                dial = inbox.recv() => match dial {
                    Some(dial) => { self.connect(dial); Vec::new() }
                    None => return,
                },
                Some(close) = closing.recv() => self.close(&close),
                event = self.swarm.select_next_some() => self.event(event).into_iter().collect(),
                _ = look.tick(), if !self.connections.is_empty() => self.silent(),
            };
            for event in events {
                // Who only dials need not listen: the swarm ends with its last handle, and not before.
                let _ = self.events.send(event).await;
            }
        }
    }

    fn connect(&mut self, Dial { peer, addresses, first, done }: Dial) {
        if let Some(connection) = self.connections.values().find(|connection| connection.peer == peer) {
            let _ = done.send(Ok(connection.carrier));
            return;
        }
        // One dial for all who ask: two would end with two connections, of which one is thrown away.
        if let Some(dialling) = self.dials.get_mut(&peer) {
            return dialling.waiting.push(done);
        }
        let (mut fit, mut unfit) = (Vec::new(), Vec::new());
        for address in addresses {
            match fits_way(&address, self.dialler.has_proxy()) {
                Ok(()) => fit.push(address),
                Err(fault) => unfit.push((address, fault)),
            }
        }
        self.dialler.prefer(peer, earliest_of(&fit, first));
        self.dials.insert(peer, Dialling { waiting: vec![done], unfit });
        // A line that counts as gone may still stand with the swarm.
        let dial = DialOpts::peer_id(peer)
            .condition(PeerCondition::Always)
            .addresses(fit.iter().filter_map(Address::multiaddr).collect());
        if let Err(error) = self.swarm.dial(dial.build()) {
            self.dialled(&peer, Err(&error));
        }
    }

    fn dialled(&mut self, peer: &PeerId, result: Result<Transport, &SwarmDialError>) {
        let Some(Dialling { waiting, unfit }) = self.dials.remove(peer) else { return };
        self.dialler.prefer(*peer, None);
        let result = result.map_err(|error| dial_error(error, unfit));
        for done in waiting {
            let _ = done.send(result.clone());
        }
    }

    fn event(&mut self, event: SwarmEvent<BehaviourEvent>) -> Option<NetworkEvent> {
        match event {
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                Some(self.established(peer_id, connection_id, &endpoint)?)
            }
            SwarmEvent::ConnectionClosed { connection_id, .. } => self.gone(connection_id),
            SwarmEvent::OutgoingConnectionError { peer_id: Some(peer), error, .. } => {
                self.dialled(&peer, Err(&error));
                None
            }
            SwarmEvent::Behaviour(BehaviourEvent::Ping(ping::Event { connection, result, .. })) => match result {
                Ok(_) => {
                    if let Some(connection) = self.connections.get_mut(&connection) {
                        connection.heard = Instant::now();
                    }
                    None
                }
                Err(error) => {
                    tracing::debug!(%error, "no answer to a ping");
                    self.gone(connection)
                }
            },
            SwarmEvent::Behaviour(BehaviourEvent::Streams(Broken(connection))) => self.gone(connection),
            SwarmEvent::NewListenAddr { address, .. } => {
                if let Some(address) = Address::of(&address) {
                    self.listening.send_if_modified(|all| {
                        let new = !all.contains(&address);
                        all.extend(new.then_some(address));
                        new
                    });
                }
                None
            }
            SwarmEvent::ExpiredListenAddr { address, .. } => {
                let expired = Address::of(&address);
                self.listening.send_if_modified(|all| {
                    let before = all.len();
                    all.retain(|address| Some(address) != expired.as_ref());
                    all.len() != before
                });
                None
            }
            _ => None,
        }
    }

    /// A new connection takes the place of those that the same side made before. The last of these stays for a moment: a
    /// dialler that tries several addresses may have thrown the newer one away, and goes on with the older. Of somebody who
    /// is forwarded for all stay: two companions of one company have one key, and each a line of its own.
    fn established(&mut self, peer: PeerId, id: ConnectionId, point: &ConnectedPoint) -> Option<NetworkEvent> {
        let (dialled, carrier) = match point {
            ConnectedPoint::Dialer { address, .. } => (true, carrier(address)),
            ConnectedPoint::Listener { local_addr, .. } => (false, carrier(local_addr)),
        };
        if dialled {
            self.dialled(&peer, Ok(carrier));
        }
        tracing::debug!(%id, dialled, ?carrier, "a connection is there");
        let shared = peer_key(&peer).is_some_and(|key| self.forwards.is_for(&key));
        let same = |other: &Connection| !shared && other.peer == peer && other.dialled == dialled;
        let older = self.connections.iter().filter(|(_, other)| same(other) && other.replaced.is_some());
        let older: Vec<ConnectionId> = older.map(|(id, _)| *id).collect();
        let now = Instant::now();
        for other in self.connections.values_mut().filter(|other| same(other)) {
            other.replaced = Some(now);
        }
        self.connections.insert(id, Connection { peer, carrier, dialled, heard: now, replaced: None });
        for id in older {
            let _ = self.gone(id);
        }
        peer_key(&peer).map(NetworkEvent::Connected)
    }

    /// A connection that is closed, or counts as closed; what that means for its peer. Where another one is left, it is told
    /// as a new one is: what was under way may be lost.
    fn gone(&mut self, id: ConnectionId) -> Option<NetworkEvent> {
        let Connection { peer, replaced, .. } = self.connections.remove(&id)?;
        tracing::debug!(%id, replaced = replaced.is_some(), "a connection is over");
        // It may stay with the swarm for a while: closing in good order waits for the other side.
        self.swarm.close_connection(id);
        let key = peer_key(&peer)?;
        self.lines.close(&key, id);
        let mut others = self.connections.values_mut().filter(|connection| connection.peer == peer).peekable();
        if others.peek().is_none() {
            return Some(NetworkEvent::Disconnected(key));
        }
        if replaced.is_some() {
            return None;
        }
        for other in others {
            other.replaced = None;
        }
        Some(NetworkEvent::Connected(key))
    }

    fn close(&mut self, close: &Close) -> Vec<NetworkEvent> {
        let mine = |connection: &Connection| {
            connection.peer == close.peer && (!close.replaced || connection.replaced.is_some())
        };
        let over: Vec<ConnectionId> =
            self.connections.iter().filter(|(_, connection)| mine(connection)).map(|(id, _)| *id).collect();
        over.into_iter().filter_map(|id| self.gone(id)).collect()
    }

    /// Ends the connections on which no ping was answered for too long, and those that were replaced for good.
    fn silent(&mut self) -> Vec<NetworkEvent> {
        let most: Duration = limits::PING_INTERVAL + limits::PING_TIMEOUT;
        let over = |connection: &Connection| {
            connection.heard.elapsed() > most
                || connection.replaced.is_some_and(|since| since.elapsed() > limits::REPLACED)
        };
        let over: Vec<ConnectionId> =
            self.connections.iter().filter(|(_, connection)| over(connection)).map(|(id, _)| *id).collect();
        over.into_iter().filter_map(|id| self.gone(id)).collect()
    }
}

fn carrier(address: &libp2p::Multiaddr) -> Transport {
    Address::of(address).map_or(Transport::Tcp, |address| address.transport())
}

/// What has the head start: what is wished for, if it is there; else QUIC, which needs the fewest round trips, moves with
/// the person from network to network and notices a dead line first.
fn earliest_of(addresses: &[Address], first: Option<Transport>) -> Option<Transport> {
    let there = |wanted: &Transport| addresses.iter().any(|address| address.transport() == *wanted);
    let order = [Transport::Quic, Transport::Tcp, Transport::WebSocket];
    first.into_iter().chain(order).find(there)
}

fn dial_error(error: &SwarmDialError, unfit: Vec<(Address, Fault)>) -> DialError {
    let mut tried = unfit;
    match error {
        SwarmDialError::Transport(faults) => {
            let faults = faults.iter().filter_map(|(to, error)| Some((Address::of(to)?, transport::fault(error))));
            tried.extend(faults);
            DialError::Unreachable(tried)
        }
        _ if !tried.is_empty() => DialError::Unreachable(tried),
        SwarmDialError::NoAddresses => DialError::NoAddress,
        other => DialError::NotMade(other.to_string()),
    }
}

pub(super) fn peer_id(key: &PeerKey) -> Option<PeerId> {
    let key = identity::ed25519::PublicKey::try_from_bytes(key).ok()?;
    Some(identity::PublicKey::from(key).to_peer_id())
}

/// An ed25519 key is short enough to stand in the peer id itself (an identity multihash).
pub(super) fn peer_key(peer: &PeerId) -> Option<PeerKey> {
    let hash = peer.as_ref();
    let public = (hash.code() == 0).then(|| identity::PublicKey::try_decode_protobuf(hash.digest()).ok())??;
    public.try_into_ed25519().ok().map(|key| key.to_bytes())
}
