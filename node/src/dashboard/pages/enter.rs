//! Coming in: by the passphrase at the address that was asked for, or by a one-time link; and what becomes of a form that
//! was sent too late. In: requests without an open session. Out: a session at the name that this node drew, and the page
//! that was wanted.

use std::time::{Duration, Instant};

use askama::Template;
use axum::{
    Extension,
    body::{Bytes, to_bytes},
    extract::{FromRequest, Path, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{Html, IntoResponse as _, Redirect, Response},
};
use zeroize::Zeroizing;

use super::{App, Page, Posted, Shown, Visitor, go, plain, show};
use crate::{
    dashboard::{
        Dashboard, Room, guard,
        kept::Kept,
        limits,
        place::Place,
        session::Arrival,
        tries::Tryer,
        words::{Language, Words},
    },
    store::{Passphrase, Store, StoreError},
    web::session::{Pass, cookie},
};

/// Where nothing that is sent is kept: it says who somebody is, not what they want.
const NOT_KEPT: [&str; 3] = ["/in", "/language", "/security"];

#[derive(Template)]
#[template(path = "enter.html")]
struct Enter {
    t: Words,
    /// The page to go on to.
    to: Place,
    /// The name of a form that waits.
    kept: Option<String>,
    told: Option<String>,
    error: Option<String>,
    /// Is the browser at the name that this node drew?
    by_name: bool,
    /// Can a passkey let the person in?
    passkey: WayOfPasskey,
}

/// Where a passkey lets the person in.
enum WayOfPasskey {
    /// Nowhere: there is none.
    None,
    /// At this page.
    Here,
    /// At the door: browsers keep passkeys of this machine for that name alone.
    AtTheDoor(String),
}

impl Enter {
    /// The question at a host, for this page.
    async fn at(app: &Dashboard, t: Words, to: Place, host: &str) -> Self {
        let (by_name, door) = (app.hosts.is_name(host), app.hosts.door());
        let passkey = match app.has_passkeys(format!("http://{door}")).await {
            true if app.hosts.is_door(host) => WayOfPasskey::Here,
            true => WayOfPasskey::AtTheDoor(format!("http://{door}{to}")),
            false => WayOfPasskey::None,
        };
        Self { t, to, kept: None, told: None, error: None, by_name, passkey }
    }

    fn answer(&self, status: StatusCode) -> Response {
        (status, Html(self.render().unwrap_or_default())).into_response()
    }
}

/// Asks who somebody is, at the address where they are. A form that they sent is kept.
pub(in crate::dashboard) async fn ask(app: &Dashboard, t: Words, request: Request) -> Response {
    let host = guard::host(request.headers()).to_owned();
    let by_name = app.hosts.is_name(&host);
    let to = Place::or_home(request.uri().path_and_query().map_or("/", |path| path.as_str()));
    if request.method() == Method::GET {
        // The addresses lead to the door: there is one place to remember.
        if !by_name && !app.hosts.is_door(&host) {
            return Redirect::to(&format!("http://{}{to}", app.hosts.door())).into_response();
        }
        return Enter::at(app, t, to, &host).await.answer(StatusCode::UNAUTHORIZED);
    }
    let (page, kept) = keep(app, to, request).await;
    let told = Some(t.say(if kept.is_some() { "enter-kept" } else { "enter-not-kept" }));
    Enter { kept, told, ..Enter::at(app, t, page, &host).await }.answer(StatusCode::UNAUTHORIZED)
}

/// The page that a form stood on, and the name that it is kept by.
pub(super) async fn keep(app: &Dashboard, to: Place, request: Request) -> (Place, Option<String>) {
    let headers = request.headers();
    let typed = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/x-www-form-urlencoded");
    let page = super::stood_on(headers).unwrap_or_else(Place::home);
    // Files are read to their end, so that the browser reads the answer, and are not kept.
    let most = if typed { limits::FORM_BYTES } else { limits::IMPORT_BYTES };
    let Ok(body) = to_bytes(request.into_body(), most).await else { return (page, None) };
    if !typed || NOT_KEPT.contains(&to.path()) {
        return (page, None);
    }
    let pairs: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let form = pairs.iter().find(|(name, _)| name == "form").map(|(_, form)| form.clone()).unwrap_or_default();
    let kept = Kept::new(to, page.clone(), pairs);
    (page, app.doors.keeping.keep(&form, kept))
}

/// Why nobody came in.
pub(in crate::dashboard) enum NotIn {
    /// It is another passphrase.
    Wrong,
    /// Too many were wrong: so long none is looked at.
    Wait(Duration),
    /// It could not be looked at.
    Failed,
}

impl NotIn {
    pub(super) fn words(&self, t: Words) -> String {
        match self {
            Self::Wrong => t.say("unlock-wrong"),
            Self::Wait(wait) if wait.as_secs() < 60 => t.count("enter-wait-seconds", &(wait.as_secs() + 1)),
            Self::Wait(wait) => t.count("enter-wait-minutes", &wait.as_secs().div_ceil(60)),
            Self::Failed => t.say("enter-failed"),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Wrong => StatusCode::UNAUTHORIZED,
            Self::Wait(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Failed => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl Dashboard {
    /// Is there a passkey that is good at this origin? Before a node runs nobody knows.
    pub(super) async fn has_passkeys(&self, origin: String) -> bool {
        let Some(node) = self.node.get().filter(|_| cfg!(feature = "passkeys")) else { return false };
        node.passkeys_at(origin).await.is_ok_and(|all| !all.is_empty())
    }

    /// Is this the passphrase of the home? One is tried at a time, since trying one is dear.
    ///
    /// # Errors
    /// It is not, or none is looked at now.
    pub(in crate::dashboard) async fn is_passphrase(&self, by: Tryer, text: &str) -> Result<(), NotIn> {
        let may = || self.doors.tries.may(by, Instant::now()).map_err(NotIn::Wait);
        may()?;
        let _turn = self.trying.acquire().await.map_err(|_| NotIn::Failed)?;
        // Others were wrong in the meantime.
        may()?;
        let (home, passphrase) = (self.home.clone(), Passphrase::new(text.to_owned()));
        match tokio::task::spawn_blocking(move || Store::check_passphrase(&home, &passphrase)).await {
            Ok(Ok(())) => {
                self.doors.tries.right(by);
                Ok(())
            }
            Ok(Err(StoreError::WrongPassphrase)) => {
                self.doors.tries.wrong(by, Instant::now());
                Err(NotIn::Wrong)
            }
            _ => Err(NotIn::Failed),
        }
    }
}

/// What came in a form of the way in.
pub(super) struct Typed(Bytes);

impl Typed {
    pub(super) fn one(&self, name: &str) -> Zeroizing<String> {
        let mut pairs = form_urlencoded::parse(&self.0);
        Zeroizing::new(pairs.find(|(own, _)| own == name).map(|(_, value)| value.into_owned()).unwrap_or_default())
    }

    pub(super) fn to(&self) -> Place {
        Place::or_home(&self.one("to"))
    }

    /// The language that was chosen at the door, or what the browser asks for.
    pub(super) fn words(&self, accepted: Words) -> Words {
        Words(Language::from_code(&self.one("language")).unwrap_or(accepted.0))
    }

    /// What the person comes to, once they are in. A form that waits for them is taken out.
    pub(super) fn arrival(&self, app: &Dashboard) -> Arrival {
        let kept = app.doors.keeping.take(&self.one("kept"));
        Arrival { to: self.to(), kept, language: Language::from_code(&self.one("language")) }
    }

    /// The name of a form that still waits.
    pub(super) fn waiting(&self, app: &Dashboard) -> Option<String> {
        Some(self.one("kept").to_string()).filter(|kept| app.doors.keeping.has(kept))
    }
}

impl FromRequest<App> for Typed {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        Bytes::from_request(request, app).await.map(Self).map_err(|error| error.into_response())
    }
}

/// Shows the question again in another language. Nothing is tried and nothing is kept for it.
pub(super) async fn language(
    State(app): State<App>,
    Extension(t): Extension<Words>,
    Extension(room): Extension<Room>,
    headers: HeaderMap,
    typed: Typed,
) -> Response {
    let (t, kept) = (typed.words(t), typed.waiting(&app));
    if room == Room::Elsewhere {
        return super::add::question(&app, t, typed.to(), kept, &headers).await;
    }
    if app.is_first_run() {
        return super::outside(t, "outside-first-run");
    }
    let told = kept.is_some().then(|| t.say("enter-kept"));
    let page = Enter { kept, told, ..Enter::at(&app, t, typed.to(), guard::host(&headers)).await };
    page.answer(StatusCode::UNAUTHORIZED)
}

/// Tries a passphrase. A right one brings a session, at the name that this node drew.
pub(super) async fn by_passphrase(
    State(app): State<App>,
    Extension(t): Extension<Words>,
    headers: HeaderMap,
    typed: Typed,
) -> Response {
    let t = typed.words(t);
    if app.is_first_run() {
        return super::outside(t, "outside-first-run");
    }
    let host = guard::host(&headers);
    let token = cookie(&headers, &guard::cookie_name(&app));
    let known = token.as_deref().is_some_and(|token| app.doors.keeping.knows(token));
    let by = if known { Tryer::Known } else { Tryer::Stranger };
    if let Err(not) = app.is_passphrase(by, &typed.one("passphrase")).await {
        return again(&app, t, host, &typed, not.words(t), not.status()).await;
    }
    if let Err(failure) = app.begin_by(&typed.one("passphrase")).await {
        return again(&app, t, host, &typed, t.failure(&failure).0, StatusCode::SERVICE_UNAVAILABLE).await;
    }
    come_in(&app, t, &headers, typed.arrival(&app), *typed.one("stay") == "yes")
}

/// The question again, with what was wrong. A form that waits goes on waiting.
pub(super) async fn again(
    app: &Dashboard,
    t: Words,
    host: &str,
    typed: &Typed,
    error: String,
    status: StatusCode,
) -> Response {
    let kept = typed.waiting(app);
    let told = kept.is_some().then(|| t.say("enter-kept"));
    Enter { kept, told, error: Some(error), ..Enter::at(app, t, typed.to(), host).await }.answer(status)
}

/// Somebody proved at this machine who they are.
pub(super) fn come_in(app: &Dashboard, t: Words, headers: &HeaderMap, arrival: Arrival, stays: bool) -> Response {
    let host = guard::host(headers);
    if !app.hosts.is_name(host) && !stays {
        return arrive(t, &app.doors.link_to(&app.hosts, arrival));
    }
    let old = cookie(headers, &guard::cookie_name(app)).map(|token| Pass::new(token, host));
    let renewed = old.and_then(|old| app.doors.renew(&old, arrival.kept.clone()));
    if let (Some(pass), Some(language)) = (&renewed, arrival.language) {
        app.doors.change(pass, |session| session.language = Some(language));
    }
    let (pass, to) = match renewed {
        Some(pass) if arrival.kept.is_some() => (pass, Place::or_home("/kept")),
        Some(pass) => (pass, arrival.to),
        None => app.doors.begin(arrival, host),
    };
    warn_of_address(app, t, &pass, host);
    with_cookie(app, &pass, Redirect::to(to.text()).into_response())
}

/// Who is in at an address instead of the name is told what that means, once.
fn warn_of_address(app: &Dashboard, t: Words, pass: &Pass, host: &str) {
    if !app.hosts.is_name(host) {
        app.doors.change(pass, |session| session.notice = Some(t.say("entered-by-address")));
    }
}

/// Spends a one-time link for a session.
pub(super) async fn start(
    State(app): State<App>,
    Extension(t): Extension<Words>,
    Path(link): Path<String>,
    headers: HeaderMap,
) -> Response {
    let host = guard::host(&headers);
    match app.doors.spend(&link) {
        // No cookie at the door: it would go to every port of this machine.
        Some(arrival) if app.hosts.is_door(host) => arrive(t, &app.doors.link_to(&app.hosts, arrival)),
        Some(arrival) => {
            let (pass, to) = app.doors.begin(arrival, host);
            warn_of_address(&app, t, &pass, host);
            // A browser that was led here from the door sends the new cookie with what the page itself asks for, and
            // not before.
            let from_us = headers.get("sec-fetch-site").is_none_or(|site| site == "none" || site == "same-origin");
            let answer = if from_us { Redirect::to(to.text()).into_response() } else { arrive(t, to.text()) };
            with_cookie(&app, &pass, answer)
        }
        None if app.is_first_run() => super::outside(t, "outside-first-run"),
        None => {
            let told = Some(t.say("outside-link-spent"));
            Enter { told, ..Enter::at(&app, t, Place::home(), host).await }.answer(StatusCode::UNAUTHORIZED)
        }
    }
}

#[derive(Template)]
#[template(path = "arrive.html")]
struct Arrive<'a> {
    t: Words,
    to: &'a str,
    /// Did another site lead here?
    led: bool,
}

/// Another site led somebody here, so their cookie was not looked at. They go on by a press: the page after it is asked for by ours.
pub(in crate::dashboard) fn led(t: Words, request: &Request) -> Response {
    let to = Place::or_home(request.uri().path_and_query().map_or("/", |path| path.as_str()));
    let page = Arrive { t, to: to.text(), led: true }.render().unwrap_or_default();
    (StatusCode::UNAUTHORIZED, Html(page)).into_response()
}

/// Goes on from this page. No redirect: a browser takes one as part of the way that a form or another site began, and
/// lets it lead to none of our other hosts.
pub(super) fn arrive(t: Words, to: &str) -> Response {
    let mut response = Html(Arrive { t, to, led: false }.render().unwrap_or_default()).into_response();
    if let Ok(refresh) = HeaderValue::from_str(&format!("0; url={to}")) {
        response.headers_mut().insert(header::REFRESH, refresh);
    }
    response
}

/// Gives the browser its half of a pass: not readable by scripts, not sent from other sites.
pub(super) fn with_cookie(app: &Dashboard, pass: &Pass, mut response: Response) -> Response {
    let cookie = format!("{}={}; Path=/; HttpOnly; SameSite=Strict", guard::cookie_name(app), pass.token());
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// What was sent to a name of before this node's start.
pub(super) async fn before(Extension(t): Extension<Words>) -> Response {
    plain(StatusCode::CONFLICT, t, t.say("before-title"), t.say("before-about"), None)
}

#[derive(Template)]
#[template(path = "kept.html")]
struct KeptPage<'a> {
    page: Page,
    kept: &'a Kept,
}

/// A form that came too late, with what was typed.
pub(super) async fn kept(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    match visitor.session.kept.as_deref().filter(|kept| kept.holds()) {
        Some(kept) => show(&KeptPage { page: visitor.page(&app, "home", "/kept"), kept }),
        None => go("/"),
    }
}

/// The person does not want it any more, or types it anew.
pub(super) async fn drop_kept(State(app): State<App>, Extension(visitor): Extension<Visitor>, _: Posted) -> Shown {
    let kept = app.doors.change(&visitor.pass, |session| session.kept.take()).flatten();
    go(kept.as_ref().map_or("/", |kept| kept.page.text()))
}

/// Sends it where it was sent to, by the browser: it comes as any form, with the token of this session.
pub(super) async fn send_kept(State(app): State<App>, Extension(visitor): Extension<Visitor>, _: Posted) -> Shown {
    let kept = app.doors.change(&visitor.pass, |session| session.kept.take()).flatten();
    match kept.filter(|kept| kept.whole && kept.holds()) {
        Some(kept) => Ok(Redirect::temporary(kept.to.text()).into_response()),
        None => go("/"),
    }
}
