//! One look at a webhook, in one turn: how its deliveries went is noted, and what comes next is read. In: tries, and what is under
//! way. Out: events to deliver; or how long there is nothing to do.
//!
//! Two companions on one store look at every webhook, and the one that holds its lease delivers. Noting is safe without it, since
//! each look begins with the row as it is.

use std::collections::BTreeSet;

use regie_protocol::Timestamp;

use super::{
    ATTEMPTS, Hook, RESENDS, Replay,
    aside::{Aside, Attempt, Beside},
    failing::{Notice, REFUSED_IN_A_ROW},
};
use crate::{
    command::Failure,
    driver::Turn,
    store::{Nth, Read as _},
    supplier::{
        Companion, World,
        happening::{Happening, Numbered},
        names, tables,
    },
};

/// Events of the line that are looked at behind the oldest that was not told.
pub const AHEAD_READ: usize = 200;
/// Pages of events that are looked at in one turn, where none of a page is wanted.
const PAGES: usize = 5;
/// Events of a range that wait beside the line at a time.
const REPLAYED_AT_ONCE: u32 = 100;
/// How long until the next look where nothing wakes us, in milliseconds: a changed clock is to be noticed.
const LOOK_MS: u64 = 30_000;
/// How long until it is asked again whether another companion still delivers, in milliseconds.
const LEASED_MS: u64 = 1_000;

/// Whence an event is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// In its turn.
    Line,
    /// Again.
    Aside,
}

/// An event to deliver.
#[derive(Clone, Debug)]
pub struct Job {
    /// Whence.
    pub lane: Lane,
    /// The event.
    pub event: Numbered,
}

/// How a delivery went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Went {
    /// Taken.
    Taken,
    /// The receiver is there, and does not want this event.
    Refused,
    /// The receiver fails; perhaps it said when to come again, in milliseconds.
    Failed {
        /// When.
        again_after: Option<u64>,
    },
    /// The receiver wants nothing more.
    Unwanted,
}

impl Went {
    fn word(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Refused | Self::Unwanted => "refused",
            Self::Failed { .. } => "failed",
        }
    }
}

/// A delivery that was tried.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Whence the event was.
    pub lane: Lane,
    /// What is kept of it.
    pub attempt: Attempt,
    /// How it went.
    pub went: Went,
}

/// What waits with whoever delivers, or is on its way.
#[derive(Clone, Debug, Default)]
pub struct Busy {
    /// Of the line.
    pub line: BTreeSet<u64>,
    /// Of what is told again.
    pub aside: BTreeSet<u64>,
}

impl Busy {
    fn is_empty(&self) -> bool {
        self.line.is_empty() && self.aside.is_empty()
    }
}

/// What to do next.
pub enum Attention {
    /// There is no such webhook any more.
    Gone,
    /// Nothing may be delivered.
    Rest {
        /// For so long, in milliseconds.
        ms: u64,
    },
    /// Deliver.
    Go {
        /// Where to, and how.
        hook: Box<Hook>,
        /// What.
        jobs: Vec<Job>,
        /// Is there more than that?
        more: bool,
        /// Where nothing comes, when to look again, in milliseconds.
        ms: u64,
    },
}

impl Hook {
    /// Does the receiver fail, so that it is tried with one event at a time?
    #[must_use]
    pub fn on_trial(&self) -> bool {
        self.failures > 0
    }

    fn settle(&mut self, event: u64) {
        if event > self.told {
            self.done.insert(event);
        }
    }

    /// Moves on over what is done.
    fn advance(&mut self) {
        while self.done.remove(&self.told.saturating_add(1)) {
            self.told = self.told.saturating_add(1);
        }
    }
}

impl Companion {
    /// Notes how deliveries went, and says which come next: at most `room`.
    pub(crate) fn attend(
        &mut self,
        id: &names::Webhook,
        tried: Vec<Tried>,
        (busy, room): (&Busy, usize),
        turn: &mut Turn,
    ) -> Result<Attention, Failure> {
        let Some(before) = self.store.get(tables::WEBHOOKS, id)? else { return Ok(Attention::Gone) };
        let now = self.clock.now().wall;
        let (mut hook, mut beside) = (before.clone(), Beside::of(*id));
        if let Some(event) = hook.again.take() {
            beside.put(&*self.store, &mut hook, event, Aside::due(now))?;
        }
        let notice = self.note(&mut hook, &mut beside, &tried, now)?;
        self.log(id, tried, turn)?;
        hook.advance();
        let rest = if hook.disabled || hook.paused { Some(LOOK_MS) } else { hook.pause(now) };
        let mut next = Next::default();
        if rest.is_none() {
            self.line(&mut hook, busy, room, &mut next)?;
            self.beside(&mut hook, &mut beside, (busy, room), now, &mut next)?;
        }
        if hook != before {
            turn.batch.put(tables::WEBHOOKS, id, &hook);
        }
        beside.write(turn);
        if let Some(notice) = notice {
            self.tell_of(id, &hook, notice, turn)?;
        }
        // Whoever has something under way holds on to it.
        let idle = next.jobs.is_empty() && busy.is_empty();
        Ok(match rest {
            Some(ms) => Attention::Rest { ms: ms.min(LOOK_MS) },
            None if !idle && !self.lease(&id.0, turn)? => Attention::Rest { ms: LEASED_MS },
            None => {
                let ms = next.due_in.map_or(LOOK_MS, |ms| ms.min(LOOK_MS));
                Attention::Go { hook: Box::new(hook), jobs: next.jobs, more: next.more, ms }
            }
        })
    }

    /// Notes how deliveries went.
    fn note(
        &mut self,
        hook: &mut Hook,
        beside: &mut Beside,
        tried: &[Tried],
        now: Timestamp,
    ) -> Result<Option<Notice>, Failure> {
        let mut failed = None;
        for one in tried {
            let event = one.attempt.event;
            self.pulse.deliver(one.went.word());
            hook.trouble = one.attempt.error.clone();
            match one.went {
                Went::Taken => {
                    hook.works(now);
                    self.taken(hook, beside, one, now)?;
                }
                Went::Unwanted => {
                    hook.disabled = true;
                    return Ok(Some(Notice::Disabled));
                }
                Went::Failed { again_after } if !self.is_own_trouble(beside, one, tried)? => failed = Some(again_after),
                Went::Refused | Went::Failed { .. } => {
                    if one.lane == Lane::Line && one.went == Went::Refused {
                        hook.refused = hook.refused.saturating_add(1);
                    }
                    if !self.refused(hook, beside, one, now)? {
                        hook.trouble = Some("so many dead letters wait that there is no room for this event".into());
                        failed = Some(None);
                    } else if hook.refused >= REFUSED_IN_A_ROW {
                        failed = Some(None);
                    }
                    tracing::warn!(event = %names::EventId::of(event), "a receiver refused an event");
                }
            }
        }
        Ok(failed.and_then(|again_after| hook.fail(again_after, now)))
    }

    /// Did only this event fail? It did where a later try with another event was taken, and where it was refused before.
    fn is_own_trouble(&self, beside: &Beside, one: &Tried, tried: &[Tried]) -> Result<bool, Failure> {
        let ended = one.attempt.at.plus_ms(one.attempt.ms);
        if matches!(one.went, Went::Failed { again_after: Some(_) }) {
            return Ok(false);
        }
        if tried.iter().any(|other| other.went == Went::Taken && other.attempt.at >= ended) {
            return Ok(true);
        }
        let known = if one.lane == Lane::Aside { beside.get(&*self.store, one.attempt.event)? } else { None };
        Ok(known.is_some_and(|aside| aside.attempts > 0))
    }

    fn taken(&self, hook: &mut Hook, beside: &mut Beside, one: &Tried, now: Timestamp) -> Result<(), Failure> {
        let event = one.attempt.event;
        match one.lane {
            Lane::Line => hook.settle(event),
            // It may have been skipped meanwhile.
            Lane::Aside => match beside.get(&*self.store, event)? {
                Some(aside) if aside.times > 1 => {
                    beside.put(&*self.store, hook, event, Aside { times: aside.times - 1, ..Aside::due(now) })?;
                }
                _ => beside.remove(&*self.store, hook, event)?,
            },
        }
        Ok(())
    }

    /// Puts a refused event beside the line; false where there is no room for it.
    fn refused(&self, hook: &mut Hook, beside: &mut Beside, one: &Tried, now: Timestamp) -> Result<bool, Failure> {
        let event = one.attempt.event;
        let known = beside.get(&*self.store, event)?;
        let before = match (one.lane, known) {
            (Lane::Aside, None) => return Ok(true),
            (_, known) => known.unwrap_or_else(|| Aside::due(now)),
        };
        let there = beside.put(&*self.store, hook, event, before.refused(one.attempt.clone(), now))?;
        if there && one.lane == Lane::Line {
            hook.settle(event);
        }
        Ok(there)
    }

    /// Keeps the newest attempts.
    fn log(&self, id: &names::Webhook, tried: Vec<Tried>, turn: &mut Turn) -> Result<(), Failure> {
        if tried.is_empty() {
            return Ok(());
        }
        let kept = usize::try_from(ATTEMPTS).unwrap_or(usize::MAX).min(tried.len());
        let last = self.store.last_number(tables::HOOK_ATTEMPTS, id)?.unwrap_or(0);
        let too_many = tried.len().saturating_sub(kept);
        for one in tried.into_iter().skip(too_many) {
            turn.batch.append(tables::HOOK_ATTEMPTS, id, &one.attempt);
        }
        // Numbers have no holes, so those that are too old by now need not be looked up.
        let first = last.saturating_sub(ATTEMPTS).saturating_add(1);
        for old in first..(last + kept as u64).saturating_sub(ATTEMPTS).saturating_add(1) {
            turn.batch.delete(tables::HOOK_ATTEMPTS, &Nth(*id, old));
        }
        Ok(())
    }

    /// What of the line comes next, and how far all is told.
    fn line(&self, hook: &mut Hook, busy: &Busy, room: usize, next: &mut Next) -> Result<(), Failure> {
        let (world, mut after, mut open) = (World::of(hook.test), hook.told, false);
        for _ in 0..PAGES {
            let page = self.happenings(world, after, AHEAD_READ)?;
            next.more = page.len() == AHEAD_READ;
            for (number, happening) in page {
                after = number;
                if hook.wants(&happening.kind) && !hook.done.contains(&number) {
                    open = true;
                    if busy.line.contains(&number) {
                        continue;
                    }
                    if next.jobs.len() >= room {
                        next.more = true;
                        break;
                    }
                    next.jobs.push(Job { lane: Lane::Line, event: (number, happening) });
                } else if !open {
                    hook.told = number;
                }
            }
            if open || !next.more {
                break;
            }
        }
        // Where all of them are under way, there is nothing to read before one of those is through.
        next.more &= !(open && next.jobs.is_empty() && room > 0);
        hook.done = hook.done.split_off(&hook.told.saturating_add(1));
        Ok(())
    }

    /// What beside the line comes next.
    fn beside(
        &self,
        hook: &mut Hook,
        beside: &mut Beside,
        (busy, room): (&Busy, usize),
        now: Timestamp,
        next: &mut Next,
    ) -> Result<(), Failure> {
        self.unroll(hook, beside, now)?;
        if hook.aside == hook.dead {
            return Ok(());
        }
        let (world, mut found) = (World::of(hook.test), Vec::new());
        for (number, aside) in beside.all(&*self.store)? {
            if aside.dead.is_some() || busy.aside.contains(&number) {
                continue;
            }
            if let Some(ms) = aside.waits(now) {
                next.due_in = Some(next.due_in.map_or(ms, |due| due.min(ms)));
                continue;
            }
            if found.len() >= room {
                next.more = true;
                break;
            }
            match self.happening(world, number)? {
                Some(happening) => found.push((aside.attempts, Job { lane: Lane::Aside, event: (number, happening) })),
                // Older than events are kept.
                None => beside.remove(&*self.store, hook, number)?,
            }
        }
        // Those that were never refused first; on trial the line comes before all of them, else they before it.
        found.sort_by_key(|(attempts, _)| *attempts);
        let found = found.into_iter().map(|(_, job)| job);
        let at = if hook.on_trial() { next.jobs.len() } else { 0 };
        next.jobs.splice(at..at, found);
        Ok(())
    }

    /// Puts the next events of ranges that are told again beside the line.
    fn unroll(&self, hook: &mut Hook, beside: &mut Beside, now: Timestamp) -> Result<(), Failure> {
        let world = World::of(hook.test);
        while let Some(range) = hook.replays.first().copied() {
            if hook.aside.saturating_sub(hook.dead) >= REPLAYED_AT_ONCE {
                return Ok(());
            }
            let page = self.happenings(world, range.next.saturating_sub(1), AHEAD_READ)?;
            let mut at = range.next;
            for (number, happening) in page.iter().take_while(|(number, _)| *number <= range.last) {
                if hook.wants(&happening.kind) {
                    let known = beside.get(&*self.store, *number)?;
                    let again = known.filter(|aside| aside.dead.is_none()).map_or(0, |aside| aside.times);
                    let again = Aside { times: (again + 1).min(RESENDS), ..Aside::due(now) };
                    if hook.aside.saturating_sub(hook.dead) >= REPLAYED_AT_ONCE
                        || !beside.put(&*self.store, hook, *number, again)?
                    {
                        set_next(hook, Some(Replay { next: *number, ..range }));
                        return Ok(());
                    }
                }
                at = number.saturating_add(1);
            }
            let over = at > range.last || page.len() < AHEAD_READ;
            set_next(hook, (!over).then_some(Replay { next: at, ..range }));
        }
        Ok(())
    }

    /// Tells the company what becomes of a receiver.
    fn tell_of(&mut self, id: &names::Webhook, hook: &Hook, notice: Notice, turn: &mut Turn) -> Result<(), Failure> {
        let kind = match notice {
            Notice::Failing => "webhook.failing",
            Notice::Disabled => "webhook.disabled",
        };
        tracing::warn!(webhook = %id, failures = hook.failures, "{kind}");
        let happening = Happening::new(kind, self.clock.now().wall, id.to_string());
        self.tell(World::of(hook.test), happening, None, turn)
    }

    /// Takes off what waits beside lines of events that are kept no longer.
    pub(in crate::supplier) fn prune_asides(&self, world: World, up_to: u64, turn: &mut Turn) -> Result<(), Failure> {
        for (id, mut hook) in self.hooks(world)? {
            let mut beside = Beside::of(id);
            if hook.aside == 0 {
                continue;
            }
            let old: Vec<u64> = beside.all(&*self.store)?.into_keys().take_while(|number| *number <= up_to).collect();
            for number in &old {
                beside.remove(&*self.store, &mut hook, *number)?;
            }
            if !old.is_empty() {
                beside.write(turn);
                turn.batch.put(tables::WEBHOOKS, &id, &hook);
            }
        }
        Ok(())
    }
}

/// What comes next.
#[derive(Default)]
struct Next {
    jobs: Vec<Job>,
    more: bool,
    due_in: Option<u64>,
}

/// The first range goes on there, or is over.
fn set_next(hook: &mut Hook, range: Option<Replay>) {
    match (range, hook.replays.first_mut()) {
        (Some(range), Some(first)) => *first = range,
        (None, Some(_)) => drop(hook.replays.remove(0)),
        _ => {}
    }
}
