//! A table of any columns: what experiments and groups give. In: rows of whole numbers, numbers and words. Out: CSV,
//! Parquet, and the rows as a table of a document.

use std::{fmt, path::Path};

use regie_tables::{Cell, Kind, Schema};

use crate::io::writer::{self, TableError, Writer};

/// A table under a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    schema: Schema,
    rows: Vec<Vec<Cell>>,
}

impl Frame {
    /// An empty table.
    #[must_use]
    pub fn new(name: &'static str, columns: &[(&'static str, Kind)]) -> Self {
        Self { schema: writer::schema(name, columns.iter().copied()), rows: Vec::new() }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`TableError::Row`] where it does not fit the columns.
    pub fn push(&mut self, row: Vec<Cell>) -> Result<(), TableError> {
        self.schema.fits(&row)?;
        self.rows.push(row);
        Ok(())
    }

    /// Its name, and that of its files.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.schema.name
    }

    /// The rows, in the order in which they came.
    #[must_use]
    pub fn rows(&self) -> &[Vec<Cell>] {
        &self.rows
    }

    /// The column of this name as numbers; empty where there is none, 0 for words.
    #[must_use]
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        let at = self.schema.columns.iter().position(|column| column.name == name);
        at.map(|at| self.rows.iter().map(|row| number(&row[at])).collect()).unwrap_or_default()
    }

    /// Writes `NAME.csv`, `NAME.parquet` and `NAME.md`.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn write(&self, directory: &Path) -> Result<(), TableError> {
        let mut writer = Writer::create(directory, &self.schema)?;
        self.rows.iter().try_for_each(|row| writer.push(row))?;
        writer.finish()?;
        Ok(std::fs::write(directory.join(format!("{}.md", self.name())), self.to_string())?)
    }
}

impl fmt::Display for Frame {
    /// As a table of a document.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.schema.columns.iter().map(|column| column.name.as_str()).collect();
        writeln!(f, "| {} |\n|{}", names.join(" | "), "---|".repeat(names.len()))?;
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(shown).collect();
            writeln!(f, "| {} |", cells.join(" | "))?;
        }
        Ok(())
    }
}

/// A part of a whole; 0 of nothing.
#[must_use]
pub fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn number(cell: &Cell) -> f64 {
    match cell {
        Cell::Whole(number) => *number as f64,
        Cell::Real(number) => *number,
        _ => 0.0,
    }
}

/// For people: numbers with as many digits as tell something.
fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Real(number) if number.abs() >= 100.0 => format!("{number:.0}"),
        Cell::Real(number) if number.abs() >= 10.0 => format!("{number:.1}"),
        Cell::Real(number) => format!("{number:.3}"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_fits_its_columns_or_is_refused() {
        let mut frame = Frame::new("some", &[("name", Kind::Text), ("share", Kind::Real), ("count", Kind::Whole)]);
        frame.push(vec!["a".into(), 0.25.into(), 3_u64.into()]).expect("fits");
        assert!(matches!(frame.push(vec!["a".into(), 3_u64.into(), 3_u64.into()]), Err(TableError::Row("some"))));
        assert!(frame.push(vec!["a".into()]).is_err());
        assert_eq!(frame.to_string(), "| name | share | count |\n|---|---|---|\n| a | 0.250 | 3 |\n");
        assert_eq!((frame.numbers("share"), frame.numbers("no such")), (vec![0.25], Vec::new()));
        let directory = tempfile::tempdir().expect("a directory");
        frame.write(directory.path()).expect("written");
        let csv = std::fs::read_to_string(directory.path().join("some.csv")).expect("text");
        assert_eq!(csv, "name,share,count\na,0.25,3\n");
        assert!(std::fs::read(directory.path().join("some.parquet")).expect("bytes").starts_with(b"PAR1"));
    }
}
