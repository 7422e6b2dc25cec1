//! Suppliers without a companion: forms, letters that tell of a move, requests for what they have. In: the scenario's shares and
//! days. Out: copies on paper, and what came of letters.
//!
//! No machine is on the other side, so what the node does here is to make letters ready; that a person sends them, and
//! what a supplier makes of them, is drawn.

use std::collections::BTreeMap;

use rand::Rng as _;
use regie_protocol::{DAY_MS, FieldPath};

use crate::{
    scenario::letters::Letters,
    world::{
        event::{Event, Post},
        person::Person,
        state::World,
    },
};

impl World<'_> {
    /// Has a new supplier a companion?
    pub(super) fn has_companion(&mut self) -> bool {
        self.scenario.letters.as_ref().is_none_or(|letters| self.rng.random_bool(letters.companions))
    }

    /// Puts the first of everything that goes by paper into the queue.
    pub(super) fn plan_letters(&mut self, person: usize) {
        let Some(letters) = &self.scenario.letters else { return };
        let suppliers: Vec<usize> = self.persons[person].paper.keys().copied().collect();
        for supplier in suppliers {
            for number in 0..self.scenario.sector[self.suppliers[supplier].sector].asks.len() {
                let first = self.rng.random_range(0..u64::from(self.asks(supplier, number).every_days) * DAY_MS);
                self.agenda.later(first, Event::Form(person, supplier, number));
            }
        }
        self.agenda.once_a(letters.rights_a_year, &mut self.rng, Event::Asserts(person));
    }

    /// A form is filled in, whole.
    pub(super) fn form(&mut self, person: usize, supplier: usize, number: usize) {
        let asks = self.asks(supplier, number);
        let Person { values, paper, .. } = &mut self.persons[person];
        let of = |field: &FieldPath| values.get(field).map(|held| (*field, held.value.as_str().to_owned()));
        if let Some(paper) = paper.get_mut(&supplier) {
            paper.fill_in(asks.fields.iter().filter_map(of));
        }
        self.month().forms += 1;
        self.agenda.later(u64::from(asks.every_days) * DAY_MS, Event::Form(person, supplier, number));
    }

    /// Who has no companion is told of a move by letter; where the person sends none, some are told by hand.
    pub(super) fn write_of_move(&mut self, person: usize, told: &BTreeMap<FieldPath, String>) {
        let Some(letters) = &self.scenario.letters else { return };
        let by_letter = self.rng.random_bool(letters.sends);
        let paper = self.persons[person].paper.iter().filter(|(_, paper)| paper.has_of(told));
        let suppliers: Vec<usize> = paper.map(|(supplier, _)| *supplier).collect();
        for supplier in suppliers {
            if by_letter {
                self.month().letters += 1;
                let (acts, days) = (self.rng.random_bool(letters.acts), self.days(letters.acts_days));
                if acts {
                    self.agenda.later(days, Event::Post(person, supplier, Post::Acts(told.clone())));
                }
            } else if self.rng.random_bool(self.scenario.baseline.tells)
                && let Some(paper) = self.persons[person].paper.get_mut(&supplier)
            {
                paper.change(told);
            }
        }
    }

    /// A person asks one of them what it has.
    pub(super) fn assert_right(&mut self, person: usize) {
        let Some(letters) = &self.scenario.letters else { return };
        self.agenda.once_a(letters.rights_a_year, &mut self.rng, Event::Asserts(person));
        let paper = self.persons[person].paper.iter().filter(|(_, paper)| !paper.is_empty());
        let suppliers: Vec<usize> = paper.map(|(supplier, _)| *supplier).collect();
        if suppliers.is_empty() {
            return;
        }
        let supplier = suppliers[self.rng.random_range(0..suppliers.len())];
        let (month, lot) = (Letters::MONTH, self.rng.random_range(0.0..1.0));
        let (in_time, late) = (self.days([1, month]), self.days([month + 1, letters.late_days]));
        let answer = if lot < letters.answers_in_time {
            Some((in_time, false))
        } else if lot < letters.answers_in_time + letters.answers_late {
            Some((late, true))
        } else {
            None
        };
        self.month().letters += 1;
        self.month().rights += 1;
        if let Some((after, late)) = answer {
            self.agenda.later(after, Event::Post(person, supplier, Post::Answers { late }));
        }
        // The end of that day: an answer of the last one is in time.
        let ends = |days: u32| u64::from(days + 1) * DAY_MS;
        for (days, post) in [(month, Post::Reminds), (letters.complains_after_days, Post::Complains)] {
            if answer.is_none_or(|(after, _)| after > ends(days)) {
                self.agenda.later(ends(days), Event::Post(person, supplier, post));
            }
        }
    }

    /// What was to come of a letter comes.
    pub(super) fn post(&mut self, person: usize, supplier: usize, post: &Post) {
        match post {
            Post::Acts(told) => {
                if let Some(paper) = self.persons[person].paper.get_mut(&supplier) {
                    paper.change(told);
                }
            }
            Post::Answers { late } => {
                let month = self.month();
                month.rights_late += u64::from(*late);
                month.rights_in_time += u64::from(!*late);
            }
            Post::Reminds => {
                self.month().letters += 1;
                self.month().reminders += 1;
            }
            Post::Complains => {
                self.month().letters += 1;
                self.month().complaints += 1;
            }
        }
    }

    fn days(&mut self, [least, most]: [u32; 2]) -> u64 {
        u64::from(self.rng.random_range(least..=most.max(least))) * DAY_MS
    }
}
