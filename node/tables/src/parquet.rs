//! A table as Parquet. In: rows that fit the schema. Out: row groups, each written when it has all its rows, so that
//! no more than one of them stands in memory.

use std::{io::Write, mem, sync::Arc};

use parquet::{
    basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type},
    errors::ParquetError,
    file::{
        properties::WriterProperties,
        writer::{SerializedColumnWriter, SerializedFileWriter},
    },
    schema::types::Type,
};

use crate::{Cell, Column, Kind, Schema};

/// A file under way.
pub(crate) struct Groups<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    held: Vec<Held>,
    rows: usize,
    most: usize,
}

impl<W: Write + Send> Groups<W> {
    /// An empty one, with so many rows in a group.
    pub(crate) fn begin(schema: &Schema, most: usize, to: W) -> Result<Self, ParquetError> {
        let fields = schema.columns.iter().map(field).collect::<Result<_, _>>()?;
        let root = Type::group_type_builder(schema.name).with_fields(fields).build()?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = SerializedFileWriter::new(to, Arc::new(root), Arc::new(properties))?;
        Ok(Self { writer, held: schema.columns.iter().map(Held::of).collect(), rows: 0, most })
    }

    /// Adds a row that fits.
    pub(crate) fn push(&mut self, row: &[Cell]) -> Result<(), ParquetError> {
        self.held.iter_mut().zip(row).for_each(|(held, cell)| held.push(cell));
        self.rows += 1;
        if self.rows < self.most { Ok(()) } else { self.group() }
    }

    /// Writes what waits and the end of the file.
    pub(crate) fn end(mut self) -> Result<W, ParquetError> {
        if self.rows > 0 {
            self.group()?;
        }
        self.writer.into_inner()
    }

    fn group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for held in &mut self.held {
            if let Some(mut column) = group.next_column()? {
                held.write(&mut column)?;
                column.close()?;
            }
        }
        self.rows = 0;
        group.close().map(drop)
    }
}

impl Groups<Vec<u8>> {
    /// The bytes that are ready. Where in the file the next ones stand is counted apart from this buffer.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        mem::take(self.writer.inner_mut())
    }
}

/// The values of one column that wait for their row group; and, where it may be empty, which rows have one (1 or 0).
struct Held {
    values: Values,
    there: Option<Vec<i16>>,
}

enum Values {
    Text(Vec<ByteArray>),
    Whole(Vec<i64>),
    Real(Vec<f64>),
    Flag(Vec<bool>),
}

impl Held {
    fn of(column: &Column) -> Self {
        let values = match column.kind {
            Kind::Text => Values::Text(Vec::new()),
            Kind::Whole | Kind::Time => Values::Whole(Vec::new()),
            Kind::Real => Values::Real(Vec::new()),
            Kind::Flag => Values::Flag(Vec::new()),
        };
        Self { values, there: column.nullable.then(Vec::new) }
    }

    fn push(&mut self, cell: &Cell) {
        if let Some(there) = &mut self.there {
            there.push(i16::from(!matches!(cell, Cell::Nothing)));
        }
        match (&mut self.values, cell) {
            (Values::Text(held), Cell::Text(text)) => held.push(text.as_str().into()),
            (Values::Whole(held), Cell::Whole(number) | Cell::Time { ms: number, .. }) => held.push(*number),
            (Values::Real(held), Cell::Real(number)) => held.push(*number),
            (Values::Flag(held), Cell::Flag(flag)) => held.push(*flag),
            // Nothing: the row fits.
            _ => {}
        }
    }

    fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let there = self.there.as_deref();
        match &mut self.values {
            Values::Text(held) => batch::<ByteArrayType>(column, held, there)?,
            Values::Whole(held) => batch::<Int64Type>(column, held, there)?,
            Values::Real(held) => batch::<DoubleType>(column, held, there)?,
            Values::Flag(held) => batch::<BoolType>(column, held, there)?,
        }
        self.there.iter_mut().for_each(Vec::clear);
        Ok(())
    }
}

fn batch<T: DataType>(
    column: &mut SerializedColumnWriter<'_>,
    held: &mut Vec<T::T>,
    there: Option<&[i16]>,
) -> Result<(), ParquetError> {
    column.typed::<T>().write_batch(held, there, None)?;
    held.clear();
    Ok(())
}

fn field(column: &Column) -> Result<Arc<Type>, ParquetError> {
    let (physical, logical) = match column.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Whole => (Physical::INT64, None),
        Kind::Real => (Physical::DOUBLE, None),
        Kind::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
        Kind::Flag => (Physical::BOOLEAN, None),
    };
    let repetition = if column.nullable { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    let field = Type::primitive_type_builder(&column.name, physical).with_logical_type(logical);
    field.with_repetition(repetition).build().map(Arc::new)
}

#[cfg(test)]
mod tests {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};

    use super::*;

    #[test]
    fn rows_are_written_group_by_group_and_all_kinds_read_back() {
        let kinds = [Kind::Text, Kind::Whole, Kind::Real, Kind::Time, Kind::Flag];
        let column = |kind| Column { name: format!("{kind:?}"), kind, nullable: kind != Kind::Text };
        let schema = Schema { name: "rows", columns: kinds.map(column).into() };
        let mut groups = Groups::begin(&schema, 4, Vec::new()).expect("begun");
        let mut bytes = Vec::new();
        for at in 0..9_u64 {
            let time = Cell::Time { ms: 1_800_000_000_000, text: String::new() };
            let full = [format!("row {at}").into(), at.into(), 0.5.into(), time, Cell::Flag(true)];
            let empty = [String::new().into(), Cell::Nothing, Cell::Nothing, Cell::Nothing, Cell::Nothing];
            groups.push(if at % 2 == 0 { &full } else { &empty }).expect("added");
            assert!(groups.rows < 4, "no more rows are held than a group has");
            bytes.extend(groups.take());
        }
        bytes.extend(groups.end().expect("ended"));
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).expect("a table");
        assert_eq!(reader.num_row_groups(), 3);
        let rows: Vec<String> =
            reader.get_row_iter(None).expect("rows").map(|row| row.expect("a row").to_string()).collect();
        assert_eq!(rows[7], "{Text: \"\", Whole: null, Real: null, Time: null, Flag: null}");
        assert_eq!(rows[8], "{Text: \"row 8\", Whole: 8, Real: 0.5, Time: 2027-01-15 08:00:00.000 +00:00, Flag: true}");
    }
}
