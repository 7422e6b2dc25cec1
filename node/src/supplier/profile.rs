//! What the company says of itself, changed while the companion runs, and the document for its domain. In: the owner's
//! word. Out: a newer signed profile, which everybody who asks gets from then on.

use std::collections::BTreeSet;

use regie_protocol::{
    KeyHistory, Profile, PublicKey,
    standing::{WELL_KNOWN, is_domain},
    supplier::SupplierError,
};
use serde_json::{Value, json};

use super::{Companion, records};
use crate::{
    clock,
    command::{Failure, NewProfile, parse},
    domain,
    driver::Turn,
};

impl Companion {
    /// Changes the profile; what is left out stays.
    pub(super) fn change_profile(&mut self, new: NewProfile, turn: &mut Turn) -> Result<Value, Failure> {
        let known = self.machine.profile().ok_or(SupplierError::BadProfile)?.clone();
        if new.revoke.contains(&known.supplier) {
            let next = "replace it: `regie supplier rotate-key`";
            return Err(Failure::usage(format!(
                "that is your company's key in force, which can't revoke itself; {next}"
            )));
        }
        let agreements: BTreeSet<_> = new.agreements.iter().map(|text| parse(text)).collect::<Result<_, _>>()?;
        let profile = Profile {
            name: new.name.unwrap_or_else(|| known.name.clone()),
            sector: new.sector.unwrap_or_else(|| known.sector.clone()),
            domain: new.domain.unwrap_or_else(|| known.domain.clone()),
            contact: new.contact.unwrap_or_else(|| known.contact.clone()),
            keys: revoking(&known.keys, new.revoke),
            agreements: if agreements.is_empty() { known.agreements.clone() } else { agreements },
            ..known.clone()
        };
        // Before anything changes in memory: what is refused here is not on disk either.
        check(&profile)?;
        if let Some(announce) = new.announce {
            self.net.announce = announce;
        }
        let profile = Profile { addresses: self.announced_now(turn)?, ..profile };
        if profile != known {
            self.renew_profile(profile, turn)?;
        }
        self.profile_json()
    }

    /// Commits to the key that alone may follow the one in force.
    pub(super) fn commit_next_key(
        &mut self,
        next: PublicKey,
        replace: bool,
        turn: &mut Turn,
    ) -> Result<Value, Failure> {
        let now = self.clock.now();
        records::put_all(&mut turn.batch, self.machine.commit_next(next, replace, now)?)?;
        Ok(json!({ "key": self.machine.key().public(), "next_key": next }))
    }

    /// The document that proves the domain, and where it belongs.
    pub(super) fn domain_document(&self) -> Result<Value, Failure> {
        let (signed, profile) = (self.machine.signed_profile(), self.machine.profile());
        let (Some(signed), Some(profile)) = (signed, profile) else { return Err(SupplierError::BadProfile.into()) };
        if profile.domain.is_empty() {
            let next = "name it first: `regie supplier set --domain DOMAIN`";
            return Err(Failure::usage(format!("the profile names no domain; {next}")));
        }
        let place = format!("https://{}{WELL_KNOWN}", profile.domain);
        Ok(json!({ "document": domain::document(signed)?, "place": place }))
    }

    fn profile_json(&self) -> Result<Value, Failure> {
        let profile = self.machine.profile().ok_or(SupplierError::BadProfile)?;
        let next = (!profile.domain.is_empty()).then(|| {
            format!("write the document anew (`regie supplier domain`) to https://{}{WELL_KNOWN}", profile.domain)
        });
        Ok(json!({
            "supplier": profile.supplier,
            "name": profile.name,
            "sector": profile.sector,
            "domain": profile.domain,
            "contact": profile.contact,
            "agreements": profile.agreements,
            "addresses": profile.addresses,
            "issued": clock::text(profile.issued),
            "next_key": profile.keys.next,
            "revoked": profile.keys.revoked,
            "next": next,
        }))
    }
}

fn revoking(keys: &KeyHistory, more: Vec<PublicKey>) -> KeyHistory {
    let mut keys = keys.clone();
    keys.revoked.extend(more);
    keys
}

/// Can a person's node take this profile, and look its domain up?
///
/// # Errors
/// What is wrong, in words.
pub fn check(profile: &Profile) -> Result<(), Failure> {
    if !profile.keys.well_formed() {
        let most = regie_protocol::limits::ROTATIONS;
        return Err(Failure::usage(format!("a company revokes at most {most} keys; nothing was changed")));
    }
    if !profile.well_formed() {
        return Err(Failure::usage(
            "a name is needed; name, sector, domain and contact are one line of at most 256 bytes each, without characters \
             that can't be seen",
        ));
    }
    if !profile.domain.is_empty() && !is_domain(&profile.domain) {
        let next = "write it as example.org, without https:// and in its ASCII form (xn--…)";
        return Err(Failure::usage(format!("'{}' is not the name of a domain; {next}", profile.domain)));
    }
    Ok(())
}
