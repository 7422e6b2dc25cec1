//! The person's own data: shown, changed, exported. In: forms. Out: pages and documents.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
};
use regie_protocol::{FieldPath, VOCABULARY};

use super::{App, Page, Posted, Shown, Visitor, download, go, show, who::Looks as _};
use crate::{
    backup::{self, Backup, TakeRows},
    clock,
    command::Failure,
    dashboard::limits,
    home,
    person::verbs::{self, Changed, FieldDetail, HeldField},
    store::Passphrase,
};

struct GroupOf {
    group: &'static str,
    fields: Vec<(&'static str, Option<HeldField>)>,
}

#[derive(Template)]
#[template(path = "data.html")]
struct Data {
    page: Page,
    groups: Vec<GroupOf>,
    /// Does this build know credentials?
    credentials: bool,
}

pub(super) async fn list(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let held = visitor.ask(&app, verbs::Fields {}).await?;
    let held: BTreeMap<&str, HeldField> = held.into_iter().map(|one| (one.field.info().path, one)).collect();
    let mut groups: Vec<GroupOf> = Vec::new();
    for info in VOCABULARY {
        let one = (info.path, held.get(info.path).cloned());
        match groups.iter_mut().find(|group| group.group == info.group) {
            Some(group) => group.fields.push(one),
            None => groups.push(GroupOf { group: info.group, fields: vec![one] }),
        }
    }
    groups.sort_by_key(|group| group.fields.iter().all(|(_, held)| held.is_none()));
    show(&Data { page: visitor.page(&app, "data", "/data"), groups, credentials: cfg!(feature = "vc") })
}

#[derive(Template)]
#[template(path = "field.html")]
struct One {
    page: Page,
    field: FieldDetail,
    /// What was typed and not taken, and why.
    typed: Option<String>,
    error: Option<String>,
}

pub(super) async fn one(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(field): Path<String>,
) -> Shown {
    let field = visitor.parse(&field)?;
    field_page(&app, &visitor, field, None, None).await
}

async fn field_page(
    app: &App,
    visitor: &Visitor,
    field: FieldPath,
    typed: Option<String>,
    error: Option<String>,
) -> Shown {
    let path = format!("/data/{field}");
    let field = visitor.ask(app, verbs::Field { field }).await?;
    show(&One { page: visitor.page(app, "data", &path), field, typed, error })
}

pub(super) async fn save(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(field): Path<String>,
    posted: Posted,
) -> Shown {
    let (field, value) = (visitor.parse(&field)?, posted.one("value"));
    let changed = match posted.one("do") {
        "remove" => app.ask(verbs::Unset { field }).await,
        _ => set(&app, field, value).await,
    };
    let changed = match changed {
        Ok(changed) => changed,
        // A value that is not taken stays in the form, with the reason beside it.
        Err(failure) if failure.code == "bad_argument" => {
            return field_page(&app, &visitor, field, Some(value.to_owned()), Some(failure.message)).await;
        }
        Err(failure) => return Err(visitor.fault(failure)),
    };
    match (changed.told_count, changed.by_letter) {
        (0, 0) => {
            visitor.notice(&app, visitor.words.say("data-saved"));
            go("/data")
        }
        // Who is told at once, and who by letter, stand on one page.
        (told, 0) => go(&format!("/deliveries?of={told}")),
        (told, _) => go(&format!("/deliveries?of={told}&field={field}")),
    }
}

async fn set(app: &App, field: FieldPath, value: &str) -> Result<Changed, Failure> {
    let value = value.parse().map_err(Failure::misread)?;
    app.ask(verbs::Set { values: vec![(field, value)], source: None }).await
}

#[derive(Template)]
#[template(path = "export.html")]
struct Export {
    page: Page,
    error: Option<String>,
}

pub(super) async fn export_page(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    show(&Export { page: visitor.page(&app, "data", "/export"), error: None })
}

pub(super) async fn export(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let document = visitor.ask(&app, verbs::Export {}).await?;
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    download("regie.json", "application/json", text)
}

/// An encrypted backup under a passphrase that is typed twice.
pub(super) async fn backup(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let passphrase = zeroize::Zeroizing::new(posted.raw("passphrase").to_owned());
    let again = |error: String| show(&Export { page: visitor.page(&app, "data", "/export"), error: Some(error) });
    if passphrase.chars().count() < limits::PASSPHRASE_CHARS {
        return again(visitor.words.count("setup-passphrase-short", &(limits::PASSPHRASE_CHARS as u64)));
    }
    if *passphrase != *posted.raw("again") {
        return again(visitor.words.say("export-differ"));
    }
    let taken = visitor.ask(&app, TakeRows {}).await?;
    let home = app.home.clone();
    let sealed = tokio::task::spawn_blocking(move || -> Result<Vec<u8>, Failure> {
        let config = std::fs::read_to_string(home.join("config.toml")).map_err(Failure::internal)?;
        let role = home::config(&home)?.role;
        let passphrase = Passphrase::new(passphrase.to_string());
        backup::seal(&Backup { version: backup::VERSION, role, config, rows: taken.rows }, &passphrase)
    });
    let sealed = sealed.await.map_err(|error| visitor.fault(Failure::internal(error)))?;
    let name = format!("regie-{}.age", clock::text(clock::wall()).get(..10).unwrap_or("backup"));
    download(&name, "application/octet-stream", sealed.map_err(|failure| visitor.fault(failure))?)
}
