//! Which table each record of the person machine stands in. In: records. Out: puts and deletes; at start, the
//! machine as the records tell it. Values are not records: they stand in the field table.

use std::ops::ControlFlow;

use regie_protocol::{
    audit::{Log, TreeHead},
    identity::RootSeed,
    person::{Person, Record},
    policy::Policy,
    signed::Signed,
    time::Timestamp,
    wire,
};

use crate::{
    clock::Clock,
    command::Failure,
    driver::Turn,
    store::{Key, Row, Store, StoreError, Table},
};

const SEED: &[u8] = b"seed";
const CLOCK: &[u8] = b"clock";
const HEAD: &[u8] = b"head";
const RECORD_BYTES: usize = 1024 * 1024;

/// Puts a record where it belongs.
pub(super) fn put(turn: &mut Turn, record: &Record) -> Result<(), Failure> {
    let (table, key) = place(record);
    match record {
        Record::Forgotten { .. } | Record::Decided { .. } | Record::Sent { .. } => turn.batch.delete(table, key),
        _ => turn.batch.put(table, key, wire::encode(record).map_err(Failure::internal)?),
    }
    Ok(())
}

pub(super) fn put_seed(turn: &mut Turn, seed: &RootSeed) {
    turn.batch.put(Table::Meta, Key::item(SEED), seed.expose().to_vec());
}

pub(super) fn put_clock(turn: &mut Turn, now: Timestamp) {
    turn.batch.put(Table::Meta, Key::item(CLOCK), now.0.to_be_bytes().to_vec());
}

pub(super) fn put_head(turn: &mut Turn, head: &Signed<TreeHead>) {
    if let Ok(bytes) = wire::encode(head) {
        turn.batch.put(Table::Meta, Key::item(HEAD), bytes);
    }
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
    let mut person = Person::new(seed(store)?, Policy { rules: Vec::new() });
    // Relationships first: the rest speaks of them. Entries come in their order within a log.
    for table in [
        Table::Policy,
        Table::Relationship,
        Table::Contact,
        Table::Grant,
        Table::Revocation,
        Table::Receipt,
        Table::Request,
        Table::Seen,
        Table::Pending,
        Table::Outbox,
        Table::AuditEntry,
        Table::RelationshipLog,
    ] {
        replay(store, table, &mut person)?;
    }
    let floor = store.get(Table::Meta, &Key::item(CLOCK))?;
    let floor = floor.and_then(|bytes| bytes.as_slice().try_into().ok()).map_or(0, u64::from_be_bytes);
    Ok((person, Clock::from(Timestamp(floor))))
}

fn replay(store: &Store, table: Table, person: &mut Person) -> Result<(), Failure> {
    let mut failed = None;
    store.scan(table, |row: Row| {
        if failed.is_none() {
            let record = wire::decode::<Record>(&row.value, RECORD_BYTES).ok();
            if record.is_none_or(|record| person.restore(&record).is_err()) {
                failed = Some(damaged(table.name()));
            }
        }
        Ok::<_, StoreError>(ControlFlow::Continue(()))
    })?;
    failed.map_or(Ok(()), Err)
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

fn place(record: &Record) -> (Table, Key) {
    match record {
        Record::Relationship { supplier, .. } => (Table::Relationship, Key::item(supplier.as_bytes())),
        Record::Withdrawn { supplier, .. } => (Table::Contact, Key::item(supplier.as_bytes())),
        Record::Grant { supplier, grant } => (Table::Grant, Key::grouped(supplier.as_bytes(), grant.id().digest())),
        Record::Used { grant, .. } => (Table::Request, Key::item(grant.digest())),
        Record::Revoked { revocation } => (Table::Revocation, Key::item(revocation.id().digest())),
        Record::Seen { id, .. } | Record::Forgotten { id } => (Table::Seen, Key::item(&id.0)),
        Record::Waiting { waiting, .. } => (Table::Pending, Key::item(&waiting.id.0)),
        Record::Decided { id, .. } => (Table::Pending, Key::item(&id.0)),
        Record::Outgoing { supplier, number, .. } | Record::Sent { supplier, number } => {
            (Table::Outbox, Key::grouped_index(supplier.as_bytes(), *number))
        }
        Record::Entry { log: Log::Personal, index, .. } => (Table::AuditEntry, Key::index(*index)),
        Record::Entry { log: Log::With(supplier), index, .. } => {
            (Table::RelationshipLog, Key::grouped_index(supplier.as_bytes(), *index))
        }
        Record::Receipt { receipt } => (Table::Receipt, Key::item(receipt.id().digest())),
        Record::Policy { .. } => (Table::Policy, Key::item(b"policy")),
        Record::Epoch { .. } => (Table::Policy, Key::item(b"epoch")),
    }
}
