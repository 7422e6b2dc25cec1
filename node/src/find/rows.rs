//! Rows of a table, in memory that is wiped. In: text with commas, semicolons or tabs. Out: one row after the other; what a cell
//! held stands in one buffer, which the next row overwrites and which is wiped at the end.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use zeroize::Zeroizing;

use crate::import::text::delimiter;

/// Longest row that is read, in bytes.
const ROW_BYTES: usize = 64 * 1024;
/// Most cells of a row that are looked at.
const CELLS: usize = 64;

/// A table, read row by row.
pub(super) struct Rows<'a> {
    reader: Reader,
    rest: &'a [u8],
    row: Zeroizing<Vec<u8>>,
    ends: [usize; CELLS + 1],
    cells: usize,
}

impl<'a> Rows<'a> {
    /// The rows of a text, whose cells stand apart as its first line has them.
    pub(super) fn of(text: &'a str) -> Self {
        let reader = ReaderBuilder::new().delimiter(delimiter(text)).build();
        let row = Zeroizing::new(vec![0; ROW_BYTES]);
        Self { reader, rest: text.as_bytes(), row, ends: [0; CELLS + 1], cells: 0 }
    }

    /// Goes to the next row; false at the end. A row that is too long is passed over as one without cells.
    pub(super) fn next(&mut self) -> bool {
        let (mut at, mut end, mut whole) = (0, 0, true);
        loop {
            let (result, read, wrote, ended) = match (self.row.get_mut(at..), self.ends.get_mut(end..)) {
                (Some(row), Some(ends)) => self.reader.read_record(self.rest, row, ends),
                _ => return false,
            };
            self.rest = self.rest.get(read..).unwrap_or_default();
            // Where a row goes on, its ends are counted from its own beginning.
            (at, end) = (at + wrote, end + ended);
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return false,
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => (at, end, whole) = (0, 0, false),
            }
        }
        self.cells = if whole { end } else { 0 };
        true
    }

    /// A cell of this row, without white space around it; empty where there is none.
    pub(super) fn cell(&self, index: usize) -> &str {
        let end = self.ends.get(..self.cells).and_then(|ends| ends.get(index));
        let begin = index.checked_sub(1).map_or(Some(&0), |before| self.ends.get(before));
        let bytes = begin.zip(end).and_then(|(begin, end)| self.row.get(*begin..*end));
        bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default().trim()
    }

    /// How many cells this row has.
    pub(super) fn len(&self) -> usize {
        self.cells
    }

    /// Every cell as the name of a column: in small letters.
    pub(super) fn heads(&self) -> Vec<String> {
        (0..self.cells).map(|index| self.cell(index).to_lowercase()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Vec<String>> {
        let mut rows = Rows::of(text);
        let mut found = Vec::new();
        while rows.next() {
            found.push((0..rows.len()).map(|index| rows.cell(index).to_owned()).collect());
        }
        found
    }

    #[test]
    fn rows_are_read_with_quotes_and_any_delimiter() {
        assert_eq!(all("a,b\n\"x, \"\"y\"\"\",z\n"), [["a", "b"], ["x, \"y\"", "z"]]);
        assert_eq!(all("\"a,a\";b\r\n1;\"2\n3\""), [["a,a", "b"], ["1", "2\n3"]]);
        assert_eq!(all("a\tb\n1\t2,0\n"), [["a", "b"], ["1", "2,0"]]);
        assert_eq!(all(""), Vec::<Vec<String>>::new());
    }

    #[test]
    fn a_row_beyond_the_bounds_is_passed_over_and_the_next_one_is_read() {
        let (long, wide) = ("x".repeat(3 * ROW_BYTES), ",".repeat(3 * CELLS));
        let found = all(&format!("a,b\n{long},1\n{wide}\nc,d\n"));
        assert_eq!(found, [vec!["a", "b"], vec![], vec![], vec!["c", "d"]]);
        assert_eq!(all(&format!("\"{long}")).len(), 1, "a quote that nobody closes");
    }
}
