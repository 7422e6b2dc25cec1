//! Segments that this company publishes, and what persons say of them. In: a pattern; signed memberships and
//! randomised answers. Out: records. Whoever asks is shown all of them; nobody is asked.

use super::{Effect, Effects, Record, Supplier, SupplierError};
use crate::{
    entropy::Entropy,
    identity::PublicKey,
    intent::Category,
    limits,
    message::SupplierReply,
    purpose::Purpose,
    refusal::Refusal,
    segment::{CountReport, Membership, Predicate, Segment},
    signed::{ObjectId, Signed, Verified},
    tally::{Tally, TallyReport},
    time::{Days, Now, Timestamp},
};

/// A pattern to publish.
#[derive(Clone, Debug)]
pub struct NewSegment {
    /// What the segment is called, in one line.
    pub name: String,
    /// What belonging to it brings.
    pub words: String,
    /// What must hold of a person that belongs.
    pub predicate: Predicate,
    /// What it is about, by the code of the catalogue; none where it is about nothing that is bought.
    pub about: Option<Category>,
    /// What the answer is used for.
    pub purpose: Purpose,
    /// How long a membership is kept.
    pub retention: Days,
    /// May people say that they belong?
    pub membership: bool,
    /// May people be counted, with this epsilon in thousandths?
    pub epsilon: Option<u32>,
    /// With which helper, and how many answers at least?
    pub tally: Option<Tally>,
    /// Not from this moment on.
    pub expires: Timestamp,
}

impl Supplier {
    /// Publishes a segment.
    ///
    /// # Errors
    /// [`SupplierError::BadSegment`], [`SupplierError::TooManySegments`].
    pub fn publish(
        &mut self,
        new: NewSegment,
        now: impl Into<Now>,
        entropy: &mut Entropy,
    ) -> Result<(Verified<Segment>, Effects), SupplierError> {
        let now = now.into();
        let live = self.segments.values().filter(|segment| segment.expires > now.latest()).count();
        if live >= limits::SEGMENTS_PER_SUPPLIER {
            return Err(SupplierError::TooManySegments);
        }
        let NewSegment { name, words, predicate, about, purpose, retention, membership, epsilon, tally, expires } = new;
        let (supplier, id) = (self.key.public(), entropy.nonce());
        let segment = Segment {
            supplier,
            id,
            name,
            words,
            predicate,
            about,
            purpose,
            retention,
            membership,
            epsilon,
            tally,
            expires,
        };
        if !segment.well_formed() || expires <= now.latest() {
            return Err(SupplierError::BadSegment);
        }
        let segment = Verified::sign(segment, &self.key).map_err(|_| SupplierError::BadSegment)?;
        if segment.signed().parts().0.len() > limits::SEGMENT_BYTES {
            return Err(SupplierError::BadSegment);
        }
        let mut effects = Vec::new();
        self.record(&mut effects, Record::Segment { segment: segment.signed().clone() });
        Ok((segment, Effects(effects)))
    }

    /// Takes a segment back: nobody is shown it any more. What was said of it is the driver's to forget.
    ///
    /// # Errors
    /// [`SupplierError::NoSegment`].
    pub fn take_back(&mut self, segment: &ObjectId) -> Result<Effects, SupplierError> {
        if !self.segments.contains_key(segment) {
            return Err(SupplierError::NoSegment);
        }
        let mut effects = Vec::new();
        self.record(&mut effects, Record::SegmentEnded { segment: *segment });
        Ok(Effects(effects))
    }

    /// The segments that are published, also those whose time is over.
    pub fn segments(&self) -> impl Iterator<Item = &Verified<Segment>> {
        self.segments.values()
    }

    pub(super) fn shown_segments(&self, now: Now) -> Result<Vec<Effect>, Refusal> {
        let live = self.segments.values().filter(|segment| segment.expires > now.latest());
        let signed = live.take(limits::SEGMENTS_PER_SUPPLIER).map(|segment| segment.signed().clone()).collect();
        Ok(vec![Effect::Reply(SupplierReply::Segments(signed))])
    }

    pub(super) fn belongs(
        &mut self,
        person: &PublicKey,
        signed: Signed<Membership>,
        now: Now,
    ) -> Result<Vec<Effect>, Refusal> {
        let membership = self.signed_by(signed, person, |membership| membership.supplier)?;
        self.known(person)?;
        // What is withdrawn is forgotten, also of a segment that is published no longer.
        let known = self.segments.get(&membership.segment);
        if membership.member && known.is_none_or(|segment| segment.expires <= now.latest() || !segment.membership) {
            return Err(Refusal::UnknownSegment);
        }
        let mut effects = Vec::new();
        let member = membership.signed().clone();
        self.record(&mut effects, Record::Member { person: *person, membership: member });
        effects.push(Effect::Reply(SupplierReply::Noted));
        Ok(effects)
    }

    pub(super) fn counts(
        &mut self,
        person: &PublicKey,
        signed: Signed<CountReport>,
        now: Now,
    ) -> Result<Vec<Effect>, Refusal> {
        let report = self.signed_by(signed, person, |report| report.supplier)?;
        self.known(person)?;
        // One that shows itself would spoil the count where a helper counts.
        if self.counting(&report.segment, report.epsilon, now)?.tally.is_some() {
            return Err(Refusal::Malformed);
        }
        let mut effects = Vec::new();
        let (segment, answer) = (report.segment, report.answer);
        self.record(&mut effects, Record::Counted { person: *person, segment, answer });
        effects.push(Effect::Reply(SupplierReply::Noted));
        Ok(effects)
    }

    pub(super) fn tallies(
        &mut self,
        person: &PublicKey,
        signed: Signed<TallyReport>,
        now: Now,
    ) -> Result<Vec<Effect>, Refusal> {
        let report = self.signed_by(signed, person, |report| report.supplier)?;
        self.known(person)?;
        let small = report.leader.len().max(report.helper.len()) <= limits::SHARE_BYTES;
        if self.counting(&report.segment, report.epsilon, now)?.tally.is_none() || !small {
            return Err(Refusal::Malformed);
        }
        let mut effects = Vec::new();
        self.record(&mut effects, Record::Tallied { person: *person, report: report.signed().clone() });
        effects.push(Effect::Reply(SupplierReply::Noted));
        Ok(effects)
    }

    /// The segment that an answer drawn with this epsilon counts for: one drawn with another would spoil the estimate.
    fn counting(&self, id: &ObjectId, epsilon: u32, now: Now) -> Result<&Verified<Segment>, Refusal> {
        let segment = self.segments.get(id).filter(|segment| segment.expires > now.latest());
        let segment = segment.ok_or(Refusal::UnknownSegment)?;
        if segment.epsilon == Some(epsilon) { Ok(segment) } else { Err(Refusal::Malformed) }
    }

    fn known(&self, person: &PublicKey) -> Result<(), Refusal> {
        if self.customers.contains_key(person) { Ok(()) } else { Err(Refusal::NotPaired) }
    }
}
