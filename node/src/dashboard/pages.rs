//! The pages: which path leads to which, what every page has, and how forms come in. In: requests of visitors
//! that `guard` let through. Out: HTML, files, redirects.

mod add;
mod again;
mod audit;
mod cases;
mod contracts;
mod credentials;
mod data;
mod defaults;
mod deliveries;
mod devices;
mod enter;
mod export;
mod files;
mod find;
mod group;
mod home;
mod import;
mod inbox;
mod inputs;
mod letters;
mod live;
mod many;
mod menu;
mod own;
mod passkey;
mod passphrase;
mod pictures;
mod proof;
mod refill;
mod requests;
mod search;
mod security;
mod segments;
mod setup;
mod style;
mod suppliers;
mod told;
mod who;
mod wishes;
mod wrong;

use std::{str::FromStr, sync::Arc};

use askama::Template;
use axum::{
    Extension, Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, FromRequest, Request},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use sha2::{Digest as _, Sha256};

use super::{Dashboard, guard::Visitor, limits, words::Words};
use crate::{
    command::{Explained, Failure, exit, parse},
    person::{Desk, verbs::WaitingNow},
    verb::Conduct,
    web::asset,
};

pub(super) use add::ask as ask_device;
pub(super) use enter::{ask as ask_who, led};
pub(super) use many::Many;
use wrong::not_taken;
pub(super) use wrong::{NotTaken, Wrong, page as wrong_page, put_back, stood_on, typed};

type App = Arc<Dashboard>;
type Shown = Result<Response, Fault>;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/", get(home::home))
        .route("/requests", get(requests::page).post(requests::decide))
        .route("/processors", post(requests::decide_processor))
        .route("/suppliers", get(suppliers::list))
        .route("/suppliers/{key}", get(suppliers::one).post(suppliers::act))
        .route("/own", get(own::list).post(own::act))
        .route("/own/{id}/files", post(own::attach))
        .route("/own/{id}/files/{file}", get(own::get_file))
        .route("/pair", get(suppliers::pair).post(suppliers::pair_by))
        .route("/pair/many", get(many::page).post(many::act).layer(DefaultBodyLimit::max(limits::LINKS_BYTES)))
        .route("/data", get(data::list))
        .route("/data/{field}", get(data::one).post(data::save))
        .route("/data/group/{group}", get(group::page).post(group::save))
        .route(
            "/credentials",
            get(credentials::list).post(credentials::act).layer(DefaultBodyLimit::max(limits::CREDENTIAL_BYTES)),
        )
        .route("/find", get(find::page).post(find::read))
        .route("/find/enter", post(find::enter))
        .route("/find/same", post(find::same))
        .route("/import", get(import::page).post(import::read))
        .route("/import/preview", get(import::preview))
        .route("/import/keep", post(import::keep))
        .route("/export", get(export::page).post(export::backup))
        .route("/export.json", get(export::document))
        .route("/move", get(export::move_page).post(export::move_away))
        .route("/deliveries", get(deliveries::page).post(deliveries::tell_now))
        .route("/deliveries/letters", post(deliveries::write_letters))
        .route("/live", get(live::stream))
        .route("/inbox", get(inbox::list).post(inbox::act))
        .route("/inbox/{id}", get(inbox::file))
        .route("/inbox/{id}/picture", get(inbox::picture))
        .route("/cases", get(cases::list))
        .route("/cases/new", get(cases::new).post(cases::begin))
        .route("/cases/{id}", get(cases::one).post(cases::act))
        .route("/cases/{id}/files", post(cases::file))
        .route("/cases/{id}/files/{file}", get(cases::get_file))
        .route("/contracts", get(contracts::list).post(contracts::act))
        .route("/contracts/new", get(contracts::new).post(contracts::add))
        .route("/contracts/{id}", get(contracts::one).post(contracts::change))
        .route("/contracts/{id}/{how}", get(contracts::letter).post(contracts::tell))
        .route("/feed/{key}/contracts.ics", get(contracts::feed))
        .route("/letters", get(letters::list).post(letters::send_all))
        .route("/letters/write", get(letters::write).post(letters::written))
        .route("/letters/account", get(letters::account).post(letters::change_account))
        .route("/letters/{id}", get(letters::one).post(letters::act))
        .route("/letters/{id}/letter.eml", get(letters::draft))
        .route("/letters/{id}/letter.pdf", get(letters::pdf))
        .route("/search", get(search::page))
        .route("/segments", get(segments::list).post(segments::act))
        .route("/wishes", get(wishes::list).post(wishes::act))
        .route("/wishes/new", get(wishes::kinds))
        .route("/wishes/new/{kind}", get(wishes::new))
        .route("/defaults", get(defaults::page).post(defaults::change))
        .route("/defaults/proof", get(proof::page))
        .route("/defaults/suggested", post(defaults::suggested))
        .route("/agreement", post(defaults::agreement))
        .route("/audit", get(audit::page).post(audit::verify))
        .route("/proof/{supplier}/{index}", get(audit::proof))
        .route("/receipts.json", get(audit::receipts))
        .route("/security", get(security::page).post(security::act))
        .route("/security/passphrase", get(passphrase::page).post(passphrase::change))
        .route("/style", get(style::page))
        .route("/devices", get(devices::page).post(devices::act))
        .route("/add/{token}", get(add::page).post(add::add))
        .route("/added", get(add::added))
        .merge(passkey::routes())
        .route("/told", get(told::page).post(told::act))
        .route("/told/browser", post(told::add_browser))
        .route("/worker.js", get(told::worker))
        .route("/manifest.webmanifest", get(add::manifest))
        .route("/offline", get(add::offline))
        .route("/lost", get(passphrase::lost))
        .route("/in", post(enter::by_passphrase))
        .route("/in/language", post(enter::language))
        .route("/before", get(enter::before))
        .route("/kept", get(enter::kept).post(enter::drop_kept))
        .route("/kept/send", post(enter::send_kept))
        .route("/language", post(security::language))
        .route("/start/{token}", get(enter::start))
        .route("/setup", get(setup::page).post(setup::step))
        .route("/setup/backup", get(again::backup).post(again::restore))
        .route("/setup/words", get(again::words).post(again::from_words))
        .route("/assets/{name}", get(asset))
        .fallback(nowhere)
}

/// What every page has.
pub(super) struct Page {
    t: Words,
    /// To be sent back with every form.
    form: String,
    /// Which part of the menu we are in; none for pages without a menu.
    here: &'static str,
    notice: Option<String>,
    /// Where the language switch comes back to.
    path: String,
    /// What waits; none where there is no node yet.
    now: Option<Arc<WaitingNow>>,
    /// Is it shown on a device elsewhere?
    away: bool,
}

impl Page {
    /// How much waits in all.
    fn waiting(&self) -> usize {
        self.now.as_ref().map_or(0, |now| live::total(now))
    }

    /// How much of it is decided in a part of the menu.
    fn waits_at(&self, part: &str) -> usize {
        self.now.as_ref().map_or(0, |now| live::parts(now).get(part).copied().unwrap_or_default())
    }

    /// Which list this page shows, and its mark: it is loaded again where that is another.
    fn list(&self) -> Option<(&'static str, &str)> {
        live::list(self.now.as_ref()?, &self.path)
    }
}

impl Visitor {
    fn page(&self, app: &Dashboard, here: &'static str, path: &str) -> Page {
        let notice = app.doors.take_notice(&self.pass);
        let (form, path, now) = (self.session.form.clone(), path.to_owned(), self.now.clone());
        Page { t: self.words, form, here, notice, path, now, away: self.session.device.is_some() }
    }

    fn notice(&self, app: &Dashboard, notice: String) {
        app.doors.change(&self.pass, |session| session.notice = Some(notice));
    }

    fn fault(&self, failure: Failure) -> Fault {
        Fault { words: self.words, failure }
    }

    async fn ask<V: Conduct<Desk>>(&self, app: &Dashboard, verb: V) -> Result<V::Answer, Fault> {
        app.ask(verb).await.map_err(|failure| self.fault(failure))
    }

    /// What was typed or chosen, as the type it must be.
    fn parse<T: FromStr>(&self, text: &str) -> Result<T, Fault>
    where
        T::Err: Explained,
    {
        parse(text).map_err(|failure| self.fault(failure))
    }
}

/// A failure, as a page that says the next step.
pub(super) struct Fault {
    words: Words,
    failure: Failure,
}

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage {
    t: Words,
    title: String,
    message: String,
    /// What the node said of it, in English.
    detail: Option<String>,
    /// Is there a first page to go to?
    back: bool,
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let status = match self.failure.exit {
            exit::USAGE => StatusCode::BAD_REQUEST,
            exit::NOT_FOUND => StatusCode::NOT_FOUND,
            exit::LOCKED | exit::REFUSED => StatusCode::FORBIDDEN,
            exit::UNREACHABLE => StatusCode::BAD_GATEWAY,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let (message, detail) = self.words.failure(&self.failure);
        plain(status, self.words, self.words.say("fault-title"), message, detail)
    }
}

/// A page for someone without a session.
pub(super) fn outside(words: Words, message: &str) -> Response {
    let back = message != "outside-first-run";
    let (t, title, message) = (words, words.say("outside-title"), words.say(message));
    let page = FaultPage { t, title, message, detail: None, back }.render().unwrap_or_default();
    (StatusCode::UNAUTHORIZED, Html(page)).into_response()
}

/// A page for a request that could not be read.
pub(super) fn unread(words: Words, status: StatusCode) -> Response {
    let message = if status == StatusCode::PAYLOAD_TOO_LARGE { "fault-large" } else { "fault-odd" };
    plain(status, words, words.say("fault-title"), words.say(message), None)
}

/// What a device does not do.
pub(super) fn at_home_alone(words: Words) -> Response {
    let (title, message) = (words.say("fault-title"), words.say("fault-at-home"));
    plain(StatusCode::FORBIDDEN, words, title, message, None)
}

fn plain(status: StatusCode, t: Words, title: String, message: String, detail: Option<String>) -> Response {
    let wrong = Wrong { title: title.clone(), message: message.clone(), detail: detail.clone() };
    let page = FaultPage { t, title, message, detail, back: true }.render().unwrap_or_default();
    let mut response = (status, Html(page)).into_response();
    // For whoever is in, `guard` shows it with the menu and the form.
    response.extensions_mut().insert(wrong);
    response
}

async fn nowhere(visitor: Option<Extension<Visitor>>) -> Response {
    // Below /assets and /start there is no visitor yet.
    let Some(Extension(visitor)) = visitor else { return StatusCode::NOT_FOUND.into_response() };
    let (words, title) = (visitor.words, visitor.words.say("fault-title"));
    plain(StatusCode::NOT_FOUND, words, title, words.say("fault-nowhere"), None)
}

fn show<T: Template>(page: &T) -> Shown {
    match page.render() {
        Ok(html) => Ok(Html(html).into_response()),
        Err(error) => {
            tracing::error!(%error, "a page can't be made");
            Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
    }
}

fn go(to: &str) -> Shown {
    Ok(Redirect::to(to).into_response())
}

/// A file to download.
fn download(name: &str, kind: &'static str, body: impl Into<Body>) -> Shown {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// A form that proved to come from one of our pages.
struct Posted(Vec<(String, String)>);

impl Posted {
    fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// The value as it was typed, spaces and all.
    fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    fn some(&self, name: &str) -> Option<String> {
        Some(self.one(name).to_owned()).filter(|value| !value.is_empty())
    }

    fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
    }
}

impl FromRequest<App> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let visitor = request.extensions().get::<Visitor>().cloned();
        let Some(visitor) = visitor else { return Err(StatusCode::UNAUTHORIZED.into_response()) };
        let body = Bytes::from_request(request, app).await.map_err(IntoResponse::into_response)?;
        // Browsers send line ends as two characters; values know one.
        let pairs = form_urlencoded::parse(&body).map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n")));
        let posted = Self(with_currencies(pairs.collect()));
        if is_ours(&visitor, posted.one("form")) { Ok(posted) } else { Err(strange_form(&visitor)) }
    }
}

/// Which money an amount is in is chosen beside it, under its name and this.
const CURRENCY: &str = "-currency";

/// Amounts with the currency that was chosen beside them, as one text. Euros need no name, and what was typed counts where it
/// names one.
fn with_currencies(mut pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    let chosen: Vec<(String, String)> = pairs
        .iter()
        .filter_map(|(name, code)| Some((name.strip_suffix(CURRENCY)?.to_owned(), code.trim().to_owned())))
        .filter(|(_, code)| code != "EUR")
        .collect();
    for (name, code) in chosen {
        let bare = |text: &str| text.chars().any(|c| c.is_ascii_digit()) && !text.chars().any(char::is_alphabetic);
        for (_, text) in pairs.iter_mut().filter(|(known, text)| *known == name && bare(text)) {
            *text = format!("{} {code}", text.trim());
        }
    }
    pairs
}

/// Compared by their hashes, so that the time it takes tells nothing of the token.
fn is_ours(visitor: &Visitor, form: &str) -> bool {
    Sha256::digest(form.as_bytes()) == Sha256::digest(visitor.session.form.as_bytes())
}

fn strange_form(visitor: &Visitor) -> Response {
    let (words, title) = (visitor.words, visitor.words.say("fault-title"));
    plain(StatusCode::FORBIDDEN, words, title, words.say("fault-form"), None)
}
