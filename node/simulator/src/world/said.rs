//! The host of a supplier's machine and of the board in a simulation. In: what followed of an input. Out: what the machine
//! said, to be carried out when it is free again. What waits is sent by the next flush, and no record outlives the machine.

use regie_protocol::{
    board,
    departure::Departure,
    message::{BoardReply, SupplierReply},
    supplier,
};

/// What one of the two said to one input.
#[derive(Debug)]
pub struct Said<Record, Reply> {
    /// The records, in order.
    pub records: Vec<Record>,
    /// The answer to the frame in hand.
    pub reply: Option<Reply>,
}

impl<Record, Reply> Said<Record, Reply> {
    fn nothing() -> Self {
        Self { records: Vec::new(), reply: None }
    }
}

/// What a supplier's machine said.
pub fn by_supplier(effects: supplier::Effects) -> Said<supplier::Record, SupplierReply> {
    let mut said = Said::nothing();
    effects.carry_out(&mut said);
    said
}

/// What the board said.
pub fn by_board(effects: board::Effects) -> Said<board::Record, BoardReply> {
    let mut said = Said::nothing();
    effects.carry_out(&mut said);
    said
}

impl supplier::Host for Said<supplier::Record, SupplierReply> {
    fn persist(&mut self, record: supplier::Record) {
        self.records.push(record);
    }

    fn reply(&mut self, reply: Departure<SupplierReply>) {
        self.reply = Some(reply.into_inner());
    }
}

impl board::Host for Said<board::Record, BoardReply> {
    fn persist(&mut self, record: board::Record) {
        self.records.push(record);
    }

    fn reply(&mut self, reply: Departure<BoardReply>) {
        self.reply = Some(reply.into_inner());
    }
}
