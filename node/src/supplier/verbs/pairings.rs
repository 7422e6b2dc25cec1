//! How many people may come by public invitations in an hour, and how many were told to come later.

use regie_protocol::{limits, supplier::PairingBounds};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{clock, command::Failure, driver::Turn, supplier::tables, verb::Verb};

/// Shows the bounds; changes those that are said.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pairings {
    /// An hour, by one public invitation.
    #[serde(default)]
    pub per_invitation: Option<u32>,
    /// An hour, by all of them together.
    #[serde(default)]
    pub in_all: Option<u32>,
    /// An hour, of those from one source: the first 24 bits of an IPv4 address, or 48 of an IPv6 address.
    #[serde(default)]
    pub per_source: Option<u32>,
}

/// The bounds that hold now.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct HeldPairings {
    /// An hour, by one public invitation.
    pub per_invitation: u32,
    /// An hour, by all of them together.
    pub in_all: u32,
    /// An hour, of those from one source.
    pub per_source: u32,
    /// How many were told to come later since this companion began; their nodes try again by themselves.
    pub told_later: u64,
    /// When that was last, RFC 3339.
    pub last_told: Option<String>,
}

impl Verb for Pairings {
    const NAME: &'static str = "pairings";
    type Answer = HeldPairings;
}

impl OnCompanion for Pairings {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<HeldPairings, Failure> {
        let (before, told) = companion.pairings();
        let bounds = PairingBounds {
            per_invitation: self.per_invitation.unwrap_or(before.per_invitation),
            in_all: self.in_all.unwrap_or(before.in_all),
            per_source: self.per_source.unwrap_or(before.per_source),
        };
        let PairingBounds { per_invitation, in_all, per_source } = bounds;
        if [per_invitation, in_all, per_source].into_iter().any(|bound| !(1..=limits::PAIRINGS_MOST).contains(&bound)) {
            let next = "nobody comes any more by an invitation whose days are over";
            return Err(Failure::usage(format!("a bound is 1 to {} an hour; {next}", limits::PAIRINGS_MOST)));
        }
        if bounds != before {
            turn.batch.set(tables::PAIRINGS, &bounds);
            companion.machine.bound_pairings(bounds);
        }
        let last_told = told.last.map(clock::text);
        Ok(HeldPairings { per_invitation, in_all, per_source, told_later: told.times, last_told })
    }
}
