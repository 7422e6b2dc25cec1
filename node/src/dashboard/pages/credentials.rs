//! Credentials of issuers: keys to bind them to, what they vouch for, taking one in and throwing one away. In: forms.
//! Out: pages. Only linked in builds with the feature `vc`; without it the node's answer says how to get one.

use askama::Template;
use axum::{Extension, extract::State};

use super::{App, Page, Posted, Shown, Visitor, go, show};
use crate::{
    command::Failure,
    person::verbs::{self, HeldCredential},
};

#[derive(Template)]
#[template(path = "credentials.html")]
struct Credentials {
    page: Page,
    credentials: Vec<HeldCredential>,
    /// The public half of a key that was just made.
    key: Option<String>,
    /// What was given and not taken, and why.
    given: (String, String),
    error: Option<String>,
}

/// What a page shows beside the credentials.
#[derive(Default)]
struct Beside {
    key: Option<String>,
    given: (String, String),
    error: Option<String>,
}

pub(super) async fn list(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    page(&app, &visitor, Beside::default()).await
}

pub(super) async fn act(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    match posted.one("do") {
        "key" => {
            let made = visitor.ask(&app, verbs::CredentialKey {}).await?;
            page(&app, &visitor, Beside { key: Some(made.jwk.to_string()), ..Beside::default() }).await
        }
        "add" => {
            let given = (posted.one("credential").to_owned(), posted.one("issuer").to_owned());
            let add = verbs::AddCredential { text: given.0.clone(), issuer_key: given.1.clone() };
            match app.ask(add).await {
                Ok(_) => done(&app, &visitor, "credentials-added"),
                // What is not taken stays in the form, with the reason beside it.
                Err(failure) => {
                    page(&app, &visitor, Beside { given, error: Some(failure.message), ..Beside::default() }).await
                }
            }
        }
        "remove" => {
            visitor.ask(&app, verbs::RemoveCredential { id: posted.one("id").to_owned() }).await?;
            done(&app, &visitor, "credentials-removed")
        }
        _ => Err(visitor.fault(Failure::usage(visitor.words.say("fault-form")))),
    }
}

async fn page(app: &App, visitor: &Visitor, beside: Beside) -> Shown {
    let credentials = visitor.ask(app, verbs::Credentials {}).await?;
    let Beside { key, given, error } = beside;
    show(&Credentials { page: visitor.page(app, "data", "/credentials"), credentials, key, given, error })
}

fn done(app: &App, visitor: &Visitor, word: &str) -> Shown {
    visitor.notice(app, visitor.words.say(word));
    go("/credentials")
}
