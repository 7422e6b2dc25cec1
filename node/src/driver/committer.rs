//! Commits that another thread makes while the driver handles the next events.
//!
//! In: a commit and what becomes visible behind it. Out: the same, done in order, one commit at a time; how it went.

use std::{
    cell::OnceCell,
    ops::Deref,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use crate::store::StoreError;

/// A commit that can be made anywhere.
pub type Job = Box<dyn FnOnce() -> Result<(), StoreError> + Send>;
/// What becomes visible behind a commit.
pub(super) type After = Box<dyn FnOnce() + Send>;

/// Makes commits on a thread of its own, which begins with the first of them and ends when this is dropped.
#[derive(Default)]
pub(super) struct Committer {
    thread: Option<Thread>,
    under_way: bool,
    /// How it ended, where that was heard before it was waited for.
    ended: Option<Result<(), StoreError>>,
}

struct Thread {
    jobs: Sender<(Job, Vec<After>)>,
    done: Receiver<Result<(), StoreError>>,
}

impl Thread {
    fn begin() -> Self {
        let (jobs, inbox) = channel::<(Job, Vec<After>)>();
        let (end, done) = channel();
        thread::spawn(move || {
            for (job, after) in inbox {
                let outcome = job();
                if outcome.is_ok() {
                    after.into_iter().for_each(|action| action());
                }
                // Behind what the commit made visible: who waits for one commit finds it said as well as stored.
                if end.send(outcome).is_err() {
                    break;
                }
            }
        });
        Self { jobs, done }
    }
}

impl Committer {
    /// Begins a commit; the one before has to be over.
    pub(super) fn begin(&mut self, job: Job, after: Vec<After>) -> Result<(), StoreError> {
        self.under_way = true;
        self.thread.get_or_insert_with(Thread::begin).jobs.send((job, after)).map_err(|_| StoreError::Halted)
    }

    /// Whether a commit could begin at once. What it ended with is told by [`Self::wait`].
    pub(super) fn idle(&mut self) -> bool {
        if self.under_way && self.ended.is_none() {
            self.ended = self.thread.as_ref().and_then(|thread| thread.done.try_recv().ok());
        }
        !self.under_way || self.ended.is_some()
    }

    /// Waits until nothing is under way: the last commit is on disk, and what stood behind it was done.
    pub(super) fn wait(&mut self) -> Result<(), StoreError> {
        if !std::mem::take(&mut self.under_way) {
            return Ok(());
        }
        match self.ended.take() {
            Some(outcome) => outcome,
            None => self.thread.as_ref().and_then(|thread| thread.done.recv().ok()).unwrap_or(Err(StoreError::Halted)),
        }
    }
}

/// A store that is away while a commit is made on it. Who reads it waits until it is back.
pub struct Lent<S> {
    here: OnceCell<S>,
    back: Option<Receiver<S>>,
}

impl<S> Lent<S> {
    /// A store that is here.
    pub fn new(store: S) -> Self {
        Self { here: OnceCell::from(store), back: None }
    }

    /// Returns once it is here.
    pub fn wait(&self) {
        let _here: &S = self;
    }

    /// Takes it away; it comes back by the sender.
    pub fn lend(&mut self) -> (S, Sender<S>) {
        let (giver, back) = channel();
        let store = self.take();
        self.back = Some(back);
        (store, giver)
    }

    /// Does something to it here.
    pub fn with<T>(&mut self, work: impl FnOnce(&mut S) -> T) -> T {
        let mut store = self.take();
        let done = work(&mut store);
        self.here = OnceCell::from(store);
        done
    }

    fn take(&mut self) -> S {
        self.here.take().unwrap_or_else(|| self.returned())
    }

    fn returned(&self) -> S {
        let store = self.back.as_ref().and_then(|back| back.recv().ok());
        // Lost only where a commit panicked on its thread; memory is ahead of the disk then, and this thread ends too.
        store.unwrap_or_else(|| std::panic::resume_unwind(Box::new("the store was lost in a commit")))
    }
}

impl<S> Deref for Lent<S> {
    type Target = S;

    fn deref(&self) -> &S {
        self.here.get_or_init(|| self.returned())
    }
}
