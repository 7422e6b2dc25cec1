//! What peers' frames may take of memory, over all connections of an endpoint, and whose turn it is. In: bytes that came,
//! frames for the driver. Out: room for them, or none.
//!
//! A frame takes room as its bytes come, until it is answered. Who is known here has the larger pool, strangers share a
//! small one, and in either a peer may hold as much as is left for others (dynamic thresholds: Choudhury and Hahne, 1998):
//! each that takes all it can leaves half of what it found. Each peer's first few KiB are its own, so that a
//! crowd keeps nobody from saying who they are.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{PeerKey, limits};

/// The budget of one endpoint; clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Budget(Arc<Mutex<Held>>);

#[derive(Debug, Default)]
struct Held {
    peers: HashMap<PeerKey, Share>,
    known: usize,
    strangers: usize,
}

#[derive(Debug)]
struct Share {
    lines: usize,
    bytes: usize,
    known: bool,
    turns: Arc<Semaphore>,
}

/// A connection: while it is there its peer is remembered.
#[derive(Debug)]
pub(super) struct Line {
    budget: Budget,
    peer: PeerKey,
}

/// What one frame takes. It is given back when this is dropped.
#[derive(Debug)]
pub(super) struct Room {
    budget: Budget,
    peer: PeerKey,
    bytes: usize,
}

impl Held {
    /// What the pool of this peer has, of which it may hold so much.
    fn pool(&mut self, known: bool) -> (&mut usize, usize, usize) {
        if known {
            (&mut self.known, limits::KNOWN_BYTES, limits::BYTES_PER_KNOWN)
        } else {
            (&mut self.strangers, limits::STRANGERS_BYTES, limits::BYTES_PER_STRANGER)
        }
    }

    fn tidy(&mut self, peer: &PeerKey) {
        if self.peers.get(peer).is_some_and(|share| share.lines == 0 && share.bytes == 0) {
            self.peers.remove(peer);
        }
    }
}

impl Budget {
    /// A connection of this peer's is there.
    pub(super) fn line(&self, peer: PeerKey) -> Line {
        let turns = || Arc::new(Semaphore::new(limits::FRAMES_IN_HAND));
        let new = || Share { lines: 0, bytes: 0, known: false, turns: turns() };
        self.held().peers.entry(peer).or_insert_with(new).lines += 1;
        Line { budget: self.clone(), peer }
    }

    /// This peer is known here, as long as it is connected.
    pub(super) fn know(&self, peer: &PeerKey) {
        let mut held = self.held();
        let Some(share) = held.peers.get_mut(peer).filter(|share| !share.known) else { return };
        share.known = true;
        let bytes = share.bytes;
        held.strangers = held.strangers.saturating_sub(bytes);
        held.known += bytes;
    }

    /// Nothing of it can stop half-way, so that a panic elsewhere leaves it whole.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// Room for one frame, of which nothing is taken yet.
    pub(super) fn room(&self) -> Room {
        Room { budget: self.budget.clone(), peer: self.peer, bytes: 0 }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut held = self.budget.held();
        if let Some(share) = held.peers.get_mut(&self.peer) {
            share.lines -= 1;
        }
        held.tidy(&self.peer);
    }
}

impl Room {
    /// Takes so many bytes more.
    ///
    /// # Errors
    /// [`io::ErrorKind::OutOfMemory`] where the peer holds its part already: its stream is dropped, with what it carries.
    pub(super) fn take(&mut self, bytes: usize) -> io::Result<()> {
        let mut held = self.budget.held();
        let (before, known) = held.peers.get(&self.peer).map_or((0, false), |share| (share.bytes, share.known));
        let (pool, most, own) = held.pool(known);
        let after = before + bytes;
        if after > limits::OWN_BYTES && after > own.min(most.saturating_sub(*pool)) {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        *pool += bytes;
        if let Some(share) = held.peers.get_mut(&self.peer) {
            share.bytes = after;
        }
        self.bytes += bytes;
        Ok(())
    }

    /// Gives everything back: the frame was answered.
    pub(super) fn empty(&mut self) {
        let mut held = self.budget.held();
        let bytes = std::mem::take(&mut self.bytes);
        let Some(share) = held.peers.get_mut(&self.peer) else { return };
        share.bytes = share.bytes.saturating_sub(bytes);
        // To the pool that it is in now: the peer may have become known since it took it.
        let known = share.known;
        let (pool, ..) = held.pool(known);
        *pool = pool.saturating_sub(bytes);
    }

    /// Waits until the driver has so few frames of this peer that it may have this one too.
    ///
    /// # Errors
    /// [`io::ErrorKind::BrokenPipe`] where the peer is gone.
    pub(super) async fn turn(&self) -> io::Result<OwnedSemaphorePermit> {
        // Cloned out, so that nobody holds the budget while they wait.
        let turns = self.budget.held().peers.get(&self.peer).map(|share| share.turns.clone());
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        turns.ok_or_else(gone)?.acquire_owned().await.map_err(|_| gone())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.empty();
        self.budget.held().tidy(&self.peer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(number: usize) -> PeerKey {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&number.to_be_bytes());
        key
    }

    /// Takes a frame at a time until there is no more room; how much that was.
    fn greedy(line: &Line) -> (Vec<Room>, usize) {
        let mut rooms = Vec::new();
        loop {
            let mut room = line.room();
            if room.take(limits::FRAME_BYTES).is_err() {
                let taken = rooms.len() * limits::FRAME_BYTES;
                return (rooms, taken);
            }
            rooms.push(room);
        }
    }

    #[test]
    fn whatever_many_strangers_send_they_share_one_pool_and_a_newcomer_is_heard() {
        let budget = Budget::default();
        let lines: Vec<Line> = (0..2_000).map(|number| budget.line(peer(number))).collect();
        let held: Vec<_> = lines.iter().map(greedy).collect();
        let taken: usize = held.iter().map(|(_, taken)| taken).sum();
        assert!(taken <= limits::STRANGERS_BYTES, "{taken}");
        let newcomer = budget.line(peer(9_999));
        assert!(newcomer.room().take(limits::OWN_BYTES).is_ok());
        let known = budget.line(peer(10_000));
        budget.know(&peer(10_000));
        let (_rooms, taken) = greedy(&known);
        assert_eq!(taken, limits::BYTES_PER_KNOWN, "strangers take nothing from who is known");
        drop((held, lines, newcomer, known, _rooms));
        let held = budget.held();
        assert_eq!((held.peers.len(), held.known, held.strangers), (0, 0, 0), "and all of it comes back");
    }

    /// Each takes half of what the ones before left, so that a frame fits for as many as can be expected to be at it at once;
    /// who comes after those waits until one of their frames is answered or given up.
    #[test]
    fn one_known_peer_leaves_others_their_part() {
        let budget = Budget::default();
        let lines: Vec<Line> = (0..9).map(|number| budget.line(peer(number))).collect();
        (0..9).for_each(|number| budget.know(&peer(number)));
        let held: Vec<_> = lines[..8].iter().map(greedy).collect();
        let taken: usize = held.iter().map(|(_, taken)| taken).sum();
        assert!(held[0].1 == limits::BYTES_PER_KNOWN && taken < limits::KNOWN_BYTES, "{taken}");
        assert!(lines[8].room().take(limits::FRAME_BYTES).is_ok(), "a whole frame of the last");
    }

    #[test]
    fn a_stranger_that_pairs_takes_what_it_holds_along() {
        let budget = Budget::default();
        let line = budget.line(peer(1));
        let mut room = line.room();
        room.take(10_000).expect("room");
        budget.know(&peer(1));
        let pools = || {
            let held = budget.held();
            (held.known, held.strangers)
        };
        assert_eq!(pools(), (10_000, 0));
        drop((room, line));
        assert_eq!(pools(), (0, 0));
    }
}
