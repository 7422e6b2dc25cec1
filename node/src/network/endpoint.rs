//! One identity on the network: a swarm in a task, and a handle to it.
//!
//! In: dials, frames to send, replies. Out: connection events and frames of peers, in a bounded queue: while it
//! is full no stream is read, so a flood waits in the peers' own buffers.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use futures::StreamExt as _;
use libp2p::{
    Multiaddr, PeerId, Swarm, SwarmBuilder, identity, noise, ping,
    swarm::{DialError as SwarmDialError, NetworkBehaviour, SwarmEvent, dial_opts::DialOpts},
    tcp, yamux,
};
use libp2p_connection_limits as connection_limits;
use tokio::sync::{mpsc, oneshot};
use zeroize::Zeroizing;

use super::{
    Address, limits,
    streams::{self, Exchange, Lines},
};

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
    /// The first connection to a peer is up.
    Connected(PeerKey),
    /// The last connection to a peer is gone.
    Disconnected(PeerKey),
    /// A frame that must be answered.
    Frame(PeerKey, Vec<u8>, Responder),
}

/// Answers one frame. Dropped without an answer it closes the stream.
#[derive(Debug)]
pub struct Responder(pub(super) oneshot::Sender<Vec<u8>>);

impl Responder {
    /// Sends the reply; to nobody, where the peer is gone or no longer waits: it asks again.
    pub fn reply(self, frame: Vec<u8>) {
        let _ = self.0.send(frame);
    }
}

/// A handle; clones share one swarm. The swarm ends when the last handle is dropped.
#[derive(Clone)]
pub struct Endpoint {
    dials: mpsc::Sender<Dial>,
    lines: Lines,
    listening: Arc<[Address]>,
}

/// A peer to be connected to, and who waits for that.
struct Dial {
    peer: PeerId,
    addresses: Vec<Multiaddr>,
    done: oneshot::Sender<Result<(), DialError>>,
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
        let (events, outbox) = mpsc::channel(limits::EVENTS);
        let lines = Lines::default();
        let mut swarm = build(secret, streams::Behaviour::new(lines.clone(), events.clone()))?;
        let mut bound = Vec::new();
        for address in listen {
            bound.push(bind(&mut swarm, address).await?);
        }
        let (dials, inbox) = mpsc::channel(limits::WAITING_DIALS);
        let task = Task { swarm, events, dials: HashMap::new(), connected: HashSet::new() };
        tokio::spawn(task.run(inbox));
        Ok((Self { dials, lines, listening: bound.into() }, outbox))
    }

    /// Where it listens, with the port the system chose.
    #[must_use]
    pub fn addresses(&self) -> Vec<Address> {
        self.listening.to_vec()
    }

    /// Connects to a peer, or finds that it is connected.
    ///
    /// # Errors
    /// [`DialError`].
    pub async fn connect(&self, peer: PeerKey, addresses: &[Address]) -> Result<(), DialError> {
        let peer = peer_id(&peer).ok_or(DialError::WrongPeer)?;
        let (done, wait) = oneshot::channel();
        let addresses = addresses.iter().map(|address| address.0.clone()).collect();
        self.dials.send(Dial { peer, addresses, done }).await.map_err(|_| DialError::Closed)?;
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
        let (done, wait) = oneshot::channel();
        self.lines.send(&peer, Exchange { frame, done });
        wait.await.map_err(|_| ExchangeError::Closed)?
    }
}

#[derive(NetworkBehaviour)]
struct Behaviour {
    limits: connection_limits::Behaviour,
    ping: ping::Behaviour,
    streams: streams::Behaviour,
}

fn build(secret: Zeroizing<[u8; 32]>, streams: streams::Behaviour) -> Result<Swarm<Behaviour>, StartError> {
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
        .with_behaviour(|_| behaviour(streams))
        .map_err(|e| setup(&e))?
        .with_swarm_config(|config| config.with_idle_connection_timeout(limits::IDLE))
        .with_connection_timeout(limits::DIAL)
        .build();
    Ok(swarm)
}

fn behaviour(streams: streams::Behaviour) -> Behaviour {
    let bounds = connection_limits::ConnectionLimits::default()
        .with_max_pending_incoming(Some(limits::PENDING_INCOMING))
        .with_max_established(Some(limits::CONNECTIONS))
        .with_max_established_per_peer(Some(limits::CONNECTIONS_PER_PEER));
    let ping = ping::Config::new().with_interval(limits::PING_INTERVAL).with_timeout(limits::PING_TIMEOUT);
    Behaviour { limits: connection_limits::Behaviour::new(bounds), ping: ping::Behaviour::new(ping), streams }
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

struct Task {
    swarm: Swarm<Behaviour>,
    events: mpsc::Sender<NetworkEvent>,
    dials: HashMap<PeerId, Vec<oneshot::Sender<Result<(), DialError>>>>,
    connected: HashSet<PeerId>,
}

impl Task {
    async fn run(mut self, mut inbox: mpsc::Receiver<Dial>) {
        loop {
            let event = tokio::select! {
                dial = inbox.recv() => match dial {
                    Some(dial) => { self.connect(dial); None }
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

    fn connect(&mut self, Dial { peer, addresses, done }: Dial) {
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
                peer_key(&peer_id).filter(|_| first).map(NetworkEvent::Connected)
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
            _ => None,
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
pub(super) fn peer_key(peer: &PeerId) -> Option<PeerKey> {
    let hash = peer.as_ref();
    let public = (hash.code() == 0).then(|| identity::PublicKey::try_decode_protobuf(hash.digest()).ok())??;
    public.try_into_ed25519().ok().map(|key| key.to_bytes())
}
