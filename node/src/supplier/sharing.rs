//! Companions that share a store: post for persons who are connected with another one, where each listens, and who
//! delivers to a webhook. In: turns. Out: rows that the others read in theirs. With a store of its own a companion
//! does none of it.

use std::collections::BTreeMap;

use regie_protocol::{PublicKey, Timestamp, limits};
use serde::{Deserialize, Serialize};

use super::{Companion, tables};
use crate::{
    clock::{self, ClockRecord},
    command::Failure,
    driver::Turn,
    store::{Batch, Nth, Read as _, StoreError},
};

/// Entries of the post that are kept; each companion reads it every second.
const MAIL_KEPT: u64 = 10_000;
/// Entries read or removed in one turn.
const AT_ONCE: usize = 256;
/// How often a companion says that it is there.
const RENEWED_MS: u64 = 30_000;
/// A companion that did not say so for this long has gone; its addresses leave the profile.
const PLACE_MS: u64 = 5 * 60 * 1000;
/// How long one companion alone delivers to a receiver.
const LEASE_MS: u64 = 20_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    addresses: Vec<String>,
    /// When it was last said to be there.
    at: Timestamp,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Lease {
    #[serde(with = "serde_bytes")]
    who: Vec<u8>,
    until: Timestamp,
}

impl Companion {
    /// What another companion may have changed and this one keeps in memory: the profile, bounds, segments and the clock, in one
    /// round trip. Where the company has another key by now, this companion can't speak for it any more.
    pub(super) fn refresh(&mut self) -> Result<(), StoreError> {
        let asked =
            [tables::PROFILE.asked(), tables::PAIRINGS.asked(), tables::CLOCK.asked(), tables::SEGMENTS.asked(&())];
        let found = self.store.gather(&asked)?;
        if let Some(clock) = found.record::<ClockRecord>(2)? {
            self.clock.shared(clock.into());
        }
        self.segments_are(&found.keys(3)?.into_iter().collect())?;
        let Some(record) = found.record(0)? else { return Ok(()) };
        self.machine.restore(&record).map_err(|_| StoreError::Corrupt { part: "the profile" })?;
        if let Some(bounds) = found.record(1)? {
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

    /// Says every now and then that this companion is there, and looks who else is: the addresses of those who are gone leave the
    /// profile.
    pub(super) fn tend_places(&mut self, turn: &mut Turn) -> Result<(), Failure> {
        let uptime = self.clock.uptime();
        if !self.store.shared() || self.places_due.is_some_and(|due| uptime < due) {
            return Ok(());
        }
        self.places_due = Some(uptime.plus_ms(RENEWED_MS));
        self.advertise(turn)
    }

    /// The addresses of all companions that are there.
    pub(super) fn with_others(&mut self, own: Vec<String>, batch: &mut Batch) -> Result<Vec<String>, Failure> {
        let (now, name) = (self.clock.now().floor, self.store.sharer().unwrap_or(self.name));
        let mut places: BTreeMap<[u8; 8], Place> = self.store.group(tables::SHARED_PLACES, &())?.into_iter().collect();
        let place = Place { addresses: own, at: now };
        batch.put(tables::SHARED_PLACES, &name, &place);
        places.insert(name, place);
        for gone in leave(&mut places, now) {
            batch.delete(tables::SHARED_PLACES, &gone);
        }
        Ok(addresses(&places))
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

/// Takes off the companions that are gone; their names.
fn leave(places: &mut BTreeMap<[u8; 8], Place>, now: Timestamp) -> Vec<[u8; 8]> {
    let gone: Vec<[u8; 8]> =
        places.iter().filter(|(_, place)| place.at.plus_ms(PLACE_MS) < now).map(|(name, _)| *name).collect();
    for name in &gone {
        places.remove(name);
    }
    gone
}

/// As many addresses as a profile has room for: the first of each companion, then the second, so that none is left out for
/// another's second. In the order of their names, so that all companions say the same.
fn addresses(places: &BTreeMap<[u8; 8], Place>) -> Vec<String> {
    let most = places.values().map(|place| place.addresses.len()).max().unwrap_or_default();
    let mut all = Vec::new();
    for address in (0..most).flat_map(|nth| places.values().filter_map(move |place| place.addresses.get(nth))) {
        if all.len() < limits::ADDRESSES && !all.contains(address) {
            all.push(address.clone());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(addresses: &[&str], at: u64) -> Place {
        Place { addresses: addresses.iter().map(ToString::to_string).collect(), at: Timestamp(at) }
    }

    #[test]
    fn who_is_there_stays_and_who_is_gone_leaves() {
        let minute = |minutes: u64| minutes * 60_000;
        let mut places = BTreeMap::from([([1; 8], place(&["a"], minute(10))), ([2; 8], place(&["b"], minute(0)))]);
        // Twenty starts of a third one, each at another port, under one name.
        for start in 0..20 {
            places.insert([3; 8], place(&[&format!("c{start}")], minute(10)));
        }
        assert_eq!(leave(&mut places, Timestamp(minute(4))), Vec::<[u8; 8]>::new());
        assert_eq!(addresses(&places), ["a", "b", "c19"]);
        assert_eq!(leave(&mut places, Timestamp(minute(6))), [[2; 8]], "it said nothing for more than five minutes");
        assert_eq!(addresses(&places), ["a", "c19"]);
        // A day later one that said so all the time is still there.
        let day = minute(24 * 60);
        places.insert([1; 8], place(&["a"], day));
        assert_eq!(leave(&mut places, Timestamp(day + RENEWED_MS)), [[3; 8]]);
        assert_eq!(addresses(&places), ["a"]);
    }

    #[test]
    fn one_companion_with_many_addresses_leaves_room_for_the_others() {
        let many: Vec<String> = (0..20).map(|nth| format!("many{nth}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let places = BTreeMap::from([
            ([1; 8], place(&many, 0)),
            ([2; 8], place(&["one", "many0"], 0)),
            ([3; 8], place(&[], 0)),
            ([4; 8], place(&["other"], 0)),
        ]);
        let all = addresses(&places);
        assert_eq!(all.len(), limits::ADDRESSES);
        assert_eq!(all.get(..3), Some(["many0", "one", "other"].map(String::from).as_slice()));
    }

    /// A process of today on the rows of a later version.
    #[test]
    fn what_a_later_version_says_besides_is_passed_over() {
        #[derive(Serialize)]
        struct Later {
            addresses: Vec<String>,
            at: Timestamp,
            region: &'static str,
        }
        let later = Later { addresses: vec!["a".into()], at: Timestamp(7), region: "north" };
        let bytes = regie_protocol::wire::encode(&later).expect("it has an encoding");
        let read: Place = regie_protocol::wire::decode_kept(&bytes, 1024).expect("it is read");
        assert_eq!(read, place(&["a"], 7));
    }
}
