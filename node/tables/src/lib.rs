//! Tables as files. In: a schema, and rows of typed cells, one by one. Out: CSV (RFC 4180), or Parquet where this was
//! built with it, written while the rows come, so that memory does not grow with the table.

use std::{
    fmt,
    io::{self, Write},
    mem,
};

pub use csv::Terminator;

#[cfg(feature = "parquet")]
mod parquet;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words; in Parquet UTF-8.
    Text,
    /// Whole numbers; in Parquet int64.
    Whole,
    /// Numbers; in Parquet double.
    Real,
    /// Moments; in Parquet int64 with the milliseconds since 1970 (UTC).
    Time,
    /// Yes or no; in Parquet boolean.
    Flag,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether a cell of it may be empty.
    pub nullable: bool,
}

/// The name of a table, and its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// What the table is called.
    pub name: &'static str,
    /// The columns, from left to right.
    pub columns: Vec<Column>,
}

impl Schema {
    /// Whether these cells are a row of it: as many as there are columns, each of its column's kind.
    ///
    /// # Errors
    /// [`TableError::Row`] where they are not.
    pub fn fits(&self, row: &[Cell]) -> Result<(), TableError> {
        let fits = row.len() == self.columns.len()
            && row.iter().zip(&self.columns).all(|(cell, column)| match cell.kind() {
                Some(kind) => kind == column.kind,
                None => column.nullable,
            });
        if fits { Ok(()) } else { Err(TableError::Row(self.name)) }
    }
}

/// One cell of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing: empty in CSV, null in Parquet.
    Nothing,
    /// Words.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number.
    Real(f64),
    /// A moment.
    Time {
        /// Milliseconds since 1970 (UTC), for Parquet.
        ms: i64,
        /// As CSV shows it.
        text: String,
    },
    /// Yes or no.
    Flag(bool),
}

impl Cell {
    /// What it holds, where it holds something.
    fn kind(&self) -> Option<Kind> {
        match self {
            Self::Nothing => None,
            Self::Text(_) => Some(Kind::Text),
            Self::Whole(_) => Some(Kind::Whole),
            Self::Real(_) => Some(Kind::Real),
            Self::Time { .. } => Some(Kind::Time),
            Self::Flag(_) => Some(Kind::Flag),
        }
    }
}

impl fmt::Display for Cell {
    /// As CSV has it: numbers with all their digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => Ok(()),
            Self::Text(text) | Self::Time { text, .. } => f.write_str(text),
            Self::Whole(number) => number.fmt(f),
            Self::Real(number) => number.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u64> for Cell {
    /// The largest whole number where it is larger.
    fn from(number: u64) -> Self {
        Self::Whole(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Nothing, Into::into)
    }
}

/// As what a table is written.
#[derive(Clone, Copy, Debug)]
pub enum Format {
    /// CSV whose lines end so, the first one with the names of the columns.
    Csv(Terminator),
    /// Parquet, compressed with Snappy.
    Parquet {
        /// Rows of a row group; they stand in memory until they are written together.
        rows: usize,
    },
}

/// Why a table was not written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The place that is written to.
    #[error(transparent)]
    File(#[from] io::Error),
    /// CSV.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// Parquet.
    #[cfg(feature = "parquet")]
    #[error(transparent)]
    Parquet(#[from] ::parquet::errors::ParquetError),
    /// Parquet is asked for, and this was built without it.
    #[error("this was built without Parquet")]
    NoParquet,
    /// A row that does not fit the columns of this table: a mistake of the program.
    #[error("a row of {0} does not fit its columns")]
    Row(&'static str),
}

/// A table that is being written.
pub struct Table<W: Write + Send> {
    schema: Schema,
    sheet: Sheet<W>,
}

enum Sheet<W: Write + Send> {
    Csv(csv::Writer<W>, Terminator),
    #[cfg(feature = "parquet")]
    Parquet(Box<parquet::Groups<W>>),
}

impl<W: Write + Send> Table<W> {
    /// Begins a table.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn begin(schema: Schema, format: Format, to: W) -> Result<Self, TableError> {
        let sheet = match format {
            Format::Csv(ends) => {
                let mut csv = lines(ends, to);
                csv.write_record(schema.columns.iter().map(|column| &column.name))?;
                Sheet::Csv(csv, ends)
            }
            #[cfg(feature = "parquet")]
            Format::Parquet { rows } => Sheet::Parquet(Box::new(parquet::Groups::begin(&schema, rows, to)?)),
            #[cfg(not(feature = "parquet"))]
            Format::Parquet { .. } => return Err(TableError::NoParquet),
        };
        Ok(Self { schema, sheet })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn push(&mut self, row: &[Cell]) -> Result<(), TableError> {
        self.schema.fits(row)?;
        match &mut self.sheet {
            Sheet::Csv(csv, _) => Ok(csv.write_record(row.iter().map(Cell::to_string))?),
            #[cfg(feature = "parquet")]
            Sheet::Parquet(groups) => Ok(groups.push(row)?),
        }
    }

    /// Writes what waits, and gives back the place that was written to.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn end(self) -> Result<W, TableError> {
        match self.sheet {
            Sheet::Csv(csv, _) => written(csv),
            #[cfg(feature = "parquet")]
            Sheet::Parquet(groups) => Ok(groups.end()?),
        }
    }
}

impl Table<Vec<u8>> {
    /// The bytes that are ready, which it then has no more.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn take(&mut self) -> Result<Vec<u8>, TableError> {
        match &mut self.sheet {
            Sheet::Csv(csv, ends) => written(mem::replace(csv, lines(*ends, Vec::new()))),
            #[cfg(feature = "parquet")]
            Sheet::Parquet(groups) => Ok(groups.take()),
        }
    }
}

fn lines<W: Write>(ends: Terminator, to: W) -> csv::Writer<W> {
    csv::WriterBuilder::new().terminator(ends).from_writer(to)
}

fn written<W: Write>(csv: csv::Writer<W>) -> Result<W, TableError> {
    Ok(csv.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_fit_are_lines_and_others_are_refused() {
        let column = |name: &str, kind, nullable| Column { name: name.to_owned(), kind, nullable };
        let columns = vec![column("a", Kind::Text, false), column("b", Kind::Real, true)];
        let format = Format::Csv(Terminator::CRLF);
        let mut table = Table::begin(Schema { name: "some", columns }, format, Vec::new()).expect("begun");
        table.push(&["x, \"y\"".into(), 0.25.into()]).expect("fits");
        assert_eq!(table.take().expect("bytes"), b"a,b\r\n\"x, \"\"y\"\"\",0.25\r\n");
        for wrong in [vec!["x".into()], vec!["x".into(), 3_u64.into()], vec![Cell::Nothing, 0.5.into()]] {
            assert!(matches!(table.push(&wrong), Err(TableError::Row("some"))), "{wrong:?}");
        }
        table.push(&["two\nlines".into(), None::<f64>.into()]).expect("fits");
        assert_eq!(table.end().expect("bytes"), b"\"two\nlines\",\r\n");
    }
}
