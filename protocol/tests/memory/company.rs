//! The host of a companion in tests. In: what followed of an input of the supplier machine. Out: what it said, in its order:
//! records, the answer to the frame in hand, everything else.

use regie_protocol::{
    PublicKey, Timestamp,
    departure::Departure,
    message::SupplierReply,
    supplier::{Effects, Host, Record},
};

/// Keeps everything in memory.
#[derive(Debug, Default, PartialEq)]
pub struct CompanyMemory {
    /// Every record since the beginning.
    pub records: Vec<Record>,
    /// The answer to the last frame, until it is taken.
    pub answer: Option<SupplierReply>,
    /// For whom there is something new.
    pub deliver: Vec<PublicKey>,
    /// Who stated which time.
    pub heard: Vec<(PublicKey, Timestamp)>,
    /// Who was shown that another run spoke last.
    pub contested: Vec<PublicKey>,
}

impl CompanyMemory {
    /// One that has kept these and nothing before.
    pub fn of(effects: Effects) -> Self {
        let mut memory = Self::default();
        effects.carry_out(&mut memory);
        memory
    }

    /// Keeps these too; the answer comes out, where they answer a frame.
    pub fn keep(&mut self, effects: Effects) -> Option<SupplierReply> {
        effects.carry_out(self);
        self.answer.take()
    }

    /// Was nothing to be done?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The value beside what followed, which is carried out and not looked at.
pub fn done<T>((value, effects): (T, Effects)) -> T {
    CompanyMemory::of(effects);
    value
}

impl Host for CompanyMemory {
    fn persist(&mut self, record: Record) {
        self.records.push(record);
    }

    fn reply(&mut self, reply: Departure<SupplierReply>) {
        assert!(self.answer.replace(reply.into_inner()).is_none(), "a frame is answered once");
    }

    fn deliver(&mut self, person: &PublicKey) {
        self.deliver.push(*person);
    }

    fn heard(&mut self, person: &PublicKey, at: Timestamp) {
        self.heard.push((*person, at));
    }

    fn contested(&mut self, person: &PublicKey) {
        self.contested.push(*person);
    }
}
