//! One dial to one peer at one address: look the name up, open a byte stream there, prove the peer before the own key is
//! shown. In: an address with the peer's id. Out: a connection to that peer and no other.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::{StreamExt as _, stream::FuturesUnordered};
use futures_rustls::TlsConnector;
use libp2p::{
    PeerId,
    core::{
        muxing::StreamMuxerBox,
        upgrade::{OutboundConnectionUpgrade as _, UpgradeInfo as _, Version},
    },
    identity::Keypair,
    yamux,
};
use rustls::pki_types::ServerName;
use tokio::time::{sleep, timeout};

use super::{
    Address, Inward, Strangers, Transport, Way,
    address::{Carrier, Host},
    fault::{Fault, fits_way},
    keys, limits,
    proxy::{Login, Proxy},
    quic,
    resolve::resolve,
    socket,
    stream::{Stream, of_tcp},
    websocket,
};

/// How an endpoint dials: under which key, through which proxy, and what it tries first.
pub(super) struct Dialler {
    own: Keypair,
    proxy: Option<(Proxy, Login)>,
    strangers: Strangers,
    inward: Inward,
    /// What has a head start in the dials that are under way.
    first: Mutex<HashMap<PeerId, Transport>>,
}

impl Dialler {
    /// Where there is a proxy, everything goes through it, under a login drawn now.
    pub(super) fn new(own: Keypair, way: &Way) -> Self {
        let proxy = way.proxy.clone().map(|proxy| (proxy, Login::drawn()));
        let (strangers, inward) = (way.strangers.clone().unwrap_or_default(), way.inward.clone());
        Self { own, proxy, strangers, inward, first: Mutex::default() }
    }

    /// Does everything go through a proxy?
    pub(super) fn has_proxy(&self) -> bool {
        self.proxy.is_some()
    }

    /// Says what is to have a head start in the next dial of this peer; nothing, when that is over.
    pub(super) fn prefer(&self, peer: PeerId, first: Option<Transport>) {
        // No change of the map can stop half-way.
        let mut all = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        match first {
            Some(first) => drop(all.insert(peer, first)),
            None => drop(all.remove(&peer)),
        }
    }

    /// Connects to a peer, within [`limits::DIAL`], or [`limits::DIAL_THROUGH_PROXY`].
    pub(super) async fn dial(self: Arc<Self>, address: Address, peer: PeerId) -> io::Result<(PeerId, StreamMuxerBox)> {
        fits_way(&address, self.proxy.is_some())?;
        if self.has_proxy() && !self.inward.permits_beyond(&address) {
            return Err(Fault::Inward.into());
        }
        // Outside of the bound: who waits for another to be tried first still has the whole time.
        sleep(self.head_start(&peer, &address)).await;
        let bound = if self.has_proxy() { limits::DIAL_THROUGH_PROXY } else { limits::DIAL };
        let dialled = timeout(bound, self.connect(&address, peer)).await;
        let muxer =
            dialled.unwrap_or_else(|_| Err(Fault::NoAnswer.into())).map_err(|error| explained(error, &address))?;
        Ok((peer, muxer))
    }

    async fn connect(&self, address: &Address, peer: PeerId) -> io::Result<StreamMuxerBox> {
        if let (Some((proxy, drawn)), Host::Name { .. } | Host::Onion(_)) = (&self.proxy, &address.host) {
            let stream = proxy.open(&address.host, address.port, drawn).await?;
            return self.within(of_tcp(stream), address, peer).await;
        }
        let mut found = resolve(&address.host, address.port).await?;
        // After the name was looked up, at every dial: what it leads to may be another machine each time.
        found.retain(|to| self.inward.permits(address, *to));
        if found.is_empty() {
            return Err(Fault::Inward.into());
        }
        let worth = self.strangers.spare(address, found);
        if worth.is_empty() {
            return Err(Fault::LetAlone.into());
        }
        earliest(worth, |to| async move {
            let dialled = self.reach(to, address, peer).await;
            if dialled.as_ref().is_err_and(is_wrong_peer) {
                self.strangers.note(address, to);
            }
            dialled
        })
        .await
    }

    /// The peer at one socket of the address; over the proxy, if there is one.
    async fn reach(&self, to: SocketAddr, address: &Address, peer: PeerId) -> io::Result<StreamMuxerBox> {
        if address.carrier == Carrier::Quic {
            return Ok(StreamMuxerBox::new(quic::dial(&self.own, peer, to).await?));
        }
        let stream = match &self.proxy {
            Some((proxy, drawn)) => proxy.open(&address.host, address.port, drawn).await?,
            None => socket::connect(to).await?,
        };
        self.within(of_tcp(stream), address, peer).await
    }

    /// The peer within a stream to its address, which may go through a web server.
    async fn within(&self, mut stream: Stream, address: &Address, peer: PeerId) -> io::Result<StreamMuxerBox> {
        if let Carrier::WebSocket { tls, path } = &address.carrier {
            if *tls {
                stream = within_tls(stream, address).await?;
            }
            stream = websocket::dial(stream, *tls, &authority(address), path).await?;
        }
        self.prove(stream, peer).await
    }

    /// The peer shows its key, and only then do we.
    async fn prove(&self, stream: Stream, peer: PeerId) -> io::Result<StreamMuxerBox> {
        // Nothing but TLS is offered: whoever answers can't talk us into showing our key first.
        let asked = multistream_select::dialer_select_proto(stream, ["/tls/1.0.0"], Version::V1Lazy).await;
        let (_, stream) = asked.map_err(|_| io::Error::from(Fault::NotRegie))?;
        let config = Arc::new(keys::towards(&self.own, peer)?);
        // No name is sent: an address that names nobody switches that off.
        let nobody = ServerName::IpAddress(IpAddr::from([0, 0, 0, 0]).into());
        let stream = TlsConnector::from(config).connect(nobody, stream).await?;
        let yamux = yamux();
        let asked = multistream_select::dialer_select_proto(stream, yamux.protocol_info(), Version::V1Lazy).await;
        let (protocol, stream) = asked.map_err(|_| io::Error::from(Fault::NotRegie))?;
        Ok(StreamMuxerBox::new(yamux.upgrade_outbound(stream, protocol).await?))
    }

    /// What is tried first has a head start: it costs the others little, and saves a connection to be thrown away.
    fn head_start(&self, peer: &PeerId, address: &Address) -> Duration {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).get(peer).copied();
        match (first, address.transport()) {
            (None, _) => Duration::ZERO,
            (Some(first), own) if first == own => Duration::ZERO,
            (_, Transport::Quic | Transport::Tcp) => limits::HEAD_START,
            (_, Transport::WebSocket) => 2 * limits::HEAD_START,
        }
    }
}

/// The muxer of streams on a connection that has none of its own, within our bounds.
pub(super) fn yamux() -> yamux::Config {
    let mut yamux = yamux::Config::default();
    yamux.set_max_num_streams(limits::YAMUX_STREAMS);
    yamux
}

/// TLS as the web server on the way expects it.
async fn within_tls(stream: Stream, address: &Address) -> io::Result<Stream> {
    let Host::Name { name, .. } = &address.host else { return Err(Fault::NotRegie.into()) };
    let name = ServerName::try_from(name.clone()).map_err(|_| io::Error::from(Fault::UnknownName))?;
    let connector = TlsConnector::from(Arc::new(keys::of_the_web()?));
    Ok(super::stream::boxed(connector.connect(name, stream).await?))
}

/// The host as a web server knows it, with the port where that is not the usual one.
fn authority(address: &Address) -> String {
    let host = match &address.host {
        Host::Ip(IpAddr::V6(ip)) => format!("[{ip}]"),
        host => host.text(),
    };
    let usual = if matches!(address.carrier, Carrier::WebSocket { tls: true, .. }) { 443 } else { 80 };
    if address.port == usual { host } else { format!("{host}:{}", address.port) }
}

/// Tries several addresses of one name, each a little after the one before, and takes the first that works (RFC 8305).
pub(super) async fn earliest<T, F>(found: Vec<SocketAddr>, dial: impl Fn(SocketAddr) -> F) -> io::Result<T>
where
    F: Future<Output = io::Result<T>>,
{
    let mut dials: FuturesUnordered<_> = found
        .into_iter()
        .zip(0_u32..)
        .map(|(to, number)| {
            let dialled = dial(to);
            async move {
                sleep(limits::HEAD_START * number).await;
                dialled.await
            }
        })
        .collect();
    let mut last = io::Error::from(Fault::UnknownName);
    // The first that stands drops the others, which ends their handshakes.
    while let Some(dialled) = dials.next().await {
        match dialled {
            Ok(dialled) => return Ok(dialled),
            // That somebody else answers is what a person has to hear.
            Err(_) if is_wrong_peer(&last) => {}
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn is_wrong_peer(error: &io::Error) -> bool {
    Fault::of(error) == Fault::WrongPeer
}

/// An error as a fault of this address.
fn explained(error: io::Error, address: &Address) -> io::Error {
    match Fault::of(&error) {
        Fault::NoRoute if address.is_ip6() => Fault::NoIpv6.into(),
        fault => fault.into(),
    }
}
