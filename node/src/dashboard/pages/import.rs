//! Import: a file is read, what it would change and who would be told is shown, and only then is it kept. In: a file
//! of contacts or a table. Out: the found fields to choose from; changed fields.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Extension,
    extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State},
};
use regie_protocol::{FieldPath, Value};

use super::{App, Page, Posted, Shown, Visitor, go, is_ours, show, strange_form};
use crate::{
    command::{Failure, values},
    dashboard::limits,
    import::{self, Card, ImportError},
    person::verbs::{Fields, Set, WouldBeTold, WouldTell},
};

/// The kinds of file there are; the form names one of them again.
const FORMATS: [&str; 5] = ["vcard", "jscontact", "jcard", "bitwarden", "csv"];

#[derive(Template)]
#[template(path = "import.html")]
struct Import {
    page: Page,
    error: Option<String>,
}

pub(super) async fn page(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    show(&Import { page: visitor.page(&app, "data", "/import"), error: None })
}

struct New {
    field: FieldPath,
    value: Value,
    now: Option<Value>,
}

#[derive(Template)]
#[template(path = "found.html")]
struct ImportPreview {
    page: Page,
    format: &'static str,
    new: Vec<New>,
    same: u64,
    left_out: Vec<String>,
    told: WouldBeTold,
}

/// Reads a file and shows what it holds; nothing is changed yet. The form's token comes before the file.
pub(super) async fn read(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    mut request: Request,
) -> Shown {
    DefaultBodyLimit::apply(DefaultBodyLimit::max(limits::IMPORT_BYTES), &mut request);
    let bad = |error: String| visitor.fault(Failure::usage(error));
    let mut parts = Multipart::from_request(request, &app).await.map_err(|error| bad(error.to_string()))?;
    let (mut ours, mut file) = (false, None);
    while let Some(part) = parts.next_field().await.map_err(|error| bad(error.to_string()))? {
        match part.name() {
            Some("form") => ours = is_ours(&visitor, &part.text().await.map_err(|error| bad(error.to_string()))?),
            Some("file") if ours => {
                let name = part.file_name().unwrap_or_default().to_owned();
                file = Some((name, part.bytes().await.map_err(|error| bad(error.to_string()))?));
            }
            _ => {}
        }
    }
    let (true, Some((name, bytes))) = (ours, file) else { return Ok(strange_form(&visitor)) };
    match import::read(&name, &bytes) {
        Ok(card) => found(&app, &visitor, card).await,
        Err(error) => {
            let words = &visitor.words;
            let error = Some(match error {
                ImportError::Several { shown, .. } => words.of("import-several", &shown),

                ImportError::Torn => words.say("import-torn"),
                _ => words.say("import-unread"),
            });
            show(&Import { page: visitor.page(&app, "data", "/import"), error })
        }
    }
}

async fn found(app: &App, visitor: &Visitor, card: Card) -> Shown {
    let held = visitor.ask(app, Fields {}).await?;
    let held: BTreeMap<FieldPath, Value> = held.into_iter().map(|one| (one.field, one.value)).collect();
    // Where a file names a field twice, the last one counts, as it would when set.
    let mut found: BTreeMap<FieldPath, String> = BTreeMap::new();
    for (field, value) in card.values {
        found.insert(visitor.parse(&field)?, value);
    }
    let mut left_out = card.left_out;
    let found = fitting(visitor, found, &held, &mut left_out);
    let all = found.len() as u64;
    let new: Vec<New> = found
        .into_iter()
        .filter(|(field, value)| held.get(field) != Some(value))
        .map(|(field, value)| New { now: held.get(&field).cloned(), field, value })
        .collect();
    let fields = new.iter().map(|one| one.field).collect();
    let told = visitor.ask(app, WouldTell { fields }).await?;
    let same = all - new.len() as u64;
    let page = visitor.page(app, "data", "/import");
    show(&ImportPreview { page, format: card.format, new, same, left_out, told })
}

/// What fits its field, in its form; the rest is named with what is wrong.
fn fitting(
    visitor: &Visitor,
    found: BTreeMap<FieldPath, String>,
    held: &BTreeMap<FieldPath, Value>,
    left_out: &mut Vec<String>,
) -> BTreeMap<FieldPath, Value> {
    let home = "address.country".parse().ok().and_then(|country: FieldPath| {
        let named = found.get(&country).map(String::as_str);
        named.or_else(|| held.get(&country).map(Value::as_str)).and_then(values::country)
    });
    let mut fitting = BTreeMap::new();
    for (field, text) in found {
        match values::typed(field, &text, home) {
            Ok(value) => drop(fitting.insert(field, value)),
            Err(misfit) => {
                let (name, why) = (visitor.words.name("field", field), misfit.said(visitor.words.0));
                left_out.push(format!("{name} ({why})"));
            }
        }
    }
    fitting
}

/// Keeps the chosen fields; each supplier that may know them is told.
pub(super) async fn keep(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let format = FORMATS.into_iter().find(|format| *format == posted.one("format"));
    let Some(format) = format else { return Ok(strange_form(&visitor)) };
    let values = chosen(&posted).map_err(|failure| visitor.fault(failure))?;
    if values.is_empty() {
        visitor.notice(&app, visitor.words.say("import-nothing"));
        return go("/data");
    }
    let changed = visitor.ask(&app, Set { values, source: Some(format.to_owned()), ..Set::default() }).await?;
    visitor.notice(&app, visitor.words.count("import-done", &changed.changed.len()));
    match changed.told_count {
        0 => go("/data"),
        told => go(&format!("/deliveries?of={told}")),
    }
}

/// The fields that were ticked, each with its value; what names no field is left out.
fn chosen(posted: &Posted) -> Result<Vec<(FieldPath, Value)>, Failure> {
    let ticked = posted.all("take");
    let fields = ticked.iter().filter_map(|field| field.parse::<FieldPath>().ok());
    fields
        .map(|field| {
            let value = posted.raw(&format!("value.{field}")).parse().map_err(Failure::misread)?;
            Ok((field, value))
        })
        .collect()
}
