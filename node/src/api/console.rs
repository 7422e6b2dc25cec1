//! The company's page: relationships, requests that wait, how fresh the data is, deliveries. In: visits with an API
//! key. Out: pages that show and change nothing.
//!
//! The key is typed once; the browser keeps a token of 256 random bits for this page alone, and the key is looked up
//! anew at every visit, so a key that is revoked shows nothing from then on. The cookie belongs to the host it was
//! made for, so a page of another name that is pointed at this address (DNS rebinding) has none.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use askama::Template;
use axum::{
    Form, Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use regie_protocol::time::Timestamp;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{
    Api,
    call::{Bearer, Params},
    limits,
    problem::Problem,
    relationships,
};
use crate::{
    clock,
    command::Failure,
    dashboard::{
        self,
        words::{Language, Words},
    },
    supplier::{Companion, keys::Caller, lists::List, names},
};

const COOKIE: &str = "regie_console";
/// Persons on a page.
const PERSONS: usize = 25;
/// Requests that are looked at for those that wait.
const REQUESTS: u64 = 200;
const MONTH_MS: u64 = 30 * 24 * 60 * 60 * 1000;
const YEAR_MS: u64 = 365 * 24 * 60 * 60 * 1000;

/// Who looks at the page.
#[derive(Default)]
pub(super) struct Seats(Mutex<HashMap<[u8; 32], Seat>>);

struct Seat {
    bearer: Bearer,
    begun: Instant,
    seen: Instant,
}

impl Seats {
    /// A token for somebody with a key. The one who was away longest gives way.
    fn take(&self, bearer: Bearer) -> String {
        let mut seats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while seats.len() >= limits::CONSOLE_SEATS {
            let oldest = seats.iter().min_by_key(|(_, seat)| seat.seen).map(|(token, _)| *token);
            oldest.map(|token| seats.remove(&token));
        }
        let (token, now) = (data_encoding::BASE64URL_NOPAD.encode(&clock::random::<32>()), Instant::now());
        seats.insert(Sha256::digest(token.as_bytes()).into(), Seat { bearer, begun: now, seen: now });
        token
    }

    fn bearer(&self, token: &str) -> Option<Bearer> {
        let mut seats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seats.retain(|_, seat| seat.seen.elapsed() < limits::CONSOLE_IDLE && seat.begun.elapsed() < limits::CONSOLE);
        let seat = seats.get_mut(&<[u8; 32]>::from(Sha256::digest(token.as_bytes())))?;
        seat.seen = Instant::now();
        Some(seat.bearer)
    }

    fn leave(&self, token: &str) {
        let token: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&token);
    }
}

/// The page's paths, each answered with the headers of the person's dashboard.
pub(super) fn routes() -> Router<Api> {
    Router::new()
        .route("/console", get(page).post(enter))
        .route("/console/leave", post(leave))
        .route("/console/assets/{name}", get(dashboard::asset))
        .layer(DefaultBodyLimit::max(limits::CONSOLE_FORM_BYTES))
        .layer(middleware::map_response(async |mut response: Response| {
            for (name, value) in dashboard::HEADERS {
                response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
            }
            response
        }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Before {
    /// Persons before this number.
    before: Option<u64>,
}

#[derive(Deserialize)]
struct Entering {
    key: String,
}

#[derive(Template)]
#[template(path = "console_enter.html")]
struct EnterPage {
    t: Words,
    wrong: bool,
}

#[derive(Template)]
#[template(path = "console.html")]
struct ConsolePage {
    t: Words,
    view: View,
}

/// Everything on the page.
struct View {
    name: String,
    test: bool,
    relationships: u64,
    connected: u64,
    disclosures: u64,
    events: u64,
    looked_at: u64,
    waiting: Vec<Waiting>,
    persons: Vec<Person>,
    fresh: Fresh,
    before: Option<u64>,
    hooks: Vec<Hook>,
}

struct Waiting {
    id: String,
    purpose: String,
    fields: Vec<String>,
    since: String,
    with_person: bool,
}

struct Person {
    id: String,
    since: String,
    agreement: String,
    fields: usize,
    newest: Option<String>,
    oldest: Option<String>,
    connected: bool,
}

#[derive(Default)]
struct Fresh {
    month: u64,
    year: u64,
    older: u64,
}

struct Hook {
    id: String,
    url: String,
    behind: u64,
    failures: u32,
    trouble: Option<String>,
    disabled: bool,
}

async fn page(
    State(api): State<Api>,
    headers: HeaderMap,
    Params(Before { before }): Params<Before>,
) -> Result<Response, Problem> {
    let t = words(&headers);
    let Some(bearer) = token(&headers).and_then(|token| api.seats.bearer(&token)) else {
        return show(StatusCode::OK, &EnterPage { t, wrong: false });
    };
    match api.read(bearer, move |companion, caller| look(companion, caller, before)).await {
        Ok(view) => show(StatusCode::OK, &ConsolePage { t, view }),
        // The key was revoked since.
        Err(problem) if problem.status == StatusCode::UNAUTHORIZED.as_u16() => {
            show(StatusCode::OK, &EnterPage { t, wrong: true })
        }
        Err(problem) => Err(problem),
    }
}

async fn enter(State(api): State<Api>, headers: HeaderMap, Form(form): Form<Entering>) -> Result<Response, Problem> {
    let wrong = || show(StatusCode::FORBIDDEN, &EnterPage { t: words(&headers), wrong: true });
    if from_elsewhere(&headers) {
        return wrong();
    }
    let Some(bearer) = Bearer::of(form.key.trim()) else { return wrong() };
    if api.read(bearer, |_, _| Ok(())).await.is_err() {
        return wrong();
    }
    Ok(go(&format!("{COOKIE}={}; HttpOnly; SameSite=Strict; Path=/console", api.seats.take(bearer))))
}

async fn leave(State(api): State<Api>, headers: HeaderMap) -> Response {
    if let Some(token) = token(&headers).filter(|_| !from_elsewhere(&headers)) {
        api.seats.leave(&token);
    }
    go(&format!("{COOKIE}=; HttpOnly; SameSite=Strict; Path=/console; Max-Age=0"))
}

fn look(companion: &mut Companion, caller: Caller, before: Option<u64>) -> Result<View, Failure> {
    let last = companion.last_of(List::Relationships, caller.world)?;
    let events = companion.newest_event(caller.world)?;
    let end = before.unwrap_or(u64::MAX).min(last.saturating_add(1));
    let (persons, fresh) = persons(companion, caller, end)?;
    let first = end.saturating_sub(PERSONS as u64);
    let (looked_at, waiting) = waiting(companion, caller)?;
    let hooks = companion.hooks(caller.world)?.into_iter().map(|(id, hook)| Hook {
        id: id.to_string(),
        behind: events.saturating_sub(hook.told),
        url: hook.url,
        failures: hook.failures,
        trouble: hook.trouble,
        disabled: hook.disabled,
    });
    Ok(View {
        name: companion.company_name(),
        test: caller.world == crate::supplier::World::Test,
        relationships: last,
        connected: companion.figures()?.connected,
        disclosures: companion.last_of(List::Disclosures, caller.world)?,
        events,
        looked_at,
        waiting,
        persons,
        fresh,
        before: (first > 1).then_some(first),
        hooks: hooks.collect(),
    })
}

/// The persons right before a number, newest first, and how old what is held of them is.
fn persons(companion: &mut Companion, caller: Caller, end: u64) -> Result<(Vec<Person>, Fresh), Failure> {
    let after = end.saturating_sub(1 + PERSONS as u64);
    let (mut persons, mut fresh, now) = (Vec::new(), Fresh::default(), companion.now());
    for entry in companion.page(List::Relationships, caller.world, None, after, PERSONS)? {
        let Some(person) = entry.person.filter(|_| entry.number < end) else { continue };
        let connected = companion.is_connected(&person);
        let customer = companion.relationship(caller.world, &person)?;
        let (since, agreement) = (customer.since(), customer.agreement());
        let kept = relationships::kept(companion, &person)?;
        let times: Vec<Timestamp> = kept.iter().map(|(_, _, observed)| observed.observed).collect();
        for at in &times {
            match now.0.saturating_sub(at.0) {
                age if age < MONTH_MS => fresh.month += 1,
                age if age < YEAR_MS => fresh.year += 1,
                _ => fresh.older += 1,
            }
        }
        persons.push(Person {
            id: names::Relationship::from(person).to_string(),
            since: clock::text(since),
            agreement: agreement.to_string(),
            fields: times.len(),
            newest: times.iter().max().map(|at| clock::text(*at)),
            oldest: times.iter().min().map(|at| clock::text(*at)),
            connected,
        });
        companion.forget_persons();
    }
    persons.reverse();
    Ok((persons, fresh))
}

/// The newest requests without a whole answer, and how many were looked at.
fn waiting(companion: &mut Companion, caller: Caller) -> Result<(u64, Vec<Waiting>), Failure> {
    let last = companion.last_of(List::Requests, caller.world)?;
    let after = last.saturating_sub(REQUESTS);
    let entries = companion.page(List::Requests, caller.world, None, after, limits::PAGE_MOST)?;
    let mut found = Vec::new();
    for entry in &entries {
        let Some(person) = entry.person else { continue };
        let customer = companion.relationship(caller.world, &person)?;
        let asking = customer.asking(&entry.nonce());
        if let Some(asking) = asking.filter(|asking| asking.awaits_answer() || !asking.waiting.is_empty()) {
            found.push(Waiting {
                id: names::Asked::from(asking.request.id).to_string(),
                purpose: asking.request.purpose.to_string(),
                fields: asking.request.fields.iter().map(ToString::to_string).collect(),
                since: clock::text(asking.request.at),
                with_person: asking.answered,
            });
        }
        companion.forget_persons();
    }
    found.reverse();
    Ok((entries.len() as u64, found))
}

fn words(headers: &HeaderMap) -> Words {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Words(Language::accepted(accepted.unwrap_or_default()))
}

fn token(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned())
}

/// Did another site's page send this form?
fn from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get_all("sec-fetch-site").iter().any(|site| site != "same-origin" && site != "none")
}

fn show(status: StatusCode, page: &impl Template) -> Result<Response, Problem> {
    let text = page.render().map_err(Failure::internal)?;
    Ok((status, Html(text)).into_response())
}

fn go(cookie: &str) -> Response {
    let mut response = Redirect::to("/console").into_response();
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Shared by all calls.
pub(super) type Shared = Arc<Seats>;
