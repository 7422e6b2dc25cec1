//! Locking, leaving, and the language. In: forms. Out: what holds from then on.

use askama::Template;
use axum::{Extension, extract::State};

use super::{App, Page, Posted, Shown, Visitor, go, outside, show};
use crate::dashboard::{place::Place, words::Language};

#[derive(Template)]
#[template(path = "security.html")]
struct Security {
    page: Page,
    sessions: u64,
    home: String,
}

pub(super) async fn page(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let (sessions, home) = (app.doors.count() as u64, app.home.display().to_string());
    show(&Security { page: visitor.page(&app, "security", "/security"), sessions, home })
}

pub(super) async fn act(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    if posted.one("do") == "leave" {
        app.doors.leave(&visitor.pass, &visitor.session);
        return Ok(outside(visitor.words, "outside-left"));
    }
    app.doors.change(&visitor.pass, |session| {
        session.locked = true;
        session.preview = None;
    });
    go("/")
}

pub(super) async fn language(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let language = Language::from_code(posted.one("language"));
    app.doors.change(&visitor.pass, |session| session.language = language.or(session.language));
    go(Place::or_home(posted.one("back")).text())
}
