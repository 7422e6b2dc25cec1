//! What a supplier without a companion has of a person: a copy from forms, that letters change. In: forms, letters that it acts
//! on, what ceased to be true. Out: how much of it is right.

use std::collections::{BTreeMap, BTreeSet};

use regie_protocol::FieldPath;

use crate::measure::{holding::Past, month::Month};

/// What one such supplier has of one person.
#[derive(Default)]
pub struct Paper(BTreeMap<FieldPath, String>);

impl Paper {
    /// A form was filled in.
    pub fn fill_in(&mut self, fields: impl Iterator<Item = (FieldPath, String)>) {
        self.0.extend(fields);
    }

    /// It was told what has changed, and takes in what it has of that.
    pub fn change(&mut self, changed: &BTreeMap<FieldPath, String>) {
        for (field, value) in changed {
            self.0.entry(*field).and_modify(|copy| copy.clone_from(value));
        }
    }

    /// Has it any of these fields?
    #[must_use]
    pub fn has_of(&self, changed: &BTreeMap<FieldPath, String>) -> bool {
        changed.keys().any(|field| self.0.contains_key(field))
    }

    /// Has it nothing of the person?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds to a month what it has now, and how right that is; `needed` is what it needs.
    pub fn compare(&self, needed: &BTreeSet<FieldPath>, past: &Past, now: u64, month: &mut Month) {
        for (field, value) in &self.0 {
            let since = past.since(*field, value);
            month.paper_held += 1;
            month.paper_needless += u64::from(!needed.contains(field));
            month.paper_right += u64::from(since.is_none());
            month.paper_wrong_ms += since.map_or(0, |since| now - since);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_changes_what_there_is_and_adds_nothing() {
        let (street, email): (FieldPath, FieldPath) =
            ("address.street".parse().expect("a field"), "email".parse().expect("a field"));
        let changed = BTreeMap::from([(street, "2".to_owned()), (email, "b".to_owned())]);
        let (mut paper, mut past) = (Paper::default(), Past::default());
        assert!(paper.is_empty() && !paper.has_of(&changed));
        paper.fill_in([(street, "1".to_owned())].into_iter());
        assert!(paper.has_of(&changed));
        past.turn(street, "1", "2", 10);
        let month = |paper: &Paper| {
            let mut month = Month::default();
            paper.compare(&BTreeSet::new(), &past, 15, &mut month);
            (month.paper_held, month.paper_right, month.paper_wrong_ms, month.paper_needless)
        };
        assert_eq!(month(&paper), (1, 0, 5, 1));
        paper.change(&changed);
        assert_eq!(month(&paper), (1, 1, 0, 1));
    }
}
