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

/// Can a TCP port be listened on? libp2p shares it with whoever already does (`SO_REUSEPORT`), and each of the two would get
/// some of the connections.
pub(super) fn is_free(at: SocketAddr) -> io::Result<()> {
    let socket = Socket::new(Domain::for_address(at), Type::STREAM, Some(Protocol::TCP))?;
    if at.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // Connections of a process that ended just now are in nobody's way.
    socket.set_reuse_address(true)?;
    socket.bind(&at.into())
}

/// Ends a connection on which nothing is acknowledged for so long: a full buffer keeps every other clock from it.
pub(super) fn patience(socket: &SockRef<'_>) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(limits::UNACKNOWLEDGED))?;
    #[cfg(not(target_os = "linux"))]
    let _ = socket;
    Ok(())
}
