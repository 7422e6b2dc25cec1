//! The node on its way to another machine, without its driver. In: the store of a home that is left, or of one that was made
//! from a file. Out: a home that says nothing more; one that goes on, and what became of its grants.

use regie_protocol::{
    Person,
    person::{Input, Record},
};

use super::{commit, devices, host::Written, records};
use crate::{clock::Clock, command::Failure, store::Store};

/// How a home goes on that was made from a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// The node moved here: so many grants live on.
    Moved {
        /// How many.
        live: usize,
    },
    /// It was restored from a backup: so many grants ended.
    Restored {
        /// How many.
        ended: usize,
    },
}

/// The node of this store goes to another machine, which the person calls so. Where it is gone already nothing changes.
///
/// # Errors
/// The store's, or a name that can't be shown.
pub fn leaves(store: &mut Store, to: &str) -> Result<(), Failure> {
    if records::load(store)?.0.moved().is_some() {
        return Ok(());
    }
    given(store, Input::Leave(to)).map(drop)
}

/// How a home with these rows would go on: nothing is written.
///
/// # Errors
/// The store's, or a backup that does not hold a whole node.
pub fn foreseen(store: &Store) -> Result<Back, Failure> {
    let (machine, mut clock) = records::load(store)?;
    Ok(back(&machine, &mut clock))
}

/// A home that was just made of a backup or of the package of a move goes on.
///
/// # Errors
/// As [`foreseen`].
pub fn comes_back(store: &mut Store) -> Result<Back, Failure> {
    let back = foreseen(store)?;
    match back {
        Back::Moved { .. } => given(store, Input::Arrived).map(|_| back),
        Back::Restored { .. } => {
            // Since that backup the person may have removed a device that they lost.
            devices::forget_all(store)?;
            stays(store).map(|ended| Back::Restored { ended })
        }
    }
}

/// A node that moved goes on in the home that it left; how many grants ended comes out.
///
/// # Errors
/// As [`foreseen`].
pub fn stays(store: &mut Store) -> Result<usize, Failure> {
    let records = given(store, Input::Restored)?;
    Ok(records.iter().filter(|record| matches!(record, Record::Revoked { .. })).count())
}

fn back(machine: &Person, clock: &mut Clock) -> Back {
    let now = clock.now();
    let grants = machine.relationships().flat_map(|(_, relationship)| relationship.grants());
    let live = grants.filter(|grant| machine.is_live(grant, now)).count();
    match machine.moved() {
        Some(_) => Back::Moved { live },
        None => Back::Restored { ended: live },
    }
}

fn given(store: &mut Store, input: Input<'_>) -> Result<Vec<Record>, Failure> {
    let (mut machine, mut clock) = records::load(store)?;
    let (now, mut records) = (clock.now(), Written(Vec::new()));
    machine.handle(input, now, &mut records)?;
    commit(store, &machine, &records.0, now)?;
    Ok(records.0)
}
