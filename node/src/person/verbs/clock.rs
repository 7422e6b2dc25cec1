//! The clock of the node: shown, or said to be right by its owner.

use regie_protocol::{clock::Accepted, person::Input};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{clock::Report, command, command::Failure, driver::Turn, person::records, verb::Verb};

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
    /// What changed: `nothing`, `jump` or `back`; none where it was only shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
    /// How many grants ended for good by the time that was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants_ended: Option<usize>,
}

impl Verb for Clock {
    const NAME: &'static str = "clock";
    type Answer = AcceptedClock;
}

impl OnNode for Clock {
    /// Where the stored time goes back, what had ended by that time is ended for good first, in the same commit.
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<AcceptedClock, Failure> {
        let Some(sure) = self.accept else {
            return Ok(AcceptedClock { clock: node.clock_report(), accepted: None, grants_ended: None });
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
        Ok(AcceptedClock { clock: node.clock_report(), accepted: Some(accepted), grants_ended: Some(ended) })
    }
}
