//! One byte stream, whatever carries it: TCP, a proxy, TLS of the web, a web socket. In: any of them. Out: one type.

use futures::{AsyncRead, AsyncWrite};

/// What can be read and written.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// A byte stream.
pub(super) type Stream = Box<dyn Duplex>;

pub(super) fn boxed(stream: impl Duplex + 'static) -> Stream {
    Box::new(stream)
}

/// A TCP connection as a byte stream.
pub(super) fn of_tcp(stream: tokio::net::TcpStream) -> Stream {
    boxed(libp2p::tcp::tokio::TcpStream(stream))
}
