//! A pairing link.

use std::collections::BTreeMap;

use regie_protocol::{Days, check_words};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Companion, OnCompanion};
use crate::{
    clock,
    command::Failure,
    driver::Turn,
    supplier::{World, labels::Label},
    verb::Verb,
};

/// Most days that an invitation lives.
const DAYS: u32 = 366;

/// Makes an invitation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Invite {
    /// For any number of persons; otherwise for one.
    pub public: bool,
    /// For how many days, 1 to 366.
    pub days: Days,
    /// By what the company's other systems know it, and the person who comes by it; never sent to the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// An invitation, to give to a person.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct InvitationLink {
    /// `regie:pair?…`.
    pub link: String,
    /// Words to show beside it, for the person to compare.
    pub words: String,
    /// Until when it holds, RFC 3339.
    pub expires: String,
}

impl Verb for Invite {
    const NAME: &'static str = "invite";
    type Answer = InvitationLink;
}

impl OnCompanion for Invite {
    fn run(self, companion: &mut Companion, turn: &mut Turn) -> Result<InvitationLink, Failure> {
        let Self { public, days, reference } = self;
        if !(1..=DAYS).contains(&days.0) {
            return Err(Failure::usage(format!("an invitation lives 1 to {DAYS} days")));
        }
        let (uses, label) = ((!public).then_some(1), Label::new(reference, BTreeMap::new())?);
        let (invitation, expires) = companion.make_invitation(World::Live, uses, days, label, turn)?;
        let words = check_words(&invitation.supplier, &invitation.id).join(" ");
        Ok(InvitationLink { link: invitation.to_string(), words, expires: clock::text(expires) })
    }
}
