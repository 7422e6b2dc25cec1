//! The first page. In: the node's overview. Out: what waits, what happened, who knows what, and pictures of it.

use askama::Template;
use axum::{Extension, extract::State};

use super::{
    App, Page, Shown, Visitor,
    pictures::{self, OverTime},
    show,
    who::Looks as _,
};
use crate::{
    clock::{self, Report, State as Clock},
    dashboard::words::Words,
    person::{
        change_in_words,
        verbs::{Change, Overview, PersonOverview, Soon, Waits, WaitsFor},
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
    over_time: OverTime,
    /// The columns of the table of who has what.
    kinds: Vec<String>,
    /// How many have something of the kind that most have.
    having: usize,
}

pub(super) async fn home(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let overview = visitor.ask(&app, Overview {}).await?;
    let (over_time, kinds) = (OverTime::of(&overview.months), pictures::kinds(&overview.flows));
    let having = overview.knows.iter().map(|known| known.suppliers).max().unwrap_or_default();
    show(&Home { page: visitor.page(&app, "home", "/"), overview, over_time, kinds, having })
}
