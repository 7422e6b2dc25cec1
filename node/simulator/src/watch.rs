//! An onlooker that trusts no machine: what leaves is held against what was granted and withdrawn. In: a person's
//! records in order. Out: the first thing that must not be.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    audit::Log,
    disclosure::Answer,
    grant::Grant,
    identity::PublicKey,
    message::Message,
    person::Record,
    signed::{ObjectId, Verified},
    time::Timestamp,
};

/// What must not be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A value left under a grant that nobody saw issued.
    #[error("a value left without a grant")]
    NoGrant,
    /// A value left under a grant for somebody else.
    #[error("a value left under another's grant")]
    Another,
    /// A value left after the revocation of its grant.
    #[error("a value left after its grant was revoked")]
    Revoked,
    /// A value left outside the time of its grant.
    #[error("a value left before or after the time of its grant")]
    Time,
    /// A field left that its grant does not cover.
    #[error("a field left that its grant does not cover")]
    Wider,
    /// A disclosure was made without an entry before it.
    #[error("a disclosure left that stands in no log")]
    NoEntry,
    /// A log has a gap.
    #[error("a log's entries are not numbered one after the other")]
    Gap,
    /// Something signed does not verify.
    #[error("a signature does not hold")]
    Signature,
}

/// What was seen so far.
#[derive(Default)]
pub struct Watch {
    grants: BTreeMap<ObjectId, Verified<Grant>>,
    revoked: BTreeSet<ObjectId>,
    entries: BTreeMap<Log, u64>,
    /// Entries since the last disclosure to each supplier.
    fresh: BTreeSet<PublicKey>,
    /// Test hook: revocations are overlooked, so that a guard taken away is seen to be noticed.
    pub blind: bool,
}

impl Watch {
    /// Looks at one record.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn see(&mut self, record: &Record, now: Timestamp) -> Result<(), Broken> {
        match record {
            Record::Grant { grant, .. } => {
                let grant = grant.clone().verify().map_err(|_| Broken::Signature)?;
                self.grants.insert(grant.id(), grant);
            }
            Record::Revoked { revocation } => {
                let revocation = revocation.clone().verify().map_err(|_| Broken::Signature)?;
                self.revoked.insert(revocation.grant);
            }
            Record::Entry { log, index, .. } => {
                let next = self.entries.entry(*log).or_default();
                if *next != *index {
                    return Err(Broken::Gap);
                }
                *next += 1;
                if let Log::With(supplier) = log {
                    self.fresh.insert(*supplier);
                }
            }
            Record::Outgoing { supplier, message: Message::Disclose(signed), .. } => {
                if !self.fresh.remove(supplier) {
                    return Err(Broken::NoEntry);
                }
                let disclosure = signed.clone().verify().map_err(|_| Broken::Signature)?;
                for (path, answer) in &disclosure.answers {
                    if let Answer::Value { grant, .. } = answer {
                        let field = path.known().ok_or(Broken::Wider)?;
                        self.may_leave(supplier, grant, field, now)?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// How many entries each log has.
    #[must_use]
    pub fn entries(&self) -> &BTreeMap<Log, u64> {
        &self.entries
    }

    fn may_leave(
        &self,
        supplier: &PublicKey,
        id: &ObjectId,
        field: regie_protocol::field::FieldPath,
        now: Timestamp,
    ) -> Result<(), Broken> {
        let grant = self.grants.get(id).ok_or(Broken::NoGrant)?;
        let bounds = &grant.scope.bounds;
        if grant.audience != *supplier {
            return Err(Broken::Another);
        }
        if self.revoked.contains(id) && !self.blind {
            return Err(Broken::Revoked);
        }
        if now < bounds.not_before || now >= bounds.expires {
            return Err(Broken::Time);
        }
        if grant.scope.fields.iter().any(|own| own.covers(field)) { Ok(()) } else { Err(Broken::Wider) }
    }
}
