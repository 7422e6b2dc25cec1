//! The one way in by HTTP: for a person's dashboard, a company's page and a supplier's API.
//!
//! In: listeners, a room's `Router` and its [`Face`]. Out: nothing; it serves until the process ends. `server.rs`
//! accepts connections within bounds, `tls.rs` encrypts them where no web server before it does (`certificate.rs` by files that are renewed), `guard.rs` turns away other hosts and sites, `headers.rs` says how an answer may
//! be used, `session.rs` knows who is in, `loopback.rs` where a person's own room is, `words.rs` the languages, `assets.rs` the style; every bound is in `limits.rs`.
//! A room decides what it shows to whom; nothing of that is known here.

mod assets;
mod certificate;
mod guard;
mod headers;
pub mod limits;
#[cfg(test)]
#[path = "../../build/locales.rs"]
mod locales;
pub mod loopback;
mod server;
pub(crate) mod session;
mod tls;
pub(crate) mod words;

use axum::{Router, extract::DefaultBodyLimit, middleware, response::Response};
use regie_protocol::rate::Source;
use tokio::net::TcpListener;

pub(crate) use assets::{asset, style};
pub(crate) use guard::Led;
pub use guard::{Callers, Refused};
pub use tls::Tls;

/// How a room meets those who call: what differs between rooms, and no more than that.
#[derive(Clone)]
pub struct Face {
    /// The name of the room, for the log.
    pub name: &'static str,
    /// Who calls, and so what is asked of hosts and origins.
    pub callers: Callers,
    /// Largest body in bytes where a path of the room says no other.
    pub body_bytes: usize,
    /// A refusal, as this room says such things.
    pub refusal: fn(Refused) -> Response,
}

impl Face {
    /// Puts the guard, the time of a call and the bound of its body around a room.
    #[must_use]
    pub fn around(&self, room: Router) -> Guarded {
        let room = room.layer(DefaultBodyLimit::max(self.body_bytes));
        Guarded(room.layer(middleware::from_fn_with_state(self.clone(), guard::guard)), self.clone())
    }
}

/// A room with the guard around it: nothing else can be served.
pub struct Guarded(Router, Face);

impl Guarded {
    /// Adds what looks at every call and its answer, refusals included: it counts, and gives them names.
    #[must_use]
    pub fn watched(self, by: impl FnOnce(Router) -> Router) -> Self {
        Self(by(self.0), self.1)
    }

    /// Accepts for ever.
    pub async fn serve(self, listeners: Vec<TcpListener>) {
        self.serve_within(listeners, None).await;
    }

    /// The same, within TLS where there is one.
    pub async fn serve_within(self, listeners: Vec<TcpListener>, tls: Option<Tls>) {
        server::run(listeners, tls, headers::on_every_answer(self.0), self.1.name).await;
    }
}

/// Whence a request comes, where that tells one caller from others.
#[derive(Clone, Copy)]
pub(crate) struct Caller(pub Option<Source>);

/// The address at the other end of the connection that a request comes by.
#[derive(Clone, Copy)]
pub(crate) struct Whence(pub std::net::IpAddr);

/// Marks an answer to somebody who proved who they are; that connection is kept when places are short.
#[derive(Clone, Copy)]
pub(crate) struct Known;
