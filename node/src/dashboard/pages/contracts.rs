//! Contracts: what they cost, what comes next, by when notice has to be there; typing one, the letter that ends it, and
//! their dates for another calendar. In: forms. Out: pages, a calendar.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use regie_protocol::{
    calendar::{Date, Span, Unit},
    contract::{Charge, Currency, Extension as Follows, NoticePeriod, NoticeTo},
};
use sha2::{Digest as _, Sha256};

use super::{
    App, Page, Posted, Shown, Visitor, Words, go,
    inputs::{EURO, Money},
    show,
};
use crate::{
    calendar,
    command::{Failure, parse},
    person::{
        case_events, contract_events, next_in_words,
        verbs::{self, ContractList, ContractSource, ContractWords, Ending, ShownAct, ShownContract},
    },
};

/// The fields of the form.
const FIELDS: [&str; 20] = [
    "party",
    "product",
    "number",
    "customer",
    "price",
    "currency",
    "every",
    "every-of",
    "start",
    "term",
    "term-of",
    "then",
    "again",
    "again-of",
    "notice",
    "notice-of",
    "to",
    "made",
    "cooling-off",
    "ends",
];

#[derive(Template)]
#[template(path = "contracts.html")]
struct Contracts {
    page: Page,
    list: ContractList,
    /// Where another calendar on this computer finds the dates.
    feed: String,
}

impl Contracts {
    /// The last day for notice that ends a contract as soon as notice of today does, where that is not today.
    fn later(&self, one: &ShownContract) -> Option<Date> {
        one.can_end_by.filter(|by| *by != self.list.today)
    }

    /// What ends it: a word over the line, or a letter.
    fn ends_by(&self, one: &ShownContract) -> String {
        self.page.t.say(if one.supplier.is_some() { "contracts-tell" } else { "contracts-letter" })
    }
}

#[derive(Template)]
#[template(path = "contract.html")]
struct Contract {
    page: Page,
    /// The contract that is shown; none for a new one.
    shown: Option<ShownContract>,
    form: Form,
}

impl Contract {
    /// What can be chosen, and what stands there already.
    fn currencies(&self) -> Money {
        let own = Some(self.form.entry("currency")).filter(|own| !own.is_empty());
        Money::of(self.page.t, own.unwrap_or(EURO))
    }

    /// May the person change it here?
    fn is_own(&self) -> bool {
        self.shown.as_ref().is_none_or(|shown| shown.source != ContractSource::Supplier)
    }
}

#[derive(Template)]
#[template(path = "contract_letter.html")]
struct Letter {
    page: Page,
    letter: Ending,
}

/// What stands in the form, as it was typed, and what is wrong with it.
#[derive(Default)]
struct Form {
    typed: BTreeMap<&'static str, String>,
    wrong: Option<Wrong>,
}

/// A field that can't be read, and why.
type Wrong = (&'static str, String);

impl Form {
    fn entry(&self, name: &str) -> &str {
        self.typed.get(name).map_or("", String::as_str)
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.entry(name) == value
    }

    fn why(&self) -> Option<&String> {
        self.wrong.as_ref().map(|(_, why)| why)
    }

    fn is_wrong(&self, name: &str) -> bool {
        self.wrong.as_ref().is_some_and(|(field, _)| *field == name)
    }
}

pub(super) async fn list(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let list = visitor.ask(&app, verbs::Contracts {}).await?;
    let key = visitor.ask(&app, verbs::FeedKey { renew: false }).await?.key;
    let feed = format!("http://127.0.0.1:{}/feed/{key}/contracts.ics", app.hosts.port());
    show(&Contracts { page: visitor.page(&app, "contracts", "/contracts"), list, feed })
}

pub(super) async fn act(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let said = match posted.one("do") {
        "remove" => {
            let id = posted.one("id").to_owned();
            visitor.ask(&app, verbs::RemoveContract { id }).await.map(|_| "contracts-removed")
        }
        "feed" => visitor.ask(&app, verbs::FeedKey { renew: true }).await.map(|_| "contracts-feed-renewed"),
        _ => Err(visitor.fault(Failure::usage(visitor.words.say("fault-form")))),
    }?;
    visitor.notice(&app, visitor.words.say(said));
    go("/contracts")
}

pub(super) async fn new(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let usual = [("currency", "EUR"), ("every", "1"), ("every-of", "M"), ("term-of", "Y"), ("then", "open")];
    let more = [("again-of", "Y"), ("notice", "1"), ("notice-of", "M"), ("to", "any_day")];
    let typed = usual.into_iter().chain(more).map(|(name, value)| (name, value.to_owned())).collect();
    page(&app, &visitor, None, Form { typed, wrong: None })
}

pub(super) async fn one(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
) -> Shown {
    let shown = visitor.ask(&app, verbs::Contract { id }).await?;
    let form = Form { typed: typed(&shown.clone().into()), wrong: None };
    page(&app, &visitor, Some(shown), form)
}

pub(super) async fn add(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    save(&app, &visitor, None, &posted).await
}

pub(super) async fn change(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    posted: Posted,
) -> Shown {
    let shown = visitor.ask(&app, verbs::Contract { id }).await?;
    save(&app, &visitor, Some(shown), &posted).await
}

pub(super) async fn letter(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path((id, how)): Path<(String, String)>,
) -> Shown {
    let language = visitor.words.0.code().to_owned();
    let path = format!("/contracts/{id}/{how}");
    let letter = visitor.ask(&app, verbs::EndContract { id, withdraw: how == "withdraw", language }).await?;
    show(&Letter { page: visitor.page(&app, "contracts", &path), letter })
}

/// The person said so on the page before: the supplier is told, or the letter is kept with the others.
pub(super) async fn tell(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path((id, how)): Path<(String, String)>,
    posted: Posted,
) -> Shown {
    if posted.one("do") == "write" {
        let words = verbs::WriteEnding { id, withdraw: how == "withdraw", way: None, language: None };
        let letter = visitor.ask(&app, words).await?;
        visitor.notice(&app, visitor.words.count("letters-written-count", &1_usize));
        return go(&format!("/letters/{}", letter.id));
    }
    let text = posted.one("last");
    let last = (!text.is_empty()).then(|| parse(text)).transpose();
    let last = last.map_err(|failure| visitor.fault(failure))?;
    let back = format!("/contracts/{id}");
    visitor.ask(&app, verbs::GiveNotice { contract: id, withdraw: how == "withdraw", last }).await?;
    visitor.notice(&app, visitor.words.say("contracts-tell-told"));
    go(&back)
}

/// The dates, for a calendar that has the key. It has no session, and sees nothing else.
pub(super) async fn feed(
    State(app): State<App>,
    Extension(words): Extension<Words>,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Ok(dated) = app.ask(verbs::Feed { key }).await else { return StatusCode::NOT_FOUND.into_response() };
    let mut events = contract_events(&dated.contracts, words.0);
    events.extend(case_events(&dated.cases, words.0));
    let text = calendar::feed(&words.say("feed-title"), &events);
    let tag = format!("\"{}\"", &data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes()))[..32]);
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut answer = if known { StatusCode::NOT_MODIFIED.into_response() } else { text.into_response() };
    let kind = HeaderValue::from_static("text/calendar; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    answer
}

fn page(app: &App, visitor: &Visitor, shown: Option<ShownContract>, form: Form) -> Shown {
    let path = shown.as_ref().map_or("/contracts/new".to_owned(), |shown| format!("/contracts/{}", shown.id));
    show(&Contract { page: visitor.page(app, "contracts", &path), shown, form })
}

async fn save(app: &App, visitor: &Visitor, shown: Option<ShownContract>, posted: &Posted) -> Shown {
    let typed: BTreeMap<&'static str, String> =
        FIELDS.iter().map(|name| (*name, posted.one(name).to_owned())).collect();
    let form = Form { typed, wrong: None };
    let kept = match read(&form, visitor.words) {
        Ok(contract) => {
            let id = shown.as_ref().map(|shown| shown.id.to_string());
            app.ask(verbs::SetContract { id, contract })
                .await
                .map_err(|failure| ("", visitor.words.failure(&failure).0))
        }
        Err(wrong) => Err(wrong),
    };
    match kept {
        Ok(_) => {
            visitor.notice(app, visitor.words.say("contracts-kept"));
            go("/contracts")
        }
        // What was typed stays in the form, with the reason above it.
        Err(wrong) => page(app, visitor, shown, Form { wrong: Some(wrong), ..form }),
    }
}

/// The form as words of the verb.
fn read(form: &Form, words: Words) -> Result<ContractWords, Wrong> {
    let text = |name| Some(form.entry(name).to_owned()).filter(|text| !text.is_empty());
    let required = |name| text(name).ok_or_else(|| (name, words.say("contracts-required")));
    let start = date(form, "start", words)?.ok_or_else(|| ("start", words.say("contracts-required")))?;
    let term = span(form, "term", "term-of", words)?;
    let extension = match (term, form.entry("then")) {
        (None, _) => Follows::Open,
        (_, "ends") => Follows::Ends,
        (_, "again") => {
            let again = span(form, "again", "again-of", words)?;
            Follows::Again(again.ok_or_else(|| ("again", words.say("contracts-required")))?)
        }
        _ => Follows::Open,
    };
    let to = match form.entry("to") {
        "month_end" => NoticeTo::MonthEnd,
        "term_end" => NoticeTo::TermEnd,
        _ => NoticeTo::AnyDay,
    };
    let notice = NoticePeriod { period: span(form, "notice", "notice-of", words)?, to };
    Ok(ContractWords {
        party: required("party")?,
        product: required("product")?,
        number: text("number"),
        customer: text("customer"),
        charge: charge(form, words)?,
        start,
        term,
        extension,
        notice,
        made: date(form, "made", words)?,
        cooling_off: date(form, "cooling-off", words)?,
        ends: date(form, "ends", words)?,
    })
}

fn charge(form: &Form, words: Words) -> Result<Option<Charge>, Wrong> {
    if form.entry("price").is_empty() {
        return Ok(None);
    }
    let currency: Currency = parse(&form.entry("currency").to_uppercase())
        .map_err(|failure: Failure| ("currency", words.failure(&failure).0))?;
    let amount = currency.amount(form.entry("price")).ok_or_else(|| ("price", words.say("contracts-amount-wrong")))?;
    let every = if form.is("every-of", "once") { None } else { span(form, "every", "every-of", words)? };
    Ok(Some(Charge { amount, currency, every }))
}

fn date(form: &Form, name: &'static str, words: Words) -> Result<Option<Date>, Wrong> {
    let text = form.entry(name);
    let read = (!text.is_empty()).then(|| parse(text)).transpose();
    read.map_err(|failure: Failure| (name, words.failure(&failure).0))
}

fn span(form: &Form, name: &'static str, of: &str, words: Words) -> Result<Option<Span>, Wrong> {
    let unit = Unit::ALL.into_iter().find(|unit| form.is(of, &unit.letter().to_string()));
    match (form.entry(name), unit) {
        ("" | "0", _) => Ok(None),
        (count, Some(unit)) => {
            let span = count.parse().ok().and_then(|count| Span::new(count, unit));
            span.map(Some).ok_or_else(|| (name, words.say("contracts-count-wrong")))
        }
        _ => Err((name, words.say("contracts-count-wrong"))),
    }
}

/// A contract as it stands in the form.
fn typed(of: &ContractWords) -> BTreeMap<&'static str, String> {
    let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    let count = |span: Option<Span>| span.map(|span| span.count.to_string()).unwrap_or_default();
    let unit = |span: Option<Span>, usual: &str| span.map_or(usual.to_owned(), |span| span.unit.letter().to_string());
    let (then, again) = match of.extension {
        Follows::Ends => ("ends", None),
        Follows::Open => ("open", None),
        Follows::Again(span) => ("again", Some(span)),
    };
    let to = match of.notice.to {
        NoticeTo::AnyDay => "any_day",
        NoticeTo::MonthEnd => "month_end",
        NoticeTo::TermEnd => "term_end",
    };
    let every = of.charge.and_then(|charge| charge.every);
    let once = if of.charge.is_some() { "once" } else { "M" };
    BTreeMap::from([
        ("party", of.party.clone()),
        ("product", of.product.clone()),
        ("number", of.number.clone().unwrap_or_default()),
        ("customer", of.customer.clone().unwrap_or_default()),
        ("price", of.charge.map(|charge| charge.currency.decimal(charge.amount)).unwrap_or_default()),
        ("currency", of.charge.map_or(Currency::EUR, |charge| charge.currency).to_string()),
        ("every", count(every)),
        ("every-of", unit(every, once)),
        ("start", of.start.to_string()),
        ("term", count(of.term)),
        ("term-of", unit(of.term, "Y")),
        ("then", then.to_owned()),
        ("again", count(again)),
        ("again-of", unit(again, "Y")),
        ("notice", count(of.notice.period)),
        ("notice-of", unit(of.notice.period, "M")),
        ("to", to.to_owned()),
        ("cooling-off", date(of.cooling_off)),
        ("ends", date(of.ends)),
    ])
}

impl Words {
    pub(super) fn date(&self, of: &Date) -> String {
        self.0.date(*of)
    }

    /// A charge as people of this language write it.
    pub(super) fn charge(&self, of: &Charge) -> String {
        let amount = self.decimal(&of.currency.decimal(of.amount));
        let every = match of.every {
            None => self.say("contracts-once"),
            Some(span) => {
                let key = match span.unit {
                    Unit::Day => "contracts-every-day",
                    Unit::Week => "contracts-every-week",
                    Unit::Month => "contracts-every-month",
                    Unit::Year => "contracts-every-year",
                };
                self.count(key, &span.count.get())
            }
        };
        format!("{} {amount} {every}", of.currency)
    }

    fn decimal(&self, text: &str) -> String {
        self.0.decimal(text)
    }

    fn next(&self, of: &ShownContract) -> String {
        next_in_words(of, self.0).unwrap_or_else(|| self.say("contracts-next-none"))
    }

    pub(super) fn act_state(&self, of: &ShownAct) -> String {
        self.name("act-state", of.state.code())
    }

    pub(super) fn source(&self, of: &ShownContract) -> String {
        self.say(match of.source {
            ContractSource::You => "contracts-from-you",
            ContractSource::Payment => "contracts-from-payment",
            ContractSource::Offer => "contracts-from-offer",
            ContractSource::Supplier => "contracts-from-supplier",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Language;

    fn form(pairs: &[(&'static str, &str)]) -> Form {
        Form { typed: pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(), wrong: None }
    }

    const WHOLE: [(&str, &str); 14] = [
        ("party", "Energie BV"),
        ("product", "Stroom"),
        ("price", "129,50"),
        ("currency", "eur"),
        ("every", "1"),
        ("every-of", "M"),
        ("start", "2026-03-01"),
        ("term", "1"),
        ("term-of", "Y"),
        ("then", "again"),
        ("again", "1"),
        ("again-of", "Y"),
        ("notice", "1"),
        ("notice-of", "M"),
    ];

    #[test]
    fn what_is_typed_comes_back_into_the_form() {
        let words = Words(Language::English);
        let contract = read(&form(&WHOLE), words).expect("read");
        assert_eq!(contract.charge.map(|charge| charge.amount), Some(12_950));
        let again = Form { typed: typed(&contract), wrong: None };
        assert_eq!(read(&again, words).expect("read"), contract);
    }

    #[test]
    fn what_is_wrong_is_named_by_its_field() {
        let wrongs = [
            ("start", "2026-02-30"),
            ("price", "12.9.5"),
            ("currency", "euro"),
            ("term", "many"),
            ("party", ""),
            ("again", ""),
        ];
        for (name, value) in wrongs {
            let mut changed = form(&WHOLE);
            changed.typed.insert(name, value.to_owned());
            let (field, why) = read(&changed, Words(Language::Dutch)).expect_err("wrong");
            assert_eq!(field, name);
            assert!(!why.is_empty());
        }
    }
}
