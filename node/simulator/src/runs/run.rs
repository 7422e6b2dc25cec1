//! Runs a scenario and keeps all that is lived: for tests, experiments and small markets; `stream` is for large ones. In: a
//! scenario, a seed. Out: lives or groups in order, or the first that went wrong.

use crate::{
    measure::{lived::Lived, month::Month},
    runs::{plan::Plan, stream::stream},
    world::failure::Failed,
};

/// Lives all lives, or groups, and keeps what they gave. `done` is told of each.
///
/// # Errors
/// As [`stream`].
pub fn run(plan: &Plan<'_>, done: &(dyn Fn() + Sync)) -> Result<Vec<Lived>, Failed> {
    let mut lived = Vec::new();
    stream(plan, done, |one| {
        lived.push(one);
        Ok::<(), Failed>(())
    })?;
    Ok(lived)
}

/// The months of all of them, one after the other.
#[must_use]
pub fn months(lived: &[Lived]) -> Vec<Month> {
    lived.iter().flat_map(|one| one.months.iter().cloned()).collect()
}
