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
    supplier::{Desk, Figures, hooks::Behind, pulse::Pulse},
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

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfWebhook {
    webhook: String,
}

type Whole = Gauge<i64, AtomicI64>;
type PerWebhook = Family<OfWebhook, Whole>;

/// What is measured.
pub(super) struct Metrics {
    registry: Registry,
    calls: Family<Answered, Counter<u64, AtomicU64>>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    figures: Gauges,
    webhooks: Webhooks,
    process: Process,
}

impl Metrics {
    /// Of a companion with this pulse.
    pub(super) fn of(pulse: &Pulse) -> Self {
        let mut registry = Registry::with_prefix("regie_supplier");
        let calls = Family::default();
        let seconds: Family<Route, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0]));
        registry.register("calls", "Calls of the API", calls.clone());
        registry.register("call_seconds", "How long calls took", seconds.clone());
        registry.register("turn_seconds", "From a turn's beginning until its changes are stored", pulse.turns.clone());
        registry.register(
            "turn_wait_seconds",
            "Of that, the wait for the store and for other companions on it",
            pulse.waits.clone(),
        );
        registry.register("handled", "Frames, calls and other events that were handled", pulse.handled.clone());
        registry.register("refused", "What peers were refused, by code", pulse.refused.clone());
        registry.register("deliveries", "Deliveries to webhooks, by how they ended", pulse.deliveries.clone());
        let (figures, webhooks) = (Gauges::default(), Webhooks::default());
        figures.register(&mut registry);
        webhooks.register(&mut registry);
        let process = Process::default();
        process.register(&mut registry);
        Self { registry, calls, seconds, figures, webhooks, process }
    }
}

/// How much there is.
#[derive(Default)]
struct Gauges {
    relationships: Whole,
    connected: Whole,
    values: Whole,
    events: Whole,
    clocks_differ: Whole,
    clock_fine: Whole,
    told_later: Whole,
    store_fine: Whole,
    retention_behind: Whole,
    waiting: Whole,
}

impl Gauges {
    fn register(&self, registry: &mut Registry) {
        let all = [
            ("relationships", "Persons with a relationship", &self.relationships),
            ("connected", "Persons whose node is connected", &self.connected),
            ("values_held", "Values held", &self.values),
            ("events_kept", "Events that can be read", &self.events),
            ("clocks_differ", "Persons whose clocks differ, so that requests wait", &self.clocks_differ),
            ("clock_fine", "1 where this machine's clock is right, else see regie doctor", &self.clock_fine),
            ("pairings_told_later", "Persons for whom an hour had no more room", &self.told_later),
            ("store_fine", "1 where no row was found set back, else see regie doctor", &self.store_fine),
            (
                "retention_behind_seconds",
                "How long what is past its retention was not looked at and erased",
                &self.retention_behind,
            ),
            ("waiting", "Frames, calls and other events that wait for a turn", &self.waiting),
        ];
        for (name, help, gauge) in all {
            registry.register(name, help, gauge.clone());
        }
    }

    fn set(&self, figures: &Figures, waiting: usize) {
        self.relationships.set(whole(figures.relationships));
        self.connected.set(whole(figures.connected));
        self.values.set(whole(figures.values));
        self.events.set(whole(figures.events));
        self.clocks_differ.set(whole(figures.clocks_differ));
        self.clock_fine.set(i64::from(figures.clock_fine));
        self.told_later.set(whole(figures.told_later));
        self.store_fine.set(i64::from(figures.store_fine));
        self.retention_behind.set(whole(figures.retention_behind));
        self.waiting.set(whole(waiting as u64));
    }
}

/// How far each webhook is.
#[derive(Default)]
struct Webhooks {
    events: PerWebhook,
    seconds: PerWebhook,
    failing: PerWebhook,
    disabled: PerWebhook,
    dead: PerWebhook,
}

impl Webhooks {
    fn all(&self) -> [(&'static str, &'static str, &PerWebhook); 5] {
        [
            ("webhook_behind", "Events that a webhook was not told", &self.events),
            ("webhook_behind_seconds", "How old the oldest event is that a webhook was not told", &self.seconds),
            ("webhook_failing", "1 where the receiver fails", &self.failing),
            ("webhook_disabled", "1 where nothing is told until somebody enables it again", &self.disabled),
            ("webhook_dead_letters", "Events that the receiver refused for good", &self.dead),
        ]
    }

    fn register(&self, registry: &mut Registry) {
        for (name, help, family) in self.all() {
            registry.register(name, help, family.clone());
        }
    }

    /// One that was deleted since the last look is left out.
    fn set(&self, webhooks: &[Behind]) {
        for (_, _, family) in self.all() {
            family.clear();
        }
        for hook in webhooks {
            let of = OfWebhook { webhook: hook.id.to_string() };
            let set = |family: &PerWebhook, number: u64| {
                family.get_or_create(&of).set(whole(number));
            };
            set(&self.events, hook.events);
            set(&self.seconds, hook.seconds);
            set(&self.failing, hook.failing.into());
            set(&self.disabled, hook.disabled.into());
            set(&self.dead, hook.dead.into());
        }
    }
}

/// The process, as the kernel counts it.
#[derive(Default)]
struct Process {
    cpu: Gauge<f64, AtomicU64>,
    resident: Whole,
    files: Whole,
    threads: Whole,
}

impl Process {
    fn register(&self, registry: &mut Registry) {
        registry.register("process_cpu_seconds", "Processor time of this process", self.cpu.clone());
        registry.register("process_resident_memory_bytes", "Memory of this process", self.resident.clone());
        registry.register("process_open_fds", "Files and connections that are open", self.files.clone());
        registry.register("process_threads", "Threads of this process", self.threads.clone());
    }

    /// What the kernel says of this process (proc(5)); where it says nothing the figures stay.
    fn look(&self) {
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
        // Behind the name, which may hold anything.
        let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
        let number = |at: usize| fields.get(at).and_then(|text| text.parse::<u32>().ok());
        if let (Some(user), Some(system), Some(threads)) = (number(11), number(12), number(17)) {
            self.cpu.set((f64::from(user) + f64::from(system)) / TICKS_A_SECOND);
            self.threads.set(threads.into());
        }
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let resident =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok());
        if let Some(kib) = resident {
            self.resident.set(whole(u64::saturating_mul(kib, 1024)));
        }
        if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
            self.files.set(whole(open.count() as u64));
        }
    }
}

/// In which the kernel counts processor time; of Linux on every machine that this runs on.
const TICKS_A_SECOND: f64 = 100.0;

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
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
        let metrics = Arc::new(Metrics::of(desk.pulse()));
        Self { desk, patience, metrics }
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
    api.metrics.figures.set(&figures, api.desk.waiting());
    api.metrics.webhooks.set(&figures.webhooks);
    api.metrics.process.look();
    let mut text = String::new();
    encode(&mut text, &api.metrics.registry).map_err(Failure::internal)?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}
