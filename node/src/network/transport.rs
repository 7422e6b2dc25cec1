//! The transport of a swarm: libp2p's own listeners, our own dials. In: addresses. Out: connections to peers that have
//! proven their key. A listening TCP port takes three forms of the same: bare, behind a proxy that says who came (PROXY
//! protocol), and as a web socket. What comes through a forwarder is the same once more, on a stream of our own line to it.

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
        upgrade::{InboundConnectionUpgrade as _, UpgradeInfo as _, Version},
    },
    identity::Keypair,
    multiaddr::Protocol,
    quic, tcp, tls,
};

use multistream_select::listener_select_proto;
use tokio::{sync::mpsc, time::timeout};

use super::{
    Address, accept,
    behind::Came,
    dial::{self, Dialler},
    fault::Fault,
    forward::Forwards,
    limits, socket,
    stream::Stream,
};

type Peer = (PeerId, StreamMuxerBox);

/// Listens, where it is to, and dials.
pub(super) struct Ways {
    listeners: Option<Listeners>,
    behind: Option<Behind>,
    dialler: Arc<Dialler>,
}

/// What comes through forwarders: streams on our own lines to them, in which people speak to us as over TCP.
struct Behind {
    id: ListenerId,
    key: tls::Config,
    came: mpsc::Receiver<Came>,
}

struct Listeners {
    tcp: Boxed<Peer>,
    quic: Boxed<Peer>,
}

impl Ways {
    /// An endpoint that only dials makes no listener's keys and sockets.
    pub(super) fn new(key: &Keypair, listens: Option<Arc<Forwards>>, dialler: Dialler) -> io::Result<Self> {
        let listeners = listens.map(|forwards| Listeners::new(key, forwards)).transpose()?;
        Ok(Self { listeners, behind: None, dialler: Arc::new(dialler) })
    }

    /// Takes what comes through forwarders, too.
    pub(super) fn behind(self, key: &Keypair, came: mpsc::Receiver<Came>) -> io::Result<Self> {
        let key = tls::Config::new(key).map_err(io::Error::other)?;
        Ok(Self { behind: Some(Behind { id: ListenerId::next(), key, came }), ..self })
    }

    /// The dial side, for who chooses what is tried first.
    pub(super) fn dialler(&self) -> Arc<Dialler> {
        self.dialler.clone()
    }
}

impl Listeners {
    fn new(key: &Keypair, forwards: Arc<Forwards>) -> io::Result<Self> {
        let tcp = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
            .and_then(move |stream, _| {
                let forwards = forwards.clone();
                async move { accept::accept(stream.0, &forwards).await }
            })
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
        // Asked first, since libp2p would share the port with whoever has it.
        if let Some(at) = Address::of(&address).and_then(|address| address.tcp_socket()) {
            socket::is_free(at).map_err(TransportError::Other)?;
        }
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
        if let Some(listeners) = &mut self.listeners {
            for transport in [&mut listeners.quic, &mut listeners.tcp] {
                if let Poll::Ready(event) = Pin::new(transport).poll(cx) {
                    return Poll::Ready(event.map_upgrade(|upgrade| upgrade.boxed()));
                }
            }
        }
        if let Some(behind) = &mut self.behind
            && let Poll::Ready(Some(came)) = behind.came.poll_recv(cx)
        {
            return Poll::Ready(behind.incoming(came));
        }
        Poll::Pending
    }
}

impl Behind {
    /// A stream that came through a forwarder, as a connection that came to a listener. Who sent it is the forwarder.
    fn incoming(&self, (local_addr, stream): Came) -> TransportEvent<BoxFuture<'static, io::Result<Peer>>, io::Error> {
        let upgrade = accepted(self.key.clone(), stream).boxed();
        let send_back_addr = local_addr.clone();
        TransportEvent::Incoming { listener_id: self.id, upgrade, local_addr, send_back_addr }
    }
}

/// What a listening port does with a stream: we show our key, then the peer does.
async fn accepted(key: tls::Config, stream: Stream) -> io::Result<Peer> {
    let shown = async {
        let (protocol, stream) = listener_select_proto(stream, key.protocol_info()).await.map_err(io::Error::other)?;
        let (peer, stream) = key.upgrade_inbound(stream, protocol).await.map_err(io::Error::other)?;
        let yamux = dial::yamux();
        let asked = listener_select_proto(stream, yamux.protocol_info()).await;
        let (protocol, stream) = asked.map_err(io::Error::other)?;
        Ok((peer, StreamMuxerBox::new(yamux.upgrade_inbound(stream, protocol).await?)))
    };
    timeout(limits::DIAL, shown).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
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
