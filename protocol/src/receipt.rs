//! What a supplier signs for: that a disclosure arrived, that values were erased. In: facts. Out: objects.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    field::FieldPath,
    identity::PublicKey,
    signed::{Object, ObjectId},
    time::Timestamp,
};

/// A disclosure arrived and was stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// Who took it; signs this.
    pub supplier: PublicKey,
    /// The person whose disclosure it was.
    pub person: PublicKey,
    /// The disclosure that arrived.
    pub disclosure: ObjectId,
    /// When it was stored.
    pub at: Timestamp,
}

impl Object for Acknowledgement {
    const TAG: &'static str = "regie.acknowledgement/1";
    fn signer(&self) -> &PublicKey {
        &self.supplier
    }
}

/// The supplier declares that it has erased what a grant gave: because it was revoked, or because its retention
/// ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureReceipt {
    /// Who erased; signs this.
    pub supplier: PublicKey,
    /// The person whose values were erased.
    pub person: PublicKey,
    /// The grant under which they were held.
    pub grant: ObjectId,
    /// The revocation it answers; none where the supplier erased by itself.
    pub revocation: Option<ObjectId>,
    /// The fields whose values were erased; a field that another live grant covers is kept.
    pub fields: BTreeSet<FieldPath>,
    /// When they were erased.
    pub at: Timestamp,
}

impl Object for ErasureReceipt {
    const TAG: &'static str = "regie.erasure-receipt/1";
    fn signer(&self) -> &PublicKey {
        &self.supplier
    }
}
