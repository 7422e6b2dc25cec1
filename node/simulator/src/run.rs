//! Runs a scenario and keeps all of its rows: for tests and small markets; `stream` is for large ones. In: a scenario, a
//! seed. Out: rows in the order of persons, or the first life that went wrong.

use crate::{
    frame::FrameError,
    group::GroupFailed,
    life::Failed,
    scenario::{Scenario, ScenarioError},
    stream::stream,
    table::Month,
    writer::TableError,
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

/// Why a run gave no tables.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Its scenario.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// A life went wrong.
    #[error(transparent)]
    Life(#[from] Failed),
    /// A group went wrong.
    #[error(transparent)]
    Group(#[from] GroupFailed),
    /// A table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A table of groups or of an experiment.
    #[error(transparent)]
    Frame(#[from] FrameError),
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
