//! Lets visitors through: with a session that is not locked, to the pages of a node that runs. In: requests that `web`
//! let through. Out: the page's answer, the question who it is, or the first steps.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Redirect, Response},
};

use super::{
    Dashboard,
    pages::{NotTaken, Wrong},
    session::Session,
    words::{Language, Words},
};
use crate::{
    person::verbs::{Waiting, WaitingNow},
    web::{
        Known, loopback,
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

pub(super) fn around(pages: Router<Arc<Dashboard>>, app: Arc<Dashboard>) -> Router {
    let within = pages.clone().with_state(app.clone());
    pages.layer(middleware::from_fn_with_state((app.clone(), within), inside)).with_state(app)
}

/// What is shown to anybody, by the beginning of its path. A calendar has no session; the feed's address has a key of its own.
const OPEN: [&str; 3] = ["/assets/", loopback::LINKS, "/feed/"];
/// And by its whole path: the ways in, and the worker, which a browser loads without a page.
const WAYS_IN: [&str; 4] = ["/in", "/before", "/lost", "/worker.js"];
/// Where pages hear that something came in.
const LIVE: &str = "/live";

/// A session, and not a locked one.
async fn inside(
    State((app, pages)): State<(Arc<Dashboard>, Router)>,
    mut request: Request<Body>,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let language = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = Language::accepted(language.unwrap_or_default());
    if OPEN.iter().any(|open| path.starts_with(open)) || WAYS_IN.contains(&path) {
        request.extensions_mut().insert(Words(language));
        return next.run(request).await;
    }
    let first = app.is_first_run();
    let token = cookie(request.headers(), &cookie_name(&app));
    let pass = token.map(|token| Pass::new(token, host(request.headers())));
    let by_itself = *request.method() == Method::GET && (path == LIVE || request.headers().contains_key(BY_ITSELF));
    let found = pass.and_then(|pass| app.doors.session(&pass, !by_itself).map(|session| (pass, session)));
    let (pass, session) = match found {
        // Before there is a home there is nothing to lock, and no passphrase to open it with.
        Some((pass, session)) if first || !session.locked => (pass, session),
        Some((_, session)) => {
            return super::pages::ask_who(&app, Words(session.language.unwrap_or(language)), request).await;
        }
        // While there is no node, there is none to ask for a fresh link either.
        None if first => return super::pages::outside(Words(language), "outside-first-run"),
        None => return super::pages::ask_who(&app, Words(language), request).await,
    };
    if first && !path.starts_with("/setup") && path != "/language" {
        return Redirect::to("/setup").into_response();
    }
    let words = Words(session.language.unwrap_or(language));
    // A stream asks by itself. A form that was sent leads to a page, which may be one with an error on it.
    let shows = !first && request.uri().path() != LIVE;
    let now = if shows { app.ask(Waiting {}).await.ok().map(Arc::new) } else { None };
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
    response.extensions_mut().insert(Known);
    response
}
