//! What happened, told to the company: page by page, or as a stream. In: calls. Out: events, oldest first, under one
//! cursor. A stream can be left and taken up again at the `Last-Event-ID` without missing or repeating one.

use std::{collections::BTreeMap, convert::Infallible, sync::Arc};

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
use serde::{Deserialize, Serialize};
use tokio::sync::OwnedSemaphorePermit;
use utoipa::{IntoParams, ToSchema};

use super::{
    Api,
    call::{Bearer, Page, Paging, Params, cursor, number, place},
    limits,
    problem::Problem,
};
use crate::{
    clock,
    supplier::{
        happening::{Happening, KINDS, Numbered},
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
    /// Your reference of that thing; of a disclosure, that of the request which it answers.
    pub reference: Option<String>,
    /// Your metadata of it.
    pub metadata: BTreeMap<String, String>,
    /// Your reference of the person.
    pub relationship_reference: Option<String>,
    /// The invitation by which the person came, in what is about the relationship itself.
    pub invitation: Option<String>,
    /// The fields it concerns.
    pub fields: Vec<String>,
    /// Of a request: the fields that were given so far, or that are allowed and empty.
    pub given: Vec<String>,
    /// Of a request: the fields that wait for the person's word.
    pub waiting: Vec<String>,
    /// Of a request: the fields that were refused, each with its code.
    pub refused: BTreeMap<String, String>,
    /// The code, where all of it was refused.
    pub refusal: Option<String>,
}

impl Event {
    /// As it is told.
    pub(super) fn of(number: u64, happening: &Happening) -> Self {
        let Happening { kind, at, person, subject, fields, refusal, .. } = happening;
        let at: Timestamp = *at;
        Self {
            id: names::EventId::of(number).to_string(),
            kind: kind.clone(),
            timestamp: clock::text(at),
            data: About {
                relationship: person.map(|person| names::Relationship::from(person).to_string()),
                subject: subject.clone(),
                reference: happening.reference.clone(),
                metadata: happening.metadata.clone(),
                relationship_reference: happening.relationship_reference.clone(),
                invitation: happening.invitation.map(|id| names::Invited(id.0).to_string()),
                fields: fields.iter().map(ToString::to_string).collect(),
                given: happening.given.iter().map(ToString::to_string).collect(),
                waiting: happening.waiting.iter().map(ToString::to_string).collect(),
                refused: happening.refused.iter().map(|(path, code)| (path.to_string(), code.to_string())).collect(),
                refusal: refusal.map(|code| code.to_string()),
            },
        }
    }
}

/// What of the list of events.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventPaging {
    /// Only these kinds, with commas between them: `request.answered,grant.revoked`. A page may then hold fewer than it could.
    #[serde(rename = "type")]
    #[param(rename = "type", example = "request.answered,grant.revoked")]
    kinds: Option<String>,
    /// Go on after this, the `next` of the page before.
    cursor: Option<String>,
    /// Entries of a page, 1 to 200; 50 where none is asked for.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// Events, oldest first. Ask again with the last `next` to go on; events are kept for 30 days. A cursor behind which some are gone
/// already is refused with 410 and `cursor_expired`.
#[utoipa::path(get, path = "/v1/events", operation_id = "list_events", tag = "events", params(EventPaging),
    responses((status = 200, description = "One page of events, and the cursor of the next.", body = Page<Event>)))]
pub(super) async fn list(
    State(api): State<Api>,
    bearer: Bearer,
    Params(EventPaging { kinds, cursor: at, limit }): Params<EventPaging>,
) -> Result<Json<Page<Event>>, Problem> {
    let (at, limit) = place(at.as_deref(), limit)?;
    let kinds: Vec<&str> = kinds.iter().flat_map(|kinds| kinds.split(',')).collect();
    if let Some(unknown) = kinds.iter().find(|kind| !KINDS.contains(kind)) {
        return Err(Problem::bad_call(format!("there are no events '{unknown}'; there are {}", KINDS.join(", "))));
    }
    let read = api.read(bearer, move |companion, caller| match at {
        None => companion.happenings(caller.world, 0, limit),
        Some(after) => companion.happenings_behind(caller.world, after, limit),
    });
    let found = read.await?;
    // The end of this list is where the next event will come: its cursor is always given.
    let last = found.last().map_or(at.unwrap_or(0), |(number, _)| *number);
    let meant = |happening: &Happening| kinds.is_empty() || kinds.contains(&happening.kind.as_str());
    let meant = found.iter().filter(|(_, happening)| meant(happening));
    let data = meant.map(|(number, happening)| Event::of(*number, happening)).collect();
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
