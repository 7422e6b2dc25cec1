//! The only code that knows libp2p: bounded frames between two ed25519 identities over TCP, QUIC and web sockets.
//!
//! In: a secret key, addresses, frames. Out: frames and connection events. No libp2p type leaves this module,
//! and nothing but TLS, yamux, ping and one protocol of frames and replies is spoken to people: no `identify`, so that
//! two endpoints of one process share nothing a peer could see.
//!
//! `endpoint` is one identity; `streams` its frames on connections; `transport` how connections come about: `accept` for
//! those that come, `dial` for those that are made (`resolve` looks names up, `socket` is TCP, `proxy` the way through a
//! proxy, `websocket` through a web server, `quic` the dial side of QUIC), `keys` the TLS in which the dialler shows itself
//! last, and the web's own, in which `web` reaches a domain's server. `inward` says which private places may be dialled. `strangers` remembers where somebody else answered, `fault` says in words why a dial failed. `forward` passes
//! people on to suppliers without an address, `through` is such a supplier's side, and `behind` the protocol between the
//! two: the only other one, and spoken on their lines alone.

mod accept;
mod address;
mod behind;
mod budget;
mod dial;
mod endpoint;
mod fault;
mod forward;
mod frame;
mod inward;
mod keys;
pub mod limits;
mod proxy;
mod quic;
mod resolve;
mod socket;
mod strangers;
mod stream;
mod streams;
mod through;
mod transport;
mod web;
mod websocket;

pub use address::{Address, BadAddress, Reach, Transport};
pub use endpoint::{Endpoint, ExchangeError, NetworkEvent, PeerKey, Responder, StartError, Way};
pub use fault::{DialError, Fault};
pub use forward::{Forwarding, Place};
pub use inward::Inward;
pub use proxy::{BadProxy, Proxy};
pub use strangers::Strangers;
pub use through::{BadThrough, Standing, Through};
pub use web::{WebWay, plain, secured, secured_over, web};
