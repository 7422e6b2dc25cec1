//! The log in plain language: pages of it, its check, proofs and consent receipts. In: filters. Out: pages of
//! bounded size, documents.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State},
};
use serde::{Deserialize, Serialize};

use super::{App, Page, Posted, Shown, Visitor, download, go, show, who::Looks as _};
use crate::{
    dashboard::limits,
    person::verbs::{self, LogPage},
};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct PageQuery {
    supplier: String,
    kind: String,
    before: Option<u64>,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct Audit {
    page: Page,
    asked: PageQuery,
    log: LogPage,
    kinds: [&'static str; 15],
    older: Option<String>,
    witnesses: Vec<verbs::KnownWitness>,
}

const KINDS: [&str; 15] = [
    "answered",
    "granted",
    "revoked",
    "erased",
    "delivered",
    "rejected",
    "paired",
    "paused",
    "delegated",
    "field_changed",
    "letter_sent",
    "policy_changed",
    "restored",
    "left",
    "arrived",
];

pub(super) async fn page(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<PageQuery>,
) -> Shown {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let (supplier, kind) = (some(&asked.supplier), some(&asked.kind));
    let wanted = verbs::AuditPage { supplier, kind, before: asked.before, limit: limits::ENTRIES };
    let log = visitor.ask(&app, wanted).await?;
    let older = log.next.map(|before| {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("supplier", &asked.supplier)
            .append_pair("kind", &asked.kind)
            .append_pair("before", &before.to_string())
            .finish();
        format!("/audit?{query}")
    });
    let witnesses = visitor.ask(&app, verbs::Witnesses {}).await?;
    show(&Audit { page: visitor.page(&app, "audit", "/audit"), asked, log, kinds: KINDS, older, witnesses })
}

pub(super) async fn verify(State(app): State<App>, Extension(visitor): Extension<Visitor>, _posted: Posted) -> Shown {
    let report = visitor.ask(&app, verbs::Audit {}).await?;
    visitor.notice(&app, visitor.words.count("audit-verified", &report.checked.entries));
    go("/audit")
}

pub(super) async fn proof(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path((supplier, index)): Path<(String, u64)>,
) -> Shown {
    let proof = visitor.ask(&app, verbs::Proof { supplier, index }).await?;
    download(&format!("proof-{index}.json"), "application/json", pretty(&proof))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Of {
    supplier: Option<String>,
}

pub(super) async fn receipts(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Query(of): Query<Of>,
) -> Shown {
    let receipts = visitor.ask(&app, verbs::ConsentReceipts { supplier: of.supplier }).await?;
    download("consent-receipts.jsonld", "application/ld+json", pretty(&receipts))
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
