//! Fields and notes of the person's own, which nobody else can ask for. In: forms, files to attach. Out: the list, the form again
//! with what was typed and not taken, files to save.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Request, State},
};

use super::{App, Page, Posted, Shown, Visitor, files, go, show, strange_form};
use crate::{
    command::Failure,
    person::verbs::{Attach, Attachment, Detach, NewPart, OwnFields, RemoveOwnField, SetOwnField, ShownOwnField},
};

#[derive(Template)]
#[template(path = "own.html")]
struct Own {
    page: Page,
    all: Vec<ShownOwnField>,
    /// What was typed and not taken, and why.
    name: String,
    text: String,
    error: Option<String>,
}

pub(super) async fn list(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    own(&app, &visitor, "", "", None).await
}

async fn own(app: &App, visitor: &Visitor, name: &str, text: &str, error: Option<Failure>) -> Shown {
    let all = visitor.ask(app, OwnFields {}).await?;
    let error = error.map(|failure| match failure.code.as_str() {
        "bad_argument" => visitor.words.say("own-unfit"),
        _ => failure.said(visitor.words.0),
    });
    let page = visitor.page(app, "data", "/own");
    show(&Own { page, all, name: name.to_owned(), text: text.to_owned(), error })
}

pub(super) async fn act(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let (name, text) = (posted.one("name"), posted.one("text"));
    let done = match posted.one("do") {
        "remove" => app.ask(RemoveOwnField { name: name.to_owned() }).await,
        "detach" => return detach(&app, &visitor, &posted).await,
        _ => match text.parse().map_err(Failure::misread) {
            Ok(text) => app.ask(SetOwnField { name: name.to_owned(), text }).await,
            Err(failure) => Err(failure),
        },
    };
    match done {
        Ok(_) => {
            visitor.notice(&app, visitor.words.say("own-saved"));
            go("/own")
        }
        Err(failure) if matches!(failure.code.as_str(), "bad_argument" | "refused") => {
            own(&app, &visitor, name, text, Some(failure)).await
        }
        Err(failure) => Err(visitor.fault(failure)),
    }
}

async fn detach(app: &App, visitor: &Visitor, posted: &Posted) -> Shown {
    let (from, file) = (posted.one("of").to_owned(), posted.one("file").to_owned());
    visitor.ask(app, Detach { from, file }).await?;
    visitor.notice(app, visitor.words.say("cases-file-removed"));
    go("/own")
}

/// Attaches what the person chose.
pub(super) async fn attach(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(to): Path<String>,
    request: Request,
) -> Shown {
    let attached = files::take(&app, &visitor, request, |NewPart { file, name, part, last }| Attach {
        to: to.clone(),
        file,
        name,
        part,
        last,
    });
    let Some(attached) = attached.await? else { return Ok(strange_form(&visitor)) };
    visitor.notice(&app, visitor.words.count("own-attached", &attached));
    go("/own")
}

/// A file as bytes to save.
pub(super) async fn get_file(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path((to, file)): Path<(String, String)>,
) -> Shown {
    files::save(&app, &visitor, |part| Attachment { to: to.clone(), file: file.clone(), part }).await
}
