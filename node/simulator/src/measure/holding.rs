//! What a supplier holds of a person, and what it would hold today: a copy that nothing ends, and that is told of a move
//! by hand or not at all. In: values that came and went, what ceased to be true. Out: how much of both is right.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::FieldPath;

use crate::measure::month::Month;

/// What one supplier has of one person.
#[derive(Default)]
pub struct Holding {
    /// What it holds, as it was told.
    held: BTreeMap<FieldPath, String>,
    /// What it would hold today: a copy from the day on which it asked, told by hand of some moves.
    copy: BTreeMap<FieldPath, String>,
}

impl Holding {
    /// A value came. Where a request is `answered`, today's copy is made anew too: a form that is filled in.
    pub fn take_in(&mut self, field: FieldPath, value: &str, answered: bool) {
        if answered || !self.copy.contains_key(&field) {
            self.copy.insert(field, value.to_owned());
        }
        self.held.insert(field, value.to_owned());
    }

    /// Values were erased. Nobody erases a copy today.
    pub fn erase(&mut self, fields: &BTreeSet<FieldPath>) {
        self.held.retain(|field, _| !fields.contains(field));
    }

    /// The person tells by hand what has changed: of that, what the supplier was told before.
    pub fn tell_by_hand(&mut self, changed: &BTreeMap<FieldPath, String>) {
        for (field, value) in changed {
            self.copy.entry(*field).and_modify(|copy| copy.clone_from(value));
        }
    }

    /// Adds to a month what is held now, and how right it is; `needed` is what the supplier needs.
    pub fn compare(&self, needed: &BTreeSet<FieldPath>, past: &Past, now: u64, month: &mut Month) {
        for (field, value) in &self.held {
            month.held += 1;
            month.held_needless += u64::from(!needed.contains(field));
            let copy = self.copy.get(field).unwrap_or(value);
            for (held, right, wrong_ms) in [
                (value, &mut month.held_right, &mut month.held_wrong_ms),
                (copy, &mut month.held_right_by_hand, &mut month.held_wrong_ms_by_hand),
            ] {
                let since = past.since(*field, held);
                *right += u64::from(since.is_none());
                *wrong_ms += since.map_or(0, |since| now - since);
            }
        }
        month.copies += self.copy.len() as u64;
        let right = self.copy.iter().filter(|(field, copy)| past.since(**field, copy).is_none()).count();
        month.copies_right += right as u64;
    }
}

/// Values of a person that were true, and since when they are not.
#[derive(Default)]
pub struct Past(BTreeMap<FieldPath, BTreeMap<String, u64>>);

impl Past {
    /// From now on another value is true; it may have been so before.
    pub fn turn(&mut self, field: FieldPath, from: &str, to: &str, now: u64) {
        let past = self.0.entry(field).or_default();
        past.insert(from.to_owned(), now);
        past.remove(to);
    }

    /// Since when a value is not true any more, in milliseconds of Unix time; none where it is.
    #[must_use]
    pub fn since(&self, field: FieldPath, value: &str) -> Option<u64> {
        self.0.get(&field)?.get(value).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_right_until_it_changes_and_again_when_it_is_as_before() {
        let field: FieldPath = "address.postalCode".parse().expect("a field");
        let needed = BTreeSet::from([field]);
        let (mut holding, mut past) = (Holding::default(), Past::default());
        let month = |holding: &Holding, past: &Past, now| {
            let mut month = Month::default();
            holding.compare(&needed, past, now, &mut month);
            (month.held, month.held_right, month.held_right_by_hand, month.held_wrong_ms)
        };
        holding.take_in(field, "1000 AB", true);
        assert_eq!(month(&holding, &past, 5), (1, 1, 1, 0));
        past.turn(field, "1000 AB", "1001 AB", 10);
        holding.tell_by_hand(&BTreeMap::from([(field, "1001 AB".to_owned())]));
        assert_eq!(month(&holding, &past, 15), (1, 0, 1, 5), "only by hand it was told");
        holding.take_in(field, "1001 AB", false);
        past.turn(field, "1001 AB", "1000 AB", 20);
        assert_eq!(month(&holding, &past, 21), (1, 0, 0, 1));
        past.turn(field, "1000 AB", "1001 AB", 30);
        assert_eq!(month(&holding, &past, 40), (1, 1, 1, 0), "as before");
        holding.erase(&needed);
        assert_eq!(month(&holding, &past, 40), (0, 0, 0, 0));
    }
}
