//! How long to wait before something is tried again. In: how often it was tried in a row. Out: a pause that grows up to
//! the longest, and perhaps is drawn, so that those who lost one thing together do not come back to it together.

use std::time::Duration;

use crate::clock;

/// Pauses between attempts at one thing.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    /// How many times as long the next one is.
    growth: f64,
    /// Which share of a pause is left to chance, from 0 to 1.
    jitter: f64,
}

impl Backoff {
    /// Pauses that double, from the first to the longest.
    #[must_use]
    pub const fn doubling(first: Duration, longest: Duration) -> Self {
        Self { first, longest, growth: 2.0, jitter: 0.0 }
    }

    /// Pauses that grow by half, for what is looked at again and has not failed.
    #[must_use]
    pub const fn growing_by_half(first: Duration, longest: Duration) -> Self {
        Self { first, longest, growth: 1.5, jitter: 0.0 }
    }

    /// The same, each drawn between half of it and all of it.
    #[must_use]
    pub const fn drawn(self) -> Self {
        Self { jitter: 0.5, ..self }
    }

    /// The pause after so many attempts in a row; the first one where there was none.
    #[must_use]
    pub fn pause(&self, attempts: u32) -> Duration {
        let times = self.growth.powi(i32::try_from(attempts).unwrap_or(i32::MAX));
        // In seconds, where more than the longest is no overflow.
        let whole = (self.first.as_secs_f64() * times).min(self.longest.as_secs_f64());
        let share = if self.jitter > 0.0 { 1.0 - self.jitter * clock::chance() } else { 1.0 };
        Duration::from_secs_f64(whole * share)
    }

    /// The same in whole milliseconds, for moments.
    #[must_use]
    pub fn pause_ms(&self, attempts: u32) -> u64 {
        u64::try_from(self.pause(attempts).as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Duration = Duration::from_secs(2);

    /// Each pause as so many times the one before, until they no longer grow.
    fn ratios(backoff: &Backoff) -> Vec<f64> {
        let pause = |attempts| backoff.pause(attempts).as_secs_f64();
        (1..).map(|attempts| pause(attempts) / pause(attempts - 1)).take_while(|ratio| *ratio > 1.0).collect()
    }

    #[test]
    fn pauses_grow_by_their_ratio_up_to_the_longest_and_stay_there() {
        let doubling = Backoff::doubling(FIRST, 16 * FIRST);
        assert_eq!(ratios(&doubling), [2.0; 4]);
        let halves = Backoff::growing_by_half(FIRST, 10 * FIRST);
        let grown = ratios(&halves);
        assert!(grown[..grown.len() - 1].iter().all(|ratio| (ratio - 1.5).abs() < 1e-6), "{grown:?}");
        assert!(grown.last().is_some_and(|last| *last < 1.5), "the last step ends at the longest");
        for (backoff, longest) in [(doubling, 16.0), (halves, 10.0)] {
            assert_eq!(backoff.pause(0), FIRST);
            for attempts in [40, 1_000, u32::MAX] {
                assert_eq!(backoff.pause(attempts).div_duration_f64(FIRST), longest, "after {attempts}");
            }
        }
        assert_eq!(doubling.pause_ms(1), 4_000);
    }

    #[test]
    fn drawn_pauses_lie_between_half_and_all_and_everywhere_between() {
        let drawn = Backoff::doubling(FIRST, 16 * FIRST).drawn();
        for attempts in [0, 2, 60] {
            let whole = Backoff::doubling(FIRST, 16 * FIRST).pause(attempts);
            let shares: Vec<f64> = (0..2_000).map(|_| drawn.pause(attempts).div_duration_f64(whole)).collect();
            assert!(shares.iter().all(|share| (0.5..=1.0).contains(share)));
            let mean = shares.iter().sum::<f64>() / shares.len() as f64;
            assert!((0.72..0.78).contains(&mean), "{mean}");
        }
    }
}
