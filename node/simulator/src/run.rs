//! Runs a scenario: persons by number over threads, in the same order whatever the threads. In: a scenario, a seed.
//! Out: rows in the order of persons, or the first life that went wrong.

use std::sync::{
    Mutex,
    atomic::{AtomicU32, Ordering},
};

use crate::{
    life::{self, Failed},
    scenario::Scenario,
    table::Month,
};

/// How a run is done.
pub struct Plan<'a> {
    /// The market.
    pub scenario: &'a Scenario,
    /// Where all random numbers come from.
    pub seed: u64,
    /// Threads, at least 1.
    pub threads: usize,
    /// This person alone.
    pub only: Option<u32>,
}

/// Lives all lives. `done` is told of each.
///
/// # Errors
/// The failure of the person with the lowest number, so that it is the same on any number of threads.
pub fn run(plan: &Plan<'_>, done: &(dyn Fn() + Sync)) -> Result<Vec<Month>, Failed> {
    let persons = plan.only.map_or(0..plan.scenario.persons, |only| only..only.saturating_add(1));
    let (next, lives) = (AtomicU32::new(persons.start), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..plan.threads.max(1) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= persons.end {
                        return;
                    }
                    let life = life::live(plan.scenario, number, plan.seed, false);
                    done();
                    // A poisoned lock means that another thread has panicked; the scope panics too.
                    if let Ok(mut lives) = lives.lock() {
                        lives.push((number, life));
                    }
                }
            });
        }
    });
    let mut lives = lives.into_inner().unwrap_or_default();
    lives.sort_by_key(|(number, _)| *number);
    let mut rows = Vec::new();
    for (_, life) in lives {
        rows.extend(life?);
    }
    Ok(rows)
}
