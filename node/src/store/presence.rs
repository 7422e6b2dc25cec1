//! Whether a store that other processes share is there, for whoever asks without a turn: readiness and metrics must not wait
//! for what they tell of.
//!
//! In: what turns met. Out: since when the database is away, since when a turn waits for the others, and how its rows stand.
//! A store within the home is always there.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use regie_protocol::Timestamp;

use super::{Integrity, StoreError};
use crate::clock;

/// A moment by both clocks: one to show, one to measure by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// By the wall clock.
    pub at: Timestamp,
    measured: Instant,
}

impl Since {
    fn now() -> Self {
        Self { at: clock::wall(), measured: Instant::now() }
    }

    /// How long that has been.
    #[must_use]
    pub fn lasts(&self) -> Duration {
        self.measured.elapsed()
    }
}

/// Why turns are not made at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The database is away.
    Database {
        /// Since when.
        since: Since,
        /// PostgreSQL's code, or what failed below it.
        code: String,
    },
    /// A turn waits for those of other processes.
    Lock {
        /// Since when.
        since: Since,
    },
}

/// How a store's turns go; clones share one.
#[derive(Clone, Debug, Default)]
pub struct Presence {
    state: Arc<Mutex<State>>,
    findings: Arc<Mutex<Integrity>>,
}

#[derive(Debug, Default)]
struct State {
    away: Option<(Since, String)>,
    waits: Option<Since>,
}

impl Presence {
    /// With what is found of the rows.
    pub(super) fn of(findings: Arc<Mutex<Integrity>>) -> Self {
        Self { state: Arc::default(), findings }
    }

    /// What turns wait for, if for anything.
    #[must_use]
    pub fn missing(&self) -> Option<Missing> {
        let state = self.state();
        let away = state.away.clone().map(|(since, code)| Missing::Database { since, code });
        away.or(state.waits.map(|since| Missing::Lock { since }))
    }

    /// What was found of the rows.
    #[must_use]
    pub fn integrity(&self) -> Integrity {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The database is away, since the first time that this was said; true that time.
    pub(super) fn lost(&self, error: &StoreError) -> bool {
        let mut state = self.state();
        state.waits = None;
        let code = match error {
            StoreError::Away { code, .. } => code.clone(),
            _ => "unknown".to_owned(),
        };
        let first = state.away.is_none();
        state.away.get_or_insert_with(|| (Since::now(), code));
        first
    }

    /// The error of whoever needs the database while it is away.
    pub(super) fn error(&self, doing: &'static str) -> Option<StoreError> {
        self.state().away.as_ref().map(|(_, code)| StoreError::Away { doing, code: code.clone() })
    }

    /// It is there again; for how long it was away, where it was.
    pub(super) fn back(&self) -> Option<Duration> {
        let mut state = self.state();
        state.waits = None;
        state.away.take().map(|(since, _)| since.lasts())
    }

    /// A turn waits from now on.
    pub(super) fn waits(&self) {
        self.state().waits = Some(Since::now());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_from_its_first_moment_on() {
        let presence = Presence::default();
        assert_eq!(presence.missing(), None);
        presence.waits();
        assert!(matches!(presence.clone().missing(), Some(Missing::Lock { .. })));
        let away = |code: &str| StoreError::Away { doing: "reading", code: code.to_owned() };
        assert!(presence.lost(&away("57P01")), "the first time");
        let Some(Missing::Database { since, code }) = presence.missing() else { panic!("it is away") };
        assert_eq!(code, "57P01");
        presence.waits();
        assert!(!presence.lost(&away("08006")), "it was away before");
        assert_eq!(presence.missing(), Some(Missing::Database { since, code }));
        assert_eq!(presence.error("writing").map(|error| error.is_absence()), Some(true));
        assert!(presence.back().is_some());
        assert_eq!((presence.back(), presence.missing()), (None, None));
    }
}
