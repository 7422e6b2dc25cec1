//! A device that comes from elsewhere: added by a link, and asked who it is where it is not known or is locked. In: requests of browsers
//! on other machines. Out: a device that the node knows, the question, and what a browser needs to keep the pages at hand.

use std::time::Instant;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{Html, IntoResponse as _, Redirect, Response},
};

use super::{
    App, Page, Shown, Visitor, asset,
    enter::{Typed, keep},
    plain, show,
};
use crate::{
    dashboard::{
        Room,
        elsewhere::{self, token_for},
        place::Place,
        tries::Tryer,
        words::Words,
    },
    person::devices::DEVICE_NAME_BYTES,
};

/// Systems by which a browser names its machine, and what people call that.
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
];

/// The question on a browser elsewhere.
#[derive(Template)]
#[template(path = "device.html")]
struct Device {
    t: Words,
    to: Place,
    /// The name of a form that waits.
    kept: Option<String>,
    told: Option<String>,
    error: Option<String>,
    /// Is it a device of the person's, that is locked?
    known: bool,
    /// Can a passkey let the person in?
    passkey: bool,
}

#[derive(Template)]
#[template(path = "add.html")]
struct Adding {
    t: Words,
    token: String,
    name: String,
    most: usize,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "added.html")]
struct Added {
    page: Page,
    /// Can this browser keep a passkey for this address?
    passkey: bool,
}

#[derive(Template)]
#[template(path = "offline.html")]
struct Offline {
    t: Words,
}

impl Device {
    async fn at(app: &App, t: Words, to: Place, known: bool) -> Self {
        let origin = app.doors.open.get().map(|open| open.origin.to_string()).unwrap_or_default();
        let passkey = app.has_passkeys(origin).await;
        Self { t, to, kept: None, told: None, error: None, known, passkey }
    }

    fn answer(&self, status: StatusCode) -> Response {
        (status, Html(self.render().unwrap_or_default())).into_response()
    }
}

/// Asks a browser elsewhere who it is. A form that it sent is kept.
pub(in crate::dashboard) async fn ask(app: &App, t: Words, request: Request, known: bool) -> Response {
    let to = Place::or_home(request.uri().path_and_query().map_or("/", |path| path.as_str()));
    if request.method() == Method::GET {
        return Device::at(app, t, to, known).await.answer(StatusCode::UNAUTHORIZED);
    }
    let (page, kept) = keep(app, to, request).await;
    let told = Some(t.say(if kept.is_some() { "device-kept" } else { "device-not-kept" }));
    Device { kept, told, ..Device::at(app, t, page, known).await }.answer(StatusCode::UNAUTHORIZED)
}

/// The same, where somebody chose a language.
pub(super) async fn question(app: &App, t: Words, to: Place, kept: Option<String>, headers: &HeaderMap) -> Response {
    let known = app.session_elsewhere(headers, false).await.is_some();
    let told = kept.is_some().then(|| t.say("device-kept"));
    Device { kept, told, ..Device::at(app, t, to, known).await }.answer(StatusCode::UNAUTHORIZED)
}

/// The same, with what was wrong.
#[cfg(feature = "passkeys")]
pub(super) async fn again(
    app: &App,
    t: Words,
    headers: &HeaderMap,
    typed: &Typed,
    error: String,
    status: StatusCode,
) -> Response {
    let known = app.session_elsewhere(headers, false).await.is_some();
    let kept = typed.waiting(app);
    Device { kept, error: Some(error), ..Device::at(app, t, typed.to(), known).await }.answer(status)
}

/// Gives the browser of a passkey its device back: what it is known by from here on.
#[cfg(feature = "passkeys")]
pub(super) async fn renewed(
    app: &App,
    headers: &HeaderMap,
    device: Option<regie_protocol::Nonce>,
) -> Result<Option<(crate::web::session::Pass, String)>, crate::command::Failure> {
    let Some(id) = device else { return Ok(None) };
    let token = token_for(app.desk()?, async |node, hash| node.renew_device(id, hash).await).await?;
    Ok(token.map(|token| {
        let pass = crate::web::session::Pass::new(token.clone(), crate::dashboard::guard::host(headers));
        app.doors.resume(&pass, crate::dashboard::session::OwnDevice { id, has_passkey: true });
        (pass, token)
    }))
}

/// A link that adds a device was opened. Nothing happens by that: programs that look at links open them too.
pub(super) async fn page(
    State(app): State<App>,
    Extension(t): Extension<Words>,
    Extension(room): Extension<Room>,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Response {
    if room == Room::Home {
        return super::unread(t, StatusCode::NOT_FOUND);
    }
    if app.doors.invitations.look(&token, Instant::now()).is_none() {
        return unknown_link(&app, t);
    }
    let name = name_of(&headers).unwrap_or_default();
    adding(t, token, name, None).into_response()
}

fn adding(t: Words, token: String, name: String, error: Option<String>) -> Html<String> {
    Html(Adding { t, token, name, most: DEVICE_NAME_BYTES, error }.render().unwrap_or_default())
}

/// Adds the device by whose browser the button was pressed.
pub(super) async fn add(
    State(app): State<App>,
    Extension(t): Extension<Words>,
    Extension(room): Extension<Room>,
    Path(token): Path<String>,
    typed: Typed,
) -> Response {
    if room == Room::Home {
        return super::unread(t, StatusCode::NOT_FOUND);
    }
    let name = typed.one("name").trim().to_owned();
    let fits = !name.is_empty() && name.len() <= DEVICE_NAME_BYTES && !name.chars().any(char::is_control);
    if !fits && app.doors.invitations.look(&token, Instant::now()).is_some() {
        return adding(t, token, String::new(), Some(t.say("add-name-unfit"))).into_response();
    }
    // Spent before anything else: of two at once, one comes through.
    if app.doors.invitations.take(&token, Instant::now()).is_none() {
        return unknown_link(&app, t);
    }
    let added = match app.desk() {
        Ok(node) => token_for(node, async |node, hash| node.add_device(name, hash).await.map(|_| true)).await,
        Err(failure) => Err(failure),
    };
    match added {
        Ok(token) => match elsewhere::set_cookie(&app, token.as_deref()) {
            Some(cookie) => ([cookie], Redirect::to("/added")).into_response(),
            None => unknown_link(&app, t),
        },
        Err(failure) => {
            let (words, detail) = t.failure(&failure);
            plain(StatusCode::SERVICE_UNAVAILABLE, t, t.say("fault-title"), words, detail)
        }
    }
}

/// It was spent, is too old, or was never made. Who guesses is not told which, and waits. A link that is good is not held up by that: it
/// can't be guessed, and a stranger who tries all day does not keep the person's devices out.
fn unknown_link(app: &App, t: Words) -> Response {
    let now = Instant::now();
    let (status, words) = match app.doors.tries.may(Tryer::Elsewhere, now) {
        Ok(()) => (StatusCode::NOT_FOUND, t.say("add-spent")),
        Err(wait) => (StatusCode::TOO_MANY_REQUESTS, t.count("add-wait", &wait.as_secs().div_ceil(60))),
    };
    app.doors.tries.wrong(Tryer::Elsewhere, now);
    plain(status, t, t.say("add-title"), words, None)
}

/// What this browser calls its machine.
pub(super) fn name_of(headers: &HeaderMap) -> Option<String> {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok())?;
    SYSTEMS.iter().find(|(system, _)| agent.contains(system)).map(|(_, name)| (*name).to_owned())
}

/// The first page on a device that was just added.
pub(super) async fn added(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let named = app.doors.open.get().is_some_and(|open| open.origin.is_named());
    let passkey = cfg!(feature = "passkeys") && named && visitor.session.device.is_some();
    show(&Added { page: visitor.page(&app, "security", "/added"), passkey })
}

/// What browsers ask for to keep the pages among the programs of a phone.
pub(super) async fn manifest() -> Response {
    asset(Path("manifest.webmanifest".to_owned())).await
}

/// What a browser shows where there is no line. It says nothing of the person, and nothing else is kept for then but style and icons.
pub(super) async fn offline(Extension(t): Extension<Words>) -> Response {
    Html(Offline { t }.render().unwrap_or_default()).into_response()
}
