//! Who a supplier says it is, and how a person and a supplier come together.
//!
//! In: a supplier's profile and invitation, a person's proffer. Out: signed objects of both, and the
//! `regie:pair?…` link.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    agreement::Agreement,
    coded::coded,
    field::FieldPath,
    identity::{Nonce, PublicKey},
    limits,
    purpose::Purpose,
    rotation::KeyHistory,
    signed::{Object, ObjectId, Signed},
    time::{Days, Timestamp},
    wire,
};

pub use crate::text::plain_line;

/// One thing a supplier would like to know, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// The fields that are wanted.
    pub fields: BTreeSet<FieldPath>,
    /// What they are wanted for.
    pub purpose: Purpose,
    /// The reason in plain words.
    pub reason: String,
    /// How long a value is kept.
    pub retention: Days,
}

/// A supplier's signed description of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The supplier's key; signs this and every request.
    pub supplier: PublicKey,
    /// The legal name of the company.
    pub name: String,
    /// What it does: `energy`, `retail`, `government`.
    pub sector: String,
    /// Internet domain it claims. Not proven by this object.
    pub domain: String,
    /// Where a person can ask a question.
    pub contact: String,
    /// What it wants.
    pub wishes: Vec<Wish>,
    /// Agreements it accepts.
    pub agreements: BTreeSet<Agreement>,
    /// Network addresses (multiaddr).
    pub addresses: Vec<String>,
    /// The keys before this one, and the one that may follow.
    #[serde(default, skip_serializing_if = "KeyHistory::is_empty")]
    pub keys: KeyHistory,
    /// Does it keep a board, where people hang what they want?
    #[serde(default, skip_serializing_if = "is_no")]
    pub board: bool,
    /// When it was made; the newest holds.
    pub issued: Timestamp,
}

/// Is it the case that is left out?
#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_no(said: &bool) -> bool {
    !said
}

impl Object for Profile {
    const TAG: &'static str = "regie.profile/1";
    fn signer(&self) -> &PublicKey {
        &self.supplier
    }
}

impl Profile {
    /// Within the bounds, and without characters that could disguise a line of text.
    #[must_use]
    pub fn well_formed(&self) -> bool {
        [&self.name, &self.sector, &self.domain, &self.contact].into_iter().all(|t| plain_line(t, limits::NAME_BYTES))
            && !self.name.trim().is_empty()
            && self.wishes.len() <= limits::WISHES
            && self.wishes.iter().all(|w| w.fields.len() <= limits::FIELDS && plain_line(&w.reason, limits::TEXT_BYTES))
            && self.addresses.len() <= limits::ADDRESSES
            && self.addresses.iter().all(|a| plain_line(a, limits::NAME_BYTES))
            && self.keys.well_formed()
    }
}

/// A person's wish to have a relationship, under the key made for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pairing {
    /// The person's key for this relationship.
    pub person: PublicKey,
    /// The supplier it is meant for.
    pub supplier: PublicKey,
    /// The invitation it answers.
    pub invitation: Nonce,
    /// The agreement the person proffers (IEEE 7012).
    pub proffer: Agreement,
    /// The supplier's alternative that this takes up; none in a first proffer.
    pub alternative: Option<ObjectId>,
    /// When it was made.
    pub at: Timestamp,
}

impl Object for Pairing {
    const TAG: &'static str = "regie.pairing/1";
    fn signer(&self) -> &PublicKey {
        &self.person
    }
}

/// The supplier's one other proposal from the roster (IEEE 7012), where it does not accept what was proffered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// The supplier that signs this.
    pub supplier: PublicKey,
    /// The person's key.
    pub person: PublicKey,
    /// The pairing that it answers.
    pub pairing: ObjectId,
    /// The agreement it would accept.
    pub agreement: Agreement,
    /// When it was made.
    pub at: Timestamp,
}

impl Object for Alternative {
    const TAG: &'static str = "regie.alternative/1";
    fn signer(&self) -> &PublicKey {
        &self.supplier
    }
}

/// What both sides keep of their agreement: the same two signed records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreed {
    /// What the person proffered.
    pub pairing: Signed<Pairing>,
    /// What the supplier accepted.
    pub acceptance: Signed<Acceptance>,
}

/// The supplier's answer to a [`Pairing`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The supplier that signs this.
    pub supplier: PublicKey,
    /// The person's key.
    pub person: PublicKey,
    /// The pairing that it accepts.
    pub pairing: ObjectId,
    /// The agreement that holds: the proffered one, or one no looser.
    pub agreement: Agreement,
    /// When it was made.
    pub at: Timestamp,
}

impl Object for Acceptance {
    const TAG: &'static str = "regie.acceptance/1";
    fn signer(&self) -> &PublicKey {
        &self.supplier
    }
}

/// What stands in a pairing link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// The company that invites.
    pub supplier: PublicKey,
    /// Tells this invitation from the others of the company.
    pub id: Nonce,
    /// Where to dial.
    pub addresses: Vec<String>,
}

/// Text that is not a pairing link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a pairing link")]
pub struct BadLink;

coded! {
    BadLink, "link";
    Self => "not_for_pairing";
}

const LINK: &str = "regie:pair?v=1&d=";

impl fmt::Display for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = wire::encode(self).map_err(|_| fmt::Error)?;
        write!(f, "{LINK}{}", data_encoding::BASE64URL_NOPAD.encode(&bytes))
    }
}

impl FromStr for Invitation {
    type Err = BadLink;
    fn from_str(text: &str) -> Result<Self, BadLink> {
        let data = text.trim().strip_prefix(LINK).ok_or(BadLink)?;
        let bytes = data_encoding::BASE64URL_NOPAD.decode(data.as_bytes()).map_err(|_| BadLink)?;
        let invitation: Self = wire::decode(&bytes, 4 * limits::TEXT_BYTES).map_err(|_| BadLink)?;
        let fits = (1..=limits::ADDRESSES).contains(&invitation.addresses.len());
        if fits { Ok(invitation) } else { Err(BadLink) }
    }
}
