//! How often somebody may say something, before anything of it is read. In: who speaks, by which message, when. Out: go on,
//! or [`Refusal::RateLimited`].
//!
//! A [`Rate`] is so many at once and so many an hour after that, and a [`Meter`] holds to one: the generic cell rate
//! algorithm (ITU-T I.371), whose whole state is one time. [`Frames`] has a meter for each kind of message of each peer.
//! Keys are free, so who is not known is counted by whence it comes as well.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    identity::PublicKey,
    limits,
    message::MessageForm,
    refusal::Refusal,
    time::{HOUR_MS, Timestamp},
};

/// So many at once, and so many an hour after that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How many may come at once.
    pub at_once: u32,
    /// How many more an hour.
    pub per_hour: u32,
}

impl Rate {
    /// So many at once, and so many an hour.
    #[must_use]
    pub const fn new(at_once: u32, per_hour: u32) -> Self {
        Self { at_once, per_hour }
    }

    /// As many at once as an hour.
    #[must_use]
    pub const fn hourly(per_hour: u32) -> Self {
        Self::new(per_hour, per_hour)
    }

    /// The same for so many together.
    #[must_use]
    pub const fn times(self, many: u32) -> Self {
        Self::new(self.at_once.saturating_mul(many), self.per_hour.saturating_mul(many))
    }

    /// The most that can come within so many hours.
    #[must_use]
    pub fn within(self, hours: u32) -> u64 {
        u64::from(self.at_once) + u64::from(self.per_hour) * u64::from(hours)
    }

    /// The time that so many take up, in microseconds.
    fn cost(self, many: u32) -> u64 {
        (u64::from(many) * HOUR_MS * 1_000).checked_div(u64::from(self.per_hour)).unwrap_or(u64::MAX)
    }
}

/// What was taken of a rate: when it is whole again, in microseconds since 1970. It is kept where a restart must not begin
/// anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Meter(u64);

impl Meter {
    /// Takes so many, where they are left.
    pub fn take(&mut self, rate: Rate, many: u32, now: Timestamp) -> bool {
        let (now, room) = (now.0.saturating_mul(1_000), rate.cost(rate.at_once));
        let most = now.saturating_add(room);
        // More than all of it can't have been taken: the clock was set back, and that closes no door.
        let set_back = self.0 > most.saturating_add(limits::CLOCK_LEEWAY_MS * 1_000);
        let whole = if set_back { now } else { self.0.clamp(now, most) };
        let then = whole.saturating_add(rate.cost(many));
        let fits = rate.per_hour > 0 && then <= most;
        self.0 = if fits { then } else { whole };
        fits
    }

    /// Is everything there again? Then it says no more than a new one.
    #[must_use]
    pub fn is_whole(&self, now: Timestamp) -> bool {
        self.0 <= now.0.saturating_mul(1_000)
    }
}

/// The meters of many, of whom so many are remembered. Where there is no more room, who took least gives way.
#[derive(Clone, Debug)]
pub struct Meters<K> {
    meters: BTreeMap<K, Meter>,
    most: usize,
}

impl<K: Ord + Clone> Meters<K> {
    /// Those of at most so many.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { meters: BTreeMap::new(), most }
    }

    /// Takes one of this one's rate, where it is left.
    pub fn take(&mut self, who: &K, rate: Rate, now: Timestamp) -> bool {
        self.take_many(who, rate, 1, now)
    }

    /// Takes so many of it, where they are left.
    pub fn take_many(&mut self, who: &K, rate: Rate, many: u32, now: Timestamp) -> bool {
        if !self.meters.contains_key(who) && self.meters.len() >= self.most {
            self.make_room(now);
        }
        self.meters.entry(who.clone()).or_default().take(rate, many, now)
    }

    /// How many are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.meters.len()
    }

    /// Is nobody remembered?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.meters.is_empty()
    }

    /// An eighth goes at once, so that a crowd does not have all of them looked at for each of its own.
    fn make_room(&mut self, now: Timestamp) {
        self.meters.retain(|_, meter| !meter.is_whole(now));
        let surplus = self.meters.len().saturating_sub(self.most - self.most / 8 - 1);
        if surplus > 0 {
            let mut least: Vec<(Meter, K)> = self.meters.iter().map(|(who, meter)| (*meter, who.clone())).collect();
            least.select_nth_unstable_by(surplus - 1, |(one, _), (other, _)| one.cmp(other));
            least.truncate(surplus);
            for (_, who) in least {
                self.meters.remove(&who);
            }
        }
    }
}

/// Whence somebody comes: a group of addresses that one party is likely to hold, 56 bits of it. Of IPv4 the first 24 bits,
/// of IPv6 the first 48.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Source(pub [u8; 7]);

/// Who sends a frame.
#[derive(Clone, Copy, Debug)]
pub struct Peer<'a> {
    /// The connected key.
    pub key: &'a PublicKey,
    /// Is there a relationship under it?
    pub known: bool,
    /// Whence it comes, where that says something: not behind a proxy, nor on this machine or in its own network.
    pub source: Option<Source>,
}

/// How often each peer sent each kind of message.
#[derive(Clone, Debug)]
pub struct Frames {
    peers: Meters<(PublicKey, &'static str)>,
    sources: Meters<(Source, &'static str)>,
    bytes: Meters<PublicKey>,
}

impl Default for Frames {
    fn default() -> Self {
        let most = limits::METERS;
        Self { peers: Meters::new(most), sources: Meters::new(most), bytes: Meters::new(most) }
    }
}

impl Frames {
    /// May this peer say a message of this kind now? To be asked first: it costs no signature and no look into a store.
    ///
    /// # Errors
    /// [`Refusal::RateLimited`]. It passes by itself.
    pub fn admit(&mut self, peer: Peer<'_>, form: &MessageForm, bytes: usize, now: Timestamp) -> Result<(), Refusal> {
        let Peer { key, known, source } = peer;
        // Who is known is not counted by source: a crowd behind the same router must not shut a customer out.
        let crowded = source.filter(|_| !known).is_some_and(|source| {
            !self.sources.take(&(source, form.tag), form.rate.times(limits::STRANGERS_PER_SOURCE), now)
        });
        let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let fits = !crowded
            && self.peers.take(&(*key, form.tag), form.rate, now)
            // Last: what is refused by its kind takes nothing of the peer's bytes.
            && self.bytes.take_many(key, limits::KIB_PER_PEER, kib, now);
        if fits { Ok(()) } else { Err(Refusal::RateLimited) }
    }

    /// How many meters there are, for whoever bounds memory.
    #[must_use]
    pub fn len(&self) -> usize {
        self.peers.len() + self.sources.len() + self.bytes.len()
    }

    /// Did nobody say anything yet?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Keypair;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    /// How many of so many are let in at this moment.
    fn let_in(meter: &mut Meter, rate: Rate, tried: u32, now: Timestamp) -> usize {
        (0..tried).filter(|_| meter.take(rate, 1, now)).count()
    }

    #[test]
    fn so_many_come_at_once_and_so_many_an_hour_after_that() {
        for rate in [Rate::new(10, 60), Rate::hourly(3), Rate::new(60, 3_600), Rate::new(600, 1)] {
            let mut meter = Meter::default();
            assert_eq!(let_in(&mut meter, rate, rate.at_once + 50, NOW), rate.at_once as usize, "{rate:?}");
            let day: usize =
                (1..=24 * 60).map(|minute| let_in(&mut meter, rate, 100, NOW.plus_ms(minute * 60_000))).sum();
            assert!(day as u64 <= rate.within(24), "{rate:?}: {day}");
            assert!(day as u64 >= u64::from(rate.per_hour) * 24 - 1, "{rate:?}: {day}");
        }
        assert_eq!(let_in(&mut Meter::default(), Rate::new(5, 0), 9, NOW), 0, "none an hour is none");
    }

    #[test]
    fn a_clock_that_is_set_back_closes_no_door() {
        let (rate, mut meter) = (Rate::hourly(4), Meter::default());
        assert_eq!(let_in(&mut meter, rate, 9, NOW.plus_ms(900 * HOUR_MS)), 4);
        assert_eq!(let_in(&mut meter, rate, 9, NOW), 4, "a clock that was wrong counts for nothing");
        assert_eq!(let_in(&mut meter, rate, 9, Timestamp(NOW.0 - 60_000)), 0, "one that is set right by a minute does");
        assert_eq!(let_in(&mut meter, rate, 9, NOW.plus_ms(HOUR_MS)), 4);
    }

    #[test]
    fn who_takes_most_is_remembered_longest_and_memory_is_bounded() {
        let (rate, mut meters) = (Rate::new(100, 10), Meters::new(64));
        for _ in 0..100 {
            assert!(meters.take(&0, rate, NOW));
        }
        for who in 1..10_000 {
            assert!(meters.take(&who, rate, NOW));
            assert!(meters.len() <= 64);
        }
        assert!(!meters.take(&0, rate, NOW), "a crowd of free keys does not give the greedy a fresh start");
    }

    #[test]
    fn strangers_of_one_source_share_and_who_is_known_does_not() {
        let form = &crate::message::Role::Supplier.messages()[0];
        let mut frames = Frames::default();
        let source = Some(Source([4, 192, 0, 2, 0, 0, 0]));
        let mut greet = |number: u32, known: bool, source: Option<Source>| {
            let mut secret = [3; 32];
            secret[..4].copy_from_slice(&number.to_be_bytes());
            let key = Keypair::from_secret(&secret).public();
            frames.admit(Peer { key: &key, known, source }, form, 10, NOW)
        };
        let most = form.rate.times(limits::STRANGERS_PER_SOURCE).at_once;
        let same = (0..most + 20).filter(|number| greet(*number, false, source).is_ok()).count();
        assert_eq!(same, most as usize);
        assert_eq!(greet(most + 21, true, source), Ok(()), "a customer behind the same router");
        assert_eq!(greet(most + 22, false, None), Ok(()), "somebody from elsewhere");
    }
}
