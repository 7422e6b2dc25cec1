//! Segments that the company publishes, who says they belong, and how many do. In: patterns, records of what persons
//! said. Out: rows by segment; counts with their error. A membership goes when its time is over, at once when its
//! person takes it back, and with its segment.

use std::collections::BTreeSet;

use regie_protocol::{
    DAY_MS, ObjectId, PublicKey, Timestamp, Verified, limits,
    segment::{Estimate, Membership, Segment, estimate},
    supplier::{self, Record, SupplierError},
    tally::{Tally, Total},
};

use super::{
    Companion, World, happening::Happening, names, records::damaged, tables, tables::Lapse, verbs::NewSegment,
};
use crate::{
    clock,
    command::{Failure, Text},
    driver::Turn,
    store::{Read as _, StoreError},
};

impl Companion {
    /// Brings the published segments into memory.
    pub(super) fn load_segments(&mut self) -> Result<(), StoreError> {
        let stored = self.store.keys(tables::SEGMENTS, &())?.into_iter().collect();
        self.segments_are(&stored)
    }

    /// Those that are stored: what is not in memory of them is read, what is in memory alone is let go of.
    pub(super) fn segments_are(&mut self, stored: &BTreeSet<ObjectId>) -> Result<(), StoreError> {
        let broken = || StoreError::Corrupt { part: tables::SEGMENTS.id().name() };
        // Another companion on the same store may have taken one back.
        let gone = self.machine.segments().map(Verified::id).filter(|id| !stored.contains(id));
        for segment in gone.collect::<Vec<_>>() {
            self.machine.restore(&Record::SegmentEnded { segment }).map_err(|_| broken())?;
        }
        // This runs before every turn of a shared store: what is in memory is not read and checked again.
        let known: BTreeSet<ObjectId> = self.machine.segments().map(Verified::id).collect();
        for id in stored.difference(&known) {
            let Some(record) = self.store.get(tables::SEGMENTS, id)? else { continue };
            self.machine.restore(&record).map_err(|_| broken())?;
        }
        Ok(())
    }

    /// Publishes a segment.
    pub(crate) fn publish(&mut self, words: NewSegment, turn: &mut Turn) -> Result<Verified<Segment>, Failure> {
        let now = self.clock.now();
        let helper = words.helper.map(|Text(link)| link);
        let least = words.least.unwrap_or(limits::TALLY_LEAST);
        let new = supplier::NewSegment {
            name: words.name,
            words: words.words,
            predicate: words.who,
            about: words.about,
            purpose: words.purpose,
            retention: words.retention,
            membership: words.membership,
            epsilon: words.epsilon,
            tally: helper.as_ref().map(|link| Tally { helper: link.card.clone(), least }),
            expires: now.wall.plus_days(words.days),
        };
        let (segment, effects) = self.machine.publish(new, now, &mut clock::entropy())?;
        self.run(effects, None, turn)?;
        if let Some(link) = &helper {
            self.begin_count(&segment, link, turn)?;
        }
        Ok(segment)
    }

    /// Takes a segment back; what persons said of it is forgotten.
    pub(crate) fn take_back(&mut self, segment: &ObjectId, turn: &mut Turn) -> Result<(), Failure> {
        let effects = self.machine.take_back(segment)?;
        self.run(effects, None, turn)?;
        self.end_count(segment, turn);
        turn.batch.delete_group(tables::MEMBERS, segment);
        turn.batch.delete_group(tables::COUNTED, segment);
        Ok(())
    }

    /// The published segments, oldest names first.
    pub(crate) fn published(&self) -> Vec<Verified<Segment>> {
        self.machine.segments().cloned().collect()
    }

    /// One of them.
    pub(crate) fn segment(&self, id: &ObjectId) -> Result<Verified<Segment>, Failure> {
        let found = self.machine.segments().find(|segment| segment.id() == *id).cloned();
        found.ok_or_else(|| SupplierError::NoSegment.into())
    }

    /// Who says that they belong, with when it was said.
    pub(crate) fn members(&mut self, world: World, segment: &ObjectId) -> Result<Vec<Membership>, Failure> {
        let now = self.clock.now();
        let mut members = Vec::new();
        for (_, signed) in self.store.group(tables::MEMBERS, segment)? {
            let membership = signed.verify().map_err(|_| broken_row())?.into_value();
            if membership.until > now.latest() && self.is_of(world, &membership.person)? {
                members.push(membership);
            }
        }
        Ok(members)
    }

    /// How many belong, estimated from the randomised answers; none where this segment does not count.
    pub(crate) fn counted(&mut self, world: World, segment: &Verified<Segment>) -> Result<Option<Estimate>, Failure> {
        let Some(epsilon) = segment.epsilon else { return Ok(None) };
        if segment.tally.is_some() {
            let totals = self.standing(world, &segment.id())?.totals;
            let sum = |part: fn(&Total) -> u32| totals.iter().map(|total| u64::from(part(total))).sum();
            return Ok(Some(estimate(sum(|total| total.reports), sum(|total| total.yes), epsilon)));
        }
        let (mut reports, mut yes) = (0, 0);
        for ((_, person), answer) in self.store.group(tables::COUNTED, &segment.id())? {
            if self.is_of(world, &person)? {
                reports += 1;
                yes += u64::from(answer == Some(true));
            }
        }
        Ok(Some(estimate(reports, yes, epsilon)))
    }

    /// Stores what a record says of a segment, and tells the company.
    pub(super) fn keep_word(&mut self, record: &Record, turn: &mut Turn) -> Result<(), Failure> {
        let (person, segment, kind) = match record {
            Record::Member { person, membership } => {
                let signed = membership;
                let Ok(membership) = membership.clone().verify() else { return Ok(()) };
                let (segment, person) = (membership.segment, *person);
                if membership.member {
                    turn.batch.put(tables::MEMBERS, &(segment, person), signed);
                    let day = membership.until.0 / DAY_MS;
                    turn.batch.put(tables::MEMBERS_LAPSE, &(day, Lapse { segment, person }), &());
                } else {
                    turn.batch.delete(tables::MEMBERS, &(segment, person));
                }
                (person, segment, if membership.member { "segment.joined" } else { "segment.left" })
            }
            Record::Tallied { person, report } => return self.keep_report(person, report, turn),
            Record::Counted { person, segment, answer } => {
                turn.batch.put(tables::COUNTED, &(*segment, *person), &Some(*answer));
                return Ok(());
            }
            _ => return Ok(()),
        };
        let Some(customer) = self.machine.customer(&person) else { return Ok(()) };
        let world = World::of(customer.test());
        let told = Happening::new(kind, self.clock.now().wall, names::Pattern(*segment.digest()).to_string());
        self.tell(world, Happening { person: Some(person), ..told }, None, turn)
    }

    /// Forgets memberships that ended on a day that is over; those of today are not shown any more.
    pub(super) fn lapse(&self, day: u64, now: Timestamp, turn: &mut Turn) -> Result<(), Failure> {
        for key in self.store.keys(tables::MEMBERS_LAPSE, &day)? {
            self.forget_lapsed(key.1, now, turn)?;
            turn.batch.delete(tables::MEMBERS_LAPSE, &key);
        }
        Ok(())
    }

    /// One that was said anew since has a later end, and stays.
    fn forget_lapsed(&self, lapse: Lapse, now: Timestamp, turn: &mut Turn) -> Result<(), Failure> {
        let key = (lapse.segment, lapse.person);
        let Some(signed) = self.store.get(tables::MEMBERS, &key)? else { return Ok(()) };
        if signed.verify().is_ok_and(|membership| membership.until <= now) {
            turn.batch.delete(tables::MEMBERS, &key);
        }
        Ok(())
    }

    fn is_of(&mut self, world: World, person: &PublicKey) -> Result<bool, Failure> {
        Ok(World::of(self.customer(person)?.test()) == world)
    }
}

fn broken_row() -> Failure {
    damaged(tables::MEMBERS.id().name())
}
