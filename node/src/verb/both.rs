//! The verbs that both roles know: their words and answers. Each role says in its own list what it does for them.

use regie_protocol::clock::Accepted;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Verb;
use crate::clock::Report;

/// Ends the process, once what was begun is on disk.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stop {}

/// It ends.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Stopped {
    /// Always true.
    pub stopped: bool,
}

impl Verb for Stop {
    const NAME: &'static str = "stop";
    type Answer = Stopped;
}

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
    /// How many grants of a person ended for good by the time that was given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants_ended: Option<usize>,
    /// How many invitations and segments of a company did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitations_and_segments_ended: Option<usize>,
}

impl Verb for Clock {
    const NAME: &'static str = "clock";
    type Answer = AcceptedClock;
}

impl AcceptedClock {
    /// As it stands, where it was only looked at.
    pub(crate) fn seen(clock: Report) -> Self {
        Self { clock, accepted: None, grants_ended: None, invitations_and_segments_ended: None }
    }
}
