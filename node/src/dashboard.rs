//! The person's dashboard: pages over the same commands as the command line. It holds no rule of its own.
//!
//! In: HTTP on the loopback, as `web` lets it through. Out: pages that work without JavaScript, in Dutch and English.
//! `guard.rs` asks for a session that is not locked, `session.rs` knows who is in, `tries.rs` how often a passphrase may
//! be tried, `kept.rs` what was sent too late, `drawn.rs` what waits under a name that was drawn, `place.rs` where a person wanted to go, `elsewhere.rs` has the room for browsers on other machines,
//! `passkeys.rs` looks at what authenticators answer; `pages/` has the pages.

mod drawn;
mod elsewhere;
mod guard;
mod kept;
mod pages;
#[cfg(feature = "passkeys")]
mod passkeys;
mod place;
mod session;
mod tries;

use std::{future::Future, net::SocketAddr, path::PathBuf, pin::Pin, sync::Arc};

use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse as _, Response},
};
use regie_protocol::RootSeed;
use tokio::sync::{OnceCell, Semaphore, watch};
use zeroize::Zeroizing;

use crate::{
    command::Failure,
    elsewhere::Elsewhere,
    person::{Back, Desk},
    store::Passphrase,
    verb::Conduct,
    web::{
        Callers, Face, Guarded, Refused, limits,
        loopback::{self, OwnHosts},
        words,
    },
};

pub use session::Doors;

/// What a node begins with.
pub enum Beginning {
    /// The home that is there.
    Home,
    /// Nothing: an identity is drawn.
    New,
    /// The 24 words of a node that was lost.
    Words(RootSeed),
    /// A backup or the package of a move, as it was written; it opens with the passphrase of the home.
    Backup(Vec<u8>),
}

/// A node that began.
pub struct Begun {
    /// How to ask it.
    pub desk: Desk,
    /// The recovery phrase of an identity that was drawn.
    pub phrase: Option<Zeroizing<String>>,
    /// How it goes on, where it came in a file.
    pub back: Option<Back>,
}

/// Makes a home under a passphrase and starts its node.
pub type Starter =
    Arc<dyn Fn(Beginning, Passphrase) -> Pin<Box<dyn Future<Output = Result<Begun, Failure>> + Send>> + Send + Sync>;

/// Where a request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    /// On the person's own machine.
    Home,
    /// On another one.
    Elsewhere,
}

/// Everything the pages need.
pub struct Dashboard {
    node: OnceCell<Desk>,
    /// Present where no node runs yet.
    starter: Option<Starter>,
    /// Is there a home, and only its passphrase missing?
    closed: bool,
    home: PathBuf,
    doors: Arc<Doors>,
    /// One passphrase is tried at a time.
    trying: Semaphore,
    /// The files of one visitor are read at a time: opening one may take a gigabyte.
    finding: Semaphore,
    hosts: OwnHosts,
    /// Where browsers on other machines are to come in.
    elsewhere: Option<Elsewhere>,
}

/// A dashboard that listens.
pub struct Listening {
    listeners: Vec<tokio::net::TcpListener>,
    app: Arc<Dashboard>,
}

/// Takes the address.
///
/// # Errors
/// Where it is taken, or is not of this machine's loopback.
pub async fn listen(address: SocketAddr, home: PathBuf, doors: Arc<Doors>) -> Result<Listening, Failure> {
    if !loopback::is_own(address.ip()) {
        let next = "choose a port of 127.0.0.1 or [::1], or reach it through an SSH tunnel";
        return Err(Failure::usage(format!("the dashboard listens on the loopback only, not on {address}; {next}")));
    }
    let taken = |error: std::io::Error| {
        let next = "choose another with --dashboard 127.0.0.1:PORT, or turn it off with --dashboard off";
        Failure::internal(format!(
            "the dashboard can't listen on both 127.0.0.1 and [::1] at port {}: {error}; {next}",
            address.port()
        ))
    };
    let listeners = loopback::listen(address).await.map_err(taken)?;
    let at = listeners.first().map_or(Ok(address), tokio::net::TcpListener::local_addr).map_err(taken)?;
    let (node, trying, finding) = (OnceCell::new(), Semaphore::new(1), Semaphore::new(1));
    let hosts = OwnHosts::draw(at.port());
    Ok(Listening {
        listeners,
        app: Arc::new(Dashboard {
            node,
            starter: None,
            closed: false,
            home,
            doors,
            trying,
            finding,
            hosts,
            elsewhere: None,
        }),
    })
}

impl Listening {
    /// A link that lets its holder in, once, for a short time.
    #[must_use]
    pub fn link(&self) -> String {
        self.app.doors.link(&self.app.hosts)
    }

    /// The same, to be given to another program: other users of this machine may read what it was given. It leads to the name
    /// that the node drew, and does not have it.
    #[must_use]
    pub fn link_at_the_door(&self) -> String {
        self.app.doors.link(&self.app.hosts).replace(self.app.hosts.name(), &self.app.hosts.door())
    }

    /// Where a person comes back to, by their passphrase.
    #[must_use]
    pub fn door(&self) -> String {
        format!("http://{}/", self.app.hosts.door())
    }

    /// Has the pages of a node that runs. Where the person wants that, they are open to browsers elsewhere from here on.
    ///
    /// # Errors
    /// It can't be listened there.
    pub async fn of(self, node: Desk) -> Result<Self, Failure> {
        let _ = self.app.node.set(node);
        self.app.open_elsewhere().await?;
        Ok(self)
    }

    /// Serves them on this machine.
    pub async fn serve(self) {
        let Self { listeners, app } = self;
        router(app).serve(listeners).await;
    }

    /// Browsers on other machines are to come in there, once a node runs.
    #[must_use]
    pub fn reached_from(mut self, elsewhere: Option<Elsewhere>) -> Self {
        if let Some(app) = Arc::get_mut(&mut self.app) {
            app.elsewhere = elsewhere;
        }
        self
    }

    /// There is a home, and its passphrase is asked for at the door.
    #[must_use]
    pub fn closed(mut self) -> Self {
        if let Some(app) = Arc::get_mut(&mut self.app) {
            app.closed = true;
        }
        self
    }

    /// Serves the first steps where there is no home yet, or asks for the passphrase of one that is there, and the node's pages after them.
    pub async fn first_run(self, starter: Starter) {
        let Self { listeners, app } = self;
        if let Ok(mut app) = Arc::try_unwrap(app) {
            app.starter = Some(starter);
            router(Arc::new(app)).serve(listeners).await;
        }
    }
}

impl Dashboard {
    /// Is there no home yet?
    fn is_first_run(&self) -> bool {
        self.node.get().is_none() && !self.closed
    }

    /// Starts the node of a home that waits for its passphrase. Nothing, where it runs.
    async fn begin_by(self: &Arc<Self>, passphrase: &str) -> Result<(), Failure> {
        let Some(starter) = self.starter.as_ref().filter(|_| self.closed) else { return Ok(()) };
        let _turn = self.trying.acquire().await.map_err(Failure::internal)?;
        if self.node.get().is_none() {
            let begun = starter(Beginning::Home, Passphrase::new(passphrase.to_owned())).await?;
            let _ = self.node.set(begun.desk);
            if let Err(failure) = self.open_elsewhere().await {
                // The person is here, at home, and goes on here.
                tracing::error!(code = failure.code, "{failure}");
            }
        }
        Ok(())
    }

    /// Tells when something was committed.
    async fn commits(&self) -> Result<watch::Receiver<u64>, Failure> {
        self.desk()?.commits().await
    }

    fn desk(&self) -> Result<&Desk, Failure> {
        let none = || Failure::new("no_node", crate::command::exit::UNREACHABLE, "there is no node yet");
        self.node.get().ok_or_else(none)
    }

    async fn ask<V: Conduct<Desk>>(&self, verb: V) -> Result<V::Answer, Failure> {
        self.desk()?.ask(verb).await
    }
}

fn router(app: Arc<Dashboard>) -> Guarded {
    let callers = Callers::Owner(app.hosts.clone());
    let face = Face { name: "dashboard", callers, body_bytes: limits::FORM_BYTES, refusal };
    face.around(guard::around(pages::routes(), app, Room::Home))
}

fn refusal(refused: Refused) -> Response {
    let words = match refused {
        // There the person is told, in their language. No redirect: a browser lets a form lead to none of our other hosts.
        // An answer without a body it would not follow.
        Refused::Before => {
            let on = Html("<!doctype html><title>regie</title><a href=\"/before\">regie</a>");
            return (StatusCode::CONFLICT, [(header::REFRESH, "0; url=/before")], on).into_response();
        }
        Refused::Host => "this address is not one of the dashboard's own",
        Refused::Site => "another site asked for this page; open it from the address bar instead",
        Refused::Form => "this form did not come from the dashboard's own pages",
        Refused::Late => return (StatusCode::SERVICE_UNAVAILABLE, "the node took too long").into_response(),
    };
    (StatusCode::FORBIDDEN, words).into_response()
}
