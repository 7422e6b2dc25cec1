//! Fields and notes of the person's own, which nobody else can ask for. In: forms. Out: the list, and the form again with what
//! was typed and not taken.

use askama::Template;
use axum::{Extension, extract::State};

use super::{App, Page, Posted, Shown, Visitor, go, show};
use crate::{
    command::Failure,
    person::verbs::{OwnFields, RemoveOwnField, SetOwnField, ShownOwnField},
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
