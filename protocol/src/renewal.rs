//! A person goes by another key in one relationship from now on: one that was seen does not have to last.
//!
//! In: the key there is. Out: a signed successor, sent over a line of the key before and signed by the one after, so that
//! the supplier knows both to be the person's. Nothing else of the relationship changes.

use serde::{Deserialize, Serialize};

use crate::{identity::PublicKey, signed::Object, time::Timestamp};

/// The person's word that another key of theirs takes the place of the one before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renewal {
    /// The person's key from now on; signs this.
    pub person: PublicKey,
    /// The key before, under which it is sent.
    pub follows: PublicKey,
    /// The supplier to which the person goes by another key.
    pub supplier: PublicKey,
    /// When it was made.
    pub at: Timestamp,
}

impl Object for Renewal {
    const TAG: &'static str = "regie.renewal/1";
    fn signer(&self) -> &PublicKey {
        &self.person
    }
}
