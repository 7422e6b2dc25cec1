//! Patterns that suppliers publish, and the person's word on them. In: the owner's word, a default's, segments that
//! came. Out: whether each fits; memberships and randomised answers. Predicates are evaluated here, over
//! the stored values; what comes of it goes nowhere but to the person, unless the person says so.

use regie_protocol::{
    DAY_MS, Now, ObjectId, PublicKey,
    person::Input,
    segment::{Belongs, Fit, Segment},
};

use super::Node;
use crate::{command::Failure, driver::Turn};

/// How long a supplier's segments are not asked for anew where its link comes up.
const ASKED_MS: u64 = DAY_MS;
/// How long they are not asked for anew where the person looks.
pub(super) const LOOKED_MS: u64 = 10_000;

impl Node {
    /// Segments came: what a default says of them is said, where it can be.
    pub(super) fn default_belongs(&mut self, supplier: &PublicKey, turn: &mut Turn) {
        let now = self.clock.now();
        for (id, word) in self.machine.unsaid(supplier, now) {
            // Where the person does not belong, that is the word: silence would tell the same, and for longer.
            let fits = self.fits(&id, now);
            let word = if word == Belongs::Yes && !fits { Belongs::No } else { word };
            if let Err(failure) = self.say_belongs(supplier, &id, word, fits, turn) {
                // It waits for the person, as without a default.
                tracing::info!(code = failure.code, "a default has no word on a segment");
            }
        }
    }

    /// A link came up: what its supplier publishes is asked for once a day.
    pub(super) fn learn_segments(&mut self, supplier: &PublicKey, turn: &mut Turn) {
        self.ask_segments(supplier, ASKED_MS, turn);
    }

    /// Asks a supplier what it publishes, unless it was asked within this many milliseconds.
    pub(super) fn ask_segments(&mut self, supplier: &PublicKey, pause: u64, turn: &mut Turn) {
        let now = self.clock.uptime();
        if self.asked.get(supplier).is_some_and(|asked| asked.plus_ms(pause) > now) {
            return;
        }
        self.asked.insert(*supplier, now);
        // Where there is no such relationship any more, there is nothing to ask.
        let _ = self.give(Input::AskSegments(supplier), turn);
    }

    /// Says the word on a segment.
    pub(super) fn say_belongs(
        &mut self,
        supplier: &PublicKey,
        id: &ObjectId,
        word: Belongs,
        fits: bool,
        turn: &mut Turn,
    ) -> Result<(), Failure> {
        let input = match word {
            Belongs::Yes => Input::Belong(supplier, id, true, fits),
            Belongs::No => Input::Belong(supplier, id, false, fits),
            Belongs::Count => Input::CountMe(supplier, id, fits),
        };
        self.give(input, turn)?;
        Ok(())
    }

    pub(super) fn fits(&self, id: &ObjectId, now: Now) -> bool {
        let segment = self.machine.segments().find(|(_, segment, _)| segment.id() == *id);
        segment.is_some_and(|(_, segment, _)| self.fit(segment, now).belongs)
    }

    /// Does a segment fit, and why?
    pub(super) fn fit(&self, segment: &Segment, now: Now) -> Fit {
        segment.predicate.evaluate(&|field| self.held(field).map(|held| held.value), now.wall)
    }
}
