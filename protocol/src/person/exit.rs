//! The person's one exit. In: something for a supplier, as a decision or the person's word made it. Out: a place in that
//! supplier's outbox, from where alone it leaves ([`Person::to_send`]; an answer to the frame in hand is a copy of what waits
//! here), or a refusal.
//!
//! The decision asked already. This asks once more what must hold of whatever leaves, whoever made it: that it is within the
//! agreement, under nothing that was revoked, and to somebody who holds no revoked key. And it writes what the supplier
//! knows by it.

use std::collections::BTreeMap;

use super::{Effect, Known, Person, Record, Relationship};
use crate::{
    disclosure::Answer, field::AskedPath, identity::PublicKey, message::ToSupplier, refusal::Refusal, time::Now,
};

impl Person {
    /// Lets a message out; its number in the outbox comes out.
    pub(super) fn depart(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: PublicKey,
        message: ToSupplier,
    ) -> Result<u64, Refusal> {
        let relationship = self.relationships.get(&supplier).ok_or(Refusal::NotPaired)?;
        within_agreement(relationship, &message)?;
        // The entry of a disclosure stands in the log by now, so who signs for the message witnesses the log with it.
        let (number, size) = (relationship.next_number, relationship.log.size());
        self.record(effects, Record::Outgoing { supplier, number, size, message });
        Ok(number)
    }

    /// The same of a disclosure with these answers, each value of which the supplier has from now on, until it signs that
    /// it erased it.
    pub(super) fn depart_with(
        &mut self,
        effects: &mut Vec<Effect>,
        supplier: PublicKey,
        message: ToSupplier,
        answers: &BTreeMap<AskedPath, Answer>,
        now: Now,
    ) -> Result<u64, Refusal> {
        // All answers are looked at before the first is written: a refusal leaves nothing behind.
        let mut knows = Vec::new();
        for (path, answer) in answers {
            if let (Some(field), Answer::Value { grant, .. }) = (path.known(), answer) {
                if self.revoked.has(grant) {
                    return Err(Refusal::Revoked);
                }
                knows.push((field, Known { at: now.wall, grant: *grant }));
            }
        }
        for (field, known) in knows {
            // From the departure on, and not from its signature: where that is lost the supplier has the value all the
            // same.
            self.record(effects, Record::Knows { supplier, field, known });
        }
        self.depart(effects, supplier, message)
    }
}

/// Is what a message gives within what both signed?
fn within_agreement(relationship: &Relationship, message: &ToSupplier) -> Result<(), Refusal> {
    let agreement = relationship.stored.agreement;
    let within = match message {
        ToSupplier::Grant(signed) => {
            let grant = signed.peek().map_err(|_| Refusal::Malformed)?;
            let bounds = &grant.scope.bounds;
            grant.scope.purposes.iter().all(|why| agreement.permits(*why, bounds.delegations, bounds.retention))
        }
        ToSupplier::Belong(signed) => {
            let membership = signed.peek().map_err(|_| Refusal::Malformed)?;
            let segment = relationship.segments.get(&membership.segment);
            // To take a word back is always within it.
            !membership.member || segment.is_some_and(|one| agreement.permits(one.purpose, 0, one.retention))
        }
        _ => true,
    };
    if within { Ok(()) } else { Err(Refusal::OutsideAgreement) }
}
