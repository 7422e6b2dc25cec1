//! The transport of a swarm: libp2p's own listeners, our own dials. In: addresses. Out: connections to peers that have
//! proven their key. A listening TCP port takes three forms of the same: bare, behind a proxy that says who came (PROXY
//! protocol), and as a web socket.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures::{FutureExt as _, future::BoxFuture};
use libp2p::{
    Multiaddr, PeerId,
    core::{
        muxing::StreamMuxerBox,
        transport::{Boxed, DialOpts, ListenerId, Transport, TransportError, TransportEvent},
        upgrade::Version,
    },
    identity::Keypair,
    multiaddr::Protocol,
    quic, tcp, tls,
};

use super::{Address, accept, dial, dial::Dialler, fault::Fault, limits};

type Peer = (PeerId, StreamMuxerBox);

/// Listens, where it is to, and dials.
pub(super) struct Ways {
    listeners: Option<Listeners>,
    dialler: Arc<Dialler>,
}

struct Listeners {
    tcp: Boxed<Peer>,
    quic: Boxed<Peer>,
}

impl Ways {
    /// An endpoint that only dials makes no listener's keys and sockets.
    pub(super) fn new(key: &Keypair, listens: bool, dialler: Dialler) -> io::Result<Self> {
        let listeners = listens.then(|| Listeners::new(key)).transpose()?;
        Ok(Self { listeners, dialler: Arc::new(dialler) })
    }

    /// The dial side, for who chooses what is tried first.
    pub(super) fn dialler(&self) -> Arc<Dialler> {
        self.dialler.clone()
    }
}

impl Listeners {
    fn new(key: &Keypair) -> io::Result<Self> {
        let tcp = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
            .and_then(|stream, _| accept::accept(stream.0))
            .upgrade(Version::V1Lazy)
            .authenticate(tls::Config::new(key).map_err(io::Error::other)?)
            .multiplex(dial::yamux())
            .timeout(limits::DIAL)
            .boxed();
        let mut config = quic::Config::new(key);
        config.max_concurrent_stream_limit = limits::STREAMS as u32;
        config.max_stream_data = limits::QUIC_STREAM_BYTES;
        config.max_connection_data = limits::QUIC_CONNECTION_BYTES;
        config.max_idle_timeout = limits::QUIC_IDLE.as_millis().try_into().unwrap_or(u32::MAX);
        // The dialler keeps the line open; this side would only add to the traffic.
        config.keep_alive_interval = limits::QUIC_IDLE;
        config.handshake_timeout = limits::DIAL;
        let quic = quic::tokio::Transport::new(config)
            .map(|(peer, connection), _| (peer, StreamMuxerBox::new(connection)))
            .boxed();
        Ok(Self { tcp, quic })
    }

    fn for_address(&mut self, address: &Multiaddr) -> &mut Boxed<Peer> {
        let is_quic = address.iter().any(|part| matches!(part, Protocol::QuicV1));
        if is_quic { &mut self.quic } else { &mut self.tcp }
    }
}

impl Transport for Ways {
    type Output = Peer;
    type Error = io::Error;
    type ListenerUpgrade = BoxFuture<'static, io::Result<Peer>>;
    type Dial = BoxFuture<'static, io::Result<Peer>>;

    fn listen_on(&mut self, id: ListenerId, address: Multiaddr) -> Result<(), TransportError<io::Error>> {
        match &mut self.listeners {
            Some(listeners) => listeners.for_address(&address).listen_on(id, address),
            None => Err(TransportError::MultiaddrNotSupported(address)),
        }
    }

    fn remove_listener(&mut self, id: ListenerId) -> bool {
        let Some(listeners) = &mut self.listeners else { return false };
        listeners.tcp.remove_listener(id) || listeners.quic.remove_listener(id)
    }

    fn dial(&mut self, address: Multiaddr, _: DialOpts) -> Result<Self::Dial, TransportError<io::Error>> {
        // The swarm writes the wanted peer behind every address. Without one there is nobody to prove.
        let peer = address.iter().find_map(|part| match part {
            Protocol::P2p(peer) => Some(peer),
            _ => None,
        });
        let (Some(peer), Some(known)) = (peer, Address::of(&address)) else {
            return Err(TransportError::MultiaddrNotSupported(address));
        };
        Ok(self.dialler.clone().dial(known, peer).boxed())
    }

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<TransportEvent<Self::ListenerUpgrade, io::Error>> {
        let Some(listeners) = &mut self.listeners else { return Poll::Pending };
        for transport in [&mut listeners.quic, &mut listeners.tcp] {
            if let Poll::Ready(event) = Pin::new(transport).poll(cx) {
                return Poll::Ready(event.map_upgrade(|upgrade| upgrade.boxed()));
            }
        }
        Poll::Pending
    }
}

/// What a failed dial of one address says.
pub(super) fn fault(error: &TransportError<io::Error>) -> Fault {
    match error {
        TransportError::Other(error) => Fault::of(error),
        TransportError::MultiaddrNotSupported(_) => {
            Fault::NeedsOtherWay("an address of this kind can't be dialled; update regie, or ask for another link")
        }
    }
}
