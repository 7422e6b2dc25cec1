//! The loop that makes things durable before they are visible.
//!
//! In: events, from the network and from commands. Out: what the machine's handler put behind the commit. One
//! thread owns a machine and its store; events that wait are handled together and share one commit.

use tokio::sync::{mpsc, oneshot};

use crate::store::{Batch, StoreError};

/// Tells how a driver ended.
pub type End = oneshot::Receiver<Result<(), StoreError>>;

/// Events that wait for a driver.
pub const EVENTS: usize = 1024;
/// Most events that share a commit.
const GROUP: usize = 64;
/// Operations after which a commit takes no further event.
const OPERATIONS: usize = 2048;

/// The changes of one turn, and what becomes visible when they are on disk.
#[derive(Default)]
pub struct Turn {
    /// The changes.
    pub batch: Batch,
    after: Vec<Box<dyn FnOnce() + Send>>,
}

impl Turn {
    /// Runs after the commit, in order; never, if the commit fails.
    pub fn after(&mut self, action: impl FnOnce() + Send + 'static) {
        self.after.push(Box::new(action));
    }

    /// Takes everything back; what was begun was not done.
    pub fn undo(&mut self) {
        *self = Self::default();
    }
}

/// What a driver drives.
pub trait Driven: Send + 'static {
    /// What it handles.
    type Event: Send + 'static;
    /// Does this event read the store whole, so that everything before it must be on disk?
    fn reads_all(event: &Self::Event) -> bool;
    /// Handles one event; false ends the loop after the commit.
    fn handle(&mut self, event: Self::Event, turn: &mut Turn) -> bool;
    /// Adds what belongs to every commit.
    fn closing(&mut self, turn: &mut Turn);
    /// Before a turn's first event.
    ///
    /// # Errors
    /// The store's.
    fn begin(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
    /// Makes the changes of a turn durable; there may be none.
    ///
    /// # Errors
    /// The store's.
    fn commit(&mut self, batch: Batch) -> Result<(), StoreError>;
}

/// Runs until the senders are gone, a handler ends it, or the store fails.
///
/// # Errors
/// The store's; the node must then exit, since memory is ahead of the disk.
pub fn run<D: Driven>(mut driven: D, mut events: mpsc::Receiver<D::Event>) -> Result<(), StoreError> {
    let mut next = events.blocking_recv();
    while let Some(first) = next.take() {
        let mut turn = Turn::default();
        driven.begin()?;
        let mut go_on = driven.handle(first, &mut turn);
        for _ in 1..GROUP {
            if turn.batch.len() >= OPERATIONS {
                break;
            }
            let Ok(event) = events.try_recv() else { break };
            if D::reads_all(&event) {
                next = Some(event);
                break;
            }
            go_on &= driven.handle(event, &mut turn);
        }
        if !turn.batch.is_empty() {
            driven.closing(&mut turn);
        }
        driven.commit(turn.batch)?;
        for action in turn.after {
            action();
        }
        if !go_on {
            break;
        }
        if next.is_none() {
            next = events.blocking_recv();
        }
    }
    Ok(())
}
