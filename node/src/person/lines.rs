//! Which lines there are, and which of them are held. In: what the machine wants, what happens on lines. Out: tasks
//! (`person/links.rs`), what is known of each line.
//!
//! A line is held for a day after something was said on it, for the few where that is latest, and where the person wants
//! a supplier to reach them at once. All others are visited.

use std::time::Duration;

use regie_protocol::{
    DAY_MS, Profile, PublicKey, Signed, Timestamp,
    audit::{Entry, Log},
    limits,
    person::{Input, Relationship},
    rate::Frames,
    wire,
};
use tokio::sync::{Notify, watch};

use super::{Link, Node, links, records};
use crate::{
    clock,
    command::Failure,
    driver::Turn,
    network::{DialError, Inward, Strangers, Way},
};

/// A supplier that was not reached for so long may have moved, in milliseconds: what its domain says is read sooner.
const LOST_MS: u64 = DAY_MS;
/// How long a line is held after something was said on it, in milliseconds.
const HELD_MS: u64 = DAY_MS;

impl Node {
    /// Is a line to it up?
    pub(super) fn is_up(&self, supplier: &PublicKey) -> bool {
        self.links.get(supplier).is_some_and(|link| link.up)
    }

    /// Did the last attempt to reach it fail?
    pub(super) fn is_unreachable(&self, supplier: &PublicKey) -> bool {
        self.links.get(supplier).is_some_and(|link| link.trouble.is_some())
    }

    /// Opens the lines of a node that starts: each at a moment drawn for it.
    pub(super) fn open_lines(&mut self) -> Result<(), Failure> {
        let now = self.clock.now();
        let known: Vec<PublicKey> = self.machine.relationships().map(|(supplier, _)| *supplier).collect();
        for supplier in known {
            if self.machine.wants_link(&supplier, now) {
                let last = self.last_entry(&supplier)?;
                self.link(supplier, None);
                if let Some(link) = self.links.get_mut(&supplier) {
                    link.active = last;
                }
            }
        }
        self.choose_held(now.wall);
        Ok(())
    }

    /// Opens the lines that are wanted, closes those that are not any more, and chooses which are held.
    pub(super) fn tend_links(&mut self) {
        let now = self.clock.now();
        let known: Vec<PublicKey> = self.machine.relationships().map(|(supplier, _)| *supplier).collect();
        for supplier in known {
            match (self.machine.wants_link(&supplier, now), self.links.contains_key(&supplier)) {
                (true, false) => self.link(supplier, Some(now.wall)),
                (false, true) => {
                    if let Some(link) = self.links.remove(&supplier) {
                        link.task.abort();
                        self.machine.connection_lost(&supplier);
                    }
                }
                _ => {}
            }
        }
        self.choose_held(now.wall);
    }

    /// Sends again what was not signed for, on lines that live.
    pub(super) fn send_again(&mut self, turn: &mut Turn) {
        let now = self.clock.now();
        let due: Vec<PublicKey> = self.machine.due(now).copied().collect();
        for supplier in due {
            self.wake(&supplier, turn);
        }
    }

    /// The person goes by another key with a supplier: what is said under the one before is said again under this.
    pub(super) fn line_anew(&mut self, supplier: PublicKey) {
        let active = self.links.remove(&supplier).map(|link| {
            link.task.abort();
            link.active
        });
        self.machine.connection_lost(&supplier);
        if let Some(active) = active {
            self.link(supplier, Some(active));
            self.choose_held(self.clock.look().wall);
        }
    }

    /// There is something to tell a supplier, when the turn is on disk.
    pub(super) fn wake(&mut self, supplier: &PublicKey, turn: &mut Turn) {
        let now = self.clock.now();
        if !self.links.contains_key(supplier) {
            self.link(*supplier, Some(now.wall));
        }
        if let Some(link) = self.links.get(supplier) {
            let wake = link.wake.clone();
            turn.after(move || wake.notify_one());
        }
    }

    /// Something was said between this supplier and the person.
    pub(super) fn note_active(&mut self, supplier: &PublicKey) {
        let now = self.clock.now();
        if let Some(link) = self.links.get_mut(supplier) {
            let held = *link.hold.borrow();
            link.active = now.wall;
            if !held {
                self.choose_held(now.wall);
            }
        }
    }

    pub(super) fn line_up(&mut self, supplier: &PublicKey) {
        // The line before may have ended without a word.
        self.machine.connection_lost(supplier);
        let now = clock::wall();
        if let Some(link) = self.links.get_mut(supplier) {
            (link.up, link.reached, link.trouble) = (true, Some(now), None);
            (link.failing, link.lost) = (None, false);
        }
    }

    pub(super) fn line_down(&mut self, supplier: &PublicKey) {
        self.machine.connection_lost(supplier);
        if let Some(link) = self.links.get_mut(supplier) {
            link.up = false;
        }
    }

    pub(super) fn not_reached(&mut self, supplier: &PublicKey, error: DialError) {
        if let Some(link) = self.links.get_mut(supplier) {
            if error.is_wrong_peer() && link.trouble.as_ref() != Some(&error) {
                tracing::warn!("somebody else answers at an address of a supplier; nothing was told to them");
            }
            link.trouble = Some(error);
            let since = *link.failing.get_or_insert(clock::wall());
            if !link.lost && since.plus_ms(LOST_MS) <= clock::wall() {
                link.lost = true;
                self.readings.draw_again(supplier);
            }
        }
    }

    /// A supplier's newer word on itself; where it moved, the line follows.
    pub(super) fn renew(&mut self, supplier: &PublicKey, profile: Signed<Profile>, turn: &mut Turn) {
        match self.give(Input::RenewProfile(supplier, profile), turn) {
            Ok(did) if did.records == 0 => {}
            Ok(_) => self.follow(supplier),
            Err(error) => tracing::info!(%error, "a supplier showed a profile that is not taken"),
        }
    }

    /// Whoever answers in the place of a supplier has the key that this said would follow: is it the supplier by now?
    pub(super) fn follow_key(&mut self, supplier: &PublicKey, profile: Signed<Profile>, turn: &mut Turn) -> bool {
        let key = profile.clone().verify().map(|profile| profile.supplier);
        self.renew(supplier, profile, turn);
        self.machine.relationship(supplier).is_some_and(|known| Ok(*known.lineage().current()) == key)
    }

    /// The supplier may be elsewhere now, by its newer profile.
    pub(super) fn follow(&mut self, supplier: &PublicKey) {
        let Some(relationship) = self.machine.relationship(supplier) else { return };
        let place = links::Whereabouts::of(relationship);
        if let Some(link) = self.links.get(supplier) {
            link.place.send_if_modified(|known| {
                let moved = *known != place;
                if known.key != place.key {
                    // Whoever answered there in the place of the key before may be the supplier.
                    link.strangers.iter().for_each(Strangers::forget);
                }
                *known = place;
                moved
            });
        }
    }

    /// Which private places a line to this supplier may lead to: those of the person's own link.
    pub(super) fn inward_to(&self, relationship: &Relationship) -> Inward {
        self.travel.way.inward.and(relationship.stored().entered.as_deref().unwrap_or_default())
    }

    /// Begins a line: at once where something was just said, else at a moment drawn.
    pub(super) fn link(&mut self, supplier: PublicKey, active: Option<Timestamp>) {
        let Some(relationship) = self.machine.relationship(&supplier) else { return };
        let place = watch::Sender::new(links::Whereabouts::of(relationship));
        let (wake, hold) = (std::sync::Arc::new(Notify::new()), watch::Sender::new(false));
        let strangers = [Strangers::default(), Strangers::default()];
        let inward = self.inward_to(relationship);
        let way = |strangers: &Strangers| Way {
            strangers: Some(strangers.clone()),
            inward: inward.clone(),
            ..self.travel.way.clone()
        };
        let wait = if active.is_some() { Duration::ZERO } else { self.travel.rhythm.first() };
        let line = links::SupplierLine {
            supplier,
            secret: relationship.key().expose_secret(),
            way: way(&strangers[0]),
            way_to_next: way(&strangers[1]),
            rhythm: self.travel.rhythm.clone(),
            place: place.subscribe(),
            hold: hold.subscribe(),
            frames: Frames::default(),
            wake: wake.clone(),
            dials: self.dials.clone(),
            events: self.events.clone(),
        };
        let task = self.runtime.spawn(links::keep(line, wait));
        let active = active.unwrap_or_default();
        self.links.insert(
            supplier,
            Link {
                wake,
                hold,
                place,
                strangers,
                up: false,
                active,
                reached: None,
                trouble: None,
                failing: None,
                lost: false,
                task,
            },
        );
    }

    /// The lines that are held: those where the person wants it, and then the latest.
    fn choose_held(&mut self, now: Timestamp) {
        let mut wanted: Vec<(bool, Timestamp, PublicKey)> = self
            .links
            .iter()
            .map(|(supplier, link)| (self.machine.at_once(supplier), link.active, *supplier))
            .filter(|(at_once, active, _)| *at_once || active.plus_ms(HELD_MS) > now)
            .collect();
        wanted.sort_unstable_by(|one, other| other.cmp(one));
        wanted.truncate(self.travel.rhythm.held);
        for (supplier, link) in &self.links {
            let held = wanted.iter().any(|(_, _, wanted)| wanted == supplier);
            link.hold.send_if_modified(|hold| std::mem::replace(hold, held) != held);
        }
    }

    /// When something was last written into the log with a supplier.
    fn last_entry(&self, supplier: &PublicKey) -> Result<Timestamp, Failure> {
        let log = Log::With(*supplier);
        let Some(last) = self.machine.relationship(supplier).and_then(|r| r.log().size().checked_sub(1)) else {
            return Ok(Timestamp::default());
        };
        let rows = records::entries(&self.store, log, last, 1)?;
        let entry = rows.last().and_then(|(_, bytes)| wire::decode::<Entry>(bytes, limits::ENTRY_BYTES).ok());
        Ok(entry.map(|entry| entry.at).unwrap_or_default())
    }
}
