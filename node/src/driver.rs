//! The loop that makes things durable before they are visible.
//!
//! In: events, from the network and from commands. Out: what the machine's handler put behind the commit. One
//! thread owns a machine and its store; events that wait are handled together and share one commit. Where more wait
//! already, the commit is made by a second thread (`driver/committer.rs`), and the disk and the machine work at once.

mod committer;

use committer::{After, Committer};
pub use committer::{Job, Lent};
use tokio::sync::{mpsc, oneshot};

use crate::store::{Batch, StoreError};

/// Tells how a driver ended.
pub type End = oneshot::Receiver<Result<(), StoreError>>;

/// Events that wait for a driver.
pub const EVENTS: usize = 1024;
/// Most events that share a commit.
const GROUP: usize = 64;
/// Events after which a commit is not kept waiting for more, where the other thread could begin it: whoever waits for
/// an answer gets on meanwhile.
const EARLY: usize = 32;
/// Operations after which a commit takes no further event.
const OPERATIONS: usize = 2048;

/// The changes of one turn, and what becomes visible when they are on disk.
#[derive(Default)]
pub struct Turn {
    /// The changes.
    pub batch: Batch,
    after: Vec<After>,
}

impl Turn {
    /// Runs after the commit, in order; never, if the commit fails.
    pub fn after(&mut self, action: impl FnOnce() + Send + 'static) {
        self.after.push(Box::new(action));
    }

    /// Takes everything back; what was begun was not done.
    pub fn undo(&mut self) {
        *self = Self::default();
    }
}

/// What a driver drives.
pub trait Driven: Send + 'static {
    /// What it handles.
    type Event: Send + 'static;
    /// Can its commits be made by another thread?
    const DEPARTS: bool = false;
    /// Does this event read the store whole, so that everything before it must be on disk?
    fn reads_all(event: &Self::Event) -> bool;
    /// Handles one event; false ends the loop after the commit.
    fn handle(&mut self, event: Self::Event, turn: &mut Turn) -> bool;
    /// Adds what belongs to every commit.
    fn closing(&mut self, turn: &mut Turn);
    /// Before a turn's first event.
    ///
    /// # Errors
    /// The store's.
    fn begin(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
    /// Makes the changes of a turn durable; there may be none.
    ///
    /// # Errors
    /// The store's.
    fn commit(&mut self, batch: Batch) -> Result<(), StoreError>;
    /// The commit as something that another thread can do while this one handles events; or the batch back, where it
    /// has to be made here, as all of them where [`Self::DEPARTS`] is false.
    ///
    /// # Errors
    /// The batch.
    fn departing(&mut self, batch: Batch) -> Result<Job, Batch> {
        Err(batch)
    }
}

/// Runs until the senders are gone, a handler ends it, or the store fails.
///
/// # Errors
/// The store's; the node must then exit, since memory is ahead of the disk.
pub fn run<D: Driven>(mut driven: D, mut events: mpsc::Receiver<D::Event>) -> Result<(), StoreError> {
    let mut committer = Committer::default();
    let mut next = events.blocking_recv();
    while let Some(first) = next.take() {
        if D::reads_all(&first) {
            committer.wait()?;
        }
        let mut turn = Turn::default();
        driven.begin()?;
        let mut go_on = driven.handle(first, &mut turn);
        for handled in 1..GROUP {
            if turn.batch.len() >= OPERATIONS || (D::DEPARTS && handled >= EARLY && committer.idle()) {
                break;
            }
            let Ok(event) = events.try_recv() else { break };
            // It begins the next turn: what stands in this one is not on disk before that.
            if D::reads_all(&event) {
                next = Some(event);
                break;
            }
            // An event that ends the loop ends it after the commit: who shares the group with it is answered.
            go_on &= driven.handle(event, &mut turn);
        }
        // A turn that changed nothing costs no write, whatever would stand in it besides.
        if !turn.batch.is_empty() {
            driven.closing(&mut turn);
        }
        // Turns become durable, and visible, in their order.
        committer.wait()?;
        // With nothing else to do a hand-over would cost more than it saves.
        let more = go_on && next.is_none() && !events.is_empty();
        settle(&mut driven, &mut committer, turn, more)?;
        if !go_on {
            break;
        }
        if next.is_none() {
            next = events.blocking_recv();
        }
    }
    committer.wait()
}

/// Commits a turn, here or on the other thread, with what stands behind it.
fn settle<D: Driven>(driven: &mut D, committer: &mut Committer, turn: Turn, more: bool) -> Result<(), StoreError> {
    let Turn { batch, after } = turn;
    let departing = if more && !batch.is_empty() { driven.departing(batch) } else { Err(batch) };
    match departing {
        Ok(job) => committer.begin(job, after),
        Err(batch) => {
            driven.commit(batch)?;
            after.into_iter().for_each(|action| action());
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::store::Table;

    const COUNTED: Table<u64, ()> = Table::new(1, "counted");

    /// Counts what it was given; its store is a list of how many operations each commit had.
    struct Counter {
        store: Lent<Commits>,
        handled: u64,
    }

    struct Commits {
        disk: Arc<Mutex<u64>>,
        elsewhere: Arc<Mutex<u64>>,
        fails_at: u64,
    }

    impl Commits {
        fn commit(&mut self, batch: &Batch) -> Result<(), StoreError> {
            // Long enough for events to pile up.
            std::thread::sleep(std::time::Duration::from_micros(200));
            let mut disk = self.disk.lock().unwrap();
            *disk += batch.len() as u64;
            if *disk >= self.fails_at { Err(StoreError::Halted) } else { Ok(()) }
        }
    }

    enum Asked {
        Count(Box<dyn FnOnce(u64) + Send>),
        Read(Box<dyn FnOnce(u64, u64) + Send>),
    }

    impl Driven for Counter {
        type Event = Asked;
        const DEPARTS: bool = true;

        fn reads_all(event: &Asked) -> bool {
            matches!(event, Asked::Read(_))
        }

        fn handle(&mut self, event: Asked, turn: &mut Turn) -> bool {
            match event {
                Asked::Count(tell) => {
                    self.handled += 1;
                    turn.batch.put(COUNTED, &self.handled, &());
                    let number = self.handled;
                    turn.after(move || tell(number));
                }
                Asked::Read(tell) => tell(self.handled, *self.store.disk.lock().unwrap()),
            }
            true
        }

        fn closing(&mut self, _: &mut Turn) {}

        fn commit(&mut self, batch: Batch) -> Result<(), StoreError> {
            self.store.with(|store| store.commit(&batch))
        }

        fn departing(&mut self, batch: Batch) -> Result<Job, Batch> {
            let (mut store, giver) = self.store.lend();
            Ok(Box::new(move || {
                *store.elsewhere.lock().unwrap() += 1;
                let outcome = store.commit(&batch);
                let _ = giver.send(store);
                outcome
            }))
        }
    }

    /// Sends so many events, reading in between; what was told, in order, with what the disk held then.
    fn drive(count: u64, fails_at: u64) -> (Vec<(u64, u64)>, u64, Result<(), StoreError>) {
        let (disk, elsewhere, told) = <(Arc<Mutex<u64>>, Arc<Mutex<u64>>, Arc<Mutex<Vec<(u64, u64)>>>)>::default();
        let store = Lent::new(Commits { disk: disk.clone(), elsewhere: elsewhere.clone(), fails_at });
        let (events, inbox) = mpsc::channel(EVENTS);
        let driver = std::thread::spawn(move || run(Counter { store, handled: 0 }, inbox));
        for number in 1..=count {
            let (disk, told) = (disk.clone(), told.clone());
            let tell = move |number| told.lock().unwrap().push((number, *disk.lock().unwrap()));
            let _ = events.blocking_send(Asked::Count(Box::new(tell)));
            if number % 97 == 0 {
                let read = |handled, disk| assert_eq!(handled, disk, "an event that reads all saw less");
                let _ = events.blocking_send(Asked::Read(Box::new(read)));
            }
        }
        drop(events);
        let outcome = driver.join().unwrap();
        let (told, elsewhere) = (told.lock().unwrap().clone(), *elsewhere.lock().unwrap());
        (told, elsewhere, outcome)
    }

    #[test]
    fn everything_is_told_once_in_order_and_only_when_it_is_on_disk() {
        let (told, elsewhere, outcome) = drive(2_000, u64::MAX);
        assert_eq!(outcome, Ok(()));
        assert!(told.iter().map(|(number, _)| *number).eq(1..=2_000));
        assert!(told.iter().all(|(number, disk)| disk >= number));
        assert!(elsewhere > 5, "the other thread had nothing to do");
    }

    #[test]
    fn a_commit_that_fails_ends_it_and_nothing_behind_it_is_told() {
        let (told, _, outcome) = drive(2_000, 1_000);
        assert_eq!(outcome, Err(StoreError::Halted));
        assert!(told.len() < 1_000 && told.iter().map(|(number, _)| *number).eq(1..=told.len() as u64));
    }
}
