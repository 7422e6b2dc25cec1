//! The dial side of QUIC version 1: libp2p's own dials without saying whom it wants, and so shows its key to whoever
//! answers. In: the own key, the wanted peer, a socket address. Out: a connection to that peer and no other, as a stream
//! muxer. The listening side is libp2p's.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures::{AsyncRead, AsyncWrite, FutureExt as _, future::BoxFuture};
use libp2p::{
    PeerId,
    core::muxing::{StreamMuxer, StreamMuxerEvent},
    identity::Keypair,
};
use quinn::{
    ClientConfig, ConnectionError, Endpoint, IdleTimeout, RecvStream, SendStream, TransportConfig, VarInt,
    crypto::rustls::QuicClientConfig,
};

use super::{address::unspecified, fault::Fault, keys, limits};

/// What rustls says on the wire where its verifier refuses the other side's key: the alert `access_denied` (49), as QUIC
/// writes TLS alerts (RFC 9001, 4.8).
const DENIED: u64 = 0x0100 + 49;

/// Dials a peer; the time is bounded by who calls.
pub(super) async fn dial(own: &Keypair, peer: PeerId, to: SocketAddr) -> io::Result<Muxer> {
    let tls = QuicClientConfig::try_from(keys::towards(own, peer)?).map_err(io::Error::other)?;
    let mut config = ClientConfig::new(Arc::new(tls));
    config.transport_config(Arc::new(transport()?));
    // A socket of its own for each dial: two relationships must not share a port.
    let mut endpoint = Endpoint::client((unspecified(to.ip()), 0).into())?;
    endpoint.set_default_client_config(config);
    // The name is not looked at; libp2p's specification leaves it to the dialler.
    let connecting = endpoint.connect(to, "l").map_err(io::Error::other)?;
    let connection = connecting.await.map_err(|error| io::Error::from(of_quic(&error)))?;
    Ok(Muxer { connection, incoming: None, outgoing: None, closing: None })
}

fn transport() -> io::Result<TransportConfig> {
    let mut transport = TransportConfig::default();
    let idle = IdleTimeout::try_from(limits::QUIC_IDLE).map_err(io::Error::other)?;
    transport
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .max_concurrent_bidi_streams(VarInt::from_u32(limits::STREAMS as u32))
        .datagram_receive_buffer_size(None)
        .stream_receive_window(VarInt::from_u32(limits::QUIC_STREAM_BYTES))
        .receive_window(VarInt::from_u32(limits::QUIC_CONNECTION_BYTES))
        .keep_alive_interval(Some(limits::QUIC_KEEP_ALIVE))
        .max_idle_timeout(Some(idle))
        .allow_spin(false);
    Ok(transport)
}

fn of_quic(error: &ConnectionError) -> Fault {
    match error {
        ConnectionError::TransportError(error) if u64::from(error.code) == DENIED => Fault::WrongPeer,
        ConnectionError::TimedOut => Fault::NoAnswer,
        ConnectionError::TransportError(_) | ConnectionError::VersionMismatch => Fault::NotRegie,
        other => Fault::Other(other.to_string()),
    }
}

type Opening = BoxFuture<'static, Result<(SendStream, RecvStream), ConnectionError>>;

/// A connection: gives the peer's streams and opens ours.
pub(super) struct Muxer {
    connection: quinn::Connection,
    incoming: Option<Opening>,
    outgoing: Option<Opening>,
    closing: Option<BoxFuture<'static, ConnectionError>>,
}

impl StreamMuxer for Muxer {
    type Substream = Stream;
    type Error = io::Error;

    fn poll_inbound(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<Stream>> {
        let muxer = self.get_mut();
        let connection = &muxer.connection;
        let accepting = muxer.incoming.get_or_insert_with(|| {
            let connection = connection.clone();
            async move { connection.accept_bi().await }.boxed()
        });
        let accepted = ready!(accepting.poll_unpin(cx));
        muxer.incoming = None;
        Poll::Ready(accepted.map(Stream::of).map_err(io::Error::from))
    }

    fn poll_outbound(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<Stream>> {
        let muxer = self.get_mut();
        let connection = &muxer.connection;
        let opening = muxer.outgoing.get_or_insert_with(|| {
            let connection = connection.clone();
            async move { connection.open_bi().await }.boxed()
        });
        let opened = ready!(opening.poll_unpin(cx));
        muxer.outgoing = None;
        Poll::Ready(opened.map(Stream::of).map_err(io::Error::from))
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let muxer = self.get_mut();
        let connection = &muxer.connection;
        let closing = muxer.closing.get_or_insert_with(|| {
            connection.close(VarInt::from_u32(0), &[]);
            let connection = connection.clone();
            async move { connection.closed().await }.boxed()
        });
        match ready!(closing.poll_unpin(cx)) {
            ConnectionError::LocallyClosed => Poll::Ready(Ok(())),
            error => Poll::Ready(Err(error.into())),
        }
    }

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<StreamMuxerEvent>> {
        Poll::Pending
    }
}

/// Both directions of a stream.
pub(super) struct Stream {
    send: SendStream,
    receive: RecvStream,
    closed: Option<Result<(), io::ErrorKind>>,
}

impl Stream {
    fn of((send, receive): (SendStream, RecvStream)) -> Self {
        Self { send, receive, closed: None }
    }
}

impl AsyncRead for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut [u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.receive).poll_read(cx, into)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        AsyncWrite::poll_write(Pin::new(&mut self.send), cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        AsyncWrite::poll_flush(Pin::new(&mut self.send), cx)
    }

    /// Closing a second time says what the first did: quinn takes it for an error.
    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(closed) = self.closed {
            return Poll::Ready(closed.map_err(io::Error::from));
        }
        let closed = ready!(AsyncWrite::poll_close(Pin::new(&mut self.send), cx));
        self.closed = Some(closed.as_ref().map_err(io::Error::kind).copied());
        Poll::Ready(closed)
    }
}
