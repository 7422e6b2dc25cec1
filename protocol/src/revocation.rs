//! What a person has withdrawn, and the proof of it for the supplier. In: grant names. Out: signed notices.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    identity::PublicKey,
    signed::{Object, ObjectId},
    time::Timestamp,
};

/// Tells a supplier that a grant is at an end, and whether what it gave must be erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// The person's key for this relationship; signs this.
    pub person: PublicKey,
    /// The supplier it concerns.
    pub supplier: PublicKey,
    /// The grant; everything derived from it ends too.
    pub grant: ObjectId,
    /// When it took effect.
    pub at: Timestamp,
    /// Must the supplier delete what the grant gave?
    pub erase: bool,
}

impl Object for Revocation {
    const TAG: &'static str = "regie.revocation/1";
    fn signer(&self) -> &PublicKey {
        &self.person
    }
}

/// The grants that are at an end. It only grows.
#[derive(Clone, Debug, Default)]
pub struct Revoked(BTreeSet<ObjectId>);

impl Revoked {
    /// Adds one; false where it stood there already.
    pub fn add(&mut self, grant: ObjectId) -> bool {
        self.0.insert(grant)
    }

    /// Is this one at an end?
    #[must_use]
    pub fn has(&self, grant: &ObjectId) -> bool {
        self.0.contains(grant)
    }
}
