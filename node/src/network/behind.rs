//! Streams of `/regie/forward/1` on the line between a forwarder and a supplier: one for each person that is passed on. In:
//! what a forwarder asks for; what a supplier is given. Out: streams, to the copying and to the transport.

use std::{
    collections::{HashMap, VecDeque},
    convert::Infallible,
    future::{Ready, ready},
    option,
    sync::Arc,
    task::{Context, Poll},
};

use libp2p::{
    Multiaddr, PeerId, StreamProtocol,
    core::{
        transport::PortUse,
        upgrade::{InboundUpgrade, OutboundUpgrade, UpgradeInfo},
    },
    swarm::{
        ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm, NetworkBehaviour,
        Stream as Substream, SubstreamProtocol, THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
        handler::{ConnectionEvent, FullyNegotiatedInbound, FullyNegotiatedOutbound},
    },
};
use tokio::sync::mpsc;

use super::{
    PeerKey,
    endpoint::peer_key,
    forward::{Asked, Forwards},
    limits,
    stream::{Stream, boxed},
};

const FORWARD: StreamProtocol = StreamProtocol::new("/regie/forward/1");

/// A stream that a forwarder opened, with the address under which the person came.
pub(super) type Came = (Multiaddr, Stream);

/// Gives the lines of those who are forwarded for, and of those who forward, what they need; others get nothing.
pub(super) struct Behaviour {
    forwards: Arc<Forwards>,
    through: HashMap<PeerKey, Multiaddr>,
    came: mpsc::Sender<Came>,
}

impl Behaviour {
    pub(super) fn new(forwards: Arc<Forwards>, through: HashMap<PeerKey, Multiaddr>, came: mpsc::Sender<Came>) -> Self {
        Self { forwards, through, came }
    }

    fn handler(&self, peer: &PeerId) -> Handler {
        let key = peer_key(peer);
        Handler {
            asked: key.and_then(|key| self.forwards.line(&key)),
            opening: VecDeque::new(),
            // By the key that the line proved: who is not our forwarder sends nobody here.
            takes: key.and_then(|key| self.through.get(&key)).map(|address| (address.clone(), self.came.clone())),
        }
    }
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = Handler;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler(&peer))
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: libp2p::core::Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(self.handler(&peer))
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

/// One line.
pub(super) struct Handler {
    /// Towards somebody who is forwarded for.
    asked: Option<mpsc::Receiver<Asked>>,
    /// Each waits for a stream that was asked for.
    opening: VecDeque<Asked>,
    /// From somebody who forwards for us.
    takes: Option<(Multiaddr, mpsc::Sender<Came>)>,
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Infallible;
    type ToBehaviour = Infallible;
    type InboundProtocol = Offered;
    type OutboundProtocol = Offered;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Offered> {
        SubstreamProtocol::new(Offered(self.takes.is_some()), ())
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ConnectionHandlerEvent<Offered, (), Infallible>> {
        let Some(asked) = &mut self.asked else { return Poll::Pending };
        // Who stopped waiting needs no stream any more.
        while let Poll::Ready(Some(asked)) = asked.poll_recv(cx) {
            if !asked.is_closed() {
                self.opening.push_back(asked);
                let protocol = SubstreamProtocol::new(Offered(true), ()).with_timeout(limits::FORWARD_OPEN);
                return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
            }
        }
        Poll::Pending
    }

    fn on_behaviour_event(&mut self, event: Infallible) {
        match event {}
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<'_, Offered, Offered>) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol: stream, .. }) => {
                if let Some((address, came)) = &self.takes {
                    // One more than can wait is dropped, which resets it.
                    let _ = came.try_send((address.clone(), boxed(stream)));
                }
            }
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound { protocol: stream, .. }) => {
                if let Some(asked) = self.opening.pop_front() {
                    let _ = asked.send(boxed(stream));
                }
            }
            // Dropped, it tells who waits that there will be none.
            ConnectionEvent::DialUpgradeError(_) => drop(self.opening.pop_front()),
            _ => {}
        }
    }
}

/// The protocol, offered to those who forward for us and to nobody else.
pub(super) struct Offered(bool);

impl UpgradeInfo for Offered {
    type Info = StreamProtocol;
    type InfoIter = option::IntoIter<StreamProtocol>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.0.then_some(FORWARD).into_iter()
    }
}

impl InboundUpgrade<Substream> for Offered {
    type Output = Substream;
    type Error = Infallible;
    type Future = Ready<Result<Substream, Infallible>>;

    fn upgrade_inbound(self, stream: Substream, _: StreamProtocol) -> Self::Future {
        ready(Ok(stream))
    }
}

impl OutboundUpgrade<Substream> for Offered {
    type Output = Substream;
    type Error = Infallible;
    type Future = Ready<Result<Substream, Infallible>>;

    fn upgrade_outbound(self, stream: Substream, _: StreamProtocol) -> Self::Future {
        ready(Ok(stream))
    }
}
