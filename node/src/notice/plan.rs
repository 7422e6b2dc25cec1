//! When a person is told, and of what: decided here and nowhere else. In: what waits, the settings, a moment. Out: what is to be
//! said now by one way, and what is remembered of that way.
//!
//! A way has a ledger, which is on disk before anything leaves. One message a day tells of everything that waits, if any of it
//! is new; of what the person wants to hear at once there are messages of their own. An attempt counts as one that failed until
//! it is known to have worked: whoever crashes after a message left sends it once more, after a pause, and nothing is lost.

use std::{collections::BTreeSet, time::Duration};

use regie_protocol::{Timestamp, calendar::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Minute, Settings, Trouble};
use crate::backoff::Backoff;

/// Pauses after an attempt that failed.
const PAUSES: Backoff = Backoff::doubling(Duration::from_secs(60), LONGEST).drawn();
/// The longest of them.
const LONGEST: Duration = Duration::from_secs(6 * 60 * 60);
/// Messages at once on one day, by one way; what comes after them waits for the day's message.
const AT_ONCE: u32 = 24;

/// What can wait for a person. A kind more has its line here, its things in `Node::things` and its words in `locales/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// Requests of suppliers.
    Requests,
    /// Processors of suppliers that want to be met.
    Processors,
    /// Corrections that suppliers propose.
    Corrections,
    /// Documents that the person has not looked at.
    Documents,
    /// Contracts that are to be ended, or withdrawn from, soon or not at all.
    Contracts,
    /// Organisations that may have a companion now.
    Companions,
    /// Requests under the GDPR that wait, or come near a day that the person is to know of.
    Cases,
}

impl WaitsFor {
    /// Every kind, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Requests,
        Self::Processors,
        Self::Corrections,
        Self::Documents,
        Self::Contracts,
        Self::Companions,
        Self::Cases,
    ];

    /// In one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Processors => "processors",
            Self::Corrections => "corrections",
            Self::Documents => "documents",
            Self::Contracts => "contracts",
            Self::Companions => "companions",
            Self::Cases => "cases",
        }
    }
}

/// One thing that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Thing {
    pub(crate) what: WaitsFor,
    /// Which: another where a day that matters came nearer, so that it is told again.
    pub(crate) key: u64,
    /// Whose it is.
    pub(crate) of: String,
}

/// A moment, as the clock on the wall shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) at: Timestamp,
    pub(crate) day: Date,
    pub(crate) minute: Minute,
}

/// What is remembered of one way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ledger {
    /// What was told and still waits.
    told: BTreeSet<u64>,
    /// The day of the last message of a day.
    daily: Option<Date>,
    /// The day of the last messages at once, and how many there were on it.
    at_once: Option<(Date, u32)>,
    /// Attempts in a row that are not known to have worked.
    attempts: u32,
    /// Before which nothing is tried.
    rests_until: Option<Timestamp>,
    /// Why the last one did not work.
    pub(crate) trouble: Option<Trouble>,
    /// When the last message went.
    pub(crate) went: Option<Timestamp>,
}

/// What is to be said now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Saying {
    /// Of which things.
    pub(crate) tells: BTreeSet<u64>,
    /// The day whose message it is; none where it is one at once.
    daily: Option<Date>,
}

impl Ledger {
    /// What is to be said now by this way, if anything. The attempt is entered: the ledger has to be on disk before it is made.
    pub(crate) fn due(&mut self, settings: &Settings, things: &[Thing], now: &Moment) -> Option<Saying> {
        let waits: BTreeSet<u64> = things.iter().map(|thing| thing.key).collect();
        self.told.retain(|key| waits.contains(key));
        if waits.is_subset(&self.told) {
            // What could not be said has gone by itself.
            (self.attempts, self.rests_until, self.trouble) = (0, None, None);
            return None;
        }
        if settings.quiet.holds(now.minute) || self.rests(now.at) {
            return None;
        }
        let new = |thing: &&Thing| !self.told.contains(&thing.key);
        let pressing = things.iter().filter(new).filter(|thing| settings.at_once.contains(&thing.what));
        let pressing: BTreeSet<u64> = pressing.map(|thing| thing.key).collect();
        let saying = if !pressing.is_empty() && self.may_speak_at_once(now.day) {
            Saying { tells: pressing, daily: None }
        } else if now.minute >= settings.daily && self.may_speak_today(now.day) {
            Saying { tells: waits, daily: Some(now.day) }
        } else {
            return None;
        };
        self.enter(&saying, now);
        Some(saying)
    }

    /// It went.
    pub(crate) fn worked(&mut self, saying: &Saying, at: Timestamp) {
        self.told.extend(&saying.tells);
        self.daily = saying.daily.or(self.daily);
        (self.attempts, self.rests_until, self.trouble, self.went) = (0, None, None, Some(at));
    }

    /// It did not, as far as is known.
    pub(crate) fn failed(&mut self, trouble: Trouble) {
        self.trouble = Some(trouble);
    }

    /// The person says that what was wrong is right now: it is tried at once.
    pub(crate) fn try_anew(&mut self) {
        (self.attempts, self.rests_until) = (0, None);
    }

    /// When it is tried again, after one that failed.
    pub(crate) fn again(&self) -> Option<Timestamp> {
        self.rests_until.filter(|_| self.trouble.is_some())
    }

    fn enter(&mut self, saying: &Saying, now: &Moment) {
        if saying.daily.is_none() {
            let before = self.at_once.filter(|(day, _)| *day == now.day).map_or(0, |(_, count)| count);
            self.at_once = Some((now.day, before.saturating_add(1)));
        }
        self.rests_until = Some(now.at.plus_ms(PAUSES.pause_ms(self.attempts)));
        self.attempts = self.attempts.saturating_add(1);
    }

    /// A clock that was set back does not make a pause longer than the longest.
    fn rests(&self, now: Timestamp) -> bool {
        let longest = u64::try_from(LONGEST.as_millis()).unwrap_or(u64::MAX);
        self.rests_until.is_some_and(|until| now < until && until <= now.plus_ms(longest))
    }

    fn may_speak_at_once(&self, today: Date) -> bool {
        self.at_once.is_none_or(|(day, count)| day != today || count < AT_ONCE)
    }

    /// Once a day; a day that is far from now was none: the clock was wrong.
    fn may_speak_today(&self, today: Date) -> bool {
        self.daily.is_none_or(|day| today > day || day.days_after(today) > 1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regie_protocol::wire;

    use super::*;
    use crate::notice::Quiet;

    const MINUTE_MS: u64 = 60_000;
    /// Minutes between two looks.
    const STEP: u64 = 5;
    const DAYS: u64 = 6;

    fn moment(minutes: u64) -> Moment {
        let at = Timestamp(1_900_022_400_000 + minutes * MINUTE_MS);
        Moment { at, day: Date::of(at), minute: Minute::new(u16::try_from(minutes % 1_440).expect("small")) }
    }

    fn thing(key: u64, what: WaitsFor) -> Thing {
        Thing { what, key, of: "Volt BV".to_owned() }
    }

    fn settings(at_once: &[WaitsFor]) -> Settings {
        Settings { at_once: at_once.iter().copied().collect(), ..Settings::default() }
    }

    #[test]
    fn one_message_a_day_tells_of_all_and_only_where_something_is_new() {
        let (mut ledger, settings) = (Ledger::default(), settings(&[]));
        let one = [thing(1, WaitsFor::Requests)];
        assert_eq!(ledger.due(&settings, &one, &moment(8 * 60)), None, "before the hour");
        let saying = ledger.due(&settings, &one, &moment(9 * 60)).expect("the day's message");
        ledger.worked(&saying, moment(9 * 60).at);
        let two = [thing(1, WaitsFor::Requests), thing(2, WaitsFor::Documents)];
        assert_eq!(ledger.due(&settings, &two, &moment(12 * 60)), None, "one a day");
        assert_eq!(ledger.due(&settings, &one, &moment(1_440 + 600)), None, "nothing new");
        let next = ledger.due(&settings, &two, &moment(2 * 1_440 + 600)).expect("the next one");
        assert_eq!(next.tells, BTreeSet::from([1, 2]));
    }

    #[test]
    fn what_is_to_be_told_at_once_waits_for_no_hour_but_for_the_end_of_the_night() {
        let (mut ledger, settings) = (Ledger::default(), settings(&[WaitsFor::Requests]));
        let all = [thing(1, WaitsFor::Requests), thing(2, WaitsFor::Documents)];
        assert_eq!(ledger.due(&settings, &all, &moment(23 * 60)), None);
        let saying = ledger.due(&settings, &all, &moment(1_440 + 8 * 60)).expect("in the morning");
        assert_eq!(saying.tells, BTreeSet::from([1]), "and not what waits for the day's message");
        ledger.worked(&saying, moment(1_440 + 8 * 60).at);
        let daily = ledger.due(&settings, &all, &moment(1_440 + 9 * 60)).expect("the day's message");
        assert_eq!(daily.tells, BTreeSet::from([1, 2]));
    }

    #[test]
    fn a_way_that_fails_is_tried_less_and_less_and_at_once_when_the_person_says_so() {
        let (mut ledger, settings) = (Ledger::default(), settings(&[]));
        let all = [thing(1, WaitsFor::Requests)];
        let tries = (0..600).filter(|minute| {
            let due = ledger.due(&settings, &all, &moment(9 * 60 + minute));
            ledger.failed(Trouble::Unreachable);
            due.is_some()
        });
        let tries = tries.count();
        assert!((5..16).contains(&tries), "{tries} in ten hours");
        assert!(ledger.again().is_some());
        ledger.try_anew();
        assert!(ledger.due(&settings, &all, &moment(9 * 60 + 600)).is_some());
        assert_eq!(ledger.due(&settings, &[], &moment(9 * 60 + 601)), None);
        assert_eq!((ledger.trouble, ledger.again()), (None, None), "what waited went by itself");
    }

    #[test]
    fn a_flood_is_told_at_once_only_so_often() {
        let (mut ledger, settings) = (Ledger::default(), settings(&[WaitsFor::Requests]));
        let mut said = 0;
        for minute in 0..400 {
            let all: Vec<Thing> = (0..=minute).map(|key| thing(key, WaitsFor::Requests)).collect();
            if let Some(saying) = ledger.due(&settings, &all, &moment(8 * 60 + minute)) {
                ledger.worked(&saying, moment(8 * 60 + minute).at);
                said += 1;
            }
        }
        assert_eq!(said, AT_ONCE + 1, "and the day's message");
    }

    /// When a thing comes, for how long it waits, and whether it is of a kind to be told at once.
    #[derive(Clone, Debug)]
    struct Life {
        comes: u64,
        stays: u64,
        pressing: bool,
    }

    fn lives() -> impl Strategy<Value = Vec<Life>> {
        let life = (0..DAYS * 1_440, 1..4 * 1_440_u64, any::<bool>());
        prop::collection::vec(life.prop_map(|(comes, stays, pressing)| Life { comes, stays, pressing }), 0..12)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        /// Days of things that come and go, of a way that works and does not, and of a node that is killed at the worst moment:
        /// after a message left, and before it is known.
        #[test]
        fn nothing_at_night_once_a_day_nothing_lost_and_one_double_a_crash(
            lives in lives(),
            fails in prop::collection::vec((0..DAYS * 1_440, 1..1_000_u64), 0..4),
            crashes in prop::collection::btree_set(0..40_usize, 0..4),
            (from, to, daily) in (0..1_440_u16, 0..1_440_u16, 0..1_440_u16),
            at_once in any::<bool>(),
        ) {
            let quiet = Quiet { from: Minute::new(from), to: Minute::new(to) };
            let kinds: &[WaitsFor] = if at_once { &[WaitsFor::Requests] } else { &[] };
            let settings = Settings { quiet, daily: Minute::new(daily), ..settings(kinds) };
            let is_down = |minute: u64| fails.iter().any(|(begin, lasts)| (*begin..begin + lasts).contains(&minute));
            let mut ledger = Ledger::default();
            let (mut went, mut crashed) = (Vec::<(u64, Saying)>::new(), 0);
            for minute in (0..DAYS * 1_440).step_by(usize::try_from(STEP).expect("small")) {
                let there = lives.iter().enumerate().filter(|(_, life)| (life.comes..life.comes + life.stays).contains(&minute));
                let all: Vec<Thing> = there.map(|(key, life)| {
                    thing(key as u64, if life.pressing { WaitsFor::Requests } else { WaitsFor::Documents })
                }).collect();
                let now = moment(minute);
                let Some(saying) = ledger.due(&settings, &all, &now) else { continue };
                prop_assert!(!quiet.holds(now.minute), "said at {}", now.minute);
                // What is on disk before it leaves.
                let stored = wire::encode(&ledger).expect("encoded");
                if is_down(minute) {
                    ledger.failed(Trouble::Unreachable);
                    continue;
                }
                went.push((minute, saying.clone()));
                if crashes.contains(&went.len()) {
                    crashed += 1;
                    ledger = wire::decode(&stored, 64 * 1024).expect("decoded");
                } else {
                    ledger.worked(&saying, now.at);
                }
            }
            let of_the_day = went.iter().filter(|(_, saying)| saying.daily.is_some()).count();
            let days: BTreeSet<Date> = went.iter().filter_map(|(_, saying)| saying.daily).collect();
            prop_assert!(of_the_day <= days.len() + crashed, "{of_the_day} on {} days, {crashed} crashes", days.len());
            let mut known = BTreeSet::new();
            let mut again = 0;
            for (_, saying) in &went {
                again += usize::from(saying.tells.is_subset(&known));
                known.extend(&saying.tells);
            }
            prop_assert!(again <= crashed, "{again} without anything new, {crashed} crashes");
            // Two whole days by a way that works are time enough for anything, unless there is no minute between the hours.
            let spoken = |minute: &u64| !quiet.holds(moment(*minute).minute) && moment(*minute).minute >= settings.daily;
            let room = (0..1_440).step_by(usize::try_from(STEP).expect("small")).filter(spoken).count() >= 24;
            for (key, life) in lives.iter().enumerate().filter(|_| room && fails.is_empty() && crashed == 0) {
                let end = (life.comes + life.stays).min(DAYS * 1_440);
                if end.saturating_sub(life.comes) >= 2 * 1_440 + STEP {
                    let told = went.iter().any(|(at, saying)| saying.tells.contains(&(key as u64)) && (life.comes..end).contains(at));
                    prop_assert!(told, "{life:?} was never told");
                }
            }
        }
    }
}
