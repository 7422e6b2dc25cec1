//! Segments: every supplier publishes the patterns; persons' defaults say yes, no, or count. In: what came from
//! suppliers. Out: memberships and randomised answers, and how well the latter add up.

use regie_protocol::{
    Days, ObjectId, PublicKey, Timestamp,
    person::{Input, OwnerError},
    segment::Belongs,
    supplier::NewSegment,
};

use crate::{
    watch::Broken,
    world::{
        failure::{Wrong, refused},
        state::World,
    },
};

/// Days that a membership is kept.
const KEPT: Days = Days(90);

impl World<'_> {
    /// Publishes all patterns.
    pub(super) fn publish(&mut self, supplier: usize) -> Result<(), Wrong> {
        let Some(rules) = &self.rules.segments else { return Ok(()) };
        for (at, pattern) in rules.pattern.iter().enumerate() {
            let new = NewSegment {
                name: pattern.name.clone(),
                words: String::new(),
                predicate: pattern.predicate.clone(),
                about: None,
                purpose: pattern.purpose,
                retention: KEPT,
                membership: true,
                epsilon: Some(pattern.epsilon),
                tally: None,
                expires: Timestamp(self.agenda.end() + 1),
            };
            let (now, mut entropy) = (self.agenda.time(), self.entropy());
            let (segment, effects) =
                self.suppliers[supplier].machine.publish(new, now, &mut entropy).map_err(refused)?;
            self.run_supplier(supplier, effects, false)?;
            self.patterns.insert(segment.id(), at);
        }
        Ok(())
    }

    /// The person's node asks for what a supplier publishes, every so many days.
    pub(super) fn ask_for_segments(&mut self, person: usize, supplier: usize) -> Result<(), Wrong> {
        let Some(rules) = &self.rules.segments else { return Ok(()) };
        if !self.persons[person].relationships.get(&supplier).is_some_and(|relationship| relationship.paired) {
            return Ok(());
        }
        let turn = self.agenda.day() + person as u64 + supplier as u64;
        if turn.is_multiple_of(u64::from(rules.looks_every_days)) {
            let key = self.suppliers[supplier].key;
            let told = self.give(person, Input::AskSegments(&key), None).map_err(refused)?;
            self.run_person(person, told)?;
        }
        Ok(())
    }

    /// Other segments came: the defaults say what they say.
    pub(super) fn speak(&mut self, person: usize, key: &PublicKey) -> Result<(), Wrong> {
        let now = self.agenda.time();
        for (id, answer) in self.persons[person].machine.unsaid(key, now) {
            let fits = self.fits(person, key, &id);
            let entropy = self.entropy();
            let said = match answer {
                Belongs::Count => self.give(person, Input::CountMe(key, &id, fits), Some(entropy)),
                Belongs::Yes if fits => {
                    self.persons[person].watch.says(key, &id, fits);
                    self.give(person, Input::Belong(key, &id, true, fits), Some(entropy))
                }
                Belongs::Yes | Belongs::No => self.give(person, Input::Belong(key, &id, false, fits), Some(entropy)),
            };
            let effects = match said {
                Ok(effects) => effects,
                Err(OwnerError::BudgetSpent) => {
                    self.month().beyond_budget += 1;
                    continue;
                }
                Err(error) => return Err(refused(error)),
            };
            self.note(&id, answer, fits);
            self.run_person(person, effects)?;
        }
        Ok(())
    }

    fn note(&mut self, id: &ObjectId, answer: Belongs, fits: bool) {
        match answer {
            Belongs::Yes if fits => self.month().memberships += 1,
            Belongs::Count => {
                self.month().counted += 1;
                if let (Some(rules), Some(at)) = (&self.rules.segments, self.patterns.get(id)) {
                    let count = self.lived.counts.entry(rules.pattern[*at].name.clone()).or_default();
                    count.members += u64::from(fits);
                }
            }
            Belongs::Yes | Belongs::No => {}
        }
    }

    /// What the node finds by evaluating a segment over the values.
    fn fits(&self, person: usize, key: &PublicKey, id: &ObjectId) -> bool {
        let who = &self.persons[person];
        let mut segments = who.machine.segments();
        let segment = segments.find(|(by, segment, _)| *by == key && segment.id() == *id);
        let value = |field| who.values.get(&field).map(|held| held.value.clone());
        segment.is_some_and(|(_, segment, _)| segment.predicate.evaluate(&value, self.agenda.time()).belongs)
    }

    /// What suppliers make of the randomised answers, over all of them.
    pub(super) fn sum_up_counts(&mut self) -> Result<(), Wrong> {
        let Some(rules) = &self.rules.segments else { return Ok(()) };
        let mut all = 0;
        for supplier in &self.suppliers {
            for (id, answers) in &supplier.reports {
                let Some(pattern) = self.patterns.get(id).map(|at| &rules.pattern[*at]) else { continue };
                let count = self.lived.counts.entry(pattern.name.clone()).or_default();
                count.reports += answers.len() as u64;
                count.yes += answers.values().filter(|answer| **answer).count() as u64;
                count.epsilon = pattern.epsilon;
                all += answers.len() as u64;
            }
        }
        // A supplier can't have more answers than left.
        if all > self.lived.total().counted { Err(Broken::Counted.into()) } else { Ok(()) }
    }
}
