//! Lives, or groups, over threads, handed on in their order, in memory that does not grow with their number. In: a plan.
//! Out: what each life gave to the one who asked, or the first life that went wrong.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use crate::{
    limits,
    measure::lived::Lived,
    runs::plan::Plan,
    world::{failure::Failed, life},
};

/// Lives all lives, or groups, and gives what they gave to `sink`, one by one. A thread begins no life that is too far ahead of
/// the one that is to be handed on next. `done` is told of each life that is over.
///
/// # Errors
/// The failure of the life with the lowest number, so that it is the same on any number of threads; or what `sink`
/// says. No life is begun after it.
pub fn stream<E: From<Failed>>(
    plan: &Plan<'_>,
    done: &(dyn Fn() + Sync),
    mut sink: impl FnMut(Lived) -> Result<(), E>,
) -> Result<(), E> {
    let numbers = plan.only.map_or(0..plan.scenario.lives(), |only| only..only.saturating_add(1));
    let threads = plan.threads.clamp(1, limits::THREADS);
    let ahead = limits::LIVES_AHEAD_A_THREAD.saturating_mul(u32::try_from(threads).unwrap_or(u32::MAX));
    let desk = Desk::new(numbers.start, numbers.end, ahead);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                // However this thread ends, nobody goes on waiting for it.
                let _over = Ends(&desk);
                while let Some(number) = desk.take() {
                    let life = life::live(plan.scenario, number, plan.seed);
                    done();
                    desk.give(number, life);
                }
            });
        }
        // However this one ends, the threads end with it.
        let _over = Closes(&desk);
        for number in numbers.clone() {
            // None: a thread has panicked, and the scope panics with it.
            let Some(life) = desk.receive(number) else { break };
            sink(life?)?;
        }
        Ok(())
    })
}

type Life = Result<Lived, Failed>;

/// Between the threads and the one who takes their lives.
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
    end: u32,
    ahead: u32,
}

struct State {
    /// The next life to begin.
    next: u32,
    /// The next life to be handed on.
    wanted: u32,
    ready: BTreeMap<u32, Life>,
    threads_gone: bool,
    closed: bool,
}

impl Desk {
    fn new(begin: u32, end: u32, ahead: u32) -> Self {
        let state = State { next: begin, wanted: begin, ready: BTreeMap::new(), threads_gone: false, closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), end, ahead }
    }

    fn take(&self) -> Option<u32> {
        let mut state = self.lock();
        loop {
            if state.closed || state.next >= self.end {
                return None;
            }
            if state.next < state.wanted.saturating_add(self.ahead) {
                state.next += 1;
                return Some(state.next - 1);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give(&self, number: u32, life: Life) {
        self.lock().ready.insert(number, life);
        self.changed.notify_all();
    }

    fn receive(&self, number: u32) -> Option<Life> {
        let mut state = self.lock();
        loop {
            if let Some(life) = state.ready.remove(&number) {
                state.wanted = number.saturating_add(1);
                self.changed.notify_all();
                return Some(life);
            }
            if state.threads_gone {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing below panics while it holds the lock, so what it holds is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread that panics takes its life with it; one that is through has handed all of its lives in.
struct Ends<'a>(&'a Desk);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lock().threads_gone = true;
            self.0.changed.notify_all();
        }
    }
}

struct Closes<'a>(&'a Desk);

impl Drop for Closes<'_> {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_life_is_begun_too_far_ahead_of_the_one_that_is_wanted() {
        let desk = Desk::new(0, 100, 4);
        let begun: Vec<u32> = (0..4).filter_map(|_| desk.take()).collect();
        assert_eq!(begun, [0, 1, 2, 3]);
        // Life 0 takes long; 1 to 3 are over, and nothing more is begun until 0 is handed on.
        (1..4).for_each(|number| desk.give(number, Ok(Lived::default())));
        std::thread::scope(|scope| {
            let next = scope.spawn(|| desk.take());
            assert!(desk.lock().next == 4);
            desk.give(0, Ok(Lived::default()));
            assert!(desk.receive(0).is_some());
            assert_eq!(next.join().ok().flatten(), Some(4));
        });
        drop(Closes(&desk));
        assert_eq!(desk.take(), None);
    }

    #[test]
    fn a_thread_that_panics_ends_the_wait() {
        let desk = Desk::new(0, 2, 2);
        std::thread::scope(|scope| {
            let dies = scope.spawn(|| {
                let _over = Ends(&desk);
                panic!("a life that panics");
            });
            assert!(desk.receive(0).is_none());
            assert!(dies.join().is_err());
        });
    }
}
