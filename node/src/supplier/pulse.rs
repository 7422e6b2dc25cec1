//! What a companion measures of its own work, for whoever keeps it running. In: turns, refusals and deliveries, as they happen. Out:
//! counters and histograms, without a name or value of anybody. Clones count together.

use std::{
    sync::atomic::AtomicU64,
    time::{Duration, Instant},
};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
};
use regie_protocol::Refusal;

/// Upper bounds of a turn's time, in seconds: a commit to a disk takes milliseconds, to a database away some more.
const SECONDS: [f64; 10] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// A refusal's stable code.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Code {
    code: String,
}

impl Code {
    fn of(code: Refusal) -> Self {
        Self { code: code.to_string() }
    }
}

/// How a delivery to a receiver ended: `taken`, `refused` or `failed`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Ended {
    ended: &'static str,
}

/// The measurements of one companion.
#[derive(Clone, Debug)]
pub struct Pulse {
    /// From the beginning of a turn until what it changed is stored, in seconds.
    pub turns: Histogram,
    /// Of that, how long the turn waited to begin, in seconds: for a database, and for other companions on it.
    pub waits: Histogram,
    /// Events that were handled.
    pub handled: Counter<u64, AtomicU64>,
    /// What persons' nodes and boards were refused, by code.
    pub refused: Family<Code, Counter<u64, AtomicU64>>,
    /// Deliveries to receivers of webhooks.
    pub deliveries: Family<Ended, Counter<u64, AtomicU64>>,
}

impl Default for Pulse {
    fn default() -> Self {
        let (turns, waits) = (Histogram::new(SECONDS), Histogram::new(SECONDS));
        let (refused, deliveries) = (Family::default(), Family::default());
        let pulse = Self { turns, waits, handled: Counter::default(), refused, deliveries };
        // There from the start, so that the first one of them is seen as one more.
        drop(pulse.refused.get_or_create(&Code::of(Refusal::RateLimited)));
        for ended in ["taken", "refused", "failed"] {
            drop(pulse.deliveries.get_or_create(&Ended { ended }));
        }
        pulse
    }
}

impl Pulse {
    /// A peer was refused something.
    pub(super) fn refuse(&self, code: Refusal) {
        self.refused.get_or_create(&Code::of(code)).inc();
    }

    /// A delivery ended.
    pub(super) fn deliver(&self, ended: &'static str) {
        self.deliveries.get_or_create(&Ended { ended }).inc();
    }
}

/// The turn that is going on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timer(Instant);

impl Timer {
    pub(super) fn begin() -> Self {
        Self(Instant::now())
    }

    pub(super) fn took(self) -> f64 {
        let Self(begun) = self;
        Duration::as_secs_f64(&begun.elapsed())
    }
}
