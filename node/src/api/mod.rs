//! The supplier's HTTP API: `/v1`, with keys, problems by RFC 9457, pages by cursor and an OpenAPI 3.1 document.
//!
//! In: HTTP calls of the company's systems. Out: what the companion knows and does; every change is on disk before
//! it is answered. `api/description.rs` says what calls take and holds bodies against it, `api/call.rs` is the way in for every call that `web` lets through, `api/scopes.rs` says what each needs of its key, `api/console.rs` is a
//! page to look at and `api/stall.rs` one to make offers, `api/seat.rs` knows who sits there, `api/doorkeeper.rs` one for keys and for a second one's word, `api/answering.rs` one for notice and rights, `api/delivery.rs` (by `api/receiver.rs`) and `api/bus.rs` tell other systems what happened, `api/witness.rs` is for owners of logs that the companion cosigns, at an address of its own; the other files are the things
//! there are.

mod acts;
mod answering;
mod approvals;
#[cfg(feature = "nats")]
pub(crate) mod bus;
mod call;
mod consents;
mod console;
mod customers;
mod delegations;
mod delivery;
mod description;
mod disclosures;
mod doorkeeper;
mod dossier;
mod erasures;
mod events;
mod exports;
mod health;
mod invitations;
mod items;
mod keys;
mod labels;
mod listing;
mod market;
mod observe;
mod problem;
mod readings;
mod receiver;
mod register;
mod relationships;
mod requests;
mod scopes;
mod seat;
mod segments;
mod sheet;
mod stall;
mod vocabulary;
mod webhooks;
pub mod witness;

pub use description::document;
pub use health::{Health, HealthAddress, PATIENCE};
pub(crate) use receiver::sign;

use std::{collections::BTreeSet, net::SocketAddr, sync::Arc};

use axum::{
    body::Bytes,
    http::{Method, StatusCode, header},
    middleware,
    response::{IntoResponse as _, Response},
    routing::get,
};
use ipnet::IpNet;
use tokio::sync::Semaphore;
use utoipa_axum::{router::OpenApiRouter, routes};

use self::problem::Problem;
use crate::{
    command::{Failure, exit},
    supplier::{Desk, approvals::Rules},
    web::{Callers, Face, Guarded, Known, Refused, Tls, limits},
};

/// Where the API listens unless told otherwise.
pub const DEFAULT: &str = "127.0.0.1:7482";

/// What every handler has.
#[derive(Clone)]
pub struct Api {
    desk: Desk,
    metrics: Arc<health::Metrics>,
    streams: Arc<Semaphore>,
    allowed: receiver::Allowed,
    seats: Arc<console::Seats>,
    proxies: Arc<[IpNet]>,
}

/// What the API is told of the world around it, and of the house.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Hosts in a private network, or without TLS, that webhooks may be sent to.
    pub webhook_hosts: BTreeSet<String>,
    /// Proxies whose word counts for whence a call comes.
    pub trusted_proxies: Vec<IpNet>,
    /// What is held of those who work here.
    pub rules: Rules,
}

/// Listens and answers until the process ends. Answers where it listens.
///
/// # Errors
/// An address that can't be listened on.
pub async fn start(
    desk: Desk,
    at: SocketAddr,
    terms: Terms,
    tls: Option<Tls>,
    health: Health,
) -> Result<SocketAddr, Failure> {
    let Terms { webhook_hosts, trusted_proxies, rules } = terms;
    desk.call(move |companion, _| {
        companion.keep_rules(rules);
        Ok(())
    })
    .await?;
    let listener = tokio::net::TcpListener::bind(at).await.map_err(|error| {
        let next = "stop what listens there, or choose another with --api";
        Failure::new("address", exit::ERROR, format!("the API can't listen on {at}: {error}; {next}"))
    })?;
    let address = listener.local_addr().map_err(Failure::internal)?;
    // Two providers may be compiled in; which one TLS uses is said once. A second saying changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let allowed = receiver::Allowed::new(webhook_hosts);
    tokio::spawn(delivery::run(desk.clone(), allowed.clone()));
    tokio::spawn(router(desk, allowed, trusted_proxies.into(), health).serve_within(vec![listener], tls));
    Ok(address)
}

fn calls() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(market::catalogue))
        .routes(routes!(relationships::list))
        .routes(routes!(relationships::one, relationships::change))
        .routes(routes!(relationships::values))
        .routes(routes!(relationships::agreement))
        .routes(routes!(consents::list))
        .routes(routes!(dossier::one))
        .routes(routes!(invitations::list, invitations::create))
        .routes(routes!(invitations::one, invitations::change))
        .routes(routes!(invitations::qr))
        .routes(routes!(requests::list, requests::create))
        .routes(routes!(requests::one, requests::change))
        .routes(routes!(requests::create_bulk))
        .routes(routes!(requests::bulk))
        .routes(routes!(disclosures::list))
        .routes(routes!(disclosures::one))
        .routes(routes!(delegations::list, delegations::create))
        .routes(routes!(delegations::one))
        .routes(routes!(delegations::mandates))
        .routes(routes!(items::list, items::create))
        .routes(routes!(items::one, items::change))
        .routes(routes!(items::correct))
        .routes(routes!(items::agree))
        .routes(routes!(acts::list))
        .routes(routes!(acts::one, acts::change))
        .routes(routes!(acts::answer))
        .routes(routes!(market::boards, market::follow))
        .routes(routes!(market::unfollow))
        .routes(routes!(market::intents))
        .routes(routes!(market::intent))
        .routes(routes!(market::offers, market::make))
        .routes(routes!(market::offer, market::change))
        .routes(routes!(segments::list, segments::publish))
        .routes(routes!(segments::one, segments::take_back))
        .routes(routes!(segments::members))
        .routes(routes!(exports::table))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::one, keys::revoke))
        .routes(routes!(readings::list))
        .routes(routes!(register::register))
        .routes(routes!(register::duties))
        .routes(routes!(approvals::list, approvals::create))
        .routes(routes!(approvals::one))
        .routes(routes!(approvals::answer))
        .routes(routes!(customers::list, customers::create))
        .routes(routes!(customers::one, customers::delete))
        .routes(routes!(customers::invitations))
        .routes(routes!(customers::report))
        .routes(routes!(customers::differences))
        .routes(routes!(erasures::subscriptions))
        .routes(routes!(erasures::revocations))
        .routes(routes!(erasures::list, erasures::create))
        .routes(routes!(events::list))
        .routes(routes!(events::follow))
        .routes(routes!(webhooks::list, webhooks::create))
        .routes(routes!(webhooks::one, webhooks::change, webhooks::delete))
        .routes(routes!(webhooks::rotate))
        .routes(routes!(webhooks::resume))
        .routes(routes!(webhooks::resend))
        .routes(routes!(webhooks::replay))
        .routes(routes!(webhooks::skip))
        .routes(routes!(webhooks::attempts))
        .routes(routes!(webhooks::dead_letters))
        .routes(routes!(webhooks::resend_dead))
}

fn router(desk: Desk, allowed: receiver::Allowed, proxies: Arc<[IpNet]>, health: Health) -> Guarded {
    let (calls, _) = calls().split_for_parts();
    let streams = Arc::new(Semaphore::new(limits::STREAMS));
    let metrics = health.metrics.clone();
    let api = Api { desk, metrics, streams, allowed, seats: Arc::default(), proxies };
    // Written once, and not for everybody who asks, with a key or none.
    let description = Bytes::from(document().to_string());
    let room = calls
        // What these answer with success, they answer to a key that holds.
        .layer(middleware::map_response(async |mut response: Response| {
            if response.status().is_success() {
                response.extensions_mut().insert(Known);
            }
            response
        }))
        .route(
            "/v1/openapi.json",
            get(async move || ([(header::CONTENT_TYPE, "application/json")], description.clone())),
        )
        .merge(console::routes())
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async |method: Method| {
            let words = format!("{method} is not possible here; /v1/openapi.json lists what is");
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", words).into_response()
        })
        .with_state(api.clone())
        .merge(health::routes().with_state(health));
    // The bound of the body is set by the way in for the few calls that take more.
    let face = Face { name: "api", callers: Callers::Systems, body_bytes: limits::RECORD_BYTES, refusal };
    face.around(room).watched(|room| room.layer(middleware::from_fn_with_state(api, observe::observe)))
}

fn refusal(refused: Refused) -> Response {
    let problem = match refused {
        Refused::Late => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", "the call took too long; try again"),
        Refused::Host | Refused::Before | Refused::Site | Refused::Form => {
            let words = "a page of another site sent this; send it from a program, or from the company's own page";
            Problem::new(StatusCode::FORBIDDEN, "foreign_site", words)
        }
    };
    problem.into_response()
}
