//! The hosts of tests: a person's here, a companion's (`company`) and a board's (`board`). In: values, and which of them can't be read. Out: what the machine said, in its order: records,
//! the answer to the frame in hand, everything else.

#![allow(
    dead_code,
    unused_imports,
    missing_docs,
    reason = "each of those who include this needs a part of it, and the hints are the host's calls"
)]

mod board;
mod company;

use std::collections::{BTreeMap, BTreeSet};

pub use board::BoardMemory;
pub use company::{CompanyMemory, done};
use regie_protocol::{
    Entropy, FieldPath, ObjectId, Observed, PublicKey, Timestamp,
    audit::Event,
    decision::Release,
    departure::Departure,
    message::{PersonReply, ToSupplier},
    person::{Correcting, Host, Record, Unreadable},
};

/// What needs no answer and is no record.
#[derive(Clone, Debug)]
pub enum Hint {
    Unreadable(PublicKey, BTreeSet<FieldPath>),
    Deliver(PublicKey),
    Heard(PublicKey, Timestamp),
    Happened(Timestamp, Event),
    Correct(Correcting),
    Segments(PublicKey),
    KeyRenewed(PublicKey),
    Board(ObjectId),
    Meet(PublicKey),
    Superseded,
    ShowGrowth { supplier: PublicKey, from: u64, to: u64 },
}

/// Keeps everything in memory.
#[derive(Default)]
pub struct Memory {
    /// What the person holds.
    pub values: BTreeMap<FieldPath, Observed>,
    /// Fields whose bytes are damaged.
    pub damaged: BTreeSet<FieldPath>,
    /// Every record since the beginning.
    pub records: Vec<Record>,
    /// The answer to the last frame, until it is taken.
    pub answer: Option<PersonReply>,
    /// Everything else, until it is taken.
    pub hints: Vec<Hint>,
    /// How often bytes were drawn.
    pub drawn: u64,
    salt: u8,
}

impl Memory {
    /// Whose random bytes differ from those of hosts with another salt.
    pub fn new(salt: u8) -> Self {
        Self { salt, ..Self::default() }
    }

    /// How many disclosures are among the records from this one on?
    pub fn disclosed_since(&self, records: usize) -> usize {
        let told = |record: &&Record| matches!(record, Record::Outgoing { message: ToSupplier::Disclose(_), .. });
        self.records[records..].iter().filter(told).count()
    }

    /// The same random bytes never come twice.
    pub fn draw(&mut self) -> Entropy {
        self.drawn += 1;
        let mut seed = [self.salt; 32];
        seed[..8].copy_from_slice(&self.drawn.to_be_bytes());
        Entropy::new(seed)
    }
}

impl Host for Memory {
    fn entropy(&mut self) -> Entropy {
        self.draw()
    }

    fn persist(&mut self, record: Record) {
        self.records.push(record);
    }

    fn readable(&mut self, field: FieldPath) -> Result<(), Unreadable> {
        if self.damaged.contains(&field) { Err(Unreadable) } else { Ok(()) }
    }

    fn value(&mut self, _: &PublicKey, release: &Release) -> Result<Option<Observed>, Unreadable> {
        self.readable(release.field())?;
        Ok(self.values.get(&release.field()).cloned())
    }

    fn reply(&mut self, reply: Departure<PersonReply>) {
        assert!(self.answer.replace(reply.into_inner()).is_none(), "a frame is answered once");
    }

    fn unreadable(&mut self, supplier: &PublicKey, fields: &BTreeSet<FieldPath>) {
        self.hints.push(Hint::Unreadable(*supplier, fields.clone()));
    }

    fn deliver(&mut self, supplier: &PublicKey) {
        self.hints.push(Hint::Deliver(*supplier));
    }

    fn heard(&mut self, supplier: &PublicKey, at: Timestamp) {
        self.hints.push(Hint::Heard(*supplier, at));
    }

    fn happened(&mut self, at: Timestamp, event: &Event) {
        self.hints.push(Hint::Happened(at, event.clone()));
    }

    fn correct(&mut self, correcting: Correcting) {
        self.hints.push(Hint::Correct(correcting));
    }

    fn segments(&mut self, supplier: &PublicKey) {
        self.hints.push(Hint::Segments(*supplier));
    }

    fn key_renewed(&mut self, supplier: &PublicKey) {
        self.hints.push(Hint::KeyRenewed(*supplier));
    }

    fn board(&mut self, intent: &ObjectId) {
        self.hints.push(Hint::Board(*intent));
    }

    fn meet(&mut self, processor: &PublicKey) {
        self.hints.push(Hint::Meet(*processor));
    }

    fn silent(&mut self) {
        self.hints.push(Hint::Superseded);
    }

    fn show_growth(&mut self, supplier: &PublicKey, from: u64, to: u64) {
        self.hints.push(Hint::ShowGrowth { supplier: *supplier, from, to });
    }
}
