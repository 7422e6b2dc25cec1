//! Lets requests through: the right host (against DNS rebinding), the right origin, a session that is not locked,
//! and headers that keep a page from being framed, cached or made to run foreign code. In: requests. Out: the
//! page's answer with those headers, or a refusal.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Redirect, Response},
};

use super::{
    Dashboard, limits,
    session::Session,
    words::{Language, Words},
};

/// The session's cookie. Cookies know no ports, so the name has ours in it.
pub(super) fn cookie_name(app: &Dashboard) -> String {
    format!("regie_{}", app.address.port())
}

/// Marks an answer to somebody with a session; the server keeps that connection when places are short.
#[derive(Clone)]
pub(super) struct Known;

/// What a page knows of the one who asks.
#[derive(Clone)]
pub(super) struct Visitor {
    pub(super) token: String,
    pub(super) session: Session,
    pub(super) words: Words,
}

pub(super) fn around(pages: Router<Arc<Dashboard>>, app: Arc<Dashboard>) -> Router {
    pages
        .layer(DefaultBodyLimit::max(limits::FORM_BYTES))
        .layer(middleware::from_fn_with_state(app.clone(), inside))
        .layer(middleware::from_fn_with_state(app.clone(), outside))
        .with_state(app)
}

/// What every page says of how it may be used.
pub(crate) const HEADERS: [(HeaderName, &str); 8] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not `no-referrer`: under it a browser sends `Origin: null` with our own forms.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Host, origin, method, time; headers on whatever comes out.
async fn outside(State(app): State<Arc<Dashboard>>, request: Request, next: Next) -> Response {
    let streams = request.uri().path() == "/deliveries/stream";
    let mut response = match refusal(&app, request.method(), request.headers()) {
        Some(reason) => (StatusCode::FORBIDDEN, reason).into_response(),
        None if streams => next.run(request).await,
        None => tokio::time::timeout(limits::REQUEST, next.run(request))
            .await
            .unwrap_or_else(|_| (StatusCode::SERVICE_UNAVAILABLE, "the node took too long").into_response()),
    };
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

fn refusal(app: &Dashboard, method: &Method, headers: &HeaderMap) -> Option<&'static str> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (host, more) = (hosts.next().and_then(|host| host.to_str().ok()), hosts.next());
    let port = app.address.port();
    let own = |host: &str| {
        [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}")]
            .iter()
            .any(|own| own == host)
    };
    let Some(host) = host.filter(|host| more.is_none() && own(host)) else {
        return Some("this address is not one of the dashboard's own");
    };
    if method == Method::GET {
        // A page elsewhere, another port of this machine included, has no business with ours, not even to look.
        let foreign = |site: &HeaderValue| site != "same-origin" && site != "none";
        let elsewhere = headers.get_all("sec-fetch-site").iter().any(foreign);
        return elsewhere.then_some("another site asked for this page; open it from the address bar instead");
    }
    let origin = headers.get(header::ORIGIN).map(|origin| origin.as_bytes() == format!("http://{host}").as_bytes());
    let site = headers.get("sec-fetch-site").map(|site| site == "same-origin");
    let form = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(|kind| {
        kind.starts_with("application/x-www-form-urlencoded") || kind.starts_with("multipart/form-data;")
    });
    // A browser sends at least one of the two with every POST; both must be ours where they are there.
    let known = origin.is_some() || site.is_some();
    let fine = method == Method::POST && known && origin.unwrap_or(true) && site.unwrap_or(true) && form;
    (!fine).then_some("this form did not come from the dashboard's own pages")
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

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut found = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    found.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}
