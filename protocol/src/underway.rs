//! What was sent and is not signed for yet, and when it goes out again. In: what is sent, what is answered, the time. Out:
//! whether something is due. A line that ends makes everything due at once; on a line that lives, each message is sent
//! again by itself, after a pause that grows, until it is signed for.

use std::collections::BTreeMap;

use crate::{limits, time::Timestamp};

/// Messages of one relationship by their names.
#[derive(Clone, Debug)]
pub(crate) struct UnderWay<K>(BTreeMap<K, Sent>);

#[derive(Clone, Copy, Debug)]
struct Sent {
    again: Timestamp,
    times: u32,
}

impl<K> Default for UnderWay<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord + Copy> UnderWay<K> {
    /// Is it to be sent now? Then it counts as sent now.
    pub(crate) fn take_due(&mut self, name: K, now: Timestamp) -> bool {
        let due = self.0.get(&name).is_none_or(|sent| sent.again <= now);
        if due {
            self.sent(name, now);
        }
        due
    }

    /// It went out just now.
    pub(crate) fn sent(&mut self, name: K, now: Timestamp) {
        let times = self.0.get(&name).map_or(0, |sent| sent.times);
        let (first, most) = limits::SEND_AGAIN_MS;
        let pause = first.saturating_mul(1 << times.min(16)).min(most);
        self.0.insert(name, Sent { again: now.plus_ms(pause), times: times.saturating_add(1) });
    }

    /// Is it on its way?
    pub(crate) fn has(&self, name: &K) -> bool {
        self.0.contains_key(name)
    }

    /// It has arrived, or is no longer to be sent.
    pub(crate) fn done(&mut self, name: &K) {
        self.0.remove(name);
    }

    /// Forgets what no longer waits.
    pub(crate) fn retain(&mut self, waits: impl Fn(&K) -> bool) {
        self.0.retain(|name, _| waits(name));
    }

    /// Is anything to be sent again?
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.0.values().any(|sent| sent.again <= now)
    }

    /// The line is gone: everything is to be sent again on the next one.
    pub(crate) fn lost(&mut self) {
        // With the pauses: that the old line was dead says nothing of the next one.
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_goes_out_again_with_growing_pauses_until_it_is_signed_for() {
        let (first, most) = limits::SEND_AGAIN_MS;
        let mut under_way = UnderWay::default();
        let (mut now, mut pause) = (Timestamp(1_000), first);
        assert!(under_way.take_due(7, now));
        for _ in 0..20 {
            assert!(!under_way.take_due(7, now.plus_ms(pause - 1)) && !under_way.is_due(now.plus_ms(pause - 1)));
            now = now.plus_ms(pause);
            assert!(under_way.is_due(now) && under_way.take_due(7, now));
            pause = (pause * 2).min(most);
        }
        assert_eq!(pause, most);
        under_way.done(&7);
        assert!(!under_way.is_due(now.plus_ms(most)));
    }

    #[test]
    fn a_lost_line_makes_everything_due() {
        let mut under_way = UnderWay::default();
        assert!(under_way.take_due(1, Timestamp(0)) && !under_way.take_due(1, Timestamp(0)));
        under_way.lost();
        assert!(under_way.take_due(1, Timestamp(0)));
    }
}
