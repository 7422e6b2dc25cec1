//! What becomes of events and turns while a store is away: a database that restarts, fails over or can't be reached.
//!
//! In: events that come meanwhile, turns that could not be committed. Out: the same events once it is back, in their order; turns
//! undone whole. Of a commit in whose midst it went away nobody knows at first whether it was stored: what stands behind
//! it is kept, and done or dropped when that is known. Nobody is told of what was not stored.

use std::collections::VecDeque;

use tokio::sync::mpsc;

use super::{Driven, committer::After};

/// Most events that wait for a store; behind them those that come are dropped. What must not be lost is sent again by those who
/// sent it.
const KEPT: usize = 64 * 1024;

/// What becomes of an event that comes while the store is away.
pub enum Refused<E> {
    /// Whoever sent it was told so, or comes again.
    Gone,
    /// It is handled when the store is back.
    Waits(E),
    /// It ends the loop.
    Ends,
}

/// Events before those of the queue, and a turn of which nobody knows whether it was stored.
pub(super) struct Waiting<E> {
    events: VecDeque<E>,
    unsettled: Option<Unsettled<E>>,
    away: bool,
}

struct Unsettled<E> {
    after: Vec<After>,
    again: Vec<E>,
    /// Does the loop go on behind it?
    go_on: bool,
}

impl<E> Default for Waiting<E> {
    fn default() -> Self {
        Self { events: VecDeque::new(), unsettled: None, away: false }
    }
}

impl<E> Waiting<E> {
    /// The next event. While the store is away new ones are looked at, so that they are refused and not kept waiting.
    pub(super) fn next(&mut self, events: &mut mpsc::Receiver<E>) -> Option<E> {
        let waits = if self.away { None } else { self.events.pop_front() };
        waits.or_else(|| events.blocking_recv())
    }

    /// The next event, if there is one already.
    pub(super) fn try_next(&mut self, events: &mut mpsc::Receiver<E>) -> Option<E> {
        self.events.pop_front().or_else(|| events.try_recv().ok())
    }

    /// It is the next one.
    pub(super) fn put_back(&mut self, event: E) {
        self.events.push_front(event);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The store is away: what becomes of this event. False where the loop is to end.
    pub(super) fn refuse<D: Driven<Event = E>>(&mut self, driven: &mut D, event: E) -> bool {
        // The first that meets it came from before those that wait, the others come behind them.
        let first = !std::mem::replace(&mut self.away, true);
        match driven.refuse(event) {
            Refused::Gone => {}
            Refused::Ends => return false,
            Refused::Waits(event) if first => self.events.push_front(event),
            Refused::Waits(event) if self.events.len() < KEPT => self.events.push_back(event),
            Refused::Waits(_) => {}
        }
        true
    }

    /// The store is there, and a turn has begun: the event to begin it with. None where the loop is to end, since the turn that
    /// ended it was stored.
    pub(super) fn back<D: Driven<Event = E>>(&mut self, driven: &mut D, event: E) -> Option<E> {
        if let Some(Unsettled { after, again, go_on }) = self.unsettled.take() {
            if driven.settled() == Some(true) {
                after.into_iter().for_each(|action| action());
                if !go_on {
                    return None;
                }
            } else {
                self.handle_again(again);
            }
        }
        if !std::mem::take(&mut self.away) {
            return Some(event);
        }
        self.events.push_back(event);
        self.events.pop_front()
    }

    /// A turn is undone; what has to be is handled again.
    pub(super) fn undo<D: Driven<Event = E>>(&mut self, driven: &mut D, mut again: Vec<E>) {
        again.extend(driven.undone());
        self.handle_again(again);
    }

    /// Nobody knows whether a turn was stored. Memory must not hold it until that is known. Answers whether the loop goes on: it does
    /// until then.
    pub(super) fn unsettled<D: Driven<Event = E>>(
        &mut self,
        driven: &mut D,
        after: Vec<After>,
        mut again: Vec<E>,
        go_on: bool,
    ) -> bool {
        again.extend(driven.undone());
        self.unsettled = Some(Unsettled { after, again, go_on });
        self.away = true;
        true
    }

    fn handle_again(&mut self, again: Vec<E>) {
        again.into_iter().rev().for_each(|event| self.events.push_front(event));
    }
}
