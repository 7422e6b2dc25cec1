//! Runs of scenarios: over threads, as jobs, as sweeps in shares. In: a scenario and a seed, or many. Out: tables, manifests,
//! drawings.

pub mod draw;
pub mod gather;
pub mod job;
pub mod output;
pub mod plan;
pub mod run;
pub mod shard;
pub mod stream;
pub mod sweep;
