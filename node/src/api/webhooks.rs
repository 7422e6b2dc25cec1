//! Webhooks: where the company wants to be told, and how that goes. In: calls. Out: webhooks, their attempts and dead letters; the
//! secret is shown when it is made.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

use super::{
    Api,
    call::{Bearer, Page, Params, Posted, place},
    labels::given,
    problem::Problem,
    receiver,
    vocabulary::EventKind,
};
use crate::{
    clock,
    command::{Failure, parse},
    driver::Turn,
    supplier::{
        Companion, World,
        hooks::{self, Bound, Change, Hook, Wanted, aside},
        lists::not_found,
        names,
    },
};

/// Where to tell.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// `https://…`; a host in a private network, or one that is called without TLS, must be allowed by name in `config.toml`.
    #[schema(max_length = 1024)]
    pub url: String,
    /// Only these kinds of events; all where none is named.
    #[serde(default)]
    #[schema(value_type = Option<Vec<EventKind>>, example = json!(["request.answered", "grant.revoked"]))]
    pub events: Option<Vec<String>>,
    /// How many deliveries at a time, 1 to 16. With 1 (unless it is said) everything comes in order; with more, what concerns one
    /// person does.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 16)]
    pub at_once: Option<u8>,
}

/// What is to change of a webhook (JSON Merge Patch, RFC 7396): what is left out stays, and null is the usual.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookChange {
    /// Where to tell.
    #[serde(deserialize_with = "said")]
    #[schema(value_type = String, max_length = 1024)]
    url: Option<String>,
    /// Only these kinds of events; all where none is named, or null.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Vec<EventKind>>)]
    events: Option<Option<Vec<String>>>,
    /// Is nothing to be told for now? What happens meanwhile waits.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<bool>)]
    paused: Option<Option<bool>>,
    /// How many deliveries at a time.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 16)]
    at_once: Option<Option<u8>>,
}

/// An object without members: what is wanted stands in the path.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// One event.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OneEvent {
    /// The event.
    #[schema(example = "evt_…")]
    pub event: String,
}

/// A range of events, both ends within it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The first: an event, or a moment.
    #[schema(example = "2026-07-01T12:00:00Z")]
    pub from: String,
    /// The last: an event, or a moment; the newest event where it is left out.
    #[serde(default)]
    pub to: Option<String>,
}

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct Webhook {
    /// Its id.
    #[schema(example = "whk_…")]
    pub id: String,
    /// Where to.
    pub url: String,
    /// Of which kinds of events; all where there are none.
    pub events: Vec<String>,
    /// How many deliveries at a time.
    pub at_once: u8,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// What deliveries are signed with (`whsec_…`); only in the answer that made it.
    pub secret: Option<String>,
    /// Everything up to this event was taken, or is told out of order.
    pub told_up_to: String,
    /// Failures of the receiver since the last success.
    pub failures: u32,
    /// Why the last delivery failed.
    pub trouble: Option<String>,
    /// Since when it fails.
    #[schema(format = DateTime)]
    pub failing_since: Option<String>,
    /// While it fails: when it is tried again.
    #[schema(format = DateTime)]
    pub next_try_at: Option<String>,
    /// While it fails: when it is disabled, if it goes on so.
    #[schema(format = DateTime)]
    pub given_up_at: Option<String>,
    /// Events that it refused to the end.
    pub dead_letters: u32,
    /// Events of ranges that are still to be told again.
    pub replaying: u64,
    /// Nothing is told by your own wish.
    pub paused: bool,
    /// After too many failures nothing is told until it is resumed.
    pub disabled: bool,
}

/// One try to deliver an event.
#[derive(Debug, Serialize, ToSchema)]
pub struct Attempt {
    /// The event.
    pub event: String,
    /// When it was begun.
    #[schema(format = DateTime)]
    pub at: String,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// What the receiver answered.
    pub status: Option<u16>,
    /// Why it failed, where it did.
    pub error: Option<String>,
    /// The beginning of the body of an answer that was none of success.
    pub answer: Option<String>,
}

/// An event that the receiver refused to the end.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeadLetter {
    /// The event.
    pub event: String,
    /// Since when it is not tried any more.
    #[schema(format = DateTime)]
    pub since: String,
    /// How often it was tried.
    pub attempts: u32,
    /// The last try.
    pub last: Option<Attempt>,
}

/// Which dead letters.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Letters {
    /// Go on after this, the `next` of the page before.
    cursor: Option<String>,
    /// Entries of a page, 1 to 200; 50 where none is asked for.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// Makes a webhook (Standard Webhooks); it is told what happens from now on.
#[utoipa::path(post, path = "/v1/webhooks", operation_id = "create_webhook", tag = "events", request_body = NewWebhook,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 201, description = "The webhook with its secret, which is shown this once.", body = Webhook)))]
pub(super) async fn create(State(api): State<Api>, posted: Posted) -> Result<Response, Problem> {
    let allowed = api.allowed.clone();
    let made = api.post(posted, StatusCode::CREATED, move |companion, caller, new: NewWebhook, turn| {
        receiver::target(&new.url, &allowed).map_err(Failure::usage)?;
        let events = new.events.unwrap_or_default().into_iter().collect();
        hooks::check(&events, new.at_once)?;
        let wanted = Wanted { url: new.url, events, at_once: new.at_once.unwrap_or(1) };
        let (id, hook) = companion.create_hook(caller.world, wanted, turn)?;
        Ok(view(&id, &hook, true))
    });
    made.await
}

/// Every webhook.
#[utoipa::path(get, path = "/v1/webhooks", operation_id = "list_webhooks", tag = "events",
    responses((status = 200, description = "All webhooks in one page.", body = Page<Webhook>)))]
pub(super) async fn list(State(api): State<Api>, bearer: Bearer) -> Result<Json<Page<Webhook>>, Problem> {
    let hooks = api.read(bearer, |companion, caller| companion.hooks(caller.world)).await?;
    let data = hooks.iter().map(|(id, hook)| view(id, hook, false)).collect();
    Ok(Json(Page { data, next: None }))
}

/// One webhook, with how its deliveries go.
#[utoipa::path(get, path = "/v1/webhooks/{id}", operation_id = "get_webhook", tag = "events",
    params(("id" = String, Path, description = "whk_…")),
    responses((status = 200, description = "The webhook, with how its deliveries go.", body = Webhook)))]
pub(super) async fn one(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Webhook>, Problem> {
    let id = name(&id)?;
    let hook = api.read(bearer, move |companion, caller| companion.hook(caller.world, &id)).await?;
    Ok(Json(view(&id, &hook, false)))
}

/// Changes where, of what and how fast a webhook is told, or pauses it.
#[utoipa::path(patch, path = "/v1/webhooks/{id}", operation_id = "update_webhook", tag = "events",
    request_body = WebhookChange, params(("id" = String, Path, description = "whk_…")),
    responses((status = 200, description = "The webhook as it is now.", body = Webhook)))]
pub(super) async fn change(
    State(api): State<Api>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let allowed = api.allowed.clone();
    let changed = on_hook(&api, &id, posted, false, move |companion, world, id, change: WebhookChange, turn| {
        let WebhookChange { url, events, paused, at_once } = change;
        if url.is_none() && events.is_none() && paused.is_none() && at_once.is_none() {
            return Err(Failure::usage(
                "nothing is to be changed; send url, events, paused, at_once, or several of them",
            ));
        }
        if let Some(url) = &url {
            receiver::target(url, &allowed).map_err(Failure::usage)?;
        }
        let events = events.map(|events| events.unwrap_or_default().into_iter().collect());
        let at_once = at_once.map(|at_once| at_once.unwrap_or(1));
        hooks::check(events.as_ref().unwrap_or(&Default::default()), at_once)?;
        let change = Change { url, events, paused: paused.map(Option::unwrap_or_default), at_once };
        companion.change_hook(world, id, change, turn)
    });
    changed.await
}

/// Takes a webhook away.
#[utoipa::path(delete, path = "/v1/webhooks/{id}", operation_id = "delete_webhook", tag = "events",
    params(("id" = String, Path, description = "whk_…")),
    responses((status = 204, description = "The webhook is deleted.")))]
pub(super) async fn delete(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = name(&id)?;
    api.change(bearer, move |companion, caller, turn| companion.delete_hook(caller.world, &id, turn)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a webhook a new secret; the old one signs beside it for a day.
#[utoipa::path(post, path = "/v1/webhooks/{id}/rotate", operation_id = "rotate_webhook",
    tag = "events", request_body = Nothing,
    params(("id" = String, Path, description = "whk_…"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 200, description = "It, with the new secret.", body = Webhook)))]
pub(super) async fn rotate(
    State(api): State<Api>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    on_hook(&api, &id, posted, true, |companion, world, id, _: Nothing, turn| companion.rotate_hook(world, id, turn))
        .await
}

/// Takes up a disabled or paused webhook where it stopped, or tries a waiting one at once.
#[utoipa::path(post, path = "/v1/webhooks/{id}/resume", operation_id = "resume_webhook",
    tag = "events", request_body = Nothing,
    params(("id" = String, Path, description = "whk_…"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 200, description = "The webhook, which delivers again.", body = Webhook)))]
pub(super) async fn resume(
    State(api): State<Api>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    on_hook(&api, &id, posted, false, |companion, world, id, _: Nothing, turn| companion.resume_hook(world, id, turn))
        .await
}

/// Tells one earlier event once more.
#[utoipa::path(post, path = "/v1/webhooks/{id}/resend", operation_id = "resend_webhook",
    tag = "events", request_body = OneEvent,
    params(("id" = String, Path, description = "whk_…"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 200, description = "The webhook that delivers the event once more.", body = Webhook)))]
pub(super) async fn resend(
    State(api): State<Api>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let again = on_hook(&api, &id, posted, false, |companion, world, id, asked: OneEvent, turn| {
        companion.resend(world, id, asked.number()?, false, turn)
    });
    again.await
}

/// Tells a range of earlier events once more, of the kinds that the webhook is told of.
#[utoipa::path(post, path = "/v1/webhooks/{id}/replay", operation_id = "replay_webhook",
    tag = "events", request_body = Range,
    params(("id" = String, Path, description = "whk_…"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 200, description = "The webhook that delivers these events once more.", body = Webhook)))]
pub(super) async fn replay(
    State(api): State<Api>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let again = on_hook(&api, &id, posted, false, |companion, world, id, asked: Range, turn| {
        let range = (bound("from", &asked.from)?, asked.to.map(|to| bound("to", &to)).transpose()?);
        companion.replay(world, id, range, turn)
    });
    again.await
}

/// Leaves one event out that the webhook did not take yet, or a dead letter.
#[utoipa::path(post, path = "/v1/webhooks/{id}/skip", operation_id = "skip_webhook",
    tag = "events", request_body = OneEvent,
    params(("id" = String, Path, description = "whk_…"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 200, description = "The webhook that goes on without the event.", body = Webhook)))]
pub(super) async fn skip(State(api): State<Api>, Path(id): Path<String>, posted: Posted) -> Result<Response, Problem> {
    let left_out = on_hook(&api, &id, posted, false, |companion, world, id, asked: OneEvent, turn| {
        companion.skip(world, id, asked.number()?, turn)
    });
    left_out.await
}

/// The newest attempts to deliver, the newest first; 200 are kept.
#[utoipa::path(get, path = "/v1/webhooks/{id}/attempts", operation_id = "list_webhook_attempts", tag = "events",
    params(("id" = String, Path, description = "whk_…")),
    responses((status = 200, description = "The newest attempts in one page.", body = Page<Attempt>)))]
pub(super) async fn attempts(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Page<Attempt>>, Problem> {
    let id = name(&id)?;
    let found = api.read(bearer, move |companion, caller| companion.attempts(caller.world, &id)).await?;
    Ok(Json(Page { data: found.into_iter().map(attempt).collect(), next: None }))
}

/// Events that the receiver refused to the end, in their order.
#[utoipa::path(get, path = "/v1/webhooks/{id}/dead-letters", operation_id = "list_webhook_dead_letters", tag = "events",
    params(("id" = String, Path, description = "whk_…"), Letters),
    responses((status = 200, description = "One page of dead letters.", body = Page<DeadLetter>)))]
pub(super) async fn dead_letters(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
    Params(Letters { cursor, limit }): Params<Letters>,
) -> Result<Json<Page<DeadLetter>>, Problem> {
    let (after, limit) = place(cursor.as_deref(), limit)?;
    let id = name(&id)?;
    let read =
        api.read(bearer, move |companion, caller| companion.dead_letters(caller.world, &id, after.unwrap_or(0), limit));
    let found = read.await?.into_iter().map(|(number, aside)| (number, letter(number, aside)));
    Ok(Json(Page::of(found.collect(), limit)))
}

/// Tells a dead letter again.
#[utoipa::path(post, path = "/v1/webhooks/{id}/dead-letters/{event}/resend", operation_id = "resend_webhook_dead_letter",
    tag = "events", request_body = Nothing,
    params(("id" = String, Path, description = "whk_…"), ("event" = String, Path, description = "evt_…"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 200, description = "The webhook that delivers the event once more.", body = Webhook)))]
pub(super) async fn resend_dead(
    State(api): State<Api>,
    Path((id, event)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Problem> {
    let done = api.post(posted, StatusCode::OK, move |companion, caller, _: Nothing, turn| {
        let (Ok(id), Ok(event)) = (id.parse(), event.parse::<names::EventId>()) else { return Err(not_found()) };
        Ok(view(&id, &companion.resend(caller.world, &id, event.number(), true, turn)?, false))
    });
    done.await
}

impl OneEvent {
    fn number(&self) -> Result<u64, Failure> {
        Ok(parse::<names::EventId>(&self.event)?.number())
    }
}

/// Does something to one webhook; answers it as it is then.
async fn on_hook<B: DeserializeOwned + ToSchema + Send + 'static>(
    api: &Api,
    id: &str,
    posted: Posted,
    with_secret: bool,
    work: impl FnOnce(&mut Companion, World, &names::Webhook, B, &mut Turn) -> Result<Hook, Failure> + Send + 'static,
) -> Result<Response, Problem> {
    let id = name(id);
    let done = api.post(posted, StatusCode::OK, move |companion, caller, asked: B, turn| {
        let id = id.map_err(|_| not_found())?;
        Ok(view(&id, &work(companion, caller.world, &id, asked, turn)?, with_secret))
    });
    done.await
}

fn name(id: &str) -> Result<names::Webhook, Problem> {
    id.parse().map_err(|_| Problem::not_found())
}

/// A text that must be one where it is there at all.
fn said<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

fn bound(what: &str, text: &str) -> Result<Bound, Failure> {
    if let Ok(event) = text.parse::<names::EventId>() {
        return Ok(Bound::Event(event.number()));
    }
    let bad = || Failure::usage(format!("{what} is an event (evt_…), or a moment as 2026-07-01T12:00:00Z"));
    clock::read(text).map(Bound::At).ok_or_else(bad)
}

fn attempt(attempt: aside::Attempt) -> Attempt {
    let aside::Attempt { event, at, ms, status, error, answer } = attempt;
    Attempt { event: names::EventId::of(event).to_string(), at: clock::text(at), ms, status, error, answer }
}

fn letter(number: u64, aside: aside::Aside) -> DeadLetter {
    let aside::Aside { attempts, dead, last, .. } = aside;
    let since = clock::text(dead.unwrap_or_default());
    DeadLetter { event: names::EventId::of(number).to_string(), since, attempts, last: last.map(attempt) }
}

fn view(id: &names::Webhook, hook: &Hook, with_secret: bool) -> Webhook {
    Webhook {
        id: id.to_string(),
        url: hook.url.clone(),
        events: hook.events.iter().cloned().collect(),
        at_once: hook.at_once,
        created_at: clock::text(hook.made),
        secret: with_secret.then(|| hook.secret_text()),
        told_up_to: names::EventId::of(hook.told).to_string(),
        failures: hook.failures,
        trouble: hook.trouble.clone(),
        failing_since: hook.failing_since.map(clock::text),
        next_try_at: hook.failing_since.filter(|_| !hook.disabled).map(|_| clock::text(hook.not_before)),
        given_up_at: hook.given_up_at().map(clock::text),
        dead_letters: hook.dead,
        replaying: hook.replaying(),
        paused: hook.paused,
        disabled: hook.disabled,
    }
}
