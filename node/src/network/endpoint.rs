//! One identity on the network: a swarm in a task, and a handle to it.
//!
//! In: dials, frames to send, replies. Out: connection events and frames of peers, in a bounded queue: while it
//! is full the swarm is not polled, so a flood waits in the peers' own buffers.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex},
};

use futures::StreamExt as _;
use libp2p::{
    Multiaddr, PeerId, StreamProtocol, Swarm, SwarmBuilder, identity, noise, ping,
    request_response::{self, OutboundFailure, OutboundRequestId, ProtocolSupport, ResponseChannel},
    swarm::{DialError as SwarmDialError, NetworkBehaviour, SwarmEvent, dial_opts::DialOpts},
    tcp, yamux,
};
use libp2p_connection_limits as connection_limits;
use tokio::sync::{mpsc, oneshot};
use zeroize::Zeroizing;

use super::{Address, codec::Frames, limits};

/// An ed25519 public key, 32 bytes: how peers are called outside this module.
pub type PeerKey = [u8; 32];

/// Why an endpoint does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another process listens there.
    #[error("{0} is in use by another process; stop that one, or choose another with --listen")]
    AddressInUse(Address),
    /// Any other reason.
    #[error("can't listen on {0}: {1}; choose another with --listen")]
    CannotListen(Address, String),
    /// The key or the transport could not be set up.
    #[error("the network can't be set up: {0}")]
    Setup(String),
}

/// Why a peer can't be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DialError {
    /// Nobody answers at any of the addresses.
    #[error("nobody answers at {0}; is the other node running, and is the address right?")]
    Unreachable(String),
    /// Somebody answers who is not the wanted peer.
    #[error("another node answers at that address than the one the link names; ask for a new link")]
    WrongPeer,
    /// The endpoint is shut down.
    #[error("the node is stopping")]
    Closed,
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
    /// [`limits::WAITING_PER_PEER`] frames wait for this peer already.
    #[error("too many frames wait for this peer")]
    Busy,
    /// The peer closed the stream or does not speak the protocol.
    #[error("the peer closed the stream")]
    Closed,
}

/// What happens on the network.
#[derive(Debug)]
pub enum NetworkEvent {
    /// The first connection to a peer is up.
    Connected(PeerKey),
    /// The last connection to a peer is gone.
    Disconnected(PeerKey),
    /// A frame that must be answered.
    Frame(PeerKey, Vec<u8>, Responder),
}

/// Answers one frame. Dropped without an answer it closes the stream.
#[derive(Debug)]
pub struct Responder {
    channel: ResponseChannel<Vec<u8>>,
    commands: mpsc::Sender<Command>,
}

impl Responder {
    /// Sends the reply. From a thread outside the runtime.
    pub fn reply_blocking(self, frame: Vec<u8>) {
        let _ = self.commands.blocking_send(Command::Reply(self.channel, frame));
    }
}

/// A handle; clones share one swarm. The swarm ends when the last handle is dropped.
#[derive(Clone)]
pub struct Endpoint {
    commands: mpsc::Sender<Command>,
    listening: Arc<Mutex<Vec<Address>>>,
}

enum Command {
    Connect(PeerId, Vec<Multiaddr>, oneshot::Sender<Result<(), DialError>>),
    Exchange(PeerId, Vec<u8>, oneshot::Sender<Result<Vec<u8>, ExchangeError>>),
    Reply(ResponseChannel<Vec<u8>>, Vec<u8>),
}

impl Endpoint {
    /// Starts a swarm under this secret key, listening on these addresses; on none for one that only dials.
    ///
    /// # Errors
    /// [`StartError`], before anything listens for long.
    pub async fn start(
        secret: Zeroizing<[u8; 32]>,
        listen: &[Address],
    ) -> Result<(Self, mpsc::Receiver<NetworkEvent>), StartError> {
        let mut swarm = build(secret)?;
        let mut bound = Vec::new();
        for address in listen {
            bound.push(bind(&mut swarm, address).await?);
        }
        let (commands, inbox) = mpsc::channel(limits::COMMANDS);
        let (events, outbox) = mpsc::channel(limits::EVENTS);
        let listening = Arc::new(Mutex::new(bound));
        let task = Task {
            swarm,
            events,
            commands: commands.downgrade(),
            dials: HashMap::new(),
            exchanges: HashMap::new(),
            lines: HashMap::new(),
            connected: HashSet::new(),
        };
        tokio::spawn(task.run(inbox));
        Ok((Self { commands, listening }, outbox))
    }

    /// Where it listens, with the port the system chose.
    #[must_use]
    pub fn addresses(&self) -> Vec<Address> {
        self.listening.lock().map(|bound| bound.clone()).unwrap_or_default()
    }

    /// Connects to a peer, or finds that it is connected.
    ///
    /// # Errors
    /// [`DialError`].
    pub async fn connect(&self, peer: PeerKey, addresses: &[Address]) -> Result<(), DialError> {
        let peer = peer_id(&peer).ok_or(DialError::WrongPeer)?;
        let (done, wait) = oneshot::channel();
        let addresses = addresses.iter().map(|address| address.0.clone()).collect();
        self.commands.send(Command::Connect(peer, addresses, done)).await.map_err(|_| DialError::Closed)?;
        wait.await.map_err(|_| DialError::Closed)?
    }

    /// Sends a frame over an existing connection and waits for the reply.
    ///
    /// # Errors
    /// [`ExchangeError`].
    pub async fn exchange(&self, peer: PeerKey, frame: Vec<u8>) -> Result<Vec<u8>, ExchangeError> {
        if frame.len() > limits::FRAME_BYTES {
            return Err(ExchangeError::TooLarge);
        }
        let peer = peer_id(&peer).ok_or(ExchangeError::NotConnected)?;
        let (done, wait) = oneshot::channel();
        self.commands.send(Command::Exchange(peer, frame, done)).await.map_err(|_| ExchangeError::Closed)?;
        wait.await.map_err(|_| ExchangeError::Closed)?
    }
}

#[derive(NetworkBehaviour)]
struct Behaviour {
    limits: connection_limits::Behaviour,
    ping: ping::Behaviour,
    frames: request_response::Behaviour<Frames>,
}

fn build(secret: Zeroizing<[u8; 32]>) -> Result<Swarm<Behaviour>, StartError> {
    let setup = |error: &dyn std::fmt::Display| StartError::Setup(error.to_string());
    let mut bytes = *secret;
    // This zeroizes `bytes`.
    let secret = identity::ed25519::SecretKey::try_from_bytes(&mut bytes).map_err(|e| setup(&e))?;
    let key = identity::Keypair::from(identity::ed25519::Keypair::from(secret));
    let swarm = SwarmBuilder::with_existing_identity(key)
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, || {
            let mut yamux = yamux::Config::default();
            yamux.set_max_num_streams(limits::YAMUX_STREAMS);
            yamux
        })
        .map_err(|e| setup(&e))?
        .with_quic_config(|mut quic| {
            quic.max_concurrent_stream_limit = limits::STREAMS as u32;
            quic.max_stream_data = limits::QUIC_STREAM_BYTES;
            quic.max_connection_data = limits::QUIC_CONNECTION_BYTES;
            quic
        })
        .with_behaviour(|_| behaviour())
        .map_err(|e| setup(&e))?
        .with_swarm_config(|config| config.with_idle_connection_timeout(limits::IDLE))
        .with_connection_timeout(limits::DIAL)
        .build();
    Ok(swarm)
}

fn behaviour() -> Behaviour {
    let bounds = connection_limits::ConnectionLimits::default()
        .with_max_pending_incoming(Some(limits::PENDING_INCOMING))
        .with_max_established(Some(limits::CONNECTIONS))
        .with_max_established_per_peer(Some(limits::CONNECTIONS_PER_PEER));
    let exchange = request_response::Config::default()
        .with_request_timeout(limits::EXCHANGE)
        .with_max_concurrent_streams(limits::STREAMS);
    let protocol = [(StreamProtocol::new("/regie/1"), ProtocolSupport::Full)];
    let ping = ping::Config::new().with_interval(limits::PING_INTERVAL).with_timeout(limits::PING_TIMEOUT);
    Behaviour {
        limits: connection_limits::Behaviour::new(bounds),
        ping: ping::Behaviour::new(ping),
        frames: request_response::Behaviour::with_codec(Frames, protocol, exchange),
    }
}

async fn bind(swarm: &mut Swarm<Behaviour>, address: &Address) -> Result<Address, StartError> {
    let cannot = |text: String| match text.to_lowercase() {
        lower if lower.contains("in use") => StartError::AddressInUse(address.clone()),
        _ => StartError::CannotListen(address.clone(), text),
    };
    let id = swarm.listen_on(address.0.clone()).map_err(|error| cannot(format!("{error:?}")))?;
    loop {
        match swarm.select_next_some().await {
            SwarmEvent::NewListenAddr { listener_id, address } if listener_id == id => return Ok(Address(address)),
            SwarmEvent::ListenerClosed { listener_id, reason, .. } if listener_id == id => {
                return Err(cannot(reason.err().map_or_else(|| "closed".to_owned(), |e| e.to_string())));
            }
            _ => {}
        }
    }
}

type Done = oneshot::Sender<Result<Vec<u8>, ExchangeError>>;

/// Frames to one peer: how many are under way, and those that wait their turn.
#[derive(Default)]
struct Line {
    under_way: usize,
    waiting: VecDeque<(Vec<u8>, Done)>,
}

struct Task {
    swarm: Swarm<Behaviour>,
    events: mpsc::Sender<NetworkEvent>,
    commands: mpsc::WeakSender<Command>,
    dials: HashMap<PeerId, Vec<oneshot::Sender<Result<(), DialError>>>>,
    exchanges: HashMap<OutboundRequestId, Done>,
    lines: HashMap<PeerId, Line>,
    connected: HashSet<PeerId>,
}

impl Task {
    async fn run(mut self, mut inbox: mpsc::Receiver<Command>) {
        loop {
            let event = tokio::select! {
                command = inbox.recv() => match command {
                    Some(command) => { self.command(command); None }
                    None => return,
                },
                event = self.swarm.select_next_some() => self.event(event),
            };
            if let Some(event) = event
                && self.events.send(event).await.is_err()
            {
                return;
            }
        }
    }

    fn command(&mut self, command: Command) {
        match command {
            Command::Connect(peer, addresses, done) => self.connect(peer, addresses, done),
            Command::Exchange(peer, frame, done) => self.exchange(peer, frame, done),
            Command::Reply(channel, frame) => {
                // An error means that the peer is gone; it asks again.
                let _ = self.swarm.behaviour_mut().frames.send_response(channel, frame);
            }
        }
    }

    fn exchange(&mut self, peer: PeerId, frame: Vec<u8>, done: Done) {
        if !self.swarm.is_connected(&peer) {
            let _ = done.send(Err(ExchangeError::NotConnected));
            return;
        }
        let line = self.lines.entry(peer).or_default();
        if line.under_way < limits::EXCHANGES_PER_PEER {
            line.under_way += 1;
            let id = self.swarm.behaviour_mut().frames.send_request(&peer, frame);
            self.exchanges.insert(id, done);
        } else if line.waiting.len() < limits::WAITING_PER_PEER {
            line.waiting.push_back((frame, done));
        } else {
            let _ = done.send(Err(ExchangeError::Busy));
        }
    }

    /// One exchange ended: tells the caller, and gives the next frame its turn.
    fn exchanged(&mut self, peer: &PeerId, id: OutboundRequestId, result: Result<Vec<u8>, ExchangeError>) {
        if let Some(done) = self.exchanges.remove(&id) {
            let _ = done.send(result);
        }
        let Some(line) = self.lines.get_mut(peer) else { return };
        line.under_way = line.under_way.saturating_sub(1);
        match line.waiting.pop_front() {
            Some((frame, done)) => self.exchange(*peer, frame, done),
            None if line.under_way == 0 => drop(self.lines.remove(peer)),
            None => {}
        }
    }

    fn connect(&mut self, peer: PeerId, addresses: Vec<Multiaddr>, done: oneshot::Sender<Result<(), DialError>>) {
        if self.swarm.is_connected(&peer) {
            let _ = done.send(Ok(()));
            return;
        }
        let waiting = self.dials.entry(peer).or_default();
        waiting.push(done);
        if waiting.len() == 1 {
            let dial = DialOpts::peer_id(peer).addresses(addresses).build();
            if let Err(error) = self.swarm.dial(dial) {
                self.dialled(&peer, &Err(dial_error(&error)));
            }
        }
    }

    fn dialled(&mut self, peer: &PeerId, result: &Result<(), DialError>) {
        for done in self.dials.remove(peer).unwrap_or_default() {
            let _ = done.send(result.clone());
        }
    }

    fn event(&mut self, event: SwarmEvent<BehaviourEvent>) -> Option<NetworkEvent> {
        match event {
            SwarmEvent::ConnectionEstablished { peer_id, .. } => {
                self.dialled(&peer_id, &Ok(()));
                let first = self.connected.insert(peer_id);
                let Some(key) = peer_key(&peer_id) else {
                    // Not an ed25519 identity: it can have no relationship here.
                    let _ = self.swarm.disconnect_peer_id(peer_id);
                    return None;
                };
                first.then_some(NetworkEvent::Connected(key))
            }
            SwarmEvent::ConnectionClosed { peer_id, num_established: 0, .. } => {
                self.connected.remove(&peer_id);
                peer_key(&peer_id).map(NetworkEvent::Disconnected)
            }
            SwarmEvent::OutgoingConnectionError { peer_id: Some(peer), error, .. } => {
                self.dialled(&peer, &Err(dial_error(&error)));
                None
            }
            SwarmEvent::Behaviour(BehaviourEvent::Ping(ping::Event { peer, connection, result: Err(error) })) => {
                tracing::debug!(%peer, %error, "no answer to a ping; closing");
                self.swarm.close_connection(connection);
                None
            }
            SwarmEvent::Behaviour(BehaviourEvent::Frames(event)) => self.frame(event),
            _ => None,
        }
    }

    fn frame(&mut self, event: request_response::Event<Vec<u8>, Vec<u8>>) -> Option<NetworkEvent> {
        use request_response::{Event, Message};
        match event {
            Event::Message { peer, message: Message::Request { request, channel, .. }, .. } => {
                let responder = Responder { channel, commands: self.commands.upgrade()? };
                Some(NetworkEvent::Frame(peer_key(&peer)?, request, responder))
            }
            Event::Message { peer, message: Message::Response { request_id, response }, .. } => {
                self.exchanged(&peer, request_id, Ok(response));
                None
            }
            Event::OutboundFailure { peer, request_id, error, .. } => {
                let error = match error {
                    OutboundFailure::Timeout => ExchangeError::Timeout,
                    OutboundFailure::DialFailure => ExchangeError::NotConnected,
                    _ => ExchangeError::Closed,
                };
                self.exchanged(&peer, request_id, Err(error));
                None
            }
            Event::InboundFailure { peer, error, .. } => {
                tracing::debug!(%peer, %error, "a peer's frame was dropped");
                None
            }
            Event::ResponseSent { .. } => None,
        }
    }
}

fn dial_error(error: &SwarmDialError) -> DialError {
    match error {
        SwarmDialError::WrongPeerId { .. } => DialError::WrongPeer,
        SwarmDialError::Transport(tried) => {
            let wrong = |text: &str| text.contains("PeerId") || text.contains("peer ID") || text.contains("Peer ID");
            if tried.iter().any(|(_, error)| wrong(&format!("{error:?}"))) {
                return DialError::WrongPeer;
            }
            let tried: Vec<String> = tried.iter().map(|(address, _)| address.to_string()).collect();
            DialError::Unreachable(tried.join(", "))
        }
        other => DialError::Unreachable(other.to_string()),
    }
}

fn peer_id(key: &PeerKey) -> Option<PeerId> {
    let key = identity::ed25519::PublicKey::try_from_bytes(key).ok()?;
    Some(identity::PublicKey::from(key).to_peer_id())
}

/// An ed25519 key is short enough to stand in the peer id itself (an identity multihash).
fn peer_key(peer: &PeerId) -> Option<PeerKey> {
    let hash = peer.as_ref();
    let public = (hash.code() == 0).then(|| identity::PublicKey::try_decode_protobuf(hash.digest()).ok())??;
    public.try_into_ed25519().ok().map(|key| key.to_bytes())
}
