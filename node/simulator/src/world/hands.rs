//! The host of a person's machine in a simulation. In: values, random numbers. Out: what the machine said, to be carried
//! out when it is free again.

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use regie_protocol::{
    Entropy, FieldPath, ObjectId, Observed, Person, PublicKey, Timestamp,
    decision::Release,
    departure::Departure,
    message::PersonReply,
    person::{Host, Input, OwnerError, Record, Unreadable},
};

/// What a machine said to one input. Everything that waits is sent by the next flush; nobody hands on or corrects here.
#[derive(Debug, Default)]
#[must_use]
pub struct Told {
    /// The records, in order.
    pub records: Vec<Record>,
    /// The answer to the frame in hand.
    pub reply: Option<PersonReply>,
    /// Suppliers of whom other segments came.
    pub segments: Vec<PublicKey>,
    /// The intent of which there is something to say to its board.
    pub to_say: Option<ObjectId>,
}

impl Told {
    /// This, and then that.
    pub fn and(mut self, then: Self) -> Self {
        self.records.extend(then.records);
        self.segments.extend(then.segments);
        Self { reply: then.reply.or(self.reply), to_say: then.to_say.or(self.to_say), ..self }
    }
}

struct Hands<'a> {
    values: &'a BTreeMap<FieldPath, Observed>,
    rng: &'a mut ChaCha8Rng,
    given: Option<Entropy>,
    told: Told,
}

/// Gives a machine an input. The first random bytes that it asks for are those that were drawn for this input, if some
/// were; all others are drawn when they are asked for.
///
/// # Errors
/// The machine's.
pub fn give(
    machine: &mut Person,
    input: Input<'_>,
    now: Timestamp,
    values: &BTreeMap<FieldPath, Observed>,
    given: Option<Entropy>,
    rng: &mut ChaCha8Rng,
) -> Result<Told, OwnerError> {
    let mut hands = Hands { values, rng, given, told: Told::default() };
    machine.handle(input, now, &mut hands)?;
    Ok(hands.told)
}

impl Host for Hands<'_> {
    fn entropy(&mut self) -> Entropy {
        self.given.take().unwrap_or_else(|| Entropy::new(self.rng.random()))
    }

    fn persist(&mut self, record: Record) {
        self.told.records.push(record);
    }

    fn readable(&mut self, _field: FieldPath) -> Result<(), Unreadable> {
        Ok(())
    }

    fn value(&mut self, _supplier: &PublicKey, release: &Release) -> Result<Option<Observed>, Unreadable> {
        Ok(self.values.get(&release.field()).cloned())
    }

    fn reply(&mut self, reply: Departure<PersonReply>) {
        self.told.reply = Some(reply.into_inner());
    }

    fn unreadable(&mut self, _supplier: &PublicKey, _fields: &BTreeSet<FieldPath>) {}

    fn segments(&mut self, supplier: &PublicKey) {
        self.told.segments.push(*supplier);
    }

    fn board(&mut self, intent: &ObjectId) {
        self.told.to_say = Some(*intent);
    }
}
