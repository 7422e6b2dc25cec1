//! Patterns that suppliers publish: what they say, whether they fit and why, and the person's word. In: forms. Out:
//! pages.

use askama::Template;
use axum::{Extension, extract::State};
use regie_protocol::segment::Belongs;

use super::{App, Page, Posted, Shown, Visitor, Words, go, show, who::Looks as _};
use crate::{
    command::Failure,
    person::verbs::{self, Because, SegmentList, ShownSegment},
};

/// Has the person said that they belong?
fn belongs(segment: &ShownSegment) -> bool {
    segment.said == Some(Belongs::Yes)
}

/// Has the person said that they want to be left out?
fn stays_out(segment: &ShownSegment) -> bool {
    segment.said == Some(Belongs::No)
}

/// The person's word, as a page knows it.
fn word(segment: &ShownSegment) -> &'static str {
    match segment.said {
        Some(Belongs::Yes) => "yes",
        Some(Belongs::No) => "no",
        Some(Belongs::Count) => "count",
        None => "",
    }
}

/// In how many of 100 cases an answer by chance is the true one, where the supplier sees it under the person's key there.
fn right_of_100(segment: &ShownSegment) -> Option<String> {
    let epsilon = segment.epsilon.filter(|_| segment.helper.is_none())?;
    let likely = epsilon.exp();
    Some(format!("{:.0}", 100.0 * likely / (1.0 + likely)))
}

/// How a clause turned out.
fn how(because: &Because) -> &'static str {
    match because.holds {
        Some(true) => "holds",
        Some(false) => "fails",
        None => "unknown",
    }
}

/// What the person holds of what a clause looks at, as people read it.
fn own(words: &Words, because: &Because) -> Option<String> {
    let (field, value) = (because.field.as_ref()?, because.value.as_ref()?);
    Some(words.value(field, value))
}

#[derive(Template)]
#[template(path = "segments.html")]
struct Segments {
    page: Page,
    left: String,
    segments: Vec<ShownSegment>,
}

pub(super) async fn list(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let SegmentList { budget_left, segments } = visitor.ask(&app, verbs::Segments {}).await?;
    let page = visitor.page(&app, "segments", "/segments");
    show(&Segments { page, left: format!("{budget_left:.1}"), segments })
}

pub(super) async fn act(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let segment = posted.one("id").to_owned();
    let (word, said) = match posted.one("do") {
        "yes" => (Belongs::Yes, "segments-said-yes"),
        "no" => (Belongs::No, "segments-said-no"),
        "count" => (Belongs::Count, "segments-said-count"),
        _ => return Err(visitor.fault(Failure::usage(visitor.words.say("fault-form")))),
    };
    visitor.ask(&app, verbs::Belong { segment, word }).await?;
    visitor.notice(&app, visitor.words.say(said));
    go("/segments")
}
