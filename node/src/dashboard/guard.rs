//! Lets visitors through: with a session that is not locked, to the pages of a node that runs. In: requests that `web`
//! let through. Out: the page's answer, the question who it is, or the first steps.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Redirect, Response},
};

use super::{
    Dashboard, Room, elsewhere,
    pages::{NotTaken, Wrong},
    session::Session,
    words::{Language, Words},
};
use crate::{
    person::verbs::{Waiting, WaitingNow},
    web::{
        Known, Led, loopback,
        session::{Pass, cookie},
    },
};

/// The session's cookie. Cookies know no ports, so the name has ours in it.
pub(super) fn cookie_name(app: &Dashboard) -> String {
    format!("regie_{}", app.hosts.port())
}

/// The host that a browser named; `web` let only the own ones through.
pub(super) fn host(headers: &HeaderMap) -> &str {
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default()
}

/// The question to somebody who is not in, or whose session is locked.
async fn who_are_you(
    app: &Arc<Dashboard>,
    room: Room,
    accepted: Language,
    locked: Option<Session>,
    request: Request<Body>,
) -> Response {
    let language = locked.as_ref().and_then(|session| session.language).unwrap_or(accepted);
    match room {
        // While there is no node, there is none to ask for a fresh link either.
        Room::Home if app.is_first_run() => super::pages::outside(Words(accepted), "outside-first-run"),
        Room::Home => super::pages::ask_who(app, Words(language), request).await,
        Room::Elsewhere if request.extensions().get::<Led>().is_some() => super::pages::led(Words(accepted), &request),
        Room::Elsewhere => super::pages::ask_device(app, Words(language), request, locked.is_some()).await,
    }
}

fn at_home(app: &Dashboard, headers: &HeaderMap, used: bool) -> Option<(Pass, Session)> {
    let token = cookie(headers, &cookie_name(app))?;
    let pass = Pass::new(token, host(headers));
    app.doors.session(&pass, used).map(|session| (pass, session))
}

/// What a page knows of the one who asks.
#[derive(Clone)]
pub(super) struct Visitor {
    pub(super) pass: Pass,
    pub(super) session: Session,
    pub(super) words: Words,
    /// What waits, for the pages that show it.
    pub(super) now: Option<Arc<WaitingNow>>,
}

/// A page that is shown again by itself says so: nobody is there for that.
const BY_ITSELF: &str = "x-regie-by-itself";

pub(super) fn around(pages: Router<Arc<Dashboard>>, app: Arc<Dashboard>, room: Room) -> Router {
    let within = pages.clone().with_state(app.clone());
    pages.layer(middleware::from_fn_with_state((app.clone(), within, room), inside)).with_state(app)
}

/// What is shown to anybody, by the beginning of its path. A calendar has no session; the feed's address has a key of its own.
const OPEN: [&str; 5] = ["/assets/", loopback::LINKS, "/feed/", elsewhere::ADDING, "/passkey/"];
/// And by its whole path: the ways in, and the worker with what it shows where there is no line, which a browser loads without a page.
const WAYS_IN: [&str; 7] =
    ["/in", "/in/language", "/before", "/lost", "/worker.js", "/offline", "/manifest.webmanifest"];
/// Where pages hear that something came in.
const LIVE: &str = "/live";

/// What is not there for browsers elsewhere: the ways in by a passphrase or by a link of this machine, and the first steps.
fn is_at_home_alone(path: &str) -> bool {
    path.starts_with(loopback::LINKS) || path.starts_with("/setup") || ["/in", "/before"].contains(&path)
}

/// What a device can't do: all that makes another way to the person's data, or takes everything along.
fn takes_the_person_home(method: &Method, path: &str) -> bool {
    *method == Method::POST && ["/export", "/move", "/security/passphrase"].contains(&path)
}

/// A session, and not a locked one.
async fn inside(
    State((app, pages, room)): State<(Arc<Dashboard>, Router, Room)>,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let language = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = Language::accepted(language.unwrap_or_default());
    let away = room == Room::Elsewhere;
    if away && is_at_home_alone(path) {
        return super::pages::unread(Words(language), StatusCode::NOT_FOUND);
    }
    let is_open = OPEN.iter().any(|open| path.starts_with(open)) || WAYS_IN.contains(&path);
    request.extensions_mut().insert(room);
    if is_open {
        request.extensions_mut().insert(Words(language));
        return next.run(request).await;
    }
    let path = request.uri().path();
    let first = app.is_first_run();
    let by_itself = *request.method() == Method::GET && (path == LIVE || request.headers().contains_key(BY_ITSELF));
    let found = match room {
        Room::Home => at_home(&app, request.headers(), !by_itself),
        Room::Elsewhere => app.session_elsewhere(request.headers(), !by_itself).await,
    };
    let (pass, session) = match found {
        // Before there is a home there is nothing to lock, and no passphrase to open it with.
        Some((pass, session)) if first || !session.locked => (pass, session),
        found => return who_are_you(&app, room, language, found.map(|(_, session)| session), request).await,
    };
    if away && takes_the_person_home(request.method(), path) {
        return super::pages::at_home_alone(Words(session.language.unwrap_or(language)));
    }
    if first && !path.starts_with("/setup") && path != "/language" {
        return Redirect::to("/setup").into_response();
    }
    let words = Words(session.language.unwrap_or(language));
    // A stream asks by itself. A form that was sent leads to a page, which may be one with an error on it.
    let shows = !first && request.uri().path() != LIVE;
    let now = if shows { app.ask(Waiting {}).await.ok().map(Arc::new) } else { None };
    let token = pass.token().to_owned();
    let visitor = Visitor { pass, session, words, now };
    request.extensions_mut().insert(visitor.clone());
    let (mut response, typed) = match super::pages::typed(request).await {
        Ok((request, typed)) => (next.run(request).await, typed),
        Err(status) => (super::pages::unread(words, status), None),
    };
    let page = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/html; charset=utf-8");
    if response.status().is_client_error() && !page {
        // What the framework refuses before a page is asked, in words.
        response = super::pages::unread(words, response.status());
    }
    if let Some(typed) = typed.as_ref().filter(|_| response.extensions().get::<NotTaken>().is_some()) {
        response = super::pages::put_back(response, typed).await;
    }
    if let Some(wrong) = response.extensions_mut().remove::<Wrong>() {
        // Locked or left meanwhile, they see no page.
        if let Some(session) = app.doors.session(&visitor.pass, false).filter(|session| first || !session.locked) {
            let visitor = Visitor { session, ..visitor };
            response = super::pages::wrong_page(&app, &visitor, pages, typed, response.status(), wrong).await;
        }
    }
    if let Some((name, value)) = elsewhere::set_cookie(&app, Some(&token)).filter(|_| away && page) {
        // Kept for as long again from each page on, where the page does not say that it is to go.
        response.headers_mut().entry(name).or_insert(value);
    }
    response.extensions_mut().insert(Known);
    response
}
