//! What a person sees where something went wrong: the page that they were at, with what they had typed and what to do; and
//! where that page can't be shown, the menu and the same words. In: a response that says what is wrong, and the form that led
//! to it. Out: a page with the same status.
//!
//! Every page and every form comes by here (`guard`), so none has to keep what was typed by itself.

use askama::Template;
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, Method, StatusCode, header},
    response::{Html, IntoResponse as _, Response},
};
use tower::Service as _;

use super::{Page, is_ours, refill::refilled};
use crate::dashboard::{
    Dashboard,
    guard::{self, Visitor},
    kept::Kept,
    limits,
    place::Place,
};

/// What went wrong, in words; it stands in the extensions of a response.
#[derive(Clone)]
pub(in crate::dashboard) struct Wrong {
    pub(super) title: String,
    pub(super) message: String,
    /// What the node said of it, in English.
    pub(super) detail: Option<String>,
}

/// Stands in the extensions of a page that has a form again with its own words on why it was not taken.
#[derive(Clone, Copy)]
pub(in crate::dashboard) struct NotTaken;

/// Says that a page has the form again that was just sent: what was typed is put back into it.
pub(super) fn not_taken(mut response: Response) -> Response {
    response.extensions_mut().insert(NotTaken);
    response
}

/// A page that has a form again, with what was typed in it.
pub(in crate::dashboard) async fn put_back(response: Response, typed: &Typed) -> Response {
    let (head, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, limits::PAGE_BYTES).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let html = refilled(&String::from_utf8_lossy(&bytes), &typed.to, &typed.pairs, "");
    (head.status, Html(html)).into_response()
}

/// A form that came, as it was filled in.
pub(in crate::dashboard) struct Typed {
    /// Where it was sent to.
    to: String,
    /// The page that it stood on.
    page: Place,
    pairs: Vec<(String, String)>,
}

/// The error as it stands in a page.
#[derive(Template)]
#[template(path = "wrong_note.html")]
struct Note<'a> {
    wrong: &'a Wrong,
}

#[derive(Template)]
#[template(path = "wrong.html")]
struct WrongPage {
    page: Page,
    wrong: Wrong,
    /// What was typed, where its form is not there to hold it.
    typed: Vec<String>,
}

/// The page that a form stood on, by what the browser says; the first page where it says nothing.
pub(in crate::dashboard) fn stood_on(headers: &HeaderMap) -> Option<Place> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // The guard let this in as one of ours, by whichever of the two it came.
    let referer = text(header::REFERER);
    let rest = referer.strip_prefix("https://").or_else(|| referer.strip_prefix("http://"))?;
    rest.strip_prefix(guard::host(headers))?.parse().ok()
}

/// A form's pairs, where it is one; the request goes on as it came. A body that is too large is none.
pub(in crate::dashboard) async fn typed(request: Request) -> Result<(Request, Option<Typed>), StatusCode> {
    let headers = request.headers();
    let is_form = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/x-www-form-urlencoded");
    if request.method() != Method::POST || !is_form {
        return Ok((request, None));
    }
    let to = request.uri().path().to_owned();
    let page = stood_on(headers).unwrap_or_else(|| Place::or_home(&to));
    let (head, body) = request.into_parts();
    let bytes = to_bytes(body, limits::TYPED_BYTES).await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    let pairs = form_urlencoded::parse(&bytes).into_owned().collect();
    Ok((Request::from_parts(head, Body::from(bytes)), Some(Typed { to, page, pairs })))
}

/// The page for what went wrong. A form whose token is none of ours is not filled in: another site may have filled it.
pub(in crate::dashboard) async fn page(
    app: &Dashboard,
    visitor: &Visitor,
    pages: Router,
    typed: Option<Typed>,
    status: StatusCode,
    wrong: Wrong,
) -> Response {
    let token = |typed: &Typed| {
        let form = typed.pairs.iter().find(|(name, _)| name == "form").map(|(_, form)| form.as_str());
        form.is_some_and(|form| is_ours(visitor, form) || app.doors.keeping.knows(form))
    };
    let typed = typed.filter(token);
    if let Some(typed) = &typed
        && let Some(html) = shown(pages, visitor, &typed.page).await
    {
        let note = Note { wrong: &wrong }.render().unwrap_or_default();
        return (status, Html(refilled(&html, &typed.to, &typed.pairs, &note))).into_response();
    }
    let here = if app.is_first_run() { "" } else { "elsewhere" };
    let kept = typed.map(|typed| Kept::new(Place::or_home(&typed.to), typed.page, typed.pairs));
    let typed = kept.map(|kept| kept.typed().map(str::to_owned).collect()).unwrap_or_default();
    let page = WrongPage { page: visitor.page(app, here, "/"), wrong, typed };
    (status, Html(page.render().unwrap_or_default())).into_response()
}

/// A page of ours as it is now; none where it can't be shown.
async fn shown(mut pages: Router, visitor: &Visitor, place: &Place) -> Option<String> {
    let mut request = Request::get(place.text()).body(Body::empty()).ok()?;
    request.extensions_mut().insert(visitor.clone());
    let response = pages.call(request).await.ok()?;
    let is_page = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/html; charset=utf-8");
    if response.status() != StatusCode::OK || !is_page {
        return None;
    }
    let bytes = to_bytes(response.into_body(), limits::PAGE_BYTES).await.ok()?;
    String::from_utf8(bytes.to_vec()).ok()
}
