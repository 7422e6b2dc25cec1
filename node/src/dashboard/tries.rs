//! How often a passphrase may be tried. In: who tries, whether it was right, the time. Out: yes, or how long to wait.
//!
//! One count is for all who are unknown, so that nobody gets more tries by coming from elsewhere or by forgetting their
//! cookie. Another is for browsers that were in before: a stranger who guesses all day does not keep the person out.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::limits;

/// Who tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tryer {
    /// A browser that was in since this node began.
    Known,
    /// Anybody else on this machine.
    Stranger,
    /// Anybody on another machine. No passphrase is taken from there: they guess at links by which devices are added.
    Elsewhere,
}

/// Wrong passphrases, and until when none is looked at.
#[derive(Default)]
pub(super) struct Tries(Mutex<[Count; 3]>);

#[derive(Clone, Copy, Default)]
struct Count {
    wrong: u32,
    last: Option<Instant>,
    until: Option<Instant>,
}

impl Tries {
    /// May a passphrase be tried at this time?
    ///
    /// # Errors
    /// How long none is looked at, not even the right one.
    pub(super) fn may(&self, by: Tryer, now: Instant) -> Result<(), Duration> {
        let until = self.counts()[by as usize].until;
        let wait = until.map(|until| until.saturating_duration_since(now)).filter(|wait| !wait.is_zero());
        wait.map_or(Ok(()), Err)
    }

    /// It was wrong.
    pub(super) fn wrong(&self, by: Tryer, now: Instant) {
        let count = &mut self.counts()[by as usize];
        if count.last.is_some_and(|last| now.saturating_duration_since(last) > limits::TRIES_FORGOTTEN) {
            *count = Count::default();
        }
        count.wrong = count.wrong.saturating_add(1);
        count.last = Some(now);
        let beyond = count.wrong.saturating_sub(limits::TRIES - 1);
        if beyond > 0 {
            let wait = limits::TRY_WAIT.saturating_mul(1_u32.checked_shl(beyond - 1).unwrap_or(u32::MAX));
            count.until = now.checked_add(wait.min(limits::TRY_WAIT_MOST));
        }
    }

    /// It was right.
    pub(super) fn right(&self, by: Tryer) {
        self.counts()[by as usize] = Count::default();
    }

    fn counts(&self) -> std::sync::MutexGuard<'_, [Count; 3]> {
        // Nothing in here can be left half done, so a panic elsewhere does not spoil it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_bound_and_a_right_one_ends_them() {
        let (tries, mut now) = (Tries::default(), Instant::now());
        let mut waits = Vec::new();
        for _ in 0..40 {
            let wait = tries.may(Tryer::Stranger, now).err().unwrap_or_default();
            waits.push(wait);
            now += wait;
            assert_eq!(tries.may(Tryer::Stranger, now), Ok(()));
            tries.wrong(Tryer::Stranger, now);
        }
        let free = usize::try_from(limits::TRIES).expect("few");
        assert!(waits[..free].iter().all(Duration::is_zero), "{waits:?}");
        assert_eq!(waits[free..free + 3], [limits::TRY_WAIT, 2 * limits::TRY_WAIT, 4 * limits::TRY_WAIT]);
        assert_eq!(waits.last(), Some(&limits::TRY_WAIT_MOST));
        tries.right(Tryer::Stranger);
        assert_eq!(tries.may(Tryer::Stranger, now), Ok(()));
    }

    #[test]
    fn a_stranger_who_guesses_does_not_keep_out_a_browser_that_was_in() {
        let (tries, now) = (Tries::default(), Instant::now());
        (0..100).for_each(|_| tries.wrong(Tryer::Stranger, now));
        assert_eq!(tries.may(Tryer::Stranger, now), Err(limits::TRY_WAIT_MOST));
        assert_eq!(tries.may(Tryer::Known, now), Ok(()));
        (0..limits::TRIES).for_each(|_| tries.wrong(Tryer::Known, now));
        assert_eq!(tries.may(Tryer::Known, now), Err(limits::TRY_WAIT));
    }

    #[test]
    fn wrong_ones_of_long_ago_do_not_count() {
        let (tries, now) = (Tries::default(), Instant::now());
        (0..limits::TRIES).for_each(|_| tries.wrong(Tryer::Known, now));
        let later = now + limits::TRIES_FORGOTTEN + limits::TRY_WAIT_MOST;
        tries.wrong(Tryer::Known, later);
        assert_eq!(tries.may(Tryer::Known, later), Ok(()));
    }
}
