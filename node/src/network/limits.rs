//! Every bound of the network layer, with its unit. libp2p's defaults are not bounds.

use std::time::Duration;

/// Largest frame in bytes, either way.
pub const FRAME_BYTES: usize = regie_protocol::limits::FRAME_BYTES;
/// Streams of our protocol that a peer may have open on one connection.
pub const STREAMS: usize = 64;
/// Frames of ours at once on one connection; the rest waits its turn, so that the peer's bound is not met.
pub const EXCHANGES_PER_CONNECTION: usize = 32;
/// Streams of ours that are kept open on a connection while they carry nothing.
pub const IDLE_STREAMS: usize = 8;
/// Frames that wait their turn on one connection; above it an exchange is refused at once.
pub const WAITING_PER_CONNECTION: usize = 1024;
/// From a frame's first byte to its reply's last no more time may pass than this, or the stream is closed.
pub const EXCHANGE: Duration = Duration::from_secs(10);
/// A connection must be up and encrypted within this time.
pub const DIAL: Duration = Duration::from_secs(10);
/// A connection that nobody needs is closed after this time; the ping keeps wanted ones alive.
pub const IDLE: Duration = Duration::from_secs(24 * 60 * 60);
/// Time between two pings on a quiet connection.
pub const PING_INTERVAL: Duration = Duration::from_secs(15);
/// A ping without an answer for this long ends the connection.
pub const PING_TIMEOUT: Duration = Duration::from_secs(10);
/// Inbound connections that are being set up.
pub const PENDING_INCOMING: u32 = 256;
/// Connections in all.
pub const CONNECTIONS: u32 = 20_000;
/// Connections of one peer.
pub const CONNECTIONS_PER_PEER: u32 = 4;
/// yamux streams on one connection, of whatever protocol.
pub const YAMUX_STREAMS: usize = 128;
/// QUIC: bytes in flight on one stream, and on one connection.
pub const QUIC_STREAM_BYTES: u32 = 512 * 1024;
/// QUIC: bytes in flight on one connection.
pub const QUIC_CONNECTION_BYTES: u32 = 2 * 1024 * 1024;
/// Events that wait for the driver; when full no stream is read, which is back-pressure.
pub const EVENTS: usize = 256;
/// Dials that wait for the swarm.
pub const WAITING_DIALS: usize = 256;
