//! The loop that makes things durable before they are visible.
//!
//! In: events, from the network and from commands. Out: what the machine's handler put behind the commit. One
//! thread owns a machine and its store; events that wait are handled together and share one commit. Where more wait
//! already, the commit is made by a second thread (`driver/committer.rs`), and the disk and the machine work at once. Where a
//! store is only away, turns are undone and nobody is told anything of them (`driver/absence.rs`).

mod absence;
mod committer;

pub use absence::Refused;
use absence::Waiting;
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

    /// Does what stands behind it, without a commit: for a turn that changed nothing.
    pub fn done(self) {
        self.after.into_iter().for_each(|action| action());
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
    /// Is this turn lost, because the store went away in the midst of it? What was handled in it is undone then.
    fn lost(&self) -> bool {
        false
    }
    /// What of an event is to be handled once more where its turn is undone; nothing, where whoever sent it comes again.
    fn again(_event: &Self::Event) -> Option<Self::Event> {
        None
    }
    /// An event that comes while the store is away.
    fn refuse(&mut self, event: Self::Event) -> Refused<Self::Event> {
        Refused::Waits(event)
    }
    /// A turn was undone: memory must hold nothing of it. What is to be handled besides its events.
    fn undone(&mut self) -> Vec<Self::Event> {
        Vec::new()
    }
    /// Was the commit stored of which the store could not say it? Said once, after the next begin.
    fn settled(&mut self) -> Option<bool> {
        None
    }
}

/// Runs until the senders are gone, a handler ends it, or the store fails. A store that is only away fails nothing: what comes
/// is refused or waits until it is back.
///
/// # Errors
/// The store's; the node must then exit, since memory is ahead of the disk.
pub fn run<D: Driven>(mut driven: D, mut events: mpsc::Receiver<D::Event>) -> Result<(), StoreError> {
    let mut committer = Committer::default();
    let mut waiting = Waiting::default();
    while let Some(first) = waiting.next(&mut events) {
        if D::reads_all(&first) {
            committer.wait()?;
        }
        match driven.begin() {
            Ok(()) => {}
            Err(error) if error.is_absence() => {
                if waiting.refuse(&mut driven, first) {
                    continue;
                }
                break;
            }
            Err(error) => return Err(error),
        }
        let Some(first) = waiting.back(&mut driven, first) else { break };
        let Handled { turn, again, mut go_on } = handle(&mut driven, &mut committer, &mut waiting, &mut events, first);
        if driven.lost() {
            waiting.undo(&mut driven, again);
            continue;
        }
        // Turns become durable, and visible, in their order.
        committer.wait()?;
        // With nothing else to do a hand-over would cost more than it saves.
        let more = go_on && waiting.is_empty() && !events.is_empty();
        match settle(&mut driven, &mut committer, turn, more) {
            Ok(None) => {}
            // Nobody is told before it is known.
            Ok(Some(after)) => go_on = waiting.unsettled(&mut driven, after, again, go_on),
            Err(error) if error.is_absence() => {
                waiting.undo(&mut driven, again);
                continue;
            }
            Err(error) => return Err(error),
        }
        if !go_on {
            break;
        }
    }
    committer.wait()
}

/// What a turn came to.
struct Handled<E> {
    turn: Turn,
    /// What is to be handled once more where it is undone.
    again: Vec<E>,
    go_on: bool,
}

/// Handles an event, and those that wait behind it, as one turn.
fn handle<D: Driven>(
    driven: &mut D,
    committer: &mut Committer,
    waiting: &mut Waiting<D::Event>,
    events: &mut mpsc::Receiver<D::Event>,
    first: D::Event,
) -> Handled<D::Event> {
    let (mut turn, mut again) = (Turn::default(), Vec::new());
    again.extend(D::again(&first));
    let mut go_on = driven.handle(first, &mut turn);
    for handled in 1..GROUP {
        if driven.lost() || turn.batch.len() >= OPERATIONS || (D::DEPARTS && handled >= EARLY && committer.idle()) {
            break;
        }
        let Some(event) = waiting.try_next(events) else { break };
        // It begins the next turn: what stands in this one is not on disk before that.
        if D::reads_all(&event) {
            waiting.put_back(event);
            break;
        }
        again.extend(D::again(&event));
        // An event that ends the loop ends it after the commit: who shares the group with it is answered.
        go_on &= driven.handle(event, &mut turn);
    }
    // A turn that changed nothing costs no write, whatever would stand in it besides.
    if !turn.batch.is_empty() {
        driven.closing(&mut turn);
    }
    Handled { turn, again, go_on }
}

/// Commits a turn, here or on the other thread, with what stands behind it; gives that back where nobody knows whether it was
/// stored.
fn settle<D: Driven>(
    driven: &mut D,
    committer: &mut Committer,
    turn: Turn,
    more: bool,
) -> Result<Option<Vec<After>>, StoreError> {
    let Turn { batch, after } = turn;
    let departing = if more && !batch.is_empty() { driven.departing(batch) } else { Err(batch) };
    match departing {
        Ok(job) => committer.begin(job, after)?,
        Err(batch) => match driven.commit(batch) {
            Ok(()) => after.into_iter().for_each(|action| action()),
            Err(StoreError::Unsettled) => return Ok(Some(after)),
            Err(error) => return Err(error),
        },
    }
    Ok(None)
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

    /// A store that is away as its script says: what each begin, and each commit, comes to.
    struct Away {
        script: std::collections::VecDeque<Step>,
        stored: Vec<u64>,
        handled: Vec<u64>,
        unsettled: Option<(bool, Vec<u64>)>,
        settled: Option<bool>,
        refused: Vec<u64>,
        told: Arc<Mutex<Vec<u64>>>,
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Step {
        Fine,
        NoBegin,
        NoCommit,
        /// The word was lost; and whether it was stored.
        Unsettled(bool),
    }

    /// Even numbers are lost when their turn is undone, odd ones are handled again.
    impl Driven for Away {
        type Event = u64;

        fn reads_all(_: &u64) -> bool {
            false
        }

        fn begin(&mut self) -> Result<(), StoreError> {
            if self.script.front() == Some(&Step::NoBegin) {
                self.script.pop_front();
                return Err(StoreError::Away { doing: "beginning", code: "57P01".into() });
            }
            if let Some((stored, numbers)) = self.unsettled.take() {
                if stored {
                    self.stored.extend(numbers);
                }
                self.settled = Some(stored);
            }
            Ok(())
        }

        fn handle(&mut self, event: u64, turn: &mut Turn) -> bool {
            self.handled.push(event);
            turn.batch.put(COUNTED, &event, &());
            let told = self.told.clone();
            turn.after(move || told.lock().unwrap().push(event));
            true
        }

        fn closing(&mut self, _: &mut Turn) {}

        fn commit(&mut self, _: Batch) -> Result<(), StoreError> {
            let numbers = std::mem::take(&mut self.handled);
            match self.script.pop_front().unwrap_or(Step::Fine) {
                Step::Fine | Step::NoBegin => self.stored.extend(numbers),
                Step::NoCommit => return Err(StoreError::Away { doing: "committing", code: "57P01".into() }),
                Step::Unsettled(stored) => {
                    self.unsettled = Some((stored, numbers));
                    return Err(StoreError::Unsettled);
                }
            }
            Ok(())
        }

        fn again(event: &u64) -> Option<u64> {
            (event % 2 == 1).then_some(*event)
        }

        fn refuse(&mut self, event: u64) -> Refused<u64> {
            if event % 2 == 1 {
                return Refused::Waits(event);
            }
            self.refused.push(event);
            Refused::Gone
        }

        fn undone(&mut self) -> Vec<u64> {
            self.handled.clear();
            Vec::new()
        }

        fn settled(&mut self) -> Option<bool> {
            self.settled.take()
        }
    }

    impl Drop for Away {
        fn drop(&mut self) {
            let mut told = self.told.lock().unwrap();
            assert_eq!(*told, self.stored, "what was stored was told, in its order, and nothing else");
            told.push(u64::MAX);
        }
    }

    proptest::proptest! {
        #[test]
        fn while_a_store_is_away_nothing_is_told_that_was_not_stored_and_what_waits_comes_in_its_order(
            script in proptest::collection::vec(
                proptest::sample::select(vec![
                    Step::Fine, Step::NoBegin, Step::NoBegin, Step::NoCommit, Step::Unsettled(true), Step::Unsettled(false),
                ]),
                0..40,
            ),
        ) {
            let told = Arc::<Mutex<Vec<u64>>>::default();
            let away = Away {
                script: script.into(), stored: Vec::new(), handled: Vec::new(), unsettled: None, settled: None,
                refused: Vec::new(), told: told.clone(),
            };
            let (events, inbox) = mpsc::channel(EVENTS);
            let driver = std::thread::spawn(move || run(away, inbox));
            // Many more than the script has steps, so that the store is there at the end.
            for number in 0..400_u64 {
                events.blocking_send(number).unwrap();
                if number % 5 == 0 {
                    std::thread::yield_now();
                }
            }
            // A turn that is looked up at last needs one more to begin.
            for number in (401..600).step_by(2) {
                if events.capacity() == EVENTS {
                    std::thread::yield_now();
                }
                events.blocking_send(number).unwrap();
            }
            drop(events);
            proptest::prop_assert_eq!(driver.join().unwrap(), Ok(()));
            let told = told.lock().unwrap();
            let odd: Vec<u64> = told.iter().copied().filter(|number| number % 2 == 1 && *number < 300).collect();
            // Where the script outlived the events, the last of them wait for ever.
            let all: Vec<u64> = (1..300).step_by(2).collect();
            let ends_away = odd.len() < all.len();
            proptest::prop_assert!(ends_away || odd == all, "{:?}", odd);
            let even = told.iter().filter(|number| *number % 2 == 0);
            let mut once: Vec<u64> = even.copied().collect();
            let many = once.len();
            once.dedup();
            proptest::prop_assert_eq!(once.len(), many, "none twice");
        }
    }

    #[test]
    fn a_commit_that_fails_ends_it_and_nothing_behind_it_is_told() {
        let (told, _, outcome) = drive(2_000, 1_000);
        assert_eq!(outcome, Err(StoreError::Halted));
        assert!(told.len() < 1_000 && told.iter().map(|(number, _)| *number).eq(1..=told.len() as u64));
    }
}
