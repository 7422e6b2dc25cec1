//! Another passphrase, and what is possible where it was lost. In: the passphrase of before and the new one, twice. Out: the
//! store under the new one; sessions elsewhere have ended.

use askama::Template;
use axum::{
    Extension,
    extract::State,
    http::StatusCode,
    response::{Html, IntoResponse as _, Response},
};

use super::{App, Page, Posted, Shown, Visitor, enter::with_cookie, go, setup::chosen, show};
use crate::{
    dashboard::{tries::Tryer, words::Words},
    person::verbs::ForgetDevices,
    store::Passphrase,
};

#[derive(Template)]
#[template(path = "passphrase.html")]
struct PassphrasePage {
    page: Page,
    error: Option<String>,
}

pub(super) async fn page(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    again(&app, &visitor, None)
}

fn again(app: &App, visitor: &Visitor, error: Option<String>) -> Shown {
    show(&PassphrasePage { page: visitor.page(app, "security", "/security/passphrase"), error })
}

/// Changes it. The passphrase of before is asked for: a screen that was left open does not lock its owner out.
pub(super) async fn change(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let Some(node) = app.node.get() else { return go("/setup") };
    let new = match chosen(&visitor, &posted) {
        Ok(new) => new,
        Err(why) => return again(&app, &visitor, Some(why)),
    };
    let old = posted.raw("old").to_owned();
    if let Err(not) = app.is_passphrase(Tryer::Known, &old).await {
        return again(&app, &visitor, Some(not.words(visitor.words)));
    }
    let changed = node.change_passphrase(Passphrase::new(old), Passphrase::new(new.to_string())).await;
    changed.map_err(|failure| visitor.fault(failure))?;
    // Whoever came in by the one of before does not stay, nor does what they may have added.
    visitor.ask(&app, ForgetDevices { but: None, own_passkeys: true }).await?;
    let Some(pass) = app.doors.alone(&visitor.pass) else { return go("/") };
    app.doors.change(&pass, |session| session.notice = Some(visitor.words.say("passphrase-changed")));
    Ok(with_cookie(&app, &pass, go("/security")?))
}

#[derive(Template)]
#[template(path = "lost.html")]
struct Lost {
    t: Words,
}

/// What is possible without the passphrase. It says nothing of this node, so anybody may read it.
pub(super) async fn lost(Extension(t): Extension<Words>) -> Response {
    (StatusCode::OK, Html(Lost { t }.render().unwrap_or_default())).into_response()
}
