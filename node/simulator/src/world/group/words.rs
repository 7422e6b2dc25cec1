//! Segments: every supplier publishes the patterns; persons' defaults say yes, no, or count. In: what came from
//! suppliers. Out: memberships and randomised answers, and how well the latter add up.

use regie_protocol::{
    Days, ObjectId, PublicKey, Timestamp,
    person::{Input, OwnerError},
    segment::Belongs,
    supplier::NewSegment,
};

use super::{Group, refused};
use crate::{watch::Broken, world::life::Wrong};

/// Days that a membership is kept.
const KEPT: Days = Days(90);

impl Group<'_> {
    /// Publishes all patterns.
    pub(super) fn publish(&mut self, firm: usize) -> Result<(), Wrong> {
        let Some(rules) = &self.rules.segments else { return Ok(()) };
        for (at, pattern) in rules.pattern.iter().enumerate() {
            let new = NewSegment {
                name: pattern.name.clone(),
                words: String::new(),
                predicate: pattern.predicate.clone(),
                purpose: pattern.purpose,
                retention: KEPT,
                membership: true,
                epsilon: Some(pattern.epsilon),
                tally: None,
                expires: Timestamp(self.agenda.end() + 1),
            };
            let (now, mut entropy) = (self.agenda.time(), self.entropy());
            let (segment, _) = self.firms[firm].machine.publish(new, now, &mut entropy).map_err(refused)?;
            self.patterns.insert(segment.id(), at);
        }
        Ok(())
    }

    /// The person's node asks for what a supplier publishes, every so many days.
    pub(super) fn ask_for_segments(&mut self, person: usize, firm: usize) -> Result<(), Wrong> {
        let Some(rules) = &self.rules.segments else { return Ok(()) };
        if !self.beings[person].links.get(&firm).is_some_and(|link| link.paired) {
            return Ok(());
        }
        let turn = self.agenda.day() + person as u64 + firm as u64;
        if turn.is_multiple_of(u64::from(rules.looks_every_days)) {
            let key = self.firms[firm].key;
            let told = self.give(person, Input::AskSegments(&key), None).map_err(refused)?;
            self.run_person(person, told)?;
        }
        Ok(())
    }

    /// Other segments came: the defaults say what they say.
    pub(super) fn speak(&mut self, person: usize, supplier: &PublicKey) -> Result<(), Wrong> {
        let now = self.agenda.time();
        for (id, answer) in self.beings[person].machine.unsaid(supplier, now) {
            let fits = self.fits(person, supplier, &id);
            let entropy = self.entropy();
            let said = match answer {
                Belongs::Count => self.give(person, Input::CountMe(supplier, &id, fits), Some(entropy)),
                Belongs::Yes if fits => {
                    self.beings[person].watch.says(supplier, &id, fits);
                    self.give(person, Input::Belong(supplier, &id, true, fits), Some(entropy))
                }
                Belongs::Yes | Belongs::No => {
                    self.give(person, Input::Belong(supplier, &id, false, fits), Some(entropy))
                }
            };
            let effects = match said {
                Ok(effects) => effects,
                Err(OwnerError::BudgetSpent) => {
                    self.tally("beyond_budget", 1);
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
            Belongs::Yes if fits => self.tally("memberships", 1),
            Belongs::Count => {
                self.tally("counted", 1);
                if let (Some(rules), Some(at)) = (&self.rules.segments, self.patterns.get(id)) {
                    let count = self.lived.counts.entry(rules.pattern[*at].name.clone()).or_default();
                    count.members += u64::from(fits);
                }
            }
            Belongs::Yes | Belongs::No => {}
        }
    }

    /// What the node finds by evaluating a segment over the values.
    fn fits(&self, person: usize, supplier: &PublicKey, id: &ObjectId) -> bool {
        let being = &self.beings[person];
        let mut segments = being.machine.segments();
        let segment = segments.find(|(who, segment, _)| *who == supplier && segment.id() == *id);
        let value = |field| being.values.get(&field).map(|held| held.value.clone());
        segment.is_some_and(|(_, segment, _)| segment.predicate.evaluate(&value, self.agenda.time()).belongs)
    }

    /// What suppliers make of the randomised answers, over all of them.
    pub(super) fn sum_up_counts(&mut self) -> Result<(), Wrong> {
        let Some(rules) = &self.rules.segments else { return Ok(()) };
        let mut all = 0;
        for firm in &self.firms {
            for (id, answers) in &firm.reports {
                let Some(pattern) = self.patterns.get(id).map(|at| &rules.pattern[*at]) else { continue };
                let count = self.lived.counts.entry(pattern.name.clone()).or_default();
                count.reports += answers.len() as u64;
                count.yes += answers.values().filter(|answer| **answer).count() as u64;
                count.epsilon = pattern.epsilon;
                all += answers.len() as u64;
            }
        }
        // A supplier can't have more answers than left.
        if all > self.lived.sum("counted") { Err(Broken::Counted.into()) } else { Ok(()) }
    }
}
