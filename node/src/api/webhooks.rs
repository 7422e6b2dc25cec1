//! Webhooks: where the company wants to be told. In: calls. Out: webhooks; the secret is shown when it is made.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Api,
    call::{Bearer, Page, Posted},
    delivery,
    problem::Problem,
};
use crate::{
    clock,
    command::{Failure, parse},
    supplier::{hooks::Hook, lists::not_found, names},
};

/// Where to tell.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// `https://…`; a host in a private network must be allowed by name in `config.toml`.
    #[schema(max_length = 1024)]
    pub url: String,
}

/// An object without members: what is wanted stands in the path.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// What to tell again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resend {
    /// The event.
    #[schema(example = "evt_…")]
    pub event: String,
}

/// A webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct Webhook {
    /// Its id.
    #[schema(example = "whk_…")]
    pub id: String,
    /// Where to.
    pub url: String,
    /// When it was made.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// What deliveries are signed with (`whsec_…`); only in the answer that made it.
    pub secret: Option<String>,
    /// Everything up to this event was taken.
    pub told_up_to: String,
    /// Failures since the last success.
    pub failures: u32,
    /// Why the last delivery failed.
    pub trouble: Option<String>,
    /// After too many failures nothing is told until it is resumed.
    pub disabled: bool,
}

/// Makes a webhook (Standard Webhooks); it is told what happens from now on.
#[utoipa::path(post, path = "/v1/webhooks", operation_id = "create_webhook", tag = "events", request_body = NewWebhook,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 201, description = "The webhook with its secret, which is shown this once.", body = Webhook)))]
pub(super) async fn create(State(api): State<Api>, posted: Posted) -> Result<Response, Problem> {
    let allowed = api.allowed.clone();
    let made = api.post(posted, StatusCode::CREATED, move |companion, caller, new: NewWebhook, turn| {
        delivery::target(&new.url, &allowed).map_err(Failure::usage)?;
        let (id, hook) = companion.create_hook(caller.world, new.url, turn)?;
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
    let id = name(&id);
    let done = api.post(posted, StatusCode::OK, move |companion, caller, _: Nothing, turn| {
        let id = id.map_err(|_| not_found())?;
        Ok(view(&id, &companion.rotate_hook(caller.world, &id, turn)?, true))
    });
    done.await
}

/// Takes up a disabled webhook where it stopped, or tries a waiting one at once.
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
    let id = name(&id);
    let done = api.post(posted, StatusCode::OK, move |companion, caller, _: Nothing, turn| {
        let id = id.map_err(|_| not_found())?;
        Ok(view(&id, &companion.resume_hook(caller.world, &id, None, turn)?, false))
    });
    done.await
}

/// Tells one earlier event again.
#[utoipa::path(post, path = "/v1/webhooks/{id}/resend", operation_id = "resend_webhook",
    tag = "events", request_body = Resend,
    params(("id" = String, Path, description = "whk_…"),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 200, description = "The webhook that delivers the event once more.", body = Webhook)))]
pub(super) async fn resend(
    State(api): State<Api>,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    let id = name(&id);
    let done = api.post(posted, StatusCode::OK, move |companion, caller, asked: Resend, turn| {
        let id = id.map_err(|_| not_found())?;
        let number = parse::<names::EventId>(&asked.event)?.number();
        let found = companion.happenings(caller.world, number.saturating_sub(1), 1)?;
        if found.first().is_none_or(|(own, _)| *own != number) {
            return Err(not_found());
        }
        Ok(view(&id, &companion.resume_hook(caller.world, &id, Some(number), turn)?, false))
    });
    done.await
}

fn name(id: &str) -> Result<names::Webhook, Problem> {
    id.parse().map_err(|_| Problem::not_found())
}

fn view(id: &names::Webhook, hook: &Hook, with_secret: bool) -> Webhook {
    Webhook {
        id: id.to_string(),
        url: hook.url.clone(),
        created_at: clock::text(hook.made),
        secret: with_secret.then(|| hook.secret_text()),
        told_up_to: names::EventId::of(hook.told).to_string(),
        failures: hook.failures,
        trouble: hook.trouble.clone(),
        disabled: hook.disabled,
    }
}
