//! A table of any columns: what experiments and groups give. In: rows of whole numbers, fractions and words. Out: CSV,
//! Parquet, and the rows as a table of a document.

use std::{fmt, path::Path};

use crate::io::writer::{self, TableError, Writer};

/// One field of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A whole number.
    Whole(u64),
    /// A fraction.
    Real(f64),
    /// Words.
    Words(String),
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers: int64.
    Whole,
    /// Fractions: double.
    Real,
    /// Words: UTF-8.
    Words,
}

/// A table under a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    name: &'static str,
    columns: Vec<(&'static str, Kind)>,
    rows: Vec<Vec<Cell>>,
}

/// Why a table was not made or written.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// A row that does not fit its columns: a mistake in this program.
    #[error("a row of {0} does not fit its columns; report this as a mistake of regie-sim")]
    Shape(&'static str),
    /// The file.
    #[error("can't write the table: {0}; give another directory with --out")]
    File(#[from] std::io::Error),
    /// The table.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl Frame {
    /// An empty table.
    #[must_use]
    pub fn new(name: &'static str, columns: &[(&'static str, Kind)]) -> Self {
        Self { name, columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`FrameError::Shape`] where it does not fit the columns.
    pub fn push(&mut self, row: Vec<Cell>) -> Result<(), FrameError> {
        let fits = row.len() == self.columns.len()
            && row.iter().zip(&self.columns).all(|(cell, (_, kind))| cell.kind() == *kind);
        if !fits {
            return Err(FrameError::Shape(self.name));
        }
        self.rows.push(row);
        Ok(())
    }

    /// Its name, and that of its files.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The rows, in the order in which they came.
    #[must_use]
    pub fn rows(&self) -> &[Vec<Cell>] {
        &self.rows
    }

    /// The column of this name as numbers; empty where there is none, 0 for words.
    #[must_use]
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        let at = self.columns.iter().position(|(own, _)| *own == name);
        at.map(|at| self.rows.iter().map(|row| row[at].number()).collect()).unwrap_or_default()
    }

    /// Writes `NAME.csv`, `NAME.parquet` and `NAME.md`.
    ///
    /// # Errors
    /// [`FrameError`].
    pub fn write(&self, directory: &Path) -> Result<(), FrameError> {
        let columns: Vec<_> = self.columns.iter().map(|(name, kind)| ((*name).to_owned(), kind.written())).collect();
        let mut writer = Writer::create(directory, self.name, &columns)?;
        for row in &self.rows {
            writer.push(&row.iter().map(Cell::written).collect::<Vec<_>>())?;
        }
        writer.finish()?;
        Ok(std::fs::write(directory.join(format!("{}.md", self.name)), self.to_string())?)
    }
}

impl Kind {
    fn written(self) -> writer::Kind {
        match self {
            Self::Whole => writer::Kind::Whole,
            Self::Real => writer::Kind::Real,
            Self::Words => writer::Kind::Text,
        }
    }
}

impl fmt::Display for Frame {
    /// As a table of a document.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        writeln!(f, "| {} |\n|{}", names.join(" | "), "---|".repeat(names.len()))?;
        for row in &self.rows {
            let cells: Vec<String> = row.iter().map(Cell::to_string).collect();
            writeln!(f, "| {} |", cells.join(" | "))?;
        }
        Ok(())
    }
}

impl Cell {
    fn kind(&self) -> Kind {
        match self {
            Self::Whole(_) => Kind::Whole,
            Self::Real(_) => Kind::Real,
            Self::Words(_) => Kind::Words,
        }
    }

    fn number(&self) -> f64 {
        match self {
            Self::Whole(number) => *number as f64,
            Self::Real(number) => *number,
            Self::Words(_) => 0.0,
        }
    }

    fn written(&self) -> writer::Cell {
        match self {
            Self::Whole(number) => writer::Cell::Whole(i64::try_from(*number).unwrap_or(i64::MAX)),
            Self::Real(number) => writer::Cell::Real(Some(*number)),
            Self::Words(words) => writer::Cell::Text(words.clone()),
        }
    }
}

impl fmt::Display for Cell {
    /// For people: fractions with as many digits as tell something.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Real(number) if number.abs() >= 100.0 => write!(f, "{number:.0}"),
            Self::Real(number) if number.abs() >= 10.0 => write!(f, "{number:.1}"),
            Self::Real(number) => write!(f, "{number:.3}"),
            Self::Whole(number) => write!(f, "{number}"),
            Self::Words(words) => f.write_str(words),
        }
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Whole(number)
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl From<&str> for Cell {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

/// A part of a whole; 0 of nothing.
#[must_use]
pub fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_fits_its_columns_or_is_refused() {
        let mut frame = Frame::new("some", &[("name", Kind::Words), ("share", Kind::Real), ("count", Kind::Whole)]);
        frame.push(vec!["a".into(), 0.25.into(), 3_u64.into()]).expect("fits");
        assert!(matches!(frame.push(vec!["a".into(), 3_u64.into(), 3_u64.into()]), Err(FrameError::Shape("some"))));
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
