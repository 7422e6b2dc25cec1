//! A supplier's request for fields. In: what it asks and why. Out: the signed object.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    field::AskedPath,
    grant::{Access, Chain},
    identity::{Nonce, PublicKey},
    purpose::Purpose,
    signed::Object,
    time::{Days, Timestamp},
};

/// Asks a person for fields. Carries the chains it relies on; without one it asks for a grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataRequest {
    /// Fresh for every request; used once.
    pub id: Nonce,
    /// Who asks; signs this.
    pub supplier: PublicKey,
    /// The person asked, by the key of this relationship.
    pub person: PublicKey,
    /// When it was sent, by the supplier's clock.
    pub at: Timestamp,
    /// The fields that are asked for; one that nobody knows is refused by itself.
    pub fields: BTreeSet<AskedPath>,
    /// What they are asked for.
    pub purpose: Purpose,
    /// Why, in plain words.
    pub reason: String,
    /// How it wants to have them.
    pub access: Access,
    /// How long it wants the grant to live.
    pub duration: Days,
    /// How long it will keep a value.
    pub retention: Days,
    /// How many steps below it processors may go under the grant it asks for; 0 for none.
    pub delegations: u8,
    /// The delegated grants it shows. The person's node knows its own grants without being shown them.
    pub chains: Vec<Chain>,
}

impl Object for DataRequest {
    const TAG: &'static str = "regie.request/1";
    fn signer(&self) -> &PublicKey {
        &self.supplier
    }
}
