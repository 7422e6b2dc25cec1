//! What was read in a turn: the lock keeps it as it is until the turn ends, so nothing is asked twice.
//!
//! In: questions with their answers. Out: the answers, also to questions for one row of a group that was read whole. It is empty
//! between turns: nobody's records stay in memory by it.

use std::collections::BTreeMap;

use crate::store::{Key, Row, TableId, asked::What};

/// Most bytes of values that are kept; beyond them it begins anew.
const BYTES: usize = 16 * 1024 * 1024;
/// Most answers that are kept.
const ANSWERS: usize = 32 * 1024;

/// Answers of this turn.
#[derive(Default)]
pub(super) struct Memo {
    answers: BTreeMap<(TableId, What), Vec<Row>>,
    bytes: usize,
}

impl Memo {
    /// The rows that were read for this question. `guarded`: is each row of the table looked up by itself, so that a group says nothing
    /// of a row that is missing in it?
    pub(super) fn known(&self, table: TableId, what: &What, guarded: bool) -> Option<Vec<Row>> {
        let same = self.answers.get(&(table, what.clone())).cloned();
        let What::Row(key) = what else { return same };
        same.or_else(|| if guarded { None } else { self.of_group(table, key) })
    }

    fn of_group(&self, table: TableId, key: &Key) -> Option<Vec<Row>> {
        let rows = self.answers.get(&(table, What::Group(key.group.clone())))?;
        Some(rows.iter().filter(|row| row.item == key.item).cloned().collect())
    }

    pub(super) fn keep(&mut self, table: TableId, what: What, rows: &[Row]) {
        let bytes: usize = rows.iter().map(|row| row.value.len()).sum();
        if self.bytes.saturating_add(bytes) > BYTES || self.answers.len() >= ANSWERS {
            self.forget();
        }
        self.bytes = self.bytes.saturating_add(bytes);
        self.answers.insert((table, what), rows.to_vec());
    }

    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    const TABLE: TableId = TableId::new(7, "seven", false);

    fn row(group: &[u8], number: u64) -> Row {
        let Key { group, item } = Key::grouped_index(group, number);
        Row { group, item, value: Zeroizing::new(vec![1; 1000]) }
    }

    #[test]
    fn a_group_answers_for_its_rows_and_for_those_that_it_does_not_have() {
        let mut memo = Memo::default();
        let rows = [row(b"a", 1), row(b"a", 2)];
        memo.keep(TABLE, What::Group(b"a".to_vec()), &rows);
        let asked = |group: &[u8], number| What::Row(Key::grouped_index(group, number));
        assert_eq!(memo.known(TABLE, &asked(b"a", 2), false), Some(vec![rows[1].clone()]));
        assert_eq!(memo.known(TABLE, &asked(b"a", 3), false), Some(Vec::new()), "it was read: nothing stands there");
        assert_eq!(memo.known(TABLE, &asked(b"b", 2), false), None, "of that group nothing was read");
        assert_eq!(memo.known(TABLE, &asked(b"a", 3), true), None, "a row that was taken off is to be noticed");
        memo.forget();
        assert_eq!(memo.known(TABLE, &asked(b"a", 2), false), None);
    }

    #[test]
    fn it_has_a_bound() {
        let mut memo = Memo::default();
        for number in 0..40_000 {
            memo.keep(TABLE, What::Row(Key::grouped_index(b"", number)), &[row(b"", number)]);
        }
        assert!(memo.bytes <= BYTES && memo.answers.len() <= BYTES / 1000);
        assert!(memo.known(TABLE, &What::Row(Key::grouped_index(b"", 39_999)), false).is_some());
    }
}
