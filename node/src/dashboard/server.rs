//! Accepts connections, as many as the bound allows, and drops those that are slow to speak. In: a listener, the
//! pages. Out: nothing; it serves until the process ends. (`axum::serve` sets no such bounds.)
//!
//! When every place is taken, the oldest connection that nobody with a session has spoken on makes room for the
//! newest: a crowd of silent sockets costs its own places and not the owner's.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::Router;
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
};
use tower::Service as _;

use super::{guard::Known, limits};

pub(super) async fn run(listener: TcpListener, pages: Router) {
    let places = Arc::new(Semaphore::new(limits::CONNECTIONS));
    let mut lines = Lines::default();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors: wait for some to come free.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        if places.available_permits() == 0 {
            lines.make_room();
        }
        let Ok(place) = places.clone().acquire_owned().await else { return };
        tokio::spawn(serve(stream, lines.enter(), pages.clone(), place));
    }
}

async fn serve(stream: TcpStream, line: Arc<Line>, pages: Router, _place: OwnedSemaphorePermit) {
    let heard = line.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let (mut pages, line) = (pages.clone(), heard.clone());
        async move {
            let answer = pages.call(request).await;
            if answer.as_ref().is_ok_and(|answer| answer.extensions().get::<Known>().is_some()) {
                line.known.store(true, Ordering::Relaxed);
            }
            answer
        }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits::HEAD).max_buf_size(limits::HEAD_BYTES);
    tokio::select! {
        ended = http.serve_connection(TokioIo::new(stream), service) => {
            if let Err(error) = ended {
                tracing::debug!(%error, "a dashboard connection ended");
            }
        }
        () = line.close.notified() => tracing::debug!("a silent dashboard connection made room"),
    }
}

/// One connection, as far as the others must know it.
#[derive(Default)]
struct Line {
    /// Somebody with a session has spoken on it.
    known: AtomicBool,
    close: Notify,
}

/// The connections, oldest first.
#[derive(Default)]
struct Lines(VecDeque<Weak<Line>>);

impl Lines {
    fn enter(&mut self) -> Arc<Line> {
        if self.0.len() >= 2 * limits::CONNECTIONS {
            self.0.retain(|line| line.strong_count() > 0);
        }
        let line = Arc::new(Line::default());
        self.0.push_back(Arc::downgrade(&line));
        line
    }

    /// Closes the oldest that is not known. Known ones are the owner's: they are waited for.
    fn make_room(&mut self) {
        let oldest =
            self.0.iter().position(|line| line.upgrade().is_some_and(|line| !line.known.load(Ordering::Relaxed)));
        if let Some(line) = oldest.and_then(|at| self.0.remove(at)).and_then(|line| line.upgrade()) {
            line.close.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn the_oldest_unknown_connection_makes_room_and_known_ones_stay() {
        let mut lines = Lines::default();
        let all: Vec<Arc<Line>> = (0..4).map(|_| lines.enter()).collect();
        all[1].known.store(true, Ordering::Relaxed);
        let closed =
            || -> Vec<bool> { all.iter().map(|line| line.close.notified().now_or_never().is_some()).collect() };
        lines.make_room();
        assert_eq!(closed(), [true, false, false, false]);
        lines.make_room();
        assert_eq!(closed(), [false, false, true, false], "each is told once, and the known one is passed over");
        lines.make_room();
        lines.make_room();
        assert_eq!(closed(), [false, false, false, true], "where only known ones are left, none is closed");
    }

    #[test]
    fn connections_that_are_gone_are_forgotten() {
        let mut lines = Lines::default();
        for _ in 0..10 * limits::CONNECTIONS {
            drop(lines.enter());
        }
        assert!(lines.0.len() <= 2 * limits::CONNECTIONS);
    }
}
