//! What one life or group gives: figures by month, what attackers got, how well counts were estimated.

use std::collections::BTreeMap;

use crate::{measure::month::Month, scenario::group::Attack};

/// What attackers of one kind got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Harm {
    /// Hostile messages.
    pub sent: u64,
    /// Refused, as a whole or in every field.
    pub refused: u64,
    /// Answered with a value, or that there is none.
    pub answered: u64,
    /// Put before the person.
    pub asked: u64,
    /// Values that they took in, all of them under grants.
    pub values: u64,
}

/// Randomised answers to one pattern, over all suppliers of the group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many answered.
    pub reports: u64,
    /// How many of them with yes, true or not.
    pub yes: u64,
    /// How many of them belong.
    pub members: u64,
    /// Epsilon in thousandths.
    pub epsilon: u32,
}

/// A person who lived alone, or a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lived {
    /// The number of the person or the group.
    pub number: u32,
    /// Is it a person alone?
    pub alone: bool,
    /// May suppliers have no companion?
    pub on_paper: bool,
    /// How many persons: 1, or those of the group.
    pub persons: u64,
    /// Figures by month, of all persons together.
    pub months: Vec<Month>,
    /// What attackers got.
    pub harm: BTreeMap<Attack, Harm>,
    /// Randomised answers, by pattern.
    pub counts: BTreeMap<String, Count>,
}

impl Lived {
    /// Nothing yet, of so many months.
    #[must_use]
    pub fn new(number: u32, alone: bool, months: u64) -> Self {
        let months = (0..months).map(|month| Month { number, month, ..Month::default() }).collect();
        Self { number, alone, months, ..Self::default() }
    }

    /// The figures of a month; what is after the last belongs to the last.
    ///
    /// # Panics
    /// Where there is no month at all: a scenario has a day at least.
    pub fn month(&mut self, month: usize) -> &mut Month {
        let last = self.months.len().saturating_sub(1);
        &mut self.months[month.min(last)]
    }

    /// The figures over all months.
    #[must_use]
    pub fn total(&self) -> Month {
        let mut total = Month { number: self.number, ..Month::default() };
        self.months.iter().for_each(|month| total.add(month));
        total
    }
}
