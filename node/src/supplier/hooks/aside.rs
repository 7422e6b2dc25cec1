//! Events beside the line of a webhook: those that are told once more, those that the receiver refused and that are tried again,
//! and those that it refused to the end, the dead letters. In: events. Out: rows, and how many there are, in the webhook's own.

use std::collections::BTreeMap;

use regie_protocol::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ASIDES, Hook};
use crate::{
    command::Failure,
    driver::Turn,
    store::{Ledger, Nth, Read as _},
    supplier::{names, tables},
};

/// How long until a refused event is tried again, in milliseconds; refused once more after the last, it is a dead letter.
pub const REFUSED_MS: [u64; 4] = [5_000, 30_000, 120_000, 300_000];

/// One try to deliver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Which event.
    pub event: u64,
    /// When it was begun.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// What the receiver answered.
    pub status: Option<u16>,
    /// Why it failed, where it did.
    pub error: Option<String>,
    /// The beginning of the body of an answer that was none of success.
    pub answer: Option<String>,
}

/// An event beside the line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    /// How often it is to be told.
    pub times: u32,
    /// How often it was refused.
    pub attempts: u32,
    /// Not before this moment.
    pub not_before: Timestamp,
    /// Since when it is a dead letter.
    pub dead: Option<Timestamp>,
    /// How the last try went.
    pub last: Option<Attempt>,
}

impl Aside {
    /// To be told now.
    pub(super) fn due(now: Timestamp) -> Self {
        Self { times: 1, attempts: 0, not_before: now, dead: None, last: None }
    }

    /// How long it still waits, in milliseconds; a pause that is longer than any began under another clock.
    pub(super) fn waits(&self, now: Timestamp) -> Option<u64> {
        let longest = REFUSED_MS.iter().copied().max().unwrap_or_default();
        (self.not_before > now).then(|| self.not_before.distance_ms(now)).filter(|ms| *ms <= longest)
    }

    /// Refused once more.
    pub(super) fn refused(mut self, last: Attempt, now: Timestamp) -> Self {
        let pause = usize::try_from(self.attempts).ok().and_then(|attempts| REFUSED_MS.get(attempts));
        self.attempts = self.attempts.saturating_add(1);
        match pause {
            Some(pause) => self.not_before = now.plus_ms(*pause),
            None => self.dead = Some(now),
        }
        Self { last: Some(last), ..self }
    }
}

/// The rows beside one webhook's line, as this turn has them.
pub(super) struct Beside {
    id: names::Webhook,
    changed: BTreeMap<u64, Option<Aside>>,
}

impl Beside {
    pub(super) fn of(id: names::Webhook) -> Self {
        Self { id, changed: BTreeMap::new() }
    }

    pub(super) fn get(&self, store: &dyn Ledger, event: u64) -> Result<Option<Aside>, Failure> {
        match self.changed.get(&event) {
            Some(row) => Ok(row.clone()),
            None => Ok(store.get(tables::HOOK_ASIDES, &Nth(self.id, event))?),
        }
    }

    /// All of them, in the order of the events.
    pub(super) fn all(&self, store: &dyn Ledger) -> Result<BTreeMap<u64, Aside>, Failure> {
        let stored = store.numbered(tables::HOOK_ASIDES, &self.id, 0, ASIDES as usize)?;
        let mut all: BTreeMap<u64, Aside> = stored.into_iter().collect();
        for (event, row) in &self.changed {
            match row {
                Some(aside) => drop(all.insert(*event, aside.clone())),
                None => drop(all.remove(event)),
            }
        }
        Ok(all)
    }

    /// Puts one there, or another in its place; false where there is no room.
    pub(super) fn put(
        &mut self,
        store: &dyn Ledger,
        hook: &mut Hook,
        event: u64,
        aside: Aside,
    ) -> Result<bool, Failure> {
        let before = self.get(store, event)?;
        if before.is_none() && hook.aside >= ASIDES {
            return Ok(false);
        }
        hook.aside += u32::from(before.is_none());
        let was_dead = before.is_some_and(|before| before.dead.is_some());
        hook.dead = (hook.dead + u32::from(aside.dead.is_some())).saturating_sub(u32::from(was_dead));
        self.changed.insert(event, Some(aside));
        Ok(true)
    }

    pub(super) fn remove(&mut self, store: &dyn Ledger, hook: &mut Hook, event: u64) -> Result<(), Failure> {
        if let Some(before) = self.get(store, event)? {
            hook.aside = hook.aside.saturating_sub(1);
            hook.dead = hook.dead.saturating_sub(u32::from(before.dead.is_some()));
            self.changed.insert(event, None);
        }
        Ok(())
    }

    /// Puts what changed into the turn.
    pub(super) fn write(self, turn: &mut Turn) {
        for (event, row) in self.changed {
            let key = Nth(self.id, event);
            match row {
                Some(aside) => turn.batch.put(tables::HOOK_ASIDES, &key, &aside),
                None => turn.batch.delete(tables::HOOK_ASIDES, &key),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_waits_longer_each_time_and_is_dead_in_the_end() {
        let mut now = Timestamp(1_000);
        let last = Attempt { event: 7, at: now, ms: 3, status: Some(400), error: None, answer: None };
        let mut aside = Aside::due(now);
        for pause in REFUSED_MS {
            assert_eq!(aside.waits(now), None);
            aside = aside.refused(last.clone(), now);
            assert_eq!((aside.waits(now), aside.dead), (Some(pause), None));
            now = aside.not_before;
        }
        aside = aside.refused(last, now);
        assert_eq!((aside.dead, aside.attempts), (Some(now), 5));
        let other_clock = Aside { not_before: Timestamp(u64::MAX / 2), ..Aside::due(now) };
        assert_eq!(other_clock.waits(now), None, "a pause of another clock keeps nothing back");
    }
}
