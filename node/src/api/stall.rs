//! The company's page of the market: what persons want on the boards that it follows, an offer to make, offers that were made. In: visits
//! with an API key, as `console` lets them in; a form. Out: pages; an offer that goes to its board.
//!
//! An intent names nobody, so neither does this page. The form needs no token: its path is known to nobody but who sits here
//! ([`super::seat`]), and a form of another site is turned away by `web`.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Form,
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use regie_protocol::{
    FieldKind, ObjectId, Selector, catalogue,
    contract::Currency,
    intent::{Category, Per},
};
use serde::Deserialize;

use super::{
    Api,
    call::Params,
    console::show,
    market::{Mistakes, Offer, offer_view, offer_words},
    problem::Problem,
    seat::{Seat, Typed, one, status},
};
use crate::{
    clock,
    command::{Failure, Fault, details, parse},
    supplier::{Companion, keys::Caller, labels::Label, market::FoundIntent, names, scopes::Scope},
    web::words::Words,
};

/// Intents on a page, the newest.
const WANTED: usize = 25;
/// Offers on a page, the newest.
const OFFERS: usize = 50;
/// The fields that most offers need to deliver; others are typed.
const NEEDS: [&str; 4] = ["name.full", "group:address", "group:contact", "birthDate"];

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Asked {
    /// The intent that an offer is made for.
    intent: Option<String>,
}

#[derive(Template)]
#[template(path = "console_market.html")]
struct MarketPage {
    t: Words,
    at: String,
    view: View,
}

struct View {
    boards: usize,
    wanted: Vec<Wanted>,
    offers: Vec<Offer>,
    /// The form, where one was asked for.
    form: Option<Making>,
}

/// What somebody wants.
struct Wanted {
    id: String,
    category: String,
    strange: bool,
    wish: String,
    details: Vec<(String, String)>,
    budget: Option<String>,
    found: String,
    expires: String,
}

/// An offer in the making, with what was typed and what is wrong.
struct Making {
    wanted: Wanted,
    title: String,
    amount: String,
    currency: String,
    currencies: Vec<(String, String)>,
    per: String,
    terms: Vec<Term>,
    needs: Vec<(String, String, bool)>,
    other: String,
    reference: String,
    retention: String,
    holds: String,
    wrong: Vec<String>,
}

/// A term of the catalogue.
struct Term {
    code: &'static str,
    name: String,
    unit: String,
    choices: Vec<(String, String)>,
    value: String,
}

pub(super) async fn page(
    State(api): State<Api>,
    seat: Seat,
    Params(Asked { intent }): Params<Asked>,
) -> Result<Response, Problem> {
    shown(&api, &seat, intent, None).await
}

async fn shown(
    api: &Api,
    seat: &Seat,
    intent: Option<String>,
    sent: Option<(Typed, Vec<String>)>,
) -> Result<Response, Problem> {
    let (t, wrong) = (seat.t, sent.as_ref().is_some_and(|(_, wrong)| !wrong.is_empty()));
    let look = move |companion: &mut Companion, caller| look(companion, caller, intent, sent, t);
    seat.shown(api, look, |view| show(status(wrong), &MarketPage { t, at: seat.at(), view })).await
}

/// Makes an offer; or shows the form again, with what was typed and what is wrong.
pub(super) async fn make(State(api): State<Api>, seat: Seat, Form(typed): Form<Typed>) -> Result<Response, Problem> {
    let t = seat.t;
    let Some(bearer) = seat.bearer(&api) else { return seat.entrance() };
    let intent = one(&typed, "intent").to_owned();
    let (wish, form) = (intent.clone(), typed.clone());
    let made = api.change(bearer.needs(Scope::Ask), move |companion, caller, turn| {
        let found = wanted_by(companion, &wish)?;
        let intent = found.intent.verify().map_err(Failure::internal)?;
        // What does not fit is for the form: nothing was begun.
        let words = match read(&form, &intent.category) {
            Ok(words) => words,
            Err(failure) => return Ok(Err(said(&failure, t))),
        };
        let reference = Some(one(&form, "reference").to_owned()).filter(|text| !text.is_empty());
        let label = match Label::new(reference, BTreeMap::new()) {
            Ok(label) => label,
            Err(failure) => return Ok(Err(said(&failure, t))),
        };
        companion.make_offer(caller.world, &intent.id(), words, label, turn)?;
        Ok(Ok(()))
    });
    match made.await {
        Ok(Ok(())) => Ok(Redirect::to(&format!("{}/market#offers", seat.at())).into_response()),
        Ok(Err(wrong)) => shown(&api, &seat, Some(intent), Some((typed, wrong))).await,
        Err(problem) if problem.status < 500 => {
            let wrong = vec![problem.detail];
            shown(&api, &seat, Some(intent), Some((typed, wrong))).await
        }
        Err(problem) => Err(problem),
    }
}

/// Each mistake in a sentence, after the name of what it is in.
fn said(failure: &Failure, t: Words) -> Vec<String> {
    let at = |fault: &Fault| {
        let (under, name) = fault.at.trim_start_matches('/').split_once('/').unwrap_or((&fault.at, ""));
        let name = match under {
            "terms" => details::detail_name(t.0, name),
            "needs" => t.say("console-offer-other"),
            _ => t.say("console-offer-price"),
        };
        format!("{name}: {}", fault.said(t.0))
    };
    match failure.faults.as_slice() {
        [] => vec![failure.said(t.0)],
        faults => faults.iter().map(at).collect(),
    }
}

fn look(
    companion: &Companion,
    caller: Caller,
    intent: Option<String>,
    sent: Option<(Typed, Vec<String>)>,
    t: Words,
) -> Result<View, Failure> {
    let form = match intent.filter(|id| !id.is_empty()) {
        Some(id) => Some(Making::of(&wanted_by(companion, &id)?, sent, t)?),
        None => None,
    };
    let wanted = companion.newest_wanted(WANTED)?;
    let wanted = wanted.iter().map(|found| Wanted::of(found, t)).collect::<Result<_, Failure>>()?;
    let offers = companion.newest_made(caller.world, OFFERS)?;
    let offers = offers.iter().map(|made| offer_view(companion, made)).collect::<Result<_, Failure>>()?;
    Ok(View { boards: companion.followed()?.len(), wanted, offers, form })
}

fn wanted_by(companion: &Companion, id: &str) -> Result<FoundIntent, Failure> {
    let wish: names::Wish = parse(id)?;
    companion.found(&ObjectId::from_digest(wish.0))
}

impl Wanted {
    fn of(found: &FoundIntent, t: Words) -> Result<Self, Failure> {
        let intent = found.intent.clone().verify().map_err(Failure::internal)?;
        let kind = catalogue::Kind::of(&intent.category);
        let named = |(name, value): (&String, &String)| {
            (details::detail_name(t.0, name), details::detail_value(t.0, name, value))
        };
        Ok(Self {
            id: names::Wish(*intent.id().digest()).to_string(),
            category: kind.map_or_else(|| intent.category.to_string(), |kind| details::kind_name(t.0, kind.code)),
            strange: kind.is_none(),
            wish: intent.wish.clone(),
            details: intent.details.iter().map(named).collect(),
            budget: intent.budget.as_ref().map(ToString::to_string),
            found: clock::text(found.at),
            expires: clock::text(intent.expires),
        })
    }
}

impl Making {
    /// What was typed; at first what the person wants, as an offer that meets it.
    fn of(found: &FoundIntent, sent: Option<(Typed, Vec<String>)>, t: Words) -> Result<Self, Failure> {
        let intent = found.intent.clone().verify().map_err(Failure::internal)?;
        let (typed, wrong) = sent.unwrap_or_default();
        let is_new = typed.is_empty();
        let text = |name: &str, usual: &str| if is_new { usual } else { one(&typed, name) }.to_owned();
        let currency = intent.budget.as_ref().map_or("EUR", |budget| budget.currency.as_str());
        let kind = catalogue::Kind::of(&intent.category);
        let all = kind.into_iter().flat_map(|kind| kind.details).chain(catalogue::TERMS);
        let term = |detail: &'static catalogue::Detail| {
            // Of several that are wanted an offer is of one.
            let wanted = intent.details.get(detail.code).and_then(|wanted| match detail.kind {
                FieldKind::Choice(_) => wanted.split(',').next(),
                _ => Some(wanted.as_str()),
            });
            let wanted = wanted.unwrap_or_default();
            let mut choices: Vec<(String, String)> = Vec::new();
            if matches!(detail.kind, FieldKind::Choice(_) | FieldKind::YesNo) {
                choices.push((String::new(), t.say("console-offer-unsaid")));
                let named = |code: &&'static str| ((*code).to_owned(), details::choice(t.0, detail.code, code));
                choices.extend(detail.kind.choices().iter().map(named));
            }
            Term {
                code: detail.code,
                name: details::detail_name(t.0, detail.code),
                unit: details::unit(t.0, detail.unit()),
                choices,
                value: text(&format!("term-{}", detail.code), wanted),
            }
        };
        let ticked = |need: &str| typed.iter().any(|(name, value)| name == "need" && value == need);
        let needs = NEEDS.iter().filter_map(|need| {
            let name = match need.parse::<Selector>().ok()? {
                Selector::Field(field) => t.name("field", field),
                Selector::Group(group) => t.name("group", group),
            };
            Some(((*need).to_owned(), name, if is_new { *need == "name.full" } else { ticked(need) }))
        });
        let named = |currency: Currency| (currency.to_string(), t.name("currency", currency));
        let mut currencies: Vec<(String, String)> = Currency::all().map(named).collect();
        currencies.sort_by_key(|(code, name)| (code != "EUR", name.to_lowercase()));
        Ok(Self {
            title: text("title", ""),
            amount: text("amount", ""),
            currency: text("currency", currency),
            currencies,
            per: text("per", "month"),
            terms: all.map(term).collect(),
            needs: needs.collect(),
            other: text("other", ""),
            reference: text("reference", ""),
            retention: text("retention", "90"),
            holds: text("holds", "14"),
            wrong,
            wanted: Wanted::of(found, t)?,
        })
    }
}

/// The offer that a form is, read as the API's own; every mistake in it is told at once.
fn read(typed: &Typed, category: &Category) -> Result<crate::supplier::verbs::NewOffer, Failure> {
    let some = |name: &str| Some(one(typed, name)).filter(|text| !text.is_empty());
    let mut mistakes = Mistakes::default();
    let per = Per::of(one(typed, "per")).unwrap_or(Per::Once);
    let price = some("amount").map(|amount| details::price(amount, per, one(typed, "currency")));
    let price = price.and_then(|price| mistakes.at("/price".to_owned(), price));
    let mut days = |name: &str| {
        let read = one(typed, name).parse::<u32>().map_err(|_| Failure::usage(format!("{name}: a number of days")));
        mistakes.at(format!("/{name}"), read).unwrap_or_default()
    };
    let (retention_days, holds_days) = (days("retention"), days("holds"));
    let terms = typed.iter().filter_map(|(name, value)| {
        let value = value.trim();
        Some((name.strip_prefix("term-")?.to_owned(), value.to_owned())).filter(|_| !value.is_empty())
    });
    let ticked = typed.iter().filter(|(name, _)| name == "need").map(|(_, value)| value.clone());
    let other = one(typed, "other").split([',', ' ']).filter(|field| !field.is_empty()).map(str::to_owned);
    let new = super::market::NewOffer {
        intent: String::new(),
        title: one(typed, "title").to_owned(),
        price: price.map(|price| price.to_string()),
        terms: terms.collect::<BTreeMap<String, String>>(),
        needs: ticked.chain(other).collect(),
        purpose: super::market::service(),
        access: super::market::read(),
        days: super::market::ninety(),
        retention_days,
        holds_days,
        reference: None,
        metadata: BTreeMap::new(),
    };
    match offer_words(new, category) {
        Ok(words) if mistakes.is_empty() => Ok(words),
        Ok(_) => Err(mistakes.failure()),
        Err(failure) if failure.faults.is_empty() && mistakes.is_empty() => Err(failure),
        Err(failure) => Err(mistakes.and(failure)),
    }
}
