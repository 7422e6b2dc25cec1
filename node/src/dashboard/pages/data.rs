//! The person's own data: shown, changed, exported. In: forms. Out: pages and documents.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
};
use regie_protocol::{FieldPath, VOCABULARY};
use serde::Deserialize;

use super::{
    App, Page, Posted, Shown, Visitor, download, go, show,
    who::{Lookalike, Standing},
};
use crate::{
    backup::{self, Backup, BackupRow},
    clock,
    command::{Command, Failure},
    dashboard::limits,
    home,
};

#[derive(Deserialize, Clone)]
struct Held {
    field: String,
    value: String,
    provenance_kind: String,
    observed: String,
    told_count: u64,
}

struct GroupOf {
    group: &'static str,
    fields: Vec<(&'static str, Option<Held>)>,
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
    let held: Vec<Held> = visitor.ask_for(&app, Command::Fields).await?;
    let held: BTreeMap<String, Held> = held.into_iter().map(|one| (one.field.clone(), one)).collect();
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

#[derive(Deserialize)]
struct Field {
    field: String,
    category: String,
    sensitive: bool,
    value: Option<String>,
    provenance: Option<String>,
    provenance_kind: Option<String>,
    observed: Option<String>,
    history: Vec<Earlier>,
    told: Vec<Named>,
    told_count: u64,
    known_by: Vec<KnownBy>,
}

#[derive(Deserialize)]
struct Earlier {
    value: String,
    provenance_kind: String,
    observed: String,
}

#[derive(Deserialize)]
struct Named {
    supplier: String,
    name: String,
}

#[derive(Deserialize)]
struct KnownBy {
    supplier: String,
    name: String,
    standing: Standing,
    looks_like: Vec<Lookalike>,
    at: String,
}

#[derive(Template)]
#[template(path = "field.html")]
struct One {
    page: Page,
    field: Field,
    /// What was typed and not taken, and why.
    typed: Option<String>,
    error: Option<String>,
}

pub(super) async fn one(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(field): Path<String>,
) -> Shown {
    field_page(&app, &visitor, field, None, None).await
}

async fn field_page(
    app: &App,
    visitor: &Visitor,
    field: String,
    typed: Option<String>,
    error: Option<String>,
) -> Shown {
    let path = format!("/data/{field}");
    let field = visitor.ask_for(app, Command::Field { field }).await?;
    show(&One { page: visitor.page(app, "data", &path), field, typed, error })
}

pub(super) async fn save(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(field): Path<String>,
    posted: Posted,
) -> Shown {
    let value = posted.one("value").to_owned();
    let command = match posted.one("do") {
        "remove" => Command::Unset { field: field.clone() },
        _ => Command::Set { values: vec![(field.clone(), value.clone())], source: None },
    };
    let answer = match app.ask(command).await {
        Ok(answer) => answer,
        // A value that is not taken stays in the form, with the reason beside it.
        Err(failure) if failure.code == "bad_argument" && field.parse::<FieldPath>().is_ok() => {
            return field_page(&app, &visitor, field, Some(value), Some(failure.message)).await;
        }
        Err(failure) => return Err(visitor.fault(failure)),
    };
    match answer["told_count"].as_u64().unwrap_or_default() {
        0 => {
            visitor.notice(&app, visitor.words.say("data-saved"));
            go("/data")
        }
        told => go(&format!("/deliveries?of={told}")),
    }
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
    let document = visitor.ask(&app, Command::Export).await?;
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
    let answer = visitor.ask(&app, Command::Backup).await?;
    let home = app.home.clone();
    let sealed = tokio::task::spawn_blocking(move || -> Result<Vec<u8>, Failure> {
        let rows: Vec<BackupRow> = serde_json::from_value(answer["rows"].clone()).map_err(Failure::internal)?;
        let config = std::fs::read_to_string(home.join("config.toml")).map_err(Failure::internal)?;
        let role = home::config(&home)?.role;
        backup::seal(&Backup { version: backup::VERSION, role, config, rows }, &passphrase)
    });
    let sealed = sealed.await.map_err(|error| visitor.fault(Failure::internal(error)))?;
    let name = format!("regie-{}.age", clock::text(clock::wall()).get(..10).unwrap_or("backup"));
    download(&name, "application/octet-stream", sealed.map_err(|failure| visitor.fault(failure))?)
}
