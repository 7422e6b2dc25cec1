//! Where each record of the supplier machine stands (`tables.rs`). In: records. Out: puts and deletes; a person's
//! records when an input concerns that person, so that memory does not grow with the number of persons.

use std::collections::BTreeSet;

use regie_protocol::{
    Keypair, Nonce, ObjectId, PublicKey, Signed, Supplier, Timestamp,
    clock::Stored,
    disclosure::Disclosure,
    message::{PersonReply, ToSupplier},
    supplier::{Asking, Effects, Parcel, Record},
};

use super::{
    Companion, World, happening,
    host::Written,
    labels::Thing,
    lists::not_found,
    tables,
    tables::{RequestKey, Terms},
};
use crate::{
    clock::Clock,
    command::{Failure, exit},
    driver::Turn,
    store::{Asked, Batch, Grouped, ItemName, Ledger, Part, Read as _, Secret, Spot, Store, StoreError, Table},
};

pub(super) const MINUTE_MS: u64 = 60_000;
/// Most minutes that one look at the time goes through; the rest waits for the next one.
const MINUTES_AT_ONCE: u64 = 20_000;

pub(super) fn put_key(batch: &mut Batch, secret: &[u8; 32]) {
    batch.set(tables::KEY, &Secret::new(secret));
}

pub(super) fn put_clock(turn: &mut Turn, clock: &Clock) {
    turn.batch.set(tables::CLOCK, &clock.stored().into());
}

/// What was stored of the clock; none in a new home.
pub(super) fn stored_clock(store: &dyn Ledger) -> Result<Option<Stored>, StoreError> {
    Ok(store.fact(tables::CLOCK)?.map(Into::into))
}

/// The companion's key.
///
/// # Errors
/// Where the store is not a companion's.
pub fn key(store: &Store) -> Result<Keypair, Failure> {
    key_of(store)
}

pub(super) fn key_of(store: &dyn Ledger) -> Result<Keypair, Failure> {
    let secret = store.fact(tables::KEY)?.ok_or_else(|| damaged("the key"))?;
    Ok(Keypair::from_secret(secret.expose()))
}

/// The machine with the company's own records, and nobody's else.
pub(super) fn open(store: &dyn Ledger) -> Result<(Supplier, Clock), Failure> {
    let mut supplier = Supplier::new(key_of(store)?);
    if let Some(record) = store.fact(tables::PROFILE)? {
        restore(&mut supplier, &record, "the profile")?;
    }
    if let Some(bounds) = store.fact(tables::PAIRINGS)? {
        supplier.bound_pairings(bounds);
    }
    Ok((supplier, Clock::over(stored_clock(store)?)))
}

fn restore(machine: &mut Supplier, record: &Record, part: &str) -> Result<(), Failure> {
    machine.restore(record).map_err(|_| damaged(part))
}

/// Stores what the machine recorded of the company itself.
pub(super) fn put_all(batch: &mut Batch, effects: Effects) {
    effects.carry_out(&mut Written(batch));
}

/// A record of the machine's where it is stored alone.
pub(super) fn put_alone(batch: &mut Batch, record: &Record) {
    if let Some(place) = place(record) {
        batch.put_at(place, record);
    }
}

pub(crate) fn damaged(what: &str) -> Failure {
    let next = "keep a copy of the directory and restore the last backup";
    Failure::new("damaged", exit::ERROR, format!("the store is damaged ({what}); {next}"))
}

impl Companion {
    /// Stores a record with the list entries and the event that go with it.
    pub(super) fn persist(&mut self, record: &Record, turn: &mut Turn) -> Result<(), Failure> {
        let (known, now) = (self.known(record)?, self.clock.now());
        put_alone(&mut turn.batch, record);
        if let Record::Asking { asking } = record
            && !asking.awaits_answer()
        {
            turn.batch.delete(tables::REQUESTS, &request_key(asking));
        }
        let mut arrival = None;
        match record {
            Record::Invite { id, invite } => self.used = Some((*id, invite.uses.is_some())),
            // The machine stores the use of an invitation right before whom it brought.
            Record::Customer { person, .. } => {
                self.welcome(*person);
                arrival = self.used.take();
                if let Some((invitation, _)) = arrival {
                    self.came(&invitation, person, turn)?;
                }
            }
            Record::Renewed { person, key } => {
                turn.batch.put(tables::RENEWED_KEYS, key, person);
            }
            Record::Erased { person, fields, originals } => {
                for field in fields {
                    turn.batch.erase(tables::HELD_VALUES, &(*person, *field));
                }
                for original in originals {
                    turn.batch.erase(tables::ORIGINAL_DISCLOSURES, &(*person, *original));
                }
            }
            Record::Value { person, held, before, .. } => {
                // The signed disclosure that held the value before goes with that value.
                if let Some(before) = before.filter(|before| *before != held.disclosure) {
                    turn.batch.erase(tables::ORIGINAL_DISCLOSURES, &(*person, before));
                }
                // Minutes before the floor were gone through: what is due at once is found in the present one.
                let minute = held.until.max(now.floor).0 / MINUTE_MS;
                turn.batch.put(tables::DUE_MINUTES, &(minute, *person), &());
            }
            Record::TakenUp { person, taken } => self.offer_taken(person, taken, turn)?,
            Record::Member { .. } | Record::Counted { .. } | Record::Tallied { .. } => self.keep_word(record, turn)?,
            Record::SegmentEnded { segment } => turn.batch.delete(tables::SEGMENTS, segment),
            Record::PiecesGone { person, id } => turn.batch.erase_group(tables::SENT_PIECES, &ItemName(*person, *id)),
            Record::SendingForgotten { person, id } => {
                turn.batch.erase(tables::SENT_ITEMS, &(*person, *id));
            }
            Record::Ended { person, links } => {
                for link in links {
                    turn.batch.delete(tables::TERMS, &(*person, Terms::Delegated(*link)));
                    turn.batch.delete(tables::TERMS, &(*person, Terms::Mandate(*link)));
                    turn.batch.delete(tables::TERMS, &(*person, Terms::Grant(*link)));
                    turn.batch.delete(tables::REVOCATIONS, &(*person, *link));
                }
            }
            _ => {}
        }
        if let Some(world) = self.world_of(record) {
            self.list(world, record, known, turn);
            let about = Thing::of(record);
            match (record, about) {
                (Record::Customer { person, .. }, _) => {
                    if let Some(arrival) = arrival {
                        self.label_arrival(world, *person, arrival, turn)?;
                    }
                }
                (Record::Asking { .. } | Record::Sending { .. }, Some(thing)) if !known => {
                    let label = self.making.take().unwrap_or_default();
                    self.put_label(world, thing, label, turn);
                }
                _ => {}
            }
            if let Some(happening) = happening::of(record, known, now.wall) {
                let label = about.map(|thing| self.label_told(thing)).transpose()?;
                self.tell(world, happening, label.as_ref(), turn)?;
            }
        }
        self.touched.extend(place(record).map(|place| place.untyped()));
        Ok(())
    }

    /// Was there such a record before? Asked of what can come twice.
    fn known(&self, record: &Record) -> Result<bool, Failure> {
        match place(record) {
            Some(place) if let Record::Asking { asking } = record => {
                let before = tables::REQUESTS.at(&request_key(asking));
                let touched = [&place, &before].into_iter().any(|at| self.touched.contains(&at.untyped()));
                Ok(touched || self.store.holds_at(&before)? || self.store.holds_at(&place)?)
            }
            Some(place)
                if matches!(
                    record,
                    Record::Grant { .. }
                        | Record::Revoked { .. }
                        | Record::Receipt { .. }
                        | Record::Delegated { .. }
                        | Record::Sending { .. }
                        | Record::Act { .. }
                ) =>
            {
                Ok(self.touched.contains(&place.untyped()) || self.store.holds_at(&place)?)
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
            | Record::Act { person, .. }
            | Record::Receipt { person, .. } => person,
            Record::Asking { asking } => &asking.request.person,
            _ => return None,
        };
        self.machine.customer(person).map(|customer| World::of(customer.test()))
    }

    /// Brings a person into memory; for a stranger nothing happens.
    pub(crate) fn load(&mut self, person: &PublicKey) -> Result<(), Failure> {
        self.load_many(std::slice::from_ref(person))
    }

    /// Brings persons into memory, by one question to the store. Who is there already is not read again.
    pub(super) fn load_many(&mut self, persons: &[PublicKey]) -> Result<(), Failure> {
        let new: BTreeSet<&PublicKey> = persons.iter().filter(|of| self.machine.customer(of).is_none()).collect();
        if new.is_empty() {
            return Ok(());
        }
        let asked: Vec<Asked> = new.iter().flat_map(|person| of_person(person)).collect();
        let found: Vec<Vec<Record>> = self.store.records_of_many(&asked)?;
        for of_one in found.chunks(OF_PERSON) {
            // On the relationship all others hang.
            if of_one.first().is_some_and(|relationship| !relationship.is_empty()) {
                of_one.iter().flatten().try_for_each(|record| restore(&mut self.machine, record, "of a person"))?;
            }
        }
        Ok(())
    }

    /// What a table holds of a person.
    fn load_all<K, S>(&mut self, table: Table<K, Record, S>, person: &PublicKey) -> Result<(), Failure>
    where
        K: Grouped<Group = PublicKey>,
    {
        for (_, record) in self.store.group(table, person)? {
            restore(&mut self.machine, &record, table.id().name())?;
        }
        Ok(())
    }

    /// Brings into memory what a message is about, beside its sender.
    pub(super) fn load_for(&mut self, person: &PublicKey, message: &ToSupplier) -> Result<(), Failure> {
        // These are answered to everybody alike.
        if matches!(message, ToSupplier::Hello | ToSupplier::Segments) {
            return Ok(());
        }
        self.load(person)?;
        match message {
            // The machine checks the signature; here the name only says what to look up.
            ToSupplier::Pair(pairing) => match pairing.clone().verify() {
                Ok(pairing) => self.load_invite(&pairing.invitation),
                Err(_) => Ok(()),
            },
            ToSupplier::Disclose(disclosure) => self.load_named(person, disclosure),
            ToSupplier::Renew(renewal) => match renewal.clone().verify() {
                Ok(renewal) => self.load(&renewal.person),
                Err(_) => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// The name of the relationship with the person who connects under this key: the one of the pairing.
    pub(super) fn person_of(&self, key: PublicKey) -> Result<PublicKey, Failure> {
        Ok(self.store.get(tables::RENEWED_KEYS, &key)?.unwrap_or(key))
    }

    /// Brings into memory what a reply is about, beside the person.
    pub(super) fn load_for_reply(
        &mut self,
        person: &PublicKey,
        parcel: &Parcel,
        reply: &PersonReply,
    ) -> Result<(), Failure> {
        self.load(person)?;
        if let Parcel::Request(id) = parcel {
            self.load_request(person, *id)?;
        }
        match reply {
            PersonReply::Answer(disclosure) => self.load_named(person, disclosure),
            _ => Ok(()),
        }
    }

    /// Brings into memory whether a disclosure came before, and which request it answers.
    fn load_named(&mut self, person: &PublicKey, disclosure: &Signed<Disclosure>) -> Result<(), Failure> {
        if let Some(request) = disclosure.request_named() {
            self.load_request(person, request)?;
        }
        self.load_received(person, disclosure.id())
    }

    /// Brings a request into memory that may be past.
    pub(crate) fn load_request(&mut self, person: &PublicKey, id: Nonce) -> Result<(), Failure> {
        let waits = self.machine.customer(person).is_none_or(|customer| customer.asking(&id).is_some());
        if !waits && let Some(record) = self.request(person, id)? {
            restore(&mut self.machine, &record, tables::PAST_REQUESTS.id().name())?;
        }
        Ok(())
    }

    /// A request to a person, waiting or past.
    pub(crate) fn asking(&mut self, person: &PublicKey, id: &Nonce) -> Result<Asking, Failure> {
        self.load(person)?;
        self.load_request(person, *id)?;
        let customer = self.machine.customer(person);
        customer.and_then(|customer| customer.asking(id)).cloned().ok_or_else(not_found)
    }

    /// Brings every request that a person was ever sent into memory.
    pub(crate) fn load_requests(&mut self, person: &PublicKey) -> Result<(), Failure> {
        self.load(person)?;
        self.load_all(tables::PAST_REQUESTS, person)
    }

    /// A request as it is stored, waiting or past.
    pub(crate) fn request(&self, person: &PublicKey, id: Nonce) -> Result<Option<Record>, Failure> {
        Ok(self.requests(&[(*person, id)])?.pop().flatten())
    }

    /// The same, where it may have been read ahead with others.
    pub(crate) fn request_ahead(&mut self, person: &PublicKey, id: Nonce) -> Result<Option<Record>, Failure> {
        match self.read_requests.remove(&(*person, id)) {
            Some(record) => Ok(Some(record)),
            None => self.request(person, id),
        }
    }

    /// Several of them, in their order, by one question to the store.
    pub(super) fn requests(&self, of: &[(PublicKey, Nonce)]) -> Result<Vec<Option<Record>>, Failure> {
        let asked = of.iter().flat_map(|(person, id)| {
            let key = (*person, RequestKey::Request(*id));
            [tables::REQUESTS.at(&key).asked(), tables::PAST_REQUESTS.at(&key).asked()]
        });
        let found: Vec<Vec<Record>> = self.store.records_of_many(&asked.collect::<Vec<_>>())?;
        Ok(found.chunks(2).map(|of_one| of_one.iter().flatten().next().cloned()).collect())
    }

    pub(crate) fn load_invite(&mut self, id: &Nonce) -> Result<(), Failure> {
        if self.machine.invite_made(id).is_none()
            && let Some(record) = self.store.get(tables::INVITATIONS, id)?
        {
            restore(&mut self.machine, &record, tables::INVITATIONS.id().name())?;
        }
        Ok(())
    }

    /// The floor goes back: the minutes from now on are to be gone through anew.
    pub(super) fn sweep_from(&self, now: Timestamp, turn: &mut Turn) {
        turn.batch.set(tables::DUE_SWEPT, &(now.0 / MINUTE_MS));
    }

    /// Every invitation that can still be answered.
    pub(super) fn load_invites(&mut self) -> Result<(), Failure> {
        let mut records = Vec::new();
        self.store.each(tables::INVITATIONS, |_, record| {
            records.push(record);
            std::ops::ControlFlow::Continue(())
        })?;
        let part = tables::INVITATIONS.id().name();
        records.iter().try_for_each(|record| restore(&mut self.machine, record, part))
    }

    fn load_received(&mut self, person: &PublicKey, disclosure: ObjectId) -> Result<(), Failure> {
        if self.machine.customer(person).is_some()
            && let Some(record) = self.store.get(tables::RECEIVED_DISCLOSURES, &(*person, disclosure))?
        {
            restore(&mut self.machine, &record, tables::RECEIVED_DISCLOSURES.id().name())?;
        }
        Ok(())
    }

    /// The values of a person as they are stored.
    pub(crate) fn stored_values(&self, person: &PublicKey) -> Result<Vec<Record>, Failure> {
        let rows: Vec<(_, Record)> = self.store.group(tables::HELD_VALUES, person)?;
        Ok(rows.into_iter().map(|(_, record)| record).collect())
    }

    /// One stored record of a person.
    pub(crate) fn record<I: Part, S>(
        &self,
        table: Table<(PublicKey, I), Record, S>,
        person: &PublicKey,
        item: I,
    ) -> Result<Option<Record>, Failure> {
        Ok(self.store.get(table, &(*person, item))?)
    }

    /// Brings the persons into memory of whom something is past its retention, and forgets the passed minutes.
    pub(super) fn load_due(&mut self, now: Timestamp, turn: &mut Turn) -> Result<(), Failure> {
        let current = now.0 / MINUTE_MS;
        let Some(first) = self.store.fact(tables::DUE_SWEPT)? else {
            turn.batch.set(tables::DUE_SWEPT, &current);
            return Ok(());
        };
        // A value may be due at once, so the present minute is looked at every time.
        let last = current.min(first.saturating_add(MINUTES_AT_ONCE));
        for minute in first..=last {
            for key in self.store.keys(tables::DUE_MINUTES, &minute)? {
                self.load(&key.1)?;
                // The present minute's stay: more may come to be due in it.
                if minute < current {
                    turn.batch.delete(tables::DUE_MINUTES, &key);
                }
            }
        }
        if last != first {
            turn.batch.set(tables::DUE_SWEPT, &last);
        }
        Ok(())
    }
}

/// How many questions are asked of the store for a person.
const OF_PERSON: usize = 10;

/// Those questions: the relationship, and what hangs on it.
fn of_person(person: &PublicKey) -> [Asked; OF_PERSON] {
    [
        tables::RELATIONSHIPS.at(person).asked(),
        tables::WITNESSED_HEADS.at(person).asked(),
        tables::RUNS.at(person).asked(),
        tables::TERMS.asked(person),
        tables::REVOCATIONS.asked(person),
        tables::REQUESTS.asked(person),
        tables::HELD_VALUES.asked(person),
        tables::RECEIPTS.asked(person),
        tables::SENT_ITEMS.asked(person),
        tables::ACTS.asked(person),
    ]
}

fn request_key(asking: &Asking) -> (PublicKey, RequestKey) {
    (asking.request.person, RequestKey::Request(asking.request.id))
}

/// Where a record stands; none for one that takes others off, and for those that stand by segment, where `patterns`
/// puts them.
fn place(record: &Record) -> Option<Spot<Record>> {
    Some(match record {
        Record::Profile { .. } => tables::PROFILE.at(),
        Record::Invite { id, .. } => tables::INVITATIONS.at(id),
        Record::Customer { person, .. } => tables::RELATIONSHIPS.at(person),
        Record::Head { person, .. } => tables::WITNESSED_HEADS.at(person),
        Record::Runs { person, .. } => tables::RUNS.at(person),
        Record::Grant { person, grant } => tables::TERMS.at(&(*person, Terms::Grant(grant.id()))),
        Record::Delegated { person, delegated } => tables::TERMS.at(&(*person, Terms::Delegated(delegated.id()))),
        Record::Mandate { person, mandate } => {
            let link = mandate.chain.links.last().map_or_else(|| mandate.chain.grant.id(), |link| link.id());
            tables::TERMS.at(&(*person, Terms::Mandate(link)))
        }
        Record::Renewed { person, key } => tables::TERMS.at(&(*person, Terms::Renewed(*key))),
        Record::Agreed { person, .. } => tables::TERMS.at(&(*person, Terms::Agreed)),
        Record::Revoked { person, grant, .. } => tables::REVOCATIONS.at(&(*person, *grant)),
        Record::Asking { asking } if asking.awaits_answer() => tables::REQUESTS.at(&request_key(asking)),
        Record::Asking { asking } => tables::PAST_REQUESTS.at(&request_key(asking)),
        Record::TakenUp { person, taken } => tables::PAST_REQUESTS.at(&(*person, RequestKey::TakenUp(taken.id()))),
        Record::Value { person, field, .. } => tables::HELD_VALUES.at(&(*person, *field)),
        Record::Received { person, received } => tables::RECEIVED_DISCLOSURES.at(&(*person, received.id)),
        Record::Original { person, disclosure } => tables::ORIGINAL_DISCLOSURES.at(&(*person, disclosure.id())),
        Record::Receipt { person, receipt, .. } => tables::RECEIPTS.at(&(*person, receipt.id())),
        Record::Sending { person, sending } => tables::SENT_ITEMS.at(&(*person, sending.id)),
        Record::Act { person, stored } => tables::ACTS.at(&(*person, stored.act.id())),
        Record::Segment { segment } => tables::SEGMENTS.at(&segment.id()),
        Record::Member { .. } | Record::Counted { .. } | Record::Tallied { .. } | Record::SegmentEnded { .. } => {
            return None;
        }
        Record::Erased { .. } | Record::Ended { .. } | Record::PiecesGone { .. } | Record::SendingForgotten { .. } => {
            return None;
        }
    })
}
