//! When a supplier is visited. In: what came of the last attempt, chance. Out: how long to wait, what
//! is tried first.
//!
//! Every wait is drawn for each relationship alone: two suppliers that compare notes must not find one person's node by a
//! common phase, or by a common moment of coming back.

use std::time::Duration;

use crate::{backoff::Backoff, clock::chance, network::Transport};

/// First pause after an attempt that failed.
const RETRY: Duration = Duration::from_millis(250);
/// Longest pause where a line is wanted now.
const RETRY_WANTED: Duration = Duration::from_secs(60);
/// Longest pause where only the next visit fails.
const RETRY_VISIT: Duration = Duration::from_secs(15 * 60);
/// A line that lasted for less was none: whoever answers only to hang up is tried less and less, as one who is away.
const STEADY: Duration = Duration::from_secs(10);
/// Who spoke before the line broke may be one that is started again and again: the pause grows up to four seconds.
const SPOKE: u32 = 5;
/// No visit is put off for longer than so many times the mean.
const LONGEST: f64 = 4.0;

/// How a person's node visits its suppliers.
#[derive(Clone, Debug)]
pub struct Rhythm {
    /// Mean time between two visits where nothing is open.
    pub mean: Duration,
    /// After a start each supplier is visited at a moment drawn within this time.
    pub spread: Duration,
    /// What the person says to several suppliers leaves within this time, for each at a moment drawn for it.
    pub tell: Duration,
    /// Lines that are held at most, where something is open.
    pub held: usize,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            mean: Duration::from_secs(60 * 60),
            spread: Duration::from_secs(30),
            tell: Duration::from_secs(30 * 60),
            held: 10,
        }
    }
}

impl Rhythm {
    /// When the first visit after a start is due.
    pub(super) fn first(&self) -> Duration {
        self.spread.mul_f64(chance())
    }

    /// When the next visit is due: as likely now as at any other moment, whatever was before (a Poisson process), so that
    /// the moments of two suppliers tell nothing of each other.
    pub(super) fn next(&self) -> Duration {
        let times = -(1.0 - chance()).max(f64::MIN_POSITIVE).ln();
        self.mean.mul_f64(times.min(LONGEST))
    }
}

/// What is known of the way to one supplier.
#[derive(Debug, Default)]
pub(super) struct Trying {
    failures: u32,
    /// Did an exchange go through on the line that is up?
    spoke: bool,
    /// What the next dial tries first.
    pub(super) first: Option<Transport>,
}

impl Trying {
    /// Nobody was reached.
    pub(super) fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// An exchange went through: what carried it is tried first the next time.
    pub(super) fn worked(&mut self, carrier: Transport) {
        (self.first, self.spoke) = (Some(carrier), true);
    }

    /// All was said, and the line was closed.
    pub(super) fn left(&mut self) {
        (self.failures, self.spoke) = (0, false);
    }

    /// The line broke, which had lasted for so long.
    pub(super) fn lost(&mut self, lasted: Duration) {
        self.failures = if lasted < STEADY { self.failures.saturating_add(1) } else { 1 };
        if std::mem::take(&mut self.spoke) {
            self.failures = self.failures.min(SPOKE);
        }
    }

    /// A line was up and carried nothing to its end. Something else is tried first, if there is anything else.
    pub(super) fn broke(&mut self, carrier: Transport) {
        self.first = Some(match carrier {
            Transport::Quic => Transport::Tcp,
            Transport::Tcp | Transport::WebSocket => Transport::Quic,
        });
    }

    /// How long to wait before the next attempt.
    pub(super) fn pause(&self, wanted: bool) -> Duration {
        let most = if wanted { RETRY_WANTED } else { RETRY_VISIT };
        Backoff::doubling(RETRY, most).drawn().pause(self.failures.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_come_as_often_as_they_should_and_at_no_common_moment() {
        let rhythm = Rhythm { mean: Duration::from_secs(1_000), ..Rhythm::default() };
        let waits: Vec<f64> = (0..10_000).map(|_| rhythm.next().as_secs_f64()).collect();
        let mean = waits.iter().sum::<f64>() / waits.len() as f64;
        assert!((900.0..1_050.0).contains(&mean), "{mean}");
        assert!(waits.iter().all(|wait| *wait <= 4_000.0));
        // Memoryless: of those that lasted so long, the share that lasts as long again is the same.
        let beyond = |least: f64| waits.iter().filter(|wait| **wait > least).count() as f64;
        let (half, again) = (beyond(500.0) / 10_000.0, beyond(1_000.0) / beyond(500.0));
        assert!((half - again).abs() < 0.05, "{half} {again}");
    }

    #[test]
    fn a_line_that_carries_nothing_is_not_taken_again_first() {
        let mut trying = Trying::default();
        trying.worked(Transport::Tcp);
        trying.broke(Transport::Tcp);
        assert_eq!(trying.first, Some(Transport::Quic));
        for _ in 0..40 {
            trying.broke(Transport::Quic);
            trying.lost(Duration::from_secs(1));
        }
        assert!(trying.pause(true) <= RETRY_WANTED && trying.pause(true) >= RETRY_WANTED / 2);
        assert!(trying.pause(false) > RETRY_WANTED);
        trying.lost(STEADY);
        assert!(trying.pause(true) <= RETRY, "a line that stood for long is had back at once");
    }
}
