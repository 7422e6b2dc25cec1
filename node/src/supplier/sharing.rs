//! Companions that share a store: post for persons who are connected with another one, where each listens, and who
//! delivers to a webhook. In: turns. Out: rows that the others read in theirs. With a store of its own a companion
//! does none of it.

use regie_protocol::{PublicKey, Timestamp, limits};
use serde::{Deserialize, Serialize};

use super::{Companion, tables};
use crate::{
    clock,
    command::Failure,
    driver::Turn,
    store::{Batch, Nth, Read as _, StoreError},
};

/// Entries of the post that are kept; each companion reads it every second.
const MAIL_KEPT: u64 = 10_000;
/// Entries read or removed in one turn.
const AT_ONCE: usize = 256;
/// A companion that did not start for this long has gone; its address leaves the profile.
const PLACE_MS: u64 = 24 * 60 * 60 * 1000;
/// How long one companion alone delivers to a receiver.
const LEASE_MS: u64 = 20_000;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    addresses: Vec<String>,
    at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lease {
    #[serde(with = "serde_bytes")]
    who: Vec<u8>,
    until: Timestamp,
}

impl Companion {
    /// What another companion may have changed and this one keeps in memory: the profile. Where the company has another
    /// key by now, this companion can't speak for it any more.
    pub(super) fn refresh(&mut self) -> Result<(), StoreError> {
        let Some(record) = self.store.fact(tables::PROFILE)? else { return Ok(()) };
        self.machine.restore(&record).map_err(|_| StoreError::Corrupt { part: "the profile" })?;
        if let Some(bounds) = self.store.fact(tables::PAIRINGS)? {
            self.machine.bound_pairings(bounds);
        }
        let own = self.machine.key().public();
        let same = self.machine.profile().is_none_or(|profile| profile.supplier == own);
        if same { Ok(()) } else { Err(StoreError::KeyReplaced) }
    }

    /// Somebody is not connected here: the companion that holds the line sends what waits.
    pub(super) fn leave_for_others(&self, person: &PublicKey, turn: &mut Turn) {
        if self.store.shared() {
            turn.batch.append(tables::SHARED_MAIL, &(), person);
        }
    }

    /// Sends what other companions left for persons who are connected here.
    pub(super) fn look_for_mail(&mut self, turn: &mut Turn) -> Result<(), Failure> {
        if !self.store.shared() {
            return Ok(());
        }
        let last = self.store.last_number(tables::SHARED_MAIL, &())?.unwrap_or(0);
        // What came before the start is sent when a person connects.
        let read = *self.mail.get_or_insert(last);
        for (number, person) in self.store.numbered(tables::SHARED_MAIL, &(), read + 1, AT_ONCE)? {
            self.mail = Some(number);
            if self.connected.contains_key(&person) {
                self.send(person, turn)?;
            }
        }
        for (number, _) in self.store.numbered(tables::SHARED_MAIL, &(), 0, AT_ONCE)? {
            if number + MAIL_KEPT <= last {
                turn.batch.delete(tables::SHARED_MAIL, &Nth((), number));
            }
        }
        Ok(())
    }

    /// The addresses of all companions, this one's first.
    pub(super) fn with_others(&mut self, own: Vec<String>, batch: &mut Batch) -> Result<Vec<String>, Failure> {
        let now = self.clock.now().floor;
        let place = Place { addresses: own.clone(), at: now };
        batch.put(tables::SHARED_PLACES, &self.name, &place);
        let mut others = Vec::new();
        for (name, place) in self.store.group(tables::SHARED_PLACES, &())? {
            if place.at.plus_ms(PLACE_MS) < now {
                batch.delete(tables::SHARED_PLACES, &name);
            } else {
                others.push(place);
            }
        }
        others.sort_by_key(|place| std::cmp::Reverse(place.at));
        let mut all = own;
        for address in others.into_iter().flat_map(|place| place.addresses) {
            if all.len() < limits::ADDRESSES && !all.contains(&address) {
                all.push(address);
            }
        }
        Ok(all)
    }

    /// May this companion deliver to this receiver now? For a short while it alone may.
    pub(crate) fn lease(&mut self, receiver: &[u8], turn: &mut Turn) -> Result<bool, Failure> {
        if !self.store.shared() {
            return Ok(true);
        }
        let (key, now) = (receiver.to_vec(), clock::wall());
        let held = self.store.get(tables::SHARED_LEASES, &key)?;
        // A lease that is longer than any was taken under a clock that is ahead: it must not keep the others out.
        let holds = |lease: &Lease| lease.until > now && lease.until.distance_ms(now) <= 2 * LEASE_MS;
        if held.is_some_and(|lease| lease.who != self.name && holds(&lease)) {
            return Ok(false);
        }
        let lease = Lease { who: self.name.to_vec(), until: now.plus_ms(LEASE_MS) };
        turn.batch.put(tables::SHARED_LEASES, &key, &lease);
        Ok(true)
    }
}
