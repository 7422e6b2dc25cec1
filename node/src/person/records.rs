//! Where each record of the person machine stands (`tables.rs`). In: records. Out: puts and deletes; at start, the
//! machine as the records tell it. Values are not records: they stand in a table of their own.

use std::ops::ControlFlow;

use regie_protocol::{
    Agreement, Person, Policy, RootSeed, Signed,
    audit::{Log, TreeHead},
    limits,
    merkle::{self, Hash},
    person::Record,
};

use super::{activity, tables};
use crate::{
    clock::Clock,
    command::Failure,
    driver::Turn,
    store::{ItemName, Nth, Read as _, Secret, Spot, Store, Table, TableKey},
};

/// Entries of a log that are in memory at once.
const STEP: usize = 1_000;

/// Puts a record where it belongs, or takes off what it ends. One that has no encoding fails the turn's commit.
pub(super) fn put(turn: &mut Turn, record: &Record) {
    if !take_off(turn, record)
        && let Some(place) = place(record)
    {
        turn.batch.put_at(place, record);
    }
}

pub(super) fn put_seed(turn: &mut Turn, seed: &RootSeed) {
    turn.batch.set(tables::SEED, &Secret::new(seed.expose()));
}

pub(super) fn put_clock(turn: &mut Turn, clock: &Clock) {
    turn.batch.set(tables::CLOCK, &clock.stored().into());
}

pub(super) fn put_head(turn: &mut Turn, head: &Signed<TreeHead>) {
    turn.batch.set(tables::HEAD, head);
}

pub(super) fn put_name(turn: &mut Turn, name: &str) {
    turn.batch.set(tables::NAME, &name.to_owned());
}

/// What the person wants to be called by their own node.
pub(super) fn name(store: &Store) -> Result<Option<String>, Failure> {
    Ok(store.fact(tables::NAME)?)
}

pub(super) fn put_proffer(turn: &mut Turn, agreement: Agreement) {
    turn.batch.set(tables::PROFFER, &agreement);
}

/// The agreement the person proffers to the next supplier.
pub(super) fn proffer(store: &Store) -> Result<Option<Agreement>, Failure> {
    Ok(store.fact(tables::PROFFER)?)
}

pub(super) fn put_activity(turn: &mut Turn, days: &activity::Stored) {
    turn.batch.set(tables::ACTIVITY, &days.iter().map(|(day, counts)| (*day, *counts)).collect());
}

pub(super) fn activity(store: &Store) -> Result<Option<activity::Stored>, Failure> {
    Ok(store.fact(tables::ACTIVITY)?.map(|days| days.into_iter().collect()))
}

pub(super) fn put_months(turn: &mut Turn, months: &activity::Months) {
    turn.batch.set(tables::MONTHS, &months.iter().map(|(month, counts)| (*month, *counts)).collect());
}

pub(super) fn months(store: &Store) -> Result<Option<activity::Months>, Failure> {
    Ok(store.fact(tables::MONTHS)?.map(|months| months.into_iter().collect()))
}

/// The signed head of the personal log, as stored.
pub(super) fn head(store: &Store) -> Result<Option<Signed<TreeHead>>, Failure> {
    Ok(store.fact(tables::HEAD)?)
}

/// The seed of a stored node.
///
/// # Errors
/// Where the store is not a person's.
pub fn seed(store: &Store) -> Result<RootSeed, Failure> {
    let seed = store.fact(tables::SEED)?.ok_or_else(|| damaged("the root seed"))?;
    Ok(RootSeed::from_entropy(*seed.expose()))
}

/// Rebuilds the machine and the clock's floor.
pub(super) fn load(store: &Store) -> Result<(Person, Clock), Failure> {
    let mut person = Person::new(seed(store)?, Policy::of(Vec::new()));
    for fact in [
        tables::POLICY,
        tables::EPOCH,
        tables::COUNTS_FROM,
        tables::RUNS,
        tables::SUPERSEDED,
        tables::MOVED,
        tables::RIVAL,
    ] {
        if let Some(record) = store.fact(fact)? {
            person.restore(&record).map_err(|_| damaged("facts"))?;
        }
    }
    // Relationships first: the rest speaks of them. Entries come in their order within a log.
    replay(store, tables::RELATIONSHIPS, &mut person)?;
    replay(store, tables::LOG_BRANCHES, &mut person)?;
    replay(store, tables::WITHDRAWN_FIELDS, &mut person)?;
    replay(store, tables::IDENTITIES, &mut person)?;
    replay(store, tables::GRANTS, &mut person)?;
    replay(store, tables::MANDATES, &mut person)?;
    replay(store, tables::REVOCATIONS, &mut person)?;
    replay(store, tables::GRANT_USES, &mut person)?;
    replay(store, tables::SEEN_REQUESTS, &mut person)?;
    replay(store, tables::SEEN_HORIZONS, &mut person)?;
    replay(store, tables::WAITING_REQUESTS, &mut person)?;
    replay(store, tables::ITEMS, &mut person)?;
    replay(store, tables::COMING_ITEMS, &mut person)?;
    replay(store, tables::ACTS, &mut person)?;
    replay(store, tables::SEGMENTS, &mut person)?;
    replay(store, tables::SEGMENT_ANSWERS, &mut person)?;
    replay(store, tables::INTENTS, &mut person)?;
    replay(store, tables::OFFERS, &mut person)?;
    replay(store, tables::OUTBOX, &mut person)?;
    replay(store, tables::KNOWN_FIELDS, &mut person)?;
    replay(store, tables::PAST_REQUESTS, &mut person)?;
    replay(store, tables::RECEIPTS, &mut person)?;
    logs(store, &mut person)?;
    let stored = store.fact(tables::CLOCK)?;
    Ok((person, Clock::over(stored.map(Into::into))))
}

/// Restores where the logs stand. Their entries are not read: a start must not take longer as the log grows.
/// That none is missing is told by their count here, and that each is right by `regie audit --verify`.
fn logs(store: &Store, person: &mut Person) -> Result<(), Failure> {
    replay(store, tables::LOG_HEADS, person)?;
    let shared: u64 = person.relationships().map(|(_, relationship)| relationship.log().size()).sum();
    let entries = (store.count(tables::PERSONAL_LOG)?, store.count(tables::SHARED_LOGS)?);
    if entries == (person.personal_log().size(), shared) { Ok(()) } else { Err(damaged("the audit log")) }
}

fn replay<K: TableKey, S>(store: &Store, table: Table<K, Record, S>, person: &mut Person) -> Result<(), Failure> {
    let mut wrong = false;
    store.each(table, |_, record| {
        wrong = person.restore(&record).is_err();
        if wrong { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if wrong { Err(damaged(table.id().name())) } else { Ok(()) }
}

/// One entry of the personal log, or of the log with a supplier.
pub(super) fn entry(store: &Store, log: Log, index: u64) -> Result<Option<Vec<u8>>, Failure> {
    store.get_at(&entry_place(log, index))?.map(entry_bytes).transpose()
}

/// Entries of a log from `first` on, at most `count`, with their numbers.
pub(super) fn entries(store: &Store, log: Log, first: u64, count: usize) -> Result<Vec<(u64, Vec<u8>)>, Failure> {
    let mut found = Vec::new();
    while found.len() < count {
        let (from, limit) = (first + found.len() as u64, count - found.len());
        let rows = match &log {
            Log::Personal => store.numbered(tables::PERSONAL_LOG, &(), from, limit)?,
            Log::With(supplier) => store.numbered(tables::SHARED_LOGS, supplier, from, limit)?,
        };
        if rows.is_empty() {
            break;
        }
        for (number, (_, record)) in (from..).zip(rows) {
            found.push((number, entry_bytes(record)?));
        }
    }
    Ok(found)
}

/// The leaves of a log from its entry `from` up to `to`, which is not among them; each entry is shown with its number.
///
/// # Errors
/// The store's; a log that holds fewer than that.
pub(super) fn leaves(
    store: &Store,
    log: Log,
    (from, to): (u64, u64),
    mut look: impl FnMut(u64, Vec<u8>),
) -> Result<Vec<Hash>, Failure> {
    let count = usize::try_from(to.saturating_sub(from)).map_err(Failure::internal)?;
    let mut leaves = Vec::new();
    while leaves.len() < count {
        let rows = entries(store, log, from + leaves.len() as u64, STEP.min(count - leaves.len()))?;
        if rows.is_empty() {
            return Err(damaged("the audit log"));
        }
        for (number, bytes) in rows {
            leaves.push(merkle::leaf(&bytes));
            look(number, bytes);
        }
    }
    Ok(leaves)
}

fn entry_bytes(record: Record) -> Result<Vec<u8>, Failure> {
    match record {
        Record::Entry { bytes, .. } => Ok(bytes),
        _ => Err(damaged("the audit log")),
    }
}

pub(super) fn damaged(what: &str) -> Failure {
    let next = "keep a copy of the directory and restore the last backup with `regie restore`";
    Failure::new("damaged", crate::command::exit::ERROR, format!("the store is damaged ({what}); {next}"))
}

fn entry_place(log: Log, index: u64) -> Spot<Record> {
    match log {
        Log::Personal => tables::PERSONAL_LOG.at(&Nth((), index)),
        Log::With(supplier) => tables::SHARED_LOGS.at(&Nth(supplier, index)),
    }
}

/// Takes off what a record says is over; answers whether it says that.
fn take_off(turn: &mut Turn, record: &Record) -> bool {
    let batch = &mut turn.batch;
    match record {
        Record::GrantForgotten { supplier, grant } => {
            batch.delete(tables::GRANTS, &(*supplier, *grant));
            batch.delete(tables::GRANT_USES, grant);
        }
        Record::MandateForgotten { processor, link } => {
            batch.delete(tables::MANDATES, &(*processor, *link));
            batch.delete(tables::GRANT_USES, link);
        }
        Record::Forgotten { supplier, id } => batch.delete(tables::SEEN_REQUESTS, &(*supplier, *id)),
        Record::Decided { supplier, id } => batch.delete(tables::WAITING_REQUESTS, &(*supplier, *id)),
        Record::Sent { supplier, number } => batch.erase(tables::OUTBOX, &Nth(*supplier, *number)),
        Record::Erased { supplier, field } => batch.delete(tables::KNOWN_FIELDS, &(*supplier, *field)),
        Record::ItemForgotten { supplier, id } => batch.delete(tables::ITEMS, &(*supplier, *id)),
        Record::ActForgotten { supplier, act } => batch.erase(tables::ACTS, &(*supplier, *act)),
        Record::ComingGone { supplier, id } => batch.erase(tables::COMING_ITEMS, &(*supplier, *id)),
        Record::ContentGone { supplier, id } => {
            batch.erase(tables::ITEM_CONTENTS, &(*supplier, *id));
            batch.erase_group(tables::ITEM_PIECES, &ItemName(*supplier, *id));
        }
        Record::SaidForgotten { supplier, segment } => batch.delete(tables::SEGMENT_ANSWERS, &(*supplier, *segment)),
        Record::IntentForgotten { intent } => batch.erase(tables::INTENTS, intent),
        Record::OfferGone { intent, offer } => batch.erase(tables::OFFERS, &(*intent, *offer)),
        _ => return false,
    }
    true
}

/// Where a record stands; none for one that takes others off, or that is not kept.
fn place(record: &Record) -> Option<Spot<Record>> {
    Some(match record {
        Record::Relationship { supplier, .. } => tables::RELATIONSHIPS.at(supplier),
        Record::Withdrawn { supplier, .. } => tables::WITHDRAWN_FIELDS.at(supplier),
        Record::Identified { supplier, .. } => tables::IDENTITIES.at(supplier),
        Record::Grant { supplier, grant } => tables::GRANTS.at(&(*supplier, grant.id())),
        Record::Mandate { processor, mandate } => {
            let link = mandate.chain.links.last().map_or_else(|| mandate.chain.grant.id(), |link| link.id());
            tables::MANDATES.at(&(*processor, link))
        }
        Record::Used { grant, .. } => tables::GRANT_USES.at(grant),
        Record::Revoked { revocation } => tables::REVOCATIONS.at(&revocation.id()),
        Record::Seen { supplier, id, .. } => tables::SEEN_REQUESTS.at(&(*supplier, *id)),
        Record::Horizon { supplier, .. } => tables::SEEN_HORIZONS.at(supplier),
        Record::Item { supplier, id, .. } => tables::ITEMS.at(&(*supplier, *id)),
        Record::Content { supplier, id, .. } => tables::ITEM_CONTENTS.at(&(*supplier, *id)),
        Record::Coming { supplier, id, .. } => tables::COMING_ITEMS.at(&(*supplier, *id)),
        Record::Piece { supplier, id, number, .. } => {
            tables::ITEM_PIECES.at(&Nth(ItemName(*supplier, *id), u64::from(*number)))
        }
        Record::Act { supplier, stored } => tables::ACTS.at(&(*supplier, stored.act.id())),
        Record::Segments { supplier, .. } => tables::SEGMENTS.at(supplier),
        Record::Said { supplier, segment, .. } => tables::SEGMENT_ANSWERS.at(&(*supplier, *segment)),
        Record::Intent { stored } => tables::INTENTS.at(&stored.intent.id()),
        Record::Offer { intent, offer } => tables::OFFERS.at(&(*intent, offer.id())),
        Record::Waiting { supplier, waiting } => tables::WAITING_REQUESTS.at(&(*supplier, waiting.id)),
        Record::Outgoing { supplier, number, .. } => tables::OUTBOX.at(&Nth(*supplier, *number)),
        Record::Entry { log, index, .. } => entry_place(*log, *index),
        Record::Head { log, .. } => tables::LOG_HEADS.at(log),
        Record::Knows { supplier, field, .. } => tables::KNOWN_FIELDS.at(&(*supplier, *field)),
        Record::Past { number, .. } => tables::PAST_REQUESTS.at(&Nth((), number % limits::PAST_REQUESTS)),
        Record::Receipt { supplier, receipt } => tables::RECEIPTS.at(&(*supplier, receipt.id())),
        Record::Policy { .. } => tables::POLICY.at(),
        Record::Epoch { .. } => tables::EPOCH.at(),
        Record::CountsFrom { .. } => tables::COUNTS_FROM.at(),
        Record::Runs { .. } => tables::RUNS.at(),
        Record::Superseded { .. } => tables::SUPERSEDED.at(),
        Record::Moved { .. } => tables::MOVED.at(),
        Record::Rival { .. } => tables::RIVAL.at(),
        Record::Branch { supplier, .. } => tables::LOG_BRANCHES.at(supplier),
        // What a supplier has witnessed is seen again when it connects.
        Record::Witnessed { .. }
        | Record::GrantForgotten { .. }
        | Record::MandateForgotten { .. }
        | Record::Forgotten { .. }
        | Record::Decided { .. }
        | Record::Sent { .. }
        | Record::Erased { .. }
        | Record::ItemForgotten { .. }
        | Record::ComingGone { .. }
        | Record::ContentGone { .. }
        | Record::ActForgotten { .. }
        | Record::SaidForgotten { .. }
        | Record::IntentForgotten { .. }
        | Record::OfferGone { .. } => return None,
    })
}
