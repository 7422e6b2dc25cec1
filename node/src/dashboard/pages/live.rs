//! What pages hear while they are open: how much waits, and that a list is another now. In: commits of the node. Out: a stream of
//! events, which says nothing of what came in. Without JavaScript a page shows what there was when it was loaded.

use std::{collections::BTreeMap, convert::Infallible, time::Instant};

use axum::{
    Extension,
    extract::State,
    response::{
        IntoResponse as _,
        sse::{Event, Sse},
    },
};
use futures::stream;
use serde_json::json;
use tokio::sync::watch;

use super::{App, Shown, Visitor};
use crate::{
    dashboard::limits,
    person::verbs::{Waiting, WaitingNow, WaitsFor},
};

/// How much waits in all.
pub(super) fn total(now: &WaitingNow) -> usize {
    now.waits.iter().map(|waits| waits.count).sum()
}

/// The same by the part of the menu where it is decided.
pub(super) fn parts(now: &WaitingNow) -> BTreeMap<&'static str, usize> {
    let mut parts = BTreeMap::new();
    for waits in &now.waits {
        let part = match waits.what {
            WaitsFor::Requests | WaitsFor::Processors => "requests",
            WaitsFor::Corrections | WaitsFor::Documents => "inbox",
            WaitsFor::Contracts => "contracts",
            WaitsFor::Companions => "suppliers",
            WaitsFor::Cases => "cases",
        };
        *parts.entry(part).or_default() += waits.count;
    }
    parts
}

/// Which list stands at a path, and its mark now.
pub(super) fn list<'a>(now: &'a WaitingNow, path: &str) -> Option<(&'static str, &'a str)> {
    match path {
        "/" => Some(("home", &now.marks.home)),
        "/requests" => Some(("requests", &now.marks.requests)),
        "/inbox" => Some(("inbox", &now.marks.inbox)),
        "/deliveries" => Some(("deliveries", &now.marks.deliveries)),
        _ => None,
    }
}

/// One event at each change, until the session is locked or the bound is reached; a browser then asks anew.
pub(super) async fn stream(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let commits = app.commits().await.map_err(|failure| visitor.fault(failure))?;
    let (begun, first) = (Instant::now(), (commits, None::<WaitingNow>));
    let away = visitor.session.device.is_some();
    let events = stream::unfold(first, move |(mut commits, mut last)| {
        let (app, pass) = (app.clone(), visitor.pass.clone());
        async move {
            loop {
                if !app.still_in(&pass, away).await || begun.elapsed() > limits::STREAM {
                    return None;
                }
                commits.mark_unchanged();
                let now = app.ask(Waiting {}).await.ok()?;
                if last.as_ref() != Some(&now) {
                    let event = Event::default().event("waiting").data(said(&now));
                    last = Some(now);
                    return Some((Ok::<_, Infallible>(event), (commits, last)));
                }
                next_commit(&mut commits).await?;
            }
        }
    });
    Ok(Sse::new(events).into_response())
}

/// Waits for a commit, and for those that come with it; or a while, since a day may have come near, or the session be locked.
async fn next_commit(commits: &mut watch::Receiver<u64>) -> Option<()> {
    if let Ok(changed) = tokio::time::timeout(limits::STREAM_QUIET, commits.changed()).await {
        changed.ok()?;
        tokio::time::sleep(limits::LOOK).await;
    }
    Some(())
}

fn said(now: &WaitingNow) -> String {
    let WaitingNow { marks, undelivered_to, .. } = now;
    json!({ "total": total(now), "parts": parts(now), "marks": marks, "undelivered_to": undelivered_to }).to_string()
}
