//! Segments that the company publishes: people themselves say whether they belong. In: calls. Out: patterns, who
//! belongs, and how many, estimated from answers that tell nothing of anybody.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use regie_protocol::{Days, ObjectId, Refusal, Verified, segment};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Api,
    call::{Bearer, Page, Posted},
    problem::Problem,
};
use crate::{
    clock,
    command::{Failure, Text, parse, predicate},
    locale::Language,
    supplier::{Companion, Standing, World, lists::not_found, names, verbs},
};

/// A pattern to publish.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSegment {
    /// What it is called, in one line.
    #[schema(min_length = 1, max_length = 256, example = "Small households")]
    pub name: String,
    /// What belonging to it brings, in plain words.
    #[schema(max_length = 1024, example = "A tariff for one or two.")]
    pub words: String,
    /// What it is about, as a category of the catalogue; people read it in their language.
    #[schema(example = "energy.contract", max_length = 64)]
    pub about: Option<String>,
    /// Who belongs: a predicate over fields. `all`, `any` and `not` join `has`, `is`, `begins`, `number` and `years`.
    #[schema(value_type = Object, example = json!({ "number": { "field": "household.size", "least": 1, "most": 2 } }))]
    pub who: serde_json::Value,
    /// What the answer is used for (DPV).
    #[serde(default = "service")]
    #[schema(example = "RequestedServiceProvision")]
    pub purpose: String,
    /// Days that a membership is kept.
    #[serde(default = "ninety")]
    #[schema(minimum = 1, maximum = 3660)]
    pub retention_days: u32,
    /// May people say that they belong?
    #[serde(default = "yes")]
    pub membership: bool,
    /// May people be counted, with this epsilon in thousandths?
    #[schema(minimum = 1, maximum = 2000, example = 1000)]
    pub epsilon: Option<u32>,
    /// Count with the helper of this link, so that nobody sees an answer; only with an epsilon.
    #[schema(max_length = 4096, example = "regie:helper?v=1&d=…")]
    pub helper: Option<String>,
    /// With a helper: fewer answers than this are never summed. 10 where it is left out.
    #[schema(minimum = 10, maximum = 100_000)]
    pub least: Option<u32>,
    /// Days that it is published.
    #[serde(default = "thirty")]
    #[schema(minimum = 1, maximum = 3660)]
    pub days: u32,
}

fn service() -> String {
    "RequestedServiceProvision".to_owned()
}

fn ninety() -> u32 {
    90
}

fn thirty() -> u32 {
    30
}

fn yes() -> bool {
    true
}

/// A segment.
#[derive(Debug, Serialize, ToSchema)]
pub struct Segment {
    /// Its id.
    #[schema(example = "seg_…")]
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What belonging to it brings.
    pub words: String,
    /// What it is about; none where it is about nothing that is bought.
    pub about: Option<String>,
    /// Who belongs, in plain words, as people read it.
    pub who: String,
    /// What the answer is used for.
    pub purpose: String,
    /// Days that a membership is kept.
    pub retention_days: u32,
    /// How many say that they belong.
    pub members: u64,
    /// How many belong, estimated from randomised answers; none where it does not count.
    pub count: Option<Count>,
    /// The helper that it is counted with, as it calls itself.
    pub helper: Option<String>,
    /// With a helper: fewer answers than this are never summed.
    pub least: Option<u32>,
    /// Until when it is published.
    #[schema(format = DateTime)]
    pub expires_at: String,
}

/// An estimate.
#[derive(Debug, Serialize, ToSchema)]
pub struct Count {
    /// How many answered.
    pub reports: u64,
    /// How many of them belong, about.
    pub estimate: u64,
    /// With a probability of 95% the truth is no further away than this.
    pub error: u64,
    /// The epsilon of each answer, in thousandths.
    pub epsilon: u32,
    /// With a helper: answers that came and are not in a sum yet.
    pub waiting: u64,
    /// With a helper: answers that did not hold and count nowhere.
    pub spoiled: u32,
    /// With a helper: why it takes nothing in at the moment.
    #[schema(value_type = Option<String>, example = "not_a_helper")]
    pub refused: Option<&'static str>,
}

/// Somebody who belongs.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    /// Who.
    #[schema(example = "rel_…")]
    pub relationship: String,
    /// When it was said.
    #[schema(format = DateTime)]
    pub since: String,
    /// To be forgotten then.
    #[schema(format = DateTime)]
    pub until: String,
}

/// The segments that are published, at most 16.
#[utoipa::path(get, path = "/v1/segments", operation_id = "list_segments", tag = "segments",
    responses((status = 200, description = "All published segments in one page.", body = Page<Segment>)))]
pub(super) async fn list(State(api): State<Api>, bearer: Bearer) -> Result<Json<Page<Segment>>, Problem> {
    let page = api.read(bearer, |companion, caller| {
        let segments = companion.published();
        let whole = segments.len() + 1;
        let views = segments.iter().map(|segment| view(companion, caller.world, segment));
        Ok(Page::of((1..).zip(views.collect::<Result<Vec<_>, _>>()?).collect(), whole))
    });
    Ok(Json(page.await?))
}

/// One of them.
#[utoipa::path(get, path = "/v1/segments/{id}", operation_id = "get_segment", tag = "segments",
    params(("id" = String, Path, description = "seg_…")),
    responses((status = 200, description = "The segment with this id.", body = Segment)))]
pub(super) async fn one(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Segment>, Problem> {
    let read = api.read(bearer, move |companion, caller| {
        let segment = companion.segment(&named(&id)?)?;
        view(companion, caller.world, &segment)
    });
    Ok(Json(read.await?))
}

/// Who says that they belong; all of them at once, in no order that means anything.
#[utoipa::path(get, path = "/v1/segments/{id}/members", operation_id = "get_segment_members", tag = "segments",
    params(("id" = String, Path, description = "seg_…")),
    responses((status = 200, description = "Whose time is not over.", body = Page<Member>)))]
pub(super) async fn members(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<Json<Page<Member>>, Problem> {
    let page = api.read(bearer, move |companion, caller| {
        let segment = companion.segment(&named(&id)?)?;
        let members = companion.members(caller.world, &segment.id())?;
        let whole = members.len() + 1;
        let member = |membership: segment::Membership| Member {
            relationship: names::Relationship::from(membership.person).to_string(),
            since: clock::text(membership.at),
            until: clock::text(membership.until),
        };
        Ok(Page::of((1..).zip(members.into_iter().map(member)).collect(), whole))
    });
    Ok(Json(page.await?))
}

/// Publishes a pattern. Persons' nodes find it when they next look; nobody is asked.
#[utoipa::path(post, path = "/v1/segments", operation_id = "create_segment",
    tag = "segments", request_body = NewSegment,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes a repeated call harmless for a day.")),
    responses((status = 201, description = "It is published.", body = Segment)))]
pub(super) async fn publish(State(api): State<Api>, posted: Posted) -> Result<Response, Problem> {
    let made = api.post(posted, StatusCode::CREATED, |companion, _, new: NewSegment, turn| {
        let words = verbs::NewSegment {
            name: new.name,
            words: new.words,
            about: new.about.as_deref().map(parse).transpose()?,
            who: predicate(new.who)?,
            purpose: parse(&new.purpose)?,
            retention: Days(new.retention_days),
            membership: new.membership,
            epsilon: new.epsilon,
            helper: new.helper.as_deref().map(parse).transpose()?.map(Text),
            least: new.least,
            days: Days(new.days),
        };
        let segment = companion.publish(words, turn)?;
        Ok(shown(&segment, 0, segment.epsilon.map(|epsilon| segment::estimate(0, 0, epsilon)), &Standing::default()))
    });
    made.await
}

/// Takes a segment back. Who belonged is forgotten.
#[utoipa::path(delete, path = "/v1/segments/{id}", operation_id = "delete_segment", tag = "segments",
    params(("id" = String, Path, description = "seg_…")),
    responses((status = 204, description = "The segment is taken back, and its memberships are forgotten.")))]
pub(super) async fn take_back(
    State(api): State<Api>,
    bearer: Bearer,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    api.change(bearer, move |companion, _, turn| companion.take_back(&named(&id)?, turn)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn named(id: &str) -> Result<ObjectId, Failure> {
    id.parse::<names::Pattern>().map(|name| ObjectId::from_digest(name.0)).map_err(|_| not_found())
}

fn view(companion: &mut Companion, world: World, segment: &Verified<segment::Segment>) -> Result<Segment, Failure> {
    let members = companion.members(world, &segment.id())?.len() as u64;
    let counted = companion.counted(world, segment)?;
    let standing = companion.standing(world, &segment.id())?;
    Ok(shown(segment, members, counted, &standing))
}

fn shown(
    segment: &Verified<segment::Segment>,
    members: u64,
    counted: Option<segment::Estimate>,
    standing: &Standing,
) -> Segment {
    // Both are within 0 and the number of reports or a small multiple of it.
    let count = segment.epsilon.zip(counted).map(|(epsilon, found)| Count {
        reports: found.reports,
        estimate: found.members.round() as u64,
        error: found.error.ceil() as u64,
        epsilon,
        waiting: standing.waiting,
        spoiled: standing.spoiled,
        refused: standing.refused.map(Refusal::code),
    });
    Segment {
        id: names::Pattern(*segment.id().digest()).to_string(),
        name: segment.name.clone(),
        words: segment.words.clone(),
        about: segment.about.as_ref().map(ToString::to_string),
        who: crate::sentences::predicate(&segment.predicate, Language::English),
        purpose: segment.purpose.to_string(),
        retention_days: segment.retention.0,
        members,
        count,
        helper: segment.tally.as_ref().and_then(|tally| Some(tally.helper(&segment.supplier).ok()?.name)),
        least: segment.tally.as_ref().map(|tally| tally.least),
        expires_at: clock::text(segment.expires),
    }
}
