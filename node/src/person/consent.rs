//! A person's consent records and receipts. In: the grants that were given. Out: one document, as `consent` has it.

use regie_protocol::{GrantState as _, PublicKey, Refusal, VerifiedGrant, person::Relationship};

use super::Node;
use crate::{
    clock::text,
    consent::{ConsentDocument, ConsentRecord, ConsentStatus, DataController},
};

impl Node {
    /// A receipt for every grant, of one supplier or of all.
    pub(super) fn consent_receipts(&self, supplier: Option<&PublicKey>) -> ConsentDocument {
        let wanted = |key: &PublicKey| supplier.is_none_or(|supplier| supplier == key);
        let all = self.machine.relationships().filter(|(key, _)| wanted(key));
        let grants = all.flat_map(|(key, r)| r.grants().map(move |grant| (key, r, grant)));
        ConsentDocument::of(grants.map(|(key, r, grant)| self.receipt(key, r, grant)))
    }

    fn receipt(&self, supplier: &PublicKey, relationship: &Relationship, grant: &VerifiedGrant) -> ConsentRecord {
        let controller = DataController::of(supplier, relationship.profile());
        ConsentRecord::of(grant.root(), grant.scope(), controller, self.status_of(grant))
    }

    fn status_of(&self, grant: &VerifiedGrant) -> Vec<ConsentStatus> {
        let bounds = &grant.scope().bounds;
        let withdrawn = grant.ids().iter().any(|id| self.machine.revoked(id));
        let ended = match grant.live(&self.machine, self.clock.look()) {
            _ if withdrawn => Some(ConsentStatus::withdrawn(None)),
            Err(Refusal::Expired) => Some(ConsentStatus::expired(text(bounds.expires))),
            _ => None,
        };
        std::iter::once(ConsentStatus::given(text(bounds.not_before))).chain(ended).collect()
    }
}
