//! Deliveries as they arrive. In: the node's outboxes. Out: a page with a bar, and a stream of events for it;
//! without JavaScript the page is loaded again by a link.

use std::{convert::Infallible, time::Instant};

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
    response::{
        IntoResponse as _,
        sse::{Event, Sse},
    },
};
use futures::stream;
use regie_protocol::FieldPath;
use serde::Deserialize;
use serde_json::json;

use super::{App, Page, Posted, Shown, Visitor, go, show, who::Looks as _};
use crate::{
    dashboard::limits,
    letter::About,
    person::verbs::{self, OpenDeliveries, ShownLetter, ToldByLetter},
};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct PageQuery {
    of: u64,
    /// The field that changed, if it is to be told by letter too.
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
    /// The field that just changed, where letters tell it.
    field: Option<FieldPath>,
    /// Whom a letter would tell of it.
    to_write: Vec<ToldByLetter>,
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
    let of = asked.of.max(open.suppliers.len() as u64);
    let done = of.saturating_sub(open.suppliers.len() as u64);
    let apart = open.suppliers.iter().any(|one| one.tell_at.is_some());
    let field = match asked.field.as_str() {
        "" => None,
        field => Some(visitor.parse::<FieldPath>(field)?),
    };
    let fields = together(field);
    let to_write = visitor.ask(&app, verbs::WouldTell { fields }).await?.letters;
    let list = visitor.ask(&app, verbs::Letters { open: true, limit: usize::MAX, ..verbs::Letters::default() }).await?;
    let letters = list.letters.into_iter().filter(|letter| letter.about == About::Changed).collect();
    let (page, account) = (visitor.page(&app, "data", "/deliveries"), list.account);
    show(&Deliveries { page, of, done, apart, open, field, to_write, letters, account })
}

/// An address is told whole: who got its street alone would send to a place that is nowhere.
fn together(field: Option<FieldPath>) -> Vec<FieldPath> {
    match field {
        Some(field) if field.info().group == "address" => {
            FieldPath::all().filter(|other| other.info().group == "address").collect()
        }
        field => field.into_iter().collect(),
    }
}

/// Letters to everybody without a companion whom a change concerns.
pub(super) async fn write_letters(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    posted: Posted,
) -> Shown {
    let field = visitor.parse::<FieldPath>(posted.one("field"))?;
    let held: Vec<FieldPath> = visitor.ask(&app, verbs::Fields {}).await?.into_iter().map(|held| held.field).collect();
    let fields = together(Some(field)).into_iter().filter(|field| held.contains(field)).collect();
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

/// One event at each change, until nothing waits, the session is locked or the bound is reached.
pub(super) async fn stream(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let begun = Instant::now();
    let events = stream::unfold(Some(None), move |state: Option<Option<u64>>| {
        let (app, pass) = (app.clone(), visitor.pass.clone());
        async move {
            let mut last = state?;
            loop {
                if !app.doors.is_open(&pass) {
                    return None;
                }
                let open = app.ask(verbs::Deliveries {}).await.ok()?;
                let waiting = open.suppliers.len() as u64;
                if last != Some(waiting) {
                    let event = Event::default().event("waiting").data(json!({ "waiting": waiting }).to_string());
                    last = Some(waiting);
                    let next = (waiting > 0).then_some(last);
                    return Some((Ok::<_, Infallible>(event), next));
                }
                if begun.elapsed() > limits::STREAM {
                    return None;
                }
                tokio::time::sleep(limits::LOOK).await;
            }
        }
    });
    Ok(Sse::new(events).into_response())
}
