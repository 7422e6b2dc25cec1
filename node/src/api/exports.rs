//! Everything a companion has, as tables for other systems. In: calls. Out: CSV, or Parquet where it was built in.

use axum::{
    extract::{Path, State},
    response::Response,
};
use regie_protocol::{
    AskedPath, ObjectId, PublicKey, Timestamp,
    supplier::{Outcome, Record},
};
use regie_tables::{Cell, Kind};
use serde::Deserialize;

use super::{
    Api,
    call::{Bearer, Params},
    limits,
    problem::Problem,
    readings, relationships,
    sheet::{Format, Rows, Sheet},
};
use crate::{
    clock,
    command::{Failure, parse},
    store::Part,
    supplier::{
        Companion, World, keys::Caller, labels::Thing, lists::List, lists::not_found, names, scopes::Scope, tables,
    },
};

/// How cells are written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Writing {
    /// Leave every cell as it is, for a program that reads it.
    exact: bool,
    /// The second one's word that the table needs, where the companion asks for one.
    approval: Option<String>,
}

/// A table that can be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Relationships,
    Values,
    Disclosures,
    Readings,
}

const READINGS: &[(&str, Kind)] = &[
    ("relationship", Kind::Text),
    ("fields", Kind::Text),
    ("at", Kind::Text),
    ("key", Kind::Text),
    ("by", Kind::Text),
    ("request", Kind::Text),
];
const RELATIONSHIPS: &[(&str, Kind)] = &[
    ("relationship", Kind::Text),
    ("agreement", Kind::Text),
    ("since", Kind::Time),
    ("connected", Kind::Flag),
    ("fields_held", Kind::Whole),
    ("grants", Kind::Whole),
    ("reference", Kind::Text),
    ("metadata", Kind::Text),
    ("invitation", Kind::Text),
];
const VALUES: &[(&str, Kind)] = &[
    ("relationship", Kind::Text),
    ("field", Kind::Text),
    ("value", Kind::Text),
    ("provenance", Kind::Text),
    ("observed_at", Kind::Time),
    ("disclosure", Kind::Text),
    ("grant", Kind::Text),
    ("keep_until", Kind::Time),
    ("reference", Kind::Text),
];
const DISCLOSURES: &[(&str, Kind)] = &[
    ("disclosure", Kind::Text),
    ("relationship", Kind::Text),
    ("received_at", Kind::Time),
    ("request", Kind::Text),
    ("field", Kind::Text),
    ("outcome", Kind::Text),
    ("grant", Kind::Text),
    ("refusal", Kind::Text),
    ("reference", Kind::Text),
    ("request_reference", Kind::Text),
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
            "readings" => Self::Readings,
            _ => return None,
        };
        Some((what, format))
    }

    fn list(self) -> List {
        match self {
            Self::Disclosures => List::Disclosures,
            _ => List::Relationships,
        }
    }

    fn columns(self) -> &'static [(&'static str, Kind)] {
        match self {
            Self::Relationships => RELATIONSHIPS,
            Self::Values => VALUES,
            Self::Disclosures => DISCLOSURES,
            Self::Readings => READINGS,
        }
    }
}

/// Is there such a table, and may this key have it?
///
/// # Errors
/// `not_found`, `scope_missing`.
pub(super) fn check(caller: &Caller, file: &str) -> Result<(), Failure> {
    match What::of(file).ok_or_else(not_found)? {
        // Who reads what says more of those who work here than of persons.
        (What::Readings, _) => caller.may(Scope::Admin),
        _ => Ok(()),
    }
}

/// A table: `relationships`, `values` (a row for every value held), `disclosures` (a row for every field of every
/// disclosure) or, with the scope `admin`, `readings` (who in the company saw which values), as `.csv` or, where the companion was built with it, `.parquet`.
#[utoipa::path(get, path = "/v1/exports/{file}", operation_id = "get_export", tag = "exports", params(
    ("file" = String, Path, description = "One of the tables.",
        pattern = r"^(relationships|values|disclosures|readings)\.(csv|parquet)$"),
    ("exact" = Option<bool>, Query, description = "In CSV, leave cells that look like formulas as they are."),
    ("approval" = Option<String>, Query, description = "A second one's word (apr_…), where the companion asks for one.")),
    responses((status = 200, description = "The table, one row a line, with a line of column names first.", content(
        (String = "text/csv"), (String = "application/vnd.apache.parquet")))))]
pub(super) async fn table(
    State(api): State<Api>,
    bearer: Bearer,
    Path(file): Path<String>,
    Params(writing): Params<Writing>,
) -> Result<Response, Problem> {
    let (what, format) = What::of(&file).ok_or_else(Problem::not_found)?;
    let sheet = Sheet { file: &file, columns: what.columns(), format, exact: writing.exact };
    let approval = writing.approval.as_deref().map(parse::<names::Approval>).transpose()?;
    let asked = Asked { what, approval, file: file.clone() };
    let read = move |api, after| {
        let asked = asked.clone();
        async move { rows(&api, bearer, asked, after).await }
    };
    sheet.answer(api, read).await
}

#[derive(Clone)]
struct Asked {
    what: What,
    approval: Option<names::Approval>,
    file: String,
}

async fn rows(api: &Api, bearer: Bearer, asked: Asked, after: u64) -> Result<Rows, Problem> {
    let rows = api.change(bearer, move |companion, caller, turn| {
        let Asked { what, approval, file } = asked;
        check(&caller, &file)?;
        if after == 0 && companion.rules().second_for_exports {
            companion.use_approval(&caller, approval.as_ref(), &file, turn)?;
        }
        if what == What::Readings {
            let (found, next) = readings::page(companion, caller.world, after)?;
            return Ok(Rows { cells: found.into_iter().map(reading).collect(), next });
        }
        let entries = companion.page(what.list(), caller.world, None, after, limits::PAGE_MOST)?;
        let next = entries.last().filter(|_| entries.len() == limits::PAGE_MOST).map(|entry| entry.number);
        let mut cells = Vec::new();
        for entry in entries {
            if let Some(person) = entry.person {
                if what == What::Values {
                    companion.relationship(caller.world, &person)?;
                    let held = companion.customer(&person)?.held().keys();
                    let fields = held.map(|field| AskedPath::from(*field)).collect();
                    companion.note_reading(&caller, &person, fields, turn);
                }
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
    let label = companion.label(&Thing::Relationship(*person))?;
    let reference = Cell::from(label.reference().map(str::to_owned));
    match what {
        What::Relationships => {
            let metadata = Some(label.metadata()).filter(|metadata| !metadata.is_empty());
            let metadata = metadata.map(serde_json::to_string).transpose().map_err(Failure::internal)?;
            let invitation = label.invitation().map(|id| names::Invited(id.0).to_string());
            let own = [reference, metadata.into(), invitation.into()];
            let connected = Cell::Flag(companion.is_connected(person));
            let customer = companion.relationship(world, person)?;
            let (agreement, since) = (customer.agreement().to_string().into(), time(customer.since()));
            let counts = [customer.held().len(), customer.grants().count()].map(|count| Cell::from(count as u64));
            Ok(vec![[relationship, agreement, since, connected].into_iter().chain(counts).chain(own).collect()])
        }
        What::Values => {
            companion.relationship(world, person)?;
            let kept = relationships::kept(companion, person)?;
            let row = |(field, held, observed): relationships::Kept| {
                vec![
                    relationship.clone(),
                    field.to_string().into(),
                    observed.value.as_str().into(),
                    crate::sentences::provenance(&observed.provenance).into(),
                    time(observed.observed),
                    names::Disclosed(*held.disclosure.digest()).to_string().into(),
                    names::Granted(*held.grant.digest()).to_string().into(),
                    time(held.until),
                    reference.clone(),
                ]
            };
            Ok(kept.into_iter().map(row).collect())
        }
        What::Disclosures => disclosure(companion, person, thing, &reference),
        What::Readings => Ok(Vec::new()),
    }
}

fn reading(noted: readings::Reading) -> Vec<Cell> {
    vec![
        noted.relationship.into(),
        noted.fields.join(" ").into(),
        noted.at.into(),
        noted.key.into(),
        noted.by.into(),
        noted.request.into(),
    ]
}

fn disclosure(
    companion: &Companion,
    person: &PublicKey,
    id: &[u8],
    reference: &Cell,
) -> Result<Vec<Vec<Cell>>, Failure> {
    let id = <ObjectId as Part>::from_bytes(id).ok_or_else(not_found)?;
    let Some(Record::Received { received, .. }) = companion.record(tables::RECEIVED_DISCLOSURES, person, id)? else {
        return Err(not_found());
    };
    let asked = received.request.map(|id| companion.label(&Thing::Request(id))).transpose()?;
    let asked = Cell::from(asked.and_then(|label| label.reference().map(str::to_owned)));
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
            time(received.at),
            received.request.map(|id| names::Asked::from(id).to_string()).into(),
            path.to_string().into(),
            name.into(),
            grant.into(),
            refusal.into(),
            reference.clone(),
            asked.clone(),
        ]
    };
    Ok(received.outcomes.iter().map(row).collect())
}

fn time(at: Timestamp) -> Cell {
    Cell::Time { ms: i64::try_from(at.0).unwrap_or(i64::MAX), text: clock::text(at) }
}
