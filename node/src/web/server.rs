//! Accepts connections, as many as the bounds allow, and drops those that are slow to speak. In: listeners, a room.
//! Out: nothing; it serves until the process ends. (`axum::serve` sets no such bounds.)
//!
//! When every place is taken, or every place of one address, the oldest connection on which nobody proved who they are
//! makes room for the newest: a crowd of silent sockets costs its own places and not the owner's.

use std::{
    collections::VecDeque,
    future, io,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

use axum::Router;
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
};
use tower::Service as _;

use super::{Caller, Known, Tls, Whence, limits};
use crate::public;

pub(super) async fn run(listeners: Vec<TcpListener>, tls: Option<Tls>, room: Router, name: &'static str) {
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS));
    let mut lines = Connections::default();
    let mut turn = 0;
    loop {
        turn += 1;
        let Ok((stream, from)) = accept(&listeners, turn).await else {
            // Out of file descriptors: wait for some to come free.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let whence = Whence(from.ip().to_canonical());
        let (from, caller) = (Source::of(from.ip()), Caller(public::source(from.ip())));
        // Its own places first: an address that has many must not close the lines of others.
        if !lines.has_place(from) {
            tracing::debug!(room = name, "an address has as many connections as it may");
            continue;
        }
        if places.available_permits() == 0 {
            lines.make_room(None);
        }
        // Until the one that makes room is gone; meanwhile nobody else is accepted.
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let line = lines.enter(from);
        let talk = Talk { line: line.clone(), caller, whence, room: room.clone(), name };
        tokio::spawn(serve(stream, tls.clone(), line, talk, place, name));
    }
}

/// The next connection of any listener; each is asked first in its turn.
async fn accept(listeners: &[TcpListener], turn: usize) -> io::Result<(TcpStream, SocketAddr)> {
    let first = turn % listeners.len().max(1);
    let (later, sooner) = listeners.split_at(first);
    future::poll_fn(|cx| {
        let mut ready = sooner.iter().chain(later).map(|listener| listener.poll_accept(cx));
        ready.find(Poll::is_ready).unwrap_or(Poll::Pending)
    })
    .await
}

async fn serve(
    stream: TcpStream,
    tls: Option<Tls>,
    line: Arc<Connection>,
    talk: Talk,
    _place: OwnedSemaphorePermit,
    name: &'static str,
) {
    let served = async {
        match tls {
            None => talk.over(stream).await,
            Some(tls) => match tls.open(stream).await {
                Some(stream) => talk.over(stream).await,
                None => tracing::debug!(room = name, "a connection did not become encrypted"),
            },
        }
    };
    tokio::select! {
        () = served => {}
        () = line.close.notified() => tracing::debug!(room = name, "a connection without a name made room"),
    }
}

/// What is said on one connection.
struct Talk {
    line: Arc<Connection>,
    caller: Caller,
    whence: Whence,
    room: Router,
    name: &'static str,
}

impl Talk {
    async fn over(self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let Self { line: heard, caller, whence, room, name } = self;
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(caller);
            request.extensions_mut().insert(whence);
            let (mut room, line) = (room.clone(), heard.clone());
            async move {
                let answer = room.call(request).await;
                if answer.as_ref().is_ok_and(|answer| answer.extensions().get::<Known>().is_some()) {
                    line.known.store(true, Ordering::Relaxed);
                }
                answer
            }
        });
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(limits::HEAD)
            .max_headers(limits::HEADERS)
            .max_buf_size(limits::HEAD_BYTES);
        if let Err(error) = http.serve_connection(TokioIo::new(stream), service).await {
            tracing::debug!(room = name, %error, "a connection ended");
        }
    }
}

/// Whose place a connection takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// Somebody on this machine, or behind its proxy: everybody has the same address, so none is held against it.
    Machine,
    /// An address, of IPv6 the half that is given to one customer.
    Address(IpAddr),
}

impl Source {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            address if address.is_loopback() => Self::Machine,
            IpAddr::V6(address) => {
                let customer = u128::from(address) >> 64 << 64;
                Self::Address(Ipv6Addr::from(customer).into())
            }
            address => Self::Address(address),
        }
    }
}

/// One connection, as far as the others must know it.
#[derive(Default)]
struct Connection {
    /// Somebody proved on it who they are.
    known: AtomicBool,
    close: Notify,
}

/// The connections, oldest first.
#[derive(Default)]
struct Connections(VecDeque<(Source, Weak<Connection>)>);

impl Connections {
    fn enter(&mut self, from: Source) -> Arc<Connection> {
        if self.0.len() >= 2 * limits::CONNECTIONS {
            self.forget_gone();
        }
        let line = Arc::new(Connection::default());
        self.0.push_back((from, Arc::downgrade(&line)));
        line
    }

    /// May one more come from there? Where the address has all its places, an unknown one of its own makes room.
    fn has_place(&mut self, from: Source) -> bool {
        let of_address = |lines: &Self| lines.0.iter().filter(|(known, _)| *known == from).count();
        if from == Source::Machine || of_address(self) < limits::CONNECTIONS_PER_ADDRESS {
            return true;
        }
        self.forget_gone();
        of_address(self) < limits::CONNECTIONS_PER_ADDRESS || self.make_room(Some(from))
    }

    /// Closes the oldest that is not known, of an address or of all. Known ones are waited for.
    fn make_room(&mut self, of: Option<Source>) -> bool {
        let unknown = |line: &Weak<Connection>| line.upgrade().is_some_and(|line| !line.known.load(Ordering::Relaxed));
        let oldest = self.0.iter().position(|(from, line)| of.is_none_or(|of| of == *from) && unknown(line));
        let line = oldest.and_then(|at| self.0.remove(at)).and_then(|(_, line)| line.upgrade());
        if let Some(line) = &line {
            line.close.notify_one();
        }
        line.is_some()
    }

    fn forget_gone(&mut self) {
        self.0.retain(|(_, line)| line.strong_count() > 0);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    const FAR: Source = Source::Address(IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7)));

    #[test]
    fn the_oldest_unknown_connection_makes_room_and_known_ones_stay() {
        let mut lines = Connections::default();
        let all: Vec<Arc<Connection>> = (0..4).map(|_| lines.enter(Source::Machine)).collect();
        all[1].known.store(true, Ordering::Relaxed);
        let closed =
            || -> Vec<bool> { all.iter().map(|line| line.close.notified().now_or_never().is_some()).collect() };
        assert!(lines.make_room(None));
        assert_eq!(closed(), [true, false, false, false]);
        assert!(lines.make_room(None));
        assert_eq!(closed(), [false, false, true, false], "each is told once, and the known one is passed over");
        assert!(lines.make_room(None));
        assert!(!lines.make_room(None));
        assert_eq!(closed(), [false, false, false, true], "where only known ones are left, none is closed");
    }

    #[test]
    fn connections_that_are_gone_are_forgotten() {
        let mut lines = Connections::default();
        for _ in 0..10 * limits::CONNECTIONS {
            assert!(lines.has_place(FAR));
            drop(lines.enter(FAR));
        }
        assert!(lines.0.len() <= 2 * limits::CONNECTIONS);
    }

    #[test]
    fn an_address_makes_room_for_itself_and_takes_no_place_of_others() {
        let mut lines = Connections::default();
        let elsewhere = lines.enter(Source::Machine);
        let own: Vec<Arc<Connection>> = (0..limits::CONNECTIONS_PER_ADDRESS)
            .map(|_| {
                assert!(lines.has_place(FAR));
                lines.enter(FAR)
            })
            .collect();
        assert!(lines.has_place(FAR), "its oldest one makes room");
        assert!(own[0].close.notified().now_or_never().is_some());
        assert!(elsewhere.close.notified().now_or_never().is_none(), "and nobody else's");
        own.iter().for_each(|line| line.known.store(true, Ordering::Relaxed));
        let _last = lines.enter(FAR);
        _last.known.store(true, Ordering::Relaxed);
        assert!(!lines.has_place(FAR), "known ones are not closed, and no more come in");
        assert!(lines.has_place(Source::Machine));
    }

    #[test]
    fn addresses_are_counted_as_those_they_were_given_to() {
        let of = |text: &str| Source::of(text.parse().expect("an address"));
        assert_eq!([of("127.0.0.1"), of("::1"), of("::ffff:127.0.0.2")], [Source::Machine; 3]);
        assert_eq!(of("2001:db8:0:1::1"), of("2001:db8:0:1:ffff::2"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
        assert_eq!(of("::ffff:203.0.113.7"), FAR);
    }
}
