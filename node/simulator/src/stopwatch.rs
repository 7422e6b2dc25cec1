//! The one clock of the simulator, for measuring itself: no table depends on it. In: work. Out: nanoseconds.

use std::time::Instant;

/// How long this takes.
pub fn nanos<R>(work: impl FnOnce() -> R) -> (u64, R) {
    let begun = Instant::now();
    let result = work();
    (u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX), result)
}

/// The median of several measurements of the same: what else the machine did moves it least. 0 of none.
#[must_use]
pub fn median(mut all: Vec<u64>) -> u64 {
    all.sort_unstable();
    all.get(all.len() / 2).copied().unwrap_or_default()
}
