//! Is it alive, is it ready, what does it do: for those who run it, at the API and, without it, at an address of its own. In:
//! nothing. Out: states and counts, without a name or value of any person.

use std::{
    net::{Ipv4Addr, SocketAddr},
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use super::{problem::Problem, refusal};
use crate::{
    clock,
    command::{Failure, exit},
    store::Missing,
    supplier::Desk,
    web::{Callers, Face, limits},
};

/// How long the database may be away, or a turn wait for others, before a companion says that it is not ready; where nothing else is
/// configured.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// In how many seconds to ask again whether it is ready.
const AGAIN_SECONDS: u32 = 2;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    status: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// What is measured.
pub(super) struct Metrics {
    registry: Registry,
    calls: Family<Answered, Counter<u64, AtomicU64>>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    relationships: Gauge<i64, AtomicI64>,
    connected: Gauge<i64, AtomicI64>,
    values: Gauge<i64, AtomicI64>,
    events: Gauge<i64, AtomicI64>,
    clocks_differ: Gauge<i64, AtomicI64>,
    clock_fine: Gauge<i64, AtomicI64>,
    told_later: Gauge<i64, AtomicI64>,
    store_fine: Gauge<i64, AtomicI64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("regie_supplier");
        let calls = Family::default();
        let seconds: Family<Route, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0]));
        let [relationships, connected, values, events, clocks_differ, clock_fine, told_later, store_fine] =
            std::array::from_fn(|_| Gauge::default());
        registry.register("calls", "Calls of the API", calls.clone());
        registry.register("call_seconds", "How long calls took", seconds.clone());
        registry.register("relationships", "Persons with a relationship", relationships.clone());
        registry.register("connected", "Persons whose node is connected", connected.clone());
        registry.register("values_held", "Values held", values.clone());
        registry.register("events_kept", "Events that can be read", events.clone());
        registry.register("clocks_differ", "Persons whose clocks differ, so that requests wait", clocks_differ.clone());
        registry.register(
            "clock_fine",
            "1 where this machine's clock is right, else see regie doctor",
            clock_fine.clone(),
        );
        registry.register("pairings_told_later", "Persons for whom an hour had no more room", told_later.clone());
        registry.register("store_fine", "1 where no row was found set back, else see regie doctor", store_fine.clone());
        Self {
            registry,
            calls,
            seconds,
            relationships,
            connected,
            values,
            events,
            clocks_differ,
            clock_fine,
            told_later,
            store_fine,
        }
    }
}

impl Metrics {
    /// Counts a call. `route` is the pattern, never the path, so the labels are few.
    pub(super) fn count(&self, route: &str, status: u16, took: Duration) {
        let route = route.to_owned();
        self.seconds.get_or_create(&Route { route: route.clone() }).observe(took.as_secs_f64());
        self.calls.get_or_create(&Answered { route, status: status.into() }).inc();
    }
}

/// What these questions are answered from; clones share one.
#[derive(Clone)]
pub struct Health {
    desk: Desk,
    patience: Duration,
    pub(super) metrics: Arc<Metrics>,
}

impl Health {
    /// Of a companion that is not ready when what it needs is away for longer than this.
    #[must_use]
    pub fn new(desk: Desk, patience: Duration) -> Self {
        Self { desk, patience, metrics: Arc::default() }
    }

    /// Answers here, too, without a key, until the process ends. Answers where it listens.
    ///
    /// # Errors
    /// An address that can't be listened on.
    pub async fn start(self, HealthAddress(at): HealthAddress) -> Result<SocketAddr, Failure> {
        let listener = tokio::net::TcpListener::bind(at).await.map_err(|error| {
            let next = "stop what listens there, or choose another with --health";
            Failure::new("address", exit::ERROR, format!("health can't be told at {at}: {error}; {next}"))
        })?;
        let address = listener.local_addr().map_err(Failure::internal)?;
        let room = routes().fallback(async || Problem::not_found()).with_state(self);
        let face = Face { name: "health", callers: Callers::Systems, body_bytes: limits::FORM_BYTES, refusal };
        tokio::spawn(face.around(room).serve(vec![listener]));
        Ok(address)
    }
}

/// Where health is told: a port of this machine alone, or an address with its port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthAddress(SocketAddr);

impl FromStr for HealthAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let port = text.parse().map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        let words = || format!("'{text}' is neither a port nor an address with one; write 7484, or 0.0.0.0:7484");
        port.or_else(|_| text.parse()).map(Self).map_err(|_| words())
    }
}

/// The three questions.
pub(super) fn routes() -> Router<Health> {
    Router::new().route("/healthz", get(healthz)).route("/readyz", get(readyz)).route("/metrics", get(metrics))
}

/// The process runs.
async fn healthz() -> &'static str {
    "ok\n"
}

/// Is this companion to be sent work? A shared database is not asked for it, since the answer must come when that is away: then it
/// says what is missing, and is not ready once its patience is over. A store of its own is read. Rows that were set back do not make
/// it less ready, since no other companion on the store would be more so; they are told in a second line.
async fn readyz(State(health): State<Health>) -> Result<String, Problem> {
    if health.desk.is_over() {
        return Err(unready("the companion is stopping"));
    }
    let presence = health.desk.presence();
    let missing = presence.missing().map(|missing| match missing {
        Missing::Database { since, code } => (since, format!("database away since {} ({code})", clock::text(since.at))),
        Missing::Lock { since } => (since, format!("lock waited for since {}", clock::text(since.at))),
    });
    if let Some((_, words)) = missing.as_ref().filter(|(since, _)| since.lasts() > health.patience) {
        return Err(unready(&format!("{words}; it goes on by itself when that is over")));
    }
    let next_step = if health.desk.shares() {
        presence.integrity().next_step()
    } else {
        health.desk.call(|companion, _| companion.alive()).await?
    };
    let set_back = if next_step.is_empty() { String::new() } else { format!("set_back: {next_step}\n") };
    // A lock is waited for a moment in every turn.
    let waits = missing.filter(|(since, _)| since.lasts() > Duration::from_secs(1));
    let waits = waits.map(|(_, words)| format!("waiting: {words}\n")).unwrap_or_default();
    Ok(format!("ready\n{waits}{set_back}"))
}

fn unready(words: &str) -> Problem {
    Failure::new("unavailable", exit::UNREACHABLE, words).in_seconds(AGAIN_SECONDS).into()
}

/// Everything measured, for Prometheus.
async fn metrics(State(api): State<Health>) -> Result<Response, Problem> {
    let figures = api.desk.call(|companion, _| companion.figures()).await?;
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    api.metrics.relationships.set(whole(figures.relationships));
    api.metrics.connected.set(whole(figures.connected));
    api.metrics.values.set(whole(figures.values));
    api.metrics.events.set(whole(figures.events));
    api.metrics.clocks_differ.set(whole(figures.clocks_differ));
    api.metrics.clock_fine.set(i64::from(figures.clock_fine));
    api.metrics.told_later.set(whole(figures.told_later));
    api.metrics.store_fine.set(i64::from(figures.store_fine));
    let mut text = String::new();
    encode(&mut text, &api.metrics.registry).map_err(Failure::internal)?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
