//! A table of any columns: what experiments and groups give. In: rows of whole numbers, fractions and words. Out: CSV,
//! Parquet, and the rows as a table of a document.

use std::{fmt, fs::File, path::Path, sync::Arc};

use parquet::{
    basic::Compression,
    data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type},
    errors::ParquetError,
    file::{
        properties::WriterProperties,
        writer::{SerializedColumnWriter, SerializedFileWriter},
    },
    schema::parser::parse_message_type,
};

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
    /// CSV.
    #[error("can't write the table: {0}; give another directory with --out")]
    Csv(#[from] csv::Error),
    /// Parquet.
    #[error("can't write the table: {0}; give another directory with --out")]
    Parquet(#[from] ParquetError),
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
        let file = |ending: &str| directory.join(format!("{}.{ending}", self.name));
        let mut csv = csv::Writer::from_path(file("csv"))?;
        csv.write_record(self.columns.iter().map(|(name, _)| name))?;
        for row in &self.rows {
            csv.write_record(row.iter().map(Cell::plain))?;
        }
        csv.flush()?;
        std::fs::write(file("md"), self.to_string())?;
        self.write_parquet(File::create(file("parquet"))?)
    }

    fn write_parquet(&self, file: File) -> Result<(), FrameError> {
        let of = |(name, kind): &(&str, Kind)| match kind {
            Kind::Whole => format!("required int64 {name};"),
            Kind::Real => format!("required double {name};"),
            Kind::Words => format!("required binary {name} (UTF8);"),
        };
        let columns: Vec<String> = self.columns.iter().map(of).collect();
        let schema = Arc::new(parse_message_type(&format!("message {} {{ {} }}", self.name, columns.join(" ")))?);
        let properties = Arc::new(WriterProperties::builder().set_compression(Compression::SNAPPY).build());
        let mut parquet = SerializedFileWriter::new(file, schema, properties)?;
        let mut group = parquet.next_row_group()?;
        let mut at = 0;
        while let Some(mut column) = group.next_column()? {
            self.write_column(&mut column, at)?;
            column.close()?;
            at += 1;
        }
        group.close()?;
        parquet.close()?;
        Ok(())
    }

    fn write_column(&self, column: &mut SerializedColumnWriter<'_>, at: usize) -> Result<(), ParquetError> {
        let cells = || self.rows.iter().map(|row| &row[at]);
        match self.columns[at].1 {
            Kind::Whole => {
                let whole = |cell: &Cell| if let Cell::Whole(number) = cell { *number } else { 0 };
                let values: Vec<i64> = cells().map(|cell| i64::try_from(whole(cell)).unwrap_or(i64::MAX)).collect();
                column.typed::<Int64Type>().write_batch(&values, None, None)?;
            }
            Kind::Real => {
                let values: Vec<f64> = cells().map(Cell::number).collect();
                column.typed::<DoubleType>().write_batch(&values, None, None)?;
            }
            Kind::Words => {
                let values: Vec<ByteArray> = cells().map(|cell| ByteArray::from(cell.plain().as_str())).collect();
                column.typed::<ByteArrayType>().write_batch(&values, None, None)?;
            }
        }
        Ok(())
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

    /// With every digit.
    fn plain(&self) -> String {
        match self {
            Self::Whole(number) => number.to_string(),
            Self::Real(number) => number.to_string(),
            Self::Words(words) => words.clone(),
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
            _ => f.write_str(&self.plain()),
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
