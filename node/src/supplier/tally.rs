//! Counting with a helper, on both sides: this company's own segments that another one helps to count, and the
//! segments of others that this one helps with. In: reports of persons, frames between the two. Out: rows, frames,
//! sums. A helper's frames have a turn of their own, so that what a turn before them took in is on disk.

use std::time::Duration;

use regie_protocol::{
    Invitation, ObjectId, PublicKey, Refusal, Signed, Timestamp, Verified, limits,
    message::{self, HelperReply, ToHelper},
    rate::Source,
    segment::Segment,
    tally::{Close, HelperLink, HelperSecret, Leader, Prepare, TallyReport, Task, Total, VerifyKey},
};
use serde::{Deserialize, Serialize};

use super::{Companion, CompanionEvent, World, departing, host::answer, records::damaged, tables};
use crate::{
    clock,
    command::Failure,
    driver::Turn,
    network::Responder,
    store::{Nth, Read as _},
};

/// Pause after a helper that could not be reached or refused, in milliseconds.
const PAUSE_MS: u64 = 5_000;

/// A count of one of this company's segments.
#[derive(Serialize, Deserialize)]
pub(super) struct Counting {
    leader: Leader,
    helper: Invitation,
    /// The last report that was dealt with.
    done: u64,
    /// What the helper refused last, until it takes something again.
    refused: Option<Refusal>,
}

/// What a helper was asked.
#[derive(Clone, Copy, Debug)]
pub enum HelperQuestion {
    /// To take reports in: those after the first number up to the second.
    Prepare(u64, u64),
    /// To close a batch.
    Close,
}

/// Where a count with a helper stands.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Answers in the closed batches.
    pub totals: Vec<Total>,
    /// Answers that came and are in no closed batch.
    pub waiting: u64,
    /// Answers that did not hold.
    pub spoiled: u32,
    /// What the helper refused last.
    pub refused: Option<Refusal>,
}

impl Companion {
    /// Gives a helper's frame a turn of its own.
    pub(super) fn help_later(&self, peer: PublicKey, frame: Vec<u8>, responder: Responder, turn: &mut Turn) {
        let events = self.events.clone();
        turn.after(move || {
            if let Some(events) = events.upgrade()
                && let Err(error) = events.try_send(CompanionEvent::Help(peer, frame, responder))
                && let CompanionEvent::Help(_, _, responder) = error.into_inner()
                && let Some(Ok(frame)) =
                    departing(HelperReply::Refused(Refusal::Unavailable)).map(|reply| reply.frame())
            {
                responder.reply(frame);
            }
        });
    }

    /// Takes in halves of another company's answers, or tells their sum.
    pub(super) fn help(
        &mut self,
        peer: &PublicKey,
        frame: &[u8],
        responder: Responder,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let helps = self.store.fact(tables::HELPER)?.is_some();
        let message = if helps { message::read(frame) } else { Err(Refusal::NotAHelper) };
        let helped = match message {
            Ok(ToHelper::Prepare(prepare)) => self.prepare(peer, &prepare, responder.source(), turn)?,
            Ok(ToHelper::Close(close)) => self.close(peer, &close, turn)?,
            Err(code) => Err(code),
        };
        if let Some(reply) = departing(helped.unwrap_or_else(HelperReply::Refused)) {
            answer(responder, &reply, turn);
        }
        Ok(())
    }

    /// Forgets the tasks whose segments have ended.
    pub(super) fn tend_tasks(&self, now: Timestamp, turn: &mut Turn) -> Result<(), Failure> {
        for task in self.tasks()?.iter().filter(|task| task.expires <= now) {
            forget_task(&task.segment, turn);
        }
        Ok(())
    }

    /// Begins a count of this segment.
    pub(super) fn begin_count(
        &self,
        segment: &Verified<Segment>,
        link: &HelperLink,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let Some(tally) = &segment.tally else { return Ok(()) };
        let helper = link.place().map_err(Failure::internal)?;
        let leader = Leader::new(tally, VerifyKey(clock::random()));
        let counting = Counting { leader, helper, done: 0, refused: None };
        turn.batch.put(tables::COUNTS, &segment.id(), &counting);
        Ok(())
    }

    /// Forgets everything of a count.
    pub(super) fn end_count(&self, segment: &ObjectId, turn: &mut Turn) {
        turn.batch.delete(tables::COUNTS, segment);
        turn.batch.delete_group(tables::COUNT_REPORTS, segment);
    }

    /// Keeps a person's halves until the helper has taken its own. A person is counted once.
    pub(super) fn keep_report(
        &mut self,
        person: &PublicKey,
        signed: &Signed<TallyReport>,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let Ok(report) = signed.clone().verify() else { return Ok(()) };
        let Some(customer) = self.machine.customer(person) else { return Ok(()) };
        let key = (report.segment, *person);
        let place = tables::COUNTED.at(&key);
        // In the test world there is nobody to count.
        let again = self.store.holds_at(&place)? || !self.touched.insert(place.untyped()) || customer.test();
        if again {
            return Ok(());
        }
        // With the report, in one commit: a person who says it again after a crash is not counted twice.
        turn.batch.put(tables::COUNTED, &key, &None);
        turn.batch.append(tables::COUNT_REPORTS, &report.segment, &Some(signed.clone()));
        self.count_soon(Duration::ZERO, turn);
        Ok(())
    }

    /// Where the count of a segment stands.
    pub(crate) fn standing(&self, world: World, segment: &ObjectId) -> Result<Standing, Failure> {
        let Some(counting) = self.counting(segment)? else { return Ok(Standing::default()) };
        if world == World::Test {
            return Ok(Standing::default());
        }
        let last = self.store.last_number(tables::COUNT_REPORTS, segment)?.unwrap_or(counting.done);
        let waiting = last.saturating_sub(counting.done) + u64::from(counting.leader.waiting());
        let Counting { leader, refused, .. } = counting;
        Ok(Standing { totals: leader.totals, waiting, spoiled: leader.spoiled, refused })
    }

    /// Sends helpers what waits for them.
    pub(super) fn count_on(&mut self, turn: &mut Turn) -> Result<(), Failure> {
        let uptime = self.clock.uptime();
        for segment in self.published().into_iter().filter(|segment| segment.tally.is_some()) {
            let id = segment.id();
            if self.counts.get(&id).is_some_and(|until| uptime < *until) {
                continue;
            }
            let Some(counting) = self.counting(&id)? else { continue };
            let (last, reports) = self.waiting(&id, counting.done)?;
            let (asked, message) = if reports.is_empty() {
                let Some(close) = counting.leader.close(&id) else { continue };
                (HelperQuestion::Close, ToHelper::Close(close))
            } else {
                let prepare = counting.leader.ask(&segment, &reports);
                (HelperQuestion::Prepare(counting.done, last), ToHelper::Prepare(prepare))
            };
            self.counts.insert(id, uptime.plus_ms(PAUSE_MS));
            self.say(&counting.helper, message, move |reply| CompanionEvent::Helped(id, asked, reply), turn);
        }
        Ok(())
    }

    /// A helper answered, or did not.
    pub(super) fn helped(
        &mut self,
        id: &ObjectId,
        asked: HelperQuestion,
        reply: Option<Box<HelperReply>>,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let Some(mut counting) = self.counting(id)? else { return Ok(()) };
        match (asked, reply.map(|reply| *reply)) {
            // Another companion on the same store may have dealt with them already.
            (HelperQuestion::Prepare(after, last), Some(HelperReply::Prepared(prepared))) if counting.done == after => {
                let (_, mut reports) = self.waiting(id, after)?;
                // One that came since was not asked about: it goes with the next question, and is not spoiled.
                reports.truncate(usize::try_from(last.saturating_sub(after)).unwrap_or(usize::MAX));
                counting.leader.answered(id, &reports, &prepared);
                (after..last).for_each(|number| turn.batch.delete(tables::COUNT_REPORTS, &Nth(*id, number)));
                // The last number stays, empty, so that the next report gets the one after it.
                turn.batch.put(tables::COUNT_REPORTS, &Nth(*id, last), &None);
                (counting.done, counting.refused) = (last, None);
            }
            (HelperQuestion::Close, Some(HelperReply::Sum(sum))) => {
                counting.leader.closed(&sum);
                counting.refused = None;
            }
            (_, Some(HelperReply::Refused(code))) => {
                tracing::info!(code = code.code(), "a helper refuses");
                self.count_soon(Duration::from_millis(PAUSE_MS), turn);
                if counting.refused == Some(code) {
                    return Ok(());
                }
                counting.refused = Some(code);
                turn.batch.put(tables::COUNTS, id, &counting);
                return Ok(());
            }
            _ => {
                self.count_soon(Duration::from_millis(PAUSE_MS), turn);
                return Ok(());
            }
        }
        turn.batch.put(tables::COUNTS, id, &counting);
        self.counts.remove(id);
        self.count_soon(Duration::ZERO, turn);
        Ok(())
    }

    fn prepare(
        &mut self,
        peer: &PublicKey,
        prepare: &Prepare,
        source: Option<Source>,
        turn: &mut Turn,
    ) -> Result<Result<HelperReply, Refusal>, Failure> {
        let now = self.clock.now().latest();
        let key = self.machine.key();
        let fresh = match Task::new(peer, &key.public(), prepare, now) {
            Ok(task) => task,
            Err(code) => return Ok(Err(code)),
        };
        let known = self.store.get(tables::HELPED_TASKS, &fresh.segment)?;
        let gives_way = match (&known, source) {
            (Some(_), _) => None,
            (None, Some(source)) if !self.helped.take(&source, limits::TASKS_PER_SOURCE, now) => {
                return Ok(Err(Refusal::RateLimited));
            }
            (None, _) => match fresh.room_among(&self.tasks()?) {
                Ok(gives_way) => gives_way,
                Err(code) => return Ok(Err(code)),
            },
        };
        let begins = known.is_none();
        let mut task = known.unwrap_or(fresh);
        let mut before = std::collections::BTreeMap::new();
        for answer in prepare.answers.iter().take(limits::TALLY_PER_FRAME) {
            let batch = self.store.get(tables::HELPED_NONCES, &(task.segment, answer.nonce))?;
            before.extend(batch.map(|batch| (answer.nonce.0, batch)));
        }
        let seen = |nonce: &regie_protocol::Nonce| before.get(&nonce.0).copied();
        let (prepared, taken) = match task.prepare(peer, &HelperSecret::of(key), prepare, &seen) {
            Ok(done) => done,
            Err(code) => return Ok(Err(code)),
        };
        // A segment of which no answer holds is not worth remembering.
        if begins && taken.is_empty() {
            return Ok(Ok(HelperReply::Prepared(prepared)));
        }
        if let Some(other) = gives_way {
            forget_task(&other, turn);
        }
        for nonce in taken {
            // In the commit of the sum that they went into: neither can be there without the other.
            turn.batch.put(tables::HELPED_NONCES, &(task.segment, nonce), &prepare.batch);
        }
        turn.batch.put(tables::HELPED_TASKS, &task.segment, &task);
        Ok(Ok(HelperReply::Prepared(prepared)))
    }

    fn close(
        &mut self,
        peer: &PublicKey,
        close: &Close,
        turn: &mut Turn,
    ) -> Result<Result<HelperReply, Refusal>, Failure> {
        let Some(mut task) = self.store.get(tables::HELPED_TASKS, &close.segment)? else {
            return Ok(Err(Refusal::UnknownSegment));
        };
        let sum = match task.close(peer, close) {
            Ok(sum) => sum,
            Err(code) => return Ok(Err(code)),
        };
        turn.batch.put(tables::HELPED_TASKS, &close.segment, &task);
        Ok(Ok(HelperReply::Sum(sum)))
    }

    pub(super) fn tasks(&self) -> Result<Vec<Task>, Failure> {
        Ok(self.store.group(tables::HELPED_TASKS, &())?.into_iter().map(|(_, task)| task).collect())
    }

    /// The next reports after a number, and the number of the last of them.
    fn waiting(&self, segment: &ObjectId, after: u64) -> Result<(u64, Vec<TallyReport>), Failure> {
        let next = after.saturating_add(1);
        let rows = self.store.numbered(tables::COUNT_REPORTS, segment, next, limits::TALLY_PER_FRAME)?;
        let (mut last, mut reports) = (after, Vec::new());
        for (number, signed) in rows {
            let broken = || damaged(tables::COUNT_REPORTS.id().name());
            last = number;
            reports.push(signed.ok_or_else(broken)?.verify().map_err(|_| broken())?.into_value());
        }
        Ok((last, reports))
    }

    fn counting(&self, segment: &ObjectId) -> Result<Option<Counting>, Failure> {
        Ok(self.store.get(tables::COUNTS, segment)?)
    }

    fn count_soon(&self, pause: Duration, turn: &mut Turn) {
        let (runtime, events) = (self.runtime.clone(), self.events.clone());
        turn.after(move || {
            drop(runtime.spawn(async move {
                tokio::time::sleep(pause).await;
                if let Some(events) = events.upgrade() {
                    let _ = events.send(CompanionEvent::Count).await;
                }
            }));
        });
    }
}

fn forget_task(segment: &ObjectId, turn: &mut Turn) {
    turn.batch.delete(tables::HELPED_TASKS, segment);
    turn.batch.delete_group(tables::HELPED_NONCES, segment);
}
