//! Which table each record of the supplier machine stands in. In: records. Out: puts and deletes; at start,
//! the machine as the records tell it.

use std::ops::ControlFlow;

use regie_protocol::{
    field::Observed,
    identity::{Keypair, PublicKey},
    limits,
    supplier::{Record, Supplier},
    time::Timestamp,
    wire,
};

use crate::{
    clock::Clock,
    command::{Failure, exit},
    driver::Turn,
    store::{Key, Row, Store, StoreError, Table},
};

const KEY: &[u8] = b"key";
const CLOCK: &[u8] = b"clock";
const RECORD_BYTES: usize = 1024 * 1024;

/// Puts a record where it belongs.
pub(super) fn put(turn: &mut Turn, record: &Record) -> Result<(), Failure> {
    if let Record::Erased { person, fields } = record {
        for field in fields {
            turn.batch.delete(Table::Held, Key::grouped(person.as_bytes(), field.to_string().as_bytes()));
        }
        return Ok(());
    }
    let (table, key) = place(record);
    turn.batch.put(table, key, wire::encode(record).map_err(Failure::internal)?);
    Ok(())
}

pub(super) fn put_key(turn: &mut Turn, secret: &[u8; 32]) {
    turn.batch.put(Table::Meta, Key::item(KEY), secret.to_vec());
}

pub(super) fn put_clock(turn: &mut Turn, now: Timestamp) {
    turn.batch.put(Table::Meta, Key::item(CLOCK), now.0.to_be_bytes().to_vec());
}

/// The companion's key.
///
/// # Errors
/// Where the store is not a companion's.
pub fn key(store: &Store) -> Result<Keypair, Failure> {
    let bytes = store.get(Table::Meta, &Key::item(KEY))?.ok_or_else(|| damaged("the key"))?;
    let secret: [u8; 32] = bytes.as_slice().try_into().map_err(|_| damaged("the key"))?;
    Ok(Keypair::from_secret(&secret))
}

pub(super) fn load(store: &Store) -> Result<(Supplier, Clock), Failure> {
    let mut supplier = Supplier::new(key(store)?);
    for table in [
        Table::Profile,
        Table::Invitation,
        Table::Relationship,
        Table::Grant,
        Table::Revocation,
        Table::Request,
        Table::Contact,
        Table::Held,
    ] {
        let mut failed = None;
        store.scan(table, |row: Row| {
            let record = wire::decode::<Record>(&row.value, RECORD_BYTES).ok();
            if record.is_none_or(|record| supplier.restore(&record).is_err()) {
                failed = Some(damaged(table.name()));
            }
            Ok::<_, StoreError>(ControlFlow::Continue(()))
        })?;
        failed.map_or(Ok(()), Err)?;
    }
    let floor = store.get(Table::Meta, &Key::item(CLOCK))?;
    let floor = floor.and_then(|bytes| bytes.as_slice().try_into().ok()).map_or(0, u64::from_be_bytes);
    Ok((supplier, Clock::from(Timestamp(floor))))
}

/// The value held of one person's field.
pub(super) fn held(store: &Store, person: &PublicKey, field: &str) -> Option<Observed> {
    let bytes = store.get(Table::Held, &Key::grouped(person.as_bytes(), field.as_bytes())).ok()??;
    match wire::decode(&bytes, limits::OBJECT_BYTES).ok()? {
        Record::Value { observed, .. } => Some(observed),
        _ => None,
    }
}

fn damaged(what: &str) -> Failure {
    let next = "keep a copy of the directory and restore the last backup";
    Failure::new("damaged", exit::ERROR, format!("the store is damaged ({what}); {next}"))
}

fn place(record: &Record) -> (Table, Key) {
    match record {
        Record::Profile { .. } => (Table::Profile, Key::item(b"profile")),
        Record::Invite { id, .. } => (Table::Invitation, Key::item(&id.0)),
        Record::Customer { person, .. } => (Table::Relationship, Key::item(person.as_bytes())),
        Record::Grant { person, grant } => (Table::Grant, Key::grouped(person.as_bytes(), grant.id().digest())),
        Record::Revoked { person, grant } => (Table::Revocation, Key::grouped(person.as_bytes(), grant.digest())),
        Record::Asking { asking } => {
            (Table::Request, Key::grouped(asking.request.person.as_bytes(), &asking.request.id.0))
        }
        Record::Head { person, .. } => (Table::Contact, Key::item(person.as_bytes())),
        Record::Value { person, field, .. } => {
            (Table::Held, Key::grouped(person.as_bytes(), field.to_string().as_bytes()))
        }
        Record::Erased { person, .. } => (Table::Held, Key::item(person.as_bytes())),
    }
}
