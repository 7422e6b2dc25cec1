//! Everything a company can ask of its companion: one verb, one file, with its words, its answer and what it does.
//!
//! In: verbs, at the company's [`Desk`]. Out: typed answers, once what a verb changed is on disk. `verbs.rs` has the list;
//! most verbs are done on the driver's thread ([`OnCompanion`]); those that speak with others before are `Conduct` by
//! themselves.

mod check_forwarders;
mod clock;
mod status;

use super::{Companion, Desk};
use crate::{
    backup::{TakeRows, TakenRows},
    command::{Command, Failure},
    driver::Turn,
    verb::{Conduct, Stop, Stopped, Verb, verbs},
};

pub use check_forwarders::CheckForwarders;
pub use clock::{AcceptedClock, Clock};
pub use status::{CompanionStatus, Forwarder, Status};

verbs! {
    /// A verb of a companion.
    CompanionCommand at Desk, else "this home is a supplier's; that command is for a person's node (`regie init`)" {
        Backup: TakeRows,
        CheckForwarders: CheckForwarders,
        Clock: Clock,
        Status: Status,
        Stop: Stop,
    }
}

impl crate::verb::Desk for Desk {
    type Command = CompanionCommand;

    async fn legacy(&self, command: Command) -> Result<serde_json::Value, Failure> {
        self.call(move |companion, turn| companion.command(command, turn)).await
    }
}

/// A verb that is done on the thread of the companion's driver, between other turns.
pub trait OnCompanion: Verb {
    /// Does it. Where it fails nothing of it is kept.
    ///
    /// # Errors
    /// Why it was not done, with the next step.
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<Self::Answer, Failure>;
}

impl OnCompanion for Stop {
    fn run(self, companion: &mut Companion, _: &mut Turn) -> Result<Stopped, Failure> {
        companion.stops = true;
        Ok(Stopped { stopped: true })
    }
}

impl OnCompanion for TakeRows {
    fn run(self, companion: &mut Companion, _: &mut Turn) -> Result<TakenRows, Failure> {
        Ok(TakenRows { rows: crate::backup::rows(&*companion.store)? })
    }
}

impl<V: OnCompanion> Conduct<Desk> for V {
    async fn conduct(self, desk: &Desk) -> Result<V::Answer, Failure> {
        desk.call(move |companion, turn| self.run(companion, turn)).await
    }
}

impl Desk {
    /// Asks the companion; the answer comes when what it changed is on disk.
    ///
    /// # Errors
    /// What the verb says, or that the companion is stopping.
    pub async fn ask<V: Conduct<Self>>(&self, verb: V) -> Result<V::Answer, Failure> {
        verb.conduct(self).await
    }
}
