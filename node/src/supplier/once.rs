//! A call that comes twice with one `Idempotency-Key` is done once. In: the key, a fingerprint of the call, the
//! answer. Out: the stored answer for the second one. Stored in the commit of what was done, for a day.

use regie_protocol::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Companion, keys::Caller, tables};
use crate::{
    command::{Failure, exit},
    driver::Turn,
    store::{Nth, Read as _},
};

/// Answers kept at once, where the company sets no other number: some 100 MB at a KB each.
const ANSWERS: u64 = 100_000;
/// The most that it can set.
pub const ANSWERS_MOST: u64 = 10_000_000;
/// Longest answer that is kept, in bytes.
pub const ANSWER_BYTES: usize = 256 * 1024;
/// How long an answer is kept, in milliseconds.
const KEPT_MS: u64 = 24 * 60 * 60 * 1000;
/// Old answers that one turn removes: several times as many as can come between two of them.
const PRUNED_AT_ONCE: usize = 4096;

/// A call's `Idempotency-Key` and what it asked.
pub struct Once {
    key: [u8; 32],
    asked: [u8; 32],
}

impl Once {
    /// Of a call.
    #[must_use]
    pub fn new(caller: &Caller, key: &str, path: &str, body: &[u8]) -> Self {
        let key = Sha256::new().chain_update(caller.key.0).chain_update(key);
        let asked = Sha256::new().chain_update((path.len() as u64).to_be_bytes()).chain_update(path).chain_update(body);
        Self { key: key.finalize().into(), asked: asked.finalize().into() }
    }
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    /// HTTP status.
    pub status: u16,
    /// The body.
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredAnswer {
    #[serde(with = "serde_bytes")]
    asked: Vec<u8>,
    at: Timestamp,
    answered: Answered,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Placed {
    at: Timestamp,
    key: serde_bytes::ByteArray<32>,
}

/// How many calls with an `Idempotency-Key` may still come, and in how many seconds there are more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Calls.
    pub calls: u64,
    /// Of how many within a day.
    pub of: u64,
    /// Seconds; a day where none was made lately.
    pub more_in: u32,
}

impl Companion {
    /// The answer that was given before, if it was.
    ///
    /// # Errors
    /// `idempotency_mismatch` where the key was used for another call.
    pub(crate) fn answered(&mut self, once: &Once) -> Result<Option<Answered>, Failure> {
        let Some(stored) = self.store.get(tables::ANSWERS, &once.key)? else { return Ok(None) };
        if stored.at.plus_ms(KEPT_MS) <= self.clock.now().floor {
            return Ok(None);
        }
        if stored.asked != once.asked {
            let words = "this Idempotency-Key was used for another call; use a fresh one for every new call";
            return Err(Failure::new("idempotency_mismatch", exit::USAGE, words));
        }
        Ok(Some(stored.answered))
    }

    /// Keeps an answer with what was done; how many more there may be.
    ///
    /// # Errors
    /// `rate_limited`, with the time until there is room again.
    pub(crate) fn keep_answer(&mut self, once: &Once, answered: &Answered, turn: &mut Turn) -> Result<Left, Failure> {
        let at = self.clock.now().floor;
        let first = self.store.numbered(tables::ANSWER_ORDER, &(), 0, 1)?;
        let last = self.store.last_number(tables::ANSWER_ORDER, &())?.unwrap_or(0);
        let (kept, more_in) = match first.first() {
            None => (0, KEPT_MS),
            Some((number, placed)) => (last + 1 - number, placed.at.plus_ms(KEPT_MS).0.saturating_sub(at.0)),
        };
        let more_in = u32::try_from(more_in.div_ceil(1000)).unwrap_or(u32::MAX);
        let most = self.keyed_calls.unwrap_or(ANSWERS);
        let Some(calls) = most.checked_sub(kept + 1) else {
            let words = format!(
                "{most} calls with an Idempotency-Key were answered within a day; there is room again in {more_in} seconds, or at \
                 once with a larger `keyed_calls_a_day` in config.toml"
            );
            return Err(Failure::new("rate_limited", exit::REFUSED, words).in_seconds(more_in));
        };
        let stored = StoredAnswer { asked: once.asked.to_vec(), at, answered: answered.clone() };
        let placed = Placed { at, key: once.key.into() };
        turn.batch.put(tables::ANSWERS, &once.key, &stored);
        turn.batch.append(tables::ANSWER_ORDER, &(), &placed);
        Ok(Left { calls, of: most, more_in })
    }

    /// Removes answers that are past their day.
    pub(super) fn prune_answers(&mut self, now: Timestamp, turn: &mut Turn) -> Result<(), Failure> {
        for (number, placed) in self.store.numbered(tables::ANSWER_ORDER, &(), 0, PRUNED_AT_ONCE)? {
            if placed.at.plus_ms(KEPT_MS) > now {
                break;
            }
            let key = placed.key.into_array();
            // The same key may have been used again since.
            if let Some(stored) = self.store.get(tables::ANSWERS, &key)?
                && stored.at <= placed.at
            {
                turn.batch.delete(tables::ANSWERS, &key);
            }
            turn.batch.delete(tables::ANSWER_ORDER, &Nth((), number));
        }
        Ok(())
    }
}
