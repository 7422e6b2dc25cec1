//! The company's page of notice and rights: what each asks, what was added, until when, and a form that answers it. In: visits with an API
//! key, as `console` lets them in; a form. Out: pages; an answer, signed and queued.
//!
//! What is answered here takes the same way as `POST /v1/acts/{id}/answer`. As on the page of the market the form needs no token.

use askama::Template;
use axum::{Form, extract::State, response::Response};
use regie_protocol::{ObjectId, act::Why};
use serde_json::Map;

use super::{
    Api,
    acts::{NewAnswer, give},
    console::{REQUESTS, show},
    limits,
    problem::Problem,
    seat::{Seat, Typed, one, status},
};
use crate::{
    clock,
    command::{Failure, parse},
    driver::Turn,
    supplier::{Companion, PersonsAct, keys::Caller, lists::List, names, scopes::Scope},
    web::words::Words,
};

/// Why a contract is not ended; each other reason is one why a right is refused, or takes longer.
const OF_CONTRACTS: [Why; 4] = [Why::NoSuchContract, Why::EndedAlready, Why::CoolingOffOver, Why::NoWithdrawal];

#[derive(Template)]
#[template(path = "console_acts.html")]
struct ActsPage {
    t: Words,
    at: String,
    acts: Vec<Open>,
    /// May this key answer?
    answers: bool,
    /// Why a form led to nothing.
    wrong: Option<String>,
    /// Did it lead to an answer?
    done: bool,
}

/// One that waits for an answer.
struct Open {
    id: String,
    relationship: String,
    kind: String,
    /// The contract that it is about, or what the person adds.
    about: String,
    received: String,
    answer_by: Option<String>,
    overdue: bool,
    of_contract: bool,
    /// Does the companion's dossier go with an answer that says that it was done?
    has_dossier: bool,
    /// The last day that notice asks for.
    last_day: String,
    /// Were two months more taken already?
    extended: bool,
    whys: Vec<&'static str>,
}

pub(super) async fn page(State(api): State<Api>, seat: Seat) -> Result<Response, Problem> {
    shown(&api, &seat, None, false).await
}

/// Answers one; then the page again, with what came of it.
pub(super) async fn act(State(api): State<Api>, seat: Seat, Form(typed): Form<Typed>) -> Result<Response, Problem> {
    let Some(bearer) = seat.bearer(&api) else { return seat.entrance() };
    let answered =
        api.change(bearer.needs(Scope::Ask), move |companion, caller, turn| run(companion, &caller, &typed, turn));
    match answered.await {
        Ok(()) => shown(&api, &seat, None, true).await,
        Err(problem) if problem.status < 500 => shown(&api, &seat, Some(problem.detail), false).await,
        Err(problem) => Err(problem),
    }
}

async fn shown(api: &Api, seat: &Seat, wrong: Option<String>, done: bool) -> Result<Response, Problem> {
    let page = |(acts, answers)| {
        let status = status(wrong.is_some());
        show(status, &ActsPage { t: seat.t, at: seat.at(), acts, answers, wrong, done })
    };
    seat.shown(api, look, page).await
}

/// Those among the newest that wait for an answer, what is due first on top.
fn look(companion: &mut Companion, caller: Caller) -> Result<(Vec<Open>, bool), Failure> {
    let (mut found, today) = (open_acts(companion, caller)?, clock::day(companion.now()));
    found.sort_by_key(|act| act.answer_by.map_or((1, today), |last| (0, last)));
    Ok((found.iter().map(|act| Open::of(act, today)).collect(), caller.may(Scope::Ask).is_ok()))
}

/// The newest acts of persons that wait for an answer, oldest first.
pub(super) fn open_acts(companion: &mut Companion, caller: Caller) -> Result<Vec<PersonsAct>, Failure> {
    let after = companion.last_of(List::Acts, caller.world, None)?.saturating_sub(REQUESTS);
    let mut found = Vec::new();
    for entry in companion.page(List::Acts, caller.world, None, after, limits::PAGE_MOST)? {
        let (Some(person), Ok(id)) = (entry.person, entry.thing.try_into()) else { continue };
        companion.relationship(caller.world, &person)?;
        let (acted, act) = companion.act(&person, &ObjectId::from_digest(id))?;
        if acted.awaits_answer() {
            found.push(act);
        }
        companion.forget_persons();
    }
    Ok(found)
}

fn run(companion: &mut Companion, caller: &Caller, typed: &Typed, turn: &mut Turn) -> Result<(), Failure> {
    let id: names::Act = parse(one(typed, "act"))?;
    let new = answer(one(typed, "says"), one(typed, "last_day"))?;
    give(companion, caller, &id, new, turn).map(drop)
}

/// The answer that a form is: `done`, `dossier`, `ends`, `extended:WHY` or `refused:WHY`.
fn answer(says: &str, last_day: &str) -> Result<NewAnswer, Failure> {
    let plain =
        |answer: &str| NewAnswer { answer: answer.to_owned(), last_day: None, item: None, why: None, data: None };
    Ok(match says.split_once(':') {
        None if says == "dossier" => NewAnswer { data: Some(Map::new()), ..plain("done") },
        None if says == "done" => plain("done"),
        None if says == "ends" => NewAnswer { last_day: Some(last_day.to_owned()), ..plain("ends") },
        Some((answer @ ("extended" | "refused"), why)) => NewAnswer { why: Some(why.to_owned()), ..plain(answer) },
        _ => return Err(Failure::usage("choose what is answered")),
    })
}

impl Open {
    fn of(act: &PersonsAct, today: regie_protocol::calendar::Date) -> Self {
        use regie_protocol::act::{ActKind, What};
        let contract = act.what.contract();
        let named = contract.and_then(|name| name.number.clone().or_else(|| name.product.clone()));
        let (added, last_day) = match &act.what {
            What::Right { words, .. } => (words.clone(), String::new()),
            What::End { last, .. } => (String::new(), last.to_string()),
            _ => (String::new(), String::new()),
        };
        let of_contract = act.kind.is_of_contracts();
        let whys = Why::ALL.iter().filter(|why| OF_CONTRACTS.contains(why) == of_contract && !why.extends());
        Self {
            id: act.id.to_string(),
            relationship: act.relationship.to_string(),
            kind: act.kind.to_string(),
            about: named.unwrap_or(added),
            received: act.received.clone(),
            answer_by: act.answer_by.map(|day| day.to_string()),
            overdue: act.answer_by.is_some_and(|last| last < today),
            of_contract,
            has_dossier: matches!(act.kind, ActKind::Access | ActKind::Portability),
            last_day,
            extended: act.state == "extended",
            whys: whys.map(|why| why.code()).collect(),
        }
    }
}
