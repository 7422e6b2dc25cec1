//! Coming in, locking, unlocking, leaving, and the language. In: one-time links, passphrases. Out: cookies.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Redirect, Response},
};

use super::{App, Page, Posted, Shown, Visitor, go, outside, show};
use crate::{
    dashboard::{
        Dashboard, guard,
        words::{Language, Words},
    },
    store::{Passphrase, Store},
    web::session::Pass,
};

/// Spends a one-time link for a session.
pub(super) async fn start(
    State(app): State<App>,
    Extension(words): Extension<Words>,
    Path(link): Path<String>,
    headers: HeaderMap,
) -> Response {
    let host = guard::host(&headers);
    match app.doors.enter(&link, host) {
        Some(pass) => {
            if !app.hosts.is_name(host) {
                let told = words.say("entered-by-address");
                app.doors.change(&pass, |session| session.notice = Some(told));
            }
            enter(&app, &pass, "/")
        }
        None if app.node.get().is_none() => outside(words, "outside-first-run"),
        None => outside(words, "outside-link-spent"),
    }
}

/// Goes on with a fresh cookie: not readable by scripts, not sent from other sites.
fn enter(app: &Dashboard, pass: &Pass, to: &str) -> Response {
    let mut response = Redirect::to(to).into_response();
    let cookie = format!("{}={}; Path=/; HttpOnly; SameSite=Strict", guard::cookie_name(app), pass.token());
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

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
        app.doors.end(&visitor.pass);
        return Ok(outside(visitor.words, "outside-left"));
    }
    app.doors.change(&visitor.pass, |session| {
        session.locked = true;
        session.preview = None;
    });
    go("/unlock")
}

#[derive(Template)]
#[template(path = "unlock.html")]
struct Unlock {
    page: Page,
    error: Option<String>,
}

pub(super) async fn locked(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    show(&Unlock { page: visitor.page(&app, "", "/unlock"), error: None })
}

/// Tries a passphrase: one at a time, and few a minute. A right one brings a fresh session token.
pub(super) async fn unlock(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let again = |key: &str| {
        let page = visitor.page(&app, "", "/unlock");
        let error = Some(visitor.words.say(key));
        show(&Unlock { page, error })
    };
    if !app.doors.may_try() {
        return again("unlock-too-many");
    }
    let Ok(_turn) = app.trying.acquire().await else { return again("unlock-too-many") };
    let (home, passphrase) = (app.home.clone(), Passphrase::new(posted.raw("passphrase").to_owned()));
    let checked = tokio::task::spawn_blocking(move || Store::check_passphrase(&home, &passphrase)).await;
    match checked {
        Ok(Ok(())) => {
            let pass = app.doors.renew(&visitor.pass);
            Ok(pass.map_or_else(|| outside(visitor.words, "outside-no-session"), |pass| enter(&app, &pass, "/")))
        }
        _ => again("unlock-wrong"),
    }
}

pub(super) async fn language(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let language = Language::from_code(posted.one("language"));
    app.doors.change(&visitor.pass, |session| session.language = language.or(session.language));
    let back = posted.one("back");
    // Only to a page of ours.
    go(if back.starts_with('/') && !back.starts_with("//") && !back.contains('\\') { back } else { "/" })
}
