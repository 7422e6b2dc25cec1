//! Runs a scenario and keeps all of its rows: for tests and small markets; `stream` is for large ones. In: a scenario, a
//! seed. Out: rows in the order of persons, or the first life that went wrong.

use crate::{life::Failed, scenario::Scenario, stream::stream, table::Month};

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

/// Lives all lives and keeps their rows. `done` is told of each.
///
/// # Errors
/// As [`stream`].
pub fn run(plan: &Plan<'_>, done: &(dyn Fn() + Sync)) -> Result<Vec<Month>, Failed> {
    let mut rows = Vec::new();
    stream(plan, done, |life| {
        rows.extend(life);
        Ok::<(), Failed>(())
    })?;
    Ok(rows)
}
