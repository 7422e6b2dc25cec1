//! Everything a companion has, as tables for other systems. In: calls. Out: CSV (RFC 4180), or Parquet where it was
//! built in, written page by page, so that a million rows never stand in memory and other calls go on between two
//! pages.
//!
//! A CSV cell that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a return) gets
//! an apostrophe in front, as OWASP advises against CSV injection; `exact=true` leaves every cell as it is.

use std::{fmt, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use futures::stream;
use regie_protocol::{
    ObjectId, PublicKey, Timestamp,
    supplier::{Outcome, Record},
};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;

use super::{
    Api,
    call::{Bearer, Params},
    limits,
    problem::Problem,
    relationships,
};
use crate::{
    clock,
    command::Failure,
    store::Part,
    supplier::{Companion, World, lists::List, lists::not_found, names, tables},
};

/// How cells are written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Writing {
    /// Leave every cell as it is, for a program that reads it.
    exact: bool,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Time,
    Count,
    Flag,
}

/// A column of a table.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    #[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "CSV knows text only"))]
    pub(super) kind: Kind,
}

const fn c(name: &'static str, kind: Kind) -> Column {
    Column { name, kind }
}

/// One cell, of its column's kind or empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Text(String),
    Time(Timestamp),
    Count(u64),
    Flag(bool),
    Nothing,
}

impl Cell {
    /// The text of a text.
    #[cfg(feature = "parquet")]
    pub(super) fn text(&self) -> Option<&String> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    fn some(text: Option<String>) -> Self {
        text.map_or(Self::Nothing, Self::Text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Time(at) => f.write_str(&clock::text(*at)),
            Self::Count(count) => count.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
            Self::Nothing => Ok(()),
        }
    }
}

/// A table that can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Relationships,
    Values,
    Disclosures,
}

/// As what it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    Parquet,
}

const RELATIONSHIPS: &[Column] = &[
    c("relationship", Kind::Text),
    c("agreement", Kind::Text),
    c("since", Kind::Time),
    c("connected", Kind::Flag),
    c("fields_held", Kind::Count),
    c("grants", Kind::Count),
];
const VALUES: &[Column] = &[
    c("relationship", Kind::Text),
    c("field", Kind::Text),
    c("value", Kind::Text),
    c("provenance", Kind::Text),
    c("observed_at", Kind::Time),
    c("disclosure", Kind::Text),
    c("grant", Kind::Text),
    c("keep_until", Kind::Time),
];
const DISCLOSURES: &[Column] = &[
    c("disclosure", Kind::Text),
    c("relationship", Kind::Text),
    c("received_at", Kind::Time),
    c("request", Kind::Text),
    c("field", Kind::Text),
    c("outcome", Kind::Text),
    c("grant", Kind::Text),
    c("refusal", Kind::Text),
];

impl What {
    fn of(file: &str) -> Option<(Self, Format)> {
        let (name, format) = match file.rsplit_once('.')? {
            (name, "csv") => (name, Format::Csv),
            (name, "parquet") => (name, Format::Parquet),
            _ => return None,
        };
        let what = match name {
            "relationships" => Self::Relationships,
            "values" => Self::Values,
            "disclosures" => Self::Disclosures,
            _ => return None,
        };
        Some((what, format))
    }

    fn list(self) -> List {
        match self {
            Self::Relationships | Self::Values => List::Relationships,
            Self::Disclosures => List::Disclosures,
        }
    }

    fn columns(self) -> &'static [Column] {
        match self {
            Self::Relationships => RELATIONSHIPS,
            Self::Values => VALUES,
            Self::Disclosures => DISCLOSURES,
        }
    }
}

/// A table: `relationships`, `values` (a row for every value held) or `disclosures` (a row for every field of every
/// disclosure), as `.csv` or, where the companion was built with it, `.parquet`.
#[utoipa::path(get, path = "/v1/exports/{file}", operation_id = "get_export", tag = "exports", params(
    ("file" = String, Path, description = "One of the tables.",
        pattern = r"^(relationships|values|disclosures)\.(csv|parquet)$"),
    ("exact" = Option<bool>, Query, description = "In CSV, leave cells that look like formulas as they are.")),
    responses((status = 200, description = "The table, one row a line, with a line of column names first.", content(
        (String = "text/csv"), (String = "application/vnd.apache.parquet")))))]
pub(super) async fn table(
    State(api): State<Api>,
    bearer: Bearer,
    Path(file): Path<String>,
    Params(writing): Params<Writing>,
) -> Result<Response, Problem> {
    let (what, format) = What::of(&file).ok_or_else(Problem::not_found)?;
    let sheet = Sheet::begin(what.columns(), format, writing.exact)?;
    let place = place(&api)?;
    // The first page is read before anything is answered: a call without a key gets its problem, not a file.
    let first = rows(&api, bearer, what, 0).await?;
    let reader = Reader { api, bearer, what, waiting: Some(first), sheet: Some(sheet), _place: place };
    Ok(file_of(&file, format.media_type(), stream::unfold(reader, Reader::next)))
}

/// One of the places for long answers.
pub(super) fn place(api: &Api) -> Result<OwnedSemaphorePermit, Problem> {
    Arc::clone(&api.streams).try_acquire_owned().map_err(|_| {
        let words = format!("{} long answers are under way already; wait until one is read", limits::STREAMS);
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", words)
    })
}

/// A file to download.
pub(super) fn file_of(
    name: &str,
    kind: &'static str,
    parts: impl futures::Stream<Item = Result<Bytes, Failure>> + Send + 'static,
) -> Response {
    let mut response = Response::new(Body::from_stream(parts));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

struct Reader {
    api: Api,
    bearer: Bearer,
    what: What,
    waiting: Option<Rows>,
    /// None when the last part was written.
    sheet: Option<Sheet>,
    _place: OwnedSemaphorePermit,
}

impl Reader {
    /// The next part of the file. Where reading fails the answer breaks off, so that nobody takes a part for all.
    async fn next(mut self) -> Option<(Result<Bytes, Failure>, Self)> {
        let mut sheet = self.sheet.take()?;
        let Some(rows) = self.waiting.take() else { return Some((sheet.end(), self)) };
        let written = sheet.rows(rows.cells);
        if let Some(after) = rows.next {
            match self::rows(&self.api, self.bearer, self.what, after).await {
                Ok(more) => self.waiting = Some(more),
                Err(_) => return Some((Err(Failure::internal("the table breaks off")), self)),
            }
        }
        if written.is_ok() {
            self.sheet = Some(sheet);
        }
        Some((written, self))
    }
}

struct Rows {
    cells: Vec<Vec<Cell>>,
    next: Option<u64>,
}

async fn rows(api: &Api, bearer: Bearer, what: What, after: u64) -> Result<Rows, Problem> {
    let rows = api.read(bearer, move |companion, caller| {
        let entries = companion.page(what.list(), caller.world, None, after, limits::PAGE_MOST)?;
        let next = entries.last().filter(|_| entries.len() == limits::PAGE_MOST).map(|entry| entry.number);
        let mut cells = Vec::new();
        for entry in entries {
            if let Some(person) = entry.person {
                cells.extend(of(companion, caller.world, what, &person, &entry.thing)?);
            }
        }
        companion.forget_persons();
        Ok(Rows { cells, next })
    });
    rows.await
}

fn of(
    companion: &mut Companion,
    world: World,
    what: What,
    person: &PublicKey,
    thing: &[u8],
) -> Result<Vec<Vec<Cell>>, Failure> {
    let relationship = Cell::Text(names::Relationship::from(*person).to_string());
    match what {
        What::Relationships => {
            let connected = Cell::Flag(companion.is_connected(person));
            let customer = companion.relationship(world, person)?;
            let (agreement, since) = (customer.agreement().to_string().into(), Cell::Time(customer.since()));
            let counts = [customer.held().len(), customer.grants().count()].map(|count| Cell::Count(count as u64));
            Ok(vec![[relationship, agreement, since, connected].into_iter().chain(counts).collect()])
        }
        What::Values => {
            companion.relationship(world, person)?;
            let kept = relationships::kept(companion, person)?;
            let row = |(field, held, observed): relationships::Kept| {
                vec![
                    relationship.clone(),
                    field.to_string().into(),
                    observed.value.as_str().to_owned().into(),
                    crate::sentences::provenance(&observed.provenance).into(),
                    Cell::Time(observed.observed),
                    names::Disclosed(*held.disclosure.digest()).to_string().into(),
                    names::Granted(*held.grant.digest()).to_string().into(),
                    Cell::Time(held.until),
                ]
            };
            Ok(kept.into_iter().map(row).collect())
        }
        What::Disclosures => disclosure(companion, person, thing),
    }
}

fn disclosure(companion: &Companion, person: &PublicKey, id: &[u8]) -> Result<Vec<Vec<Cell>>, Failure> {
    let id = <ObjectId as Part>::from_bytes(id).ok_or_else(not_found)?;
    let Some(Record::Received { received, .. }) = companion.record(tables::RECEIVED_DISCLOSURES, person, id)? else {
        return Err(not_found());
    };
    let row = |(path, outcome): (&regie_protocol::AskedPath, &Outcome)| {
        let (name, grant, refusal) = match outcome {
            Outcome::Given(grant) => ("given", Some(names::Granted(*grant.digest()).to_string()), None),
            Outcome::Absent => ("absent", None, None),
            Outcome::Asked => ("asked", None, None),
            Outcome::Refused(code) => ("refused", None, Some(code.to_string())),
        };
        vec![
            names::Disclosed(*received.id.digest()).to_string().into(),
            names::Relationship::from(*person).to_string().into(),
            Cell::Time(received.at),
            Cell::some(received.request.map(|id| names::Asked::from(id).to_string())),
            path.to_string().into(),
            name.to_owned().into(),
            Cell::some(grant),
            Cell::some(refusal),
        ]
    };
    Ok(received.outcomes.iter().map(row).collect())
}

impl Format {
    fn media_type(self) -> &'static str {
        match self {
            Self::Csv => CSV,
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// What a CSV file is called.
pub(super) const CSV: &str = "text/csv; charset=utf-8; header=present";

/// A table under way.
#[allow(clippy::large_enum_variant, reason = "there is one of it for each answer")]
enum Sheet {
    Csv(Csv),
    #[cfg(feature = "parquet")]
    Parquet(Box<super::parquet::File>),
}

impl Sheet {
    /// With the names of the columns.
    fn begin(columns: &'static [Column], format: Format, exact: bool) -> Result<Self, Failure> {
        if format == Format::Csv {
            let mut csv = Csv::new(exact);
            csv.row(columns.iter().map(|column| column.name.to_owned()))?;
            return Ok(Self::Csv(csv));
        }
        #[cfg(feature = "parquet")]
        return Ok(Self::Parquet(Box::new(super::parquet::File::new(columns)?)));
        #[cfg(not(feature = "parquet"))]
        Err(Failure::usage("this regie was built without Parquet; ask for .csv, or build it with `--features parquet`"))
    }

    /// Adds rows; the bytes that are ready come out.
    fn rows(&mut self, rows: Vec<Vec<Cell>>) -> Result<Bytes, Failure> {
        match self {
            Self::Csv(csv) => {
                for row in rows {
                    csv.row(row.iter().map(ToString::to_string))?;
                }
                csv.take()
            }
            #[cfg(feature = "parquet")]
            Self::Parquet(file) => file.rows(rows),
        }
    }

    /// The last bytes.
    fn end(self) -> Result<Bytes, Failure> {
        match self {
            Self::Csv(csv) => csv.bytes(),
            #[cfg(feature = "parquet")]
            Self::Parquet(file) => file.end(),
        }
    }
}

/// Rows of text as CSV.
pub(super) struct Csv {
    writer: csv::Writer<Vec<u8>>,
    exact: bool,
}

impl Csv {
    /// An empty one; with `exact` cells stay as they are.
    pub(super) fn new(exact: bool) -> Self {
        Self { writer: csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new()), exact }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: impl Iterator<Item = String>) -> Result<(), Failure> {
        let exact = self.exact;
        let cells = cells.map(|cell| if exact { cell } else { plain(cell) });
        self.writer.write_record(cells).map_err(Failure::internal)
    }

    /// What was written since the last time.
    fn take(&mut self) -> Result<Bytes, Failure> {
        std::mem::replace(self, Self::new(self.exact)).bytes()
    }

    /// Everything written.
    pub(super) fn bytes(self) -> Result<Bytes, Failure> {
        self.writer.into_inner().map(Bytes::from).map_err(Failure::internal)
    }
}

/// A cell that no spreadsheet takes for a formula.
fn plain(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_are_text() {
        let cells = ["=1+1", "+31 30 1", "a,b", "say \"so\"", "two\nlines", "plain"];
        let write = |exact: bool| {
            let mut sheet = Csv::new(exact);
            sheet.row(cells.iter().map(|cell| (*cell).to_owned())).expect("a row");
            String::from_utf8(sheet.bytes().expect("bytes").to_vec()).expect("text")
        };
        assert_eq!(write(false), "'=1+1,'+31 30 1,\"a,b\",\"say \"\"so\"\"\",\"two\nlines\",plain\r\n");
        assert!(write(true).starts_with("=1+1,+31 30 1,"));
    }
}
