//! How many persons may come by public invitations in an hour. In: the company's word on it, who comes by which invitation
//! and whence. Out: welcome, or [`Refusal::RateLimited`], which passes by itself.
//!
//! An invitation for so many persons is bounded by that. A public one is not, and keys are free: without a bound one
//! machine makes a thousand relationships in a minute. Whence somebody comes is remembered for an hour, in memory only.

use serde::{Deserialize, Serialize};

use crate::{
    identity::Nonce,
    limits,
    rate::{Meter, Meters, Rate, Source},
    refusal::Refusal,
    time::Timestamp,
};

/// How many relationships public invitations make in an hour: so many may also come at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairingBounds {
    /// By one invitation.
    pub per_invitation: u32,
    /// By all of them together.
    pub in_all: u32,
    /// Of those, from one source ([`Source`]).
    pub per_source: u32,
}

impl Default for PairingBounds {
    fn default() -> Self {
        Self {
            per_invitation: limits::PAIRINGS_PER_INVITATION,
            in_all: limits::PAIRINGS_IN_ALL,
            per_source: limits::PAIRINGS_PER_SOURCE,
        }
    }
}

/// Which bound somebody met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TurnedAway {
    /// How many were told to come later since this companion began.
    pub times: u64,
    /// When that was last.
    pub last: Option<Timestamp>,
}

pub(super) struct Pairings {
    pub(super) bounds: PairingBounds,
    invitations: Meters<Nonce>,
    sources: Meters<Source>,
    in_all: Meter,
    pub(super) turned_away: TurnedAway,
}

impl Default for Pairings {
    fn default() -> Self {
        Self {
            bounds: PairingBounds::default(),
            invitations: Meters::new(limits::METERS),
            sources: Meters::new(limits::METERS),
            in_all: Meter::default(),
            turned_away: TurnedAway::default(),
        }
    }
}

impl Pairings {
    /// Takes a place of this public invitation.
    pub(super) fn take(&mut self, invitation: &Nonce, source: Option<Source>, now: Timestamp) -> Result<(), Refusal> {
        let PairingBounds { per_invitation, in_all, per_source } = self.bounds;
        // The narrowest first: what a crowd from one place is refused takes nothing from others.
        let fits = source.is_none_or(|source| self.sources.take(&source, Rate::hourly(per_source), now))
            && self.invitations.take(invitation, Rate::hourly(per_invitation), now)
            && self.in_all.take(Rate::hourly(in_all), 1, now);
        if fits {
            return Ok(());
        }
        self.turned_away = TurnedAway { times: self.turned_away.times.saturating_add(1), last: Some(now) };
        Err(Refusal::RateLimited)
    }
}
