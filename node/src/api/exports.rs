//! Everything a companion has, as tables for other systems. In: calls. Out: CSV (RFC 4180), written page by page, so
//! that a million rows never stand in memory and other calls go on between two pages.
//!
//! A cell that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a return) gets an
//! apostrophe in front, as OWASP advises against CSV injection; `exact=true` leaves every cell as it is.

use std::{collections::VecDeque, sync::Arc};

use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use futures::stream;
use regie_protocol::{identity::PublicKey, supplier::Outcome, supplier::Record};
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
    store::Table as Stored,
    supplier::{Companion, World, lists::List, lists::not_found, names},
};

/// How cells are written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Writing {
    /// Leave every cell as it is, for a program that reads it.
    exact: bool,
}

/// A table that can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Relationships,
    Values,
    Disclosures,
}

impl What {
    fn of(file: &str) -> Option<Self> {
        match file.strip_suffix(".csv")? {
            "relationships" => Some(Self::Relationships),
            "values" => Some(Self::Values),
            "disclosures" => Some(Self::Disclosures),
            _ => None,
        }
    }

    fn list(self) -> List {
        match self {
            Self::Relationships | Self::Values => List::Relationships,
            Self::Disclosures => List::Disclosures,
        }
    }

    fn head(self) -> &'static [&'static str] {
        match self {
            Self::Relationships => &["relationship", "agreement", "since", "connected", "fields_held", "grants"],
            Self::Values => {
                &["relationship", "field", "value", "provenance", "observed_at", "disclosure", "grant", "keep_until"]
            }
            Self::Disclosures => {
                &["disclosure", "relationship", "received_at", "request", "field", "outcome", "grant", "refusal"]
            }
        }
    }
}

/// A table as CSV: `relationships.csv`, `values.csv` (a row for every value held) or `disclosures.csv` (a row for
/// every field of every disclosure, without values).
#[utoipa::path(get, path = "/v1/exports/{file}", tag = "exports", params(
    ("file" = String, Path, description = "Which.", example = "values.csv"),
    ("exact" = Option<bool>, Query, description = "Leave cells that look like formulas as they are.")),
    responses((status = 200, description = "The table.", body = String, content_type = "text/csv")))]
pub(super) async fn table(
    State(api): State<Api>,
    bearer: Bearer,
    Path(file): Path<String>,
    Params(writing): Params<Writing>,
) -> Result<Response, Problem> {
    let what = What::of(&file).ok_or_else(Problem::not_found)?;
    let place = place(&api)?;
    // The first page is read before anything is answered: a call without a key gets its problem, not a file.
    let first = rows(&api, bearer, what, 0).await?;
    let mut sheet = Sheet::new(writing.exact);
    sheet.row(what.head().iter().map(|name| (*name).to_owned()))?;
    let reader = Reader {
        api,
        bearer,
        what,
        waiting: VecDeque::from([first]),
        sheet: Some(sheet),
        exact: writing.exact,
        _place: place,
    };
    Ok(file_of(&file, stream::unfold(reader, Reader::next)))
}

/// One of the places for long answers.
pub(super) fn place(api: &Api) -> Result<OwnedSemaphorePermit, Problem> {
    Arc::clone(&api.streams).try_acquire_owned().map_err(|_| {
        let words = format!("{} long answers are under way already; wait until one is read", limits::STREAMS);
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", words)
    })
}

/// A CSV file to download.
pub(super) fn file_of(
    name: &str,
    parts: impl futures::Stream<Item = Result<Bytes, Failure>> + Send + 'static,
) -> Response {
    let mut response = Response::new(Body::from_stream(parts));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

struct Reader {
    api: Api,
    bearer: Bearer,
    what: What,
    waiting: VecDeque<Rows>,
    sheet: Option<Sheet>,
    exact: bool,
    _place: OwnedSemaphorePermit,
}

impl Reader {
    /// The next part of the file. Where reading fails the answer breaks off, so that nobody takes a part for all.
    async fn next(mut self) -> Option<(Result<Bytes, Failure>, Self)> {
        let rows = self.waiting.pop_front()?;
        let mut sheet = self.sheet.take().unwrap_or_else(|| Sheet::new(self.exact));
        let written = rows.cells.into_iter().try_for_each(|row| sheet.row(row.into_iter()));
        if let Some(after) = rows.next {
            match self::rows(&self.api, self.bearer, self.what, after).await {
                Ok(more) => self.waiting.push_back(more),
                Err(_) => return Some((Err(Failure::internal("the table breaks off")), self)),
            }
        }
        Some((written.and_then(|()| sheet.bytes()), self))
    }
}

struct Rows {
    cells: Vec<Vec<String>>,
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
) -> Result<Vec<Vec<String>>, Failure> {
    let relationship = names::Relationship::from(*person).to_string();
    match what {
        What::Relationships => {
            let connected = companion.is_connected(person).to_string();
            let customer = companion.relationship(world, person)?;
            let (agreement, since) = (customer.agreement().to_string(), clock::text(customer.since()));
            let counts = [customer.held().len().to_string(), customer.grants().count().to_string()];
            Ok(vec![[relationship, agreement, since, connected].into_iter().chain(counts).collect()])
        }
        What::Values => {
            companion.relationship(world, person)?;
            let held = relationships::held(companion, person)?;
            let row = |one: relationships::Held| {
                let relationship = relationship.clone();
                vec![
                    relationship,
                    one.field,
                    one.value,
                    one.provenance,
                    one.observed_at,
                    one.disclosure,
                    one.grant,
                    one.keep_until,
                ]
            };
            Ok(held.into_iter().map(row).collect())
        }
        What::Disclosures => disclosure(companion, person, thing),
    }
}

fn disclosure(companion: &Companion, person: &PublicKey, id: &[u8]) -> Result<Vec<Vec<String>>, Failure> {
    let Some(Record::Received { received, .. }) = companion.record(Stored::RelationshipLog, person, id)? else {
        return Err(not_found());
    };
    let row = |(path, outcome): (&regie_protocol::field::AskedPath, &Outcome)| {
        let (name, grant, refusal) = match outcome {
            Outcome::Given(grant) => ("given", names::Granted(*grant.digest()).to_string(), String::new()),
            Outcome::Absent => ("absent", String::new(), String::new()),
            Outcome::Asked => ("asked", String::new(), String::new()),
            Outcome::Refused(code) => ("refused", String::new(), code.to_string()),
        };
        vec![
            names::Disclosed(*received.id.digest()).to_string(),
            names::Relationship::from(*person).to_string(),
            clock::text(received.at),
            received.request.map(|id| names::Asked::from(id).to_string()).unwrap_or_default(),
            path.to_string(),
            name.to_owned(),
            grant,
            refusal,
        ]
    };
    Ok(received.outcomes.iter().map(row).collect())
}

/// Rows of text as CSV.
pub(super) struct Sheet {
    writer: csv::Writer<Vec<u8>>,
    exact: bool,
}

impl Sheet {
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
            let mut sheet = Sheet::new(exact);
            sheet.row(cells.iter().map(|cell| (*cell).to_owned())).expect("a row");
            String::from_utf8(sheet.bytes().expect("bytes").to_vec()).expect("text")
        };
        assert_eq!(write(false), "'=1+1,'+31 30 1,\"a,b\",\"say \"\"so\"\"\",\"two\nlines\",plain\r\n");
        assert!(write(true).starts_with("=1+1,+31 30 1,"));
    }
}
