//! TCP connections with what libp2p does not set: a size of segments that passes any path, and an end to what nobody
//! acknowledges. In: where to. Out: a connected stream.

use std::{io, net::SocketAddr};

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::net::{TcpSocket, TcpStream};

use super::limits;

/// Connects; who calls bounds the time.
pub(super) async fn connect(to: SocketAddr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    // Asked for before the connection is made, so that the other side keeps to it too: a path that drops larger packets
    // without a word swallows nothing of ours.
    socket.set_tcp_mss(limits::TCP_SEGMENT_BYTES)?;
    patience(&SockRef::from(&socket))?;
    TcpSocket::from_std_stream(socket.into()).connect(to).await
}

/// Ends a connection on which nothing is acknowledged for so long: a full buffer keeps every other clock from it.
pub(super) fn patience(socket: &SockRef<'_>) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(limits::UNACKNOWLEDGED))?;
    #[cfg(not(target_os = "linux"))]
    let _ = socket;
    Ok(())
}
