//! Segments that the company publishes, who says they belong, and how many do. In: patterns, records of what persons
//! said. Out: rows by segment; counts with their error. A membership goes when its time is over, at once when its
//! person takes it back, and with its segment.

use regie_protocol::{
    identity::PublicKey,
    limits,
    segment::{Estimate, Membership, Predicate, Segment, estimate},
    signed::{ObjectId, Signed, Verified},
    supplier::{NewSegment, Record, SupplierError},
    tally::{HelperLink, Tally, Total},
    time::{DAY_MS, Days, Timestamp},
    wire,
};

use super::{Companion, World, happening::Happening, names, records::damaged};
use crate::{
    clock,
    command::{self, Failure, parse},
    driver::Turn,
    store::{Item, Key, Table},
};

const PUBLISHED: &[u8] = b"published";
/// Largest stored row, in bytes.
const ROW_BYTES: usize = 64 * 1024;

impl Companion {
    /// Brings the published segments into memory.
    pub(super) fn load_segments(&mut self) -> Result<(), crate::store::StoreError> {
        let broken = || crate::store::StoreError::Corrupt { part: Table::Segment.name() };
        let rows = self.store.group(Table::Segment, PUBLISHED)?;
        let stored: std::collections::BTreeSet<Vec<u8>> = rows.iter().filter_map(|row| bytes(&row.item)).collect();
        // Another companion on the same store may have taken one back.
        let gone = self.machine.segments().map(Verified::id).filter(|id| !stored.contains(&id.digest()[..]));
        for segment in gone.collect::<Vec<_>>() {
            self.machine.restore(&Record::SegmentEnded { segment }).map_err(|_| broken())?;
        }
        // This runs before every turn of a shared store: what is in memory is not read and checked again.
        let known: std::collections::BTreeSet<Vec<u8>> =
            self.machine.segments().map(|segment| segment.id().digest().to_vec()).collect();
        for row in rows.iter().filter(|row| bytes(&row.item).is_none_or(|name| !known.contains(&name))) {
            let record: Record = wire::decode(&row.value, ROW_BYTES).map_err(|_| broken())?;
            self.machine.restore(&record).map_err(|_| broken())?;
        }
        Ok(())
    }

    /// Publishes a segment.
    pub(crate) fn publish(
        &mut self,
        words: command::NewSegment,
        turn: &mut Turn,
    ) -> Result<Verified<Segment>, Failure> {
        let now = self.clock.now();
        let predicate: Predicate = serde_json::from_value(words.who)
            .map_err(|error| Failure::usage(format!("who belongs is not a predicate: {error}")))?;
        let helper: Option<HelperLink> = words.helper.as_deref().map(parse).transpose()?;
        let new = NewSegment {
            name: words.name,
            words: words.words,
            predicate,
            purpose: parse(&words.purpose)?,
            retention: Days(words.retention),
            membership: words.membership,
            epsilon: words.epsilon,
            tally: match &helper {
                Some(link) => {
                    let least = words.least.unwrap_or(limits::TALLY_LEAST);
                    Some(Tally { helper: link.card.clone(), least })
                }
                None => None,
            },
            expires: now.wall.plus_days(Days(words.days)),
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
        for group in [members_of(segment), counted_of(segment)] {
            for row in self.store.group(Table::Segment, &group)? {
                turn.batch.delete(Table::Segment, row.key());
            }
        }
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
        for row in self.store.group(Table::Segment, &members_of(segment))? {
            let signed: Signed<Membership> = wire::decode(&row.value, ROW_BYTES).map_err(|_| broken_row())?;
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
        for row in self.store.group(Table::Segment, &counted_of(&segment.id()))? {
            let person = bytes(&row.item).and_then(|key| PublicKey::from_bytes(key.as_slice().try_into().ok()?).ok());
            let Some(person) = person else { continue };
            if self.is_of(world, &person)? {
                reports += 1;
                yes += u64::from(row.value.first() == Some(&1));
            }
        }
        Ok(Some(estimate(reports, yes, epsilon)))
    }

    /// Stores what a record says of a segment, and tells the company.
    pub(super) fn keep_word(&mut self, record: &Record, turn: &mut Turn) -> Result<(), Failure> {
        let (person, segment, kind) = match record {
            Record::Member { person, membership } => {
                let signed = wire::encode(membership).map_err(Failure::internal)?;
                let Ok(membership) = membership.clone().verify() else { return Ok(()) };
                let key = Key::grouped(&members_of(&membership.segment), person.as_bytes());
                if membership.member {
                    turn.batch.put(Table::Segment, key, signed);
                    let lapse = [&membership.segment.digest()[..], person.as_bytes()].concat();
                    turn.batch.put(Table::Segment, Key::grouped(&lapsing(membership.until), &lapse), Vec::new());
                } else {
                    turn.batch.delete(Table::Segment, key);
                }
                (person, membership.segment, if membership.member { "segment.joined" } else { "segment.left" })
            }
            Record::Tallied { person, report } => return self.keep_report(person, report, turn),
            Record::Counted { person, segment, answer } => {
                let key = Key::grouped(&counted_of(segment), person.as_bytes());
                turn.batch.put(Table::Segment, key, vec![u8::from(*answer)]);
                return Ok(());
            }
            _ => return Ok(()),
        };
        let Some(customer) = self.machine.customer(person) else { return Ok(()) };
        let world = World::of(customer.test());
        let told = Happening::new(kind, self.clock.now().wall, names::Pattern(*segment.digest()).to_string());
        self.tell(world, &Happening { person: Some(*person), ..told }, turn);
        Ok(())
    }

    /// Forgets memberships that ended on a day that is over; those of today are not shown any more.
    pub(super) fn lapse(&self, day: u64, now: Timestamp, turn: &mut Turn) -> Result<(), Failure> {
        for row in self.store.group(Table::Segment, &lapsing(Timestamp(day * DAY_MS)))? {
            let name = bytes(&row.item).unwrap_or_default();
            if let Some((segment, person)) = name.split_first_chunk::<32>() {
                self.forget_lapsed(&ObjectId::from_digest(*segment), person, now, turn)?;
            }
            turn.batch.delete(Table::Segment, row.key());
        }
        Ok(())
    }

    /// One that was said anew since has a later end, and stays.
    fn forget_lapsed(&self, segment: &ObjectId, person: &[u8], now: Timestamp, turn: &mut Turn) -> Result<(), Failure> {
        let key = Key::grouped(&members_of(segment), person);
        let Some(row) = self.store.get(Table::Segment, &key)? else { return Ok(()) };
        let signed: Signed<Membership> = wire::decode(&row, ROW_BYTES).map_err(|_| broken_row())?;
        if signed.verify().is_ok_and(|membership| membership.until <= now) {
            turn.batch.delete(Table::Segment, key);
        }
        Ok(())
    }

    fn is_of(&mut self, world: World, person: &PublicKey) -> Result<bool, Failure> {
        Ok(World::of(self.customer(person)?.test()) == world)
    }
}

pub(super) fn published(id: &ObjectId) -> Key {
    Key::grouped(PUBLISHED, id.digest())
}

fn members_of(segment: &ObjectId) -> Vec<u8> {
    [b"members/", &segment.digest()[..]].concat()
}

pub(super) fn counted_of(segment: &ObjectId) -> Vec<u8> {
    [b"counted/", &segment.digest()[..]].concat()
}

/// Memberships that end on this day.
fn lapsing(until: Timestamp) -> Vec<u8> {
    [b"lapse/", &(until.0 / DAY_MS).to_be_bytes()[..]].concat()
}

fn bytes(item: &Item) -> Option<Vec<u8>> {
    if let Item::Bytes(bytes) = item { Some(bytes.clone()) } else { None }
}

fn broken_row() -> Failure {
    damaged(Table::Segment.name())
}
