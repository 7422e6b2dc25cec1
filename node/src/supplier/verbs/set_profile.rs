//! What the company says of itself, changed.

use std::collections::BTreeSet;

use regie_protocol::{Agreement, KeyHistory, Profile, PublicKey, standing::WELL_KNOWN, supplier::SupplierError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{clock, command::Failure, driver::Turn, network::Address, supplier::check_profile, verb::Verb};

/// Changes the profile; what is left out stays.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetProfile {
    /// What changes.
    pub profile: NewProfile,
}

/// What a company says of itself anew; what is left out stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProfile {
    /// Legal name.
    pub name: Option<String>,
    /// Sector.
    pub sector: Option<String>,
    /// Internet domain; empty for none.
    pub domain: Option<String>,
    /// Where a person can ask a question.
    pub contact: Option<String>,
    /// The agreements to accept; none to leave them.
    pub agreements: BTreeSet<Agreement>,
    /// Under which addresses others reach the companion, as multiaddrs; none of them for those of its machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<String>>")]
    pub announce: Option<Vec<Address>>,
    /// Keys that speak for the company no longer, beside those that it revoked before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub revoke: Vec<PublicKey>,
}

/// What the company says of itself now.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct OwnProfile {
    /// The company's key in force.
    pub supplier: PublicKey,
    /// Legal name.
    pub name: String,
    /// Sector.
    pub sector: String,
    /// Internet domain; empty for none.
    pub domain: String,
    /// Where a person can ask a question.
    pub contact: String,
    /// The agreements that it accepts.
    pub agreements: BTreeSet<Agreement>,
    /// Under which addresses others reach it, as multiaddrs.
    pub addresses: Vec<String>,
    /// When it was signed, RFC 3339.
    pub issued: String,
    /// The key that alone may follow the one in force.
    pub next_key: Option<PublicKey>,
    /// Keys that speak for the company no longer.
    pub revoked: BTreeSet<PublicKey>,
    /// What is left to do; none where the profile names no domain.
    pub next: Option<String>,
}

impl Verb for SetProfile {
    const NAME: &'static str = "set_profile";
    type Answer = OwnProfile;
}

impl OnCompanion for SetProfile {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<OwnProfile, Failure> {
        let known = companion.machine.profile().ok_or(SupplierError::BadProfile)?.clone();
        if self.profile.revoke.contains(&known.supplier) {
            let next = "replace it: `regie supplier rotate-key`";
            return Err(Failure::usage(format!(
                "that is your company's key in force, which can't revoke itself; {next}"
            )));
        }
        let announce = self.profile.announce.clone();
        let profile = self.profile.over(&known);
        // Before anything changes in memory: what is refused here is not on disk either.
        check_profile(&profile)?;
        if let Some(announce) = announce {
            companion.net.announce = announce;
        }
        let profile = Profile { addresses: companion.announced_now(turn)?, ..profile };
        if profile != known {
            companion.renew_profile(profile, turn)?;
        }
        companion.machine.profile().map(OwnProfile::of).ok_or_else(|| SupplierError::BadProfile.into())
    }
}

impl NewProfile {
    /// The profile with these words in place of those that it had.
    fn over(self, known: &Profile) -> Profile {
        Profile {
            name: self.name.unwrap_or_else(|| known.name.clone()),
            sector: self.sector.unwrap_or_else(|| known.sector.clone()),
            domain: self.domain.unwrap_or_else(|| known.domain.clone()),
            contact: self.contact.unwrap_or_else(|| known.contact.clone()),
            keys: revoking(&known.keys, self.revoke),
            agreements: if self.agreements.is_empty() { known.agreements.clone() } else { self.agreements },
            ..known.clone()
        }
    }
}

impl OwnProfile {
    fn of(profile: &Profile) -> Self {
        let next = (!profile.domain.is_empty()).then(|| {
            format!("write the document anew (`regie supplier domain`) to https://{}{WELL_KNOWN}", profile.domain)
        });
        Self {
            supplier: profile.supplier,
            name: profile.name.clone(),
            sector: profile.sector.clone(),
            domain: profile.domain.clone(),
            contact: profile.contact.clone(),
            agreements: profile.agreements.clone(),
            addresses: profile.addresses.clone(),
            issued: clock::text(profile.issued),
            next_key: profile.keys.next,
            revoked: profile.keys.revoked.clone(),
            next,
        }
    }
}

fn revoking(keys: &KeyHistory, more: Vec<PublicKey>) -> KeyHistory {
    let mut keys = keys.clone();
    keys.revoked.extend(more);
    keys
}
