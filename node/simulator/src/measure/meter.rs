//! Who did the work that a signature's mathematics is: the person's node, the suppliers', a board, or the simulator itself. In:
//! machines within [`Metered`]. Out: tallies by side.
//!
//! A thread lives one life at a time, and works for one side at any moment: whose machine it touched last. So taking hold
//! of a machine is what says whose the work is from then on, and no call can be forgotten.

use std::{
    cell::Cell,
    ops::{Deref, DerefMut},
};

use regie_protocol::scheme::Tally;

/// Whose work it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The person's node.
    Person,
    /// A supplier's companion.
    Supplier,
    /// The board that a group shares.
    Board,
    /// The simulator: what it checks and reads for itself. No node does that work.
    Onlooker,
}

/// What was done, by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// By the person's node.
    pub person: Tally,
    /// By all suppliers together.
    pub supplier: Tally,
    /// By the board.
    pub board: Tally,
    /// By the simulator.
    pub onlooker: Tally,
}

/// A machine of one side.
pub struct Metered<M> {
    side: Side,
    machine: M,
}

std::thread_local! {
    static WHOSE: Cell<Side> = const { Cell::new(Side::Onlooker) };
    static COUNTED: Cell<Tally> = const { Cell::new(NOTHING) };
    static SPENT: Cell<Spent> =
        const { Cell::new(Spent { person: NOTHING, supplier: NOTHING, board: NOTHING, onlooker: NOTHING }) };
}

const NOTHING: Tally = Tally { keys: 0, read: 0, signed: 0, verified: 0, sealed: 0 };

/// The work is this side's from here on.
pub fn turn(side: Side) {
    let before = WHOSE.replace(side);
    if before == side {
        return;
    }
    let tally = Tally::so_far();
    let done = tally.since(COUNTED.replace(tally));
    if done == NOTHING {
        return;
    }
    let mut spent = SPENT.get();
    let of = match before {
        Side::Person => &mut spent.person,
        Side::Supplier => &mut spent.supplier,
        Side::Board => &mut spent.board,
        Side::Onlooker => &mut spent.onlooker,
    };
    *of = of.and(done);
    SPENT.set(spent);
}

/// What was done on this thread since the last call; the onlooker's turn begins.
pub fn take() -> Spent {
    // From whichever side it is: turning to another counts what was done.
    turn(Side::Person);
    turn(Side::Onlooker);
    SPENT.take()
}

impl<M> Metered<M> {
    /// A machine and whose it is.
    pub fn new(side: Side, machine: M) -> Self {
        Self { side, machine }
    }
}

impl<M> Deref for Metered<M> {
    type Target = M;
    fn deref(&self) -> &M {
        turn(self.side);
        &self.machine
    }
}

impl<M> DerefMut for Metered<M> {
    fn deref_mut(&mut self) -> &mut M {
        turn(self.side);
        &mut self.machine
    }
}

#[cfg(test)]
mod tests {
    use regie_protocol::Keypair;

    use super::*;

    #[test]
    fn work_is_his_whose_machine_was_touched_last() {
        take();
        let key = || drop(Keypair::from_secret(&[1; 32]));
        let (person, supplier) = (Metered::new(Side::Person, key), Metered::new(Side::Supplier, key));
        key();
        (*person)();
        (*person)();
        (*supplier)();
        (*person)();
        let Spent { person, supplier, onlooker, .. } = take();
        assert_eq!((person.keys, supplier.keys, onlooker.keys), (3, 1, 1));
        assert_eq!(take(), Spent::default());
    }
}
