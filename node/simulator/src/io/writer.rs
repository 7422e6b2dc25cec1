//! Writes a table as CSV and as Parquet while its rows come. In: columns, rows. Out: `name.csv` and `name.parquet`,
//! which are there only when they are whole.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use regie_tables::{Cell, Column, Format, Kind, Schema, Table, Terminator};

use crate::limits;

/// The files of a table, by their endings.
const FORMATS: [(&str, Format); 2] =
    [("csv", Format::Csv(Terminator::Any(b'\n'))), ("parquet", Format::Parquet { rows: limits::ROW_GROUP_ROWS })];

/// Why a table was not written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file.
    #[error("can't write the table: {0}; give another directory with --out")]
    File(#[from] io::Error),
    /// What is in it.
    #[error("can't write the table: {0}; give another directory with --out")]
    Table(regie_tables::TableError),
    /// A row that does not fit: a mistake of this program.
    #[error("a row of {0} does not fit its columns; report this as a mistake of regie-sim")]
    Row(&'static str),
}

impl From<regie_tables::TableError> for TableError {
    fn from(error: regie_tables::TableError) -> Self {
        match error {
            regie_tables::TableError::Row(table) => Self::Row(table),
            other => Self::Table(other),
        }
    }
}

/// A schema of these columns. Of numbers there may be none, of whole numbers and words there always is one.
#[must_use]
pub fn schema<N: Into<String>>(name: &'static str, columns: impl IntoIterator<Item = (N, Kind)>) -> Schema {
    let column = |(name, kind): (N, Kind)| Column { name: name.into(), kind, nullable: kind == Kind::Real };
    Schema { name, columns: columns.into_iter().map(column).collect() }
}

/// A table that is being written.
pub struct Writer {
    directory: PathBuf,
    name: &'static str,
    tables: Vec<Table<File>>,
}

impl Writer {
    /// Begins a table.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn create(directory: &Path, schema: &Schema) -> Result<Self, TableError> {
        let begun = FORMATS.map(|(ending, format)| {
            let file = File::create(part(directory, schema.name, ending))?;
            Ok(Table::begin(schema.clone(), format, file)?)
        });
        let tables = begun.into_iter().collect::<Result<_, TableError>>()?;
        Ok(Self { directory: directory.to_owned(), name: schema.name, tables })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn push(&mut self, row: &[Cell]) -> Result<(), TableError> {
        Ok(self.tables.iter_mut().try_for_each(|table| table.push(row))?)
    }

    /// Writes what waits, and gives the files their names. They are on disk before they have them.
    ///
    /// # Errors
    /// [`TableError`].
    pub fn finish(self) -> Result<(), TableError> {
        for table in self.tables {
            table.end()?.sync_all()?;
        }
        for (ending, _) in FORMATS {
            let whole = self.directory.join(format!("{}.{ending}", self.name));
            fs::rename(part(&self.directory, self.name, ending), whole)?;
        }
        Ok(())
    }
}

fn part(directory: &Path, name: &str, ending: &str) -> PathBuf {
    directory.join(format!("{name}.{ending}.part"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_their_names_when_they_are_whole() {
        let directory = tempfile::tempdir().expect("a directory");
        let columns = [("a", Kind::Whole), ("b", Kind::Real), ("c", Kind::Text)];
        let mut writer = Writer::create(directory.path(), &schema("rows", columns)).expect("begun");
        for at in 0..4_u64 {
            let real = (at % 2 == 0).then_some(at as f64 / 2.0);
            writer.push(&[at.into(), real.into(), format!("row, {at}").into()]).expect("added");
        }
        assert!(matches!(writer.push(&[Cell::Whole(1)]), Err(TableError::Row("rows"))));
        assert!(!directory.path().join("rows.csv").exists(), "nothing has the name before it is whole");
        writer.finish().expect("finished");
        let text = fs::read_to_string(directory.path().join("rows.csv")).expect("there");
        assert_eq!(text, "a,b,c\n0,0,\"row, 0\"\n1,,\"row, 1\"\n2,1,\"row, 2\"\n3,,\"row, 3\"\n");
        assert!(fs::read(directory.path().join("rows.parquet")).expect("bytes").ends_with(b"PAR1"));
    }
}
