//! A company's existing list of customers: invitations for all of them, and a report of how right the list was. In:
//! CSV with a mapping of its columns. Out: progress, links for a mailing, the comparison with what persons gave.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use regie_protocol::{AskedPath, Days, FieldPath, check_words, text::plain_line};
use regie_tables::{Cell, Kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Api,
    call::{Bearer, Posted},
    limits,
    problem::Problem,
    sheet::{Format, Rows, Sheet},
};
use crate::{
    clock,
    command::{Failure, parse},
    supplier::{
        Companion, World,
        customers::{CELL_BYTES, Customer, Customers, Listed, ROWS},
        labels::Label,
        lists::not_found,
        names,
    },
};

/// Where lists are sent; its body may be larger than others.
pub(super) const PATH: &str = "/v1/customer-lists";
/// The column that holds the company's own number of a customer.
const REFERENCE: &str = "reference";
/// Bad rows that are named.
const NAMED: usize = 100;
/// Rows read in one turn.
const AT_ONCE: usize = 200;

/// A list to take in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomerList {
    /// What you call it.
    #[schema(max_length = 256, example = "customers of November")]
    pub name: String,
    /// The list as CSV, its first row the names of the columns.
    #[schema(max_length = 8000000, example = "number,full name\n42,Anna Bakker\n")]
    pub csv: String,
    /// Which column is what: `reference` for your own number of the customer, or a field. Other columns are left out.
    #[schema(example = json!({"number": "reference", "full name": "name.full"}))]
    pub mapping: BTreeMap<String, String>,
    /// What stands between two cells.
    #[serde(default = "comma")]
    #[schema(default = ",", pattern = "^[,;|\t]$")]
    pub delimiter: String,
    /// How many days the invitations hold.
    #[serde(default = "month")]
    #[schema(default = 30, minimum = 1, maximum = 366)]
    pub days: u32,
}

fn comma() -> String {
    ",".to_owned()
}

fn month() -> u32 {
    30
}

/// A list and how far it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerList {
    /// Its id.
    #[schema(example = "lst_…")]
    pub id: String,
    /// What you call it.
    pub name: String,
    /// When it was taken in.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Rows taken.
    pub rows: u64,
    /// Rows that could not be read.
    pub bad: u64,
    /// Rows that have their invitation.
    pub invited: u64,
    /// Persons who came by one.
    pub came: u64,
    /// The first bad rows, in the answer that took the list in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bad_rows: Vec<BadRow>,
}

/// A row that could not be read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BadRow {
    /// Its line in the file; the first line holds the names.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

/// The lists there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerLists {
    /// Oldest first.
    pub data: Vec<CustomerList>,
}

/// How the list compares with what persons volunteered. Only rows whose person came count.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Report {
    /// Rows of the list.
    pub rows: u64,
    /// Persons who came.
    pub came: u64,
    /// Field by field.
    pub fields: BTreeMap<String, Compared>,
    /// All fields together.
    pub total: Compared,
}

/// One field, over the persons who came.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct Compared {
    /// The list had the same text as the person gave.
    pub exact: u64,
    /// It had the same but for case, spaces, dots and dashes.
    pub alike: u64,
    /// It had something else.
    pub different: u64,
    /// It had nothing, and the person gave something.
    pub missing: u64,
    /// It had something, and the person gave nothing.
    pub unconfirmed: u64,
    /// The share of what persons gave that the list had right; null where nothing was given.
    pub accuracy_before: Option<f64>,
    /// The share of all there is to know here (given, or believed and not confirmed) that is now the person's own
    /// word.
    pub accuracy_after: Option<f64>,
}

impl Compared {
    fn add(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::Exact => &mut self.exact,
            Verdict::Alike => &mut self.alike,
            Verdict::Different => &mut self.different,
            Verdict::Missing => &mut self.missing,
            Verdict::Unconfirmed => &mut self.unconfirmed,
        } += 1;
    }

    fn rate(&mut self) {
        let right = self.exact + self.alike;
        let given = right + self.different + self.missing;
        let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
        self.accuracy_before = share(right, given);
        self.accuracy_after = share(given, given + self.unconfirmed);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Exact,
    Alike,
    Different,
    Missing,
    Unconfirmed,
}

impl Verdict {
    fn of(believed: Option<&str>, given: Option<&str>) -> Option<Self> {
        Some(match (believed, given) {
            (Some(believed), Some(given)) if believed == given => Self::Exact,
            (Some(believed), Some(given)) if folded(believed) == folded(given) => Self::Alike,
            (Some(_), Some(_)) => Self::Different,
            (None, Some(_)) => Self::Missing,
            (Some(_), None) => Self::Unconfirmed,
            (None, None) => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Alike => "alike",
            Self::Different => "different",
            Self::Missing => "missing",
            Self::Unconfirmed => "unconfirmed",
        }
    }
}

/// Text without case, spaces, dots and dashes.
fn folded(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-')).flat_map(char::to_lowercase).collect()
}

/// The lists, oldest first.
#[utoipa::path(get, path = "/v1/customer-lists", operation_id = "list_customer_lists", tag = "customer lists",
    responses((status = 200, description = "All customer lists, the oldest first.", body = CustomerLists)))]
pub(super) async fn list(State(api): State<Api>, bearer: Bearer) -> Result<Json<CustomerLists>, Problem> {
    let data = api.read(bearer, |companion, caller| {
        let lists = companion.customer_lists(caller.world)?;
        lists.into_iter().map(|(id, list)| view(companion, &id, &list, Vec::new())).collect::<Result<Vec<_>, _>>()
    });
    Ok(Json(CustomerLists { data: data.await? }))
}

/// Takes a list in and makes an invitation for every row. Rows that can't be read are told and left out.
#[utoipa::path(post, path = "/v1/customer-lists", operation_id = "create_customer_list",
    tag = "customer lists", request_body = NewCustomerList,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 201, description = "It is taken in; invitations are being made.", body = CustomerList)))]
pub(super) async fn create(State(api): State<Api>, posted: Posted) -> Result<Response, Problem> {
    let made = api.post(posted, StatusCode::CREATED, |companion, caller, new: NewCustomerList, turn| {
        if !(1..=limits::INVITATION_DAYS).contains(&new.days) || !plain_line(&new.name, 256) {
            let most = limits::INVITATION_DAYS;
            return Err(Failure::usage(format!(
                "invitations hold 1 to {most} days, and a name is one line of 256 bytes"
            )));
        }
        let (rows, bad) = read(&new)?;
        let list = Customers {
            test: caller.world == World::Test,
            name: new.name,
            made: companion.now(),
            days: Days(new.days),
            rows: rows.len() as u64,
            bad: bad.len() as u64,
            invited: 0,
        };
        let (id, list) = companion.take_customers(list, rows, turn)?;
        view(companion, &id, &list, bad.into_iter().take(NAMED).collect())
    });
    made.await
}

/// One list, and how far it is.
#[utoipa::path(get, path = "/v1/customer-lists/{id}", operation_id = "get_customer_list", tag = "customer lists",
    params(("id" = String, Path, description = "lst_…")),
    responses((status = 200, description = "The customer list, and how far it is.", body = CustomerList)))]
pub(super) async fn one(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<CustomerList>, Problem> {
    let view = api.read(bearer, move |companion, caller| {
        let id = named(&id)?;
        let list = companion.customer_list(caller.world, &id)?;
        view(companion, &id, &list, Vec::new())
    });
    Ok(Json(view.await?))
}

/// Removes a list and erases what it said. Its invitations hold until they expire.
#[utoipa::path(delete, path = "/v1/customer-lists/{id}", operation_id = "delete_customer_list", tag = "customer lists",
    params(("id" = String, Path, description = "lst_…")),
    responses((status = 204, description = "The customer list is erased.")))]
pub(super) async fn delete(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let done =
        api.change(bearer, move |companion, caller, turn| companion.forget_customers(caller.world, &named(&id)?, turn));
    done.await.map(|()| StatusCode::NO_CONTENT)
}

/// The invitations of a list as CSV, for a mailing: reference, link, check words, whether the person came, and by which relationship
/// you know them since.
#[utoipa::path(get, path = "/v1/customer-lists/{id}/invitations.csv",
    operation_id = "get_customer_list_invitations_csv", tag = "customer lists",
    params(("id" = String, Path, description = "lst_…")),
    responses((status = 200, description = "The invitations, one a line, with a line of column names first.",
        body = String, content_type = "text/csv")))]
pub(super) async fn invitations(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let head = ["reference", "link", "words", "came", "invitation", "relationship"];
    written(api, bearer, id, "invitations.csv", head, false, |companion, listed| {
        let Some(invitation) = listed.customer.invitation.map(|id| companion.invitation(id)) else { return Vec::new() };
        let words = check_words(&invitation.supplier, &invitation.id).join(" ");
        let (came, relationship) = (listed.came.is_some().to_string(), relationship(&listed));
        let id = names::Invited(invitation.id.0).to_string();
        vec![[listed.customer.reference, invitation.to_string(), words, came, id, relationship]]
    })
    .await
}

/// How right the list was.
#[utoipa::path(get, path = "/v1/customer-lists/{id}/report", operation_id = "get_customer_list_report",
    tag = "customer lists",
    params(("id" = String, Path, description = "lst_…")),
    responses((status = 200, description = "How many of the list's values were right, by field.", body = Report)))]
pub(super) async fn report(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Report>, Problem> {
    let (mut report, mut after) = (Report::default(), Some(0));
    while let Some(from) = after {
        let (rows, next) = rows(&api, bearer, &id, from, false, |_, listed| listed).await?;
        for listed in rows {
            report.rows += 1;
            report.came += u64::from(listed.came.is_some());
            for (field, _, _, verdict) in compared(&listed) {
                report.fields.entry(field.to_string()).or_default().add(verdict);
                report.total.add(verdict);
            }
        }
        after = next;
    }
    report.fields.values_mut().for_each(Compared::rate);
    report.total.rate();
    Ok(Json(report))
}

/// Field by field what the list said and what the person gave, as CSV.
#[utoipa::path(get, path = "/v1/customer-lists/{id}/report.csv", operation_id = "get_customer_list_report_csv",
    tag = "customer lists",
    params(("id" = String, Path, description = "lst_…")),
    responses((status = 200, description = "What the list said and what the person gave, a field a line.",
        body = String, content_type = "text/csv")))]
pub(super) async fn differences(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let head = ["reference", "field", "believed", "given", "verdict", "relationship"];
    written(api, bearer, id, "report.csv", head, true, |_, listed| {
        let reference = &listed.customer.reference;
        let row = |(field, believed, given, verdict): (FieldPath, String, String, Verdict)| {
            [reference.clone(), field.to_string(), believed, given, verdict.name().to_owned(), relationship(&listed)]
        };
        compared(&listed).into_iter().map(row).collect()
    })
    .await
}

/// The relationship with the person who came; empty where nobody has.
fn relationship(listed: &Listed) -> String {
    listed.came.as_ref().map(|(person, _)| names::Relationship::from(*person).to_string()).unwrap_or_default()
}

fn compared(listed: &Listed) -> Vec<(FieldPath, String, String, Verdict)> {
    let Some((_, given)) = &listed.came else { return Vec::new() };
    let believed = &listed.customer.believed;
    let fields: std::collections::BTreeSet<_> = believed.keys().chain(given.keys()).copied().collect();
    let one = |field: FieldPath| {
        let (old, new) = (believed.get(&field).map(String::as_str), given.get(&field).map(String::as_str));
        Verdict::of(old, new).map(|v| (field, old.unwrap_or_default().into(), new.unwrap_or_default().into(), v))
    };
    fields.into_iter().filter_map(one).collect()
}

/// Rows of a list through `make`, and after which number to go on.
async fn rows<T: Send + 'static>(
    api: &Api,
    bearer: Bearer,
    id: &str,
    after: u64,
    shows_given: bool,
    make: impl Fn(&Companion, Listed) -> T + Send + 'static,
) -> Result<(Vec<T>, Option<u64>), Problem> {
    let id = named(id);
    let rows = api.change(bearer, move |companion, caller, turn| {
        let id = id?;
        companion.customer_list(caller.world, &id)?;
        let listed = companion.listed(&id, after, AT_ONCE)?;
        let next = listed.last().filter(|_| listed.len() == AT_ONCE).map(|last| last.number);
        for (person, given) in listed.iter().filter_map(|one| one.came.as_ref()).filter(|_| shows_given) {
            let fields = given.keys().map(|field| AskedPath::from(*field)).collect();
            companion.note_reading(&caller, person, fields, turn);
        }
        let made = listed.into_iter().map(|one| make(companion, one)).collect();
        companion.forget_persons();
        Ok((made, next))
    });
    rows.await
}

/// A CSV file with some rows for every row of the list.
async fn written<const N: usize>(
    api: Api,
    bearer: Bearer,
    id: String,
    file: &str,
    head: [&'static str; N],
    shows_given: bool,
    make: impl Fn(&Companion, Listed) -> Vec<[String; N]> + Clone + Send + Sync + 'static,
) -> Result<Response, Problem> {
    let sheet = Sheet { file, columns: &head.map(|name| (name, Kind::Text)), format: Format::Csv, exact: false };
    let read = move |api: Api, after| {
        let (id, make) = (id.clone(), make.clone());
        async move {
            let (made, next) = rows(&api, bearer, &id, after, shows_given, make).await?;
            Ok(Rows { cells: made.into_iter().flatten().map(|row| row.map(Cell::from).into()).collect(), next })
        }
    };
    sheet.answer(api, read).await
}

fn named(id: &str) -> Result<names::CustomerList, Failure> {
    id.parse().map_err(|_| not_found())
}

fn view(
    companion: &Companion,
    id: &names::CustomerList,
    list: &Customers,
    bad_rows: Vec<BadRow>,
) -> Result<CustomerList, Failure> {
    Ok(CustomerList {
        id: id.to_string(),
        name: list.name.clone(),
        created_at: clock::text(list.made),
        rows: list.rows,
        bad: list.bad,
        invited: list.invited,
        came: companion.arrived(id)?,
        bad_rows,
    })
}

/// Reads the rows of a list; a bad one costs none of the others.
fn read(new: &NewCustomerList) -> Result<(Vec<Customer>, Vec<BadRow>), Failure> {
    let delimiter = match new.delimiter.as_bytes() {
        [one @ (b',' | b';' | b'|' | b'\t')] => *one,
        _ => return Err(Failure::usage("the delimiter is one of , ; | and tab")),
    };
    let text = new.csv.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let head = reader.headers().map_err(|error| Failure::usage(format!("the first row: {error}")))?.clone();
    let columns = columns(&head, &new.mapping)?;
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for record in reader.records() {
        if rows.len() + bad.len() >= ROWS {
            return Err(Failure::usage(format!("a list has at most {ROWS} rows; send it in parts")));
        }
        let (line, read) = match record {
            Ok(record) => (record.position().map_or(0, csv::Position::line), row(&record, &columns)),
            Err(error) => (error.position().map_or(0, csv::Position::line), Err(error.to_string())),
        };
        match read {
            Ok(customer) => rows.push(customer),
            Err(reason) => bad.push(BadRow { line, reason }),
        }
    }
    if rows.is_empty() {
        return Err(Failure::usage("the list has no row that can be read; its first row must hold the names"));
    }
    Ok((rows, bad))
}

/// What each column of the file is; none for one that is left out.
fn columns(head: &csv::StringRecord, mapping: &BTreeMap<String, String>) -> Result<Vec<Option<Column>>, Failure> {
    if let Some(name) = mapping.keys().find(|name| !head.iter().any(|column| column.trim() == name.as_str())) {
        return Err(Failure::usage(format!("the mapping names a column '{name}' that the list does not have")));
    }
    let column = |name: &str| match mapping.get(name.trim()).map(String::as_str) {
        None => Ok(None),
        Some(REFERENCE) => Ok(Some(Column::Reference)),
        Some(field) => parse(field).map(|field| Some(Column::Field(field))),
    };
    let columns = head.iter().map(column).collect::<Result<Vec<_>, Failure>>()?;
    let count = |wanted: &dyn Fn(&Column) -> bool| columns.iter().flatten().filter(|column| wanted(column)).count();
    let once = |column: &Column| count(&|other| other == column) == 1;
    if count(&|column| *column == Column::Reference) != 1 || !columns.iter().flatten().all(once) {
        return Err(Failure::usage("map exactly one column to `reference`, and each field at most once"));
    }
    Ok(columns)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Reference,
    Field(FieldPath),
}

fn row(record: &csv::StringRecord, columns: &[Option<Column>]) -> Result<Customer, String> {
    if record.len() != columns.len() {
        return Err(format!("it has {} cells, the first row has {}", record.len(), columns.len()));
    }
    let mut customer = Customer { reference: String::new(), believed: BTreeMap::new(), invitation: None };
    for (cell, column) in record.iter().zip(columns) {
        let cell = cell.trim();
        match column {
            Some(_) if cell.len() > CELL_BYTES => return Err(format!("a cell has more than {CELL_BYTES} bytes")),
            Some(Column::Reference) => customer.reference = cell.to_owned(),
            Some(Column::Field(field)) if !cell.is_empty() => {
                customer.believed.insert(*field, cell.to_owned());
            }
            _ => {}
        }
    }
    if customer.reference.is_empty() {
        return Err("it has no reference".to_owned());
    }
    // The invitation gets it, and the person who comes by that.
    Label::new(Some(customer.reference.clone()), BTreeMap::new()).map(|_| customer).map_err(|failure| failure.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(csv: &str, mapping: &[(&str, &str)]) -> NewCustomerList {
        let mapping = mapping.iter().map(|(column, what)| ((*column).to_owned(), (*what).to_owned())).collect();
        NewCustomerList { name: "x".into(), csv: csv.into(), mapping, delimiter: ";".into(), days: 1 }
    }

    #[test]
    fn rows_are_read_and_bad_ones_told_by_their_line() {
        let csv = "\u{feff}No;Name;Colour\n1;Anna;red\n;Nobody;blue\n3;Cor\n4;\"Two\nlines\";x\n5;;y\n";
        let (rows, bad) = read(&new(csv, &[("No", "reference"), ("Name", "name.full")])).expect("a list");
        assert_eq!(rows.iter().map(|row| row.reference.as_str()).collect::<Vec<_>>(), ["1", "4", "5"]);
        assert_eq!(bad.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 4]);
        assert!(rows[2].believed.is_empty(), "an empty cell is no belief");
        for mapping in [
            &[("Name", "name.full")][..],
            &[("No", "reference"), ("Nowhere", "email")],
            &[("No", "reference"), ("Name", "no.field")],
            &[("No", "reference"), ("Name", "email"), ("Colour", "email")],
        ] {
            assert!(read(&new(csv, mapping)).is_err(), "{mapping:?}");
        }
    }

    #[test]
    fn beliefs_are_compared_exactly_and_then_without_spelling() {
        let of = |believed, given| Verdict::of(believed, given).map(Verdict::name);
        assert_eq!(of(Some("1012 AB"), Some("1012 AB")), Some("exact"));
        assert_eq!(of(Some("1012ab"), Some("1012 AB")), Some("alike"));
        assert_eq!(of(Some("1012 AC"), Some("1012 AB")), Some("different"));
        assert_eq!(of(None, Some("x")), Some("missing"));
        assert_eq!(of(Some("x"), None), Some("unconfirmed"));
        assert_eq!(of(None, None), None);
    }
}
