//! What is to happen, and when: the virtual time of a life or a group. In: events, each after a while or so often a year.
//! Out: the next one, with the time that it is then.

use std::collections::BTreeMap;

use rand::Rng;
use regie_protocol::{DAY_MS, Timestamp};

/// When every run begins: 2026-01-01T00:00:00Z, in milliseconds of Unix time.
pub const BEGIN: u64 = 1_767_225_600_000;
/// Days that a month of the tables has.
pub const MONTH_DAYS: u64 = 30;

/// The months that so many days have; the last one may be shorter.
#[must_use]
pub fn months(days: u32) -> u64 {
    u64::from(days).div_ceil(MONTH_DAYS)
}

/// Events to come. Those of one moment happen in the order in which they were put down.
pub struct Agenda<E> {
    now: u64,
    end: u64,
    queue: BTreeMap<(u64, u64), E>,
    order: u64,
}

impl<E> Agenda<E> {
    /// An empty one that begins at [`BEGIN`] and ends after so many days.
    #[must_use]
    pub fn new(days: u32) -> Self {
        Self { now: BEGIN, end: BEGIN + u64::from(days) * DAY_MS, queue: BTreeMap::new(), order: 0 }
    }

    /// The next event; it is then its moment. None where nothing happens any more.
    pub fn turn_to_next(&mut self) -> Option<E> {
        let ((at, _), event) = self.queue.pop_first()?;
        self.now = at;
        Some(event)
    }

    /// Something that happens after so many milliseconds; never, where that is after the end.
    pub fn later(&mut self, after: u64, event: E) {
        self.order += 1;
        let at = self.now.saturating_add(after);
        if at < self.end {
            self.queue.insert((at, self.order), event);
        }
    }

    /// Something that happens so often a year, by chance (Poisson): its next time. Never, where that is 0.
    pub fn once_a(&mut self, a_year: f64, rng: &mut impl Rng, event: E) {
        if a_year > 0.0 {
            let draw: f64 = rng.random_range(f64::EPSILON..1.0);
            let years = -draw.ln() / a_year;
            self.later((years * 365.0 * DAY_MS as f64) as u64, event);
        }
    }

    /// Lets milliseconds pass in which nothing happens: for what goes by a script.
    pub fn wait(&mut self, ms: u64) {
        self.now = self.now.saturating_add(ms);
    }

    /// What time it is, in milliseconds of Unix time.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.now
    }

    /// The same, as the machines have it.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        Timestamp(self.now)
    }

    /// Days that are over.
    #[must_use]
    pub fn day(&self) -> u64 {
        (self.now - BEGIN) / DAY_MS
    }

    /// The month that it is, from 0.
    #[must_use]
    pub fn month(&self) -> usize {
        (self.day() / MONTH_DAYS) as usize
    }

    /// The month that ends with the day that is just over, if one does. The last one ends with the last day of all that
    /// is seen to be over.
    #[must_use]
    pub fn month_that_ends(&self) -> Option<usize> {
        let ends = self.day().is_multiple_of(MONTH_DAYS) || self.now + DAY_MS >= self.end;
        // The day that ends a month still belongs to it.
        ends.then(|| (self.day().saturating_sub(1) / MONTH_DAYS) as usize)
    }

    /// The end, in milliseconds of Unix time: nothing happens then or later.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.end
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn events_come_in_the_order_of_their_moments_and_none_after_the_end() {
        let mut agenda = Agenda::new(2);
        agenda.later(5, "second");
        agenda.later(5, "third");
        agenda.later(1, "first");
        agenda.later(2 * DAY_MS, "never");
        assert_eq!((agenda.turn_to_next(), agenda.now()), (Some("first"), BEGIN + 1));
        agenda.later(4, "fourth");
        let rest: Vec<_> = std::iter::from_fn(|| agenda.turn_to_next()).collect();
        assert_eq!((rest, agenda.now()), (vec!["second", "third", "fourth"], BEGIN + 5));
    }

    #[test]
    fn a_rate_is_kept_on_average_and_none_is_never() {
        let (mut agenda, mut rng) = (Agenda::new(3_650), rand_chacha::ChaCha8Rng::from_seed([1; 32]));
        agenda.once_a(12.0, &mut rng, ());
        let mut times = 0;
        while agenda.turn_to_next().is_some() {
            times += 1;
            agenda.once_a(12.0, &mut rng, ());
        }
        assert!((90..150).contains(&times), "{times} in ten years of twelve");
        agenda.once_a(0.0, &mut rng, ());
        assert!(agenda.turn_to_next().is_none());
    }

    #[test]
    fn a_month_ends_with_its_last_day() {
        let (mut agenda, mut ends) = (Agenda::new(40), Vec::new());
        agenda.later(DAY_MS, ());
        while agenda.turn_to_next().is_some() {
            ends.extend(agenda.month_that_ends().map(|month| (agenda.day(), month)));
            agenda.later(DAY_MS, ());
        }
        assert_eq!(ends, [(30, 0), (39, 1)]);
    }
}
