//! The clock of the node: shown, or said to be right by its owner.

use regie_protocol::person::Input;

use super::{AcceptedClock, Clock, Node, OnNode};
use crate::{command, command::Failure, driver::Turn, person::records};

impl OnNode for Clock {
    /// Where the stored time goes back, what had ended by that time is ended for good first, in the same commit.
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<AcceptedClock, Failure> {
        let Some(sure) = self.accept else {
            return Ok(AcceptedClock::seen(node.clock_report()));
        };
        let mut ended = 0;
        if let Some(by) = node.clock.behind() {
            if !sure {
                return Err(command::unsure_clock(by));
            }
            ended = node.give(Input::EndExpired, turn)?.revoked;
        }
        let accepted = node.clock.accept();
        records::put_clock(turn, &node.clock);
        let seen = AcceptedClock::seen(node.clock_report());
        Ok(AcceptedClock { accepted: Some(accepted), grants_ended: Some(ended), ..seen })
    }
}
