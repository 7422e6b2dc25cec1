//! How long a receiver that fails is left alone, when the company is told, and when it is given up. In: failures, with what the
//! receiver said of when to come again. Out: the pause, in the webhook's own row, and what is to be told.

use regie_protocol::Timestamp;

use super::Hook;

/// How long to wait after each failure, in milliseconds. The steps are those that Standard Webhooks proposes, which no ratio
/// gives: this is no `Backoff`.
pub const RETRIES_MS: [u64; 9] =
    [5_000, 30_000, 120_000, 900_000, 3_600_000, 14_400_000, 36_000_000, 86_400_000, 86_400_000];
/// A receiver that fails for as long as all of them take, 2.6 days, is given up.
pub const GIVEN_UP_MS: u64 = {
    let (mut all, mut step) = (0, 0);
    while step < RETRIES_MS.len() {
        all += RETRIES_MS[step];
        step += 1;
    }
    all
};
/// With this failure in a row the company is told that there is trouble.
pub const TOLD_AT: u32 = 4;
/// After so many failures in a row another event is tried beside the oldest: perhaps only that one can't be taken.
pub const PROBED_AT: u32 = 2;
/// A receiver is asked again after as long as it says, at least and at most this, in milliseconds.
pub const RETRY_AFTER_MS: (u64, u64) = (1_000, 60 * 60 * 1000);
/// So many events in a row that are refused, and none taken, are the receiver's trouble and not theirs.
pub const REFUSED_IN_A_ROW: u32 = 16;

/// What the company is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// The receiver fails; it will be given up.
    Failing,
    /// It was given up.
    Disabled,
}

impl Hook {
    /// The receiver works, as far as is known.
    pub(super) fn works(&mut self, now: Timestamp) {
        (self.failures, self.refused, self.trouble, self.failing_since) = (0, 0, None, None);
        self.not_before = now;
    }

    /// It failed once more; perhaps it said when to come again.
    pub(super) fn fail(&mut self, again_after: Option<u64>, now: Timestamp) -> Option<Notice> {
        let step = usize::try_from(self.failures).unwrap_or(usize::MAX).min(RETRIES_MS.len() - 1);
        let (least, most) = RETRY_AFTER_MS;
        let pause = again_after.map_or(RETRIES_MS[step], |ms| ms.clamp(least, most));
        self.failures = self.failures.saturating_add(1);
        self.not_before = now.plus_ms(pause);
        let since = *self.failing_since.get_or_insert(now);
        // Both: a clock that jumped is no failure, and one that asks for little patience often is not given up soon.
        if self.failures as usize > RETRIES_MS.len() && since.plus_ms(GIVEN_UP_MS) <= now {
            self.disabled = true;
            return Some(Notice::Disabled);
        }
        (self.failures == TOLD_AT).then_some(Notice::Failing)
    }

    /// How long it is left alone from now on, in milliseconds.
    pub(super) fn pause(&self, now: Timestamp) -> Option<u64> {
        let longest = RETRIES_MS.iter().copied().max().unwrap_or_default();
        // A pause that is longer than any began under another clock.
        (self.not_before > now).then(|| self.not_before.distance_ms(now)).filter(|ms| *ms <= longest)
    }

    /// When it is given up, if it goes on so.
    #[must_use]
    pub fn given_up_at(&self) -> Option<Timestamp> {
        self.failing_since.map(|since| since.plus_ms(GIVEN_UP_MS))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::supplier::{World, hooks::Wanted};

    fn hook() -> Hook {
        let wanted = Wanted { url: "https://example.org/".into(), events: BTreeSet::new(), at_once: 1 };
        Hook::new(World::Live, wanted, 0, Timestamp(1_000))
    }

    #[test]
    fn pauses_grow_are_told_and_end_in_giving_up() {
        let (mut hook, mut now) = (hook(), Timestamp(1_000));
        let mut notices = Vec::new();
        for (step, pause) in RETRIES_MS.iter().enumerate() {
            notices.extend(hook.fail(None, now).map(|notice| (step, notice)));
            assert_eq!(hook.pause(now), Some(*pause));
            now = hook.not_before;
            assert_eq!(hook.pause(now), None);
        }
        assert_eq!((notices, hook.disabled), (vec![(3, Notice::Failing)], false));
        assert_eq!(hook.fail(None, now), Some(Notice::Disabled));
        assert!(hook.disabled);
        hook.works(now);
        assert_eq!((hook.failures, hook.given_up_at(), hook.pause(now)), (0, None, None));
    }

    #[test]
    fn a_receiver_that_says_when_to_come_again_is_obeyed_within_bounds_and_not_given_up_early() {
        let (mut hook, now) = (hook(), Timestamp(1_000));
        for (said, kept) in [(0, 1_000), (7_000, 7_000), (u64::MAX, 3_600_000)] {
            hook.fail(Some(said), now);
            assert_eq!(hook.pause(now), Some(kept));
        }
        for _ in 0..100 {
            hook.fail(Some(1), now);
        }
        assert!(!hook.disabled, "many short pauses are not 2.6 days");
        assert!(hook.fail(Some(1), now.plus_ms(GIVEN_UP_MS)) == Some(Notice::Disabled));
    }

    #[test]
    fn a_pause_of_another_clock_keeps_nothing_back() {
        let hook = Hook { not_before: Timestamp(u64::MAX / 2), ..hook() };
        assert_eq!(hook.pause(Timestamp(1_000)), None);
    }
}
