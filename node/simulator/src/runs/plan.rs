//! How a run is done, and why it may give nothing.

use crate::{
    io::writer::TableError,
    scenario::{Scenario, ScenarioError},
    world::failure::Failed,
};

/// How a run is done.
pub struct Plan<'a> {
    /// The market.
    pub scenario: &'a Scenario,
    /// Where all random numbers come from.
    pub seed: u64,
    /// Threads, at least 1.
    pub threads: usize,
    /// This person, or this group, alone.
    pub only: Option<u32>,
}

/// Why a run gave no tables.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Its scenario.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// A life or a group went wrong.
    #[error(transparent)]
    Life(#[from] Failed),
    /// A table.
    #[error(transparent)]
    Table(#[from] TableError),
}
