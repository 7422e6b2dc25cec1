//! The company's page: relationships, requests that wait, how fresh the data is, deliveries. In: visits with an API
//! key. Out: pages that show and change nothing; offers are made on a page of their own (`stall`), keys and what
//! needs a second word on another (`doorkeeper`), and notice and rights are answered on a third (`answering`).
//!
//! The key is typed once; the browser keeps a token of 256 random bits for this page alone, and the key is looked up
//! anew at every visit, so a key that is revoked shows nothing from then on. Cookies go to every port of a host, so the page
//! is under a path of its own for each visit, which is as random, and the cookie is for that path and opens nothing
//! elsewhere: another server at this host is never asked for it. The cookie belongs to the host it was made for, so a page of another name that is pointed at this address (DNS rebinding) has none; what another site's page
//! sends, `web` turns away.

use std::time::Duration;

use askama::Template;
use axum::{
    Form, Router,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use regie_protocol::{Timestamp, supplier::Record};
use serde::Deserialize;

use super::{
    Api, answering,
    call::{Bearer, Params},
    doorkeeper, limits,
    problem::Problem,
    relationships,
    seat::{COOKIE, ENTRANCE, Seat, path, words},
    stall,
};
use crate::{
    clock,
    command::Failure,
    supplier::{
        Companion, PersonsAct,
        keys::{Arrival, Caller, KeyHash},
        labels::Thing,
        lists::List,
        names,
        scopes::Scope,
    },
    web::{
        asset,
        session::{Pass, Sessions, Visit, cookie, token},
        words::Words,
    },
};

/// Persons on a page.
const PERSONS: usize = 25;
/// Requests that are looked at for those that wait.
pub(super) const REQUESTS: u64 = 200;
const MONTH_MS: u64 = 30 * 24 * 60 * 60 * 1000;
const YEAR_MS: u64 = 365 * 24 * 60 * 60 * 1000;

/// Who looks at the page, by their keys.
pub(super) type Seats = Sessions<KeyHash>;

impl Visit for KeyHash {
    fn idle(&self) -> Duration {
        limits::CONSOLE_IDLE
    }

    fn goes_on_after_idle(&mut self) -> bool {
        false
    }
}

/// The page's paths.
pub(super) fn routes() -> Router<Api> {
    let market = get(stall::page).post(stall::make).layer(DefaultBodyLimit::max(limits::CONSOLE_OFFER_BYTES));
    Router::new()
        .route("/console", get(door).post(enter))
        .route("/console/at/{place}", get(page))
        .route("/console/at/{place}/leave", post(leave))
        .route("/console/at/{place}/market", market)
        .route("/console/at/{place}/acts", get(answering::page).post(answering::act))
        .route("/console/at/{place}/keys", get(doorkeeper::page).post(doorkeeper::act))
        .route("/console/assets/{name}", get(asset))
        .layer(DefaultBodyLimit::max(limits::CONSOLE_FORM_BYTES))
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
    /// The path of this visit.
    at: String,
    view: View,
}

/// Everything on the page.
struct View {
    name: String,
    test: bool,
    relationships: u64,
    connected: u64,
    told_later: u64,
    disclosures: u64,
    events: u64,
    looked_at: u64,
    waiting: Vec<Waiting>,
    acts: Vec<Open>,
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

/// An act that waits for the company's answer.
struct Open {
    id: String,
    kind: String,
    about: String,
    received: String,
    answer_by: Option<String>,
    overdue: bool,
}

struct Person {
    id: String,
    reference: Option<String>,
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
    paused: bool,
    given_up: Option<String>,
    dead: u32,
}

async fn door(headers: HeaderMap) -> Result<Response, Problem> {
    entrance(StatusCode::OK, words(&headers), false)
}

async fn page(
    State(api): State<Api>,
    seat: Seat,
    Params(Before { before }): Params<Before>,
) -> Result<Response, Problem> {
    let look = move |companion: &mut Companion, caller| look(companion, caller, before);
    seat.shown(&api, look, |view| show(StatusCode::OK, &ConsolePage { t: seat.t, at: seat.at(), view })).await
}

async fn enter(
    State(api): State<Api>,
    call: Arrival,
    headers: HeaderMap,
    Form(form): Form<Entering>,
) -> Result<Response, Problem> {
    let wrong = || entrance(StatusCode::FORBIDDEN, words(&headers), true);
    let Some(key) = KeyHash::of(form.key.trim()) else { return wrong() };
    if api.read(Bearer::of(key, call).needs(Scope::Read), |_, _| Ok(())).await.is_err() {
        return wrong();
    }
    let place = token();
    let pass = api.seats.begin(key, &place);
    let at = path(&place);
    Ok(go(&at, &format!("{COOKIE}={}; HttpOnly; SameSite=Strict; Path={at}", pass.token())))
}

async fn leave(State(api): State<Api>, Path(place): Path<String>, headers: HeaderMap) -> Response {
    if let Some(token) = cookie(&headers, COOKIE) {
        api.seats.end(&Pass::new(token, &place));
    }
    go(ENTRANCE, &format!("{COOKIE}=; HttpOnly; SameSite=Strict; Path={}; Max-Age=0", path(&place)))
}

fn look(companion: &mut Companion, caller: Caller, before: Option<u64>) -> Result<View, Failure> {
    let last = companion.last_of(List::Relationships, caller.world, None)?;
    let events = companion.newest_event(caller.world)?;
    let end = before.unwrap_or(u64::MAX).min(last.saturating_add(1));
    let (persons, fresh) = persons(companion, caller, end)?;
    let first = end.saturating_sub(PERSONS as u64);
    let (looked_at, waiting) = waiting(companion, caller)?;
    let hooks = companion.hooks(caller.world)?.into_iter().map(|(id, hook)| Hook {
        id: id.to_string(),
        behind: events.saturating_sub(hook.told),
        given_up: hook.given_up_at().map(clock::text),
        url: hook.url,
        failures: hook.failures,
        trouble: hook.trouble,
        disabled: hook.disabled,
        paused: hook.paused,
        dead: hook.dead,
    });
    Ok(View {
        name: companion.company_name(),
        test: caller.world == crate::supplier::World::Test,
        relationships: last,
        connected: companion.connected(),
        told_later: companion.pairings().1.times,
        disclosures: companion.last_of(List::Disclosures, caller.world, None)?,
        events,
        looked_at,
        waiting,
        acts: open(companion, caller)?,
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
        let label = companion.label(&Thing::Relationship(person))?;
        persons.push(Person {
            id: names::Relationship::from(person).to_string(),
            reference: label.reference().map(str::to_owned),
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
    let last = companion.last_of(List::Requests, caller.world, None)?;
    let after = last.saturating_sub(REQUESTS);
    let entries = companion.page(List::Requests, caller.world, None, after, limits::PAGE_MOST)?;
    let mut found = Vec::new();
    for entry in &entries {
        let Some(person) = entry.person else { continue };
        let Some(Record::Asking { asking }) = companion.request(&person, entry.nonce())? else { continue };
        if asking.awaits_answer() || !asking.waiting.is_empty() {
            found.push(Waiting {
                id: names::Asked::from(asking.request.id).to_string(),
                purpose: asking.request.purpose.to_string(),
                fields: asking.request.fields.iter().map(ToString::to_string).collect(),
                since: clock::text(asking.request.at),
                with_person: asking.answered,
            });
        }
    }
    found.reverse();
    Ok((entries.len() as u64, found))
}

/// The newest acts of persons that wait for an answer, the newest first.
fn open(companion: &mut Companion, caller: Caller) -> Result<Vec<Open>, Failure> {
    let today = clock::day(companion.now());
    let shown = |act: PersonsAct| {
        let contract = act.what.contract();
        let about = contract.and_then(|name| name.number.clone().or_else(|| name.product.clone()));
        Open {
            id: act.id.to_string(),
            kind: act.kind.to_string(),
            about: about.unwrap_or_default(),
            received: act.received,
            overdue: act.answer_by.is_some_and(|last| last < today),
            answer_by: act.answer_by.map(|day| day.to_string()),
        }
    };
    Ok(answering::open_acts(companion, caller)?.into_iter().rev().map(shown).collect())
}

/// Where a key is shown; `wrong` says that one was, which is none.
pub(super) fn entrance(status: StatusCode, t: Words, wrong: bool) -> Result<Response, Problem> {
    show(status, &EnterPage { t, wrong })
}

pub(super) fn show(status: StatusCode, page: &impl Template) -> Result<Response, Problem> {
    let text = page.render().map_err(Failure::internal)?;
    Ok((status, Html(text)).into_response())
}

fn go(to: &str, cookie: &str) -> Response {
    let mut response = Redirect::to(to).into_response();
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}
