//! Webhooks: where the company wants to be told, of what, and how far each is. In: targets, and what the company wants of
//! them. Out: rows, each changed in one turn. How far a webhook is stands in the store, so nothing is lost over `kill -9`; an event
//! whose success was not stored in time is told again under the same id.
//!
//! A webhook has a line, the events in their order, of which `told` and `done` say what is behind it; and beside the line the
//! events that are told out of it: again, or because the receiver refused them (`hooks/aside.rs`). `hooks/attend.rs` notes how
//! deliveries went and says what comes next, `hooks/failing.rs` how long a receiver is left alone.

pub mod aside;
pub mod attend;
pub mod failing;

use std::collections::BTreeSet;

use regie_protocol::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use self::aside::{Aside, Attempt, Beside};
use super::{Companion, World, happening::KINDS, lists::not_found, names, tables};
use crate::{
    clock,
    command::{Failure, exit},
    driver::Turn,
    store::Read as _,
};

/// Most webhooks.
pub const HOOKS: usize = 16;
/// Longest target, in bytes.
pub const URL_BYTES: usize = 1024;
/// Most deliveries to one receiver at a time.
pub const AT_ONCE: u8 = 16;
/// Events beside the line of one webhook, dead letters among them. Where there is no room for one more, the line waits: nothing is lost.
pub const ASIDES: u32 = 1_000;
/// How often one event can be asked for again before it was told.
pub const RESENDS: u32 = 100;
/// Ranges of events that are told again, of one webhook at a time.
pub const REPLAYS: usize = 4;
/// Events that are skipped ahead, or told ahead of the oldest that is not, of one webhook.
pub const AHEAD: usize = 512;
/// Attempts that are kept of each webhook, the newest.
pub const ATTEMPTS: u64 = 200;
/// Most bytes of a receiver's answer that are kept.
pub const ANSWER_BYTES: usize = 512;
/// A secret that was replaced signs beside the new one for this long, in milliseconds.
const ROTATION_MS: u64 = 24 * 60 * 60 * 1000;

/// A webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// Where to.
    pub url: String,
    /// In the world of trials?
    pub test: bool,
    /// When it was made.
    pub made: Timestamp,
    secret: Secret,
    old_secret: Option<(Secret, Timestamp)>,
    /// Everything up to this event was told, or is beside the line.
    pub told: u64,
    /// An earlier event that is to be told again, where an earlier version wrote this.
    again: Option<u64>,
    /// Failures of the receiver since the last success.
    pub failures: u32,
    /// Not before this moment.
    pub not_before: Timestamp,
    /// Why the last delivery failed.
    pub trouble: Option<String>,
    /// Nothing is told until it is enabled again.
    pub disabled: bool,
    /// Only these kinds; all where there are none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub events: BTreeSet<String>,
    /// Nothing is told by the company's own wish.
    #[serde(default)]
    pub paused: bool,
    /// How many deliveries at a time.
    #[serde(default = "one")]
    pub at_once: u8,
    /// Since when it fails.
    #[serde(default)]
    pub failing_since: Option<Timestamp>,
    /// Events ahead of `told` that need not be told any more.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    done: BTreeSet<u64>,
    /// Ranges that are told again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    replays: Vec<Replay>,
    /// Rows beside the line.
    #[serde(default)]
    aside: u32,
    /// Of them dead letters.
    #[serde(default)]
    pub dead: u32,
    /// Events of the line that were refused since one was taken.
    #[serde(default)]
    refused: u32,
}

/// What is still to be told again of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replay {
    next: u64,
    last: u64,
}

/// What deliveries are signed with. Never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Secret([u8; 24]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

fn one() -> u8 {
    1
}

impl Hook {
    fn new(world: World, wanted: Wanted, told: u64, made: Timestamp) -> Self {
        Self {
            url: wanted.url,
            test: world == World::Test,
            made,
            secret: Secret(clock::random()),
            old_secret: None,
            told,
            again: None,
            failures: 0,
            not_before: made,
            trouble: None,
            disabled: false,
            events: wanted.events,
            paused: false,
            at_once: wanted.at_once,
            failing_since: None,
            done: BTreeSet::new(),
            replays: Vec::new(),
            aside: 0,
            dead: 0,
            refused: 0,
        }
    }

    /// The secret as the receiver needs it.
    #[must_use]
    pub fn secret_text(&self) -> String {
        format!("whsec_{}", data_encoding::BASE64.encode(&self.secret.0))
    }

    /// The secrets that sign at this moment, newest first.
    #[must_use]
    pub fn secrets(&self, now: Timestamp) -> Vec<Zeroizing<[u8; 24]>> {
        let old = self.old_secret.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret);
        [Some(&self.secret), old].into_iter().flatten().map(|secret| Zeroizing::new(secret.0)).collect()
    }

    /// Is it to be told of this kind?
    #[must_use]
    pub fn wants(&self, kind: &str) -> bool {
        self.events.is_empty() || self.events.contains(kind)
    }

    /// Events that are still to be told again, of ranges.
    #[must_use]
    pub fn replaying(&self) -> u64 {
        self.replays.iter().map(|range| range.last.saturating_sub(range.next).saturating_add(1)).sum()
    }
}

/// What a new webhook is to be.
pub struct Wanted {
    /// Where to.
    pub url: String,
    /// Only these kinds; all where there are none.
    pub events: BTreeSet<String>,
    /// How many deliveries at a time.
    pub at_once: u8,
}

/// What of a webhook is to be otherwise; what is left out stays.
pub struct Change {
    /// Where to.
    pub url: Option<String>,
    /// Of which kinds.
    pub events: Option<BTreeSet<String>>,
    /// Told nothing for now?
    pub paused: Option<bool>,
    /// How many deliveries at a time.
    pub at_once: Option<u8>,
}

/// How far a webhook is.
#[derive(Clone, Debug)]
pub struct Behind {
    /// Which one.
    pub id: names::Webhook,
    /// Events that it was not told.
    pub events: u64,
    /// How old the oldest of them is, in seconds.
    pub seconds: u64,
    /// Does its receiver fail?
    pub failing: bool,
    /// Is nothing told until somebody enables it again?
    pub disabled: bool,
    /// Dead letters.
    pub dead: u32,
}

/// One end of a range of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// This event.
    Event(u64),
    /// This moment.
    At(Timestamp),
}

/// Are these kinds of events, and a number of deliveries at a time?
///
/// # Errors
/// With what there is.
pub fn check(events: &BTreeSet<String>, at_once: Option<u8>) -> Result<(), Failure> {
    if let Some(unknown) = events.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
        return Err(Failure::usage(format!("there are no events '{unknown}'; there are {}", KINDS.join(", "))));
    }
    match at_once {
        Some(many) if !(1..=AT_ONCE).contains(&many) => {
            Err(Failure::usage(format!("at_once is from 1 to {AT_ONCE} deliveries at a time")))
        }
        _ => Ok(()),
    }
}

impl Companion {
    /// Makes a webhook that is told what happens from now on.
    pub(crate) fn create_hook(
        &mut self,
        world: World,
        wanted: Wanted,
        turn: &mut Turn,
    ) -> Result<(names::Webhook, Hook), Failure> {
        if self.all_hooks()?.len() >= HOOKS {
            return Err(Failure::usage(format!("there are {HOOKS} webhooks already; delete one")));
        }
        let (id, made) = (names::Webhook(clock::random()), self.clock.now().wall);
        let hook = Hook::new(world, wanted, self.newest_event(world)?, made);
        turn.batch.put(tables::WEBHOOKS, &id, &hook);
        self.wake(turn);
        Ok((id, hook))
    }

    /// The webhooks of a world.
    pub(crate) fn hooks(&self, world: World) -> Result<Vec<(names::Webhook, Hook)>, Failure> {
        Ok(self.all_hooks()?.into_iter().filter(|(_, hook)| World::of(hook.test) == world).collect())
    }

    /// Every webhook.
    pub(crate) fn all_hooks(&self) -> Result<Vec<(names::Webhook, Hook)>, Failure> {
        Ok(self.store.group(tables::WEBHOOKS, &())?)
    }

    /// How far each is.
    pub(super) fn behind(&mut self) -> Result<Vec<Behind>, Failure> {
        let now = self.clock.now().wall;
        let behind = |(id, hook): (names::Webhook, Hook)| {
            let world = World::of(hook.test);
            let events = self.newest_event(world)?.saturating_sub(hook.told);
            let oldest = if events == 0 { None } else { self.happening(world, hook.told.saturating_add(1))? };
            let seconds = oldest.map_or(0, |event| now.0.saturating_sub(event.at.0) / 1000);
            Ok(Behind {
                id,
                events,
                seconds,
                failing: hook.failing_since.is_some(),
                disabled: hook.disabled,
                dead: hook.dead,
            })
        };
        self.all_hooks()?.into_iter().map(behind).collect()
    }

    /// One webhook of a world.
    pub(crate) fn hook(&self, world: World, id: &names::Webhook) -> Result<Hook, Failure> {
        let found = self.store.get(tables::WEBHOOKS, id)?;
        found.filter(|hook| World::of(hook.test) == world).ok_or_else(not_found)
    }

    /// Takes a webhook away, with all that waits for it.
    pub(crate) fn delete_hook(&mut self, world: World, id: &names::Webhook, turn: &mut Turn) -> Result<(), Failure> {
        self.hook(world, id)?;
        turn.batch.delete(tables::WEBHOOKS, id);
        turn.batch.delete_group(tables::HOOK_ASIDES, id);
        turn.batch.delete_group(tables::HOOK_ATTEMPTS, id);
        self.wake(turn);
        Ok(())
    }

    /// Gives a webhook a new secret; the old one signs beside it for a day.
    pub(crate) fn rotate_hook(&mut self, world: World, id: &names::Webhook, turn: &mut Turn) -> Result<Hook, Failure> {
        let mut hook = self.hook(world, id)?;
        let until = self.clock.now().wall.plus_ms(ROTATION_MS);
        let old = std::mem::replace(&mut hook.secret, Secret(clock::random()));
        hook.old_secret = Some((old, until));
        self.put_hook(id, &hook, turn);
        Ok(hook)
    }

    /// Changes where, of what and how a webhook is told.
    pub(crate) fn change_hook(
        &mut self,
        world: World,
        id: &names::Webhook,
        change: Change,
        turn: &mut Turn,
    ) -> Result<Hook, Failure> {
        let mut hook = self.hook(world, id)?;
        if let Some(url) = change.url
            && url != hook.url
        {
            // What the old receiver did says nothing of the new one.
            hook.url = url;
            hook.works(self.clock.now().wall);
        }
        hook.events = change.events.unwrap_or(hook.events);
        hook.paused = change.paused.unwrap_or(hook.paused);
        hook.at_once = change.at_once.unwrap_or(hook.at_once);
        self.put_hook(id, &hook, turn);
        Ok(hook)
    }

    /// Takes up a webhook again where it stopped.
    pub(crate) fn resume_hook(&mut self, world: World, id: &names::Webhook, turn: &mut Turn) -> Result<Hook, Failure> {
        let mut hook = self.hook(world, id)?;
        hook.works(self.clock.now().wall);
        (hook.disabled, hook.paused) = (false, false);
        self.put_hook(id, &hook, turn);
        Ok(hook)
    }

    /// Tells one earlier event once more; or a dead letter, where it must be one.
    pub(crate) fn resend(
        &mut self,
        world: World,
        id: &names::Webhook,
        event: u64,
        dead: bool,
        turn: &mut Turn,
    ) -> Result<Hook, Failure> {
        let mut hook = self.hook(world, id)?;
        let mut beside = Beside::of(*id);
        let known = beside.get(&*self.store, event)?;
        let is_dead = known.as_ref().is_some_and(|aside| aside.dead.is_some());
        if (dead && !is_dead) || self.happening(world, event)?.is_none() {
            return Err(not_found());
        }
        let now = self.clock.now().wall;
        // A dead letter was to be told once anyway.
        let times = known.map_or(1, |aside| aside.times + u32::from(!is_dead));
        if times > RESENDS {
            return Err(full(&format!("this event is to be told {RESENDS} times more already; wait until it was")));
        }
        if !beside.put(&*self.store, &mut hook, event, Aside { times, ..Aside::due(now) })? {
            return Err(full("too many events wait beside the line; resend or skip dead letters first"));
        }
        // Who asks for it knows that the receiver is there: it is tried at once.
        hook.not_before = now;
        beside.write(turn);
        self.put_hook(id, &hook, turn);
        Ok(hook)
    }

    /// Tells a range of earlier events once more.
    pub(crate) fn replay(
        &mut self,
        world: World,
        id: &names::Webhook,
        (from, to): (Bound, Option<Bound>),
        turn: &mut Turn,
    ) -> Result<Hook, Failure> {
        let mut hook = self.hook(world, id)?;
        let newest = self.newest_event(world)?;
        let next = match from {
            Bound::Event(number) => number.max(1),
            Bound::At(at) => self.first_event(world, |happened| happened >= at)?,
        };
        let last = match to {
            None => newest,
            Some(Bound::Event(number)) => number.min(newest),
            Some(Bound::At(at)) => self.first_event(world, |happened| happened > at)?.saturating_sub(1),
        };
        if next > last {
            return Err(Failure::usage("there is no event in this range; `from` is the earlier end"));
        }
        if hook.replays.len() >= REPLAYS {
            return Err(full(&format!("{REPLAYS} ranges are told again already; wait until one is through")));
        }
        hook.replays.push(Replay { next, last });
        self.put_hook(id, &hook, turn);
        Ok(hook)
    }

    /// Leaves one event out that was not taken yet.
    pub(crate) fn skip(
        &mut self,
        world: World,
        id: &names::Webhook,
        event: u64,
        turn: &mut Turn,
    ) -> Result<Hook, Failure> {
        let mut hook = self.hook(world, id)?;
        let mut beside = Beside::of(*id);
        if beside.get(&*self.store, event)?.is_some() {
            beside.remove(&*self.store, &mut hook, event)?;
        } else if event == 0 || event > self.newest_event(world)? {
            return Err(not_found());
        } else if event <= hook.told || hook.done.contains(&event) {
            let words = "this event was told already, or skipped; only what still waits can be skipped";
            return Err(Failure::new("already_done", exit::REFUSED, words));
        } else if hook.done.len() >= AHEAD {
            return Err(full(&format!("{AHEAD} events are skipped ahead already; wait until the line gets there")));
        } else {
            hook.done.insert(event);
        }
        beside.write(turn);
        self.put_hook(id, &hook, turn);
        Ok(hook)
    }

    /// The newest attempts, the newest first.
    pub(crate) fn attempts(&self, world: World, id: &names::Webhook) -> Result<Vec<Attempt>, Failure> {
        self.hook(world, id)?;
        let mut all = self.store.numbered(tables::HOOK_ATTEMPTS, id, 0, usize::try_from(ATTEMPTS).unwrap_or(0))?;
        all.reverse();
        Ok(all.into_iter().map(|(_, attempt)| attempt).collect())
    }

    /// Dead letters behind an event, in the order of the events.
    pub(crate) fn dead_letters(
        &self,
        world: World,
        id: &names::Webhook,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(u64, Aside)>, Failure> {
        self.hook(world, id)?;
        let all = self.store.numbered(tables::HOOK_ASIDES, id, after.saturating_add(1), ASIDES as usize)?;
        Ok(all.into_iter().filter(|(_, aside)| aside.dead.is_some()).take(limit).collect())
    }

    /// Stores a webhook, and has whoever delivers to it look at once.
    fn put_hook(&self, id: &names::Webhook, hook: &Hook, turn: &mut Turn) {
        turn.batch.put(tables::WEBHOOKS, id, hook);
        self.wake(turn);
    }

    fn wake(&self, turn: &mut Turn) {
        let news = self.news.clone();
        turn.after(move || news.send_modify(|count| *count = count.wrapping_add(1)));
    }
}

fn full(words: &str) -> Failure {
    Failure::new("refused", exit::REFUSED, words)
}
