//! Patterns that suppliers publish: what they say, whether they fit and why, and the person's word. In: forms. Out:
//! pages.

use askama::Template;
use axum::{Extension, extract::State};
use serde::Deserialize;

use super::{
    App, Page, Posted, Shown, Visitor, go, show,
    who::{Lookalike, Standing},
};
use crate::command::{Command, Failure};

#[derive(Deserialize)]
struct All {
    budget_left: f64,
    segments: Vec<Segment>,
}

#[derive(Deserialize)]
struct Segment {
    segment: String,
    supplier: String,
    from: String,
    standing: Standing,
    looks_like: Vec<Lookalike>,
    name: String,
    words: String,
    fits: bool,
    because: Vec<Because>,
    purpose: String,
    kept: u64,
    may_belong: bool,
    epsilon: Option<f64>,
    helper: Option<Helper>,
    said: Option<String>,
    counted: bool,
    expires: String,
}

impl Segment {
    fn belongs(&self) -> bool {
        self.said.as_deref() == Some("yes")
    }
}

#[derive(Deserialize)]
struct Helper {
    name: String,
    least: u64,
}

#[derive(Deserialize)]
struct Because {
    clause: String,
    holds: Option<bool>,
}

impl Because {
    fn how(&self) -> &'static str {
        match self.holds {
            Some(true) => "holds",
            Some(false) => "fails",
            None => "unknown",
        }
    }
}

#[derive(Template)]
#[template(path = "segments.html")]
struct Segments {
    page: Page,
    left: String,
    segments: Vec<Segment>,
}

pub(super) async fn list(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let All { budget_left, segments } = visitor.ask_for(&app, Command::Segments).await?;
    let page = visitor.page(&app, "segments", "/segments");
    show(&Segments { page, left: format!("{budget_left:.1}"), segments })
}

pub(super) async fn act(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let segment = posted.one("id").to_owned();
    let word = posted.one("do");
    let said = match word {
        "yes" => "segments-said-yes",
        "no" => "segments-said-no",
        "count" => "segments-said-count",
        _ => return Err(visitor.fault(Failure::usage(visitor.words.say("fault-form")))),
    };
    visitor.ask(&app, Command::Belong { segment, word: word.to_owned() }).await?;
    visitor.notice(&app, visitor.words.say(said));
    go("/segments")
}
