//! The clock of the companion: shown, or said to be right by the company.

use regie_protocol::clock::Accepted;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{clock::Report, command, command::Failure, driver::Turn, supplier::records, verb::Verb};

/// Shows the clock, or accepts it as right.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// None to see it; true where the stored time may go back for it.
    pub accept: Option<bool>,
}

/// The clock, and what accepting it did.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct AcceptedClock {
    /// How it stands now.
    #[serde(flatten)]
    pub clock: Report,
    /// What changed; none where it was only shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
    /// How many invitations and segments ended for good by the time that was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitations_and_segments_ended: Option<usize>,
}

impl Verb for Clock {
    const NAME: &'static str = "clock";
    type Answer = AcceptedClock;
}

impl OnCompanion for Clock {
    /// Where the stored time goes back, what had ended by that time is ended for good first, in the same commit.
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<AcceptedClock, Failure> {
        let Some(sure) = self.accept else {
            let clock = companion.clock_report();
            return Ok(AcceptedClock { clock, accepted: None, invitations_and_segments_ended: None });
        };
        let mut ended = 0;
        if let Some(by) = companion.clock.behind() {
            if !sure {
                return Err(command::unsure_clock(by));
            }
            ended = companion.end_expired(turn)?;
        }
        let accepted = companion.clock.accept();
        records::put_clock(turn, &companion.clock);
        let clock = companion.clock_report();
        Ok(AcceptedClock { clock, accepted: Some(accepted), invitations_and_segments_ended: Some(ended) })
    }
}

impl Companion {
    pub(super) fn clock_report(&self) -> Report {
        self.clock.report("regie clock")
    }

    /// Ends for good what has ended by the stored time; how many invitations and segments those were.
    fn end_expired(&mut self, turn: &mut Turn) -> Result<usize, Failure> {
        let now = self.clock.now();
        self.load_due(now.floor, turn)?;
        self.load_invites()?;
        let (past, ended) = (self.machine.tick(now), self.machine.end_expired(now));
        self.run(past, None, turn)?;
        let count = self.run(ended, None, turn)?;
        self.sweep_from(now.wall, turn);
        Ok(count)
    }
}
