//! What waits for a while under a name that was drawn: one-time links, links that add a device, questions to a passkey. In: things,
//! names. Out: a thing to look at, or to take once.
//!
//! Only a hash of each name is kept, so nobody who reads this memory can come by one.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::web::session::{Hash, hash, token};

/// At most `MOST` things, each for `SECONDS`; the oldest gives way.
pub(super) struct Drawn<T, const MOST: usize, const SECONDS: u64>(Mutex<HashMap<Hash, (Instant, T)>>);

impl<T, const MOST: usize, const SECONDS: u64> Default for Drawn<T, MOST, SECONDS> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T, const MOST: usize, const SECONDS: u64> Drawn<T, MOST, SECONDS> {
    /// Keeps this one; the name that it is to be had by comes out.
    pub(super) fn put(&self, what: T) -> String {
        self.put_at(what, Instant::now())
    }

    /// What is there by this name at this time. It stays.
    pub(super) fn look(&self, name: &str, now: Instant) -> Option<T>
    where
        T: Clone,
    {
        let inside = self.inside();
        inside.get(&hash(name)).filter(|(since, _)| Self::holds(*since, now)).map(|(_, what)| what.clone())
    }

    /// The same, and it is gone by that.
    pub(super) fn take(&self, name: &str, now: Instant) -> Option<T> {
        let taken = self.inside().remove(&hash(name));
        taken.filter(|(since, _)| Self::holds(*since, now)).map(|(_, what)| what)
    }

    /// Nothing waits from here on.
    pub(super) fn clear(&self) {
        self.inside().clear();
    }

    fn put_at(&self, what: T, now: Instant) -> String {
        let (name, mut inside) = (token(), self.inside());
        inside.retain(|_, (since, _)| Self::holds(*since, now));
        while inside.len() >= MOST {
            let oldest = inside.iter().min_by_key(|(_, (since, _))| *since).map(|(oldest, _)| *oldest);
            oldest.map(|oldest| inside.remove(&oldest));
        }
        inside.insert(hash(&name), (now, what));
        name
    }

    fn holds(since: Instant, now: Instant) -> bool {
        now.saturating_duration_since(since) < Duration::from_secs(SECONDS)
    }

    fn inside(&self) -> MutexGuard<'_, HashMap<Hash, (Instant, T)>> {
        // Nothing in here can be left half done, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 8;
    const SECONDS: u64 = 60;

    fn drawn() -> (Drawn<usize, MOST, SECONDS>, Instant) {
        (Drawn::default(), Instant::now())
    }

    #[test]
    fn a_thing_is_taken_once_and_by_its_name_alone() {
        let (drawn, now) = drawn();
        let (one, other) = (drawn.put_at(1, now), drawn.put_at(2, now));
        assert_eq!((drawn.look("guessed", now), drawn.take("guessed", now)), (None, None));
        assert_eq!((drawn.look(&one, now), drawn.look(&one, now)), (Some(1), Some(1)), "looking leaves it");
        assert_eq!((drawn.take(&one, now), drawn.look(&one, now), drawn.take(&one, now)), (Some(1), None, None));
        drawn.clear();
        assert_eq!(drawn.take(&other, now), None);
    }

    #[test]
    fn what_is_too_late_is_not_there_and_goes_with_the_next_one() {
        let (drawn, now) = drawn();
        let (looked_at, taken) = (drawn.put_at(1, now), drawn.put_at(2, now));
        let late = now + Duration::from_secs(SECONDS);
        let just = late.checked_sub(Duration::from_nanos(1)).expect("a moment before");
        assert_eq!(drawn.look(&looked_at, just), Some(1));
        assert_eq!((drawn.look(&looked_at, late), drawn.take(&taken, late)), (None, None));
        drawn.put_at(3, late);
        assert_eq!(drawn.inside().len(), 1, "what nobody came for is not kept");
    }

    #[test]
    fn few_wait_at_once_and_the_oldest_gives_way() {
        let (drawn, now) = drawn();
        let at = |number: usize| now + Duration::from_millis(number as u64);
        let names: Vec<String> = (0..=MOST).map(|number| drawn.put_at(number, at(number))).collect();
        let there: Vec<_> = names.iter().map(|name| drawn.look(name, at(MOST))).collect();
        let expected: Vec<_> = (0..=MOST).map(|number| (number > 0).then_some(number)).collect();
        assert_eq!(there, expected);
        assert_eq!(drawn.inside().len(), MOST);
    }
}
