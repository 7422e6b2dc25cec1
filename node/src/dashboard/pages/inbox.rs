//! What suppliers sent back: corrections to decide, documents to keep. In: forms. Out: pages, and documents as files
//! that a browser saves and never shows.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
};
use serde::Deserialize;

use super::{
    App, Page, Posted, Shown, Visitor, download, go, show,
    who::{Lookalike, Standing},
};
use crate::command::{Command, Failure};

#[derive(Deserialize)]
struct Item {
    id: String,
    name: String,
    standing: Standing,
    looks_like: Vec<Lookalike>,
    supplier: String,
    collection: String,
    at: String,
    bytes: u64,
    state: String,
    title: String,
    field: Option<String>,
    before: Option<String>,
    after: Option<String>,
    present: Option<String>,
}

impl Item {
    fn waits(&self) -> bool {
        self.field.is_some() && self.state == "here"
    }

    /// Is the field still what the supplier takes it to be?
    fn is_current(&self) -> bool {
        self.before == self.present
    }
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct Inbox {
    page: Page,
    corrections: Vec<Item>,
    documents: Vec<Item>,
}

pub(super) async fn list(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let items: Vec<Item> = visitor.ask_for(&app, Command::Inbox).await?;
    let (corrections, documents) = items.into_iter().partition(|item| item.field.is_some());
    show(&Inbox { page: visitor.page(&app, "inbox", "/inbox"), corrections, documents })
}

pub(super) async fn act(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let id = posted.one("id").to_owned();
    let (command, said) = match posted.one("do") {
        "accept" => (Command::DecideItem { id, accept: true }, "inbox-accepted"),
        "decline" => (Command::DecideItem { id, accept: false }, "inbox-declined"),
        "delete" => (Command::DeleteItem { id }, "inbox-deleted"),
        _ => return Err(visitor.fault(Failure::usage(visitor.words.say("fault-form")))),
    };
    visitor.ask(&app, command).await?;
    visitor.notice(&app, visitor.words.say(said));
    go("/inbox")
}

/// A document, always as bytes to save: whatever its sender says it is, no page of ours shows it.
pub(super) async fn file(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
) -> Shown {
    let item = visitor.ask(&app, Command::Item { id }).await?;
    let body = item["body"].as_str().and_then(|text| data_encoding::BASE64.decode(text.as_bytes()).ok());
    let Some(body) = body else { return Err(visitor.fault(Failure::usage(visitor.words.say("fault-form")))) };
    let title: String =
        item["title"].as_str().unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).collect();
    download(
        &format!("{}{}", if title.is_empty() { "document" } else { &title }, ending(&item)),
        "application/octet-stream",
        body,
    )
}

/// The ending of a file's name for the few kinds that every machine knows.
fn ending(item: &serde_json::Value) -> &'static str {
    match item["media_type"].as_str() {
        Some("application/pdf") => ".pdf",
        Some("text/plain") => ".txt",
        Some("text/csv") => ".csv",
        Some("image/png") => ".png",
        Some("image/jpeg") => ".jpg",
        Some("application/json") => ".json",
        _ => ".bin",
    }
}
