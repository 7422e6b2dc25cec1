//! Which table each record of the person machine stands in. In: records. Out: puts and deletes; at start, the
//! machine as the records tell it. Values are not records: they stand in the field table.

use std::ops::ControlFlow;

use regie_protocol::{
    agreement::Agreement,
    audit::{Log, TreeHead},
    identity::RootSeed,
    limits,
    person::{Person, Record},
    policy::Policy,
    signed::Signed,
    wire,
};

use super::activity;
use crate::{
    clock::{self, Clock},
    command::Failure,
    driver::Turn,
    store::{Key, Row, Store, StoreError, Table},
};

const SEED: &[u8] = b"seed";
const CLOCK: &[u8] = b"clock";
const HEAD: &[u8] = b"head";
/// The group of the records that say where each log stands.
const HEADS: &[u8] = b"heads";
const NAME: &[u8] = b"name";
const ACTIVITY: &[u8] = b"activity";
const PROFFER: &[u8] = b"proffer";
/// What is known of who a supplier is, in the group of that supplier.
const IDENTIFIED: &[u8] = b"identified";
/// Largest stored record, in bytes.
pub(super) const RECORD_BYTES: usize = 1024 * 1024;

/// Puts a record where it belongs.
pub(super) fn put(turn: &mut Turn, record: &Record) -> Result<(), Failure> {
    if matches!(record, Record::Witnessed { .. }) {
        return Ok(());
    }
    let (table, key) = place(record);
    if let Record::GrantForgotten { grant, .. } | Record::MandateForgotten { link: grant, .. } = record {
        turn.batch.delete(Table::Request, Key::item(grant.digest()));
    }
    match record {
        Record::Forgotten { .. }
        | Record::Decided { .. }
        | Record::Sent { .. }
        | Record::Erased { .. }
        | Record::ContentGone { .. }
        | Record::IntentForgotten { .. }
        | Record::SaidForgotten { .. }
        | Record::OfferGone { .. }
        | Record::ItemForgotten { .. }
        | Record::MandateForgotten { .. }
        | Record::GrantForgotten { .. } => turn.batch.delete(table, key),
        _ => turn.batch.put(table, key, wire::encode(record).map_err(Failure::internal)?),
    }
    Ok(())
}

pub(super) fn put_seed(turn: &mut Turn, seed: &RootSeed) {
    turn.batch.put(Table::Meta, Key::item(SEED), seed.expose().to_vec());
}

pub(super) fn put_clock(turn: &mut Turn, clock: &Clock) {
    turn.batch.put(Table::Meta, Key::item(CLOCK), clock::bytes_of(clock.stored()));
}

pub(super) fn put_head(turn: &mut Turn, head: &Signed<TreeHead>) {
    if let Ok(bytes) = wire::encode(head) {
        turn.batch.put(Table::Meta, Key::item(HEAD), bytes);
    }
}

pub(super) fn put_name(turn: &mut Turn, name: &str) {
    turn.batch.put(Table::Meta, Key::item(NAME), name.as_bytes().to_vec());
}

/// What the person wants to be called by their own node.
pub(super) fn name(store: &Store) -> Result<Option<String>, Failure> {
    let Some(bytes) = store.get(Table::Meta, &Key::item(NAME))? else { return Ok(None) };
    Ok(String::from_utf8(bytes.to_vec()).ok())
}

pub(super) fn put_proffer(turn: &mut Turn, agreement: Agreement) {
    turn.batch.put(Table::Meta, Key::item(PROFFER), agreement.code().as_bytes().to_vec());
}

/// The agreement the person proffers to the next supplier.
pub(super) fn proffer(store: &Store) -> Result<Option<Agreement>, Failure> {
    let Some(bytes) = store.get(Table::Meta, &Key::item(PROFFER))? else { return Ok(None) };
    Ok(std::str::from_utf8(&bytes).ok().and_then(|code| code.parse().ok()))
}

pub(super) fn put_activity(turn: &mut Turn, days: &activity::Stored) {
    if let Ok(bytes) = wire::encode(days.iter().map(|(day, counts)| (*day, *counts)).collect::<Vec<_>>().as_slice()) {
        turn.batch.put(Table::Meta, Key::item(ACTIVITY), bytes);
    }
}

pub(super) fn activity(store: &Store) -> Result<Option<activity::Stored>, Failure> {
    let Some(bytes) = store.get(Table::Meta, &Key::item(ACTIVITY))? else { return Ok(None) };
    let days: Vec<(u64, activity::Counts)> = wire::decode(&bytes, RECORD_BYTES).map_err(|_| damaged("the counts"))?;
    Ok(Some(days.into_iter().collect()))
}

/// The signed head of the personal log, as stored.
pub(super) fn head(store: &Store) -> Result<Option<Signed<TreeHead>>, Failure> {
    let Some(bytes) = store.get(Table::Meta, &Key::item(HEAD))? else { return Ok(None) };
    wire::decode(&bytes, RECORD_BYTES).map(Some).map_err(|_| damaged("the signed head"))
}

/// The seed of a stored node.
///
/// # Errors
/// Where the store is not a person's.
pub fn seed(store: &Store) -> Result<RootSeed, Failure> {
    let bytes = store.get(Table::Meta, &Key::item(SEED))?.ok_or_else(|| damaged("the root seed"))?;
    let seed: [u8; 32] = bytes.as_slice().try_into().map_err(|_| damaged("the root seed"))?;
    Ok(RootSeed::from_entropy(seed))
}

/// Rebuilds the machine and the clock's floor.
pub(super) fn load(store: &Store) -> Result<(Person, Clock), Failure> {
    let mut person = Person::new(seed(store)?, Policy::of(Vec::new()));
    // Relationships first: the rest speaks of them. Entries come in their order within a log.
    for table in [
        Table::Policy,
        Table::Relationship,
        Table::Contact,
        Table::Grant,
        Table::Revocation,
        Table::Request,
        Table::Seen,
        Table::Pending,
        Table::Item,
        Table::Segment,
        Table::Intent,
        Table::Offer,
        Table::Outbox,
        Table::Known,
        Table::Past,
        Table::Receipt,
    ] {
        replay(store, table, &mut person)?;
    }
    logs(store, &mut person)?;
    let stored = store.get(Table::Meta, &Key::item(CLOCK))?;
    Ok((person, Clock::over(stored.and_then(|bytes| clock::stored_in(&bytes)))))
}

/// Restores where the logs stand. Their entries are not read: a start must not take longer as the log grows.
/// That none is missing is told by their count here, and that each is right by `regie audit --verify`.
fn logs(store: &Store, person: &mut Person) -> Result<(), Failure> {
    let mut failed = None;
    store.scan_group(Table::Meta, HEADS, |row: Row| {
        take(&row, Table::Meta, person, &mut failed);
        Ok::<_, StoreError>(ControlFlow::Continue(()))
    })?;
    failed.map_or(Ok(()), Err)?;
    let shared: u64 = person.relationships().map(|(_, relationship)| relationship.log().size()).sum();
    let entries = (store.count(Table::AuditEntry)?, store.count(Table::RelationshipLog)?);
    if entries == (person.personal_log().size(), shared) { Ok(()) } else { Err(damaged("the audit log")) }
}

fn replay(store: &Store, table: Table, person: &mut Person) -> Result<(), Failure> {
    let mut failed = None;
    store.scan(table, |row: Row| {
        take(&row, table, person, &mut failed);
        Ok::<_, StoreError>(ControlFlow::Continue(()))
    })?;
    failed.map_or(Ok(()), Err)
}

fn take(row: &Row, table: Table, person: &mut Person, failed: &mut Option<Failure>) {
    let record = wire::decode::<Record>(&row.value, RECORD_BYTES).ok();
    if record.is_none_or(|record| person.restore(&record).is_err()) {
        *failed = Some(damaged(table.name()));
    }
}

/// One entry of the personal log, or of the log with a supplier.
pub(super) fn entry(store: &Store, log: Log, index: u64) -> Result<Option<Vec<u8>>, Failure> {
    let (table, key) = entry_place(log, index);
    let Some(row) = store.get(table, &key)? else { return Ok(None) };
    entry_bytes(&row).map(Some)
}

/// Entries of a log from `first` on, at most `count`, with their numbers.
pub(super) fn entries(store: &Store, log: Log, first: u64, count: usize) -> Result<Vec<(u64, Vec<u8>)>, Failure> {
    let (table, group) = match &log {
        Log::Personal => (Table::AuditEntry, &[][..]),
        Log::With(supplier) => (Table::RelationshipLog, &supplier.as_bytes()[..]),
    };
    let mut found = Vec::new();
    while found.len() < count {
        let from = first + found.len() as u64;
        let rows = store.scan_group_indexes(table, group, from, count - found.len())?;
        if rows.is_empty() {
            break;
        }
        for (number, row) in (from..).zip(rows) {
            found.push((number, entry_bytes(&row.value)?));
        }
    }
    Ok(found)
}

fn entry_bytes(row: &[u8]) -> Result<Vec<u8>, Failure> {
    match wire::decode(row, RECORD_BYTES) {
        Ok(Record::Entry { bytes, .. }) => Ok(bytes),
        _ => Err(damaged("the audit log")),
    }
}

/// Reads every record of a table.
pub(super) fn each(store: &Store, table: Table, mut take: impl FnMut(Record)) -> Result<(), Failure> {
    let mut failed = None;
    store.scan(table, |row: Row| {
        match wire::decode::<Record>(&row.value, RECORD_BYTES) {
            Ok(record) => take(record),
            Err(_) => failed = Some(damaged(table.name())),
        }
        Ok::<_, StoreError>(ControlFlow::Continue(()))
    })?;
    failed.map_or(Ok(()), Err)
}

pub(super) fn damaged(what: &str) -> Failure {
    let next = "keep a copy of the directory and restore the last backup with `regie restore`";
    Failure::new("damaged", crate::command::exit::ERROR, format!("the store is damaged ({what}); {next}"))
}

fn entry_place(log: Log, index: u64) -> (Table, Key) {
    match log {
        Log::Personal => (Table::AuditEntry, Key::index(index)),
        Log::With(supplier) => (Table::RelationshipLog, Key::grouped_index(supplier.as_bytes(), index)),
    }
}

fn place(record: &Record) -> (Table, Key) {
    match record {
        Record::Relationship { supplier, .. } => (Table::Relationship, Key::item(supplier.as_bytes())),
        Record::Withdrawn { supplier, .. } => (Table::Contact, Key::item(supplier.as_bytes())),
        Record::Identified { supplier, .. } => (Table::Contact, Key::grouped(supplier.as_bytes(), IDENTIFIED)),
        Record::Grant { supplier, grant } => (Table::Grant, Key::grouped(supplier.as_bytes(), grant.id().digest())),
        Record::GrantForgotten { supplier, grant } => (Table::Grant, Key::grouped(supplier.as_bytes(), grant.digest())),
        Record::Mandate { processor, mandate } => {
            let link = mandate.chain.links.last().map_or_else(|| mandate.chain.grant.id(), |link| link.id());
            (Table::Grant, Key::grouped(processor.as_bytes(), link.digest()))
        }
        Record::MandateForgotten { processor, link } => {
            (Table::Grant, Key::grouped(processor.as_bytes(), link.digest()))
        }
        Record::Used { grant, .. } => (Table::Request, Key::item(grant.digest())),
        Record::Revoked { revocation } => (Table::Revocation, Key::item(revocation.id().digest())),
        Record::Seen { supplier, id, .. } | Record::Forgotten { supplier, id } => {
            (Table::Seen, Key::grouped(supplier.as_bytes(), &id.0))
        }
        Record::Horizon { supplier, .. } => (Table::Seen, Key::item(supplier.as_bytes())),
        Record::Item { supplier, id, .. } | Record::ItemForgotten { supplier, id } => {
            (Table::Item, Key::grouped(supplier.as_bytes(), &id.0))
        }
        Record::Content { supplier, id, .. } | Record::ContentGone { supplier, id } => {
            (Table::Content, Key::grouped(supplier.as_bytes(), &id.0))
        }
        Record::Segments { supplier, .. } => (Table::Segment, Key::item(supplier.as_bytes())),
        Record::Said { supplier, segment, .. } | Record::SaidForgotten { supplier, segment } => {
            (Table::Segment, Key::grouped(supplier.as_bytes(), segment.digest()))
        }
        Record::Intent { stored } => (Table::Intent, Key::item(stored.intent.id().digest())),
        Record::IntentForgotten { intent } => (Table::Intent, Key::item(intent.digest())),
        Record::Offer { intent, offer } => (Table::Offer, Key::grouped(intent.digest(), offer.id().digest())),
        Record::OfferGone { intent, offer } => (Table::Offer, Key::grouped(intent.digest(), offer.digest())),
        Record::Waiting { supplier, waiting } => (Table::Pending, Key::grouped(supplier.as_bytes(), &waiting.id.0)),
        Record::Decided { supplier, id } => (Table::Pending, Key::grouped(supplier.as_bytes(), &id.0)),
        Record::Outgoing { supplier, number, .. } | Record::Sent { supplier, number } => {
            (Table::Outbox, Key::grouped_index(supplier.as_bytes(), *number))
        }
        Record::Entry { log, index, .. } => entry_place(*log, *index),
        Record::Witnessed { supplier, .. } => (Table::Meta, Key::grouped(HEADS, supplier.as_bytes())),
        Record::Head { log: Log::Personal, .. } => (Table::Meta, Key::grouped(HEADS, b"personal")),
        Record::Head { log: Log::With(supplier), .. } => (Table::Meta, Key::grouped(HEADS, supplier.as_bytes())),
        Record::Knows { supplier, field, .. } | Record::Erased { supplier, field } => {
            (Table::Known, Key::grouped(supplier.as_bytes(), field.to_string().as_bytes()))
        }
        Record::Past { number, .. } => (Table::Past, Key::index(number % limits::PAST_REQUESTS)),
        Record::Receipt { supplier, receipt } => {
            (Table::Receipt, Key::grouped(supplier.as_bytes(), receipt.id().digest()))
        }
        Record::Policy { .. } => (Table::Policy, Key::item(b"policy")),
        Record::Epoch { .. } => (Table::Policy, Key::item(b"epoch")),
        Record::CountsFrom { .. } => (Table::Policy, Key::item(b"counts_from")),
    }
}
