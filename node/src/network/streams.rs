//! Streams that stay open: each carries one frame and its reply after another, both ways at once on streams of their own.
//!
//! In: streams of a connection, frames to send, replies. Out: peers' frames, into the endpoint's queue; replies, to who
//! asked. Everything runs in the connection's own task: a stream is opened and negotiated once, not for every frame, and
//! no frame passes the swarm.

use std::{
    collections::{HashMap, VecDeque},
    convert::Infallible,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use futures::{
    AsyncReadExt as _, AsyncWriteExt as _, FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered,
};
use libp2p::{
    Multiaddr, PeerId, StreamProtocol,
    core::{transport::PortUse, upgrade::ReadyUpgrade},
    multiaddr::Protocol,
    swarm::{
        ConnectionClosed, ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm,
        NetworkBehaviour, Stream, StreamUpgradeError, SubstreamProtocol, THandler, THandlerInEvent, THandlerOutEvent,
        ToSwarm,
        handler::{ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound},
    },
};
use regie_protocol::rate::Source;
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::{
    ExchangeError, NetworkEvent, PeerKey, Responder,
    budget::{self, Budget, Room},
    endpoint::peer_key,
    frame, limits,
};
use crate::public::source;

/// A stream of the one protocol, with nothing more to do once that is agreed.
type Regie = ReadyUpgrade<StreamProtocol>;

const REGIE: Regie = ReadyUpgrade::new(StreamProtocol::new("/regie/2"));

/// A frame to send, and who waits for the reply.
pub(super) struct Exchange {
    pub(super) frame: Vec<u8>,
    pub(super) done: oneshot::Sender<Result<Vec<u8>, ExchangeError>>,
}

/// The queue of one connection.
type Line = (ConnectionId, mpsc::Sender<Exchange>);

/// The queue of every connection, by peer, the newest last; clones share them.
#[derive(Clone, Default)]
pub(super) struct Lines(Arc<Mutex<HashMap<PeerKey, Vec<Line>>>>);

impl Lines {
    /// Queues an exchange on a connection to this peer, or ends it at once. Of several the newest: an older one may be of
    /// a peer that has come back since, and only a ping will tell that nobody is there.
    pub(super) fn send(&self, peer: &PeerKey, exchange: Exchange) {
        let line = self.locked().get(peer).and_then(|lines| lines.last()).map(|(_, line)| line.clone());
        let Some(line) = line else { return exchange.end(Err(ExchangeError::NotConnected)) };
        match line.try_send(exchange) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(exchange)) => exchange.end(Err(ExchangeError::Busy)),
            Err(mpsc::error::TrySendError::Closed(exchange)) => exchange.end(Err(ExchangeError::NotConnected)),
        }
    }

    /// Is there a connection to this peer?
    pub(super) fn lead_to(&self, peer: &PeerKey) -> bool {
        self.locked().contains_key(peer)
    }

    fn open(&self, peer: PeerKey, connection: ConnectionId) -> mpsc::Receiver<Exchange> {
        let (line, exchanges) = mpsc::channel(limits::WAITING_PER_CONNECTION);
        self.locked().entry(peer).or_default().push((connection, line));
        exchanges
    }

    /// Nothing goes out on this connection any more.
    pub(super) fn close(&self, peer: &PeerKey, connection: ConnectionId) {
        let mut all = self.locked();
        let Some(lines) = all.get_mut(peer) else { return };
        lines.retain(|(other, _)| *other != connection);
        if lines.is_empty() {
            all.remove(peer);
        }
    }

    /// No change of the map can stop half-way, so that a panic elsewhere leaves it whole.
    fn locked(&self) -> MutexGuard<'_, HashMap<PeerKey, Vec<Line>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Exchange {
    fn end(self, result: Result<Vec<u8>, ExchangeError>) {
        // Whoever asked may have stopped waiting.
        let _ = self.done.send(result);
    }
}

/// Gives every connection its queue. It must be the last of the swarm's behaviours: a connection that one of the others
/// denies must not have got one.
pub(super) struct Behaviour {
    lines: Lines,
    budget: Budget,
    events: mpsc::Sender<NetworkEvent>,
    broken: VecDeque<Broken>,
}

/// An exchange failed on this connection: whatever else it carries may be lost too, so it is to be closed.
#[derive(Debug)]
pub(super) struct Broken(pub(super) ConnectionId);

/// The same, as the connection says it of itself.
#[derive(Debug)]
pub(super) struct Failed;

impl Behaviour {
    pub(super) fn new(lines: Lines, budget: Budget, events: mpsc::Sender<NetworkEvent>) -> Self {
        Self { lines, budget, events, broken: VecDeque::new() }
    }

    fn handler(
        &self,
        connection: ConnectionId,
        peer: &PeerId,
        source: Option<Source>,
    ) -> Result<Handler, ConnectionDenied> {
        let peer = peer_key(peer).ok_or_else(|| ConnectionDenied::new(NotEd25519))?;
        Ok(Handler {
            peer,
            source,
            line: self.budget.line(peer),
            events: self.events.clone(),
            asked: self.lines.open(peer, connection),
            opening: VecDeque::new(),
            idle: Vec::new(),
            asking: FuturesUnordered::new(),
            serving: FuturesUnordered::new(),
            failed: false,
        })
    }
}

/// A peer with an identity of another kind can have no relationship here.
#[derive(Debug, thiserror::Error)]
#[error("the peer's identity is not an ed25519 key")]
struct NotEd25519;

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = Handler;
    type ToSwarm = Broken;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        from: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.handler(connection, &peer, source_of(from))
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: libp2p::core::Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        let handler = self.handler(connection, &peer, None)?;
        // Whom this side called it knows.
        self.budget.know(&handler.peer);
        Ok(handler)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if let FromSwarm::ConnectionClosed(ConnectionClosed { peer_id, connection_id, .. }) = event
            && let Some(peer) = peer_key(&peer_id)
        {
            self.lines.close(&peer, connection_id);
        }
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, connection: ConnectionId, _: THandlerOutEvent<Self>) {
        if let Some(peer) = peer_key(&peer) {
            self.lines.close(&peer, connection);
        }
        self.broken.push_back(Broken(connection));
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        match self.broken.pop_front() {
            Some(broken) => Poll::Ready(ToSwarm::GenerateEvent(broken)),
            // The next one comes by an event of a connection, after which the swarm asks again.
            None => Poll::Pending,
        }
    }
}

/// The streams of one connection.
pub(super) struct Handler {
    peer: PeerKey,
    source: Option<Source>,
    line: budget::Line,
    events: mpsc::Sender<NetworkEvent>,
    asked: mpsc::Receiver<Exchange>,
    /// Each waits for a stream that was asked for.
    opening: VecDeque<Exchange>,
    /// Our streams that carry nothing now.
    idle: Vec<Stream>,
    /// Our frames under way; a stream comes out that can carry the next.
    asking: FuturesUnordered<BoxFuture<'static, Option<Stream>>>,
    /// The peer's streams.
    serving: FuturesUnordered<BoxFuture<'static, ()>>,
    /// An exchange failed, and nobody was told yet.
    failed: bool,
}

impl Handler {
    fn ask(&mut self, stream: Stream, exchange: Exchange) {
        self.asking.push(ask(stream, exchange, self.line.room()).boxed());
    }

    /// Serves a stream of the peer's; one more than the bound is dropped, which resets it.
    fn serve(&mut self, stream: Stream) {
        if self.serving.len() < limits::STREAMS {
            let room = self.line.room();
            self.serving.push(serve((self.peer, self.source), room, stream, self.events.clone()).boxed());
        }
    }

    /// The stream that one exchange waited for can't be had.
    fn not_opened(&mut self, error: &StreamUpgradeError<Infallible>) {
        let error = match error {
            StreamUpgradeError::Timeout => ExchangeError::Timeout,
            _ => ExchangeError::Closed,
        };
        if let Some(exchange) = self.opening.pop_front() {
            exchange.end(Err(error));
        }
        // A stream that can't be had says that the connection carries nothing any more.
        self.failed = true;
    }
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Infallible;
    type ToBehaviour = Failed;
    type InboundProtocol = Regie;
    type OutboundProtocol = Regie;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Regie> {
        SubstreamProtocol::new(REGIE, ())
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ConnectionHandlerEvent<Regie, (), Failed>> {
        while let Poll::Ready(Some(())) = self.serving.poll_next_unpin(cx) {}
        loop {
            while let Poll::Ready(Some(stream)) = self.asking.poll_next_unpin(cx) {
                self.failed |= stream.is_none();
                self.idle.extend(stream.filter(|_| self.idle.len() < limits::IDLE_STREAMS));
            }
            if mem::take(&mut self.failed) {
                return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(Failed));
            }
            if self.asking.len() + self.opening.len() >= limits::EXCHANGES_PER_CONNECTION {
                return Poll::Pending;
            }
            let Poll::Ready(Some(exchange)) = self.asked.poll_recv(cx) else { return Poll::Pending };
            match self.idle.pop() {
                Some(stream) => self.ask(stream, exchange),
                None => {
                    self.opening.push_back(exchange);
                    let protocol = SubstreamProtocol::new(REGIE, ()).with_timeout(limits::EXCHANGE);
                    return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
                }
            }
        }
    }

    fn on_behaviour_event(&mut self, event: Infallible) {
        match event {}
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<'_, Regie, Regie>) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol: stream, .. }) => {
                self.serve(stream);
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol: stream, .. }) => {
                match self.opening.pop_front() {
                    Some(exchange) => self.ask(stream, exchange),
                    None => self.idle.push(stream),
                }
            }
            ConnectionEvent::DialUpgradeError(DialUpgradeError { error, .. }) => self.not_opened(&error),
            _ => {}
        }
    }
}

/// Whence somebody comes, as far as that tells one from others: not on this machine or in its own network, where a proxy or
/// a forwarder may speak for many.
fn source_of(from: &Multiaddr) -> Option<Source> {
    match from.iter().next()? {
        Protocol::Ip4(ip) => source(ip.into()),
        Protocol::Ip6(ip) => source(ip.into()),
        _ => None,
    }
}

/// Sends one frame and hears its reply; the stream comes back if it can carry the next.
async fn ask(mut stream: Stream, exchange: Exchange, mut room: Room) -> Option<Stream> {
    let Exchange { frame, done } = exchange;
    let talk = async {
        frame::write(&mut stream, &frame).await?;
        frame::read(&mut stream, &mut room).await
    };
    let result = match timeout(limits::EXCHANGE, talk).await {
        Ok(Ok(reply)) => Ok(reply),
        Ok(_) => Err(ExchangeError::Closed),
        Err(_) => Err(ExchangeError::Timeout),
    };
    let whole = result.is_ok();
    let _ = done.send(result);
    // One without its reply is not used again: what comes late would be read as the reply to the next frame.
    whole.then_some(stream)
}

/// Answers what a peer says on one stream, one frame after the other, until either side closes it.
async fn serve(
    (peer, source): (PeerKey, Option<Source>),
    mut room: Room,
    mut stream: Stream,
    events: mpsc::Sender<NetworkEvent>,
) {
    let mut begun = [0; 1];
    // Between two frames a stream may rest as long as its connection.
    while let Ok(1) = stream.read(&mut begun).await {
        let exchange = async {
            let frame = frame::read_rest(begun[0], &mut stream, &mut room).await?;
            // Before the queue: it is one for all, and a peer that floods must not fill it.
            let _turn = room.turn().await?;
            let (answered, answer) = oneshot::channel();
            let asked = NetworkEvent::Frame(peer, frame, Responder { answered, source });
            let closed = || std::io::Error::from(std::io::ErrorKind::BrokenPipe);
            events.send(asked).await.map_err(|_| closed())?;
            // Dropped unanswered: nothing will be said, and the stream ends.
            let answer = answer.await.map_err(|_| closed())?;
            frame::write(&mut stream, &answer).await
        };
        match timeout(limits::EXCHANGE, exchange).await {
            Ok(Ok(())) => room.empty(),
            ended => return tracing::debug!(?ended, "a peer's stream is dropped"),
        }
    }
    let _ = stream.close().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_shares_a_network_shares_a_source_and_who_may_speak_for_many_has_none() {
        let of = |text: &str| source_of(&text.parse().expect("an address"));
        assert_eq!(of("/ip4/9.9.9.9/tcp/1"), Some(Source([4, 9, 9, 9, 0, 0, 0])));
        assert_eq!(of("/ip4/9.9.9.9/tcp/1"), of("/ip4/9.9.9.200/udp/7/quic-v1"));
        assert_ne!(of("/ip4/9.9.9.9/tcp/1"), of("/ip4/9.9.8.9/tcp/1"));
        assert_eq!(of("/ip6/::ffff:9.9.9.9/tcp/1"), of("/ip4/9.9.9.9/tcp/1"));
        assert_eq!(of("/ip6/2620:fe:0:1::9/tcp/1"), of("/ip6/2620:fe:0:ffff::1/tcp/1"));
        assert_ne!(of("/ip6/2620:fe::9/tcp/1"), of("/ip6/2620:fe:1::9/tcp/1"));
        for nobodys in
            ["/ip4/127.0.0.1/tcp/1", "/ip4/10.1.2.3/tcp/1", "/ip6/::1/tcp/1", "/ip6/fe80::1/tcp/1", "/memory/7"]
        {
            assert_eq!(of(nobodys), None, "{nobodys}");
        }
    }
}
