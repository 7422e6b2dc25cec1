//! Tables as Parquet files. In: typed cells, row by row. Out: the bytes of a file, part by part, so that a table of
//! any length needs the memory of one row group.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use axum::body::Bytes;
use parquet::{
    basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical},
    data_type::{BoolType, ByteArray, ByteArrayType, Int64Type},
    errors::ParquetError,
    file::{
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::Type,
};

use super::{
    exports::{Cell, Column, Kind},
    limits,
};
use crate::command::Failure;

/// A file under way.
pub(super) struct File {
    columns: &'static [Column],
    writer: SerializedFileWriter<Pipe>,
    written: Pipe,
    rows: Vec<Vec<Cell>>,
}

/// What was written and not taken yet.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Pipe {
    fn take(&self) -> Bytes {
        mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

impl File {
    /// An empty one with these columns.
    pub(super) fn new(columns: &'static [Column]) -> Result<Self, Failure> {
        let written = Pipe::default();
        let fields = columns.iter().map(field).collect::<Result<_, _>>().map_err(Failure::internal)?;
        let schema = Type::group_type_builder("regie").with_fields(fields).build().map_err(Failure::internal)?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = SerializedFileWriter::new(written.clone(), Arc::new(schema), Arc::new(properties));
        Ok(Self { columns, writer: writer.map_err(Failure::internal)?, written, rows: Vec::new() })
    }

    /// Adds rows; the bytes that are ready come out.
    pub(super) fn rows(&mut self, rows: Vec<Vec<Cell>>) -> Result<Bytes, Failure> {
        self.rows.extend(rows);
        if self.rows.len() >= limits::ROW_GROUP {
            self.group()?;
        }
        Ok(self.written.take())
    }

    /// The last bytes.
    pub(super) fn end(mut self) -> Result<Bytes, Failure> {
        self.group()?;
        self.writer.finish().map_err(Failure::internal)?;
        Ok(self.written.take())
    }

    fn group(&mut self) -> Result<(), Failure> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows = mem::take(&mut self.rows);
        let mut group = self.writer.next_row_group().map_err(Failure::internal)?;
        for (at, column) in self.columns.iter().enumerate() {
            let cells = rows.iter().filter_map(|row| row.get(at));
            write(&mut group, column.kind, cells).map_err(Failure::internal)?;
        }
        group.close().map_err(Failure::internal)?;
        Ok(())
    }
}

fn field(column: &Column) -> Result<Arc<Type>, ParquetError> {
    let (physical, logical) = match column.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Time => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
        Kind::Count => (Physical::INT64, None),
        Kind::Flag => (Physical::BOOLEAN, None),
    };
    let field = Type::primitive_type_builder(column.name, physical).with_logical_type(logical);
    field.with_repetition(Repetition::OPTIONAL).build().map(Arc::new)
}

fn write<'a>(
    group: &mut SerializedRowGroupWriter<'_, Pipe>,
    kind: Kind,
    cells: impl Iterator<Item = &'a Cell> + Clone,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else { return Ok(()) };
    let levels: Vec<i16> = cells.clone().map(|cell| i16::from(*cell != Cell::Nothing)).collect();
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    match kind {
        Kind::Text => {
            let values: Vec<ByteArray> = cells.filter_map(Cell::text).map(|text| text.as_str().into()).collect();
            column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
        }
        Kind::Time | Kind::Count => {
            let number = |cell: &Cell| match cell {
                Cell::Time(at) => Some(whole(at.0)),
                Cell::Count(count) => Some(whole(*count)),
                _ => None,
            };
            let values: Vec<i64> = cells.filter_map(number).collect();
            column.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
        }
        Kind::Flag => {
            let flag = |cell: &Cell| if let Cell::Flag(flag) = cell { Some(*flag) } else { None };
            let values: Vec<bool> = cells.filter_map(flag).collect();
            column.typed::<BoolType>().write_batch(&values, Some(&levels), None)?;
        }
    }
    column.close()
}
