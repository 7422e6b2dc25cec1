//! Suppliers: found, shown, paused, ended, paired with. In: filters and forms. Out: pages of bounded size.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State},
};
use regie_protocol::{Agreement, Collection, Days, Invitation, Purpose, Selector, VOCABULARY, act::Right};
use serde::Deserialize;

use super::{App, Fault, Page, Posted, Shown, Visitor, go, show, who::Looks as _};
use crate::{
    command::{Failure, Text},
    dashboard::{limits, words::Words},
    person::verbs::{
        self, GrantTerms, KnownSupplier, LookAnswer, PairAnswer, RelationshipState, Removal, SeenSupplier, ShownAct,
        Stays, StaysWhat, SupplierDetail, SuppliersPage,
    },
};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct PageQuery {
    q: String,
    sector: String,
    field: String,
    purpose: String,
    sort: String,
    removed: bool,
    page: usize,
}

#[derive(Template)]
#[template(path = "suppliers.html")]
struct List {
    page: Page,
    asked: PageQuery,
    found: SuppliersPage,
    fields: Vec<&'static str>,
    purposes: Vec<&'static str>,
    earlier: Option<String>,
    later: Option<String>,
}

pub(super) async fn list(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<PageQuery>,
) -> Shown {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let wanted = verbs::Suppliers {
        query: asked.q.clone(),
        sector: some(&asked.sector),
        field: some(&asked.field).map(|text| visitor.parse(&text)).transpose()?,
        purpose: some(&asked.purpose).map(|text| visitor.parse(&text)).transpose()?,
        removed: asked.removed,
        newest_first: asked.sort == "last",
        offset: asked.page.saturating_mul(limits::SUPPLIERS),
        limit: limits::SUPPLIERS,
    };
    let found = visitor.ask(&app, wanted).await?;
    let link = |page: usize| {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("q", &asked.q)
            .append_pair("sector", &asked.sector)
            .append_pair("field", &asked.field)
            .append_pair("purpose", &asked.purpose)
            .append_pair("sort", &asked.sort)
            .append_pair("removed", &asked.removed.to_string())
            .append_pair("page", &page.to_string())
            .finish();
        format!("/suppliers?{query}")
    };
    let next = asked.page.saturating_add(1);
    let later = (next.saturating_mul(limits::SUPPLIERS) < found.matching).then(|| link(next));
    let earlier = asked.page.checked_sub(1).map(link);
    let fields = VOCABULARY.iter().map(|info| info.path).collect();
    let purposes = Purpose::ALL.iter().map(|purpose| purpose.name()).collect();
    show(&List { page: visitor.page(&app, "suppliers", "/suppliers"), asked, found, fields, purposes, earlier, later })
}

impl Words {
    /// Something that stays when a supplier is removed.
    fn stays(&self, of: &Stays) -> String {
        let key = match of.what {
            StaysWhat::LogEntries => "stays-log",
            StaysWhat::Receipts => "stays-receipts",
            StaysWhat::Contracts => "stays-contracts",
            StaysWhat::Cases => "stays-cases",
            StaysWhat::Items => "stays-items",
            StaysWhat::Organisations => "stays-organisations",
            StaysWhat::Messages => "stays-messages",
        };
        self.count(key, &of.count)
    }
}

/// The fields and groups of a grant, by name.
fn what(t: &Words, grant: &GrantTerms) -> String {
    selectors(t, &grant.fields)
}

/// Fields and groups, by name.
pub(super) fn selectors(t: &Words, fields: &BTreeSet<Selector>) -> String {
    let name = |one: &Selector| match one.to_string().strip_prefix("group:") {
        Some(group) => t.name("group", group),
        None => t.name("field", one),
    };
    fields.iter().map(name).collect::<Vec<_>>().join(", ")
}

#[derive(Template)]
#[template(path = "supplier.html")]
struct One {
    page: Page,
    supplier: SupplierDetail,
    collections: Vec<&'static str>,
    /// What this one was had to do by law, the newest first.
    asked: Vec<ShownAct>,
    /// What removing it would end, and what would stay or stays.
    removal: Removal,
}

impl One {
    fn is_removed(&self) -> bool {
        self.supplier.listed.state == RelationshipState::Removed
    }

    fn is_paused(&self) -> bool {
        self.supplier.listed.state == RelationshipState::Paused
    }

    /// The rights that need no further word of the person's.
    fn rights(&self) -> [Right; 4] {
        [Right::Access, Right::Portability, Right::Objection, Right::Erasure]
    }
}

pub(super) async fn one(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(key): Path<String>,
) -> Shown {
    let path = format!("/suppliers/{key}");
    let supplier = visitor.ask(&app, verbs::Supplier { supplier: key }).await?;
    let collections = Collection::ALL.iter().map(|collection| collection.code()).collect();
    let key = supplier.listed.supplier.to_string();
    let removal = visitor.ask(&app, verbs::WouldRemove { supplier: key.clone() }).await?;
    let mut asked = visitor.ask(&app, verbs::Acts { supplier: Some(key) }).await?;
    asked.retain(|act| !act.kind.is_of_contracts());
    show(&One { page: visitor.page(&app, "suppliers", &path), supplier, collections, asked, removal })
}

pub(super) async fn act(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(supplier): Path<String>,
    posted: Posted,
) -> Shown {
    let back = format!("/suppliers/{supplier}");
    let said = done(&app, &visitor, supplier, &posted).await?;
    visitor.notice(&app, visitor.words.say(said));
    go(&back)
}

/// Does what a form says; the key of what the visitor is told comes out.
async fn done(app: &App, visitor: &Visitor, supplier: String, posted: &Posted) -> Result<&'static str, Fault> {
    let what = posted.one("do");
    match what {
        "pause" | "resume" => {
            let paused = what == "pause";
            visitor.ask(app, verbs::Pause { supplier, paused }).await?;
            Ok(if paused { "supplier-paused" } else { "supplier-resumed" })
        }
        "revoke" => {
            visitor.ask(app, verbs::Revoke { grant: posted.one("grant").to_owned(), erase: true }).await?;
            Ok("supplier-revoked-one")
        }
        "renew-key" => {
            visitor.ask(app, verbs::RenewKey { supplier }).await?;
            Ok("supplier-key-renews")
        }
        "vouch" | "vouch-no" => {
            let vouched = what == "vouch";
            visitor.ask(app, verbs::Vouch { supplier, vouched }).await?;
            Ok(if vouched { "supplier-vouched" } else { "supplier-vouched-no" })
        }
        "end" | "erase" => {
            let erase = what == "erase";
            visitor.ask(app, verbs::RevokeAll { supplier, erase }).await?;
            Ok(if erase { "supplier-erase-asked" } else { "supplier-ended" })
        }
        "remove" => {
            visitor.ask(app, verbs::RemoveSupplier { supplier, erase: true }).await?;
            Ok("supplier-removed")
        }
        "back" => {
            visitor.ask(app, verbs::BringBack { supplier }).await?;
            Ok("supplier-back")
        }
        "right" => {
            let right = crate::command::parse(posted.one("right")).map_err(|failure| visitor.fault(failure))?;
            let (language, words) = (visitor.words.0.code().to_owned(), String::new());
            visitor.ask(app, verbs::ExerciseRight { supplier, right, language, words }).await?;
            Ok("supplier-right-asked")
        }
        "open" => {
            let collection = visitor.parse(posted.one("collection"))?;
            visitor.ask(app, verbs::Open { supplier, collection, days: Days(365), per_hour: 10, items: 500 }).await?;
            Ok("supplier-opened")
        }
        _ => Err(visitor.fault(Failure::usage(visitor.words.say("fault-form")))),
    }
}

#[derive(Template)]
#[template(path = "pair.html")]
struct Pair {
    page: Page,
    link: String,
    /// None before the link is given.
    seen: Option<SeenSupplier>,
    agreements: &'static [Agreement],
    chosen: Agreement,
    /// What the supplier's other proposal permits besides; empty where there is none.
    also: Vec<String>,
    vouched: bool,
}

/// A link that another program opened.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Opened {
    link: String,
}

/// The page shows the link, and does nothing by it before the person presses.
pub(super) async fn pair(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Query(opened): Query<Opened>,
) -> Shown {
    show(&pairing(&app, &visitor, opened.link, None).await?)
}

/// First the link, then who it is with the agreement, then, with the person's word for just that supplier, the pairing.
pub(super) async fn pair_by(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let link = posted.one("link").to_owned();
    let invitation: Invitation = visitor.parse(&link)?;
    if posted.one("same") != "yes" {
        return match look(&app, &visitor, invitation).await? {
            // A supplier that is known was found again by it, and there is nothing to pair.
            LookAnswer::Again(again) => paired(&app, &visitor, &again.supplier),
            LookAnswer::Seen(seen) => show(&pairing(&app, &visitor, link, Some(*seen)).await?),
        };
    }
    // The word was given for the supplier that the page showed.
    if posted.one("supplier") != invitation.supplier.to_string() {
        return Err(visitor.fault(Failure::usage(visitor.words.say("fault-form"))));
    }
    let (agreement, vouched) = (visitor.parse(posted.one("agreement"))?, posted.one("vouch") == "yes");
    match visitor.ask(&app, verbs::Pair { link: Text(invitation.clone()), agreement, vouched }).await? {
        PairAnswer::Paired(supplier) => paired(&app, &visitor, &supplier),
        PairAnswer::Again(again) => paired(&app, &visitor, &again.supplier),
        PairAnswer::Alternative(other) => match look(&app, &visitor, invitation).await? {
            LookAnswer::Again(again) => paired(&app, &visitor, &again.supplier),
            LookAnswer::Seen(seen) => {
                let page = pairing(&app, &visitor, link, Some(*seen)).await?;
                show(&Pair { chosen: other.alternative, also: other.also_permits, vouched, ..page })
            }
        },
    }
}

async fn look(app: &App, visitor: &Visitor, invitation: Invitation) -> Result<LookAnswer, Fault> {
    visitor.ask(app, verbs::Look { link: Text(invitation) }).await
}

/// The two are paired: the page of the supplier.
fn paired(app: &App, visitor: &Visitor, supplier: &KnownSupplier) -> Shown {
    visitor.notice(app, visitor.words.of("pair-done", &supplier.name));
    go(&format!("/suppliers/{}", supplier.supplier))
}

async fn pairing(app: &App, visitor: &Visitor, link: String, seen: Option<SeenSupplier>) -> Result<Pair, Fault> {
    let chosen = visitor.ask(app, verbs::Proffer { agreement: None }).await?.agreement;
    let (page, also, vouched) = (visitor.page(app, "suppliers", "/pair"), Vec::new(), false);
    Ok(Pair { page, link, seen, agreements: Agreement::ALL, chosen, also, vouched })
}
