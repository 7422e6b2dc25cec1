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
/// What is tried first is given this much time before the next is tried beside it (RFC 8305 takes 250 ms).
pub const HEAD_START: Duration = Duration::from_millis(250);
/// The system's resolver of names has to answer within this time.
pub const RESOLVE: Duration = Duration::from_secs(5);
/// Addresses of one name that are tried.
pub const ADDRESSES_OF_A_NAME: usize = 8;
/// For how long a place is let alone where somebody else answered: a network may only have redirected this node.
pub const LET_ALONE: Duration = Duration::from_secs(60 * 60);
/// Places of one peer that are let alone.
pub const STRANGERS: usize = 64;
/// Through a proxy a connection must be up and encrypted within this time: Tor needs it to meet an onion service.
pub const DIAL_THROUGH_PROXY: Duration = Duration::from_secs(30);
/// A question on the web may take so long in all: the name, the connection, the answer. Through a proxy as much as a line may take to
/// stand there.
pub const QUESTION: Duration = Duration::from_secs(10);

/// How long a question on the web may take, through a proxy or not.
#[must_use]
pub fn question(through_proxy: bool) -> Duration {
    if through_proxy { DIAL_THROUGH_PROXY } else { QUESTION }
}

/// The proxy itself must take a connection within this time.
pub const PROXY: Duration = Duration::from_secs(5);
/// Longest address, in bytes of text.
pub const ADDRESS_BYTES: usize = regie_protocol::limits::NAME_BYTES;
/// Longest path of a web socket, in bytes.
pub const PATH_BYTES: usize = 64;
/// Longest answer of a proxy to CONNECT, in bytes.
pub const PROXY_ANSWER_BYTES: usize = 8 * 1024;
/// Pause between two looks at how a connection begins.
pub const PEEK: Duration = Duration::from_millis(10);
/// Largest message of a web socket, in bytes. Ours have a few KiB.
pub const WEB_SOCKET_MESSAGE_BYTES: usize = 256 * 1024;
/// Bytes that wait to be written to a web socket.
pub const WEB_SOCKET_WAITING_BYTES: usize = 1024 * 1024;
/// Companions that an endpoint forwards for.
pub const FORWARD_KEYS: usize = 64;
/// People that are passed on at once, in all.
pub const FORWARDED: usize = 512;
/// People that are passed on to one supplier at once. With its other streams they are less than [`YAMUX_STREAMS`].
pub const FORWARDED_PER_KEY: usize = 48;
/// People who wait for one supplier to take them.
pub const FORWARD_WAITING: usize = 16;
/// A supplier must take somebody who came within this time.
pub const FORWARD_OPEN: Duration = Duration::from_secs(5);
/// A line that is passed on ends when nothing moves for so long. Peers ping within it every [`PING_INTERVAL`].
pub const FORWARD_IDLE: Duration = Duration::from_secs(30);
/// Bytes that are read at once of somebody who is passed on, each way; so many wait here where the other side is slow.
pub const FORWARD_BUFFER_BYTES: usize = 16 * 1024;
/// Forwarders of one endpoint.
pub const FORWARDERS: usize = 4;
/// People who came through forwarders and are not being set up yet; one more is dropped.
pub const CAME: usize = 64;
/// First pause before a forwarder is dialled again; each is drawn between half and all, and the next is twice as long.
pub const FORWARDER_PAUSE: Duration = Duration::from_secs(1);
/// Longest such pause.
pub const FORWARDER_LONGEST_PAUSE: Duration = Duration::from_secs(120);
/// A line to a forwarder that lived so long makes the next pause short again.
pub const FORWARDER_LIVED: Duration = Duration::from_secs(60);
/// TCP: bytes of a segment. With its headers it passes a path of 1,280 bytes, the least that IPv6 guarantees.
pub const TCP_SEGMENT_BYTES: u32 = 1200;
/// TCP: a connection ends when nothing is acknowledged for so long.
pub const UNACKNOWLEDGED: Duration = Duration::from_secs(15);
/// QUIC: a connection ends when nothing is heard for so long.
pub const QUIC_IDLE: Duration = Duration::from_secs(15);
/// QUIC: the dialler says something after so long, so that the mappings of NATs on the way live.
pub const QUIC_KEEP_ALIVE: Duration = Duration::from_secs(7);
/// A connection that nobody needs is closed after this time; the ping keeps wanted ones alive.
pub const IDLE: Duration = Duration::from_secs(24 * 60 * 60);
/// Time between two pings on a connection.
pub const PING_INTERVAL: Duration = Duration::from_secs(8);
/// A ping without an answer for this long ends the connection: a dead line is noticed within the sum of both, and the
/// time between two looks.
pub const PING_TIMEOUT: Duration = Duration::from_secs(6);
/// How long a connection stays beside the one that took its place.
pub const REPLACED: Duration = Duration::from_secs(5);
/// Time between two looks at which connections have fallen silent.
pub const LOOK: Duration = Duration::from_secs(1);
/// How long a fresh listener's addresses are gathered before it is said where it listens.
pub const GATHER: Duration = Duration::from_millis(100);
/// Inbound connections that are being set up.
pub const PENDING_INCOMING: u32 = 256;
/// Connections in all.
pub const CONNECTIONS: u32 = 20_000;
/// Connections of one peer. A new one replaces the older; those of a peer that crashed stand until TCP gives them up.
pub const CONNECTIONS_PER_PEER: u32 = 8;
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
/// Bytes of frames that are being said or not answered yet, of all peers that are known, by this endpoint.
pub const KNOWN_BYTES: usize = 64 * 1024 * 1024;
/// The same of one of them: as many frames as a node sends at once.
pub const BYTES_PER_KNOWN: usize = EXCHANGES_PER_CONNECTION * FRAME_BYTES;
/// The same of all strangers.
pub const STRANGERS_BYTES: usize = 16 * 1024 * 1024;
/// The same of one of them.
pub const BYTES_PER_STRANGER: usize = 1024 * 1024;
/// What each peer may hold whatever others do.
pub const OWN_BYTES: usize = 4 * 1024;
/// Bytes of a frame that room is taken for at once.
pub const CHUNK_BYTES: usize = 4 * 1024;
/// Frames of one peer that the driver has at once; more wait at their streams.
pub const FRAMES_IN_HAND: usize = 16;
