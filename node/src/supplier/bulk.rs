//! One request to many persons. In: the request, and whom it is for. Out: a job that goes on in small turns and
//! over restarts; its progress is stored in the commit of the requests it made, so none is made twice or left out.

use std::collections::BTreeSet;

use regie_protocol::{Access, AskedPath, Days, PublicKey, Purpose, supplier::Ask};
use serde::{Deserialize, Serialize};

use super::{
    Companion, CompanionEvent, World,
    approvals::{Standing, Subject},
    happening::Happening,
    keys::Caller,
    labels::Label,
    lists::List,
    lists::not_found,
    names, records, tables,
};
use crate::{
    clock,
    command::Failure,
    driver::Turn,
    store::{Nth, Read as _},
};

/// Most persons one call may name; a request to everybody names nobody.
pub const NAMED: usize = 10_000;
/// Most jobs that are not finished.
pub const RUNNING: usize = 64;
/// Requests made in one turn, so that other work waits only shortly.
const AT_ONCE: usize = 64;

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// In the world of trials?
    pub test: bool,
    /// What is asked.
    pub what: What,
    /// Everybody who was there when it began: up to this number of the list. None where persons were named.
    pub everybody_up_to: Option<u64>,
    /// How many persons, as far as known.
    pub total: u64,
    /// Requests made.
    pub made: u64,
    /// Persons for whom none could be made: unknown, or too many requests wait already.
    pub failed: u64,
    /// Up to which entry it is done.
    pub done_up_to: u64,
    /// Is it at its end?
    pub finished: bool,
    /// The company's own words beside each request.
    #[serde(default)]
    pub label: Label,
    /// What it waits for, or waited for, where it is to so many persons that a second one has to agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<names::Approval>,
}

/// What is asked of each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct What {
    /// Which fields.
    pub fields: BTreeSet<AskedPath>,
    /// Why.
    pub purpose: Purpose,
    /// Why, in plain words.
    pub reason: String,
    /// How.
    pub access: Access,
    /// For how long.
    pub duration: Days,
    /// How long values are kept.
    pub retention: Days,
    /// How many steps below this company processors may go.
    pub delegations: u8,
}

impl What {
    /// The request to one person.
    #[must_use]
    pub fn to(&self, person: PublicKey) -> Ask {
        let Self { fields, purpose, reason, access, duration, retention, delegations } = self.clone();
        Ask { person, fields, purpose, reason, access, duration, retention, delegations }
    }
}

impl Companion {
    /// Begins a job for the named persons, or for everybody who is there now.
    pub(crate) fn begin_bulk(
        &mut self,
        caller: &Caller,
        what: What,
        named: Option<Vec<names::Relationship>>,
        label: Label,
        turn: &mut Turn,
    ) -> Result<(names::Bulk, Job), Failure> {
        if self.store.keys(tables::BULK_OPEN, &())?.len() >= RUNNING {
            return Err(Failure::usage(format!("{RUNNING} bulk requests are under way; wait until one is finished")));
        }
        let (world, id) = (caller.world, names::Bulk(clock::random()));
        let last = self.last_of(List::Relationships, world, None)?;
        let (total, everybody_up_to) = match &named {
            None => (last, Some(last)),
            Some(named) => (named.len() as u64, None),
        };
        for person in named.into_iter().flatten() {
            turn.batch.append(tables::BULK_TARGETS, &id, &person);
        }
        let waits = self.rules.second_for_persons.is_some_and(|most| total > most);
        let approval = if waits { Some(self.begin_approval(caller, Subject::Bulk(id), turn)?.0) } else { None };
        let job = Job {
            test: world == World::Test,
            what,
            everybody_up_to,
            total,
            made: 0,
            failed: 0,
            done_up_to: 0,
            finished: false,
            label,
            approval,
        };
        turn.batch.put(tables::BULK_JOBS, &id, &job);
        if !waits {
            turn.batch.put(tables::BULK_OPEN, &id, &());
            self.work_on(turn);
        }
        Ok((id, job))
    }

    /// Goes on with a job to which a second one agreed, or ends it.
    pub(super) fn release_bulk(&mut self, id: &names::Bulk, yes: bool, turn: &mut Turn) -> Result<(), Failure> {
        if yes {
            turn.batch.put(tables::BULK_OPEN, id, &());
            self.work_on(turn);
            return Ok(());
        }
        let job = self.store.get(tables::BULK_JOBS, id)?.ok_or_else(not_found)?;
        turn.batch.put(tables::BULK_JOBS, id, &Job { finished: true, ..job });
        self.drop_targets(id, turn);
        Ok(())
    }

    /// Forgets whom a job names.
    pub(super) fn drop_targets(&self, id: &names::Bulk, turn: &mut Turn) {
        turn.batch.delete_group(tables::BULK_TARGETS, id);
    }

    /// How what a job waits for stands; none where it waits for nothing.
    pub(crate) fn stands(&self, job: &Job) -> Result<Option<Standing>, Failure> {
        let Some(id) = job.approval else { return Ok(None) };
        // One that is gone was there as long as it is kept who saw which values.
        let kept = self.store.get(tables::APPROVALS, &id)?;
        Ok(kept.map(|approval| approval.standing(self.clock.look().wall)))
    }

    /// How far a job is.
    pub(crate) fn bulk(&self, world: World, id: &names::Bulk) -> Result<Job, Failure> {
        let job = self.store.get(tables::BULK_JOBS, id)?.ok_or_else(not_found)?;
        if World::of(job.test) == world { Ok(job) } else { Err(not_found()) }
    }

    /// Goes on with what is unfinished, after a start for instance.
    pub(super) fn work_on(&mut self, turn: &mut Turn) {
        if !std::mem::replace(&mut self.working, true) {
            let (events, runtime) = (self.events.clone(), self.runtime.clone());
            turn.after(move || wake(&events, &runtime));
        }
    }

    /// Does a small part of an unfinished job.
    pub(super) fn work(&mut self, turn: &mut Turn) -> Result<(), Failure> {
        self.working = false;
        if self.invite_listed(turn)? {
            self.work_on(turn);
            return Ok(());
        }
        let Some(id) = self.store.keys(tables::BULK_OPEN, &())?.into_iter().next() else { return Ok(()) };
        let job = self.store.get(tables::BULK_JOBS, &id)?;
        let mut job = job.ok_or_else(|| records::damaged(tables::BULK_JOBS.id().name()))?;
        self.step(&id, &mut job, turn)?;
        // In the commit of the requests that it counts: a crash makes none twice.
        turn.batch.put(tables::BULK_JOBS, &id, &job);
        if job.finished {
            turn.batch.delete(tables::BULK_OPEN, &id);
            let now = self.clock.now().wall;
            let told = Happening::new("bulk.finished", now, id.to_string());
            self.tell(World::of(job.test), told, Some(&job.label), turn)?;
        }
        self.work_on(turn);
        Ok(())
    }

    fn step(&mut self, id: &names::Bulk, job: &mut Job, turn: &mut Turn) -> Result<(), Failure> {
        let world = World::of(job.test);
        let persons: Vec<(u64, Option<PublicKey>)> = match job.everybody_up_to {
            Some(last) => {
                let entries = self.page(List::Relationships, world, None, job.done_up_to, AT_ONCE)?;
                // Who came since it began was not meant; without an end a growing company's job would never be over.
                entries.into_iter().filter(|entry| entry.number <= last).map(|e| (e.number, e.person)).collect()
            }
            None => {
                let named = self.store.numbered(tables::BULK_TARGETS, id, job.done_up_to + 1, AT_ONCE)?;
                named.iter().map(|(number, named)| (*number, named.person())).collect()
            }
        };
        job.finished = persons.is_empty();
        for (number, person) in persons {
            let known = person.filter(|person| self.relationship(world, person).is_ok());
            match known.map(|person| self.ask(job.what.to(person), job.label.clone(), turn)) {
                Some(Ok(_)) => job.made += 1,
                _ => job.failed += 1,
            }
            job.done_up_to = number;
            if job.everybody_up_to.is_none() {
                turn.batch.delete(tables::BULK_TARGETS, &Nth(*id, number));
            }
        }
        Ok(())
    }
}

/// From a task of its own, since the queue may be full and the driver is the one that empties it.
fn wake(events: &tokio::sync::mpsc::WeakSender<CompanionEvent>, runtime: &tokio::runtime::Handle) {
    if let Some(events) = events.upgrade() {
        drop(runtime.spawn(async move { events.send(CompanionEvent::Work).await }));
    }
}
