//! The rules by which a node believes its clock. In: what the clock shows, how much time has passed for sure, what
//! peers say, the owner's word. Out: [`Now`], and what is to be told about the clock.
//!
//! It obeys: the floor never goes back but by the owner's word ([`Clock::accept`]); it follows the clock where that is
//! at most [`limits::CLOCK_JUMP_MS`] ahead. A clock that is further ahead is held back: the floor goes on with the time
//! that passes, until a peer states the same time or the owner says that it is right.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, VecDeque},
};

use crate::{
    identity::PublicKey,
    limits,
    time::{Now, Timestamp},
};

/// What a node knows of its clock.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// None before the first reading of a new home.
    floor: Option<Timestamp>,
    /// The last reading.
    wall: Timestamp,
    jump: Option<Jump>,
    /// By how much peers differed when they last stated a time, the newest last.
    words: VecDeque<(PublicKey, i64)>,
    /// How often the owner set the floor back.
    resets: u64,
}

/// A clock that is held back.
#[derive(Clone, Debug)]
struct Jump {
    /// How far the clock is ahead, in milliseconds. It stays the same while nobody sets the clock.
    ahead: u64,
    /// The first word of each peer since: does it mean the same present? Only the first counts, since a peer that was
    /// refused was told this clock's time with it, and could then state the same.
    agreed: BTreeMap<PublicKey, bool>,
}

/// The part of a clock that is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// A time that has come for sure.
    pub floor: Timestamp,
    /// How often the owner set it back: of two processes on one store, the one that knows more of that is right.
    pub resets: u64,
}

/// How clock and floor stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As they should.
    Good,
    /// The clock jumped ahead by so many milliseconds, and nobody confirmed it.
    HeldBack(u64),
    /// The floor is ahead of the clock by so many milliseconds: either the clock was wrong before, or it is now.
    Behind(u64),
}

/// What the owner's word did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Accepted {
    /// There was nothing to accept.
    Nothing,
    /// The clock is believed.
    Jump,
    /// The floor went back to the clock.
    Back,
}

impl Clock {
    /// A clock over what was stored; none in a new home.
    #[must_use]
    pub fn new(stored: Option<Stored>) -> Self {
        let resets = stored.map_or(0, |stored| stored.resets);
        Self { floor: stored.map(|stored| stored.floor), resets, ..Self::default() }
    }

    /// The time now: the clock shows `wall`, and `passed` milliseconds went by since the last reading, by a count that
    /// nobody can set.
    pub fn read(&mut self, wall: Timestamp, passed: u64) -> Now {
        if wall.distance_ms(self.wall.plus_ms(passed)) > limits::CLOCK_WARNING_MS {
            // The clock was set, so what peers said was about another one.
            self.words.clear();
        }
        self.wall = wall;
        let before = self.floor.unwrap_or(wall);
        // Behind the floor the time that passes is in the clock already.
        let sure = if wall > before { before.plus_ms(passed).min(wall) } else { before };
        let ahead = wall.0.saturating_sub(sure.0);
        let floor = if ahead <= limits::CLOCK_JUMP_MS {
            self.jump = None;
            sure.max(wall)
        } else {
            // While nobody sets the clock it stays as far ahead; where it moves it is another clock, of which no peer
            // has said anything.
            let same = self.jump.as_ref().is_some_and(|jump| jump.ahead.abs_diff(ahead) <= limits::CLOCK_LEEWAY_MS);
            if !same {
                self.jump = Some(Jump { ahead, agreed: BTreeMap::new() });
            }
            sure
        };
        self.floor = Some(floor);
        Now { wall, floor }
    }

    /// The last reading again.
    #[must_use]
    pub fn last(&self) -> Now {
        Now { wall: self.wall, floor: self.floor.unwrap_or(self.wall) }
    }

    /// A peer, whose key was proven, states that this is the present. A clock that is held back is believed when more
    /// peers meant the same present than another one.
    pub fn heard(&mut self, peer: &PublicKey, at: Timestamp) {
        let differs = i64::try_from(at.0).unwrap_or(i64::MAX).saturating_sub_unsigned(self.wall.0);
        self.words.retain(|(known, _)| known != peer);
        if self.words.len() >= limits::CLOCK_WORDS {
            self.words.pop_front();
        }
        self.words.push_back((*peer, differs));
        let agrees = self.last().meets(at);
        let Some(jump) = &mut self.jump else { return };
        // Bounded as the words above: beyond that no further peer counts, either way.
        if jump.agreed.len() < limits::CLOCK_WORDS {
            jump.agreed.entry(*peer).or_insert(agrees);
        }
        let agreed = jump.agreed.values().filter(|agrees| **agrees).count();
        if agreed * 2 > jump.agreed.len() {
            self.believe();
        }
    }

    /// The owner says that the clock is right. Before the floor goes back, everything that had ended by it must have
    /// been ended for good: see `Person::end_expired`.
    pub fn accept(&mut self) -> Accepted {
        let now = self.last();
        if self.jump.is_some() {
            self.believe();
            return Accepted::Jump;
        }
        if matches!(self.standing(), Standing::Behind(_)) {
            self.floor = Some(now.wall);
            self.resets += 1;
            return Accepted::Back;
        }
        Accepted::Nothing
    }

    /// Another process on the same store stored this.
    pub fn shared(&mut self, stored: Stored) {
        let floor = self.floor.unwrap_or(stored.floor);
        match stored.resets.cmp(&self.resets) {
            // What a process stored that has not heard of the owner's word yet.
            Ordering::Less => return,
            Ordering::Equal => self.floor = Some(floor.max(stored.floor)),
            Ordering::Greater => self.floor = Some(stored.floor),
        }
        self.resets = stored.resets;
    }

    /// What is to be stored with every commit.
    #[must_use]
    pub fn stored(&self) -> Stored {
        Stored { floor: self.last().floor, resets: self.resets }
    }

    /// How clock and floor stand to each other.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let now = self.last();
        let behind = now.floor.0.saturating_sub(now.wall.0);
        match &self.jump {
            Some(jump) => Standing::HeldBack(jump.ahead),
            None if behind > limits::CLOCK_LEEWAY_MS => Standing::Behind(behind),
            None => Standing::Good,
        }
    }

    /// By how many milliseconds most peers are ahead of this clock (less than 0: behind it), and how many there are;
    /// none where nobody has stated a time.
    #[must_use]
    pub fn peers(&self) -> Option<(i64, usize)> {
        let mut differ: Vec<i64> = self.words.iter().map(|(_, differs)| *differs).collect();
        differ.sort_unstable();
        // The middle one: peers that are wrong, or lie, move it nowhere while they are fewer than half.
        differ.get(differ.len() / 2).map(|median| (*median, differ.len()))
    }

    /// By how many milliseconds a peer was ahead of this clock when it last stated a time.
    #[must_use]
    pub fn word(&self, peer: &PublicKey) -> Option<i64> {
        self.words.iter().find(|(known, _)| known == peer).map(|(_, differs)| *differs)
    }

    fn believe(&mut self) {
        self.floor = Some(self.last().latest());
        self.jump = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{identity::Keypair, time::DAY_MS};

    const START: Timestamp = Timestamp(1_800_000_000_000);
    const MINUTE: u64 = 60_000;

    fn stored_at(floor: Timestamp) -> Clock {
        Clock::new(Some(Stored { floor, resets: 0 }))
    }

    fn peer(number: u8) -> PublicKey {
        Keypair::from_secret(&[number; 32]).public()
    }

    #[test]
    fn one_run_two_days_ahead_moves_nothing() {
        let mut clock = stored_at(START);
        let wrong = START.plus_ms(2 * DAY_MS);
        let now = clock.read(wrong, 0);
        assert_eq!((now.floor, clock.standing()), (START, Standing::HeldBack(2 * DAY_MS)));
        assert_eq!(clock.read(wrong.plus_ms(MINUTE), MINUTE).floor, START.plus_ms(MINUTE), "time passes all the same");
        let mut clock = Clock::new(Some(clock.stored()));
        let now = clock.read(START.plus_ms(2 * MINUTE), 0);
        assert_eq!((now.wall, now.floor), (now.floor, now.wall));
        assert_eq!(clock.standing(), Standing::Good);
    }

    #[test]
    fn a_month_off_is_believed_with_the_first_word() {
        let mut clock = stored_at(START);
        let now = START.plus_ms(31 * DAY_MS);
        assert!(clock.read(now, 0).held_back());
        clock.heard(&peer(1), now.plus_ms(MINUTE));
        assert_eq!((clock.last().floor, clock.standing()), (now, Standing::Good));
    }

    #[test]
    fn a_night_off_needs_no_word_and_a_new_home_none_either() {
        let morning = START.plus_ms(10 * 3_600_000);
        assert_eq!(stored_at(START).read(morning, 0).floor, morning);
        assert_eq!(Clock::new(None).read(START, 0).floor, START);
    }

    #[test]
    fn who_was_told_this_clocks_time_can_not_confirm_it() {
        let mut clock = stored_at(START);
        let wrong = START.plus_ms(300 * DAY_MS);
        clock.read(wrong, 0);
        clock.heard(&peer(1), START);
        clock.heard(&peer(1), wrong);
        clock.heard(&peer(2), wrong);
        assert!(clock.last().held_back(), "one each is no majority");
        clock.heard(&peer(3), wrong);
        assert!(!clock.last().held_back());
    }

    #[test]
    fn words_about_one_clock_say_nothing_about_the_next() {
        let mut clock = stored_at(START);
        clock.read(START.plus_ms(10 * DAY_MS), 0);
        clock.heard(&peer(1), START);
        assert_eq!(clock.peers(), Some((-(10 * DAY_MS).cast_signed(), 1)));
        clock.read(START.plus_ms(40 * DAY_MS), MINUTE);
        assert_eq!(clock.peers(), None, "the clock was set");
        clock.heard(&peer(1), START.plus_ms(40 * DAY_MS));
        assert_eq!(clock.standing(), Standing::Good);
    }

    #[test]
    fn the_owner_confirms_a_jump_or_sets_the_floor_back_and_a_sibling_follows() {
        let mut clock = stored_at(START);
        let ahead = START.plus_ms(400 * DAY_MS);
        clock.read(ahead, 0);
        assert_eq!((clock.accept(), clock.last().floor), (Accepted::Jump, ahead));
        let mut sibling = Clock::new(Some(clock.stored()));
        sibling.read(START, 0);
        clock.read(START, 0);
        assert_eq!(clock.standing(), Standing::Behind(400 * DAY_MS));
        assert_eq!((clock.accept(), clock.last().floor), (Accepted::Back, START));
        assert_eq!(clock.accept(), Accepted::Nothing);
        sibling.shared(clock.stored());
        assert_eq!(sibling.stored(), clock.stored());
        clock.shared(Stored { floor: ahead, resets: 0 });
        assert_eq!(clock.last().floor, START, "what a process stored that had not heard of it says nothing");
        clock.shared(Stored { floor: ahead, resets: 1 });
        assert_eq!(clock.last().floor, ahead, "under the same count of resets the later floor holds");
    }
}
