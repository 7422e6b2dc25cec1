//! Is it alive, is it ready, what does it do: for those who run it. In: nothing. Out: states and counts, without
//! a name or value of any person.

use std::{
    sync::atomic::{AtomicI64, AtomicU64},
    time::Duration,
};

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use super::{Api, problem::Problem};
use crate::command::Failure;

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

/// The process runs.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The companion answers and its store can be read. Rows that were set back do not make it less ready, since no other
/// companion on the store would be more so; they are told in a second line.
pub(super) async fn readyz(State(api): State<Api>) -> Result<String, Problem> {
    let next_step = api.desk.call(|companion, _| companion.alive()).await?;
    Ok(if next_step.is_empty() { "ready\n".to_owned() } else { format!("ready\nset_back: {next_step}\n") })
}

/// Everything measured, for Prometheus.
pub(super) async fn metrics(State(api): State<Api>) -> Result<Response, Problem> {
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
