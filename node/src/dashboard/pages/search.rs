//! One box for everything. In: words. Out: what has them, each with where it stands.

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
};
use serde::Deserialize;

use super::{App, Page, Shown, Visitor, show};
use crate::{
    dashboard::words::Words,
    person::verbs::{self, Hit, HitKind, SearchResult},
};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct Search {
    page: Page,
    q: String,
    found: SearchResult,
}

pub(super) async fn page(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Shown {
    let found = visitor.ask(&app, verbs::Search { query: asked.q.clone() }).await?;
    show(&Search { page: visitor.page(&app, "search", "/search"), q: asked.q, found })
}

impl Search {
    /// Where it stands.
    fn place(&self, hit: &Hit) -> String {
        match hit.kind {
            HitKind::Field => format!("/data/{}", hit.id),
            HitKind::Own => "/own".to_owned(),
            HitKind::Supplier => format!("/suppliers/{}", hit.id),
            HitKind::Organisation => "/find".to_owned(),
            HitKind::Contract => format!("/contracts/{}", hit.id),
            HitKind::Case => format!("/cases/{}", hit.id),
            HitKind::Letter => format!("/letters/{}", hit.id),
            HitKind::Item => "/inbox".to_owned(),
        }
    }

    fn name(&self, words: &Words, hit: &Hit) -> String {
        match hit.kind {
            HitKind::Field => words.name("field", &hit.name),
            _ => hit.name.clone(),
        }
    }

    fn text(&self, words: &Words, hit: &Hit) -> String {
        match hit.kind {
            HitKind::Case => words.name("right", &hit.text),
            _ => hit.text.clone(),
        }
    }
}
