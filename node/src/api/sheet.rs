//! A table as a file to download. In: its columns, and who reads its next rows. Out: CSV (RFC 4180) or Parquet, written
//! page by page, so that a million rows never stand in memory and other calls go on between two pages.
//!
//! A CSV cell that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a return) gets
//! an apostrophe in front, as OWASP advises against CSV injection; `exact` leaves every cell as it is.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use futures::stream;
use regie_tables::{Cell, Column, Kind, Schema, Table, TableError, Terminator};
use tokio::sync::OwnedSemaphorePermit;

use super::{Api, limits, problem::Problem};
use crate::command::Failure;

/// As what it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    Parquet,
}

impl Format {
    fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    fn written(self) -> regie_tables::Format {
        match self {
            Self::Csv => regie_tables::Format::Csv(Terminator::CRLF),
            Self::Parquet => regie_tables::Format::Parquet { rows: limits::ROW_GROUP },
        }
    }
}

/// A table to be answered with.
pub(super) struct Sheet<'a> {
    /// What the file is called.
    pub(super) file: &'a str,
    /// Its columns, in all of which a cell may be empty.
    pub(super) columns: &'a [(&'static str, Kind)],
    pub(super) format: Format,
    /// Leave every cell of CSV as it is, for a program that reads it.
    pub(super) exact: bool,
}

/// A page of rows, and after which number to go on.
pub(super) struct Rows {
    pub(super) cells: Vec<Vec<Cell>>,
    pub(super) next: Option<u64>,
}

impl Sheet<'_> {
    /// The table with the rows that `read` gives, from 0 on.
    pub(super) async fn answer<R>(
        self,
        api: Api,
        read: impl Fn(Api, u64) -> R + Send + 'static,
    ) -> Result<Response, Problem>
    where
        R: Future<Output = Result<Rows, Problem>> + Send + 'static,
    {
        let table = Table::begin(self.schema(), self.format.written(), Vec::new()).map_err(failed)?;
        let place = place(&api)?;
        // The first page is read before anything is answered: a call without a key gets its problem, not a file.
        let first = read(api.clone(), 0).await?;
        let plain = self.format == Format::Csv && !self.exact;
        let reader = Reader { api, read, waiting: Some(first), table: Some(table), plain, _place: place };
        let mut response = Response::new(Body::from_stream(stream::unfold(reader, Reader::next)));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.format.media_type()));
        if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", self.file)) {
            headers.insert(header::CONTENT_DISPOSITION, value);
        }
        Ok(response)
    }

    fn schema(&self) -> Schema {
        let column = |(name, kind): &(&str, Kind)| Column { name: (*name).to_owned(), kind: *kind, nullable: true };
        Schema { name: "regie", columns: self.columns.iter().map(column).collect() }
    }
}

/// One of the places for long answers.
fn place(api: &Api) -> Result<OwnedSemaphorePermit, Problem> {
    Arc::clone(&api.streams).try_acquire_owned().map_err(|_| {
        let words = format!("{} long answers are under way already; wait until one is read", limits::STREAMS);
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", words)
    })
}

struct Reader<F> {
    api: Api,
    read: F,
    waiting: Option<Rows>,
    /// None when the last part was written.
    table: Option<Table<Vec<u8>>>,
    plain: bool,
    _place: OwnedSemaphorePermit,
}

impl<F, R> Reader<F>
where
    F: Fn(Api, u64) -> R,
    R: Future<Output = Result<Rows, Problem>>,
{
    /// The next part of the file. Where reading fails the answer breaks off, so that nobody takes a part for all.
    async fn next(mut self) -> Option<(Result<Bytes, Failure>, Self)> {
        let mut table = self.table.take()?;
        let Some(rows) = self.waiting.take() else {
            return Some((table.end().map(Bytes::from).map_err(failed), self));
        };
        let written = add(&mut table, rows.cells, self.plain).map_err(failed);
        if let Some(after) = rows.next {
            match (self.read)(self.api.clone(), after).await {
                Ok(more) => self.waiting = Some(more),
                Err(_) => return Some((Err(Failure::internal("the table breaks off")), self)),
            }
        }
        if written.is_ok() {
            self.table = Some(table);
        }
        Some((written, self))
    }
}

/// Adds rows; the bytes that are ready come out.
fn add(table: &mut Table<Vec<u8>>, rows: Vec<Vec<Cell>>, plain: bool) -> Result<Bytes, TableError> {
    for mut row in rows {
        if plain {
            row.iter_mut().for_each(defuse);
        }
        table.push(&row)?;
    }
    table.take().map(Bytes::from)
}

/// So that no spreadsheet takes the cell for a formula.
fn defuse(cell: &mut Cell) {
    if let Cell::Text(text) = cell
        && text.starts_with(['=', '+', '-', '@', '\t', '\r'])
    {
        text.insert(0, '\'');
    }
}

fn failed(error: TableError) -> Failure {
    match error {
        TableError::NoParquet => {
            Failure::usage("this regie was built without Parquet; ask for .csv, or build it with `--features parquet`")
        }
        other => Failure::internal(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_are_text() {
        let cells = ["=1+1", "+31 30 1", "a,b", "say \"so\"", "two\nlines", "plain"];
        let columns = cells.map(|name| (name, Kind::Text));
        let write = |exact: bool| {
            let sheet = Sheet { file: "some.csv", columns: &columns, format: Format::Csv, exact };
            let mut table = Table::begin(sheet.schema(), sheet.format.written(), Vec::new()).expect("begun");
            table.take().expect("the names");
            let bytes = add(&mut table, vec![cells.map(Cell::from).into()], !exact).expect("a row");
            String::from_utf8(bytes.to_vec()).expect("text")
        };
        assert_eq!(write(false), "'=1+1,'+31 30 1,\"a,b\",\"say \"\"so\"\"\",\"two\nlines\",plain\r\n");
        assert!(write(true).starts_with("=1+1,+31 30 1,"));
    }
}
