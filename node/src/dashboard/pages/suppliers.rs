//! Suppliers: found, shown, paused, ended, paired with. In: filters and forms. Out: pages of bounded size.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State},
};
use regie_protocol::{Agreement, Collection, Invitation, Purpose, VOCABULARY};
use serde::Deserialize;
use serde_json::Value;

use super::{
    App, Page, Posted, Shown, Visitor, go, show,
    who::{Lookalike, Standing},
};
use crate::{
    command::{Command, Failure, parse},
    dashboard::limits,
};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    sector: String,
    field: String,
    purpose: String,
    sort: String,
    page: usize,
}

#[derive(Deserialize)]
struct Found {
    total: u64,
    matching: u64,
    sectors: Vec<String>,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    supplier: String,
    name: String,
    sector: String,
    connected: bool,
    unreachable: bool,
    paused: bool,
    live_grants: u64,
    requests_waiting: u64,
    last_contact: String,
    groups: Vec<String>,
    standing: Standing,
    looks_like: Vec<Lookalike>,
}

#[derive(Template)]
#[template(path = "suppliers.html")]
struct List {
    page: Page,
    asked: Asked,
    found: Found,
    fields: Vec<&'static str>,
    purposes: Vec<&'static str>,
    earlier: Option<String>,
    later: Option<String>,
}

pub(super) async fn list(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Shown {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let command = Command::Suppliers {
        query: asked.q.clone(),
        sector: some(&asked.sector),
        field: some(&asked.field),
        purpose: some(&asked.purpose),
        newest_first: asked.sort == "last",
        offset: asked.page.saturating_mul(limits::SUPPLIERS),
        limit: limits::SUPPLIERS,
    };
    let found: Found = visitor.ask_for(&app, command).await?;
    let link = |page: usize| {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("q", &asked.q)
            .append_pair("sector", &asked.sector)
            .append_pair("field", &asked.field)
            .append_pair("purpose", &asked.purpose)
            .append_pair("sort", &asked.sort)
            .append_pair("page", &page.to_string())
            .finish();
        format!("/suppliers?{query}")
    };
    let next = asked.page.saturating_add(1);
    let later = (next.saturating_mul(limits::SUPPLIERS) < usize::try_from(found.matching).unwrap_or(usize::MAX))
        .then(|| link(next));
    let earlier = asked.page.checked_sub(1).map(link);
    let fields = VOCABULARY.iter().map(|info| info.path).collect();
    let purposes = Purpose::ALL.iter().map(|purpose| purpose.name()).collect();
    show(&List { page: visitor.page(&app, "suppliers", "/suppliers"), asked, found, fields, purposes, earlier, later })
}

#[derive(Deserialize)]
struct Supplier {
    supplier: String,
    name: String,
    sector: String,
    domain: String,
    contact: String,
    agreement: String,
    connected: bool,
    unreachable: bool,
    paused: bool,
    live_grants: u64,
    undelivered: u64,
    known_to_it_as: String,
    since: String,
    terms: Terms,
    wishes: Vec<Wish>,
    grants: Vec<Grant>,
    knows: Vec<Known>,
    waiting: Vec<Waiting>,
    history: Vec<Entry>,
    receipts: Vec<Receipt>,
    handed_on: Vec<HandedOn>,
    introduced_by: Option<String>,
    log_entries: u64,
    standing: Standing,
    looks_like: Vec<Lookalike>,
}

#[derive(Deserialize)]
struct Terms {
    analytics: bool,
    tracking: bool,
    profiling: bool,
    third_parties: bool,
    portability: bool,
}

#[derive(Deserialize)]
struct Wish {
    fields: Vec<String>,
    purpose: String,
    reason: String,
    kept_days: u64,
}

/// What the supplier handed on.
#[derive(Deserialize)]
struct HandedOn {
    processor: String,
    standing: Standing,
    looks_like: Vec<Lookalike>,
    reference: String,
    #[serde(flatten)]
    terms: Grant,
}

#[derive(Deserialize)]
struct Grant {
    grant: String,
    fields: Vec<String>,
    purposes: Vec<String>,
    access: String,
    expires: String,
    kept_days: u64,
    state: String,
    name: String,
}

impl Grant {
    fn live(&self) -> bool {
        self.state == "live"
    }

    /// Fields and groups by name.
    fn what(&self, t: &crate::dashboard::words::Words) -> String {
        let name = |one: &String| match one.strip_prefix("group:") {
            Some(group) => t.name("group", group),
            None => t.name("field", one),
        };
        self.fields.iter().map(name).collect::<Vec<_>>().join(", ")
    }
}

#[derive(Deserialize)]
struct Known {
    field: String,
    at: String,
    current: bool,
}

#[derive(Deserialize)]
struct Waiting {
    fields: std::collections::BTreeMap<String, String>,
    purpose: String,
    reason: String,
}

impl Waiting {
    fn names(&self) -> Vec<String> {
        self.fields.keys().cloned().collect()
    }
}

impl Supplier {
    fn collections(&self) -> impl Iterator<Item = &'static str> {
        Collection::ALL.iter().map(|collection| collection.code())
    }
}

#[derive(Deserialize)]
struct Entry {
    at: String,
    index: Option<u64>,
    event: Value,
}

#[derive(Deserialize)]
struct Receipt {
    fields: Vec<String>,
    at: String,
}

#[derive(Template)]
#[template(path = "supplier.html")]
struct One {
    page: Page,
    supplier: Supplier,
}

pub(super) async fn one(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(key): Path<String>,
) -> Shown {
    let path = format!("/suppliers/{key}");
    let supplier = visitor.ask_for(&app, Command::Supplier { supplier: key }).await?;
    show(&One { page: visitor.page(&app, "suppliers", &path), supplier })
}

pub(super) async fn act(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(supplier): Path<String>,
    posted: Posted,
) -> Shown {
    let back = format!("/suppliers/{supplier}");
    let (command, said) = match posted.one("do") {
        "pause" => (Command::Pause { supplier, paused: true }, "supplier-paused"),
        "resume" => (Command::Pause { supplier, paused: false }, "supplier-resumed"),
        "revoke" => (Command::Revoke { grant: posted.one("grant").to_owned(), erase: true }, "supplier-revoked-one"),
        "renew-key" => (Command::RenewKey { supplier }, "supplier-key-renews"),
        "vouch" => (Command::Vouch { supplier, vouched: true }, "supplier-vouched"),
        "vouch-no" => (Command::Vouch { supplier, vouched: false }, "supplier-vouched-no"),
        "end" => (Command::RevokeAll { supplier, erase: false }, "supplier-ended"),
        "erase" => (Command::RevokeAll { supplier, erase: true }, "supplier-erase-asked"),
        "open" => {
            let collection = posted.one("collection").to_owned();
            (Command::Open { supplier, collection, days: 365, per_hour: 10, items: 500 }, "supplier-opened")
        }
        _ => return Err(visitor.fault(Failure::usage(visitor.words.say("fault-form")))),
    };
    visitor.ask(&app, command).await?;
    visitor.notice(&app, visitor.words.say(said));
    go(&back)
}

/// A supplier that is looked at before anything is paired.
#[derive(Deserialize)]
struct Seen {
    supplier: String,
    name: String,
    sector: String,
    domain: String,
    contact: String,
    standing: Standing,
    looks_like: Vec<Lookalike>,
    mixed_scripts: bool,
    words: String,
    wishes: Vec<Wish>,
}

#[derive(Template)]
#[template(path = "pair.html")]
struct Pair {
    page: Page,
    link: String,
    /// None before the link is given.
    seen: Option<Seen>,
    agreements: Vec<&'static str>,
    chosen: String,
    /// What the supplier's other proposal permits besides; empty where there is none.
    also: Vec<String>,
    vouched: bool,
}

pub(super) async fn pair(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    show(&pairing(&app, &visitor, String::new(), None).await?)
}

/// First the link, then who it is with the agreement, then, with the person's word for just that supplier, the pairing.
pub(super) async fn pair_by(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let link = posted.one("link").to_owned();
    let invitation: Invitation = parse(&link).map_err(|failure| visitor.fault(failure))?;
    if posted.one("same") != "yes" {
        let seen = visitor.ask(&app, Command::Look { link: link.clone() }).await?;
        // A supplier that is known was found again by it, and there is nothing to pair.
        if seen["known_already"] == true {
            visitor.notice(&app, visitor.words.of("pair-done", seen["name"].as_str().unwrap_or_default()));
            return go(&format!("/suppliers/{}", seen["supplier"].as_str().unwrap_or_default()));
        }
        let seen = serde_json::from_value(seen).map_err(|error| visitor.fault(Failure::internal(error)))?;
        return show(&pairing(&app, &visitor, link, Some(seen)).await?);
    }
    // The word was given for the supplier that the page showed.
    if posted.one("supplier") != invitation.supplier.to_string() {
        return Err(visitor.fault(Failure::usage(visitor.words.say("fault-form"))));
    }
    let (agreement, vouched) = (posted.one("agreement").to_owned(), posted.one("vouch") == "yes");
    let paired = visitor.ask(&app, Command::Pair { link: link.clone(), agreement, vouched }).await?;
    if let Some(other) = paired["alternative"].as_str() {
        let more = paired["also_permits"].as_array().into_iter().flatten().filter_map(|one| one.as_str());
        let also = more.map(str::to_owned).collect();
        let seen = visitor.ask_for(&app, Command::Look { link: link.clone() }).await?;
        let page = pairing(&app, &visitor, link, Some(seen)).await?;
        return show(&Pair { chosen: other.to_owned(), also, vouched, ..page });
    }
    visitor.notice(&app, visitor.words.of("pair-done", paired["name"].as_str().unwrap_or_default()));
    go(&format!("/suppliers/{}", paired["supplier"].as_str().unwrap_or_default()))
}

async fn pairing(app: &App, visitor: &Visitor, link: String, seen: Option<Seen>) -> Result<Pair, super::Fault> {
    let chosen = visitor.ask(app, Command::Proffer { agreement: None }).await?;
    let chosen = chosen["agreement"].as_str().unwrap_or("SD-BASE").to_owned();
    let agreements = Agreement::ALL.iter().map(|agreement| agreement.code()).collect();
    let (page, also, vouched) = (visitor.page(app, "suppliers", "/pair"), Vec::new(), false);
    Ok(Pair { page, link, seen, agreements, chosen, also, vouched })
}
