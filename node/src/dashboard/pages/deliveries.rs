//! Deliveries as they arrive. In: the node's outboxes. Out: a page with a bar, which `live` moves; without JavaScript the page is
//! loaded again by a link.

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
};
use regie_protocol::FieldPath;
use serde::Deserialize;

use super::{App, Page, Posted, Shown, Visitor, go, show, who::Looks as _};
use crate::{
    letter::About,
    person::verbs::{self, NotTold, OpenDeliveries, ShownLetter, ToldByLetter},
};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct PageQuery {
    of: u64,
    /// The fields that changed, with commas between them.
    field: String,
}

#[derive(Template)]
#[template(path = "deliveries.html")]
struct Deliveries {
    page: Page,
    of: u64,
    done: u64,
    /// Does anybody wait for a moment of its own?
    apart: bool,
    open: OpenDeliveries,
    /// The fields that just changed, with commas between them.
    changed: String,
    /// Whom a letter would tell of them.
    to_write: Vec<ToldByLetter>,
    /// Who is not told of them, and how many are not in all.
    not_told: Vec<NotTold>,
    not_told_count: usize,
    /// Letters about changes that have not gone.
    letters: Vec<ShownLetter>,
    account: bool,
}

pub(super) async fn page(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<PageQuery>,
) -> Shown {
    let open = visitor.ask(&app, verbs::Deliveries {}).await?;
    let of = asked.of.max(open.count as u64);
    let done = of.saturating_sub(open.count as u64);
    let apart = open.suppliers.iter().any(|one| one.tell_at.is_some());
    let fields = together(fields(&visitor, &asked.field)?);
    let would = visitor.ask(&app, verbs::WouldTell { fields }).await?;
    let (to_write, not_told, not_told_count) = (would.letters, would.not_told, would.not_told_count);
    let list = visitor.ask(&app, verbs::Letters { open: true, limit: usize::MAX, ..verbs::Letters::default() }).await?;
    let letters = list.letters.into_iter().filter(|letter| letter.about == About::Changed).collect();
    let (page, account) = (visitor.page(&app, "data", "/deliveries"), list.account);
    let changed = asked.field;
    show(&Deliveries { page, of, done, apart, open, changed, to_write, not_told, not_told_count, letters, account })
}

/// Fields with commas between them; none in an empty text.
fn fields(visitor: &Visitor, text: &str) -> Result<Vec<FieldPath>, super::Fault> {
    let names = text.split(',').take(regie_protocol::limits::FIELDS).filter(|name| !name.is_empty());
    names.map(|name| visitor.parse::<FieldPath>(name)).collect()
}

/// An address is told whole: who got its street alone would send to a place that is nowhere.
fn together(fields: Vec<FieldPath>) -> Vec<FieldPath> {
    let whole = |field: &FieldPath| {
        let group = field.info().group;
        let with_it = fields.iter().any(|changed| changed.info().group == group);
        fields.contains(field) || (with_it && (group == "address" || group.ends_with("Address")))
    };
    FieldPath::all().filter(whole).collect()
}

/// Letters to everybody without a companion whom a change concerns.
pub(super) async fn write_letters(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    posted: Posted,
) -> Shown {
    let changed = fields(&visitor, posted.one("field"))?;
    let held: Vec<FieldPath> = visitor.ask(&app, verbs::Fields {}).await?.into_iter().map(|held| held.field).collect();
    let fields = together(changed).into_iter().filter(|field| held.contains(field)).collect();
    let send = posted.one("do") == "send";
    let tell = verbs::Tell { fields, to: Vec::new(), language: None, send };
    let written = visitor.ask(&app, tell).await?;
    let mut said = visitor.words.count("letters-written-count", &written.letters.len());
    if let Some(left_out) = written.left_out.first() {
        said.push_str(&format!(" {}", left_out.why));
    }
    visitor.notice(&app, said);
    go("/deliveries")
}

/// Everybody is told now.
pub(super) async fn tell_now(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    visitor.ask(&app, verbs::TellNow {}).await?;
    let of: u64 = posted.one("of").parse().unwrap_or_default();
    go(&format!("/deliveries?of={of}"))
}
