//! What happened, told to the company: page by page, or as a stream. In: calls. Out: events, oldest first, under one
//! cursor. A stream can be left and taken up again at the `Last-Event-ID` without missing or repeating one.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{
        IntoResponse, Response,
        sse::{Event as Sent, KeepAlive, Sse},
    },
};
use futures::stream;
use regie_protocol::Timestamp;
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::ToSchema;

use super::{
    Api,
    call::{Bearer, Page, Paging, Params, cursor, number},
    limits,
    problem::Problem,
};
use crate::{
    clock,
    supplier::{
        happening::{Happening, Numbered},
        names,
    },
};

/// Something that happened. Holds names, never a value.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Event {
    /// Its id; the same however often it is told.
    #[schema(example = "evt_…")]
    pub id: String,
    /// What kind: `disclosure.received`, `grant.revoked` and so on.
    #[serde(rename = "type")]
    pub kind: String,
    /// When.
    #[schema(format = DateTime)]
    pub timestamp: String,
    /// What it is about.
    pub data: About,
}

/// What an event is about.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct About {
    /// Whom it concerns.
    pub relationship: Option<String>,
    /// The id of the thing.
    pub subject: Option<String>,
    /// The fields it concerns.
    pub fields: Vec<String>,
    /// The code, where something was refused.
    pub refusal: Option<String>,
}

impl Event {
    /// As it is told.
    pub(super) fn of(number: u64, happening: &Happening) -> Self {
        let Happening { kind, at, person, subject, fields, refusal } = happening;
        let at: Timestamp = *at;
        Self {
            id: names::EventId::of(number).to_string(),
            kind: kind.clone(),
            timestamp: clock::text(at),
            data: About {
                relationship: person.map(|person| names::Relationship::from(person).to_string()),
                subject: subject.clone(),
                fields: fields.iter().map(ToString::to_string).collect(),
                refusal: refusal.map(|code| code.to_string()),
            },
        }
    }
}

/// Events, oldest first. Ask again with the last `next` to go on; events are kept for 30 days.
#[utoipa::path(get, path = "/v1/events", operation_id = "list_events", tag = "events", params(Paging),
    responses((status = 200, description = "One page of events, and the cursor of the next.", body = Page<Event>)))]
pub(super) async fn list(
    State(api): State<Api>,
    bearer: Bearer,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<Event>>, Problem> {
    let (after, limit) = paging.bounds()?;
    if paging.relationship.is_some() {
        return Err(Problem::bad_call("events are one list; read it and pick what you need"));
    }
    let found = api.read(bearer, move |companion, caller| companion.happenings(caller.world, after, limit)).await?;
    // The end of this list is where the next event will come: its cursor is always given.
    let last = found.last().map_or(after, |(number, _)| *number);
    let data = found.iter().map(|(number, happening)| Event::of(*number, happening)).collect();
    Ok(Json(Page { data, next: Some(cursor(last)) }))
}

/// Events as they happen (server-sent events). Begins after the cursor or the `Last-Event-ID`, or with what happens
/// from now on.
#[utoipa::path(get, path = "/v1/events/stream", operation_id = "follow_event", tag = "events", params(
    ("cursor" = Option<String>, Query, description = "Begin after this, the `next` of a page of events."),
    ("Last-Event-ID" = Option<String>, Header, description = "Begin after this event.")),
    responses((status = 200, description = "Server-sent events, until either side closes the connection.",
        body = String, content_type = "text/event-stream")))]
pub(super) async fn follow(
    State(api): State<Api>,
    bearer: Bearer,
    headers: HeaderMap,
    Params(paging): Params<Paging>,
) -> Result<Response, Problem> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let given = match (last, &paging.cursor) {
        (Some(last), _) => {
            let id = last.parse::<names::EventId>().map_err(Problem::bad_call)?;
            Some(id.number())
        }
        (None, Some(text)) => Some(number(text)?),
        (None, None) => None,
    };
    let newest = api.read(bearer, |companion, caller| companion.newest_event(caller.world)).await?;
    let place = Arc::clone(&api.streams).try_acquire_owned().map_err(|_| {
        let words = format!("{} streams are open already; read one for several systems", limits::STREAMS);
        Problem::new(axum::http::StatusCode::TOO_MANY_REQUESTS, "rate_limited", words)
    })?;
    let news = api.desk.news();
    let reader = Reader { api, bearer, after: given.unwrap_or(newest), waiting: Vec::new(), news, _place: place };
    let events = stream::unfold(reader, |mut reader| async move {
        let (number, happening) = reader.next().await?;
        let event = Event::of(number, &happening);
        let sent = Sent::default().id(event.id.clone()).event(event.kind.clone());
        let sent = sent.data(serde_json::to_string(&event).unwrap_or_default());
        Some((Ok::<_, Infallible>(sent), reader))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(limits::STREAM_QUIET)).into_response())
}

/// Reads on, page by page, and waits where there is no more.
struct Reader {
    api: Api,
    bearer: Bearer,
    after: u64,
    waiting: Vec<Numbered>,
    news: tokio::sync::watch::Receiver<u64>,
    _place: OwnedSemaphorePermit,
}

impl Reader {
    /// The next event; none when the key was revoked or the companion stops.
    async fn next(&mut self) -> Option<Numbered> {
        while self.waiting.is_empty() {
            self.news.mark_unchanged();
            let after = self.after;
            let read = self
                .api
                .read(self.bearer, move |companion, caller| companion.happenings(caller.world, after, limits::PAGE));
            self.waiting = read.await.ok()?;
            self.waiting.reverse();
            if self.waiting.is_empty() {
                // Another process on the same database may have written without waking this one.
                let _ = tokio::time::timeout(limits::STREAM_LOOK, self.news.changed()).await;
            }
        }
        let next = self.waiting.pop()?;
        self.after = next.0;
        Some(next)
    }
}
