//! The clock of the companion: shown, or said to be right by the company.

use super::{AcceptedClock, Clock, Companion, OnCompanion};
use crate::{clock::Report, command, command::Failure, driver::Turn, supplier::records};

impl OnCompanion for Clock {
    /// Where the stored time goes back, what had ended by that time is ended for good first, in the same commit.
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<AcceptedClock, Failure> {
        let Some(sure) = self.accept else {
            return Ok(AcceptedClock::seen(companion.clock_report()));
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
        let seen = AcceptedClock::seen(companion.clock_report());
        Ok(AcceptedClock { accepted: Some(accepted), invitations_and_segments_ended: Some(ended), ..seen })
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
