//! Patterns that suppliers publish, and the person's word on them. In: the owner's word, a default's, segments that
//! came. Out: JSON with why each fits or not; memberships and randomised answers. Predicates are evaluated here, over
//! the stored values; what comes of it goes nowhere but to the person, unless the person says so.

use regie_protocol::{
    DAY_MS, FieldPath, Now, ObjectId, PublicKey, Value as FieldValue, Verified,
    person::{Input, OwnerError, Said},
    policy::SegmentRule,
    segment::{Belongs, Fit, Segment},
    tally::Tally,
};
use serde_json::{Value, json};

use super::{Node, commands::time, value_of};
use crate::{
    command::{self, Failure},
    driver::Turn,
};

/// How long a supplier's segments are not asked for anew where its link comes up.
const ASKED_MS: u64 = DAY_MS;
/// How long they are not asked for anew where the person looks.
const LOOKED_MS: u64 = 10_000;

impl Node {
    /// What the suppliers publish, whether it fits and why, and what the person said.
    pub(super) fn segments(&mut self, turn: &mut Turn) -> Value {
        let suppliers: Vec<PublicKey> = self.machine.relationships().map(|(key, _)| *key).collect();
        for supplier in suppliers {
            self.ask_segments(&supplier, LOOKED_MS, turn);
        }
        let now = self.clock.look();
        let left = self.machine.budget_left(None, now);
        let found = self.machine.segments().filter(|(_, segment, _)| segment.expires > now.latest());
        let shown = found.map(|(supplier, segment, said)| self.segment_json(supplier, segment, said, now));
        json!({ "budget_left": thousandths(left), "segments": shown.collect::<Vec<_>>() })
    }

    /// The person's word on one segment.
    pub(super) fn belong(&mut self, text: &str, word: &str, turn: &mut Turn) -> Result<Value, Failure> {
        let word = command::belongs(word)?;
        let mut found = self.machine.segments().filter(|(_, segment, _)| segment.id().to_string().ends_with(text));
        let (Some((supplier, segment, _)), None) = (found.next(), found.next()) else {
            return Err(OwnerError::NoSegment.into());
        };
        let (supplier, id) = (*supplier, segment.id());
        drop(found);
        self.say_belongs(&supplier, &id, word, turn)?;
        Ok(json!({ "segment": id, "said": word }))
    }

    /// Segments came: what a default says of them is said, where it can be.
    pub(super) fn default_belongs(&mut self, supplier: &PublicKey, turn: &mut Turn) {
        let now = self.clock.now();
        for (id, word) in self.machine.unsaid(supplier, now) {
            // Where the person does not belong, that is the word: silence would tell the same, and for longer.
            let word = if word == Belongs::Yes && !self.fits(&id, now) { Belongs::No } else { word };
            if let Err(failure) = self.say_belongs(supplier, &id, word, turn) {
                // It waits for the person, as without a default.
                tracing::info!(code = failure.code, "a default has no word on a segment");
            }
        }
    }

    /// A link came up: what its supplier publishes is asked for once a day.
    pub(super) fn learn_segments(&mut self, supplier: &PublicKey, turn: &mut Turn) {
        self.ask_segments(supplier, ASKED_MS, turn);
    }

    /// The defaults about segments; with a rule, that one is set.
    pub(super) fn segment_rules(&mut self, rule: Option<Value>, turn: &mut Turn) -> Result<Value, Failure> {
        if let Some(rule) = rule {
            let rule: SegmentRule = serde_json::from_value(rule).map_err(Failure::usage)?;
            let mut policy = self.machine.policy().clone();
            policy.segments.retain(|old| old.name != rule.name);
            policy.segments.push(rule);
            self.give(Input::SetPolicy(policy), turn)?;
        }
        serde_json::to_value(&self.machine.policy().segments).map_err(Failure::internal)
    }

    fn ask_segments(&mut self, supplier: &PublicKey, pause: u64, turn: &mut Turn) {
        let now = self.clock.uptime();
        if self.asked.get(supplier).is_some_and(|asked| asked.plus_ms(pause) > now) {
            return;
        }
        self.asked.insert(*supplier, now);
        // Where there is no such relationship any more, there is nothing to ask.
        let _ = self.give(Input::AskSegments(supplier), turn);
    }

    fn say_belongs(
        &mut self,
        supplier: &PublicKey,
        id: &ObjectId,
        word: Belongs,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let now = self.clock.now();
        let fits = self.fits(id, now);
        let input = match word {
            Belongs::Yes => Input::Belong(supplier, id, true, fits),
            Belongs::No => Input::Belong(supplier, id, false, fits),
            Belongs::Count => Input::CountMe(supplier, id, fits),
        };
        self.give(input, turn)?;
        Ok(())
    }

    fn fits(&self, id: &ObjectId, now: Now) -> bool {
        let segment = self.machine.segments().find(|(_, segment, _)| segment.id() == *id);
        segment.is_some_and(|(_, segment, _)| self.fit(segment, now).belongs)
    }

    fn fit(&self, segment: &Segment, now: Now) -> Fit {
        let value = |field: FieldPath| -> Option<FieldValue> {
            value_of(&self.store, &self.values, field).map(|held| held.value)
        };
        segment.predicate.evaluate(&value, now.wall)
    }

    fn segment_json(&self, supplier: &PublicKey, segment: &Verified<Segment>, said: Option<&Said>, now: Now) -> Value {
        let fit = self.fit(segment, now);
        let because = fit
            .because
            .iter()
            .map(|(clause, holds)| json!({ "clause": crate::sentences::predicate(clause), "holds": holds }));
        let shown = json!({
            "segment": segment.id(),
            "supplier": supplier,
            "from": self.name_of(supplier),
            "name": segment.name,
            "words": segment.words,
            "who": crate::sentences::predicate(&segment.predicate),
            "fits": fit.belongs,
            "because": because.collect::<Vec<_>>(),
            "looks_at": segment.predicate.fields(),
            "purpose": segment.purpose,
            "kept": segment.retention,
            "may_belong": segment.membership,
            "may_be_counted": segment.epsilon.is_some(),
            "epsilon": segment.epsilon.map(thousandths),
            "helper": segment.tally.as_ref().and_then(|tally| helper_json(tally, supplier)),
            "budget_left_here": thousandths(self.machine.budget_left(Some(supplier), now)),
            "said": said.map(|said| said.what),
            "counted": said.is_some_and(|said| said.counted.is_some()),
            "expires": time(segment.expires),
        });
        self.who(shown, supplier)
    }
}

/// Who helps to count, and how few are never summed.
fn helper_json(tally: &Tally, supplier: &PublicKey) -> Option<Value> {
    let card = tally.helper(supplier).ok()?;
    Some(json!({ "name": card.name, "key": card.helper, "least": tally.least }))
}

/// Thousandths as a decimal number.
fn thousandths(epsilon: u32) -> f64 {
    f64::from(epsilon) / 1_000.0
}
