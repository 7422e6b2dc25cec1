//! What suppliers sent back: corrections to decide, documents to keep. In: forms. Out: pages, and documents as files
//! that a browser saves; of those that are pictures by their bytes, what a page shows.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::header,
    response::IntoResponse as _,
};
use regie_protocol::person::ItemState;

use super::{App, Fault, Page, Posted, Shown, Visitor, download, files, go, show, who::Looks as _};
use crate::{
    command::Failure,
    media::Media,
    person::verbs::{self, ProposedCorrection, ShownItem},
};

/// A correction, with the item that it came by.
struct Proposed {
    item: ShownItem,
    correction: ProposedCorrection,
}

impl Proposed {
    fn waits(&self) -> bool {
        self.item.state == ItemState::Here
    }

    /// Is the field still what the supplier takes it to be?
    fn is_current(&self) -> bool {
        self.correction.before == self.correction.present
    }

    /// What became of it.
    fn state(&self) -> &'static str {
        match self.item.state {
            ItemState::Here => "here",
            ItemState::Accepted => "accepted",
            ItemState::Declined => "declined",
            ItemState::Deleted => "deleted",
        }
    }
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct Inbox {
    page: Page,
    corrections: Vec<Proposed>,
    documents: Vec<ShownItem>,
}

pub(super) async fn list(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let (mut corrections, mut documents) = (Vec::new(), Vec::new());
    let items = visitor.ask(&app, verbs::Inbox {}).await?;
    let ids = items.iter().filter(|item| item.new).map(|item| item.id).collect();
    for mut item in items {
        match item.correction.take() {
            Some(correction) => corrections.push(Proposed { item, correction }),
            None => documents.push(item),
        }
    }
    // They are on the page, and new no longer.
    visitor.ask(&app, verbs::SawInbox { ids }).await?;
    show(&Inbox { page: visitor.page(&app, "inbox", "/inbox"), corrections, documents })
}

pub(super) async fn act(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let id = posted.one("id").to_owned();
    let said = match posted.one("do") {
        "accept" => visitor.ask(&app, verbs::DecideItem { id, accept: true }).await.map(|_| "inbox-accepted"),
        "decline" => visitor.ask(&app, verbs::DecideItem { id, accept: false }).await.map(|_| "inbox-declined"),
        "delete" => visitor.ask(&app, verbs::DeleteItem { id }).await.map(|_| "inbox-deleted"),
        _ => Err(visitor.fault(Failure::usage(visitor.words.say("fault-form")))),
    }?;
    visitor.notice(&app, visitor.words.say(said));
    go("/inbox")
}

/// A document, always as bytes to save, whatever its sender says it is.
pub(super) async fn file(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
) -> Shown {
    let item = visitor.ask(&app, verbs::Item { id: id.clone() }).await?;
    let body = document(&app, &visitor, &id).await?;
    let title: String = item.title.chars().filter(char::is_ascii_alphanumeric).collect();
    download(
        &format!("{}{}", if title.is_empty() { "document" } else { &title }, ending(&item)),
        "application/octet-stream",
        body,
    )
}

/// A picture, for a page of ours to show. What it is its bytes say, and not who sent it; nothing of it is run, whatever it is.
pub(super) async fn picture(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
) -> Shown {
    let body = document(&app, &visitor, &id).await?;
    let Some(media) = Media::of(&body).filter(|media| media.is_picture()) else {
        return Err(visitor.fault(Failure::usage(visitor.words.say("fault-form"))));
    };
    let headers = [
        (header::CONTENT_TYPE, media.media_type()),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; frame-ancestors 'none'"),
        (header::CONTENT_DISPOSITION, "inline"),
    ];
    Ok((headers, body).into_response())
}

/// The bytes of a document.
async fn document(app: &App, visitor: &Visitor, id: &str) -> Result<Vec<u8>, Fault> {
    let (_, bytes) = files::whole(app, visitor, |part| verbs::ItemPart { id: id.to_owned(), part }).await?;
    Ok(bytes)
}

/// Is it a picture that is shown on the page?
fn is_picture(item: &ShownItem) -> bool {
    item.holds.as_deref().is_some_and(|holds| holds.starts_with("image/"))
}

/// The ending of a file's name for the few kinds that every machine knows.
fn ending(item: &ShownItem) -> &'static str {
    // What it is called has to be what it is: an ending is what a machine opens it by.
    match item.media_type.as_deref().filter(|_| item.as_called) {
        Some("application/pdf") => ".pdf",
        Some("text/plain") => ".txt",
        Some("text/csv") => ".csv",
        Some("image/png") => ".png",
        Some("image/jpeg") => ".jpg",
        Some("application/json") => ".json",
        _ => ".bin",
    }
}
