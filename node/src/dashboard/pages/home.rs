//! The first page. In: the node's overview. Out: what waits, what happened, who knows what, and a picture of it.

use std::collections::BTreeMap;

use askama::Template;
use axum::{Extension, extract::State};

use super::{App, Page, Shown, Visitor, show, who::Looks as _};
use crate::{
    clock::{self, Report, State as Clock},
    dashboard::words::Words,
    person::{
        change_in_words,
        verbs::{Change, Flow, Overview, PersonOverview, Soon, Waits, WaitsFor},
    },
};

/// What is wrong with the clock of the node, by how much, and the next step.
fn wrong_clock(words: &Words, clock: &Report) -> [String; 2] {
    let shows = words.of("clock-shows", &words.time(&clock.clock));
    let span = |ms: u64| {
        let (count, unit) = clock::span_of(ms);
        words.count(&format!("span-{unit}"), &count)
    };
    let (wrong, next) = match (clock.state, clock.peers_differ_ms.unwrap_or_default()) {
        (Clock::HeldBack, _) => (words.of("clock-held-back", &span(clock.by_ms)), words.say("clock-held-back-next")),
        (Clock::Behind, _) => {
            (words.of("clock-stored-ahead", &span(clock.by_ms)), words.say("clock-stored-ahead-next"))
        }
        (Clock::Good, by) if by > 0 => (words.of("clock-slow", &span(by.unsigned_abs())), words.say("clock-set")),
        (Clock::Good, by) => (words.of("clock-fast", &span(by.unsigned_abs())), words.say("clock-set")),
    };
    [format!("{shows} {wrong}"), next]
}

/// Where something is decided that waits.
fn place(of: &WaitsFor) -> &'static str {
    match of {
        WaitsFor::Requests | WaitsFor::Processors => "/requests",
        WaitsFor::Corrections | WaitsFor::Documents => "/inbox",
        WaitsFor::Contracts => "/contracts",
        WaitsFor::Companions => "/find",
        WaitsFor::Cases => "/cases",
    }
}

impl Words {
    /// How many of a kind wait.
    fn waits(&self, of: &Waits) -> String {
        let key = match of.what {
            WaitsFor::Requests => "waits-requests",
            WaitsFor::Processors => "waits-processors",
            WaitsFor::Corrections => "waits-corrections",
            WaitsFor::Documents => "waits-documents",
            WaitsFor::Contracts => "waits-contracts",
            WaitsFor::Companions => "waits-companions",
            WaitsFor::Cases => "waits-cases",
        };
        self.count(key, &of.count)
    }

    /// What changes, in a few words.
    fn change(&self, of: &Soon) -> String {
        match of.change {
            Change::Date(next) => change_in_words(next, self.0),
            Change::Price { now: Some(charge) } => self.of("soon-price", &self.charge(&charge)),
            Change::Price { now: None } => self.say("soon-price-varies"),
        }
    }
}

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    page: Page,
    overview: PersonOverview,
    picture: Picture,
}

pub(super) async fn home(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let overview = visitor.ask(&app, Overview {}).await?;
    let picture = Picture::of(&overview.flows);
    show(&Home { page: visitor.page(&app, "home", "/"), overview, picture })
}

/// Suppliers on the left, kinds of data on the right, a line for what each has; as wide as the number of fields.
struct Picture {
    height: u64,
    suppliers: Vec<Spot>,
    groups: Vec<Spot>,
    lines: Vec<Stroke>,
}

struct Spot {
    name: String,
    y: u64,
    count: u64,
}

struct Stroke {
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
                lines.push(Stroke { from: y, to, width: 1 + (*count).min(6) });
            }
            let short: String = flow.name.chars().take(26).collect();
            suppliers.push(Spot { name: short, y, count: flow.groups.values().sum() });
        }
        Self { height: rows * ROW, suppliers, groups, lines }
    }
}
