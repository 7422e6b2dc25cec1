//! Everything that the node has, in a file: a document, an encrypted backup, the package with which it goes to another machine.
//! In: forms. Out: files to download.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use askama::Template;
use axum::{Extension, extract::State};
use zeroize::Zeroizing;

use super::{App, Page, Posted, Shown, Visitor, download, setup::chosen, show};
use crate::{
    backup::{Sealing, Taking},
    clock,
    command::Failure,
    person::verbs::{self, MoveAway, MovedAway},
    store::Passphrase,
};

#[derive(Template)]
#[template(path = "export.html")]
struct Export {
    page: Page,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "move.html")]
struct Move<'a> {
    page: Page,
    error: Option<String>,
    /// What the other machine was called in the form.
    to: &'a str,
    /// The node is gone already; the file can be had once more.
    moved: Option<MovedAway>,
}

pub(super) async fn page(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    show(&Export { page: visitor.page(&app, "data", "/export"), error: None })
}

pub(super) async fn document(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let document = visitor.ask(&app, verbs::Export {}).await?;
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    download("regie.json", "application/json", text)
}

/// An encrypted backup under a passphrase that is typed twice.
pub(super) async fn backup(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    match chosen(&visitor, &posted) {
        Ok(passphrase) => sealed(&app, &visitor, passphrase, "regie").await,
        Err(error) => show(&Export { page: visitor.page(&app, "data", "/export"), error: Some(error) }),
    }
}

pub(super) async fn move_page(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    moving(&app, &visitor, "", None).await
}

async fn moving(app: &App, visitor: &Visitor, to: &str, error: Option<String>) -> Shown {
    let moved = visitor.ask(app, verbs::Overview {}).await?.moved;
    show(&Move { page: visitor.page(app, "data", "/move"), error, to, moved })
}

/// The node says nothing more from here, and goes into the file.
pub(super) async fn move_away(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let to = posted.one("to").to_owned();
    let passphrase = match chosen(&visitor, &posted) {
        Ok(passphrase) => passphrase,
        Err(error) => return moving(&app, &visitor, &to, Some(error)).await,
    };
    match app.ask(MoveAway { to: to.clone() }).await {
        Ok(_) => sealed(&app, &visitor, passphrase, "regie-move").await,
        Err(failure) if failure.code == "bad_argument" => {
            let error = failure.said(visitor.words.0);
            moving(&app, &visitor, &to, Some(error)).await
        }
        Err(failure) => Err(visitor.fault(failure)),
    }
}

/// All rows under this passphrase, in a file of such a name with its day.
async fn sealed(app: &App, visitor: &Visitor, passphrase: Zeroizing<String>, name: &str) -> Shown {
    let home = app.home.clone();
    let begun = tokio::task::spawn_blocking(move || {
        let sealing = Sealing::begin(&home, &Passphrase::new(passphrase.to_string()), Vec::new())?;
        Ok::<_, Failure>((sealing, Taking::begin(&home)?))
    });
    let begun = begun.await.map_err(|error| visitor.fault(Failure::internal(error)))?;
    let (sealing, taking) = begun.map_err(|failure| visitor.fault(failure))?;
    let (verb, answered) = (taking.verb(), Arc::new(AtomicBool::new(false)));
    let ended = answered.clone();
    let sealed = tokio::task::spawn_blocking(move || taking.seal(sealing, || ended.load(Ordering::Relaxed)));
    let asked = visitor.ask(app, verb).await;
    answered.store(true, Ordering::Relaxed);
    let sealed = sealed.await.map_err(|error| visitor.fault(Failure::internal(error)))?;
    asked?;
    let name = format!("{name}-{}.age", clock::text(clock::wall()).get(..10).unwrap_or("today"));
    download(&name, "application/octet-stream", sealed.map_err(|failure| visitor.fault(failure))?)
}
