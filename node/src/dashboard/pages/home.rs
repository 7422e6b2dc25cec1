//! The first page and the requests that wait. In: the node's overview. Out: what to decide, what happened, who
//! knows what, and a picture of it.

use std::collections::BTreeMap;

use askama::Template;
use axum::{Extension, extract::State};
use serde::Deserialize;

use super::{
    App, Page, Posted, Shown, Visitor, go, show,
    who::{Lookalike, Standing},
};
use crate::{
    clock,
    command::{Command, Remember},
    dashboard::words::Words,
};

#[derive(Deserialize)]
struct Overview {
    name: Option<String>,
    suppliers: u64,
    connected: u64,
    fields: u64,
    requests_waiting: u64,
    undelivered: u64,
    groups: Vec<Group>,
    month: Month,
    knows: Vec<Knows>,
    flows: Vec<Flow>,
    clock: Clock,
}

/// The clock of this node, as [`crate::clock::Clock::told`] says it.
#[derive(Deserialize)]
struct Clock {
    clock: String,
    state: String,
    by_ms: u64,
    peers_differ_ms: Option<i64>,
    fine: bool,
}

impl Clock {
    /// What is wrong with the clock, by how much, and the next step.
    fn words(&self, words: &Words) -> [String; 2] {
        let shows = words.of("clock-shows", &words.time(&self.clock));
        let span = |ms: u64| {
            let (count, unit) = clock::span_of(ms);
            words.count(&format!("span-{unit}"), &count)
        };
        let (wrong, next) = match (self.state.as_str(), self.peers_differ_ms.unwrap_or_default()) {
            ("held_back", _) => (words.of("clock-held-back", &span(self.by_ms)), words.say("clock-held-back-next")),
            ("behind", _) => (words.of("clock-stored-ahead", &span(self.by_ms)), words.say("clock-stored-ahead-next")),
            (_, by) if by > 0 => (words.of("clock-slow", &span(by.unsigned_abs())), words.say("clock-set")),
            (_, by) => (words.of("clock-fast", &span(by.unsigned_abs())), words.say("clock-set")),
        };
        [format!("{shows} {wrong}"), next]
    }
}

#[derive(Deserialize)]
struct Group {
    ids: Vec<String>,
    count: u64,
    sector: String,
    purpose: String,
    access: String,
    fields: Vec<String>,
    rule: Option<String>,
    suppliers: Vec<Named>,
    reason: String,
    grant_days: Option<u64>,
    kept_days: Option<u64>,
    delegations: u8,
    agreement: String,
    oldest: String,
}

impl Group {
    /// Suppliers beyond those that are named.
    fn more(&self) -> u64 {
        self.count.saturating_sub(self.suppliers.len() as u64)
    }

    /// Ids beyond those of one decision: the next page shows them.
    fn left(&self) -> u64 {
        self.count.saturating_sub(self.ids.len() as u64)
    }
}

#[derive(Deserialize)]
struct Named {
    supplier: String,
    name: String,
    standing: Standing,
    looks_like: Vec<Lookalike>,
}

#[derive(Deserialize)]
struct Month {
    answered: u64,
    asked: u64,
    refused: u64,
    told: u64,
    granted: u64,
    revoked: u64,
    erased: u64,
}

#[derive(Deserialize)]
struct Knows {
    group: String,
    suppliers: u64,
    fields: Vec<FieldKnown>,
}

#[derive(Deserialize)]
struct FieldKnown {
    field: String,
    suppliers: u64,
}

#[derive(Deserialize)]
struct Flow {
    supplier: String,
    name: String,
    groups: BTreeMap<String, u64>,
    standing: Standing,
    looks_like: Vec<Lookalike>,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    page: Page,
    overview: Overview,
    picture: Picture,
}

#[derive(Template)]
#[template(path = "requests.html")]
struct Requests {
    page: Page,
    overview: Overview,
}

pub(super) async fn home(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let overview: Overview = visitor.ask_for(&app, Command::Overview).await?;
    let picture = Picture::of(&overview.flows);
    show(&Home { page: visitor.page(&app, "home", "/"), overview, picture })
}

pub(super) async fn requests(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let overview = visitor.ask_for(&app, Command::Overview).await?;
    show(&Requests { page: visitor.page(&app, "requests", "/requests"), overview })
}

pub(super) async fn decide(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let (allow, remember) = match posted.one("answer") {
        "allow" => (true, Remember::Once),
        "allow-supplier" => (true, Remember::Supplier),
        "allow-kind" => (true, Remember::Kind),
        "refuse-supplier" => (false, Remember::Supplier),
        "refuse-kind" => (false, Remember::Kind),
        _ => (false, Remember::Once),
    };
    let command = Command::Decide { ids: posted.all("id"), allow, remember };
    let decided = visitor.ask(&app, command).await?["decided"].as_u64().unwrap_or_default();
    let key = if allow { "requests-allowed" } else { "requests-refused" };
    visitor.notice(&app, visitor.words.count(key, &decided));
    go("/requests")
}

/// Suppliers on the left, kinds of data on the right, a line for what each has; as wide as the number of fields.
struct Picture {
    height: u64,
    suppliers: Vec<Spot>,
    groups: Vec<Spot>,
    lines: Vec<Line>,
}

struct Spot {
    name: String,
    y: u64,
    count: u64,
}

struct Line {
    from: u64,
    to: u64,
    width: u64,
}

const ROW: u64 = 34;

impl Picture {
    fn of(flows: &[Flow]) -> Self {
        let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
        for flow in flows {
            for (group, count) in &flow.groups {
                *totals.entry(group).or_default() += count;
            }
        }
        let rows = flows.len().max(totals.len()) as u64;
        let spread = |index: usize, of: usize| {
            let room = rows * ROW / (of as u64).max(1);
            index as u64 * room + room / 2
        };
        let groups: Vec<Spot> = totals
            .iter()
            .enumerate()
            .map(|(n, (name, count))| Spot { name: (*name).to_owned(), y: spread(n, totals.len()), count: *count })
            .collect();
        let (mut suppliers, mut lines) = (Vec::new(), Vec::new());
        for (n, flow) in flows.iter().enumerate() {
            let y = spread(n, flows.len());
            for (group, count) in &flow.groups {
                let to = groups.iter().find(|spot| spot.name == *group).map_or(y, |spot| spot.y);
                lines.push(Line { from: y, to, width: 1 + (*count).min(6) });
            }
            let short: String = flow.name.chars().take(26).collect();
            suppliers.push(Spot { name: short, y, count: flow.groups.values().sum() });
        }
        Self { height: rows * ROW, suppliers, groups, lines }
    }
}
