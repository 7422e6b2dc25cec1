//! What a company may say of itself. In: a profile. Out: what is wrong with it, in words.

use regie_protocol::{Profile, standing::is_domain};

use crate::command::Failure;

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
