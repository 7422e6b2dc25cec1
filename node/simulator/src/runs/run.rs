//! Runs a scenario and keeps all of its rows: for tests and small markets; `stream` is for large ones. In: a scenario, a
//! seed. Out: rows in the order of persons, or the first life that went wrong.

use crate::{
    measure::month::Month,
    runs::{plan::Plan, stream::stream},
    world::life::Failed,
};

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
