//! The only code that knows libp2p: bounded frames between two ed25519 identities over TCP and QUIC.
//!
//! In: a secret key, addresses, frames. Out: frames and connection events. No libp2p type leaves this module,
//! and nothing but Noise/TLS, yamux, ping and one protocol of frames and replies is spoken: no `identify`, so that
//! two endpoints of one process share nothing a peer could see.

mod address;
mod endpoint;
mod frame;
pub mod limits;
mod streams;

pub use address::{Address, BadAddress};
pub use endpoint::{DialError, Endpoint, ExchangeError, NetworkEvent, PeerKey, Responder, StartError};
