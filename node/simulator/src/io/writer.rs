//! Writes a table as CSV and Parquet while its rows come, a row group at a time, so that memory does not grow with it.
//! In: columns, rows. Out: `name.csv` and `name.parquet`, which are there only when they are whole.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
};

use parquet::{
    basic::Compression,
    data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type},
    file::{
        properties::WriterProperties,
        writer::{SerializedColumnWriter, SerializedFileWriter},
    },
    schema::parser::parse_message_type,
};

use crate::limits;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers.
    Whole,
    /// Numbers; one that is missing is empty.
    Real,
    /// Words.
    Text,
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A whole number.
    Whole(i64),
    /// A number, or none.
    Real(Option<f64>),
    /// Words.
    Text(String),
}

/// Why a table was not written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file.
    #[error("can't write the table: {0}; give another directory with --out")]
    File(#[from] std::io::Error),
    /// CSV.
    #[error("can't write the table: {0}; give another directory with --out")]
    Csv(#[from] csv::Error),
    /// Parquet.
    #[error("can't write the table: {0}; give another directory with --out")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A row that does not fit: a mistake of the program.
    #[error("a row does not fit the columns of its table; this is a mistake of regie-sim, please report it")]
    Row,
}

/// A table that is being written.
pub struct Writer {
    directory: PathBuf,
    name: String,
    csv: csv::Writer<File>,
    parquet: SerializedFileWriter<File>,
    held: Vec<Held>,
    rows: usize,
}

/// The values of one column that wait for their row group.
enum Held {
    Whole(Vec<i64>),
    Real(Vec<Option<f64>>),
    Text(Vec<ByteArray>),
}

impl Writer {
    /// Begins a table.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn create(directory: &Path, name: &str, columns: &[(String, Kind)]) -> Result<Self, TableError> {
        let mut csv = csv::Writer::from_path(part(directory, name, "csv"))?;
        csv.write_record(columns.iter().map(|(name, _)| name))?;
        let fields: String = columns
            .iter()
            .map(|(name, kind)| match kind {
                Kind::Whole => format!("required int64 {name}; "),
                Kind::Real => format!("optional double {name}; "),
                Kind::Text => format!("required binary {name} (UTF8); "),
            })
            .collect();
        let schema = Arc::new(parse_message_type(&format!("message {name} {{ {fields} }}"))?);
        let properties = Arc::new(WriterProperties::builder().set_compression(Compression::SNAPPY).build());
        let parquet = SerializedFileWriter::new(File::create(part(directory, name, "parquet"))?, schema, properties)?;
        let held = columns.iter().map(|(_, kind)| Held::of(*kind)).collect();
        Ok(Self { directory: directory.to_owned(), name: name.to_owned(), csv, parquet, held, rows: 0 })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn push(&mut self, row: &[Cell]) -> Result<(), TableError> {
        if row.len() != self.held.len() {
            return Err(TableError::Row);
        }
        for (held, cell) in self.held.iter_mut().zip(row) {
            held.push(cell)?;
            self.csv.write_field(cell.text())?;
        }
        self.csv.write_record(None::<&[u8]>)?;
        self.rows += 1;
        if self.rows == limits::ROW_GROUP_ROWS { self.group() } else { Ok(()) }
    }

    /// Writes what waits, and gives the files their names. They are on disk before they have them.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn finish(mut self) -> Result<(), TableError> {
        if self.rows > 0 {
            self.group()?;
        }
        let csv = self.csv.into_inner().map_err(csv::IntoInnerError::into_error)?;
        csv.sync_all()?;
        self.parquet.finish()?;
        self.parquet.inner().sync_all()?;
        for ending in ["csv", "parquet"] {
            fs::rename(
                part(&self.directory, &self.name, ending),
                self.directory.join(format!("{}.{ending}", self.name)),
            )?;
        }
        Ok(())
    }

    fn group(&mut self) -> Result<(), TableError> {
        let mut group = self.parquet.next_row_group()?;
        for held in &mut self.held {
            let mut column = group.next_column()?.ok_or(TableError::Row)?;
            held.write(&mut column)?;
            column.close()?;
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Self::Whole(number) => number.to_string(),
            Self::Real(number) => number.map(|number| number.to_string()).unwrap_or_default(),
            Self::Text(text) => text.clone(),
        }
    }
}

impl Held {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Whole => Self::Whole(Vec::new()),
            Kind::Real => Self::Real(Vec::new()),
            Kind::Text => Self::Text(Vec::new()),
        }
    }

    fn push(&mut self, cell: &Cell) -> Result<(), TableError> {
        match (self, cell) {
            (Self::Whole(held), Cell::Whole(number)) => held.push(*number),
            (Self::Real(held), Cell::Real(number)) => held.push(*number),
            (Self::Text(held), Cell::Text(text)) => held.push(ByteArray::from(text.as_str())),
            _ => return Err(TableError::Row),
        }
        Ok(())
    }

    fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<(), TableError> {
        match self {
            Self::Whole(held) => {
                column.typed::<Int64Type>().write_batch(held, None, None)?;
                held.clear();
            }
            Self::Real(held) => {
                let there: Vec<i16> = held.iter().map(|number| i16::from(number.is_some())).collect();
                let numbers: Vec<f64> = held.iter().flatten().copied().collect();
                column.typed::<DoubleType>().write_batch(&numbers, Some(&there), None)?;
                held.clear();
            }
            Self::Text(held) => {
                column.typed::<ByteArrayType>().write_batch(held, None, None)?;
                held.clear();
            }
        }
        Ok(())
    }
}

fn part(directory: &Path, name: &str, ending: &str) -> PathBuf {
    directory.join(format!("{name}.{ending}.part"))
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};

    use super::*;

    #[test]
    fn rows_are_written_group_by_group_and_all_kinds_read_back() {
        let directory = tempfile::tempdir().expect("a directory");
        let columns = [("a", Kind::Whole), ("b", Kind::Real), ("c", Kind::Text)].map(|(n, k)| (n.to_owned(), k));
        let mut writer = Writer::create(directory.path(), "rows", &columns).expect("begun");
        let rows = limits::ROW_GROUP_ROWS + 2;
        for at in 0..rows {
            let real = (at % 2 == 0).then_some(at as f64 / 2.0);
            writer.push(&[Cell::Whole(at as i64), Cell::Real(real), Cell::Text(format!("row, {at}"))]).expect("added");
            assert!(writer.rows < limits::ROW_GROUP_ROWS, "no more rows are held than a group has");
        }
        assert!(matches!(writer.push(&[Cell::Whole(1)]), Err(TableError::Row)));
        assert!(!directory.path().join("rows.csv").exists(), "nothing has the name before it is whole");
        writer.finish().expect("finished");
        let file = File::open(directory.path().join("rows.parquet")).expect("there");
        let reader = SerializedFileReader::new(file).expect("a table");
        assert_eq!(reader.num_row_groups(), 2);
        let last = reader.get_row_iter(None).expect("rows").last().expect("one").expect("a row");
        assert_eq!(last.to_string(), format!("{{a: {}, b: null, c: \"row, {}\"}}", rows - 1, rows - 1));
        let text = fs::read_to_string(directory.path().join("rows.csv")).expect("there");
        assert_eq!(text.lines().count(), rows + 1);
        assert!(text.contains("\n2,1,\"row, 2\"\n3,,\"row, 3\"\n"));
    }
}
