//! An onlooker that trusts no machine: what leaves is held against what was granted and withdrawn. In: a person's
//! records in order. Out: the first thing that must not be.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::{
    Days, FieldPath, Grant, ObjectId, PublicKey, Timestamp, Verified,
    audit::Log,
    disclosure::Answer,
    limits,
    message::{ToBoard, ToSupplier},
    person::{Counted, Record, Said},
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
    /// A membership left that the person did not give their word for, or that is not true.
    #[error("a membership left without the person's word, or against what is so")]
    NoWord,
    /// A second randomised answer for one segment, or one that was not counted against the budget.
    #[error("a randomised answer left twice, or without being counted")]
    Counted,
    /// The privacy budget was passed.
    #[error("randomised answers left beyond the privacy budget")]
    Budget,
    /// A key that two suppliers, or a supplier and a board, could know each other's person by.
    #[error("one key was shown in two places")]
    OneKey,
    /// Something under the key of an intent that does not belong to it.
    #[error("something left under the key of an intent that is no part of it")]
    NotOfIntent,
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
    /// Segments that the person, or a default of theirs, said yes to, with what is so.
    words: BTreeSet<(PublicKey, ObjectId)>,
    /// Randomised answers that were counted, and those that left.
    counted: BTreeMap<(PublicKey, ObjectId), Counted>,
    answered: BTreeSet<(PublicKey, ObjectId)>,
    /// Where each key was shown: to a supplier, or for an intent.
    shown: BTreeMap<PublicKey, Shown>,
}

/// Where a key may be shown, and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// To this supplier.
    To(PublicKey),
    /// For this intent.
    For(ObjectId),
}

impl Watch {
    /// The person gives their word on a segment: only then a membership may leave, and only where it is so.
    pub fn says(&mut self, supplier: &PublicKey, segment: &ObjectId, fits: bool) {
        if fits {
            self.words.insert((*supplier, *segment));
        }
    }

    /// A key is shown to a supplier, or for an intent.
    ///
    /// # Errors
    /// [`Broken::OneKey`] where it was shown elsewhere before.
    pub fn shows(&mut self, key: &PublicKey, where_to: Shown) -> Result<(), Broken> {
        let before = *self.shown.entry(*key).or_insert(where_to);
        if before == where_to { Ok(()) } else { Err(Broken::OneKey) }
    }

    /// A supplier takes in a value: the person must have granted it that, at some time.
    ///
    /// # Errors
    /// [`Broken`] where it did not.
    pub fn granted(&self, supplier: &PublicKey, id: &ObjectId, field: FieldPath) -> Result<(), Broken> {
        let grant = self.grants.get(id).ok_or(Broken::NoGrant)?;
        if grant.audience != *supplier {
            return Err(Broken::Another);
        }
        if grant.scope.fields.iter().any(|own| own.covers(field)) { Ok(()) } else { Err(Broken::Wider) }
    }

    /// Something leaves for a board, under the key of one intent.
    ///
    /// # Errors
    /// [`Broken`] where it is of another key or intent.
    pub fn to_board(&mut self, key: &PublicKey, id: &ObjectId, message: &ToBoard) -> Result<(), Broken> {
        self.shows(key, Shown::For(*id))?;
        let of_it = match message {
            ToBoard::Cast(intent) => {
                let verified = intent.clone().verify().map_err(|_| Broken::Signature)?;
                verified.key == *key && verified.id() == *id
            }
            ToBoard::Withdraw(withdrawal) => {
                let verified = withdrawal.clone().verify().map_err(|_| Broken::Signature)?;
                verified.key == *key && verified.intent == *id
            }
            ToBoard::Collect(collect) => collect.intent == *id,
            _ => false,
        };
        if of_it { Ok(()) } else { Err(Broken::NotOfIntent) }
    }

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
            Record::Outgoing { supplier, message: ToSupplier::Disclose(signed), .. } => {
                self.logged(supplier)?;
                let disclosure = signed.clone().verify().map_err(|_| Broken::Signature)?;
                for (path, answer) in &disclosure.answers {
                    if let Answer::Value { grant, .. } = answer {
                        let field = path.known().ok_or(Broken::Wider)?;
                        self.may_leave(supplier, grant, field, now)?;
                    }
                }
            }
            Record::Said { supplier, segment, said } => self.said(supplier, segment, said, now)?,
            Record::Outgoing { supplier, message: ToSupplier::Belong(signed), .. } => {
                let membership = signed.clone().verify().map_err(|_| Broken::Signature)?;
                let word = self.words.contains(&(*supplier, membership.segment));
                if membership.member && !word {
                    return Err(Broken::NoWord);
                }
                self.logged(supplier)?;
            }
            Record::Outgoing { supplier, message: ToSupplier::Count(signed), .. } => {
                let report = signed.clone().verify().map_err(|_| Broken::Signature)?;
                self.counts(supplier, &report.segment, report.epsilon)?;
            }
            Record::Outgoing { supplier, message: ToSupplier::Tally(signed), .. } => {
                let report = signed.clone().verify().map_err(|_| Broken::Signature)?;
                self.counts(supplier, &report.segment, report.epsilon)?;
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

    /// A randomised answer leaves, whole or in halves: it was counted against the budget, and is the only one.
    fn counts(&mut self, supplier: &PublicKey, segment: &ObjectId, epsilon: u32) -> Result<(), Broken> {
        let place = (*supplier, *segment);
        let counted = self.counted.get(&place).is_some_and(|counted| counted.epsilon == epsilon);
        if !counted || !self.answered.insert(place) {
            return Err(Broken::Counted);
        }
        self.logged(supplier)
    }

    fn logged(&mut self, supplier: &PublicKey) -> Result<(), Broken> {
        if self.fresh.remove(supplier) { Ok(()) } else { Err(Broken::NoEntry) }
    }

    /// What was spent of the budget is added up here anew, from the records alone.
    fn said(&mut self, supplier: &PublicKey, segment: &ObjectId, said: &Said, now: Timestamp) -> Result<(), Broken> {
        let Some(counted) = said.counted else { return Ok(()) };
        let before = *self.counted.entry((*supplier, *segment)).or_insert(counted);
        if before != counted {
            return Err(Broken::Counted);
        }
        let lately = |counted: &Counted| counted.at.plus_days(Days(limits::EPSILON_DAYS)) > now;
        let spent = |only: Option<&PublicKey>| -> u64 {
            let of = self.counted.iter().filter(|((who, _), counted)| only.is_none_or(|o| o == who) && lately(counted));
            of.map(|(_, counted)| u64::from(counted.epsilon)).sum()
        };
        let (own, all) = (spent(Some(supplier)), spent(None));
        let within = own <= u64::from(limits::EPSILON_PER_SUPPLIER) && all <= u64::from(limits::EPSILON_IN_ALL);
        if within { Ok(()) } else { Err(Broken::Budget) }
    }

    fn may_leave(&self, supplier: &PublicKey, id: &ObjectId, field: FieldPath, now: Timestamp) -> Result<(), Broken> {
        self.granted(supplier, id, field)?;
        let bounds = &self.grants.get(id).ok_or(Broken::NoGrant)?.scope.bounds;
        if self.revoked.contains(id) {
            return Err(Broken::Revoked);
        }
        if now < bounds.not_before || now >= bounds.expires { Err(Broken::Time) } else { Ok(()) }
    }
}
