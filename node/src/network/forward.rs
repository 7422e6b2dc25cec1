//! A blind forwarder: takes the web sockets of people for suppliers that have no address of their own, and copies bytes end
//! to end. In: the keys of those suppliers, a web socket's path. Out: a stream to the supplier, or the HTTP status that says
//! why there is none. The peers prove themselves to each other within: what is learnt here is addresses, sizes and times,
//! and the supplier's key; no person's.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::{Instant, sleep, timeout},
};

use super::{PeerKey, limits, stream::Stream, through::Through};

/// Whom an endpoint forwards for, and who forwards for it.
#[derive(Clone, Debug, Default)]
pub struct Forwarding {
    /// Companions that people reach through this endpoint; at most [`limits::FORWARD_KEYS`].
    pub forward: Vec<PeerKey>,
    /// Through whom people reach this one; at most [`limits::FORWARDERS`].
    pub through: Vec<Through>,
}

/// How it stands with one supplier that is forwarded for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Whose it is.
    pub key: PeerKey,
    /// Is the supplier connected, so that people can come?
    pub connected: bool,
    /// How many people are being passed on.
    pub people: usize,
}

/// Why somebody is not passed on, as an HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Nobody of that key is forwarded for.
    Unknown,
    /// The supplier has no line here, or does not take anybody now.
    Away,
    /// No more at once.
    TooMany,
}

impl Refused {
    pub(super) fn status(self) -> u16 {
        match self {
            Self::Unknown => 404,
            Self::Away => 503,
            Self::TooMany => 429,
        }
    }
}

/// Who waits for a stream to a supplier.
pub(super) type Asked = oneshot::Sender<Stream>;

/// All places, as the listening side and the lines of the suppliers share them.
pub(super) struct Forwards {
    places: BTreeMap<PeerKey, Held>,
    all: Arc<Semaphore>,
}

struct Held {
    people: Arc<Semaphore>,
    waiting: Semaphore,
    /// The supplier's lines, the newest last.
    lines: Mutex<Vec<mpsc::Sender<Asked>>>,
}

/// A stream to a supplier, and the room that it takes up.
pub(super) struct Opened {
    stream: Stream,
    _room: [OwnedSemaphorePermit; 2],
}

impl Forwards {
    pub(super) fn new(keys: &[PeerKey]) -> Self {
        let held = || Held {
            people: Arc::new(Semaphore::new(limits::FORWARDED_PER_KEY)),
            waiting: Semaphore::new(limits::FORWARD_WAITING),
            lines: Mutex::default(),
        };
        let places = keys.iter().take(limits::FORWARD_KEYS).map(|key| (*key, held())).collect();
        Self { places, all: Arc::new(Semaphore::new(limits::FORWARDED)) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Is this somebody who is forwarded for?
    pub(super) fn is_for(&self, peer: &PeerKey) -> bool {
        self.places.contains_key(peer)
    }

    pub(super) fn places(&self) -> Vec<Place> {
        let place = |(key, held): (&PeerKey, &Held)| Place {
            key: *key,
            connected: !held.lines().is_empty(),
            people: limits::FORWARDED_PER_KEY - held.people.available_permits(),
        };
        self.places.iter().map(place).collect()
    }

    /// A new line of a peer; what is asked of it comes out, where it is one that is forwarded for.
    pub(super) fn line(&self, peer: &PeerKey) -> Option<mpsc::Receiver<Asked>> {
        let held = self.places.get(peer)?;
        let (line, asked) = mpsc::channel(limits::FORWARD_WAITING);
        let mut lines = held.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.retain(|line| !line.is_closed());
        lines.push(line);
        Some(asked)
    }

    /// Opens a stream to the supplier of this key: on its newest line, and where nobody takes it there, on the one before. A
    /// supplier has several where it runs on several machines, or where one of them came back before its last line was
    /// given up.
    pub(super) async fn open(&self, key: &PeerKey) -> Result<Opened, Refused> {
        let held = self.places.get(key).ok_or(Refused::Unknown)?;
        let lines = held.lines();
        // In all no longer than one line has alone, however many of them are silent.
        let share =
            limits::FORWARD_OPEN / u32::try_from(lines.len()).ok().filter(|count| *count > 0).ok_or(Refused::Away)?;
        let of_key = held.people.clone().try_acquire_owned().map_err(|_| Refused::TooMany)?;
        let of_all = self.all.clone().try_acquire_owned().map_err(|_| Refused::TooMany)?;
        // A supplier that takes nobody keeps few waiting, and the rest of its places free.
        let _waits = held.waiting.try_acquire().map_err(|_| Refused::TooMany)?;
        let mut last = Refused::Away;
        for line in lines {
            match taken(&line, share).await {
                Ok(stream) => return Ok(Opened { stream, _room: [of_key, of_all] }),
                Err(refused) => last = refused,
            }
        }
        Err(last)
    }
}

/// A stream on one line of a supplier, within this time.
async fn taken(line: &mpsc::Sender<Asked>, within: Duration) -> Result<Stream, Refused> {
    let (asked, wait) = oneshot::channel();
    line.try_send(asked).map_err(|error| match error {
        mpsc::error::TrySendError::Full(_) => Refused::TooMany,
        mpsc::error::TrySendError::Closed(_) => Refused::Away,
    })?;
    timeout(within, wait).await.ok().and_then(Result::ok).ok_or(Refused::Away)
}

impl Held {
    /// The lines that stand, the newest first.
    fn lines(&self) -> Vec<mpsc::Sender<Asked>> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().rev().filter(|line| !line.is_closed()).cloned().collect()
    }
}

impl Opened {
    /// Copies between a person and the supplier until either is done, or nothing moves for [`limits::FORWARD_IDLE`].
    pub(super) async fn copy(self, person: Stream) {
        self.copy_until(person, limits::FORWARD_IDLE).await;
    }

    async fn copy_until(self, person: Stream, idle: Duration) {
        let begun = Instant::now();
        let moved = AtomicU64::new(0);
        let (from_person, to_person) = person.split();
        let (from_supplier, to_supplier) = self.stream.split();
        tokio::select! {
            _ = one_way(from_person, to_supplier, begun, &moved) => {}
            _ = one_way(from_supplier, to_person, begun, &moved) => {}
            () = quiet(begun, &moved, idle) => tracing::debug!("nothing moves, so that a forwarded line ends"),
        }
    }
}

async fn one_way(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    begun: Instant,
    moved: &AtomicU64,
) -> io::Result<()> {
    let mut bytes = vec![0; limits::FORWARD_BUFFER_BYTES];
    loop {
        let count = from.read(&mut bytes).await?;
        if count == 0 {
            return to.close().await;
        }
        to.write_all(&bytes[..count]).await?;
        to.flush().await?;
        moved.store(millis(begun), Ordering::Relaxed);
    }
}

/// Ends when nothing has moved either way for too long.
async fn quiet(begun: Instant, moved: &AtomicU64, idle: Duration) {
    let most = u64::try_from(idle.as_millis()).unwrap_or(u64::MAX);
    loop {
        let since = millis(begun).saturating_sub(moved.load(Ordering::Relaxed));
        if since >= most {
            return;
        }
        sleep(Duration::from_millis(most - since)).await;
    }
}

fn millis(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use futures::AsyncWriteExt as _;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::network::stream::of_tcp;

    /// Two ends of a stream.
    async fn pair() -> (Stream, Stream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let dialled = TcpStream::connect(listener.local_addr().expect("an address")).await.expect("connects");
        (of_tcp(dialled), of_tcp(listener.accept().await.expect("accepted").0))
    }

    #[tokio::test]
    async fn nobody_passes_for_another_key_while_the_supplier_is_away_or_past_the_bound() {
        let forwards = Forwards::new(&[[1; 32]]);
        assert_eq!(forwards.open(&[2; 32]).await.err(), Some(Refused::Unknown));
        assert_eq!(forwards.open(&[1; 32]).await.err(), Some(Refused::Away));
        assert!(forwards.line(&[2; 32]).is_none(), "no line of somebody else");
        let mut line = forwards.line(&[1; 32]).expect("a line");
        let supplier = tokio::spawn(async move {
            let mut kept = Vec::new();
            while let Some(asked) = line.recv().await {
                let (ours, theirs) = pair().await;
                let _ = asked.send(ours);
                kept.push(theirs);
            }
        });
        let mut opened = Vec::new();
        for _ in 0..limits::FORWARDED_PER_KEY {
            opened.push(forwards.open(&[1; 32]).await.expect("opened"));
        }
        assert_eq!(forwards.open(&[1; 32]).await.err(), Some(Refused::TooMany));
        assert_eq!(forwards.places()[0].people, limits::FORWARDED_PER_KEY);
        opened.pop();
        assert!(forwards.open(&[1; 32]).await.is_ok(), "room again");
        supplier.abort();
        let _ = supplier.await;
        assert_eq!(forwards.open(&[1; 32]).await.err(), Some(Refused::Away));
    }

    #[tokio::test]
    async fn a_supplier_that_does_not_take_people_holds_few_of_them_and_not_for_long() {
        let forwards = Arc::new(Forwards::new(&[[1; 32]]));
        let _line = forwards.line(&[1; 32]).expect("a line");
        let waiting: Vec<_> = (0..limits::FORWARD_WAITING)
            .map(|_| {
                let forwards = forwards.clone();
                tokio::spawn(async move { forwards.open(&[1; 32]).await.err() })
            })
            .collect();
        tokio::task::yield_now().await;
        assert_eq!(forwards.open(&[1; 32]).await.err(), Some(Refused::TooMany));
        for wait in waiting {
            assert_eq!(wait.await.expect("whole"), Some(Refused::Away));
        }
        assert_eq!(forwards.places()[0].people, 0);
    }

    #[tokio::test]
    async fn no_more_are_passed_on_in_all_than_the_bound_however_many_suppliers_there_are() {
        let keys: Vec<PeerKey> =
            (0..=limits::FORWARDED / limits::FORWARDED_PER_KEY).map(|n| [n.to_le_bytes()[0]; 32]).collect();
        let forwards = Forwards::new(&keys);
        for key in &keys {
            let mut line = forwards.line(key).expect("a line");
            tokio::spawn(async move {
                while let Some(asked) = line.recv().await {
                    let _ = asked.send(crate::network::stream::boxed(futures::io::Cursor::new(Vec::new())));
                }
            });
        }
        let mut opened = Vec::new();
        for number in 0..limits::FORWARDED {
            opened.push(forwards.open(&keys[number / limits::FORWARDED_PER_KEY]).await.expect("opened"));
        }
        let last = keys.last().expect("a key");
        let people = forwards.places().iter().find(|place| place.key == *last).map(|place| place.people);
        assert!(people.is_some_and(|people| people < limits::FORWARDED_PER_KEY), "room of its own, and none in all");
        assert_eq!(forwards.open(last).await.err(), Some(Refused::TooMany));
        opened.pop();
        assert!(forwards.open(last).await.is_ok(), "room again");
    }

    #[tokio::test]
    async fn where_the_newest_line_of_a_supplier_takes_nobody_the_one_before_does() {
        let forwards = Forwards::new(&[[1; 32]]);
        let mut first = forwards.line(&[1; 32]).expect("a line");
        let silent = forwards.line(&[1; 32]).expect("another line");
        let taking = tokio::spawn(async move {
            let mut kept = Vec::new();
            while let Some(asked) = first.recv().await {
                let (ours, theirs) = pair().await;
                let _ = asked.send(ours);
                kept.push(theirs);
            }
        });
        assert!(forwards.open(&[1; 32]).await.is_ok(), "the newest does not answer");
        drop(silent);
        assert!(forwards.open(&[1; 32]).await.is_ok(), "the newest is gone");
        taking.abort();
        let _ = taking.await;
        assert_eq!(forwards.open(&[1; 32]).await.err(), Some(Refused::Away));
    }

    #[tokio::test]
    async fn bytes_are_copied_both_ways_and_silence_ends_it() {
        let (mut person, ours) = pair().await;
        let (supplier, mut behind) = pair().await;
        let room = || Arc::new(Semaphore::new(1)).try_acquire_owned().expect("room");
        let copied =
            tokio::spawn(Opened { stream: supplier, _room: [room(), room()] }.copy_until(ours, Duration::from_secs(1)));
        let large = vec![7; 300_000];
        let mut read = vec![0; large.len()];
        let (written, got) = tokio::join!(person.write_all(&large), behind.read_exact(&mut read));
        assert!(written.is_ok() && got.is_ok() && read == large);
        behind.write_all(b"back").await.expect("written");
        let mut read = [0; 4];
        person.read_exact(&mut read).await.expect("read");
        assert_eq!(&read, b"back");
        copied.await.expect("it ends by itself");
        assert_eq!(person.read(&mut read).await.expect("closed"), 0);
    }
}
