//! Which table each record of the supplier machine stands in. In: records. Out: puts and deletes; a person's
//! records when an input concerns that person, so that memory does not grow with the number of persons.

use regie_protocol::{
    clock::Stored,
    identity::{Keypair, Nonce, PublicKey},
    message::{PersonReply, ToSupplier},
    signed::ObjectId,
    supplier::{Effect, Record, Supplier},
    time::Timestamp,
    wire,
};

use super::{Companion, World, happening};
use crate::{
    clock::{self, Clock},
    command::{Failure, exit},
    driver::Turn,
    store::{Batch, Item, Key, Ledger, Store, StoreError, Table},
};

const KEY: &[u8] = b"key";
const CLOCK: &[u8] = b"clock";
/// The relationships by the keys that persons took on since.
const RENEWED: &[u8] = b"renewed";
const SWEPT: &[u8] = b"swept";
const RECORD_BYTES: usize = 1024 * 1024;
const MINUTE_MS: u64 = 60_000;
/// Most minutes that one look at the time goes through; the rest waits for the next one.
const MINUTES_AT_ONCE: u64 = 20_000;

/// Tables that hold a person's records in a group under the person's key.
const OF_A_PERSON: [Table; 6] =
    [Table::Grant, Table::Revocation, Table::Request, Table::Held, Table::Receipt, Table::Outbox];

pub(super) fn put_key(batch: &mut Batch, secret: &[u8; 32]) {
    batch.put(Table::Meta, Key::item(KEY), secret.to_vec());
}

pub(super) fn put_clock(turn: &mut Turn, clock: &Clock) {
    turn.batch.put(Table::Meta, Key::item(CLOCK), clock::bytes_of(clock.stored()));
}

/// What was stored of the clock; none in a new home.
pub(super) fn stored_clock(store: &dyn Ledger) -> Result<Option<Stored>, StoreError> {
    Ok(store.get(Table::Meta, &Key::item(CLOCK))?.and_then(|bytes| clock::stored_in(&bytes)))
}

/// The companion's key.
///
/// # Errors
/// Where the store is not a companion's.
pub fn key(store: &Store) -> Result<Keypair, Failure> {
    key_of(store)
}

pub(super) fn key_of(store: &dyn Ledger) -> Result<Keypair, Failure> {
    let bytes = store.get(Table::Meta, &Key::item(KEY))?.ok_or_else(|| damaged("the key"))?;
    let secret: [u8; 32] = bytes.as_slice().try_into().map_err(|_| damaged("the key"))?;
    Ok(Keypair::from_secret(&secret))
}

/// The machine with the company's own records, and nobody's else.
pub(super) fn open(store: &dyn Ledger) -> Result<(Supplier, Clock), Failure> {
    let mut supplier = Supplier::new(key_of(store)?);
    if let Some(bytes) = store.get(Table::Profile, &Key::item(b"profile"))? {
        restore(&mut supplier, &bytes, Table::Profile)?;
    }
    Ok((supplier, Clock::over(stored_clock(store)?)))
}

fn number(store: &dyn Ledger, key: &[u8]) -> Result<u64, Failure> {
    let bytes = store.get(Table::Meta, &Key::item(key))?;
    Ok(bytes.and_then(|bytes| bytes.as_slice().try_into().ok()).map_or(0, u64::from_be_bytes))
}

fn restore(machine: &mut Supplier, bytes: &[u8], table: Table) -> Result<(), Failure> {
    let record = wire::decode::<Record>(bytes, RECORD_BYTES).map_err(|_| damaged(table.name()))?;
    machine.restore(&record).map_err(|_| damaged(table.name()))
}

/// Stores what the machine recorded of the company itself.
pub(super) fn put_all(batch: &mut Batch, effects: Vec<Effect>) -> Result<(), Failure> {
    for effect in effects {
        if let Effect::Persist(record) = effect {
            put_alone(batch, &record)?;
        }
    }
    Ok(())
}

/// A record of the machine's where it is stored alone.
pub(super) fn put_alone(batch: &mut Batch, record: &Record) -> Result<(), Failure> {
    if let Some((table, key)) = place(record) {
        batch.put(table, key, wire::encode(record).map_err(Failure::internal)?);
    }
    Ok(())
}

pub(crate) fn damaged(what: &str) -> Failure {
    let next = "keep a copy of the directory and restore the last backup";
    Failure::new("damaged", exit::ERROR, format!("the store is damaged ({what}); {next}"))
}

impl Companion {
    /// Stores a record with the list entries and the event that go with it.
    pub(super) fn persist(&mut self, record: &Record, turn: &mut Turn) -> Result<(), Failure> {
        let (known, now) = (self.known(record)?, self.clock.now());
        put_alone(&mut turn.batch, record)?;
        match record {
            Record::Invite { id, .. } => self.used = Some(*id),
            // The machine stores the use of an invitation right before whom it brought.
            Record::Customer { person, .. } => {
                if let Some(invitation) = self.used.take() {
                    self.came(&invitation, person, turn)?;
                }
            }
            Record::Renewed { person, key } => {
                turn.batch.put(Table::Meta, Key::grouped(RENEWED, key.as_bytes()), person.as_bytes().to_vec());
            }
            Record::Erased { person, fields, originals } => {
                for field in fields {
                    turn.batch.delete(Table::Held, Key::grouped(person.as_bytes(), field.to_string().as_bytes()));
                }
                for original in originals {
                    turn.batch.delete(Table::Disclosure, Key::grouped(person.as_bytes(), original.digest()));
                }
            }
            Record::Value { person, held, before, .. } => {
                // The signed disclosure that held the value before goes with that value.
                if let Some(before) = before.filter(|before| *before != held.disclosure) {
                    turn.batch.delete(Table::Disclosure, Key::grouped(person.as_bytes(), before.digest()));
                }
                // Minutes before the floor were gone through: what is due at once is found in the present one.
                let minute = (held.until.max(now.floor).0 / MINUTE_MS).to_be_bytes();
                turn.batch.put(Table::Due, Key::grouped(&minute, person.as_bytes()), Vec::new());
            }
            Record::TakenUp { person, taken } => self.offer_taken(person, taken, turn)?,
            Record::Member { .. } | Record::Counted { .. } | Record::Tallied { .. } => self.keep_word(record, turn)?,
            Record::SegmentEnded { segment } => turn.batch.delete(Table::Segment, super::patterns::published(segment)),
            Record::SendingForgotten { person, id } => {
                turn.batch.delete(Table::Outbox, Key::grouped(person.as_bytes(), &id.0));
            }
            Record::Ended { person, links } => {
                for link in links {
                    turn.batch.delete(Table::Grant, handed_on(person, link));
                    turn.batch.delete(Table::Grant, mandate_key(person, link));
                }
            }
            _ => {}
        }
        if let Some(world) = self.world_of(record) {
            self.list(world, record, known, turn);
            if let Some(happening) = happening::of(record, known, now.wall) {
                self.tell(world, &happening, turn);
            }
        }
        self.touched.extend(place(record));
        Ok(())
    }

    /// Was there such a record before? Asked of what can come twice.
    fn known(&self, record: &Record) -> Result<bool, Failure> {
        match place(record) {
            Some(place)
                if matches!(
                    record,
                    Record::Asking { .. }
                        | Record::Grant { .. }
                        | Record::Revoked { .. }
                        | Record::Receipt { .. }
                        | Record::Delegated { .. }
                        | Record::Sending { .. }
                ) =>
            {
                let this_turn = self.touched.contains(&place);
                Ok(this_turn || self.store.get(place.0, &place.1)?.is_some())
            }
            _ => Ok(false),
        }
    }

    fn world_of(&self, record: &Record) -> Option<World> {
        let person = match record {
            Record::Customer { person, .. }
            | Record::Grant { person, .. }
            | Record::Revoked { person, .. }
            | Record::Received { person, .. }
            | Record::Erased { person, .. }
            | Record::Delegated { person, .. }
            | Record::Mandate { person, .. }
            | Record::Sending { person, .. }
            | Record::Receipt { person, .. } => person,
            Record::Asking { asking } => &asking.request.person,
            _ => return None,
        };
        self.machine.customer(person).map(|customer| World::of(customer.test()))
    }

    /// Brings a person into memory; for a stranger nothing happens.
    pub(crate) fn load(&mut self, person: &PublicKey) -> Result<(), Failure> {
        if self.machine.customer(person).is_some() {
            return Ok(());
        }
        let Some(bytes) = self.store.get(Table::Relationship, &Key::item(person.as_bytes()))? else { return Ok(()) };
        restore(&mut self.machine, &bytes, Table::Relationship)?;
        if let Some(bytes) = self.store.get(Table::Contact, &Key::item(person.as_bytes()))? {
            restore(&mut self.machine, &bytes, Table::Contact)?;
        }
        for table in OF_A_PERSON {
            for row in self.store.group(table, person.as_bytes())? {
                restore(&mut self.machine, &row.value, table)?;
            }
        }
        Ok(())
    }

    /// Brings into memory what a message is about, beside its sender.
    pub(super) fn load_for(&mut self, person: &PublicKey, message: &ToSupplier) -> Result<(), Failure> {
        self.load(person)?;
        match message {
            // The machine checks the signature; here the name only says what to look up.
            ToSupplier::Pair(pairing) => match pairing.clone().verify() {
                Ok(pairing) => self.load_invite(&pairing.invitation),
                Err(_) => Ok(()),
            },
            ToSupplier::Disclose(disclosure) => self.load_received(person, disclosure.id().digest()),
            ToSupplier::Renew(renewal) => match renewal.clone().verify() {
                Ok(renewal) => self.load(&renewal.person),
                Err(_) => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// The name of the relationship with the person who connects under this key: the one of the pairing.
    pub(super) fn person_of(&self, key: PublicKey) -> Result<PublicKey, Failure> {
        let bytes = self.store.get(Table::Meta, &Key::grouped(RENEWED, key.as_bytes()))?;
        let Some(bytes) = bytes else { return Ok(key) };
        let person = bytes.as_slice().try_into().ok().and_then(|key| PublicKey::from_bytes(key).ok());
        person.ok_or_else(|| damaged("a person's key"))
    }

    pub(super) fn load_for_reply(&mut self, person: &PublicKey, reply: &PersonReply) -> Result<(), Failure> {
        self.load(person)?;
        match reply {
            PersonReply::Answer(disclosure) => self.load_received(person, disclosure.id().digest()),
            _ => Ok(()),
        }
    }

    pub(crate) fn load_invite(&mut self, id: &Nonce) -> Result<(), Failure> {
        if self.machine.invite_made(id).is_none()
            && let Some(bytes) = self.store.get(Table::Invitation, &Key::item(&id.0))?
        {
            restore(&mut self.machine, &bytes, Table::Invitation)?;
        }
        Ok(())
    }

    /// The floor goes back: the minutes from now on are to be gone through anew.
    pub(super) fn sweep_from(&self, now: Timestamp, turn: &mut Turn) {
        turn.batch.put(Table::Meta, Key::item(SWEPT), (now.0 / MINUTE_MS).to_be_bytes().to_vec());
    }

    /// Every invitation that can still be answered.
    pub(super) fn load_invites(&mut self) -> Result<(), Failure> {
        let mut rows = Vec::new();
        self.store.each(Table::Invitation, &mut |row| {
            rows.push(row.value);
            std::ops::ControlFlow::Continue(())
        })?;
        rows.iter().try_for_each(|bytes| restore(&mut self.machine, bytes, Table::Invitation))
    }

    fn load_received(&mut self, person: &PublicKey, disclosure: &[u8; 32]) -> Result<(), Failure> {
        if self.machine.customer(person).is_some()
            && let Some(bytes) = self.store.get(Table::RelationshipLog, &Key::grouped(person.as_bytes(), disclosure))?
        {
            restore(&mut self.machine, &bytes, Table::RelationshipLog)?;
        }
        Ok(())
    }

    /// One stored record of a person.
    pub(crate) fn record(&self, table: Table, person: &PublicKey, item: &[u8]) -> Result<Option<Record>, Failure> {
        let bytes = self.store.get(table, &Key::grouped(person.as_bytes(), item))?;
        bytes.map(|bytes| wire::decode(&bytes, RECORD_BYTES).map_err(|_| damaged(table.name()))).transpose()
    }

    /// Brings the persons into memory of whom something is past its retention, and forgets the passed minutes.
    pub(super) fn load_due(&mut self, now: Timestamp, turn: &mut Turn) -> Result<(), Failure> {
        let current = now.0 / MINUTE_MS;
        let first = match number(&*self.store, SWEPT)? {
            0 => {
                turn.batch.put(Table::Meta, Key::item(SWEPT), current.to_be_bytes().to_vec());
                return Ok(());
            }
            swept => swept,
        };
        // A value may be due at once, so the present minute is looked at every time.
        let last = current.min(first.saturating_add(MINUTES_AT_ONCE));
        for minute in first..=last {
            let group = minute.to_be_bytes();
            for row in self.store.group(Table::Due, &group)? {
                let Item::Bytes(person) = &row.item else { continue };
                if let Some(person) = person.as_slice().try_into().ok().and_then(|key| PublicKey::from_bytes(key).ok())
                {
                    self.load(&person)?;
                }
                if minute < current {
                    turn.batch.delete(Table::Due, row.key());
                }
            }
        }
        if last != first {
            turn.batch.put(Table::Meta, Key::item(SWEPT), last.to_be_bytes().to_vec());
        }
        Ok(())
    }
}

/// Where a delegation of ours stands, among the grants of its person.
pub(super) fn handed_on(person: &PublicKey, link: &ObjectId) -> Key {
    Key::grouped(person.as_bytes(), &[b"delegated/", &link.digest()[..]].concat())
}

/// Where a delegation to us stands, among the grants of its person.
pub(super) fn mandate_key(person: &PublicKey, link: &ObjectId) -> Key {
    Key::grouped(person.as_bytes(), &[b"mandate/", &link.digest()[..]].concat())
}

fn place(record: &Record) -> Option<(Table, Key)> {
    Some(match record {
        Record::Profile { .. } => (Table::Profile, Key::item(b"profile")),
        Record::Invite { id, .. } => (Table::Invitation, Key::item(&id.0)),
        Record::Customer { person, .. } => (Table::Relationship, Key::item(person.as_bytes())),
        Record::Grant { person, grant } => (Table::Grant, Key::grouped(person.as_bytes(), grant.id().digest())),
        Record::Revoked { person, grant, .. } => (Table::Revocation, Key::grouped(person.as_bytes(), grant.digest())),
        Record::Asking { asking } => {
            (Table::Request, Key::grouped(asking.request.person.as_bytes(), &asking.request.id.0))
        }
        Record::Head { person, .. } => (Table::Contact, Key::item(person.as_bytes())),
        Record::Value { person, field, .. } => {
            (Table::Held, Key::grouped(person.as_bytes(), field.to_string().as_bytes()))
        }
        Record::Received { person, received } => {
            (Table::RelationshipLog, Key::grouped(person.as_bytes(), received.id.digest()))
        }
        Record::Original { person, disclosure } => {
            (Table::Disclosure, Key::grouped(person.as_bytes(), disclosure.id().digest()))
        }
        Record::Receipt { person, receipt, .. } => {
            (Table::Receipt, Key::grouped(person.as_bytes(), receipt.id().digest()))
        }
        Record::Delegated { person, delegated } => (Table::Grant, handed_on(person, &delegated.id())),
        Record::Mandate { person, mandate } => {
            let link = mandate.chain.links.last().map_or_else(|| mandate.chain.grant.id(), |link| link.id());
            (Table::Grant, mandate_key(person, &link))
        }
        Record::Renewed { person, key } => {
            (Table::Grant, Key::grouped(person.as_bytes(), &[b"key/", &key.as_bytes()[..]].concat()))
        }
        Record::Agreed { person, .. } => (Table::Grant, Key::grouped(person.as_bytes(), b"agreed")),
        Record::TakenUp { person, taken } => (Table::Request, Key::grouped(person.as_bytes(), taken.id().digest())),
        Record::Sending { person, sending } => (Table::Outbox, Key::grouped(person.as_bytes(), &sending.id.0)),
        Record::Segment { segment } => (Table::Segment, super::patterns::published(&segment.id())),
        // These stand by segment, where `patterns` puts them.
        Record::Member { .. } | Record::Counted { .. } | Record::Tallied { .. } | Record::SegmentEnded { .. } => {
            return None;
        }
        Record::Erased { .. } | Record::Ended { .. } | Record::SendingForgotten { .. } => return None,
    })
}
