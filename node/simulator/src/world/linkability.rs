//! Who can tell persons apart? Colluding suppliers compare what they hold of each person, by keys and by values; a board
//! compares intents. In: what they were told. Out: sizes of anonymity sets, entropies, right and wrong guesses.
//!
//! An anonymity set is all records of the other supplier that may be of the same person: by key all of them, since no
//! two keys of a person are alike; by values those that differ in no field that both hold. Its entropy is that of a
//! guess among equals: log2 of its size. Of who has moved between two records the set may be empty.

use std::collections::BTreeSet;

use regie_protocol::{MINUTE_MS, PublicKey};

use crate::{
    measure::month::Month,
    scenario::group::Attack,
    world::{state::World, supplier::Notes},
};

impl World<'_> {
    /// At the end of this month: what the colluders have, and how far they can put it together.
    pub(super) fn link_persons(&mut self, month: usize) {
        let colluders: Vec<usize> =
            (0..self.suppliers.len()).filter(|supplier| self.attack(*supplier) == Some(Attack::Collude)).collect();
        let mut found = Month::default();
        for one in &colluders {
            for (key, told) in &self.suppliers[*one].notes {
                self.count_pool(*one, key, told, &mut found);
                for other in colluders.iter().filter(|other| *other != one) {
                    self.link(key, told, *other, &mut found);
                }
            }
        }
        self.lived.month(month).add(&found);
    }

    /// Values that the pool has, and of them those whose grants have ended: a liar erases nothing.
    fn count_pool(&self, supplier: usize, key: &PublicKey, told: &Notes, found: &mut Month) {
        let held = self.suppliers[supplier].machine.customer(key).map(|customer| customer.held());
        let ended = told.keys().filter(|field| held.is_none_or(|held| !held.contains_key(field))).count();
        found.pool_values += told.len() as u64;
        found.pool_ended += ended as u64;
    }

    /// Tries to find one person's record among those of another supplier, where there is one.
    fn link(&self, key: &PublicKey, told: &Notes, other: usize, found: &mut Month) {
        let records = &self.suppliers[other].notes;
        let owner = self.owners.get(key);
        if !records.keys().any(|other| self.owners.get(other) == owner) {
            return;
        }
        let may_be = |record: &Notes| {
            told.iter().all(|(field, (value, _))| record.get(field).is_none_or(|(other, _)| other == value))
        };
        let set: Vec<&PublicKey> = records.iter().filter(|(_, record)| may_be(record)).map(|(key, _)| key).collect();
        let right = set.len() == 1 && self.owners.get(set[0]) == owner;
        found.link_tries += 1;
        found.link_right += u64::from(right);
        found.link_wrong += u64::from(set.len() == 1 && !right);
        found.link_set += set.len() as u64;
        found.link_millibits += millibits(set.len());
        found.link_set_by_key += records.len() as u64;
        found.link_millibits_by_key += millibits(records.len());
    }

    /// At the end of the run: how often is the key at another supplier that heard of its person within a minute of when this
    /// one did, most often of all keys, the same person's?
    pub(super) fn link_moments(&mut self) {
        let colluders: Vec<usize> =
            (0..self.suppliers.len()).filter(|supplier| self.attack(*supplier) == Some(Attack::Collude)).collect();
        let mut found = Month::default();
        for (one, other) in colluders.iter().flat_map(|one| colluders.iter().map(move |other| (*one, *other))) {
            let records = &self.suppliers[other].heard;
            for (key, moments) in self.suppliers[one].heard.iter().filter(|_| one != other) {
                let owner = self.owners.get(key);
                if !records.keys().any(|key| self.owners.get(key) == owner) {
                    continue;
                }
                let scores = records.iter().map(|(key, others)| (common(moments, others), key));
                let best = scores.clone().map(|(score, _)| score).max().filter(|score| *score > 0);
                let mut alike = scores.filter(|(score, _)| Some(*score) == best);
                let guess = alike.next().filter(|_| alike.next().is_none());
                found.moment_tries += 1;
                found.moment_right += u64::from(guess.is_some_and(|(_, key)| self.owners.get(key) == owner));
                found.moment_blind_thousandths += 1_000 / records.len() as u64;
            }
        }
        let last = self.lived.months.len().saturating_sub(1);
        self.lived.month(last).add(&found);
    }

    /// At the end of the run: how well does a board guess which other intents are of the same person? By the area that
    /// an intent names; blind where it names none.
    pub(super) fn link_intents(&mut self) {
        let mut found = Month::default();
        for (at, need) in self.needs.iter().enumerate() {
            let others = || self.needs.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
            let own = others().filter(|other| other.person == need.person).count() as u64;
            let set = others().filter(|other| other.region == need.region).count() as u64;
            // Who has moved names another area than before.
            let within = others().filter(|other| other.person == need.person && other.region == need.region).count();
            if own > 0 {
                found.intent_tries += 1;
                found.intent_set += set;
                found.intent_guess_thousandths += (within as u64 * 1_000).checked_div(set).unwrap_or(0);
                found.intent_blind_thousandths += own * 1_000 / (self.needs.len() as u64 - 1);
            }
        }
        let last = self.lived.months.len().saturating_sub(1);
        self.lived.month(last).add(&found);
    }
}

/// How many of these moments have one of the others within a minute.
fn common(moments: &BTreeSet<u64>, others: &BTreeSet<u64>) -> usize {
    let near = |at: &&u64| others.range(at.saturating_sub(MINUTE_MS)..=at.saturating_add(MINUTE_MS)).next().is_some();
    moments.iter().filter(near).count()
}

/// The entropy of a guess among so many, in thousandths of a bit.
fn millibits(set: usize) -> u64 {
    if set == 0 { 0 } else { ((set as f64).log2() * 1_000.0).round() as u64 }
}
