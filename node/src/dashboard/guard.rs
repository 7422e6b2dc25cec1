//! Lets visitors through: with a session that is not locked, to the pages of a node that runs. In: requests that `web`
//! let through. Out: the page's answer, or the way to a link, a lock or the first steps.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::header,
    middleware::{self, Next},
    response::{IntoResponse as _, Redirect, Response},
};

use super::{
    Dashboard,
    session::Session,
    words::{Language, Words},
};
use crate::web::{Known, session::cookie};

/// The session's cookie. Cookies know no ports, so the name has ours in it.
pub(super) fn cookie_name(app: &Dashboard) -> String {
    format!("regie_{}", app.address.port())
}

/// What a page knows of the one who asks.
#[derive(Clone)]
pub(super) struct Visitor {
    pub(super) token: String,
    pub(super) session: Session,
    pub(super) words: Words,
}

pub(super) fn around(pages: Router<Arc<Dashboard>>, app: Arc<Dashboard>) -> Router {
    pages.layer(middleware::from_fn_with_state(app.clone(), inside)).with_state(app)
}

/// A session, and not a locked one.
async fn inside(State(app): State<Arc<Dashboard>>, mut request: Request<Body>, next: Next) -> Response {
    let path = request.uri().path();
    let language = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = Language::accepted(language.unwrap_or_default());
    if path.starts_with("/assets/") || path.starts_with("/start/") {
        request.extensions_mut().insert(Words(language));
        return next.run(request).await;
    }
    let first = app.node.get().is_none();
    let token = cookie(request.headers(), &cookie_name(&app));
    let Some((token, session)) = token.and_then(|token| app.doors.session(&token).map(|session| (token, session)))
    else {
        // While there is no node, there is none to ask for a fresh link either.
        let next = if first { "outside-first-run" } else { "outside-no-session" };
        return super::pages::outside(Words(language), next);
    };
    // Before there is a home there is nothing to lock, and no passphrase to open it with.
    if session.locked && !first && path != "/unlock" && path != "/language" {
        return Redirect::to("/unlock").into_response();
    }
    if first && !path.starts_with("/setup") && path != "/language" {
        return Redirect::to("/setup").into_response();
    }
    let words = Words(session.language.unwrap_or(language));
    request.extensions_mut().insert(Visitor { token, session, words });
    let mut response = next.run(request).await;
    let page = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/html; charset=utf-8");
    if response.status().is_client_error() && !page {
        // What the framework refuses before a page is asked, in words.
        response = super::pages::unread(words, response.status());
    }
    response.extensions_mut().insert(Known);
    response
}
