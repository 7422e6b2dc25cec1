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
use serde::Deserialize;
use serde_json::json;

use super::{App, Page, Posted, Shown, Visitor, go, show, who::Looks as _};
use crate::{
    dashboard::limits,
    person::verbs::{self, OpenDeliveries},
};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct PageQuery {
    of: u64,
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
    show(&Deliveries { page: visitor.page(&app, "data", "/deliveries"), of, done, apart, open })
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
