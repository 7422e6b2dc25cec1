//! The host of a board in tests. In: what followed of an input of the board. Out: what it said, in its order: records, and
//! the answer to the frame in hand.

use regie_protocol::{
    board::{Effects, Host, Record},
    departure::Departure,
    message::BoardReply,
};

/// Keeps everything in memory.
#[derive(Debug, Default)]
pub struct BoardMemory {
    /// Every record since the beginning.
    pub records: Vec<Record>,
    /// The answer to the last frame, until it is taken.
    pub answer: Option<BoardReply>,
}

impl BoardMemory {
    /// One that has kept these and nothing before.
    pub fn of(effects: Effects) -> Self {
        let mut memory = Self::default();
        effects.carry_out(&mut memory);
        memory
    }

    /// Keeps these too; the answer comes out, where they answer a frame.
    pub fn keep(&mut self, effects: Effects) -> Option<BoardReply> {
        effects.carry_out(self);
        self.answer.take()
    }
}

impl Host for BoardMemory {
    fn persist(&mut self, record: Record) {
        self.records.push(record);
    }

    fn reply(&mut self, reply: Departure<BoardReply>) {
        assert!(self.answer.replace(reply.into_inner()).is_none(), "a frame is answered once");
    }
}
